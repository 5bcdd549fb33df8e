// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/recalibration.h"

#include <filesystem>

#include "app/cli/command.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/base/time.h"
#include "engine/olfaction/model.h"
#include "engine/session/recorded_dataset.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    const auto option = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    option("out", "The model to write (.bnofmodel, never overwritten).", "NEW");
    option("learn", "Add this gas, which the puffs are labelled with and the model does not know.", "NAME");
    option("operator", "Who does it, for the model's lineage.", "NAME");
    option("largest-loss", "Points of balanced accuracy that may be lost before the new model is refused (3).", "P");
    parser.addOption({QStringLiteral("air-only"), QStringLiteral("Only re-centre on the labelled clean air.")});
    parser.addOption({QStringLiteral("keep-anyway"), QStringLiteral("Write the model although it is worse.")});
    parser.addOption(
        {QStringLiteral("rollback"), QStringLiteral("Write the parent of MODEL to --out instead of recalibrating.")});
}

Result<void> writeModel(const std::string& out, const std::vector<std::uint8_t>& bytes)
{
    return writeFileAtomically(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The parent's bytes: where it was, or a model of its digest beside the child.
Result<std::vector<std::uint8_t>> parentOf(const std::string& path, const olfaction::LineageStep& step)
{
    std::vector<std::string> places{step.parentFile};
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::absolute(path).parent_path(), code)) {
        if (entry.path().extension() == ".bnofmodel")
            places.push_back(entry.path().string());
    }
    places.emplace_back("default");
    for (const std::string& place : places) {
        const auto bytes = loadModel(place);
        if (bytes.ok() && sha256Hex(*bytes) == step.parentDigest)
            return *bytes;
    }
    return makeError(ErrorKind::BadInput, "the parent \"" + step.parentName + "\" is not where it was", step.parentFile,
                     "Put the file with SHA-256 " + step.parentDigest + " beside " + path + '.');
}

int rollBack(const Invocation& invocation, const std::string& out)
{
    const std::string path = invocation.argument(0);
    const auto bytes = loadModel(path);
    if (!bytes.ok())
        return fail(bytes.error());
    const auto model = olfaction::modelFromBytes(*bytes, path);
    if (!model.ok())
        return fail(model.error());
    if (model->lineage.empty())
        return fail(makeError(ErrorKind::BadInput, "the model has no parent", path, "It is as it was trained."));
    const auto parent = parentOf(path, model->lineage.back());
    if (!parent.ok())
        return fail(parent.error());
    if (const auto written = writeModel(out, *parent); !written.ok())
        return fail(written.error());
    printLine(Json::object().set("file", out).set("sha256", sha256Hex(*parent)));
    return Ok;
}

int run(const Invocation& invocation)
{
    const std::string out = invocation.value("out");
    if (out.empty())
        return fail(makeError(ErrorKind::Usage, "--out NEW is missing", "bnof recalibrate", "Say where to write."));
    if (std::error_code code; std::filesystem::exists(out, code))
        return fail(makeError(ErrorKind::Usage, "this file exists already", out, "Choose another name."));
    if (invocation.isSet("rollback"))
        return rollBack(invocation, out);
    if (invocation.arguments.size() != 2)
        return fail(makeError(ErrorKind::Usage, "say which labelled puffs", "bnof recalibrate",
                              "bnof recalibrate my.bnofmodel anchors --out today.bnofmodel"));
    const auto loss = invocation.number("largest-loss", 3, 0, 100);
    if (!loss.ok())
        return fail(loss.error());
    const auto bytes = loadModel(invocation.argument(0));
    if (!bytes.ok())
        return fail(bytes.error());
    const auto anchors = session::openDataset(invocation.argument(1));
    if (!anchors.ok())
        return fail(anchors.error());
    olfaction::ModelRecalibrationOptions options;
    options.learn = invocation.value("learn");
    options.airOnly = invocation.isSet("air-only");
    options.keepAnyway = invocation.isSet("keep-anyway");
    options.largestLoss = *loss / 100;
    options.operatorName = invocation.value("operator");
    options.date = formatUtc(wallNow());
    std::error_code code;
    options.parentFile = invocation.argument(0) == "default"
                             ? "default"
                             : std::filesystem::absolute(invocation.argument(0), code).string();
    options.backEnd = invocation.configuration.text("recognition.back_end");
    const auto made = olfaction::recalibrateModel(*bytes, *anchors, options, [](double done, std::string_view what) {
        showProgress(std::to_string(static_cast<int>(done * 100)) + " %: " + std::string(what));
        return !interrupted();
    });
    if (!made.ok())
        return fail(made.error());
    showProgress({});
    Json report = made->report.toJson();
    report.set("seconds", made->report.seconds);
    if (made->report.accepted) {
        if (const auto written = writeModel(out, made->bytes); !written.ok())
            return fail(written.error());
        report.set("file", out).set("sha256", sha256Hex(made->bytes));
    }
    printLine(invocation.json ? report.dump() : report.dump(2));
    return made->report.accepted ? Ok : FailedCheck;
}

} // namespace

const Command recalibrateCommand{"recalibrate",
                                 "MODEL [PUFFS] --out NEW [--learn NAME] [--air-only] [--rollback]",
                                 "Move a model to today's sensors with labelled puffs, or go back to its parent.",
                                 "bnof recalibrate my.bnofmodel anchors --out today.bnofmodel",
                                 1,
                                 2,
                                 false,
                                 describe,
                                 run};

} // namespace bnof::cli
