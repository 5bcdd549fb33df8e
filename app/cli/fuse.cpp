// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "app/cli/command.h"
#include "engine/olfaction/fusion/fusion_evaluation.h"
#include "engine/olfaction/fusion/leak_scenes.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("folds", "Parts that the scenes are divided into; each is tested by models of the others (default 4).", "N");
    option("seed", "Seed of the bootstrap intervals (default 1).", "N");
}

/// "84.3 %  (79.0 to 88.8)".
std::string percent(const Json& score)
{
    const auto& interval = score["interval"].items();
    char text[64];
    if (interval.size() == 2)
        std::snprintf(text, sizeof text, "%5.1f %%  (%.1f to %.1f)", score["accuracy"].toDouble() * 100,
                      interval[0].toDouble() * 100, interval[1].toDouble() * 100);
    else
        std::snprintf(text, sizeof text, "%5.1f %%", score["accuracy"].toDouble() * 100);
    return text;
}

void printRow(const std::string& name, const Json& score)
{
    printLine(name + std::string(name.size() < 34 ? 34 - name.size() : 1, ' ') + percent(score));
}

void printForPeople(const Json& result)
{
    printLine("Accuracy on held-out scenes (95 % interval over scenes), " +
              std::to_string(result["scenes"].toInteger()) + " scenes, " +
              std::to_string(std::lround(result["instants"].toDouble())) + " instants");
    printRow("always the most common class", result["majority"]);
    for (const auto& [modality, score] : result["alone"].members())
        printRow(modality + " alone", score);
    for (const auto& [kind, score] : result["fused"].members())
        printRow(kind + " fusion", score);
    for (const auto& [modality, kinds] : result["without"].members()) {
        for (const auto& [kind, score] : kinds.members())
            printRow("  " + kind + ", without " + modality, score);
    }
    printLine("Share of each modality in the answers of late fusion");
    for (const auto& [name, shares] : result["contributions"].members()) {
        std::string line = "  " + name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ');
        for (const auto& [modality, share] : shares.members()) {
            char text[64];
            std::snprintf(text, sizeof text, "%s %3.0f %%   ", modality.c_str(), share.toDouble() * 100);
            line += text;
        }
        printLine(line);
    }
    if (result["simulated"].toBool())
        printLine("The data is simulated: this says how the methods compare, not how well a real leak is found.");
}

int run(const Invocation& invocation)
{
    const auto folds = invocation.number("folds", 4, 2, 20);
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    for (const auto* number : {&folds, &seed}) {
        if (!number->ok())
            return fail(number->error());
    }
    const auto scenes = olfaction::readLeakScenes(invocation.argument(0));
    if (!scenes.ok())
        return fail(scenes.error());
    const auto reader = olfaction::startImageReader();
    if (!reader.ok())
        return fail(reader.error());
    const auto rows = olfaction::fusionRowsOf(*scenes, **reader, {}, [&](int done) {
        showProgress("reading scene " + std::to_string(done + 1) + " of " + std::to_string(scenes->scenes.size()));
        return !interrupted();
    });
    if (!rows.ok())
        return fail(rows.error());
    olfaction::FusionEvaluationOptions options;
    options.folds = static_cast<int>(*folds);
    options.seed = static_cast<std::uint64_t>(*seed);
    auto result = olfaction::evaluateFusion(*rows, scenes->classes, options, [](double done) {
        showProgress("evaluating, " + std::to_string(static_cast<int>(done * 100)) + " %");
        return !interrupted();
    });
    if (!result.ok())
        return fail(result.error());
    showProgress({});
    result->set("simulated", scenes->simulated);
    if (invocation.json)
        printLine(*result);
    else
        printForPeople(*result);
    return Ok;
}

} // namespace

const Command fuseCommand{"fuse",
                          "FOLDER [--folds N]",
                          "Gas sensors, sound and thermal images together: which sense adds what, on held-out scenes.",
                          "bnof simulate --leak-scene scenes && bnof fuse scenes",
                          1,
                          1,
                          false,
                          describe,
                          run};

} // namespace bnof::cli
