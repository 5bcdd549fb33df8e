// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/live_compare.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("model"), QStringLiteral("The model: a file, or default."), QStringLiteral("M")});
    parser.addOption({QStringLiteral("duration"), QStringLiteral("Stop after S seconds."), QStringLiteral("S")});
    parser.addOption({QStringLiteral("marks"),
                      QStringLiteral("Every line on standard input becomes a mark, such as \"ethanol 100 ppm\" and "
                                     "\"end\": what lies between is an exposure for --challenger.")});
    describeLiveCompare(parser);
}

class DecisionPrinter : public session::SessionObserver {
public:
    explicit DecisionPrinter(std::vector<std::string> gases) : m_gases(std::move(gases)) {}
    void decision(const Decision& decision, std::int64_t latencyNanoseconds) override
    {
        printLine(decisionLine(decision, m_gases, latencyNanoseconds));
    }

    /// Of a comparison: who of both said it.
    void print(const Decision& decision, const char* variant, std::int64_t latencyNanoseconds) const
    {
        printLine(decisionLine(decision, m_gases, latencyNanoseconds).set("variant", variant));
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
    const auto comparison = startLiveCompare(invocation, configuration,
                                             [&printer](const Decision& decision, bool byB, std::int64_t latency) {
                                                 printer.print(decision, byB ? "B" : "A", latency);
                                             });
    if (!comparison.ok())
        return fail(comparison.error());
    const auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    const std::shared_ptr<void> marks = invocation.isSet("marks") ? readMarks(**session) : nullptr;
    if (const auto result = runSession(**session, options); !result.ok())
        return fail(result.error());
    return *comparison ? finishLiveCompare(**comparison, true) : Ok;
}

} // namespace

const Command recogniseCommand{"recognise",
                               "SOURCE [--model M [--challenger B] [--marks]]",
                               "Name the gas live; decisions as JSON lines.",
                               "bnof recognise serial:/dev/ttyUSB0 --model default",
                               1,
                               1,
                               false,
                               describe,
                               run};

} // namespace bnof::cli
