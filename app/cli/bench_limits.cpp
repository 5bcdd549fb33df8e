// SPDX-License-Identifier: GPL-3.0-or-later
// What this machine can do at most. These figures have no baseline: they are what others are held against.
#include "app/cli/bench_measure.h"
#include "engine/compute/limits.h"

namespace bnof::bench {
namespace {

using Better = Figure::Better;

std::vector<Figure> bandwidth(const std::string& name, Result<double> (*measure)())
{
    const Result<double> rate = measure();
    if (!rate.ok())
        return {notMeasured(name, "B/s", Better::Higher, rate.error().message())};
    Figure figure;
    figure.name = name;
    figure.unit = "B/s";
    figure.value = rate.value();
    figure.detail.set("cores", 1).set("bytes_per_element", 12);
    return {figure};
}

std::vector<Figure> loop(const std::string& name, const std::string& unit, std::size_t size,
                         Result<double> (*measure)(std::size_t))
{
    const Result<double> rate = measure(size);
    if (!rate.ok())
        return {notMeasured(name, unit, Better::Higher, rate.error().message())};
    Figure figure;
    figure.name = name;
    figure.unit = unit;
    figure.value = rate.value();
    figure.detail.set("cores", 1).set("size", size);
    return {figure};
}

std::vector<Figure> fma(const BenchOptions&)
{
    Figure figure;
    figure.name = "limits.fma";
    figure.unit = "FLOP/s";
    figure.value = compute::measureFma();
    figure.detail.set("cores", 1).set("precision", "fp32").set("operations_per_fma", 2);
    return {figure};
}

std::vector<Figure> appendSync(const BenchOptions& options)
{
    const std::string name = "limits.disk_append_sync";
    const std::string path = diskFolder() + "/bnof-bench-" + std::to_string(monotonicNow());
    const Result<std::vector<double>> times = measureAppendSync(path, options.secondsEach);
    if (!times.ok())
        return {notMeasured(name, "s", Better::Lower, times.error().message())};
    Figure figure;
    figure.name = name;
    figure.unit = "s";
    figure.better = Better::Lower;
    figure.value = quantile(times.value(), 0.5);
    figure.detail.set("bytes", 4096)
        .set("samples", times.value().size())
        .set("p90", quantile(times.value(), 0.9))
        .set("p99", quantile(times.value(), 0.99))
        .set("folder", diskFolder());
    return {figure};
}

} // namespace

std::vector<Benchmark> limitBenchmarks()
{
    return {
        {"limits.memory_triad", "Main memory bandwidth of one core (a = b + s c).",
         [](const BenchOptions&) { return bandwidth("limits.memory_triad", compute::measureDramTriad); }},
        {"limits.l2_triad", "Bandwidth of one core within its second-level cache.",
         [](const BenchOptions&) { return bandwidth("limits.l2_triad", compute::measureL2Triad); }},
        {"limits.fma", "Single-precision multiply-adds of one core.", fma},
        {"limits.lif_loop", "Neuron updates of a minimal loop, 50,000 neurons in the second-level cache.",
         [](const BenchOptions&) { return loop("limits.lif_loop", "updates/s", 50'000, compute::measureLifLoop); }},
        {"limits.lif_loop_dram", "The same with 16.8 million neurons in main memory.",
         [](const BenchOptions&) {
             return loop("limits.lif_loop_dram", "updates/s", std::size_t{1} << 24, compute::measureLifLoop);
         }},
        {"limits.scatter", "Synapses that a minimal loop adds to 50,000 sums in the second-level cache.",
         [](const BenchOptions&) { return loop("limits.scatter", "events/s", 50'000, compute::measureScatter); }},
        {"limits.disk_append_sync", "Time to append 4 KiB to a file and flush it to disk, median.", appendSync},
    };
}

} // namespace bnof::bench
