// SPDX-License-Identifier: GPL-3.0-or-later
// Where a search looks next.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/tuning/search_space.h"
#include "engine/tuning/trial.h"

namespace bnof::tuning {

/// What trial `number` is proposed from. A study goes in rounds: every trial of a round sees the results of all
/// earlier rounds and only the points, never the results, of its own round. So it does not matter which trial of a
/// round ends first, nor how many run at once, nor whether the study was interrupted.
struct Past {
    const std::vector<Trial>& finished; ///< all trials of the earlier rounds, by number
    std::span<const Point> pending;     ///< of this round, before this trial
};

/// Its proposals are a function of (space, options, seed, number, past) alone.
class Sampler {
public:
    virtual ~Sampler() = default;
    /// Trials of a round that this sampler is made for.
    [[nodiscard]] virtual std::uint32_t roundSize() const = 0;
    [[nodiscard]] virtual Point propose(std::uint64_t number, const Past& past) = 0;
};

struct TpeOptions {
    std::uint32_t startup = 10;    ///< first trials, at random
    std::uint32_t candidates = 24; ///< points that the ratio of densities is compared at
    bool multivariate = true;      ///< numbers that are always active are modelled together, else one by one
};

struct SamplerOptions {
    std::string kind = "tpe"; ///< "random", "tpe", "cma-es"
    std::uint64_t seed = 1;
    TpeOptions tpe = {};
};

/// Errors: an unknown kind, a space without parameters.
[[nodiscard]] Result<std::unique_ptr<Sampler>> makeSampler(const SearchSpace& space, const SamplerOptions& options);

/// Uniform on every parameter's own scale.
[[nodiscard]] std::unique_ptr<Sampler> makeRandomSampler(const SearchSpace& space, std::uint64_t seed);
/// Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio & Kegl, NIPS 2011): of points drawn from the density l
/// of the best trials, the one with the largest l / g, where g is the density of all others; the best are
/// min(ceil(n / 10), 25). Pending points belong to g (constant liar, Ginsbourger et al. 2010). Joint densities as in
/// BOHB (Falkner, Klein & Hutter, ICML 2018).
[[nodiscard]] std::unique_ptr<Sampler> makeTpeSampler(const SearchSpace& space, std::uint64_t seed,
                                                      const TpeOptions& options);
/// (mu/mu_w, lambda)-CMA-ES with rank-one and rank-mu updates and cumulative step-size adaptation (Hansen, "The CMA
/// evolution strategy: a tutorial", arXiv:1604.00772, default constants) on the unit cube of all numbers, lambda =
/// 4 + floor(3 ln d); it starts at the best of a first generation that is spread over the cube; a restart at a random
/// place when the step has become too small to matter. Choices, which have no covariance, are taken by the univariate
/// TPE.
[[nodiscard]] std::unique_ptr<Sampler> makeCmaEsSampler(const SearchSpace& space, std::uint64_t seed);

} // namespace bnof::tuning
