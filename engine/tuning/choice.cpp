// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/choice.h"

#include <algorithm>
#include <cmath>

namespace bnof::tuning {

std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& rows)
{
    const auto usable = [](const std::vector<double>& row) {
        return std::none_of(row.begin(), row.end(), [](double v) { return std::isnan(v); });
    };
    const auto dominates = [](const std::vector<double>& a, const std::vector<double>& b) {
        bool better = false;
        for (std::size_t k = 0; k < a.size(); ++k) {
            if (a[k] > b[k])
                return false;
            better = better || a[k] < b[k];
        }
        return better;
    };
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (usable(rows[i]) && std::none_of(rows.begin(), rows.end(), [&](const std::vector<double>& other) {
                return usable(other) && dominates(other, rows[i]);
            }))
            out.push_back(i);
    }
    return out;
}

std::optional<std::size_t> simplestAmongEquals(const std::vector<Trial>& trials, std::span<const double> complexity)
{
    const std::vector<std::size_t> order = ranked(trials);
    if (order.empty() || trials[order.front()].state != TrialState::Complete)
        return {};
    const Trial& best = trials[order.front()];
    const double limit = best.loss() + best.standardError();
    std::size_t chosen = order.front();
    for (const std::size_t i : order) { // best first: of equally simple ones the better stays
        if (trials[i].state == TrialState::Complete && trials[i].loss() <= limit && complexity[i] < complexity[chosen])
            chosen = i;
    }
    return chosen;
}

} // namespace bnof::tuning
