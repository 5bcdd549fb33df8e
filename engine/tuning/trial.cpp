// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "engine/statistics/summary.h"

namespace bnof::tuning {

double Trial::loss() const
{
    return losses.empty() ? std::numeric_limits<double>::quiet_NaN() : statistics::mean(losses);
}

double Trial::standardError() const
{
    return losses.size() < 2 ? 0 : statistics::sampleDeviation(losses) / std::sqrt(static_cast<double>(losses.size()));
}

const char* nameOf(TrialState state)
{
    switch (state) {
    case TrialState::Running: return "running";
    case TrialState::Complete: return "complete";
    case TrialState::Pruned: return "pruned";
    case TrialState::Failed: return "failed";
    }
    return "";
}

std::vector<std::size_t> ranked(const std::vector<Trial>& trials)
{
    const auto key = [&](std::size_t i) {
        const Trial& t = trials[i];
        const double loss = std::isnan(t.loss()) ? std::numeric_limits<double>::infinity() : t.loss();
        const int kind = t.state == TrialState::Complete ? 0 : t.state == TrialState::Pruned ? 1 : 2;
        const std::size_t left = kind == 1 ? std::numeric_limits<std::size_t>::max() - t.losses.size() : 0;
        return std::make_tuple(kind, left, loss, t.number);
    };
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (trials[i].state != TrialState::Running)
            out.push_back(i);
    }
    std::sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return out;
}

} // namespace bnof::tuning
