// SPDX-License-Identifier: GPL-3.0-or-later
// Both variants answer every exposure of recorded data, as they would have done live.
#pragma once

#include <cstdint>
#include <functional>
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
/// differ between data sets. A variant that fails in the middle is left without an answer from there to the end of the
/// recording.
[[nodiscard]] Result<ReplayResult> shadowReplay(const Plan& plan, const ReplayVariant& a, const ReplayVariant& b,
                                                const std::vector<olfaction::Dataset>& data, ExperimentStore& store,
                                                const ReplayProgress& progress = {});

/// What shadowReplay() would refuse, before anything is run, and the number of exposures.
[[nodiscard]] Result<std::size_t> checkReplay(const ReplayVariant& a, const ReplayVariant& b,
                                              const std::vector<olfaction::Dataset>& data);

} // namespace bnof::experiments
