// SPDX-License-Identifier: GPL-3.0-or-later
// Functions that are compiled for the CPU and, where nvcc reads them, for the GPU as well: one text, the same bits.
#pragma once

#if defined(__CUDACC__)
#define BNOF_KERNEL __host__ __device__ inline
#else
#define BNOF_KERNEL inline
#endif
