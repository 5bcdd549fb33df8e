// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/sample_ratio.h"

#include <algorithm>
#include <cmath>

#include "engine/statistics/checks.h"

namespace bnof::statistics {
namespace {

Result<std::vector<double>> sharesOf(std::span<const double> weights)
{
    if (weights.size() < 2)
        return cannotTest("a split needs at least two arms");
    double total = 0;
    for (const double weight : weights) {
        if (!(weight > 0 && std::isfinite(weight)))
            return cannotTest("the weight of every arm must be above 0", "Leave out arms that get no units.");
        total += weight;
    }
    std::vector<double> shares(weights.begin(), weights.end());
    for (double& share : shares)
        share /= total;
    return shares;
}

} // namespace

Result<SequentialSampleRatio> SequentialSampleRatio::create(std::span<const double> weights, double concentration)
{
    if (!(concentration > 0 && std::isfinite(concentration)))
        return cannotTest("the concentration must be above 0", "100 is usual.");
    SequentialSampleRatio out;
    BNOF_TRY_ASSIGN(out.m_shares, sharesOf(weights));
    out.m_counts.assign(weights.size(), 0);
    out.m_concentration = concentration;
    return out;
}

void SequentialSampleRatio::add(std::size_t arm)
{
    // The predictive probability of this arm under the mixture, against the planned one.
    const double share = m_shares[arm];
    m_logBayesFactor += std::log((m_concentration * share + static_cast<double>(m_counts[arm])) /
                                 (m_concentration + static_cast<double>(m_total)) / share);
    ++m_counts[arm];
    ++m_total;
    m_largest = std::max(m_largest, m_logBayesFactor);
}

double SequentialSampleRatio::p() const
{
    return std::exp(-m_largest);
}

} // namespace bnof::statistics
