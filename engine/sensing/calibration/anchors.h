// SPDX-License-Identifier: GPL-3.0-or-later
// "Re-anchor with one puff per gas": a few seconds of clean air and a puff of each gas that a model knows become
// labelled frames, which a recogniser may use to follow a drifted sensor. Recognition itself is not this folder's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::sensing {

/// Raw frames of one exposure, in order of time, and what they were of.
struct LabelledFrames {
    std::string label; ///< a gas of the model, or "air"
    double ppm = 0;    ///< NaN: unknown
    std::vector<ChannelInfo> channels;
    std::vector<Timestamp> times;
    std::vector<float> values; ///< row after row, channels.size() each
};

/// Takes labelled frames, e.g. a recogniser that learns on line. All functions on the thread that captures.
class AnchorReceiver {
public:
    virtual ~AnchorReceiver() = default;
    /// One puff, or the clean air before the puffs. Errors: it cannot be used, and why.
    virtual Result<void> anchor(const LabelledFrames& frames) = 0;
    /// Every gas has had its puff.
    virtual Result<void> finished() = 0;
};

/// Collects the frames between begin() and end() of one label after the other. At most `largest` frames a label are
/// kept; a longer exposure is refused, because a puff is short.
class AnchorCapture {
public:
    AnchorCapture(std::vector<ChannelInfo> channels, AnchorReceiver& receiver, std::size_t largest = 1U << 16)
        : m_channels(std::move(channels)), m_receiver(receiver), m_largest(largest)
    {}

    /// Errors: a label twice, or one capture inside another.
    Result<void> begin(std::string label, double ppm);
    void add(const SensorFrame& frame); ///< nothing between end() and begin()
    /// Hands the frames over. Errors: fewer than ten frames, more than `largest`, or the receiver's own.
    Result<void> end();
    /// Throw away what was captured of the present label.
    void cancel() { m_open = false; }
    /// Errors: no clean air or no puff was captured.
    Result<void> finish();
    [[nodiscard]] bool capturing() const { return m_open; }
    [[nodiscard]] const std::vector<std::string>& labels() const { return m_done; }

private:
    std::vector<ChannelInfo> m_channels;
    AnchorReceiver& m_receiver;
    std::size_t m_largest;
    bool m_open = false;
    bool m_overflow = false;
    LabelledFrames m_now;
    std::vector<std::string> m_done;
};

} // namespace bnof::sensing
