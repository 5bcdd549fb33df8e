// SPDX-License-Identifier: GPL-3.0-or-later
// Networks as graphs in the manner of the Neuromorphic Intermediate Representation (Pedersen et al. 2024, Nature
// Communications 15:8122), written as JSON where that has HDF5.
#pragma once

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/snn/network.h"

namespace bnof::snn {

/// {"format": "nir-json", "version": 1, "name", "nodes": {name: {"type", ...}}, "edges": [[from, to], ...]} in seconds
/// and volts. A LIF population is a CubaLIF node (tau_mem dv/dt = v_leak - v + r I, tau_syn dI/dt = -I + w_in S), a
/// source an Input; a projection is a Linear node with signed weights as {"shape": [targets, sources], "rows",
/// "columns", "values"}, and a Delay node behind it where it has one. What the representation cannot say (refractory
/// times, a second synaptic time constant, other neurons, rules that draw connections, learning) is in a member "bnof"
/// of the node, so that networkFromNir() gives the same network, bit for bit.
[[nodiscard]] Json toNir(const Network& network);

/// Reads what toNir() wrote, and graphs of other programs made of Input, Output, CubaLIF, LIF, Linear, Affine without a
/// bias, and Delay, with parameters that are alike for all neurons of a node; weights may be dense rows too. Their
/// signed weights become an excitatory and an inhibitory projection, an Input a population of Poisson sources at rate
/// 0. A LIF node, whose synapses act at once, gets synapses of one tick with the same charge. Tick: "tick_s" or 1 ms.
/// Errors name the node.
[[nodiscard]] Result<Network> networkFromNir(const Json& json);

} // namespace bnof::snn
