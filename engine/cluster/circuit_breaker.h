// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>

namespace bnof::cluster {

/// Stops calling what keeps failing (Nygard, Release It!, 2007; the count-based rules of resilience4j). Closed: calls
/// pass, and the last `window` results are kept; from `minimumCalls` on, a failure rate at or above the threshold opens
/// it. Open: nothing passes for `waitOpen`. Half open: `probes` calls pass; by their failure rate it opens or closes,
/// and a closed one begins with an empty window. Time is given by the caller, in any unit.
class CircuitBreaker {
public:
    enum class State { Closed, Open, HalfOpen };

    struct Options {
        std::size_t window = 20;
        std::size_t minimumCalls = 10;
        double failureShare = 0.5; ///< of 1
        double waitOpen = 5;       ///< in the unit of the times
        std::size_t probes = 3;
    };

    explicit CircuitBreaker(const Options& options) : m_options(options) {}
    /// Whether a call may be made now. Each one that may must be told to record().
    bool allow(double now);
    void record(double now, bool succeeded);
    [[nodiscard]] State state() const { return m_state; }

private:
    void open(double now);

    Options m_options;
    State m_state = State::Closed;
    double m_openedAt = 0;
    std::size_t m_admitted = 0; ///< probes that may have been made in the half-open state
    std::deque<bool> m_results;
    std::size_t m_failures = 0; ///< among m_results
};

} // namespace bnof::cluster
