// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "engine/sensing/decoders/shdlc.h"
#include "engine/sensing/simulator/simulated_device.h"

namespace bnof::sensing {
namespace {

constexpr std::uint8_t wrongLength = 0x01;
constexpr std::uint8_t unknownCommand = 0x02;
constexpr std::uint8_t notAllowedNow = 0x43;
constexpr std::uint8_t transferFailed = 0x20;

/// Reads requests and frames replies.
class ShdlcDevice : public SimulatedDevice {
public:
    void receive(std::string_view bytes, double seconds, Messages& out) final
    {
        m_reader.add(bytes);
        while (const auto request = m_reader.next()) {
            std::string data;
            const std::uint8_t state = answer(request->command, request->data, seconds, data);
            out.push_back(shdlcReply(0, request->command, state, data));
        }
    }

protected:
    /// The state byte; the data of the reply is appended to `data`.
    virtual std::uint8_t answer(std::uint8_t command, const std::string& request, double seconds,
                                std::string& data) = 0;

private:
    ShdlcRequestReader m_reader;
};

class Sps30Device final : public ShdlcDevice {
public:
    explicit Sps30Device(const SimulatedDeviceOptions& options) : m_air(options.seed) {}
    std::string uriParameters() const override { return "decoder=sps30"; }
    int baud() const override { return 115200; }

protected:
    std::uint8_t answer(std::uint8_t command, const std::string& request, double seconds, std::string& data) override
    {
        switch (command) {
        case 0x00:
            if (request != std::string("\x01\x03"))
                return wrongLength;
            if (m_measuring)
                return notAllowedNow;
            m_measuring = true;
            return 0;
        case 0x01: m_measuring = false; return 0;
        case 0x03:
            if (!m_measuring)
                return notAllowedNow;
            if (seconds - m_lastRead < 0.9) // new values once a second
                return 0;
            m_lastRead = seconds;
            values(seconds, data);
            return 0;
        default: return unknownCommand;
        }
    }

private:
    void values(double seconds, std::string& data)
    {
        const double level = std::max(0.5, 8 + m_air.ppm(seconds) / 5 + 0.3 * m_air.noise());
        constexpr std::array<double, 10> shares{1, 1.06, 1.08, 1.1, 6.8, 7.9, 8, 8.01, 8.02, 0};
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const auto value = i == 9 ? 0.55F : static_cast<float>(level * shares[i]);
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (int shift = 24; shift >= 0; shift -= 8)
                data += static_cast<char>(bits >> shift);
        }
    }

    SimulatedAir m_air;
    bool m_measuring = false;
    double m_lastRead = -10;
};

class SensorBridgeDevice final : public ShdlcDevice {
public:
    enum Type : std::uint8_t { Nothing, Sgp40, Sgp41, Scd4x };

    SensorBridgeDevice(std::array<Type, 2> ports, std::string sensors, const SimulatedDeviceOptions& options)
        : m_ports(ports), m_sensors(std::move(sensors)), m_air(options.seed)
    {}
    std::string uriParameters() const override { return "decoder=sensorbridge&sensor=" + m_sensors; }
    int baud() const override { return 460800; }

protected:
    std::uint8_t answer(std::uint8_t command, const std::string& request, double seconds, std::string& data) override
    {
        switch (command) {
        case 0x00: return request.size() == 3 ? 0 : wrongLength;
        case 0x02: return request.size() == 5 ? 0 : wrongLength;
        case 0x01:
            if (request.size() != 2)
                return wrongLength;
            for (std::size_t port = 0; port < 2; ++port)
                if (static_cast<std::uint8_t>(request[0]) == port || request[0] == '\xFF')
                    m_on[port] = request[1] != 0;
            return 0;
        case 0x11: return transfer(request, seconds, data);
        case 0xD0: data = "SensorBridge (simulated)"; return 0;
        default: return unknownCommand;
        }
    }

private:
    std::uint8_t transfer(const std::string& request, double seconds, std::string& data)
    {
        if (request.size() < 16)
            return wrongLength;
        const Bytes bytes(reinterpret_cast<const std::uint8_t*>(request.data()), request.size());
        const std::size_t port = bytes[0];
        const std::size_t answerBytes = bigEndian32(bytes, 6);
        if (port > 1 || bytes.size() - 14 != bigEndian32(bytes, 2))
            return wrongLength;
        const std::uint16_t command = bigEndian16(bytes, 14);
        if (!m_on[port])
            return transferFailed;
        const Type type = m_ports[port];
        const std::uint8_t address = type == Scd4x ? 0x62 : 0x59;
        const bool argumentsFit =
            type == Scd4x || (bytes.size() == 22 && sensirionCrc(bytes[16], bytes[17]) == bytes[18] &&
                              sensirionCrc(bytes[19], bytes[20]) == bytes[21]);
        if (type == Nothing || bytes[1] != address || !argumentsFit)
            return transferFailed;
        if (type == Scd4x && command == 0x21B1 && answerBytes == 0) {
            m_measuring = true;
            m_ready = seconds + 5;
            return 0;
        }
        if (type == Scd4x && command == 0xEC05 && answerBytes == 9) {
            if (!m_measuring || seconds < m_ready - 0.5)
                return transferFailed; // not acknowledged: nothing new
            m_ready = seconds + 5;
            word(500 + 10 * m_air.ppm(seconds) + m_air.noise(), data);
            word((m_air.temperature(seconds) + 45) * 65535 / 175, data);
            word(m_air.humidity(seconds) * 65535 / 100, data);
            return 0;
        }
        if (type == Sgp41 && command == 0x2612 && answerBytes == 3) { // conditioning
            word(30000 - 40 * m_air.ppm(seconds) + 3 * m_air.noise(), data);
            return 0;
        }
        const bool voc = (type == Sgp40 && command == 0x260F) || (type == Sgp41 && command == 0x2619);
        if (!voc || answerBytes != (type == Sgp41 ? 6U : 3U))
            return transferFailed;
        const double ppm = m_air.ppm(seconds);
        word(30000 - 40 * ppm + 3 * m_air.noise(), data);
        if (type == Sgp41)
            word(15000 + 10 * ppm + 3 * m_air.noise(), data);
        return 0;
    }

    static void word(double value, std::string& data)
    {
        const auto bits = static_cast<unsigned>(std::clamp(std::round(value), 0.0, 65535.0));
        const auto high = static_cast<std::uint8_t>(bits >> 8);
        const auto low = static_cast<std::uint8_t>(bits);
        data += static_cast<char>(high);
        data += static_cast<char>(low);
        data += static_cast<char>(sensirionCrc(high, low));
    }

    std::array<Type, 2> m_ports;
    std::string m_sensors;
    SimulatedAir m_air;
    std::array<bool, 2> m_on{};
    bool m_measuring = false;
    double m_ready = 0;
};

} // namespace

std::unique_ptr<SimulatedDevice> makeSensirionDevice(std::string_view name, const SimulatedDeviceOptions& options)
{
    using Bridge = SensorBridgeDevice;
    const auto bridge = [&](Bridge::Type first, Bridge::Type second, const char* sensors) {
        return std::make_unique<Bridge>(std::array{first, second}, sensors, options);
    };
    if (name == "sps30")
        return std::make_unique<Sps30Device>(options);
    if (name == "sensorbridge-sgp40")
        return bridge(Bridge::Sgp40, Bridge::Nothing, "sgp40@0");
    if (name == "sensorbridge-sgp41")
        return bridge(Bridge::Sgp41, Bridge::Nothing, "sgp41@0");
    if (name == "sensorbridge-scd4x")
        return bridge(Bridge::Scd4x, Bridge::Nothing, "scd4x@0");
    if (name == "sensorbridge-both")
        return bridge(Bridge::Sgp41, Bridge::Scd4x, "sgp41@0,scd4x@1");
    return nullptr;
}

} // namespace bnof::sensing
