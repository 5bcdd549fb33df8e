// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/calibrated_sources.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/sensing/calibration/store.h"

namespace bnof::session {
namespace {

/// Begins the note of a changed calibration in a recording; JSON follows.
constexpr std::string_view changeWord = "calibration changed: ";

/// Concentration in ppm; nothing for units that are none.
std::optional<double> inPpm(double value, const std::string& unit)
{
    if (unit == "ppm" || unit.empty())
        return value;
    if (unit == "ppb")
        return value / 1000;
    return std::nullopt;
}

std::string unitOf(const sensing::ChannelCalibration& channel, const ChannelInfo& info)
{
    if (channel.linear)
        return info.unit.starts_with("ppb") ? "ppb" : "ppm";
    return channel.power ? channel.power->unit : std::string("ppm");
}

std::string figure(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

} // namespace

CalibratedSources::CalibratedSources(StatusBoard& board, const SessionConfiguration& configuration)
    : m_board(board), m_configuration(configuration), m_safety(configuration.safetyLimits)
{}

CalibratedSources::Source& CalibratedSources::entry(std::uint32_t source)
{
    if (source >= m_sources.size())
        m_sources.resize(source + 1);
    return m_sources[source];
}

void CalibratedSources::setChannels(std::uint32_t source, const sensing::SourceUri& uri, const std::string& device,
                                    const std::vector<ChannelInfo>& channels, bool simulated)
{
    m_alarms = m_alarms || !simulated;
    Source& each = entry(source);
    each.device = sensing::deviceIdentity(device, uri.toString());
    each.channels = channels;
    const std::string problem = "calibration." + std::to_string(source);
    const std::string wanted = uri.parameter("calibration");
    each.calibrator.reset();
    each.calibration.reset();
    m_board.clearProblem(problem);
    if (wanted != "none" && !wanted.empty()) {
        const auto loaded = sensing::CalibrationStore(m_configuration.calibrationFolder).load(wanted);
        if (loaded.ok())
            use(source, *loaded, channels, true);
        else
            m_board.setProblem(problem, Severity::Warning, loaded.error());
    } else if (wanted.empty() && !m_configuration.calibrationFolder.empty()) {
        if (const auto found = sensing::CalibrationStore(m_configuration.calibrationFolder).forDevice(each.device))
            use(source, *found, channels, true);
    }
    show(source);
}

void CalibratedSources::show(std::uint32_t source)
{
    m_board.update([&](SessionStatus& s) {
        if (source < s.sources.size())
            s.sources[source].calibration = entry(source).calibration;
    });
}

std::optional<StreamEvent> CalibratedSources::change(std::uint32_t source, const sensing::Calibration& calibration,
                                                     Timestamp now)
{
    m_board.clearProblem("calibration." + std::to_string(source));
    const auto channels = entry(source).channels; // use() sets them
    if (!use(source, calibration, channels, true))
        return std::nullopt;
    show(source);
    const Json what = Json::object().set("source", source).set("calibration", sensing::toJson(calibration));
    return StreamEvent{StreamEvent::Kind::Note, now, now, 0, std::string(changeWord) + what.dump()};
}

void CalibratedSources::replayChange(const StreamEvent& event)
{
    if (event.kind != StreamEvent::Kind::Note || !event.text.starts_with(changeWord))
        return;
    const auto json = Json::parse(std::string_view(event.text).substr(changeWord.size()), "changed calibration");
    if (!json.ok())
        return; // a person's note that only begins like one
    const auto source = (*json)["source"].toInteger(-1);
    if (source < 0 || static_cast<std::size_t>(source) >= m_sources.size())
        return;
    const auto index = static_cast<std::uint32_t>(source);
    const auto calibration = sensing::calibrationFromJson((*json)["calibration"], "calibration in the recording");
    const auto channels = entry(index).channels;
    if (calibration.ok() && use(index, *calibration, channels, false))
        show(index);
}

bool CalibratedSources::use(std::uint32_t source, const sensing::Calibration& calibration,
                            const std::vector<ChannelInfo>& channels, bool live)
{
    Source& each = entry(source);
    const std::string problem = "calibration." + std::to_string(source);
    auto calibrator = sensing::Calibrator::create(calibration, channels);
    if (!calibrator.ok()) {
        m_board.setProblem(problem, Severity::Warning, calibrator.error());
        return false;
    }
    each.calibrator = std::move(*calibrator);
    each.calibration = std::make_shared<const sensing::Calibration>(calibration);
    each.channels = channels;
    if (!live)
        return true;
    const auto warnings = sensing::calibrationWarnings(calibration, each.device, wallNow());
    if (warnings.empty())
        return true;
    Error error = warnings.front();
    for (std::size_t i = 1; i < warnings.size(); ++i)
        error.what += "; " + warnings[i].what;
    m_board.setProblem(problem, Severity::Warning, error);
    return true;
}

void CalibratedSources::adopt(std::uint32_t source, const Json& recorded, const std::vector<ChannelInfo>& channels)
{
    entry(source).channels = channels;
    if (source >= recorded.items().size() || recorded.items()[source].isNull())
        return;
    const auto calibration = sensing::calibrationFromJson(recorded.items()[source], "calibration in the recording");
    if (!calibration.ok()) {
        m_board.setProblem("calibration." + std::to_string(source), Severity::Warning, calibration.error());
        return;
    }
    if (use(source, *calibration, channels, false))
        show(source);
}

Json CalibratedSources::recorded() const
{
    Json list = Json::array();
    bool any = false;
    for (const Source& each : m_sources) {
        list.push(each.calibration ? sensing::toJson(*each.calibration) : Json());
        any = any || each.calibration;
    }
    return any ? list : Json();
}

void CalibratedSources::frame(std::uint32_t source, const SensorFrame& frame)
{
    if (source >= m_sources.size() || !m_sources[source].calibrator)
        return;
    Source& each = m_sources[source];
    const auto& values = each.calibrator->apply(frame);
    each.latest.assign(values.begin(), values.end());
    if (m_configuration.observer)
        m_configuration.observer->calibrated(source, *each.calibrator, values);
    if (!m_safety.hasLimits())
        return;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string& gas = each.calibrator->gasOf(i);
        if (gas.empty() || !std::isfinite(values[i].ppm))
            continue;
        const auto& channel = each.calibration->channels[each.calibrator->calibrationIndex(i)];
        const auto ppm = inPpm(values[i].ppm, unitOf(channel, each.channels[values[i].channel]));
        if (!ppm)
            continue;
        // Below the end of a curve nothing is known but that it is less: that is no exposure.
        const bool below = (values[i].flags & sensing::CalibratedValue::BelowRange) != 0;
        m_safety.update(gas, frame.t, below ? 0 : std::max(0.0, *ppm));
        const std::string name = sensing::canonicalGas(gas);
        const auto it =
            std::find_if(m_measured.begin(), m_measured.end(), [&](const Measured& m) { return m.gas == name; });
        if (it == m_measured.end())
            m_measured.push_back({name, frame.t});
        else
            it->t = frame.t;
    }
}

void CalibratedSources::decided(const Decision& decision, const std::vector<std::string>& gases, int background)
{
    if (!m_safety.hasLimits() || decision.gas < 0)
        return; // unknown: nothing was measured
    for (std::size_t i = 0; i < gases.size(); ++i) {
        const auto index = static_cast<int>(i);
        if (index == background)
            continue;
        const std::string name = sensing::canonicalGas(gases[i]);
        if (std::any_of(m_measured.begin(), m_measured.end(), [&](const Measured& m) {
                return m.gas == name && decision.t - m.t < 5 * nanosecondsPerSecond;
            }))
            continue;
        if (index == decision.gas) {
            if (decision.ppm)
                m_safety.update(name, decision.t, std::max(0.0F, *decision.ppm));
        } else {
            m_safety.update(name, decision.t, 0);
        }
    }
}

void CalibratedSources::setLimits(std::vector<sensing::GasLimits> limits)
{
    const auto before = m_safety.readings();
    m_safety.setLimits(std::move(limits));
    const auto after = m_safety.readings();
    for (const auto& reading : before) {
        const bool stays = std::any_of(after.begin(), after.end(), [&](const auto& r) { return r.gas == reading.gas; });
        for (std::size_t level = 1; !stays && level < reading.alarms.size(); ++level)
            m_board.clearProblem("safety." + reading.gas + "." +
                                 sensing::toString(static_cast<sensing::SafetyLevel>(level)));
    }
}

void CalibratedSources::refresh(Timestamp now)
{
    std::vector<sensing::SafetyReading> readings;
    if (m_safety.hasLimits()) {
        m_safety.advance(now);
        readings = m_safety.readings();
        if (m_alarms)
            showAlarms(readings);
    }
    m_board.update([&](SessionStatus& s) {
        for (std::size_t i = 0; i < m_sources.size() && i < s.sources.size(); ++i)
            s.sources[i].calibrated = m_sources[i].latest;
        s.safety = readings;
    });
}

void CalibratedSources::showAlarms(const std::vector<sensing::SafetyReading>& readings)
{
    using sensing::SafetyLevel;
    for (const auto& reading : readings) {
        for (const SafetyLevel level : {SafetyLevel::Low, SafetyLevel::High, SafetyLevel::Stel, SafetyLevel::Twa}) {
            const std::string id = "safety." + reading.gas + "." + sensing::toString(level);
            if (!reading.alarms[static_cast<std::size_t>(level)]) {
                m_board.clearProblem(id);
                continue;
            }
            const auto& limits = reading.limits;
            const auto limit = level == SafetyLevel::Low    ? limits.low
                               : level == SafetyLevel::High ? limits.high
                               : level == SafetyLevel::Stel ? limits.stel
                                                            : limits.twa;
            m_board.setProblem(
                id, Severity::Error,
                makeError(ErrorKind::Device,
                          reading.gas + (limits.falling ? " is below" : " is above") + " the " +
                              sensing::toString(level) + " limit of " + figure(limit.value_or(0)) + " " + reading.unit,
                          sensing::safetyNotice,
                          "Ventilate and leave; check with a certified detector. The limits are reference values."));
        }
    }
}

} // namespace bnof::session
