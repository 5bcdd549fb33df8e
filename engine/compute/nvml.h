// SPDX-License-Identifier: GPL-3.0-or-later
// What NVIDIA GPUs are doing, through the NVIDIA Management Library that comes with the driver. It is loaded while
// the program runs; nothing of NVIDIA's is needed to build this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::compute {

/// One GPU at one instant. A figure that this GPU or driver does not give is absent, and `missing` says why.
struct GpuReading {
    unsigned index = 0;                  ///< NVML's order: by PCI bus, whatever CUDA_VISIBLE_DEVICES says
    std::string name;                    ///< as the driver names it
    std::string uuid;                    ///< "GPU-...", the same in CUDA and NVML
    std::optional<double> utilisation;   ///< share of the last sample period with a kernel running, 0..1
    std::optional<double> memoryTraffic; ///< share of it with memory being read or written, 0..1
    std::optional<std::uint64_t> memoryUsedBytes;
    std::optional<std::uint64_t> memoryTotalBytes;
    std::optional<double> powerWatts;
    std::optional<double> powerLimitWatts;
    std::optional<double> energyJoules; ///< since the driver was loaded
    std::optional<double> temperatureCelsius;
    std::optional<double> coreClockHertz;
    std::optional<double> memoryClockHertz;
    /// Why the clocks are below their highest, in words; empty when nothing holds them back.
    std::vector<std::string> throttleReasons;
    /// One line a figure that could not be read: "power draw: nvmlDeviceGetPowerUsage: Not Supported".
    std::vector<std::string> missing;
};

/// A connection to the driver. Movable; safe to read from one thread at a time.
class Nvml {
public:
    /// Loads `libraryPath` and starts NVML. Errors name what is missing (library, symbol, driver) and say that the
    /// CPU back ends do the work meanwhile.
    [[nodiscard]] static Result<Nvml> open(const std::string& libraryPath = "libnvidia-ml.so.1");
    Nvml(Nvml&&) noexcept;
    Nvml& operator=(Nvml&&) noexcept;
    ~Nvml();

    /// Every GPU now. A GPU that refuses single figures is still listed; the call fails, with the function's name, when
    /// the GPUs cannot be counted or one of them cannot be reached (for example one that fell off the bus).
    [[nodiscard]] Result<std::vector<GpuReading>> read() const;

    /// The driver's version, e.g. "550.54.15"; empty when it does not tell.
    [[nodiscard]] const std::string& driverVersion() const;

private:
    struct Library;
    explicit Nvml(std::unique_ptr<Library> library);
    std::unique_ptr<Library> m_library;
};

/// One line for people, e.g. "NVIDIA H100: 97 % busy, 12.0 of 79.6 GiB, 412 W of 700 W, 61 °C, 1755 MHz (software
/// power cap)"; figures that are absent are left out.
[[nodiscard]] std::string describe(const GpuReading& reading);

} // namespace bnof::compute
