// SPDX-License-Identifier: GPL-3.0-or-later
// The portable kernels: what every processor runs that has no others, and what the others must agree with.
#include "engine/storage/bit_packing.h"

namespace bnof::storage {
namespace {

void unpack(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count, std::uint32_t* out)
{
    const auto mask = static_cast<std::uint32_t>((std::uint64_t{1} << width) - 1);
    std::size_t i = 0;
    std::size_t bit = 0;
    for (; i < count && static_cast<std::size_t>(end - in) >= bit / 8 + 8; ++i, bit += width)
        out[i] = static_cast<std::uint32_t>(loadLittle<std::uint64_t>(in + bit / 8) >> (bit % 8)) & mask;
    for (; i < count; ++i, bit += width)
        out[i] = bitsAt(in, end, bit, width);
}

std::uint32_t prefixSum(std::uint32_t* values, std::size_t count, std::uint32_t start)
{
    for (std::size_t i = 0; i < count; ++i)
        values[i] = start += values[i];
    return start;
}

void addOffset(std::uint32_t* values, std::size_t count, std::uint32_t offset)
{
    for (std::size_t i = 0; i < count; ++i)
        values[i] += offset;
}

void expandRuns(const std::uint32_t* sums, const std::uint32_t* counts, std::size_t ticks, std::size_t,
                std::uint32_t firstTick, std::uint32_t firstId, std::uint32_t* outTicks, std::uint32_t* outIds)
{
    std::uint32_t before = 0;
    std::size_t i = 0;
    for (std::size_t k = 0; k < ticks; ++k) {
        const std::uint32_t base = firstId - before;
        for (const std::size_t stop = i + counts[k]; i < stop; ++i) {
            outTicks[i] = firstTick + static_cast<std::uint32_t>(k);
            outIds[i] = base + sums[i];
        }
        if (counts[k] > 0)
            before = sums[i - 1];
    }
}

} // namespace

const PackingKernels scalarPackingKernels{"scalar", unpack, prefixSum, addOffset, expandRuns};

} // namespace bnof::storage
