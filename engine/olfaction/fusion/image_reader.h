// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures, films and cameras, decoded by a process of their own (bnof-image-reader): OpenCV's decoders bring two
// hundred libraries, which no other start of the program should wait for, and read files that nobody vouches for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/olfaction/fusion/image_features.h"

namespace bnof::olfaction {

/// A frame of a film or camera.
struct CapturedFrame {
    double seconds = 0; ///< films: their own time; cameras: since they were opened
    RawImage image;
};

class ImageReader {
public:
    virtual ~ImageReader() = default;
    /// A picture file (PNG, JPEG, TIFF, …; 8 or 16 bits, colours become brightness). The error says which file.
    [[nodiscard]] virtual Result<RawImage> read(const std::string& path) = 0;
    /// A camera's number ("0"), a film file, or a numbered sequence ("frame-%04d.png"); closes what was open.
    [[nodiscard]] virtual Result<void> open(const std::string& source) = 0;
    /// The next frame of what is open; nothing at its end.
    [[nodiscard]] virtual Result<std::optional<CapturedFrame>> next() = 0;
};

/// Starts the process. It is found by $BNOF_IMAGE_READER, beside the program, or in ../libexec/bnof.
[[nodiscard]] Result<std::unique_ptr<ImageReader>> startImageReader();

} // namespace bnof::olfaction
