// SPDX-License-Identifier: GPL-3.0-or-later
// Many independent presentations of one network: odours, trials, parameter sets. They are the first thing to spread
// over processors, because nothing has to be exchanged between them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/snn/simulation.h"

namespace bnof::snn {

/// Drives (mV) or Poisson rates (Hz) of every neuron of a population from a tick on.
struct InputChange {
    std::uint32_t tick = 0; ///< from the beginning of the presentation
    std::uint32_t population = 0;
    std::vector<float> values; ///< one a neuron
};

/// One run from the initial state.
struct Trial {
    std::uint32_t ticks = 0;
    std::vector<InputChange> inputs; ///< ordered by tick
    std::uint64_t drawSeed = 1;      ///< of the Poisson sources; the connections keep the network's seed
};

struct BatchOptions {
    /// Any of availableBackEnds(), or "auto": all threads, each with trials of its own ("parallel" does that too), and
    /// the CUDA devices where there are many trials. Trials of a device that fails are done elsewhere.
    std::string backEnd = "auto";
    unsigned threads = 0; ///< 0: as many as the CPU has; 1 for a single instruction set by name
    /// Logical workers that each CUDA device is split into; trials go to all workers by their measured speed.
    unsigned cudaSplit = 1;
};

/// What one worker of a batch has done.
struct BatchWorkerReport {
    std::string name;
    std::size_t trials = 0;
    double trialsPerSecond = 0; ///< 0: not measured
};

struct BatchResult {
    std::vector<SpikesByPopulation> spikes; ///< by trial, in their order
    std::vector<std::string> stateHashes;   ///< by trial, of the final state
    std::string backEnd;                    ///< for people
    std::vector<BatchWorkerReport> workers; ///< who did how much; depends on the machine, the results do not
};

/// Runs every trial. The result does not depend on the back end or on the number of threads. Learning starts from the
/// initial weights in each trial. Errors: those of Simulation::create, setDrive and setRates, with the trial's number.
[[nodiscard]] Result<BatchResult> runBatch(const Network& network, std::span<const Trial> trials,
                                           const BatchOptions& options = {});

} // namespace bnof::snn
