// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AVX2 and POPCNT, and called only where the processor has them.
#if defined(__x86_64__)
#include "engine/cache/kernel_loops.h"

namespace bnof::cache {

const Kernels avx2Kernels{"avx2", projectLoop, squaredDistanceLoop, nearestLoop};

} // namespace bnof::cache
#endif
