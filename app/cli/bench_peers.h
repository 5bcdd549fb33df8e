// SPDX-License-Identifier: GPL-3.0-or-later
// Other simulators beside ours.
#pragma once

#include <optional>
#include <string>

#include "app/cli/bench.h"

namespace bnof::bench {

/// A figure that was measured elsewhere: one core of an Ice Lake server at 2.8 GHz, the same network.
struct Peer {
    std::string name;
    double timesRealTime = 0;
};

/// Runs resources/benchmarks/brian.py in a temporary folder: the network `model` ("cuba" or "coba") in Brian 2, as C++
/// on one thread of this machine, in biological seconds per CPU second. Nothing when python3-brian is not installed or
/// it fails. Takes about 20 s, most of it for compiling.
[[nodiscard]] std::optional<Figure::Baseline> runBrian(const std::string& model);

} // namespace bnof::bench
