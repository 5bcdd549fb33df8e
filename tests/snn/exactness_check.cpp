// SPDX-License-Identifier: GPL-3.0-or-later
// Runs random networks and prints a line for each: its seed, the hash of its spikes, the hash of its final state. The
// same lines from another processor, compiler or back end mean the same bits. Needs no Qt, so that it can be built
// wherever the compute parts can.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "engine/snn/plan.h"
#include "tests/snn/random_network.h"

namespace {

using namespace bnof;

struct Options {
    std::string backEnd = "auto";
    unsigned threads = 2;
    std::uint64_t first = 1;
    std::uint64_t count = 20;
    bool list = false;
};

constexpr const char* usage = "usage: exactness_check [--back-end NAME] [--threads N] [--first SEED] [--count N] | "
                              "--list\n";

template <class Number> bool readNumber(const char* text, Number& number)
{
    const char* end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, number);
    return error == std::errc{} && rest == end;
}

bool readOptions(int argc, char** argv, Options& options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--list") {
            options.list = true;
            continue;
        }
        if (++i == argc)
            return false;
        if (name == "--back-end")
            options.backEnd = argv[i];
        else if (!((name == "--threads" && readNumber(argv[i], options.threads)) ||
                   (name == "--first" && readNumber(argv[i], options.first)) ||
                   (name == "--count" && readNumber(argv[i], options.count))))
            return false;
    }
    return true;
}

/// Prints the line of one network. The odd seeds have every model and rule, the even ones the first version's.
Result<void> check(std::uint64_t seed, const Options& options)
{
    const snn::Network network = test::randomNetwork(seed, seed % 2 == 1);
    const auto number = static_cast<unsigned long long>(seed);
    auto plan = snn::buildPlan(network);
    if (!plan.ok()) { // some draw weights that an accumulator cannot hold; every machine has to refuse the same
        std::printf("%llu refused\n", number);
        return {};
    }
    snn::SimulationOptions choice;
    choice.backEnd = options.backEnd;
    choice.threads = options.threads;
    BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(*plan, choice));
    snn::SpikesByPopulation spikes;
    for (const test::Stretch& stretch : test::randomStimulus(network, seed)) {
        BNOF_TRY(test::apply(simulation, stretch));
        simulation.run(stretch.ticks, spikes);
    }
    std::printf("%llu %s %s\n", number, test::spikesHash(spikes).c_str(), simulation.stateHash().c_str());
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    if (!readOptions(argc, argv, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    if (options.list) {
        for (const std::string& name : snn::availableBackEnds())
            std::puts(name.c_str());
        return 0;
    }
    for (std::uint64_t seed = options.first; seed < options.first + options.count; ++seed) {
        if (const auto done = check(seed, options); !done.ok()) {
            std::fprintf(stderr, "error: %s\n", done.error().message().c_str());
            return 1;
        }
    }
    return 0;
}
