// SPDX-License-Identifier: GPL-3.0-or-later
// Sensirion SPS30, a particle sensor on a UART at 115200 baud.
#include <array>
#include <bit>
#include <limits>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/shdlc.h"

namespace bnof::sensing {
namespace {

constexpr std::uint8_t startMeasurement = 0x00;
constexpr std::uint8_t readMeasurement = 0x03;
constexpr std::size_t valueCount = 10;

class Sps30Decoder final : public ShdlcDecoder {
public:
    explicit Sps30Decoder(int periodMilliseconds)
    {
        // Big-endian floats. A sensor that measures already refuses the start, which does no harm.
        m_plan.opening.push_back({shdlcRequest(0, startMeasurement, {"\x01\x03", 2}), true, 500, 2, 50});
        m_plan.cycle.push_back({shdlcRequest(0, readMeasurement, {}), true, 200, 2, 0});
        m_plan.periodMilliseconds = periodMilliseconds;
    }

    std::string name() const override { return "sps30"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }

protected:
    bool reply(const ShdlcReply& reply, DecoderSink& sink) override
    {
        if (reply.command != readMeasurement)
            return true;
        if (reply.errorCode() != 0) {
            m_reason = "the sensor refuses to be read: it is not measuring";
            return false;
        }
        if (reply.data.empty()) // no new values since the last time
            return true;
        if (reply.data.size() != 4 * valueCount) {
            m_reason = "the sensor's values have the wrong length";
            return false;
        }
        if (!m_told)
            sink.channels(channels());
        m_told = true;
        std::array<float, valueCount> values;
        for (std::size_t i = 0; i < valueCount; ++i) {
            const auto value = std::bit_cast<float>(bigEndian32(reply.data, 4 * i));
            values[i] = value > -1e30F && value < 1e30F ? value : std::numeric_limits<float>::quiet_NaN();
        }
        sink.frame(values, std::numeric_limits<double>::quiet_NaN());
        return true;
    }

private:
    static std::vector<ChannelInfo> channels()
    {
        std::vector<ChannelInfo> all;
        const auto add = [&](const char* name, const char* quantity, const char* unit) {
            ChannelInfo info;
            info.name = name;
            info.quantity = quantity;
            info.unit = unit;
            all.push_back(std::move(info));
        };
        for (const char* size : {"PM1.0", "PM2.5", "PM4.0", "PM10"})
            add(size, "mass concentration", "µg/m³");
        for (const char* size : {"NC0.5", "NC1.0", "NC2.5", "NC4.0", "NC10"})
            add(size, "number concentration", "1/cm³");
        add("typical size", "length", "µm");
        return all;
    }

    DialoguePlan m_plan;
    bool m_told = false;
};

} // namespace

DecoderInfo sps30Decoder()
{
    DecoderInfo info;
    info.name = "sps30";
    info.summary = "Sensirion SPS30 particle sensor (SHDLC)";
    info.makeWith = [](const DecoderParameters& parameters) -> Result<std::unique_ptr<Decoder>> {
        ParameterReader reader("sps30", parameters);
        const int period = reader.pollMilliseconds(1);
        BNOF_TRY(reader.status());
        return std::unique_ptr<Decoder>(std::make_unique<Sps30Decoder>(period));
    };
    info.parameters = {{"poll", "seconds between questions (default 1)"}};
    info.asks = true;
    info.baud = 115200;
    return info;
}

} // namespace bnof::sensing
