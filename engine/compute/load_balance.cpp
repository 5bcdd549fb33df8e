// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/load_balance.h"

#include <algorithm>

namespace bnof::compute {

LoadBalancer::LoadBalancer(std::size_t pieces, std::vector<std::size_t> portions) : m_end(pieces)
{
    for (const std::size_t portion : portions)
        m_workers.push_back({std::max<std::size_t>(portion, 1), 0, 0, false});
}

double LoadBalancer::speedOf(const Worker& worker) const
{
    return worker.seconds > 0 ? static_cast<double>(worker.pieces) / worker.seconds : 0;
}

std::vector<std::size_t> LoadBalancer::take(std::size_t index)
{
    const std::lock_guard lock(m_mutex);
    const Worker& worker = m_workers[index];
    std::vector<std::size_t> pieces;
    if (worker.stopped)
        return pieces;
    const std::size_t left = m_end - m_next + m_returned.size();
    std::size_t wanted = worker.portion;
    double all = 0;
    bool measured = true;
    for (const Worker& other : m_workers) {
        all += other.stopped ? 0 : speedOf(other);
        measured = measured && (other.stopped || speedOf(other) > 0);
    }
    if (measured && all > 0) {
        const double share = static_cast<double>(left) * speedOf(worker) / all / 2;
        wanted = std::max<std::size_t>(static_cast<std::size_t>(share) / worker.portion, 1) * worker.portion;
    }
    wanted = std::min(wanted, left);
    for (; wanted > 0 && !m_returned.empty(); --wanted) {
        pieces.push_back(m_returned.back());
        m_returned.pop_back();
    }
    for (; wanted > 0; --wanted)
        pieces.push_back(m_next++);
    return pieces;
}

void LoadBalancer::done(std::size_t worker, std::size_t pieces, double seconds)
{
    const std::lock_guard lock(m_mutex);
    m_workers[worker].pieces += pieces;
    m_workers[worker].seconds += std::max(seconds, 1e-9);
}

void LoadBalancer::giveUp(std::size_t worker, const std::vector<std::size_t>& pieces)
{
    const std::lock_guard lock(m_mutex);
    m_workers[worker].stopped = true;
    m_returned.insert(m_returned.end(), pieces.begin(), pieces.end());
}

std::vector<std::size_t> LoadBalancer::takeAll()
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::size_t> pieces = std::move(m_returned);
    m_returned.clear();
    while (m_next < m_end)
        pieces.push_back(m_next++);
    return pieces;
}

double LoadBalancer::speed(std::size_t worker) const
{
    const std::lock_guard lock(m_mutex);
    return speedOf(m_workers[worker]);
}

std::size_t LoadBalancer::piecesDone(std::size_t worker) const
{
    const std::lock_guard lock(m_mutex);
    return m_workers[worker].pieces;
}

std::size_t LoadBalancer::left() const
{
    const std::lock_guard lock(m_mutex);
    return m_end - m_next + m_returned.size();
}

} // namespace bnof::compute
