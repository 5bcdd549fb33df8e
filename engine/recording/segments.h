// SPDX-License-Identifier: GPL-3.0-or-later
// A recording is a series of files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bnof::recording {

/// "run.0002.bnr" for "run.bnr" and 2; the path itself for 0. Without ".bnr" at the end the number is appended.
[[nodiscard]] std::string segmentPath(const std::string& path, std::uint32_t segment);

/// The later segments beside `path` that exist, by number.
struct SegmentFile {
    std::uint32_t number = 0;
    std::string path;
};
/// `thorough`: looks through the folder even when the second one is missing, which takes a while in a large one.
[[nodiscard]] std::vector<SegmentFile> laterSegments(const std::string& path, bool thorough = false);
/// True for the name of a segment other than the first: "run.0002.bnr".
[[nodiscard]] bool isLaterSegment(const std::string& path);

} // namespace bnof::recording
