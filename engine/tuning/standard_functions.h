// SPDX-License-Identifier: GPL-3.0-or-later
// Functions with known minima, on which samplers are held against random search.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/tuning/sampler.h"

namespace bnof::tuning {

struct StandardFunction {
    std::string name;
    SearchSpace space;
    std::function<double(const Point&)> value;
    double minimum = 0;
};

/// Sphere and Rastrigin in 6 dimensions with their minima away from the middle, Rosenbrock in 4, Branin, Hartmann in 6
/// (Dixon & Szego, Towards Global Optimisation 2, 1978), and a mixture of numbers on a logarithmic scale, whole
/// numbers and choices.
[[nodiscard]] const std::vector<StandardFunction>& standardFunctions();

/// The lowest value that a sampler found in so many trials, in rounds of its own size.
[[nodiscard]] Result<double> lowestFound(const StandardFunction& function, const SamplerOptions& options,
                                         std::uint32_t trials);

/// In how many of the seeds 1 ... `seeds` a sampler found a lower value than random search did with the same seed and
/// number of trials.
[[nodiscard]] Result<std::uint32_t> winsOverRandom(const StandardFunction& function, const std::string& sampler,
                                                   std::uint32_t trials, std::uint32_t seeds);

} // namespace bnof::tuning
