// SPDX-License-Identifier: GPL-3.0-or-later
// Two variants that answer the same exposures, judged after every one of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/experiments/exposure_units.h"
#include "engine/experiments/hash_split.h"
#include "engine/experiments/paired_comparison.h"
#include "engine/experiments/plan.h"
#include "engine/experiments/verdict.h"
#include "engine/statistics/confidence_sequences.h"
#include "engine/statistics/sequential_tests.h"

namespace bnof::experiments {

/// What one variant made of one exposure.
struct Outcome {
    int said = -1;             ///< label; -1: it named none
    bool missing = false;      ///< it gave no answer: counts as wrong, and is listed
    double latencySeconds = 0; ///< CPU time of its slowest decision; 0: not known
    double cpuSeconds = 0;     ///< CPU time of the exposure; 0: not known
    std::uint32_t decisions = 0;
    std::uint64_t spikes = 0;
    std::uint32_t falseAlarms = 0; ///< in the clean air before the exposure
    bool asked = true;             ///< false: in a split the exposure went to the other variant
    std::string failure = {};      ///< it crashed, hung, or gave what is no number: what happened

    bool operator==(const Outcome&) const = default;
};

/// Everything but what it said, which is an index into another list.
[[nodiscard]] Outcome toOutcome(const UnitAnswer& answer);

/// One exposure as both saw it.
struct ComparedUnit {
    std::string id;
    int group = 0;
    int label = 0;
    Outcome a;
    Outcome b;
    std::string recording = {}; ///< name, or path, of what it lies in
    double seconds = 0;         ///< when it begins there, since the first frame

    [[nodiscard]] bool aRight() const { return !a.missing && a.said == label; }
    [[nodiscard]] bool bRight() const { return !b.missing && b.said == label; }
    bool operator==(const ComparedUnit&) const = default;
};

enum class Light { Green, Yellow, Red }; ///< kept, not known yet, broken

/// "kept", "not known yet", "broken".
[[nodiscard]] const char* nameOf(Light light);

struct GuardrailState {
    std::string name; ///< "latency", "latency p95", "energy", "false alarms", "failures", "recall of ..." and so on
    Light light = Light::Yellow;
    std::string words; ///< the figure with its limit, for people
};

/// Adding a unit costs some dozen operations, looking costs no error: the primary test is an e-value (McNemarSequence),
/// the difference's interval an empirical Bernstein sequence, guardrails sequences of their own. Exchanging A and B
/// mirrors the verdict. Units of a plan with unit = "group" are whole groups, whose units must come one after the
/// other; a group is a toss for the variant that was right more often in it.
///
/// Where the plan's mode is "split" or "blocks" only one variant answers an exposure: then accuracies of two groups of
/// exposures are compared, at every unit by two beta-binomial sequences at alpha / 2 each (their difference is at least
/// as wide as it must be), "once" by judgeSplit(); shares of the arms that cannot be chance make it invalid.
class ShadowAnalysis {
public:
    ShadowAnalysis(const Plan& plan, std::vector<std::string> labels);

    void add(const ComparedUnit& unit);
    /// No more units will come: the last group is whole.
    void finish() { closeGroup(); }
    /// Of the models, for the guardrail; 0: not known.
    void setBytes(double bytesA, double bytesB);
    /// Joules of each variant's whole run, where the machine counts them (whole processor packages, whoever used them);
    /// without them the energy guardrail goes by CPU time and says so.
    void setJoules(double joulesA, double joulesB);

    [[nodiscard]] std::uint64_t units() const { return m_units; }
    /// After how many units the primary test first rejected; 0: it has not.
    [[nodiscard]] std::uint64_t decidedAt() const { return m_decidedAt; }
    [[nodiscard]] double logE() const { return m_test.logE(); }
    [[nodiscard]] double p() const { return m_test.p(); }
    /// B takes less CPU time for a decision, always valid at 1 - alpha.
    [[nodiscard]] bool bIsCheaper() const;
    /// Of B less A, always valid at 1 - alpha.
    [[nodiscard]] statistics::Interval interval() const;
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] std::vector<GuardrailState> guardrails() const;
    [[nodiscard]] Json toJson() const;

private:
    struct OfClass {
        std::uint64_t units = 0;
        std::uint64_t rightB = 0;
        statistics::McNemarSequence test;
    };

    void closeGroup();
    void addSplit(const ComparedUnit& unit);
    [[nodiscard]] Verdict splitVerdict() const;
    [[nodiscard]] GuardrailState latencyRail() const;
    [[nodiscard]] GuardrailState memoryRail() const;
    [[nodiscard]] GuardrailState missingRail() const;
    [[nodiscard]] GuardrailState abstentionRail() const;
    [[nodiscard]] GuardrailState slowRail(double quantile) const;
    [[nodiscard]] GuardrailState energyRail() const;
    [[nodiscard]] GuardrailState falseAlarmRail() const;
    [[nodiscard]] GuardrailState failureRail() const;
    void addFloorRails(std::vector<GuardrailState>& out) const;
    void watchLatency(const ComparedUnit& unit);
    void addRecallRails(std::vector<GuardrailState>& out) const;
    [[nodiscard]] std::uint64_t unitsStillNeeded() const;

    Plan m_plan;
    std::vector<std::string> m_labels;
    std::uint64_t m_units = 0;
    std::uint64_t m_rightA = 0, m_rightB = 0, m_missingA = 0, m_missingB = 0;
    statistics::Discordant m_discordant; ///< of exposures
    statistics::McNemarSequence m_test;  ///< of units as the plan has them
    std::uint64_t m_decidedAt = 0;
    Finding m_decided = Finding::Undecided;
    std::optional<statistics::EmpiricalBernsteinSequence> m_difference;
    std::optional<statistics::EmpiricalBernsteinSequence> m_abstentions;
    std::optional<statistics::EmpiricalBernsteinSequence> m_falseAlarms;
    statistics::AsymptoticSequence m_logLatency;
    statistics::AsymptoticSequence m_logCpu; ///< per decision
    /// How often which variant was slower than the limit that the first exposures of A set.
    struct Slow {
        double limit = 0;
        statistics::McNemarSequence test;
    };
    std::vector<double> m_burnIn; ///< A's latencies until there are enough
    Slow m_slow95, m_slow99;
    int m_failuresInARow = 0, m_mostFailures = 0;
    std::uint64_t m_failuresA = 0, m_failuresB = 0;
    std::string m_lastFailure;
    double m_joulesA = 0, m_joulesB = 0;
    std::vector<OfClass> m_classes;
    std::optional<int> m_group;
    int m_groupBalance = 0;
    std::uint64_t m_groupSize = 0;
    std::uint64_t m_groups = 0;
    double m_bytesA = 0, m_bytesB = 0;
    SplitCounts m_split; ///< of a plan whose mode is not "shadow"
};

} // namespace bnof::experiments
