// SPDX-License-Identifier: GPL-3.0-or-later
// export: recordings out to the files of other programs.

#include "app/cli/command.h"
#include "engine/recording/interchange/formats.h"

namespace bnof::cli {
namespace {

bool tell(const char* what, double share)
{
    showProgress(std::string(what) + ", " + std::to_string(static_cast<int>(share * 100)) + " %");
    return !interrupted();
}

void describeExport(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("format"),
         QStringLiteral("csv, nwb (HDF5), mat (MATLAB 5), npy (a folder), arff or xdf; otherwise the ending of --out "
                        "decides, and without one csv. Example: --format nwb"),
         QStringLiteral("NAME")});
    parser.addOption({QStringLiteral("out"),
                      QStringLiteral("What to write (default: beside the recording). Example: --out run.nwb"),
                      QStringLiteral("FILE")});
    parser.addOption(
        {QStringLiteral("spikes"),
         QStringLiteral("CSV: write the spikes as well (FILE.spikes.csv). Example: --format csv --spikes")});
    parser.addOption(
        {QStringLiteral("no-spikes"), QStringLiteral("Leave the spikes out. Example: --format mat --no-spikes")});
}

Result<recording::ExportFormat> chosenFormat(const Invocation& invocation)
{
    if (invocation.isSet("format"))
        return recording::exportFormatFromName(invocation.value("format"));
    return recording::exportFormatOfPath(invocation.value("out"));
}

int runExport(const Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    const auto format = chosenFormat(invocation);
    if (!format.ok())
        return fail(format.error());
    const recording::ExportFormatInfo& about = recording::info(*format);
    if (invocation.isSet("spikes") && (invocation.isSet("no-spikes") || !about.canHoldSpikes))
        return fail(makeError(ErrorKind::Usage,
                              about.canHoldSpikes ? "--spikes and --no-spikes exclude each other"
                                                  : std::string(about.name) + " files cannot hold spikes",
                              "--spikes", "Leave one out, or choose another format."));
    const auto reader = recording::Reader::open(path);
    if (!reader.ok())
        return fail(reader.error());
    const std::string out =
        invocation.isSet("out") ? invocation.value("out") : recording::defaultExportPath(path, *format);
    recording::ExportOptions options;
    options.format = *format;
    options.spikes = invocation.isSet("spikes") || (about.spikesByDefault && !invocation.isSet("no-spikes"));
    const auto outcome =
        recording::exportRecording(**reader, out, options, [](double share) { return tell("exporting", share); });
    if (!outcome.ok())
        return fail(outcome.error());
    showProgress({});
    if (invocation.json) {
        Json line = Json::object();
        line.set("file", out).set("format", about.name).set("files", Json::arrayOf(outcome->files));
        if (*format == recording::ExportFormat::Csv)
            line.set("sidecar", out + ".json");
        printLine(line.set("notes", Json::arrayOf(outcome->notes)));
        return Ok;
    }
    if (*format == recording::ExportFormat::Csv)
        printLine("wrote " + out + " and " + out + ".json");
    else
        printLine("wrote " + out + " (" + about.title + ")");
    for (const std::string& note : outcome->notes)
        printLine("note: " + note);
    return Ok;
}

} // namespace

const Command exportCommand{"export",
                            "FILE [--format csv|nwb|mat|npy|arff|xdf] [--out FILE] [--spikes|--no-spikes]",
                            "Export a recording for spreadsheets, MATLAB, Python, Weka, NWB and XDF tools.",
                            "bnof export run.bnr --out run.nwb",
                            1,
                            1,
                            false,
                            describeExport,
                            runExport};

} // namespace bnof::cli
