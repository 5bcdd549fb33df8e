// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring loops, compiled once for each instruction set. Only plain data and pointers cross this
// border: an inline function shared with the other files could be merged by the linker into a copy that an
// older CPU cannot execute.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bnof::compute {

struct LimitKernels {
    /// a = b + s c; `size` is a multiple of 64.
    void (*triad)(float* a, const float* b, const float* c, float s, std::size_t size);
    /// `rounds` rounds of independent multiply-adds; the result only keeps them from being left out.
    float (*multiplyAdd)(std::uint64_t rounds);
    std::uint32_t operationsPerRound = 0; ///< floating-point operations
    /// One tick of `size` (a multiple of 64) leaky integrate-and-fire neurons with one exponential synapse and a
    /// refractory time, in the fewest instructions that do it: the ceiling of a neuron update. Returns the number of
    /// threshold crossings.
    std::uint64_t (*lifTick)(float* membrane, float* current, std::uint16_t* wait, std::size_t size) = nullptr;
};

/// Constants of lifTick: membrane 20 ms, synapse 5 ms, tick 0.1 ms; rest 0 mV, threshold 10 mV, 2 ms refractory.
constexpr float lifDecay = 0.995012479F;
constexpr float lifSynapseDecay = 0.980198673F;
constexpr float lifGain = 0.00494F;
constexpr float lifThreshold = 10.0F;
constexpr std::uint16_t lifRefractory = 20;

extern const LimitKernels scalarLimitKernels;
#if defined(__x86_64__)
extern const LimitKernels avx2LimitKernels;
extern const LimitKernels avx512LimitKernels;
#endif

} // namespace bnof::compute
