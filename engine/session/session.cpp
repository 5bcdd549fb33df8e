// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/session.h"

#include <algorithm>
#include <filesystem>

#include "engine/session/live_session.h"
#include "engine/session/replay_session.h"

namespace bnof::session {

Json recordedSettings(const Configuration& configuration)
{
    Json out = Json::object();
    for (const Setting& setting : settings()) {
        const std::string_view section = setting.key.substr(0, setting.key.find('.'));
        if (section == "general" || section == "appearance" || section == "display" || section == "log" ||
            setting.key == "recording.folder")
            continue;
        switch (setting.type) {
        case SettingType::Number: out.set(setting.key, configuration.number(setting.key)); break;
        case SettingType::Boolean: out.set(setting.key, configuration.boolean(setting.key)); break;
        case SettingType::Text:
        case SettingType::Choice: out.set(setting.key, configuration.text(setting.key)); break;
        }
    }
    return out;
}

void applyRecognitionSettings(const Configuration& settings, SessionConfiguration& configuration)
{
    configuration.backEnd = settings.text("recognition.back_end");
    configuration.precision = settings.text("recognition.precision");
    configuration.precisionLimit = settings.number("recognition.precision_limit");
}

void applyRecordingSettings(const Configuration& settings, RecordingRequest& request)
{
    request.codec = settings.text("recording.codec");
    request.flushNanoseconds =
        static_cast<std::int64_t>(settings.number("recording.flush")) * nanosecondsPerMillisecond;
    request.minimumFreeBytes = static_cast<std::int64_t>(settings.number("recording.minimum_free") * 1e6);
    request.warnSecondsLeft = settings.number("recording.warn_left") * 60;
    request.segmentBytes = static_cast<std::uint64_t>(settings.number("recording.segment") * 1e6);
    request.segmentNanoseconds = fromSeconds(settings.number("recording.segment_time") * 3600);
}

namespace {

/// Whether two paths lead to one device, through links or not.
bool samePort(const std::string& a, const std::string& b)
{
    const auto real = [](const std::string& path) {
        std::error_code code;
        const auto resolved = std::filesystem::canonical(path, code);
        return code ? path : resolved.string();
    };
    return real(a) == real(b);
}

} // namespace

Result<std::unique_ptr<Session>> Session::start(SessionConfiguration configuration)
{
    if (configuration.sources.empty())
        return makeError(ErrorKind::Usage, "a session needs at least one source", {},
                         "Give a source such as serial:/dev/ttyUSB0 or replay:run.bnr.");
    const auto& sources = configuration.sources;
    for (auto source = sources.begin(); source != sources.end(); ++source) {
        if (source->scheme == "replay" && sources.size() > 1)
            return makeError(ErrorKind::Usage, "a replay cannot be combined with other sources", source->toString());
        // Twice the same serial port would wait for itself; anything else can be opened again.
        if (source->scheme == "serial" && std::any_of(sources.begin(), source, [&](const auto& earlier) {
                return earlier.scheme == source->scheme && samePort(earlier.path, source->path);
            }))
            return makeError(ErrorKind::Usage, "the same port is given twice", source->toString(), "Name it once.");
    }
    if (configuration.sources.front().scheme == "replay")
        return startReplaySession(std::move(configuration));
    return startLiveSession(std::move(configuration));
}

} // namespace bnof::session
