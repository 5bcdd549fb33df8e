// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/cli/command.h"
#include "engine/base/files.h"
#include "engine/olfaction/fusion/fusion_evaluation.h"
#include "engine/olfaction/fusion/fusion_file.h"
#include "engine/olfaction/fusion/leak_scenes.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("folds", "Parts that the scenes are divided into; each is tested by models of the others (default 4).", "N");
    option("kind", "With --out: early, late (default) or hierarchical.", "KIND");
    option("out", "Fit to all scenes and write the fusion to this file (never overwritten).", "FILE");
    option("model", "Print what a fusion from --out says of every second of the scenes, a line each.", "FILE");
    option("without", "With --model: as if this modality were missing (gas, sound or images).", "MODALITY");
    option("camera", "Instead of scenes: the image features of a camera (its number) or film, a line a frame.",
           "SOURCE");
    option("frames", "With --camera: stop after so many frames.", "N");
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

int evaluate(const Invocation& invocation, const olfaction::LeakScenes& scenes, const olfaction::FusionRows& rows)
{
    const auto folds = invocation.number("folds", 4, 2, 20);
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    for (const auto* number : {&folds, &seed}) {
        if (!number->ok())
            return fail(number->error());
    }
    olfaction::FusionEvaluationOptions options;
    options.folds = static_cast<int>(*folds);
    options.seed = static_cast<std::uint64_t>(*seed);
    auto result = olfaction::evaluateFusion(rows, scenes.classes, options, [](double done) {
        showProgress("evaluating, " + std::to_string(static_cast<int>(done * 100)) + " %");
        return !interrupted();
    });
    if (!result.ok())
        return fail(result.error());
    showProgress({});
    result->set("simulated", scenes.simulated);
    if (invocation.json)
        printLine(*result);
    else
        printForPeople(*result);
    return Ok;
}

int writeModel(const Invocation& invocation, const olfaction::LeakScenes& scenes, const olfaction::FusionRows& rows)
{
    const std::string out = invocation.value("out");
    const auto kind = olfaction::fusionKindFromName(invocation.isSet("kind") ? invocation.value("kind") : "late");
    if (!kind.ok())
        return fail(kind.error());
    auto model = olfaction::FusionModel::fit(rows, scenes.classes.size(), *kind);
    if (!model.ok())
        return fail(model.error());
    const olfaction::FusionFile file{scenes.classes, scenes.simulated, std::move(*model)};
    if (auto written = writeFileAtomically(out, olfaction::fusionText(file)); !written.ok())
        return fail(written.error());
    printLine("wrote " + out);
    return Ok;
}

Json named(const std::vector<std::string>& names, const std::vector<double>& values)
{
    Json out = Json::object();
    for (std::size_t i = 0; i < names.size(); ++i)
        out.set(names[i], values[i]);
    return out;
}

int printDecisions(const Invocation& invocation, const olfaction::LeakScenes& scenes, const olfaction::FusionRows& rows)
{
    const std::string path = invocation.value("model");
    const auto text = readFile(path);
    if (!text.ok())
        return fail(text.error());
    const auto file = olfaction::fusionFromText(*text, path);
    if (!file.ok())
        return fail(file.error());
    const auto& modalities = file->model.modalities();
    if (modalities != rows.modalities)
        return fail(makeError(ErrorKind::BadInput, "the fusion is of other modalities than the scenes", path));
    unsigned without = 0;
    if (invocation.isSet("without")) {
        const auto at = std::find(modalities.begin(), modalities.end(), invocation.value("without"));
        if (at == modalities.end())
            return fail(makeError(ErrorKind::Usage, "there is no modality \"" + invocation.value("without") + '"',
                                  "--without", "Choose gas, sound or images."));
        without = 1U << (at - modalities.begin());
    }
    for (std::size_t i = 0; i < rows.instants() && !interrupted(); ++i) {
        const olfaction::FusedDecision decision = file->model.decide(rows, i, without);
        Json line = Json::object();
        line.set("scene", scenes.scenes[static_cast<std::size_t>(rows.groups[i])].name).set("t", rows.seconds[i]);
        line.set("class", decision.best < 0 ? Json() : Json(file->classes[static_cast<std::size_t>(decision.best)]));
        line.set("probabilities", named(file->classes, decision.probabilities));
        line.set("weights", named(modalities, decision.weights));
        line.set("contributions", named(modalities, decision.contributions));
        line.set("missing", Json::arrayOf(decision.missing));
        if (!decision.note.empty())
            line.set("note", decision.note);
        if (scenes.simulated)
            line.set("simulated", true);
        printLine(line);
    }
    return Ok;
}

int watchCamera(const Invocation& invocation, olfaction::ImageReader& reader)
{
    const auto frames = invocation.number("frames", 1e15, 1, 1e15);
    if (!frames.ok())
        return fail(frames.error());
    if (const auto opened = reader.open(invocation.value("camera")); !opened.ok())
        return fail(opened.error());
    std::unique_ptr<olfaction::ImageAnalyser> analyser;
    for (double count = 0; count < *frames && !interrupted(); ++count) {
        const auto frame = reader.next();
        if (!frame.ok())
            return fail(frame.error());
        if (!frame->has_value())
            break;
        const olfaction::CapturedFrame& captured = **frame;
        if (!analyser)
            analyser = std::make_unique<olfaction::ImageAnalyser>(
                olfaction::PixelScale{captured.image.bits == 16 ? 1.0 / 65535 : 1.0 / 255, 0, ""});
        olfaction::FeatureStream features = analyser->emptyStream();
        if (const auto done = analyser->process(captured.seconds, captured.image, features); !done.ok())
            return fail(done.error());
        const auto row = features.row(0);
        printLine(
            Json::object().set("t", captured.seconds).set("features", named(features.names, {row.begin(), row.end()})));
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    const bool camera = invocation.isSet("camera");
    if (camera != invocation.arguments.isEmpty())
        return fail(makeError(ErrorKind::Usage, "either a folder of scenes or --camera must be given", "bnof fuse",
                              "Make scenes with bnof simulate --leak-scene FOLDER."));
    if (std::error_code ignored; invocation.isSet("out") && std::filesystem::exists(invocation.value("out"), ignored))
        return fail(
            makeError(ErrorKind::Usage, "this file exists already", invocation.value("out"), "Choose another name."));
    const auto reader = olfaction::startImageReader();
    if (!reader.ok())
        return fail(reader.error());
    if (camera)
        return watchCamera(invocation, **reader);
    const auto scenes = olfaction::readLeakScenes(invocation.argument(0));
    if (!scenes.ok())
        return fail(scenes.error());
    const auto rows = olfaction::fusionRowsOf(*scenes, **reader, {}, [&](int done) {
        showProgress("reading scene " + std::to_string(done + 1) + " of " + std::to_string(scenes->scenes.size()));
        return !interrupted();
    });
    if (!rows.ok())
        return fail(rows.error());
    showProgress({});
    if (invocation.isSet("model"))
        return printDecisions(invocation, *scenes, *rows);
    return invocation.isSet("out") ? writeModel(invocation, *scenes, *rows) : evaluate(invocation, *scenes, *rows);
}

} // namespace

const Command fuseCommand{"fuse",
                          "FOLDER [--folds N] [--out FILE | --model FILE] | --camera SOURCE",
                          "Gas sensors, sound and thermal images together: which sense adds what, on held-out scenes.",
                          "bnof simulate --leak-scene scenes && bnof fuse scenes",
                          0,
                          1,
                          false,
                          describe,
                          run};

} // namespace bnof::cli
