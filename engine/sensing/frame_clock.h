// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace bnof::sensing {

/// Gives frames their session timestamps, strictly increasing.
///
/// By arrival: the last frame of a portion of bytes gets the portion's arrival time; earlier ones are spread
/// backwards by the device's period (as it was measured so far), but never before the previous portion's last
/// frame. Where there is no room or no known period they follow one another by a nanosecond.
///
/// By device: the first frame fixes the offset between the device's clock and the session; later frames keep
/// the device's distances. A clock that jumps back, or from one frame to the next by more than
/// `jumpNanoseconds` against the host's, restarts the mapping at the arrival time and is told. A frame without device
/// time gets its arrival time.
class FrameClock {
public:
    enum class Mode { Arrival, Device };
    /// A device clock further off than this did not drift: it was set or restarted.
    static constexpr std::int64_t jumpNanoseconds = 10 * nanosecondsPerSecond;

    explicit FrameClock(Mode mode) : m_mode(mode) {}

    /// The device's clock was not continuous.
    struct Jump {
        double fromSeconds = 0;
        double toSeconds = 0;
    };

    /// Timestamps of the frames of one portion that came at `arrival` (session time). `deviceSeconds` has one
    /// entry per frame (NaN: none). `periodNanoseconds` 0: unknown. Fills `out`; returns the last jump, if any.
    std::optional<Jump> stamp(Timestamp arrival, std::int64_t periodNanoseconds,
                              const std::vector<double>& deviceSeconds, std::vector<Timestamp>& out);

    [[nodiscard]] Timestamp last() const { return m_last; }

private:
    std::optional<Jump> stampByDevice(Timestamp arrival, double seconds, Timestamp& t);

    Mode m_mode;
    Timestamp m_last = std::numeric_limits<Timestamp>::min();
    bool m_mapped = false;
    double m_deviceZero = 0;
    double m_deviceLast = 0;
    Timestamp m_arrivalLast = 0;
    Timestamp m_mappedZero = 0;
};

/// Rate and period of arriving frames.
class RateMeter {
public:
    /// `frames` came together at `arrival` (any monotonic nanoseconds).
    void add(std::int64_t arrival, std::size_t frames);
    /// The connection broke: the pause is no period.
    void restart();
    /// Hertz over the last second or the last ten frames, whichever is longer; falls when frames stay away.
    [[nodiscard]] double rateHz(std::int64_t now) const;
    /// Smoothed nanoseconds per frame; 0: unknown.
    [[nodiscard]] std::int64_t period() const { return static_cast<std::int64_t>(m_framePeriod); }
    /// Smoothed nanoseconds between portions (a device may send its frames in bursts); 0: unknown.
    [[nodiscard]] std::int64_t portionInterval() const { return static_cast<std::int64_t>(m_portionPeriod); }

private:
    struct Portion {
        std::int64_t arrival = 0;
        std::uint64_t total = 0; ///< frames up to and including this portion
    };
    static constexpr std::size_t ringSize = 256;
    Portion m_ring[ringSize];
    std::size_t m_count = 0; ///< portions ever added since restart
    std::uint64_t m_total = 0;
    std::int64_t m_lastArrival = 0;
    double m_framePeriod = 0;
    double m_portionPeriod = 0;
};

} // namespace bnof::sensing
