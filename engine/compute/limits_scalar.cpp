// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/limits_kernels.h"

namespace bnof::compute {
namespace {

void triad(float* a, const float* b, const float* c, float s, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        a[i] = b[i] + s * c[i];
}

float multiplyAdd(std::uint64_t rounds)
{
    constexpr int chains = 16; // enough to hide the latency of the operations
    float x[chains];
    for (int k = 0; k < chains; ++k)
        x[k] = static_cast<float>(k);
    for (std::uint64_t round = 0; round < rounds; ++round)
        for (float& value : x)
            value = value * 0.75F + 0.25F;
    float sum = 0;
    for (const float value : x)
        sum += value;
    return sum;
}

std::uint64_t lifTick(float* membrane, float* current, std::uint16_t* wait, std::size_t size)
{
    std::uint64_t fired = 0;
    for (std::size_t i = 0; i < size; ++i) {
        current[i] *= lifSynapseDecay;
        const float v = membrane[i] * lifDecay + current[i] * lifGain;
        const bool fires = wait[i] == 0 && v >= lifThreshold;
        membrane[i] = fires || wait[i] > 0 ? 0.0F : v;
        wait[i] = fires ? lifRefractory : static_cast<std::uint16_t>(wait[i] - (wait[i] > 0 ? 1 : 0));
        fired += fires ? 1 : 0;
    }
    return fired;
}

} // namespace

constinit const LimitKernels scalarLimitKernels = {triad, multiplyAdd, 2 * 16, lifTick};

} // namespace bnof::compute
