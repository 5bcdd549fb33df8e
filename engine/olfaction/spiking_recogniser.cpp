// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/spiking_recogniser.h"

#include <algorithm>
#include <utility>

namespace bnof::olfaction {

Result<std::unique_ptr<Recogniser>> SpikingRecogniser::create(Model model, std::string digest,
                                                              const RecogniserOptions& options)
{
    PrecisionLadderOptions ladder;
    ladder.precision = options.precision;
    ladder.limit = options.precisionLimit;
    const snn::Network full = fullNetwork(model.spiking);
    ladder.clips = clipsOf(model.spiking, full);
    ladder.population = Outputs;
    ladder.windowIntervals = model.spiking.windowIntervals;
    ladder.simulation = {.backEnd = options.backEnd, .threads = options.threads, .timePhases = options.timePhases};
    auto decide = [gases = model.gases.size(), calibration = model.spiking.calibration](auto counts) {
        return decideFromCounts(counts, gases, calibration).gas;
    };
    BNOF_TRY_ASSIGN(PrecisionLadder network, PrecisionLadder::create(full, ladder, std::move(decide)));
    std::unique_ptr<SpikingRecogniser> recogniser(
        new SpikingRecogniser(std::move(model), std::move(digest), std::move(network), options.saveEveryTicks));
    BNOF_TRY(recogniser->applyBiases());
    recogniser->reset();
    return std::unique_ptr<Recogniser>(std::move(recogniser));
}

SpikingRecogniser::SpikingRecogniser(Model trained, std::string digest, PrecisionLadder network,
                                     std::uint32_t saveEveryTicks)
    : StreamRecogniser(std::move(trained), std::move(digest)), m_network(std::move(network)),
      m_saveEveryTicks(saveEveryTicks), m_receptors(model().spiking.code)
{
    for (const snn::Population& population : model().spiking.network.populations)
        m_info.layers.push_back({population.name, population.size});
    m_info.backEnd = m_network.active().backEndName();
}

Result<void> SpikingRecogniser::applyBiases()
{
    BNOF_TRY(m_network.setDrive(KenyonCells, model().spiking.kenyonBiasMv));
    return m_network.setDrive(Outputs, model().spiking.outputBiasMv);
}

void SpikingRecogniser::restart(std::uint64_t tick)
{
    if (tick == 0)
        m_network.reset();
    else
        m_network.restart();
    (void)applyBiases(); // cannot fail: create() applied the same drives
    m_receptors.reset();
    m_tickBase = tick;
    m_intervals = 0;
    m_resting = false;
    m_heldTicks = 0;
    m_skippedTicks = 0;
    const std::size_t outputs = model().spiking.network.populations[Outputs].size;
    m_counts.assign((std::size_t{model().spiking.windowIntervals} + 1) * outputs, 0);
    m_windowCounts.assign(outputs, 0);
}

void SpikingRecogniser::advance(std::uint32_t ticks, RecogniserOutput& output)
{
    if (m_resting) {
        m_skippedTicks += ticks;
        return;
    }
    m_heldTicks += ticks;
    runAndCount(ticks, output);
}

void SpikingRecogniser::beforeChange(RecogniserOutput& output)
{
    // Intervals are whole: what was skipped of the running one happens now, before the drive changes.
    if (std::exchange(m_resting, false) && m_skippedTicks > 0)
        runAndCount(std::exchange(m_skippedTicks, 0U), output);
    m_heldTicks = 0;
}

void SpikingRecogniser::runAndCount(std::uint32_t ticks, RecogniserOutput& output)
{
    std::vector<std::size_t> before(output.spikes.size());
    for (std::size_t layer = 0; layer < before.size(); ++layer)
        before[layer] = output.spikes[layer].size();
    runNetwork(ticks, output.spikes);
    if (m_tickBase != 0) {
        for (std::size_t layer = 0; layer < before.size(); ++layer) {
            for (std::size_t i = before[layer]; i < output.spikes[layer].size(); ++i)
                output.spikes[layer][i].tick += static_cast<std::uint32_t>(m_tickBase);
        }
    }
    const std::size_t outputs = m_windowCounts.size();
    std::uint32_t* running = m_counts.data() + m_counts.size() - outputs;
    for (std::size_t i = before[Outputs]; i < output.spikes[Outputs].size(); ++i)
        ++running[output.spikes[Outputs][i].neuron];
}

void SpikingRecogniser::runNetwork(std::uint32_t ticks, snn::SpikesByPopulation& spikes)
{
    while (m_saveEveryTicks > 0) {
        snn::Simulation& simulation = m_network.active();
        const auto left = static_cast<std::uint32_t>(m_saveEveryTicks - simulation.tick() % m_saveEveryTicks);
        if (left > ticks)
            break;
        m_receptors.run(m_network, left, spikes);
        ticks -= left;
        const std::vector<std::uint8_t> saved = simulation.saveState();
        simulation.reset();
        (void)simulation.loadState(saved); // cannot fail: it is this network's own state
    }
    m_receptors.run(m_network, ticks, spikes);
}

bool SpikingRecogniser::decide(CountDecision& decision, RecogniserOutput& output)
{
    const SpikingPart& part = model().spiking;
    const std::size_t outputs = m_windowCounts.size();
    if (m_resting) {
        m_tickBase += std::exchange(m_skippedTicks, 0U);
        decision = decideFromCounts(m_windowCounts, model().gases.size(), part.calibration);
        return true;
    }
    // The running interval becomes the newest of the window; the oldest makes room.
    std::rotate(m_counts.begin(), m_counts.begin() + static_cast<std::ptrdiff_t>(outputs), m_counts.end());
    std::fill(m_counts.end() - static_cast<std::ptrdiff_t>(outputs), m_counts.end(), 0U);
    m_intervals = std::min(m_intervals + 1, part.windowIntervals);
    if (m_intervals < part.windowIntervals) {
        (void)m_network.intervalEnded(std::nullopt);
        return false;
    }
    std::fill(m_windowCounts.begin(), m_windowCounts.end(), 0U);
    for (std::size_t i = 0; i < part.windowIntervals * outputs; ++i)
        m_windowCounts[i % outputs] += m_counts[i];
    decision = decideFromCounts(m_windowCounts, model().gases.size(), part.calibration);
    if (const auto change = m_network.intervalEnded(decision.gas))
        output.precisionChanges.push_back({change->to, change->reason});
    m_resting = part.restAfterTicks > 0 && m_heldTicks >= part.restAfterTicks;
    return true;
}

Result<void> SpikingRecogniser::featuresChanged()
{
    project(model().discriminant, frontEnd().features(), m_point);
    return m_receptors.show(m_network, m_point);
}

PrecisionReading SpikingRecogniser::precision() const
{
    return {m_network.precision(), m_network.agreementText()};
}

void SpikingRecogniser::saveMore(StateWriter& writer) const
{
    writer.put(m_tickBase);
    writer.put(m_intervals);
    writer.putAll(m_counts);
    m_receptors.save(writer);
    m_network.save(writer);
}

Result<void> SpikingRecogniser::loadMore(StateReader& reader)
{
    m_tickBase = reader.get<std::uint64_t>();
    m_intervals = reader.get<std::uint32_t>();
    reader.getAll(m_counts, m_counts.size());
    const bool countsSane = std::all_of(m_counts.begin(), m_counts.end(), [](std::uint32_t n) { return n <= 1000000; });
    if (!reader.ok() || !countsSane || m_intervals > model().spiking.windowIntervals || m_tickBase > tick())
        return makeError(ErrorKind::BadInput, "the decision window of the saved state is damaged",
                         "saved state of recogniser " + model().name);
    if (!m_receptors.load(reader))
        return makeError(ErrorKind::BadInput, "the encoder of the saved state is damaged",
                         "saved state of recogniser " + model().name);
    BNOF_TRY(m_network.load(reader));
    if (m_network.active().tick() != tick() - m_tickBase)
        return makeError(ErrorKind::BadInput, "the network's time does not fit the recogniser's",
                         "saved state of recogniser " + model().name);
    return {};
}

} // namespace bnof::olfaction
