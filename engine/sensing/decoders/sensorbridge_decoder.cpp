// SPDX-License-Identifier: GPL-3.0-or-later
// Sensirion SEK-SensorBridge with I2C gas sensors behind it: SGP40, SGP41, SCD4x.
#include <algorithm>
#include <array>
#include <limits>

#include "engine/sensing/decoders/decoder_parameters.h"
#include "engine/sensing/decoders/device_decoders.h"
#include "engine/sensing/decoders/shdlc.h"

namespace bnof::sensing {
namespace {

constexpr std::uint8_t setVoltage = 0x00;
constexpr std::uint8_t setPower = 0x01;
constexpr std::uint8_t setFrequency = 0x02;
constexpr std::uint8_t transceive = 0x11;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A type of sensor behind the bridge.
struct BridgeSensor {
    const char* name;
    std::uint8_t address;
    const char* start;   ///< hexadecimal I2C bytes that begin the measurement; empty: none needed
    const char* measure; ///< that ask for values
    std::size_t words;   ///< of the answer
    int timeoutMicroseconds;
    double period;              ///< seconds between new values
    const char* condition = ""; ///< heats the sensor up; the answer is the first word of what it measures
};
// The 8 bytes of measure_raw end with the defaults of the compensation: 50 % RH and 25 degrees.
constexpr std::array<BridgeSensor, 3> bridgeSensors{
    {{"sgp40", 0x59, "", "26 0F 80 00 A2 66 66 93", 1, 100000, 1},
     {"sgp41", 0x59, "", "26 19 80 00 A2 66 66 93", 2, 100000, 1, "26 12 80 00 A2 66 66 93"},
     {"scd4x", 0x62, "21 B1", "EC 05", 3, 20000, 5}}};

std::string big32(std::size_t value)
{
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

std::string transceiveRequest(std::uint8_t port, const BridgeSensor& sensor, const std::string& bytes,
                              std::size_t answerBytes)
{
    std::string data{static_cast<char>(port), static_cast<char>(sensor.address)};
    data += big32(bytes.size()) + big32(answerBytes) + big32(static_cast<std::size_t>(sensor.timeoutMicroseconds));
    return shdlcRequest(0, transceive, data + bytes);
}

struct Placed {
    const BridgeSensor* sensor = nullptr;
    std::uint8_t port = 0;
    std::size_t channel = 0; ///< its first one
};

class SensorBridgeDecoder final : public ShdlcDecoder {
public:
    /// The SGP41's manual asks for one conditioning command a second ahead of the first measurement, for 10 s at most.
    static constexpr int longestConditioning = 10;

    SensorBridgeDecoder(std::vector<Placed> sensors, int periodMilliseconds, int conditioningSeconds)
        : m_sensors(std::move(sensors))
    {
        std::vector<std::uint8_t> ports;
        for (const Placed& placed : m_sensors)
            if (std::ranges::find(ports, placed.port) == ports.end())
                ports.push_back(placed.port);
        for (const std::uint8_t port : ports) {
            const char p = static_cast<char>(port);
            const auto opening = [&](std::uint8_t command, std::string_view data, int pause) {
                m_plan.opening.push_back({shdlcRequest(0, command, data), true, 300, 2, pause});
            };
            opening(setVoltage, {std::array{p, '\x0C', '\xE4'}.data(), 3}, 0);                 // 3300 mV
            opening(setFrequency, {std::array{p, '\0', '\x01', '\x86', '\xA0'}.data(), 5}, 0); // 100 kHz
            opening(setPower, {std::array{p, '\x01'}.data(), 2}, 50);
        }
        for (Placed& placed : m_sensors) {
            const BridgeSensor& sensor = *placed.sensor;
            if (sensor.start[0] != '\0')
                m_plan.opening.push_back(
                    {transceiveRequest(placed.port, sensor, bytesOfHex(sensor.start), 0), true, 300, 2, 10});
            m_plan.cycle.push_back(
                {transceiveRequest(placed.port, sensor, bytesOfHex(sensor.measure), 3 * sensor.words), true, 400, 1,
                 0});
            placed.channel = m_channels.size();
            describe(placed);
        }
        planConditioning(conditioningSeconds);
        m_plan.periodMilliseconds = periodMilliseconds;
        m_values.assign(m_channels.size(), missing);
    }

    std::string name() const override { return "sensorbridge"; }
    const DialoguePlan* dialogue() const override { return &m_plan; }
    void asked(bool opening, std::size_t step) override
    {
        m_opening = opening;
        m_step = step;
    }

protected:
    bool reply(const ShdlcReply& reply, DecoderSink& sink) override
    {
        if (reply.command != transceive)
            return true;
        if (m_opening)
            return conditioned(reply, sink);
        if (m_step >= m_sensors.size())
            return true;
        // When the last sensor of the round before gave no sign of life, its round ends here.
        if (m_step <= m_lastStep && m_begun)
            emitRound(sink);
        m_lastStep = m_step;
        m_begun = true;
        const bool good = take(m_sensors[m_step], m_sensors[m_step].sensor->words, reply);
        if (m_step + 1 == m_sensors.size())
            emitRound(sink);
        return good;
    }

private:
    void planConditioning(int seconds)
    {
        std::vector<const Placed*> cold;
        for (const Placed& placed : m_sensors)
            if (placed.sensor->condition[0] != '\0')
                cold.push_back(&placed);
        m_conditioningFrom = m_plan.opening.size();
        for (int second = 0; second < seconds; ++second)
            for (const Placed* placed : cold) {
                const bool last = placed == cold.back();
                m_conditioned.push_back({static_cast<std::size_t>(placed - m_sensors.data()), last});
                m_plan.opening.push_back(
                    {transceiveRequest(placed->port, *placed->sensor, bytesOfHex(placed->sensor->condition), 3), true,
                     400, 0, last ? 1000 : 0});
            }
    }

    /// The first word is measured already; the others are missing until the sensor is warm.
    bool conditioned(const ShdlcReply& reply, DecoderSink& sink)
    {
        if (m_step < m_conditioningFrom || m_step - m_conditioningFrom >= m_conditioned.size())
            return true;
        const Conditioned& each = m_conditioned[m_step - m_conditioningFrom];
        const bool good = take(m_sensors[each.sensor], 1, reply);
        if (each.last)
            emitRound(sink);
        return good;
    }

    bool take(const Placed& placed, std::size_t count, const ShdlcReply& reply)
    {
        const BridgeSensor& sensor = *placed.sensor;
        // The bridge reports a sensor that has nothing new, or is not there, as an error of the transfer.
        if (reply.errorCode() != 0) {
            m_reason = "the bridge reports an error of the I2C transfer: the sensor is not ready, or not there";
            return sensor.period > 1; // those that are asked more often than they measure refuse regularly
        }
        if (reply.data.size() != 3 * count) {
            m_reason = "the sensor's answer has the wrong length";
            return false;
        }
        std::array<std::uint16_t, 3> words{};
        for (std::size_t i = 0; i < count; ++i) {
            const Bytes word = reply.data.subspan(3 * i, 3);
            if (sensirionCrc(word[0], word[1]) != word[2]) {
                countChecksumError();
                m_reason = "the CRC of an I2C word is wrong";
                return false;
            }
            words[i] = bigEndian16(word, 0);
        }
        float* values = &m_values[placed.channel];
        if (sensor.address == 0x62) {
            values[0] = words[0];
            values[1] = static_cast<float>(-45.0 + 175.0 * words[1] / 65535.0);
            values[2] = static_cast<float>(100.0 * words[2] / 65535.0);
        } else {
            for (std::size_t i = 0; i < count; ++i)
                values[i] = words[i];
        }
        return true;
    }

    void emitRound(DecoderSink& sink)
    {
        if (std::ranges::any_of(m_values, [](float v) { return v == v; })) {
            if (!m_told)
                sink.channels(m_channels);
            m_told = true;
            sink.frame(m_values, std::numeric_limits<double>::quiet_NaN());
        }
        std::ranges::fill(m_values, missing);
        m_begun = false;
    }

    void describe(const Placed& placed)
    {
        const std::string suffix = m_sensors.size() > 1 ? "@" + std::to_string(placed.port) : "";
        const auto add = [&](const char* name, const char* quantity, const char* unit, const char* gas) {
            ChannelInfo info;
            info.name = name + suffix;
            info.quantity = quantity;
            info.unit = unit;
            info.gas = gas;
            m_channels.push_back(std::move(info));
        };
        if (placed.sensor->address == 0x62) {
            add("CO2", "concentration", "ppm", "CO2");
            add("temperature", "temperature", "°C", "");
            add("humidity", "humidity", "%", "");
        } else {
            add("SRAW_VOC", "raw signal", "counts", "VOC");
            if (placed.sensor->words > 1)
                add("SRAW_NOX", "raw signal", "counts", "NOx");
        }
    }

    /// A conditioning step of the opening.
    struct Conditioned {
        std::size_t sensor = 0;
        bool last = false; ///< of its second
    };

    std::vector<Placed> m_sensors;
    DialoguePlan m_plan;
    std::vector<Conditioned> m_conditioned;
    std::size_t m_conditioningFrom = 0; ///< step of the opening
    std::vector<ChannelInfo> m_channels;
    std::vector<float> m_values;
    bool m_told = false;
    bool m_begun = false;
    bool m_opening = true;
    std::size_t m_step = 0;
    std::size_t m_lastStep = 0;
};

/// "sgp41@0,scd4x@1"
Result<std::unique_ptr<Decoder>> makeSensorBridge(const DecoderParameters& parameters)
{
    ParameterReader reader("sensorbridge", parameters);
    const std::string list = reader.text("sensor", "sgp41");
    std::vector<Placed> sensors;
    double period = 0;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string item = list.substr(begin, end - begin);
        begin = end + 1;
        const std::string type = item.substr(0, item.find('@'));
        const std::string port = item.find('@') == std::string::npos ? "0" : item.substr(item.find('@') + 1);
        const auto it =
            std::ranges::find(bridgeSensors, type, [](const BridgeSensor& s) { return std::string(s.name); });
        if (it == bridgeSensors.end() || (port != "0" && port != "1")) {
            reader.fail("sensor", "\"" + item + "\" is not known",
                        "Use sgp40, sgp41 or scd4x, each with its port: sensor=sgp41@0,scd4x@1");
            break;
        }
        sensors.push_back({&*it, static_cast<std::uint8_t>(port == "1" ? 1 : 0), 0});
        period = std::max(period, it->period);
    }
    const int milliseconds = reader.pollMilliseconds(period > 0 ? period : 1);
    constexpr int longest = SensorBridgeDecoder::longestConditioning;
    const double conditioning = reader.number("conditioning", longest, 0, longest);
    BNOF_TRY(reader.status());
    return std::unique_ptr<Decoder>(
        std::make_unique<SensorBridgeDecoder>(std::move(sensors), milliseconds, static_cast<int>(conditioning)));
}

} // namespace

DecoderInfo sensorBridgeDecoder()
{
    DecoderInfo info;
    info.name = "sensorbridge";
    info.summary = "Sensirion SEK-SensorBridge with SGP40, SGP41 or SCD4x (SHDLC, I2C)";
    info.makeWith = makeSensorBridge;
    info.parameters = {
        {"sensor", "what is on which port: sgp41@0,scd4x@1 (default sgp41@0)"},
        {"poll", "seconds between questions (default: the slowest sensor's period)"},
        {"conditioning", "seconds in which an SGP41 is heated up after connecting (default 10, the most)"}};
    info.asks = true;
    info.baud = 460800;
    return info;
}

} // namespace bnof::sensing
