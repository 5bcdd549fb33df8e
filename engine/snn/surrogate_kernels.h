// SPDX-License-Identifier: GPL-3.0-or-later
// The loops of surrogate training. Like kernels.h, only plain data crosses this border, because one translation unit
// is compiled for AVX2. Every loop treats its elements independently with IEEE operations and explicit fused
// multiply-adds, so that all versions give the same bits.
#pragma once

#include <cstdint>

namespace bnof::snn {

template <typename Real> struct SurrogateConstants {
    Real membraneDecay = 0;
    Real decay[2] = {}; ///< of the currents: excitatory, inhibitory
    Real gain[2] = {};  ///< mV of membrane in a tick for a current of 1 mV; the inhibitory one is negative
    Real floor[2] = {}; ///< currents below become zero, mV
    Real driveGain = 0;
    Real restTerm = 0;
    Real threshold = 0;
    Real reset = 0;
    Real inverseWidth = 0;       ///< 1 / width of the surrogate, 1 / mV
    std::int32_t refractory = 0; ///< ticks
};

/// One tick forwards. `arriving` is read and set to zero.
template <typename Real> struct SurrogateForward {
    const SurrogateConstants<Real>* constants = nullptr;
    const Real* drive = nullptr; ///< null when nothing is driven
    double* arriving[2] = {};
    Real* current[2] = {};
    Real* membrane = nullptr;
    std::int32_t* waiting = nullptr;
    Real* integrated = nullptr;    ///< out: U
    std::int32_t* held = nullptr;  ///< out: 1 while the refractory time holds the neuron
    std::int32_t* fires = nullptr; ///< out: 1 where U has reached the threshold of a neuron that is not held
    std::uint32_t size = 0;
    bool arctan = false;
};

/// One tick backwards.
template <typename Real> struct SurrogateBackward {
    const SurrogateConstants<Real>* constants = nullptr;
    const Real* integrated = nullptr;
    const std::int32_t* held = nullptr;
    const Real* spikeGradient = nullptr;    ///< dz
    const Real* membraneGradient = nullptr; ///< of the loss by U directly; null: none
    Real* integratedGradient = nullptr;     ///< dU(t+1) in, dU(t) out
    const Real* laterCurrent[2] = {};       ///< dE(t+1), dI(t+1)
    Real* currentGradient[2] = {};          ///< out: dE(t), dI(t)
    std::uint32_t size = 0;
    bool arctan = false;
    bool detachReset = true;
};

template <typename Real> struct SurrogateKernels {
    void (*forward)(const SurrogateForward<Real>& step);
    void (*backward)(const SurrogateBackward<Real>& step);
    /// sums[i] += factor * row[i], in double
    void (*addRow)(double* sums, const Real* row, Real factor, std::uint32_t count);
    /// out[i] += factor * row[i]
    void (*addScaled)(Real* out, const Real* row, Real factor, std::uint32_t count);
    /// The spike that a membrane U gives: 0 or 1, or the surrogate's integral on the smoothed network.
    Real (*spike)(const SurrogateConstants<Real>& constants, Real integrated, bool arctan);
};

/// Hard spikes, float32: what training runs.
extern const SurrogateKernels<float> hardSurrogateKernels;
#if defined(__x86_64__)
extern const SurrogateKernels<float> hardSurrogateKernelsAvx2; ///< needs AVX2 and FMA
#endif
/// The smoothed network in double precision, on which finite differences are valid: spikes have the value of the
/// surrogate's integral; only the refractory hold still follows the hard rule, and is piecewise constant.
extern const SurrogateKernels<double> smoothSurrogateKernels;

} // namespace bnof::snn
