// SPDX-License-Identifier: GPL-3.0-or-later
// Named arrays of numbers or texts: what NumPy, MATLAB and HDF5 files are made of. Everything is little-endian,
// rows after rows. Private to this folder and to engine/recording/array_reader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::recording {

enum class ElementType : std::uint8_t {
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float32,
    Float64,
    Text
};
[[nodiscard]] std::size_t elementBytes(ElementType type); ///< 0 for text
[[nodiscard]] const char* elementName(ElementType type);  ///< "float32"
[[nodiscard]] Result<ElementType> elementFromName(std::string_view name);

/// An array with its rows as the first dimension; everything behind it counts as columns.
struct ArrayInfo {
    std::string name; ///< "/acquisition/sensors_1/data", "x"
    ElementType type = ElementType::Float64;
    std::vector<std::uint64_t> shape; ///< empty: a single value
    Json attributes = Json::object(); ///< what the file says about it

    [[nodiscard]] std::uint64_t rows() const { return shape.empty() ? 1 : shape.front(); }
    [[nodiscard]] std::uint64_t columns() const;
};
[[nodiscard]] Json toJson(const ArrayInfo& info);
/// Error (BadInput): missing or impossible fields, more than 2^40 elements.
[[nodiscard]] Result<ArrayInfo> arrayInfoFromJson(const Json& json);

/// Some rows of an array.
struct ArrayBlock {
    ElementType type = ElementType::Float64;
    std::vector<std::uint8_t> bytes; ///< numbers
    std::vector<std::string> texts;  ///< texts

    [[nodiscard]] std::size_t size() const
    {
        return type == ElementType::Text ? texts.size() : bytes.size() / elementBytes(type);
    }
    [[nodiscard]] double number(std::size_t i) const; ///< NaN for text
    /// `exact` becomes false when the float is not the same number.
    [[nodiscard]] float asFloat(std::size_t i, bool& exact) const;
    [[nodiscard]] std::int64_t integer(std::size_t i) const; ///< floats are rounded; NaN is 0
};

/// A file of named arrays, read in portions.
class ArrayFile {
public:
    virtual ~ArrayFile() = default;
    [[nodiscard]] virtual const std::vector<ArrayInfo>& arrays() const = 0;
    /// Attributes of the groups by path ("/" is the file); an object of objects.
    [[nodiscard]] virtual const Json& groups() const = 0;
    [[nodiscard]] virtual Result<ArrayBlock> read(const ArrayInfo& info, std::uint64_t firstRow,
                                                  std::uint64_t rows) = 0;

    [[nodiscard]] const ArrayInfo* find(std::string_view name) const;
    /// All texts, or numbers, of an array that must be small enough (16 Mi elements).
    [[nodiscard]] Result<ArrayBlock> readAll(const ArrayInfo& info);
};

} // namespace bnof::recording
