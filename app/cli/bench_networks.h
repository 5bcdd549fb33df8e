// SPDX-License-Identifier: GPL-3.0-or-later
// The networks that simulators are compared by. Each is printed with its mean firing rates, so that anyone can check
// that it is the same work.
#pragma once

#include "engine/snn/network.h"

namespace bnof::bench {

/// Balanced random network with current synapses (Vogels & Abbott 2005, benchmark 2 of Brette et al. 2007): 3,200
/// excitatory and 800 inhibitory LIF neurons, 2 % connectivity, 0.1 ms ticks, 0.8 ms delays. 5.4 to 6.0 Hz.
[[nodiscard]] snn::Network cubaNetwork();

/// The same with conductance synapses (benchmark 1 of Brette et al. 2007). 16 to 20 Hz after a kick.
[[nodiscard]] snn::Network cobaNetwork();
/// Population of cobaNetwork() that starts the activity: give it kickRateHz for kickTicks, then silence.
constexpr std::uint32_t cobaKick = 2;
constexpr float kickRateHz = 40;
constexpr std::uint32_t kickTicks = 500;

/// Insect mushroom body: 100 Poisson projection neurons of 50 Hz, each Kenyon cell with 10 of them, one inhibitory
/// neuron that all Kenyon cells excite and that inhibits all of them, 100 output neurons with inputs from all
/// Kenyon cells, pair STDP there where `plastic`. Kenyon cells 1.27 Hz, outputs 30 to 32 Hz.
[[nodiscard]] snn::Network mushroomBody(std::uint32_t kenyonCells, bool plastic);

/// A network of the size of the fly's brain (138,000 LIF neurons, 15 million synapses; the size of the FlyWire
/// connectome, Dorkenwald et al. 2024) with random connections, held at 8 Hz by Poisson input into every neuron.
[[nodiscard]] snn::Network flySized(std::uint32_t neurons = 138'000);

} // namespace bnof::bench
