// SPDX-License-Identifier: GPL-3.0-or-later
// SPEC Sensors DGS-ULPSM: lines of eleven whole numbers at 9600 baud,
//   serial number, ppb, temperature, relative humidity, three raw values, days, hours, minutes, seconds
#include <array>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/line_decoder.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t fieldCount = 11;
constexpr std::size_t channelCount = 6;
/// The manufacturer's stabilisation time after switching on.
constexpr double stabilisationSeconds = 3600;

class DgsDecoder final : public LineDecoder {
public:
    DgsDecoder(std::string gas, bool ask, int periodMilliseconds) : m_gas(std::move(gas))
    {
        if (ask) // some units know no commands and answer any character with a line: this works with all
            m_plan.cycle.push_back({"\r", true, 1500, 1, 0});
        m_plan.periodMilliseconds = periodMilliseconds;
    }

    std::string name() const override { return "dgs"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }

protected:
    void line(std::string_view text, bool first, DecoderSink& sink) override
    {
        if (!parse(text)) {
            if (first)
                return;
            if (text.find('=') != std::string_view::npos && validUtf8(text))
                sink.remark(text.substr(0, 200)); // a line of the EEPROM's contents
            else
                skip(text, "the line has not the eleven whole numbers of a DGS-ULPSM", sink);
            return;
        }
        countAnswer();
        if (m_serial != m_fields[0])
            tell(sink);
        const double uptime = static_cast<double>(((m_fields[7] * 24 + m_fields[8]) * 60 + m_fields[9]) * 60) +
                              static_cast<double>(m_fields[10]);
        remarks(uptime, sink);
        for (std::size_t i = 0; i < channelCount; ++i)
            m_values[i] = static_cast<float>(m_fields[i + 1]);
        sink.frame(m_values, uptime);
    }

private:
    bool parse(std::string_view text)
    {
        for (std::size_t i = 0; i < fieldCount; ++i) {
            const std::size_t comma = text.find(',');
            if ((comma == std::string_view::npos) != (i + 1 == fieldCount) ||
                !parseInteger(trimmed(text.substr(0, comma)), m_fields[i]))
                return false;
            text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        }
        const auto within = [this](std::size_t i, std::int64_t low, std::int64_t high) {
            return m_fields[i] >= low && m_fields[i] <= high;
        };
        return m_fields[0] >= 0 && within(1, -100'000'000, 100'000'000) && within(2, -60, 150) && within(3, 0, 100) &&
               within(7, 0, 100'000) && within(8, 0, 23) && within(9, 0, 59) && within(10, 0, 59);
    }

    void tell(DecoderSink& sink)
    {
        const bool first = m_serial < 0;
        m_serial = m_fields[0];
        sink.remark("device: DGS-ULPSM " + std::to_string(m_serial));
        if (!first)
            return;
        std::vector<ChannelInfo> channels;
        const auto add = [&](std::string name, const char* quantity, const char* unit, std::string gas = {}) {
            ChannelInfo info;
            info.name = std::move(name);
            info.quantity = quantity;
            info.unit = unit;
            info.gas = std::move(gas);
            channels.push_back(std::move(info));
        };
        add(m_gas.empty() ? "gas" : m_gas, "concentration", "ppb", m_gas);
        add("temperature", "temperature", "°C");
        add("humidity", "humidity", "%");
        add("gas raw", "raw signal", "counts");
        add("temperature raw", "raw signal", "counts");
        add("humidity raw", "raw signal", "counts");
        sink.channels(channels);
    }

    void remarks(double uptime, DecoderSink& sink)
    {
        if (uptime < stabilisationSeconds && !m_warmUpTold)
            sink.remark("the sensor was switched on less than an hour ago and is not stable yet");
        m_warmUpTold = uptime < stabilisationSeconds;
        if (m_fields[1] < 0 && !m_negativeTold)
            sink.remark("the concentration is negative: below the sensor's zero; the values are kept");
        m_negativeTold = m_fields[1] < 0;
    }

    std::string m_gas;
    DialoguePlan m_plan;
    std::array<std::int64_t, fieldCount> m_fields{};
    std::array<float, channelCount> m_values{};
    std::int64_t m_serial = -1;
    bool m_warmUpTold = false;
    bool m_negativeTold = false;
};

} // namespace

DecoderInfo dgsDecoder()
{
    DecoderInfo info;
    info.name = "dgs";
    info.summary = "SPEC Sensors DGS-ULPSM gas modules";
    info.make = [] { return std::make_unique<DgsDecoder>("", false, 1000); };
    info.makeWith = [](const DecoderParameters& parameters) -> Result<std::unique_ptr<Decoder>> {
        ParameterReader reader("dgs", parameters);
        const bool ask = reader.choice("mode", {"poll", "listen"}, "poll") == "poll";
        const int period = reader.pollMilliseconds(1);
        BNOF_TRY(reader.status());
        return std::unique_ptr<Decoder>(std::make_unique<DgsDecoder>(reader.text("gas", ""), ask, period));
    };
    info.parameters = {{"gas", "what the module measures, e.g. CO (the lines do not say it)"},
                       {"mode", "poll: ask for each line (default); listen: the module was set to continuous output"},
                       {"poll", "seconds between questions (default 1)"}};
    info.asks = true;
    info.baud = 9600;
    info.preference = 1.3;
    return info;
}

} // namespace bnof::sensing
