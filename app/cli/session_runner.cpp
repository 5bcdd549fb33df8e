// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session_runner.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>

#include "engine/sensing/calibration/store.h"

namespace bnof::cli {

Json decisionLine(const Decision& decision, const std::vector<std::string>& gases, std::int64_t latencyNanoseconds)
{
    Json line = Json::object();
    line.set("t", toSeconds(decision.t));
    const bool known = decision.gas >= 0 && static_cast<std::size_t>(decision.gas) < gases.size();
    line.set("gas", known ? gases[static_cast<std::size_t>(decision.gas)] : std::string("unknown"));
    Json probabilities = Json::object();
    for (std::size_t i = 0; i < decision.probabilities.size() && i < gases.size(); ++i)
        probabilities.set(gases[i], decision.probabilities[i]);
    line.set("probabilities", std::move(probabilities));
    line.set("novelty", decision.novelty);
    if (decision.ppm) {
        line.set("ppm", *decision.ppm);
        line.set("ppm_interval", Json::Array{Json(decision.ppmLow), Json(decision.ppmHigh)});
    }
    if (decision.onset >= 0)
        line.set("since_onset", toSeconds(decision.t - decision.onset));
    if (decision.degraded > 0)
        line.set("degraded", decision.degraded);
    line.set("latency", toSeconds(latencyNanoseconds));
    return line;
}

Result<void> applySensingSettings(session::SessionConfiguration& configuration)
{
    configuration.calibrationFolder = sensing::CalibrationStore::defaultFolder();
    BNOF_TRY_ASSIGN(configuration.safetyLimits, sensing::loadLimits(sensing::userLimitsPath()));
    return {};
}

Result<std::vector<sensing::SourceUri>> parseSources(const QStringList& arguments)
{
    std::vector<sensing::SourceUri> sources;
    for (const QString& argument : arguments) {
        auto uri = sensing::SourceUri::parse(argument.toStdString());
        if (!uri.ok()) {
            Error error = uri.error();
            error.kind = ErrorKind::Usage;
            return error;
        }
        sources.push_back(std::move(*uri));
    }
    return sources;
}

namespace {

std::optional<Error> sourceProblem(const session::SessionStatus& status)
{
    for (const auto& problem : status.problems) {
        if (problem.id.rfind("source.", 0) == 0)
            return problem.error;
    }
    return std::nullopt;
}

/// The problem that ends a run, if there is one: every source has failed for good, or the recording did.
std::optional<Error> fatalProblem(const session::SessionStatus& status)
{
    for (const auto& problem : status.problems) {
        if (problem.severity != session::Severity::Error)
            continue;
        if (problem.id == "recording" || problem.id == "recogniser")
            return problem.error;
    }
    const bool allFailed = std::all_of(status.sources.begin(), status.sources.end(), [](const auto& source) {
        return source.state == sensing::ConnectionState::Failed;
    });
    return allFailed ? sourceProblem(status) : std::nullopt;
}

} // namespace

Result<void> runSession(session::Session& session, const RunOptions& options)
{
    QEventLoop loop;
    QTimer timer;
    QElapsedTimer elapsed;
    elapsed.start();
    qint64 lastSecond = -1;
    bool stopping = false;
    std::optional<Error> fatal;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        const auto status = session.status();
        if (!fatal)
            fatal = fatalProblem(status);
        const bool timeUp =
            options.durationSeconds > 0 && static_cast<double>(elapsed.elapsed()) >= options.durationSeconds * 1000;
        const bool enough = options.finished && options.finished();
        if (!stopping && (interrupted() || timeUp || fatal || enough)) {
            stopping = true;
            session.stop();
        }
        if (status.finished)
            loop.quit();
        else if (options.everySecond && elapsed.elapsed() / 1000 != lastSecond) {
            lastSecond = elapsed.elapsed() / 1000;
            options.everySecond(session);
        }
    });
    timer.start(20);
    loop.exec();
    showProgress({});
    // A source that may still come is waited for; when time is up and it never came, its trouble is the result.
    if (const auto status = session.status(); !fatal && status.frames == 0)
        fatal = sourceProblem(status);
    if (fatal)
        return *fatal;
    return {};
}

int startAndRun(session::SessionConfiguration configuration, const RunOptions& options)
{
    const auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    const auto result = runSession(**session, options);
    return result.ok() ? Ok : fail(result.error());
}

} // namespace bnof::cli
