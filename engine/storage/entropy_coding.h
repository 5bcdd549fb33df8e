// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as a canonical Huffman code of their magnitude followed by their low bits: for columns that are kept long
// and read seldom. Small numbers have a symbol each, larger ones share one among 2^(exponent - 3) neighbours, so a
// table of 240 lengths describes any smooth distribution closely. Byte layout in CODECS.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/storage/bit_packing.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

inline constexpr std::size_t magnitudeSymbols = 240;
inline constexpr unsigned longestCode = 12;

/// Below 16 the number itself; then eight symbols for each power of two.
[[nodiscard]] constexpr unsigned magnitudeSymbol(std::uint32_t value)
{
    if (value < 16)
        return value;
    const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
    return 16 + (exponent - 4) * 8 + ((value >> (exponent - 3)) & 7U);
}
/// Low bits that follow a symbol.
[[nodiscard]] constexpr unsigned magnitudeExtra(unsigned symbol)
{
    return symbol < 16 ? 0 : (symbol - 16) / 8 + 1;
}
/// The smallest number of a symbol.
[[nodiscard]] constexpr std::uint32_t magnitudeBase(unsigned symbol)
{
    return symbol < 16 ? symbol : (8U + (symbol - 16) % 8) << magnitudeExtra(symbol);
}

using MagnitudeHistogram = std::array<std::uint32_t, magnitudeSymbols>;

/// A prefix code for the symbols, as its writer needs it.
struct MagnitudeCode {
    std::array<std::uint8_t, magnitudeSymbols> lengths{}; ///< bits, 0: the symbol does not occur
    std::array<std::uint16_t, magnitudeSymbols> codes{};  ///< first bit lowest

    /// The best code of at most 12 bits (nearly: over-long codes are shortened greedily).
    [[nodiscard]] static MagnitudeCode forHistogram(const MagnitudeHistogram& histogram);
    /// Bits of all numbers counted in the histogram, which the code must cover.
    [[nodiscard]] std::uint64_t cost(const MagnitudeHistogram& histogram) const;
    void write(Bytes& out) const;
};

/// The same code, as its reader needs it.
class MagnitudeDecoder {
public:
    /// Reads the lengths at `in`; returns where they end, or null when they are no prefix code.
    [[nodiscard]] const std::uint8_t* read(const std::uint8_t* in, const std::uint8_t* end);

    struct Entry {
        std::uint32_t base = 0;
        std::uint8_t length = 0; ///< of the code, 0: there is no such code
        std::uint8_t extra = 0;
    };
    [[nodiscard]] const Entry& entry(std::uint64_t bits) const { return m_table[bits & (m_table.size() - 1)]; }

private:
    std::array<Entry, std::size_t{1} << longestCode> m_table;
};

/// Appends bits, lowest first.
class BitWriter {
public:
    explicit BitWriter(Bytes& out) : m_out(out) {}
    void put(const MagnitudeCode& code, std::uint32_t value)
    {
        const unsigned symbol = magnitudeSymbol(value);
        const unsigned extra = magnitudeExtra(symbol);
        const std::uint64_t low = value & ((std::uint64_t{1} << extra) - 1);
        m_pending |= (low << code.lengths[symbol] | code.codes[symbol]) << m_fill;
        for (m_fill += code.lengths[symbol] + extra; m_fill >= 8; m_fill -= 8, m_pending >>= 8)
            m_out.push_back(static_cast<std::uint8_t>(m_pending));
    }
    /// Fill the last byte with zeros.
    void finish()
    {
        if (m_fill > 0)
            m_out.push_back(static_cast<std::uint8_t>(m_pending));
        m_fill = 0;
        m_pending = 0;
    }

private:
    Bytes& m_out;
    std::uint64_t m_pending = 0;
    unsigned m_fill = 0;
};

/// Reads what BitWriter wrote from bytes that nobody trusts; behind their end it reads zeros and says so at the end.
class BitReader {
public:
    BitReader(const std::uint8_t* in, const std::uint8_t* end) : m_in(in), m_end(end) {}
    /// False when the bits are no code.
    [[nodiscard]] bool get(const MagnitudeDecoder& decoder, std::uint32_t& value)
    {
        refill();
        const MagnitudeDecoder::Entry& entry = decoder.entry(m_bits);
        if (entry.length == 0)
            return false;
        m_bits >>= entry.length;
        value = entry.base + static_cast<std::uint32_t>(m_bits & ((std::uint64_t{1} << entry.extra) - 1));
        m_bits >>= entry.extra;
        m_fill -= entry.length + entry.extra;
        return true;
    }
    /// All bytes were read, none beyond them, and what fills the last one is zero.
    [[nodiscard]] bool atEnd()
    {
        refill();
        return m_in == m_end && m_fill >= m_invented && m_fill - m_invented < 8 && m_bits == 0;
    }

private:
    void refill()
    {
        if (m_end - m_in >= 8) {
            m_bits |= loadLittle<std::uint64_t>(m_in) << m_fill;
            m_in += (63 - m_fill) / 8;
            m_fill |= 56;
            return;
        }
        for (; m_fill <= 55; m_fill += 8) {
            if (m_in < m_end)
                m_bits |= std::uint64_t{*m_in++} << m_fill;
            else
                m_invented += 8;
        }
    }

    const std::uint8_t* m_in;
    const std::uint8_t* m_end;
    std::uint64_t m_bits = 0;
    unsigned m_fill = 0;          ///< bits in m_bits, invented zeros included; at most 63
    std::uint64_t m_invented = 0; ///< zero bits added behind the end so far
};

} // namespace bnof::storage
