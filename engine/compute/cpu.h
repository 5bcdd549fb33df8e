// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace bnof::compute {

/// What the CPU that we run on can do.
struct CpuFeatures {
    std::string model; ///< as the system names it
    unsigned logicalCores = 1;
    bool avx2 = false;   ///< AVX2 and FMA
    bool avx512 = false; ///< AVX-512 F, BW, DQ, VL
};
[[nodiscard]] const CpuFeatures& cpuFeatures();

/// Main memory of this machine; 0 when the system does not tell.
[[nodiscard]] std::uint64_t physicalMemoryBytes();

/// Exact arithmetic needs round-to-nearest and no flushing of denormals. A library linked with fast-math can
/// switch that for the whole process, so every thread that simulates calls this first: it sets the control
/// register right and returns false when it had to.
bool ensureExactFloatingPoint();

} // namespace bnof::compute
