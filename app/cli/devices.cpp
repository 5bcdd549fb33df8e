// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "engine/sensing/source_uri.h"
#include "engine/sensing/transports/ports.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("transports"), QStringLiteral("List the supported transports instead.")});
}

int listTransports(bool json)
{
    for (const auto& transport : sensing::transports()) {
        if (json)
            printLine(Json::object()
                          .set("scheme", transport.scheme)
                          .set("summary", transport.summary)
                          .set("example", transport.example));
        else
            printLine(transport.scheme + "\t" + transport.summary + "\t" + transport.example);
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    if (invocation.isSet("transports"))
        return listTransports(invocation.json);
    const auto ports = sensing::listPorts();
    for (const auto& port : ports) {
        const auto problem = sensing::diagnosePort(port.path);
        if (invocation.json) {
            Json line = Json::object();
            line.set("path", port.path).set("uri", port.uri).set("vendor", port.vendor).set("product", port.product);
            line.set("serial_number", port.serialNumber).set("suggestion", port.suggestion);
            line.set("usable", !problem.has_value());
            if (problem)
                line.set("problem", problem->message());
            printLine(line);
            continue;
        }
        std::string text = port.uri;
        for (const auto& part : {port.suggestion, port.vendor, port.product, port.serialNumber}) {
            if (!part.empty())
                text += "  " + part;
        }
        printLine(text);
        if (problem)
            printLine("    cannot be opened: " + problem->message());
    }
    if (ports.empty() && !invocation.json)
        printLine("No serial port was found. Plug in a sensor, or try \"bnof simulate\".");
    return Ok;
}

} // namespace

const Command devicesCommand{
    "devices", "[--transports]", "List serial ports and known devices.", "bnof devices --json", 0, 0, false, describe,
    run};

} // namespace bnof::cli
