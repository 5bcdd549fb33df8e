// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/sensing/simulator/simulated_device.h"

namespace bnof::sensing {
namespace {

struct WinsenType {
    const char* name;
    std::uint8_t gas; ///< 0: speaks only when asked
    std::uint8_t unit;
    std::uint8_t decimals;
    int fullRange;
    double scale;  ///< counts per ppm of the simulated air
    double offset; ///< counts in clean air
    std::uint8_t activeMode;
    std::uint8_t askedMode;
    std::size_t answerAt; ///< of the concentration in an answer
};
constexpr std::array<WinsenType, 5> types{{{"mh-z19", 0, 0, 0, 5000, 10, 420, 0, 0, 2},
                                           {"ze07", 0x04, 0x03, 1, 0x1388, 10, 2, 0x40, 0x41, 2},
                                           {"ze08", 0x17, 0x04, 0, 5000, 20, 15, 0x40, 0x41, 6},
                                           {"ze25", 0x2A, 0x04, 0, 10000, 20, 20, 0x40, 0x41, 6},
                                           {"ze03", 0x04, 0x03, 0, 1000, 1, 0, 0x03, 0x04, 2}}};
constexpr std::size_t commandLength = 9;

std::uint8_t checksum(const std::string& message)
{
    unsigned sum = 0;
    for (std::size_t i = 1; i < 8; ++i)
        sum += static_cast<std::uint8_t>(message[i]);
    return static_cast<std::uint8_t>(0x100 - (sum & 0xFF));
}

/// Calls `obey` with code and arguments of each whole command.
template <typename Obey> void takeCommands(std::string& input, std::string_view bytes, Obey obey)
{
    input.append(bytes);
    while (true) {
        const std::size_t begin = input.find('\xFF');
        input.erase(0, std::min(begin, input.size()));
        if (input.size() < commandLength)
            return;
        const std::string command = input.substr(0, commandLength);
        if (command[1] != 0x01 || static_cast<std::uint8_t>(command[8]) != checksum(command)) {
            input.erase(0, 1);
            continue;
        }
        input.erase(0, commandLength);
        obey(static_cast<std::uint8_t>(command[2]), static_cast<std::uint8_t>(command[3]),
             static_cast<std::uint8_t>(command[4]));
    }
}

class WinsenGasDevice final : public SimulatedDevice {
public:
    WinsenGasDevice(const WinsenType& type, const SimulatedDeviceOptions& options)
        : m_type(type), m_air(options.seed), m_period(1 / (options.rateHz > 0 ? options.rateHz : 1)),
          m_active(type.gas != 0)
    {}

    std::string uriParameters() const override
    {
        const std::string gas = m_type.name == std::string_view("ze03") ? "&gas=CO" : "";
        return "decoder=winsen&sensor=" + std::string(m_type.name) + gas;
    }

    void receive(std::string_view bytes, double seconds, Messages& out) override
    {
        takeCommands(m_input, bytes, [&](std::uint8_t code, std::uint8_t argument, std::uint8_t second) {
            obey(code, argument, second, seconds, out);
        });
    }

    void tick(double seconds, Messages& out) override
    {
        if (!m_active || seconds < m_next)
            return;
        m_next = std::max(m_next + m_period, seconds);
        const int counts = level(seconds);
        std::string message{'\xFF',
                            static_cast<char>(m_type.gas),
                            static_cast<char>(m_type.unit),
                            static_cast<char>(m_type.decimals),
                            static_cast<char>(counts >> 8),
                            static_cast<char>(counts),
                            static_cast<char>(m_type.fullRange >> 8),
                            static_cast<char>(m_type.fullRange),
                            '\0'};
        message[8] = static_cast<char>(checksum(message));
        out.push_back(std::move(message));
    }
    double nextTick() const override { return m_active ? m_next : std::numeric_limits<double>::infinity(); }

private:
    int level(double seconds)
    {
        const double counts =
            m_gain * (m_shift + m_type.offset + m_type.scale * m_air.ppm(seconds)) + 0.5 * m_air.noise();
        return static_cast<int>(std::clamp(std::round(counts), 0.0, double(m_type.fullRange)));
    }

    void obey(std::uint8_t code, std::uint8_t argument, std::uint8_t second, double seconds, Messages& out)
    {
        if (m_type.gas == 0 && code == 0x87) { // this is fresh air
            m_shift += 400 / m_gain - (m_shift + m_type.offset + m_type.scale * m_air.ppm(seconds));
            return;
        }
        if (m_type.gas == 0 && code == 0x88) { // this is a known concentration
            const double present = m_shift + m_type.offset + m_type.scale * m_air.ppm(seconds);
            m_gain = present > 0 ? (argument * 256 + second) / present : m_gain;
            return;
        }
        if (m_type.gas == 0 && code == 0x79) {
            out.push_back(winsenEcho(code));
            return;
        }
        if (code == 0x78 && m_type.gas != 0) {
            if (argument == m_type.activeMode && !m_active) {
                m_active = true;
                m_next = seconds + m_period;
            } else if (argument == m_type.askedMode) {
                m_active = false;
            }
            return;
        }
        if (code != 0x86 || m_active)
            return;
        const int counts = level(seconds);
        std::string answer("\xFF\x86\0\0\0\0\0\0\0", commandLength);
        answer[m_type.answerAt] = static_cast<char>(counts >> 8);
        answer[m_type.answerAt + 1] = static_cast<char>(counts);
        if (m_type.gas == 0)
            answer[4] = static_cast<char>(std::lround(m_air.temperature(seconds)) + 40);
        answer[8] = static_cast<char>(checksum(answer));
        out.push_back(std::move(answer));
    }

    static std::string winsenEcho(std::uint8_t code)
    {
        std::string answer("\xFF\0\x01\0\0\0\0\0\0", commandLength);
        answer[1] = static_cast<char>(code);
        answer[8] = static_cast<char>(checksum(answer));
        return answer;
    }

    const WinsenType& m_type;
    double m_shift = 0; ///< counts that zero commands have added
    double m_gain = 1;  ///< by span commands
    SimulatedAir m_air;
    double m_period;
    bool m_active;
    double m_next = 0.05;
    std::string m_input;
};

class ParticleDevice final : public SimulatedDevice {
public:
    explicit ParticleDevice(const SimulatedDeviceOptions& options)
        : m_air(options.seed), m_period(1 / (options.rateHz > 0 ? options.rateHz : 1))
    {}
    std::string uriParameters() const override { return "decoder=winsen&sensor=zh03b"; }
    void receive(std::string_view bytes, double seconds, Messages& out) override
    {
        takeCommands(m_input, bytes, [&](std::uint8_t code, std::uint8_t argument, std::uint8_t) {
            if (code == 0x78 && (argument == 0x40 || argument == 0x41)) {
                m_active = argument == 0x40;
                m_next = seconds + m_period;
            } else if (code == 0x86 && !m_active) {
                const auto pm = levels(seconds);
                std::string answer("\xFF\x86", 2);
                for (const std::size_t size : {1U, 2U, 0U}) { // PM2.5, PM10, PM1.0
                    answer += static_cast<char>(pm[size] >> 8);
                    answer += static_cast<char>(pm[size]);
                }
                answer += static_cast<char>(checksum(answer));
                out.push_back(std::move(answer));
            }
        });
    }
    void tick(double seconds, Messages& out) override
    {
        if (!m_active || seconds < m_next)
            return;
        m_next = std::max(m_next + m_period, seconds);
        std::string message("\x42\x4D\0\x14", 4);
        message.resize(24, '\0');
        const auto pm = levels(seconds);
        for (std::size_t i = 0; i < pm.size(); ++i) {
            message[10 + 2 * i] = static_cast<char>(pm[i] >> 8);
            message[11 + 2 * i] = static_cast<char>(pm[i]);
        }
        unsigned sum = 0;
        for (std::size_t i = 0; i < 22; ++i)
            sum += static_cast<std::uint8_t>(message[i]);
        message[22] = static_cast<char>(sum >> 8);
        message[23] = static_cast<char>(sum);
        out.push_back(std::move(message));
    }
    double nextTick() const override { return m_active ? m_next : std::numeric_limits<double>::infinity(); }

private:
    /// PM1.0, PM2.5, PM10 in micrograms a cubic metre.
    std::array<int, 3> levels(double seconds)
    {
        const double level = 8 + m_air.ppm(seconds) / 5 + 0.5 * m_air.noise();
        std::array<int, 3> pm{};
        for (std::size_t i = 0; i < pm.size(); ++i)
            pm[i] = std::clamp(static_cast<int>(std::lround(level * (1 + 0.4 * double(i)))), 0, 1000);
        return pm;
    }

    SimulatedAir m_air;
    double m_period;
    bool m_active = true;
    double m_next = 0.05;
    std::string m_input;
};

} // namespace

std::unique_ptr<SimulatedDevice> makeWinsenDevice(std::string_view name, const SimulatedDeviceOptions& options)
{
    if (name == "zh03b")
        return std::make_unique<ParticleDevice>(options);
    for (const WinsenType& type : types)
        if (name == type.name)
            return std::make_unique<WinsenGasDevice>(type, options);
    return nullptr;
}

} // namespace bnof::sensing
