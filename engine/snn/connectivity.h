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

/// The synapses of one projection in the form that is cheapest to deliver.
struct Synapses {
    RowForm form = RowForm::Shared;
    std::uint32_t sources = 0;
    std::uint32_t targets = 0;
    std::int32_t weight = 0;              ///< when `weights` is empty
    std::vector<std::uint32_t> rowStart;  ///< sparse forms
    std::vector<std::uint16_t> targets16; ///< RowForm::Sparse16
    std::vector<std::uint32_t> targets32; ///< RowForm::Sparse32
    AlignedArray<std::int16_t> weights;   ///< a weight a synapse; dense rows are padded

    /// Borrowed view for the kernels.
    [[nodiscard]] SynapseRows rows() const;
    [[nodiscard]] std::uint64_t count() const;
    /// Adds to each target the weight units that all its synapses deliver together.
    void addSums(std::span<std::uint64_t> sums) const;
};

/// Builds the synapses of a validated projection. Random rules draw from (seed, projection index); the work
/// is proportional to the number of synapses. Throws std::bad_alloc when memory is short.
[[nodiscard]] Synapses buildSynapses(const Network& network, std::size_t projectionIndex, const ReceptorScale& scale);

} // namespace bnof::snn
