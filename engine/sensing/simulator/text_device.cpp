// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/sensing/simulator/simulated_device.h"

namespace bnof::sensing {
namespace {

/// Text by printf's rules.
template <typename... Arguments> std::string text(const char* format, Arguments... arguments)
{
    char line[256];
    std::snprintf(line, sizeof line, format, arguments...);
    return line;
}

/// Commands that end with a line end, and messages at a steady rate.
class TextDevice : public SimulatedDevice {
public:
    TextDevice(const SimulatedDeviceOptions& options, double rateHz)
        : m_air(options.seed), m_period(1 / (options.rateHz > 0 ? options.rateHz : rateHz))
    {}

    void receive(std::string_view bytes, double seconds, Messages& out) override
    {
        for (const char c : bytes) {
            if (c == '\n' || c == '\r') {
                if (!m_command.empty())
                    obey(m_command, seconds, out);
                m_command.clear();
            } else if (m_command.size() < 200) {
                m_command += c;
            }
        }
    }
    void tick(double seconds, Messages& out) override
    {
        if (!speaks() || seconds < m_next)
            return;
        m_next = std::max(m_next + m_period, seconds);
        message(seconds, out);
    }
    double nextTick() const override { return speaks() ? m_next : std::numeric_limits<double>::infinity(); }

protected:
    virtual void obey(const std::string& command, double seconds, Messages& out) = 0;
    [[nodiscard]] virtual bool speaks() const { return false; }
    virtual void message(double /*seconds*/, Messages& /*out*/) {}

    SimulatedAir m_air;
    double m_period;
    double m_next = 0.05;

private:
    std::string m_command;
};

class DgsDevice final : public TextDevice {
public:
    explicit DgsDevice(const SimulatedDeviceOptions& options) : TextDevice(options, 1) {}
    std::string uriParameters() const override { return "decoder=dgs&gas=CO"; }
    void receive(std::string_view bytes, double seconds, Messages& out) override
    {
        for (const char c : bytes) {
            if (c == '\r')
                message(seconds, out);
            else if (c == 'c')
                m_continuous = !m_continuous;
            else if (c == 'e')
                out.push_back("nA_per_ppm_x100=475\r\nPart_Number=110102\r\n");
        }
    }

protected:
    void obey(const std::string&, double, Messages&) override {}
    bool speaks() const override { return m_continuous; }
    void message(double seconds, Messages& out) override
    {
        const auto whole = [](double value) { return static_cast<int>(std::lround(value)); };
        const int up = static_cast<int>(seconds) + 7200;
        const int ppb = whole(1000 * m_air.ppm(seconds) + 20 * m_air.noise());
        out.push_back(text("110816020449, %d, %d, %d, %d, %d, %d, %02d, %02d, %02d, %02d\r\n", ppb,
                           whole(m_air.temperature(seconds)), whole(m_air.humidity(seconds)), 32690 + ppb / 40, 26500,
                           21000, up / 86400, up / 3600 % 24, up / 60 % 60, up % 60));
    }

private:
    bool m_continuous = false;
};

class CozirDevice final : public TextDevice {
public:
    CozirDevice(const SimulatedDeviceOptions& options, bool sprint)
        : TextDevice(options, sprint ? 20 : 2), m_multiplier(sprint ? 10 : 1)
    {}
    std::string uriParameters() const override { return "decoder=cozir"; }

protected:
    void obey(const std::string& command, double seconds, Messages& out) override
    {
        if (command.starts_with("K ")) {
            m_mode = std::atoi(command.c_str() + 2);
            out.push_back(text(" K %05d\r\n", m_mode));
        } else if (command == ".") {
            out.push_back(text(" . %05d\r\n", m_multiplier));
        } else if (command == "Z" || command == "z") {
            out.push_back(text(" %c %05d\r\n", command[0], counts(seconds)));
        } else if (command == "T" || command == "H") {
            out.push_back(text(" %c %05d\r\n", command[0], command == "T" ? warmth(seconds) : moisture(seconds)));
        } else if (command == "G" || command.starts_with("X ")) { // fresh air, or a known concentration
            const int wanted = command == "G" ? 400 / m_multiplier : std::atoi(command.c_str() + 2);
            m_shift += wanted * m_multiplier - (450 + m_shift + 20 * m_air.ppm(seconds));
            out.push_back(text(" %c %05d\r\n", command[0], wanted));
        } else {
            out.push_back("?\r\n");
        }
    }
    bool speaks() const override { return m_mode == 1; }
    void message(double seconds, Messages& out) override
    {
        const int filtered = counts(seconds);
        out.push_back(
            text(" H %05d T %05d Z %05d z %05d\r\n", moisture(seconds), warmth(seconds), filtered, counts(seconds)));
    }

private:
    int counts(double seconds)
    {
        const double ppm = 450 + m_shift + 20 * m_air.ppm(seconds) + 2 * m_air.noise();
        return std::clamp(static_cast<int>(std::lround(ppm / m_multiplier)), 0, 65535);
    }
    int warmth(double seconds) { return static_cast<int>(std::lround(1000 + 10 * m_air.temperature(seconds))); }
    int moisture(double seconds) { return static_cast<int>(std::lround(10 * m_air.humidity(seconds))); }

    int m_mode = 1;
    int m_multiplier;
    double m_shift = 0; ///< ppm that zero and span commands have added
};

class ScpiDevice final : public TextDevice {
public:
    explicit ScpiDevice(const SimulatedDeviceOptions& options) : TextDevice(options, 1) {}
    std::string uriParameters() const override { return "decoder=scpi&query=MEAS:RES?"; }

protected:
    void obey(const std::string& command, double seconds, Messages& out) override
    {
        if (command == "*IDN?") {
            out.push_back("BNOF,SIMULATED-DMM,0001,1.0\n");
        } else if (command == "SYST:ERR?") {
            out.push_back(m_error ? "-113,\"Undefined header\"\n" : "0,\"No error\"\n");
            m_error = false;
        } else if (command == "READ?" || command == "MEAS:RES?") {
            const double ohm = 1e5 / (1 + m_air.ppm(seconds) / 20) * (1 + 1e-4 * m_air.noise());
            out.push_back(text("%+.6E\n", ohm));
        } else {
            m_error = true; // an instrument stays silent and remembers
        }
    }

private:
    bool m_error = false;
};

class Bme688Device final : public TextDevice {
public:
    explicit Bme688Device(const SimulatedDeviceOptions& options) : TextDevice(options, 1 / 0.14) {}
    std::string uriParameters() const override { return "decoder=bme688"; }
    int baud() const override { return 115200; }
    void greet(Messages& out) override
    {
        out.push_back("# simulated data\nSensor Index,Sensor ID,Time Since PowerOn,Real time clock,Temperature,"
                      "Pressure,Relative Humidity,Resistance Gassensor,Heater Profile Step Index,Scanning enabled,"
                      "Scanning Cycle Index,Label Tag,Error Code\n");
    }

protected:
    void obey(const std::string&, double, Messages&) override {}
    bool speaks() const override { return true; }
    void message(double seconds, Messages& out) override
    {
        const double ppm = m_air.ppm(seconds);
        for (int sensor = 0; sensor < 8; ++sensor) {
            const double heat = 1 + std::sin(0.6 * m_step);
            const double ohm = 2e5 / (1 + heat) / (1 + ppm / (40 + 5 * sensor)) * (1 + 0.002 * m_air.noise());
            out.push_back(text("%d,%d,%.0f,%d,%.2f,%.2f,%.2f,%.1f,%d,1,%d,0,0\n", sensor, 1000 + sensor,
                               seconds * 1000 + sensor, 1'700'000'000, m_air.temperature(seconds), 1013.2,
                               m_air.humidity(seconds), ohm, m_step, m_cycle));
        }
        m_step = (m_step + 1) % 10;
        m_cycle += m_step == 0 ? 1 : 0;
    }

private:
    int m_step = 0;
    int m_cycle = 0;
};

} // namespace

std::unique_ptr<SimulatedDevice> makeTextDevice(std::string_view name, const SimulatedDeviceOptions& options)
{
    if (name == "dgs-ulpsm")
        return std::make_unique<DgsDevice>(options);
    if (name == "cozir" || name == "sprintir")
        return std::make_unique<CozirDevice>(options, name == "sprintir");
    if (name == "scpi")
        return std::make_unique<ScpiDevice>(options);
    if (name == "bme688")
        return std::make_unique<Bme688Device>(options);
    return nullptr;
}

} // namespace bnof::sensing
