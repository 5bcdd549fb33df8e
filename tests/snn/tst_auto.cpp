// SPDX-License-Identifier: GPL-3.0-or-later
// The choice of the back end: by measurement, explained, remembered, and without any effect on results.
#include "engine/snn/auto_backend.h"
#include "engine/snn/back_ends.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

#include <QTemporaryDir>

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

/// Large enough that a tick of the reference back end takes far longer than sharing it would cost.
Network largeNetwork()
{
    Network network;
    network.name = "large";
    network.tickMs = 0.5;
    network.seed = 5;
    network.populations = {{"input", 300, PoissonParameters{40}}, {"cells", 6000, LifParameters{}}};
    network.projections = {{{}, 0, 1, Receptor::Excitatory, FixedInDegree{12}, 4, 2},
                           {{}, 1, 1, Receptor::Inhibitory, FixedProbability{0.01}, 1, 2}};
    return network;
}

} // namespace

class TestAuto : public test::Suite {
    Q_OBJECT

private slots:
    void slowBackEndIsReplacedAndTheChoiceRemembered();
    void smallNetworksStayOnOneThread();
    void brokenMemoryOnlyCostsAMeasurement();
    void candidatesThatFailAreLeftOut();
};

void TestAuto::slowBackEndIsReplacedAndTheChoiceRemembered()
{
    const std::string fast = availableBackEnds().front();
    if (fast == "reference")
        QSKIP("this CPU has no instruction set beside the reference");
    QTemporaryDir folder;
    const BackEndMemory memory(folder.filePath("cache/back-ends.json").toStdString());
    const Network network = largeNetwork();
    auto plan = buildPlan(network);
    BNOF_VERIFY_OK(plan);
    std::vector<std::string> made;
    const BackEndFactory factory = [&](const std::string& name) {
        made.push_back(name);
        SimulationOptions options;
        options.backEnd = name;
        return makeBackEnd(*plan, options);
    };
    const auto start = [&] {
        auto first = factory("reference");
        return std::make_unique<AutoBackEnd>(std::move(*first), "reference",
                                             std::vector<std::string>{"reference", fast}, factory, memory);
    };
    auto expected = factory("reference");
    BNOF_VERIFY_OK(expected);
    SpikesByPopulation wanted;
    SpikesByPopulation spikes;
    auto automatic = start();
    QVERIFY(automatic->reason().find("until") != std::string::npos);
    // On a busy machine it may be taken back later: what counts is the first choice.
    std::string chosenFor;
    for (int k = 0; k < 60; ++k) {
        (*expected)->run(37, wanted);
        automatic->run(37, spikes);
        if (chosenFor.empty() && automatic->name().find("vector") != std::string::npos)
            chosenFor = automatic->reason();
    }
    QVERIFY2(chosenFor.find("measured") != std::string::npos, automatic->reason().c_str());
    QVERIFY(spikeCount(spikes) > 1000);
    QVERIFY(spikes == wanted);
    QVERIFY(automatic->state() == (*expected)->state());
    QCOMPARE(automatic->activity().ticks, std::uint64_t{60 * 37}); // trial runs are not counted
    QVERIFY(automatic->activity().spikes == (*expected)->activity().spikes);
    // What was on its way at the switch arrived as sums, which nobody counts.
    const auto events = static_cast<double>((*expected)->activity().synapticEvents());
    QVERIFY(std::abs(static_cast<double>(automatic->activity().synapticEvents()) - events) < 0.02 * events);

    made.clear();
    auto again = start();
    SpikesByPopulation more;
    chosenFor.clear();
    for (int k = 0; k < 60; ++k) {
        again->run(37, more);
        if (!chosenFor.empty() || again->name().find("vector") == std::string::npos)
            continue;
        chosenFor = again->reason();
        QCOMPARE(made, (std::vector<std::string>{"reference", fast})); // nothing was measured
    }
    QVERIFY(more == wanted);
    QVERIFY2(chosenFor.find("before") != std::string::npos, again->reason().c_str());
}

void TestAuto::smallNetworksStayOnOneThread()
{
    Network network;
    network.name = "small";
    network.populations = {{"input", 40, PoissonParameters{60}}, {"cells", 200, LifParameters{}}};
    network.projections = {{{}, 0, 1, Receptor::Excitatory, FixedInDegree{8}, 5, 1}};
    auto simulation = Simulation::create(network);
    BNOF_VERIFY_OK(simulation);
    SpikesByPopulation spikes;
    for (int k = 0; k < 3000 && simulation->backEndReason().find("share") == std::string::npos; ++k) {
        spikes.clear();
        simulation->run(500, spikes);
    }
    QVERIFY2(simulation->backEndReason().find("less than it would cost to share it") != std::string::npos,
             simulation->backEndReason().c_str());
    SimulationOptions asked;
    asked.backEnd = "reference";
    auto reference = Simulation::create(network, asked);
    BNOF_VERIFY_OK(reference);
    QCOMPARE(reference->backEndReason(), std::string("it was asked for"));
}

void TestAuto::brokenMemoryOnlyCostsAMeasurement()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("back-ends.json");
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly));
    file.write("{\"cpu\": [1, 2");
    file.close();
    const BackEndMemory memory(path.toStdString());
    QCOMPARE(memory.recall("network", "cpu"), std::string());
    memory.remember("network", "cpu", "parallel");
    QCOMPARE(memory.recall("network", "cpu"), std::string("parallel"));
    memory.remember("other", "cpu", "vector-avx2");
    QCOMPARE(memory.recall("network", "cpu"), std::string("parallel"));
    QCOMPARE(memory.recall("network", "another cpu"), std::string());
    const BackEndMemory nowhere("/proc/nowhere/back-ends.json");
    nowhere.remember("network", "cpu", "parallel");
    QCOMPARE(nowhere.recall("network", "cpu"), std::string());
    BackEndMemory("").remember("network", "cpu", "parallel");
}

void TestAuto::candidatesThatFailAreLeftOut()
{
    auto plan = buildPlan(largeNetwork());
    BNOF_VERIFY_OK(plan);
    const BackEndFactory factory = [&](const std::string& name) -> Result<std::unique_ptr<BackEnd>> {
        if (name == "broken")
            return makeError(ErrorKind::Device, "the device is gone", "broken");
        SimulationOptions options;
        options.backEnd = name;
        return makeBackEnd(*plan, options);
    };
    auto first = factory("reference");
    BNOF_VERIFY_OK(first);
    AutoBackEnd automatic(std::move(*first), "reference", {"reference", "broken"}, factory, BackEndMemory(""));
    SpikesByPopulation spikes;
    for (int k = 0; k < 40; ++k)
        automatic.run(37, spikes);
    QCOMPARE(automatic.name(), std::string("reference"));
    QVERIFY2(automatic.reason().find("measured") != std::string::npos, automatic.reason().c_str());
}

QTEST_GUILESS_MAIN(TestAuto)
#include "tst_auto.moc"
