// SPDX-License-Identifier: GPL-3.0-or-later
// The same loops as surrogate_kernels.cpp; the compiler vectorises them for AVX2.
#if defined(__x86_64__)
#include "engine/snn/surrogate_kernels_impl.h"

namespace bnof::snn {

constinit const SurrogateKernels<float> hardSurrogateKernelsAvx2 = hardKernels();

} // namespace bnof::snn
#endif
