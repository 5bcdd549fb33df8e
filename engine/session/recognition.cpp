// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recognition.h"

#include <algorithm>
#include <limits>

#include "engine/olfaction/model.h"
#include "engine/session/session.h"
#include "engine/snn/simulation.h"

namespace bnof::session {

olfaction::RecogniserOptions recogniserOptions(const SessionConfiguration& configuration)
{
    olfaction::RecogniserOptions options;
    options.backEnd = configuration.backEnd;
    options.timePhases = configuration.timePhases;
    options.precision = configuration.precision;
    options.precisionLimit = configuration.precisionLimit / 100;
    return options;
}

Result<std::unique_ptr<Recognition>> Recognition::create(std::span<const std::uint8_t> modelBytes,
                                                         const olfaction::RecogniserOptions& options)
{
    auto recognition = std::make_unique<Recognition>();
    BNOF_TRY_ASSIGN(recognition->m_recogniser, olfaction::makeRecogniser(modelBytes, options));
    recognition->m_options = options;
    recognition->m_modelBytes.assign(modelBytes.begin(), modelBytes.end());
    recognition->m_output.spikes.resize(recognition->info().layers.size());
    recognition->m_backEnd = recognition->info().backEnd;
    return recognition;
}

std::optional<std::string> Recognition::takeBackEndChange()
{
    std::string text;
    for (const olfaction::PrecisionReading& change : m_output.precisionChanges)
        text += (text.empty() ? "weights in " : "; weights in ") + change.name + ": " + change.reason;
    if (const auto* running = simulation()) {
        if (std::string name = running->backEndName(); name != m_backEnd) {
            text += (text.empty() ? "" : "; ") + name + " instead of " + m_backEnd + ": " + running->backEndReason();
            m_backEnd = std::move(name);
        }
    }
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::string Recognition::backEndReason() const
{
    const auto* running = simulation();
    const std::string precision = m_recogniser->precision().reason;
    const std::string reason = running ? running->backEndReason() : std::string();
    return precision.empty() ? reason : reason + "\n" + precision;
}

std::shared_ptr<const RunningModel> Recognition::describe() const
{
    auto out = std::make_shared<RunningModel>();
    out->bytes = m_modelBytes;
    out->info = info();
    if (const snn::Simulation* running = simulation()) {
        // The model's own network, in the model's own precision: what can be edited and saved.
        const auto model = olfaction::modelFromBytes(m_modelBytes);
        out->network = model.ok() ? olfaction::fullNetwork(model->spiking) : running->network();
        out->synapses = running->synapseCount();
        // A model's network holds every projection but those into the output population (SpikingPart).
        const auto& projections = out->network.projections;
        out->firstReadout = static_cast<std::size_t>(std::count_if(
            projections.begin(), projections.end(), [](const auto& p) { return p.target != olfaction::Outputs; }));
        out->backEnds = snn::availableBackEnds();
    }
    return out;
}

Result<void> Recognition::setChannels(const std::vector<ChannelInfo>& deviceChannels)
{
    m_map.clear();
    m_presented.clear();
    BNOF_TRY_ASSIGN(m_map, olfaction::matchChannels(info().channels, deviceChannels));
    m_values.resize(m_map.size());
    return {};
}

Result<void> Recognition::process(const SensorFrame& frame, std::span<const sensing::ChannelMask> mask)
{
    m_output.clear();
    for (std::size_t i = 0; i < m_map.size(); ++i)
        m_values[i] = m_map[i] < frame.values.size() ? frame.values[m_map[i]] : std::numeric_limits<float>::quiet_NaN();
    m_masked.assign(mask.empty() ? 0 : m_map.size(), 0);
    for (std::size_t i = 0; i < m_masked.size(); ++i) {
        const auto state = m_map[i] < mask.size() ? mask[m_map[i]] : sensing::ChannelMask::Good;
        m_masked[i] = state == sensing::ChannelMask::Masked ? 1 : 0;
        if (state == sensing::ChannelMask::Withheld)
            m_values[i] = std::numeric_limits<float>::quiet_NaN();
    }
    const SensorFrame shown{frame.t, m_values, frame.deviceSeconds, m_masked};
    m_presented.add(shown, [this] { return m_recogniser->saveState(); });
    BNOF_TRY(m_recogniser->process(shown, m_output));
    if (m_tickZero != m_output.tickZero) {
        m_tickZero = m_output.tickZero;
        m_restarted = true;
    }
    return {};
}

olfaction::PresentedSpan Recognition::presented() const
{
    olfaction::PresentedSpan out = m_presented.span();
    out.recogniser = m_options;
    return out;
}

void Recognition::show(SpikeHistory& history, Timestamp frameTime) const
{
    // The history wants time order; each layer is in order by itself.
    const auto tickLength = static_cast<Timestamp>(info().tickMs * 1e6);
    std::vector<std::size_t> at(m_output.spikes.size(), 0);
    while (true) {
        std::uint32_t tick = std::numeric_limits<std::uint32_t>::max();
        bool more = false;
        for (std::size_t layer = 0; layer < at.size(); ++layer) {
            if (at[layer] < m_output.spikes[layer].size()) {
                tick = std::min(tick, m_output.spikes[layer][at[layer]].tick);
                more = true;
            }
        }
        if (!more)
            break;
        const Timestamp t = m_output.tickZero + static_cast<Timestamp>(tick) * tickLength;
        for (std::size_t layer = 0; layer < at.size(); ++layer) {
            const auto& spikes = m_output.spikes[layer];
            const std::uint32_t first = history.layers()[layer].firstNeuron;
            for (; at[layer] < spikes.size() && spikes[at[layer]].tick == tick; ++at[layer])
                history.add(t, first + spikes[at[layer]].neuron);
        }
    }
    // The next frame's spikes may lie up to one tick before this frame's time.
    history.advanceTo(frameTime - 2 * tickLength);
}

} // namespace bnof::session
