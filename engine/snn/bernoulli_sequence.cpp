// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/bernoulli_sequence.h"

#include "engine/base/exact_math.h"

namespace bnof::snn {

BernoulliSequence::BernoulliSequence(double errorProbability) : m_threshold(-exactLog(errorProbability)) {}

void BernoulliSequence::observe(bool success)
{
    // B(s + 3/2, f + 1/2) = B(s + 1/2, f + 1/2) (s + 1/2) / (s + f + 1), and likewise for a failure.
    const std::uint64_t same = success ? m_successes : m_failures;
    m_mixture += exactLog((static_cast<double>(same) + 0.5) / (static_cast<double>(count()) + 1));
    ++(success ? m_successes : m_failures);
}

double BernoulliSequence::mean() const
{
    return count() == 0 ? 1 : static_cast<double>(m_successes) / static_cast<double>(count());
}

double BernoulliSequence::excess(double p) const
{
    double logLikelihood = 0;
    if (m_successes > 0)
        logLikelihood += static_cast<double>(m_successes) * exactLog(p);
    if (m_failures > 0)
        logLikelihood += static_cast<double>(m_failures) * exactLog(1 - p);
    return m_mixture - logLikelihood - m_threshold;
}

/// Bisection between a point of the interval and its far end.
double BernoulliSequence::solve(double inside, double outside) const
{
    for (int i = 0; i < 60; ++i) {
        const double middle = (inside + outside) / 2;
        (excess(middle) < 0 ? inside : outside) = middle;
    }
    return outside;
}

double BernoulliSequence::lower() const
{
    return m_successes == 0 ? 0 : solve(mean(), 0);
}

double BernoulliSequence::upper() const
{
    return m_failures == 0 ? 1 : solve(mean(), 1);
}

bool BernoulliSequence::upperIsBelow(double p) const
{
    return mean() < p && excess(p) >= 0;
}

Json BernoulliSequence::toJson() const
{
    return Json::object()
        .set("threshold", m_threshold)
        .set("mixture", m_mixture)
        .set("successes", m_successes)
        .set("failures", m_failures);
}

Result<BernoulliSequence> BernoulliSequence::fromJson(const Json& json)
{
    JsonFields fields(json, "confidence_sequence");
    BernoulliSequence out;
    out.m_threshold = fields.number("threshold", 0, 1000);
    out.m_mixture = fields.number("mixture", -1e15, 1e15);
    out.m_successes = static_cast<std::uint64_t>(fields.integer("successes", 0, std::int64_t{1} << 50));
    out.m_failures = static_cast<std::uint64_t>(fields.integer("failures", 0, std::int64_t{1} << 50));
    BNOF_TRY(fields.status());
    return out;
}

} // namespace bnof::snn
