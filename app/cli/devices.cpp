// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "app/cli/command.h"
#include "engine/sensing/decoders/declarative_decoder.h"
#include "engine/sensing/source_uri.h"
#include "engine/sensing/transports/ports.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("transports"), QStringLiteral("List the supported transports instead.")});
    parser.addOption({QStringLiteral("decoders"),
                      QStringLiteral("List the decoders instead: the devices they know, and their parameters.")});
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

int listDecoders(bool json)
{
    // Read anew, so that what is wrong with a description is told here, too.
    for (const Error& problem : sensing::loadDecoderFolders())
        std::fprintf(stderr, "bnof: a decoder was left out: %s\n", problem.message().c_str());
    for (const auto& info : sensing::decoders()) {
        if (json) {
            Json parameters = Json::object();
            for (const auto& parameter : info.parameters)
                parameters.set(parameter.name, parameter.summary);
            printLine(Json::object()
                          .set("name", info.name)
                          .set("summary", info.summary)
                          .set("detected", static_cast<bool>(info.make))
                          .set("asks", info.asks)
                          .set("baud", info.baud > 0 ? Json(info.baud) : Json())
                          .set("parameters", std::move(parameters)));
            continue;
        }
        printLine(info.name + "\t" + info.summary + (info.baud > 0 ? ", " + std::to_string(info.baud) + " baud" : ""));
        for (const auto& parameter : info.parameters)
            printLine("    " + parameter.name + "\t" + parameter.summary);
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    if (invocation.isSet("decoders"))
        return listDecoders(invocation.json);
    if (invocation.isSet("transports"))
        return listTransports(invocation.json);
    const auto ports = sensing::listPorts();
    for (const auto& port : ports) {
        const auto problem = sensing::diagnosePort(port.path);
        if (invocation.json) {
            Json line = Json::object();
            line.set("path", port.path).set("uri", port.uri).set("vendor", port.vendor).set("product", port.product);
            line.set("serial_number", port.serialNumber).set("suggestion", port.suggestion);
            line.set("usb_socket", port.location).set("vendor_id", int{port.vendorId});
            line.set("product_id", int{port.productId});
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

const Command devicesCommand{"devices",
                             "[--transports|--decoders]",
                             "List serial ports and known devices.",
                             "bnof devices --json",
                             0,
                             0,
                             false,
                             describe,
                             run};

} // namespace bnof::cli
