// SPDX-License-Identifier: GPL-3.0-or-later
// How much energy this computer's processors have used, where they say so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/compute/nvml.h"

namespace bnof::compute {

/// Joules since the meter was opened; whole packages and boards, whoever used them.
struct EnergyReading {
    std::optional<double> cpuJoules;
    std::optional<double> gpuJoules;
    std::vector<std::string> missing; ///< one line a figure that could not be read, with the reason
};

/// Reads the running average power limit counters that the kernel shows (Linux powercap, intel-rapl: also AMD's from
/// family 17h on) and the GPUs' own counters (NVML). The CPU's counters wrap around after a minute or more of full
/// load: read at least that often.
class EnergyMeter {
public:
    /// Never fails: what is missing is named by read(). `powercap` and `nvmlLibrary` can be replaced for tests.
    [[nodiscard]] static EnergyMeter open(const std::string& powercap = "/sys/class/powercap",
                                          const std::string& nvmlLibrary = "libnvidia-ml.so.1");

    [[nodiscard]] EnergyReading read();

private:
    struct Zone {
        std::string energyPath;
        std::uint64_t range = 0; ///< microjoules at which the counter wraps
        std::uint64_t last = 0;
    };
    EnergyMeter() = default;
    [[nodiscard]] std::optional<double> gpuTotal(std::string& why) const;

    std::vector<Zone> m_zones;
    double m_cpuJoules = 0;
    std::string m_cpuMissing;
    std::optional<Nvml> m_nvml;
    std::string m_gpuMissing;
    double m_gpuAtStart = 0;
};

} // namespace bnof::compute
