// SPDX-License-Identifier: GPL-3.0-or-later
// Logarithm and exponential made of IEEE-exact operations only (+ - * / and bit moves, compiled
// without contraction), so that recorded sensor values lead to the same features on every machine;
// libm's versions differ between C libraries and CPU dispatch paths.
#pragma once

namespace bnof {

/// Natural logarithm of x > 0 (normal range), relative error below 1e-14. x <= 0 gives -infinity; NaN stays NaN.
[[nodiscard]] double exactLog(double x);
/// e^x for |x| < 700, relative error below 1e-14; saturates to 0 and infinity outside.
[[nodiscard]] double exactExp(double x);

} // namespace bnof
