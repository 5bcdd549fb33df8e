// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/study.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

namespace bnof::tuning {
namespace {

constexpr std::uint32_t mostWorkers = 64;

/// One round's trials, shared by its workers.
class Round {
public:
    Round(const StudyPlan& plan, Objective& objective, Journal& journal, const StudyOptions& options,
          const std::vector<Trial>& finished, std::vector<Trial>& all)
        : m_plan(plan), m_objective(objective), m_journal(journal), m_options(options), m_finished(finished), m_all(all)
    {}

    /// Runs the trials [from, all.size()).
    Result<void> run(std::size_t from)
    {
        m_next = from;
        const auto count = static_cast<std::uint32_t>(m_all.size() - from);
        const std::uint32_t workers = std::clamp(std::min(m_options.workers, count), 1U, mostWorkers);
        std::vector<std::thread> others;
        for (std::uint32_t w = 1; w < workers; ++w)
            others.emplace_back([this] { work(); });
        work();
        for (std::thread& other : others)
            other.join();
        if (m_error)
            return *m_error;
        return {};
    }

private:
    void work()
    {
        while (!m_stop) {
            const std::size_t index = m_next++;
            if (index >= m_all.size())
                return;
            if (auto done = runTrial(index); !done.ok()) {
                const std::lock_guard lock(m_mutex);
                if (!m_error)
                    m_error = done.error();
                m_stop = true;
            }
        }
    }

    Result<void> runTrial(std::size_t index)
    {
        Trial trial = copyOf(index);
        if (trial.state != TrialState::Running)
            return {};
        BNOF_TRY(m_journal.begin(trial, m_plan.space));
        if (trial.detail.isNull())
            trial.detail = Json::object();
        while (trial.losses.size() < m_objective.steps()) {
            // Judged before the step and not behind it, so that a trial that was interrupted there is judged too.
            if (shouldPrune(m_plan.pruner, m_finished, trial.losses)) {
                trial.state = TrialState::Pruned;
                return finish(index, trial);
            }
            const auto loss = m_objective.run(trial.point, trial.losses.size(), trial.detail);
            if (!loss.ok() && loss.error().kind == ErrorKind::Cancelled)
                return loss.error();
            if (!loss.ok() || !std::isfinite(*loss)) {
                trial.state = TrialState::Failed;
                trial.reason = loss.ok() ? "the loss is not a number" : loss.error().message();
                return finish(index, trial);
            }
            trial.losses.push_back(*loss);
            BNOF_TRY(m_journal.step(trial));
            BNOF_TRY(show(index, trial));
        }
        trial.state = TrialState::Complete;
        return finish(index, trial);
    }

    Trial copyOf(std::size_t index)
    {
        const std::lock_guard lock(m_mutex);
        return m_all[index];
    }
    Result<void> finish(std::size_t index, const Trial& trial)
    {
        BNOF_TRY(m_journal.finish(trial));
        return show(index, trial);
    }
    Result<void> show(std::size_t index, const Trial& trial)
    {
        const std::lock_guard lock(m_mutex);
        m_all[index] = trial;
        if (m_stop || (m_options.progress && !m_options.progress(m_all)))
            return makeError(ErrorKind::Cancelled, "the search was stopped", "trial " + std::to_string(trial.number),
                             "Its journal can be resumed.");
        return {};
    }

    const StudyPlan& m_plan;
    Objective& m_objective;
    Journal& m_journal;
    const StudyOptions& m_options;
    const std::vector<Trial>& m_finished;
    std::vector<Trial>& m_all;
    std::atomic<std::size_t> m_next{0};
    std::atomic<bool> m_stop{false};
    std::mutex m_mutex;
    std::optional<Error> m_error;
};

/// Values that differ in the last bit after a journey through text would be another trial.
bool samePoint(const Point& a, const Point& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

Result<void> checkOptions(const StudyPlan& plan, const Objective& objective, const StudyOptions& options)
{
    if (options.trials < 1 || options.trials > 1'000'000)
        return makeError(ErrorKind::Usage, "the number of trials must be within 1 and 1,000,000", "study");
    if (objective.steps() < 1)
        return makeError(ErrorKind::Usage, "there is nothing to measure a trial by", "study");
    return validate(plan.pruner);
}

} // namespace

Json toJson(const StudyPlan& plan)
{
    Json sampler = Json::object();
    sampler.set("kind", plan.sampler.kind).set("seed", plan.sampler.seed);
    if (plan.sampler.kind == "tpe")
        sampler.set("startup", plan.sampler.tpe.startup)
            .set("candidates", plan.sampler.tpe.candidates)
            .set("multivariate", plan.sampler.tpe.multivariate);
    Json pruner = Json::object();
    pruner.set("kind", plan.pruner.kind)
        .set("startup", plan.pruner.startup)
        .set("warm_up", plan.pruner.warmUp)
        .set("reduction", plan.pruner.reduction);
    Json out = Json::object();
    out.set("space", toJson(plan.space)).set("sampler", std::move(sampler)).set("pruner", std::move(pruner));
    out.set("subject", plan.subject);
    return out;
}

Result<std::vector<Trial>> runStudy(const StudyPlan& plan, Objective& objective, Journal& journal,
                                    const StudyOptions& options)
{
    BNOF_TRY(checkOptions(plan, objective, options));
    BNOF_TRY_ASSIGN(const auto sampler, makeSampler(plan.space, plan.sampler));
    const std::vector<Trial>& stored = journal.trials();
    const std::uint32_t size = sampler->roundSize();
    std::vector<Trial> all;
    while (all.size() < options.trials) {
        // Whole rounds only are the past: the last one may have been cut short by an earlier run's number of trials.
        const std::size_t first = all.size();
        const std::vector<Trial> finished = all;
        std::vector<Point> pending;
        for (std::size_t number = first; number < first + size && number < options.trials; ++number) {
            Trial trial;
            trial.number = number;
            trial.point = sampler->propose(number, {finished, pending});
            if (number < stored.size()) {
                if (!samePoint(stored[number].point, trial.point))
                    return makeError(ErrorKind::BadInput, "the journal's trials are not those of this search",
                                     "trial " + std::to_string(number),
                                     "It was written by another version: begin a new journal.");
                trial = stored[number];
            }
            pending.push_back(trial.point);
            all.push_back(std::move(trial));
        }
        Round round(plan, objective, journal, options, finished, all);
        BNOF_TRY(round.run(first));
    }
    return all;
}

} // namespace bnof::tuning
