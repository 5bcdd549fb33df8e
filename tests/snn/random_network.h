// SPDX-License-Identifier: GPL-3.0-or-later
// Random but reproducible networks and stimuli: every rule, receptor and delay, sizes around the vector
// widths, driven and undriven populations, and stretches of silence.
#pragma once

#include <set>
#include <vector>

#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/snn/simulation.h"

namespace bnof::test {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_sequence(seed, 0x7E57) {}
    std::uint32_t below(std::uint32_t bound) { return m_sequence.below(bound); }
    double between(double low, double high) { return low + (high - low) * m_sequence.uniform(); }
    bool chance(double p) { return m_sequence.uniform() < p; }

private:
    PhiloxSequence m_sequence;
};

inline std::uint32_t randomSize(Dice& dice)
{
    static constexpr std::uint32_t edges[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 257};
    return dice.chance(0.5) ? edges[dice.below(std::size(edges))] : 20 + dice.below(500);
}

inline snn::LifParameters randomLif(Dice& dice)
{
    snn::LifParameters p;
    p.membraneTimeConstantMs = dice.between(5, 30);
    p.excitatoryTimeConstantMs = dice.chance(0.2) ? p.membraneTimeConstantMs : dice.between(1, 12);
    p.inhibitoryTimeConstantMs = dice.between(2, 20);
    p.restMv = dice.chance(0.1) ? 0 : dice.between(-75, -55);
    p.resetMv = p.restMv - dice.between(0, 5);
    p.thresholdMv = p.restMv + (dice.chance(0.05) ? -0.5 : dice.between(5, 15)); // some fire on their own
    if (p.thresholdMv <= p.resetMv)
        p.resetMv = p.thresholdMv - 3;
    p.refractoryMs = dice.chance(0.3) ? 0 : dice.between(0, 6);
    return p;
}

inline snn::NeuronModel randomModel(Dice& dice, double tickMs)
{
    switch (dice.below(5)) {
    case 0: {
        snn::ConductanceLifParameters p;
        p.lif = randomLif(dice);
        p.excitatoryReversalMv = dice.between(-10, 10);
        p.inhibitoryReversalMv = p.lif.restMv - dice.between(0, 20);
        return p;
    }
    case 1: return snn::AdaptiveLifParameters{randomLif(dice), dice.between(20, 300), dice.between(0, 5)};
    case 2:
        if (tickMs > 1)
            return randomLif(dice);
        return snn::IzhikevichParameters{
            dice.between(0.01, 0.1), dice.between(0.1, 0.3), dice.between(-70, -50), dice.between(0, 8), 30,
            dice.between(2, 8),      dice.between(2, 12)};
    case 3: return snn::CounterParameters{dice.between(0.5, 30)};
    default: return randomLif(dice);
    }
}

inline snn::NeuronModel randomSource(Dice& dice, double tickMs, std::uint32_t size)
{
    if (dice.chance(0.25)) {
        snn::SpikeListParameters list;
        for (std::uint32_t k = dice.below(400); k > 0; --k) {
            list.timesMs.push_back(dice.between(0, 500) * tickMs);
            list.neurons.push_back(dice.below(size));
        }
        return list;
    }
    return snn::PoissonParameters{dice.between(0, 200) / tickMs,
                                  dice.chance(0.5) ? snn::PoissonSampling::Intervals : snn::PoissonSampling::EveryTick};
}

inline snn::Plasticity randomPlasticity(Dice& dice, double tickMs, double weight)
{
    snn::Plasticity p;
    p.maximumWeight = weight * dice.between(1, 2) + 0.1;
    p.storage = dice.chance(0.5) ? snn::PlasticStorage::Int16 : snn::PlasticStorage::Int32;
    const double step = p.maximumWeight * dice.between(0.001, 0.1);
    const snn::PairStdp pair{tickMs * dice.between(3, 30), tickMs * dice.between(3, 30), step,
                             step * dice.between(0.5, 1.5)};
    switch (dice.below(4)) {
    case 0: p.rule = pair; break;
    case 1:
        p.rule =
            snn::TripletStdp{pair.tauPlusMs, pair.tauMinusMs, tickMs * dice.between(5, 60), tickMs * 40, step, step,
                             step * 0.5,     step * 0.3};
        break;
    case 2: p.rule = snn::SymmetricStdp{pair.tauPlusMs, step, step * dice.between(0, 1)}; break;
    default: p.rule = snn::ThreeFactor{pair, tickMs * dice.between(2, 200), dice.between(-2, 2)}; break;
    }
    if (dice.chance(0.3))
        p.scaling =
            snn::HomeostaticScaling{dice.between(1, 50) / tickMs, tickMs * dice.between(10, 150), dice.between(0, 1)};
    return p;
}

inline void randomConnectivity(Dice& dice, snn::Projection& projection, std::uint32_t sources, std::uint32_t targets)
{
    switch (dice.below(6)) {
    case 0:
        if (sources == targets)
            projection.connectivity = snn::OneToOne{};
        else
            projection.connectivity = snn::AllToAll{};
        return;
    case 1: projection.connectivity = snn::AllToAll{}; return;
    case 2: projection.connectivity = snn::FixedProbability{dice.chance(0.1) ? 1.0 : dice.between(0, 0.4)}; return;
    case 3: projection.connectivity = snn::FixedInDegree{dice.below(std::min(sources, 40U) + 1)}; return;
    default: break;
    }
    snn::ExplicitList list;
    const bool dense = std::uint64_t{sources} * targets < 20000 && dice.chance(0.5);
    const std::uint32_t count = dense ? sources * targets : dice.below(3000);
    for (std::uint32_t k = 0; k < count; ++k) {
        list.sources.push_back(dense ? k / targets : dice.below(sources));
        list.targets.push_back(dense ? k % targets : dice.below(targets));
        list.weights.push_back(static_cast<float>(projection.weight * dice.between(0, 2)));
    }
    if (dice.chance(0.2))
        list.weights.clear();
    projection.connectivity = std::move(list);
}

inline void makePlastic(Dice& dice, snn::Projection& projection, double tickMs)
{
    projection.plasticity = randomPlasticity(dice, tickMs, projection.weight);
    auto* list = std::get_if<snn::ExplicitList>(&projection.connectivity);
    if (list == nullptr)
        return;
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen; // a rule finds a synapse by its pair
    snn::ExplicitList once;
    for (std::size_t k = 0; k < list->sources.size(); ++k) {
        if (!seen.insert({list->sources[k], list->targets[k]}).second)
            continue;
        once.sources.push_back(list->sources[k]);
        once.targets.push_back(list->targets[k]);
        if (!list->weights.empty())
            once.weights.push_back(list->weights[k]);
    }
    *list = std::move(once);
}

/// `models`: every neuron model, precision and plasticity rule; otherwise LIF neurons, Poisson sources and
/// unchanging weights, as in the first version of the format.
inline snn::Network randomNetwork(std::uint64_t seed, bool models = false)
{
    Dice dice(seed);
    snn::Network network;
    network.name = "random " + std::to_string(seed);
    network.tickMs = dice.chance(0.5) ? 1.0 : dice.between(0.1, 2);
    network.seed = seed * 0x9E3779B97F4A7C15ULL;
    const std::uint32_t sources = 1 + dice.below(2);
    const std::uint32_t neurons = 1 + dice.below(4);
    for (std::uint32_t i = 0; i < sources; ++i)
        if (models) {
            const std::uint32_t size = randomSize(dice);
            network.populations.push_back(
                {"source" + std::to_string(i), size, randomSource(dice, network.tickMs, size)});
        } else {
            network.populations.push_back({"source" + std::to_string(i), randomSize(dice),
                                           snn::PoissonParameters{dice.between(0, 200) / network.tickMs}});
        }
    for (std::uint32_t i = 0; i < neurons; ++i)
        if (models)
            network.populations.push_back(
                {"cells" + std::to_string(i), randomSize(dice), randomModel(dice, network.tickMs)});
        else
            network.populations.push_back({"lif" + std::to_string(i), randomSize(dice), randomLif(dice)});
    const std::uint32_t projections = 1 + dice.below(8);
    for (std::uint32_t i = 0; i < projections; ++i) {
        snn::Projection projection;
        projection.source = dice.below(sources + neurons);
        projection.target = sources + dice.below(neurons);
        projection.receptor = dice.chance(0.6) ? snn::Receptor::Excitatory : snn::Receptor::Inhibitory;
        projection.weight = dice.chance(0.05) ? 0 : dice.between(0, 8);
        projection.delayMs = network.tickMs * (dice.chance(0.1) ? 255 : dice.below(20));
        randomConnectivity(dice, projection, network.populations[projection.source].size,
                           network.populations[projection.target].size);
        if (models && dice.chance(0.4))
            projection.precision = static_cast<snn::Precision>(dice.below(4));
        if (models && dice.chance(0.4) && projection.precision != snn::Precision::Int8)
            makePlastic(dice, projection, network.tickMs);
        network.projections.push_back(std::move(projection));
    }
    return network;
}

/// A stretch of ticks with the drives and rates that hold in it; empty means unchanged.
struct Stretch {
    std::uint32_t ticks = 0;
    std::vector<std::vector<float>> values; ///< by population: drives or rates
    std::vector<float> modulation;          ///< one, of every three-factor projection at the beginning
};

/// Activity, a silence long enough to come to rest, activity again.
inline std::vector<Stretch> randomStimulus(const snn::Network& network, std::uint64_t seed)
{
    Dice dice(seed + 1000000);
    Dice modulation(seed + 2000000);
    std::vector<Stretch> stretches;
    for (int phase = 0; phase < 3; ++phase) {
        Stretch stretch;
        stretch.ticks = phase == 1 ? 320 : 100 + dice.below(60);
        for (const snn::Population& population : network.populations) {
            std::vector<float> values(population.size, 0.0F);
            const bool lif = !snn::isSource(population.model);
            const bool fixed = std::holds_alternative<snn::SpikeListParameters>(population.model) ||
                               std::holds_alternative<snn::CounterParameters>(population.model);
            if (phase != 1 && !fixed && dice.chance(0.8))
                for (float& value : values)
                    value = static_cast<float>(lif ? dice.between(-5, 25) : dice.between(0, 300) / network.tickMs);
            stretch.values.push_back(std::move(values));
        }
        if (phase > 0)
            stretch.modulation = {static_cast<float>(modulation.between(-1, 1))};
        stretches.push_back(std::move(stretch));
    }
    return stretches;
}

inline Result<void> apply(snn::Simulation& simulation, const Stretch& stretch)
{
    const snn::Network& network = simulation.network();
    for (std::uint32_t i = 0; i < stretch.values.size(); ++i) {
        const snn::NeuronModel& model = network.populations[i].model;
        if (std::holds_alternative<snn::PoissonParameters>(model))
            BNOF_TRY(simulation.setRates(i, stretch.values[i]));
        else if (!snn::isSource(model) && !std::holds_alternative<snn::CounterParameters>(model))
            BNOF_TRY(simulation.setDrive(i, stretch.values[i]));
    }
    for (std::uint32_t i = 0; i < network.projections.size() && !stretch.modulation.empty(); ++i) {
        const auto& plasticity = network.projections[i].plasticity;
        if (plasticity && std::holds_alternative<snn::ThreeFactor>(plasticity->rule))
            BNOF_TRY(simulation.modulate(i, stretch.modulation));
    }
    return {};
}

inline std::size_t spikeCount(const snn::SpikesByPopulation& spikes)
{
    std::size_t count = 0;
    for (const auto& population : spikes)
        count += population.size();
    return count;
}

/// SHA-256 over all spikes in canonical order.
inline std::string spikesHash(const snn::SpikesByPopulation& spikes)
{
    Sha256 hash;
    for (const auto& population : spikes) {
        for (const Spike& spike : population) {
            std::array<std::uint8_t, 8> bytes{};
            for (unsigned i = 0; i < 4; ++i) {
                bytes[i] = static_cast<std::uint8_t>(spike.neuron >> (8 * i));
                bytes[4 + i] = static_cast<std::uint8_t>(spike.tick >> (8 * i));
            }
            hash.update(bytes);
        }
        hash.update(std::string_view("|"));
    }
    return hash.hexDigest();
}

} // namespace bnof::test
