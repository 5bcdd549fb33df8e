// SPDX-License-Identifier: GPL-3.0-or-later
// Which channels, at which times, a decision rests on; and which spikes of its window spoke for it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::olfaction {

/// Frames as a recogniser was shown them, one channel a channel of the model, and its state before the first.
struct PresentedSpan {
    std::vector<std::uint8_t> stateBefore; ///< Recogniser::saveState(); empty: at rest
    RecogniserOptions recogniser = {};     ///< what it ran with; its back end and threads are chosen anew
    std::size_t channels = 0;
    std::vector<Timestamp> times;
    std::vector<double> deviceSeconds;
    std::vector<float> values;        ///< frame after frame
    std::vector<std::uint8_t> masked; ///< the same; not 0: the channel was faulty

    [[nodiscard]] std::size_t frames() const { return times.size(); }
    void add(const SensorFrame& frame);
    [[nodiscard]] SensorFrame frame(std::size_t i) const;
};

/// What was presented lately: at least the last minute of it, or the last three million values where these are less.
class PresentedHistory {
public:
    /// Call before the frame is shown. `state` is asked for only now and then.
    void add(const SensorFrame& frame, const std::function<std::vector<std::uint8_t>()>& state);
    void clear() { m_parts.clear(); }
    [[nodiscard]] PresentedSpan span() const;

private:
    std::vector<PresentedSpan> m_parts; ///< each begins with the state at its first frame
};

struct ExplanationOptions {
    Timestamp at = INT64_MAX;   ///< the last decision that is not later is explained
    unsigned segments = 8;      ///< 1 ... 64 equal stretches of time
    double longestSeconds = 60; ///< of all segments together
    double quietSeconds = 10;   ///< looked at before a decision without an onset
    unsigned threads = 1;       ///< 0: one a core
};

/// Spikes in one bin of the decision window, by what they did to the outputs of the two gases, in mV of input.
struct SpikeEvidence {
    Timestamp t = 0;    ///< begin of the bin
    double direct = 0;  ///< for the explained gas less for its rival, through the direct pathway
    double learned = 0; ///< the same through the Kenyon cells
    std::uint32_t spikes = 0;
};

struct Explanation {
    Decision decision;            ///< computed again; it equals the one that was made
    int rival = -1;               ///< the gas that was next; -1: there is none
    std::vector<Timestamp> edges; ///< of the segments: one more than there are
    std::size_t channels = 0;
    /// Occlusion (Zeiler & Fergus, ECCV 2014, 818-833, for signals in time): how much less probable the answer would be
    /// had the channel not moved within the segment, a row of segments a channel. The answer of a decision "unknown" is
    /// its novelty. Negative: the channel spoke against the answer.
    std::vector<double> importance;
    std::vector<double> without; ///< the same with the channel standing still from the first edge on, one a channel
    std::vector<double> alone;   ///< probability of the answer when every other channel stands still
    double still = 0;            ///< the same when all of them do
    /// Of a spiking model with a readout: its decision window in bins of 20 ms.
    std::vector<SpikeEvidence> evidence;

    [[nodiscard]] double at(std::size_t channel, std::size_t segment) const
    {
        return importance[channel * (edges.size() - 1) + segment];
    }
    /// What the answer was worth as it was made: its probability, or the novelty of "unknown".
    [[nodiscard]] double answer() const;
};

/// Shows the frames of the span again, each time with some movement taken away: a channel "stands still" in a segment
/// when what it rose or fell there is taken off from then on, so that no step appears that the sensor never made.
/// Deterministic. `progress` gets the share done and stops with false (ErrorKind::Cancelled). Errors: the span does not
/// fit the model, it holds no decision up to `at`.
[[nodiscard]] Result<Explanation> explain(std::span<const std::uint8_t> modelBytes, const PresentedSpan& span,
                                          const ExplanationOptions& options = {},
                                          const std::function<bool(double)>& progress = {});

} // namespace bnof::olfaction
