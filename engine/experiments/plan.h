// SPDX-License-Identifier: GPL-3.0-or-later
// What an experiment wants to know, written down and locked before its first unit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::experiments {

/// How far the challenger (B) may fall behind the champion (A) in what is not the primary metric.
struct Guardrails {
    double latency = 0.1;     ///< relative: geometric mean of the slowest decision of each exposure
    double latencyP95 = 0.1;  ///< relative: the limit is A's 95th percentile and so much more
    double latencyP99 = 0.25; ///< the same of the 99th
    double memory = 0.5;      ///< relative: bytes of the model
    double energy = 0.25;     ///< relative: energy per decision, or the CPU time where no energy can be read
    double abstentions =
        0.05; ///< share of the exposures on which only B names nothing, less those on which only A does
    double falseAlarms = 0.05; ///< the same of those before which only B named a gas in clean air
    double missing = 0.01;     ///< share of the exposures that B may leave without any answer
    int failures = 3;          ///< so many exposures in a row on which B crashed, hung or gave no number
    double recallFloor = 0;    ///< share of every gas that B must recognise; 0: none
    bool classRecall = true;   ///< no class may be recognised less often

    bool operator==(const Guardrails&) const = default;
};

struct Plan {
    std::string name = "comparison";
    std::string looks = "every-unit"; ///< "every-unit": always-valid; "once": the exact test when the replay has ended
    std::string mode = "shadow";      ///< "shadow": both answer; "split": a hash decides who; "blocks": turns of four
    double weight = 0.5;              ///< split: share of the exposures that go to B
    double timeLimit = 5;             ///< seconds that a variant may think about one frame before it counts as hung
    std::string unit = "exposure";    ///< "group": exposures of one group count as one, for streams that depend
    double alpha = 0.05;              ///< share of false verdicts that is allowed
    double margin = 0.01;             ///< difference of accuracies that does not matter, share
    double power = 0.8;
    double smallestDifference = 0.05; ///< that should be found, share
    std::uint64_t seed = 1;           ///< of the resampling
    Guardrails guardrails;

    bool operator==(const Plan&) const = default;
};

/// Every key is optional; `guardrails` is a table. Errors name the key: unknown ones, values out of range.
[[nodiscard]] Result<Plan> planFromJson(const Json& json, const std::string& path);
/// From a TOML or JSON file.
[[nodiscard]] Result<Plan> loadPlan(const std::string& path);
[[nodiscard]] Json toJson(const Plan& plan);

/// A plan with what it is about: what is locked.
struct LockedPlan {
    Plan plan;
    std::string variantA; ///< as the user wrote it
    std::string variantB;
    std::string digestA; ///< SHA-256 of the model's bytes
    std::string digestB;
    std::vector<std::string> dataDigests;
    std::string program;                  ///< version
    std::vector<std::string> labels = {}; ///< of the data; units hold indices
    std::string where = {};               ///< what the units come from, for people: paths, source URIs
};
/// Errors: not what toJson() writes.
[[nodiscard]] Result<LockedPlan> lockedPlanFromJson(const Json& json, const std::string& path);
[[nodiscard]] Json toJson(const LockedPlan& locked);
/// SHA-256 of the canonical text.
[[nodiscard]] std::string digestOf(const LockedPlan& locked);

/// What a replay of so many exposures can show, before anything is run: {units, needed, detectable: [{disagreement,
/// difference}], words}. `needed` are those that `smallestDifference` takes when both disagree on twice that share.
[[nodiscard]] Json whatCanBeShown(const Plan& plan, std::size_t units);

} // namespace bnof::experiments
