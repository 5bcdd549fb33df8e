// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_clock.h"

#include <algorithm>
#include <utility>

namespace bnof::session {

const char* toString(ProtocolClock::State state)
{
    switch (state) {
    case ProtocolClock::State::Ready: return "ready";
    case ProtocolClock::State::Running: return "running";
    case ProtocolClock::State::Paused: return "paused";
    case ProtocolClock::State::Finished: return "finished";
    case ProtocolClock::State::Aborted: return "aborted";
    }
    return "";
}

ProtocolClock::ProtocolClock(const Protocol& protocol, std::vector<Phase> plan, ProtocolActions actions)
    : m_valves(protocol.valves), m_plan(std::move(plan)), m_actions(std::move(actions))
{}

void ProtocolClock::shut()
{
    if (!m_valves.safe.empty())
        m_actions.valve(m_valves.safe);
}

void ProtocolClock::enter(std::size_t phase, Timestamp at)
{
    m_phase = phase;
    m_phaseStart = at;
    if (phase >= m_plan.size()) {
        m_state = State::Finished;
        shut();
        m_actions.mark("end of protocol");
        return;
    }
    const Phase& now = m_plan[phase];
    if (!now.command.empty())
        m_actions.valve(now.command);
    m_actions.mark(now.label);
}

void ProtocolClock::start(Timestamp now)
{
    if (m_state != State::Ready)
        return;
    m_state = State::Running;
    enter(0, now);
}

void ProtocolClock::advance(Timestamp now)
{
    // Phases begin where they should have, not when somebody looked: a slow display does not stretch a protocol. But
    // after a suspended computer an exposure that nobody watched did not happen.
    while (m_state == State::Running) {
        const Timestamp end = m_phaseStart + fromSeconds(m_plan[m_phase].seconds);
        if (now < end)
            return;
        if (now - end > 5 * nanosecondsPerSecond) {
            pause(now);
            return;
        }
        enter(m_phase + 1, end);
    }
}

void ProtocolClock::pause(Timestamp now)
{
    if (m_state != State::Running)
        return;
    m_state = State::Paused;
    m_phaseStart = now;
    shut();
    m_actions.mark("protocol paused");
}

void ProtocolClock::resume(Timestamp now)
{
    if (m_state != State::Paused)
        return;
    m_state = State::Running;
    m_actions.mark("protocol resumed");
    std::size_t first = m_phase;
    // A wait or a recovery that was interrupted is long enough by now; everything before it is not.
    if (m_plan[first].kind == PhaseKind::Baseline || m_plan[first].kind == PhaseKind::Exposure) {
        while (first > 0 && m_plan[first - 1].trial == m_plan[m_phase].trial)
            --first;
    }
    enter(first, now);
}

void ProtocolClock::abort(Timestamp, const std::string& reason)
{
    if (m_state != State::Running && m_state != State::Paused)
        return;
    m_state = State::Aborted;
    shut();
    m_actions.mark(reason.empty() ? "protocol aborted" : "protocol aborted: " + reason);
}

double ProtocolClock::phaseLeft(Timestamp now) const
{
    if (m_phase >= m_plan.size())
        return 0;
    if (m_state != State::Running)
        return m_plan[m_phase].seconds;
    return std::max(0.0, m_plan[m_phase].seconds - toSeconds(now - m_phaseStart));
}

double ProtocolClock::totalLeft(Timestamp now) const
{
    double left = phaseLeft(now);
    for (std::size_t i = m_phase + 1; i < m_plan.size(); ++i)
        left += m_plan[i].seconds;
    return left;
}

} // namespace bnof::session
