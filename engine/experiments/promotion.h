// SPDX-License-Identifier: GPL-3.0-or-later
// When the challenger may take over, how fast, and when it has to step back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/experiments/shadow_analysis.h"
#include "engine/experiments/store.h"

namespace bnof::experiments {

/// Shares of the exposures on which the challenger acts, one step a promotion; the last is all of them. The steps up to
/// the half are those of GrowthBook's safe roll-outs (https://docs.growthbook.io/app/safe-rollouts).
constexpr std::array<double, 6> rampShares{0.01, 0.05, 0.1, 0.25, 0.5, 1.0};

struct PromotionRule {
    std::string name;
    bool met = false;
    std::string words; ///< for people, with the figures
};

/// All must be met: the primary test rejects in favour of B and the always-valid interval lies above 0, or, for a B
/// that takes less CPU time, above minus the margin; no guardrail is broken; the comparison is valid; 30 exposures in
/// 3 groups (days, batches) or more; every gas 5 times or more.
[[nodiscard]] std::vector<PromotionRule> promotionRules(const Plan& plan, const ShadowAnalysis& analysis,
                                                        const std::vector<ComparedUnit>& units,
                                                        const std::vector<std::string>& labels);
[[nodiscard]] Json toJson(const std::vector<PromotionRule>& rules);

/// Where the ramp of an analysis stands.
struct RampState {
    double share = 0;        ///< of the exposures on which B acts
    bool rolledBack = false; ///< by the newest entry
    std::string reason;      ///< of the roll-back

    bool operator==(const RampState&) const = default;
};
[[nodiscard]] RampState rampOf(const std::vector<recording::AuditEntry>& trail, std::int64_t analysis);

/// One step up, recorded. Errors: a rule is not met (all of them are named), B acts everywhere already.
[[nodiscard]] Result<RampState> promote(ExperimentStore& store, const std::vector<PromotionRule>& rules);
/// B acts nowhere any more, recorded with its reason and who asked ("person", "guardrail", "failures" ...).
[[nodiscard]] Result<RampState> rollBack(ExperimentStore& store, const std::string& reason, const std::string& cause);

/// Asks the process that writes this experiment to roll back: it does within a fraction of a second. Used where the
/// experiment itself cannot be opened for writing.
[[nodiscard]] Result<void> requestRollBack(const std::string& path, const std::string& reason);
/// The reason of a request, which is taken by this; nothing: there is none.
[[nodiscard]] std::optional<std::string> takeRollBackRequest(const std::string& path);
/// The same for one step up: whether the rules are met is for the process that writes the experiment to say.
[[nodiscard]] Result<void> requestPromotion(const std::string& path);
[[nodiscard]] bool takePromotionRequest(const std::string& path);

/// Whether both variants suddenly disagree more often than they did: a cumulative sum (Page, Biometrika 41 (1954)
/// 100-115; slack 0.5, limit 5 deviations) of disagreements against their share among the first 30 exposures.
class DisagreementWatch {
public:
    /// True: it has jumped, from now on.
    bool add(const ComparedUnit& unit);
    [[nodiscard]] bool jumped() const { return m_jumped; }

private:
    std::uint64_t m_units = 0;
    std::uint64_t m_different = 0; ///< among the first ones
    double m_sum = 0;
    bool m_jumped = false;
};

struct RollBackReason {
    std::string cause; ///< "guardrail", "failures", "disagreement"
    std::string words;
};
/// Why B must not act any longer; nothing: it may.
[[nodiscard]] std::optional<RollBackReason> reasonToRollBack(const ShadowAnalysis& analysis,
                                                             const DisagreementWatch& watch);

} // namespace bnof::experiments
