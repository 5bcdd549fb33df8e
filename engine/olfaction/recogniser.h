// SPDX-License-Identifier: GPL-3.0-or-later
// Frames in, decisions out. The spiking network and the classical baseline implement the same interface,
// so that everything above (session, replay, evaluation, comparison) treats them alike.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::snn {
class Simulation;
}

namespace bnof::olfaction {

/// What a recogniser is and what it needs.
struct RecogniserInfo {
    std::string kind;                     ///< "spiking", "lda", "template" or one of classifierKinds()
    std::string modelName;                ///< for people
    std::string modelDigest;              ///< SHA-256 of the model's bytes
    std::vector<std::string> gases;       ///< Decision::gas indexes this
    int background = -1;                  ///< index of the class that means "no stimulus" (clean air), or -1
    std::vector<ChannelInfo> channels;    ///< the channels that it was trained on, in order
    std::vector<LayerInfo> layers;        ///< one per population in network order; empty when it does not spike
    double tickMs = 1;                    ///< simulation tick
    double decisionIntervalSeconds = 0.2; ///< of device time
    std::string backEnd;                  ///< "vector (AVX2)", ...
    bool simulatedTraining = false;       ///< the training data came from the simulator
    bool modified = false;                ///< its network was edited by hand after training
};

/// The precision that a network's weights are in from a decision on, see RecogniserOptions::precision.
struct PrecisionReading {
    std::string name;   ///< "fp32", "int8"; empty: as the model has them, or there is no network
    std::string reason; ///< for people; empty when nothing is compared

    bool operator==(const PrecisionReading&) const = default;
};

/// What one call of process() produced. Cleared by the caller, so that its memory is reused.
struct RecogniserOutput {
    std::vector<std::vector<Spike>> spikes; ///< per layer; ticks count from the last reset
    std::vector<Decision> decisions;
    std::vector<PrecisionReading> precisionChanges; ///< taken effect behind the last decision
    Timestamp tickZero = 0;                         ///< set by process(): the session time of tick 0 of these spikes

    void clear()
    {
        for (auto& layer : spikes)
            layer.clear();
        decisions.clear();
        precisionChanges.clear();
    }
};

/// How much of one gas there is, with its 90 % prediction interval.
struct ComponentEstimate {
    std::string gas;
    float ppm = 0;
    float low = 0;
    float high = 0;
};

/// Deterministic: the same state and the same calls give the same output, bit for bit. Not thread-safe.
class Recogniser {
public:
    virtual ~Recogniser() = default;

    [[nodiscard]] virtual const RecogniserInfo& info() const = 0;
    /// Advance to the frame's time. Frames must come in time order with as many values as info().channels;
    /// NaN marks a missing value. Appends to `output`.
    virtual Result<void> process(const SensorFrame& frame, RecogniserOutput& output) = 0;
    /// Forget everything that was seen; the next frame starts at tick 0.
    virtual void reset() = 0;
    /// Everything that future output depends on.
    [[nodiscard]] virtual std::vector<std::uint8_t> saveState() const = 0;
    virtual Result<void> loadState(std::span<const std::uint8_t> state) = 0;
    /// Concentrations at the last frame of every component of `gas` (a mixture has several), as far as the model
    /// can tell. Decision::ppm is the only entry of this list; a mixture's decision has none.
    [[nodiscard]] virtual std::vector<ComponentEstimate> estimates(int gas) const = 0;
    /// The network that runs inside, to look at; null where none does. Used by the thread that calls process().
    [[nodiscard]] virtual const snn::Simulation* simulation() const { return nullptr; }
    /// Now. Used by the thread that calls process().
    [[nodiscard]] virtual PrecisionReading precision() const { return {}; }
};

struct RecogniserOptions {
    std::string backEnd = "auto"; ///< see snn::SimulationOptions
    bool timePhases = false;      ///< the same
    unsigned threads = 0;         ///< the same
    /// "model": weights as the model has them; "fp32", "fp16", "int16", "int8"; "adaptive": as few bits as agree with
    /// the model's own precision. Classical recognisers have no such weights and ignore it.
    std::string precision = "model";
    double precisionLimit = 0.99; ///< adaptive: least share of decisions that agree
    /// Not 0: at every multiple of so many ticks the network is put away as saved bytes and taken up from them again.
    /// It gives the same output as 0 does, which is what a check of saved states wants to see.
    std::uint32_t saveEveryTicks = 0;
};

/// Build the recogniser that a model file describes (bytes of a .bnofmodel).
[[nodiscard]] Result<std::unique_ptr<Recogniser>> makeRecogniser(std::span<const std::uint8_t> modelBytes,
                                                                 const RecogniserOptions& options = {});

/// For each channel of the model, the index of the device channel that feeds it: by name where all names are
/// present, else by position where the counts agree and the device's names say no more than the place ("ch1", "2").
/// The error names the channels that are missing and those that may be meant.
[[nodiscard]] Result<std::vector<std::size_t>> matchChannels(const std::vector<ChannelInfo>& modelChannels,
                                                             const std::vector<ChannelInfo>& deviceChannels);

} // namespace bnof::olfaction
