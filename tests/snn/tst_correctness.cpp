// SPDX-License-Identifier: GPL-3.0-or-later
// The exact network is also the right one: rates, regularity and survival against double precision with exact
// exponentials and unrounded weights, on the same graph with the same input spikes. Recurrence amplifies any rounding,
// so statistics are compared there, and single neurons only where nothing feeds back.
#include <cmath>

#include "tests/snn/double_reference.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;
using namespace bnof::test;

namespace {

Projection connect(std::uint32_t source, std::uint32_t target, Receptor receptor, double weight,
                   decltype(Projection::connectivity) rule, double delayMs)
{
    Projection projection;
    projection.source = source;
    projection.target = target;
    projection.receptor = receptor;
    projection.connectivity = std::move(rule);
    projection.weight = weight;
    projection.delayMs = delayMs;
    return projection;
}

/// 3,200 excitatory and 800 inhibitory neurons, every pair with 2 % (Vogels & Abbott 2005), and 400 sources.
Network balanced(const NeuronModel& model, double tickMs, double excitation, double inhibition, std::uint64_t seed)
{
    Network network;
    network.tickMs = tickMs;
    network.seed = seed;
    network.populations = {
        {"e", 3200, model}, {"i", 800, model}, {"kick", 400, PoissonParameters{0, PoissonSampling::Intervals}}};
    for (std::uint32_t target = 0; target < 2; ++target) {
        network.projections.push_back(
            connect(0, target, Receptor::Excitatory, excitation, FixedProbability{0.02}, 0.8));
        network.projections.push_back(
            connect(1, target, Receptor::Inhibitory, inhibition, FixedProbability{0.02}, 0.8));
        network.projections.push_back(
            connect(2, target, Receptor::Excitatory, excitation, FixedProbability{0.02}, 0.8));
    }
    return network;
}

ConductanceLifParameters conductanceCell()
{
    ConductanceLifParameters cell;
    cell.lif.refractoryMs = 5;
    return cell;
}

/// What the engine and the double precision network do with the same input.
struct Pair {
    SpikesByPopulation exact;
    SpikesByPopulation reference;
};

/// `kickTicks` of `kickHz` in the last population (a Poisson source), then none.
Pair runBoth(const Network& network, std::uint32_t kickTicks, float kickHz, std::uint32_t ticks)
{
    const auto plan = buildPlan(network).value();
    auto simulation = Simulation::create(plan).value();
    const auto source = static_cast<std::uint32_t>(network.populations.size() - 1);
    const std::uint32_t size = network.populations[source].size;
    Pair pair;
    if (kickTicks > 0) {
        (void)simulation.setRates(source, std::vector<float>(size, kickHz));
        simulation.run(kickTicks, pair.exact);
        (void)simulation.setRates(source, std::vector<float>(size, 0.0F));
    }
    simulation.run(ticks - kickTicks, pair.exact);
    pair.reference = DoubleNetwork(*plan).run(ticks, pair.exact);
    return pair;
}

/// Neurons of one population, each with its own drive and its own Poisson input.
struct Driven {
    SpikesByPopulation exact;
    SpikesByPopulation reference;
};

Driven runDriven(const NeuronModel& model, double weight, double lowestDrive, double highestDrive, std::uint32_t ticks)
{
    constexpr std::uint32_t size = 256;
    Network network;
    network.tickMs = 0.5;
    network.seed = 31;
    network.populations = {{"cells", size, model}, {"input", size, PoissonParameters{40}}};
    network.projections = {connect(1, 0, Receptor::Excitatory, weight, FixedInDegree{8}, 1),
                           connect(1, 0, Receptor::Inhibitory, weight, FixedInDegree{5}, 1.5)};
    const auto plan = buildPlan(network).value();
    auto simulation = Simulation::create(plan).value();
    std::vector<float> drive(size);
    for (std::uint32_t n = 0; n < size; ++n)
        drive[n] = static_cast<float>(lowestDrive + (highestDrive - lowestDrive) * n / (size - 1));
    (void)simulation.setDrive(0, drive);
    Driven result;
    simulation.run(ticks, result.exact);
    DoubleNetwork reference(*plan);
    reference.neurons[0].setDrive({drive.begin(), drive.end()});
    result.reference = reference.run(ticks, result.exact);
    return result;
}

} // namespace

class TestCorrectness : public test::Suite {
    Q_OBJECT

private:
    void compareNeuronByNeuron(const Driven& driven, double ticks);

private slots:
    void currentBasedNetwork();
    void conductanceBasedNetworksLiveOrDieTogether();
    void conductanceBasedRates();
    void adaptiveNeurons();
    void izhikevichNeurons();
};

void TestCorrectness::currentBasedNetwork()
{
    constexpr double tickMs = 0.2;
    constexpr std::uint32_t ticks = 25000; // 5 s
    LifParameters lif;
    lif.restMv = -49; // above the threshold: the drive of the published model
    lif.refractoryMs = 5;
    const Pair pair = runBoth(balanced(lif, tickMs, 1.62, 9, 1), 0, 0, ticks);
    for (std::size_t i = 0; i < 2; ++i) {
        const std::uint32_t size = i == 0 ? 3200 : 800;
        const Firing exact = firingOf(pair.exact[i], size, ticks, tickMs);
        const Firing reference = firingOf(pair.reference[i], size, ticks, tickMs);
        qInfo("rate %.3f Hz, double precision %.3f Hz; variation %.3f, %.3f", exact.rateHz, reference.rateHz,
              exact.variation, reference.variation);
        QVERIFY(reference.rateHz > 4 && reference.rateHz < 8);
        QVERIFY(std::abs(exact.rateHz - reference.rateHz) < 0.04 * reference.rateHz);
        QVERIFY(std::abs(exact.variation - reference.variation) < 0.04);
    }
}

void TestCorrectness::conductanceBasedNetworksLiveOrDieTogether()
{
    // With a third of the published excitation, activity ends soon after the kick; with all of it, it goes on.
    constexpr double tickMs = 0.1;
    constexpr std::uint32_t ticks = 5000;
    const auto alive = [](const SpikesByPopulation& spikes) {
        return std::any_of(spikes[0].begin(), spikes[0].end(), [](const Spike& s) { return s.tick >= ticks - 500; });
    };
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        const Pair weak = runBoth(balanced(conductanceCell(), tickMs, 0.2, 6.7, seed), 500, 200, ticks);
        QVERIFY(!weak.exact[0].empty() && !weak.reference[0].empty());
        QVERIFY(!alive(weak.exact));
        QVERIFY(!alive(weak.reference));
    }
}

void TestCorrectness::conductanceBasedRates()
{
    constexpr double tickMs = 0.1;
    constexpr std::uint32_t ticks = 8000;
    double exact = 0;
    double reference = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const Pair pair = runBoth(balanced(conductanceCell(), tickMs, 0.6, 6.7, seed), 500, 200, ticks);
        for (const SpikesByPopulation* spikes : {&pair.exact, &pair.reference})
            QVERIFY(std::any_of((*spikes)[0].begin(), (*spikes)[0].end(),
                                [](const Spike& s) { return s.tick >= ticks - 300; })); // both live
        exact += firingOf(pair.exact[0], 3200, ticks, tickMs).rateHz / 3;
        reference += firingOf(pair.reference[0], 3200, ticks, tickMs).rateHz / 3;
    }
    qInfo("rate %.3f Hz, exponential Euler in double precision %.3f Hz", exact, reference);
    QVERIFY(reference > 10 && reference < 30);
    QVERIFY(std::abs(exact - reference) < 0.03 * reference);
}

/// Nothing feeds back, so a neuron can only differ by a spike that falls on the edge of a tick.
void TestCorrectness::compareNeuronByNeuron(const Driven& driven, double ticks)
{
    std::vector<int> difference(256, 0);
    std::size_t spikes = 0;
    for (const Spike& spike : driven.exact[0])
        ++difference[spike.neuron];
    for (const Spike& spike : driven.reference[0]) {
        --difference[spike.neuron];
        ++spikes;
    }
    int worst = 0;
    int sum = 0;
    for (const int d : difference) {
        worst = std::max(worst, std::abs(d));
        sum += d;
    }
    qInfo("%zu spikes (%.1f Hz); %d more or less in all, %d at most in a neuron", spikes,
          static_cast<double>(spikes) / 256 / (ticks * 0.5e-3), sum, worst);
    QVERIFY(spikes > 10000);
    QVERIFY(std::abs(sum) < 0.002 * static_cast<double>(spikes));
    const double each = static_cast<double>(spikes) / 256;
    QVERIFY(worst <= std::max(3.0, 0.01 * each)); // edges met are in proportion to the spikes
}

void TestCorrectness::adaptiveNeurons()
{
    constexpr std::uint32_t ticks = 20000;
    AdaptiveLifParameters model;
    const Driven adaptive = runDriven(model, 1.5, 4, 30, ticks);
    compareNeuronByNeuron(adaptive, ticks);
    model.adaptationStepMv = 0;
    const Driven plain = runDriven(model, 1.5, 4, 30, ticks);
    compareNeuronByNeuron(plain, ticks);
    QVERIFY(adaptive.exact[0].size() * 3 < plain.exact[0].size() * 2); // adaptation takes its share
}

void TestCorrectness::izhikevichNeurons()
{
    constexpr std::uint32_t ticks = 20000;
    compareNeuronByNeuron(runDriven(IzhikevichParameters{}, 1, 3, 20, ticks), ticks);
    IzhikevichParameters fast; // fast spiking (Izhikevich 2003)
    fast.a = 0.1;
    fast.d = 2;
    compareNeuronByNeuron(runDriven(fast, 1, 3, 20, ticks), ticks);
}

QTEST_GUILESS_MAIN(TestCorrectness)
#include "tst_correctness.moc"
