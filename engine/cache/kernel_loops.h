// SPDX-License-Identifier: GPL-3.0-or-later
// The loops themselves, compiled once an instruction set: included by kernels_*.cpp alone. Everything is in an unnamed
// namespace and calls nothing of the standard library, so no code of one instruction set is linked into another.
#pragma once

#include "engine/cache/kernels.h"

namespace bnof::cache {
namespace {

template <std::size_t bits>
void projectBits(const std::int8_t* rows, const std::uint32_t* indices, const std::uint16_t* values, std::size_t count,
                 std::int32_t* sums)
{
    std::int32_t local[bits] = {};
    for (std::size_t i = 0; i < count; ++i) {
        const std::int8_t* row = rows + std::size_t{indices[i]} * bits;
        const std::int32_t value = values[i];
        for (std::size_t j = 0; j < bits; ++j)
            local[j] += value * row[j];
    }
    for (std::size_t j = 0; j < bits; ++j)
        sums[j] += local[j];
}

void projectLoop(const std::int8_t* rows, const std::uint32_t* indices, const std::uint16_t* values, std::size_t count,
                 std::size_t bits, std::int32_t* sums)
{
    if (bits == 128)
        projectBits<128>(rows, indices, values, count, sums);
    else
        projectBits<256>(rows, indices, values, count, sums);
}

std::uint64_t squaredDistanceLoop(const std::uint16_t* a, const std::uint16_t* b, std::size_t count)
{
    constexpr std::size_t block = 128; // 128 * 4,095^2 < 2^31
    std::uint64_t total = 0;
    for (std::size_t at = 0; at < count; at += block) {
        const std::size_t end = count - at < block ? count : at + block;
        std::int32_t sum = 0;
        for (std::size_t i = at; i < end; ++i) {
            const std::int32_t difference = static_cast<std::int32_t>(a[i]) - static_cast<std::int32_t>(b[i]);
            sum += difference * difference;
        }
        total += static_cast<std::uint64_t>(sum);
    }
    return total;
}

template <std::size_t words>
std::size_t nearestWords(const std::uint64_t* signatures, std::size_t count, const std::uint64_t* query,
                         std::uint32_t limit, std::uint32_t* distance)
{
    std::size_t best = count;
    std::uint32_t bound = limit + 1;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t bits = 0;
        for (std::size_t w = 0; w < words; ++w)
            bits += static_cast<std::uint32_t>(__builtin_popcountll(signatures[i * words + w] ^ query[w]));
        if (bits < bound) {
            bound = bits;
            best = i;
        }
    }
    *distance = bound;
    return best;
}

[[maybe_unused]] std::size_t nearestLoop(const std::uint64_t* signatures, std::size_t count, std::size_t words,
                                         const std::uint64_t* query, std::uint32_t limit, std::uint32_t* distance)
{
    return words == 2 ? nearestWords<2>(signatures, count, query, limit, distance)
                      : nearestWords<4>(signatures, count, query, limit, distance);
}

} // namespace
} // namespace bnof::cache
