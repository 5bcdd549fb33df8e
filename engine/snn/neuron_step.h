// SPDX-License-Identifier: GPL-3.0-or-later
// One tick of a neuron, written once over a trait `T` that lists the operations that are allowed because they give
// the same bits on every machine: add, multiply, fused multiply-add, int32 to float (round to nearest even), ordered
// comparison and selection. The vector kernels and the device kernels include it; everything here is in an anonymous
// namespace: see kernels.h.
#pragma once

#include "engine/base/kernel.h"
#include "engine/snn/kernels.h"

namespace bnof::snn {
namespace {

/// What a neuron carries from tick to tick, in registers.
template <class T> struct NeuronRegisters {
    typename T::Float membrane;
    typename T::Float second;
    typename T::Float current[2];
    typename T::Float input; ///< what does not change in the block: rest and drive
    typename T::Int wait;
};

template <class T> BNOF_KERNEL_INLINE typename T::Float flushBelow(const typename T::Float& value, float floor)
{
    return T::keepWhere(T::greaterEqual(value, T::broadcast(floor)), value);
}

/// A current after a tick: decay, then what arrives, in one rounding.
template <class T>
BNOF_KERNEL_INLINE typename T::Float currentAfter(const typename T::Float& current, const typename T::Int& arriving,
                                                  float decay)
{
    return flushBelow<T>(T::fusedMultiplyAdd(current, T::broadcast(decay), T::toFloat(arriving)), currentFloor);
}

template <class T>
BNOF_KERNEL_INLINE typename T::Float limitedConductance(const typename T::Float& current, float gain, float limit)
{
    const auto conductance = T::multiply(current, T::broadcast(gain));
    return T::minimum(conductance, T::broadcast(limit)); // neither is ever NaN or -0
}

/// The part of a neuron's input that is the same in every tick of the block; `drive` is read where Driven.
template <class T, NeuronKind Kind, bool Driven>
BNOF_KERNEL_INLINE typename T::Float steadyPart(const NeuronConstants& c, const float* drive)
{
    if constexpr (Kind == NeuronKind::Izhikevich) {
        const auto constant = T::broadcast(140.0F);
        if constexpr (Driven)
            return T::add(constant, T::load(drive));
        else
            return constant;
    } else {
        const auto rest = T::broadcast(c.restTerm);
        if constexpr (!Driven)
            return rest;
        else if constexpr (Kind == NeuronKind::ConductanceLif)
            return T::add(rest, T::load(drive));
        else
            return T::fusedMultiplyAdd(T::load(drive), T::broadcast(c.driveGain), rest);
    }
}

/// Membrane potential at the end of the tick, before the threshold; the currents have been advanced.
template <class T, NeuronKind Kind, bool Excited, bool Inhibited>
BNOF_KERNEL_INLINE typename T::Float membraneAfter(const NeuronConstants& c, NeuronRegisters<T>& n)
{
    auto input = n.input;
    if constexpr (Kind == NeuronKind::ConductanceLif) {
        // tau_m dV/dt = slope V + offset with slope = -(1 + ge + gi), offset = rest + ge Ee + gi Ei + drive
        auto slope = T::broadcast(-1.0F);
        if constexpr (Inhibited) {
            const auto conductance = limitedConductance<T>(n.current[1], c.inhibitoryGain, c.conductanceLimit);
            input = T::fusedMultiplyAdd(conductance, T::broadcast(c.inhibitoryReversal), input);
            slope = T::subtract(slope, conductance);
        }
        if constexpr (Excited) {
            const auto conductance = limitedConductance<T>(n.current[0], c.excitatoryGain, c.conductanceLimit);
            input = T::fusedMultiplyAdd(conductance, T::broadcast(c.excitatoryReversal), input);
            slope = T::subtract(slope, conductance);
        }
        const auto first = T::fusedMultiplyAdd(slope, n.membrane, input);
        const auto middle = T::fusedMultiplyAdd(first, T::broadcast(c.halfStep), n.membrane);
        const auto second = T::fusedMultiplyAdd(slope, middle, input);
        return T::fusedMultiplyAdd(second, T::broadcast(c.step), n.membrane);
    } else {
        if constexpr (Inhibited)
            input = T::fusedMultiplyAdd(n.current[1], T::broadcast(c.inhibitoryGain), input);
        if constexpr (Excited)
            input = T::fusedMultiplyAdd(n.current[0], T::broadcast(c.excitatoryGain), input);
        if constexpr (Kind == NeuronKind::Lif || Kind == NeuronKind::AdaptiveLif)
            return T::fusedMultiplyAdd(n.membrane, T::broadcast(c.membraneDecay), input);
        input = T::subtract(input, n.second);
        auto v = n.membrane;
        for (int half = 0; half < 2; ++half) {
            const auto line = T::fusedMultiplyAdd(v, T::broadcast(0.04F), T::broadcast(5.0F));
            v = T::fusedMultiplyAdd(T::fusedMultiplyAdd(v, line, input), T::broadcast(c.halfStep), v);
            v = T::select(T::greaterEqual(v, T::broadcast(izhikevichFloor)), v, T::broadcast(izhikevichFloor));
        }
        const auto peak = T::broadcast(c.threshold);
        const auto seen = T::minimum(v, peak);
        const auto pull = T::subtract(T::multiply(seen, T::broadcast(c.recoverySlope)), n.second);
        n.second = T::fusedMultiplyAdd(pull, T::broadcast(c.step), n.second);
        return v;
    }
}

/// Adaptive LIF: the adaptation decays by a tick; the threshold with it.
template <class T>
BNOF_KERNEL_INLINE typename T::Float adaptedThreshold(const NeuronConstants& c, NeuronRegisters<T>& n)
{
    n.second = flushBelow<T>(T::multiply(n.second, T::broadcast(c.adaptationDecay)), adaptationFloor);
    return T::add(T::broadcast(c.threshold), n.second);
}

/// Threshold, reset and refractoriness; returns who fires.
template <class T, NeuronKind Kind>
BNOF_KERNEL_INLINE typename T::Mask fireOrWait(const NeuronConstants& c, NeuronRegisters<T>& n,
                                               const typename T::Float& membrane)
{
    auto threshold = T::broadcast(c.threshold);
    if constexpr (Kind == NeuronKind::AdaptiveLif)
        threshold = adaptedThreshold<T>(c, n);
    const auto above = T::greaterEqual(membrane, threshold);
    if constexpr (Kind == NeuronKind::Izhikevich) {
        n.membrane = T::select(above, T::broadcast(c.reset), membrane);
        n.second = T::select(above, T::add(n.second, T::broadcast(c.adaptationStep)), n.second);
        return above;
    } else {
        const auto waiting = T::positive(n.wait);
        const auto fires = T::butNot(above, waiting);
        n.membrane = T::select(T::either(fires, waiting), T::broadcast(c.reset), membrane);
        n.wait = T::addWhere(fires, T::decrementWhere(waiting, n.wait), T::broadcast(c.refractory));
        if constexpr (Kind == NeuronKind::AdaptiveLif)
            n.second = T::select(fires, T::add(n.second, T::broadcast(c.adaptationStep)), n.second);
        return fires;
    }
}

/// One tick of neurons into which `arriving` units come at each receptor.
template <class T, NeuronKind Kind, bool Excited, bool Inhibited>
BNOF_KERNEL_INLINE typename T::Mask tickOf(const NeuronConstants& c, NeuronRegisters<T>& n,
                                           const typename T::Int (&arriving)[2])
{
    if constexpr (Inhibited)
        n.current[1] = currentAfter<T>(n.current[1], arriving[1], c.inhibitoryDecay);
    if constexpr (Excited)
        n.current[0] = currentAfter<T>(n.current[0], arriving[0], c.excitatoryDecay);
    return fireOrWait<T, Kind>(c, n, membraneAfter<T, Kind, Excited, Inhibited>(c, n));
}

} // namespace
} // namespace bnof::snn
