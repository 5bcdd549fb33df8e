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
    double period; ///< seconds between new values
};
// The 8 bytes of measure_raw end with the defaults of the compensation: 50 % RH and 25 degrees.
constexpr std::array<BridgeSensor, 3> bridgeSensors{{{"sgp40", 0x59, "", "26 0F 80 00 A2 66 66 93", 1, 100000, 1},
                                                     {"sgp41", 0x59, "", "26 19 80 00 A2 66 66 93", 2, 100000, 1},
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
    SensorBridgeDecoder(std::vector<Placed> sensors, int periodMilliseconds) : m_sensors(std::move(sensors))
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
        if (reply.command != transceive || m_opening || m_step >= m_sensors.size())
            return true;
        // When the last sensor of the round before gave no sign of life, its round ends here.
        if (m_step <= m_lastStep && m_begun)
            emitRound(sink);
        m_lastStep = m_step;
        m_begun = true;
        const bool good = take(m_sensors[m_step], reply);
        if (m_step + 1 == m_sensors.size())
            emitRound(sink);
        return good;
    }

private:
    bool take(const Placed& placed, const ShdlcReply& reply)
    {
        const BridgeSensor& sensor = *placed.sensor;
        // The bridge reports a sensor that has nothing new, or is not there, as an error of the transfer.
        if (reply.errorCode() != 0) {
            m_reason = "the bridge reports an error of the I2C transfer: the sensor is not ready, or not there";
            return sensor.period > 1; // those that are asked more often than they measure refuse regularly
        }
        if (reply.data.size() != 3 * sensor.words) {
            m_reason = "the sensor's answer has the wrong length";
            return false;
        }
        std::array<std::uint16_t, 3> words{};
        for (std::size_t i = 0; i < sensor.words; ++i) {
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
            for (std::size_t i = 0; i < sensor.words; ++i)
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

    std::vector<Placed> m_sensors;
    DialoguePlan m_plan;
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
    BNOF_TRY(reader.status());
    return std::unique_ptr<Decoder>(std::make_unique<SensorBridgeDecoder>(std::move(sensors), milliseconds));
}

} // namespace

DecoderInfo sensorBridgeDecoder()
{
    DecoderInfo info;
    info.name = "sensorbridge";
    info.summary = "Sensirion SEK-SensorBridge with SGP40, SGP41 or SCD4x (SHDLC, I2C)";
    info.makeWith = makeSensorBridge;
    info.parameters = {{"sensor", "what is on which port: sgp41@0,scd4x@1 (default sgp41@0)"},
                       {"poll", "seconds between questions (default: the slowest sensor's period)"}};
    info.asks = true;
    info.baud = 460800;
    return info;
}

} // namespace bnof::sensing
