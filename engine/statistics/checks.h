// SPDX-License-Identifier: GPL-3.0-or-later
// Why something cannot be tested. A refusal is an Error of kind BadInput: what was given cannot carry the test.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace bnof::statistics {

/// "cannot test: `why`", with `remedy`.
[[nodiscard]] Error cannotTest(std::string why, std::string remedy = {});

/// Refuses values that are not finite, naming the first one, and fewer than `minimum` values.
[[nodiscard]] Result<void> requireValues(std::span<const double> values, std::size_t minimum, const std::string& name);

/// Refuses a significance level outside (0, 1).
[[nodiscard]] Result<void> requireLevel(double alpha);

} // namespace bnof::statistics
