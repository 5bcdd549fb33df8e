// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/training_network.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Dense>

#include "engine/base/philox.h"
#include "engine/olfaction/presenter.h"
#include "engine/olfaction/surrogate_gradient.h"

namespace bnof::olfaction {
namespace {

constexpr double rheobaseMv = 10;    ///< threshold - rest of every population
constexpr double kenyonInputMs = 5;  ///< synaptic time constant
constexpr double kenyonInputMv = 10; ///< weight of a projection neuron on a Kenyon cell
constexpr double outputSynapseMs = 20;
constexpr double outputGainMv = 30; ///< drive of an output neuron for an answer of 1
constexpr double kenyonShare = 0.7; ///< norm of the Kenyon counts beside that of the projection neurons
constexpr std::uint32_t graphStream = 0x4B43;
constexpr std::uint32_t orderStream = 0x4F52;

snn::Population lif(std::string name, std::uint32_t size, double membraneMs, double excitatoryMs, double inhibitoryMs,
                    double refractoryMs = 2)
{
    snn::LifParameters p;
    p.membraneTimeConstantMs = membraneMs;
    p.excitatoryTimeConstantMs = excitatoryMs;
    p.inhibitoryTimeConstantMs = inhibitoryMs;
    p.refractoryMs = refractoryMs;
    return {std::move(name), size, p};
}

using Connectivity = decltype(snn::Projection::connectivity);

snn::Projection connect(std::string name, Layer from, Layer to, snn::Receptor receptor, Connectivity rule,
                        double weight)
{
    snn::Projection p;
    p.name = std::move(name);
    p.source = from;
    p.target = to;
    p.receptor = receptor;
    p.connectivity = std::move(rule);
    p.weight = weight;
    return p;
}

/// Every Kenyon cell draws different projection neurons, of different code channels as far as there are enough.
snn::ExplicitList kenyonInputs(const ReceptorCode& code, const TrainingOptions& options)
{
    snn::ExplicitList list;
    PhiloxSequence random(options.seed, graphStream);
    const auto sources = static_cast<std::uint32_t>(code.receptors());
    const std::size_t channels = code.channels() + (code.residualStart.empty() ? 0 : 1);
    const std::uint32_t fanIn = std::min(options.fanIn, sources);
    for (std::uint32_t cell = 0; cell < options.kenyonCells; ++cell) {
        std::vector<std::uint32_t> chosen;
        std::vector<std::uint8_t> used(channels, 0);
        std::size_t channelsLeft = channels;
        while (chosen.size() < fanIn) {
            const std::uint32_t source = random.below(sources);
            const std::size_t channel = code.channelOf(source);
            const bool again = std::find(chosen.begin(), chosen.end(), source) != chosen.end();
            if (again || (used[channel] && channelsLeft > 0))
                continue;
            channelsLeft -= used[channel] ? 0 : 1;
            used[channel] = 1;
            chosen.push_back(source);
        }
        std::sort(chosen.begin(), chosen.end());
        for (const std::uint32_t source : chosen) {
            list.sources.push_back(source);
            list.targets.push_back(cell);
        }
    }
    return list;
}

/// Spikes a second of a receptor on average over some of the points.
double meanRate(const ReceptorCode& code, const TeachingPoints& teaching)
{
    constexpr std::size_t shown = 100;
    constexpr int ticks = 200;
    const auto encoder = Encoder::create(code.encoder, code.inputs());
    std::vector<double> values;
    std::vector<std::uint32_t> fired;
    const std::size_t count = std::min(shown, teaching.points.size());
    for (std::size_t i = 0; i < count; ++i) {
        encoder->reset(i);
        encoderValues(code, teaching.points[i * teaching.points.size() / count], values);
        encoder->setValues(values);
        for (int tick = 0; tick < ticks; ++tick)
            encoder->step(fired);
    }
    const double seconds = static_cast<double>(count) * ticks / 1000;
    return static_cast<double>(fired.size()) / std::max(seconds * static_cast<double>(code.receptors()), 1e-9);
}

/// Sources that fire when an encoder says so: drawn every tick, at rates of 0 and 1 / tick.
snn::Population encodedReceptors(std::uint32_t size)
{
    return {"receptor", size, snn::PoissonParameters{0, snn::PoissonSampling::EveryTick}};
}

snn::Network buildNetwork(const ReceptorCode& code, const TeachingPoints& teaching, std::size_t gases,
                          const TrainingOptions& options)
{
    using enum snn::Receptor;
    const auto receptors = static_cast<std::uint32_t>(code.receptors());
    snn::Network network;
    network.name = "antennal lobe and mushroom body";
    network.seed = options.seed;
    network.populations = {
        code.spikes() ? encodedReceptors(receptors) : lif("receptor", receptors, 20, 5, 10),
        lif("projection", receptors, 20, 5, 10),
        lif("local", options.localNeurons, 20, 5, 10),
        lif("Kenyon", options.kenyonCells, 15, kenyonInputMs, 10),
        lif("feedback", options.feedbackNeurons, 10, 5, 10, 1),
        lif("output", static_cast<std::uint32_t>(gases) * options.outputsPerGas, 20, outputSynapseMs, outputSynapseMs),
    };
    // Weights so that, at the ordinary receptor activity, local neurons fire at some 45 Hz and take some 6 mV
    // from every projection neuron, and the feedback some 4 mV from every Kenyon cell.
    constexpr double ordinaryHz = 33; // of a receptor of the offset code, on average
    const double busy = code.spikes() ? std::max(meanRate(code, teaching), 1.0) / ordinaryHz : 1;
    const double perLocal = 1.3 * 220 / std::max<double>(receptors, 1) / busy;
    network.projections = {
        connect("receptors", Receptors, ProjectionNeurons, Excitatory, snn::OneToOne{}, 100),
        connect("lateral excitation", ProjectionNeurons, LocalNeurons, Excitatory, snn::FixedProbability{0.3},
                perLocal),
        connect("lateral inhibition", LocalNeurons, ProjectionNeurons, Inhibitory, snn::AllToAll{},
                0.7 * 20 / options.localNeurons),
        connect("expansion", ProjectionNeurons, KenyonCells, Excitatory, kenyonInputs(code, options), kenyonInputMv),
        connect("feedback excitation", KenyonCells, Feedback, Excitatory, snn::AllToAll{},
                2.0 * 2000 / options.kenyonCells),
        connect("feedback inhibition", Feedback, KenyonCells, Inhibitory, snn::AllToAll{},
                8.0 / options.feedbackNeurons),
    };
    return network;
}

double activeShare(const std::vector<float>& counts)
{
    const auto active = std::count_if(counts.begin(), counts.end(), [](float n) { return n > 0; });
    return static_cast<double>(active) / static_cast<double>(counts.size());
}

/// Sets every Kenyon cell's bias to its own 92 % quantile of input, then one common shift so that the wanted
/// share fires in a window: homeostasis of the intrinsic excitability.
Result<void> balanceKenyonCells(SpikingPart& part, const TeachingPoints& teaching, const TrainingOptions& options)
{
    const std::size_t cells = options.kenyonCells;
    part.kenyonBiasMv.assign(cells, -1000.0F);
    BNOF_TRY_ASSIGN(Presenter presenter, Presenter::create(part.network, part, options));
    const std::size_t shown = std::min<std::size_t>(teaching.real, 240);
    if (shown == 0)
        return makeError(ErrorKind::BadInput, "there are no points to balance the network on");
    const auto point = [&](std::size_t i) -> const DiscriminantPoint& {
        return teaching.points[i * teaching.real / shown];
    };
    const auto& list = std::get<snn::ExplicitList>(part.network.projections[3].connectivity);
    std::vector<float> relay(part.network.populations[ProjectionNeurons].size);
    std::vector<std::vector<float>> drives(cells, std::vector<float>(shown, 0.0F));
    for (std::size_t i = 0; i < shown; ++i) {
        BNOF_TRY(presenter.show(point(i)));
        presenter.count(ProjectionNeurons, relay);
        const auto mvPerSpike = static_cast<float>(kenyonInputMv * kenyonInputMs / presenter.windowMs());
        for (std::size_t s = 0; s < list.sources.size(); ++s)
            drives[list.targets[s]][i] += mvPerSpike * relay[list.sources[s]];
    }
    std::vector<float> own(cells);
    for (std::size_t cell = 0; cell < cells; ++cell) {
        std::sort(drives[cell].begin(), drives[cell].end());
        own[cell] = static_cast<float>(rheobaseMv) -
                    drives[cell][static_cast<std::size_t>(0.92 * static_cast<double>(shown - 1))];
    }
    double low = -20;
    double high = 30;
    const std::size_t step = std::max<std::size_t>(1, shown / 80);
    std::vector<float> counts(cells);
    for (int round = 0; round < 9; ++round) {
        const double shift = (low + high) / 2;
        for (std::size_t cell = 0; cell < cells; ++cell)
            part.kenyonBiasMv[cell] = own[cell] + static_cast<float>(shift);
        BNOF_TRY(presenter.setKenyonBias(part.kenyonBiasMv));
        double share = 0;
        std::size_t windows = 0;
        for (std::size_t i = 0; i < shown; i += step) {
            BNOF_TRY(presenter.show(point(i)));
            presenter.count(KenyonCells, counts);
            share += activeShare(counts);
            ++windows;
        }
        (share / static_cast<double>(windows) < options.kenyonActivity ? low : high) = shift;
    }
    return {};
}

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Spike counts of projection neurons and Kenyon cells for every teaching point.
Result<Matrix> collectCounts(const SpikingPart& part, const TeachingPoints& teaching, const TrainingOptions& options,
                             const std::function<bool(double)>& report)
{
    BNOF_TRY_ASSIGN(Presenter presenter, Presenter::create(part.network, part, options));
    const std::size_t relays = part.network.populations[ProjectionNeurons].size;
    const std::size_t width = relays + options.kenyonCells;
    const std::size_t count = teaching.points.size();
    Matrix counts(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(width));
    for (std::size_t i = 0; i < count; ++i) {
        BNOF_TRY(presenter.show(teaching.points[i]));
        float* row = counts.data() + i * width;
        presenter.count(ProjectionNeurons, {row, relays});
        presenter.count(KenyonCells, {row + relays, options.kenyonCells});
        if (i % 64 == 0 && !report(static_cast<double>(i) / static_cast<double>(count)))
            return makeError(ErrorKind::Cancelled, "training was cancelled");
    }
    return counts;
}

/// Counts less their mean, the two populations scaled to equal power but for kenyonShare.
struct CentredCounts {
    Matrix values;
    Eigen::RowVectorXf mean;
    Eigen::RowVectorXf scale;
};

CentredCounts centred(const Matrix& counts, std::size_t relays)
{
    CentredCounts out;
    const Eigen::Index width = counts.cols();
    const auto relay = static_cast<Eigen::Index>(relays);
    const auto n = static_cast<float>(counts.rows());
    out.mean = counts.colwise().mean();
    out.values = counts.rowwise() - out.mean;
    const auto norm = [n](const auto& block) { return std::max(1e-6F, std::sqrt(block.squaredNorm() / n)); };
    out.scale.resize(width);
    out.scale.head(relay).setConstant(1 / norm(out.values.leftCols(relay)));
    out.scale.tail(width - relay)
        .setConstant(static_cast<float>(kenyonShare) / norm(out.values.rightCols(width - relay)));
    out.values.array().rowwise() *= out.scale.array();
    return out;
}

/// What each gas should answer, less the mean; and the mean.
std::pair<Matrix, Eigen::RowVectorXf> centredTargets(const TeachingPoints& teaching, Eigen::Index count,
                                                     std::size_t gases)
{
    Matrix target(count, static_cast<Eigen::Index>(gases));
    for (Eigen::Index i = 0; i < count; ++i) {
        for (std::size_t g = 0; g < gases; ++g)
            target(i, static_cast<Eigen::Index>(g)) =
                static_cast<float>(teaching.targets[static_cast<std::size_t>(i)][g]);
    }
    Eigen::RowVectorXf middle = target.colwise().mean();
    target.rowwise() -= middle;
    return {std::move(target), std::move(middle)};
}

/// Normalised least mean squares (Widrow & Hoff) on centred counts; returns weights a count and the constant.
void deltaRule(const Matrix& counts, const TeachingPoints& teaching, std::size_t gases, std::size_t relays,
               const TrainingOptions& options, Eigen::MatrixXf& weights, Eigen::VectorXf& constants)
{
    CentredCounts phi = centred(counts, relays);
    const auto [target, middle] = centredTargets(teaching, counts.rows(), gases);
    const Eigen::Index n = counts.rows();
    weights = Eigen::MatrixXf::Zero(counts.cols(), static_cast<Eigen::Index>(gases));
    PhiloxSequence random(options.seed, orderStream);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    for (std::uint32_t epoch = 0; epoch < options.epochs; ++epoch) {
        // The step shrinks, so that the noise of the counts averages out at the end.
        const float step = 0.6F / static_cast<float>(1 + epoch);
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        double squares = 0;
        for (const Eigen::Index i : order) {
            const auto row = phi.values.row(i);
            const float power = row.squaredNorm() + 0.05F;
            const Eigen::RowVectorXf error = target.row(i) - row * weights;
            weights.noalias() += (step / power) * row.transpose() * error;
            squares += error.squaredNorm();
        }
        if (options.watchEpoch)
            options.watchEpoch(epoch, squares / static_cast<double>(n));
    }
    weights.array().colwise() *= phi.scale.transpose().array();
    constants = (middle - phi.mean * weights).transpose();
}

/// Weights of the projection neurons whose sum over the counts is 1 for every point, as nearly as possible: the
/// receptor code's total hardly changes, so it can carry a constant, and silence in stays silence out.
Eigen::VectorXf constantFromRelays(const Matrix& counts, std::size_t relays)
{
    const auto r = static_cast<Eigen::Index>(relays);
    const Eigen::MatrixXf x = counts.leftCols(r);
    Eigen::MatrixXf gram = x.transpose() * x / static_cast<float>(x.rows());
    gram.diagonal().array() += 1e-2F * gram.trace() / static_cast<float>(r);
    const Eigen::VectorXf sum = x.colwise().mean().transpose();
    return gram.llt().solve(sum);
}

/// The least squares solution with a ridge, on the same centred and scaled counts as the delta rule.
void ridgeRule(const Matrix& counts, const TeachingPoints& teaching, std::size_t gases, std::size_t relays,
               const TrainingOptions& options, Eigen::MatrixXf& weights, Eigen::VectorXf& constants)
{
    const CentredCounts phi = centred(counts, relays);
    const auto [target, middle] = centredTargets(teaching, counts.rows(), gases);
    const auto n = static_cast<double>(counts.rows());
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(counts.cols(), counts.cols());
    Eigen::MatrixXd cross = Eigen::MatrixXd::Zero(counts.cols(), static_cast<Eigen::Index>(gases));
    constexpr Eigen::Index rows = 512; // in double precision at a time
    for (Eigen::Index at = 0; at < counts.rows(); at += rows) {
        const Eigen::Index take = std::min(rows, counts.rows() - at);
        const Eigen::MatrixXd block = phi.values.middleRows(at, take).cast<double>();
        gram.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose(), 1 / n);
        cross.noalias() += block.transpose() * target.middleRows(at, take).cast<double>() / n;
    }
    gram.diagonal().array() += std::max(options.learning.ridge * gram.trace() / static_cast<double>(gram.rows()), 1e-9);
    weights = gram.selfadjointView<Eigen::Lower>().llt().solve(cross).cast<float>();
    weights.array().colwise() *= phi.scale.transpose().array();
    constants = (middle - phi.mean * weights).transpose();
}

void setReadout(SpikingPart& part, const Eigen::MatrixXf& weights, double windowMs)
{
    // A synapse's mean drive is weight * rate * time constant.
    const double mvPerUnit = outputGainMv * windowMs / outputSynapseMs;
    const double largest = std::max<double>(weights.cwiseAbs().maxCoeff() * mvPerUnit, 1e-6);
    part.readoutUnitMv = std::exp2(std::ceil(std::log2(largest / 32767)));
    part.readout.clear();
    for (Eigen::Index g = 0; g < weights.cols(); ++g) {
        for (Eigen::Index i = 0; i < weights.rows(); ++i)
            part.readout.push_back(static_cast<std::int32_t>(
                std::lround(static_cast<double>(weights(i, g)) * mvPerUnit / part.readoutUnitMv)));
    }
}

} // namespace

Result<SpikingPart> trainNetwork(const Discriminant& teacher, const TeachingPoints& teaching, double familiarResidual,
                                 const TrainingOptions& given, const std::function<bool(double)>& report)
{
    TrainingOptions options = given;
    // The synapses of the readout are most of the work, and they grow with the gases too.
    if (options.outputsPerGas == 0)
        options.outputsPerGas = static_cast<std::uint32_t>(std::clamp<std::size_t>(144 / teacher.classes(), 4, 12));
    SpikingPart part;
    const std::size_t gases = teacher.classes();
    ReceptorCodeOptions code = options.code;
    code.seed = options.seed;
    part.code = fitReceptorCode(teaching.points, familiarResidual, code);
    part.network = buildNetwork(part.code, teaching, gases, options);
    part.outputsPerGas = options.outputsPerGas;
    part.windowIntervals = options.windowIntervals;
    for (std::size_t i = 0; i < gases * options.outputsPerGas; ++i) {
        // Staggered thresholds: the neurons of a block begin to fire at answers between 0.1 and 0.6, so that
        // the block's count grows smoothly.
        const double share = (static_cast<double>(i % options.outputsPerGas) + 0.5) / options.outputsPerGas;
        part.outputBiasMv.push_back(static_cast<float>(rheobaseMv - outputGainMv * (0.1 + 0.5 * share)));
    }
    BNOF_TRY(balanceKenyonCells(part, teaching, options));
    auto counts = collectCounts(part, teaching, options, report);
    if (!counts.ok())
        return counts.error();
    const std::size_t relays = part.network.populations[ProjectionNeurons].size;
    Eigen::MatrixXf weights;
    Eigen::VectorXf constants;
    if (options.learning.name == "ridge")
        ridgeRule(*counts, teaching, gases, relays, options, weights, constants);
    else
        deltaRule(*counts, teaching, gases, relays, options, weights, constants);
    const Eigen::VectorXf unity = constantFromRelays(*counts, relays);
    weights.topRows(static_cast<Eigen::Index>(relays)) += unity * constants.transpose();
    setReadout(part, weights, options.decisionIntervalSeconds * 1000 * options.windowIntervals);
    if (options.learning.name == "surrogate-gradient")
        BNOF_TRY(refineReadout(part, teaching, options, report));
    return part;
}

Result<ShownPoints> showPoints(const SpikingPart& part, const std::vector<DiscriminantPoint>& points,
                               const TrainingOptions& options)
{
    return showPoints(fullNetwork(part), part, points, options);
}

Result<ShownPoints> showPoints(const snn::Network& network, const SpikingPart& part,
                               const std::vector<DiscriminantPoint>& points, const TrainingOptions& options)
{
    BNOF_TRY_ASSIGN(Presenter presenter, Presenter::create(network, part, options));
    ShownPoints out;
    std::vector<float> outputs(part.network.populations[Outputs].size);
    std::vector<float> kenyon(part.network.populations[KenyonCells].size);
    for (const DiscriminantPoint& point : points) {
        BNOF_TRY(presenter.show(point));
        presenter.count(Outputs, outputs);
        presenter.count(KenyonCells, kenyon);
        std::vector<std::uint32_t> blocks(outputs.size() / part.outputsPerGas, 0);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            blocks[i / part.outputsPerGas] += static_cast<std::uint32_t>(outputs[i]);
        out.blockCounts.push_back(std::move(blocks));
        out.kenyonActivity += activeShare(kenyon) / static_cast<double>(points.size());
        out.spikesPerWindow += static_cast<double>(presenter.spikes()) / static_cast<double>(points.size());
    }
    return out;
}

} // namespace bnof::olfaction
