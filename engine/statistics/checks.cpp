// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/checks.h"

#include <cmath>

namespace bnof::statistics {

Error cannotTest(std::string why, std::string remedy)
{
    return makeError(ErrorKind::BadInput, "cannot test: " + std::move(why), {}, std::move(remedy));
}

Result<void> requireValues(std::span<const double> values, std::size_t minimum, const std::string& name)
{
    if (values.size() < minimum) {
        return cannotTest(name + " has " + std::to_string(values.size()) + " values and needs at least " +
                              std::to_string(minimum),
                          "Collect more independent units.");
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            return cannotTest("value " + std::to_string(i + 1) + " of " + name + " is not a finite number",
                              "Leave the unit out or count it as wrong.");
        }
    }
    return {};
}

Result<void> requireLevel(double alpha)
{
    if (!(alpha > 0 && alpha < 1))
        return cannotTest("the significance level must lie between 0 and 1", "Usual values are 0.05 and 0.01.");
    return {};
}

} // namespace bnof::statistics
