// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/sample_ratio.h"

namespace bnof::statistics {

Result<SampleRatio> sampleRatio(std::span<const std::uint64_t> counts, std::span<const double> weights)
{
    if (counts.size() != weights.size())
        return cannotTest("there are not as many counts as arms");
    BNOF_TRY_ASSIGN(const SequentialSampleRatio checked, SequentialSampleRatio::create(weights));
    double total = 0;
    for (const std::uint64_t count : counts)
        total += static_cast<double>(count);
    if (total == 0)
        return cannotTest("no unit has been assigned yet");
    SampleRatio out;
    out.enough = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double expected = checked.shares()[i] * total;
        const double difference = static_cast<double>(counts[i]) - expected;
        out.chiSquared += difference * difference / expected;
        out.enough = out.enough && expected >= sampleRatioMinimumExpected;
    }
    out.df = static_cast<double>(counts.size() - 1);
    out.p = chiSquaredTail(out.chiSquared, out.df);
    return out;
}

} // namespace bnof::statistics
