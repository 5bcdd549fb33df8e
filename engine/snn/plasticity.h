// SPDX-License-Identifier: GPL-3.0-or-later
// The plastic synapses of one projection. Changes are kept back until somebody can see them: a row is brought up to
// date when its source fires, when its trace ends, and before anything that reads weights; what happens meanwhile is
// the log of postsynaptic spikes. The order of events at every synapse is the model's, so the weights have the
// same bits as if each change had been made at once, at a cost that follows recent spikes instead of synapses.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "engine/snn/aligned_array.h"
#include "engine/snn/kernels.h"
#include "engine/snn/plan.h"

namespace bnof::snn {

/// The state of a plastic projection in a form that no back end owns. Weights and eligibilities are in the order of
/// Synapses::forEach; spike times are -1 before the first spike.
struct PlasticState {
    std::vector<std::int32_t> weights;       ///< 2^-16 weight units; multiples of 2^16 where the storage is int16
    std::vector<std::int32_t> eligibilities; ///< three-factor rule, else empty
    std::vector<std::uint32_t> preTrace;     ///< by source, at its last arrival
    std::vector<std::uint32_t> slowPreTrace; ///< triplet, else empty
    std::vector<std::int64_t> lastArrival;
    std::vector<std::uint32_t> postTrace; ///< by target, at its last spike
    std::vector<std::uint32_t> slowPostTrace;
    std::vector<std::int64_t> lastSpike;
    std::vector<std::uint32_t> spikesInPeriod; ///< by target; homeostasis, else empty

    bool operator==(const PlasticState&) const = default;
};

/// Ticks have to be given in ascending order; in each, the order of calls is that of the functions below.
class PlasticSynapses {
public:
    PlasticSynapses(const ProjectionPlan& projection, const KernelTable& kernels);

    /// Decay of eligibilities and synaptic scaling, at their ticks.
    void beginTick(std::int64_t tick);
    /// Spikes reach the synapses: their weights are added to `sums`, then depression, then the trace. Returns the
    /// synapses served.
    std::uint64_t arrive(std::int64_t tick, std::span<const std::uint32_t> sources, std::int32_t* sums);
    /// Target neurons have fired: potentiation and their trace.
    void fire(std::int64_t tick, std::span<const std::uint32_t> targets);

    /// Three-factor rule, between two ticks: weights += learning rate * modulation * eligibility; one modulation a
    /// target, or one for all.
    void modulate(std::span<const float> modulation);

    void reset();
    [[nodiscard]] PlasticState state();
    void setState(const PlasticState& state);
    /// Weights in weight units, in the order of Synapses::forEach.
    [[nodiscard]] std::vector<float> weights();

private:
    /// The target neurons that fired in one tick: a part of m_logNeurons.
    struct PostSpikes {
        std::int64_t tick = 0;
        std::size_t begin = 0; ///< counted over the whole run
        std::size_t end = 0;
    };
    struct Row {
        std::uint64_t settled = 0; ///< ticks of the log before this number have been applied
        std::int64_t lastArrival = -1;
        std::uint32_t trace = 0;
        std::uint32_t slowTrace = 0;
        bool active = false; ///< in m_active
    };
    struct Expiry {
        std::int64_t tick;
        std::uint32_t row;
    };

    [[nodiscard]] bool dense() const { return m_rowStart.empty(); }
    [[nodiscard]] std::size_t rowBegin(std::uint32_t row) const;
    [[nodiscard]] std::size_t rowLength(std::uint32_t row) const;
    [[nodiscard]] std::uint32_t targetOf(std::uint32_t row, std::size_t k) const;
    [[nodiscard]] std::int32_t weight(std::size_t position) const;
    /// A change of one weight at one tick; `occasion` keeps the random rounding of pre and post apart.
    void change(std::size_t position, std::int64_t steps, std::int64_t tick, std::uint32_t occasion);
    void changeEligibility(std::size_t position, std::int64_t steps);
    void settle(std::uint32_t row);
    template <typename Locate> void applyPostSpikes(const Row& row, std::uint64_t from, Locate locate);
    void raiseRow(const Row& row, std::uint64_t from, std::int32_t* weights) const;
    void settleAll();
    void expire(std::int64_t tick);
    void preparePreChanges(std::int64_t tick);
    void serveRow(std::int64_t tick, std::uint32_t row, std::int32_t* sums);
    void decayEligibilities();
    void scale(std::int64_t tick);
    void activate(std::uint32_t row);

    const ProjectionPlan& m_projection;
    const PlasticityPlan& m_rule;
    const KernelTable& m_kernels;
    std::uint32_t m_sources = 0;
    std::uint32_t m_targets = 0;
    std::size_t m_stride = 0;                   ///< dense rows
    std::vector<std::size_t> m_rowStart;        ///< sparse rows
    std::vector<std::uint32_t> m_rowTargets;    ///< sparse rows
    AlignedArray<std::int32_t> m_wide;          ///< PlasticStorage::Int32
    AlignedArray<std::int16_t> m_narrow;        ///< PlasticStorage::Int16
    AlignedArray<std::int32_t> m_eligibilities; ///< three factors
    std::vector<Row> m_rows;
    std::vector<std::uint32_t> m_postTrace, m_slowPostTrace;
    std::vector<std::int64_t> m_lastSpike;
    std::vector<std::uint32_t> m_spikesInPeriod;
    std::vector<PostSpikes> m_log; ///< ticks with post spikes, from number m_logBegin on
    std::uint64_t m_logBegin = 0;
    std::vector<std::uint32_t> m_logNeurons;    ///< from number m_neuronsBegin on
    std::vector<std::uint32_t> m_logSlowTraces; ///< triplet: o2 just before each of these spikes
    std::size_t m_neuronsBegin = 0;
    std::deque<Expiry> m_expiries;          ///< rows whose trace will end, by time
    std::vector<std::uint32_t> m_active;    ///< rows that may have an eligibility
    AlignedArray<std::int32_t> m_preChange; ///< of the tick, by target
    std::vector<std::uint32_t> m_postRead;  ///< triplet: o1 of the tick, by target
    std::vector<std::uint32_t> m_place;     ///< sparse rows: position of a target in the row at hand, plus one
};

} // namespace bnof::snn
