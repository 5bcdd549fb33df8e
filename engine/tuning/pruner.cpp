// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/pruner.h"

#include <algorithm>
#include <span>

#include "engine/statistics/summary.h"

namespace bnof::tuning {
namespace {

/// Mean losses of other trials after the same number of steps.
std::vector<double> at(const std::vector<Trial>& trials, std::size_t steps, bool completeOnly)
{
    std::vector<double> out;
    for (const Trial& trial : trials) {
        const bool counts = trial.state == TrialState::Complete || (!completeOnly && trial.state == TrialState::Pruned);
        if (counts && trial.losses.size() >= steps)
            out.push_back(statistics::mean(std::span(trial.losses).first(steps)));
    }
    return out;
}

bool isRung(std::size_t steps, std::size_t reduction)
{
    std::size_t rung = 1;
    while (rung < steps)
        rung *= reduction;
    return rung == steps;
}

} // namespace

Result<void> validate(const PrunerOptions& options)
{
    if (options.kind != "none" && options.kind != "median" && options.kind != "halving")
        return makeError(ErrorKind::Usage, "there is no pruner \"" + options.kind + '"', "pruner",
                         "Use median, halving or none.");
    if (options.reduction < 2)
        return makeError(ErrorKind::Usage, "successive halving must leave out at least half", "pruner",
                         "Choose a reduction of 2 or more.");
    return {};
}

bool shouldPrune(const PrunerOptions& options, const std::vector<Trial>& finished, const std::vector<double>& losses)
{
    const std::size_t steps = losses.size();
    if (options.kind == "none" || steps < options.warmUp || steps == 0)
        return false;
    const auto complete = static_cast<std::size_t>(std::count_if(
        finished.begin(), finished.end(), [](const Trial& t) { return t.state == TrialState::Complete; }));
    if (complete < options.startup)
        return false;
    const double mine = statistics::mean(losses);
    if (options.kind == "median") {
        std::vector<double> others = at(finished, steps, true);
        return !others.empty() && mine > statistics::median(std::move(others));
    }
    if (!isRung(steps, options.reduction))
        return false;
    const std::vector<double> others = at(finished, steps, false);
    const auto better = static_cast<std::size_t>(
        std::count_if(others.begin(), others.end(), [&](double other) { return other < mine; }));
    return better >= std::max<std::size_t>(1, (others.size() + 1) / options.reduction);
}

} // namespace bnof::tuning
