// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "engine/pipeline/priority.h"

namespace bnof::pipeline {

/// The classes that share the workers: all but the critical one, in order.
constexpr std::size_t sharedClasses = priorityCount - 1;

/// Per shared class, when its oldest task was queued.
using OldestTimes = std::array<std::int64_t, sharedClasses>;
constexpr std::int64_t nothingWaits = std::numeric_limits<std::int64_t>::max();

/// Which class a worker serves next. Of `sum of weights` picks each waiting class gets its weight's share, evenly
/// spread (smooth weighted round robin, as in nginx). A class whose oldest task waits for longer than its age limit
/// is overdue; every fourth pick goes to the class that has been overdue for longest, and no more, so that a long
/// backlog of batch work, overdue as a whole, cannot push live work aside.
///
/// So what waits is served, whatever arrives: a class of weight w has one of every ceil(sum / w) picks in which
/// it waits, and an overdue one, at the latest every fourth pick in which no other has been overdue for longer.
class ClassPicker {
public:
    /// Weights 16:4:2:1.
    static constexpr std::array<int, sharedClasses> defaultWeights{16, 4, 2, 1};
    static constexpr unsigned overdueEvery = 4;

    explicit ClassPicker(std::array<int, sharedClasses> weights = defaultWeights) : m_weights(weights) {}

    /// `waiting` has bit c for shared class c and is not 0; `overdue` is a waiting class or -1. Returns the class.
    int pick(unsigned waiting, int overdue)
    {
        if (overdue >= 0 && ++m_sinceOverdue >= overdueEvery) {
            m_sinceOverdue = 0;
            return overdue;
        }
        int best = -1;
        int total = 0;
        for (std::size_t c = 0; c < sharedClasses; ++c) {
            if ((waiting >> c & 1U) == 0)
                continue;
            m_credit[c] += m_weights[c];
            total += m_weights[c];
            if (best < 0 || m_credit[c] > m_credit[static_cast<std::size_t>(best)])
                best = static_cast<int>(c);
        }
        m_credit[static_cast<std::size_t>(best)] -= total;
        return best;
    }

    /// The class whose oldest task has been past its age limit for longest; -1: none is.
    [[nodiscard]] static int mostOverdue(const OldestTimes& oldest, const OldestTimes& ageLimits, std::int64_t now)
    {
        int worst = -1;
        std::int64_t longest = 0;
        for (std::size_t c = 0; c < sharedClasses; ++c) {
            if (oldest[c] == nothingWaits)
                continue;
            if (const std::int64_t past = now - oldest[c] - ageLimits[c]; past > longest) {
                longest = past;
                worst = static_cast<int>(c);
            }
        }
        return worst;
    }

private:
    std::array<int, sharedClasses> m_weights;
    std::array<int, sharedClasses> m_credit{};
    unsigned m_sinceOverdue = 0;
};

} // namespace bnof::pipeline
