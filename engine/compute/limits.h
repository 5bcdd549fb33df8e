// SPDX-License-Identifier: GPL-3.0-or-later
// What one core of this machine can do at most, measured: the yardsticks that benchmarks are held against.
#pragma once

#include "engine/base/result.h"

namespace bnof::compute {

/// All figures: one core, CPU time, median of several short runs, widest instruction set of this CPU. Memory
/// shared with other programs makes them vary by 10-30 %.
struct MachineLimits {
    double dramTriadBytesPerSecond = 0; ///< a = b + s c over arrays far larger than the caches, 12 bytes an element
    double l2TriadBytesPerSecond = 0;   ///< the same over arrays that fit the second-level cache
    double fmaFlopsPerSecond = 0;       ///< single-precision multiply-adds, two operations each
};

/// Measures all three; takes about a second and 192 MiB for the duration. Errors: not enough memory.
[[nodiscard]] Result<MachineLimits> measureLimits();

[[nodiscard]] Result<double> measureDramTriad();
[[nodiscard]] Result<double> measureL2Triad();
[[nodiscard]] double measureFma();

/// Neuron updates a second of a minimal LIF loop (membrane, one exponential synapse, refractory counter: 10 bytes a
/// neuron, read and written once a tick) over `neurons` neurons. Errors: not enough memory.
[[nodiscard]] Result<double> measureLifLoop(std::size_t neurons);
/// Synapses a second of a minimal delivery loop: 16-bit targets and 16-bit weights from long sorted rows that are added
/// to `targets` (at most 65,536) integers. Errors: not enough memory.
[[nodiscard]] Result<double> measureScatter(std::size_t targets);

} // namespace bnof::compute
