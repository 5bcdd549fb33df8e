// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/virtual_receptors/recogniser.h"

#include <algorithm>

#include "engine/olfaction/lda_recogniser.h"

namespace bnof::olfaction {

Result<std::unique_ptr<Recogniser>> VirtualReceptorRecogniser::create(Model model, std::string digest,
                                                                      const RecogniserOptions& options)
{
    BNOF_TRY_ASSIGN(snn::Simulation network,
                    snn::Simulation::create(
                        model.virtualReceptors.network,
                        {.backEnd = options.backEnd, .threads = options.threads, .timePhases = options.timePhases}));
    std::unique_ptr<VirtualReceptorRecogniser> recogniser(
        new VirtualReceptorRecogniser(std::move(model), std::move(digest), std::move(network)));
    recogniser->reset();
    return std::unique_ptr<Recogniser>(std::move(recogniser));
}

VirtualReceptorRecogniser::VirtualReceptorRecogniser(Model trained, std::string digest, snn::Simulation network)
    : StreamRecogniser(std::move(trained), std::move(digest)), m_network(std::move(network))
{
    for (const snn::Population& population : model().virtualReceptors.network.populations)
        m_info.layers.push_back({population.name, population.size});
    m_info.backEnd = m_network.backEndName();
}

void VirtualReceptorRecogniser::restart(std::uint64_t tick)
{
    m_network.reset();
    m_tickBase = tick;
    m_intervals = 0;
    m_counts.assign((std::size_t{model().virtualReceptors.windowIntervals} + 1) * model().gases.size(), 0);
}

void VirtualReceptorRecogniser::advance(std::uint32_t ticks, RecogniserOutput& output)
{
    std::vector<std::size_t> before(output.spikes.size());
    for (std::size_t layer = 0; layer < before.size(); ++layer)
        before[layer] = output.spikes[layer].size();
    m_network.run(ticks, output.spikes);
    for (std::size_t layer = 0; layer < before.size(); ++layer) {
        for (std::size_t i = before[layer]; i < output.spikes[layer].size(); ++i)
            output.spikes[layer][i].tick += static_cast<std::uint32_t>(m_tickBase);
    }
    std::uint32_t* running = m_counts.data() + m_counts.size() - model().gases.size();
    for (std::size_t i = before[Association]; i < output.spikes[Association].size(); ++i)
        ++running[output.spikes[Association][i].neuron / model().virtualReceptors.perGas];
}

bool VirtualReceptorRecogniser::decide(CountDecision& decision, RecogniserOutput& /*output*/)
{
    const VirtualReceptorPart& part = model().virtualReceptors;
    const std::size_t gases = model().gases.size();
    const auto row = static_cast<std::ptrdiff_t>(gases);
    std::rotate(m_counts.begin(), m_counts.begin() + row, m_counts.end());
    std::fill(m_counts.end() - row, m_counts.end(), 0U);
    m_intervals = std::min(m_intervals + 1, part.windowIntervals);
    if (m_intervals < part.windowIntervals)
        return false;
    std::vector<std::uint32_t> window(gases, 0);
    for (std::size_t i = 0; i < part.windowIntervals * gases; ++i)
        window[i % gases] += m_counts[i];
    const CountDecision counted = decideFromCounts(window, gases, part.calibration);
    project(model().discriminant, frontEnd().features(), m_point);
    decision = decideFromPosterior({counted.probabilities.begin(), counted.probabilities.end()}, model().discriminant,
                                   model().lda, m_point);
    return true;
}

Result<void> VirtualReceptorRecogniser::featuresChanged()
{
    const VirtualReceptorPart& part = model().virtualReceptors;
    if (part.discriminants) {
        project(model().discriminant, frontEnd().features(), m_point);
        virtualDrive(part, m_point.u, m_drive);
    } else {
        virtualDrive(part, frontEnd().features(), m_drive);
    }
    return m_network.setDrive(VirtualReceptors, m_drive);
}

void VirtualReceptorRecogniser::saveMore(StateWriter& writer) const
{
    writer.put(m_tickBase);
    writer.put(m_intervals);
    writer.putAll(m_counts);
    const std::vector<std::uint8_t> bytes = m_network.saveState();
    writer.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<void> VirtualReceptorRecogniser::loadMore(StateReader& reader)
{
    const auto damaged = [this](const char* what) {
        return makeError(ErrorKind::BadInput, what, "saved state of recogniser " + model().name);
    };
    m_tickBase = reader.get<std::uint64_t>();
    m_intervals = reader.get<std::uint32_t>();
    reader.getAll(m_counts, m_counts.size());
    const bool countsSane = std::all_of(m_counts.begin(), m_counts.end(), [](std::uint32_t n) { return n <= 1000000; });
    if (!reader.ok() || !countsSane || m_intervals > model().virtualReceptors.windowIntervals || m_tickBase > tick())
        return damaged("the decision window of the saved state is damaged");
    BNOF_TRY(m_network.loadState(reader.blob()));
    if (m_network.tick() != tick() - m_tickBase)
        return damaged("the network's time does not fit the recogniser's");
    return {};
}

} // namespace bnof::olfaction
