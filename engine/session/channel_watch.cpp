// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/channel_watch.h"

#include <algorithm>
#include <array>

#include "engine/base/instruments.h"
#include "engine/sensing/faults/fault_event.h"

namespace bnof::session {

void ChannelWatch::setChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels,
                               const std::string& device)
{
    if (source >= m_sources.size())
        m_sources.resize(source + 1);
    Source& entry = m_sources[source];
    entry.device = device;
    if (entry.faults && entry.channels == channels)
        return;
    entry.channels = channels;
    entry.faults = std::make_unique<sensing::ChannelFaults>(channels);
    show(source);
}

std::span<const StreamEvent> ChannelWatch::look(std::uint32_t source, const SensorFrame& frame)
{
    static Counter& begun = Instruments::counter("sensing.channel_faults");
    m_events.clear();
    if (source >= m_sources.size() || !m_sources[source].faults)
        return m_events;
    Source& entry = m_sources[source];
    const auto changes = entry.faults->update(frame);
    for (const auto& change : changes) {
        m_events.push_back(sensing::faultEvent(source, change, entry.channels, frame.t));
        if (change.active)
            begun.add();
    }
    const auto mask = entry.faults->mask();
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i] == sensing::ChannelMask::Withheld)
            m_events.push_back(sensing::withheldEvent(source, static_cast<std::uint32_t>(i), frame.t));
    }
    if (!changes.empty())
        show(source);
    return m_events;
}

std::span<const sensing::ChannelMask> ChannelWatch::mask(std::uint32_t source) const
{
    if (source >= m_sources.size() || !m_sources[source].faults)
        return {};
    return m_sources[source].faults->mask();
}

void ChannelWatch::decided(std::uint32_t source, bool cleanAir)
{
    if (source < m_sources.size() && m_sources[source].faults)
        m_sources[source].faults->setCleanAir(cleanAir);
}

void ChannelWatch::tell(RecordingControl& recording, Timestamp t) const
{
    for (std::size_t i = 0; i < m_sources.size(); ++i) {
        if (!m_sources[i].faults)
            continue;
        for (const auto& fault : m_sources[i].faults->activeFaults())
            recording.event(sensing::faultEvent(static_cast<std::uint32_t>(i), fault, m_sources[i].channels, t));
    }
}

/// What is faulty, in the list of problems and the source's status. A fault that most channels of a board have is one
/// problem of the board.
void ChannelWatch::show(std::uint32_t source)
{
    const Source& entry = m_sources[source];
    const auto active = entry.faults->activeFaults();
    std::array<std::size_t, sensing::faultKinds + 1> counts{};
    for (const auto& fault : active)
        ++counts[static_cast<std::size_t>(fault.kind)];
    const std::string prefix = "fault." + std::to_string(source) + ".";
    std::vector<std::string> shown;
    for (const auto& fault : active) {
        const auto kind = static_cast<std::size_t>(fault.kind);
        const bool board = counts[kind] >= 3 && counts[kind] * 2 > entry.channels.size();
        const std::string id = prefix + (board ? "board." : std::to_string(fault.channel) + ".") + std::to_string(kind);
        if (std::find(shown.begin(), shown.end(), id) != shown.end())
            continue;
        Error error = sensing::faultProblem(fault, entry.channels, entry.device);
        if (board) {
            error.what = std::to_string(counts[kind]) + " channels at once: " + sensing::toString(fault.kind) +
                         "; the recogniser does without them";
            error.remedy = "So many at once have one cause: check the board, its supply and its cable.";
        }
        m_board.setProblem(
            id, board || fault.kind == sensing::FaultKind::ColdSensor ? Severity::Error : Severity::Warning, error);
        shown.push_back(id);
    }
    for (const std::string& id : m_shown) {
        if (id.starts_with(prefix) && std::find(shown.begin(), shown.end(), id) == shown.end())
            m_board.clearProblem(id);
    }
    std::erase_if(m_shown, [&](const std::string& id) { return id.starts_with(prefix); });
    m_shown.insert(m_shown.end(), shown.begin(), shown.end());
    m_board.update([&](SessionStatus& s) {
        if (source < s.sources.size())
            s.sources[source].faults = active;
    });
}

} // namespace bnof::session
