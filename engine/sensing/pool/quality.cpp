// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/quality.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <vector>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

constexpr float smoothing = 1.0F / 16;
/// What remains of a sum after a second, for a memory of about a minute.
constexpr float minuteFade = 59.0F / 60;
/// Half in ten minutes.
constexpr float bestFade = 0.998845F;

struct Penalties {
    int throughput = 0;
    int errors = 0;
    int jitter = 0;
    int latency = 0;
    int gaps = 0;
    int losses = 0;

    [[nodiscard]] int sum() const { return throughput + errors + jitter + latency + gaps + losses; }
};

int points(double most, double share)
{
    return static_cast<int>(most * std::clamp(share, 0.0, 1.0) + 0.5);
}

Penalties penaltiesOf(const Quality& q)
{
    Penalties p;
    if (q.expectedHz > 0 && q.rateHz < 0.95 * q.expectedHz)
        p.throughput = points(40, 1 - q.rateHz / q.expectedHz);
    p.errors = points(30, q.errorShare / 0.1);
    const double hertz = q.expectedHz > 0 ? q.expectedHz : q.rateHz;
    p.jitter = points(15, (q.jitterSeconds * hertz - 0.1) / 0.9);
    p.latency = points(15, (q.latencySeconds - 0.02) / 0.48);
    p.gaps = points(24, q.recentGaps / 3);
    p.losses = points(30, q.recentDrops / 0.1);
    return p;
}

bool givesFrames(ConnectionState state)
{
    return isDelivering(state) || state == ConnectionState::Stalled;
}

std::string formatted(const char* format, double a, double b = 0)
{
    char text[120];
    std::snprintf(text, sizeof text, format, a, b);
    return text;
}

} // namespace

int healthScore(const Quality& quality)
{
    if (!givesFrames(quality.state))
        return 0;
    int score = std::max(0, 100 - penaltiesOf(quality).sum());
    if (quality.state == ConnectionState::Stalled)
        score = std::min(score, 20);
    else if (quality.state == ConnectionState::WarmingUp)
        score = std::min(score, 90);
    return score;
}

Health healthOf(const Quality& q)
{
    Health health;
    health.score = healthScore(q);
    if (!givesFrames(q.state)) {
        health.reason = std::string("it gives no frames: ") + toString(q.state);
        return health;
    }
    const Penalties p = penaltiesOf(q);
    std::vector<std::pair<int, std::string>> reasons{
        {p.throughput, formatted("%.3g Hz instead of %.3g Hz", q.rateHz, q.expectedHz)},
        {p.errors, formatted("%.1f %% of its bytes cannot be read", q.errorShare * 100)},
        {p.jitter, formatted("its frames come uneven by %.3g ms", q.jitterSeconds * 1e3)},
        {p.latency, formatted("its frames wait %.0f ms here", q.latencySeconds * 1e3)},
        {p.gaps, formatted("%.0f gaps in the last minute", std::max(1.0, q.recentGaps))},
        {p.losses, formatted("%.1f %% of its frames are lost here", q.recentDrops * 100)}};
    std::ranges::stable_sort(reasons, [](const auto& a, const auto& b) { return a.first > b.first; });
    if (q.state == ConnectionState::Stalled)
        health.reason = "nothing comes at present";
    else if (q.state == ConnectionState::WarmingUp)
        health.reason = "it warms up";
    for (const auto& [lost, why] : reasons)
        if (lost > 0)
            health.reason += (health.reason.empty() ? "" : "; ") + why + " (-" + std::to_string(lost) + ")";
    if (health.reason.empty())
        health.reason = "as it should be";
    return health;
}

void QualityMeter::frames(std::int64_t arrival, std::size_t count)
{
    m_frames += static_cast<float>(count);
    if (m_last == 0) {
        m_last = arrival;
        ++m_portions;
        return;
    }
    const auto interval = static_cast<float>(static_cast<double>(arrival - m_last) * 1e-9);
    m_last = arrival;
    const float period = interval / static_cast<float>(count);
    if (m_interval == 0) {
        m_interval = interval;
        m_period = period;
    } else {
        m_jitter += (std::abs(interval - m_interval) - m_jitter) * smoothing;
        m_interval += (interval - m_interval) * smoothing;
        m_period += (period - m_period) * smoothing;
    }
    if (m_portions < 1U << 30)
        ++m_portions;
}

void QualityMeter::bytes(std::size_t all, std::size_t skipped)
{
    m_bytes += static_cast<float>(all);
    m_skipped += static_cast<float>(skipped);
}

void QualityMeter::secondPassed()
{
    if (m_portions > 16 && m_period > 0)
        m_bestHz = std::max(m_bestHz * bestFade, 1 / m_period);
    m_bytes *= minuteFade;
    m_skipped *= minuteFade;
    m_frames *= minuteFade;
    m_drops *= minuteFade;
    m_gaps *= minuteFade;
}

double QualityMeter::rateHz(std::int64_t now) const
{
    if (m_period <= 0 || m_last == 0)
        return 0;
    const double silence = static_cast<double>(now - m_last) * 1e-9;
    const double interval = static_cast<double>(m_interval);
    // Two intervals without a frame are more than unevenness.
    const double stretch = silence > 2 * interval && interval > 0 ? silence / interval : 1;
    return 1 / (static_cast<double>(m_period) * stretch);
}

Quality QualityMeter::quality(std::int64_t now, ConnectionState state, double latencySeconds) const
{
    Quality q;
    q.state = state;
    q.rateHz = rateHz(now);
    q.expectedHz = static_cast<double>(m_expectedHz > 0 ? m_expectedHz : m_bestHz);
    q.jitterSeconds = static_cast<double>(m_jitter);
    q.latencySeconds = latencySeconds;
    if (m_bytes > 0)
        q.errorShare = static_cast<double>(m_skipped / m_bytes);
    q.recentGaps = static_cast<double>(m_gaps);
    if (m_frames > 0)
        q.recentDrops = static_cast<double>(m_drops / m_frames);
    return q;
}

void LatencyHistogram::record(std::int64_t nanoseconds)
{
    // Two steps an octave: the bit below the highest one tells the half.
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0)) / 1000;
    std::size_t step = 0;
    if (micros > 1) {
        const int high = std::bit_width(micros) - 1;
        step = static_cast<std::size_t>(2 * high) + ((micros >> (high - 1)) & 1);
    }
    auto& count = m_counts[std::min(step, steps - 1)];
    const std::uint16_t value = count.load(std::memory_order_relaxed);
    count.store(static_cast<std::uint16_t>(value + 1), std::memory_order_relaxed);
    if (value + 1 == UINT16_MAX)
        for (auto& each : m_counts)
            each.store(static_cast<std::uint16_t>(each.load(std::memory_order_relaxed) / 2), std::memory_order_relaxed);
}

std::int64_t LatencyHistogram::quantile(double q) const
{
    std::array<std::uint64_t, steps> counts{};
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < steps; ++i)
        all += counts[i] = m_counts[i].load(std::memory_order_relaxed);
    if (all == 0)
        return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(all)));
    std::uint64_t sum = 0;
    std::size_t step = 0;
    while (step + 1 < steps && (sum += counts[step]) < std::max<std::uint64_t>(wanted, 1))
        ++step;
    // Step 2k begins at 2^k µs, step 2k + 1 at 1.5 * 2^k µs.
    const std::size_t next = std::max<std::size_t>(step + 1, 2);
    const std::int64_t octave = std::int64_t{1} << (next / 2);
    return 1000 * (next % 2 == 0 ? octave : octave + octave / 2);
}

} // namespace bnof::sensing
