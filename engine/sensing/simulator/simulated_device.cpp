// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/simulated_device.h"

#include <algorithm>
#include <cmath>

namespace bnof::sensing {
namespace {

constexpr double riseSeconds = 4; ///< time constant of the simulated sensors

} // namespace

SimulatedAir::SimulatedAir(std::uint64_t seed) : m_script(demonstrationScript(seed)), m_random(seed, 0xA12) {}

double SimulatedAir::ppm(double seconds)
{
    const double at = m_script.periodSeconds > 0 ? std::fmod(seconds, m_script.periodSeconds) : seconds;
    double target = 0;
    for (const Exposure& exposure : m_script.exposures)
        if (at >= exposure.startSeconds && at < exposure.startSeconds + exposure.durationSeconds)
            target = exposure.ppm;
    const double elapsed = std::max(0.0, seconds - m_last);
    m_last = seconds;
    m_level += (target - m_level) * (1 - std::exp(-elapsed / riseSeconds));
    return m_level;
}

double SimulatedAir::temperature(double seconds)
{
    return 23 + 1.5 * std::sin(seconds / 300) + 0.05 * noise();
}

double SimulatedAir::humidity(double seconds)
{
    return 45 + 5 * std::sin(seconds / 420) + 0.2 * noise();
}

const std::vector<SimulatedDeviceInfo>& simulatedDevices()
{
    static const std::vector<SimulatedDeviceInfo> all{
        {"mh-z19", "Winsen MH-Z19, CO2, asked"},
        {"ze07", "Winsen ZE07-CO, active upload until told otherwise"},
        {"ze08", "Winsen ZE08-CH2O, the same"},
        {"ze25", "Winsen ZE25-O3, the same"},
        {"ze03", "Winsen ZE03-CO, the same with its own mode commands"},
        {"zh03b", "Winsen ZH03B particle sensor, speaks by itself"},
        {"sps30", "Sensirion SPS30 particle sensor, asked"},
        {"sensorbridge-sgp40", "Sensirion SensorBridge with an SGP40 on port 0"},
        {"sensorbridge-sgp41", "Sensirion SensorBridge with an SGP41 on port 0"},
        {"sensorbridge-scd4x", "Sensirion SensorBridge with an SCD4x on port 0"},
        {"sensorbridge-both", "Sensirion SensorBridge with an SGP41 on port 0 and an SCD4x on port 1"},
        {"dgs-ulpsm", "SPEC DGS-ULPSM-CO, asked or continuous"},
        {"cozir", "GSS COZIR, streaming or polled"},
        {"sprintir", "GSS SprintIR, 20 a second, multiplier 10"},
        {"scpi", "A meter that answers SCPI queries"},
        {"bme688", "Bosch BME688 development kit: 8 sensors with 10 heater steps"},
    };
    return all;
}

Result<std::unique_ptr<SimulatedDevice>> makeSimulatedDevice(std::string_view name,
                                                             const SimulatedDeviceOptions& options)
{
    for (const auto make : {makeWinsenDevice, makeSensirionDevice, makeTextDevice})
        if (auto device = make(name, options))
            return device;
    std::string known;
    for (const SimulatedDeviceInfo& info : simulatedDevices())
        known += (known.empty() ? "" : ", ") + info.name;
    return makeError(ErrorKind::Usage, "there is no simulated device \"" + std::string(name) + "\"", "--device",
                     "Use one of " + known + ".");
}

} // namespace bnof::sensing
