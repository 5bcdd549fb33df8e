// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/simulation.h"

#include <cmath>
#include <new>

#include "engine/base/sha256.h"
#include "engine/compute/cpu.h"
#include "engine/snn/backend.h"
#include "engine/snn/cpu_backend.h"

namespace bnof::snn {
namespace {

struct Choice {
    const char* option; ///< as SimulationOptions takes it
    const char* name;   ///< for people
    const KernelTable* kernels;
    bool runs; ///< on this CPU
    const char* needs;
};

/// Every back end of this build, fastest first.
std::vector<Choice> choices()
{
    std::vector<Choice> all;
#if defined(__x86_64__)
    const compute::CpuFeatures& cpu = compute::cpuFeatures();
    all.push_back({"vector-avx512", "vector (AVX-512)", &avx512Kernels, cpu.avx512, "AVX-512 (F, BW, DQ and VL)"});
    all.push_back({"vector-avx2", "vector (AVX2)", &avx2Kernels, cpu.avx2, "AVX2 and FMA"});
#endif
    all.push_back({"reference", "reference", &scalarKernels, true, ""});
    return all;
}

std::string listOfBackEnds()
{
    std::string list;
    for (const std::string& name : availableBackEnds())
        list += name + ", ";
    return list + "auto";
}

Result<Choice> choose(const std::string& option)
{
    const std::string where = "back end \"" + option + '"';
    const std::string remedy = "This machine can run: " + listOfBackEnds() + '.';
    bool known = option == "vector";
    for (const Choice& choice : choices()) {
        const bool vector = choice.kernels != &scalarKernels;
        if (choice.runs && (option == "auto" || (option == "vector" && vector)))
            return choice;
        if (option != choice.option)
            continue;
        if (choice.runs)
            return choice;
        return makeError(ErrorKind::Usage, std::string("this CPU has no ") + choice.needs, where, remedy);
    }
    for (const char* name : {"vector-avx2", "vector-avx512"})
        known = known || option == name;
    return makeError(ErrorKind::Usage,
                     known ? "this machine has no instruction set for it" : "there is no such back end", where, remedy);
}

Error wrongPopulation(std::uint32_t population, const std::string& what, const std::string& remedy)
{
    return makeError(ErrorKind::Usage, what, "population " + std::to_string(population), remedy);
}

/// That `population` exists, has the wanted model, and that there is one value a neuron.
Result<void> checkTarget(const Plan& plan, std::uint32_t population, bool lif, std::size_t values)
{
    if (population >= plan.populations.size())
        return wrongPopulation(population, "there is no such population", "Use an index below the population count.");
    const PopulationPlan& target = plan.populations[population];
    if (target.lif != lif)
        return wrongPopulation(population, lif ? "a Poisson population takes no drive" : "a LIF population has no rate",
                               lif ? "Use setRates." : "Use setDrive.");
    if (values != target.size)
        return wrongPopulation(population,
                               "it has " + std::to_string(target.size) + " neurons but " + std::to_string(values) +
                                   " values were given",
                               "Give one value a neuron.");
    return {};
}

} // namespace

Simulation::Simulation(std::unique_ptr<BackEnd> backEnd) : m_backEnd(std::move(backEnd)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<Simulation> Simulation::create(const Network& network, const SimulationOptions& options)
{
    BNOF_TRY_ASSIGN(const Choice choice, choose(options.backEnd));
    BNOF_TRY_ASSIGN(std::shared_ptr<const Plan> plan, buildPlan(network));
    try {
        return Simulation(std::make_unique<CpuBackEnd>(std::move(plan), *choice.kernels, choice.name));
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory for the state of the network", "network",
                         "Lower the sizes or the delays, or use a machine with more memory.");
    }
}

Result<void> Simulation::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    BNOF_TRY(checkTarget(m_backEnd->plan(), population, true, driveMv.size()));
    for (std::size_t i = 0; i < driveMv.size(); ++i)
        if (!(std::fabs(driveMv[i]) <= largestDriveMv))
            return wrongPopulation(population,
                                   "the drive of neuron " + std::to_string(i) + " is not a number from -1e6 to 1e6 mV",
                                   "Give finite drives in mV.");
    m_backEnd->setDrive(population, driveMv);
    return {};
}

Result<void> Simulation::setRates(std::uint32_t population, std::span<const float> rateHz)
{
    const Plan& plan = m_backEnd->plan();
    BNOF_TRY(checkTarget(plan, population, false, rateHz.size()));
    const double tickMs = plan.network.tickMs;
    std::vector<std::uint32_t> thresholds(rateHz.size());
    for (std::size_t i = 0; i < rateHz.size(); ++i) {
        const auto rate = static_cast<double>(rateHz[i]);
        if (!(rate >= 0 && rate * tickMs <= 1000))
            return wrongPopulation(population,
                                   "the rate of neuron " + std::to_string(i) +
                                       " is not a number from zero to one spike a tick",
                                   "Give rates in Hz, at most " + std::to_string(1000 / tickMs) + '.');
        thresholds[i] = poissonThreshold(rate, tickMs);
    }
    m_backEnd->setThresholds(population, thresholds);
    return {};
}

void Simulation::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    m_backEnd->run(ticks, spikes);
}
std::uint64_t Simulation::tick() const
{
    return m_backEnd->tick();
}
void Simulation::reset()
{
    m_backEnd->reset();
}

std::vector<std::uint8_t> Simulation::saveState() const
{
    return encodeState(m_backEnd->plan(), m_backEnd->state());
}

Result<void> Simulation::loadState(std::span<const std::uint8_t> state)
{
    try {
        BNOF_TRY_ASSIGN(const NetworkState decoded, decodeState(m_backEnd->plan(), state));
        m_backEnd->setState(decoded);
        return {};
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory to load the state", "simulation state");
    }
}

std::string Simulation::stateHash() const
{
    return sha256Hex(saveState());
}
std::string Simulation::backEndName() const
{
    return m_backEnd->name();
}
const Network& Simulation::network() const
{
    return m_backEnd->plan().network;
}
std::uint64_t Simulation::synapseCount() const
{
    return m_backEnd->plan().synapseCount;
}
std::uint64_t Simulation::synapticEvents() const
{
    return m_backEnd->synapticEvents();
}

std::vector<std::string> availableBackEnds()
{
    std::vector<std::string> names;
    for (const Choice& choice : choices())
        if (choice.runs)
            names.emplace_back(choice.option);
    return names;
}

} // namespace bnof::snn
