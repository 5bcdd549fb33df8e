// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/options.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>

namespace bnof::studio {
namespace {

/// Command lines are English like those of `bnof`.
QCommandLineOption option(const char* name, const char* what, const char* value = nullptr)
{
    return {QString::fromLatin1(name), QString::fromUtf8(what), value ? QString::fromLatin1(value) : QString()};
}

[[noreturn]] void refuse(const QString& what)
{
    std::fprintf(stderr, "bnof-studio: %s\nTry bnof-studio --help.\n", qPrintable(what));
    std::exit(2);
}

double numberOf(const QString& text, const char* name)
{
    bool ok = false;
    const double value = text.toDouble(&ok);
    if (!ok || value < 0)
        refuse(QStringLiteral("--%1 wants a number, not \"%2\"").arg(QLatin1String(name), text));
    return value;
}

QSize sizeOf(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    const QSize size(parts.value(0).toInt(), parts.value(1).toInt());
    if (parts.size() != 2 || size.width() < 200 || size.height() < 200)
        refuse(QStringLiteral("--size wants WIDTHxHEIGHT, for example 1400x900, not \"%1\"").arg(text));
    return size;
}

} // namespace

Options Options::parse(const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("From a gas sensor to a named gas on screen, recorded and replayed.\n\n"
                       "Examples:\n"
                       "  bnof-studio --simulate\n"
                       "  bnof-studio --source serial:/dev/ttyUSB0?baud=115200\n"
                       "  bnof-studio --replay run.bnr --speed max"));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        option("source", "Connect to this source at once; may be given again for further sources.", "URI"),
        option("simulate", "Start the simulated nose and connect to it."),
        option("replay", "Replay this recording.", "FILE"),
        option("speed", "Speed of the replay: a factor, or max. Default 1.", "X"),
        option("record", "Start recording with the first frame."),
        option("safe-mode", "Default layout, no automatic connection."),
        option("workspace", "Show this workspace: live, recordings, training, compare, network or settings.", "NAME"),
        option("operator", "Begin in the operator view (full screen, locked)."),
        option("theme", "light or dark, for this run.", "NAME"),
        option("language", "en or de, for this run.", "CODE"),
        option("size", "Size of the window, for example 1400x900.", "WxH"),
        option("screenshot", "Save a picture of the window and quit (for documentation and tests).", "FILE"),
        option("after", "Seconds until --screenshot. Default 3.", "S"),
    });
    parser.process(arguments);
    if (!parser.positionalArguments().isEmpty())
        refuse(QStringLiteral("\"%1\" is not understood; recordings are opened with --replay FILE")
                   .arg(parser.positionalArguments().constFirst()));
    const auto value = [&](const char* name) { return parser.value(QString::fromLatin1(name)); };
    const auto given = [&](const char* name) { return parser.isSet(QString::fromLatin1(name)); };

    Options options;
    options.moreSources = parser.values(QStringLiteral("source"));
    if (!options.moreSources.isEmpty())
        options.source = options.moreSources.takeFirst();
    options.simulate = given("simulate");
    options.replay = value("replay");
    if (given("speed"))
        options.speed = value("speed") == QLatin1String("max") ? 0 : numberOf(value("speed"), "speed");
    options.record = given("record");
    options.safeMode = given("safe-mode");
    options.workspace = value("workspace");
    options.operatorView = given("operator");
    options.theme = value("theme");
    options.language = value("language");
    if (given("size"))
        options.size = sizeOf(value("size"));
    options.screenshot = value("screenshot");
    if (given("after"))
        options.after = numberOf(value("after"), "after");
    if (int(!options.source.isEmpty()) + int(options.simulate) + int(!options.replay.isEmpty()) > 1)
        refuse(QStringLiteral("give only one of --source, --simulate and --replay"));
    return options;
}

} // namespace bnof::studio
