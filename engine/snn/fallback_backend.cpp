// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/fallback_backend.h"

#include <algorithm>
#include <new>

#include "engine/base/instruments.h"
#include "engine/base/log.h"

namespace bnof::snn {
namespace {

Activity sumOf(const Activity& a, const Activity& b)
{
    Activity sum = a;
    sum.ticks += b.ticks;
    sum.spikes.resize(std::max(a.spikes.size(), b.spikes.size()));
    sum.events.resize(std::max(a.events.size(), b.events.size()));
    for (std::size_t i = 0; i < b.spikes.size(); ++i)
        sum.spikes[i] += b.spikes[i];
    for (std::size_t i = 0; i < b.events.size(); ++i)
        sum.events[i] += b.events[i];
    sum.seconds.deliver += b.seconds.deliver;
    sum.seconds.update += b.seconds.update;
    sum.seconds.learn += b.seconds.learn;
    sum.seconds.collect += b.seconds.collect;
    return sum;
}

void append(const SpikesByPopulation& from, SpikesByPopulation& to)
{
    to.resize(std::max(to.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i].insert(to[i].end(), from[i].begin(), from[i].end());
}

} // namespace

FallbackBackEnd::FallbackBackEnd(std::unique_ptr<BackEnd> primary, MakeSpare makeSpare, std::uint32_t checkpointTicks)
    : BackEnd(primary->sharedPlan()), m_active(std::move(primary)), m_makeSpare(std::move(makeSpare)),
      m_checkpointTicks(std::max(checkpointTicks, 1U)), m_drawSeed(plan().network.seed), m_keptSeed(m_drawSeed)
{}

/// Keeps the state of now, unless the device turns out to have failed.
void FallbackBackEnd::keepState()
{
    if (m_switch || m_failure)
        return;
    NetworkState state = m_active->state();
    if (failed())
        return;
    m_kept = std::move(state);
    m_keptActivity = m_active->activity();
    m_keptSeed = m_drawSeed;
    m_orders.clear();
}

void FallbackBackEnd::give(BackEnd& backEnd, const Order& order) const
{
    if (const auto* drive = std::get_if<Drive>(&order.what))
        backEnd.setDrive(drive->population, drive->values);
    else if (const auto* rates = std::get_if<Thresholds>(&order.what))
        backEnd.setThresholds(rates->population, rates->values);
    else if (const auto* modulation = std::get_if<Modulation>(&order.what))
        backEnd.modulate(modulation->projection, modulation->values);
    else if (const auto* seed = std::get_if<DrawSeed>(&order.what))
        backEnd.setDrawSeed(seed->value);
}

void FallbackBackEnd::take(Order order)
{
    if (m_failure)
        return;
    give(*m_active, order);
    if (m_switch) // a CPU does not fail; nothing has to be repeated any more
        return;
    m_orders.push_back(std::move(order));
    failed();
}

void FallbackBackEnd::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    take({m_tick, Drive{population, {driveMv.begin(), driveMv.end()}}});
}

void FallbackBackEnd::setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds)
{
    take({m_tick, Thresholds{population, {thresholds.begin(), thresholds.end()}}});
}

void FallbackBackEnd::modulate(std::uint32_t projection, std::span<const float> modulation)
{
    take({m_tick, Modulation{projection, {modulation.begin(), modulation.end()}}});
}

void FallbackBackEnd::setDrawSeed(std::uint64_t drawSeed)
{
    m_drawSeed = drawSeed;
    take({m_tick, DrawSeed{drawSeed}});
}

/// True when the device has failed; the spare back end is then at the present tick, if there is one.
bool FallbackBackEnd::failed()
{
    if (m_switch || !m_active->failure())
        return false;
    switchOver();
    return true;
}

bool FallbackBackEnd::switchOver()
{
    static Counter& switches = Instruments::counter("snn.back_end_switches");
    const Error reason = *m_active->failure();
    const std::string from = m_active->name();
    auto spare = m_makeSpare();
    if (!spare.ok()) {
        m_failure = reason;
        m_failure->context += " No other back end could take over: " + spare.error().message();
        log::error("snn", m_failure->message() + ' ' + m_failure->context);
        return false;
    }
    m_active = std::move(*spare);
    m_before = m_keptActivity;
    if (m_kept.populations.empty()) {
        m_active->reset(m_keptSeed);
    } else {
        m_active->setState(m_kept);
        m_active->setDrawSeed(m_keptSeed);
    }
    SpikesByPopulation repeated; // they have been given out already
    for (const Order& order : m_orders) {
        m_active->run(static_cast<std::uint32_t>(order.tick - m_active->tick()), repeated);
        give(*m_active, order);
    }
    m_active->run(static_cast<std::uint32_t>(m_tick - m_active->tick()), repeated);
    m_switch = BackEndSwitch{m_tick, m_kept.tick, from, m_active->name(), reason};
    m_orders.clear();
    switches.add(1);
    log::warning("snn", "the simulation goes on with " + m_switch->to + " from tick " + std::to_string(m_tick) +
                            " on, because " + from + " failed: " + reason.message());
    return true;
}

void FallbackBackEnd::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    spikes.resize(plan().populations.size());
    for (std::uint32_t left = ticks; left > 0 && !m_failure;) {
        if (m_switch) {
            m_active->run(left, spikes);
            m_tick += left;
            return;
        }
        if (m_tick - m_kept.tick >= m_checkpointTicks) {
            keepState();
            continue;
        }
        const auto slice = std::min(left, static_cast<std::uint32_t>(m_checkpointTicks - (m_tick - m_kept.tick)));
        SpikesByPopulation fired; // what a failing device has written does not count
        m_active->run(slice, fired);
        if (failed())
            continue;
        append(fired, spikes);
        m_tick += slice;
        left -= slice;
    }
}

void FallbackBackEnd::reset(std::uint64_t drawSeed)
{
    m_tick = 0;
    m_drawSeed = m_keptSeed = drawSeed;
    m_kept = {};
    m_keptActivity = m_active->activity();
    m_orders.clear();
    if (m_failure)
        return;
    m_active->reset(drawSeed);
    failed();
}

NetworkState FallbackBackEnd::state()
{
    NetworkState state = m_active->state();
    return failed() && !m_failure ? m_active->state() : state;
}

void FallbackBackEnd::setState(const NetworkState& state)
{
    m_tick = state.tick;
    m_drawSeed = m_keptSeed = plan().network.seed;
    m_kept = state;
    m_keptActivity = m_active->activity();
    m_orders.clear();
    if (m_failure)
        return;
    m_active->setState(state);
    failed();
}

Activity FallbackBackEnd::activity() const
{
    return m_switch ? sumOf(m_before, m_active->activity()) : m_active->activity();
}

std::string FallbackBackEnd::name() const
{
    return m_active->name();
}

std::string FallbackBackEnd::reason() const
{
    if (!m_switch)
        return m_active->reason();
    return m_switch->from + " failed at tick " + std::to_string(m_switch->tick) + ": " + m_switch->reason.what;
}

} // namespace bnof::snn
