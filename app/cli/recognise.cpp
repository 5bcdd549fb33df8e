// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session_runner.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("model"), QStringLiteral("The model: a file, or default."), QStringLiteral("M")});
    parser.addOption({QStringLiteral("duration"), QStringLiteral("Stop after S seconds."), QStringLiteral("S")});
}

class DecisionPrinter : public session::SessionObserver {
public:
    explicit DecisionPrinter(std::vector<std::string> gases) : m_gases(std::move(gases)) {}
    void decision(const Decision& decision, std::int64_t latencyNanoseconds) override
    {
        printLine(decisionLine(decision, m_gases, latencyNanoseconds));
    }

private:
    const std::vector<std::string> m_gases;
};

int run(const Invocation& invocation)
{
    auto sources = parseSources(invocation.arguments);
    if (!sources.ok())
        return fail(sources.error());
    const auto duration = invocation.number("duration", 0, 0, 1e9);
    if (!duration.ok())
        return fail(duration.error());
    const std::string modelName =
        invocation.isSet("model") ? invocation.value("model") : invocation.configuration.text("recognition.model");
    auto model = loadModel(modelName);
    if (!model.ok())
        return fail(model.error());
    // The gas names are needed before the session (and its observer) exists.
    auto recogniser = olfaction::makeRecogniser(*model);
    if (!recogniser.ok())
        return fail(recogniser.error());
    DecisionPrinter printer((*recogniser)->info().gases);
    recogniser->reset(); // only its list of gases was wanted
    session::SessionConfiguration configuration;
    configuration.sources = std::move(*sources);
    configuration.historySamples = 0;
    configuration.modelBytes = std::move(*model);
    session::applyRecognitionSettings(invocation.configuration, configuration);
    configuration.observer = &printer;
    RunOptions options;
    options.durationSeconds = *duration;
    return startAndRun(std::move(configuration), options);
}

} // namespace

const Command recogniseCommand{"recognise",
                               "SOURCE [--model M]",
                               "Name the gas live; decisions as JSON lines.",
                               "bnof recognise serial:/dev/ttyUSB0 --model default",
                               1,
                               1,
                               false,
                               describe,
                               run};

} // namespace bnof::cli
