// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/plasticity_plan.h"

#include <algorithm>
#include <cmath>

#include "engine/base/exact_math.h"

namespace bnof::snn {
namespace {

constexpr double windowTimeConstants = 6;

/// exp(-time / timeConstant) with 16 fraction bits.
std::uint32_t decayOver(double timeMs, double timeConstantMs)
{
    return static_cast<std::uint32_t>(std::floor(exactExp(-timeMs / timeConstantMs) * (1U << decayShift) + 0.5));
}

DecayTable decayTable(double timeConstantMs, double tickMs)
{
    DecayTable table;
    const double window = windowTimeConstants * timeConstantMs / tickMs;
    for (std::uint32_t n = 0; n < window; ++n)
        table.factor.push_back(decayOver(n * tickMs, timeConstantMs));
    return table;
}

/// A change of the weight in steps of 2^-16 units.
std::int64_t steps(double change, double unit)
{
    return static_cast<std::int64_t>(std::floor(std::min(change / unit, 32768.0) * 65536 + 0.5));
}

void fill(PlasticityPlan& plan, const PairStdp& rule, double tickMs, double unit)
{
    plan.rule = LearningRule::Pair;
    plan.pre = decayTable(rule.tauPlusMs, tickMs);
    plan.post = decayTable(rule.tauMinusMs, tickMs);
    plan.potentiation = steps(rule.potentiation, unit);
    plan.depression = steps(rule.depression, unit);
}

void fill(PlasticityPlan& plan, const TripletStdp& rule, double tickMs, double unit)
{
    plan.rule = LearningRule::Triplet;
    plan.pre = decayTable(rule.tauPlusMs, tickMs);
    plan.post = decayTable(rule.tauMinusMs, tickMs);
    plan.slowPre = decayTable(rule.tauXMs, tickMs);
    plan.slowPost = decayTable(rule.tauYMs, tickMs);
    plan.potentiation = steps(rule.potentiation, unit);
    plan.depression = steps(rule.depression, unit);
    plan.tripletPotentiation = steps(rule.tripletPotentiation, unit);
    plan.tripletDepression = steps(rule.tripletDepression, unit);
}

void fill(PlasticityPlan& plan, const SymmetricStdp& rule, double tickMs, double unit)
{
    plan.rule = LearningRule::Symmetric;
    plan.pre = plan.post = decayTable(rule.tauMs, tickMs);
    plan.potentiation = steps(rule.amplitude, unit);
    plan.offset = steps(rule.offset, unit);
}

void fill(PlasticityPlan& plan, const ThreeFactor& rule, double tickMs, double unit)
{
    constexpr double decaysInTimeConstant = 16;
    fill(plan, rule.pairing, tickMs, unit);
    plan.rule = LearningRule::ThreeFactor;
    plan.learningRate = rule.learningRate;
    const double period = std::floor(rule.eligibilityTimeConstantMs / decaysInTimeConstant / tickMs);
    plan.eligibilityPeriod = static_cast<std::uint32_t>(std::max(period, 1.0));
    plan.eligibilityDecay = decayOver(plan.eligibilityPeriod * tickMs, rule.eligibilityTimeConstantMs);
}

} // namespace

PlasticityPlan planPlasticity(const Plasticity& plasticity, double tickMs, double unit, std::uint32_t projection)
{
    PlasticityPlan plan;
    plan.storage = plasticity.storage;
    plan.roundingKey = projection;
    std::visit([&](const auto& rule) { fill(plan, rule, tickMs, unit); }, plasticity.rule);
    const auto limitUnits = static_cast<std::int32_t>(std::floor(plasticity.maximumWeight / unit + 0.5));
    plan.limit = limitUnits << weightShift;
    if (plasticity.scaling) {
        const double ticks = std::max(std::floor(plasticity.scaling->periodMs / tickMs + 0.5), 1.0);
        plan.scalingPeriod = static_cast<std::uint32_t>(ticks);
        plan.scalingTarget = plasticity.scaling->targetRateHz * ticks * tickMs / 1000;
        plan.scalingStrength = plasticity.scaling->strength;
    }
    return plan;
}

} // namespace bnof::snn
