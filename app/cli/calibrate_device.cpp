// SPDX-License-Identifier: GPL-3.0-or-later
// `bnof calibrate device`: what a sensor itself is told to take for zero or span. It asks for --yes, because the sensor
// keeps it, and notes it in the library's audit trail.
#include <cstdio>

#include "app/cli/anchor.h"
#include "engine/recording/audit_log.h"
#include "engine/sensing/calibration/device_commands.h"

namespace bnof::cli {
namespace {

using sensing::DeviceCalibration;

Result<DeviceCalibration> wish(const Invocation& invocation)
{
    const std::string abc = invocation.value("abc");
    const int count = int{invocation.isSet("zero")} + int{invocation.isSet("span")} + int{invocation.isSet("abc")};
    if (count != 1 || (invocation.isSet("abc") && abc != "on" && abc != "off"))
        return makeError(ErrorKind::Usage, "say one of --zero, --span PPM, --abc on and --abc off",
                         "bnof calibrate device",
                         "bnof calibrate device \"serial:/dev/ttyUSB0?decoder=winsen&sensor=mh-z19\" --zero --yes");
    DeviceCalibration what;
    if (invocation.isSet("span")) {
        what.action = DeviceCalibration::Action::Span;
        BNOF_TRY_ASSIGN(what.ppm, invocation.number("span", 0, 1, 1e6));
    } else if (!abc.empty()) {
        what.action = abc == "on" ? DeviceCalibration::Action::AbcOn : DeviceCalibration::Action::AbcOff;
    }
    return what;
}

Result<void> note(const Invocation& invocation, const std::string& source, const DeviceCalibration& what,
                  const sensing::DeviceCalibrationReport& report)
{
    BNOF_TRY_ASSIGN(const std::string log, recording::defaultAuditLogPath());
    auto entry = recording::auditBy(invocation.configuration.text("general.operator"), "sensor calibrated");
    entry.detail = Json::object()
                       .set("source", source)
                       .set("sensor", report.sensor)
                       .set("action", sensing::actionName(what.action))
                       .set("command", report.command)
                       .set("before_ppm", report.before)
                       .set("after_ppm", report.after);
    if (what.action == DeviceCalibration::Action::Span)
        entry.detail.set("span_ppm", what.ppm);
    BNOF_TRY(recording::appendAudit(log, std::move(entry)));
    return {};
}

Result<void> perform(const Invocation& invocation)
{
    if (invocation.arguments.size() != 2)
        return makeError(ErrorKind::Usage, "say which source", "bnof calibrate device");
    BNOF_TRY_ASSIGN(const auto uri, sensing::SourceUri::parse(invocation.argument(1)));
    BNOF_TRY_ASSIGN(const DeviceCalibration what, wish(invocation));
    BNOF_TRY(sensing::checkDeviceCalibration(uri, what));
    if (!invocation.isSet("yes"))
        return makeError(
            ErrorKind::Usage,
            std::string("nothing was sent: \"") + sensing::actionName(what.action) +
                "\" changes what the sensor measures for good",
            uri.toString(),
            "Let it stand in the right gas first (zero: fresh air for 20 minutes), then repeat with --yes.");
    BNOF_TRY_ASSIGN(const auto report, sensing::calibrateDevice(uri, what));
    if (invocation.json) {
        printLine(Json::object()
                      .set("device", report.device)
                      .set("sensor", report.sensor)
                      .set("action", sensing::actionName(what.action))
                      .set("command", report.command)
                      .set("before_ppm", report.before)
                      .set("after_ppm", report.after)
                      .set("confirmed", report.confirmed)
                      .dump());
    } else {
        char numbers[96];
        std::snprintf(numbers, sizeof numbers, "%.0f ppm before, %.0f ppm now", report.before, report.after);
        printLine(report.sensor + " at " + report.device + ": " + sensing::actionName(what.action) +
                  (report.confirmed ? " (acknowledged)" : " (this sensor acknowledges nothing)") + ", " + numbers);
    }
    return note(invocation, uri.toString(), what, report);
}

} // namespace

void describeDeviceCalibration(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("zero"), QStringLiteral("device: the sensor stands in fresh air now.")});
    parser.addOption({QStringLiteral("span"), QStringLiteral("device: the sensor stands in this much of its gas now."),
                      QStringLiteral("PPM")});
    parser.addOption({QStringLiteral("abc"), QStringLiteral("device: the sensor's automatic baseline, on or off."),
                      QStringLiteral("on|off")});
    parser.addOption({QStringLiteral("yes"), QStringLiteral("device: really send the command.")});
}

int calibrateDevice(const Invocation& invocation)
{
    const auto done = perform(invocation);
    return done.ok() ? static_cast<int>(Ok) : fail(done.error());
}

} // namespace bnof::cli
