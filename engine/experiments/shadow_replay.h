// SPDX-License-Identifier: GPL-3.0-or-later
// Both variants answer every exposure of recorded data, as they would have done live.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/experiments/exposure_units.h"
#include "engine/experiments/shadow_analysis.h"
#include "engine/experiments/store.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::experiments {

/// "MODEL?precision=int8&backend=vector" taken apart.
struct Variant {
    std::string text;  ///< as the user wrote it
    std::string model; ///< before the question mark
    olfaction::RecogniserOptions options;
};
/// Errors: an unknown key, a key without a value.
[[nodiscard]] Result<Variant> variantFromText(const std::string& text);

struct ReplayVariant {
    Variant variant;
    std::vector<std::uint8_t> model; ///< bytes of the file
};

/// Joules that this computer has used so far, for the energy guardrail; nothing: it cannot be read.
using EnergyProbe = std::function<std::optional<double>()>;
/// Builds a recogniser; a test can put in one that crashes or hangs.
using RecogniserMaker = std::function<Result<std::unique_ptr<olfaction::Recogniser>>(const ReplayVariant&)>;

struct ReplayParts {
    EnergyProbe energy = {};
    RecogniserMaker make = {}; ///< empty: olfaction::makeRecogniser()
};

/// Called after each exposure with what is known so far; false stops, and the store can go on.
using ReplayProgress = std::function<bool(std::size_t done, std::size_t of, const ShadowAnalysis& soFar)>;

struct ReplayResult {
    ShadowAnalysis analysis;
    std::vector<ComparedUnit> units; ///< all, in the order of the data
    std::vector<std::string> labels;
};

/// Every recording of each data set, from its beginning; exposures that the store has already are not asked again (a
/// recording of which some are missing is shown again, because a recogniser depends on what came before). Refuses:
/// variants that do not know every gas of the data, or other channels; data with fewer than two gases; labels that
/// differ between data sets. Each variant runs contained (ContainedVariant): one that fails in the middle is left
/// without an answer from there to the end of the recording, one that hangs longer than the plan's time limit from
/// there to the end. In a plan whose mode is "split" or "blocks" both see everything, because recognisers depend on
/// what came before, and only the answer of the variant whose turn it is counts.
[[nodiscard]] Result<ReplayResult> shadowReplay(const Plan& plan, const ReplayVariant& a, const ReplayVariant& b,
                                                const std::vector<olfaction::Dataset>& data, ExperimentStore& store,
                                                const ReplayProgress& progress = {}, const ReplayParts& parts = {});

/// One list of labels for all data sets, by name: what ComparedUnit::label is an index of.
[[nodiscard]] std::vector<std::string> commonLabels(const std::vector<olfaction::Dataset>& data);

/// What shadowReplay() would refuse, before anything is run, and the number of exposures.
[[nodiscard]] Result<std::size_t> checkReplay(const ReplayVariant& a, const ReplayVariant& b,
                                              const std::vector<olfaction::Dataset>& data);

} // namespace bnof::experiments
