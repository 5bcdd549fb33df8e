// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/training_options.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/exposure_evaluation.h"
#include "engine/olfaction/exposure_health.h"
#include "engine/olfaction/template_recall.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("protocol",
           "Of recordings: time-split (default), held-out, leave-gas-out. Of exposures described by features: "
           "first-batch, previous-batches, few-shot, leave-gas-out. Of single vectors: template-recall.",
           "P");
    option("train-groups",
           "held-out: the groups that train, separated by commas (default: those with \"train\" in their name, else "
           "each in turn is held out).",
           "G,...");
    option("baselines",
           "Further competitors: virtual-receptors (of recordings), svm, forest, knn, cnn, separated by commas.",
           "KIND,...");
    option("without", "Channels to leave out, or of exposures features by number, separated by commas.", "CH,...");
    option("shots", "few-shot: labelled exposures of each gas of the tested batch (default 1).", "N");
    option("seeds",
           "Networks of so many seeds; figures are their mean, with the range (default 5 for first-batch and "
           "previous-batches, else 1).",
           "N");
    option("permutations", "How often labels are shuffled to see what chance would reach (default 200).", "N");
    option("target", "Balanced accuracy that the learning curve's forecast speaks of (default 0.95).", "X");
    option("draws", "few-shot: how often they are drawn anew (default 20).", "N");
    option("train-fraction", "time-split: the share of the time that trains (default 0.6).", "X");
    option("seed", "Seed of the training (default 1).", "N");
    option("kenyon", "Number of Kenyon cells (default 2000).", "N");
    option("rate", "Sample rate of files without a time column, in Hz.", "HZ");
    describeTraining(parser);
}

/// "84.3 %", or a dash for what could not be computed.
std::string percent(const Json& share)
{
    if (!share.isNumber())
        return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", share.toDouble() * 100);
    return text;
}

/// The groups that were tested, each as it is: a mean would hide that one of them fails.
void printGroups(const Json& result)
{
    const Json& groups = result["per_group"];
    if (groups.members().size() < 2 || groups.members().size() > 12)
        return;
    for (const auto& [name, share] : groups.members()) {
        const Json& theirs = result["baselines"]["lda"]["per_group"][name];
        printLine("  " + name + std::string(name.size() < 21 ? 21 - name.size() : 1, ' ') + percent(share) +
                  (theirs.isNumber() ? "   (shrinkage LDA " + percent(theirs) + ")" : ""));
    }
}

void printForPeople(const Json& result)
{
    const auto row = [&](const char* name, const char* key) {
        std::string others;
        for (const auto& [kind, figures] : result["baselines"].members()) {
            const std::string shown = kind == "lda"                ? "shrinkage LDA"
                                      : kind == "nearest_template" ? "nearest template"
                                                                   : kind;
            if (figures[key].isNumber())
                others += (others.empty() ? "" : ", ") + shown + " " + percent(figures[key]);
        }
        if (result[key].isNumber())
            printLine(std::string(name) + percent(result[key]) + "   (" + others + ")");
    };
    printLine("protocol               " + result["protocol"].toString());
    row("accuracy               ", "accuracy");
    row("  later than 30 s      ", "settled_accuracy");
    row("balanced accuracy      ", "balanced_accuracy");
    row("macro F1               ", "macro_f1");
    if (result["novelty_auroc"].isNumber())
        row("novelty AUROC          ", "novelty_auroc");
    printGroups(result);
    for (const auto& [name, comparison] : result["paired"].members()) {
        if (comparison["text"].isString())
            printLine("compared               " + comparison["text"].toString());
    }
    if (const auto& range = result["seed_range"].items(); range.size() == 2 && result["per_seed"].items().size() > 1)
        printLine("over " + std::to_string(result["per_seed"].items().size()) + " seeds           " +
                  percent(range[0]) + " to " + percent(range[1]));
    for (const auto& [gas, rmse] : result["rmse"].members()) {
        char text[64];
        std::snprintf(text, sizeof text, "RMSE %-17s %.3g ppm", gas.c_str(), rmse.toDouble());
        printLine(std::string(text));
    }
    char spikes[64];
    std::snprintf(spikes, sizeof spikes, "spikes per decision    %.0f", result["spikes_per_decision"].toDouble());
    printLine(std::string(spikes));
    const Json& reaction = result["reaction"];
    if (reaction["stable_median"].isNumber()) {
        char text[160];
        std::snprintf(
            text, sizeof text, "time to a stable answer %.1f s (median), %.1f s (90 %%); %d of %d changes missed",
            reaction["stable_median"].toDouble(), reaction["stable_p90"].toDouble(),
            static_cast<int>(reaction["missed"].toInteger()), static_cast<int>(reaction["changes"].toInteger()));
        printLine(std::string(text));
    }
    const auto warn = [](const char* what, const Json& check) {
        if (const auto& warning = check["warning"]; warning.isString() && !warning.toString().empty())
            printLine(std::string(what) + warning.toString());
    };
    for (const char* who : {"spiking", "lda"}) {
        if (const Json& text = result["label_permutation"][who]["text"]; text.isString())
            printLine("shuffled labels        " + text.toString());
    }
    const Json& curve = result["learning_curve"];
    if (curve["text"].isString())
        printLine("learning curve (LDA)   " + curve["text"].toString());
    else if (curve["reason"].isString())
        printLine("learning curve (LDA)   none: " + curve["reason"].toString());
    warn("LEAK TEST              ", result["leak_test"]);
    for (const Json& check : result["confounders"].items())
        warn("CONFOUNDER             ", check);
    warn("CLASS BALANCE          ", result["class_balance"]);
    if (result["simulated"].toBool())
        printLine("The data is simulated.");
}

std::vector<std::string> listOf(const std::string& text)
{
    std::vector<std::string> out;
    for (const QString& entry : QString::fromStdString(text).split(u',', Qt::SkipEmptyParts))
        out.push_back(entry.trimmed().toStdString());
    return out;
}

Result<Json> evaluateFolder(const std::string& path, const olfaction::EvaluationOptions& options, double rate,
                            const std::vector<std::string>& without)
{
    const auto progress = [](double done, std::string_view what) {
        showProgress("evaluating, " + std::to_string(static_cast<int>(done * 100)) + " %: " + std::string(what));
        return !interrupted();
    };
    if (options.protocol == olfaction::Protocol::TemplateRecall) {
        BNOF_TRY_ASSIGN(const olfaction::TemplateSet set, olfaction::loadTemplates(path));
        return olfaction::evaluateTemplateRecall(set, options);
    }
    if (olfaction::holdsExposures(path)) {
        BNOF_TRY_ASSIGN(olfaction::ExposureTable table, olfaction::loadExposures(path));
        BNOF_TRY_ASSIGN(table, olfaction::withoutFeatures(table, without));
        return olfaction::evaluateExposures(table, options, progress);
    }
    BNOF_TRY_ASSIGN(olfaction::Dataset data, session::openDataset(path, {.sampleRateHz = rate}));
    BNOF_TRY_ASSIGN(data, olfaction::withoutChannels(data, without));
    return olfaction::evaluate(data, options, progress);
}

int run(const Invocation& invocation)
{
    olfaction::EvaluationOptions options;
    auto protocol =
        olfaction::protocolFromName(invocation.isSet("protocol") ? invocation.value("protocol") : "time-split");
    if (!protocol.ok())
        return fail(protocol.error());
    options.protocol = *protocol;
    const auto share = invocation.number("train-fraction", 0.6, 0.05, 0.95);
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    const auto kenyon = invocation.number("kenyon", 2000, 50, 1e6);
    const auto rate = invocation.number("rate", 0, 0, 1e6);
    const auto shots = invocation.number("shots", 1, 1, 1000);
    const auto draws = invocation.number("draws", 20, 1, 1000);
    const auto seeds = invocation.number("seeds", 0, 1, 100);
    const auto permutations = invocation.number("permutations", 200, 1, 100000);
    const auto target = invocation.number("target", 0.95, 0.01, 1);
    for (const auto* number : {&share, &seed, &kenyon, &rate, &shots, &draws, &seeds, &permutations, &target}) {
        if (!number->ok())
            return fail(number->error());
    }
    options.trainFraction = *share;
    options.training.seed = static_cast<std::uint64_t>(*seed);
    options.training.kenyonCells = static_cast<std::uint32_t>(*kenyon);
    options.training.backEnd = invocation.configuration.text("recognition.back_end");
    if (auto read = readTraining(invocation, options.training); !read.ok())
        return fail(read.error());
    options.shots = static_cast<std::size_t>(*shots);
    options.draws = static_cast<std::size_t>(*draws);
    options.trainGroups = listOf(invocation.value("train-groups"));
    options.baselines = listOf(invocation.value("baselines"));
    for (const std::string& kind : options.baselines) {
        if (!olfaction::isClassifierKind(kind) && kind != "virtual-receptors")
            return fail(makeError(ErrorKind::Usage, "there is no baseline \"" + kind + '"', "--baselines",
                                  "Use virtual-receptors, svm, forest, knn or cnn."));
    }
    options.seeds = static_cast<std::size_t>(*seeds);
    options.permutationRounds = static_cast<int>(*permutations);
    options.targetAccuracy = *target;
    const auto result = evaluateFolder(invocation.argument(0), options, *rate, listOf(invocation.value("without")));
    if (!result.ok())
        return fail(result.error());
    showProgress({});
    if (invocation.json)
        printLine(*result);
    else
        printForPeople(*result);
    return Ok;
}

} // namespace

const Command evaluateCommand{"evaluate",
                              "--protocol P DATASET [--train-fraction X]",
                              "Train on one part of a data set, score on another; always beside shrinkage LDA.",
                              "bnof evaluate my-data --protocol time-split --train-fraction 0.6 --json",
                              1,
                              1,
                              false,
                              describe,
                              run};

} // namespace bnof::cli
