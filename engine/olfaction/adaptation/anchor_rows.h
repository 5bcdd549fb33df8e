// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled puffs as the features that a model would see.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/model.h"

namespace bnof::olfaction {

/// Standardised rows of labelled time.
struct AnchorRows {
    std::size_t dimension = 0;
    std::vector<double> features;
    std::vector<int> labels;        ///< index into AnchorRows::gases
    std::vector<int> exposure;      ///< one number a puff
    std::vector<double> ages;       ///< seconds since the puff began
    std::vector<float> ppm;         ///< of the only component of the puff; NaN where it is not known
    std::vector<std::string> gases; ///< those of the model, then the one that is new

    [[nodiscard]] std::size_t rows() const { return labels.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {features.data() + i * dimension, dimension};
    }
    /// The rows of `which`.
    [[nodiscard]] AnchorRows only(const std::vector<std::size_t>& which) const;
};

/// Runs the front end of the model over the recordings. Channels are matched by matchChannels(), labels by name
/// (whatever their case; every name of clean air is the model's background). A puff behind a gap in time, or at the
/// start of a recording, is led up to with the clean air that was captured before it, because the baselines of the
/// front end would otherwise begin inside the puff. `learn` is the only label that may be unknown to the model; empty:
/// none may. Errors: channels that are missing, an unknown label, a `learn` that is known or nowhere, nothing labelled.
[[nodiscard]] Result<AnchorRows> anchorRows(const Model& model, const Dataset& data, const std::string& learn);

} // namespace bnof::olfaction
