// SPDX-License-Identifier: GPL-3.0-or-later
// What fewer bits a weight cost and save: a network trained here on one month of a drifting sensor array and tested on
// the following ones (UCI 270, Vergara et al. 2012), in each precision.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/cli/bench_measure.h"
#include "engine/base/philox.h"
#include "engine/snn/plan.h"
#include "engine/snn/signed_weights.h"
#include "engine/snn/surrogate_training.h"

namespace bnof::bench {
namespace {

using Better = Figure::Better;

constexpr std::uint32_t features = 128;
constexpr std::uint32_t inputs = 2 * features; ///< one neuron for high values of a feature, one for low
constexpr std::uint32_t hidden = 64;
constexpr std::uint32_t classes = 6;
constexpr std::uint32_t ticks = 40;

struct Exposure {
    std::uint32_t label = 0;
    std::vector<float> values; ///< signed logarithms
};

/// One batch file: "class;ppm 1:v 2:v ... 128:v" a line. Feature magnitudes span decades, so their logarithms are used.
Result<std::vector<Exposure>> readBatch(const std::string& path)
{
    std::ifstream file(path);
    std::vector<Exposure> all;
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        Exposure exposure;
        char separator = 0;
        double ppm = 0;
        fields >> exposure.label >> separator >> ppm;
        exposure.values.assign(features, 0.0F);
        std::uint32_t index = 0;
        double value = 0;
        while (fields >> index >> separator >> value)
            if (index >= 1 && index <= features)
                exposure.values[index - 1] = static_cast<float>(std::copysign(std::log1p(std::fabs(value)), value));
        if (exposure.label < 1 || exposure.label > classes)
            return makeError(ErrorKind::BadInput, "a line does not begin with a class from 1 to 6", path);
        --exposure.label;
        all.push_back(std::move(exposure));
    }
    if (all.empty())
        return makeError(ErrorKind::BadInput, "there is no exposure in it", path);
    return all;
}

/// $BNOF_BENCH_DATA/uci_gas_drift, else the folder "shared/data" beside the source tree or the current one.
std::string dataFolder()
{
    std::vector<std::string> places;
    if (const char* named = std::getenv("BNOF_BENCH_DATA"); named != nullptr)
        places.emplace_back(named);
    places.emplace_back(std::string(BNOF_BENCH_SOURCE_DIR) + "/../shared/data");
    places.emplace_back("../shared/data");
    std::error_code error;
    for (const std::string& place : places)
        if (std::filesystem::exists(place + "/uci_gas_drift/batch1.dat", error))
            return place + "/uci_gas_drift";
    return {};
}

/// Standardises by the training batch and turns each value into drives of a high and a low neuron.
class Encoder {
public:
    explicit Encoder(const std::vector<Exposure>& training) : m_mean(features, 0.0), m_deviation(features, 0.0)
    {
        for (const Exposure& exposure : training)
            for (std::uint32_t f = 0; f < features; ++f)
                m_mean[f] += static_cast<double>(exposure.values[f]) / static_cast<double>(training.size());
        for (const Exposure& exposure : training)
            for (std::uint32_t f = 0; f < features; ++f) {
                const double difference = static_cast<double>(exposure.values[f]) - m_mean[f];
                m_deviation[f] += difference * difference / static_cast<double>(training.size());
            }
        for (double& deviation : m_deviation)
            deviation = std::sqrt(deviation) + 1e-6;
    }

    [[nodiscard]] snn::Presentation present(const Exposure& exposure) const
    {
        snn::Presentation one;
        one.ticks = ticks;
        one.label = exposure.label;
        std::vector<float> drive(inputs);
        for (std::uint32_t f = 0; f < features; ++f) {
            const double z = (static_cast<double>(exposure.values[f]) - m_mean[f]) / m_deviation[f];
            const double bounded = std::clamp(z, -4.0, 4.0);
            drive[f] = static_cast<float>(9 + 6 * bounded);
            drive[features + f] = static_cast<float>(9 - 6 * bounded);
        }
        one.drives.push_back({0, 0, std::move(drive)});
        return one;
    }

private:
    std::vector<double> m_mean, m_deviation;
};

snn::SignedList randomWeights(std::uint32_t sources, std::uint32_t targets, double spread, std::uint32_t stream)
{
    PhiloxSequence random(11, stream);
    snn::SignedList list;
    for (std::uint32_t source = 0; source < sources; ++source) {
        for (std::uint32_t target = 0; target < targets; ++target) {
            list.sources.push_back(source);
            list.targets.push_back(target);
            list.weights.push_back(static_cast<float>(spread * random.normal()));
        }
    }
    return list;
}

struct Trained {
    snn::Network network;
    std::vector<snn::Presentation> test;
    double seconds = 0;
};

Result<Trained> train(bool rehearsal)
{
    const std::string folder = dataFolder();
    if (folder.empty())
        return makeError(ErrorKind::BadInput, "the recordings of UCI 270 are not here", "uci_gas_drift",
                         "Put batch1.dat to batch6.dat into $BNOF_BENCH_DATA/uci_gas_drift.");
    BNOF_TRY_ASSIGN(const std::vector<Exposure> first, readBatch(folder + "/batch1.dat"));
    const Encoder encoder(first);
    Trained trained;
    trained.network.name = "drift";
    trained.network.tickMs = 1;
    snn::LifParameters lif;
    lif.membraneTimeConstantMs = 10;
    lif.excitatoryTimeConstantMs = 4;
    lif.inhibitoryTimeConstantMs = 4;
    trained.network.populations = {{"input", inputs, lif}, {"hidden", hidden, lif}, {"output", classes, lif}};
    snn::SurrogateOptions options;
    BNOF_TRY_ASSIGN(const snn::SignedPair lower,
                    snn::addSignedProjection(trained.network, "lower", 0, 1, randomWeights(inputs, hidden, 0.6, 1)));
    BNOF_TRY_ASSIGN(const snn::SignedPair upper,
                    snn::addSignedProjection(trained.network, "upper", 1, 2, randomWeights(hidden, classes, 1.5, 2)));
    options.signedPairs = {lower, upper};
    options.output = 2;
    options.epochs = rehearsal ? 1 : 12;
    options.learningRate = 0.03;
    options.learningRateDecay = 0.85;
    options.logitScale = 0.5;
    std::vector<snn::Presentation> training;
    for (const Exposure& exposure : first)
        training.push_back(encoder.present(exposure));
    const std::int64_t begin = monotonicNow();
    BNOF_TRY_ASSIGN(snn::TrainingReport report, snn::trainSurrogate(trained.network, training, options));
    trained.seconds = static_cast<double>(monotonicNow() - begin) * 1e-9;
    trained.network = std::move(report.network);
    for (int batch = 2; batch <= (rehearsal ? 2 : 6); ++batch) {
        BNOF_TRY_ASSIGN(const std::vector<Exposure> exposures,
                        readBatch(folder + "/batch" + std::to_string(batch) + ".dat"));
        for (const Exposure& exposure : exposures)
            trained.test.push_back(encoder.present(exposure));
    }
    return trained;
}

struct Score {
    double accuracy = 0;
    double seconds = 0;         ///< CPU time of a presentation
    std::uint64_t bytes = 0;    ///< of weights
    std::uint64_t agreeing = 0; ///< decisions
    std::vector<std::uint32_t> decisions;
};

Result<Score> score(snn::Network network, snn::Precision precision, const std::vector<snn::Presentation>& test)
{
    for (snn::Projection& projection : network.projections)
        projection.precision = precision;
    BNOF_TRY_ASSIGN(const std::shared_ptr<const snn::Plan> plan, snn::buildPlan(network));
    Score score;
    for (const snn::ProjectionPlan& projection : plan->projections) {
        const bool small = !projection.synapses.smallWeights.empty();
        const std::uint64_t each = small ? 1 : precision == snn::Precision::Float32 ? 4 : 2;
        score.bytes += each * projection.synapses.count() + (small ? sizeof(projection.synapses.smallShift) : 0);
    }
    snn::SimulationOptions options;
    options.backEnd = "vector";
    BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(plan, options));
    const double begin = threadSeconds();
    std::size_t right = 0;
    for (const snn::Presentation& presentation : test) {
        BNOF_TRY_ASSIGN(const snn::SpikesByPopulation spikes, snn::simulatePresentation(simulation, presentation));
        std::array<std::uint32_t, classes> counts{};
        for (const Spike& spike : spikes[2])
            ++counts[spike.neuron];
        const auto best = static_cast<std::uint32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
        score.decisions.push_back(best);
        right += best == presentation.label ? 1 : 0;
    }
    score.seconds = (threadSeconds() - begin) / static_cast<double>(test.size());
    score.accuracy = static_cast<double>(right) / static_cast<double>(test.size());
    return score;
}

double agreement(const Score& a, const Score& b)
{
    std::size_t same = 0;
    for (std::size_t i = 0; i < a.decisions.size(); ++i)
        same += a.decisions[i] == b.decisions[i] ? 1 : 0;
    return static_cast<double>(same) / static_cast<double>(a.decisions.size());
}

Result<std::vector<Figure>> measurePrecision(bool rehearsal)
{
    BNOF_TRY_ASSIGN(const Trained trained, train(rehearsal));
    BNOF_TRY_ASSIGN(const Score full, score(trained.network, snn::Precision::Float32, trained.test));
    BNOF_TRY_ASSIGN(const Score half, score(trained.network, snn::Precision::Float16, trained.test));
    BNOF_TRY_ASSIGN(const Score small, score(trained.network, snn::Precision::Int8, trained.test));
    Figure size;
    size.name = "snn.int8_size";
    size.unit = "share of fp32";
    size.better = Better::Lower;
    size.value = static_cast<double>(small.bytes) / static_cast<double>(full.bytes);
    size.baseline = Figure::Baseline{"fp32, bytes", static_cast<double>(full.bytes)};
    size.detail.set("int8_bytes", small.bytes).set("fp16_bytes", half.bytes);
    Figure accuracy;
    accuracy.name = "snn.int8_accuracy";
    accuracy.unit = "share of fp32";
    accuracy.value = small.accuracy / full.accuracy;
    accuracy.baseline = Figure::Baseline{"fp32, accuracy on batches 2 to 6", full.accuracy};
    accuracy.detail.set("int8_accuracy", small.accuracy)
        .set("fp16_accuracy", half.accuracy)
        .set("decisions_as_fp32", agreement(small, full))
        .set("fp16_decisions_as_fp32", agreement(half, full))
        .set("test_exposures", trained.test.size())
        .set("training_s", trained.seconds)
        .set("int8_speed_of_fp32", full.seconds / small.seconds)
        .set("fp16_speed_of_fp32", full.seconds / half.seconds)
        .set("seconds_per_presentation", full.seconds);
    return std::vector<Figure>{size, accuracy};
}

/// Both figures come from one training; asking for either measures it once.
std::vector<Figure> precisionFigure(std::size_t index, const char* name, bool rehearsal)
{
    static const Result<std::vector<Figure>> figures = measurePrecision(rehearsal);
    if (!figures.ok())
        return {notMeasured(name, "share of fp32", Better::Higher, figures.error().message())};
    return {(*figures)[index]};
}

// ---- speed by size -------------------------------------------------------------------------------------------------

/// Dense rows of weights, `side` sources onto `side` targets, delivered in each precision.
Result<Figure> precisionSpeed(const BenchOptions& options, std::uint32_t side)
{
    const std::uint32_t activity = 20; // spikes a tick
    snn::Network network;
    network.name = "dense";
    network.tickMs = 1;
    snn::LifParameters lif;
    lif.thresholdMv = 1e5; // only receives
    network.populations = {{"source", side, snn::PoissonParameters{1000.0 * activity / side}}, {"target", side, lif}};
    PhiloxSequence random(5, side);
    snn::ExplicitList list;
    for (std::uint32_t source = 0; source < side; ++source) {
        for (std::uint32_t target = 0; target < side; ++target) {
            list.sources.push_back(source);
            list.targets.push_back(target);
            list.weights.push_back(0.1F + static_cast<float>(random.uniform()));
        }
    }
    snn::Projection projection;
    projection.source = 0;
    projection.target = 1;
    projection.delayMs = 8;
    projection.connectivity = std::move(list);
    network.projections = {projection};
    const auto make = [&](snn::Precision precision) -> Result<snn::Simulation> {
        network.projections[0].precision = precision;
        snn::SimulationOptions how;
        how.backEnd = "vector";
        return snn::Simulation::create(network, how);
    };
    BNOF_TRY_ASSIGN(snn::Simulation wide, make(snn::Precision::Float32));
    BNOF_TRY_ASSIGN(snn::Simulation small, make(snn::Precision::Int8));
    const auto round = [side](snn::Simulation& simulation) -> Result<double> {
        snn::SpikesByPopulation spikes;
        const double begin = threadSeconds();
        simulation.run(std::max(8U, 200'000 / side), spikes);
        return threadSeconds() - begin;
    };
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&] { return round(small); }, [&] { return round(wide); }));
    Figure figure;
    figure.name = "snn.int8_speed_" + std::to_string(side);
    figure.unit = "times int16";
    figure.value = paired.baseline / paired.subject;
    figure.baseline = Figure::Baseline{"int16 (the run-time form of fp32 and fp16)", 1.0};
    figure.detail.set("synapses", small.synapseCount())
        .set("int8_bytes", std::uint64_t{side} * side)
        .set("int16_bytes", std::uint64_t{side} * side * 2)
        .set("rounds", paired.rounds.size());
    return figure;
}

Benchmark speedBenchmark(std::uint32_t side)
{
    const std::string name = "snn.int8_speed_" + std::to_string(side);
    return {name, "int8 beside int16 weights, " + std::to_string(side) + " by " + std::to_string(side) + " dense.",
            [name, side](const BenchOptions& options) -> std::vector<Figure> {
                const Result<Figure> figure = precisionSpeed(options, side);
                if (!figure.ok())
                    return {notMeasured(name, "times int16", Better::Higher, figure.error().message())};
                return {*figure};
            }};
}

} // namespace

std::vector<Benchmark> precisionBenchmarks()
{
    return {
        {"snn.int8_size", "Bytes of int8 weights as a share of fp32.",
         [](const BenchOptions& options) { return precisionFigure(0, "snn.int8_size", options.rehearsal); }},
        {"snn.int8_accuracy", "Accuracy with int8 weights as a share of fp32, gas drift data.",
         [](const BenchOptions& options) { return precisionFigure(1, "snn.int8_accuracy", options.rehearsal); }},
        speedBenchmark(256),
        speedBenchmark(1024),
        speedBenchmark(4096),
    };
}

} // namespace bnof::bench
