// SPDX-License-Identifier: GPL-3.0-or-later
// Packed columns of unsigned 32-bit integers: runs of 128 values, each run at its own width, the few values that
// are too wide for it patched in afterwards (the "patched frame of reference" of Zukowski et al., "Super-scalar
// RAM-CPU cache compression", ICDE 2006). Where the patches go and what they add are packed columns themselves. Byte
// layout in CODECS.md. The kernels exist for several instruction sets; all give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/storage/bytes.h"

namespace bnof::storage {

/// Inner loops of decoding for one instruction set. No function allocates or throws.
struct PackingKernels {
    const char* name; ///< "scalar", "avx2" or "avx512"

    /// Read `count` values of `width` bits (0..32) from the little-endian bit string at `in`. The string must lie
    /// whole in [in, end); bytes behind it up to `end` may be read, none further.
    void (*unpack)(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count,
                   std::uint32_t* out);
    /// Replace every value by the sum (mod 2^32) of `start`, itself and all before; returns the last sum.
    std::uint32_t (*prefixSum)(std::uint32_t* values, std::size_t count, std::uint32_t start);
    /// Add `offset` (mod 2^32) to every value.
    void (*addOffset)(std::uint32_t* values, std::size_t count, std::uint32_t offset);
    /// Runs of sums that restart with each tick: for tick k = 0..ticks-1, the next counts[k] entries i of `sums` give
    /// outTicks[i] = firstTick + k and outIds[i] = firstId + sums[i] - (the sum before the run; 0 for the first).
    /// The counts add up to `total`. Every array must have room for 16 entries more than `total`: sums may be read
    /// and the outputs overwritten there.
    void (*expandRuns)(const std::uint32_t* sums, const std::uint32_t* counts, std::size_t ticks, std::size_t total,
                       std::uint32_t firstTick, std::uint32_t firstId, std::uint32_t* outTicks, std::uint32_t* outIds);
};

/// The kernels for the best instruction set of this processor.
[[nodiscard]] const PackingKernels& packingKernels();
/// Everything that this processor can run, "scalar" first.
[[nodiscard]] std::vector<const PackingKernels*> allPackingKernels();

/// Values of one width in a packed column; the last run may be shorter.
inline constexpr std::size_t packedRun = 128;
/// Values that share their patches; the last section may be shorter.
inline constexpr std::size_t packedSection = 2048;

/// Append the packed column of `values` to `out`.
void packColumn(std::span<const std::uint32_t> values, Bytes& out);
/// The same where the caller already has room: writes at `out`, which must have packedColumnBound(count) bytes, and
/// returns the end of what was written.
[[nodiscard]] std::uint8_t* packColumn(std::span<const std::uint32_t> values, std::uint8_t* out);
/// No packed column of `count` values is longer, spare bytes for whole-word stores included.
[[nodiscard]] constexpr std::size_t packedColumnBound(std::size_t count)
{
    return count * 7 + count / 16 + 64;
}

/// Read a column of `count` values that begins at `in`, never reading at or behind `end`. Returns where it ends, or
/// null when the bytes are no such column. `out` needs room for `count` values.
[[nodiscard]] const std::uint8_t* unpackColumn(const PackingKernels& kernels, const std::uint8_t* in,
                                               const std::uint8_t* end, std::size_t count, std::uint32_t* out);

/// One value of `width` bits (0..32) that begins `bit` bits behind `in`, reading single bytes below `end`.
[[nodiscard]] std::uint32_t bitsAt(const std::uint8_t* in, const std::uint8_t* end, std::size_t bit, unsigned width);

// For packingKernels() alone: defined in the file of its name, for processors that have it.
extern const PackingKernels scalarPackingKernels;
extern const PackingKernels avx2PackingKernels;
extern const PackingKernels avx512PackingKernels;

} // namespace bnof::storage
