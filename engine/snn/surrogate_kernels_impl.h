// SPDX-License-Identifier: GPL-3.0-or-later
// Included by one translation unit an instruction set; everything is in an anonymous namespace (see kernels.h).
#pragma once

#include "engine/snn/surrogate_kernels.h"

namespace bnof::snn {
namespace {

inline float fused(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}
inline double fused(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}

/// Slope of the spike; see SurrogateShape.
template <typename Real> inline Real slope(Real distance, Real inverseWidth, bool arctan)
{
    constexpr Real halfPi = static_cast<Real>(1.57079632679489661923);
    const Real x = distance * inverseWidth;
    const Real stretched = x * halfPi;
    const Real magnitude = x < 0 ? -x : x;
    const Real denominator = arctan ? 1 + stretched * stretched : (1 + magnitude) * (1 + magnitude);
    return static_cast<Real>(0.5) * inverseWidth / denominator;
}

template <typename Real>
void advanceCurrent(Real* __restrict current, double* __restrict arriving, Real decay, Real floor, std::uint32_t size)
{
    for (std::uint32_t i = 0; i < size; ++i) {
        const Real after = fused(current[i], decay, static_cast<Real>(arriving[i]));
        current[i] = after >= floor ? after : Real{0};
        arriving[i] = 0;
    }
}

/// U for every neuron, from the currents that have already been advanced. The order of the additions is the
/// simulator's: rest and drive, inhibitory, excitatory, decayed membrane.
template <typename Real> void integrate(const SurrogateForward<Real>& s)
{
    const SurrogateConstants<Real> c = *s.constants;
    const Real* __restrict excitatory = s.current[0];
    const Real* __restrict inhibitory = s.current[1];
    const Real* __restrict membrane = s.membrane;
    Real* __restrict out = s.integrated;
    if (s.drive != nullptr) {
        const Real* __restrict drive = s.drive;
        for (std::uint32_t i = 0; i < s.size; ++i)
            out[i] = fused(drive[i], c.driveGain, c.restTerm);
    } else {
        for (std::uint32_t i = 0; i < s.size; ++i)
            out[i] = c.restTerm;
    }
    for (std::uint32_t i = 0; i < s.size; ++i) {
        const Real input = fused(excitatory[i], c.gain[0], fused(inhibitory[i], c.gain[1], out[i]));
        out[i] = fused(membrane[i], c.membraneDecay, input);
    }
}

/// The refractory hold, the same in the hard and in the smoothed network.
template <typename Real> void holdAndFire(const SurrogateForward<Real>& s)
{
    const SurrogateConstants<Real> c = *s.constants;
    const Real* __restrict integrated = s.integrated;
    std::int32_t* __restrict waiting = s.waiting;
    std::int32_t* __restrict held = s.held;
    std::int32_t* __restrict fires = s.fires;
    for (std::uint32_t i = 0; i < s.size; ++i) {
        const std::int32_t waits = waiting[i] > 0 ? 1 : 0;
        const std::int32_t reached = integrated[i] >= c.threshold ? 1 : 0;
        const std::int32_t fired = reached & (1 - waits);
        held[i] = waits;
        fires[i] = fired;
        waiting[i] = fired != 0 ? c.refractory : waiting[i] - waits;
    }
}

template <typename Real> void forwardHard(const SurrogateForward<Real>& s)
{
    for (int r = 0; r < 2; ++r)
        advanceCurrent(s.current[r], s.arriving[r], s.constants->decay[r], s.constants->floor[r], s.size);
    integrate(s);
    holdAndFire(s);
    const Real reset = s.constants->reset;
    const Real* __restrict integrated = s.integrated;
    const std::int32_t* __restrict held = s.held;
    const std::int32_t* __restrict fires = s.fires;
    Real* __restrict membrane = s.membrane;
    for (std::uint32_t i = 0; i < s.size; ++i)
        membrane[i] = (held[i] | fires[i]) != 0 ? reset : integrated[i];
}

template <typename Real> Real hardSpike(const SurrogateConstants<Real>& c, Real integrated, bool)
{
    return integrated >= c.threshold ? Real{1} : Real{0};
}

template <typename Real, Real (*Spike)(const SurrogateConstants<Real>&, Real, bool)>
void backward(const SurrogateBackward<Real>& s)
{
    const SurrogateConstants<Real> c = *s.constants;
    const Real* __restrict integrated = s.integrated;
    const std::int32_t* __restrict held = s.held;
    const Real* __restrict spikeGradient = s.spikeGradient;
    Real* __restrict gradient = s.integratedGradient;
    const Real attached = s.detachReset ? Real{0} : Real{1};
    for (std::uint32_t i = 0; i < s.size; ++i) {
        const Real membraneGradient = c.membraneDecay * gradient[i];
        const Real u = integrated[i];
        const Real spike = Spike(c, u, s.arctan);
        const Real throughReset = attached * membraneGradient * (c.reset - u);
        const Real sum = membraneGradient * (1 - spike) +
                         slope(u - c.threshold, c.inverseWidth, s.arctan) * (spikeGradient[i] + throughReset);
        gradient[i] = held[i] != 0 ? Real{0} : sum;
    }
    if (s.membraneGradient != nullptr) {
        const Real* __restrict direct = s.membraneGradient;
        for (std::uint32_t i = 0; i < s.size; ++i)
            gradient[i] += direct[i];
    }
    for (int r = 0; r < 2; ++r) {
        const Real* __restrict later = s.laterCurrent[r];
        Real* __restrict current = s.currentGradient[r];
        for (std::uint32_t i = 0; i < s.size; ++i)
            current[i] = c.gain[r] * gradient[i] + c.decay[r] * later[i];
    }
}

template <typename Real> void addRow(double* __restrict sums, const Real* __restrict row, Real factor, std::uint32_t n)
{
    for (std::uint32_t i = 0; i < n; ++i)
        sums[i] += static_cast<double>(factor * row[i]);
}

template <typename Real> void addScaled(Real* __restrict out, const Real* __restrict row, Real factor, std::uint32_t n)
{
    for (std::uint32_t i = 0; i < n; ++i)
        out[i] += factor * row[i];
}

constexpr SurrogateKernels<float> hardKernels()
{
    return {forwardHard<float>, backward<float, hardSpike<float>>, addRow<float>, addScaled<float>, hardSpike<float>};
}

} // namespace
} // namespace bnof::snn
