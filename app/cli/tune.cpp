// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/cli/command.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/base/toml.h"
#include "engine/session/recorded_dataset.h"
#include "engine/tuning/tune_recogniser.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const QStringList& names, const char* text, const char* value) {
        parser.addOption({names, QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option({QStringLiteral("trials")}, "Trials in all, with those that the journal has (default 40).", "N");
    option({QStringLiteral("sampler")}, "tpe (default), cma-es or random.", "S");
    option({QStringLiteral("pruner")}, "Give up hopeless trials: median (default), halving or none.", "P");
    option({QStringLiteral("space")}, "What may vary and how far, TOML or JSON (default: what usually matters).",
           "FILE");
    option({QStringLiteral("resume")}, "Journal of the search; it goes on where the file ends, or begins it.",
           "JOURNAL");
    option({QStringLiteral("folds")}, "Folds of the cross-validation inside the search (default 5).", "N");
    option({QStringLiteral("held-out")}, "Share of the groups that only the comparison at the end sees (default 0.25).",
           "X");
    option({QStringLiteral("margin")}, "Difference of accuracies that does not matter, share (default 0.01).", "X");
    option({QStringLiteral("workers")}, "Trials that run at once (default 1); the trials are the same.", "N");
    option({QStringLiteral("seed")}, "Seed of the search and of every training (default 1).", "N");
    option({QStringLiteral("kind")}, "Kind of the present model and of what is tuned: spiking (default), lda ...",
           "KIND");
    option({QStringLiteral("rate")}, "Sample rate of files without a time column, in Hz.", "HZ");
    option({QStringLiteral("o"), QStringLiteral("out")},
           "Write the tuned model here, if it passes the comparison (never overwritten).", "MODEL");
    parser.addOption({QStringLiteral("list"), QStringLiteral("List what can be tuned, and its usual range.")});
}

int list(const Invocation& invocation)
{
    for (const tuning::Tunable& tunable : tuning::tunables()) {
        const tuning::Parameter& p = tunable.range;
        Json line = Json::object();
        line.set("name", p.name).set("summary", tunable.summary).set("searched", tunable.usual);
        line.set("recordings", tunable.recordings).set("exposures", tunable.exposures);
        line.set("range", tuning::toJson(tuning::SearchSpace{{p}})[p.name]);
        if (invocation.json) {
            printLine(line);
            continue;
        }
        char text[160];
        std::snprintf(text, sizeof text, "%-21s %s %s", p.name.c_str(), tunable.usual ? "*" : " ", tunable.summary);
        printLine(std::string(text));
    }
    if (!invocation.json)
        printLine("* searched when no --space is given");
    return Ok;
}

Result<tuning::TuneOptions> optionsOf(const Invocation& invocation)
{
    tuning::TuneOptions out;
    BNOF_TRY_ASSIGN(const double trials, invocation.number("trials", 40, 1, 1e6));
    BNOF_TRY_ASSIGN(const double folds, invocation.number("folds", 5, 2, 100));
    BNOF_TRY_ASSIGN(const double workers, invocation.number("workers", 1, 1, 64));
    BNOF_TRY_ASSIGN(const double seed, invocation.number("seed", 1, 0, 9e15));
    BNOF_TRY_ASSIGN(out.heldOutShare, invocation.number("held-out", 0.25, 0.05, 0.9));
    BNOF_TRY_ASSIGN(out.comparison.margin, invocation.number("margin", 0.01, 0.0001, 0.5));
    out.trials = static_cast<std::uint32_t>(trials);
    out.folds = static_cast<std::uint32_t>(folds);
    out.workers = static_cast<std::uint32_t>(workers);
    out.seed = out.sampler.seed = static_cast<std::uint64_t>(seed);
    if (invocation.isSet("sampler"))
        out.sampler.kind = invocation.value("sampler");
    if (invocation.isSet("pruner"))
        out.pruner.kind = invocation.value("pruner");
    if (invocation.isSet("kind"))
        out.presentKind = invocation.value("kind");
    if (invocation.isSet("space")) {
        BNOF_TRY_ASSIGN(const Json space, readTomlOrJson(invocation.value("space")));
        BNOF_TRY_ASSIGN(out.space, tuning::spaceFromJson(space, invocation.value("space")));
    }
    out.journal = invocation.value("resume");
    out.goOn = [] { return !interrupted(); };
    out.progress = [total = out.trials](const std::vector<tuning::Trial>& all) {
        const auto done = std::count_if(all.begin(), all.end(), [](const tuning::Trial& trial) {
            return trial.state != tuning::TrialState::Running;
        });
        std::string best;
        if (const auto order = tuning::ranked(all);
            !order.empty() && all[order.front()].state == tuning::TrialState::Complete) {
            char text[64];
            std::snprintf(text, sizeof text, ", best %.1f %% right (trial %llu)", 100 - 100 * all[order.front()].loss(),
                          static_cast<unsigned long long>(all[order.front()].number));
            best = text;
        }
        showProgress("tuning, " + std::to_string(done) + " of " + std::to_string(total) + " trials" + best);
        return !interrupted();
    };
    return out;
}

Result<std::unique_ptr<tuning::RecogniserProblem>> problemIn(const std::string& path, double rate)
{
    if (olfaction::holdsExposures(path)) {
        BNOF_TRY_ASSIGN(olfaction::ExposureTable table, olfaction::loadExposures(path));
        return tuning::problemOf(std::move(table));
    }
    BNOF_TRY_ASSIGN(olfaction::Dataset data, session::openDataset(path, {.sampleRateHz = rate}));
    return tuning::problemOf(std::move(data));
}

void printTrial(const char* name, const Json& trial)
{
    char text[200];
    std::snprintf(text, sizeof text, "%-8s trial %-4lld %.1f +- %.1f %% right, %.3g ms a decision, %s  ", name,
                  static_cast<long long>(trial["number"].toInteger()), 100 - 100 * trial["error"].toDouble(),
                  100 * trial["standard_error"].toDouble(), 1e3 * trial["seconds_per_decision"].toDouble(),
                  formatBytes(trial["bytes"].toDouble()).c_str());
    printLine(text + trial["parameters"].dump());
}

void printForPeople(const Json& report)
{
    const Json& counts = report["trials"];
    printLine("trials   " + counts["complete"].dump() + " complete, " + counts["pruned"].dump() + " given up, " +
              counts["failed"].dump() + " failed");
    printTrial("best", report["best"]);
    printTrial("chosen", report["chosen"]);
    for (const Json& trial : report["pareto_front"].items())
        printTrial("front", trial);
    char text[160];
    std::snprintf(text, sizeof text, "held out %s exposures: present %.1f %%, tuned %.1f %% (exact McNemar p = %.3g)",
                  report["comparison"]["units"].dump().c_str(), 100 * report["present"]["accuracy"].toDouble(),
                  100 * report["tuned"]["accuracy"].toDouble(), report["comparison"]["mcnemar_exact_p"].toDouble());
    printLine(std::string(text));
    printLine("verdict  " + report["verdict"].toString());
}

Result<void> checkOut(const std::string& out, bool exposures)
{
    if (std::error_code ignored; !out.empty() && std::filesystem::exists(out, ignored))
        return makeError(ErrorKind::Usage, "this file exists already", out, "Choose another name.");
    if (!out.empty() && exposures)
        return makeError(ErrorKind::Usage, "exposures described by features give no model file", "--out",
                         "Leave it out: the settings are in the result and in the journal.");
    return {};
}

int run(const Invocation& invocation)
{
    if (invocation.isSet("list"))
        return list(invocation);
    if (invocation.arguments.isEmpty())
        return fail(makeError(ErrorKind::Usage, "the data set is missing", "bnof tune", "Name a folder."));
    const std::string path = invocation.argument(0);
    const std::string out = invocation.value("out");
    auto options = optionsOf(invocation);
    if (!options.ok())
        return fail(options.error());
    const auto rate = invocation.number("rate", 0, 0, 1e6);
    if (!rate.ok())
        return fail(rate.error());
    if (const auto usable = checkOut(out, olfaction::holdsExposures(path)); !usable.ok())
        return fail(usable.error());
    const auto problem = problemIn(path, *rate);
    if (!problem.ok())
        return fail(problem.error());
    auto result = tuning::tuneRecogniser(**problem, *options);
    showProgress({});
    if (!result.ok()) {
        if (result.error().kind == ErrorKind::Cancelled && !options->journal.empty())
            std::fprintf(stderr, "bnof: the search can go on: --resume %s\n", options->journal.c_str());
        return fail(result.error());
    }
    if (!out.empty() && result->mayBePromoted) {
        const std::string_view bytes(reinterpret_cast<const char*>(result->model.data()), result->model.size());
        if (const auto written = writeFileAtomically(out, bytes); !written.ok())
            return fail(written.error());
        result->report.set("file", out).set("sha256", sha256Hex(result->model));
    }
    if (invocation.json)
        printLine(result->report);
    else
        printForPeople(result->report);
    return out.empty() || result->mayBePromoted ? Ok : FailedCheck;
}

} // namespace

const Command tuneCommand{"tune",
                          "DATASET [--trials N] [--sampler tpe|cma-es|random] [--space FILE] [--resume JOURNAL] [-o M]",
                          "Search for better settings of a recogniser; the winner has to prove itself.",
                          "bnof tune my-data --trials 60 --resume my-search.sqlite -o tuned.bnofmodel",
                          0,
                          1,
                          false,
                          describe,
                          run};

} // namespace bnof::cli
