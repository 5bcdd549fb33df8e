// SPDX-License-Identifier: GPL-3.0-or-later
// An exposure protocol: what flows when, in which order, how often; and the conditions under which it may start. A
// protocol is a file with a version; what it becomes for a seed (the plan) travels with the recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::session {

/// Something that is let flow.
struct Stimulus {
    std::string gas;
    double ppm = 0;      ///< 0: unknown
    std::string command; ///< sent when its exposure begins, e.g. "V2=1"; empty: people open the valve

    [[nodiscard]] std::string label() const; ///< "ethanol 100 ppm": the mark's text
    bool operator==(const Stimulus&) const = default;
};

/// What must hold before it starts. A limit of 0 is not asked for.
struct GateLimits {
    double warmUpSeconds = 60;                             ///< of data since the source began
    double baselineSeconds = 30;                           ///< over which the baseline is judged
    double baselineSlopePerMinute = 0.02;                  ///< relative
    double baselineSpread = 0.03;                          ///< relative standard deviation
    std::optional<double> temperatureLow, temperatureHigh; ///< degC
    std::optional<double> humidityLow, humidityHigh;       ///< percent
    double freeMegabytes = 500;

    bool operator==(const GateLimits&) const = default;
};

/// Valves or mass-flow controllers on a serial line: each command is sent as one line.
struct ValveLine {
    std::string source;   ///< "serial:/dev/ttyACM0?baud=9600"; empty: no valves
    std::string baseline; ///< carrier gas
    std::string recovery; ///< empty: as baseline
    std::string safe;     ///< everything shut: at the end, when paused and when aborted
    std::string terminator = "\n";

    bool operator==(const ValveLine&) const = default;
};

struct Protocol {
    std::string name;
    int version = 1;
    std::string notes;
    double baselineSeconds = 60, exposureSeconds = 60, recoverySeconds = 120, waitSeconds = 0;
    std::vector<Stimulus> stimuli;
    int replicates = 3; ///< of every stimulus
    int blanks = 1;     ///< exposures to carrier gas in every replicate
    std::string blankCommand;
    bool randomise = true; ///< the order within each replicate
    GateLimits gates;
    ValveLine valves;

    bool operator==(const Protocol&) const = default;
};

/// {"format": "bnof-protocol", "schema": 1, ...}, see resources/protocols. Errors name the field.
[[nodiscard]] Result<Protocol> protocolFromJson(const Json& json, const std::string& where);
[[nodiscard]] Json toJson(const Protocol& protocol);
[[nodiscard]] Result<Protocol> readProtocol(const std::string& path);

enum class PhaseKind : std::uint8_t { Baseline, Exposure, Recovery, Wait };
[[nodiscard]] const char* toString(PhaseKind kind);

struct Phase {
    PhaseKind kind = PhaseKind::Baseline;
    double seconds = 0;
    int trial = 0;     ///< counted from 0
    int replicate = 0; ///< counted from 0
    int stimulus = -1; ///< of Protocol::stimuli; -1: a blank
    std::string label; ///< the mark's text
    std::string command;

    bool operator==(const Phase&) const = default;
};

/// The whole course for a seed (Philox: the same on every computer). Phases of no length are left out.
[[nodiscard]] std::vector<Phase> planOf(const Protocol& protocol, std::uint64_t seed);
[[nodiscard]] double totalSeconds(const std::vector<Phase>& plan);
/// What a recording carries: the document, its SHA-256, the seed and the plan's trials.
[[nodiscard]] Json recordedProtocol(const Protocol& protocol, std::uint64_t seed);

} // namespace bnof::session
