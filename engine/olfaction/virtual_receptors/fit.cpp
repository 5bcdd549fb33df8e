// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/virtual_receptors/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t placeStream = 0x5652;
constexpr std::uint32_t learnStream = 0x5653;
constexpr std::uint32_t settleTicks = 80;
constexpr std::size_t heldOutPoints = 1200;

double manhattan(std::span<const double> a, const double* b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::abs(a[i] - b[i]);
    return sum;
}

/// Half of how much farther the middle receptor is than the nearest, on average: a few receptors answer, more or less.
double reachOf(const VirtualPoints& points, const std::vector<double>& positions)
{
    const std::size_t receptors = positions.size() / points.dimension;
    const std::size_t step = std::max<std::size_t>(1, points.count() / 500);
    double sum = 0;
    double count = 0;
    std::vector<double> distances(receptors);
    for (std::size_t i = 0; i < points.count(); i += step) {
        for (std::size_t r = 0; r < receptors; ++r)
            distances[r] = manhattan(points.at(i), positions.data() + r * points.dimension);
        std::sort(distances.begin(), distances.end());
        sum += distances[receptors / 2] - distances.front();
        count += 1;
    }
    return std::max(0.5 * sum / std::max(count, 1.0), 1e-6);
}

/// Shows points in turn and counts the spikes of one layer in each window.
Result<std::vector<std::vector<float>>> countsOf(const VirtualReceptorPart& part, VirtualLayer layer,
                                                 const VirtualPoints& points, const VirtualReceptorOptions& options)
{
    BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(part.network, {.backEnd = options.backEnd}));
    std::vector<std::vector<float>> out;
    std::vector<float> drive;
    snn::SpikesByPopulation spikes;
    for (std::size_t i = 0; i < points.count(); ++i) {
        virtualDrive(part, points.at(i), drive);
        BNOF_TRY(simulation.setDrive(VirtualReceptors, drive));
        simulation.run(settleTicks, spikes);
        for (auto& population : spikes)
            population.clear();
        simulation.run(options.windowTicks, spikes);
        std::vector<float>& counts = out.emplace_back(part.network.populations[layer].size, 0.0F);
        for (const Spike spike : spikes[layer])
            counts[spike.neuron] += 1;
        for (auto& population : spikes)
            population.clear();
    }
    return out;
}

/// The winner at weights `w`; `drive` is reused.
std::size_t winnerOf(const std::vector<float>& w, const std::vector<float>& counts, std::vector<double>& drive)
{
    const std::size_t relays = counts.size();
    for (std::size_t g = 0; g < drive.size(); ++g) {
        drive[g] = 0;
        for (std::size_t s = 0; s < relays; ++s)
            drive[g] += static_cast<double>(w[g * relays + s] * counts[s]);
    }
    return static_cast<std::size_t>(std::max_element(drive.begin(), drive.end()) - drive.begin());
}

/// The mean of the weights over the later epochs, which is less at the mercy of the last points.
std::vector<float> learn(std::vector<std::vector<float>>& counts, const std::vector<int>& labels, std::size_t gases,
                         const VirtualReceptorOptions& options)
{
    const std::size_t relays = counts.front().size();
    float most = 1;
    for (const auto& row : counts)
        most = std::max(most, *std::max_element(row.begin(), row.end()));
    for (auto& row : counts) {
        for (float& n : row)
            n /= most;
    }
    std::vector<float> w(gases * relays, 0.2F);
    std::vector<double> sum(w.size(), 0);
    std::vector<double> drive(gases, 0);
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    PhiloxSequence random(options.seed, learnStream);
    for (std::uint32_t epoch = 0; epoch < options.epochs; ++epoch) {
        const float rate = 0.1F / static_cast<float>(1 + epoch);
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
        for (const std::size_t i : order) {
            const auto right = static_cast<std::size_t>(labels[i]);
            const std::size_t won = winnerOf(w, counts[i], drive);
            // A right winner with little to spare is treated as a wrong one: it is reinforced against the second.
            std::size_t rival = won;
            if (won == right) {
                const double lead = drive[right];
                drive[right] = -1;
                rival = static_cast<std::size_t>(std::max_element(drive.begin(), drive.end()) - drive.begin());
                if (gases < 2 || lead - drive[rival] > 0.05 * lead)
                    continue;
            }
            for (std::size_t s = 0; s < relays; ++s) {
                const float change = rate * counts[i][s];
                float& up = w[right * relays + s];
                float& down = w[rival * relays + s];
                up = std::min(up + change, 1.0F);
                down = std::max(down - change, 0.0F);
            }
        }
        for (std::size_t k = 0; k < w.size() && epoch >= options.epochs / 2; ++k)
            sum[k] += static_cast<double>(w[k]);
    }
    for (std::size_t k = 0; k < w.size(); ++k)
        w[k] = static_cast<float>(sum[k] / (options.epochs - options.epochs / 2));
    // Currents: the winner is driven by twice its threshold on average.
    double typical = 0;
    for (const auto& row : counts)
        typical += drive[winnerOf(w, row, drive)] / static_cast<double>(counts.size());
    constexpr double wantedMv = 20;
    constexpr double synapseMs = 20;
    const double mvPerUnit = wantedMv / std::max(typical * most, 1e-6) * options.windowTicks / synapseMs;
    for (float& weight : w)
        weight = static_cast<float>(weight * mvPerUnit);
    return w;
}

VirtualPoints pointsOf(const FeatureRows& rows, const std::vector<std::uint32_t>& which, std::size_t most,
                       const Discriminant* d)
{
    VirtualPoints out;
    out.dimension = d != nullptr ? d->axes : rows.dimension;
    const std::size_t count = std::min(most, which.size());
    DiscriminantPoint point;
    for (std::size_t k = 0; k < count; ++k) {
        const std::uint32_t i = which[k * which.size() / count];
        const auto row = rows.row(i);
        if (d != nullptr) {
            project(*d, row, point);
            out.coordinates.insert(out.coordinates.end(), point.u.begin(), point.u.end());
        } else {
            out.coordinates.insert(out.coordinates.end(), row.begin(), row.end());
        }
        out.labels.push_back(rows.labels[i]);
    }
    return out;
}

/// Trained on the calibration fold's training part and judged on its test part.
struct Rehearsal {
    ReadoutCalibration calibration;
    double accuracy = 0;
};

Result<Rehearsal> rehearse(const Preparation& p, const Discriminant* d, std::size_t gases,
                           const VirtualReceptorOptions& options)
{
    const Fold& fold = p.folds.back();
    BNOF_TRY_ASSIGN(const VirtualReceptorPart part,
                    fitVirtualReceptors(pointsOf(p.rows, fold.train, options.points, d), d != nullptr, gases, options));
    const VirtualPoints heldOut = pointsOf(p.rows, fold.test, heldOutPoints, d);
    BNOF_TRY_ASSIGN(const auto counts, showVirtual(part, heldOut, gases, options));
    std::vector<CalibrationWindow> windows;
    double right = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        windows.push_back({counts[i], heldOut.labels[i], 1});
        const auto best = std::max_element(counts[i].begin(), counts[i].end());
        right += *best > 0 && best - counts[i].begin() == heldOut.labels[i] ? 1 : 0;
    }
    Rehearsal out;
    out.calibration = calibrateReadout(windows);
    out.accuracy = right / std::max<double>(static_cast<double>(counts.size()), 1);
    return out;
}

} // namespace

std::vector<double> placeReceptors(const VirtualPoints& points, std::uint32_t receptors, std::uint64_t seed)
{
    PhiloxSequence random(seed, placeStream);
    const std::size_t dimension = points.dimension;
    std::vector<double> positions;
    const auto draw = [&] { return points.at(random.below(static_cast<std::uint32_t>(points.count()))); };
    for (std::uint32_t r = 0; r < receptors; ++r) {
        const auto start = draw();
        positions.insert(positions.end(), start.begin(), start.end());
    }
    // Steps, neighbourhoods and their ends as in the paper, fewer steps.
    constexpr int steps = 8000;
    const double firstRange = receptors / 2.0;
    std::vector<std::pair<double, std::uint32_t>> ranks(receptors);
    for (int step = 0; step < steps; ++step) {
        const double done = static_cast<double>(step) / steps;
        const double rate = 0.5 * exactExp(done * exactLog(0.005 / 0.5));
        const double range = firstRange * exactExp(done * exactLog(0.01 / firstRange));
        const auto x = draw();
        for (std::uint32_t r = 0; r < receptors; ++r)
            ranks[r] = {manhattan(x, positions.data() + r * dimension), r};
        std::sort(ranks.begin(), ranks.end());
        for (std::uint32_t k = 0; k < receptors; ++k) {
            const double exponent = k / range;
            if (exponent > 20)
                break;
            const double share = rate * exactExp(-exponent);
            double* position = positions.data() + ranks[k].second * dimension;
            for (std::size_t f = 0; f < dimension; ++f)
                position[f] += share * (x[f] - position[f]);
        }
    }
    return positions;
}

Result<VirtualReceptorPart> fitVirtualReceptors(const VirtualPoints& points, bool discriminants, std::size_t gases,
                                                const VirtualReceptorOptions& options)
{
    if (points.count() < 2)
        return makeError(ErrorKind::BadInput, "there are too few labelled points", "virtual receptors",
                         "Record more data.");
    VirtualReceptorPart part;
    part.discriminants = discriminants;
    part.dimension = points.dimension;
    part.positions = placeReceptors(points, options.receptors, options.seed);
    part.reach = reachOf(points, part.positions);
    part.cells = options.cells;
    part.perGas = options.perGas;
    part.windowIntervals = options.windowIntervals;
    const std::size_t relays = part.receptors() * part.cells;
    part.network = virtualNetwork(part, gases, std::vector<float>(gases * relays, 0.0F), options.seed);
    BNOF_TRY_ASSIGN(auto counts, countsOf(part, Glomeruli, points, options));
    part.network = virtualNetwork(part, gases, learn(counts, points.labels, gases, options), options.seed);
    return part;
}

Result<std::vector<std::vector<std::uint32_t>>> showVirtual(const VirtualReceptorPart& part,
                                                            const VirtualPoints& points, std::size_t gases,
                                                            const VirtualReceptorOptions& options)
{
    BNOF_TRY_ASSIGN(const auto counts, countsOf(part, Association, points, options));
    std::vector<std::vector<std::uint32_t>> out;
    for (const auto& row : counts) {
        std::vector<std::uint32_t>& blocks = out.emplace_back(gases, 0U);
        for (std::size_t i = 0; i < row.size(); ++i)
            blocks[i / part.perGas] += static_cast<std::uint32_t>(row[i]);
    }
    return out;
}

Result<void> fitVirtualReceptorModel(const Preparation& p, const TrainingOptions& training, Model& model)
{
    VirtualReceptorOptions options;
    options.seed = training.seed;
    options.backEnd = training.backEnd;
    options.windowIntervals = training.windowIntervals;
    options.windowTicks =
        static_cast<std::uint32_t>(training.decisionIntervalSeconds * 1000 * training.windowIntervals + 0.5);
    const std::size_t gases = model.gases.size();
    BNOF_TRY_ASSIGN(const Discriminant early, fitOn(p.rows, p.folds.back().train, gases, p.shrinkage));
    BNOF_TRY_ASSIGN(const Rehearsal byFeatures, rehearse(p, nullptr, gases, options));
    BNOF_TRY_ASSIGN(const Rehearsal byDiscriminants, rehearse(p, &early, gases, options));
    const bool discriminants = byDiscriminants.accuracy > byFeatures.accuracy;
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < p.rows.rows(); ++i) {
        if (p.rows.labels[i] >= 0)
            all.push_back(static_cast<std::uint32_t>(i));
    }
    const VirtualPoints points = pointsOf(p.rows, all, options.points, discriminants ? &model.discriminant : nullptr);
    BNOF_TRY_ASSIGN(model.virtualReceptors, fitVirtualReceptors(points, discriminants, gases, options));
    model.virtualReceptors.calibration = (discriminants ? byDiscriminants : byFeatures).calibration;
    model.virtualReceptors.calibration.minimumProbability = model.lda.minimumProbability;
    model.metrics.set("held_out_accuracy", (discriminants ? byDiscriminants : byFeatures).accuracy);
    model.metrics.set("held_out_accuracy_features", byFeatures.accuracy);
    model.metrics.set("held_out_accuracy_discriminants", byDiscriminants.accuracy);
    return {};
}

} // namespace bnof::olfaction
