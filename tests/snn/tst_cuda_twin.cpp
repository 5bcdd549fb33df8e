// SPDX-License-Identifier: GPL-3.0-or-later
// The device's code, executed thread by thread on the host, against the reference back end: spikes, the whole state
// and the numbers of synaptic events.
#include <set>

#include "engine/snn/back_ends.h"
#include "tests/snn/cuda_twin.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

constexpr std::uint64_t networks = 60;

std::unique_ptr<BackEnd> reference(const std::shared_ptr<const Plan>& plan)
{
    SimulationOptions options;
    options.backEnd = "reference";
    return std::move(makeBackEnd(plan, options)).value();
}

/// Threads, ticks of a block and of a chunk that change from network to network.
TwinOptions optionsFor(std::uint64_t seed)
{
    Dice dice(seed + 77);
    TwinOptions options;
    options.image.blockTicks = 1 + dice.below(maximumBlockTicks);
    options.image.chunkTicks = options.image.blockTicks + dice.below(90);
    options.threads = 32U << dice.below(5);
    options.seed = seed;
    return options;
}

} // namespace

class TestCudaTwin : public test::Suite {
    Q_OBJECT

private slots:
    void deviceCodeAgreesWithTheReference_data();
    void deviceCodeAgreesWithTheReference();
    void statesMoveBetweenDeviceAndCpu();
    void trialsOfABatchAgree();
    void resetKeepsNothing();
};

void TestCudaTwin::deviceCodeAgreesWithTheReference_data()
{
    QTest::addColumn<bool>("models");
    QTest::addColumn<quint64>("first");
    QTest::newRow("first version") << false << quint64{1};
    QTest::newRow("every model") << true << quint64{5001};
}

void TestCudaTwin::deviceCodeAgreesWithTheReference()
{
    QFETCH(bool, models);
    QFETCH(quint64, first);
    std::size_t total = 0;
    std::set<std::string> covered;
    for (std::uint64_t seed = first; seed < first + networks; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, models));
        if (!plan.ok()) // some draw weights that an accumulator cannot hold
            continue;
        const auto expectation = reference(*plan);
        CudaTwin twin(*plan, optionsFor(seed));
        QVERIFY2(twin.state() == expectation->state(), (*plan)->network.name.c_str());
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        for (const Stretch& stretch : randomStimulus((*plan)->network, seed)) {
            applyTo(*expectation, stretch);
            applyTo(twin, stretch);
            expectation->run(stretch.ticks, expected);
            twin.run(stretch.ticks, spikes);
            QVERIFY2(spikes == expected, (*plan)->network.name.c_str());
            QVERIFY2(twin.state() == expectation->state(), (*plan)->network.name.c_str());
            QVERIFY2(twin.activity().events == expectation->activity().events, (*plan)->network.name.c_str());
        }
        for (const PopulationPlan& population : (*plan)->populations)
            covered.insert("model " + std::to_string(static_cast<int>(population.kind)));
        for (const ProjectionPlan& projection : (*plan)->projections) {
            covered.insert("form " + std::to_string(static_cast<int>(projection.synapses.form)));
            if (projection.plasticity)
                covered.insert("rule " + std::to_string(static_cast<int>(projection.plasticity->rule)));
        }
        total += spikeCount(spikes);
    }
    qInfo("%zu spikes compared", total);
    QVERIFY(total > 100000);
    QCOMPARE(covered.size(), models ? std::size_t{7 + 4 + 4} : std::size_t{2 + 4});
}

void TestCudaTwin::statesMoveBetweenDeviceAndCpu()
{
    for (std::uint64_t seed = 7001; seed < 7001 + 30; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, seed % 3 != 0));
        if (!plan.ok())
            continue;
        const auto whole = reference(*plan);
        std::unique_ptr<BackEnd> parts[] = {reference(*plan), std::make_unique<CudaTwin>(*plan, optionsFor(seed)),
                                            std::make_unique<CudaTwin>(*plan, optionsFor(seed + 1))};
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        std::size_t turn = 1;
        for (const Stretch& stretch : randomStimulus((*plan)->network, seed)) {
            applyTo(*whole, stretch);
            whole->run(stretch.ticks, expected);
            applyTo(*parts[turn], stretch);
            for (std::uint32_t left = stretch.ticks; left > 0;) {
                const std::uint32_t ticks = std::min(left, static_cast<std::uint32_t>(1 + (seed + left) * 17 % 61));
                parts[turn]->run(ticks, spikes);
                left -= ticks;
                // Through the bytes of a saved state, to another back end.
                const auto moved = decodeState(**plan, encodeState(**plan, parts[turn]->state()));
                BNOF_VERIFY_OK(moved);
                turn = (turn + 1) % std::size(parts);
                parts[turn]->setState(*moved);
            }
        }
        QVERIFY2(spikes == expected, (*plan)->network.name.c_str());
        QVERIFY2(parts[turn]->state() == whole->state(), (*plan)->network.name.c_str());
    }
}

void TestCudaTwin::trialsOfABatchAgree()
{
    using namespace snn::cuda;
    for (std::uint64_t seed = 8001; seed < 8001 + 20; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, true));
        if (!plan.ok())
            continue;
        const TwinOptions options = optionsFor(seed);
        const DeviceImage image(*plan, options.image);
        Dice dice(seed);
        std::vector<DeviceTrial> trials;
        std::vector<DeviceInput> inputs;
        std::vector<std::uint32_t> values;
        for (std::uint32_t t = 0; t < 3; ++t) {
            DeviceTrial trial{seed * 10 + t, 30 + dice.below(200), 0, inputs.size()};
            for (std::uint32_t tick = 0; tick <= trial.ticks; tick += 1 + dice.below(trial.ticks)) {
                const std::uint32_t population = dice.below(static_cast<std::uint32_t>((*plan)->populations.size()));
                const PopulationPlan& shape = (*plan)->populations[population];
                const bool rates = shape.kind == NeuronKind::Poisson;
                if (!rates && (shape.isSource() || shape.kind == NeuronKind::Counter))
                    continue;
                inputs.push_back({tick, population, values.size(), rates, true});
                for (std::uint32_t n = 0; n < shape.size; ++n)
                    values.push_back(rates ? dice.below(1U << 30)
                                           : std::bit_cast<std::uint32_t>(static_cast<float>(dice.between(0, 20))));
                ++trial.inputs;
            }
            trials.push_back(trial);
        }
        const BatchTables tables{trials.data(), inputs.data(), values.data()};
        TwinMemory memory(image, 3);
        std::vector<SpikesByPopulation> spikes(3, SpikesByPopulation((*plan)->populations.size()));
        for (bool first = true, left = true; left; first = false) {
            left = false;
            std::vector<RecordedTicks> recorded;
            for (std::uint32_t t = 0; t < 3; ++t) {
                const Instance instance = memory.instance(t);
                const std::uint64_t begin = first ? 0 : headerOf(instance).tick;
                HostThreads threads(memory.net, instance, options.threads, seed + t);
                scheduleTrial(memory.net, instance, tables, trials[t], first, threads);
                const std::uint64_t end = headerOf(instance).tick;
                recorded.push_back({begin, static_cast<std::uint32_t>(end - begin), 0});
                left = left || end < trials[t].ticks;
            }
            memory.compact(recorded, options.threads, spikes);
        }
        for (std::uint32_t t = 0; t < 3; ++t) {
            const auto expectation = reference(*plan);
            expectation->reset(trials[t].drawSeed);
            SpikesByPopulation expected;
            std::uint32_t tick = 0;
            for (std::uint32_t i = 0; i < trials[t].inputs; ++i) {
                const DeviceInput& input = inputs[trials[t].firstInput + i];
                expectation->run(input.tick - tick, expected);
                tick = input.tick;
                const std::uint32_t size = (*plan)->populations[input.population].size;
                const std::span<const std::uint32_t> row(values.data() + input.values, size);
                std::vector<float> drive;
                for (const std::uint32_t bits : row)
                    drive.push_back(std::bit_cast<float>(bits));
                if (input.rates)
                    expectation->setThresholds(input.population, row);
                else
                    expectation->setDrive(input.population, drive);
            }
            expectation->run(trials[t].ticks - tick, expected);
            QVERIFY2(spikes[t] == expected, (*plan)->network.name.c_str());
            QVERIFY2(image.readState(memory.hot[t], memory.cold[t], {}) == expectation->state(),
                     (*plan)->network.name.c_str());
        }
    }
}

void TestCudaTwin::resetKeepsNothing()
{
    for (std::uint64_t seed = 9001; seed < 9001 + 20; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, true));
        if (!plan.ok())
            continue;
        CudaTwin twin(*plan, optionsFor(seed));
        const NetworkState initial = twin.state();
        SpikesByPopulation first;
        twin.run(123, first);
        const NetworkState later = twin.state();
        twin.setState(later);
        SpikesByPopulation other;
        twin.run(11, other);
        twin.reset((*plan)->network.seed);
        QVERIFY(twin.state() == initial);
        SpikesByPopulation again;
        twin.run(123, again);
        QVERIFY(again == first);
        QVERIFY(twin.state() == later);
    }
}

QTEST_GUILESS_MAIN(TestCudaTwin)
#include "tst_cuda_twin.moc"
