// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::monitoring {

/// Bayesian online change point detection (Adams & MacKay 2007, arXiv:0710.3742) of normal values with unknown mean and
/// variance: the posterior of how many values have come since the mean or the variance last changed. Run lengths beyond
/// `longestRun` are counted as that one, so that memory and time a value are bounded.
class ChangePointDetector {
public:
    struct Options {
        double hazard = 1.0 / 250; ///< chance of a change at any value
        double mean = 0;           ///< mu0 of the normal-inverse-gamma prior, in the unit of the values
        double meanWeight = 1;     ///< kappa0: how many values the prior mean is worth
        double shape = 1;          ///< alpha0
        double scale = 1;          ///< beta0, in the square of that unit
        std::size_t longestRun = 2000;
    };

    /// Refuses a hazard outside (0, 1), prior weights that are not above 0, a longest run below 2.
    [[nodiscard]] static Result<ChangePointDetector> create(const Options& options);

    /// A value that is not finite is left out.
    void add(double value);
    /// Chance of every run length 0, 1, ... after the last value.
    [[nodiscard]] std::span<const double> runLengths() const { return m_chances; }
    [[nodiscard]] std::size_t likeliestRunLength() const;
    /// Chance that the run is shorter than this: a change happened lately.
    [[nodiscard]] double chanceOfRunBelow(std::size_t length) const;

private:
    struct Posterior { // of the values of one run
        double mean;
        double weight;
        double shape;
        double scale;
    };
    [[nodiscard]] double logPredictive(const Posterior& run, double value) const;
    void mergeLongestRuns();

    Options m_options;
    std::vector<double> m_chances{1};
    std::vector<Posterior> m_runs;
};

} // namespace bnof::monitoring
