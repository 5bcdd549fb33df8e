// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/promotion.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>

#include "engine/base/files.h"

namespace bnof::experiments {
namespace {

constexpr std::uint64_t fewestExposures = 30;
constexpr std::size_t fewestGroups = 3;
constexpr std::uint64_t fewestOfClass = 5;
constexpr std::uint64_t referenceUnits = 30;
constexpr double slack = 0.5;
constexpr double limit = 5;

constexpr std::string_view promoted = "promoted";
constexpr std::string_view rolledBack = "rolled back";

std::string points(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%+.1f", share * 100);
    return text.data();
}

/// What the file of a request says; it is gone then.
std::optional<std::string> takeRequest(const std::string& file)
{
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return std::nullopt;
    const auto text = readFile(file);
    std::filesystem::remove(file, error);
    return text.ok() ? *text : std::string();
}

PromotionRule primaryRule(const Plan& plan, const ShadowAnalysis& analysis)
{
    const Verdict verdict = analysis.verdict();
    const bool better = verdict.finding == Finding::BBetter && verdict.interval.low > 0;
    const bool cheaper = analysis.bIsCheaper() && verdict.finding != Finding::ABetter &&
                         verdict.finding != Finding::Invalid && verdict.interval.low > -plan.margin;
    std::array<char, 64> e{};
    std::snprintf(e.data(), e.size(), "e = %.3g of %.3g", std::exp(std::min(analysis.logE(), 700.0)), 1 / plan.alpha);
    return {"primary metric", better || cheaper,
            "B less A: " + points(verdict.difference) + " percentage points, at least " + points(verdict.interval.low) +
                "; " + (plan.mode == "shadow" ? e.data() : "no pairs") +
                (cheaper && !better ? "; B takes less CPU time, so not worse is enough" : "")};
}

} // namespace

std::vector<PromotionRule> promotionRules(const Plan& plan, const ShadowAnalysis& analysis,
                                          const std::vector<ComparedUnit>& units,
                                          const std::vector<std::string>& labels)
{
    std::vector<PromotionRule> out{primaryRule(plan, analysis)};
    const Verdict verdict = analysis.verdict();
    out.push_back({"valid", verdict.finding != Finding::Invalid,
                   verdict.finding == Finding::Invalid ? verdict.reason : "nothing makes the comparison invalid"});
    std::string broken;
    for (const GuardrailState& rail : analysis.guardrails()) {
        if (rail.light == Light::Red)
            broken += (broken.empty() ? "" : "; ") + rail.name + ": " + rail.words;
    }
    out.push_back({"guardrails", broken.empty(), broken.empty() ? "none is broken" : broken});
    std::set<int> groups;
    std::vector<std::uint64_t> seen(labels.size(), 0);
    for (const ComparedUnit& unit : units) {
        groups.insert(unit.group);
        if (unit.label >= 0 && static_cast<std::size_t>(unit.label) < seen.size())
            ++seen[static_cast<std::size_t>(unit.label)];
    }
    out.push_back({"exposures", units.size() >= fewestExposures && groups.size() >= fewestGroups,
                   std::to_string(units.size()) + " exposures in " + std::to_string(groups.size()) +
                       " groups; at least " + std::to_string(fewestExposures) + " in " + std::to_string(fewestGroups)});
    std::string seldom;
    for (std::size_t c = 0; c < seen.size(); ++c) {
        // A label that never was an exposure (clean air) is none that could be seen.
        if (seen[c] > 0 && seen[c] < fewestOfClass)
            seldom += (seldom.empty() ? "" : ", ") + labels[c] + ' ' + std::to_string(seen[c]);
    }
    out.push_back({"every gas", seldom.empty() && !units.empty(),
                   seldom.empty() ? "each " + std::to_string(fewestOfClass) + " times or more"
                                  : "fewer than " + std::to_string(fewestOfClass) + " times: " + seldom});
    return out;
}

Json toJson(const std::vector<PromotionRule>& rules)
{
    Json out = Json::array();
    for (const PromotionRule& rule : rules)
        out.push(Json::object().set("name", rule.name).set("met", rule.met).set("words", rule.words));
    return out;
}

RampState rampOf(const std::vector<recording::AuditEntry>& trail, std::int64_t analysis)
{
    RampState out;
    for (const recording::AuditEntry& entry : trail) {
        if (entry.detail["analysis"].toInteger() != analysis)
            continue;
        if (entry.what == promoted)
            out = {entry.detail["share"].toDouble(), false, {}};
        else if (entry.what == rolledBack)
            out = {0, true, entry.detail["reason"].toString()};
    }
    return out;
}

Result<RampState> promote(ExperimentStore& store, const std::vector<PromotionRule>& rules)
{
    std::string unmet;
    for (const PromotionRule& rule : rules) {
        if (!rule.met)
            unmet += (unmet.empty() ? "" : "; ") + rule.name + " (" + rule.words + ')';
    }
    if (!unmet.empty())
        return makeError(ErrorKind::BadInput, "B may not be promoted yet: " + unmet, "promotion",
                         "Let the comparison go on, or keep A.");
    BNOF_TRY_ASSIGN(const auto trail, store.trail());
    const RampState now = rampOf(trail, store.analysis());
    const auto next = std::find_if(rampShares.begin(), rampShares.end(), [&](double s) { return s > now.share; });
    if (next == rampShares.end())
        return makeError(ErrorKind::BadInput, "B acts on every exposure already", "promotion",
                         "Make it the model that sessions use: recognition.model.");
    BNOF_TRY(
        store.note(promoted, Json::object().set("share", *next).set("from", now.share).set("rules", toJson(rules))));
    return RampState{*next, false, {}};
}

Result<RampState> rollBack(ExperimentStore& store, const std::string& reason, const std::string& cause)
{
    BNOF_TRY_ASSIGN(const auto trail, store.trail());
    const RampState now = rampOf(trail, store.analysis());
    BNOF_TRY(store.note(rolledBack, Json::object().set("from", now.share).set("reason", reason).set("cause", cause)));
    return RampState{0, true, reason};
}

Result<void> requestRollBack(const std::string& path, const std::string& reason)
{
    return writeFileAtomically(path + ".rollback", reason);
}

std::optional<std::string> takeRollBackRequest(const std::string& path)
{
    return takeRequest(path + ".rollback");
}

Result<void> requestPromotion(const std::string& path)
{
    return writeFileAtomically(path + ".promote", "");
}

bool takePromotionRequest(const std::string& path)
{
    return takeRequest(path + ".promote").has_value();
}

bool DisagreementWatch::add(const ComparedUnit& unit)
{
    if (!unit.a.asked || !unit.b.asked)
        return m_jumped;
    const bool different = unit.a.said != unit.b.said || unit.a.missing != unit.b.missing;
    ++m_units;
    if (m_units <= referenceUnits) {
        m_different += different ? 1 : 0;
        return false;
    }
    // Laplace's rule keeps the share off 0 and 1.
    const double share = (static_cast<double>(m_different) + 1) / (static_cast<double>(referenceUnits) + 2);
    const double deviation = std::sqrt(share * (1 - share));
    m_sum = std::max(0.0, m_sum + ((different ? 1 : 0) - share) / deviation - slack);
    m_jumped = m_jumped || m_sum > limit;
    return m_jumped;
}

std::optional<RollBackReason> reasonToRollBack(const ShadowAnalysis& analysis, const DisagreementWatch& watch)
{
    for (const GuardrailState& rail : analysis.guardrails()) {
        if (rail.light == Light::Red)
            return RollBackReason{rail.name == "failures" ? "failures" : "guardrail", rail.name + ": " + rail.words};
    }
    if (watch.jumped())
        return RollBackReason{"disagreement", "both variants disagree far more often than at the beginning"};
    return std::nullopt;
}

} // namespace bnof::experiments
