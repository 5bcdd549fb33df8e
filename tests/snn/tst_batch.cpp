// SPDX-License-Identifier: GPL-3.0-or-later
// Many trials at once give what each gives alone, whoever does them.
#include <algorithm>
#include <cmath>

#include "engine/snn/batch.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

Network network()
{
    Network net;
    net.name = "batch";
    net.tickMs = 0.5;
    net.seed = 3;
    net.populations = {{"input", 30, PoissonParameters{50}}, {"cells", 70, LifParameters{}}};
    net.projections = {{{}, 0, 1, Receptor::Excitatory, FixedInDegree{8}, 5, 1},
                       {{}, 1, 1, Receptor::Inhibitory, FixedProbability{0.1}, 2, 2}};
    return net;
}

std::vector<Trial> trials(std::size_t count)
{
    std::vector<Trial> all;
    for (std::size_t i = 0; i < count; ++i) {
        Trial trial{static_cast<std::uint32_t>(100 + i % 3 * 40), {}, i + 1};
        trial.inputs.push_back({20, 0, std::vector<float>(30, static_cast<float>(40 + 10 * (i % 5)))});
        trial.inputs.push_back({60, 1, std::vector<float>(70, static_cast<float>(i % 4))});
        all.push_back(std::move(trial));
    }
    return all;
}

} // namespace

class TestBatch : public test::Suite {
    Q_OBJECT

private slots:
    void trialsAreWhatTheyAreAlone();
    void workersDoNotMatter();
    void lateInputsCount();
    void wrongInputsNameTheirTrial_data();
    void wrongInputsNameTheirTrial();
    void unknownWorkersAreExplained();
};

void TestBatch::trialsAreWhatTheyAreAlone()
{
    const std::vector<Trial> all = trials(7);
    const auto batch = runBatch(network(), all, {"auto", 2});
    BNOF_VERIFY_OK(batch);
    std::size_t spikesSeen = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto alone = Simulation::create(network());
        BNOF_VERIFY_OK(alone);
        alone->reset(all[i].drawSeed);
        SpikesByPopulation spikes;
        alone->run(20, spikes);
        BNOF_VERIFY_OK(alone->setRates(0, all[i].inputs[0].values));
        alone->run(40, spikes);
        BNOF_VERIFY_OK(alone->setDrive(1, all[i].inputs[1].values));
        alone->run(all[i].ticks - 60, spikes);
        QVERIFY(batch->spikes[i] == spikes);
        QCOMPARE(batch->stateHashes[i], alone->stateHash());
        spikesSeen += spikeCount(spikes);
    }
    QVERIFY(spikesSeen > 1000);
    QVERIFY(batch->stateHashes[0] != batch->stateHashes[1]);
}

void TestBatch::workersDoNotMatter()
{
    const std::vector<Trial> all = trials(40);
    const auto expected = runBatch(network(), all, {"reference", 1});
    BNOF_VERIFY_OK(expected);
    for (const std::string& backEnd : availableBackEnds()) {
        const auto got = runBatch(network(), all, {backEnd, 3});
        BNOF_VERIFY_OK(got);
        QVERIFY2(got->spikes == expected->spikes, backEnd.c_str());
        QVERIFY2(got->stateHashes == expected->stateHashes, backEnd.c_str());
        std::size_t done = 0;
        for (const BatchWorkerReport& worker : got->workers)
            done += worker.trials;
        QCOMPARE(done, all.size());
    }
    const auto none = runBatch(network(), {});
    BNOF_VERIFY_OK(none);
    QVERIFY(none->spikes.empty());
}

void TestBatch::lateInputsCount()
{
    Trial trial{50, {{5000, 1, std::vector<float>(70, 3.0F)}}, 1};
    const auto late = runBatch(network(), {&trial, 1});
    BNOF_VERIFY_OK(late);
    trial.inputs.clear();
    const auto none = runBatch(network(), {&trial, 1});
    BNOF_VERIFY_OK(none);
    QVERIFY(late->spikes == none->spikes);           // nothing ran after it
    QVERIFY(late->stateHashes != none->stateHashes); // but the drive is part of the state
}

void TestBatch::wrongInputsNameTheirTrial_data()
{
    QTest::addColumn<int>("population");
    QTest::addColumn<int>("values");
    QTest::addColumn<float>("value");
    QTest::addColumn<int>("tick");
    QTest::newRow("no such population") << 9 << 70 << 1.0F << 30;
    QTest::newRow("too few values") << 1 << 69 << 1.0F << 30;
    QTest::newRow("not a number") << 1 << 70 << std::numeric_limits<float>::quiet_NaN() << 30;
    QTest::newRow("negative rate") << 0 << 30 << -1.0F << 30;
    QTest::newRow("out of order") << 1 << 70 << 1.0F << 10;
}

void TestBatch::wrongInputsNameTheirTrial()
{
    QFETCH(int, population);
    QFETCH(int, values);
    QFETCH(float, value);
    QFETCH(int, tick);
    std::vector<Trial> all = trials(5);
    all[3].inputs[1] = {static_cast<std::uint32_t>(tick), static_cast<std::uint32_t>(population),
                        std::vector<float>(static_cast<std::size_t>(values), value)};
    const auto result = runBatch(network(), all);
    QVERIFY(!result.ok());
    QVERIFY2(result.error().where.find("trial 3") != std::string::npos, result.error().message().c_str());
}

void TestBatch::unknownWorkersAreExplained()
{
    QVERIFY(!runBatch(network(), trials(2), {"abacus"}).ok());
    const auto names = availableBackEnds();
    const auto cuda = runBatch(network(), trials(2), {"cuda"});
    if (std::find(names.begin(), names.end(), "cuda") == names.end()) {
        QVERIFY(!cuda.ok());
        QVERIFY(cuda.error().what.find("CUDA") != std::string::npos);
        const auto single = Simulation::create(network(), {"cuda", 0, false});
        QVERIFY(!single.ok());
        QVERIFY(single.error().what.find("CUDA") != std::string::npos);
        QVERIFY(single.error().remedy.find("reference") != std::string::npos);
    } else {
        BNOF_VERIFY_OK(cuda);
    }
}

QTEST_GUILESS_MAIN(TestBatch)
#include "tst_batch.moc"
