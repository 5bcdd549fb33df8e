// SPDX-License-Identifier: GPL-3.0-or-later
// A model of a 16-channel metal-oxide gas sensor array, for demonstrations and tests without hardware.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::sensing {

/// One exposure of a script.
struct Exposure {
    double startSeconds = 0;
    double durationSeconds = 0;
    std::string gas; ///< one of SimulatedNose::gases()
    double ppm = 0;
};

struct NoseScript {
    std::vector<Exposure> exposures;
    double periodSeconds = 0; ///< the script repeats after this; 0: never
};

/// Script file: JSON {"period_s": 240, "exposures": [{"start_s": 10, "duration_s": 30, "gas": "ethanol",
/// "ppm": 100}, ...]}.
[[nodiscard]] Result<NoseScript> noseScriptFromJson(const Json& json);
/// Randomised exposures of all gases with clean air between them, from a seed. The first begins at 6 s.
[[nodiscard]] NoseScript demonstrationScript(std::uint64_t seed);

struct NoseOptions {
    std::uint64_t seed = 1; ///< noise, drift
    std::uint64_t unit = 1; ///< which specimen of the array: gain and offset spread between units
    double rateHz = 20;
};

/// Step-by-step model; deterministic in seed and script.
class SimulatedNose {
public:
    SimulatedNose(const NoseOptions& options, NoseScript script);
    ~SimulatedNose();
    SimulatedNose(SimulatedNose&&) noexcept;

    [[nodiscard]] static const std::vector<std::string>& gases();
    /// 16 gas channels (ADC counts), then temperature and relative humidity.
    [[nodiscard]] const std::vector<ChannelInfo>& channels() const;
    /// Values of the next sample, 1/rateHz after the previous one.
    void next(std::vector<float>& values);
    [[nodiscard]] double seconds() const; ///< device time of the next sample
    /// What is really there (set point at the inlet), for labels: gas name or empty, ppm.
    [[nodiscard]] std::string presentGas() const;
    [[nodiscard]] double presentPpm() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace bnof::sensing
