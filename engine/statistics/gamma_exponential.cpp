// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/gamma_exponential.h"

#include <cmath>

#include "engine/statistics/checks.h"
#include "engine/statistics/confidence_sequences.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"

namespace bnof::statistics {

Result<double> gammaExponentialBound(double v, double alpha, const GammaExponentialOptions& options)
{
    BNOF_TRY(requireLevel(alpha));
    BNOF_TRY(requireLevel(options.tunedAlpha));
    if (!(v > 0 && options.scale > 0 && options.tunedFor > 0))
        return cannotTest("intrinsic time, scale and tuning must be above 0");
    const double square = options.scale * options.scale;
    const double rho = normalMixtureRho(options.tunedFor, 2 * options.tunedAlpha) / square;
    const double leading = rho * std::log(rho) - logGamma(rho) - std::log(lowerGamma(rho, rho));
    const double shape = v / square + rho;
    const auto excess = [&](double sum) { // log e less what is wanted
        const double x = (options.scale * sum + v) / square;
        return leading + logGamma(shape) + std::log(lowerGamma(shape, x + rho)) - shape * std::log(x + rho) + x -
               std::log(1 / alpha);
    };
    double high = std::sqrt(v) + options.scale;
    while (excess(high) < 0 && high < 1e300)
        high *= 2;
    double low = 0;
    for (int i = 0; i < 200 && low < high; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        (excess(middle) < 0 ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

} // namespace bnof::statistics
