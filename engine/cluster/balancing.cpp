// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cluster/balancing.h"

#include <algorithm>
#include <cmath>

namespace bnof::cluster {

void PeakEwma::add(double time, double roundTrip)
{
    if (roundTrip > m_cost) {
        m_cost = roundTrip;
    } else {
        const double kept = std::exp(-std::max(0.0, time - m_last) / m_tau);
        m_cost = m_cost * kept + roundTrip * (1 - kept);
    }
    m_last = time;
}

SuccessRateOutliers successRateOutliers(std::span<const double> rates, double deviationFactor, std::size_t minimumHosts)
{
    SuccessRateOutliers out;
    if (rates.empty())
        return out;
    const auto n = static_cast<double>(rates.size());
    for (const double rate : rates)
        out.mean += rate / n;
    double squares = 0;
    for (const double rate : rates)
        squares += (rate - out.mean) * (rate - out.mean);
    out.deviation = std::sqrt(squares / n);
    out.threshold = out.mean - deviationFactor * out.deviation;
    for (std::size_t i = 0; rates.size() >= minimumHosts && i < rates.size(); ++i) {
        if (rates[i] < out.threshold)
            out.outliers.push_back(i);
    }
    return out;
}

double Backoff::longestWait(unsigned attempt) const
{
    return std::min(cap, base * std::pow(factor, static_cast<double>(attempt)));
}

} // namespace bnof::cluster
