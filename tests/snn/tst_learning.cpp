// SPDX-License-Identifier: GPL-3.0-or-later
// That learning does what its equations say: weight distributions against double precision, protocols with known
// spike times against closed forms.
#include <cmath>

#include "tests/snn/double_reference.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

/// 100 projection neurons, 500 Kenyon cells, their shared inhibitor, and 20 output neurons that learn. One step of
/// STDP is about half a unit of 16-bit weights.
Network mushroomBody(std::optional<PlasticStorage> storage)
{
    constexpr double share = 5; // of 2,500 cells' worth of input
    Network network;
    network.tickMs = 0.5;
    network.seed = 4;
    LifParameters cell;
    network.populations = {{"projection", 100, PoissonParameters{50, PoissonSampling::Intervals}},
                           {"kenyon", 500, cell},
                           {"apl", 1, cell},
                           {"output", 20, cell}};
    const auto connect = [&](std::uint32_t source, std::uint32_t target, Receptor receptor, double weight, auto rule) {
        network.projections.push_back({{}, source, target, receptor, rule, weight, 1});
    };
    connect(0, 1, Receptor::Excitatory, 3.25, FixedInDegree{10});
    connect(1, 2, Receptor::Excitatory, 0.95 * share, AllToAll{});
    connect(2, 1, Receptor::Inhibitory, 5, AllToAll{});
    connect(1, 3, Receptor::Excitatory, 0.87 * share, AllToAll{});
    Plasticity stdp;
    stdp.rule = PairStdp{20, 20, 1e-4 * share, 1.2e-4 * share};
    stdp.maximumWeight = 4.8 * share;
    stdp.storage = storage.value_or(PlasticStorage::Int32);
    network.projections[3].plasticity = stdp;
    return network;
}

struct Distribution {
    double mean = 0;
    double deviation = 0;
    double low = 0;  ///< 1 % quantile
    double high = 0; ///< 99 %
};

template <typename Number> Distribution distributionOf(const std::vector<Number>& values)
{
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    Distribution d;
    for (const double value : sorted)
        d.mean += value / static_cast<double>(sorted.size());
    for (const double value : sorted)
        d.deviation += (value - d.mean) * (value - d.mean) / static_cast<double>(sorted.size());
    d.deviation = std::sqrt(d.deviation);
    d.low = sorted[sorted.size() / 100];
    d.high = sorted[sorted.size() - 1 - sorted.size() / 100];
    return d;
}

/// One synapse whose source and target fire at given times. The target is a counter that counts to ten and gets a ten
/// for each of its spikes; the synapse is inhibitory onto a counter at zero, so it never moves the target itself.
class Synapse {
public:
    Synapse(const Plasticity& plasticity, double weight, std::vector<double> preMs, std::vector<double> postMs,
            double tickMs)
    {
        Network network;
        network.tickMs = tickMs;
        const auto list = [](std::vector<double> times) {
            std::vector<std::uint32_t> neurons(times.size(), 0);
            return SpikeListParameters{std::move(times), std::move(neurons)};
        };
        network.populations = {{"pre", 1, list(std::move(preMs))},
                               {"teacher", 1, list(std::move(postMs))},
                               {"post", 1, CounterParameters{10}}};
        Projection learning;
        learning.source = 0;
        learning.target = 2;
        learning.receptor = Receptor::Inhibitory;
        learning.connectivity = OneToOne{};
        learning.weight = weight;
        learning.plasticity = plasticity;
        Projection teacher;
        teacher.source = 1;
        teacher.target = 2;
        teacher.connectivity = OneToOne{};
        teacher.weight = 10;
        network.projections = {learning, teacher};
        m_simulation.emplace(Simulation::create(network).value());
    }

    /// Runs to a time; spike times in the list take effect one tick (the delay) later, on both sides.
    void runTo(double timeMs)
    {
        const double tickMs = m_simulation->network().tickMs;
        m_simulation->run(
            static_cast<std::uint32_t>(std::lround(timeMs / tickMs) - static_cast<long>(m_simulation->tick())),
            m_spikes);
    }
    void modulate(float modulation) { (void)m_simulation->modulate(0, std::vector<float>{modulation}); }
    [[nodiscard]] double weight() const { return static_cast<double>(m_simulation->weights(0)[0]); }
    [[nodiscard]] std::size_t postSpikes() const { return m_spikes.empty() ? 0 : m_spikes[2].size(); }

private:
    std::optional<Simulation> m_simulation;
    SpikesByPopulation m_spikes;
};

/// Pairs of spikes at a frequency, post `lagMs` after pre.
struct Protocol {
    std::vector<double> pre, post;
    double endMs = 0;

    Protocol(int pairs, double frequencyHz, double lagMs)
    {
        for (int k = 0; k < pairs; ++k) {
            pre.push_back(100 + 1000 * k / frequencyHz);
            post.push_back(pre.back() + lagMs);
        }
        endMs = pre.back() + 1000;
    }
};

/// What the triplet rule does, all to all, in double precision.
double tripletChange(const TripletStdp& p, const Protocol& protocol)
{
    double change = 0;
    double r1 = 0;
    double r2 = 0;
    double o1 = 0;
    double o2 = 0;
    double last = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < protocol.pre.size() || j < protocol.post.size()) {
        const bool isPre = j == protocol.post.size() || (i < protocol.pre.size() && protocol.pre[i] < protocol.post[j]);
        const double t = isPre ? protocol.pre[i++] : protocol.post[j++];
        r1 *= std::exp((last - t) / p.tauPlusMs);
        r2 *= std::exp((last - t) / p.tauXMs);
        o1 *= std::exp((last - t) / p.tauMinusMs);
        o2 *= std::exp((last - t) / p.tauYMs);
        last = t;
        if (isPre) {
            change -= o1 * (p.depression + p.tripletDepression * r2);
            r1 += 1;
            r2 += 1;
        } else {
            change += r1 * (p.potentiation + p.tripletPotentiation * o2);
            o1 += 1;
            o2 += 1;
        }
    }
    return change;
}

} // namespace

class TestLearning : public test::Suite {
    Q_OBJECT

private slots:
    void weightDistributionOfPairStdp_data();
    void weightDistributionOfPairStdp();
    void pairWindow_data();
    void pairWindow();
    void tripletsDependOnFrequency_data();
    void tripletsDependOnFrequency();
    void symmetricWindow();
    void rewardTurnsPairingsIntoWeights_data();
    void rewardTurnsPairingsIntoWeights();
    void scalingFindsItsRate_data();
    void scalingFindsItsRate();
};

void TestLearning::weightDistributionOfPairStdp_data()
{
    QTest::addColumn<bool>("narrow");
    QTest::newRow("int32") << false;
    QTest::newRow("int16, rounded at random") << true;
}

void TestLearning::weightDistributionOfPairStdp()
{
    QFETCH(bool, narrow);
    constexpr std::uint32_t ticks = 80000; // 40 s
    const Network network = mushroomBody(narrow ? PlasticStorage::Int16 : PlasticStorage::Int32);
    const auto plan = buildPlan(network);
    BNOF_VERIFY_OK(plan);
    auto simulation = Simulation::create(*plan);
    BNOF_VERIFY_OK(simulation);
    SpikesByPopulation spikes;
    simulation->run(ticks, spikes);
    DoubleNetwork reference(**plan);
    const SpikesByPopulation expected = reference.run(ticks, spikes);

    const Distribution got = distributionOf(simulation->weights(3));
    const Distribution want = distributionOf(reference.synapses[3].weights);
    const double initial = network.projections[3].weight;
    const double rate = firingOf(expected[3], 20, ticks, 0.5).rateHz;
    qInfo("mean %+.5f (double precision %+.5f), deviation %.5f (%.5f), 1 %% %+.5f (%+.5f), 99 %% %+.5f (%+.5f); "
          "Kenyon cells %.2f Hz, outputs %.2f Hz",
          got.mean - initial, want.mean - initial, got.deviation, want.deviation, got.low - initial, want.low - initial,
          got.high - initial, want.high - initial, firingOf(expected[1], 500, ticks, 0.5).rateHz, rate);
    QVERIFY(rate > 10 && rate < 60);
    QVERIFY(std::abs(want.mean - initial) > 0.05 * want.deviation); // there is a drift to get wrong
    QVERIFY(std::abs(got.mean - want.mean) < 0.1 * std::abs(want.mean - initial) + 0.01 * want.deviation);
    QVERIFY((got.mean - initial) * (want.mean - initial) > 0);
    // Rounding at random adds at most a quarter of a squared unit of variance with each change of a weight.
    const double arrivals = firingOf(expected[1], 500, ticks, 0.5).rateHz * ticks * 0.5e-3;
    const double changes = arrivals * (1 + rate * (*plan)->projections[3].plasticity->pre.window() * 0.5e-3);
    const double unit = (*plan)->populations[3].receptors[0].unitMv;
    const double noise = narrow ? unit * std::sqrt(changes) / 2 : 0;
    const double spread = std::hypot(want.deviation, noise);
    qInfo("rounding noise at most %.5f", noise);
    QVERIFY(got.deviation > 0.95 * want.deviation && got.deviation < 1.05 * spread);
    constexpr double onePercent = 2.33; // of a normal distribution, in deviations
    QVERIFY(std::abs(got.low - want.low) < 0.2 * want.deviation + onePercent * noise);
    QVERIFY(std::abs(got.high - want.high) < 0.2 * want.deviation + onePercent * noise);
    const double exactRate = firingOf(spikes[3], 20, ticks, 0.5).rateHz;
    QVERIFY(std::abs(exactRate - rate) < 0.02 * rate);
}

void TestLearning::pairWindow_data()
{
    QTest::addColumn<double>("lagMs");
    for (const double lag : {1.0, 5.0, 20.0, 60.0, -1.0, -5.0, -20.0, -60.0})
        QTest::addRow("post %+g ms", lag) << lag;
}

void TestLearning::pairWindow()
{
    // 20 pairs, far enough apart not to see each other.
    QFETCH(double, lagMs);
    Plasticity plasticity;
    plasticity.rule = PairStdp{17, 34, 0.01, 0.012};
    plasticity.maximumWeight = 2;
    const Protocol protocol(20, 1, lagMs);
    Synapse synapse(plasticity, 1, protocol.pre, protocol.post, 0.5);
    synapse.runTo(protocol.endMs);
    QCOMPARE(synapse.postSpikes(), std::size_t{20});
    const double expected = lagMs > 0 ? 20 * 0.01 * std::exp(-lagMs / 17) : -20 * 0.012 * std::exp(lagMs / 34);
    const double change = synapse.weight() - 1;
    QVERIFY2(std::abs(change - expected) < 0.005 * std::abs(expected) + 1e-5,
             qPrintable(QString("%1 instead of %2").arg(change).arg(expected)));
}

void TestLearning::tripletsDependOnFrequency_data()
{
    QTest::addColumn<double>("frequencyHz");
    QTest::addColumn<double>("lagMs");
    for (const double frequency : {1.0, 10.0, 20.0, 40.0, 50.0})
        for (const double lag : {10.0, -10.0})
            QTest::addRow("%g Hz, post %+g ms", frequency, lag) << frequency << lag;
}

void TestLearning::tripletsDependOnFrequency()
{
    // The pairing protocol of Sjöström et al. (2001) with the constants that Pfister & Gerstner (2006, table 4) found
    // for it: pre before post does nothing at low frequencies and strengthens at high ones, post before pre weakens
    // at low frequencies and strengthens at high ones.
    QFETCH(double, frequencyHz);
    QFETCH(double, lagMs);
    TripletStdp rule{16.8, 33.7, 101, 125, 5e-10, 7e-3, 6.2e-3, 2.3e-4};
    Plasticity plasticity;
    plasticity.rule = rule;
    plasticity.maximumWeight = 4;
    const Protocol protocol(60, frequencyHz, lagMs);
    Synapse synapse(plasticity, 2, protocol.pre, protocol.post, 0.5);
    synapse.runTo(protocol.endMs);
    QCOMPARE(synapse.postSpikes(), std::size_t{60});
    const double change = synapse.weight() - 2;
    const double expected = tripletChange(rule, protocol);
    qInfo("%g Hz, %+g ms: %+.4f, in double precision %+.4f", frequencyHz, lagMs, change, expected);
    QVERIFY(std::abs(change - expected) < 0.01 * std::abs(expected) + 1.5e-3);
    if (frequencyHz == 1)
        QVERIFY(lagMs > 0 ? std::abs(change) < 0.05 : change < -0.2);
    if (frequencyHz == 50)
        QVERIFY(change > 0.2);
}

void TestLearning::symmetricWindow()
{
    for (const double lag : {3.0, 15.0, 40.0, -3.0, -15.0, -40.0}) {
        Plasticity plasticity;
        plasticity.rule = SymmetricStdp{20, 0.02, 0.008};
        plasticity.maximumWeight = 4;
        const Protocol protocol(20, 1, lag);
        Synapse synapse(plasticity, 2, protocol.pre, protocol.post, 0.5);
        synapse.runTo(protocol.endMs);
        const double expected = 20 * (0.02 * std::exp(-std::abs(lag) / 20) - 0.008);
        QVERIFY(std::abs(synapse.weight() - 2 - expected) < 0.005 * std::abs(expected) + 1e-5);
    }
}

void TestLearning::rewardTurnsPairingsIntoWeights_data()
{
    QTest::addColumn<double>("lagMs");
    QTest::addColumn<double>("modulation");
    QTest::newRow("reward after pre before post") << 5.0 << 1.0;
    QTest::newRow("punishment after pre before post") << 5.0 << -0.5;
    QTest::newRow("reward after post before pre") << -5.0 << 1.0;
}

void TestLearning::rewardTurnsPairingsIntoWeights()
{
    QFETCH(double, lagMs);
    QFETCH(double, modulation);
    // The eligibility decays in steps of a sixteenth of its time constant: 10 ms here. The pairing is done just behind
    // one of them, the modulation comes just behind the tenth after it.
    Plasticity plasticity;
    plasticity.rule = ThreeFactor{{20, 20, 0.01, 0.012}, 160, 2};
    plasticity.maximumWeight = 2;
    const double later = 1000; // pairings end here; a tick more for the delay
    Synapse synapse(plasticity, 1, {lagMs > 0 ? later - lagMs : later}, {lagMs > 0 ? later : later + lagMs}, 1);
    synapse.runTo(later + 101);
    QCOMPARE(synapse.weight(), 1.0); // no change without the third factor
    synapse.modulate(static_cast<float>(modulation));
    const double pairing = (lagMs > 0 ? 0.01 : -0.012) * std::exp(-5.0 / 20);
    const double expected = 2 * modulation * pairing * std::exp(-100.0 / 160);
    const double change = synapse.weight() - 1;
    QVERIFY2(std::abs(change - expected) < 0.01 * std::abs(expected),
             qPrintable(QString("%1 instead of %2").arg(change).arg(expected)));
    synapse.runTo(later + 3000);
    synapse.modulate(1); // by then the eligibility has ended
    QVERIFY(std::abs(synapse.weight() - 1 - change) < 1e-6);
}

void TestLearning::scalingFindsItsRate_data()
{
    QTest::addColumn<double>("weight");
    QTest::newRow("from silence") << 0.3;
    QTest::newRow("from too much") << 4.0;
}

void TestLearning::scalingFindsItsRate()
{
    QFETCH(double, weight);
    constexpr double target = 12;
    Network network;
    network.seed = 8;
    network.populations = {{"in", 80, PoissonParameters{25}}, {"out", 40, LifParameters{}}};
    Projection projection;
    projection.source = 0;
    projection.target = 1;
    projection.connectivity = FixedProbability{0.6};
    projection.weight = weight;
    Plasticity plasticity;
    plasticity.rule = PairStdp{20, 20, 0, 0}; // only the scaling
    plasticity.maximumWeight = 16;
    plasticity.scaling = HomeostaticScaling{target, 1000, 0.15};
    projection.plasticity = plasticity;
    network.projections = {projection};
    auto simulation = Simulation::create(network);
    BNOF_VERIFY_OK(simulation);
    SpikesByPopulation before;
    simulation->run(1000, before);
    const double first = static_cast<double>(before[1].size()) / 40;
    QVERIFY(std::abs(first - target) > 0.4 * target);
    SpikesByPopulation meanwhile;
    simulation->run(59000, meanwhile);
    SpikesByPopulation after;
    simulation->run(20000, after);
    const double rate = static_cast<double>(after[1].size()) / 40 / 20;
    qInfo("%.2f Hz at first, %.2f Hz after a minute", first, rate);
    QVERIFY(std::abs(rate - target) < 0.08 * target);
}

QTEST_GUILESS_MAIN(TestLearning)
#include "tst_learning.moc"
