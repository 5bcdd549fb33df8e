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
#include "engine/session/inspection.h"

namespace bnof::session {

/// What displays read at their own frame rate. Written by the compute thread only; the histories are
/// lock-free, the short lists are copied under a lock that is never held while anything is computed.
class LiveView {
public:
    /// Traces of a source; null until its channels are known. The pointer changes when they change. Of many sources
    /// histories are kept only for those that are asked for: they begin within 100 ms of the first question and are
    /// given up a minute after the last one.
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
    /// What recognises; null without a recogniser. The pointer changes when another model takes over.
    [[nodiscard]] std::shared_ptr<const RunningModel> model() const;
    /// Ask the compute thread for a look at the network; it answers within the next frame, once. Newer wishes replace
    /// older ones that were not answered yet.
    void askForNetwork(InspectionRequest request) const;
    /// The last answer; null before the first, and after another model took over.
    [[nodiscard]] std::shared_ptr<const NetworkSnapshot> network() const;

    // For the compute thread.
    void setModel(std::shared_ptr<const RunningModel> model);
    /// Answers a display that has asked, if any has: `look` gives the snapshot. Cheap when nobody asked.
    template <typename Look> void answer(const Look& look)
    {
        if (!m_asked.load(std::memory_order_relaxed))
            return;
        publish(look(takeRequest()));
    }
    void setTraces(std::uint32_t source, std::shared_ptr<TraceHistory> traces);
    /// Sources whose traces somebody asked for since the last call.
    [[nodiscard]] std::vector<std::uint32_t> takeWantedTraces();
    void setSpikes(std::shared_ptr<SpikeHistory> spikes);
    void addDecision(const Decision& decision, std::int64_t latencyNanoseconds);
    void addMark(const Mark& mark);
    void addEvent(const StreamEvent& event);

private:
    [[nodiscard]] InspectionRequest takeRequest();
    void publish(NetworkSnapshot snapshot);

    mutable std::mutex m_mutex;
    mutable std::atomic<bool> m_asked{false};
    mutable InspectionRequest m_request;
    std::shared_ptr<const NetworkSnapshot> m_network;
    std::uint64_t m_snapshots = 0;
    std::shared_ptr<const RunningModel> m_model;
    std::vector<std::shared_ptr<TraceHistory>> m_traces;
    mutable std::vector<std::uint32_t> m_wantedTraces;
    std::shared_ptr<SpikeHistory> m_spikes;
    std::vector<Decision> m_decisions; ///< a ring once it is full
    std::size_t m_decisionStart = 0;
    std::int64_t m_lastLatency = 0;
    std::vector<Mark> m_marks;
    std::vector<StreamEvent> m_events;
};

} // namespace bnof::session
