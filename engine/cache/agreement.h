// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "engine/cache/pattern.h"
#include "engine/statistics/interval.h"

namespace bnof::cache {

/// How often what the cache answered was what a full computation gives, and the switch that turns it off. Thread-safe.
class Agreement {
public:
    struct Reading {
        std::uint64_t checked = 0;
        std::uint64_t agreed = 0;
        statistics::Interval interval{0, 1}; ///< 95 %, Clopper-Pearson (Wilson where Boost.Math is missing)
        std::string offReason;               ///< for people; empty while the cache answers
    };

    /// Off as soon as agreement is below `bound` beyond doubt (the whole interval), and from `settled` checks on when
    /// the share itself is.
    Agreement(double bound, std::uint64_t settled) : m_bound(bound), m_settled(settled) {}

    /// One comparison of the entry with this content.
    void add(bool agreed, const ContentKey& content);
    void turnOff(std::string reason);
    /// Forget everything and answer again.
    void reset();
    [[nodiscard]] bool isOff() const { return m_off.load(std::memory_order_acquire); }
    [[nodiscard]] Reading reading() const;
    /// Entries that disagreed since the last call.
    [[nodiscard]] std::vector<ContentKey> takeDisagreed();
    [[nodiscard]] bool hasDisagreed() const { return m_pending.load(std::memory_order_acquire); }

private:
    const double m_bound;
    const std::uint64_t m_settled;
    mutable std::mutex m_mutex;
    std::uint64_t m_checked = 0;
    std::uint64_t m_agreed = 0;
    std::string m_reason;
    std::vector<ContentKey> m_disagreed;
    std::atomic<bool> m_off = false;
    std::atomic<bool> m_pending = false;
};

} // namespace bnof::cache
