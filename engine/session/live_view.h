// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/base/spike_history.h"
#include "engine/base/trace_history.h"
#include "engine/base/types.h"

namespace bnof::session {

/// What displays read at their own frame rate. Written by the compute thread only; the histories are
/// lock-free, the short lists are copied under a lock that is never held while anything is computed.
class LiveView {
public:
    /// Traces of a source; null until its channels are known. The pointer changes when they change.
    [[nodiscard]] std::shared_ptr<const TraceHistory> traces(std::uint32_t source) const;
    /// Spikes by layer; null when nothing spikes.
    [[nodiscard]] std::shared_ptr<const SpikeHistory> spikes() const;
    [[nodiscard]] std::optional<Decision> lastDecision() const;
    [[nodiscard]] std::int64_t lastLatencyNanoseconds() const;
    /// Decisions with t >= since, oldest first (the last 100,000 are kept).
    [[nodiscard]] std::vector<Decision> decisionsSince(Timestamp since) const;
    /// Only when `known` is out of date: the count of marks grows with every mark.
    [[nodiscard]] std::vector<Mark> marks() const;
    [[nodiscard]] std::vector<StreamEvent> events() const;

    // For the compute thread.
    void setTraces(std::uint32_t source, std::shared_ptr<TraceHistory> traces);
    void setSpikes(std::shared_ptr<SpikeHistory> spikes);
    void addDecision(const Decision& decision, std::int64_t latencyNanoseconds);
    void addMark(const Mark& mark);
    void addEvent(const StreamEvent& event);

private:
    mutable std::mutex m_mutex;
    std::vector<std::shared_ptr<TraceHistory>> m_traces;
    std::shared_ptr<SpikeHistory> m_spikes;
    std::vector<Decision> m_decisions; ///< a ring once it is full
    std::size_t m_decisionStart = 0;
    std::int64_t m_lastLatency = 0;
    std::vector<Mark> m_marks;
    std::vector<StreamEvent> m_events;
};

} // namespace bnof::session
