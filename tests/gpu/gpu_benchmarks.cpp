// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the device is, beside what it can do at best and beside all cores of the CPU. Wall time: the work is not on
// the CPU.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <thread>

#include "app/cli/bench_networks.h"
#include "engine/compute/cpu.h"
#include "engine/compute/nvml.h"
#include "engine/snn/back_ends.h"
#include "engine/snn/batch.h"
#include "engine/snn/cuda_backend.h"
#include "tests/gpu/gpu_report.h"

namespace bnof::gputest {
namespace {

using namespace snn;

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string text(const char* format, double value)
{
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

std::string ratesOf(const Plan& plan, const SpikesByPopulation& spikes, double biologicalSeconds)
{
    std::string rates;
    for (std::size_t i = 0; i < spikes.size(); ++i)
        rates += (i == 0 ? "" : ", ") + plan.network.populations[i].name + ' ' +
                 text("%.2f Hz", static_cast<double>(spikes[i].size()) / plan.populations[i].size / biologicalSeconds);
    return rates;
}

/// Bytes a second that a copy inside the device moves, read and written; 0 when it fails.
double copyBandwidth()
{
    constexpr std::size_t bytes = std::size_t{1} << 30;
    void* from = nullptr;
    void* to = nullptr;
    double best = 0;
    if (cudaMalloc(&from, bytes) == cudaSuccess && cudaMalloc(&to, bytes) == cudaSuccess) {
        for (int round = 0; round < 8; ++round) {
            const double begin = seconds();
            cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToDevice);
            if (cudaDeviceSynchronize() == cudaSuccess && round > 0)
                best = std::max(best, 2.0 * bytes / (seconds() - begin));
        }
    }
    cudaFree(from);
    cudaFree(to);
    cudaGetLastError();
    return best;
}

/// Undriven LIF neurons with both currents and no input.
Network idleNeurons(std::uint32_t size)
{
    Network network;
    network.name = "idle";
    network.tickMs = 0.1;
    network.populations = {{"silent", 1, PoissonParameters{0}}, {"cells", size, LifParameters{}}};
    network.projections = {{{}, 0, 1, Receptor::Excitatory, AllToAll{}, 1, 0.8},
                           {{}, 0, 1, Receptor::Inhibitory, AllToAll{}, 1, 0.8}};
    return network;
}

/// Ticks a second after a warm-up, or 0 with the reason.
double ticksPerSecond(BackEnd& backEnd, std::uint32_t ticks, SpikesByPopulation& spikes, std::string& reason)
{
    SpikesByPopulation warmUp;
    backEnd.run(ticks / 4 + 1, warmUp);
    const double begin = seconds();
    backEnd.run(ticks, spikes);
    const double took = seconds() - begin;
    if (const auto failure = backEnd.failure()) {
        reason = failure->message() + ' ' + failure->context;
        return 0;
    }
    return ticks / took;
}

void lifUpdate(Report& report, double bandwidth)
{
    constexpr std::uint32_t size = 1U << 24;
    constexpr double stateBytes = 4 + 2 * 4 + 2;        // membrane, currents, refractory; read and written
    const auto plan = buildPlan(idleNeurons(size - 1)); // 2^24 neurons with the source
    if (!plan.ok())
        return report.noFigure("gpu.lif_update", "GB/s", plan.error().message());
    for (const std::uint32_t block : {1U, maximumBlockTicks}) {
        CudaOptions options;
        options.path = CudaOptions::Path::Grid;
        options.blockTicks = block;
        auto device = makeCudaBackEnd(*plan, options);
        const std::string name = block == 1 ? "gpu.lif_update" : "gpu.lif_update_blocks";
        if (!device.ok()) {
            report.noFigure(name, block == 1 ? "GB/s" : "G updates/s", device.error().message());
            continue;
        }
        std::string reason;
        SpikesByPopulation spikes;
        const double ticks = ticksPerSecond(**device, 512, spikes, reason);
        if (ticks == 0)
            report.noFigure(name, block == 1 ? "GB/s" : "G updates/s", reason);
        else if (block == 1)
            report.figure(name, ticks * size * 2 * stateBytes * 1e-9, "GB/s",
                          "16.8 M LIF neurons with both currents, a tick at a time: " +
                              text("%.1f G updates/s", ticks * size * 1e-9) + "; limit: a copy inside the device",
                          bandwidth * 1e-9);
        else
            report.figure(name, ticks * size * 1e-9, "G updates/s",
                          "the same in blocks of 8 ticks, as networks with delays of 8 ticks run");
    }
}

/// Biological time over wall time, on the device in both ways and on all cores.
void networkSpeed(Report& report, const std::string& name, const Network& network, std::uint32_t ticks)
{
    const auto plan = buildPlan(network);
    if (!plan.ok())
        return report.noFigure(name, "x real time", plan.error().message());
    const double tickSeconds = network.tickMs * 1e-3;
    double cpuSpeed = 0;
    std::string cpuName;
    for (const char* backEnd : {"vector", "parallel"}) {
        SimulationOptions options;
        options.backEnd = backEnd;
        auto made = makeBackEnd(*plan, options);
        std::string reason;
        SpikesByPopulation spikes;
        const double speed = made.ok() ? ticksPerSecond(**made, ticks, spikes, reason) * tickSeconds : 0;
        if (speed > cpuSpeed) {
            cpuSpeed = speed;
            cpuName = (*made)->name();
        }
    }
    for (const bool block : {false, true}) {
        const std::string label = name + (block ? ".one_block" : ".grid");
        if (block && plan.value()->network.populations.back().size > 100000)
            continue;
        CudaOptions options;
        options.path = block ? CudaOptions::Path::OneBlock : CudaOptions::Path::Grid;
        auto device = makeCudaBackEnd(*plan, options);
        if (!device.ok()) {
            report.noFigure(label, "x real time", device.error().message());
            continue;
        }
        std::string reason;
        SpikesByPopulation spikes;
        const double speed = ticksPerSecond(**device, ticks, spikes, reason) * tickSeconds;
        if (speed == 0)
            report.noFigure(label, "x real time", reason);
        else
            report.figure(label, speed, "x real time", ratesOf(**plan, spikes, ticks * tickSeconds), 0, cpuName,
                          cpuSpeed);
    }
}

/// Looks at the first GPU's utilisation while something runs.
class UtilisationWatch {
public:
    UtilisationWatch()
    {
        auto nvml = compute::Nvml::open();
        if (!nvml.ok()) {
            m_reason = nvml.error().message();
            return;
        }
        m_thread = std::thread([this, nvml = std::move(*nvml)] {
            while (!m_stop) {
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
                const auto readings = nvml.read();
                if (!readings.ok() || readings->empty() || !readings->front().utilisation)
                    continue;
                m_samples.push_back(*readings->front().utilisation);
                m_last = compute::describe(readings->front());
            }
        });
    }
    ~UtilisationWatch() { stop(); }
    UtilisationWatch(const UtilisationWatch&) = delete;
    UtilisationWatch& operator=(const UtilisationWatch&) = delete;
    void stop()
    {
        m_stop = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    /// The samples from the middle of the run: NVML averages over up to a second.
    [[nodiscard]] double mean() const
    {
        const std::size_t cut = m_samples.size() / 5;
        const auto begin = m_samples.begin() + static_cast<std::ptrdiff_t>(cut);
        const auto end = m_samples.end() - static_cast<std::ptrdiff_t>(cut);
        return begin >= end ? -1 : std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
    }
    [[nodiscard]] std::string detail() const
    {
        return m_reason.empty() ? std::to_string(m_samples.size()) + " samples; " + m_last : m_reason;
    }

private:
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
    std::vector<double> m_samples;
    std::string m_reason;
    std::string m_last;
};

std::vector<Trial> presentations(std::size_t count, std::uint32_t ticks)
{
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < count; ++i)
        trials.push_back({ticks, {}, 1000 + i});
    return trials;
}

void batchSpeed(Report& report, bool plastic)
{
    const Network network = bench::mushroomBody(2500, plastic);
    const std::string name = plastic ? "gpu.mb_batch_stdp" : "gpu.mb_batch";
    const auto ticks = static_cast<std::uint32_t>(500 / network.tickMs);
    const unsigned cores = compute::cpuFeatures().logicalCores;
    const auto cpuTrials = presentations(std::size_t{16} * cores, ticks);
    double begin = seconds();
    const auto cpu = runBatch(network, cpuTrials, {"parallel", cores});
    const double cpuSpeed = static_cast<double>(cpuTrials.size()) / (seconds() - begin);
    const auto probe = presentations(528, ticks);
    begin = seconds();
    const auto first = runBatch(network, probe, {"cuda"});
    if (!first.ok() || !cpu.ok())
        return report.noFigure(name, "presentations/s", (first.ok() ? cpu : first).error().message());
    const double guess = static_cast<double>(probe.size()) / (seconds() - begin);
    // Long enough for NVML, whole waves.
    const auto trials = presentations(528 * static_cast<std::size_t>(std::clamp(guess * 8 / 528, 2.0, 100.0)), ticks);
    UtilisationWatch watch;
    begin = seconds();
    const auto device = runBatch(network, trials, {"cuda"});
    const double took = seconds() - begin;
    watch.stop();
    if (!device.ok())
        return report.noFigure(name, "presentations/s", device.error().message());
    for (std::size_t i = 0; i < std::min(cpuTrials.size(), trials.size()); ++i)
        if (device->stateHashes[i] != cpu->stateHashes[i] || device->spikes[i] != cpu->spikes[i])
            return report.noFigure(name, "presentations/s",
                                   "presentation " + std::to_string(i) + " differs from the CPU");
    const auto plan = buildPlan(network);
    report.figure(name, static_cast<double>(trials.size()) / took, "presentations/s",
                  "of 500 ms, building and hashing included; " + device->backEnd + "; " +
                      ratesOf(**plan, device->spikes[0], 0.5),
                  0, "all " + std::to_string(cores) + " cores", cpuSpeed);
    if (plastic)
        return;
    if (watch.mean() < 0)
        report.noFigure("gpu.utilisation", "of the time", watch.detail());
    else
        report.figure("gpu.utilisation", watch.mean(), "of the time", watch.detail());
}

/// A dense projection whose weights are stored in each precision; honest where there is no gain.
void precisionSpeed(Report& report, std::uint32_t size)
{
    Network network;
    network.name = "dense";
    network.tickMs = 1;
    network.populations = {{"input", size, PoissonParameters{50}}, {"cells", size, LifParameters{}}};
    ExplicitList list;
    for (std::uint32_t k = 0; k < size * size; ++k) {
        list.sources.push_back(k / size);
        list.targets.push_back(k % size);
        list.weights.push_back(0.001F + 0.00001F * static_cast<float>(k * 2654435761U >> 25));
    }
    network.projections = {{{}, 0, 1, Receptor::Excitatory, list, 1, 8}};
    double base = 0;
    const std::pair<Precision, const char*> precisions[] = {{Precision::Float32, "fp32"},
                                                            {Precision::Float16, "fp16"},
                                                            {Precision::Int16, "int16"},
                                                            {Precision::Int8, "int8"}};
    for (const auto& [precision, label] : precisions) {
        network.projections[0].precision = precision;
        const std::string name = std::string("gpu.precision_") + label + '_' + std::to_string(size);
        const auto plan = buildPlan(network);
        CudaOptions options;
        options.path = CudaOptions::Path::Grid;
        auto device = plan.ok() ? makeCudaBackEnd(*plan, options) : Result<std::unique_ptr<BackEnd>>(plan.error());
        if (!device.ok()) {
            report.noFigure(name, "M events/s", device.error().message());
            continue;
        }
        std::string reason;
        SpikesByPopulation spikes;
        const std::uint64_t before = (*device)->activity().synapticEvents();
        const double ticks = ticksPerSecond(**device, 2000, spikes, reason);
        const double perTick = static_cast<double>((*device)->activity().synapticEvents() - before) / 2501;
        if (ticks == 0) {
            report.noFigure(name, "M events/s", reason);
            continue;
        }
        base = precision == Precision::Float32 ? ticks * perTick : base;
        report.figure(name, ticks * perTick * 1e-6, "M events/s",
                      std::to_string(size) + " x " + std::to_string(size) +
                          " weights; fp32 and fp16 are kept as int16 units, int8 as bytes",
                      0, "fp32", base * 1e-6);
    }
}

} // namespace

void runBenchmarks(Report& report)
{
    const double bandwidth = copyBandwidth();
    if (bandwidth > 0)
        report.figure("gpu.copy_bandwidth", bandwidth * 1e-9, "GB/s", "1 GiB inside the device, read and written");
    else
        report.noFigure("gpu.copy_bandwidth", "GB/s", "the device has no 2 GiB free");
    lifUpdate(report, bandwidth);
    networkSpeed(report, "gpu.cuba4000", bench::cubaNetwork(), 20000);
    networkSpeed(report, "gpu.mb2500_stdp", bench::mushroomBody(2500, true), 20000);
    networkSpeed(report, "gpu.mb50000_stdp", bench::mushroomBody(50000, true), 10000);
    networkSpeed(report, "gpu.fly138k", bench::flySized(), 5000);
    batchSpeed(report, false);
    batchSpeed(report, true);
    for (const std::uint32_t size : {256U, 1024U, 4096U})
        precisionSpeed(report, size);
}

} // namespace bnof::gputest
