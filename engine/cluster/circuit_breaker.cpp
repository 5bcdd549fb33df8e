// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cluster/circuit_breaker.h"

namespace bnof::cluster {

bool CircuitBreaker::allow(double now)
{
    if (m_state == State::Open) {
        if (now - m_openedAt < m_options.waitOpen)
            return false;
        m_state = State::HalfOpen;
        m_results.clear();
        m_failures = 0;
        m_admitted = 0;
    }
    if (m_state == State::HalfOpen)
        return m_admitted++ < m_options.probes;
    return true;
}

void CircuitBreaker::record(double now, bool succeeded)
{
    if (m_state == State::Open)
        return; // a call from before it opened
    m_results.push_back(succeeded);
    m_failures += succeeded ? 0 : 1;
    const bool probing = m_state == State::HalfOpen;
    if (!probing && m_results.size() > m_options.window) {
        m_failures -= m_results.front() ? 0 : 1;
        m_results.pop_front();
    }
    if (m_results.size() < (probing ? m_options.probes : m_options.minimumCalls))
        return;
    const double share = static_cast<double>(m_failures) / static_cast<double>(m_results.size());
    if (share >= m_options.failureShare) {
        open(now);
    } else if (probing) {
        m_state = State::Closed;
        m_results.clear();
        m_failures = 0;
    }
}

void CircuitBreaker::open(double now)
{
    m_state = State::Open;
    m_openedAt = now;
    m_results.clear();
    m_failures = 0;
}

} // namespace bnof::cluster
