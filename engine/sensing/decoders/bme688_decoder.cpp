// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of Bosch's BME688 and BME690 development kits as lines: a header with the names, then a row per
// measurement of one sensor at one heater step. Columns are told by their names, never by their place.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/line_decoder.h"

namespace bnof::sensing {
namespace {

enum Field : std::size_t { Sensor, Time, Temperature, Pressure, Humidity, Resistance, Step, ErrorCode, fieldCount };
constexpr std::size_t quantities = 3;
constexpr std::size_t maximumColumns = 64;
constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// Names as BME AI-Studio and the kit's firmware write them, in lower case and letters only.
bool isName(Field field, std::string_view key)
{
    const auto is = [key](std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, key) != names.end();
    };
    switch (field) {
    case Sensor: return is({"sensorindex"});
    case Time: return is({"timesincepoweron", "timestampsincepoweron"});
    case Temperature: return is({"temperature"});
    case Pressure: return is({"pressure"});
    case Humidity: return is({"relativehumidity", "humidity"});
    case Resistance: return is({"resistancegassensor", "gasresistance", "gassensorresistance", "resistance"});
    case Step: return is({"heaterprofilestepindex", "heaterstep", "heaterstepindex", "gasindex"});
    case ErrorCode: return is({"errorcode"});
    case fieldCount: break;
    }
    return false;
}

bool isLetter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string keyOf(std::string_view name)
{
    std::string key;
    for (const char c : name.substr(0, name.find_first_of("[("))) {
        if (c >= 'A' && c <= 'Z')
            key += static_cast<char>(c + 32);
        else if (c >= 'a' && c <= 'z')
            key += c;
    }
    return key;
}

class Bme688Decoder final : public LineDecoder {
public:
    Bme688Decoder(std::size_t sensors, std::size_t steps)
        : m_sensors(sensors), m_steps(steps), m_values(sensors * (steps + quantities), missing),
          m_filled(m_values.size(), false)
    {}

    std::string name() const override { return "bme688"; }
    void reset() override
    {
        LineDecoder::reset();
        startRound();
    }

protected:
    void line(std::string_view text, bool first, DecoderSink& sink) override
    {
        if (trimmed(text).starts_with('#')) {
            sink.remark(trimmed(trimmed(text).substr(1)));
            return;
        }
        if (m_separator == 0 || isLetter(text.front())) {
            if (header(text, sink) || first)
                return;
            skip(text, m_separator == 0 ? "there was no header with the kit's column names yet" : "the row is damaged",
                 sink);
            return;
        }
        if (row(text))
            take(text, sink);
        else if (!first)
            skip(text, "the row is damaged", sink);
    }

private:
    bool header(std::string_view text, DecoderSink& sink)
    {
        const char separator = text.find('\t') != std::string_view::npos  ? '\t'
                               : text.find(';') != std::string_view::npos ? ';'
                                                                          : ',';
        std::array<std::size_t, fieldCount> columns;
        columns.fill(none);
        std::size_t count = 0;
        for (std::string_view rest = text;; ++count) {
            const std::size_t end = rest.find(separator);
            const std::string key = keyOf(trimmed(rest.substr(0, end)));
            for (std::size_t field = 0; field < fieldCount; ++field)
                if (columns[field] == none && isName(static_cast<Field>(field), key))
                    columns[field] = count;
            if (end == std::string_view::npos)
                break;
            rest.remove_prefix(end + 1);
        }
        ++count;
        if (count > maximumColumns || columns[Sensor] == none || columns[Resistance] == none || columns[Step] == none)
            return false;
        m_separator = separator;
        m_columns = columns;
        m_count = count;
        if (!m_told)
            tell(sink);
        return true;
    }

    bool row(std::string_view text)
    {
        m_row.fill(std::numeric_limits<double>::quiet_NaN());
        std::size_t column = 0;
        for (std::string_view rest = text;; ++column) {
            const std::size_t end = rest.find(m_separator);
            const auto field = std::ranges::find(m_columns, column);
            if (field != m_columns.end() && !parseValue(trimmed(rest.substr(0, end)), m_separator != ',',
                                                        m_row[static_cast<std::size_t>(field - m_columns.begin())]))
                return false;
            if (end == std::string_view::npos)
                break;
            rest.remove_prefix(end + 1);
        }
        const auto whole = [](double v) { return v >= 0 && v < 1000 && v == std::floor(v); };
        return column + 1 == m_count && whole(m_row[Sensor]) && whole(m_row[Step]);
    }

    void take(std::string_view text, DecoderSink& sink)
    {
        const auto sensor = static_cast<std::size_t>(m_row[Sensor]);
        const auto step = static_cast<std::size_t>(m_row[Step]);
        if (sensor >= m_sensors || step >= m_steps) {
            skip(text, "the row has a sensor or heater step beyond those expected (parameters sensors and steps)",
                 sink);
            return;
        }
        const std::size_t base = sensor * (m_steps + quantities);
        const std::size_t at = base + step;
        if (m_filled[at]) {
            sink.frame(m_values, m_seconds);
            startRound();
        }
        m_seconds = m_row[Time] / 1000;
        const bool refused = m_row[ErrorCode] > 0;
        if (refused)
            skip(text, "the sensor reports an error with its value", sink);
        m_values[at] = refused ? missing : toFloat(m_row[Resistance]);
        m_filled[at] = true;
        m_values[base + m_steps] = toFloat(m_row[Temperature]);
        m_values[base + m_steps + 1] = toFloat(m_row[Pressure]);
        m_values[base + m_steps + 2] = toFloat(m_row[Humidity]);
    }

    void startRound()
    {
        std::ranges::fill(m_values, missing);
        m_filled.assign(m_filled.size(), false);
    }

    void tell(DecoderSink& sink)
    {
        std::vector<ChannelInfo> channels;
        for (std::size_t sensor = 0; sensor < m_sensors; ++sensor) {
            const std::string prefix = "S" + std::to_string(sensor);
            for (std::size_t step = 0; step < m_steps; ++step)
                channels.push_back({prefix + " step " + std::to_string(step), "resistance", "ohm", "", 0, 0});
            channels.push_back({prefix + " temperature", "temperature", "°C", "", 0, 0});
            channels.push_back({prefix + " pressure", "pressure", "hPa", "", 0, 0});
            channels.push_back({prefix + " humidity", "relative humidity", "%", "", 0, 0});
        }
        m_told = true;
        sink.channels(channels);
    }

    std::size_t m_sensors;
    std::size_t m_steps;
    char m_separator = 0;
    bool m_told = false;
    std::size_t m_count = 0;
    std::array<std::size_t, fieldCount> m_columns{};
    std::array<double, fieldCount> m_row{};
    std::vector<float> m_values;
    std::vector<bool> m_filled;
    double m_seconds = std::numeric_limits<double>::quiet_NaN();
};

} // namespace

DecoderInfo bme688Decoder()
{
    DecoderInfo info;
    info.name = "bme688";
    info.summary = "Bosch BME688 and BME690 development kits: a channel for each sensor and heater step";
    info.make = [] { return std::make_unique<Bme688Decoder>(8, 10); };
    info.makeWith = [](const DecoderParameters& parameters) -> Result<std::unique_ptr<Decoder>> {
        ParameterReader reader("bme688", parameters);
        const double sensors = reader.number("sensors", 8, 1, 64);
        const double steps = reader.number("steps", 10, 1, 60);
        BNOF_TRY(reader.status());
        return std::unique_ptr<Decoder>(
            std::make_unique<Bme688Decoder>(static_cast<std::size_t>(sensors), static_cast<std::size_t>(steps)));
    };
    info.parameters = {{"sensors", "how many sensors the board has (default 8)"},
                       {"steps", "how many steps the heater profile has (default 10)"}};
    info.preference = 3; // its header is no other device's
    return info;
}

} // namespace bnof::sensing
