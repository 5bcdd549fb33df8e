// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/experiments/paired_comparison.h"
#include "engine/experiments/store.h"

namespace bnof::experiments {

ShadowAnalysis analysisOf(const StoredAnalysis& stored, const std::vector<recording::AuditEntry>& trail,
                          const EachLook& each)
{
    ShadowAnalysis out(stored.locked.plan, stored.locked.labels);
    const auto verdict = std::find_if(trail.rbegin(), trail.rend(), [&](const recording::AuditEntry& entry) {
        return entry.what == "verdict" && entry.detail["analysis"].toInteger() == stored.number;
    });
    if (verdict != trail.rend()) {
        const Json& measured = verdict->detail["measured"];
        out.setBytes(measured["bytes_a"].toDouble(), measured["bytes_b"].toDouble());
        out.setJoules(measured["joules_a"].toDouble(), measured["joules_b"].toDouble());
    }
    for (const ComparedUnit& unit : stored.units) {
        out.add(unit);
        if (each)
            each(unit, out);
    }
    out.finish();
    return out;
}

Result<PairedComparison> lookedAtOnce(const Plan& plan, const std::vector<ComparedUnit>& units)
{
    std::vector<PairedUnit> paired;
    for (const ComparedUnit& unit : units) {
        if (unit.a.asked && unit.b.asked)
            paired.push_back({unit.group, unit.aRight(), unit.bRight()});
    }
    ComparisonOptions options;
    options.alpha = plan.alpha;
    options.margin = plan.margin;
    options.power = plan.power;
    options.seed = plan.seed;
    return comparePaired(paired, options);
}

Result<Verdict> verdictOf(const Plan& plan, const ShadowAnalysis& analysis, const std::vector<ComparedUnit>& units)
{
    const Verdict now = analysis.verdict();
    if (plan.looks != "once" || plan.mode != "shadow" || now.finding == Finding::Invalid)
        return now;
    BNOF_TRY_ASSIGN(const PairedComparison once, lookedAtOnce(plan, units));
    return once.verdict;
}

} // namespace bnof::experiments
