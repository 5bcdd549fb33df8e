// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pipeline/scheduler_impl.h"

namespace bnof::pipeline {
namespace {

WorkerStatus statusOf(const Runner& runner)
{
    WorkerStatus status;
    status.busySeconds = toSeconds(static_cast<std::int64_t>(runner.busy.load(std::memory_order_acquire)));
    for (const Runner::Counts& counts : runner.counts)
        status.done += counts.done.load(std::memory_order_acquire);
    status.steals = runner.steals.load(std::memory_order_relaxed);
    status.yielded = runner.yielded.load(std::memory_order_relaxed);
    if (runner.pinned.load(std::memory_order_relaxed))
        status.processor = runner.processor;
    if (const char* name = runner.taskName.load(std::memory_order_relaxed); name != nullptr)
        status.task = name;
    return status;
}

} // namespace

PipelineStatus Scheduler::Impl::status() const
{
    PipelineStatus status;
    status.seconds = toSeconds(m_options.clock() - m_startedAt);
    status.realTime = m_realTime;
    status.lane = statusOf(m_lane);
    for (const auto& worker : m_workers)
        status.workers.push_back(statusOf(*worker));
    const auto wait = std::make_unique<Histogram>(); // large for a stack
    const auto service = std::make_unique<Histogram>();
    for (std::size_t c = 0; c < priorityCount; ++c) {
        ClassStatus& out = status.classes[c];
        const PerClass& queue = *m_classes[c];
        out.queued = queue.ring.size() + queue.overflow.size();
        for (std::size_t r = 0; r < dropReasonCount; ++r)
            out.dropped[r] = queue.dropped[r].load(std::memory_order_acquire);
        wait->reset();
        service->reset();
        const auto add = [&](const Runner& runner) {
            const Runner::Counts& counts = runner.counts[c];
            out.done += counts.done.load(std::memory_order_acquire);
            out.running += counts.running.load(std::memory_order_relaxed);
            wait->merge(counts.wait);
            service->merge(counts.service);
            if (c > 0 && runner.local[c - 1] != nullptr)
                out.queued += runner.local[c - 1]->size();
        };
        add(m_lane);
        for (const auto& worker : m_workers)
            add(*worker);
        out.waitP50 = wait->quantile(0.5);
        out.waitP99 = wait->quantile(0.99);
        out.serviceP50 = service->quantile(0.5);
        out.serviceP99 = service->quantile(0.99);
    }
    return status;
}

} // namespace bnof::pipeline
