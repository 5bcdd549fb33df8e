// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/surrogate_gradient.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/olfaction/presenter.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t mostPresentations = 3000;
constexpr std::uint32_t warmUpTicks = 40; ///< two synaptic time constants: the output starts at rest
constexpr double rheobaseMv = 10;
constexpr double noneDriveMv = rheobaseMv + 4.5; ///< 0.15 of the drive for an answer of 1, above threshold
constexpr double logitPerSpike = 0.2;

enum TaskProjection : std::uint32_t { DirectExcitation = 0, DirectInhibition, LearnedExcitation, LearnedInhibition };

snn::Population source(const snn::Population& like)
{
    return {like.name, like.size, snn::PoissonParameters{0, snn::PoissonSampling::EveryTick}};
}

/// Positive or negative parts of the readout weights of one layer, every synapse listed.
snn::Projection half(const SpikingPart& part, std::uint32_t layer, bool excitatory)
{
    const auto& populations = part.network.populations;
    const bool direct = layer == ProjectionNeurons;
    const std::size_t relays = populations[ProjectionNeurons].size;
    const std::size_t sources = relays + populations[KenyonCells].size;
    const std::size_t gases = part.readout.size() / sources;
    snn::ExplicitList list;
    for (std::uint32_t s = 0; s < populations[layer].size; ++s) {
        for (std::uint32_t g = 0; g < gases; ++g) {
            const double weight = part.readout[g * sources + (direct ? 0 : relays) + s] * part.readoutUnitMv;
            list.sources.push_back(s);
            list.targets.push_back(g);
            list.weights.push_back(static_cast<float>(std::max(excitatory ? weight : -weight, 0.0)));
        }
    }
    snn::Projection out;
    out.name = std::string(direct ? "direct" : "learned") + (excitatory ? " excitation" : " inhibition");
    out.source = direct ? 0 : 1;
    out.target = 2;
    out.receptor = excitatory ? snn::Receptor::Excitatory : snn::Receptor::Inhibitory;
    out.connectivity = std::move(list);
    return out;
}

snn::Network readoutNetwork(const SpikingPart& part, std::size_t gases)
{
    const auto& populations = part.network.populations;
    snn::Network network;
    network.name = "readout";
    network.seed = part.network.seed;
    network.tickMs = part.network.tickMs;
    network.populations = {source(populations[ProjectionNeurons]),
                           source(populations[KenyonCells]),
                           {"output", static_cast<std::uint32_t>(gases + 1), populations[Outputs].model}};
    for (const std::uint32_t layer : {std::uint32_t{ProjectionNeurons}, std::uint32_t{KenyonCells}}) {
        network.projections.push_back(half(part, layer, true));
        network.projections.push_back(half(part, layer, false));
    }
    return network;
}

double rootMeanSquare(const std::vector<std::int32_t>& weights)
{
    double sum = 0;
    for (const std::int32_t w : weights)
        sum += static_cast<double>(w) * w;
    return std::sqrt(sum / std::max<double>(static_cast<double>(weights.size()), 1));
}

/// Signed weights in mV back into integers.
void storeReadout(SpikingPart& part, const snn::Network& trained, std::size_t gases)
{
    const std::size_t relays = part.network.populations[ProjectionNeurons].size;
    const std::size_t sources = relays + part.network.populations[KenyonCells].size;
    std::vector<double> mv(gases * sources, 0);
    for (std::uint32_t p = 0; p <= LearnedInhibition; ++p) {
        const auto& list = std::get<snn::ExplicitList>(trained.projections[p].connectivity);
        const double sign = p == DirectExcitation || p == LearnedExcitation ? 1 : -1;
        const std::size_t first = p <= DirectInhibition ? 0 : relays;
        for (std::size_t i = 0; i < list.sources.size(); ++i)
            mv[list.targets[i] * sources + first + list.sources[i]] += sign * static_cast<double>(list.weights[i]);
    }
    double largest = 1e-6;
    for (const double w : mv)
        largest = std::max(largest, std::abs(w));
    part.readoutUnitMv = std::exp2(std::ceil(std::log2(largest / 32767)));
    for (std::size_t i = 0; i < mv.size(); ++i)
        part.readout[i] = static_cast<std::int32_t>(std::lround(mv[i] / part.readoutUnitMv));
}

} // namespace

Result<ReadoutTask> readoutTask(const SpikingPart& part, const TeachingPoints& teaching, const TrainingOptions& options,
                                std::size_t most, const std::function<bool(double)>& report)
{
    ReadoutTask task;
    const std::size_t gases = part.outputBiasMv.size() / part.outputsPerGas;
    task.network = readoutNetwork(part, gases);
    std::vector<float> drive(gases + 1, 0.0F);
    const auto block = part.outputBiasMv.begin();
    const double middle =
        std::accumulate(block, block + part.outputsPerGas, 0.0) / static_cast<double>(part.outputsPerGas);
    std::fill(drive.begin(), drive.end() - 1, static_cast<float>(middle));
    drive.back() = static_cast<float>(noneDriveMv);
    BNOF_TRY_ASSIGN(Presenter presenter, Presenter::create(part.network, part, options));
    const std::size_t count = std::min(teaching.points.size(), most);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = i * teaching.points.size() / count;
        BNOF_TRY(presenter.show(teaching.points[at]));
        snn::Presentation& shown = task.presentations.emplace_back();
        shown.ticks = presenter.windowTicks();
        shown.spikes = {presenter.lastSpikes()[ProjectionNeurons], presenter.lastSpikes()[KenyonCells]};
        for (auto& layer : shown.spikes) {
            for (Spike& spike : layer)
                spike.tick -= presenter.begin();
        }
        shown.drives = {{0, 2, drive}};
        const std::vector<double>& target = teaching.targets[at];
        const auto best = std::max_element(target.begin(), target.end());
        shown.label =
            static_cast<std::uint32_t>(*best > 0 ? best - target.begin() : static_cast<std::ptrdiff_t>(gases));
        if (i % 64 == 0 && !report(static_cast<double>(i) / static_cast<double>(count)))
            return makeError(ErrorKind::Cancelled, "training was cancelled");
    }
    snn::SurrogateOptions& s = task.options;
    s.output = 2;
    s.signedPairs = {{DirectExcitation, DirectInhibition}, {LearnedExcitation, LearnedInhibition}};
    s.shape = snn::SurrogateShape::FastSigmoid;
    s.width = 0.5;
    s.loss = snn::SurrogateLoss::SpikeCount;
    s.logitScale = logitPerSpike;
    s.scoreFromTick = std::min(warmUpTicks, presenter.windowTicks() / 4);
    s.learningRate = options.learning.surrogateRate * rootMeanSquare(part.readout) * part.readoutUnitMv;
    s.learningRateDecay = 0.7;
    s.epochs = options.learning.surrogateEpochs;
    s.seed = options.seed;
    return task;
}

Result<void> refineReadout(SpikingPart& part, const TeachingPoints& teaching, const TrainingOptions& options,
                           const std::function<bool(double)>& report)
{
    BNOF_TRY_ASSIGN(const ReadoutTask task, readoutTask(part, teaching, options, mostPresentations, report));
    const auto progress = [&](const snn::TrainingProgress& done) {
        return report(static_cast<double>(done.step) / static_cast<double>(std::max(done.steps, 1U)));
    };
    BNOF_TRY_ASSIGN(const snn::TrainingReport trained,
                    snn::trainSurrogate(task.network, task.presentations, task.options, progress));
    if (trained.cancelled)
        return makeError(ErrorKind::Cancelled, "training was cancelled");
    storeReadout(part, trained.network, part.outputBiasMv.size() / part.outputsPerGas);
    return {};
}

Result<void> enoughForSurrogate(const std::vector<std::size_t>& exposures, const std::vector<std::string>& gases,
                                std::size_t fewest)
{
    for (std::size_t g = 0; g < exposures.size(); ++g) {
        if (exposures[g] == 0 || exposures[g] >= fewest)
            continue;
        return makeError(ErrorKind::BadInput,
                         (g < gases.size() ? gases[g] : "a gas") + " has " + std::to_string(exposures[g]) +
                             " exposures; surrogate gradients fit thousands of weights and need at least " +
                             std::to_string(fewest) + " of each gas",
                         "--learning surrogate-gradient",
                         "Record more exposures, or train with the delta rule or ridge, which need only a few.");
    }
    return {};
}

} // namespace bnof::olfaction
