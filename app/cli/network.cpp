// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "app/cli/command.h"
#include "engine/base/files.h"
#include "engine/olfaction/model.h"
#include "engine/snn/nir.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("out"), QStringLiteral("The file to write (never overwritten)."), QStringLiteral("FILE")});
}

/// The network of a model, or of a network file.
Result<snn::Network> loadNetwork(const std::string& path)
{
    if (path == "default" || path.ends_with(".bnofmodel")) {
        BNOF_TRY_ASSIGN(const auto bytes, loadModel(path));
        BNOF_TRY_ASSIGN(const olfaction::Model model, olfaction::modelFromBytes(bytes, path));
        if (model.kind == "spiking")
            return olfaction::fullNetwork(model.spiking);
        if (model.kind == "virtual-receptors")
            return model.virtualReceptors.network;
        return makeError(ErrorKind::BadInput, "a model of kind \"" + model.kind + "\" has no network", path,
                         "Choose a model of kind spiking or virtual-receptors.");
    }
    BNOF_TRY_ASSIGN(const std::string text, readFile(path));
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
    return json["format"].toString() == "bnof-network" ? snn::networkFromJson(json) : snn::networkFromNir(json);
}

int run(const Invocation& invocation)
{
    const std::string action = invocation.argument(0);
    if (action != "export" && action != "import")
        return fail(makeError(ErrorKind::Usage, "\"" + action + "\" is neither export nor import", "bnof network",
                              "Say bnof network export MODEL --out FILE, or import FILE --out NETWORK."));
    const std::string out = invocation.value("out");
    if (out.empty())
        return fail(makeError(ErrorKind::Usage, "--out FILE is missing", "bnof network", "Say where to write."));
    if (std::error_code ignored; std::filesystem::exists(out, ignored))
        return fail(makeError(ErrorKind::Usage, "this file exists already", out, "Choose another name."));
    const auto network = loadNetwork(invocation.argument(1));
    if (!network.ok())
        return fail(network.error());
    const Json json = action == "export" ? snn::toNir(*network) : snn::toJson(*network);
    if (auto written = writeFileAtomically(out, json.dump() + '\n'); !written.ok())
        return fail(written.error());
    Json line = Json::object();
    line.set("file", out).set("name", network->name).set("populations", network->populations.size());
    line.set("projections", network->projections.size());
    printLine(invocation.json ? line.dump() : line.dump(2));
    return Ok;
}

} // namespace

const Command networkCommand{"network",
                             "export MODEL --out FILE | import FILE --out NETWORK",
                             "Write the network of a model as a NIR-like graph in JSON, or read one.",
                             "bnof network export default --out network.nir.json",
                             2,
                             2,
                             false,
                             describe,
                             run};

} // namespace bnof::cli
