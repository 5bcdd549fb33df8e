// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/sequential_tests.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/statistics/checks.h"

namespace bnof::statistics {

double pFromLogE(double logE)
{
    return std::min(1.0, std::exp(-logE));
}

void McNemarSequence::add(bool aRight, bool bRight)
{
    if (aRight == bRight)
        return;
    std::uint64_t& side = aRight ? m_counts.onlyA : m_counts.onlyB;
    const auto n = static_cast<double>(m_counts.onlyA + m_counts.onlyB);
    // The mixture's predictive probability of this side over 1/2.
    m_logE += std::log(2 * (static_cast<double>(side) + m_prior) / (n + 2 * m_prior));
    ++side;
    m_largest = std::max(m_largest, m_logE);
}

Result<Msprt> Msprt::create(const MsprtOptions& options)
{
    if (!(options.sigma > 0 && std::isfinite(options.sigma)))
        return cannotTest("the values' deviation must be above 0",
                          "Estimate it from a burn-in that is not used again.");
    if (!(options.tau > 0 && std::isfinite(options.tau)))
        return cannotTest("the mixing deviation must be above 0", "Take the smallest difference that matters.");
    Msprt out;
    out.m_options = options;
    return out;
}

void Msprt::add(double value)
{
    ++m_count;
    m_sum += value - m_options.centre;
    m_largest = std::max(m_largest, logLambda());
}

double Msprt::logLambda() const
{
    const double variance = m_options.sigma * m_options.sigma;
    const double mixing = m_options.tau * m_options.tau;
    const double both = variance + static_cast<double>(m_count) * mixing;
    return 0.5 * std::log(variance / both) + mixing * m_sum * m_sum / (2 * variance * both);
}

double Msprt::halfWidth(double alpha) const
{
    if (m_count == 0)
        return std::numeric_limits<double>::infinity();
    const double variance = m_options.sigma * m_options.sigma;
    const double mixing = m_options.tau * m_options.tau;
    const auto n = static_cast<double>(m_count);
    const double both = variance + n * mixing;
    return std::sqrt(2 * variance * both / mixing * (std::log(1 / alpha) + 0.5 * std::log(both / variance))) / n;
}

Result<double> msprtTwoSampleLogLambda(std::uint64_t perGroup, double difference, double variance, double tau)
{
    if (!(variance > 0 && tau > 0 && std::isfinite(variance) && std::isfinite(tau)))
        return cannotTest("variance and mixing deviation must be above 0");
    const auto n = static_cast<double>(perGroup);
    const double v = 2 * variance;
    const double both = v + n * tau * tau;
    return 0.5 * std::log(v / both) + n * n * tau * tau * difference * difference / (2 * v * both);
}

} // namespace bnof::statistics
