// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposure_network.h"

#include <utility>

#include "engine/olfaction/surrogate_gradient.h"

namespace bnof::olfaction {
namespace {

/// Exposures are all answered: none is too far from what was learnt.
constexpr double boundlessDistance = 1e6;

} // namespace

TrainingOptions exposureTraining(std::uint64_t seed)
{
    TrainingOptions options;
    options.seed = seed;
    options.kenyonCells = 1000;
    options.decisionIntervalSeconds = 0.12;
    options.windowIntervals = 1;
    options.replayPoints = 2000;
    options.realPoints = 1000;
    options.novelPoints = 0;
    options.replay = {.deviations = {1, 2, 4, 8}, .temperature = 4};
    options.code.residualRamps = 0;
    return options;
}

Result<ExposureNetwork> trainOnExposures(const LabelledRows& past, const LabelledRows& fresh, std::size_t classes,
                                         const RecalibrationOptions& recalibration, const TrainingOptions& options)
{
    ExposureNetwork out;
    const std::size_t dimension = past.dimension;
    out.options = options;
    if (options.learning.name == "surrogate-gradient") {
        std::vector<std::size_t> exposures(classes, 0);
        for (const LabelledRows* rows : {&past, &fresh}) {
            for (const int label : rows->labels)
                ++exposures[static_cast<std::size_t>(label)];
        }
        BNOF_TRY(enoughForSurrogate(exposures, {}, options.learning.fewestExposures));
    }
    BNOF_TRY_ASSIGN(out.teacher, recalibrate(past.features, past.labels, fresh.features, fresh.labels, dimension,
                                             classes, recalibration));
    const Discriminant& teacher = out.teacher.discriminant;
    std::vector<DiscriminantPoint> real;
    std::vector<double> moved(dimension);
    for (std::size_t i = 0; i < past.labels.size(); ++i) {
        const double* shift = out.teacher.shift.data() + static_cast<std::size_t>(past.labels[i]) * dimension;
        for (std::size_t f = 0; f < dimension; ++f)
            moved[f] = past.features[i * dimension + f] + shift[f];
        project(teacher, moved, real.emplace_back());
    }
    for (std::size_t i = 0; i < fresh.labels.size(); ++i)
        project(teacher, {fresh.features.data() + i * dimension, dimension}, real.emplace_back());
    LdaCalibration familiar;
    familiar.familiarDistance = boundlessDistance;
    familiar.familiarResidual = boundlessDistance;
    const TeachingPoints teaching = makeTeachingPoints(teacher, real, familiar, options);
    BNOF_TRY_ASSIGN(out.spiking,
                    trainNetwork(teacher, teaching, familiar.familiarResidual, options, [](double) { return true; }));
    out.spiking.calibration.minimumProbability = 1e-6;
    return out;
}

Result<ExposureAnswers> answersOf(const ExposureNetwork& network, std::span<const double> rows)
{
    const Discriminant& teacher = network.teacher.discriminant;
    std::vector<DiscriminantPoint> points(rows.size() / teacher.dimension);
    for (std::size_t i = 0; i < points.size(); ++i)
        project(teacher, rows.subspan(i * teacher.dimension, teacher.dimension), points[i]);
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(network.spiking, points, network.options));
    ExposureAnswers out;
    out.spikesPerDecision = shown.spikesPerWindow;
    out.kenyonActivity = shown.kenyonActivity;
    for (const auto& counts : shown.blockCounts)
        out.decisions.push_back(decideFromCounts(counts, teacher.classes(), network.spiking.calibration));
    return out;
}

} // namespace bnof::olfaction
