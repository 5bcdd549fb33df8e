// SPDX-License-Identifier: GPL-3.0-or-later
// That every back end gives the same bits, and the bits that the model says.
#include <algorithm>
#include <bit>
#include <map>

#include "engine/snn/backend.h"
#include "tests/snn/oracle.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

constexpr std::uint64_t propertyNetworks = 80;
constexpr std::uint64_t modelNetworks = 400;

Result<Simulation> make(const Network& network, const std::string& backEnd, unsigned threads = 2)
{
    SimulationOptions options;
    options.backEnd = backEnd;
    options.threads = threads;
    return Simulation::create(network, options);
}

/// The same from a plan: building the connections takes as long as running them for a while.
Result<Simulation> make(const std::shared_ptr<const Plan>& plan, const std::string& backEnd, unsigned threads = 2)
{
    SimulationOptions options;
    options.backEnd = backEnd;
    options.threads = threads;
    return Simulation::create(plan, options);
}

/// randomStimulus, shorter for the few networks whose learning would take as long as all the others together.
std::vector<Stretch> affordableStimulus(const Plan& plan, std::uint64_t seed, std::size_t plasticSynapses)
{
    std::size_t plastic = 0;
    for (const ProjectionPlan& projection : plan.projections)
        if (projection.plasticity)
            projection.synapses.forEach([&](std::uint32_t, std::uint32_t, std::size_t) { ++plastic; });
    std::vector<Stretch> stimulus = randomStimulus(plan.network, seed);
    if (plastic > plasticSynapses)
        for (Stretch& stretch : stimulus)
            stretch.ticks = stretch.ticks / 6 + 1;
    return stimulus;
}

bool available(const std::string& backEnd)
{
    const auto names = availableBackEnds();
    return std::find(names.begin(), names.end(), backEnd) != names.end();
}

/// A balanced network with every synapse form, small enough to run in milliseconds.
Network smallNetwork()
{
    Network network;
    network.name = "small";
    network.tickMs = 0.5;
    network.seed = 42;
    LifParameters lif;
    network.populations = {{"input", 40, PoissonParameters{60}}, {"e", 90, lif}, {"i", 21, lif}, {"sum", 1, lif}};
    const auto connect = [&](std::uint32_t source, std::uint32_t target, Receptor receptor, double weight, double delay,
                             auto rule) {
        network.projections.push_back({{}, source, target, receptor, rule, weight, delay});
    };
    connect(0, 1, Receptor::Excitatory, 6, 1, FixedInDegree{8});
    connect(0, 2, Receptor::Excitatory, 5, 2, FixedProbability{0.2});
    connect(2, 1, Receptor::Inhibitory, 4, 1.5, FixedProbability{0.3});
    connect(1, 3, Receptor::Excitatory, 1, 3, AllToAll{});
    connect(3, 1, Receptor::Inhibitory, 2, 1, AllToAll{});
    ExplicitList dense;
    for (std::uint32_t k = 0; k < 90 * 21; ++k) {
        dense.sources.push_back(k / 21);
        dense.targets.push_back(k % 21);
        dense.weights.push_back(0.01F * static_cast<float>(k % 97));
    }
    connect(1, 2, Receptor::Excitatory, 1, 1, dense);
    return network;
}

/// A few neurons whose state is small enough to be damaged in every byte.
Network tinyNetwork()
{
    Network network;
    network.name = "tiny";
    network.populations = {
        {"input", 3, PoissonParameters{400}}, {"cells", 5, LifParameters{}}, {"sum", 1, LifParameters{}}};
    network.projections = {{{}, 0, 1, Receptor::Excitatory, FixedProbability{0.7}, 20, 3},
                           {{}, 1, 2, Receptor::Excitatory, AllToAll{}, 9, 1},
                           {{}, 2, 1, Receptor::Inhibitory, AllToAll{}, 2, 2},
                           {{}, 1, 1, Receptor::Inhibitory, ExplicitList{{0, 4}, {1, 2}, {1.0F, 2.5F}}, 1, 2}};
    return network;
}

} // namespace

class TestSimulation : public test::Suite {
    Q_OBJECT

private:
    void compareNeurons(const Plan& plan, const NetworkState& state, const Oracle& oracle);
    void compareLearning(const NetworkState& state, const Oracle& oracle);

private slots:
    void randomNetworksAgree_data();
    void randomNetworksAgree();
    void everyModelAgreesAcrossBackEnds();
    void naiveModelAgrees_data();
    void naiveModelAgrees();
    void orderOfSynapsesDoesNotMatter();
    void splitRunsAcrossBackEndsAgree();
    void goldenHashes_data();
    void goldenHashes();
    void silenceComesToRest();
    void spikesAreInCanonicalOrder();
    void resetStartsOver();
    void unknownBackEndsAreExplained();
    void wrongInputsAreRefused();
    void statesOfOtherNetworksAreRefused();
    void truncatedStatesAreRefused();
    void damagedStatesAreRefusedOrValid();
};

void TestSimulation::randomNetworksAgree_data()
{
    QTest::addColumn<QString>("backEnd");
    QTest::newRow("AVX2") << "vector-avx2";
    QTest::newRow("AVX-512") << "vector-avx512";
}

void TestSimulation::randomNetworksAgree()
{
    QFETCH(QString, backEnd);
    if (!available(backEnd.toStdString()))
        QSKIP(qPrintable("this CPU cannot run " + backEnd));
    std::size_t total = 0;
    for (std::uint64_t seed = 1; seed <= propertyNetworks; ++seed) {
        const Network network = randomNetwork(seed);
        const auto plan = buildPlan(network);
        BNOF_VERIFY_OK(plan);
        auto reference = make(*plan, "reference");
        BNOF_VERIFY_OK(reference);
        auto vector = make(*plan, backEnd.toStdString());
        BNOF_VERIFY_OK(vector);
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        for (const Stretch& stretch : randomStimulus(network, seed)) {
            BNOF_VERIFY_OK(apply(*reference, stretch));
            BNOF_VERIFY_OK(apply(*vector, stretch));
            reference->run(stretch.ticks, expected);
            vector->run(stretch.ticks, spikes);
            QVERIFY2(spikes == expected, network.name.c_str());
            QVERIFY2(vector->saveState() == reference->saveState(), network.name.c_str());
        }
        QCOMPARE(vector->stateHash(), reference->stateHash());
        QCOMPARE(vector->synapticEvents(), reference->synapticEvents());
        total += spikeCount(spikes);
    }
    qInfo("%zu spikes compared", total);
    QVERIFY(total >= 1000000);
}

void TestSimulation::everyModelAgreesAcrossBackEnds()
{
    std::map<std::string, std::size_t> covered; // so that no kind of part goes untested unnoticed
    std::size_t total = 0;
    for (std::uint64_t seed = 1001; seed < 1001 + modelNetworks; ++seed) {
        const Network network = randomNetwork(seed, true);
        const auto plan = buildPlan(network);
        if (!plan.ok()) { // some draw weights that an accumulator cannot hold
            QVERIFY2(plan.error().what.find("accumulator") != std::string::npos, plan.error().message().c_str());
            continue;
        }
        for (const Population& population : network.populations)
            ++covered["model " + std::to_string(population.model.index())];
        for (const Projection& projection : network.projections)
            if (projection.plasticity)
                ++covered["rule " + std::to_string(projection.plasticity->rule.index())];
        auto reference = make(*plan, "reference");
        BNOF_VERIFY_OK(reference);
        const std::vector<Stretch> stimulus = affordableStimulus(**plan, seed, 40000);
        SpikesByPopulation expected;
        for (const Stretch& stretch : stimulus) {
            BNOF_VERIFY_OK(apply(*reference, stretch));
            reference->run(stretch.ticks, expected);
        }
        const std::vector<std::uint8_t> state = reference->saveState();
        for (const std::string& backEnd : availableBackEnds()) {
            // Threads have to meet several times a tick, which takes long when all processors are busy.
            if (backEnd == "reference" || (backEnd == "parallel" && seed % 8 != 0))
                continue;
            auto other = make(*plan, backEnd, 2 + static_cast<unsigned>(seed / 8 % 2));
            BNOF_VERIFY_OK(other);
            SpikesByPopulation spikes;
            for (const Stretch& stretch : stimulus) {
                BNOF_VERIFY_OK(apply(*other, stretch));
                other->run(stretch.ticks, spikes);
            }
            const std::string what = network.name + ", " + other->backEndName();
            QVERIFY2(spikes == expected, what.c_str());
            QVERIFY2(other->saveState() == state, what.c_str());
            QVERIFY2(other->activity().events == reference->activity().events, what.c_str());
        }
        total += spikeCount(expected);
    }
    qInfo("%zu spikes compared", total);
    for (const auto& [part, count] : covered)
        qInfo("%s: %zu", part.c_str(), count);
    QCOMPARE(covered.size(), std::size_t{7 + 4});
    QVERIFY(total >= 1000000);
}

void TestSimulation::naiveModelAgrees_data()
{
    QTest::addColumn<bool>("models");
    QTest::addColumn<quint64>("first");
    QTest::addColumn<quint64>("count");
    QTest::newRow("first version") << false << quint64{1} << quint64{12};
    QTest::newRow("every model") << true << quint64{2001} << quint64{60};
}

void TestSimulation::naiveModelAgrees()
{
    QFETCH(bool, models);
    QFETCH(quint64, first);
    QFETCH(quint64, count);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Network network = randomNetwork(seed, models);
        const auto plan = buildPlan(network);
        if (!plan.ok())
            continue;
        Oracle oracle(**plan);
        auto simulation = make(*plan, "auto");
        BNOF_VERIFY_OK(simulation);
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        for (const Stretch& stretch : affordableStimulus(**plan, seed, 10000)) {
            oracle.apply(stretch);
            BNOF_VERIFY_OK(apply(*simulation, stretch));
            oracle.run(stretch.ticks, expected);
            simulation->run(stretch.ticks, spikes);
            QVERIFY2(spikes == expected, network.name.c_str());
            const auto state = decodeState(**plan, simulation->saveState());
            BNOF_VERIFY_OK(state);
            compareNeurons(**plan, *state, oracle);
            compareLearning(*state, oracle);
            if (QTest::currentTestFailed())
                return;
        }
    }
}

void TestSimulation::compareNeurons(const Plan& plan, const NetworkState& state, const Oracle& oracle)
{
    for (std::size_t i = 0; i < state.populations.size(); ++i) {
        const std::string what = plan.network.name + ", " + plan.network.populations[i].name;
        const PopulationState& population = state.populations[i];
        const Oracle::Neurons& neurons = oracle.neurons()[i];
        QVERIFY2(population.membrane.empty() || population.membrane == neurons.membrane, what.c_str());
        QVERIFY2(population.second.empty() || population.second == neurons.second, what.c_str());
        for (std::size_t r = 0; r < 2; ++r)
            QVERIFY2(population.current[r].empty() || population.current[r] == neurons.current[r], what.c_str());
        QVERIFY2(std::equal(population.refractory.begin(), population.refractory.end(), neurons.wait.begin()),
                 what.c_str());
        QVERIFY2(std::equal(population.count.begin(), population.count.end(), neurons.count.begin()), what.c_str());
        QVERIFY2(population.nextSpike.empty() || population.nextSpike == neurons.next, what.c_str());
    }
}

void TestSimulation::compareLearning(const NetworkState& state, const Oracle& oracle)
{
    QCOMPARE(state.learning.size(), oracle.learning().size());
    for (std::size_t i = 0; i < state.learning.size(); ++i) {
        const PlasticState& got = state.learning[i].synapses;
        const NaiveLearning& want = oracle.learning()[i];
        QCOMPARE(got.weights.size(), want.synapses.size());
        for (std::size_t k = 0; k < want.synapses.size(); ++k) {
            QCOMPARE(std::int64_t{got.weights[k]}, want.synapses[k].weight);
            if (!got.eligibilities.empty())
                QCOMPARE(std::int64_t{got.eligibilities[k]}, want.synapses[k].eligibility);
        }
        for (std::size_t n = 0; n < want.pre.size(); ++n) {
            QCOMPARE(got.preTrace[n], want.pre[n].trace);
            QCOMPARE(got.lastArrival[n], want.pre[n].last);
        }
        for (std::size_t n = 0; n < want.post.size(); ++n) {
            QCOMPARE(got.postTrace[n], want.post[n].trace);
            QCOMPARE(got.lastSpike[n], want.post[n].last);
        }
    }
}

void TestSimulation::orderOfSynapsesDoesNotMatter()
{
    constexpr std::ptrdiff_t afterDigest = 8 + 32;
    for (std::uint64_t seed = 3001; seed <= 3012; ++seed) {
        Dice dice(seed);
        Network network = smallNetwork();
        ExplicitList list;
        for (std::uint32_t k = 0; k < 3000; ++k) {
            list.sources.push_back(dice.below(90));
            list.targets.push_back(dice.below(90));
            list.weights.push_back(static_cast<float>(dice.between(0, 0.4)));
        }
        const auto runWith = [&](const ExplicitList& connections, SpikesByPopulation& spikes) {
            network.projections.back() = {{}, 1, 1, Receptor::Excitatory, connections, 1, 1.5};
            auto simulation = make(network, "auto");
            simulation->run(700, spikes);
            return simulation->saveState();
        };
        SpikesByPopulation expected;
        const std::vector<std::uint8_t> state = runWith(list, expected);
        for (std::uint32_t k = 2999; k > 0; --k) {
            const std::uint32_t other = dice.below(k + 1);
            std::swap(list.sources[k], list.sources[other]);
            std::swap(list.targets[k], list.targets[other]);
            std::swap(list.weights[k], list.weights[other]);
        }
        SpikesByPopulation spikes;
        const std::vector<std::uint8_t> shuffled = runWith(list, spikes);
        QVERIFY(spikeCount(spikes) > 500);
        QVERIFY(spikes == expected);
        QVERIFY(std::equal(state.begin() + afterDigest, state.end(), shuffled.begin() + afterDigest, shuffled.end()));
    }
}

void TestSimulation::splitRunsAcrossBackEndsAgree()
{
    std::vector<std::string> backEnds = availableBackEnds();
    for (std::uint64_t seed = 201; seed <= 260; ++seed) {
        const Network network = randomNetwork(seed, seed > 216);
        const auto plan = buildPlan(network);
        if (!plan.ok())
            continue;
        auto whole = make(*plan, "auto");
        BNOF_VERIFY_OK(whole);
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        std::vector<std::uint8_t> state;
        std::size_t turn = seed;
        for (const Stretch& stretch : randomStimulus(network, seed)) {
            BNOF_VERIFY_OK(apply(*whole, stretch));
            whole->run(stretch.ticks, expected);
            std::uint32_t left = stretch.ticks;
            for (bool first = true; left > 0; first = false) {
                auto part = make(*plan, backEnds[turn++ % backEnds.size()]);
                BNOF_VERIFY_OK(part);
                if (!state.empty())
                    BNOF_VERIFY_OK(part->loadState(state));
                if (first)
                    BNOF_VERIFY_OK(apply(*part, stretch));
                const std::uint32_t ticks = std::min(left, static_cast<std::uint32_t>(1 + turn * 17 % 61));
                part->run(ticks, spikes);
                left -= ticks;
                state = part->saveState();
            }
        }
        QVERIFY2(spikes == expected, network.name.c_str());
        QVERIFY2(state == whole->saveState(), network.name.c_str());
    }
}

void TestSimulation::goldenHashes_data()
{
    QTest::addColumn<bool>("random");
    QTest::addColumn<QString>("spikes");
    QTest::addColumn<QString>("state");
    QTest::newRow("small") << false << "1897bbae910f00538492faffc3e67e371a04d0f29a0facfd85367c668548d02e"
                           << "a911cb1580fc4dfc69a06867a531a9dc8b2e1c5f6008eab5bf892c8cfaa7ce74";
    QTest::newRow("random") << true << "c27f9a6ca71e4a729ecdc87c332063b221b287fa7ad2269b9a936976ecc87d1d"
                            << "8b59388144dd3106e1eabc9d27433e7b4878b2159ae44b3be7d1dfd5bd5c924d";
}

void TestSimulation::goldenHashes()
{
    // What these networks gave when the model was fixed. A difference means that recordings made before no
    // longer replay to the same bits.
    QFETCH(bool, random);
    QFETCH(QString, spikes);
    QFETCH(QString, state);
    const Network network = random ? randomNetwork(7) : smallNetwork();
    for (const std::string& backEnd : availableBackEnds()) {
        auto simulation = make(network, backEnd);
        BNOF_VERIFY_OK(simulation);
        SpikesByPopulation fired;
        for (const Stretch& stretch : randomStimulus(network, 7)) {
            BNOF_VERIFY_OK(apply(*simulation, stretch));
            simulation->run(stretch.ticks + 500, fired);
        }
        QVERIFY(spikeCount(fired) > 1000);
        QCOMPARE(QString::fromStdString(spikesHash(fired)), spikes);
        QCOMPARE(QString::fromStdString(simulation->stateHash()), state);
    }
}

void TestSimulation::silenceComesToRest()
{
    const Network network = smallNetwork();
    const auto plan = buildPlan(network);
    BNOF_VERIFY_OK(plan);
    std::string expected;
    for (const std::string& backEnd : availableBackEnds()) {
        auto simulation = make(network, backEnd);
        BNOF_VERIFY_OK(simulation);
        SpikesByPopulation spikes;
        simulation->run(400, spikes);
        QVERIFY(!spikes[1].empty());
        BNOF_VERIFY_OK(simulation->setRates(0, std::vector<float>(40, 0.0F)));
        for (int k = 0; k < 300; ++k) { // every state on the way down is free of denormals
            simulation->run(7, spikes);
            const auto state = decodeState(**plan, simulation->saveState());
            BNOF_VERIFY_OK(state);
            for (const PopulationState& population : state->populations)
                for (const auto& currents : population.current)
                    for (const float current : currents)
                        QVERIFY(current == 0 || current >= 0x1p-40F);
        }
        const auto rest = decodeState(**plan, simulation->saveState());
        BNOF_VERIFY_OK(rest);
        for (const PopulationState& population : rest->populations)
            for (const auto& currents : population.current)
                QVERIFY(std::all_of(currents.begin(), currents.end(),
                                    [](float current) { return std::bit_cast<std::uint32_t>(current) == 0; }));
        if (expected.empty())
            expected = simulation->stateHash();
        QCOMPARE(simulation->stateHash(), expected);
    }
}

void TestSimulation::spikesAreInCanonicalOrder()
{
    for (const std::string& backEnd : availableBackEnds()) {
        auto simulation = make(smallNetwork(), backEnd);
        BNOF_VERIFY_OK(simulation);
        SpikesByPopulation spikes;
        simulation->run(300, spikes);
        const std::size_t before = spikes[1].size();
        simulation->run(300, spikes); // appended to what is there
        QVERIFY(before > 0 && spikes[1].size() > before);
        for (const auto& population : spikes)
            QVERIFY(std::is_sorted(population.begin(), population.end(), [](const Spike& a, const Spike& b) {
                return a.tick != b.tick ? a.tick < b.tick : a.neuron < b.neuron;
            }));
        QCOMPARE(simulation->tick(), std::uint64_t{600});
    }
}

void TestSimulation::resetStartsOver()
{
    auto simulation = make(smallNetwork(), "auto");
    BNOF_VERIFY_OK(simulation);
    const std::string initial = simulation->stateHash();
    SpikesByPopulation first;
    simulation->run(333, first);
    BNOF_VERIFY_OK(simulation->setDrive(1, std::vector<float>(90, 20.0F)));
    SpikesByPopulation other;
    simulation->run(50, other);
    QVERIFY(simulation->stateHash() != initial);
    simulation->reset();
    QCOMPARE(simulation->stateHash(), initial);
    SpikesByPopulation again;
    simulation->run(333, again);
    QVERIFY(again == first);
}

void TestSimulation::unknownBackEndsAreExplained()
{
    const auto unknown = make(smallNetwork(), "abacus");
    QVERIFY(!unknown.ok());
    QVERIFY(unknown.error().kind == ErrorKind::Usage);
    QVERIFY(unknown.error().remedy.find("reference") != std::string::npos);
    if (!available("vector-avx512")) {
        const auto missing = make(smallNetwork(), "vector-avx512");
        QVERIFY(!missing.ok());
        QVERIFY(missing.error().where.find("vector-avx512") != std::string::npos);
    }
    QCOMPARE(availableBackEnds().back(), std::string("reference"));
    auto automatic = make(smallNetwork(), "auto");
    BNOF_VERIFY_OK(automatic);
    auto fastest = make(smallNetwork(), availableBackEnds().front());
    BNOF_VERIFY_OK(fastest);
    QCOMPARE(automatic->backEndName(), fastest->backEndName());
}

void TestSimulation::wrongInputsAreRefused()
{
    auto simulation = make(smallNetwork(), "auto");
    BNOF_VERIFY_OK(simulation);
    const std::string before = simulation->stateHash();
    std::vector<float> drive(90, 1.0F);
    QVERIFY(!simulation->setDrive(9, drive).ok());
    QVERIFY(!simulation->setDrive(0, std::vector<float>(40, 1.0F)).ok()); // Poisson
    QVERIFY(!simulation->setRates(1, drive).ok());                        // LIF
    QVERIFY(!simulation->setDrive(1, std::vector<float>(89, 1.0F)).ok());
    drive[17] = std::numeric_limits<float>::quiet_NaN();
    const auto notANumber = simulation->setDrive(1, drive);
    QVERIFY(!notANumber.ok());
    QVERIFY(notANumber.error().what.find("neuron 17") != std::string::npos);
    drive[17] = std::numeric_limits<float>::infinity();
    QVERIFY(!simulation->setDrive(1, drive).ok());
    std::vector<float> rates(40, 10.0F);
    rates[3] = -1;
    QVERIFY(!simulation->setRates(0, rates).ok());
    rates[3] = 2001; // more than a spike a tick of 0.5 ms
    QVERIFY(!simulation->setRates(0, rates).ok());
    QCOMPARE(simulation->stateHash(), before);
}

void TestSimulation::statesOfOtherNetworksAreRefused()
{
    auto simulation = make(smallNetwork(), "auto");
    BNOF_VERIFY_OK(simulation);
    Network other = smallNetwork();
    other.projections[0].weight += 1;
    auto changed = make(other, "auto");
    BNOF_VERIFY_OK(changed);
    const auto result = changed->loadState(simulation->saveState());
    QVERIFY(!result.ok());
    QVERIFY(result.error().what.find("another network") != std::string::npos);
    std::vector<std::uint8_t> longer = simulation->saveState();
    longer.push_back(0);
    QVERIFY(!simulation->loadState(longer).ok());
    QVERIFY(!simulation->loadState({}).ok());
}

void TestSimulation::truncatedStatesAreRefused()
{
    auto simulation = make(tinyNetwork(), "auto");
    BNOF_VERIFY_OK(simulation);
    SpikesByPopulation spikes;
    simulation->run(101, spikes);
    const std::vector<std::uint8_t> state = simulation->saveState();
    const std::string hash = simulation->stateHash();
    for (std::size_t length = 0; length < state.size(); ++length) {
        const std::vector<std::uint8_t> cut(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(length));
        QVERIFY(!simulation->loadState(cut).ok());
    }
    QCOMPARE(simulation->stateHash(), hash); // a refused state leaves the old one alone
}

void TestSimulation::damagedStatesAreRefusedOrValid()
{
    const Network network = tinyNetwork();
    auto source = make(network, "reference");
    auto fast = make(network, "auto");
    BNOF_VERIFY_OK(source);
    BNOF_VERIFY_OK(fast);
    SpikesByPopulation spikes;
    source->run(101, spikes);
    const std::vector<std::uint8_t> state = source->saveState();
    std::size_t refused = 0;
    std::size_t loaded = 0;
    for (std::size_t at = 0; at < state.size(); ++at) {
        for (const std::uint8_t flip : {0x01, 0x40, 0x80, 0xFF}) {
            std::vector<std::uint8_t> damaged = state;
            damaged[at] ^= flip;
            if (!source->loadState(damaged).ok()) {
                ++refused;
                continue;
            }
            ++loaded;
            QVERIFY(source->saveState() == damaged); // what is accepted is kept as it is
            BNOF_VERIFY_OK(fast->loadState(damaged));
            SpikesByPopulation expected;
            SpikesByPopulation fired;
            source->run(9, expected);
            fast->run(9, fired);
            QVERIFY(fired == expected);
            QVERIFY(fast->saveState() == source->saveState());
        }
    }
    QVERIFY(refused > 0 && loaded > 0);
}

QTEST_GUILESS_MAIN(TestSimulation)
#include "tst_simulation.moc"
