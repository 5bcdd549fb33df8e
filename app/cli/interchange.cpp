// SPDX-License-Identifier: GPL-3.0-or-later
// export and import: recordings out to, and in from, the files of other programs.

#include <cstdio>

#include "app/cli/command.h"
#include "app/cli/library.h"
#include "engine/recording/audit.h"
#include "engine/recording/interchange/formats.h"
#include "engine/recording/interchange/import.h"

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
    noteMade(invocation, recording::audit::exported, path, about.name, out);
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

void describeImport(QCommandLineParser& parser)
{
    const auto option = [&parser](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromUtf8(text), QString::fromLatin1(value)});
    };
    option("out", "The recording to write. Example: --out run.bnr", "FILE");
    option("format",
           "csv, uci, windtunnel, bme, npy, nwb, hdf5 or mat instead of finding it out. Example: --format uci", "NAME");
    parser.addOption({QStringLiteral("preview"),
                      QStringLiteral("Print how the file is understood, and its first rows; write nothing. Example: "
                                     "--preview --json")});
    option("map",
           "What a column is: COLUMN=time[:UNIT], device, channel[:UNIT[:QUANTITY[:GAS]]], label, mark or ignore; "
           "COLUMN is a "
           "name or #3. May be repeated. Example: --map \"R1=channel:kOhm:resistance:ethanol\" --map #1=time:ms --map "
           "Gas=label",
           "COLUMN=ROLE");
    option("rate", "Frames a second where the file has no time. Example: --rate 0.5", "HZ");
    option("delimiter", "comma, semicolon, tab, bar or blanks. Example: --delimiter tab", "NAME");
    option("decimal", "point or comma. Example: --decimal comma", "NAME");
    option("header-lines", "Lines before the data, the last of which names the columns. Example: --header-lines 2",
           "N");
    option("start", "When time 0 was, where the file does not say it. Example: --start 2026-03-05T14:02:11Z", "TIME");
    option("title", "The recording's title. Example: --title \"Bananas, day 3\"", "TEXT");
    option("operator", "Who measured. Example: --operator \"E. Nose\"", "NAME");
    parser.addOption({QStringLiteral("strict"),
                      QStringLiteral("End at the first row that cannot be used instead of leaving it out. Example: "
                                     "--strict --out run.bnr")});
}

Result<char> chosenWord(const Invocation& invocation, const char* option,
                        std::initializer_list<std::pair<const char*, char>> words)
{
    if (!invocation.isSet(option))
        return '\0';
    std::string all;
    for (const auto& [word, sign] : words) {
        if (invocation.value(option) == word)
            return sign;
        all += (all.empty() ? "" : ", ") + std::string(word);
    }
    return makeError(ErrorKind::Usage, "\"" + invocation.value(option) + "\" is not known", std::string("--") + option,
                     "Choose one of " + all + ".");
}

Result<recording::ImportOptions> importOptions(const Invocation& invocation)
{
    recording::ImportOptions options;
    if (invocation.isSet("format")) {
        BNOF_TRY_ASSIGN(options.format, recording::importFormatFromName(invocation.value("format")));
    }
    for (const QString& text : invocation.parser.values(QStringLiteral("map"))) {
        BNOF_TRY_ASSIGN(auto mapping, recording::columnMappingFromText(text.toStdString()));
        options.map.push_back(std::move(mapping));
    }
    BNOF_TRY_ASSIGN(options.rateHz, invocation.number("rate", 0, 1e-6, 1e9));
    BNOF_TRY_ASSIGN(options.delimiter,
                    chosenWord(invocation, "delimiter",
                               {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {"blanks", ' '}}));
    BNOF_TRY_ASSIGN(options.decimal, chosenWord(invocation, "decimal", {{"point", '.'}, {"comma", ','}}));
    BNOF_TRY_ASSIGN(const double header, invocation.number("header-lines", -1, 0, 1000));
    options.headerLines = static_cast<int>(header);
    if (invocation.isSet("start")) {
        BNOF_TRY_ASSIGN(options.startUtc, recording::utcFromText(invocation.value("start")));
    }
    options.strict = invocation.isSet("strict");
    options.title = invocation.value("title");
    options.operatorName = invocation.value("operator");
    return options;
}

Json previewJson(const recording::ImportPreview& preview)
{
    Json sources = Json::array();
    for (const auto& source : preview.sources) {
        Json channels = Json::array();
        for (const auto& channel : source.channels)
            channels.push(Json::object()
                              .set("name", channel.name)
                              .set("quantity", channel.quantity)
                              .set("unit", channel.unit)
                              .set("gas", channel.gas));
        sources.push(Json::object().set("device", source.device).set("channels", std::move(channels)));
    }
    Json rows = Json::array();
    for (const auto& row : preview.rows)
        rows.push(Json::object()
                      .set("source", row.source)
                      .set("t", toSeconds(row.t))
                      .set("values", Json::arrayOf(row.values)));
    Json marks = Json::array();
    for (const Mark& mark : preview.marks)
        marks.push(Json::object().set("t", toSeconds(mark.t)).set("label", mark.label));
    Json out = Json::object();
    out.set("format", recording::importFormatName(preview.format)).set("understood", preview.understood);
    out.set("sources", std::move(sources)).set("rows", std::move(rows)).set("marks", std::move(marks));
    return out.set("notes", Json::arrayOf(preview.notes));
}

std::string shortNumber(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

void printPreview(const recording::ImportPreview& preview)
{
    printLine(std::string("format      ") + recording::importFormatName(preview.format));
    for (const auto& [key, value] : preview.understood.members()) {
        if (key != "columns")
            printLine((key + std::string(12, ' ')).substr(0, std::max<std::size_t>(12, key.size() + 1)) +
                      (value.isString() ? value.toString() : value.dump()));
    }
    constexpr std::size_t shown = 24;
    const Json::Array& columns = preview.understood["columns"].items();
    for (std::size_t i = 0; i < columns.size() && i < shown; ++i) {
        const Json& column = columns[i];
        const std::string unit = column["unit"].toString();
        const std::string why = column["why"].toString();
        printLine("column " + column["number"].dump() + "  \"" + column["name"].toString() + "\"  " +
                  column["role"].toString() + (unit.empty() ? "" : " [" + unit + "]") +
                  (why.empty() ? "" : "  (" + why + ")"));
    }
    if (columns.size() > shown)
        printLine("... " + std::to_string(columns.size() - shown) + " more columns");
    for (const auto& row : preview.rows) {
        std::string line = "t " + shortNumber(toSeconds(row.t)) + " s ";
        for (std::size_t c = 0; c < row.values.size() && c < 8; ++c)
            line += " " + shortNumber(row.values[c]);
        printLine(line + (row.values.size() > 8 ? " ..." : ""));
    }
    for (const Mark& mark : preview.marks)
        printLine("mark at " + shortNumber(toSeconds(mark.t)) + " s: " + mark.label);
    for (const std::string& note : preview.notes)
        printLine("note: " + note);
}

int runPreview(const Invocation& invocation, const recording::ImportOptions& options)
{
    const auto preview = recording::previewImport(invocation.argument(0), options);
    if (!preview.ok())
        return fail(preview.error());
    if (invocation.json)
        printLine(previewJson(*preview));
    else
        printPreview(*preview);
    return Ok;
}

int runImport(const Invocation& invocation)
{
    const auto options = importOptions(invocation);
    if (!options.ok())
        return fail(options.error());
    if (invocation.isSet("preview"))
        return runPreview(invocation, *options);
    if (!invocation.isSet("out"))
        return fail(makeError(ErrorKind::Usage, "--out is missing", "bnof import",
                              "Say where the recording goes (--out run.bnr), or look at the file first (--preview)."));
    const std::string out = invocation.value("out");
    const auto outcome = recording::importRecording(invocation.argument(0), out, *options,
                                                    [](double share) { return tell("importing", share); });
    if (!outcome.ok())
        return fail(outcome.error());
    showProgress({});
    noteImported(invocation, invocation.argument(0), *outcome, out);
    if (invocation.json) {
        Json line = Json::object();
        line.set("file", out).set("uuid", outcome->uuid).set("format", recording::importFormatName(outcome->format));
        line.set("source_sha256", outcome->sha256).set("frames", outcome->frames).set("spikes", outcome->spikes);
        printLine(line.set("marks", outcome->marks).set("notes", Json::arrayOf(outcome->notes)));
        return Ok;
    }
    printLine("wrote " + out + ": " + std::to_string(outcome->frames) + " frames, " + std::to_string(outcome->spikes) +
              " spikes, " + std::to_string(outcome->marks) + " marks");
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

const Command importCommand{"import",
                            "FILE|FOLDER --out FILE [--format NAME] [--map COLUMN=ROLE ...] | FILE --preview",
                            "Make a recording of a table, UCI, BME AI-Studio, NumPy, NWB/HDF5 or MATLAB file.",
                            "bnof import run.csv --map Gas=label --out run.bnr",
                            1,
                            1,
                            false,
                            describeImport,
                            runImport};

} // namespace bnof::cli
