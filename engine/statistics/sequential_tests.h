// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that may be looked at after every unit: the chance that they ever reject a true hypothesis is at most alpha
// (Ville's inequality). Every object is a plain value of a few numbers: a copy saves its state, and adding a unit costs
// one logarithm.
#pragma once

#include <cstdint>

#include "engine/base/result.h"
#include "engine/statistics/contingency.h"

namespace bnof::statistics {

/// min(1, e^-logE): the p value that belongs to an e-value.
[[nodiscard]] double pFromLogE(double logE);

/// Whether two variants that answer the same units are right equally often. Discordant units fall to A or B like tosses
/// of a coin; the e-value is the likelihood of a Beta(prior, prior) mixture over that of the fair coin,
///   e_n = 2^n B(b + prior, c + prior) / B(prior, prior)
/// (Robbins, Ann. Math. Stat. 41 (1970) 1397-1409; as a test martingale: Ramdas et al., Stat. Sci. 38 (2023) 576-601).
/// Exact for every n. Swapping A and B changes nothing.
class McNemarSequence {
public:
    /// prior 1 is the uniform mixture, 1/2 that of Krichevsky and Trofimov.
    explicit McNemarSequence(double prior = 1) : m_prior(prior) {}

    /// One more unit that both have seen.
    void add(bool aRight, bool bRight);
    [[nodiscard]] const Discordant& counts() const { return m_counts; }
    [[nodiscard]] double logE() const { return m_logE; }
    [[nodiscard]] double largestLogE() const { return m_largest; }
    /// The smallest min(1, 1/e) so far: may be compared with alpha at any time.
    [[nodiscard]] double p() const { return pFromLogE(m_largest); }

private:
    double m_prior;
    Discordant m_counts;
    double m_logE = 0;
    double m_largest = 0;
};

struct MsprtOptions {
    double sigma = 1;  ///< standard deviation of a value, known or from units that are not used again
    double tau = 0.1;  ///< standard deviation of the mixing normal: the smallest difference that matters
    double centre = 0; ///< the mean under the hypothesis
};

/// Mixture sequential probability ratio test of a normal mean with known deviation and mixing N(centre, tau^2):
///   ln L = ln(s2 / (s2 + n t2)) / 2 + t2 S^2 / (2 s2 (s2 + n t2))
/// (Robbins 1970; Johari, Pekelis & Walsh, Oper. Res. 70 (2022) 1806-1821, arXiv:1512.04922).
class Msprt {
public:
    /// Refuses deviations that are not above 0.
    [[nodiscard]] static Result<Msprt> create(const MsprtOptions& options);

    void add(double value);
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] double logLambda() const;
    /// The smallest min(1, 1/L) so far.
    [[nodiscard]] double p() const { return pFromLogE(m_largest); }
    /// Half width of the always-valid interval of the mean around the running mean at 1 - alpha; infinite before the
    /// first value.
    [[nodiscard]] double halfWidth(double alpha) const;

private:
    MsprtOptions m_options;
    std::uint64_t m_count = 0;
    double m_sum = 0;
    double m_largest = 0;
};

/// The same for two independent groups of n values each with a common known variance, V = 2 variance:
///   ln L = ln(V / (V + n t2)) / 2 + n^2 t2 D^2 / (2 V (V + n t2)).
/// `difference` is that of the means after n values a group. Refuses a variance or tau that is not above 0.
[[nodiscard]] Result<double> msprtTwoSampleLogLambda(std::uint64_t perGroup, double difference, double variance,
                                                     double tau);

} // namespace bnof::statistics
