// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/precision_ladder.h"

#include <algorithm>
#include <cstdio>

#include "engine/snn/reduced_precision.h"

namespace bnof::olfaction {
namespace {

const char* const adaptive = "adaptive";
const char* const asTheModel = "model";

Result<snn::Network> inPrecision(const snn::Network& network, const std::string& name,
                                 std::span<const snn::ProjectionClip> clips)
{
    if (name == asTheModel)
        return network;
    const auto precision = snn::precisionNamed(name);
    if (!precision)
        return makeError(ErrorKind::Usage, "there is no precision \"" + name + '"', "precision",
                         "Use model, fp32, fp16, int16, int8 or adaptive.");
    return precision == snn::Precision::Int8 ? snn::withClips(network, clips) : snn::withPrecision(network, *precision);
}

Error damaged()
{
    return makeError(ErrorKind::BadInput, "the state of the precision monitor is damaged", "saved state of recogniser");
}

} // namespace

Result<PrecisionLadder> PrecisionLadder::create(const snn::Network& network, const PrecisionLadderOptions& options,
                                                Decide decide)
{
    std::vector<std::string> names{options.precision};
    snn::PrecisionMonitorOptions monitor;
    if (options.precision == adaptive) {
        monitor.limit = options.limit;
        BNOF_TRY(snn::PrecisionMonitor::create(monitor));
        names = monitor.levels;
    }
    std::vector<Level> levels;
    for (const std::string& name : names) {
        BNOF_TRY_ASSIGN(const snn::Network form, inPrecision(network, name, options.clips));
        BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(form, options.simulation));
        levels.push_back({name == asTheModel ? std::string() : name, std::move(simulation)});
    }
    // What adopt() refuses is refused now, not in the midst of an experiment.
    for (std::size_t i = 1; i < levels.size(); ++i)
        BNOF_TRY(levels[i].simulation.adopt(levels[i - 1].simulation));
    return PrecisionLadder(std::move(levels), options, std::move(decide));
}

PrecisionLadder::PrecisionLadder(std::vector<Level> levels, const PrecisionLadderOptions& options, Decide decide)
    : m_levels(std::move(levels)), m_decide(std::move(decide)), m_population(options.population),
      m_windowIntervals(options.windowIntervals)
{
    m_monitorOptions.limit = options.limit;
    reset();
}

void PrecisionLadder::reset()
{
    if (m_levels.size() > 1) {
        m_monitor = *snn::PrecisionMonitor::create(m_monitorOptions); // create() has checked the options
        m_active = m_monitor->level();
    }
    m_exposure = 0;
    restart();
}

void PrecisionLadder::restart()
{
    for (Level& level : m_levels)
        level.simulation.reset();
    m_inWindow = false;
    m_interval = 0;
    m_shadows.clear();
}

/// The networks that are compared start where the active one stands.
void PrecisionLadder::beginWindow()
{
    m_inWindow = true;
    const snn::ShadowRequest request = m_monitor->next(m_exposure);
    const auto add = [&](std::size_t level) {
        (void)m_levels[level].simulation.adopt(active()); // cannot fail: create() has tried
        m_shadows.push_back({level, std::vector<std::uint32_t>(active().network().populations[m_population].size, 0)});
    };
    if (request.reference)
        add(0);
    if (request.candidate)
        add(m_active + 1);
}

void PrecisionLadder::run(std::uint32_t ticks, snn::SpikesByPopulation& spikes)
{
    if (m_monitor && !m_inWindow)
        beginWindow();
    active().run(ticks, spikes);
    for (Shadow& shadow : m_shadows) {
        for (auto& population : m_shadowSpikes)
            population.clear();
        m_levels[shadow.level].simulation.run(ticks, m_shadowSpikes);
        for (const Spike& spike : m_shadowSpikes[m_population])
            ++shadow.counts[spike.neuron];
    }
}

Result<void> PrecisionLadder::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    for (const Shadow& shadow : m_shadows)
        BNOF_TRY(m_levels[shadow.level].simulation.setDrive(population, driveMv));
    return active().setDrive(population, driveMv);
}

Result<void> PrecisionLadder::setRates(std::uint32_t population, std::span<const float> rateHz)
{
    for (const Shadow& shadow : m_shadows)
        BNOF_TRY(m_levels[shadow.level].simulation.setRates(population, rateHz));
    return active().setRates(population, rateHz);
}

std::optional<int> PrecisionLadder::shadowGas(std::size_t level) const
{
    for (const Shadow& shadow : m_shadows)
        if (shadow.level == level)
            return m_decide(shadow.counts);
    return std::nullopt;
}

std::optional<snn::PrecisionSwitch> PrecisionLadder::intervalEnded(std::optional<int> gas)
{
    if (!m_monitor || ++m_interval < m_windowIntervals)
        return std::nullopt;
    snn::ShadowOutcome outcome;
    const std::optional<int> reference = m_active == 0 ? gas : shadowGas(0);
    if (gas && reference && m_active > 0)
        outcome.activeAgrees = *gas == *reference;
    if (const auto candidate = shadowGas(m_active + 1); candidate && reference)
        outcome.candidateAgrees = *candidate == *reference;
    auto change = m_monitor->observe(m_exposure, outcome);
    ++m_exposure;
    m_interval = 0;
    m_inWindow = false;
    m_shadows.clear();
    if (change) {
        const std::size_t before = std::exchange(m_active, m_monitor->level());
        (void)active().adopt(m_levels[before].simulation); // cannot fail: create() has tried
    }
    return change;
}

std::string PrecisionLadder::agreementText() const
{
    if (!m_monitor)
        return {};
    const snn::AgreementReading reading = m_monitor->agreement();
    if (m_active == 0)
        return precision() + ": full precision, because fewer bits agreed too seldom";
    char text[160];
    std::snprintf(text, sizeof text, "%s: agreed with %s in %.1f %% of %llu compared windows (at least %.1f %%)",
                  precision().c_str(), m_levels.front().name.c_str(), reading.agreement * 100,
                  static_cast<unsigned long long>(reading.compared), reading.lower * 100);
    return text;
}

void PrecisionLadder::save(StateWriter& writer) const
{
    const auto put = [&](const snn::Simulation& simulation) {
        const std::vector<std::uint8_t> bytes = simulation.saveState();
        writer.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    put(active());
    if (!m_monitor)
        return;
    writer.text(m_monitor->saveState().dump());
    writer.put(m_exposure);
    writer.put(m_interval);
    writer.put(static_cast<std::uint8_t>(m_inWindow));
    writer.put(static_cast<std::uint8_t>(m_shadows.size()));
    for (const Shadow& shadow : m_shadows) {
        writer.put(static_cast<std::uint8_t>(shadow.level));
        writer.putAll(shadow.counts);
        put(m_levels[shadow.level].simulation);
    }
}

Result<void> PrecisionLadder::load(StateReader& reader)
{
    const auto network = reader.blob();
    if (m_monitor) {
        const auto text = reader.blob();
        BNOF_TRY_ASSIGN(const Json state, Json::parse({reinterpret_cast<const char*>(text.data()), text.size()}));
        BNOF_TRY(m_monitor->loadState(state));
        m_active = m_monitor->level();
        m_exposure = reader.get<std::uint64_t>();
        m_interval = reader.get<std::uint32_t>();
        m_inWindow = reader.get<std::uint8_t>() != 0;
        const auto shadows = reader.get<std::uint8_t>();
        if (shadows > 2 || m_interval >= m_windowIntervals)
            return damaged();
        m_shadows.clear();
        for (std::uint8_t i = 0; i < shadows; ++i) {
            Shadow shadow;
            shadow.level = reader.get<std::uint8_t>();
            if (shadow.level >= m_levels.size() || shadow.level == m_active)
                return damaged();
            reader.getAll(shadow.counts, active().network().populations[m_population].size);
            BNOF_TRY(m_levels[shadow.level].simulation.loadState(reader.blob()));
            m_shadows.push_back(std::move(shadow));
        }
    }
    if (!reader.ok())
        return damaged();
    return active().loadState(network);
}

} // namespace bnof::olfaction
