// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/monitoring/detection/change_point.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/statistics/special.h"

namespace bnof::monitoring {

Result<ChangePointDetector> ChangePointDetector::create(const Options& options)
{
    if (!(options.hazard > 0 && options.hazard < 1)) {
        return makeError(ErrorKind::BadInput, "the chance of a change must lie between 0 and 1", "hazard",
                         "1/250 expects a change every 250 values.");
    }
    if (!(options.meanWeight > 0 && options.shape > 0 && options.scale > 0 && std::isfinite(options.mean)))
        return makeError(ErrorKind::BadInput, "the prior's weight, shape and scale must be above 0", "prior");
    if (options.longestRun < 2)
        return makeError(ErrorKind::BadInput, "the longest run must be at least 2", "longestRun");
    ChangePointDetector out;
    out.m_options = options;
    out.m_runs = {{options.mean, options.meanWeight, options.shape, options.scale}};
    return out;
}

double ChangePointDetector::logPredictive(const Posterior& run, double value) const
{
    // Student's t with 2 shape degrees of freedom (Murphy 2007, section 3).
    const double df = 2 * run.shape;
    const double spread = run.scale * (run.weight + 1) / (run.shape * run.weight);
    const double d = value - run.mean;
    return statistics::logGamma((df + 1) / 2) - statistics::logGamma(df / 2) -
           0.5 * std::log(df * std::numbers::pi * spread) - (df + 1) / 2 * std::log1p(d * d / (df * spread));
}

void ChangePointDetector::add(double value)
{
    if (!std::isfinite(value))
        return;
    std::vector<double> grown(m_chances.size() + 1);
    std::vector<double> logs(m_chances.size());
    double largest = -HUGE_VAL;
    for (std::size_t r = 0; r < m_chances.size(); ++r) {
        logs[r] = logPredictive(m_runs[r], value);
        largest = std::max(largest, logs[r]); // scaled, so that a far outlier does not make every chance 0
    }
    double total = 0;
    for (std::size_t r = 0; r < m_chances.size(); ++r) {
        const double joint = m_chances[r] * std::exp(logs[r] - largest);
        grown[r + 1] = joint * (1 - m_options.hazard);
        grown[0] += joint * m_options.hazard;
        total += joint;
    }
    if (total > 0) {
        for (double& chance : grown)
            chance /= total;
    } else { // the runs that explain the value have vanished from the posterior: begin anew
        std::fill(grown.begin(), grown.end(), 0.0);
        grown[0] = 1;
    }
    std::vector<Posterior> runs{{m_options.mean, m_options.meanWeight, m_options.shape, m_options.scale}};
    runs.reserve(grown.size());
    for (const Posterior& run : m_runs) {
        const double weight = run.weight + 1;
        const double d = value - run.mean;
        runs.push_back({(run.weight * run.mean + value) / weight, weight, run.shape + 0.5,
                        run.scale + run.weight * d * d / (2 * weight)});
    }
    m_chances = std::move(grown);
    m_runs = std::move(runs);
    mergeLongestRuns();
}

void ChangePointDetector::mergeLongestRuns()
{
    while (m_chances.size() > m_options.longestRun + 1) {
        m_chances[m_chances.size() - 2] += m_chances.back();
        m_runs[m_runs.size() - 2] = m_runs.back(); // the longer one knows more of the level
        m_chances.pop_back();
        m_runs.pop_back();
    }
}

std::size_t ChangePointDetector::likeliestRunLength() const
{
    return static_cast<std::size_t>(std::max_element(m_chances.begin(), m_chances.end()) - m_chances.begin());
}

double ChangePointDetector::chanceOfRunBelow(std::size_t length) const
{
    double sum = 0;
    for (std::size_t r = 0; r < std::min(length, m_chances.size()); ++r)
        sum += m_chances[r];
    return sum;
}

} // namespace bnof::monitoring
