// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/anchor.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include "app/cli/session_runner.h"
#include "engine/olfaction/recogniser.h"
#include "engine/session/anchor_course.h"
#include "engine/session/anchor_dataset.h"
#include "engine/session/frame_follower.h"

namespace bnof::cli {
namespace {

using session::AnchorCourse;
using Phase = AnchorCourse::Phase;

/// GAS or GAS=PPM
Result<session::AnchorPuff> parsePuff(const QString& text)
{
    const auto equals = text.lastIndexOf(QLatin1Char('='));
    if (equals < 0)
        return session::AnchorPuff{text.trimmed().toStdString(), std::numeric_limits<double>::quiet_NaN()};
    bool number = false;
    const double ppm = text.mid(equals + 1).toDouble(&number);
    const std::string gas = text.left(equals).trimmed().toStdString();
    if (!number || !(ppm > 0) || gas.empty())
        return makeError(ErrorKind::Usage, "\"" + text.toStdString() + "\" is not GAS or GAS=PPM", "--puff",
                         "A correct one: --puff ethanol=100");
    return session::AnchorPuff{gas, ppm};
}

/// The gases that were named, else those of the model.
Result<std::vector<session::AnchorPuff>> puffsOf(const Invocation& invocation)
{
    std::vector<session::AnchorPuff> puffs;
    for (const QString& text : invocation.parser.values(QStringLiteral("puff"))) {
        BNOF_TRY_ASSIGN(auto puff, parsePuff(text));
        puffs.push_back(std::move(puff));
    }
    if (!puffs.empty())
        return puffs;
    BNOF_TRY_ASSIGN(const auto bytes,
                    loadModel(invocation.isSet("model") ? invocation.value("model")
                                                        : invocation.configuration.text("recognition.model")));
    BNOF_TRY_ASSIGN(const auto recogniser, olfaction::makeRecogniser(bytes));
    const auto& info = recogniser->info();
    for (std::size_t i = 0; i < info.gases.size(); ++i)
        if (static_cast<int>(i) != info.background)
            puffs.push_back({info.gases[i], std::numeric_limits<double>::quiet_NaN()});
    return puffs;
}

Result<session::AnchorPlan> planOf(const Invocation& invocation)
{
    session::AnchorPlan plan;
    BNOF_TRY_ASSIGN(plan.puffs, puffsOf(invocation));
    BNOF_TRY_ASSIGN(plan.airSeconds, invocation.number("air", plan.airSeconds, 1, 3600));
    BNOF_TRY_ASSIGN(plan.leadSeconds, invocation.number("lead", plan.leadSeconds, 0, 3600));
    BNOF_TRY_ASSIGN(plan.puffSeconds, invocation.number("length", plan.puffSeconds, 1, 600));
    BNOF_TRY_ASSIGN(plan.recoverySeconds, invocation.number("recovery", plan.recoverySeconds, 0, 36'000));
    return plan;
}

/// Leads through the course while the session runs: prompts, counts down, collects.
class Conductor {
public:
    Conductor(session::Session& session, session::AnchorPlan plan, std::string folder, bool json, std::string recording)
        : m_session(session), m_follower(session.live(), 0), m_plan(std::move(plan)), m_folder(std::move(folder)),
          m_json(json), m_recording(std::move(recording))
    {}

    /// True when nothing is left to do.
    bool look()
    {
        const auto status = m_session.status();
        if (status.sources.empty() || status.sources.front().channels.empty())
            return false;
        if (!m_course && !begin(status))
            return false;
        m_follower.pull([this](const SensorFrame& frame) { m_course->frame(frame); });
        if (const auto result = m_course->advance(status.now); !result.ok()) {
            // Too little came of one puff: a person repeats it, and so does this.
            if (m_course->status().phase == Phase::Finished || ++m_failures > 3) {
                m_failure = result.error();
                return true;
            }
            std::fprintf(stderr, "bnof: %s\n", result.error().message().c_str());
        }
        if (m_course->status().phase == Phase::Ready)
            m_course->go(status.now);
        tell();
        return m_course->status().phase == Phase::Finished;
    }
    [[nodiscard]] Result<void> outcome() const
    {
        if (m_failure)
            return *m_failure;
        if (!m_course || m_course->status().phase != Phase::Finished)
            return makeError(ErrorKind::Cancelled, "the puffs were not finished, so nothing was written", m_folder);
        return {};
    }
    [[nodiscard]] Json summary() const
    {
        Json line = Json::object()
                        .set("folder", m_folder)
                        .set("frames", m_dataset->frames())
                        .set("labels", Json::arrayOf(m_course->captured()));
        if (const auto status = m_session.status(); !status.lastRecording.empty())
            line.set("recording", status.lastRecording);
        return line;
    }

private:
    bool begin(const session::SessionStatus& status)
    {
        if (!m_recording.empty() && !m_asked) {
            m_asked = true;
            session::RecordingRequest request;
            request.path = m_recording;
            request.title = "Anchors";
            m_session.startRecording(request);
        }
        if (!m_recording.empty() && !status.recording)
            return false; // its marks belong into the file
        m_dataset = std::make_unique<session::AnchorDataset>(m_folder, status.sources.front().simulated);
        m_course = std::make_unique<AnchorCourse>(status.sources.front().channels, *m_dataset, m_plan,
                                                  [this](const std::string& mark) { m_session.mark(mark); });
        return true;
    }
    void tell()
    {
        const auto now = m_course->status();
        const bool air = now.step == 0;
        const std::string what = now.phase == Phase::Lead      ? air ? "get clean air ready" : "get ready: " + now.label
                                 : now.phase == Phase::Capture ? air ? "clean air" : "puff now: " + now.label
                                                               : "take the gas away; next is " + now.label;
        if (now.phase != Phase::Finished)
            showProgress(what + ", " + std::to_string(static_cast<int>(std::ceil(now.left))) + " s");
        if (now.phase == m_told && now.step == m_toldStep)
            return;
        m_told = now.phase;
        m_toldStep = now.step;
        if (now.phase == Phase::Finished || now.phase == Phase::Ready)
            return;
        const char* phase = now.phase == Phase::Lead ? "lead" : now.phase == Phase::Capture ? "capture" : "recovery";
        if (m_json)
            printLine(Json::object().set("phase", phase).set("label", now.label).set("seconds", now.left));
        else
            printLine(what + " (" + Json(std::round(now.left)).dump() + " s)");
    }

    session::Session& m_session;
    session::FrameFollower m_follower;
    session::AnchorPlan m_plan;
    std::string m_folder;
    bool m_json;
    std::string m_recording;
    bool m_asked = false;
    std::unique_ptr<session::AnchorDataset> m_dataset;
    std::unique_ptr<AnchorCourse> m_course;
    Phase m_told = Phase::Ready;
    std::size_t m_toldStep = 0;
    int m_failures = 0;
    std::optional<Error> m_failure;
};

} // namespace

void describeAnchors(QCommandLineParser& parser)
{
    const auto add = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    add("out", "anchor: folder for the training set (never overwritten).", "FOLDER");
    add("puff", "anchor: a gas and its concentration, e.g. ethanol=100. May be repeated; else the gases of --model.",
        "GAS[=PPM]");
    add("model", "anchor: one puff of each gas of this model: a file, or default.", "M");
    add("air", "anchor: seconds of clean air (20).", "S");
    add("lead", "anchor: seconds to get ready before each capture (5).", "S");
    add("length", "anchor: seconds of each puff that are captured (10).", "S");
    add("recovery", "anchor: seconds of clean air between puffs (60).", "S");
    add("record", "anchor: also record the whole course, with marks.", "FILE");
}

int anchor(const Invocation& invocation)
{
    if (invocation.arguments.size() != 2 || !invocation.isSet("out"))
        return fail(makeError(ErrorKind::Usage, "say which source, and the folder for the training set",
                              "bnof calibrate anchor",
                              "bnof calibrate anchor serial:/dev/ttyUSB0 --out anchors --puff ethanol=100"));
    const std::string folder = invocation.value("out");
    if (std::error_code code; std::filesystem::exists(folder, code))
        return fail(makeError(ErrorKind::Usage, "the folder exists already", folder, "Choose another."));
    auto plan = planOf(invocation);
    if (!plan.ok())
        return fail(plan.error());
    auto sources = parseSources(invocation.arguments.mid(1));
    if (!sources.ok())
        return fail(sources.error());
    session::SessionConfiguration configuration;
    configuration.sources = std::move(*sources);
    configuration.historySamples = 1U << 16; // the course follows it
    configuration.settings = session::recordedSettings(invocation.configuration);
    const auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    Conductor conductor(**session, std::move(*plan), folder, invocation.json, invocation.value("record"));
    RunOptions options;
    options.finished = [&] { return conductor.look(); };
    if (const auto result = runSession(**session, options); !result.ok())
        return fail(result.error());
    if (const auto result = conductor.outcome(); !result.ok())
        return fail(result.error());
    printLine(invocation.json ? conductor.summary().dump() : conductor.summary().dump(2));
    return Ok;
}

} // namespace bnof::cli
