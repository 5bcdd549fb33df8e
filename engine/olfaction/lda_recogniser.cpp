// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/lda_recogniser.h"

#include <algorithm>

namespace bnof::olfaction {
namespace {

/// 1 up to the limit, falling to 0 at twice the limit.
double familiarity(double value, double limit)
{
    return std::clamp(2 - value / limit, 0.0, 1.0);
}

} // namespace

CountDecision decideFromPosterior(std::vector<double> p, const Discriminant& discriminant,
                                  const LdaCalibration& calibration, const DiscriminantPoint& point)
{
    const double known = std::min(familiarity(nearestDistance(discriminant, point.u), calibration.familiarDistance),
                                  familiarity(point.residual, calibration.familiarResidual));
    CountDecision decision;
    decision.novelty = static_cast<float>(1 - known);
    for (double& value : p) {
        value *= known;
        decision.probabilities.push_back(static_cast<float>(value));
    }
    const auto best = std::max_element(p.begin(), p.end());
    if (*best > 0 && known >= leastKnownProbability && *best >= calibration.minimumProbability)
        decision.gas = static_cast<int>(best - p.begin());
    return decision;
}

CountDecision decideFromPoint(const Discriminant& discriminant, const LdaCalibration& calibration,
                              const DiscriminantPoint& point)
{
    std::vector<double> p;
    posterior(discriminant, point.u, calibration.temperature, p);
    return decideFromPosterior(std::move(p), discriminant, calibration, point);
}

LdaRecogniser::LdaRecogniser(Model trained, std::string digest)
    : StreamRecogniser(std::move(trained), std::move(digest))
{
    m_info.backEnd = "scalar";
    restart(0);
}

void LdaRecogniser::advance(std::uint32_t, RecogniserOutput&) {}

bool LdaRecogniser::decide(CountDecision& decision, RecogniserOutput& /*output*/)
{
    decision = decideFromPoint(model().discriminant, model().lda, m_point);
    return true;
}

Result<void> LdaRecogniser::featuresChanged()
{
    project(model().discriminant, frontEnd().features(), m_point);
    return {};
}

void LdaRecogniser::restart(std::uint64_t)
{
    m_point.u.assign(model().discriminant.axes, 0);
    m_point.residual = 0;
}

void LdaRecogniser::saveMore(StateWriter&) const {}

Result<void> LdaRecogniser::loadMore(StateReader&)
{
    return featuresChanged();
}

} // namespace bnof::olfaction
