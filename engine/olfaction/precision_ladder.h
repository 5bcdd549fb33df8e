// SPDX-License-Identifier: GPL-3.0-or-later
// A recogniser's network in the precision that was asked for: as the model has it, in fewer bits, or in as few as a
// monitor finds good enough while it runs.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/olfaction/state_bytes.h"
#include "engine/snn/clip_calibration.h"
#include "engine/snn/precision_monitor.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {

struct PrecisionLadderOptions {
    /// "model": as the network says; "fp32", "fp16", "int16", "int8": all weights that do not learn; "adaptive": int8
    /// as long as its decisions agree with those of the model's own precision.
    std::string precision = "model";
    double limit = 0.99;                    ///< adaptive: see snn::PrecisionMonitorOptions
    std::vector<snn::ProjectionClip> clips; ///< of int8, one a projection, or empty: nothing is clipped
    std::uint32_t population = 0;           ///< whose spikes decide
    std::uint32_t windowIntervals = 1;      ///< decision intervals that a decision reads
    snn::SimulationOptions simulation;
};

/// Runs one network. "adaptive" compares whole decision windows: of each stretch of windowIntervals intervals that does
/// not overlap the one before, the monitor chooses whether the model's own precision (and the next coarser one) run it
/// a second time, from the state in which the active network enters it. Switches take effect between two windows, and
/// which ones there are depends on nothing but the input and the options.
class PrecisionLadder {
public:
    /// What the spikes of a window, one count a neuron of the deciding population, are read as.
    using Decide = std::function<int(std::span<const std::uint32_t> counts)>;

    /// Errors: an unknown precision, those of Simulation::create().
    [[nodiscard]] static Result<PrecisionLadder> create(const snn::Network& network,
                                                        const PrecisionLadderOptions& options, Decide decide);

    [[nodiscard]] const snn::Simulation& active() const { return m_levels[m_active].simulation; }
    [[nodiscard]] snn::Simulation& active() { return m_levels[m_active].simulation; }
    /// Advance by ticks that lie within one decision interval.
    void run(std::uint32_t ticks, snn::SpikesByPopulation& spikes);
    Result<void> setDrive(std::uint32_t population, std::span<const float> driveMv);
    Result<void> setRates(std::uint32_t population, std::span<const float> rateHz);
    /// At rest; what the monitor has learnt stays.
    void restart();
    /// The monitor forgets too.
    void reset();
    /// A decision interval is over; `gas` is what the active network's window was read as, if one is full.
    std::optional<snn::PrecisionSwitch> intervalEnded(std::optional<int> gas);

    /// "fp32", "int8"; empty: as the model has it.
    [[nodiscard]] const std::string& precision() const { return m_levels[m_active].name; }
    /// For people: how well the precision in use has agreed so far; empty when nothing is compared.
    [[nodiscard]] std::string agreementText() const;

    void save(StateWriter& writer) const;
    /// Into a ladder of the same network and options.
    [[nodiscard]] Result<void> load(StateReader& reader);

private:
    struct Level {
        std::string name;
        snn::Simulation simulation;
    };
    struct Shadow {
        std::size_t level = 0;
        std::vector<std::uint32_t> counts;
    };
    PrecisionLadder(std::vector<Level> levels, const PrecisionLadderOptions& options, Decide decide);

    void beginWindow();
    [[nodiscard]] std::optional<int> shadowGas(std::size_t level) const;

    std::vector<Level> m_levels; ///< the model's own precision first
    std::size_t m_active = 0;
    Decide m_decide;
    std::uint32_t m_population;
    std::uint32_t m_windowIntervals;
    snn::PrecisionMonitorOptions m_monitorOptions;
    std::optional<snn::PrecisionMonitor> m_monitor; ///< of "adaptive"
    bool m_inWindow = false;
    std::uint32_t m_interval = 0; ///< finished in this window
    std::uint64_t m_exposure = 0; ///< windows so far
    std::vector<Shadow> m_shadows;
    snn::SpikesByPopulation m_shadowSpikes; ///< reused
};

} // namespace bnof::olfaction
