// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "engine/compute/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bnof::compute {
namespace {

CpuFeatures detect()
{
    CpuFeatures features;
    features.logicalCores = std::max(1U, std::thread::hardware_concurrency());
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.rfind("model name", 0) == 0) {
            if (const auto colon = line.find(": "); colon != std::string::npos)
                features.model = line.substr(colon + 2);
            break;
        }
    }
#if defined(__x86_64__)
    features.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    features.avx512 = features.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    return features;
}

} // namespace

const CpuFeatures& cpuFeatures()
{
    static const CpuFeatures features = detect();
    return features;
}

std::uint64_t physicalMemoryBytes()
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long pageSize = sysconf(_SC_PAGESIZE);
    return pages > 0 && pageSize > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(pageSize) : 0;
}

bool ensureExactFloatingPoint()
{
#if defined(__x86_64__)
    constexpr unsigned flushToZero = 0x8000;
    constexpr unsigned denormalsAreZero = 0x0040;
    constexpr unsigned roundingMask = 0x6000;
    const unsigned control = _mm_getcsr();
    if ((control & (flushToZero | denormalsAreZero | roundingMask)) == 0)
        return true;
    _mm_setcsr(control & ~(flushToZero | denormalsAreZero | roundingMask));
    return false;
#else
    return true;
#endif
}

} // namespace bnof::compute
