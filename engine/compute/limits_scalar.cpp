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

} // namespace

constinit const LimitKernels scalarLimitKernels = {triad, multiplyAdd, 2 * 16};

} // namespace bnof::compute
