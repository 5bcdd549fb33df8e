// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "app/cli/command.h"
#include "app/report/model_card.h"
#include "engine/base/files.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/channel_mapping.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/model_registry.h"
#include "engine/olfaction/model_signature.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("out"),
                      QStringLiteral("card: the PDF to write (default: beside the model). map: the model to write. "
                                     "Example: --out nose.pdf"),
                      QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("channels"),
                      QStringLiteral("map: which channel of the device stands for each of the model, as "
                                     "MODEL=DEVICE,...; those that are not named keep their names."),
                      QStringLiteral("LIST")});
    parser.addOption({QStringLiteral("signer"),
                      QStringLiteral("sign: who vouches for it (default: general.operator, else the user); counts when "
                                     "the lab's key is made. trust: whose key it is."),
                      QStringLiteral("NAME")});
    parser.addOption(
        {QStringLiteral("language"), QStringLiteral("card: en (the default) or de."), QStringLiteral("NAME")});
}

Json toJson(const olfaction::ModelSignature& signature)
{
    if (!signature.present)
        return {};
    return Json::object().set("signer", signature.signer).set("key", signature.key).set("trusted", signature.trusted);
}

Json describeModel(const olfaction::RegisteredModel& model)
{
    Json line = Json::object();
    line.set("file", model.path);
    if (model.problem)
        return line.set("problem", model.problem->what);
    Json channels = Json::array();
    for (const auto& channel : model.channels)
        channels.push(channel.name);
    line.set("name", model.name).set("kind", model.kind).set("gases", Json::arrayOf(model.gases));
    line.set("channels", std::move(channels)).set("sha256", model.digest).set("bytes", model.bytes);
    line.set("simulated_training", model.simulatedTraining).set("signature", toJson(model.signature));
    const Json& evaluation = model.metrics["evaluation"];
    line.set("held_out_accuracy", evaluation["accuracy"]);
    line.set("held_out_accuracy_lda", evaluation["baselines"]["lda"]["accuracy"]);
    return line;
}

int list(const Invocation& invocation)
{
    const std::string folder = olfaction::modelsFolder(
        invocation.arguments.size() > 1 ? invocation.argument(1)
                                        : invocation.configuration.text("recognition.models_folder"));
    for (const auto& model : olfaction::listModels(folder))
        printLine(describeModel(model).dump(invocation.json ? 0 : 2));
    return Ok;
}

int show(const std::string& path, bool json)
{
    const auto content = readFile(path);
    if (!content.ok())
        return fail(content.error());
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(content->data()), content->size());
    const auto model = olfaction::modelFromBytes(bytes, path);
    if (!model.ok())
        return fail(model.error());
    const auto signature = olfaction::checkSignature(bytes, olfaction::keysFolder(), path);
    if (!signature.ok())
        return fail(signature.error());
    Json line = Json::object();
    line.set("signature", toJson(*signature));
    line.set("file", path).set("name", model->name).set("kind", model->kind);
    Json channels = Json::array();
    for (const auto& channel : model->channels)
        channels.push(channel.name);
    line.set("channels", std::move(channels));
    line.set("gases", Json::arrayOf(model->gases)).set("sha256", sha256Hex(bytes)).set("bytes", bytes.size());
    line.set("seed", model->seed).set("training_digest", model->trainingDigest);
    line.set("simulated_training", model->simulatedTraining).set("program_version", model->programVersion);
    line.set("metrics", model->metrics);
    printLine(line.dump(json ? 0 : 2));
    return Ok;
}

int card(const Invocation& invocation, const std::string& path)
{
    std::string out = invocation.value("out");
    if (out.empty())
        out = std::filesystem::path(path).replace_extension(".pdf").string();
    const std::string language = invocation.isSet("language") ? invocation.value("language") : "en";
    if (const auto written = report::writeModelCard(path, out, language); !written.ok())
        return fail(written.error());
    printLine(invocation.json ? Json::object().set("file", out).dump() : "wrote " + out);
    return Ok;
}

std::string signerOf(const Invocation& invocation)
{
    if (invocation.isSet("signer"))
        return invocation.value("signer");
    const std::string name = invocation.configuration.text("general.operator");
    const char* user = std::getenv("USER");
    return !name.empty() ? name : user && *user ? user : "this lab";
}

/// In place: the content stays, the signature is new.
int sign(const Invocation& invocation, const std::string& path)
{
    const auto work = [&]() -> Result<olfaction::SigningKey> {
        BNOF_TRY_ASSIGN(const std::string content, readFile(path));
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
        BNOF_TRY_ASSIGN(const auto model, olfaction::modelFromBytes(bytes, path));
        BNOF_TRY_ASSIGN(auto key, olfaction::labKey(olfaction::keysFolder(), signerOf(invocation)));
        BNOF_TRY_ASSIGN(const auto made, olfaction::signModel(bytes, key));
        BNOF_TRY(writeFileAtomically(path, {reinterpret_cast<const char*>(made.data()), made.size()}));
        return key;
    };
    const auto key = work();
    if (!key.ok())
        return fail(key.error());
    return show(path, invocation.json);
}

int trust(const Invocation& invocation, const std::string& key)
{
    const auto kept = olfaction::trustKey(olfaction::keysFolder(), key, invocation.value("signer"));
    if (!kept.ok())
        return fail(kept.error());
    printLine(invocation.json ? Json::object().set("trusted", key).dump()
                              : "models signed with " + key + " are trusted");
    return Ok;
}

/// "a=b,c=d" over the model's channels.
Result<std::vector<std::string>> namesFor(const std::vector<ChannelInfo>& channels, const std::string& list)
{
    std::vector<std::string> names;
    for (const auto& channel : channels)
        names.push_back(channel.name);
    for (const QString& part : QString::fromStdString(list).split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const qsizetype equals = part.indexOf(QLatin1Char('='));
        const std::string from = part.left(equals).trimmed().toStdString();
        const auto found =
            std::find_if(channels.begin(), channels.end(), [&](const auto& c) { return c.name == from; });
        if (equals < 1 || found == channels.end())
            return makeError(ErrorKind::Usage, "\"" + part.toStdString() + "\" names no channel of the model",
                             "--channels", "Write MODEL=DEVICE, with names as \"bnof model show\" prints them.");
        names[static_cast<std::size_t>(found - channels.begin())] = part.mid(equals + 1).trimmed().toStdString();
    }
    return names;
}

int map(const Invocation& invocation, const std::string& path)
{
    const std::string out = invocation.value("out");
    const auto work = [&]() -> Result<void> {
        if (out.empty())
            return makeError(ErrorKind::Usage, "--out MODEL is missing", "bnof model map", "Say where to write it.");
        if (std::error_code ignored; std::filesystem::exists(out, ignored))
            return makeError(ErrorKind::Usage, "this file exists already", out, "Choose another name.");
        BNOF_TRY_ASSIGN(const std::string content, readFile(path));
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
        BNOF_TRY_ASSIGN(const auto model, olfaction::modelFromBytes(bytes, path));
        BNOF_TRY_ASSIGN(const auto names, namesFor(model.channels, invocation.value("channels")));
        BNOF_TRY_ASSIGN(const auto made, olfaction::mappedModel(bytes, names));
        return writeFileAtomically(out, {reinterpret_cast<const char*>(made.data()), made.size()});
    };
    if (const auto done = work(); !done.ok())
        return fail(done.error());
    return show(out, invocation.json);
}

int run(const Invocation& invocation)
{
    const std::string what = invocation.argument(0);
    if (what == "list")
        return list(invocation);
    if (what != "show" && what != "card" && what != "sign" && what != "trust" && what != "map")
        return fail(makeError(ErrorKind::Usage, "\"" + what + "\" is not something to do with models", "bnof model",
                              "Use list, show, card, sign, trust or map."));
    if (invocation.arguments.size() < 2)
        return fail(makeError(ErrorKind::Usage, what == "trust" ? "which key?" : "which model?", "bnof model " + what,
                              what == "trust" ? "\"bnof model show\" prints the key of a signed model."
                                              : "Name a .bnofmodel file."));
    const std::string argument = invocation.argument(1);
    if (what == "show")
        return show(argument, invocation.json);
    if (what == "card")
        return card(invocation, argument);
    if (what == "map")
        return map(invocation, argument);
    return what == "sign" ? sign(invocation, argument) : trust(invocation, argument);
}

} // namespace

const Command modelCommand{
    "model",
    "list [FOLDER] | show MODEL | card MODEL [--out PDF] | sign MODEL | trust KEY | map MODEL "
    "--channels LIST --out MODEL",
    "The lab's models: list, show, sign, trust and map them to other devices, write model cards.",
    "bnof model card my-nose.bnofmodel --out card.pdf",
    1,
    2,
    true,
    describe,
    run};

} // namespace bnof::cli
