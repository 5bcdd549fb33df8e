// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/faults/fault_event.h"

#include <cstdio>

namespace bnof::sensing {
namespace {

std::uint64_t pack(std::uint32_t source, std::uint32_t channel, unsigned kind, bool active)
{
    return (channel & 0xFFFFFFU) | (std::uint64_t{kind & 0xFFU} << 24U) | (std::uint64_t{source & 0xFFFFU} << 32U) |
           (std::uint64_t{active ? 1U : 0U} << 48U);
}

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

/// What was measured, in a sentence.
std::string evidence(const FaultChange& change)
{
    const std::string value = number(change.value);
    const std::string limit = number(change.limit);
    switch (change.kind) {
    case FaultKind::Stuck: return "the same value for " + value + " s while other channels move";
    case FaultKind::Rail: return "jumped to " + value + ", the end of the converter's range";
    case FaultKind::Disconnected:
        return "no plausible value any more (" + value + "; it was about " + limit + "), and the other channels stayed";
    case FaultKind::ColdSensor:
        return "the heater is off or cold (" + value + ", expected at least " + limit + "); the readings are unusable";
    case FaultKind::SpikeNoise:
        return number(100 * change.value) + " % of the samples are single spikes (limit " + number(100 * change.limit) +
               " %)";
    case FaultKind::Noise: return "the noise power is " + value + " times what it was (limit " + limit + ")";
    case FaultKind::Drift:
        return "the clean-air value has moved (cumulative sum " + value + ", limit " + limit + " standard deviations)";
    case FaultKind::Timing:
        return number(100 * change.value) + " % of the samples come late, twice or backwards (limit " +
               number(100 * change.limit) + " %)";
    }
    return {};
}

const char* remedy(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Stuck: return "Check the converter and the board's program; switch the device off and on.";
    case FaultKind::Rail: return "Check the wiring and the load resistor of this channel for a break or a short.";
    case FaultKind::Disconnected: return "Check the sensor's plug and its supply.";
    case FaultKind::ColdSensor: return "Check the heater's supply; after it is back, let the sensor warm up.";
    case FaultKind::SpikeNoise: return "Check for loose contacts, pumps or relays on the same supply, and shielding.";
    case FaultKind::Noise: return "Check the ground and the supply; an ageing sensor may have to be replaced.";
    case FaultKind::Drift: return "Capture clean air anew (\"bnof calibrate\"), or have the model re-anchored.";
    case FaultKind::Timing: return "Check the cable and the load of the device; lower the sample rate.";
    }
    return "";
}

} // namespace

std::string channelName(const std::vector<ChannelInfo>& channels, std::uint32_t channel)
{
    if (channel >= channels.size())
        return channel == FaultChange::wholeDevice ? "the whole device" : "channel " + std::to_string(channel + 1);
    return channels[channel].name.empty() ? "channel " + std::to_string(channel + 1) : channels[channel].name;
}

StreamEvent faultEvent(std::uint32_t source, const FaultChange& change, const std::vector<ChannelInfo>& channels,
                       Timestamp t)
{
    const std::string head = channelName(channels, change.channel) + ": " + toString(change.kind);
    return {StreamEvent::Kind::ChannelFault, t, t,
            pack(source, change.channel, static_cast<unsigned>(change.kind), change.active),
            change.active ? head + ", " + evidence(change) : head + " is over"};
}

StreamEvent withheldEvent(std::uint32_t source, std::uint32_t channel, Timestamp t)
{
    return {StreamEvent::Kind::SampleWithheld, t, t, pack(source, channel, 0, false), {}};
}

std::optional<FaultNote> faultNote(const StreamEvent& event)
{
    const auto kind = static_cast<std::uint8_t>(event.count >> 24U);
    if (event.kind != StreamEvent::Kind::ChannelFault || kind < 1 || kind > faultKinds)
        return std::nullopt;
    return FaultNote{static_cast<std::uint32_t>((event.count >> 32U) & 0xFFFFU),
                     static_cast<std::uint32_t>(event.count & 0xFFFFFFU), static_cast<FaultKind>(kind),
                     ((event.count >> 48U) & 1U) != 0};
}

Error faultProblem(const FaultChange& change, const std::vector<ChannelInfo>& channels, const std::string& device)
{
    std::string what = channelName(channels, change.channel) + ": " + evidence(change);
    if (masks(change.kind))
        what += "; the recogniser does without it";
    return makeError(ErrorKind::Device, std::move(what), device, remedy(change.kind));
}

void RecordedMask::event(const StreamEvent& event)
{
    if (event.kind == StreamEvent::Kind::SampleWithheld) {
        const auto channel = static_cast<std::uint32_t>(event.count & 0xFFFFFFU);
        if (((event.count >> 32U) & 0xFFFFU) == m_source && channel < m_mask.size())
            m_withheld.push_back(channel);
        return;
    }
    const auto note = faultNote(event);
    if (!note || note->source != m_source || note->channel >= m_kinds.size() || !masks(note->kind))
        return;
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(note->kind));
    auto& kinds = m_kinds[note->channel];
    kinds = static_cast<std::uint16_t>(note->active ? kinds | bit : kinds & ~bit);
}

const std::vector<ChannelMask>& RecordedMask::next()
{
    for (std::size_t i = 0; i < m_mask.size(); ++i)
        m_mask[i] = m_kinds[i] != 0 ? ChannelMask::Masked : ChannelMask::Good;
    for (const std::uint32_t channel : m_withheld) {
        if (m_mask[channel] == ChannelMask::Good)
            m_mask[channel] = ChannelMask::Withheld;
    }
    m_withheld.clear();
    return m_mask;
}

} // namespace bnof::sensing
