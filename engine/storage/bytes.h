// SPDX-License-Identifier: GPL-3.0-or-later
// Little-endian numbers and variable-length integers in byte buffers. Everything in a .bnr file is
// written and read through these, so the format does not depend on the machine.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace bnof::storage {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

template <typename T> inline void storeLittle(std::uint8_t* out, T value)
{
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(out, &value, sizeof(T));
    } else {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            out[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
}
template <typename T> [[nodiscard]] inline T loadLittle(const std::uint8_t* in)
{
    if constexpr (std::endian::native == std::endian::little) {
        T value;
        std::memcpy(&value, in, sizeof(T));
        return value;
    } else {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value |= static_cast<std::uint64_t>(in[i]) << (8 * i);
        return static_cast<T>(value);
    }
}

/// Append an integer of fixed width.
template <typename T> inline void put(Bytes& out, T value)
{
    const std::size_t at = out.size();
    out.resize(at + sizeof(T));
    storeLittle(out.data() + at, value);
}
inline void putFloat(Bytes& out, float value)
{
    put(out, std::bit_cast<std::uint32_t>(value));
}
inline void putDouble(Bytes& out, double value)
{
    put(out, std::bit_cast<std::uint64_t>(value));
}
/// LEB128: seven bits a byte, least significant first, at most ten bytes.
inline void putVarint(Bytes& out, std::uint64_t value)
{
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}
/// Signed numbers near zero become small unsigned ones: 0, -1, 1, -2 -> 0, 1, 2, 3.
[[nodiscard]] inline std::uint64_t zigzag(std::uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}
[[nodiscard]] inline std::uint64_t unzigzag(std::uint64_t value)
{
    return (value >> 1) ^ (0 - (value & 1));
}
inline void putBytes(Bytes& out, ByteView bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}
/// Length as varint, then the bytes.
inline void putText(Bytes& out, std::string_view text)
{
    putVarint(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

/// Reads from a buffer that nobody trusts: past the end it fails, stays failed and returns zeros.
class ByteCursor {
public:
    ByteCursor() = default;
    explicit ByteCursor(ByteView bytes) : m_bytes(bytes) {}

    [[nodiscard]] bool ok() const { return !m_failed; }
    [[nodiscard]] std::size_t remaining() const { return m_bytes.size(); }
    void fail()
    {
        m_failed = true;
        m_bytes = {};
    }

    template <typename T> T get()
    {
        if (m_bytes.size() < sizeof(T)) {
            fail();
            return T{};
        }
        const T value = loadLittle<T>(m_bytes.data());
        m_bytes = m_bytes.subspan(sizeof(T));
        return value;
    }
    float getFloat() { return std::bit_cast<float>(get<std::uint32_t>()); }
    double getDouble() { return std::bit_cast<double>(get<std::uint64_t>()); }
    std::uint64_t getVarint()
    {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < m_bytes.size() && i < 10; ++i) {
            const std::uint64_t part = m_bytes[i] & 0x7FU;
            if (i == 9 && part > 1)
                break;
            value |= part << (7 * i);
            if ((m_bytes[i] & 0x80U) == 0) {
                m_bytes = m_bytes.subspan(i + 1);
                return value;
            }
        }
        fail();
        return 0;
    }
    /// The next `length` bytes, borrowed; empty after a failure.
    ByteView take(std::uint64_t length)
    {
        if (length > m_bytes.size()) {
            fail();
            return {};
        }
        const ByteView part = m_bytes.first(static_cast<std::size_t>(length));
        m_bytes = m_bytes.subspan(static_cast<std::size_t>(length));
        return part;
    }
    std::string_view getText()
    {
        const ByteView part = take(getVarint());
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }

private:
    ByteView m_bytes;
    bool m_failed = false;
};

} // namespace bnof::storage
