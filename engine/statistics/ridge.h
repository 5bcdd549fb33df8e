// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

using Rows = std::vector<std::vector<double>>;

struct RidgeFit {
    Rows weights;        ///< one row an input, then one for the bias; one column an output
    double looError = 0; ///< mean squared error of every output when its row is left out
};

/// Least squares with penalty lambda |w|^2, the bias free of it (Hoerl & Kennard, Technometrics 12 (1970) 55-67), and
/// its leave-one-out error from the hat matrix (Allen's PRESS, Technometrics 16 (1974) 125-127). Refuses rows of
/// unequal length, values that are not finite, a negative penalty, and equations that do not determine the weights.
[[nodiscard]] Result<RidgeFit> fitRidge(const Rows& inputs, const Rows& outputs, double lambda);

} // namespace bnof::statistics
