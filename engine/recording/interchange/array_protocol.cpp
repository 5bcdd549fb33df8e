// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/array_protocol.h"

#include <cstring>

#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

template <typename T> void put(std::string& out, T value)
{
    for (unsigned shift = 0; shift < sizeof(T) * 8; shift += 8)
        out += static_cast<char>((value >> shift) & 0xFFU);
}

template <typename T> bool take(std::string_view& from, T& value)
{
    if (from.size() < sizeof(T))
        return false;
    value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(from[i])) << (8 * i)));
    from.remove_prefix(sizeof(T));
    return true;
}

} // namespace

std::string encodeReply(char kind, std::string_view payload)
{
    std::string out;
    put(out, static_cast<std::uint32_t>(payload.size() + 1));
    out += kind;
    out += payload;
    return out;
}

std::string encodeBlock(const ArrayBlock& block)
{
    std::string out;
    put(out, static_cast<std::uint8_t>(block.type));
    put(out, static_cast<std::uint64_t>(block.size()));
    if (block.type != ElementType::Text) {
        out.append(reinterpret_cast<const char*>(block.bytes.data()), block.bytes.size());
        return out;
    }
    for (const std::string& text : block.texts) {
        put(out, static_cast<std::uint32_t>(text.size()));
        out += text;
    }
    return out;
}

std::optional<ArrayBlock> decodeBlock(std::string_view payload)
{
    std::uint8_t type = 0;
    std::uint64_t count = 0;
    if (!take(payload, type) || !take(payload, count) || type > static_cast<std::uint8_t>(ElementType::Text))
        return std::nullopt;
    ArrayBlock block;
    block.type = static_cast<ElementType>(type);
    if (block.type != ElementType::Text) {
        const std::size_t size = elementBytes(block.type);
        if (payload.size() % size != 0 || payload.size() / size != count)
            return std::nullopt;
        block.bytes.resize(payload.size());
        std::memcpy(block.bytes.data(), payload.data(), payload.size());
        return block;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint32_t length = 0;
        if (!take(payload, length) || length > payload.size())
            return std::nullopt;
        block.texts.push_back(asUtf8(payload.substr(0, length)));
        payload.remove_prefix(length);
    }
    return payload.empty() ? std::optional(std::move(block)) : std::nullopt;
}

} // namespace bnof::recording
