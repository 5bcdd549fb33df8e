// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring loops, compiled once for each instruction set. Only plain data and pointers cross this
// border: an inline function shared with the other files could be merged by the linker into a copy that an
// older CPU cannot execute.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bnof::compute {

struct LimitKernels {
    /// a = b + s c; `size` is a multiple of 64.
    void (*triad)(float* a, const float* b, const float* c, float s, std::size_t size);
    /// `rounds` rounds of independent multiply-adds; the result only keeps them from being left out.
    float (*multiplyAdd)(std::uint64_t rounds);
    std::uint32_t operationsPerRound = 0; ///< floating-point operations
};

extern const LimitKernels scalarLimitKernels;
#if defined(__x86_64__)
extern const LimitKernels avx2LimitKernels;
extern const LimitKernels avx512LimitKernels;
#endif

} // namespace bnof::compute
