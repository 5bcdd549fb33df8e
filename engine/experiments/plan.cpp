// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/base/sha256.h"
#include "engine/base/toml.h"
#include "engine/experiments/paired_comparison.h"
#include "engine/statistics/power.h"

namespace bnof::experiments {
namespace {

constexpr std::array disagreements{0.05, 0.1, 0.2, 0.3};

Result<void> onlyKnown(const Json& json, const std::string& path, const std::vector<std::string>& known)
{
    if (!json.isObject())
        return makeError(ErrorKind::BadInput, "a plan is a table of keys and values", path);
    for (const auto& [key, value] : json.members()) {
        if (std::find(known.begin(), known.end(), key) != known.end())
            continue;
        std::string list;
        for (const std::string& name : known)
            list += (list.empty() ? "" : ", ") + name;
        return makeError(ErrorKind::BadInput, "a plan has no key \"" + key + '"', path + ": " + key,
                         "Use " + list + '.');
    }
    return {};
}

void choice(JsonFields& fields, const char* key, std::string& value, const std::vector<std::string>& allowed)
{
    value = fields.stringOr(key, value);
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        std::string list;
        for (std::size_t i = 0; i < allowed.size(); ++i)
            list += (i == 0 ? "" : i + 1 == allowed.size() ? " or " : ", ") + allowed[i];
        fields.fail(key, "\"" + value + "\" is none of its values", "Use " + list + '.');
    }
}

std::string points(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", share * 100);
    return text.data();
}

} // namespace

Result<Plan> planFromJson(const Json& json, const std::string& path)
{
    BNOF_TRY(onlyKnown(json, path,
                       {"name", "looks", "mode", "weight", "unit", "alpha", "margin", "power", "smallest_difference",
                        "seed", "time_limit", "guardrails"}));
    Plan out;
    JsonFields fields(json, path);
    out.name = fields.stringOr("name", out.name);
    choice(fields, "looks", out.looks, {"every-unit", "once"});
    choice(fields, "unit", out.unit, {"exposure", "group"});
    choice(fields, "mode", out.mode, {"shadow", "split", "blocks"});
    out.weight = fields.numberOr("weight", out.weight, 0, 1);
    out.timeLimit = fields.numberOr("time_limit", out.timeLimit, 0.001, 3600);
    out.alpha = fields.numberOr("alpha", out.alpha, 0.0001, 0.2);
    out.margin = fields.numberOr("margin", out.margin, 0.0001, 0.5);
    out.power = fields.numberOr("power", out.power, 0.5, 0.999);
    out.smallestDifference = fields.numberOr("smallest_difference", out.smallestDifference, 0.0001, 1);
    out.seed = static_cast<std::uint64_t>(
        fields.integerOr("seed", static_cast<std::int64_t>(out.seed), 0, 9'000'000'000'000'000));
    BNOF_TRY(fields.status());
    if (!json.contains("guardrails"))
        return out;
    const std::string inside = path + ": guardrails";
    BNOF_TRY(onlyKnown(json["guardrails"], inside,
                       {"latency", "latency_p95", "latency_p99", "memory", "energy", "abstentions", "false_alarms",
                        "missing", "failures", "recall_floor", "class_recall"}));
    JsonFields rails(json["guardrails"], inside);
    out.guardrails.latency = rails.numberOr("latency", out.guardrails.latency, 0, 1000);
    out.guardrails.latencyP95 = rails.numberOr("latency_p95", out.guardrails.latencyP95, 0, 1000);
    out.guardrails.latencyP99 = rails.numberOr("latency_p99", out.guardrails.latencyP99, 0, 1000);
    out.guardrails.energy = rails.numberOr("energy", out.guardrails.energy, 0, 1000);
    out.guardrails.falseAlarms = rails.numberOr("false_alarms", out.guardrails.falseAlarms, 0, 1);
    out.guardrails.failures = static_cast<int>(rails.integerOr("failures", out.guardrails.failures, 1, 1000));
    out.guardrails.recallFloor = rails.numberOr("recall_floor", out.guardrails.recallFloor, 0, 1);
    out.guardrails.memory = rails.numberOr("memory", out.guardrails.memory, 0, 1000);
    out.guardrails.abstentions = rails.numberOr("abstentions", out.guardrails.abstentions, 0, 1);
    out.guardrails.missing = rails.numberOr("missing", out.guardrails.missing, 0, 1);
    out.guardrails.classRecall = rails.booleanOr("class_recall", out.guardrails.classRecall);
    BNOF_TRY(rails.status());
    return out;
}

Result<Plan> loadPlan(const std::string& path)
{
    BNOF_TRY_ASSIGN(const Json json, readTomlOrJson(path));
    return planFromJson(json, path);
}

Json toJson(const Plan& plan)
{
    Json rails = Json::object();
    rails.set("latency", plan.guardrails.latency).set("memory", plan.guardrails.memory);
    rails.set("abstentions", plan.guardrails.abstentions).set("missing", plan.guardrails.missing);
    rails.set("latency_p95", plan.guardrails.latencyP95).set("latency_p99", plan.guardrails.latencyP99);
    rails.set("energy", plan.guardrails.energy).set("false_alarms", plan.guardrails.falseAlarms);
    rails.set("failures", plan.guardrails.failures).set("recall_floor", plan.guardrails.recallFloor);
    rails.set("class_recall", plan.guardrails.classRecall);
    Json out = Json::object();
    out.set("name", plan.name).set("looks", plan.looks).set("unit", plan.unit);
    out.set("mode", plan.mode).set("weight", plan.weight).set("time_limit", plan.timeLimit);
    out.set("alpha", plan.alpha).set("margin", plan.margin).set("power", plan.power);
    out.set("smallest_difference", plan.smallestDifference).set("seed", plan.seed);
    return out.set("guardrails", std::move(rails));
}

Json toJson(const LockedPlan& locked)
{
    Json out = Json::object();
    out.set("plan", toJson(locked.plan));
    out.set("a", Json::object().set("variant", locked.variantA).set("sha256", locked.digestA));
    out.set("b", Json::object().set("variant", locked.variantB).set("sha256", locked.digestB));
    out.set("data", Json::arrayOf(locked.dataDigests)).set("program", locked.program);
    out.set("labels", Json::arrayOf(locked.labels)).set("where", locked.where);
    return out;
}

Result<LockedPlan> lockedPlanFromJson(const Json& json, const std::string& path)
{
    LockedPlan out;
    BNOF_TRY_ASSIGN(out.plan, planFromJson(json["plan"], path));
    out.variantA = json["a"]["variant"].toString();
    out.variantB = json["b"]["variant"].toString();
    out.digestA = json["a"]["sha256"].toString();
    out.digestB = json["b"]["sha256"].toString();
    for (const Json& digest : json["data"].items())
        out.dataDigests.push_back(digest.toString());
    out.program = json["program"].toString();
    for (const Json& label : json["labels"].items())
        out.labels.push_back(label.toString());
    out.where = json["where"].toString();
    return out;
}

std::string digestOf(const LockedPlan& locked)
{
    Sha256 hash;
    hash.update(toJson(locked).dump());
    return hash.hexDigest();
}

Json whatCanBeShown(const Plan& plan, std::size_t units)
{
    const double factor = plan.looks == "once" ? 1 : statistics::alwaysValidFactor;
    const statistics::PowerOptions options{plan.alpha, plan.power};
    Json out = Json::object();
    out.set("units", units).set("looks", plan.looks);
    const auto needed =
        statistics::pairsForMcNemar(std::min(1.0, 2 * plan.smallestDifference), plan.smallestDifference, options);
    const double enough = needed.ok() ? std::ceil(*needed * factor) : 0;
    out.set("needed", needed.ok() ? Json(static_cast<long long>(enough)) : Json());
    Json table = Json::array();
    std::string words = "With " + std::to_string(units) + " exposures ";
    std::string shown;
    for (const double disagreement : disagreements) {
        const auto difference =
            statistics::detectableDifference(static_cast<double>(units) / factor, disagreement, options);
        table.push(Json::object()
                       .set("disagreement", disagreement)
                       .set("difference", difference.ok() ? Json(*difference) : Json()));
        if (difference.ok() && shown.empty())
            shown = "a difference of " + points(*difference) + " percentage points is found with " +
                    points(plan.power) + " % power, if both disagree on " + points(disagreement) + " % of them";
    }
    if (units < fewestUnits)
        words += "there will be no verdict: at least " + std::to_string(fewestUnits) + " are needed.";
    else
        words += (shown.empty() ? std::string("no difference can be told from chance") : shown) + "; " +
                 points(plan.smallestDifference) + " points take about " +
                 std::to_string(static_cast<long long>(enough)) + '.';
    out.set("detectable", std::move(table)).set("words", words);
    return out;
}

} // namespace bnof::experiments
