// SPDX-License-Identifier: GPL-3.0-or-later
// The course of "re-anchor with one puff per gas": what the operator does when, with a countdown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/sensing/calibration/anchors.h"

namespace bnof::session {

struct AnchorPuff {
    std::string gas;
    double ppm = 0; ///< NaN: unknown
};

struct AnchorPlan {
    std::vector<AnchorPuff> puffs;
    double airSeconds = 20;
    double leadSeconds = 5; ///< to bring the gas to the sensor
    double puffSeconds = 10;
    double recoverySeconds = 60; ///< in clean air before the next puff
};

/// Clean air, then each gas: a lead to get ready, the capture, the recovery. Waits for go() before every lead. One
/// thread at a time.
class AnchorCourse {
public:
    enum class Phase { Ready, Lead, Capture, Recovery, Finished };
    struct Status {
        Phase phase = Phase::Ready;
        std::string label; ///< of the present or the next capture; empty when finished
        double ppm = 0;
        double left = 0; ///< seconds of this phase; 0 where nothing counts down
        std::size_t step = 0;
        std::size_t steps = 0;
        std::size_t captured = 0; ///< frames of the present capture
    };

    /// `mark` is called where a recording should have a mark; it may be empty.
    AnchorCourse(std::vector<ChannelInfo> channels, sensing::AnchorReceiver& receiver, AnchorPlan plan,
                 std::function<void(const std::string&)> mark);

    /// Begin the next capture with its lead, also out of a recovery. Does nothing while one is running.
    void go(Timestamp now);
    /// Leave out the present gas; clean air cannot be left out.
    void skip();
    /// Give up the present capture or lead: the same label is asked for again.
    void again();
    void frame(const SensorFrame& frame);
    /// Called often, with frame() before it. Errors: too little came of a capture (the same label is asked for again),
    /// or the receiver cannot use it.
    Result<void> advance(Timestamp now);
    [[nodiscard]] Status status() const;
    /// Labels that were captured.
    [[nodiscard]] const std::vector<std::string>& captured() const { return m_capture.labels(); }

private:
    [[nodiscard]] bool last() const { return m_step + 1 >= m_labels.size(); }
    [[nodiscard]] double seconds() const;
    Result<void> endCapture(Timestamp now);
    Result<void> next(Phase phase, Timestamp now);

    AnchorPlan m_plan;
    std::vector<AnchorPuff> m_labels; ///< air, then the puffs
    std::size_t m_width;
    sensing::AnchorCapture m_capture;
    std::function<void(const std::string&)> m_mark;
    Phase m_phase = Phase::Ready;
    std::size_t m_step = 0;
    std::size_t m_count = 0;
    Timestamp m_since = 0;
    Timestamp m_now = 0;
};

} // namespace bnof::session
