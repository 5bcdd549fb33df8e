// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>

#include "app/cli/command.h"
#include "app/cli/training_options.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/training.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("out", "The model to write (.bnofmodel, never overwritten).", "M");
    option("kind", "spiking (default), virtual-receptors, lda, template, svm, forest, knn or cnn.", "KIND");
    option("name", "Name of the model, for people.", "TEXT");
    option("seed", "Seed of the random wiring and the replay points (default 1).", "N");
    option("train-fraction", "Use only this first share of every recording's time (default 1).", "X");
    option("skip", "Leave out the first S seconds of every recording (power-on transient).", "S");
    option("kenyon", "Number of Kenyon cells (default 2000).", "N");
    option("rate", "Sample rate of files without a time column, in Hz.", "HZ");
    describeTraining(parser);
}

/// The first share of every recording's time.
olfaction::Dataset firstPart(const olfaction::Dataset& data, double share)
{
    double longest = 0;
    for (const auto& recording : data.recordings)
        longest = std::max(longest, recording.duration());
    return share >= 1 ? data : olfaction::timeSlice(data, 0, longest * share);
}

int printModel(const Invocation& invocation, const std::string& out, const std::vector<std::uint8_t>& bytes)
{
    const auto model = olfaction::modelFromBytes(bytes, out);
    if (!model.ok())
        return fail(model.error());
    Json line = Json::object();
    line.set("file", out).set("kind", model->kind).set("name", model->name);
    line.set("gases", Json::arrayOf(model->gases)).set("sha256", sha256Hex(bytes));
    line.set("simulated_training", model->simulatedTraining).set("metrics", model->metrics);
    printLine(invocation.json ? line.dump() : line.dump(2));
    return Ok;
}

int run(const Invocation& invocation)
{
    const std::string out = invocation.value("out");
    if (out.empty())
        return fail(makeError(ErrorKind::Usage, "--out M is missing", "bnof train", "Say where to write the model."));
    if (std::error_code ignored; std::filesystem::exists(out, ignored))
        return fail(makeError(ErrorKind::Usage, "this file exists already", out, "Choose another name."));
    const std::string kind = invocation.isSet("kind") ? invocation.value("kind") : "spiking";
    const bool classifier = olfaction::isClassifierKind(kind) || kind == "virtual-receptors";
    if (kind != "spiking" && kind != "lda" && kind != "template" && !classifier)
        return fail(makeError(ErrorKind::Usage, "\"" + kind + "\" is not a kind of model", "--kind",
                              "Choose spiking, virtual-receptors, lda, template, svm, forest, knn or cnn."));
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    const auto share = invocation.number("train-fraction", 1, 0.01, 1);
    const auto skip = invocation.number("skip", 0, 0, 1e9);
    const auto kenyon = invocation.number("kenyon", 2000, 50, 1e6);
    const auto rate = invocation.number("rate", 0, 0, 1e6);
    for (const auto* number : {&seed, &share, &skip, &kenyon, &rate}) {
        if (!number->ok())
            return fail(number->error());
    }
    const auto data = session::openDataset(invocation.argument(0), {.sampleRateHz = *rate});
    if (!data.ok())
        return fail(data.error());
    for (const auto& note : data->notes)
        showProgress(note);
    olfaction::TrainingOptions options;
    options.seed = static_cast<std::uint64_t>(*seed);
    options.name = invocation.value("name");
    options.skipSeconds = *skip;
    options.kenyonCells = static_cast<std::uint32_t>(*kenyon);
    options.backEnd = invocation.configuration.text("recognition.back_end");
    if (auto read = readTraining(invocation, options); !read.ok())
        return fail(read.error());
    const auto progress = [](double done, std::string_view what) {
        showProgress("training, " + std::to_string(static_cast<int>(done * 100)) + " %: " + std::string(what));
        return !interrupted();
    };
    const auto part = firstPart(*data, *share);
    const auto trainer = kind == "spiking" ? olfaction::trainSpiking
                         : kind == "lda"   ? olfaction::trainLda
                                           : olfaction::trainTemplates;
    const auto model =
        classifier ? olfaction::trainClassifier(kind, part, options, progress) : trainer(part, options, progress);
    if (!model.ok())
        return fail(model.error());
    showProgress({});
    const std::string_view text(reinterpret_cast<const char*>(model->data()), model->size());
    if (auto written = writeFileAtomically(out, text); !written.ok())
        return fail(written.error());
    return printModel(invocation, out, *model);
}

} // namespace

const Command trainCommand{"train",
                           "DATASET --out M [--kind spiking|virtual-receptors|lda|svm|forest|knn|cnn|template]",
                           "Train a recogniser on a folder of labelled recordings.",
                           "bnof train my-data --out my.bnofmodel",
                           1,
                           1,
                           false,
                           describe,
                           run};

} // namespace bnof::cli
