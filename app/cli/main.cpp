// SPDX-License-Identifier: GPL-3.0-or-later
// bnof: everything that the laboratory can do, from the command line.
#include <QApplication>
#include <QCoreApplication>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "engine/base/build_config.h"
#include "engine/base/log.h"
#include "engine/sensing/decoders/plugin_loader.h"

namespace bnof::cli {
namespace {

const std::array commands{&devicesCommand,   &simulateCommand,  &watchCommand,    &recordCommand,      &replayCommand,
                          &recogniseCommand, &trainCommand,     &evaluateCommand, &encodeCommand,      &listCommand,
                          &infoCommand,      &verifyCommand,    &repairCommand,   &reindexCommand,     &convertCommand,
                          &exportCommand,    &importCommand,    &reportCommand,   &benchCommand,       &configCommand,
                          &doctorCommand,    &calibrateCommand, &protocolCommand, &compareCommand,     &fuseCommand,
                          &modelCommand,     &networkCommand,   &tuneCommand,     &recalibrateCommand, &explainCommand};

void printOverview()
{
    std::printf("bnof %s - BioNeuro Olfactory Fusion\n\nUsage: bnof COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n",
                BNOF_VERSION);
    for (const Command* command : commands)
        std::printf("  %-10s %s\n", command->name, command->summary);
    std::printf("\n\"bnof COMMAND --help\" explains a command, with an example.\n"
                "Exit codes: 0 ok, 1 failed check, 2 bad usage, 3 bad input, 4 device or network.\n");
}

void printHelp(const Command& command, const QCommandLineParser& parser)
{
    std::printf("%s\n\nUsage: bnof %s %s\n\nOptions:\n", command.summary, command.name, command.arguments);
    // Qt's own help text has the option table after its "Options:" line.
    const QString text = parser.helpText();
    const auto at = text.indexOf(QLatin1String("Options:\n"));
    const auto end = text.indexOf(QLatin1String("\n\nArguments"), at);
    std::printf("%s\n\nExample:\n  %s\n",
                qPrintable(text.mid(at + 9, end < 0 ? -1 : end - at - 9).trimmed().prepend("  ")), command.example);
}

const Command* findCommand(const char* name)
{
    for (const Command* command : commands) {
        if (std::string_view(command->name) == name)
            return command;
    }
    return nullptr;
}

Result<Configuration> configurationFor(const QCommandLineParser& parser)
{
    const std::string path = parser.isSet(QStringLiteral("config"))
                                 ? parser.value(QStringLiteral("config")).toStdString()
                                 : Configuration::defaultPath();
    BNOF_TRY_ASSIGN(Configuration configuration, Configuration::load(path));
    for (const QString& assignment : parser.values(QStringLiteral("set"))) {
        const auto equals = assignment.indexOf(QLatin1Char('='));
        if (equals < 1)
            return makeError(ErrorKind::Usage, "\"" + assignment.toStdString() + "\" is not KEY=VALUE", "--set",
                             "Example: --set recording.codec=none");
        if (auto result =
                configuration.set(assignment.left(equals).toStdString(), assignment.mid(equals + 1).toStdString());
            !result.ok()) {
            Error error = result.error();
            error.kind = ErrorKind::Usage;
            return error;
        }
    }
    return configuration;
}

int runCommand(const Command& command, const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this help.")});
    parser.addOption({QStringLiteral("json"), QStringLiteral("Print for machines: JSON, one object a line.")});
    parser.addOption(
        {QStringLiteral("config"), QStringLiteral("Use this configuration file."), QStringLiteral("FILE")});
    parser.addOption(
        {QStringLiteral("set"), QStringLiteral("Override a setting for this run."), QStringLiteral("KEY=VALUE")});
    parser.addOption({QStringLiteral("verbose"), QStringLiteral("Log what happens on stderr.")});
    if (command.describe)
        command.describe(parser);
    if (!parser.parse(arguments)) {
        return fail(makeError(ErrorKind::Usage, parser.errorText().toStdString(), std::string("bnof ") + command.name,
                              std::string("See bnof ") + command.name + " --help."));
    }
    if (parser.isSet(QStringLiteral("help"))) {
        printHelp(command, parser);
        return Ok;
    }
    if (parser.isSet(QStringLiteral("verbose")))
        log::setConsoleLevel(log::Level::Debug);
    const QStringList positional = parser.positionalArguments();
    if (positional.size() < command.minimumArguments ||
        (command.maximumArguments >= 0 && positional.size() > command.maximumArguments)) {
        return fail(makeError(
            ErrorKind::Usage,
            positional.size() < command.minimumArguments ? "an argument is missing" : "there are too many arguments",
            std::string("bnof ") + command.name, std::string("Usage: bnof ") + command.name + ' ' + command.arguments));
    }
    // "config" must be able to speak of a broken file, so it gets defaults instead of an error.
    auto configuration = configurationFor(parser);
    if (!configuration.ok() && &command != &configCommand)
        return fail(configuration.error());
    return command.run({parser, positional, configuration.ok() ? *configuration : Configuration(),
                        parser.isSet(QStringLiteral("json"))});
}

volatile std::sig_atomic_t interruptions = 0;

void onSignal(int number)
{
    interruptions = interruptions + 1;
    if (interruptions > 2) { // the user insists
        std::signal(number, SIG_DFL);
        std::raise(number);
    }
}

void installSignalHandlers()
{
    struct sigaction action {};
    action.sa_handler = onSignal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a reader that went away shows as a failed write
}

} // namespace

bool interrupted()
{
    return interruptions > 0;
}

int run(int argc, char** argv)
{
    if (argc < 2 || std::string_view(argv[1]) == "--help" || std::string_view(argv[1]) == "-h" ||
        std::string_view(argv[1]) == "help") {
        printOverview();
        return argc < 2 ? BadUsage : Ok;
    }
    if (std::string_view(argv[1]) == "--version") {
        std::printf("bnof %s\n", BNOF_VERSION);
        return Ok;
    }
    const Command* command = findCommand(argv[1]);
    if (!command) {
        return fail(makeError(ErrorKind::Usage, std::string("there is no command \"") + argv[1] + '"', "bnof",
                              "\"bnof --help\" lists the commands."));
    }
    installSignalHandlers();
    std::unique_ptr<QCoreApplication> application;
    if (command->needsGui) {
        qputenv("QT_QPA_PLATFORM", "offscreen"); // reports are drawn without a display
        application = std::make_unique<QApplication>(argc, argv);
    } else {
        application = std::make_unique<QCoreApplication>(argc, argv);
    }
    QCoreApplication::setApplicationName(QStringLiteral("bnof"));
    QCoreApplication::setApplicationVersion(QStringLiteral(BNOF_VERSION));
    QStringList arguments = QCoreApplication::arguments();
    sensing::loadInstalledPlugins();
    arguments.removeAt(1); // the parser wants the program's name and then the options
    return runCommand(*command, arguments);
}

} // namespace bnof::cli

int main(int argc, char** argv)
{
    return bnof::cli::run(argc, argv);
}
