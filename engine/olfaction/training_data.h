// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: recordings as rows of features, and the choices that are made on held-out rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/front_end.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

/// Features of the training recordings, sampled evenly in time. Some rows come from passes in which the front
/// end started afresh in mid-recording, because that is the state right after a device is plugged in.
struct FeatureRows {
    std::size_t dimension = 0;
    std::vector<double> features; ///< row after row; before standardisation NaN marks dead channels
    std::vector<int> labels;      ///< -1: not labelled
    std::vector<float> ppm;       ///< components a row; NaN unknown
    std::size_t components = 0;
    std::vector<int> recording;
    std::vector<int> exposure;           ///< one number for each stretch of one label and concentration
    std::vector<double> seconds;         ///< since the recording's first frame
    std::vector<std::uint8_t> restarted; ///< row of a pass that started in mid-recording

    [[nodiscard]] std::size_t rows() const { return labels.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {features.data() + i * dimension, dimension};
    }
};

/// A part of the rows to fit on and a part to judge on.
struct Fold {
    std::vector<std::uint32_t> train;
    std::vector<std::uint32_t> test;
};

/// What training settles before it fits the model.
struct Preparation {
    FrontEndParameters frontEnd;
    FeatureRows rows;                  ///< standardised
    std::vector<Fold> folds;           ///< the last one is the calibration fold
    double shrinkage = -1;             ///< for DiscriminantOptions
    double heldOutAccuracy = 0;        ///< balanced, of the discriminant, mean over the folds
    LdaCalibration familiar;           ///< of the discriminant, measured on the calibration fold
    double frameIntervalSeconds = 0.1; ///< median
};

/// Choose scales, transients and shrinkage; measure what is familiar. Nothing outside `data` is looked at.
[[nodiscard]] Result<Preparation> prepare(const Dataset& data, const TrainingOptions& options);

/// What held-out rows reach (their 99.5 % quantiles with a margin), and the temperature that makes the posterior
/// honest there.
[[nodiscard]] LdaCalibration calibrate(const FeatureRows& rows, const std::vector<std::uint32_t>& heldOut,
                                       const Discriminant& d);
/// The rows of `which` that lie at least 30 s into their exposure; of a gas that has none, the later half of each
/// exposure.
[[nodiscard]] std::vector<std::uint32_t> settledRows(const FeatureRows& rows, const std::vector<std::uint32_t>& which,
                                                     std::size_t classes);

/// What a model keeps of its training rows: of every gas as many to rehearse (the calibration fold's training part) as
/// to judge on (its test part), evenly over time.
[[nodiscard]] ModelMemory memoryOf(const Preparation& p, std::size_t classes);

/// The chosen rows as one matrix with its labels.
void gather(const FeatureRows& rows, const std::vector<std::uint32_t>& which, std::vector<double>& features,
            std::vector<int>& labels);
[[nodiscard]] Result<Discriminant> fitOn(const FeatureRows& rows, const std::vector<std::uint32_t>& which,
                                         std::size_t classes, double shrinkage);

} // namespace bnof::olfaction
