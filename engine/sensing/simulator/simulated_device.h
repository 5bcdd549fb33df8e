// SPDX-License-Identifier: GPL-3.0-or-later
// Simulated devices that speak a published protocol byte for byte and answer its commands.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/philox.h"
#include "engine/base/result.h"
#include "engine/sensing/simulator/simulated_nose.h"

namespace bnof::sensing {

/// One end of a conversation. Times are seconds since the device was switched on.
class SimulatedDevice {
public:
    using Messages = std::vector<std::string>;

    virtual ~SimulatedDevice() = default;
    /// What a source URI needs to understand it: "decoder=winsen&sensor=mh-z19".
    [[nodiscard]] virtual std::string uriParameters() const = 0;
    [[nodiscard]] virtual int baud() const { return 9600; }
    /// The program's bytes, in any portions; answers are appended, one message each.
    virtual void receive(std::string_view bytes, double seconds, Messages& out) = 0;
    /// Messages that are due unasked up to now are appended.
    virtual void tick(double /*seconds*/, Messages& /*out*/) {}
    /// When tick() is to be called next.
    [[nodiscard]] virtual double nextTick() const { return std::numeric_limits<double>::infinity(); }
    /// A program connected.
    virtual void greet(Messages& /*out*/) {}
};

/// The air that a simulated device measures: exposures of a script, first-order response, noise.
class SimulatedAir {
public:
    explicit SimulatedAir(std::uint64_t seed);
    /// Concentration of the present gas in ppm at a time not before the previous one.
    double ppm(double seconds);
    double temperature(double seconds);          ///< degrees Celsius
    double humidity(double seconds);             ///< % RH
    double noise() { return m_random.normal(); } ///< mean 0, standard deviation 1

private:
    NoseScript m_script;
    PhiloxSequence m_random;
    double m_level = 0;
    double m_last = 0;
};

struct SimulatedDeviceOptions {
    std::uint64_t seed = 1;
    double rateHz = 0; ///< messages a second of devices that speak unasked; 0: the device's own
};
struct SimulatedDeviceInfo {
    std::string name;
    std::string summary;
};
/// "mh-z19", "ze07", ... for `bnof simulate --device`.
[[nodiscard]] const std::vector<SimulatedDeviceInfo>& simulatedDevices();
[[nodiscard]] Result<std::unique_ptr<SimulatedDevice>> makeSimulatedDevice(std::string_view name,
                                                                           const SimulatedDeviceOptions& options);

// One maker per file of devices; null when the name is of another one.
[[nodiscard]] std::unique_ptr<SimulatedDevice> makeWinsenDevice(std::string_view name,
                                                                const SimulatedDeviceOptions& options);
[[nodiscard]] std::unique_ptr<SimulatedDevice> makeSensirionDevice(std::string_view name,
                                                                   const SimulatedDeviceOptions& options);
[[nodiscard]] std::unique_ptr<SimulatedDevice> makeTextDevice(std::string_view name,
                                                              const SimulatedDeviceOptions& options);

} // namespace bnof::sensing
