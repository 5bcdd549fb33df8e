// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "engine/sensing/pool/quality.h"
#include "engine/sensing/source.h"

namespace bnof::session {

/// How well a source of one device does, as the session sees it. Compute thread only.
class SourceMeter {
public:
    explicit SourceMeter(double expectedHz) : m_meter(expectedHz) {}

    void frame(std::int64_t arrival, std::int64_t now)
    {
        m_latency.record(now - arrival);
        if (arrival == m_arrival) { // of one portion of bytes
            ++m_count;
            return;
        }
        if (m_count > 0)
            m_meter.frames(m_arrival, m_count);
        m_arrival = arrival;
        m_count = 1;
    }
    void gap() { m_meter.gap(); }
    void interrupted()
    {
        m_count = 0;
        m_meter.restart();
    }
    /// Once a second, with what the source counts; fills in health, quality and latency.
    void secondPassed(sensing::ConnectionState state, sensing::SourceStatistics& s, std::int64_t now)
    {
        m_meter.bytes(s.bytes - std::exchange(m_bytes, s.bytes),
                      s.skippedBytes - std::exchange(m_skipped, s.skippedBytes));
        m_meter.secondPassed();
        s.latencyP50 = toSeconds(m_latency.quantile(0.5));
        s.latencyP99 = toSeconds(m_latency.quantile(0.99));
        s.quality = m_meter.quality(std::max(now, m_arrival), state, s.latencyP99);
        s.health = sensing::healthScore(s.quality);
    }

private:
    sensing::QualityMeter m_meter;
    sensing::LatencyHistogram m_latency;
    std::int64_t m_arrival = 0;
    std::size_t m_count = 0;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_skipped = 0;
};

} // namespace bnof::session
