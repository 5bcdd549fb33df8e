// SPDX-License-Identifier: GPL-3.0-or-later
// The spikes of a recording unit by unit, as NWB's Units table wants them. Private to this folder.
#pragma once

#include <functional>

#include "engine/recording/interchange/exporters.h"

namespace bnof::recording {

/// A neuron that fired.
struct Unit {
    std::uint32_t layer = 0;
    std::uint32_t neuron = 0;
    std::uint64_t spikes = 0;
};
/// Every neuron that fired, by layer and number. One pass.
[[nodiscard]] Result<std::vector<Unit>> findUnits(ExportJob& job, double from, double to);

struct UnitSpike {
    Timestamp t;
    std::uint32_t tick;
};
/// Hands out the spikes of each unit in turn, in order of time. Reads the recording once for every sixteen million
/// spikes, so that memory stays bounded.
Result<void> eachUnit(ExportJob& job, const std::vector<Unit>& units, double from, double to,
                      const std::function<Result<void>(const Unit&, std::span<const UnitSpike>)>& use);

} // namespace bnof::recording
