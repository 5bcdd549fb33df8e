// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/arrays.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace bnof::recording {
namespace {

constexpr std::uint64_t maxElements = std::uint64_t{1} << 40;
constexpr std::uint64_t maxWhole = std::uint64_t{1} << 24;

struct Element {
    const char* name;
    std::size_t bytes;
};
constexpr std::array<Element, 11> elements{{{"int8", 1},
                                            {"uint8", 1},
                                            {"int16", 2},
                                            {"uint16", 2},
                                            {"int32", 4},
                                            {"uint32", 4},
                                            {"int64", 8},
                                            {"uint64", 8},
                                            {"float32", 4},
                                            {"float64", 8},
                                            {"text", 0}}};

template <typename T> T load(const std::vector<std::uint8_t>& bytes, std::size_t i)
{
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    return value;
}

/// Calls `use` with the element in its own type.
template <typename Use> auto visit(const ArrayBlock& block, std::size_t i, Use use)
{
    switch (block.type) {
    case ElementType::Int8: return use(load<std::int8_t>(block.bytes, i));
    case ElementType::UInt8: return use(load<std::uint8_t>(block.bytes, i));
    case ElementType::Int16: return use(load<std::int16_t>(block.bytes, i));
    case ElementType::UInt16: return use(load<std::uint16_t>(block.bytes, i));
    case ElementType::Int32: return use(load<std::int32_t>(block.bytes, i));
    case ElementType::UInt32: return use(load<std::uint32_t>(block.bytes, i));
    case ElementType::Int64: return use(load<std::int64_t>(block.bytes, i));
    case ElementType::UInt64: return use(load<std::uint64_t>(block.bytes, i));
    case ElementType::Float32: return use(load<float>(block.bytes, i));
    case ElementType::Float64: return use(load<double>(block.bytes, i));
    case ElementType::Text: break;
    }
    return use(std::numeric_limits<double>::quiet_NaN());
}

} // namespace

std::size_t elementBytes(ElementType type)
{
    return elements[static_cast<std::size_t>(type)].bytes;
}

const char* elementName(ElementType type)
{
    return elements[static_cast<std::size_t>(type)].name;
}

Result<ElementType> elementFromName(std::string_view name)
{
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (name == elements[i].name)
            return static_cast<ElementType>(i);
    }
    return makeError(ErrorKind::BadInput, "there is no element type \"" + std::string(name) + "\"");
}

std::uint64_t ArrayInfo::columns() const
{
    std::uint64_t count = 1;
    for (std::size_t i = 1; i < shape.size(); ++i)
        count *= shape[i];
    return count;
}

Json toJson(const ArrayInfo& info)
{
    Json out = Json::object();
    out.set("name", info.name).set("type", elementName(info.type)).set("shape", Json::arrayOf(info.shape));
    out.set("attributes", info.attributes);
    return out;
}

Result<ArrayInfo> arrayInfoFromJson(const Json& json)
{
    ArrayInfo info;
    info.name = json["name"].toString();
    BNOF_TRY_ASSIGN(info.type, elementFromName(json["type"].toString()));
    std::uint64_t count = 1;
    for (const Json& size : json["shape"].items()) {
        const std::int64_t rows = size.toInteger(-1);
        if (rows < 0 || static_cast<std::uint64_t>(rows) > maxElements ||
            (rows > 0 && count > maxElements / static_cast<std::uint64_t>(rows)))
            return makeError(ErrorKind::BadInput, "the array \"" + info.name + "\" has an impossible size");
        info.shape.push_back(static_cast<std::uint64_t>(rows));
        count *= std::max<std::uint64_t>(static_cast<std::uint64_t>(rows), 1);
    }
    if (info.name.empty())
        return makeError(ErrorKind::BadInput, "an array has no name");
    info.attributes = json["attributes"];
    return info;
}

double ArrayBlock::number(std::size_t i) const
{
    return visit(*this, i, [](auto value) { return static_cast<double>(value); });
}

float ArrayBlock::asFloat(std::size_t i, bool& exact) const
{
    return visit(*this, i, [&exact](auto value) {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, float>) {
            return value;
        } else if constexpr (std::is_same_v<T, double>) {
            const bool inRange = !(std::abs(value) > std::numeric_limits<float>::max());
            const float out = inRange || std::isinf(value)
                                  ? static_cast<float>(value)
                                  : std::copysign(std::numeric_limits<float>::infinity(), value > 0 ? 1.0F : -1.0F);
            exact = exact && (std::isnan(value) || static_cast<double>(out) == value);
            return out;
        } else {
            const auto out = static_cast<float>(value);
            // The largest integers round up to a power of two, which is a float but no integer of this type.
            const float behindLargest = std::ldexp(1.0F, std::numeric_limits<T>::digits);
            exact = exact && out < behindLargest && static_cast<T>(out) == value;
            return out;
        }
    });
}

std::int64_t ArrayBlock::integer(std::size_t i) const
{
    return visit(*this, i, [](auto value) -> std::int64_t {
        using T = decltype(value);
        if constexpr (std::is_floating_point_v<T>) {
            const auto wide = static_cast<double>(value);
            return wide > -9.2e18 && wide < 9.2e18 ? static_cast<std::int64_t>(std::llround(wide)) : 0;
        } else {
            return static_cast<std::int64_t>(value);
        }
    });
}

const ArrayInfo* ArrayFile::find(std::string_view name) const
{
    for (const ArrayInfo& info : arrays()) {
        if (info.name == name)
            return &info;
    }
    return nullptr;
}

Result<ArrayBlock> ArrayFile::readAll(const ArrayInfo& info)
{
    const std::uint64_t rows = info.rows();
    const std::uint64_t columns = info.columns();
    if (columns > 0 && rows > maxWhole / columns)
        return makeError(ErrorKind::BadInput, "the array \"" + info.name + "\" is too large for what it stands for");
    return read(info, 0, rows);
}

} // namespace bnof::recording
