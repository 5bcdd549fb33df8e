// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/relearning.h"

#include <algorithm>
#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/lda_recogniser.h"
#include "engine/olfaction/training_network.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t pointStream = 0x4E60;
/// Points drawn around the means in place of real ones when a model remembers none.
constexpr std::size_t drawnPoints = 400;
constexpr std::size_t novelWindows = 200;
constexpr double residualMargin = 1.5;

std::vector<DiscriminantPoint> drawn(const Discriminant& d, std::uint64_t seed)
{
    PhiloxSequence random(seed, pointStream);
    std::vector<DiscriminantPoint> out;
    for (std::size_t i = 0; i < drawnPoints; ++i) {
        const std::size_t c = i % d.classes();
        if (!d.present(c))
            continue;
        DiscriminantPoint point;
        for (std::size_t a = 0; a < d.axes; ++a)
            point.u.push_back(d.means[c * d.axes + a] + random.normal());
        point.residual = 1;
        out.push_back(std::move(point));
    }
    return out;
}

/// Rehearsal: remembered rows and puffs.
std::vector<DiscriminantPoint> rehearsal(const Model& model, const std::vector<double>& fresh)
{
    std::vector<DiscriminantPoint> out;
    std::vector<double> row(model.discriminant.dimension);
    for (std::size_t i = 0; i < model.memory.rows(); ++i) {
        if (model.memory.heldOut[i] != 0)
            continue;
        model.memory.row(i, row);
        project(model.discriminant, row, out.emplace_back());
    }
    if (out.empty())
        out = drawn(model.discriminant, model.seed);
    for (std::size_t i = 0; i < fresh.size(); i += row.size())
        project(model.discriminant, {fresh.data() + i, row.size()}, out.emplace_back());
    return out;
}

/// What the puffs reach is familiar from now on.
void widenFamiliarity(Model& model, const std::vector<double>& features)
{
    const std::size_t dimension = model.discriminant.dimension;
    std::vector<double> distances;
    std::vector<double> residuals;
    DiscriminantPoint point;
    for (std::size_t i = 0; i < features.size() / dimension; ++i) {
        project(model.discriminant, {features.data() + i * dimension, dimension}, point);
        distances.push_back(nearestDistance(model.discriminant, point.u));
        residuals.push_back(point.residual);
    }
    const auto high = [](std::vector<double>& v) {
        const auto at = v.begin() + static_cast<std::ptrdiff_t>(0.95 * static_cast<double>(v.size() - 1));
        std::nth_element(v.begin(), at, v.end());
        return *at;
    };
    if (distances.empty())
        return;
    model.lda.familiarDistance = std::max(model.lda.familiarDistance, residualMargin * high(distances));
    model.lda.familiarResidual = std::max(model.lda.familiarResidual, residualMargin * high(residuals));
}

/// Temperature and doubt of the new readout, on rows that it has not learned from where there are some.
Result<void> calibrateAnew(Model& model, const std::vector<DiscriminantPoint>& real, const TrainingOptions& options)
{
    std::vector<DiscriminantPoint> points;
    std::vector<int> gases;
    std::vector<double> row(model.discriminant.dimension);
    for (std::size_t i = 0; i < model.memory.rows(); ++i) {
        if (model.memory.heldOut[i] == 0)
            continue;
        model.memory.row(i, row);
        project(model.discriminant, row, points.emplace_back());
        gases.push_back(model.memory.labels[i]);
    }
    if (points.empty())
        return {};
    for (DiscriminantPoint& novel :
         makeNovelPoints(model.discriminant, real, model.lda, novelWindows, options.seed + 1)) {
        points.push_back(std::move(novel));
        gases.push_back(-1);
    }
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(model.spiking, points, options));
    std::vector<CalibrationWindow> windows(points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        windows[i] = {shown.blockCounts[i], gases[i], 1};
    model.spiking.calibration = calibrateReadout(windows);
    return {};
}

} // namespace

TrainingOptions trainingLike(const Model& model)
{
    TrainingOptions options;
    options.seed = model.seed;
    options.decisionIntervalSeconds = model.decisionIntervalSeconds;
    if (model.kind != "spiking")
        return options;
    const SpikingPart& part = model.spiking;
    const auto& populations = part.network.populations;
    options.kenyonCells = populations[KenyonCells].size;
    options.localNeurons = populations[LocalNeurons].size;
    options.feedbackNeurons = populations[Feedback].size;
    options.outputsPerGas = part.outputsPerGas;
    options.windowIntervals = part.windowIntervals;
    for (const snn::Projection& projection : part.network.projections) {
        const auto* list = std::get_if<snn::ExplicitList>(&projection.connectivity);
        if (list && projection.target == KenyonCells && options.kenyonCells > 0)
            options.fanIn = std::max(1U, static_cast<std::uint32_t>(list->sources.size() / options.kenyonCells));
    }
    options.code.ramps = part.code.rampsPerChannel;
    options.code.residualRamps = part.code.residualStart.size();
    if (part.code.axes > 1)
        options.code.mixtures = part.code.channels() - part.code.axes;
    return options;
}

Result<void> relearn(const Model& old, Model& made, const std::vector<double>& fresh, const TrainingOptions& options,
                     const std::function<bool(double)>& report)
{
    widenFamiliarity(made, fresh);
    if (made.kind != "spiking")
        return {};
    const std::vector<DiscriminantPoint> real = rehearsal(made, fresh);
    const TeachingPoints teaching = makeTeachingPoints(made.discriminant, real, made.lda, options);
    const ReadoutCalibration calibration = old.spiking.calibration;
    BNOF_TRY_ASSIGN(made.spiking,
                    trainNetwork(made.discriminant, teaching, made.lda.familiarResidual, options, report));
    made.spiking.calibration = calibration;
    made.spiking.clips = old.spiking.clips;
    return calibrateAnew(made, real, options);
}

Result<std::vector<int>> answersOf(const Model& model, const std::vector<double>& features, const std::string& backEnd)
{
    const Discriminant& d = model.discriminant;
    std::vector<DiscriminantPoint> points(features.size() / d.dimension);
    for (std::size_t i = 0; i < points.size(); ++i)
        project(d, {features.data() + i * d.dimension, d.dimension}, points[i]);
    std::vector<int> out;
    if (points.empty())
        return out;
    if (model.kind == "spiking") {
        TrainingOptions options = trainingLike(model);
        options.backEnd = backEnd;
        BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(model.spiking, points, options));
        for (const auto& counts : shown.blockCounts)
            out.push_back(decideFromCounts(counts, model.gases.size(), model.spiking.calibration).gas);
        return out;
    }
    std::unique_ptr<Classifier> classifier;
    if (isClassifierKind(model.kind)) {
        BNOF_TRY_ASSIGN(classifier,
                        classifierFromJson(model.classifier, "classifier", d.dimension, model.gases.size()));
    }
    std::vector<double> p;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!classifier) {
            out.push_back(decideFromPoint(d, model.lda, points[i]).gas);
            continue;
        }
        classifier->posterior({features.data() + i * d.dimension, d.dimension}, p);
        out.push_back(decideFromPosterior(p, d, model.lda, points[i]).gas);
    }
    return out;
}

} // namespace bnof::olfaction
