// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/compare_experiment.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "app/report/comparison_report.h"
#include "engine/experiments/contained_answers.h"
#include "engine/experiments/league.h"
#include "engine/experiments/promotion.h"
#include "engine/experiments/shadow_replay.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

Json statusOf(const experiments::StoredExperiment& experiment)
{
    const experiments::StoredAnalysis& stored = experiment.analyses.back();
    const experiments::ShadowAnalysis analysis = experiments::analysisOf(stored, experiment.trail);
    const auto verdict = experiments::verdictOf(stored.locked.plan, analysis, stored.units);
    const experiments::RampState ramp = experiments::rampOf(experiment.trail, stored.number);
    Json out = analysis.toJson();
    if (verdict.ok()) {
        out.set("verdict", experiments::toJson(*verdict));
        out.set("words", experiments::inWords(*verdict, stored.locked.variantA, stored.locked.variantB,
                                              stored.locked.plan.margin));
    }
    Json trail = Json::array();
    for (const auto& entry : experiment.trail)
        trail.push(Json(recording::describe(entry)));
    out.set("analysis", stored.number)
        .set("plan_sha256", stored.digest)
        .set("plan", experiments::toJson(stored.locked));
    out.set("rules", experiments::toJson(experiments::promotionRules(stored.locked.plan, analysis, stored.units,
                                                                     stored.locked.labels)));
    out.set("ramp", ramp.share).set("rolled_back", ramp.rolledBack).set("reason", ramp.reason);
    return out.set("trail", std::move(trail));
}

void printStatus(const Json& status)
{
    printLine(status["words"].toString());
    printLine("exposures " + status["units"].dump() + ", analysis " + status["analysis"].dump());
    for (const Json& rail : status["guardrails"].items())
        printLine("guardrail " + rail["name"].toString() + ": " + rail["light"].toString() + " (" +
                  rail["words"].toString() + ")");
    for (const Json& rule : status["rules"].items())
        printLine("promotion rule " + rule["name"].toString() + ": " + (rule["met"].toBool() ? "met" : "not met") +
                  " (" + rule["words"].toString() + ")");
    const double share = status["ramp"].toDouble();
    printLine(status["rolled_back"].toBool() ? "rolled back: " + status["reason"].toString()
              : share > 0
                  ? "B acts on " + std::to_string(static_cast<int>(std::lround(share * 100))) + " % of the exposures"
                  : std::string("A acts on every exposure"));
    for (const Json& entry : status["trail"].items())
        printLine(entry.toString());
}

int status(const Invocation& invocation, const std::string& path)
{
    const auto experiment = experiments::readExperiment(path);
    if (!experiment.ok())
        return fail(experiment.error());
    const Json told = statusOf(*experiment);
    if (invocation.json)
        printLine(told);
    else
        printStatus(told);
    return Ok;
}

void printRamp(const Invocation& invocation, const experiments::RampState& ramp)
{
    if (invocation.json)
        printLine(
            Json::object().set("ramp", ramp.share).set("rolled_back", ramp.rolledBack).set("reason", ramp.reason));
    else
        printLine(ramp.rolledBack ? std::string("rolled back: A acts on every exposure")
                                  : "B acts on " + std::to_string(static_cast<int>(std::lround(ramp.share * 100))) +
                                        " % of the exposures");
}

/// Where the ramp stands when the process that writes the experiment has taken the request. Errors: it did not within
/// two seconds, or it did not promote.
Result<experiments::RampState> promotedElsewhere(const std::string& path)
{
    const auto rampNow = [&]() -> Result<experiments::RampState> {
        BNOF_TRY_ASSIGN(const auto experiment, experiments::readExperiment(path));
        return experiments::rampOf(experiment.trail, experiment.analyses.back().number);
    };
    BNOF_TRY_ASSIGN(const experiments::RampState before, rampNow());
    for (int i = 0; i < 40; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        BNOF_TRY_ASSIGN(const experiments::RampState now, rampNow());
        if (now.share > before.share)
            return now;
    }
    if (experiments::takePromotionRequest(path))
        return makeError(ErrorKind::Storage, "another process has this experiment open and does not answer", path,
                         "End it and try again.");
    return makeError(ErrorKind::BadInput, "the session that writes this experiment did not promote B", path,
                     "bnof compare status says which rule is not met.");
}

int promote(const Invocation& invocation, const std::string& path)
{
    if (const auto there = experiments::readExperiment(path); !there.ok())
        return fail(there.error());
    const auto work = [&]() -> Result<experiments::RampState> {
        const auto opened =
            experiments::ExperimentStore::openLast(path, invocation.configuration.text("general.operator"));
        if (!opened.ok()) {
            // A session writes it: that one looks at the rules, and status tells what came of it.
            BNOF_TRY(experiments::requestPromotion(path));
            return promotedElsewhere(path);
        }
        const auto& store = *opened;
        BNOF_TRY_ASSIGN(const auto experiment, store->read());
        const experiments::StoredAnalysis& stored = experiment.analyses.back();
        const auto analysis = experiments::analysisOf(stored, experiment.trail);
        return experiments::promote(
            *store, experiments::promotionRules(stored.locked.plan, analysis, stored.units, stored.locked.labels));
    };
    const auto ramp = work();
    if (!ramp.ok()) {
        static_cast<void>(fail(ramp.error()));
        return FailedCheck;
    }
    printRamp(invocation, *ramp);
    return Ok;
}

/// At once where nobody writes the experiment; else the process that does is asked to.
int rollBack(const Invocation& invocation, const std::string& path)
{
    if (const auto there = experiments::readExperiment(path); !there.ok())
        return fail(there.error());
    const std::string reason = invocation.isSet("reason") ? invocation.value("reason") : "asked for";
    const auto store = experiments::ExperimentStore::openLast(path, invocation.configuration.text("general.operator"));
    if (!store.ok()) {
        if (const auto asked = experiments::requestRollBack(path, reason); !asked.ok())
            return fail(asked.error());
        printRamp(invocation, {0, true, reason});
        return Ok;
    }
    const auto ramp = experiments::rollBack(**store, reason, "person");
    if (!ramp.ok())
        return fail(ramp.error());
    printRamp(invocation, *ramp);
    return Ok;
}

int report(const Invocation& invocation, const std::string& path)
{
    const std::string out = invocation.isSet("report")        ? invocation.value("report")
                            : invocation.arguments.size() > 2 ? invocation.argument(2)
                                                              : path + ".pdf";
    const auto experiment = experiments::readExperiment(path);
    if (!experiment.ok())
        return fail(experiment.error());
    const std::string language = invocation.isSet("language") ? invocation.value("language") : "en";
    if (const auto written = report::writeComparisonReport(*experiment, out, language); !written.ok())
        return fail(written.error());
    printLine(invocation.json ? Json::object().set("file", out).dump() : "wrote " + out);
    return Ok;
}

/// Share of right answers of each model in each group of exposures.
Result<std::vector<std::vector<double>>> accuraciesOf(const std::vector<experiments::ReplayVariant>& variants,
                                                      const std::vector<olfaction::Dataset>& data)
{
    std::vector<std::vector<double>> out;
    std::size_t first = 0;
    for (const olfaction::Dataset& one : data) {
        const auto units = experiments::exposureUnitsOf(one);
        const std::size_t groups = one.groups().size();
        out.resize(first + groups, std::vector<double>(variants.size(), 0));
        std::vector<double> count(groups, 0);
        for (const auto& unit : units)
            count[static_cast<std::size_t>(unit.group)] += 1;
        for (std::size_t v = 0; v < variants.size(); ++v) {
            BNOF_TRY_ASSIGN(auto recogniser, olfaction::makeRecogniser(variants[v].model, variants[v].variant.options));
            const auto gases = experiments::labelsOfGases(recogniser->info(), one);
            BNOF_TRY_ASSIGN(const auto answers,
                            experiments::answerUnits(*recogniser, one, units, gases,
                                                     [](std::size_t, const auto&) { return !interrupted(); }));
            for (std::size_t i = 0; i < units.size(); ++i) {
                const auto g = static_cast<std::size_t>(units[i].group);
                out[first + g][v] += answers[i].said == units[i].label && !answers[i].missing ? 1 / count[g] : 0;
            }
            showProgress("league, " + std::to_string(v + 1) + " of " + std::to_string(variants.size()) + " models");
        }
        // Groups without an exposure say nothing.
        std::size_t kept = first;
        for (std::size_t g = 0; g < groups; ++g) {
            if (count[g] > 0)
                out[kept++] = out[first + g];
        }
        out.resize(kept);
        first = kept;
    }
    showProgress({});
    return out;
}

int league(const Invocation& invocation)
{
    const auto work = [&]() -> Result<experiments::League> {
        BNOF_TRY_ASSIGN(const double rate, invocation.number("rate", 0, 0, 1e6));
        std::vector<experiments::ReplayVariant> variants;
        std::vector<std::string> names;
        for (int i = 1; i < invocation.arguments.size(); ++i) {
            experiments::ReplayVariant variant;
            BNOF_TRY_ASSIGN(variant.variant, experiments::variantFromText(invocation.argument(i)));
            BNOF_TRY_ASSIGN(variant.model, loadModel(variant.variant.model));
            names.push_back(variant.variant.text);
            variants.push_back(std::move(variant));
        }
        std::vector<olfaction::Dataset> data;
        for (const QString& path : invocation.parser.values(QStringLiteral("data"))) {
            BNOF_TRY_ASSIGN(olfaction::Dataset one, session::openDataset(path.toStdString(), {.sampleRateHz = rate}));
            data.push_back(std::move(one));
        }
        if (variants.size() < 3 || data.empty())
            return makeError(ErrorKind::Usage, "three models and a data set are needed", "bnof compare league",
                             "Write bnof compare league A B C --data DATASET; two models are compared without "
                             "\"league\".");
        for (std::size_t i = 1; i < variants.size(); ++i) {
            BNOF_TRY(experiments::checkReplay(variants[0], variants[i], data));
        }
        BNOF_TRY_ASSIGN(const auto accuracies, accuraciesOf(variants, data));
        return experiments::leagueOf(names, accuracies);
    };
    const auto table = work();
    if (!table.ok())
        return fail(table.error());
    if (invocation.json) {
        printLine(experiments::toJson(*table));
        return Ok;
    }
    char line[240];
    for (const auto& row : table->rows) {
        std::snprintf(line, sizeof line, "%-40s %.1f %% right, mean rank %.2f", row.name.c_str(), 100 * row.accuracy,
                      row.meanRank);
        printLine(std::string(line));
    }
    for (const auto& pair : table->pairs) {
        std::snprintf(line, sizeof line, "%s less %s: %+.1f percentage points, %s",
                      table->rows[pair.second].name.c_str(), table->rows[pair.first].name.c_str(),
                      100 * pair.difference, pair.told ? "told apart" : "not told apart");
        printLine(std::string(line));
    }
    printLine(table->words);
    return Ok;
}

} // namespace

std::optional<int> runExperimentCommand(const Invocation& invocation)
{
    if (invocation.arguments.isEmpty())
        return std::nullopt;
    const std::string what = invocation.argument(0);
    if (what == "league")
        return league(invocation);
    if (what != "status" && what != "promote" && what != "rollback" && what != "report")
        return std::nullopt;
    if (invocation.arguments.size() < 2)
        return fail(makeError(ErrorKind::Usage, "which experiment?", "bnof compare " + what,
                              "Name the file that was given to --store."));
    const std::string path = invocation.argument(1);
    if (what == "status")
        return status(invocation, path);
    if (what == "promote")
        return promote(invocation, path);
    return what == "rollback" ? rollBack(invocation, path) : report(invocation, path);
}

} // namespace bnof::cli
