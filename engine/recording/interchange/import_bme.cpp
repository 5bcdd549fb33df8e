// SPDX-License-Identifier: GPL-3.0-or-later
// The .bmerawdata files of Bosch's BME AI-Studio: JSON with a table rawDataBody {dataColumns, dataBlock}. Columns are
// told by their keys and names, never by their place. Each heater step of each sensor is a channel; a frame is one
// round through the steps, closed when a step would come a second time.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engine/recording/interchange/importers.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxSensors = 64;
constexpr std::size_t maxSteps = 64;
constexpr std::size_t quantities = 3; ///< temperature, pressure, humidity
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// Lower case, only letters and digits: "Time Since PowerOn" and "time_since_power_on" are the same.
std::string keyOf(const std::string& name)
{
    std::string out;
    for (const char c : lowerAscii(name)) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out += c;
    }
    return out;
}

struct BmeColumns {
    int sensor = -1;
    int id = -1;
    int time = -1;
    int clock = -1;
    int temperature = -1;
    int pressure = -1;
    int humidity = -1;
    int resistance = -1;
    int step = -1;
    int label = -1;
    int error = -1;
    std::string temperatureUnit, pressureUnit, humidityUnit, resistanceUnit;
};

BmeColumns findColumns(const Json& columns)
{
    BmeColumns out;
    const auto& items = columns.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string unit = items[i]["unit"].toString();
        for (const char* field : {"key", "name"}) {
            const std::string key = keyOf(items[i][field].toString());
            const auto is = [&key](std::initializer_list<const char*> names) {
                return std::find(names.begin(), names.end(), key) != names.end();
            };
            const auto take = [i](int& column) {
                if (column < 0)
                    column = static_cast<int>(i);
            };
            if (is({"sensorindex"}))
                take(out.sensor);
            else if (is({"sensorid"}))
                take(out.id);
            else if (is({"timesincepoweron", "timestampsincepoweron"}))
                take(out.time);
            else if (is({"realtimeclock", "rtc"}))
                take(out.clock);
            else if (is({"temperature"}))
                take(out.temperature), out.temperatureUnit = unit;
            else if (is({"pressure"}))
                take(out.pressure), out.pressureUnit = unit;
            else if (is({"relativehumidity", "humidity"}))
                take(out.humidity), out.humidityUnit = unit;
            else if (is({"resistancegassensor", "gasresistance", "gassensorresistance", "resistance"}))
                take(out.resistance), out.resistanceUnit = unit;
            else if (is({"heaterprofilestepindex", "heaterstep", "heaterstepindex", "gasindex"}))
                take(out.step);
            else if (is({"labeltag", "classlabel", "label"}))
                take(out.label);
            else if (is({"errorcode"}))
                take(out.error);
        }
    }
    return out;
}

std::map<std::int64_t, std::string> labelNames(const std::string& text, const std::string& name)
{
    std::map<std::int64_t, std::string> out;
    const auto json = Json::parse(text, name);
    if (!json.ok())
        return out;
    for (const Json& label : (*json)["labelInformation"].items())
        out[label["labelTag"].toInteger()] = label["labelName"].toString();
    return out;
}

class BmeImport {
public:
    BmeImport(const Json& table, const std::string& labels, const std::string& name, const ImportOptions& options,
              ImportTarget& target)
        : m_rows(table["dataBlock"].items()), m_columns(findColumns(table["dataColumns"])), m_name(name),
          m_target(target), m_problems(name, options.strict), m_marks(target), m_labelNames(labelNames(labels, name))
    {}

    Result<void> run();

private:
    struct Row {
        std::size_t sensor = 0;
        std::size_t step = 0;
        Timestamp t = 0;
    };
    [[nodiscard]] double number(const Json& row, int column) const
    {
        const auto& cells = row.items();
        const auto i = static_cast<std::size_t>(column);
        return column >= 0 && i < cells.size() && cells[i].isNumber() ? cells[i].toDouble()
                                                                      : std::numeric_limits<double>::quiet_NaN();
    }
    /// What is wrong with the row; empty: nothing.
    std::string understand(const Json& json, Row& row) const;
    Result<void> checkColumns() const;
    void measure();
    Result<void> describe();
    Result<void> add(const Json& json, const Row& row);
    Result<void> flush();
    Result<void> label(const Json& json, Timestamp t);

    const Json::Array& m_rows;
    BmeColumns m_columns;
    const std::string& m_name;
    ImportTarget& m_target;
    RowProblems m_problems;
    LabelMarks m_marks;
    std::map<std::int64_t, std::string> m_labelNames;
    std::map<std::size_t, std::size_t> m_sensors; ///< place by index
    std::map<std::size_t, std::int64_t> m_ids;
    std::size_t m_steps = 0;
    std::vector<float> m_frame;
    std::set<std::size_t> m_filled; ///< channels of gas resistance in the frame
    Timestamp m_last = 0;
    std::uint64_t m_good = 0;
    std::uint64_t m_rounded = 0;
    std::uint64_t m_errors = 0;
};

Result<void> BmeImport::checkColumns() const
{
    const std::pair<int, const char*> needed[] = {{m_columns.sensor, "Sensor Index"},
                                                  {m_columns.time, "Time Since PowerOn"},
                                                  {m_columns.resistance, "Resistance Gassensor"},
                                                  {m_columns.step, "Heater Profile Step Index"}};
    for (const auto& [column, name] : needed) {
        if (column < 0)
            return makeError(ErrorKind::BadInput, std::string("rawDataBody.dataColumns has no column \"") + name + "\"",
                             m_name, "Export the raw data from BME AI-Studio or the development kit again.");
    }
    return {};
}

std::string BmeImport::understand(const Json& json, Row& row) const
{
    if (!json.isArray())
        return "is not an array";
    const double sensor = number(json, m_columns.sensor);
    const double step = number(json, m_columns.step);
    const double time = number(json, m_columns.time);
    if (!(sensor >= 0 && sensor < static_cast<double>(maxSensors) && sensor == std::floor(sensor)))
        return "the sensor index is not a number from 0 to 63";
    if (!(step >= 0 && step < static_cast<double>(maxSteps) && step == std::floor(step)))
        return "the heater step is not a number from 0 to 63";
    if (!(std::abs(time) < 1e12))
        return "the time since power-on is not a number of milliseconds";
    row.sensor = static_cast<std::size_t>(sensor);
    row.step = static_cast<std::size_t>(step);
    row.t = static_cast<Timestamp>(std::llround(time * 1e6));
    return {};
}

void BmeImport::measure()
{
    Row row;
    for (const Json& json : m_rows) {
        if (!understand(json, row).empty())
            continue;
        m_sensors.emplace(row.sensor, 0);
        m_steps = std::max(m_steps, row.step + 1);
        if (const double id = number(json, m_columns.id); std::abs(id) < 1e15)
            m_ids.emplace(row.sensor, static_cast<std::int64_t>(id));
    }
    std::size_t place = 0;
    for (auto& [sensor, at] : m_sensors)
        at = place++;
}

Result<void> BmeImport::describe()
{
    ImportDescription description;
    SourceDescription& source = description.sources.emplace_back();
    source.device = "BME688/BME690 (BME AI-Studio)";
    Json sensors = Json::array();
    const auto unitOr = [](const std::string& unit, const char* other) { return unit.empty() ? other : unit; };
    for (const auto& [sensor, place] : m_sensors) {
        const std::string prefix = "S" + std::to_string(sensor);
        for (std::size_t step = 0; step < m_steps; ++step)
            source.channels.push_back({prefix + " step " + std::to_string(step), "resistance",
                                       unitOr(m_columns.resistanceUnit, "ohm"), "", 0, 0});
        source.channels.push_back({prefix + " temperature", "temperature",
                                   unitOr(m_columns.temperatureUnit, "\xC2\xB0"
                                                                     "C"),
                                   "", 0, 0});
        source.channels.push_back({prefix + " pressure", "pressure", unitOr(m_columns.pressureUnit, "hPa"), "", 0, 0});
        source.channels.push_back(
            {prefix + " humidity", "relative humidity", unitOr(m_columns.humidityUnit, "%"), "", 0, 0});
        sensors.push(
            Json::object().set("index", sensor).set("id", m_ids.contains(sensor) ? Json(m_ids[sensor]) : Json()));
    }
    description.understood.set("sensors", std::move(sensors)).set("heater_steps", m_steps).set("rows", m_rows.size());
    description.understood.set("frame", "one round through the heater steps");
    Row row;
    for (const Json& json : m_rows) {
        const double clock = number(json, m_columns.clock);
        if (!understand(json, row).empty())
            continue;
        if (clock > 1e8 && clock < 9e9)
            description.wallAtZero = static_cast<std::int64_t>(std::llround(clock)) * nanosecondsPerSecond - row.t;
        break;
    }
    m_frame.assign(source.channels.size(), missing);
    return m_target.begin(description);
}

Result<void> BmeImport::flush()
{
    if (m_filled.empty())
        return {};
    BNOF_TRY(m_target.frame(0, m_last, static_cast<double>(m_last) / 1e9, m_frame));
    std::fill(m_frame.begin(), m_frame.end(), missing);
    m_filled.clear();
    return {};
}

Result<void> BmeImport::label(const Json& json, Timestamp t)
{
    const double tag = number(json, m_columns.label);
    if (!(std::abs(tag) < 1e15) || tag == 0) // 0: not labelled
        return m_marks.label(t, {});
    const auto number = static_cast<std::int64_t>(tag);
    const auto known = m_labelNames.find(number);
    // The two buttons of the development kit.
    const std::string button = number == 1001 ? "button 1" : number == 1002 ? "button 2" : "";
    return m_marks.label(t, known != m_labelNames.end() ? known->second
                            : !button.empty()           ? button
                                                        : "label " + std::to_string(number));
}

Result<void> BmeImport::add(const Json& json, const Row& row)
{
    const std::size_t base = m_sensors[row.sensor] * (m_steps + quantities);
    if (m_filled.contains(base + row.step))
        BNOF_TRY(flush());
    m_last = row.t;
    BNOF_TRY(label(json, row.t));
    const auto set = [&](std::size_t channel, int column) {
        const double value = number(json, column);
        m_frame[channel] = static_cast<float>(std::clamp(value, -3e38, 3e38));
        m_rounded += !std::isnan(value) && static_cast<double>(m_frame[channel]) != value ? 1 : 0;
    };
    set(base + row.step, m_columns.resistance);
    set(base + m_steps, m_columns.temperature);
    set(base + m_steps + 1, m_columns.pressure);
    set(base + m_steps + 2, m_columns.humidity);
    m_filled.insert(base + row.step);
    if (const double error = number(json, m_columns.error); error != 0 && !std::isnan(error))
        ++m_errors;
    return {};
}

Result<void> BmeImport::run()
{
    BNOF_TRY(checkColumns());
    measure();
    if (!m_sensors.empty())
        BNOF_TRY(describe());
    Row row;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (i % 1024 == 0)
            BNOF_TRY(m_target.progress(0.5 + 0.5 * static_cast<double>(i) / static_cast<double>(m_rows.size())));
        std::string wrong = understand(m_rows[i], row);
        if (wrong.empty() && m_good > 0 && row.t < m_last)
            wrong = "the time goes back";
        if (!wrong.empty()) {
            BNOF_TRY(m_problems.add("rawDataBody.dataBlock[" + std::to_string(i) + "]", wrong));
            continue;
        }
        ++m_good;
        BNOF_TRY(add(m_rows[i], row));
    }
    BNOF_TRY(m_problems.finish(m_good, m_target));
    BNOF_TRY(flush());
    if (m_rounded > 0)
        BNOF_TRY(m_target.note(std::to_string(m_rounded) +
                               " values have more digits than the recording's 32-bit floats and were rounded"));
    if (m_errors > 0)
        return m_target.note(std::to_string(m_errors) + " measurements carry an error code of the sensor");
    return {};
}

} // namespace

Result<void> importBme(const std::string& text, const std::string& labels, const std::string& name,
                       const ImportOptions& options, ImportTarget& target)
{
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, name));
    const Json& table = json["rawDataBody"];
    if (!table["dataColumns"].isArray() || !table["dataBlock"].isArray())
        return makeError(ErrorKind::BadInput, "there is no rawDataBody with dataColumns and dataBlock", name,
                         "This is not a .bmerawdata file of BME AI-Studio.");
    return BmeImport(table, labels, name, options, target).run();
}

} // namespace bnof::recording
