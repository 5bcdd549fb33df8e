// SPDX-License-Identifier: GPL-3.0-or-later
// The .npy format of NumPy (numpy.lib.format, versions 1 to 3): a header in Python's notation, then the elements.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

/// One column of a structured array, or the only one of a plain array.
struct NpyField {
    std::string name; ///< empty in a plain array
    ElementType type = ElementType::Float64;
    bool bigEndian = false;
    bool half = false;          ///< float16, read as float32
    std::uint32_t textSize = 0; ///< code units of a fixed-width text
    bool wideText = false;      ///< text in four-byte code points ("U"), else bytes ("S")
    std::size_t offset = 0;     ///< within an element
};
struct NpyHeader {
    std::vector<NpyField> fields;
    std::size_t itemBytes = 0;
    bool columnMajor = false;
    std::vector<std::uint64_t> shape;
    std::size_t dataOffset = 0; ///< in the file
};
/// Understands the beginning of a file (at most 1 MiB of header). Errors name the byte and what was expected; types
/// that are not numbers or texts (objects, complex, dates) are refused by name.
[[nodiscard]] Result<NpyHeader> parseNpyHeader(std::string_view bytes, const std::string& name);

/// The header of a plain little-endian array; `textSize` code points for text.
[[nodiscard]] std::string npyHeader(ElementType type, const std::vector<std::uint64_t>& shape,
                                    std::uint32_t textSize = 0);
/// Texts as UCS-4 of the width of the longest, NUL-padded; `width` becomes that.
[[nodiscard]] std::string npyTexts(const std::vector<std::string>& texts, std::uint32_t& width);

/// A .npy file, or a folder of them, as arrays named by file ("x.npy" is "x"; the field f of a structured array is
/// "x.f"). Errors: not a .npy file, shorter than it says, a folder without any.
[[nodiscard]] Result<std::unique_ptr<ArrayFile>> openNpy(const std::string& path);
/// The same over bytes in memory.
[[nodiscard]] Result<std::unique_ptr<ArrayFile>> openNpyBytes(std::string bytes, const std::string& name);

} // namespace bnof::recording
