// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/network_meter.h"

#include <algorithm>

namespace bnof::studio {
namespace {

constexpr double windowSeconds = 1;

} // namespace

void NetworkMeter::reset(const snn::Network& network)
{
    m_sizes.clear();
    for (const snn::Population& population : network.populations)
        m_sizes.push_back(std::max(1.0, static_cast<double>(population.size)));
    m_tickMs = network.tickMs;
    m_window.clear();
}

void NetworkMeter::add(const session::NetworkSnapshot& snapshot)
{
    if (!m_window.empty() && snapshot.activity.ticks <= m_window.back().ticks)
        return; // no time has passed for the network
    m_window.push_back(snapshot.activity);
    // What remains after dropping one must still cover the window.
    while (m_window.size() > 2 &&
           static_cast<double>(m_window.back().ticks - m_window[1].ticks) * m_tickMs >= 1000 * windowSeconds)
        m_window.pop_front();
}

double NetworkMeter::seconds() const
{
    return static_cast<double>(m_window.back().ticks - m_window.front().ticks) * m_tickMs * 1e-3;
}

std::vector<double> NetworkMeter::ratesHz() const
{
    std::vector<double> out(m_sizes.size(), -1);
    if (!isKnown())
        return out;
    const auto& now = m_window.back().spikes;
    const auto& before = m_window.front().spikes;
    for (std::size_t i = 0; i < std::min(out.size(), now.size()); ++i)
        out[i] = static_cast<double>(now[i] - before[i]) / m_sizes[i] / seconds();
    return out;
}

std::vector<double> NetworkMeter::eventsHz() const
{
    std::vector<double> out;
    if (!isKnown())
        return out;
    const auto& now = m_window.back().events;
    const auto& before = m_window.front().events;
    for (std::size_t i = 0; i < now.size(); ++i)
        out.push_back(static_cast<double>(now[i] - before[i]) / seconds());
    return out;
}

std::vector<NetworkMeter::Phase> NetworkMeter::phases() const
{
    std::vector<Phase> out(4);
    if (!isKnown())
        return out;
    const auto& now = m_window.back().seconds;
    const auto& before = m_window.front().seconds;
    const double each[]{now.deliver - before.deliver, now.update - before.update, now.learn - before.learn,
                        now.collect - before.collect};
    double sum = 0;
    for (const double time : each)
        sum += time;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = {sum > 0 ? each[i] / sum : 0, each[i] / seconds()};
    return out;
}

} // namespace bnof::studio
