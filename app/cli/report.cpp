// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "app/cli/library.h"
#include "app/report/report.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("out"),
                      QStringLiteral("The PDF to write (default: beside the recording). Example: --out run.pdf"),
                      QStringLiteral("PDF")});
    parser.addOption({QStringLiteral("report"), QStringLiteral("The same as --out."), QStringLiteral("PDF")});
    parser.addOption({QStringLiteral("language"),
                      QStringLiteral("en (the default) or de, whatever this computer speaks. Example: --language de"),
                      QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("zone"),
                      QStringLiteral("Time zone of the times beside UTC. Example: --zone Europe/Berlin"),
                      QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("remarks"), QStringLiteral("Text to print above the signature lines."),
                      QStringLiteral("TEXT")});
    parser.addOption({QStringLiteral("no-replay"),
                      QStringLiteral("Leave out the proof that a replay gives the recorded spikes and decisions; "
                                     "computing them takes longest.")});
}

int run(const Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    std::string out = invocation.isSet("report") ? invocation.value("report") : invocation.value("out");
    if (out.empty())
        out = std::filesystem::path(path).replace_extension(".pdf").string();
    report::ReportOptions options;
    options.timeZone = invocation.value("zone");
    options.remarks = invocation.value("remarks");
    options.replay = !invocation.isSet("no-replay");
    if (invocation.isSet("language"))
        options.language = invocation.value("language");
    const auto result = report::writeReport(path, out, options, [](double share) {
        showProgress("making the report, " + std::to_string(static_cast<int>(share * 100)) + " %");
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
                            "FILE --out OUT.pdf",
                            "Draw the PDF report of a recording, with digests and the proof by replay.",
                            "bnof report run.bnr --out run.pdf --zone Europe/Berlin",
                            1,
                            1,
                            true,
                            describe,
                            run};

} // namespace bnof::cli
