// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/hash_split.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "engine/experiments/paired_comparison.h"
#include "engine/statistics/power.h"
#include "engine/statistics/sample_ratio.h"

namespace bnof::experiments {

Verdict judgeSplit(const SplitCounts& counts, double alpha, double margin)
{
    Verdict out;
    out.interval = {-1, 1};
    out.difference = counts.b.value() - counts.a.value();
    const auto invalid = [&](std::string reason) {
        out.finding = Finding::Invalid;
        out.reason = std::move(reason);
        return out;
    };
    const std::array<std::uint64_t, 2> sizes{counts.a.trials, counts.b.trials};
    const std::array weights{counts.weightA, 1 - counts.weightA};
    const auto ratio = statistics::sampleRatio(sizes, weights);
    if (!ratio.ok())
        return invalid(ratio.error().what + '.');
    if (ratio->mismatch())
        return invalid(std::to_string(sizes[0]) + " and " + std::to_string(sizes[1]) +
                       " exposures cannot have come from the planned shares: something loses those of one variant.");
    if (counts.a.trials < fewestUnits || counts.b.trials < fewestUnits)
        return invalid("a variant had fewer than " + std::to_string(fewestUnits) + " exposures.");
    const auto test = statistics::compareShares(counts.b, counts.a, alpha);
    const auto wide = statistics::compareShares(counts.b, counts.a, 2 * alpha);
    if (!test.ok() || !wide.ok())
        return invalid((test.ok() ? wide : test).error().what + '.');
    out.interval = test->newcombe;
    if (test->p < alpha && out.interval.low > 0)
        out.finding = Finding::BBetter;
    else if (test->p < alpha && out.interval.high < 0)
        out.finding = Finding::ABetter;
    else if (wide->newcombe.low > -margin && wide->newcombe.high < margin)
        out.finding = Finding::Equivalent;
    else if (wide->newcombe.low > -margin)
        out.finding = Finding::BNotWorse;
    else if (const auto size = statistics::unitsForTwoShares(counts.a.value(), counts.b.value(), {alpha, 0.8});
             size.ok() && 2 * size->perGroup > static_cast<double>(sizes[0] + sizes[1]))
        out.unitsNeeded =
            static_cast<std::uint64_t>(std::ceil(2 * size->perGroup - static_cast<double>(sizes[0] + sizes[1])));
    return out;
}

} // namespace bnof::experiments
