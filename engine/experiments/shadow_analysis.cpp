// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/shadow_analysis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "engine/statistics/power.h"
#include "engine/statistics/proportions.h"

namespace bnof::experiments {
namespace {

constexpr std::uint64_t fewestOfClass = 5;
constexpr std::size_t burnInUnits = 20; ///< of A's latencies: they set the limits and are not used again
constexpr std::uint64_t fewestTimed = 30;

std::string milliseconds(double seconds)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g ms", seconds * 1000);
    return text.data();
}

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

} // namespace

const char* nameOf(Light light)
{
    return light == Light::Green ? "kept" : light == Light::Red ? "broken" : "not known yet";
}

Outcome toOutcome(const UnitAnswer& answer)
{
    Outcome out;
    out.missing = answer.missing;
    out.latencySeconds = answer.latencySeconds;
    out.cpuSeconds = answer.cpuSeconds;
    out.decisions = answer.decisions;
    out.spikes = answer.spikes;
    out.falseAlarms = answer.falseAlarms;
    out.failure = answer.failure;
    return out;
}

ShadowAnalysis::ShadowAnalysis(const Plan& plan, std::vector<std::string> labels)
    : m_plan(plan), m_labels(std::move(labels)), m_difference(sequenceAt(plan.alpha)),
      m_abstentions(sequenceAt(plan.alpha)), m_falseAlarms(sequenceAt(plan.alpha)), m_logLatency(plan.alpha),
      m_logCpu(plan.alpha), m_classes(m_labels.size())
{}

void ShadowAnalysis::setJoules(double joulesA, double joulesB)
{
    m_joulesA = joulesA;
    m_joulesB = joulesB;
}

void ShadowAnalysis::setBytes(double bytesA, double bytesB)
{
    m_bytesA = bytesA;
    m_bytesB = bytesB;
}

void ShadowAnalysis::add(const ComparedUnit& unit)
{
    const bool a = unit.aRight();
    const bool b = unit.bRight();
    if (m_plan.mode != "shadow") {
        addSplit(unit);
        return;
    }
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
    if (m_falseAlarms) {
        const auto alarmed = [](const Outcome& o) { return o.falseAlarms > 0 ? 1.0 : 0.0; };
        static_cast<void>(m_falseAlarms->add((alarmed(unit.b) - alarmed(unit.a) + 1) / 2));
    }
    m_failuresA += unit.a.failure.empty() ? 0 : 1;
    m_failuresB += unit.b.failure.empty() ? 0 : 1;
    m_failuresInARow = unit.b.failure.empty() ? 0 : m_failuresInARow + 1;
    m_mostFailures = std::max(m_mostFailures, m_failuresInARow);
    if (!unit.b.failure.empty())
        m_lastFailure = unit.b.failure;
    if (unit.a.latencySeconds > 0 && unit.b.latencySeconds > 0)
        watchLatency(unit);
    const auto perDecision = [](const Outcome& o) { return o.decisions > 0 ? o.cpuSeconds / o.decisions : 0; };
    if (perDecision(unit.a) > 0 && perDecision(unit.b) > 0)
        m_logCpu.add(std::log(perDecision(unit.b) / perDecision(unit.a)));
    if (unit.label >= 0 && static_cast<std::size_t>(unit.label) < m_classes.size()) {
        OfClass& of = m_classes[static_cast<std::size_t>(unit.label)];
        ++of.units;
        of.rightB += b ? 1 : 0;
        of.test.add(a, b);
    }
}

void ShadowAnalysis::watchLatency(const ComparedUnit& unit)
{
    m_logLatency.add(std::log(unit.b.latencySeconds / unit.a.latencySeconds));
    if (m_slow95.limit > 0) {
        // "Right" is to be within the limit.
        for (Slow* slow : {&m_slow95, &m_slow99})
            slow->test.add(unit.a.latencySeconds <= slow->limit, unit.b.latencySeconds <= slow->limit);
        return;
    }
    m_burnIn.push_back(unit.a.latencySeconds);
    if (m_burnIn.size() < burnInUnits)
        return;
    std::sort(m_burnIn.begin(), m_burnIn.end());
    const auto quantile = [&](double q) {
        return m_burnIn[static_cast<std::size_t>(std::ceil(q * static_cast<double>(m_burnIn.size()))) - 1];
    };
    m_slow95.limit = quantile(0.95) * (1 + m_plan.guardrails.latencyP95);
    m_slow99.limit = quantile(0.99) * (1 + m_plan.guardrails.latencyP99);
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
    if (m_plan.mode != "shadow")
        return splitVerdict().interval;
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

void ShadowAnalysis::addSplit(const ComparedUnit& unit)
{
    ++m_units;
    ++m_groups;
    for (const auto& [outcome, right, share, missing, failures] :
         {std::tuple(&unit.a, unit.aRight(), &m_split.a, &m_missingA, &m_failuresA),
          std::tuple(&unit.b, unit.bRight(), &m_split.b, &m_missingB, &m_failuresB)}) {
        if (!outcome->asked)
            continue;
        ++share->trials;
        share->successes += right ? 1 : 0;
        *missing += outcome->missing ? 1 : 0;
        *failures += outcome->failure.empty() ? 0 : 1;
    }
    m_rightA = m_split.a.successes;
    m_rightB = m_split.b.successes;
    if (unit.b.asked) {
        m_failuresInARow = unit.b.failure.empty() ? 0 : m_failuresInARow + 1;
        m_mostFailures = std::max(m_mostFailures, m_failuresInARow);
        if (!unit.b.failure.empty())
            m_lastFailure = unit.b.failure;
    }
    if (m_decidedAt == 0) {
        const Verdict now = splitVerdict();
        if (now.finding == Finding::BBetter || now.finding == Finding::ABetter) {
            m_decidedAt = m_units;
            m_decided = now.finding;
        }
    }
}

Verdict ShadowAnalysis::splitVerdict() const
{
    SplitCounts counts = m_split;
    counts.weightA = m_plan.mode == "blocks" ? 0.5 : 1 - m_plan.weight;
    Verdict out = judgeSplit(counts, m_plan.alpha, m_plan.margin);
    if (m_plan.looks == "once" || out.finding == Finding::Invalid) {
        // While units still come too few of them are no fault.
        if (out.finding == Finding::Invalid && std::min(counts.a.trials, counts.b.trials) < fewestUnits) {
            out.finding = Finding::Undecided;
            out.interval = {-1, 1};
        }
        return out;
    }
    out.finding = Finding::Undecided;
    const auto a = statistics::shareSequence(counts.a, m_plan.alpha / 2);
    const auto b = statistics::shareSequence(counts.b, m_plan.alpha / 2);
    out.interval =
        a.ok() && b.ok() ? statistics::Interval{b->low - a->high, b->high - a->low} : statistics::Interval{-1, 1};
    if (out.interval.low > 0)
        out.finding = Finding::BBetter;
    else if (out.interval.high < 0)
        out.finding = Finding::ABetter;
    else if (out.interval.low > -m_plan.margin && out.interval.high < m_plan.margin)
        out.finding = Finding::Equivalent;
    else if (out.interval.low > -m_plan.margin)
        out.finding = Finding::BNotWorse;
    return out;
}

Verdict ShadowAnalysis::verdict() const
{
    if (m_plan.mode != "shadow") {
        Verdict split = splitVerdict();
        if (m_decidedAt > 0 && split.finding != Finding::Invalid && m_plan.looks != "once")
            split.finding = m_decided;
        return split;
    }
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

/// A tail cannot be averaged: both variants are counted against one limit, which A's first exposures set, and the
/// e-value of McNemar's test says when B is above it more often than A is. Equal variants pass whatever the limit is.
GuardrailState ShadowAnalysis::slowRail(double quantile) const
{
    const Slow& slow = quantile < 0.97 ? m_slow95 : m_slow99;
    const double margin = quantile < 0.97 ? m_plan.guardrails.latencyP95 : m_plan.guardrails.latencyP99;
    const std::string name = quantile < 0.97 ? "latency p95" : "latency p99";
    const std::uint64_t seen = m_logLatency.moments().count();
    if (seen < fewestTimed)
        return {name, Light::Yellow, "fewer than 30 exposures with times of both"};
    const statistics::Discordant counts = slow.test.counts();
    const bool harm = slow.test.largestLogE() >= -std::log(m_plan.alpha) && counts.onlyA > counts.onlyB;
    return {name, harm ? Light::Red : Light::Green,
            "slower than " + milliseconds(slow.limit) + " (A's " + percent(quantile) + " and " + percent(margin) +
                " more): only B on " + std::to_string(counts.onlyA) + ", only A on " + std::to_string(counts.onlyB) +
                " of " + std::to_string(seen - burnInUnits) + " exposures"};
}

bool ShadowAnalysis::bIsCheaper() const
{
    const auto interval = m_logCpu.interval();
    return interval.ok() && interval->high < 0;
}

GuardrailState ShadowAnalysis::energyRail() const
{
    const double limit = m_plan.guardrails.energy;
    if (m_joulesA > 0 && m_joulesB > 0) {
        const double more = m_joulesB / m_joulesA - 1;
        std::array<char, 96> joules{};
        std::snprintf(joules.data(), joules.size(), " (%.3g J and %.3g J, whole processor)", m_joulesB, m_joulesA);
        return {"energy", more > limit ? Light::Red : Light::Green,
                "B takes " + percent(more) + " more energy" + joules.data() + ", allowed " + percent(limit)};
    }
    const std::string estimated = " (estimated from CPU time: no power counter can be read here)";
    const statistics::RunningMoments& moments = m_logCpu.moments();
    if (moments.count() < statistics::AsymptoticSequence::minimumUnits)
        return {"energy", Light::Yellow, "fewer than 30 exposures with CPU times of both" + estimated};
    const auto interval = m_logCpu.interval();
    const double low = interval.ok() ? interval->low : moments.mean();
    const double high = interval.ok() ? interval->high : moments.mean();
    const double bound = std::log1p(limit);
    return {"energy",
            low > bound     ? Light::Red
            : high <= bound ? Light::Green
                            : Light::Yellow,
            "B takes " + percent(std::exp(moments.mean()) - 1) + " more for a decision, allowed " + percent(limit) +
                estimated};
}

GuardrailState ShadowAnalysis::falseAlarmRail() const
{
    GuardrailState out{"false alarms", Light::Yellow, "not known"};
    if (!m_falseAlarms || m_units == 0)
        return out;
    const statistics::Interval now = m_falseAlarms->interval();
    const double limit = m_plan.guardrails.falseAlarms;
    out.light = 2 * now.low - 1 > limit ? Light::Red : 2 * now.high - 1 <= limit ? Light::Green : Light::Yellow;
    out.words = "B names a gas in clean air before " + percent(2 * now.low - 1) + " to " + percent(2 * now.high - 1) +
                " more of the exposures, allowed " + percent(limit);
    return out;
}

GuardrailState ShadowAnalysis::failureRail() const
{
    if (m_failuresA == 0 && m_failuresB == 0)
        return {"failures", Light::Green, "neither crashed, hung or gave what is no number"};
    const std::string counts = "B failed on " + std::to_string(m_failuresB) + ", A on " + std::to_string(m_failuresA) +
                               " of " + std::to_string(m_units) + " exposures, at most " +
                               std::to_string(m_mostFailures) + " of B's in a row, allowed fewer than " +
                               std::to_string(m_plan.guardrails.failures) +
                               (m_lastFailure.empty() ? std::string() : "; the last of B: " + m_lastFailure);
    return {"failures",
            m_mostFailures >= m_plan.guardrails.failures ? Light::Red
            : m_failuresB > 0                            ? Light::Yellow
                                                         : Light::Green,
            counts};
}

void ShadowAnalysis::addFloorRails(std::vector<GuardrailState>& out) const
{
    const double floor = m_plan.guardrails.recallFloor;
    const double alpha = m_plan.alpha / static_cast<double>(std::max<std::size_t>(m_classes.size(), 1));
    for (std::size_t c = 0; c < m_classes.size(); ++c) {
        const OfClass& of = m_classes[c];
        const auto share = statistics::shareSequence({of.rightB, of.units}, alpha);
        if (of.units == 0 || !share.ok())
            continue;
        out.push_back({"least recall of " + m_labels[c],
                       share->high < floor   ? Light::Red
                       : share->low >= floor ? Light::Green
                                             : Light::Yellow,
                       "B recognises " + percent(share->low) + " to " + percent(share->high) + ", at least " +
                           percent(floor) + " is asked"});
    }
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
    if (m_plan.mode != "shadow")
        return {missingRail(), failureRail(), memoryRail()};
    std::vector<GuardrailState> out{missingRail(), failureRail(), latencyRail(),    slowRail(0.95),  slowRail(0.99),
                                    memoryRail(),  energyRail(),  abstentionRail(), falseAlarmRail()};
    if (m_plan.guardrails.recallFloor > 0)
        addFloorRails(out);
    if (m_plan.guardrails.classRecall)
        addRecallRails(out);
    return out;
}

Json ShadowAnalysis::toJson() const
{
    Json rails = Json::array();
    for (const GuardrailState& rail : guardrails())
        rails.push(Json::object().set("name", rail.name).set("light", nameOf(rail.light)).set("words", rail.words));
    const bool split = m_plan.mode != "shadow";
    const auto nA = static_cast<double>(std::max<std::uint64_t>(split ? m_split.a.trials : m_units, 1));
    const auto nB = static_cast<double>(std::max<std::uint64_t>(split ? m_split.b.trials : m_units, 1));
    Json out = Json::object();
    out.set("units", m_units).set("independent_units", m_groups).set("mode", m_plan.mode);
    if (split)
        out.set("units_a", m_split.a.trials).set("units_b", m_split.b.trials);
    out.set("accuracy_a", static_cast<double>(m_rightA) / nA).set("accuracy_b", static_cast<double>(m_rightB) / nB);
    out.set("only_a_right", m_discordant.onlyA).set("only_b_right", m_discordant.onlyB);
    out.set("missing_a", m_missingA).set("missing_b", m_missingB);
    const auto known = [](double value) { return value > 0 ? Json(value) : Json(); };
    out.set("bytes_a", known(m_bytesA)).set("bytes_b", known(m_bytesB));
    out.set("joules_a", known(m_joulesA)).set("joules_b", known(m_joulesB));
    out.set("failures_a", m_failuresA).set("failures_b", m_failuresB);
    out.set("log_e", m_test.logE()).set("always_valid_p", m_test.p());
    out.set("decided_at", m_decidedAt > 0 ? Json(m_decidedAt) : Json());
    out.set("guardrails", std::move(rails)).set("verdict", experiments::toJson(verdict()));
    return out;
}

} // namespace bnof::experiments
