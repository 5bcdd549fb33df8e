// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_view.h"

#include <algorithm>
#include <utility>

namespace bnof::session {
namespace {
constexpr std::size_t keptDecisions = 100'000;
constexpr std::size_t keptEvents = 10'000;
constexpr std::size_t keptWishes = 64;
} // namespace

std::shared_ptr<const TraceHistory> LiveView::traces(std::uint32_t source) const
{
    const std::lock_guard lock(m_mutex);
    if (m_wantedTraces.size() < keptWishes && std::ranges::find(m_wantedTraces, source) == m_wantedTraces.end())
        m_wantedTraces.push_back(source);
    return source < m_traces.size() ? m_traces[source] : nullptr;
}

std::vector<std::uint32_t> LiveView::takeWantedTraces()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_wantedTraces, {});
}

std::shared_ptr<const SpikeHistory> LiveView::spikes() const
{
    const std::lock_guard lock(m_mutex);
    return m_spikes;
}

std::optional<Decision> LiveView::lastDecision() const
{
    const std::lock_guard lock(m_mutex);
    if (m_decisions.empty())
        return std::nullopt;
    return m_decisionStart == 0 ? m_decisions.back() : m_decisions[m_decisionStart - 1];
}

std::int64_t LiveView::lastLatencyNanoseconds() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastLatency;
}

std::vector<Decision> LiveView::decisionsSince(Timestamp since) const
{
    const std::lock_guard lock(m_mutex);
    // Walk back from the newest; displays ask for a short recent stretch of a long list.
    const std::size_t count = m_decisions.size();
    std::size_t wanted = 0;
    while (wanted < count && m_decisions[(m_decisionStart + count - 1 - wanted) % count].t >= since)
        ++wanted;
    std::vector<Decision> out;
    out.reserve(wanted);
    for (std::size_t i = count - wanted; i < count; ++i)
        out.push_back(m_decisions[(m_decisionStart + i) % count]);
    return out;
}

std::vector<Mark> LiveView::marks() const
{
    const std::lock_guard lock(m_mutex);
    return m_marks;
}

std::vector<StreamEvent> LiveView::events() const
{
    const std::lock_guard lock(m_mutex);
    return m_events;
}

std::shared_ptr<const RunningModel> LiveView::model() const
{
    const std::lock_guard lock(m_mutex);
    return m_model;
}

void LiveView::askForNetwork(InspectionRequest request) const
{
    const std::lock_guard lock(m_mutex);
    m_request = std::move(request);
    m_asked.store(true, std::memory_order_relaxed);
}

std::shared_ptr<const NetworkSnapshot> LiveView::network() const
{
    const std::lock_guard lock(m_mutex);
    return m_network;
}

void LiveView::setModel(std::shared_ptr<const RunningModel> model)
{
    const std::lock_guard lock(m_mutex);
    m_model = std::move(model);
    m_network.reset(); // its counts are another network's
}

InspectionRequest LiveView::takeRequest()
{
    const std::lock_guard lock(m_mutex);
    m_asked.store(false, std::memory_order_relaxed);
    return std::move(m_request);
}

void LiveView::publish(NetworkSnapshot snapshot)
{
    auto shared = std::make_shared<NetworkSnapshot>(std::move(snapshot));
    const std::lock_guard lock(m_mutex);
    shared->number = ++m_snapshots;
    m_network = std::move(shared);
}

void LiveView::setTraces(std::uint32_t source, std::shared_ptr<TraceHistory> traces)
{
    const std::lock_guard lock(m_mutex);
    if (m_traces.size() <= source)
        m_traces.resize(source + 1);
    m_traces[source] = std::move(traces);
}

void LiveView::setSpikes(std::shared_ptr<SpikeHistory> spikes)
{
    const std::lock_guard lock(m_mutex);
    m_spikes = std::move(spikes);
}

void LiveView::addDecision(const Decision& decision, std::int64_t latencyNanoseconds)
{
    const std::lock_guard lock(m_mutex);
    m_lastLatency = latencyNanoseconds;
    if (m_decisions.size() < keptDecisions) {
        m_decisions.push_back(decision);
        return;
    }
    m_decisions[m_decisionStart] = decision;
    m_decisionStart = (m_decisionStart + 1) % keptDecisions;
}

void LiveView::addMark(const Mark& mark)
{
    const std::lock_guard lock(m_mutex);
    m_marks.push_back(mark);
}

void LiveView::addEvent(const StreamEvent& event)
{
    const std::lock_guard lock(m_mutex);
    if (m_events.size() >= keptEvents)
        m_events.erase(m_events.begin(), m_events.begin() + keptEvents / 2);
    m_events.push_back(event);
}

} // namespace bnof::session
