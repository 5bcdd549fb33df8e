// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/cuda_kernels.h"

namespace bnof::snn::cuda {
namespace {

constexpr unsigned gridThreads = 256;  ///< threads of a block where the whole grid works on one phase
constexpr unsigned blocksPerUnit = 16; ///< blocks a multiprocessor at most; threads take several items beyond that
constexpr unsigned largestBlock = 512; ///< threads of a block that runs a whole network

unsigned blocksFor(const Launcher& to, std::uint64_t threads)
{
    const std::uint64_t wanted = (threads + gridThreads - 1) / gridThreads;
    const std::uint64_t most = std::uint64_t{to.multiprocessors} * blocksPerUnit;
    return static_cast<unsigned>(wanted < 1 ? 1 : wanted > most ? most : wanted);
}

__device__ inline std::uint32_t gridThread()
{
    return blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ inline std::uint32_t threadsOfGrid()
{
    return gridDim.x * blockDim.x;
}

template <Phase Which>
__global__ void __launch_bounds__(gridThreads)
    phaseKernel(const DeviceNetwork net, const Instance instance, const PhaseArguments arguments)
{
    runPhase<Which>(net, instance, arguments, gridThread(), threadsOfGrid());
}

__global__ void clockKernel(const Instance instance, std::uint32_t ticks)
{
    headerOf(instance).tick += ticks;
    headerOf(instance).recorded += ticks;
}

__global__ void ratesKernel(const DeviceNetwork net, const Instance instance, std::uint32_t population,
                            const std::uint32_t* thresholds)
{
    changeRatesPhase(net, instance, population, thresholds, headerOf(instance).tick, gridThread(), threadsOfGrid());
}

__global__ void driveKernel(const DeviceNetwork net, const Instance instance, std::uint32_t population,
                            const float* drive, bool driven)
{
    changeDrivePhase(net, instance, population, drive, driven, gridThread(), threadsOfGrid());
}

__global__ void modulationKernel(const DeviceNetwork net, const Instance instance, std::uint32_t learning,
                                 const float* modulation, std::uint32_t count)
{
    modulatePhase(net, instance, learning, modulation, count, gridThread(), threadsOfGrid());
}

/// Threads that have something to do in a phase.
template <Phase Which> std::uint64_t threadsOf(const DeviceNetwork& net, const Step& step)
{
    constexpr std::uint64_t team = teamSize;
    const auto larger = [](std::uint64_t a, std::uint64_t b) { return a > b ? a : b; };
    switch (Which) {
    case Phase::Deliver:
        return larger(net.deliverItems * team, std::uint64_t{net.populationCount} * 2 * net.blockTicks);
    case Phase::Update: return net.updateItems[0] * team;
    case Phase::BeginLearning: return net.learningSources * team;
    case Phase::Arrive: return net.arriveItems * team;
    case Phase::UpdateLearners:
        return larger(net.updateItems[1] * team, larger(net.learningSources, net.learningTargets));
    case Phase::Fire: return net.fireItems * team;
    case Phase::RaiseTargets: return net.learningTargets;
    case Phase::Clear: return larger(net.hotBytes / 4, net.coldBytes / 4);
    case Phase::Initialise: return larger(std::uint64_t{net.recordWords} * team, net.coldBytes / 4);
    }
    return step.ticks;
}

/// Runs a phase as a launch of its own; launches of a stream follow each other.
struct GridRun {
    const Launcher& to;
    const DeviceNetwork& net;
    const Instance& instance;
    cudaError_t status = cudaSuccess;

    template <Phase Which> void phase(const PhaseArguments& arguments)
    {
        if (status != cudaSuccess)
            return;
        const unsigned blocks = blocksFor(to, threadsOf<Which>(net, arguments.step));
        phaseKernel<Which><<<blocks, gridThreads, 0, to.stream>>>(net, instance, arguments);
        status = cudaGetLastError();
    }
};

/// Runs a phase in the threads of one block.
struct BlockRun {
    const DeviceNetwork& net;
    const Instance& instance;

    template <Phase Which> __device__ void phase(const PhaseArguments& arguments)
    {
        runPhase<Which>(net, instance, arguments, threadIdx.x, blockDim.x);
        __syncthreads();
    }
    template <class Work> __device__ void each(const Work& work)
    {
        work(threadIdx.x, blockDim.x);
        __syncthreads();
    }
};

__device__ inline void copyWords(char* to, const char* from, std::uint64_t bytes)
{
    const auto* source = reinterpret_cast<const uint4*>(from);
    auto* target = reinterpret_cast<uint4*>(to);
    for (std::uint64_t i = threadIdx.x; i < bytes / sizeof(uint4); i += blockDim.x)
        target[i] = source[i];
}

/// The instance of this block, with its hot arena in shared memory where there is room.
__device__ inline Instance enter(const DeviceNetwork& net, const InstanceArray& arrays, char* shared, bool load)
{
    const std::uint64_t i = blockIdx.x;
    char* hot = arrays.hot + i * net.hotBytes;
    if (shared != nullptr && load)
        copyWords(shared, hot, net.hotBytes);
    __syncthreads();
    return {shared != nullptr ? shared : hot, arrays.cold + i * net.coldBytes, arrays.carried,
            arrays.record + i * arrays.recordStride, arrays.events};
}

__device__ inline void leave(const DeviceNetwork& net, const InstanceArray& arrays, const char* shared)
{
    __syncthreads();
    if (shared != nullptr)
        copyWords(arrays.hot + blockIdx.x * net.hotBytes, shared, net.hotBytes);
}

extern __shared__ uint4 sharedMemory[];

template <bool Shared>
__global__ void __launch_bounds__(largestBlock)
    blockKernel(const DeviceNetwork net, const InstanceArray arrays, std::uint32_t ticks)
{
    char* shared = Shared ? reinterpret_cast<char*>(sharedMemory) : nullptr;
    const Instance instance = enter(net, arrays, shared, true);
    BlockRun run{net, instance};
    for (std::uint32_t done = 0; done < ticks;) {
        const std::uint32_t block = ticks - done < net.blockTicks ? ticks - done : net.blockTicks;
        scheduleBlock(net, Step{done, block, 0}, run);
        done += block;
    }
    if (threadIdx.x == 0) {
        headerOf(instance).tick += ticks;
        headerOf(instance).recorded += ticks;
    }
    leave(net, arrays, shared);
}

template <bool Shared>
__global__ void __launch_bounds__(largestBlock)
    trialKernel(const DeviceNetwork net, const InstanceArray arrays, const BatchTables tables, bool first)
{
    char* shared = Shared ? reinterpret_cast<char*>(sharedMemory) : nullptr;
    const Instance instance = enter(net, arrays, shared, !first);
    BlockRun run{net, instance};
    scheduleTrial(net, instance, tables, tables.trials[blockIdx.x], first, run);
    leave(net, arrays, shared);
}

__global__ void countKernel(const DeviceNetwork net, const Compaction compaction)
{
    countPhase(net, compaction, gridThread(), threadsOfGrid());
}

__global__ void __launch_bounds__(scanThreads) scanKernel(const DeviceNetwork net, const Compaction compaction)
{
    sumPhase(net, compaction, threadIdx.x, blockDim.x);
    __syncthreads();
    placePhase(net, compaction, threadIdx.x, blockDim.x);
    __syncthreads();
    startsPhase(net, compaction, threadIdx.x, blockDim.x);
}

__global__ void writeKernel(const DeviceNetwork net, const Compaction compaction)
{
    writePhase(net, compaction, gridThread(), threadsOfGrid());
}

template <class Kernel> cudaError_t allowShared(Kernel kernel, std::uint64_t bytes)
{
    return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
}

} // namespace

cudaError_t enqueueBlock(const Launcher& to, const DeviceNetwork& net, const Instance& instance, const Step& step)
{
    GridRun run{to, net, instance};
    scheduleBlock(net, step, run);
    return run.status;
}

cudaError_t enqueueClock(const Launcher& to, const Instance& instance, std::uint32_t ticks)
{
    clockKernel<<<1, 1, 0, to.stream>>>(instance, ticks);
    return cudaGetLastError();
}

cudaError_t enqueueReset(const Launcher& to, const DeviceNetwork& net, const Instance& instance, std::uint64_t drawSeed)
{
    GridRun run{to, net, instance};
    scheduleReset(drawSeed, run);
    return run.status;
}

cudaError_t enqueueRates(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                         std::uint32_t population, const std::uint32_t* thresholds)
{
    ratesKernel<<<to.multiprocessors, gridThreads, 0, to.stream>>>(net, instance, population, thresholds);
    return cudaGetLastError();
}

cudaError_t enqueueDrive(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                         std::uint32_t population, const float* drive, bool driven)
{
    driveKernel<<<to.multiprocessors, gridThreads, 0, to.stream>>>(net, instance, population, drive, driven);
    return cudaGetLastError();
}

cudaError_t enqueueModulation(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                              std::uint32_t learning, const float* modulation, std::uint32_t count)
{
    modulationKernel<<<blocksFor(to, std::uint64_t{net.learningSources} * teamSize), gridThreads, 0, to.stream>>>(
        net, instance, learning, modulation, count);
    return cudaGetLastError();
}

cudaError_t enqueueInOneBlock(const Launcher& to, const DeviceNetwork& net, const InstanceArray& arrays,
                              const BlockShape& shape, std::uint32_t ticks)
{
    if (shape.sharedBytes == 0) {
        blockKernel<false><<<1, shape.threads, 0, to.stream>>>(net, arrays, ticks);
        return cudaGetLastError();
    }
    if (const cudaError_t status = allowShared(blockKernel<true>, shape.sharedBytes); status != cudaSuccess)
        return status;
    blockKernel<true><<<1, shape.threads, shape.sharedBytes, to.stream>>>(net, arrays, ticks);
    return cudaGetLastError();
}

cudaError_t enqueueTrials(const Launcher& to, const DeviceNetwork& net, const InstanceArray& arrays,
                          const BlockShape& shape, const BatchTables& tables, std::uint32_t trials, bool first)
{
    if (shape.sharedBytes == 0) {
        trialKernel<false><<<trials, shape.threads, 0, to.stream>>>(net, arrays, tables, first);
        return cudaGetLastError();
    }
    if (const cudaError_t status = allowShared(trialKernel<true>, shape.sharedBytes); status != cudaSuccess)
        return status;
    trialKernel<true><<<trials, shape.threads, shape.sharedBytes, to.stream>>>(net, arrays, tables, first);
    return cudaGetLastError();
}

cudaError_t trialsAtOnce(const BlockShape& shape, unsigned multiprocessors, unsigned& trials)
{
    int blocks = 0;
    cudaError_t status = cudaSuccess;
    if (shape.sharedBytes == 0) {
        status = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, trialKernel<false>,
                                                               static_cast<int>(shape.threads), 0);
    } else {
        status = allowShared(trialKernel<true>, shape.sharedBytes);
        if (status == cudaSuccess)
            status = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, trialKernel<true>,
                                                                   static_cast<int>(shape.threads), shape.sharedBytes);
    }
    trials = static_cast<unsigned>(blocks) * multiprocessors;
    return status;
}

cudaError_t enqueueCounting(const Launcher& to, const DeviceNetwork& net, const Compaction& compaction,
                            std::uint64_t segments)
{
    countKernel<<<blocksFor(to, segments), gridThreads, 0, to.stream>>>(net, compaction);
    if (const cudaError_t status = cudaGetLastError(); status != cudaSuccess)
        return status;
    scanKernel<<<1, scanThreads, 0, to.stream>>>(net, compaction);
    return cudaGetLastError();
}

cudaError_t enqueueWriting(const Launcher& to, const DeviceNetwork& net, const Compaction& compaction,
                           std::uint64_t segments)
{
    writeKernel<<<blocksFor(to, segments), gridThreads, 0, to.stream>>>(net, compaction);
    return cudaGetLastError();
}

} // namespace bnof::snn::cuda
