// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bnof::cache {

/// No feature is greater: 256 spikes of one neuron in one bin.
inline constexpr std::uint32_t largestFeature = 4095;
/// So many features at once keep the sums of project() inside 32 bits: 4,095 * 127 * 4,096 < 2^31.
inline constexpr std::size_t projectedAtOnce = 4096;

/// Inner loops for one instruction set. Integers only, so all give the same bits. No function allocates or throws.
struct Kernels {
    const char* name; ///< "scalar", "avx2" or "avx512"

    /// sums[j] += values[i] * rows[indices[i] * bits + j] for j < bits (128 or 256) and i < count <= projectedAtOnce.
    void (*project)(const std::int8_t* rows, const std::uint32_t* indices, const std::uint16_t* values,
                    std::size_t count, std::size_t bits, std::int32_t* sums);
    /// The sum of squared differences; no value may exceed largestFeature.
    std::uint64_t (*squaredDistance)(const std::uint16_t* a, const std::uint16_t* b, std::size_t count);
    /// The place of the signature nearest to `query` among `count` signatures of `words` (2 or 4) words each, the first
    /// of equals, and its Hamming distance in `distance`; count when none is nearer than `limit` + 1.
    std::size_t (*nearest)(const std::uint64_t* signatures, std::size_t count, std::size_t words,
                           const std::uint64_t* query, std::uint32_t limit, std::uint32_t* distance);
};

/// The kernels for the best instruction set of this processor.
[[nodiscard]] const Kernels& kernels();
/// Everything that this processor can run, "scalar" first.
[[nodiscard]] std::vector<const Kernels*> allKernels();

// For kernels() alone: defined in the file of its name, for processors that have it.
extern const Kernels scalarKernels;
extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;

} // namespace bnof::cache
