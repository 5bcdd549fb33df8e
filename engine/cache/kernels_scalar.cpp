// SPDX-License-Identifier: GPL-3.0-or-later
// What every processor can run; what the others must equal.
#include "engine/cache/kernel_loops.h"

namespace bnof::cache {

const Kernels scalarKernels{"scalar", projectLoop, squaredDistanceLoop, nearestLoop};

const Kernels& kernels()
{
    static const Kernels& best = *allKernels().back();
    return best;
}

std::vector<const Kernels*> allKernels()
{
    std::vector<const Kernels*> all{&scalarKernels};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        all.push_back(&avx2Kernels);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vpopcntdq"))
        all.push_back(&avx512Kernels);
#endif
    return all;
}

} // namespace bnof::cache
