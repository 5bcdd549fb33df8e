// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <mutex>

#include "app/cli/anchor.h"
#include "app/cli/session_runner.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"
#include "engine/sensing/calibration/fit.h"
#include "engine/sensing/calibration/mq_sensors.h"
#include "engine/sensing/calibration/store.h"
#include "engine/session/clean_air_log.h"

namespace bnof::cli {
namespace {

using sensing::Calibration;

void describe(QCommandLineParser& parser)
{
    const auto add = [&](const char* name, const char* text, const char* value) {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text), QString::fromLatin1(value)});
    };
    add("name", "Name of the calibration.", "NAME");
    add("folder", "Where calibrations are kept.", "DIR");
    add("duration", "capture: seconds (30).", "S");
    add("gas", "capture: a span of this gas instead of clean air.", "GAS");
    add("ppm", "capture: the concentration of the span.", "PPM");
    add("sensor", "capture: type and gas of a channel, e.g. A0=MQ-135:ammonia. May be repeated.", "CHANNEL=TYPE:GAS");
    add("supply", "capture: what Vc is in the unit of the raw values, e.g. 1023.", "VALUE");
    add("load", "capture: load resistor in ohms.", "OHM");
    add("expires", "Days until it expires (180; 0: never).", "DAYS");
    add("notes", "Notes.", "TEXT");
    describeAnchors(parser);
    describeDeviceCalibration(parser);
    parser.addOption({QStringLiteral("unstable"), QStringLiteral("capture: also take channels that were not still.")});
}

/// The raw frames of a source or a recording, with the channel table.
struct Frames {
    std::vector<ChannelInfo> channels;
    std::string device;
    std::vector<Timestamp> times;
    std::vector<float> values;
    [[nodiscard]] SensorFrame frame(std::size_t i) const
    {
        const std::size_t width = channels.size();
        return {times[i], std::span(values).subspan(i * width, width)};
    }
    void add(const SensorFrame& frame)
    {
        if (frame.values.size() != channels.size())
            return;
        times.push_back(frame.t);
        values.insert(values.end(), frame.values.begin(), frame.values.end());
    }
};

class FrameCollector final : public session::SessionObserver {
public:
    void channels(std::uint32_t source, const std::vector<ChannelInfo>& channels) override
    {
        if (source == 0 && frames.channels.empty())
            frames.channels = channels;
    }
    void frame(std::uint32_t source, const SensorFrame& frame) override
    {
        if (source == 0)
            frames.add(frame);
    }
    Frames frames; ///< read after the session has ended
};

Result<Frames> framesOfRecording(const std::string& path)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
    const auto& metadata = reader->metadata();
    if (metadata.recognisedSource >= metadata.sources.size())
        return makeError(ErrorKind::BadInput, "this recording has no source", path);
    const auto& source = metadata.sources[metadata.recognisedSource];
    Frames out;
    out.channels = source.channels;
    out.device = sensing::deviceIdentity(source.device, source.uri);
    for (recording::Item item; reader->next(item);) {
        if (const auto* frame = std::get_if<recording::FrameItem>(&item);
            frame != nullptr && frame->source == metadata.recognisedSource)
            out.add({frame->t, frame->values});
    }
    return out;
}

Result<Frames> framesOfSource(const std::string& text, double seconds)
{
    if (text.ends_with(".bnr"))
        return framesOfRecording(text);
    BNOF_TRY_ASSIGN(auto uri, sensing::SourceUri::parse(text));
    if (uri.scheme == "replay")
        return framesOfRecording(uri.path);
    FrameCollector collector;
    session::SessionConfiguration configuration;
    configuration.sources = {uri};
    configuration.historySamples = 0;
    configuration.observer = &collector;
    BNOF_TRY_ASSIGN(const auto session, session::Session::start(std::move(configuration)));
    RunOptions options;
    options.durationSeconds = seconds;
    options.everySecond = [](session::Session& s) {
        showProgress("capturing, " + std::to_string(s.status().frames) + " frames");
    };
    BNOF_TRY(runSession(*session, options));
    const auto status = session->status();
    Frames out = std::move(collector.frames);
    out.device = sensing::deviceIdentity(status.sources.front().device, uri.toString());
    if (out.times.empty())
        return makeError(ErrorKind::Device, "no data came from the source", text,
                         "\"bnof watch SOURCE\" shows what the device sends.");
    return out;
}

/// CHANNEL=TYPE:GAS
Result<void> applySensor(const std::string& text, Calibration& calibration)
{
    const auto equals = text.find('=');
    const auto colon = text.find(':', equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos || colon == std::string::npos)
        return makeError(ErrorKind::Usage, "\"" + text + "\" is not CHANNEL=TYPE:GAS", "--sensor",
                         "A correct one: --sensor A0=MQ-135:ammonia");
    const std::string name = text.substr(0, equals);
    if (calibration.find(name) == nullptr)
        return makeError(ErrorKind::Usage, "the device has no gas channel \"" + name + "\"", "--sensor");
    const std::string type = text.substr(equals + 1, colon - equals - 1);
    BNOF_TRY_ASSIGN(auto curve, sensing::mqCurve(type, text.substr(colon + 1)));
    auto& channel = calibration.channel(name);
    channel.sensor = sensing::findMqSensor(type)->name;
    channel.airRatio = sensing::findMqSensor(type)->airRatio;
    channel.power = std::move(curve);
    return {};
}

Json stillnessLine(const sensing::Stillness& still)
{
    return Json::object()
        .set("channel", still.channel)
        .set("mean", still.mean)
        .set("spread", still.spread)
        .set("slope_per_min", still.slopePerMinute)
        .set("stable", still.stable)
        .set("samples", still.samples);
}

int report(const Invocation& invocation, const Calibration& before, const Calibration& saved,
           const std::vector<sensing::Stillness>& still, const std::string& path)
{
    Json channels = Json::array();
    for (const auto& each : still)
        channels.push(stillnessLine(each));
    Json shifts = Json::array();
    for (const auto& shift : sensing::compareCalibrations(before, saved)) {
        shifts.push(Json::object()
                        .set("channel", shift.channel)
                        .set("r0_before", shift.r0Before)
                        .set("r0_after", shift.r0After)
                        .set("r0_shift", shift.r0Shift)
                        .set("spread_before", shift.spreadBefore)
                        .set("spread_after", shift.spreadAfter));
    }
    const Json line = Json::object()
                          .set("name", saved.name)
                          .set("version", saved.version)
                          .set("device", saved.device)
                          .set("file", path)
                          .set("captured", std::move(channels))
                          .set("changes", std::move(shifts));
    printLine(invocation.json ? line.dump() : line.dump(2));
    return Ok;
}

/// In the library's audit trail; a calibration that is saved stays, whatever becomes of the note.
void note(const char* how, const Calibration& saved, const std::string& from, const std::string& path)
{
    auto entry = recording::auditBy(saved.operatorName, "calibration saved");
    entry.detail = Json::object()
                       .set("name", saved.name)
                       .set("version", saved.version)
                       .set("device", saved.device)
                       .set("how", how)
                       .set("from", from)
                       .set("file", path);
    const auto log = recording::defaultAuditLogPath();
    const auto kept =
        log.ok() ? recording::appendAudit(*log, std::move(entry)) : Result<recording::AuditEntry>(log.error());
    if (!kept.ok())
        std::fprintf(stderr, "bnof: warning: %s\n", kept.error().message().c_str());
}

int capture(const Invocation& invocation, const sensing::CalibrationStore& store)
{
    if (invocation.arguments.size() != 2 || !invocation.isSet("name"))
        return fail(makeError(ErrorKind::Usage, "say what to capture and the calibration's name", "bnof calibrate",
                              "bnof calibrate capture serial:/dev/ttyUSB0 --name bench"));
    const auto duration = invocation.number("duration", 30, 1, 86'400);
    const auto expires = invocation.number("expires", 180, 0, 36'500);
    const auto ppm = invocation.number("ppm", 0, 0, 1e6);
    const auto supply = invocation.number("supply", 0, 0, 1e12);
    const auto load = invocation.number("load", 0, 0, 1e12);
    for (const auto* number : {&duration, &expires, &ppm, &supply, &load}) {
        if (!number->ok())
            return fail(number->error());
    }
    const bool span = invocation.isSet("gas");
    if (span != (*ppm > 0))
        return fail(makeError(ErrorKind::Usage, "a span needs --gas and --ppm together", "bnof calibrate"));
    const auto frames = framesOfSource(invocation.argument(1), *duration);
    if (!frames.ok())
        return fail(frames.error());
    Calibration before = sensing::beginCalibration(frames->channels);
    auto earlier = store.load(invocation.value("name"));
    if (earlier.ok())
        before = std::move(*earlier);
    else if (span)
        return fail(earlier.error());
    Calibration after = before;
    for (auto& channel : after.channels) {
        if (*supply > 0 && channel.raw != sensing::RawKind::Concentration) {
            channel.raw = sensing::RawKind::Divider;
            channel.supply = *supply;
        }
        if (*load > 0)
            channel.load = *load;
    }
    for (const QString& sensor : invocation.parser.values(QStringLiteral("sensor"))) {
        if (const auto applied = applySensor(sensor.toStdString(), after); !applied.ok())
            return fail(applied.error());
    }
    auto calibrator = sensing::Calibrator::create(after, frames->channels);
    if (!calibrator.ok())
        return fail(calibrator.error());
    sensing::CaptureOptions options;
    if (invocation.isSet("unstable")) {
        options.largestSpread = std::numeric_limits<double>::infinity();
        options.largestSlopePerMinute = std::numeric_limits<double>::infinity();
        options.shortestSeconds = 0;
    }
    options.shortestSeconds = std::min(options.shortestSeconds, 0.8 * *duration);
    sensing::StillCapture still(std::move(*calibrator), options);
    for (std::size_t i = 0; i < frames->times.size(); ++i)
        still.add(frames->frame(i));
    const auto captured = still.result();
    if (span) {
        if (const auto result = sensing::addSpan(after, captured, invocation.value("gas"), *ppm); !result.ok())
            return fail(result.error());
    } else if (const auto result = sensing::setCleanAir(after, captured); !result.ok()) {
        return fail(result.error());
    }
    after.name = invocation.value("name");
    after.device = frames->device;
    after.operatorName = invocation.configuration.text("general.operator");
    after.utc = wallNow();
    after.expiresUtc = *expires > 0 ? after.utc + fromSeconds(*expires * 86'400) : 0;
    if (invocation.isSet("notes"))
        after.notes = invocation.value("notes");
    const auto saved = store.save(after);
    if (!saved.ok())
        return fail(saved.error());
    note(span ? "span" : "clean air", *saved, invocation.argument(1), store.pathOf(*saved));
    return report(invocation, before, *saved, captured, store.pathOf(*saved));
}

/// Temperature and humidity from a clean-air log, channel by channel.
int fit(const Invocation& invocation, const sensing::CalibrationStore& store)
{
    if (invocation.arguments.size() != 2 || !invocation.isSet("name"))
        return fail(makeError(ErrorKind::Usage, "say which clean-air recording, and the calibration's name",
                              "bnof calibrate", "bnof calibrate fit night.bnr --name bench"));
    auto before = store.load(invocation.value("name"));
    if (!before.ok())
        return fail(before.error());
    Calibration after = *before;
    const auto fitted = session::fitCleanAirLog(after, invocation.argument(1), [](double share) {
        showProgress("reading the log, " + std::to_string(static_cast<int>(100 * share)) + " %");
        return !interrupted();
    });
    showProgress({});
    if (!fitted.ok())
        return fail(fitted.error());
    after.utc = wallNow();
    after.operatorName = invocation.configuration.text("general.operator");
    const auto saved = store.save(after);
    if (!saved.ok())
        return fail(saved.error());
    note("fit", *saved, invocation.argument(1), store.pathOf(*saved));
    return report(invocation, *before, *saved, {}, store.pathOf(*saved));
}

int list(const Invocation& invocation, const sensing::CalibrationStore& store)
{
    std::vector<Error> damaged;
    for (const Calibration& each : store.list(&damaged)) {
        const bool expired = each.expiresUtc > 0 && wallNow() > each.expiresUtc;
        if (invocation.json)
            printLine(Json::object()
                          .set("name", each.name)
                          .set("version", each.version)
                          .set("device", each.device)
                          .set("operator", each.operatorName)
                          .set("made", formatUtc(each.utc))
                          .set("expired", expired)
                          .set("channels", each.channels.size()));
        else
            printLine(each.name + " version " + std::to_string(each.version) + ", " +
                      formatUtc(each.utc).substr(0, 10) + (expired ? ", EXPIRED" : "") + ", " +
                      std::to_string(each.channels.size()) + " channels, " + each.device);
    }
    for (const Error& error : damaged)
        fail(error);
    return damaged.empty() ? Ok : FailedCheck;
}

int apply(const Invocation& invocation, const sensing::CalibrationStore& store)
{
    if (invocation.arguments.size() != 3)
        return fail(makeError(ErrorKind::Usage, "say which calibration and which recording", "bnof calibrate",
                              "bnof calibrate apply bench run.bnr"));
    const auto calibration = store.load(invocation.argument(1));
    if (!calibration.ok())
        return fail(calibration.error());
    const auto frames = framesOfRecording(invocation.argument(2));
    if (!frames.ok())
        return fail(frames.error());
    auto calibrator = sensing::Calibrator::create(*calibration, frames->channels);
    if (!calibrator.ok())
        return fail(calibrator.error());
    for (const Error& warning : sensing::calibrationWarnings(*calibration, frames->device, wallNow()))
        std::fprintf(stderr, "bnof: warning: %s\n", warning.message().c_str());
    for (std::size_t i = 0; i < frames->times.size() && !interrupted(); ++i) {
        const auto& values = calibrator->apply(frames->frame(i));
        printLine(Json::object()
                      .set("t", toSeconds(frames->times[i]))
                      .set("calibrated", calibratedJson(*calibrator, frames->channels, values)));
    }
    return Ok;
}

int run(const Invocation& invocation)
{
    const sensing::CalibrationStore store(invocation.value("folder"));
    const std::string what = invocation.argument(0);
    if (what == "capture")
        return capture(invocation, store);
    if (what == "fit")
        return fit(invocation, store);
    if (what == "list")
        return list(invocation, store);
    if (what == "apply")
        return apply(invocation, store);
    if (what == "anchor")
        return anchor(invocation);
    if (what == "device")
        return calibrateDevice(invocation);
    if (what == "show" && invocation.arguments.size() == 2) {
        const auto calibration = store.load(invocation.argument(1));
        if (!calibration.ok())
            return fail(calibration.error());
        printLine(toJson(*calibration).dump(invocation.json ? 0 : 2));
        return Ok;
    }
    return fail(makeError(
        ErrorKind::Usage, "\"" + what + "\" is nothing that \"bnof calibrate\" does", "bnof calibrate",
        "Use capture SOURCE|FILE, fit FILE, list, show NAME, apply NAME FILE, anchor SOURCE or device SOURCE."));
}

} // namespace

Json calibratedJson(const sensing::Calibrator& calibrator, const std::vector<ChannelInfo>& channels,
                    const std::vector<sensing::CalibratedValue>& values)
{
    using Value = sensing::CalibratedValue;
    Json out = Json::object();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Value& value = values[i];
        const auto& calibration = calibrator.calibration().channels[calibrator.calibrationIndex(i)];
        Json entry = Json::object();
        if (std::isfinite(value.resistance))
            entry.set("resistance", value.resistance);
        if (std::isfinite(value.ratio))
            entry.set("ratio", value.ratio);
        if (std::isfinite(value.ppm)) {
            const std::string unit = calibration.power ? calibration.power->unit : "ppm";
            entry.set("equivalent", value.ppm).set("unit", "equivalent " + unit).set("gas", calibrator.gasOf(i));
        }
        Json flags = Json::array();
        for (const auto& [flag, name] :
             {std::pair(Value::Missing, "missing"), std::pair(Value::BelowRange, "below range"),
              std::pair(Value::AboveRange, "above range"), std::pair(Value::OutsideEnvironment, "outside environment"),
              std::pair(Value::Uncompensated, "uncompensated")}) {
            if ((value.flags & flag) != 0)
                flags.push(name);
        }
        if (!flags.items().empty())
            entry.set("flags", std::move(flags));
        out.set(channels[value.channel].name, std::move(entry));
    }
    return out;
}

const Command calibrateCommand{"calibrate",
                               "capture SOURCE|FILE --name NAME | fit FILE --name NAME | list | show NAME | apply NAME "
                               "FILE | anchor SOURCE --out FOLDER | device SOURCE --zero|--span PPM|--abc on|off --yes",
                               "Capture clean air and spans, fit temperature and humidity, apply calibrations, anchor "
                               "a model again with one puff per gas, send a sensor its own zero or span command.",
                               "bnof calibrate capture serial:/dev/ttyUSB0 --name bench --sensor A0=MQ-135:ammonia",
                               1,
                               3,
                               false,
                               describe,
                               run};

} // namespace bnof::cli
