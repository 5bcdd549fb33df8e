// SPDX-License-Identifier: GPL-3.0-or-later
// Two variants that answer the same exposures, judged after every one of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
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

    bool operator==(const Outcome&) const = default;
};

/// One exposure as both saw it.
struct ComparedUnit {
    std::string id;
    int group = 0;
    int label = 0;
    Outcome a;
    Outcome b;

    [[nodiscard]] bool aRight() const { return !a.missing && a.said == label; }
    [[nodiscard]] bool bRight() const { return !b.missing && b.said == label; }
    bool operator==(const ComparedUnit&) const = default;
};

enum class Light { Green, Yellow, Red }; ///< kept, not known yet, broken

struct GuardrailState {
    std::string name; ///< "latency", "memory", "abstentions", "missing", "recall of ..."
    Light light = Light::Yellow;
    std::string words; ///< the figure with its limit, for people
};

/// Adding a unit costs some dozen operations, looking costs no error: the primary test is an e-value (McNemarSequence),
/// the difference's interval an empirical Bernstein sequence, guardrails sequences of their own. Exchanging A and B
/// mirrors the verdict. Units of a plan with unit = "group" are whole groups, whose units must come one after the
/// other; a group is a toss for the variant that was right more often in it.
class ShadowAnalysis {
public:
    ShadowAnalysis(const Plan& plan, std::vector<std::string> labels);

    void add(const ComparedUnit& unit);
    /// No more units will come: the last group is whole.
    void finish() { closeGroup(); }
    /// Of the models, for the guardrail; 0: not known.
    void setBytes(double bytesA, double bytesB);

    [[nodiscard]] std::uint64_t units() const { return m_units; }
    /// After how many units the primary test first rejected; 0: it has not.
    [[nodiscard]] std::uint64_t decidedAt() const { return m_decidedAt; }
    [[nodiscard]] double logE() const { return m_test.logE(); }
    [[nodiscard]] double p() const { return m_test.p(); }
    /// Of B less A, always valid at 1 - alpha.
    [[nodiscard]] statistics::Interval interval() const;
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] std::vector<GuardrailState> guardrails() const;
    [[nodiscard]] Json toJson() const;

private:
    struct OfClass {
        std::uint64_t units = 0;
        statistics::McNemarSequence test;
    };

    void closeGroup();
    [[nodiscard]] GuardrailState latencyRail() const;
    [[nodiscard]] GuardrailState memoryRail() const;
    [[nodiscard]] GuardrailState missingRail() const;
    [[nodiscard]] GuardrailState abstentionRail() const;
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
    statistics::AsymptoticSequence m_logLatency;
    std::vector<OfClass> m_classes;
    std::optional<int> m_group;
    int m_groupBalance = 0;
    std::uint64_t m_groupSize = 0;
    std::uint64_t m_groups = 0;
    double m_bytesA = 0, m_bytesB = 0;
};

} // namespace bnof::experiments
