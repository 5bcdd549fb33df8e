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
    double latency = 0.1; ///< relative: geometric mean of the slowest decision of each exposure
    double memory = 0.5;  ///< relative: bytes of the model
    double abstentions =
        0.05;                ///< share of the exposures on which only B names nothing, less those on which only A does
    double missing = 0.01;   ///< share of the exposures that B may leave without any answer
    bool classRecall = true; ///< no class may be recognised less often

    bool operator==(const Guardrails&) const = default;
};

struct Plan {
    std::string name = "comparison";
    std::string looks = "every-unit"; ///< "every-unit": always-valid; "once": the exact test when the replay has ended
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
    std::string program; ///< version
};
[[nodiscard]] Json toJson(const LockedPlan& locked);
/// SHA-256 of the canonical text.
[[nodiscard]] std::string digestOf(const LockedPlan& locked);

/// What a replay of so many exposures can show, before anything is run: {units, needed, detectable: [{disagreement,
/// difference}], words}. `needed` are those that `smallestDifference` takes when both disagree on twice that share.
[[nodiscard]] Json whatCanBeShown(const Plan& plan, std::size_t units);

} // namespace bnof::experiments
