// SPDX-License-Identifier: GPL-3.0-or-later
// Meters that speak SCPI: a query is answered with numbers between commas and a line feed.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/line_decoder.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t maximumValues = 256;
/// SCPI-99 writes infinity as 9.9E37 and "not a number" as 9.91E37.
constexpr double scpiInfinity = 9.9e37;
constexpr int changeAfter = 3;

/// Quantity and unit of what a query asks for.
struct Measured {
    const char* word;
    const char* name;
    const char* quantity;
    const char* unit;
};
constexpr std::array<Measured, 6> measured{{{"RES", "resistance", "resistance", "Ω"},
                                            {"VOLT", "voltage", "voltage", "V"},
                                            {"CURR", "current", "current", "A"},
                                            {"CAP", "capacitance", "capacitance", "F"},
                                            {"FREQ", "frequency", "frequency", "Hz"},
                                            {"TEMP", "temperature", "temperature", "°C"}}};

std::string upper(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    return text;
}

class ScpiDecoder final : public LineDecoder {
public:
    ScpiDecoder(std::string query, int periodMilliseconds) : m_query(std::move(query))
    {
        m_plan.opening.push_back({"*IDN?\n", true, 2000, 1, 0});
        m_plan.opening.push_back({"SYST:ERR?\n", true, 2000, 0, 0});
        m_plan.cycle.push_back({m_query + "\n", true, 3000, 0, 0});
        m_plan.periodMilliseconds = periodMilliseconds;
        m_values.reserve(maximumValues);
    }

    std::string name() const override { return "scpi"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }
    void asked(bool opening, std::size_t step) override { m_expected = opening ? (step == 0 ? Idn : Fault) : Values; }

protected:
    void line(std::string_view text, bool, DecoderSink& sink) override
    {
        text = trimmed(text);
        if (text.empty())
            return;
        if (m_expected == Idn && !readValues(text)) {
            countAnswer();
            m_identity = validUtf8(text) ? std::string(text.substr(0, 120)) : printable(text);
            sink.remark("device: " + m_identity);
            return;
        }
        if (m_expected == Fault && text.find('"') != std::string_view::npos) {
            countAnswer();
            if (!text.starts_with("0,") && !text.starts_with("+0,"))
                sink.remark("the instrument reports: " + printable(text, 200));
            return;
        }
        if (!readValues(text)) {
            skip(text, "the answer is not numbers between commas", sink);
            return;
        }
        countAnswer();
        if (m_values.size() != m_width) {
            m_changeRun = m_values.size() == m_candidate ? m_changeRun + 1 : 1;
            m_candidate = m_values.size();
            if (m_width != 0 && m_changeRun < changeAfter) {
                skip(text, "the answer has another number of values than those before", sink);
                return;
            }
            tell(sink);
        }
        m_changeRun = 0;
        double seconds = std::numeric_limits<double>::quiet_NaN();
        if (m_timeColumn < m_values.size())
            seconds = double{m_values[m_timeColumn]};
        sink.frame(m_values, seconds);
    }

private:
    enum Expected { Idn, Fault, Values };

    bool readValues(std::string_view text)
    {
        m_values.clear();
        while (true) {
            const std::size_t comma = text.find(',');
            const std::string_view field = trimmed(text.substr(0, comma));
            double value = 0;
            if (field.empty() || m_values.size() == maximumValues || !parseValue(field, false, value))
                return false;
            m_values.push_back(std::abs(value) >= scpiInfinity ? std::numeric_limits<float>::quiet_NaN()
                                                               : toFloat(value));
            if (comma == std::string_view::npos)
                return true;
            text.remove_prefix(comma + 1);
        }
    }

    void tell(DecoderSink& sink)
    {
        std::vector<ChannelInfo> channels(m_values.size());
        const std::string query = upper(m_query);
        const auto what =
            std::ranges::find_if(measured, [&](const Measured& m) { return query.find(m.word) != std::string::npos; });
        for (std::size_t i = 0; i < channels.size(); ++i)
            channels[i].name = "ch" + std::to_string(i + 1);
        m_timeColumn = static_cast<std::size_t>(-1);
        if (query == "READ?" && channels.size() == 5 && upper(m_identity).find("KEITHLEY") != std::string::npos) {
            // The factory's elements of the 2400 series: voltage, current, resistance, time, status.
            channels = {{"voltage", "voltage", "V", "", 0, 0},
                        {"current", "current", "A", "", 0, 0},
                        {"resistance", "resistance", "Ω", "", 0, 0},
                        {"time", "time", "s", "", 0, 0},
                        {"status", "", "", "", 0, 0}};
            m_timeColumn = 3;
        } else if (what != measured.end()) {
            for (std::size_t i = 0; i < channels.size(); ++i) {
                channels[i].name = what->name + (channels.size() > 1 ? " " + std::to_string(i + 1) : "");
                channels[i].quantity = what->quantity;
                channels[i].unit = what->unit;
            }
        }
        m_width = channels.size();
        sink.channels(channels);
    }

    std::string m_query;
    DialoguePlan m_plan;
    std::string m_identity;
    std::vector<float> m_values;
    std::size_t m_width = 0;
    std::size_t m_candidate = 0;
    std::size_t m_timeColumn = static_cast<std::size_t>(-1);
    int m_changeRun = 0;
    Expected m_expected = Values;
};

} // namespace

DecoderInfo scpiDecoder()
{
    DecoderInfo info;
    info.name = "scpi";
    info.summary = "Meters that speak SCPI (Keithley, Keysight, Rigol, ...)";
    info.makeWith = [](const DecoderParameters& parameters) -> Result<std::unique_ptr<Decoder>> {
        ParameterReader reader("scpi", parameters);
        const std::string query = reader.text("query", "READ?");
        if (query.empty() || query.size() > 500 || std::ranges::any_of(query, [](char c) { return c < 0x20; }))
            reader.fail("query", "the query is empty or has control characters", "Example: query=MEAS:RES?");
        const int period = reader.pollMilliseconds(1);
        BNOF_TRY(reader.status());
        return std::unique_ptr<Decoder>(std::make_unique<ScpiDecoder>(query, period));
    };
    info.parameters = {{"query", "what to ask, e.g. MEAS:RES? (default READ?)"},
                       {"poll", "seconds between queries (default 1)"}};
    info.asks = true;
    return info;
}

} // namespace bnof::sensing
