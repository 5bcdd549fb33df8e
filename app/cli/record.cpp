// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "app/cli/live_compare.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("out"), QStringLiteral("The recording to write (never overwritten)."), QStringLiteral("FILE")});
    parser.addOption({QStringLiteral("duration"), QStringLiteral("Stop after S seconds."), QStringLiteral("S")});
    parser.addOption({QStringLiteral("model"),
                      QStringLiteral("Recognise with this model while recording: a file, or default."),
                      QStringLiteral("M")});
    parser.addOption({QStringLiteral("title"), QStringLiteral("Title of the recording."), QStringLiteral("TEXT")});
    parser.addOption({QStringLiteral("notes"), QStringLiteral("Notes."), QStringLiteral("TEXT")});
    parser.addOption({QStringLiteral("marks"), QStringLiteral("Every line on standard input becomes a mark.")});
    describeLiveCompare(parser);
}

void report(const session::SessionStatus& status)
{
    std::string text;
    if (status.recording) {
        char time[32];
        std::snprintf(time, sizeof time, "%.0f s, ", toSeconds(status.recording->elapsed));
        text = "recording " + std::string(time) + std::to_string(status.recording->frames) + " frames, " +
               formatBytes(static_cast<double>(status.recording->bytes));
    } else {
        text = "waiting for the first data";
    }
    for (const auto& problem : status.problems)
        text += " | " + problem.error.what;
    showProgress(text);
}

int summarise(const session::SessionStatus& status, bool json)
{
    if (status.lastRecording.empty())
        return fail(makeError(ErrorKind::Device, "nothing was recorded: no data came from the source", {},
                              "\"bnof watch SOURCE\" shows what the device sends."));
    std::error_code ignored;
    const auto bytes = static_cast<std::uint64_t>(std::filesystem::file_size(status.lastRecording, ignored));
    std::uint64_t gaps = 0;
    for (const auto& source : status.sources)
        gaps += source.statistics.gaps;
    if (json) {
        printLine(Json::object()
                      .set("file", status.lastRecording)
                      .set("frames", status.frames)
                      .set("decisions", status.decisions)
                      .set("spikes", status.spikes)
                      .set("dropped", status.droppedFrames)
                      .set("gaps", gaps)
                      .set("bytes", bytes));
    } else {
        printLine(status.lastRecording + ": " + formatBytes(static_cast<double>(bytes)) + ", " +
                  std::to_string(status.frames) + " frames, " + std::to_string(status.decisions) + " decisions, " +
                  std::to_string(gaps) + " gaps, " + std::to_string(status.droppedFrames) + " dropped");
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    auto sources = parseSources(invocation.arguments);
    if (!sources.ok())
        return fail(sources.error());
    if (!invocation.isSet("out"))
        return fail(makeError(ErrorKind::Usage, "--out FILE is missing", "bnof record", "Say where to record to."));
    const auto duration = invocation.number("duration", 0, 0, 1e9);
    if (!duration.ok())
        return fail(duration.error());
    session::SessionConfiguration configuration;
    configuration.sources = std::move(*sources);
    configuration.historySamples = 0;
    session::applyRecognitionSettings(invocation.configuration, configuration);
    configuration.settings = session::recordedSettings(invocation.configuration);
    configuration.settings.set("recognition.model", invocation.value("model"));
    if (invocation.isSet("model")) {
        auto model = loadModel(invocation.value("model"));
        if (!model.ok())
            return fail(model.error());
        configuration.modelBytes = std::move(*model);
    }
    if (const auto applied = applySensingSettings(configuration); !applied.ok())
        return fail(applied.error());
    const auto comparison = startLiveCompare(invocation, configuration);
    if (!comparison.ok())
        return fail(comparison.error());
    auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    session::RecordingRequest request;
    request.path = invocation.value("out");
    request.title = invocation.value("title");
    request.notes = invocation.value("notes");
    request.operatorName = invocation.configuration.text("general.operator");
    session::applyRecordingSettings(invocation.configuration, request);
    (*session)->startRecording(request);
    std::shared_ptr<void> marks;
    if (invocation.isSet("marks"))
        marks = readMarks(**session);
    RunOptions options;
    options.durationSeconds = *duration;
    options.everySecond = [](session::Session& s) { report(s.status()); };
    if (const auto result = runSession(**session, options); !result.ok())
        return fail(result.error());
    const int result = summarise((*session)->status(), invocation.json);
    if (result != Ok || !*comparison)
        return result;
    session->reset(); // no more frames come
    return finishLiveCompare(**comparison, invocation.json);
}

} // namespace

const Command recordCommand{"record",
                            "SOURCE... --out FILE [--duration S] [--model M [--challenger B]]",
                            "Record sources into a .bnr file.",
                            "bnof record serial:/dev/ttyUSB0 --model default --out run.bnr --duration 600",
                            1,
                            -1,
                            false,
                            describe,
                            run};

} // namespace bnof::cli
