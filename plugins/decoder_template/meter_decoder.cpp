// SPDX-License-Identifier: GPL-3.0-or-later
// A decoder plugin to start from. The device of this example sends lines "<channel>=<value>", one value each, and
// the decoder makes a frame of two channels whenever the second one comes. It throws on purpose when the device says
// "panic", to show that this harms nobody.
#include <QObject>

#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <string>

#include "engine/sensing/decoders/decoder_plugin.h"

namespace {

using namespace bnof;
using namespace bnof::sensing;

class MeterDecoder final : public Decoder {
public:
    std::string name() const override { return "meter"; }

    // Bytes come in any portions: half lines are kept for the next call, and not more than a line can have.
    void feed(std::span<const char> bytes, DecoderSink& sink) override
    {
        for (const char c : bytes) {
            if (c != '\n') {
                m_line += c;
                if (m_line.size() > 200) {
                    sink.skipped(m_line.size(), "a line is too long", m_line.substr(0, 20));
                    m_line.clear();
                }
                continue;
            }
            line(sink);
            m_line.clear();
        }
    }
    void reset() override { m_line.clear(); }

private:
    void line(DecoderSink& sink)
    {
        if (m_line == "panic")
            throw std::runtime_error("the meter panicked");
        const std::size_t channel = m_line.starts_with("a=") ? 0 : m_line.starts_with("b=") ? 1 : 2;
        float value = 0;
        const char* end = m_line.data() + m_line.size();
        if (channel == 2 || std::from_chars(m_line.data() + 2, end, value).ptr != end) {
            sink.skipped(m_line.size() + 1, "the line is not a=NUMBER or b=NUMBER", m_line.substr(0, 20));
            return;
        }
        m_values[channel] = value;
        if (channel != 1)
            return;
        if (!m_told)
            sink.channels({{"a", "voltage", "V", "", 0, 0}, {"b", "temperature", "°C", "", 0, 0}});
        m_told = true;
        sink.frame(m_values, std::numeric_limits<double>::quiet_NaN()); // NaN: the device tells no time
    }

    std::string m_line;
    std::array<float, 2> m_values{};
    bool m_told = false;
};

} // namespace

class MeterPlugin final : public QObject, public DecoderPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BNOF_DECODER_PLUGIN_IID)
    Q_INTERFACES(bnof::sensing::DecoderPlugin)

public:
    std::vector<DecoderInfo> decoders() override
    {
        DecoderInfo info;
        info.name = "meter";
        info.summary = "Example of a decoder plugin: lines a=NUMBER and b=NUMBER";
        info.make = [] { return std::make_unique<MeterDecoder>(); };
        return {info};
    }
};

#include "meter_decoder.moc"
