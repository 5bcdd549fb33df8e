// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <set>

#include "engine/base/philox.h"
#include "engine/snn/connectivity.h"
#include "engine/snn/quantise.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;

namespace {

Network pairOf(std::uint32_t sources, std::uint32_t targets, decltype(Projection::connectivity) rule, double weight = 1)
{
    Network network;
    network.seed = 11;
    network.populations = {{"in", sources, PoissonParameters{}}, {"out", targets, LifParameters{}}};
    network.projections = {{"", 0, 1, Receptor::Excitatory, std::move(rule), weight, 1}};
    return network;
}

Synapses build(const Network& network)
{
    return buildSynapses(network, 0, receptorScales(network)[receptorIndex(network.projections[0])]);
}

} // namespace

class TestConnectivity : public test::Suite {
    Q_OBJECT

private slots:
    void fixedInDegreeDrawsDifferentSources_data();
    void fixedInDegreeDrawsDifferentSources();
    void fixedProbabilityHasTheRightDistribution_data();
    void fixedProbabilityHasTheRightDistribution();
    void seedsAndProjectionsDrawIndependently();
    void formsAreChosenByStructure();
    void explicitListsKeepEverySynapse();
    void blocksHoldTheSameSynapses();
    void smallWeightsAreNearest();
    void halvesThatRoundUpKeepTheirSign();
    void weightsAreRoundedToTheReceptorScale();
};

void TestConnectivity::fixedInDegreeDrawsDifferentSources_data()
{
    QTest::addColumn<unsigned>("sources");
    QTest::addColumn<unsigned>("targets");
    QTest::addColumn<unsigned>("degree");
    QTest::newRow("few of many") << 1000U << 2000U << 10U;
    QTest::newRow("half") << 20U << 3000U << 10U;
    QTest::newRow("most") << 50U << 2000U << 45U;
    QTest::newRow("one") << 7U << 9U << 1U;
    QTest::newRow("none") << 7U << 9U << 0U;
    QTest::newRow("wide targets") << 30U << 70000U << 6U;
}

void TestConnectivity::fixedInDegreeDrawsDifferentSources()
{
    QFETCH(unsigned, sources);
    QFETCH(unsigned, targets);
    QFETCH(unsigned, degree);
    const Synapses s = build(pairOf(sources, targets, FixedInDegree{degree}));
    QCOMPARE(s.count(), std::uint64_t{targets} * degree);
    std::vector<unsigned> inDegree(targets, 0);
    std::size_t distinct = 0;
    for (std::uint32_t source = 0; source < sources; ++source) {
        std::set<std::uint32_t> row;
        s.forEachOf(source, [&](std::uint32_t target, std::size_t) {
            row.insert(target);
            ++inDegree[target];
        });
        distinct += row.size();
        // Out-degrees are binomial with p = degree / sources.
        const double p = static_cast<double>(degree) / sources;
        const double deviation = std::sqrt(targets * p * (1 - p));
        QVERIFY(std::abs(static_cast<double>(row.size()) - targets * p) <= 6 * deviation);
    }
    QCOMPARE(std::uint64_t{distinct}, s.count()); // no pair twice
    QVERIFY(std::all_of(inDegree.begin(), inDegree.end(), [&](unsigned d) { return d == degree; }));
}

void TestConnectivity::fixedProbabilityHasTheRightDistribution_data()
{
    QTest::addColumn<unsigned>("sources");
    QTest::addColumn<unsigned>("targets");
    QTest::addColumn<double>("p");
    QTest::newRow("sparse") << 3000U << 5000U << 0.002;
    QTest::newRow("tenth") << 500U << 3000U << 0.1;
    QTest::newRow("dense") << 200U << 700U << 0.9;
    QTest::newRow("very rare") << 60000U << 70000U << 1e-6;
    QTest::newRow("never") << 50U << 70U << 0.0;
}

void TestConnectivity::fixedProbabilityHasTheRightDistribution()
{
    QFETCH(unsigned, sources);
    QFETCH(unsigned, targets);
    QFETCH(double, p);
    const Synapses s = build(pairOf(sources, targets, FixedProbability{p}));
    const double pairs = static_cast<double>(sources) * targets;
    QVERIFY(std::abs(static_cast<double>(s.count()) - pairs * p) <= 6 * std::sqrt(pairs * p * (1 - p)));
    std::vector<unsigned> inDegree(targets, 0);
    bool ascending = true; // so no pair twice
    std::uint64_t last = 0;
    s.forEach([&](std::uint32_t source, std::uint32_t target, std::size_t) {
        const std::uint64_t pair = (std::uint64_t{source} << 32 | target) + 1;
        ascending = ascending && pair > last;
        last = pair;
        ++inDegree[target];
    });
    QVERIFY(ascending);
    // In-degrees are binomial: their variance tells a skewed generator from a right one.
    double variance = 0;
    for (const unsigned degree : inDegree)
        variance += (degree - sources * p) * (degree - sources * p) / targets;
    const double expected = sources * p * (1 - p);
    QVERIFY(std::abs(variance - expected) <= 6 * std::sqrt((2 * expected * expected + expected) / targets) + 1e-9);
}

void TestConnectivity::seedsAndProjectionsDrawIndependently()
{
    Network network = pairOf(100, 100, FixedProbability{0.2});
    network.projections.push_back(network.projections[0]);
    const ReceptorScale scale = receptorScales(network)[2];
    const Synapses first = buildSynapses(network, 0, scale);
    QVERIFY(buildSynapses(network, 0, scale).blockTargets == first.blockTargets);
    QVERIFY(buildSynapses(network, 1, scale).blockTargets != first.blockTargets);
    ++network.seed;
    QVERIFY(buildSynapses(network, 0, scale).blockTargets != first.blockTargets);
}

void TestConnectivity::formsAreChosenByStructure()
{
    QVERIFY(build(pairOf(5, 7, AllToAll{})).form == RowForm::Shared);
    QVERIFY(build(pairOf(5, 7, FixedProbability{1})).form == RowForm::Shared);
    QVERIFY(build(pairOf(5, 7, FixedInDegree{5})).form == RowForm::Shared);
    QVERIFY(build(pairOf(7, 7, OneToOne{})).form == RowForm::Identity);
    QVERIFY(build(pairOf(5, 65536, FixedProbability{0.1})).form == RowForm::Sparse);
    const Synapses constant = build(pairOf(50, 70, FixedProbability{0.1}));
    QVERIFY(constant.weights.empty());
    ExplicitList dense{{1, 1, 0, 0}, {0, 1, 0, 1}, {}};
    QVERIFY(build(pairOf(2, 2, dense)).form == RowForm::Shared);
    dense.weights = {0.5F, 0.5F, 0.5F, 0.5F};
    QVERIFY(build(pairOf(2, 2, dense)).form == RowForm::Shared);
    dense.weights = {0.25F, 0.5F, 0.75F, 1.0F};
    const Synapses s = build(pairOf(2, 2, dense));
    QVERIFY(s.form == RowForm::Dense);
    QCOMPARE(int{s.weights[0]}, 3 * int{s.weights[paddedSize(2)]}); // (0,0) is 0.75, (1,0) is 0.25
    dense.targets = {0, 1, 0, 0}; // four synapses, but (0,1) is missing and (0,0) is there twice
    QVERIFY(build(pairOf(2, 2, dense)).form == RowForm::Sparse);
}

void TestConnectivity::explicitListsKeepEverySynapse()
{
    ExplicitList list;
    std::multiset<std::array<std::uint32_t, 3>> expected;
    PhiloxSequence random(3, 0);
    for (int k = 0; k < 5000; ++k) {
        list.sources.push_back(random.below(40));
        list.targets.push_back(random.below(30));
        list.weights.push_back(static_cast<float>(random.below(32768)));
    }
    list.weights[0] = 32767; // makes a weight unit 1 mV
    for (std::size_t k = 0; k < list.sources.size(); ++k)
        expected.insert({list.sources[k], list.targets[k], static_cast<std::uint32_t>(list.weights[k])});
    const Synapses s = build(pairOf(40, 30, list));
    std::multiset<std::array<std::uint32_t, 3>> built;
    for (std::uint32_t source = 0; source < 40; ++source)
        for (std::uint32_t k = s.rowStart[source]; k < s.rowStart[source + 1]; ++k)
            built.insert({source, s.blockTargets[k], static_cast<std::uint32_t>(s.weights[k])});
    QVERIFY(built == expected);
}

using Triples = std::vector<std::array<std::uint32_t, 3>>;

Triples triples(const Synapses& s)
{
    Triples all;
    s.forEach([&](std::uint32_t source, std::uint32_t target, std::size_t k) {
        all.push_back({source, target, static_cast<std::uint32_t>(s.weightAt(k))});
    });
    return all;
}

void TestConnectivity::blocksHoldTheSameSynapses()
{
    ExplicitList list;
    PhiloxSequence random(9, 0);
    for (int k = 0; k < 4000; ++k) {
        list.sources.push_back(random.below(40));
        list.targets.push_back(random.below(500));
        list.weights.push_back(static_cast<float>(random.below(32768)));
    }
    for (const Network& network : {pairOf(40, 500, list), pairOf(40, 500, FixedProbability{0.2}),
                                   pairOf(40, 500, FixedInDegree{7}), pairOf(40, 500, AllToAll{})}) {
        const ReceptorScale scale = receptorScales(network)[2];
        const Synapses whole = buildSynapses(network, 0, scale);
        QCOMPARE(whole.blocks(), 1U);
        for (const std::uint32_t blockSize : {64U, 192U, 448U}) {
            const Synapses split = buildSynapses(network, 0, scale, blockSize);
            QCOMPARE(split.blocks(), (500 + blockSize - 1) / blockSize);
            QVERIFY(triples(split) == triples(whole));
        }
    }
    const auto sizes = targetBlockSizes(pairOf(100, 50000, FixedInDegree{10}));
    QVERIFY(sizes[1] % 64 == 0 && sizes[1] <= 65536 && sizes[1] < 50000);           // long rows are split
    QVERIFY(targetBlockSizes(pairOf(10000, 20000, FixedInDegree{10}))[1] >= 20000); // short rows are not
    QVERIFY(targetBlockSizes(pairOf(10, 200000, AllToAll{}))[1] <= 65536);
}

void TestConnectivity::smallWeightsAreNearest()
{
    ExplicitList list;
    for (std::uint32_t k = 0; k < 1000; ++k) {
        list.sources.push_back(k % 50);
        list.targets.push_back(k / 50);
        list.weights.push_back(0.001F * static_cast<float>(k));
    }
    for (const bool dense : {false, true}) {
        Network network = pairOf(50, dense ? 20 : 70, list);
        const Synapses wide = build(network);
        network.projections[0].precision = Precision::Int8;
        const Synapses small = build(network);
        QVERIFY(small.form == (dense ? RowForm::Dense : RowForm::Sparse));
        QVERIFY(small.weights.empty() && !small.smallWeights.empty());
        const Triples exact = triples(wide);
        const Triples rounded = triples(small);
        QCOMPARE(rounded.size(), exact.size());
        for (std::size_t k = 0; k < exact.size(); ++k)
            QVERIFY(std::abs(static_cast<int>(rounded[k][2]) - static_cast<int>(exact[k][2])) <=
                    1 << small.smallShift >> 1);
        network.projections[0].precision = Precision::Float16;
        const Triples half = triples(build(network));
        QVERIFY(half != exact); // eleven bits instead of fifteen
        for (std::size_t k = 0; k < exact.size(); ++k)
            QVERIFY(std::abs(static_cast<double>(half[k][2]) - exact[k][2]) <= 1 + exact[k][2] * 0x1p-11);
    }
}

void TestConnectivity::halvesThatRoundUpKeepTheirSign()
{
    // The largest weight rounds up to a power of two as a half; the scale has to be that of the rounded weight.
    Network network = pairOf(1, 2, ExplicitList{{0, 0}, {0, 1}, {7.9995F, 1.0F}});
    network.projections[0].precision = Precision::Float16;
    const Triples built = triples(build(network));
    QCOMPARE(built[0][2], 8 * built[1][2]);
    QVERIFY(built[0][2] <= 32767);
    std::get<ExplicitList>(network.projections[0].connectivity).weights[1] = 65520;
    const auto refused = validate(network);
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().where.find("weights[1]") != std::string::npos);
}

void TestConnectivity::weightsAreRoundedToTheReceptorScale()
{
    // The two projections share the receptor, so the larger weight sets the unit of both.
    Network network = pairOf(3, 3, AllToAll{}, 1.0);
    network.projections.push_back({"", 0, 1, Receptor::Excitatory, OneToOne{}, 5.0, 1});
    network.projections.push_back({"", 0, 1, Receptor::Inhibitory, OneToOne{}, 0.0, 1});
    const auto scales = receptorScales(network);
    QCOMPARE(scales[2].unitMv(), 0x1p-12); // 5 mV / 32767 lies between 2^-13 and 2^-12
    QCOMPARE(scales[2].quantise(5.0), 20480);
    QCOMPARE(scales[2].quantise(1.0), 4096);
    QCOMPARE(scales[2].quantise(0x1p-13), 1); // a half rounds up
    QCOMPARE(scales[3].quantise(0.0), 0);
    QVERIFY(!scales[0].used && scales[2].used);
    for (const double largest : {32767.0, 32767.5, 65534.0, 1e-3, 1e6, 1e-30}) {
        network.projections[1].weight = largest;
        network.projections[0].weight = 0;
        const ReceptorScale scale = receptorScales(network)[2];
        QVERIFY(scale.quantise(largest) <= 32767);
        QVERIFY(scale.quantise(largest) >= 16384 || largest < 1e-20);
    }
}

QTEST_GUILESS_MAIN(TestConnectivity)
#include "tst_connectivity.moc"
