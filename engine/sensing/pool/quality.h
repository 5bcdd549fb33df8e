// SPDX-License-Identifier: GPL-3.0-or-later
// How well a connection does: rate, jitter, errors and gaps as they come, and a health score made of them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/sensing/connection_state.h"

namespace bnof::sensing {

/// What the health score is made of; also what displays show.
struct Quality {
    ConnectionState state = ConnectionState::Idle;
    double rateHz = 0;         ///< frames a second as they come
    double expectedHz = 0;     ///< from the URI's rate; 0: the rate measured in the best minute stands for it
    double jitterSeconds = 0;  ///< smoothed |interval - mean interval| (RFC 3550, 6.4.1, with gain 1/16)
    double latencySeconds = 0; ///< p99 from the arrival of bytes to the frame being taken
    double errorShare = 0;     ///< skipped bytes of all bytes, last minute
    double recentGaps = 0;     ///< gaps, last minute (fading)
    double recentDrops = 0;    ///< frames lost in the hand-off as a share of all, last minute
};

/// 0 (useless) to 100 (as it should be).
///
/// A connection that gives no frames (Idle, Connecting, Reconnecting, Failed, Finished) has 0. Otherwise from 100 are
/// taken, each rounded to whole points:
///   throughput  40 * (1 - rate / expected rate), nothing above 95 % of it
///   errors      30 * error share / 10 %, at most 30
///   jitter      15 * (jitter / period - 0.1) / 0.9, between 0 and 15
///   latency     15 * (p99 - 20 ms) / 480 ms, between 0 and 15
///   gaps         8 each in the last minute, at most 24
///   losses      30 * share of frames lost on this computer / 10 %, at most 30
/// A stalled connection has at most 20; one that warms up at most 90.
struct Health {
    int score = 0;
    std::string reason; ///< what was taken off and why, the largest first; "as it should be" when nothing was
};
[[nodiscard]] int healthScore(const Quality& quality);
[[nodiscard]] Health healthOf(const Quality& quality);

/// Measures one connection. One thread; about a hundred bytes, so that ten thousand cost a megabyte.
class QualityMeter {
public:
    explicit QualityMeter(double expectedHz = 0) : m_expectedHz(static_cast<float>(expectedHz)) {}

    /// `count` frames came together at `arrival` (monotonic nanoseconds).
    void frames(std::int64_t arrival, std::size_t count);
    void bytes(std::size_t all, std::size_t skipped);
    void gap() { m_gaps += 1; }
    void dropped(std::size_t frames) { m_drops += static_cast<float>(frames); }
    /// The connection broke or stalled: the pause is no period.
    void restart() { m_last = 0; }
    /// Fades what counts for "the last minute"; call about once a second.
    void secondPassed();

    /// Seconds between frames and between portions of frames, smoothed; 0: not known yet.
    [[nodiscard]] double period() const { return static_cast<double>(m_period); }
    [[nodiscard]] double portionInterval() const { return static_cast<double>(m_interval); }
    /// Enough came to know the rate.
    [[nodiscard]] bool rateIsKnown() const { return m_portions >= 4; }
    /// Hertz at `now`: falls when frames stay away.
    [[nodiscard]] double rateHz(std::int64_t now) const;
    [[nodiscard]] double jitterSeconds() const { return static_cast<double>(m_jitter); }
    [[nodiscard]] Quality quality(std::int64_t now, ConnectionState state, double latencySeconds) const;

private:
    std::int64_t m_last = 0;
    float m_period = 0;
    float m_interval = 0;
    float m_jitter = 0;
    float m_expectedHz;
    float m_bestHz = 0; ///< highest smoothed rate, fading by half in ten minutes
    float m_bytes = 0;  ///< fading sums of about the last minute, as all below
    float m_skipped = 0;
    float m_frames = 0;
    float m_drops = 0;
    float m_gaps = 0;
    std::uint32_t m_portions = 0;
};

/// Distribution of latencies in half octaves from 1 µs to 17 s: quantiles are exact to a factor of 1.42. One writer,
/// any readers; a hundred bytes. Counts are halved when one is full, so it tells of the recent past.
class LatencyHistogram {
public:
    void record(std::int64_t nanoseconds);
    /// Upper edge in nanoseconds of the step in which the q-quantile lies; 0 when empty.
    [[nodiscard]] std::int64_t quantile(double q) const;

private:
    static constexpr std::size_t steps = 48;
    std::array<std::atomic<std::uint16_t>, steps> m_counts{};
};

} // namespace bnof::sensing
