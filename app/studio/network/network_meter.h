// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <vector>

#include "engine/session/inspection.h"

namespace bnof::studio {

/// Rates from the counts of successive snapshots, over about the last second of the network's own time.
class NetworkMeter {
public:
    struct Phase {
        double share = 0;     ///< of the time that the network takes
        double perSecond = 0; ///< CPU seconds a second of the network's time
    };

    /// Begin again: another network.
    void reset(const snn::Network& network);
    void add(const session::NetworkSnapshot& snapshot);

    [[nodiscard]] bool isKnown() const { return m_window.size() > 1; }
    [[nodiscard]] std::vector<double> ratesHz() const;  ///< mean of a neuron, by population
    [[nodiscard]] std::vector<double> eventsHz() const; ///< by projection
    /// Deliver, update, learn, collect.
    [[nodiscard]] std::vector<Phase> phases() const;

private:
    [[nodiscard]] double seconds() const;

    std::vector<double> m_sizes;
    double m_tickMs = 1;
    std::deque<snn::Activity> m_window;
};

} // namespace bnof::studio
