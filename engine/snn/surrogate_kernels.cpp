// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numbers>

#include "engine/snn/surrogate_kernels_impl.h"

namespace bnof::snn {
namespace {

/// Integral of the surrogate's slope.
double smoothSpike(const SurrogateConstants<double>& c, double integrated, bool arctan)
{
    const double x = (integrated - c.threshold) * c.inverseWidth;
    return arctan ? std::atan(x * std::numbers::pi / 2) / std::numbers::pi + 0.5 : (1 + x / (1 + std::abs(x))) / 2;
}

void forwardSmooth(const SurrogateForward<double>& s)
{
    for (int r = 0; r < 2; ++r)
        advanceCurrent(s.current[r], s.arriving[r], s.constants->decay[r], s.constants->floor[r], s.size);
    integrate(s);
    holdAndFire(s);
    const double reset = s.constants->reset;
    for (std::uint32_t i = 0; i < s.size; ++i) {
        const double spike = smoothSpike(*s.constants, s.integrated[i], s.arctan);
        s.membrane[i] = s.held[i] != 0 ? reset : (1 - spike) * s.integrated[i] + spike * reset;
    }
}

} // namespace

constinit const SurrogateKernels<float> hardSurrogateKernels = hardKernels();
constinit const SurrogateKernels<double> smoothSurrogateKernels = {forwardSmooth, backward<double, smoothSpike>,
                                                                   addRow<double>, addScaled<double>, smoothSpike};

} // namespace bnof::snn
