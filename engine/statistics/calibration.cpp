// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/calibration.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/statistics/checks.h"

namespace bnof::statistics {

Result<Calibration> calibrationOf(std::span<const double> stated, std::span<const int> cameTrue, std::size_t bins)
{
    if (stated.empty() || stated.size() != cameTrue.size() || bins == 0)
        return cannotTest("there must be as many outcomes as probabilities, at least one, and at least one bin");
    Calibration out;
    out.bins.resize(bins);
    for (std::size_t i = 0; i < stated.size(); ++i) {
        const double p = stated[i];
        if (!(p >= 0 && p <= 1))
            return cannotTest("probability " + std::to_string(i + 1) + " does not lie between 0 and 1");
        const double truth = cameTrue[i] != 0 ? 1 : 0;
        ReliabilityBin& bin = out.bins[std::min(bins - 1, static_cast<std::size_t>(p * static_cast<double>(bins)))];
        bin.confidence += p;
        bin.accuracy += truth;
        ++bin.count;
        out.brier += (p - truth) * (p - truth);
        out.logLoss -= std::log(std::max(1e-15, truth > 0 ? p : 1 - p));
    }
    const auto n = static_cast<double>(stated.size());
    for (ReliabilityBin& bin : out.bins) {
        if (bin.count == 0)
            continue;
        const auto count = static_cast<double>(bin.count);
        bin.confidence /= count;
        bin.accuracy /= count;
        const double error = std::abs(bin.accuracy - bin.confidence);
        out.expectedError += error * count / n;
        out.largestError = std::max(out.largestError, error);
    }
    out.brier /= n;
    out.logLoss /= n;
    return out;
}

} // namespace bnof::statistics
