// SPDX-License-Identifier: GPL-3.0-or-later
// A model of recordings for a new day: one labelled puff of each gas, a gas that is new, or clean air alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

struct ModelRecalibrationOptions {
    std::string learn = {};        ///< a gas that the model does not know yet; empty: none
    bool airOnly = false;          ///< only re-centre on the clean air
    double step = 0.6;             ///< how far a gas moves beyond what clean air moved, towards its puff
    double driftScatter = 0.1;     ///< weight of these movements in the covariance (see RecalibrationOptions)
    double largestLoss = 0.03;     ///< balanced accuracy that may be lost before the new model is refused
    bool keepAnyway = false;       ///< flag it instead of refusing it
    std::string operatorName = {}; ///< for the lineage, as the next two
    std::string date = {};         ///< UTC, ISO 8601
    std::string parentFile = {};
    std::string backEnd = "auto";
    std::uint32_t replayPoints = 1500; ///< that the readout of a spiking model is learned on, beside real ones
};

/// Answers of the model before and after, on the same rows.
struct GasComparison {
    std::string gas;
    std::size_t rows = 0;
    double before = 0; ///< share of right answers; 0 for a gas that was not known
    double after = 0;
};

struct Comparison {
    std::vector<GasComparison> gases; ///< those with rows
    double before = 0;                ///< balanced over the gases that the model knew before
    double after = 0;
    [[nodiscard]] bool empty() const { return gases.empty(); }
};

struct RecalibrationReport {
    Comparison keptBack;     ///< rows of the puffs that were not learned from
    bool ownPuffs = false;   ///< keptBack comes from puffs of their own; false: from the ends of the only ones
    Comparison stored;       ///< the model's own hold-out, moved by what clean air moved
    bool gasesMoved = false; ///< gases moved on their own, beyond what clean air moved
    std::vector<std::pair<std::string, std::size_t>> puffs; ///< exposures of each gas
    std::vector<std::pair<std::string, double>> drift; ///< of clean air (of the mean gas without any), by channel, in
                                                       ///< standard deviations of the channel's response in training
    bool accepted = false;
    std::string verdict; ///< why, for people
    double seconds = 0;  ///< that it took

    /// {accepted, verdict, seconds, kept_back, stored_hold_out {balanced_before, balanced_after, gases {NAME {rows,
    /// before, after}}}, puffs, drift}; without the seconds, so that the same data gives the same bytes.
    [[nodiscard]] Json toJson() const;
};

struct RecalibratedModel {
    std::vector<std::uint8_t> bytes; ///< of the new model, also when it was not accepted
    RecalibrationReport report;
};

/// Moves a model (kinds spiking, lda and template; any kind with `airOnly`) to the sensors as they are in `anchors`:
///  - standardisation: what clean air moved every gas moves by, which is what a sensor's gain or baseline does to
///    log responses (without clean air: the mean movement of the gases);
///  - discriminant: the mean of a gas that was shown moves `step` of the way that exceeds the ordinary variation (see
///    findDrift()) towards its puff and the covariance learns the directions of these movements, if that names more of
///    the kept-back and stored rows right than leaving the gases together does; a new gas is added beside the old ones;
///  - spiking readout: learned anew by generative replay around the moved means, together with the rows that the model
///    remembers and the puffs (recogniser.md section 5); the rows of the stored hold-out are only judged on;
///  - concentrations: the intercept, where a puff's concentration is known and puffs that were kept back agree.
/// The means and the covariance come from the model itself, so that old models without a memory can be moved, too; what
/// was forgotten can then only be told of the gases that were shown.
/// Rows are kept back (the last puff of each gas, or the end of the only one), a candidate that has not seen them is
/// judged beside the old model, and the model is made of all rows when the candidate does not lose more than
/// `largestLoss`, and, where no gas was learned, names no fewer of the kept-back rows right: else the sensors have not
/// drifted enough to be followed. Otherwise `report.accepted` is false and says why. The new model names its parent
/// (Model::lineage). The same input gives the same bytes. Errors: anchorRows(), a kind that cannot be moved, cancelled.
[[nodiscard]] Result<RecalibratedModel> recalibrateModel(std::span<const std::uint8_t> modelBytes,
                                                         const Dataset& anchors,
                                                         const ModelRecalibrationOptions& options = {},
                                                         const TrainingProgress& progress = {});

} // namespace bnof::olfaction
