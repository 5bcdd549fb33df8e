// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/compare_experiment.h"
#include "app/cli/vectors/check.h"
#include "app/report/comparison_report.h"
#include "engine/base/build_config.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/compute/energy.h"
#include "engine/experiments/shadow_replay.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

Result<std::vector<vectors::CaseResult>> checkFile(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path));
    BNOF_TRY_ASSIGN(const Json document, Json::parse(text, path));
    auto results = vectors::checkVectors(document);
    if (results.ok())
        return results;
    Error error = results.error();
    error.where = path + ": " + error.where;
    return error;
}

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("plan", "What \"better\" means, TOML or JSON; it is locked before the first exposure (default: built in).",
           "FILE");
    option("report", "Write a PDF with plan, data, evidence, guardrails and history. Example: --report ab.pdf", "PDF");
    option("language", "Of the report: en (the default) or de.", "NAME");
    option("mode", "How exposures are shared: shadow (both answer each), split or blocks; overrides the plan's.",
           "MODE");
    option("data", "league: a data set; may be given several times.", "DATASET");
    option("reason", "rollback: why; it is recorded.", "TEXT");
    option("store", "Keep the experiment here; a comparison that was stopped goes on.", "FILE");
    option("rate", "Sample rate of files without a time column, in Hz.", "HZ");
    option("check-vectors", "Recompute every case of this file of reference vectors and compare.", "FILE");
}

int checkVectors(const Invocation& invocation)
{
    const auto results = checkFile(invocation.value("check-vectors"));
    if (!results.ok())
        return fail(results.error());
    std::size_t failed = 0;
    for (const vectors::CaseResult& result : *results) {
        const bool passed = result.difference.empty();
        failed += passed ? 0 : 1;
        if (invocation.json) {
            printLine(Json::object()
                          .set("section", result.section)
                          .set("id", result.id)
                          .set("passed", passed)
                          .set("difference", passed ? Json() : Json(result.difference)));
        } else if (!passed) {
            printLine("FAILED " + result.section + (result.id.empty() ? "" : " " + result.id) + ": " +
                      result.difference);
        }
    }
    const std::size_t passed = results->size() - failed;
    if (invocation.json)
        printLine(Json::object().set("passed", passed).set("failed", failed));
    else
        printLine(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed");
    return failed > 0 ? FailedCheck : Ok;
}

Result<experiments::ReplayVariant> loadVariant(const std::string& text, const Configuration& configuration)
{
    experiments::ReplayVariant out;
    BNOF_TRY_ASSIGN(out.variant, experiments::variantFromText(text));
    if (out.variant.text.find("backend=") == std::string::npos)
        out.variant.options.backEnd = configuration.text("recognition.back_end");
    BNOF_TRY_ASSIGN(out.model, loadModel(out.variant.model));
    return out;
}

/// Everything that a comparison needs.
struct Comparison {
    experiments::Plan plan;
    experiments::ReplayVariant a;
    experiments::ReplayVariant b;
    std::vector<olfaction::Dataset> data;
    std::size_t exposures = 0;
};

Result<Comparison> load(const Invocation& invocation)
{
    Comparison out;
    if (invocation.isSet("plan")) {
        BNOF_TRY_ASSIGN(out.plan, experiments::loadPlan(invocation.value("plan")));
    }
    if (invocation.isSet("mode")) {
        Json changed = experiments::toJson(out.plan);
        changed.set("mode", invocation.value("mode"));
        BNOF_TRY_ASSIGN(out.plan, experiments::planFromJson(changed, "--mode"));
    }
    BNOF_TRY_ASSIGN(const double rate, invocation.number("rate", 0, 0, 1e6));
    BNOF_TRY_ASSIGN(out.a, loadVariant(invocation.argument(0), invocation.configuration));
    BNOF_TRY_ASSIGN(out.b, loadVariant(invocation.argument(1), invocation.configuration));
    for (int i = 2; i < invocation.arguments.size(); ++i) {
        BNOF_TRY_ASSIGN(olfaction::Dataset data, session::openDataset(invocation.argument(i), {.sampleRateHz = rate}));
        out.data.push_back(std::move(data));
    }
    BNOF_TRY_ASSIGN(out.exposures, experiments::checkReplay(out.a, out.b, out.data));
    return out;
}

experiments::LockedPlan lockedPlan(const Comparison& c)
{
    experiments::LockedPlan out{c.plan, c.a.variant.text, c.b.variant.text, sha256Hex(c.a.model), sha256Hex(c.b.model),
                                {},     BNOF_VERSION};
    for (const olfaction::Dataset& data : c.data) {
        out.dataDigests.push_back(data.digest);
        out.where += (out.where.empty() ? "" : ", ") + data.name;
    }
    out.labels = experiments::commonLabels(c.data);
    return out;
}

/// Joules of the whole processor since the first call; nothing where the machine does not say.
experiments::EnergyProbe energyProbe()
{
    auto meter = std::make_shared<compute::EnergyMeter>(compute::EnergyMeter::open());
    if (!meter->read().cpuJoules)
        return {};
    return [meter] { return meter->read().cpuJoules; };
}

/// The verdict of the plan: after every exposure, or once at the end.
Result<Json> resultOf(const Comparison& c, const experiments::ReplayResult& replay)
{
    Json out = replay.analysis.toJson();
    if (c.plan.mode == "shadow") {
        BNOF_TRY_ASSIGN(const experiments::PairedComparison once, experiments::lookedAtOnce(c.plan, replay.units));
        out.set("once", experiments::toJson(once));
    }
    BNOF_TRY_ASSIGN(const experiments::Verdict verdict, experiments::verdictOf(c.plan, replay.analysis, replay.units));
    out.set("verdict", experiments::toJson(verdict));
    out.set("words", experiments::inWords(verdict, c.a.variant.text, c.b.variant.text, c.plan.margin));
    Json missing = Json::array();
    for (const experiments::ComparedUnit& unit : replay.units) {
        if (unit.a.missing || unit.b.missing)
            missing.push(Json::object().set("exposure", unit.id).set("a", unit.a.missing).set("b", unit.b.missing));
    }
    return out.set("missing", std::move(missing));
}

void printForPeople(const Comparison& c, const Json& result)
{
    char text[200];
    for (const auto& [name, key] : {std::pair{&c.a, "accuracy_a"}, std::pair{&c.b, "accuracy_b"}}) {
        std::snprintf(text, sizeof text, "%-40s %.1f %% right", name->variant.text.c_str(),
                      100 * result[key].toDouble());
        printLine(std::string(text));
    }
    printLine("exposures " + result["units"].dump() + ", only the first right " + result["only_a_right"].dump() +
              ", only the second " + result["only_b_right"].dump());
    for (const Json& rail : result["guardrails"].items())
        printLine("guardrail " + rail["name"].toString() + ": " + rail["light"].toString() + " (" +
                  rail["words"].toString() + ")");
    for (const Json& missing : result["missing"].items())
        printLine("no answer to " + missing["exposure"].toString() + " from" + (missing["a"].toBool() ? " A" : "") +
                  (missing["b"].toBool() ? " B" : ""));
    printLine(result["words"].toString());
}

int compare(const Invocation& invocation)
{
    const auto comparison = load(invocation);
    if (!comparison.ok())
        return fail(comparison.error());
    const Json before = experiments::whatCanBeShown(comparison->plan, comparison->exposures);
    if (!invocation.json)
        printLine(before["words"].toString());
    const auto store = experiments::ExperimentStore::open(invocation.value("store"), lockedPlan(*comparison),
                                                          invocation.configuration.text("general.operator"));
    if (!store.ok())
        return fail(store.error());
    const auto progress = [](std::size_t done, std::size_t of, const experiments::ShadowAnalysis&) {
        showProgress("comparing, " + std::to_string(done) + " of " + std::to_string(of) + " exposures");
        return !interrupted();
    };
    const auto replay = experiments::shadowReplay(comparison->plan, comparison->a, comparison->b, comparison->data,
                                                  **store, progress, {energyProbe(), {}});
    showProgress({});
    if (!replay.ok())
        return fail(replay.error());
    auto result = resultOf(*comparison, *replay);
    if (!result.ok())
        return fail(result.error());
    result->set("analysis", (*store)->analysis()).set("before", before);
    result->set("plan", experiments::toJson(comparison->plan));
    const Json measured = Json::object()
                              .set("bytes_a", (*result)["bytes_a"])
                              .set("bytes_b", (*result)["bytes_b"])
                              .set("joules_a", (*result)["joules_a"])
                              .set("joules_b", (*result)["joules_b"]);
    if (const auto noted = (*store)->note("verdict", Json::object()
                                                         .set("units", replay->analysis.units())
                                                         .set("measured", measured)
                                                         .set("verdict", (*result)["verdict"])
                                                         .set("words", (*result)["words"]));
        !noted.ok())
        return fail(noted.error());
    if (invocation.isSet("report")) {
        const auto experiment = (*store)->read();
        if (!experiment.ok())
            return fail(experiment.error());
        const std::string language = invocation.isSet("language") ? invocation.value("language") : "en";
        if (const auto written = report::writeComparisonReport(*experiment, invocation.value("report"), language);
            !written.ok())
            return fail(written.error());
        result->set("report", invocation.value("report"));
    }
    if (invocation.json)
        printLine(*result);
    else
        printForPeople(*comparison, *result);
    return (*result)["verdict"]["finding"].toString() == "invalid" ? FailedCheck : Ok;
}

int run(const Invocation& invocation)
{
    if (invocation.isSet("check-vectors"))
        return checkVectors(invocation);
    if (const auto done = runExperimentCommand(invocation))
        return *done;
    if (invocation.arguments.size() >= 3)
        return compare(invocation);
    return fail(makeError(ErrorKind::Usage, "two models and a data set are needed", "bnof compare",
                          "Write bnof compare A.bnofmodel B.bnofmodel DATASET, or --check-vectors FILE."));
}

} // namespace

const Command compareCommand{
    "compare",
    "A B DATASET... [--plan FILE] [--store FILE] [--report PDF] | status|promote|rollback|report FILE | "
    "league A B C... --data DATASET | --check-vectors FILE",
    "Which of two models is better on recorded exposures, with a verdict that can be trusted.",
    "bnof compare default my.bnofmodel my-data --plan plan.toml --store ab.sqlite --report ab.pdf",
    0,
    -1,
    true,
    describe,
    run};

} // namespace bnof::cli
