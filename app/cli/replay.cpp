// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session_runner.h"
#include "engine/olfaction/recogniser.h"
#include "engine/recording/reader.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("speed"),
                      QStringLiteral("1 is real time; max (the default) is as fast as possible."),
                      QStringLiteral("X")});
    parser.addOption({QStringLiteral("model"),
                      QStringLiteral("Use this model instead of the one in the recording: a file, or default."),
                      QStringLiteral("M")});
    parser.addOption({QStringLiteral("quiet"), QStringLiteral("Print only the last line, the summary.")});
}

class ReplayPrinter : public session::SessionObserver {
public:
    ReplayPrinter(std::vector<std::string> gases, bool quiet) : m_gases(std::move(gases)), m_quiet(quiet) {}
    void decision(const Decision& decision, std::int64_t latencyNanoseconds) override
    {
        if (!m_quiet)
            printLine(decisionLine(decision, m_gases, latencyNanoseconds));
    }

private:
    const std::vector<std::string> m_gases;
    const bool m_quiet;
};

/// Gases of the model that will be used.
Result<std::vector<std::string>> gasesOf(const std::string& path, const std::vector<std::uint8_t>& otherModel)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
    if (otherModel.empty())
        return reader->metadata().gases;
    BNOF_TRY_ASSIGN(const auto recogniser, olfaction::makeRecogniser(otherModel));
    return recogniser->info().gases;
}

int run(const Invocation& invocation)
{
    session::SessionConfiguration configuration;
    if (invocation.isSet("model")) {
        auto model = loadModel(invocation.value("model"));
        if (!model.ok())
            return fail(model.error());
        configuration.modelBytes = std::move(*model);
    }
    const std::string path = invocation.argument(0);
    const auto gases = gasesOf(path, configuration.modelBytes);
    if (!gases.ok())
        return fail(gases.error());
    const std::string speed = invocation.isSet("speed") ? invocation.value("speed") : "max";
    sensing::SourceUri uri;
    uri.scheme = "replay";
    uri.path = path;
    uri.parameters = {{"speed", speed}};
    ReplayPrinter printer(*gases, invocation.isSet("quiet"));
    configuration.sources = {uri};
    configuration.historySamples = 0;
    session::applyRecognitionSettings(invocation.configuration, configuration);
    configuration.observer = &printer;
    auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    RunOptions options;
    if (speed != "max")
        options.everySecond = [](session::Session& s) {
            const auto status = s.status();
            showProgress("replaying, at " + std::to_string(static_cast<int>(toSeconds(status.now))) + " s");
        };
    if (const auto result = runSession(**session, options); !result.ok())
        return fail(result.error());
    const auto proof = (*session)->status().replay->proof;
    Json summary = Json::object();
    summary.set("frames", proof.frames).set("spikes", proof.spikes).set("decisions", proof.decisions);
    summary.set("spikes_hash", proof.replayedSpikes).set("decisions_hash", proof.replayedDecisions);
    const bool recorded = proof.comparable || !proof.recordedDecisions.empty();
    summary.set("recorded_spikes_hash", recorded ? Json(proof.recordedSpikes) : Json());
    summary.set("recorded_decisions_hash", recorded ? Json(proof.recordedDecisions) : Json());
    summary.set("match", proof.comparable ? Json(proof.match) : Json());
    if (!proof.remark.empty())
        summary.set("remark", proof.remark);
    printLine(summary);
    return proof.finished && (!proof.comparable || proof.match) ? Ok : FailedCheck;
}

} // namespace

const Command replayCommand{"replay",
                            "FILE [--speed X|max] [--model M]",
                            "Recompute a recording's spikes and decisions and compare them with the recorded ones.",
                            "bnof replay run.bnr --speed max --quiet",
                            1,
                            1,
                            false,
                            describe,
                            run};

} // namespace bnof::cli
