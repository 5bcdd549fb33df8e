// SPDX-License-Identifier: GPL-3.0-or-later
// One network on several threads: the same bits as on one, and nothing for a thread sanitizer to complain about.
#include "engine/snn/plan.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

class TestThreads : public test::Suite {
    Q_OBJECT

private slots:
    void threadsDoNotMatter_data();
    void threadsDoNotMatter();
    void statesMoveBetweenTeams();
};

void TestThreads::threadsDoNotMatter_data()
{
    QTest::addColumn<unsigned>("threads");
    QTest::newRow("one") << 1U;
    QTest::newRow("two") << 2U;
    QTest::newRow("three") << 3U;
}

void TestThreads::threadsDoNotMatter()
{
    QFETCH(unsigned, threads);
    std::size_t compared = 0;
    for (std::uint64_t seed = 5001; seed <= 5016; ++seed) {
        const Network network = randomNetwork(seed, true);
        const auto plan = buildPlan(network);
        if (!plan.ok())
            continue;
        SimulationOptions options;
        options.backEnd = "reference";
        auto reference = Simulation::create(*plan, options);
        options.backEnd = "parallel";
        options.threads = threads;
        options.timePhases = seed % 2 == 0;
        auto parallel = Simulation::create(*plan, options);
        BNOF_VERIFY_OK(reference);
        BNOF_VERIFY_OK(parallel);
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        for (Stretch stretch : randomStimulus(network, seed)) {
            stretch.ticks = stretch.ticks / 3 + 1;
            BNOF_VERIFY_OK(apply(*reference, stretch));
            BNOF_VERIFY_OK(apply(*parallel, stretch));
            reference->run(stretch.ticks, expected);
            parallel->run(stretch.ticks, spikes);
        }
        QVERIFY2(spikes == expected, network.name.c_str());
        QVERIFY2(parallel->saveState() == reference->saveState(), network.name.c_str());
        QVERIFY2(parallel->activity().events == reference->activity().events, network.name.c_str());
        compared += spikeCount(spikes);
    }
    QVERIFY(compared > 50000);
}

void TestThreads::statesMoveBetweenTeams()
{
    const Network network = randomNetwork(5021);
    const auto plan = buildPlan(network);
    BNOF_VERIFY_OK(plan);
    SimulationOptions options;
    options.backEnd = "parallel";
    options.threads = 2;
    auto whole = Simulation::create(*plan, options);
    BNOF_VERIFY_OK(whole);
    SpikesByPopulation expected;
    whole->run(301, expected);
    SpikesByPopulation spikes;
    std::vector<std::uint8_t> state;
    for (unsigned turn = 0; turn < 7; ++turn) {
        options.threads = 1 + turn % 3;
        auto part = Simulation::create(*plan, options);
        BNOF_VERIFY_OK(part);
        if (!state.empty())
            BNOF_VERIFY_OK(part->loadState(state));
        part->run(43, spikes); // 7 * 43 = 301
        state = part->saveState();
    }
    QVERIFY(spikes == expected);
    QVERIFY(state == whole->saveState());
}

QTEST_GUILESS_MAIN(TestThreads)
#include "tst_threads.moc"
