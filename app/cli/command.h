// SPDX-License-Identifier: GPL-3.0-or-later
// How a subcommand of `bnof` looks: one file a subcommand, one table in main.cpp.
#pragma once

#include <QCommandLineParser>
#include <QString>

#include <string>
#include <vector>

#include "engine/base/configuration.h"
#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::cli {

/// Exit codes of every subcommand.
enum ExitCode : int { Ok = 0, FailedCheck = 1, BadUsage = 2, BadInput = 3, DeviceFailure = 4 };

/// What a subcommand is given. `parser` has already parsed and refused unknown options.
struct Invocation {
    const QCommandLineParser& parser;
    QStringList arguments; ///< positional, without the subcommand's name
    Configuration configuration;
    bool json = false;

    [[nodiscard]] bool isSet(const char* option) const { return parser.isSet(QString::fromLatin1(option)); }
    [[nodiscard]] std::string value(const char* option) const
    {
        return parser.value(QString::fromLatin1(option)).toStdString();
    }
    /// Positional argument i as UTF-8.
    [[nodiscard]] std::string argument(int i) const { return arguments.at(i).toStdString(); }
    /// A number option within [low, high].
    [[nodiscard]] Result<double> number(const char* option, double fallback, double low, double high) const;
};

/// One subcommand.
struct Command {
    const char* name;
    const char* arguments; ///< "SOURCE... --out FILE"
    const char* summary;
    const char* example;
    int minimumArguments;
    int maximumArguments;  ///< -1: any number
    bool needsGui = false; ///< drawing needs a QApplication (off screen)
    void (*describe)(QCommandLineParser& parser);
    int (*run)(const Invocation& invocation);
};

// The table; each is defined in the file of its name.
extern const Command devicesCommand, simulateCommand, watchCommand, recordCommand, replayCommand, recogniseCommand,
    trainCommand, evaluateCommand, encodeCommand, listCommand, infoCommand, verifyCommand, repairCommand,
    reindexCommand, convertCommand, exportCommand, importCommand, reportCommand, benchCommand, configCommand,
    doctorCommand, calibrateCommand, protocolCommand, compareCommand, fuseCommand, modelCommand, networkCommand,
    tuneCommand, recalibrateCommand, explainCommand;

/// Print the error for people on stderr and give the exit code of its kind.
int fail(const Error& error);
/// A line on stdout, flushed.
void printLine(const std::string& line);
inline void printLine(const char* line)
{
    printLine(std::string(line));
}
inline void printLine(const Json& json)
{
    printLine(json.dump());
}
/// Progress on stderr, only when it is a terminal; an empty text ends the line.
void showProgress(const std::string& text);
/// True once Ctrl-C (or a termination signal) came; the handler is installed by main().
[[nodiscard]] bool interrupted();

/// Bytes of a model file, or of the one that ships with the program for "default".
[[nodiscard]] Result<std::vector<std::uint8_t>> loadModel(const std::string& name);
/// 12.3 MB and the like.
[[nodiscard]] std::string formatBytes(double bytes);

} // namespace bnof::cli
