// SPDX-License-Identifier: GPL-3.0-or-later
// What every back end offers to Simulation. Arguments have been checked by the caller.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/snn/plan.h"
#include "engine/snn/plasticity.h"
#include "engine/snn/simulation.h"

namespace bnof::snn {

/// The whole state of a simulation in a form that no back end owns: slots start at the next tick.
struct PopulationState {
    std::vector<float> membrane;
    std::vector<float> second;                 ///< adaptation of the threshold, or Izhikevich's U
    std::array<std::vector<float>, 2> current; ///< excitatory, inhibitory; weight units
    std::vector<std::uint16_t> refractory;
    std::vector<std::int32_t> count; ///< counters
    std::vector<float> drive;
    /// What is on its way over synapses that are not plastic: [receptor][slot], an accumulator a neuron, or empty
    /// where nothing is on its way.
    std::array<std::vector<std::vector<std::int32_t>>, 2> perNeuron;
    std::array<std::vector<std::int32_t>, 2> shared; ///< [receptor][slot]
    std::vector<std::uint32_t> thresholds;           ///< Poisson
    std::vector<std::uint64_t> nextSpike;            ///< Poisson intervals: tick
    std::vector<std::uint32_t> draws;                ///< Poisson intervals: made so far

    bool operator==(const PopulationState&) const = default;
};

struct LearningState {
    PlasticState synapses;
    /// Spikes on their way: source neurons that fired `delay`, `delay` - 1, ... 1 ticks before the next tick.
    std::vector<std::vector<std::uint32_t>> arriving;

    bool operator==(const LearningState&) const = default;
};

struct NetworkState {
    std::uint64_t tick = 0;
    std::vector<PopulationState> populations;
    std::vector<LearningState> learning; ///< one a plastic projection, in their order

    bool operator==(const NetworkState&) const = default;
};

class BackEnd {
public:
    explicit BackEnd(std::shared_ptr<const Plan> plan) : m_plan(std::move(plan)) {}
    virtual ~BackEnd() = default;
    BackEnd(const BackEnd&) = delete;
    BackEnd& operator=(const BackEnd&) = delete;

    [[nodiscard]] const Plan& plan() const { return *m_plan; }
    [[nodiscard]] const std::shared_ptr<const Plan>& sharedPlan() const { return m_plan; }
    virtual void setDrive(std::uint32_t population, std::span<const float> driveMv) = 0;
    virtual void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) = 0;
    virtual void run(std::uint32_t ticks, SpikesByPopulation& spikes) = 0;
    virtual void modulate(std::uint32_t projection, std::span<const float> modulation) = 0;
    [[nodiscard]] virtual std::uint64_t tick() const = 0;
    /// Poisson sources draw from `drawSeed` until the next reset or setState.
    virtual void reset(std::uint64_t drawSeed) = 0;
    /// Not const: what has been put off is done first. The future does not change.
    [[nodiscard]] virtual NetworkState state() = 0;
    /// `state` fits the plan and is within its bounds.
    virtual void setState(const NetworkState& state) = 0;
    /// What has happened since the back end was made; not part of the state.
    [[nodiscard]] virtual Activity activity() const = 0;
    [[nodiscard]] virtual std::string name() const = 0;
    /// Why this back end runs, for people.
    [[nodiscard]] virtual std::string reason() const { return "it was asked for"; }

    /// Poisson sources draw from `drawSeed` from the next tick on; nothing else changes. Saved states do not hold it.
    virtual void setDrawSeed(std::uint64_t drawSeed) = 0;
    /// Why the device under this back end stopped, once it has. From then on nothing that the back end says or does
    /// counts: FallbackBackEnd carries on elsewhere from an earlier state.
    [[nodiscard]] virtual std::optional<Error> failure() const { return std::nullopt; }

private:
    std::shared_ptr<const Plan> m_plan;
};

/// The portable form of a state: little-endian, versioned, bound to the network by its digest.
[[nodiscard]] std::vector<std::uint8_t> encodeState(const Plan& plan, const NetworkState& state);
/// Refuses bytes that are not a state of this network with every value in its range.
[[nodiscard]] Result<NetworkState> decodeState(const Plan& plan, std::span<const std::uint8_t> bytes);

/// The state of `from` as one of `to`, the same network with other precisions: membranes stay, sums of weights are
/// rounded to the other units. Errors: networks that learn, or that differ in more than that.
[[nodiscard]] Result<NetworkState> transferState(const Plan& from, const Plan& to, NetworkState state);

/// Largest drive in mV that setDrive takes.
constexpr float largestDriveMv = 1e6F;

} // namespace bnof::snn
