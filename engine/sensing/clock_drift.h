// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace bnof::sensing {

/// How much faster a device's clock runs than this computer's.
struct ClockDriftEstimate {
    double ppm = 0;   ///< positive: the device's clock is fast
    double error = 0; ///< standard error, ppm
};

/// Estimates the drift of a device's clock from frames that carry its time. Of every second the frame that travelled
/// the shortest time is kept, because delays only ever add (the minimum filter of Moon, Skelly and Towsley, INFOCOM
/// 1999); through these points goes a line by least squares. A clock that was set or restarted begins anew.
/// A hundred bytes; one thread.
class ClockDrift {
public:
    /// `arrival` in monotonic nanoseconds; `deviceSeconds` NaN: the frame has no device time and is passed over.
    void frame(std::int64_t arrival, double deviceSeconds);
    /// After half a minute of frames.
    [[nodiscard]] std::optional<ClockDriftEstimate> estimate() const;

private:
    void addPoint(double seconds, double delay);

    std::int64_t m_zero = 0; ///< arrival of the first frame; 0: none yet
    double m_deviceZero = 0;
    double m_window = 0; ///< number of the present second
    double m_best = 0;   ///< smallest delay in it, seconds
    double m_bestAt = 0;
    // Centred sums of the finished seconds (Welford).
    std::uint32_t m_points = 0;
    double m_meanX = 0, m_meanY = 0;
    double m_xx = 0, m_xy = 0, m_yy = 0;
};

} // namespace bnof::sensing
