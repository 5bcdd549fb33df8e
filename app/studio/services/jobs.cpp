// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/jobs.h"

#include <algorithm>

#include "app/studio/services/background.h"
#include "engine/base/time.h"

namespace bnof::studio {

double Job::secondsLeft() const
{
    const double share = progress();
    const double elapsed = static_cast<double>(monotonicNow() - m_startedAt) * 1e-9;
    if (share < 0.02 || elapsed < 0.5)
        return -1;
    return elapsed * (1 - share) / share;
}

JobList::JobList(Executor& executor, QObject* parent) : QObject(parent), m_executor(executor) {}

JobList::~JobList()
{
    for (const auto& job : m_jobs)
        job->cancel();
}

std::shared_ptr<Job> JobList::run(const QString& title, Job::Work work, bool cancellable,
                                  std::function<void(const JobOutcome&)> then)
{
    auto job = std::make_shared<Job>();
    job->m_title = title;
    job->m_cancellable = cancellable;
    job->m_startedAt = monotonicNow();
    m_jobs.push_back(job);
    inBackground(
        m_executor, this, "studio.job",
        [job, work = std::move(work)] {
            return work([job](double share) {
                job->m_progress.store(share, std::memory_order_relaxed);
                return !job->m_cancelled.load(std::memory_order_relaxed);
            });
        },
        [this, job, then = std::move(then)](JobOutcome outcome) {
            job->m_finished = true;
            job->m_outcome = std::move(outcome);
            if (then)
                then(job->m_outcome);
            emit changed();
        },
        Priority::Low);
    emit changed();
    return job;
}

int JobList::runningCount() const
{
    return static_cast<int>(
        std::count_if(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return !job->isFinished(); }));
}

void JobList::dismiss(const std::shared_ptr<Job>& job)
{
    if (!job->isFinished())
        return;
    std::erase(m_jobs, job);
    emit changed();
}

} // namespace bnof::studio
