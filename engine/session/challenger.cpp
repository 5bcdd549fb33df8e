// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/challenger.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/base/time.h"

namespace bnof::session {
namespace {

/// Sensors may still show the gas for so long, as ReactionMeter has it.
constexpr Timestamp recovery = 30 * nanosecondsPerSecond;

} // namespace

Challenger::Challenger(std::unique_ptr<olfaction::Recogniser> recogniser, std::size_t labels, Told told)
    : m_recogniser(std::move(recogniser)), m_labels(labels), m_background(m_recogniser->info().background),
      m_told(std::move(told))
{
    m_output.spikes.resize(m_recogniser->info().layers.size());
}

void Challenger::start()
{
    // It may be left behind: nobody joins it, and it keeps what it uses.
    std::thread([self = shared_from_this()] { self->run(); }).detach();
}

bool Challenger::show(Timestamp t, std::int64_t arrival, std::vector<float> values)
{
    Item item;
    item.t = t;
    item.arrival = arrival;
    item.values = std::move(values);
    return m_queue.tryPush(std::move(item));
}

void Challenger::begin(const std::string& unit, Timestamp from)
{
    Item item;
    item.kind = Kind::Begin;
    item.t = from;
    item.unit = unit;
    m_queue.pushAlways(std::move(item));
}

void Challenger::end(const std::string& unit)
{
    Item item;
    item.kind = Kind::End;
    item.unit = unit;
    m_queue.pushAlways(std::move(item));
}

void Challenger::forget()
{
    Item item;
    item.kind = Kind::Forget;
    m_queue.pushAlways(std::move(item));
}

void Challenger::run()
{
    while (!m_queue.closedAndEmpty()) {
        auto item = m_queue.pop(std::chrono::milliseconds(100));
        if (!item)
            continue;
        m_busySince.store(monotonicNow());
        switch (item->kind) {
        case Kind::Frame: process(*item); break;
        case Kind::Begin: {
            m_tally.emplace(m_labels);
            const std::uint32_t alarms = m_answer.falseAlarms;
            m_answer = {};
            m_answer.falseAlarms = alarms;
            m_from = item->t;
            break;
        }
        case Kind::End: finishUnit(item->unit); break;
        case Kind::Forget:
            if (!failure())
                m_recogniser->reset();
            break;
        }
        m_busySince.store(0);
    }
    m_ended.store(true);
}

void Challenger::process(const Item& item)
{
    if (failure())
        return;
    m_output.clear();
    m_now = item.t;
    const std::int64_t before = threadCpuNow();
    const auto done = experiments::processGuarded(*m_recogniser, {item.t, item.values}, m_output);
    const double cpu = toSeconds(threadCpuNow() - before);
    m_cpuSeconds.store(m_cpuSeconds.load() + cpu);
    std::uint64_t spikes = 0;
    for (const auto& layer : m_output.spikes)
        spikes += layer.size();
    m_spikes.fetch_add(spikes);
    if (!done.ok()) {
        const std::scoped_lock lock(m_mutex);
        m_failure = done.error().message();
        return;
    }
    m_decisions.fetch_add(m_output.decisions.size());
    m_answer.cpuSeconds += cpu;
    m_answer.spikes += spikes;
    for (const Decision& decision : m_output.decisions) {
        const bool number = experiments::allNumbers(decision);
        m_answer.notNumbers += number ? 0 : 1;
        const bool gas = number && decision.gas >= 0 && decision.gas != m_background;
        const bool calm = !m_tally && m_calmSince >= 0 && decision.t - m_calmSince > recovery;
        m_answer.falseAlarms += calm && gas && !m_saidGas ? 1 : 0;
        m_saidGas = gas;
        if (m_tally) {
            m_answer.latencySeconds = std::max(m_answer.latencySeconds, cpu);
            if (toSeconds(decision.t - m_from) >= experiments::firstAnswerSeconds)
                m_tally->add(number ? decision.gas : -1);
        }
        if (number && m_told)
            m_told(decision, monotonicNow() - item.arrival);
    }
}

void Challenger::finishUnit(const std::string& unit)
{
    experiments::UnitAnswer answer = m_answer;
    answer.said = m_tally ? m_tally->winner() : -1;
    answer.decisions = m_tally ? m_tally->decisions() : 0;
    m_tally.reset();
    m_answer = {};
    m_calmSince = m_now;
    const std::scoped_lock lock(m_mutex);
    answer.failure = m_failure;
    if (answer.failure.empty() && answer.notNumbers > 0)
        answer.failure = std::to_string(answer.notNumbers) + " decisions with a probability that is no number";
    answer.missing = answer.decisions == 0 || !m_failure.empty();
    m_answers.insert_or_assign(unit, std::move(answer));
}

std::optional<experiments::UnitAnswer> Challenger::takeAnswer(const std::string& unit)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_answers.find(unit);
    if (found == m_answers.end())
        return std::nullopt;
    experiments::UnitAnswer out = std::move(found->second);
    m_answers.erase(found);
    return out;
}

std::optional<std::string> Challenger::failure() const
{
    const std::scoped_lock lock(m_mutex);
    return m_failure.empty() ? std::nullopt : std::optional(m_failure);
}

double Challenger::busySeconds() const
{
    const std::int64_t since = m_busySince.load();
    return since == 0 ? 0 : toSeconds(monotonicNow() - since);
}

} // namespace bnof::session
