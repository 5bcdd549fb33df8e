// SPDX-License-Identifier: GPL-3.0-or-later
// Questions about a part of a recording: some neurons between two times, one channel of one hour. Answered from the
// index pages and the few blocks that can hold the answer, in memory that does not grow with the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/storage/bytes.h"

namespace bnof::recording {

struct SpikeQuestion {
    std::uint32_t layer = 0;
    Timestamp from = 0; ///< session time, included
    Timestamp to = 0;   ///< not included
    std::uint32_t firstNeuron = 0;
    std::uint64_t endNeuron = std::uint64_t{1} << 32; ///< not included
};

struct ChannelQuestion {
    std::uint32_t source = 0;
    std::uint32_t channel = 0;
    Timestamp from = 0;
    Timestamp to = 0; ///< not included
};

/// Spikes as two columns, in the order of time, then of neuron.
struct TimedSpikes {
    std::vector<Timestamp> times;
    std::vector<std::uint32_t> neurons;
};

struct ChannelSamples {
    std::vector<Timestamp> times;
    std::vector<float> values;
};

/// A recording that was closed properly, memory-mapped. Not thread-safe; distinct objects are independent. A block's
/// checksum is compared when it is read for the first time.
class RangeReader {
public:
    /// Reads the footers only. Errors: no recording, not closed properly, format version 1.
    [[nodiscard]] static Result<std::unique_ptr<RangeReader>> open(const std::string& path);
    virtual ~RangeReader() = default;

    /// Appends to `out`. Errors: a block that is damaged (named, with its place), spikes whose time is not known.
    virtual Result<void> spikes(const SpikeQuestion& question, TimedSpikes& out) = 0;
    virtual Result<void> channel(const ChannelQuestion& question, ChannelSamples& out) = 0;
    /// From the first to the last time in the recording.
    [[nodiscard]] virtual std::pair<Timestamp, Timestamp> timeRange() const = 0;
};

} // namespace bnof::recording
