// SPDX-License-Identifier: GPL-3.0-or-later
// Turns the rule of a projection into synapses.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/snn/aligned_array.h"
#include "engine/snn/kernels.h"
#include "engine/snn/network.h"
#include "engine/snn/quantise.h"

namespace bnof::snn {

/// Neurons of one target block at most: what 16-bit indices reach.
constexpr std::uint32_t largestTargetBlock = 65536;

/// The synapses of one projection in the form that is cheapest to deliver. Sparse rows are split by blocks of
/// target neurons: the part of a row that ends in one block is contiguous, so that a block's accumulators stay in
/// the cache and blocks can be served by different threads.
struct Synapses {
    RowForm form = RowForm::Shared;
    std::uint32_t sources = 0;
    std::uint32_t targets = 0;
    std::uint32_t blockSize = largestTargetBlock; ///< targets in a block; the last may be shorter
    std::int32_t weight = 0;                      ///< when there is no weight a synapse
    std::uint32_t smallShift = 0;                 ///< smallWeights are in units of 2^smallShift
    std::vector<std::uint32_t> rowStart;          ///< sparse: sources + 1 offsets for every block
    std::vector<std::uint16_t> blockTargets;      ///< sparse: relative to the block
    AlignedArray<std::int16_t> weights;           ///< a weight a synapse; dense rows are padded
    AlignedArray<std::int8_t> smallWeights;       ///< the same as Precision::Int8

    [[nodiscard]] std::uint32_t blocks() const { return (targets + blockSize - 1) / blockSize; }
    /// Borrowed view of one block for the kernels.
    [[nodiscard]] SynapseRows rows(std::uint32_t block) const;
    [[nodiscard]] std::uint64_t count() const;
    /// Weight units of synapse k (its position in the arrays).
    [[nodiscard]] std::int32_t weightAt(std::size_t k) const;
    /// Calls visit(source, target, k) for every synapse; k is its position in the weight arrays.
    template <typename Visit> void forEach(Visit visit) const;
    /// Calls visit(target, k) for every synapse of one source.
    template <typename Visit> void forEachOf(std::uint32_t source, Visit visit) const;
};

/// Neurons in each block of every population, a multiple of 64: small enough that a block's accumulators stay in
/// the cache, large enough that the rows of incoming projections are not cut to shreds.
[[nodiscard]] std::vector<std::uint32_t> targetBlockSizes(const Network& network);

/// Builds the synapses of a validated projection. Random rules draw from (seed, projection index); the work
/// is proportional to the number of synapses. Throws std::bad_alloc when memory is short.
[[nodiscard]] Synapses buildSynapses(const Network& network, std::size_t projectionIndex, const ReceptorScale& scale,
                                     std::uint32_t blockSize = largestTargetBlock);

template <typename Visit> void Synapses::forEachOf(std::uint32_t source, Visit visit) const
{
    if (form == RowForm::Identity) {
        visit(source, std::size_t{source});
    } else if (form == RowForm::Sparse) {
        for (std::uint32_t block = 0; block < blocks(); ++block) {
            const std::size_t row = std::size_t{block} * (sources + 1) + source;
            for (std::uint32_t k = rowStart[row]; k < rowStart[row + 1]; ++k)
                visit(block * blockSize + blockTargets[k], std::size_t{k});
        }
    } else {
        const std::size_t first = form == RowForm::Dense ? source * paddedSize(targets) : 0;
        for (std::uint32_t target = 0; target < targets; ++target)
            visit(target, first + target);
    }
}

template <typename Visit> void Synapses::forEach(Visit visit) const
{
    for (std::uint32_t source = 0; source < sources; ++source)
        forEachOf(source, [&](std::uint32_t target, std::size_t k) { visit(source, target, k); });
}

} // namespace bnof::snn
