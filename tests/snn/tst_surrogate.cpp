// SPDX-License-Identifier: GPL-3.0-or-later
// Surrogate-gradient training: the forward pass is the simulator's, the gradient is that of finite differences, and a
// task that only times can solve is learnt.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "engine/base/json.h"
#include "engine/compute/cpu.h"
#include "engine/snn/backend.h"
#include "engine/snn/surrogate_run.h"
#include "engine/snn/surrogate_training.h"
#include "tests/snn/surrogate_task.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

/// Two sources, a recurrent layer with every kind of projection, and an output.
Network mixedNetwork(SurrogateOptions& options, double readoutThreshold)
{
    Network net;
    net.name = "mixed";
    net.tickMs = 0.5;
    LifParameters slow = lif(-52, 1.6);
    slow.restMv = -61;
    slow.resetMv = -64;
    slow.excitatoryTimeConstantMs = slow.membraneTimeConstantMs; // the gain has no special case there
    net.populations = {{"a", 9, PoissonParameters{0}},
                       {"hidden", 12, slow},
                       {"b", 12, PoissonParameters{0}},
                       {"out", 3, lif(readoutThreshold)}};
    const auto add = [&](const char* name, std::uint32_t from, std::uint32_t to, double mean, double spread,
                         double delayMs, std::uint32_t stream) {
        options.signedPairs.push_back(addSignedProjection(net, name, from, to,
                                                          denseWeights(net.populations[from].size,
                                                                       net.populations[to].size, mean, spread, stream),
                                                          delayMs)
                                          .value());
    };
    add("in", 0, 1, 3, 12, 1.5, 21);
    add("recurrent", 1, 1, 0, 4, 3, 22);
    add("readout", 1, 3, 4, 6, 0, 23);
    Projection sparse;
    sparse.name = "sparse";
    sparse.source = 1;
    sparse.target = 3;
    ExplicitList list;
    PhiloxSequence random(3, 24);
    for (std::uint32_t k = 0; k < 14; ++k) { // some pairs twice, out of order
        list.sources.push_back(random.below(12));
        list.targets.push_back(random.below(3));
        list.weights.push_back(static_cast<float>(6 * random.uniform()));
    }
    sparse.connectivity = list;
    sparse.delayMs = 2;
    Projection direct;
    direct.name = "one to one";
    direct.source = 2;
    direct.target = 1;
    direct.weight = 20;
    direct.connectivity = OneToOne{};
    Projection shared;
    shared.name = "shared inhibition";
    shared.source = 1;
    shared.target = 1;
    shared.receptor = Receptor::Inhibitory;
    shared.weight = 0.7;
    shared.connectivity = AllToAll{};
    for (const Projection& projection : {sparse, direct, shared}) {
        options.trained.push_back(static_cast<std::uint32_t>(net.projections.size()));
        net.projections.push_back(projection);
    }
    options.output = 3;
    return net;
}

Presentation mixedInput(std::uint32_t stream, std::uint32_t ticks)
{
    PhiloxSequence random(8, stream);
    Presentation one;
    one.ticks = ticks;
    one.label = random.below(3);
    one.spikes.resize(4);
    one.spikes[0] = noiseSpikes(random, 9, ticks, 0.06);
    one.spikes[2] = noiseSpikes(random, 12, ticks, 0.04);
    for (const std::uint32_t tick : {4U, ticks / 2}) {
        DriveChange change;
        change.tick = tick;
        change.population = 1;
        for (int n = 0; n < 12; ++n)
            change.driveMv.push_back(static_cast<float>(3 + 3 * random.normal()));
        one.drives.push_back(change);
    }
    return one;
}

double smoothLoss(const SurrogateModel& model, SurrogateRun<double>& run, std::span<const double> parameters,
                  const Presentation& presentation)
{
    SurrogateWeights<double> weights;
    expandWeights(model, parameters, weights);
    return run.forward(weights, presentation).loss;
}

std::vector<float> allWeights(const Network& network)
{
    std::vector<float> weights;
    for (const Projection& projection : network.projections)
        if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity))
            weights.insert(weights.end(), list->weights.begin(), list->weights.end());
    return weights;
}

std::vector<std::uint32_t> outputCounts(const Network& network, const Presentation& presentation, std::uint32_t output)
{
    std::vector<std::uint32_t> counts(network.populations[output].size, 0);
    auto simulation = Simulation::create(network);
    if (!simulation.ok())
        return {};
    const auto spikes = simulatePresentation(*simulation, presentation);
    if (!spikes.ok())
        return {};
    for (const Spike& spike : (*spikes)[output])
        ++counts[spike.neuron];
    return counts;
}

struct Agreement {
    std::uint32_t correct = 0;    ///< training forward pass
    std::uint32_t sameCounts = 0; ///< simulator's output counts equal the forward pass's
};

Agreement compareWithSimulator(const Network& network, const std::vector<Presentation>& presentations,
                               const SurrogateOptions& options)
{
    Agreement agreement;
    const auto outcomes = evaluateSurrogate(network, presentations, options);
    for (std::size_t i = 0; outcomes.ok() && i < presentations.size(); ++i) {
        agreement.correct += (*outcomes)[i].predicted == presentations[i].label ? 1 : 0;
        agreement.sameCounts +=
            outputCounts(network, presentations[i], options.output) == (*outcomes)[i].counts ? 1 : 0;
    }
    return agreement;
}

} // namespace

class TestSurrogate : public test::Suite {
    Q_OBJECT

private slots:
    void theForwardPassIsTheSimulators_data();
    void theForwardPassIsTheSimulators();
    void theGradientIsThatOfFiniteDifferences_data();
    void theGradientIsThatOfFiniteDifferences();
    void detachingTheResetLeavesItOut();
    void everyInstructionSetGivesTheSameBits();
    void threadsDoNotChangeABit();
    void aTemporalTaskIsLearnt_data();
    void aTemporalTaskIsLearnt();
    void anOverflowInHalfPrecisionIsSkipped();
    void weightsKeepTheSignOfTheirReceptor();
    void theCallbackSeesEveryStepAndCanStop();
    void signedWeightsSplitAndMerge();
    void nonsenseIsRefused_data();
    void nonsenseIsRefused();
};

void TestSurrogate::theForwardPassIsTheSimulators_data()
{
    QTest::addColumn<int>("precision");
    QTest::newRow("float32") << static_cast<int>(Precision::Float32);
    QTest::newRow("float16") << static_cast<int>(Precision::Float16);
    QTest::newRow("int16") << static_cast<int>(Precision::Int16);
    QTest::newRow("int8") << static_cast<int>(Precision::Int8);
    QTest::newRow("mixed") << -1;
}

void TestSurrogate::theForwardPassIsTheSimulators()
{
    QFETCH(int, precision);
    std::size_t compared = 0;
    for (std::uint32_t trial = 0; trial < 20; ++trial) {
        SurrogateOptions options;
        Network net = mixedNetwork(options, -50);
        for (std::size_t i = 0; i < net.projections.size(); ++i)
            net.projections[i].precision = static_cast<Precision>(precision >= 0 ? precision : static_cast<int>(i % 4));
        const Presentation input = mixedInput(100 + trial, 120);
        const auto model = buildSurrogateModel(net, options);
        BNOF_VERIFY_OK(model);
        SurrogateWeights<float> weights;
        const std::vector<float> parameters = initialParameters(*model);
        expandWeights(*model, parameters, weights);
        SurrogateRun<float> run(*model, input.ticks);
        const SurrogateOutcome outcome = run.forward(weights, input);
        for (const std::string& backEnd : availableBackEnds()) {
            auto simulation = Simulation::create(writeBack(*model, parameters), {backEnd});
            BNOF_VERIFY_OK(simulation);
            const auto spikes = simulatePresentation(*simulation, input);
            BNOF_VERIFY_OK(spikes);
            const auto plan = buildPlan(simulation->network());
            BNOF_VERIFY_OK(plan);
            const auto state = decodeState(**plan, simulation->saveState());
            BNOF_VERIFY_OK(state);
            for (std::uint32_t p = 0; p < net.populations.size(); ++p) {
                QCOMPARE(run.spikes(p), (*spikes)[p]);
                // Spikes alone would forgive a wrong last bit: neurons with a reset forget.
                QVERIFY(std::ranges::equal(run.membrane(p), state->populations[p].membrane));
            }
            compared += (*spikes)[1].size() + (*spikes)[3].size();
        }
        const auto again = evaluateSurrogate(net, std::span(&input, 1), options);
        BNOF_VERIFY_OK(again);
        QCOMPARE(again->front().counts, outcome.counts);
    }
    QVERIFY2(compared > 5'000, std::to_string(compared).c_str());
}

void TestSurrogate::theGradientIsThatOfFiniteDifferences_data()
{
    QTest::addColumn<int>("shape");
    QTest::addColumn<int>("loss");
    QTest::addColumn<double>("threshold");
    QTest::addColumn<int>("from");
    for (const int shape : {0, 1}) {
        const std::string name = shape == 0 ? "fast sigmoid, " : "arctan, ";
        QTest::newRow((name + "counts").c_str()) << shape << 0 << -50.0 << 0;
        QTest::newRow((name + "late counts").c_str()) << shape << 0 << -50.0 << 25;
        QTest::newRow((name + "readout that never fires").c_str()) << shape << 1 << 1000.0 << 0;
        QTest::newRow((name + "readout that fires").c_str()) << shape << 1 << -50.0 << 10;
    }
}

void TestSurrogate::theGradientIsThatOfFiniteDifferences()
{
    QFETCH(int, shape);
    QFETCH(int, loss);
    QFETCH(double, threshold);
    QFETCH(int, from);
    SurrogateOptions options;
    options.shape = static_cast<SurrogateShape>(shape);
    options.loss = static_cast<SurrogateLoss>(loss);
    options.scoreFromTick = static_cast<std::uint32_t>(from);
    options.logitScale = loss == 0 ? 0.5 : 0.1;
    options.detachReset = false;
    options.width = threshold > 0 ? 0.05 : 0.3;
    const Network net = mixedNetwork(options, threshold);
    const auto model = buildSurrogateModel(net, options);
    BNOF_VERIFY_OK(model);
    const Presentation input = mixedInput(500, 50);
    const std::vector<float> start = initialParameters(*model);
    std::vector<double> parameters(start.begin(), start.end());

    SurrogateRun<double> run(*model, input.ticks);
    SurrogateWeights<double> weights;
    expandWeights(*model, parameters, weights);
    run.forward(weights, input);
    std::vector<std::vector<double>> bySynapse(model->projections.size());
    for (std::size_t i = 0; i < bySynapse.size(); ++i)
        bySynapse[i].resize(model->projections[i].columns.size());
    run.backward(weights, 1, bySynapse);
    std::vector<double> gradient(parameters.size());
    gatherGradient<double>(*model, parameters, bySynapse, gradient);

    for (const SurrogateBlock& block : model->blocks) {
        // Inside a block relative to its largest component: differences lose digits to cancellation.
        double largest = 0;
        for (std::size_t k = block.offset; k < block.offset + block.count; ++k)
            largest = std::max(largest, std::abs(gradient[k]));
        const std::string& name = net.projections[block.projection].name;
        QVERIFY2(largest > 1e-9, ("no gradient reaches " + name).c_str());
        for (std::size_t k = block.offset; k < block.offset + block.count; ++k) {
            constexpr double h = 1e-6;
            const double at = parameters[k];
            parameters[k] = at + h;
            const double up = smoothLoss(*model, run, parameters, input);
            parameters[k] = at - h;
            const double down = smoothLoss(*model, run, parameters, input);
            parameters[k] = at;
            const double expected = (up - down) / (2 * h);
            const bool close = std::abs(gradient[k] - expected) <= 1e-5 * std::max(largest, std::abs(expected)) + 1e-9;
            const std::string message = name + " parameter " + std::to_string(k - block.offset) + ": " +
                                        Json(gradient[k]).dump() + " instead of " + Json(expected).dump();
            QVERIFY2(close, message.c_str());
        }
    }
}

void TestSurrogate::detachingTheResetLeavesItOut()
{
    const auto gradientOf = [](bool detach, double threshold) {
        SurrogateOptions options;
        options.detachReset = detach;
        options.loss = SurrogateLoss::MaxMembrane;
        const Network net = mixedNetwork(options, threshold);
        const auto model = buildSurrogateModel(net, options);
        const std::vector<float> parameters = initialParameters(*model);
        SurrogateWeights<float> weights;
        expandWeights(*model, parameters, weights);
        const Presentation input = mixedInput(500, 50);
        SurrogateRun<float> run(*model, input.ticks);
        run.forward(weights, input);
        std::vector<std::vector<float>> bySynapse(model->projections.size());
        for (std::size_t i = 0; i < bySynapse.size(); ++i)
            bySynapse[i].resize(model->projections[i].columns.size());
        run.backward(weights, 1, bySynapse);
        return bySynapse;
    };
    const auto attached = gradientOf(false, -50);
    const auto detached = gradientOf(true, -50);
    QVERIFY(attached != detached);
    // The readout's own weights see no reset where the readout is far from firing.
    const auto farAttached = gradientOf(false, 1e5);
    const auto farDetached = gradientOf(true, 1e5);
    for (std::size_t k = 0; k < farAttached[4].size(); ++k)
        QVERIFY(std::abs(farAttached[4][k] - farDetached[4][k]) <= 0.01F * std::abs(farDetached[4][k]));
}

void TestSurrogate::everyInstructionSetGivesTheSameBits()
{
#if defined(__x86_64__)
    if (!compute::cpuFeatures().avx2)
        QSKIP("this CPU has no AVX2");
    constexpr std::uint32_t size = 203;
    struct State {
        std::vector<double> arriving[2];
        std::vector<float> current[2], membrane, drive, integrated, spikeGradient, gradient, later[2], out[2], row;
        std::vector<std::int32_t> waiting, held, fires;
        std::vector<double> sums;
    };
    const auto run = [&](const SurrogateKernels<float>& kernels, bool arctan) {
        PhiloxSequence random(4, 4);
        const auto floats = [&](double scale) {
            std::vector<float> values(size);
            for (float& v : values)
                v = static_cast<float>(scale * random.normal());
            return values;
        };
        State s;
        SurrogateConstants<float> c{
            0.9F, {0.8F, 0.7F}, {0.09F, -0.11F}, {1e-13F, 1e-13F}, 0.1F, -6.1F, -50.0F, -60.0F, 0.4F, 3};
        for (int r = 0; r < 2; ++r) {
            s.current[r] = floats(30);
            s.later[r] = floats(1);
            s.out[r].resize(size);
        }
        s.membrane = floats(20);
        s.drive = floats(60);
        s.integrated.resize(size);
        s.spikeGradient = floats(1);
        s.gradient = floats(1);
        s.row = floats(2);
        s.waiting.resize(size);
        s.held.resize(size);
        s.fires.resize(size);
        s.sums.resize(size);
        for (std::uint32_t tick = 0; tick < 50; ++tick) {
            for (auto& sums : s.arriving) {
                sums.resize(size);
                for (double& x : sums)
                    x = random.uniform() * 9;
            }
            SurrogateForward<float> forward{&c,
                                            tick % 2 == 0 ? s.drive.data() : nullptr,
                                            {s.arriving[0].data(), s.arriving[1].data()},
                                            {s.current[0].data(), s.current[1].data()},
                                            s.membrane.data(),
                                            s.waiting.data(),
                                            s.integrated.data(),
                                            s.held.data(),
                                            s.fires.data(),
                                            size,
                                            arctan};
            kernels.forward(forward);
            SurrogateBackward<float> backward{&c,
                                              s.integrated.data(),
                                              s.held.data(),
                                              s.spikeGradient.data(),
                                              tick % 3 == 0 ? s.row.data() : nullptr,
                                              s.gradient.data(),
                                              {s.later[0].data(), s.later[1].data()},
                                              {s.out[0].data(), s.out[1].data()},
                                              size,
                                              arctan,
                                              tick % 2 == 0};
            kernels.backward(backward);
            kernels.addRow(s.sums.data(), s.row.data(), 1, size);
            kernels.addScaled(s.spikeGradient.data(), s.row.data(), 0.37F, size);
        }
        std::vector<double> all(s.sums);
        for (const auto& part :
             {s.current[0], s.current[1], s.membrane, s.integrated, s.gradient, s.out[0], s.out[1], s.spikeGradient})
            all.insert(all.end(), part.begin(), part.end());
        all.insert(all.end(), s.waiting.begin(), s.waiting.end());
        return all;
    };
    for (const bool arctan : {false, true}) {
        const std::vector<double> plain = run(hardSurrogateKernels, arctan);
        const std::vector<double> vector = run(hardSurrogateKernelsAvx2, arctan);
        QVERIFY(std::none_of(plain.begin(), plain.end(), [](double x) { return std::isnan(x); }));
        QVERIFY(plain == vector);
    }
#else
    QSKIP("the vectorised loops are for x86-64");
#endif
}

void TestSurrogate::threadsDoNotChangeABit()
{
    const std::vector<Presentation> data = TemporalTask::draw(50, 1);
    std::vector<float> expected;
    std::vector<double> expectedLoss;
    for (const unsigned threads : {1U, 2U, 3U, 7U}) {
        SurrogateOptions options;
        const Network net = TemporalTask::network(options, true);
        options.epochs = 2;
        options.batch = 16; // the last batch of an epoch is a short one
        options.threads = threads;
        const auto report = trainSurrogate(net, data, options);
        BNOF_VERIFY_OK(report);
        std::vector<double> loss;
        for (const TrainingEpoch& epoch : report->epochs)
            loss.insert(loss.end(), {epoch.loss, epoch.gradientNorm});
        if (threads == 1) {
            expected = allWeights(report->network);
            expectedLoss = loss;
            QVERIFY(expected != allWeights(net));
        }
        QVERIFY(allWeights(report->network) == expected);
        QVERIFY(loss == expectedLoss);
    }
}

void TestSurrogate::aTemporalTaskIsLearnt_data()
{
    QTest::addColumn<int>("weights");
    QTest::addColumn<int>("shape");
    QTest::addColumn<int>("optimiser");
    QTest::addColumn<bool>("recurrent");
    QTest::addColumn<double>("rate");
    QTest::newRow("simulator grid") << 0 << 0 << 0 << false << 0.2;
    QTest::newRow("int8") << -8 << 0 << 0 << false << 0.2;
    QTest::newRow("recurrent, arctan") << 0 << 1 << 0 << true << 0.2;
    QTest::newRow("float32") << 1 << 0 << 0 << false << 0.2;
    QTest::newRow("half") << 2 << 0 << 0 << false << 0.2;
    QTest::newRow("gradient descent") << 0 << 0 << 1 << false << 2.0;
}

void TestSurrogate::aTemporalTaskIsLearnt()
{
    QFETCH(int, weights);
    QFETCH(int, shape);
    QFETCH(int, optimiser);
    QFETCH(bool, recurrent);
    QFETCH(double, rate);
    SurrogateOptions options;
    const bool int8 = weights == -8;
    options.weights = int8 ? TrainingWeights::SimulatorGrid : static_cast<TrainingWeights>(weights);
    options.shape = static_cast<SurrogateShape>(shape);
    options.optimiser = static_cast<SurrogateOptimiser>(optimiser);
    options.learningRate = rate;
    options.epochs = 12;
    options.batch = 20;
    Network net = TemporalTask::network(options, recurrent);
    for (Projection& projection : net.projections)
        projection.precision = int8 ? Precision::Int8 : Precision::Float32;
    const std::vector<Presentation> training = TemporalTask::draw(240, 1);
    const std::vector<Presentation> heldOut = TemporalTask::draw(150, 2);
    const Agreement before = compareWithSimulator(net, heldOut, options);
    QVERIFY(before.correct < 100); // it has something to learn
    const auto report = trainSurrogate(net, training, options);
    BNOF_VERIFY_OK(report);
    QVERIFY(report->epochs.back().loss < 0.5 * report->epochs.front().loss);

    const Agreement after = compareWithSimulator(report->network, heldOut, options);
    qInfo("%u of 150 held-out presentations right (before: %u), output counts of %u equal the simulator's; last epoch: "
          "loss %.4f, accuracy %.3f",
          after.correct, before.correct, after.sameCounts, report->epochs.back().loss, report->epochs.back().accuracy);
    QVERIFY(after.correct >= 143); // 95 %
    // On the simulator's grid the two are the same computation; otherwise every weight differs by its rounding.
    if (options.weights == TrainingWeights::SimulatorGrid)
        QCOMPARE(after.sameCounts, 150U);
    else
        QVERIFY(after.sameCounts >= 135);
}

void TestSurrogate::anOverflowInHalfPrecisionIsSkipped()
{
    SurrogateOptions options;
    const Network net = TemporalTask::network(options, false);
    options.weights = TrainingWeights::Half;
    options.epochs = 6;
    options.batch = 20;
    options.lossScale.initial = 0x1p30; // far beyond what binary16 gradients hold
    options.lossScale.maximum = 0x1p40;
    const auto report = trainSurrogate(net, TemporalTask::draw(100, 1), options);
    BNOF_VERIFY_OK(report);
    QCOMPARE(report->steps, 30U);
    QVERIFY2(report->skippedSteps >= 5 && report->skippedSteps < 25, std::to_string(report->skippedSteps).c_str());
    QCOMPARE(report->lossScale, std::ldexp(1.0, 30 - static_cast<int>(report->skippedSteps)));
    for (const float w : allWeights(report->network))
        QVERIFY(std::isfinite(w));
}

void TestSurrogate::weightsKeepTheSignOfTheirReceptor()
{
    SurrogateOptions options;
    options.learningRate = 2; // strong enough to push many weights across zero
    options.epochs = 3;
    options.batch = 5;
    options.largestWeightMv = 12;
    const Network net = mixedNetwork(options, -50);
    std::vector<Presentation> data;
    for (std::uint32_t i = 0; i < 20; ++i)
        data.push_back(mixedInput(900 + i, 60));
    const auto report = trainSurrogate(net, data, options);
    BNOF_VERIFY_OK(report);
    BNOF_VERIFY_OK(validate(report->network)); // weights >= 0
    const auto* single = std::get_if<ExplicitList>(&report->network.projections[options.trained[2]].connectivity);
    QVERIFY(single != nullptr);
    QVERIFY(std::count(single->weights.begin(), single->weights.end(), 0.0F) > 0);
    for (const SignedPair& pair : options.signedPairs) {
        const auto& up = std::get<ExplicitList>(report->network.projections[pair.excitatory].connectivity).weights;
        const auto& down = std::get<ExplicitList>(report->network.projections[pair.inhibitory].connectivity).weights;
        const auto& was = std::get<ExplicitList>(net.projections[pair.excitatory].connectivity).weights;
        std::size_t crossed = 0;
        for (std::size_t k = 0; k < up.size(); ++k) {
            QVERIFY(up[k] == 0 || down[k] == 0);
            QVERIFY(up[k] <= 12 && down[k] <= 12);
            crossed += (was[k] > 0) != (up[k] > 0) ? 1 : 0;
        }
        QVERIFY(crossed > 0);
    }
}

void TestSurrogate::theCallbackSeesEveryStepAndCanStop()
{
    SurrogateOptions options;
    const Network net = TemporalTask::network(options, false);
    options.epochs = 3;
    options.batch = 16;
    const std::vector<Presentation> data = TemporalTask::draw(40, 1); // three steps an epoch
    std::vector<TrainingProgress> seen;
    const auto whole = trainSurrogate(net, data, options, [&](const TrainingProgress& progress) {
        seen.push_back(progress);
        return true;
    });
    BNOF_VERIFY_OK(whole);
    QVERIFY(!whole->cancelled);
    QCOMPARE(seen.size(), std::size_t{9});
    for (std::uint32_t i = 0; i < seen.size(); ++i) {
        QCOMPARE(seen[i].step, i + 1);
        QCOMPARE(seen[i].steps, 9U);
        QCOMPARE(seen[i].epoch, i / 3);
        QVERIFY(seen[i].loss > 0 && seen[i].gradientNorm > 0);
        QVERIFY(seen[i].accuracy >= 0 && seen[i].accuracy <= 1);
    }
    std::uint32_t calls = 0;
    const auto part = trainSurrogate(net, data, options, [&](const TrainingProgress&) { return ++calls < 4; });
    BNOF_VERIFY_OK(part);
    QVERIFY(part->cancelled);
    QCOMPARE(part->steps, 4U);
    QCOMPARE(part->epochs.size(), std::size_t{1});
    QVERIFY(allWeights(part->network) != allWeights(net));
}

void TestSurrogate::signedWeightsSplitAndMerge()
{
    Network net;
    net.name = "pair";
    net.populations = {{"a", 7, PoissonParameters{0}}, {"b", 5, lif()}};
    SignedList list = denseWeights(7, 5, 4, 12, 40);
    list.weights[4] = 0;
    list.weights[5] = -0.0F;
    const auto pair = addSignedProjection(net, "w", 0, 1, list, 3);
    BNOF_VERIFY_OK(pair);
    BNOF_VERIFY_OK(validate(net));
    QCOMPARE(net.projections[0].name, std::string("w (excitatory)"));
    QVERIFY(net.projections[1].receptor == Receptor::Inhibitory);
    QCOMPARE(net.projections[1].delayMs, 3.0);
    const auto merged = mergeSigned(net, *pair);
    BNOF_VERIFY_OK(merged);
    QVERIFY(*merged == list); // -0 == 0

    // The smaller network has the same synapses where they matter.
    const SplitWeights small = splitSigned(list, ZeroWeights::Drop);
    QCOMPARE(small.excitatory.weights.size() + small.inhibitory.weights.size(), list.weights.size() - 2);
    Network pruned = net;
    pruned.projections[0].connectivity = small.excitatory;
    pruned.projections[1].connectivity = small.inhibitory;
    PhiloxSequence random(1, 41);
    Presentation input;
    input.ticks = 300;
    input.spikes = {noiseSpikes(random, 7, 300, 0.3)};
    auto full = Simulation::create(net);
    auto reduced = Simulation::create(pruned);
    BNOF_VERIFY_OK(full);
    BNOF_VERIFY_OK(reduced);
    const auto fullSpikes = simulatePresentation(*full, input);
    BNOF_VERIFY_OK(fullSpikes);
    const auto reducedSpikes = simulatePresentation(*reduced, input);
    BNOF_VERIFY_OK(reducedSpikes);
    QVERIFY(!(*fullSpikes)[1].empty());
    QVERIFY(*fullSpikes == *reducedSpikes);

    QVERIFY(!mergeSigned(net, {1, 0}).ok());
    QVERIFY(!mergeSigned(net, {0, 9}).ok());
    list.targets.pop_back();
    QVERIFY(!addSignedProjection(net, "bad", 0, 1, list).ok());
    QCOMPARE(net.projections.size(), std::size_t{2});
}

void TestSurrogate::nonsenseIsRefused_data()
{
    QTest::addColumn<QString>("where");
    for (const char* where :
         {"options.width", "options.output", "options.trained[0]", "options.trained[1]", "options.signedPairs[0]",
          "options.batch", "options.clipNorm", "options.trained", "presentations", "presentations[0].ticks",
          "presentations[0].label", "presentations[0].spikes[0]", "presentations[0].spikes[1]",
          "presentations[0].drives[0]", "network.projections[0].connectivity", "network.projections[0].plasticity",
          "network.populations[1].model", "options.largestWeightMv", "network.tick_ms"})
        QTest::newRow(where) << where;
}

void TestSurrogate::nonsenseIsRefused()
{
    QFETCH(QString, where);
    SurrogateOptions options;
    Network net = TemporalTask::network(options, false);
    std::vector<Presentation> data = TemporalTask::draw(3, 1);
    const std::map<QString, std::function<void()>> spoil{
        {"options.width", [&] { options.width = std::nan(""); }},
        {"options.output", [&] { options.output = 0; }},
        {"options.trained[0]", [&] { options.trained = {99}; }},
        {"options.trained[1]",
         [&] {
             options.signedPairs.clear();
             options.trained = {0, 0};
         }},
        {"options.signedPairs[0]",
         [&] {
             options.signedPairs[0] = {0, 3};
         }},
        {"options.batch", [&] { options.batch = 0; }},
        {"options.clipNorm", [&] { options.clipNorm = 0; }},
        {"options.trained", [&] { options.signedPairs.clear(); }},
        {"presentations", [&] { data.clear(); }},
        {"presentations[0].ticks", [&] { data[0].ticks = 0; }},
        {"presentations[0].label", [&] { data[0].label = 3; }},
        {"presentations[0].spikes[0]", [&] { std::swap(data[0].spikes[0].front(), data[0].spikes[0].back()); }},
        {"presentations[0].spikes[1]",
         [&] {
             data[0].spikes.push_back({{0, 0}});
         }},
        {"presentations[0].drives[0]",
         [&] {
             data[0].drives.push_back({0, 1, {1.0F}});
         }},
        {"network.projections[0].connectivity", [&] { net.projections[0].connectivity = FixedProbability{0.5}; }},
        {"network.projections[0].plasticity",
         [&] {
             net.projections[0].plasticity = Plasticity{PairStdp{}, 100};
         }},
        {"network.populations[1].model", [&] { net.populations[1].model = AdaptiveLifParameters{}; }},
        {"options.largestWeightMv",
         [&] {
             options.weights = TrainingWeights::Half; // binary16 ends at 65504
             options.largestWeightMv = 1e5;
         }},
        {"network.tick_ms", [&] { net.tickMs = 0; }},
    };
    spoil.at(where)();
    const auto report = trainSurrogate(net, data, options);
    QVERIFY(!report.ok());
    QCOMPARE(QString::fromStdString(report.error().where), where);
    QVERIFY(!report.error().remedy.empty());
}

QTEST_GUILESS_MAIN(TestSurrogate)
#include "tst_surrogate.moc"
