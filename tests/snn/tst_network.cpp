// SPDX-License-Identifier: GPL-3.0-or-later
#include <functional>
#include <limits>

#include "engine/snn/nir.h"
#include "engine/snn/simulation.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;

namespace {

using Change = std::function<void(Network&)>;

/// A Poisson population and a LIF population, one projection of each rule between them.
Network validNetwork()
{
    Network network;
    network.name = "valid";
    network.populations = {{"in", 10, PoissonParameters{}}, {"out", 10, LifParameters{}}};
    const auto connect = [&](auto rule) {
        network.projections.push_back(
            {"p" + std::to_string(network.projections.size()), 0, 1, Receptor::Excitatory, rule, 1.5, 2.0});
    };
    connect(FixedProbability{0.3});
    connect(FixedInDegree{3});
    connect(ExplicitList{{0, 1, 9}, {3, 3, 9}, {0.5F, 1.0F, 2.0F}});
    connect(OneToOne{});
    connect(AllToAll{});
    return network;
}

LifParameters& lif(Network& network)
{
    return std::get<LifParameters>(network.populations[1].model);
}
ExplicitList& list(Network& network)
{
    return std::get<ExplicitList>(network.projections[2].connectivity);
}

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

Q_DECLARE_METATYPE(Change)

class TestNetwork : public test::Suite {
    Q_OBJECT

private slots:
    void jsonRoundTripsBitForBit();
    void jsonErrorsNameThePath_data();
    void jsonErrorsNameThePath();
    void errorsNameThePath_data();
    void errorsNameThePath();
    void overflowOfDrawnConnectionsIsFoundAtBuild();
    void limitsThemselvesAreAccepted();
    void graphsComeBackBitForBit();
    void graphsOfOthersAreRead();
    void graphsThatCannotBeReadNameTheNode();
};

void TestNetwork::jsonRoundTripsBitForBit()
{
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Network network = test::randomNetwork(seed); // seeds use all 64 bits
        const std::string text = toJson(network).dump(seed % 2 == 0 ? 2 : 0);
        const auto json = Json::parse(text);
        BNOF_VERIFY_OK(json);
        const auto read = networkFromJson(*json);
        BNOF_VERIFY_OK(read);
        QVERIFY(*read == network);
        QCOMPARE(toJson(*read).dump(), toJson(network).dump());
    }
    Network extreme = validNetwork();
    extreme.seed = std::numeric_limits<std::uint64_t>::max();
    extreme.projections[0].weight = 0.1 + 0.2;
    list(extreme).weights[0] = std::numeric_limits<float>::denorm_min();
    const auto read = networkFromJson(*Json::parse(toJson(extreme).dump()));
    BNOF_VERIFY_OK(read);
    QVERIFY(*read == extreme);
}

void TestNetwork::jsonErrorsNameThePath_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("where");
    QTest::newRow("not a network") << R"("bnof-network")"
                                   << R"("recipe")"
                                   << "network.format";
    QTest::newRow("newer version") << R"("version":1)"
                                   << R"("version":2)"
                                   << "network.version";
    QTest::newRow("model") << R"("type":"lif")"
                           << R"("type":"cat")"
                           << "network.populations[1].model.type";
    QTest::newRow("size") << R"("size":10)"
                          << R"("size":-1)"
                          << "network.populations[0].size";
    QTest::newRow("NaN weight") << R"("weight_mv":1.5)"
                                << R"("weight_mv":null)"
                                << "network.projections[0].weight_mv";
    QTest::newRow("dangling name") << R"("target":"out")"
                                   << R"("target":"nowhere")"
                                   << "network.projections[0].target";
    QTest::newRow("dangling index") << R"("source":"in")"
                                    << R"("source":7)"
                                    << "network.projections[0].source";
    QTest::newRow("rule") << R"("rule":"one_to_one")"
                          << R"("rule":"some")"
                          << "network.projections[3].connectivity.rule";
    QTest::newRow("explicit index") << R"("sources":[0,1,9])"
                                    << R"("sources":[0,1.5,9])"
                                    << "network.projections[2].connectivity.sources[1]";
    QTest::newRow("explicit weight") << R"("weights":[0.5,)"
                                     << R"("weights":[null,)"
                                     << "network.projections[2].connectivity.weights[0]";
    QTest::newRow("seed") << R"("seed":1)"
                          << R"("seed":"99999999999999999999")"
                          << "network.seed";
}

void TestNetwork::jsonErrorsNameThePath()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, where);
    QString text = QString::fromStdString(toJson(validNetwork()).dump());
    const qsizetype at = text.indexOf(from);
    QVERIFY2(at >= 0, qPrintable(text));
    text.replace(at, from.size(), to);
    const auto json = Json::parse(text.toStdString());
    BNOF_VERIFY_OK(json);
    const auto result = networkFromJson(*json);
    QVERIFY(!result.ok());
    QCOMPARE(QString::fromStdString(result.error().where), where);
}

void TestNetwork::errorsNameThePath_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("where");
    const auto row = [](const char* name, const char* where, Change change) {
        QTest::newRow(name) << std::move(change) << QString(where);
    };
    row("NaN tick", "network.tick_ms", [](Network& n) { n.tickMs = notANumber; });
    row("zero tick", "network.tick_ms", [](Network& n) { n.tickMs = 0; });
    row("no population", "network.populations", [](Network& n) { n.populations.clear(); });
    row("no name", "network.populations[1].name", [](Network& n) { n.populations[1].name.clear(); });
    row("same name", "network.populations[1].name", [](Network& n) { n.populations[1].name = "in"; });
    row("empty population", "network.populations[0].size", [](Network& n) { n.populations[0].size = 0; });
    row("2^31 neurons", "network.populations[1].size", [](Network& n) { n.populations[1].size = 1U << 31; });
    row("zero time constant", "network.populations[1].model.membrane_time_constant_ms",
        [](Network& n) { lif(n).membraneTimeConstantMs = 0; });
    row("negative time constant", "network.populations[1].model.excitatory_time_constant_ms",
        [](Network& n) { lif(n).excitatoryTimeConstantMs = -5; });
    row("infinite time constant", "network.populations[1].model.inhibitory_time_constant_ms",
        [](Network& n) { lif(n).inhibitoryTimeConstantMs = infinity; });
    row("NaN rest", "network.populations[1].model.rest_mv", [](Network& n) { lif(n).restMv = notANumber; });
    row("reset above threshold", "network.populations[1].model.reset_mv", [](Network& n) { lif(n).resetMv = 0; });
    row("refractory", "network.populations[1].model.refractory_ms", [](Network& n) { lif(n).refractoryMs = 1e6; });
    row("rate", "network.populations[0].model.rate_hz",
        [](Network& n) { std::get<PoissonParameters>(n.populations[0].model).rateHz = 1e5; });
    row("dangling source", "network.projections[1].source", [](Network& n) { n.projections[1].source = 2; });
    row("dangling target", "network.projections[4].target", [](Network& n) { n.projections[4].target = 1U << 31; });
    row("Poisson target", "network.projections[0].target", [](Network& n) { n.projections[0].target = 0; });
    row("NaN weight", "network.projections[0].weight_mv", [](Network& n) { n.projections[0].weight = notANumber; });
    row("negative weight", "network.projections[1].weight_mv", [](Network& n) { n.projections[1].weight = -1; });
    row("delay beyond the ring", "network.projections[2].delay_ms", [](Network& n) { n.projections[2].delayMs = 256; });
    row("NaN delay", "network.projections[2].delay_ms", [](Network& n) { n.projections[2].delayMs = notANumber; });
    row("probability", "network.projections[0].connectivity.probability",
        [](Network& n) { n.projections[0].connectivity = FixedProbability{1.01}; });
    row("in-degree", "network.projections[1].connectivity.in_degree",
        [](Network& n) { n.projections[1].connectivity = FixedInDegree{11}; });
    row("unequal sizes", "network.projections[3].connectivity", [](Network& n) { n.populations[1].size = 11; });
    row("dangling neuron", "network.projections[2].connectivity.targets[2]",
        [](Network& n) { list(n).targets[2] = 10; });
    row("uneven lists", "network.projections[2].connectivity.targets", [](Network& n) { list(n).targets.pop_back(); });
    row("missing weight", "network.projections[2].connectivity.weights",
        [](Network& n) { list(n).weights.pop_back(); });
    row("NaN explicit weight", "network.projections[2].connectivity.weights[1]",
        [](Network& n) { list(n).weights[1] = std::numeric_limits<float>::quiet_NaN(); });
    row("too many synapses", "network.projections[0].connectivity", [](Network& n) {
        n.populations[0].size = n.populations[1].size = 1U << 20;
        n.projections = {n.projections[4]};
    });
    row("accumulator", "network.projections[1].weight_mv", [](Network& n) {
        n.populations[0].size = 40000; // each projection alone would fit
        n.projections = {n.projections[4], n.projections[4]};
        n.projections[0].weight = n.projections[1].weight = 32767;
    });
    row("explicit accumulator", "network.projections[2].connectivity.weights", [](Network& n) {
        list(n) = {std::vector<std::uint32_t>(70000, 1), std::vector<std::uint32_t>(70000, 2), {}};
        n.projections[2].weight = 32767;
    });
}

void TestNetwork::errorsNameThePath()
{
    QFETCH(Change, change);
    QFETCH(QString, where);
    Network network = validNetwork();
    BNOF_VERIFY_OK(validate(network));
    change(network);
    const auto result = validate(network);
    QVERIFY(!result.ok());
    QCOMPARE(QString::fromStdString(result.error().where), where);
    QVERIFY(!result.error().what.empty() && !result.error().remedy.empty());
    const auto simulation = Simulation::create(network);
    QVERIFY(!simulation.ok());
    QCOMPARE(QString::fromStdString(simulation.error().where), where);
}

void TestNetwork::overflowOfDrawnConnectionsIsFoundAtBuild()
{
    Network network;
    network.populations = {{"in", 70000, PoissonParameters{}}, {"out", 3, LifParameters{}}};
    network.projections = {{"", 0, 1, Receptor::Excitatory, FixedProbability{0.99}, 32767, 1}};
    const auto result = Simulation::create(network);
    QVERIFY(!result.ok());
    QCOMPARE(result.error().where, std::string("network.projections[0]"));
    network.projections[0].connectivity = FixedProbability{0.9}; // 63,000 synapses of 32,767 units fit
    BNOF_VERIFY_OK(Simulation::create(network));
}

void TestNetwork::limitsThemselvesAreAccepted()
{
    Network network = validNetwork();
    network.projections[0].delayMs = 255;
    network.projections[0].weight = 1e6;
    network.projections[1].connectivity = FixedInDegree{10};
    std::get<PoissonParameters>(network.populations[0].model).rateHz = 1000;
    BNOF_VERIFY_OK(validate(network));
    auto simulation = Simulation::create(network);
    BNOF_VERIFY_OK(simulation);
    SpikesByPopulation spikes;
    simulation->run(600, spikes);
    QCOMPARE(spikes[0].size(), std::size_t{6000}); // a spike a tick
}

void TestNetwork::graphsComeBackBitForBit()
{
    Network network = validNetwork();
    network.seed = 77;
    network.projections[0].delayMs = 3.5;
    ExplicitList list;
    list.sources = {0, 1, 1};
    list.targets = {0, 0, 1};
    list.weights = {0.1F, 1.0F / 3, 0.0F};
    network.projections.push_back(
        {"list", network.projections[0].source, network.projections[0].target, Receptor::Inhibitory, list, 1, 2});
    BNOF_VERIFY_OK(validate(network));
    const auto text = toNir(network).dump();
    const auto json = Json::parse(text);
    BNOF_VERIFY_OK(json);
    const auto back = networkFromNir(*json);
    BNOF_VERIFY_OK(back);
    QVERIFY(*back == network);
}

void TestNetwork::graphsOfOthersAreRead()
{
    const auto json = Json::parse(R"({"nodes": {
        "input": {"type": "Input", "shape": [2]},
        "w": {"type": "Affine", "weight": [[0.01, -0.02], [0, 0.03], [0.05, 0]], "bias": [0, 0, 0]},
        "d": {"type": "Delay", "delay": [0.002, 0.002, 0.002]},
        "lif": {"type": "CubaLIF", "tau_mem": [0.01, 0.01, 0.01], "tau_syn": 0.004, "r": 1, "v_leak": 0,
                "v_threshold": 0.015, "v_reset": 0, "w_in": 0.004},
        "output": {"type": "Output"}},
        "edges": [["input", "w"], ["w", "d"], ["d", "lif"], ["lif", "output"]]})");
    BNOF_VERIFY_OK(json);
    const auto network = networkFromNir(*json);
    BNOF_VERIFY_OK(network);
    QCOMPARE(network->populations.size(), std::size_t{2});
    const int lif = network->populationIndex("lif");
    const auto& p = std::get<LifParameters>(network->populations[static_cast<std::size_t>(lif)].model);
    QCOMPARE(network->populations[static_cast<std::size_t>(lif)].size, 3U);
    QCOMPARE(p.membraneTimeConstantMs, 10.0);
    QCOMPARE(p.thresholdMv, 15.0);
    QCOMPARE(network->projections.size(), std::size_t{2});
    const auto& up = std::get<ExplicitList>(network->projections[0].connectivity);
    const auto& down = std::get<ExplicitList>(network->projections[1].connectivity);
    QVERIFY(up.sources == (std::vector<std::uint32_t>{0, 1, 0}) && up.targets == (std::vector<std::uint32_t>{0, 1, 2}));
    QVERIFY(std::abs(up.weights[2] - 50) < 1e-4F && std::abs(down.weights[0] - 20) < 1e-4F);
    QCOMPARE(network->projections[0].delayMs, 2.0);
    QVERIFY(network->projections[1].receptor == Receptor::Inhibitory);
}

void TestNetwork::graphsThatCannotBeReadNameTheNode()
{
    const auto refused = [](const char* text, const char* node) {
        const auto network = networkFromNir(*Json::parse(text));
        return !network.ok() && network.error().message().find(node) != std::string::npos;
    };
    QVERIFY(refused(R"({"nodes": {"c": {"type": "Conv2d"}}, "edges": []})", "c"));
    QVERIFY(refused(R"({"nodes": {"n": {"type": "LIF", "tau": [0.01, 0.02]}}, "edges": []})", "nodes.n"));
    QVERIFY(refused(R"({"nodes": {}, "edges": [["a", "b"]]})", "edge"));
    QVERIFY(refused(R"({"edges": []})", "nodes"));
    QVERIFY(refused(R"({"nodes": {"i": {"type": "Input", "shape": [1]}, "o": {"type": "LIF", "shape": [1]},
        "w": {"type": "Linear", "weight": {"shape": [1, 1], "rows": [4], "columns": [0], "values": [1]}}},
        "edges": [["i", "w"], ["w", "o"]]})",
                    "nodes.w"));
}

QTEST_GUILESS_MAIN(TestNetwork)
#include "tst_network.moc"
