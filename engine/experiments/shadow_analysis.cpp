// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/shadow_analysis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/statistics/power.h"
#include "engine/statistics/proportions.h"

namespace bnof::experiments {
namespace {

constexpr std::uint64_t fewestOfClass = 5;

std::string percent(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", share * 100);
    return text.data();
}

std::optional<statistics::EmpiricalBernsteinSequence> sequenceAt(double alpha)
{
    auto out = statistics::EmpiricalBernsteinSequence::create(alpha);
    return out.ok() ? std::optional(*out) : std::nullopt;
}

const char* nameOf(Light light)
{
    return light == Light::Green ? "kept" : light == Light::Red ? "broken" : "not known yet";
}

} // namespace

ShadowAnalysis::ShadowAnalysis(const Plan& plan, std::vector<std::string> labels)
    : m_plan(plan), m_labels(std::move(labels)), m_difference(sequenceAt(plan.alpha)),
      m_abstentions(sequenceAt(plan.alpha)), m_logLatency(plan.alpha), m_classes(m_labels.size())
{}

void ShadowAnalysis::setBytes(double bytesA, double bytesB)
{
    m_bytesA = bytesA;
    m_bytesB = bytesB;
}

void ShadowAnalysis::add(const ComparedUnit& unit)
{
    const bool a = unit.aRight();
    const bool b = unit.bRight();
    if (m_plan.unit == "group" && m_group && *m_group != unit.group)
        closeGroup();
    ++m_units;
    m_rightA += a ? 1 : 0;
    m_rightB += b ? 1 : 0;
    m_missingA += unit.a.missing ? 1 : 0;
    m_missingB += unit.b.missing ? 1 : 0;
    m_discordant.onlyA += a && !b ? 1 : 0;
    m_discordant.onlyB += b && !a ? 1 : 0;
    m_group = unit.group;
    m_groupBalance += (b ? 1 : 0) - (a ? 1 : 0);
    ++m_groupSize;
    if (m_plan.unit != "group")
        closeGroup();
    const auto namesNone = [](const Outcome& o) { return o.missing || o.said < 0 ? 1.0 : 0.0; };
    if (m_abstentions)
        static_cast<void>(m_abstentions->add((namesNone(unit.b) - namesNone(unit.a) + 1) / 2));
    if (unit.a.latencySeconds > 0 && unit.b.latencySeconds > 0)
        m_logLatency.add(std::log(unit.b.latencySeconds / unit.a.latencySeconds));
    if (unit.label >= 0 && static_cast<std::size_t>(unit.label) < m_classes.size()) {
        OfClass& of = m_classes[static_cast<std::size_t>(unit.label)];
        ++of.units;
        of.test.add(a, b);
    }
}

void ShadowAnalysis::closeGroup()
{
    if (m_groupSize == 0)
        return;
    ++m_groups;
    m_test.add(m_groupBalance<0, m_groupBalance> 0);
    if (m_difference)
        static_cast<void>(
            m_difference->add((static_cast<double>(m_groupBalance) / static_cast<double>(m_groupSize) + 1) / 2));
    m_groupBalance = 0;
    m_groupSize = 0;
    if (m_decidedAt == 0 && m_groups >= fewestUnits && m_test.logE() >= -std::log(m_plan.alpha)) {
        m_decidedAt = m_units;
        m_decided = m_test.counts().onlyB > m_test.counts().onlyA ? Finding::BBetter : Finding::ABetter;
    }
}

statistics::Interval ShadowAnalysis::interval() const
{
    if (!m_difference)
        return {-1, 1};
    const statistics::Interval now = m_difference->interval();
    return {2 * now.low - 1, 2 * now.high - 1};
}

std::uint64_t ShadowAnalysis::unitsStillNeeded() const
{
    const auto n = static_cast<double>(m_units);
    const double discordant = static_cast<double>(m_discordant.onlyA + m_discordant.onlyB) / n;
    const double seen = std::abs(static_cast<double>(m_rightB) - static_cast<double>(m_rightA)) / n;
    const double wanted = std::min(std::max(seen, m_plan.margin), discordant);
    const auto pairs = statistics::pairsForMcNemar(discordant, wanted, {m_plan.alpha, m_plan.power});
    if (!pairs.ok())
        return 0;
    return static_cast<std::uint64_t>(std::max(1.0, std::ceil(*pairs * statistics::alwaysValidFactor - n)));
}

Verdict ShadowAnalysis::verdict() const
{
    Verdict out;
    const auto n = static_cast<double>(std::max<std::uint64_t>(m_units, 1));
    out.difference = (static_cast<double>(m_rightB) - static_cast<double>(m_rightA)) / n;
    out.interval = interval();
    const GuardrailState missing = missingRail();
    if (missing.light == Light::Red) {
        out.finding = Finding::Invalid;
        out.reason = missing.words + '.';
        return out;
    }
    if (m_groups < fewestUnits) {
        out.reason = "At least " + std::to_string(fewestUnits) + " independent " +
                     (m_plan.unit == "group" ? "groups" : "exposures") + " are needed.";
        return out;
    }
    if (m_decidedAt > 0)
        out.finding = m_decided;
    else if (out.interval.low > -m_plan.margin && out.interval.high < m_plan.margin)
        out.finding = Finding::Equivalent;
    else if (out.interval.low > -m_plan.margin)
        out.finding = Finding::BNotWorse;
    else
        out.unitsNeeded = unitsStillNeeded();
    return out;
}

GuardrailState ShadowAnalysis::latencyRail() const
{
    GuardrailState out{"latency", Light::Yellow, "fewer than 30 exposures with times of both"};
    const statistics::RunningMoments& moments = m_logLatency.moments();
    if (moments.count() < statistics::AsymptoticSequence::minimumUnits)
        return out;
    // Values that do not vary have no interval, and need none.
    const auto interval = m_logLatency.interval();
    const double low = interval.ok() ? interval->low : moments.mean();
    const double high = interval.ok() ? interval->high : moments.mean();
    const double limit = std::log1p(m_plan.guardrails.latency);
    out.light = low > limit ? Light::Red : high <= limit ? Light::Green : Light::Yellow;
    out.words =
        "B takes " + percent(std::exp(moments.mean()) - 1) + " longer, allowed " + percent(m_plan.guardrails.latency);
    return out;
}

GuardrailState ShadowAnalysis::memoryRail() const
{
    if (!(m_bytesA > 0) || !(m_bytesB > 0))
        return {"memory", Light::Yellow, "not known"};
    const double more = m_bytesB / m_bytesA - 1;
    return {"memory", more > m_plan.guardrails.memory ? Light::Red : Light::Green,
            "B is " + percent(more) + " larger, allowed " + percent(m_plan.guardrails.memory)};
}

GuardrailState ShadowAnalysis::missingRail() const
{
    GuardrailState out{"missing", Light::Green, "no answer is missing"};
    for (const auto& [name, missing] : {std::pair{"A", m_missingA}, std::pair{"B", m_missingB}}) {
        if (missing == 0)
            continue;
        const auto interval = statistics::shareSequence({missing, m_units}, m_plan.alpha);
        const bool broken = interval.ok() && interval->low > m_plan.guardrails.missing;
        const bool worse = broken || out.light == Light::Green;
        if (!worse)
            continue;
        out.light = broken ? Light::Red : Light::Yellow;
        out.words = std::string(name) + " left " + std::to_string(missing) + " of " + std::to_string(m_units) +
                    " exposures without an answer, allowed " + percent(m_plan.guardrails.missing);
    }
    return out;
}

GuardrailState ShadowAnalysis::abstentionRail() const
{
    GuardrailState out{"abstentions", Light::Yellow, "not known"};
    if (!m_abstentions || m_units == 0)
        return out;
    const statistics::Interval now = m_abstentions->interval();
    const double limit = m_plan.guardrails.abstentions;
    out.light = 2 * now.low - 1 > limit ? Light::Red : 2 * now.high - 1 <= limit ? Light::Green : Light::Yellow;
    out.words = "B names nothing on " + percent(2 * now.low - 1) + " to " + percent(2 * now.high - 1) +
                " more of the exposures, allowed " + percent(limit);
    return out;
}

void ShadowAnalysis::addRecallRails(std::vector<GuardrailState>& out) const
{
    // Every class has a test of its own: each at alpha over their number.
    const double limit = -std::log(m_plan.alpha / static_cast<double>(std::max<std::size_t>(m_classes.size(), 1)));
    for (std::size_t c = 0; c < m_classes.size(); ++c) {
        const OfClass& of = m_classes[c];
        if (of.units == 0)
            continue;
        const statistics::Discordant counts = of.test.counts();
        const bool harm = of.test.largestLogE() >= limit && counts.onlyA > counts.onlyB;
        out.push_back({"recall of " + m_labels[c],
                       harm                       ? Light::Red
                       : of.units < fewestOfClass ? Light::Yellow
                                                  : Light::Green,
                       "only A right on " + std::to_string(counts.onlyA) + ", only B on " +
                           std::to_string(counts.onlyB) + " of " + std::to_string(of.units) + " exposures"});
    }
}

std::vector<GuardrailState> ShadowAnalysis::guardrails() const
{
    std::vector<GuardrailState> out{missingRail(), latencyRail(), memoryRail(), abstentionRail()};
    if (m_plan.guardrails.classRecall)
        addRecallRails(out);
    return out;
}

Json ShadowAnalysis::toJson() const
{
    Json rails = Json::array();
    for (const GuardrailState& rail : guardrails())
        rails.push(Json::object().set("name", rail.name).set("light", nameOf(rail.light)).set("words", rail.words));
    const auto n = static_cast<double>(std::max<std::uint64_t>(m_units, 1));
    Json out = Json::object();
    out.set("units", m_units).set("independent_units", m_groups);
    out.set("accuracy_a", static_cast<double>(m_rightA) / n).set("accuracy_b", static_cast<double>(m_rightB) / n);
    out.set("only_a_right", m_discordant.onlyA).set("only_b_right", m_discordant.onlyB);
    out.set("missing_a", m_missingA).set("missing_b", m_missingB);
    out.set("log_e", m_test.logE()).set("always_valid_p", m_test.p());
    out.set("decided_at", m_decidedAt > 0 ? Json(m_decidedAt) : Json());
    out.set("guardrails", std::move(rails)).set("verdict", experiments::toJson(verdict()));
    return out;
}

} // namespace bnof::experiments
