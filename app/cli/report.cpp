// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "app/cli/library.h"
#include "app/report/report.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("report"), QStringLiteral("The PDF to write (default: beside the recording)."),
                      QStringLiteral("PDF")});
    parser.addOption({QStringLiteral("out"), QStringLiteral("The same as --report."), QStringLiteral("PDF")});
}

int run(const Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    std::string out = invocation.isSet("report") ? invocation.value("report") : invocation.value("out");
    if (out.empty())
        out = std::filesystem::path(path).replace_extension(".pdf").string();
    const auto result = report::writeReport(path, out, {}, [](double share) {
        showProgress("drawing the report, " + std::to_string(static_cast<int>(share * 100)) + " %");
        return !interrupted();
    });
    if (!result.ok())
        return fail(result.error());
    showProgress({});
    noteMade(invocation, recording::audit::reported, path, "pdf", out);
    if (invocation.json)
        printLine(Json::object().set("file", out));
    else
        printLine("wrote " + out);
    return Ok;
}

} // namespace

const Command reportCommand{"report",
                            "FILE --report OUT.pdf",
                            "Draw the PDF report of a recording.",
                            "bnof report run.bnr --report run.pdf",
                            1,
                            1,
                            true,
                            describe,
                            run};

} // namespace bnof::cli
