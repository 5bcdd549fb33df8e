// SPDX-License-Identifier: GPL-3.0-or-later
// Independent pieces of work over workers of different speed: GPUs, parts of one, threads of the CPU.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace bnof::compute {

/// Hands out pieces so that all workers end at about the same time. Each first gets a small portion to be measured;
/// after that, what is left is divided by the measured speeds and half of a worker's share is given at a time, so that
/// a wrong measurement is mended by what is still left (guided self-scheduling, Polychronopoulos & Kuck 1987).
/// Thread-safe.
class LoadBalancer {
public:
    /// `portions`: by worker, pieces that it can do at once (at least 1); what it gets is a multiple of that, as long
    /// as there is enough.
    LoadBalancer(std::size_t pieces, std::vector<std::size_t> portions);

    /// The next pieces for a worker; empty when there is nothing left.
    [[nodiscard]] std::vector<std::size_t> take(std::size_t worker);
    /// A worker has done `pieces` in `seconds`.
    void done(std::size_t worker, std::size_t pieces, double seconds);
    /// A worker could not do these pieces and takes no more.
    void giveUp(std::size_t worker, const std::vector<std::size_t>& pieces);

    /// Everything that is left, for somebody who is none of the workers.
    [[nodiscard]] std::vector<std::size_t> takeAll();

    /// Pieces a second, 0 before the first measurement.
    [[nodiscard]] double speed(std::size_t worker) const;
    [[nodiscard]] std::size_t piecesDone(std::size_t worker) const;
    [[nodiscard]] std::size_t left() const;

private:
    struct Worker {
        std::size_t portion = 1;
        std::size_t pieces = 0;
        double seconds = 0;
        bool stopped = false;
    };
    [[nodiscard]] double speedOf(const Worker& worker) const;

    mutable std::mutex m_mutex;
    std::vector<Worker> m_workers;
    std::vector<std::size_t> m_returned;
    std::size_t m_next = 0;
    std::size_t m_end;
};

} // namespace bnof::compute
