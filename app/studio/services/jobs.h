// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/pipeline/executor.h"

namespace bnof::studio {

/// How a job ended, for people.
struct JobOutcome {
    bool ok = true;
    bool cancelled = false;
    QString message; ///< what came of it, or why not
    QString path;    ///< a file that it made, to reveal
};

/// A long piece of work away from the GUI thread, with progress and a way to cancel it.
class Job {
public:
    /// Given to the work: tell the share done (0..1); false means stop.
    using Progress = std::function<bool(double)>;
    using Work = std::function<JobOutcome(const Progress&)>;

    [[nodiscard]] const QString& title() const { return m_title; }
    [[nodiscard]] double progress() const { return m_progress.load(std::memory_order_relaxed); }
    /// Seconds left, from the progress so far; negative while it cannot be said.
    [[nodiscard]] double secondsLeft() const;
    [[nodiscard]] bool isCancellable() const { return m_cancellable; }
    void cancel() { m_cancelled.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool isFinished() const { return m_finished; }
    [[nodiscard]] const JobOutcome& outcome() const { return m_outcome; }

private:
    friend class JobList;

    QString m_title;
    bool m_cancellable = true;
    std::int64_t m_startedAt = 0;
    std::atomic<double> m_progress{0};
    std::atomic<bool> m_cancelled{false};
    bool m_finished = false;
    JobOutcome m_outcome;
};

/// The jobs of the program: running ones and the last that ended. GUI thread.
class JobList : public QObject {
    Q_OBJECT

public:
    explicit JobList(Executor& executor, QObject* parent = nullptr);
    /// Asks running jobs to stop; they end on the executor.
    ~JobList() override;

    std::shared_ptr<Job> run(const QString& title, Job::Work work, bool cancellable = true,
                             std::function<void(const JobOutcome&)> then = {});
    [[nodiscard]] const std::vector<std::shared_ptr<Job>>& jobs() const { return m_jobs; }
    [[nodiscard]] int runningCount() const;
    /// Forget a job that ended.
    void dismiss(const std::shared_ptr<Job>& job);

signals:
    void changed();

private:
    Executor& m_executor;
    std::vector<std::shared_ptr<Job>> m_jobs;
};

} // namespace bnof::studio
