// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that are compiled for the CPU and, where nvcc reads them, for the GPU as well: one text, the same bits.
#pragma once

#if defined(__CUDACC__)
#define BNOF_KERNEL __host__ __device__ inline
#define BNOF_KERNEL_INLINE __host__ __device__ __forceinline__
#else
#define BNOF_KERNEL inline
/// Where registers would have to go through memory otherwise.
#define BNOF_KERNEL_INLINE [[gnu::always_inline]] inline
#endif
