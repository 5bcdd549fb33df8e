// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_networks.h"

namespace bnof::bench {
namespace {

using namespace snn;

constexpr double delayMs = 0.8;

Projection connect(std::uint32_t source, std::uint32_t target, Receptor receptor, double weight,
                   decltype(Projection::connectivity) rule)
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

Network emptyNetwork(std::string name)
{
    Network network;
    network.name = std::move(name);
    network.tickMs = 0.1;
    network.seed = 1;
    return network;
}

/// 3,200 excitatory (population 0) and 800 inhibitory neurons, every pair with 2 %.
void addBalancedPair(Network& network, const NeuronModel& model, double excitation, double inhibition)
{
    network.populations.push_back({"excitatory", 3200, model});
    network.populations.push_back({"inhibitory", 800, model});
    for (std::uint32_t target = 0; target < 2; ++target) {
        network.projections.push_back(connect(0, target, Receptor::Excitatory, excitation, FixedProbability{0.02}));
        network.projections.push_back(connect(1, target, Receptor::Inhibitory, inhibition, FixedProbability{0.02}));
    }
}

} // namespace

Network cubaNetwork()
{
    Network network = emptyNetwork("cuba4000");
    LifParameters lif;
    lif.membraneTimeConstantMs = 20;
    lif.restMv = -49; // above the threshold: the drive of the published model
    lif.thresholdMv = -50;
    lif.resetMv = -60;
    lif.refractoryMs = 5;
    lif.excitatoryTimeConstantMs = 5;
    lif.inhibitoryTimeConstantMs = 10;
    addBalancedPair(network, lif, 1.62, 9);
    return network;
}

Network cobaNetwork()
{
    Network network = emptyNetwork("coba4000");
    ConductanceLifParameters model;
    model.lif.membraneTimeConstantMs = 20;
    model.lif.restMv = -60;
    model.lif.thresholdMv = -50;
    model.lif.resetMv = -60;
    model.lif.refractoryMs = 5;
    model.lif.excitatoryTimeConstantMs = 5;
    model.lif.inhibitoryTimeConstantMs = 10;
    model.excitatoryReversalMv = 0;
    model.inhibitoryReversalMv = -80;
    addBalancedPair(network, model, 0.6, 6.7); // 6 and 67 nS over a leak of 10 nS
    network.populations.push_back({"kick", 400, PoissonParameters{0, PoissonSampling::Intervals}});
    for (std::uint32_t target = 0; target < 2; ++target)
        network.projections.push_back(connect(cobaKick, target, Receptor::Excitatory, 0.6, FixedProbability{0.02}));
    return network;
}

Network mushroomBody(std::uint32_t kenyonCells, bool plastic)
{
    Network network = emptyNetwork("mb" + std::to_string(kenyonCells) + (plastic ? "_stdp" : "_static"));
    LifParameters cell;
    cell.refractoryMs = 2;
    const double share = 2500.0 / kenyonCells; // each Kenyon cell's part of what the two converging neurons get
    network.populations = {{"projection", 100, PoissonParameters{50, PoissonSampling::Intervals}},
                           {"kenyon", kenyonCells, cell},
                           {"apl", 1, cell},
                           {"output", 100, cell}};
    network.projections = {connect(0, 1, Receptor::Excitatory, 3.25, FixedInDegree{10}),
                           connect(1, 2, Receptor::Excitatory, 0.95 * share, AllToAll{}),
                           connect(2, 1, Receptor::Inhibitory, 5, AllToAll{}),
                           connect(1, 3, Receptor::Excitatory, 0.87 * share, AllToAll{})};
    if (plastic) {
        Plasticity stdp;
        stdp.rule = PairStdp{20, 20, 1e-4 * share, 1.2e-4 * share};
        stdp.maximumWeight = 4.8 * share;
        network.projections[3].plasticity = stdp;
    }
    return network;
}

Network flySized(std::uint32_t neurons)
{
    const std::uint32_t excitatory = neurons / 10 * 7;
    const std::uint32_t inhibitory = neurons - excitatory;
    Network network = emptyNetwork("fly138k");
    LifParameters lif;
    lif.refractoryMs = 2.2;
    network.populations = {{"excitatory", excitatory, lif},
                           {"inhibitory", inhibitory, lif},
                           {"input e", excitatory, PoissonParameters{24, PoissonSampling::Intervals}},
                           {"input i", inhibitory, PoissonParameters{24, PoissonSampling::Intervals}}};
    // 15.0 million synapses: 108.7 onto each neuron.
    for (std::uint32_t target = 0; target < 2; ++target) {
        network.projections.push_back(connect(0, target, Receptor::Excitatory, 0.5, FixedInDegree{76}));
        network.projections.push_back(connect(1, target, Receptor::Inhibitory, 1.0, FixedInDegree{33}));
        network.projections.push_back(connect(target + 2, target, Receptor::Excitatory, 48, OneToOne{}));
    }
    for (Projection& projection : network.projections)
        projection.delayMs = 1.8;
    return network;
}

} // namespace bnof::bench
