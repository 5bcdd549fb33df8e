// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/snn/cuda_backend.h"
#include "engine/snn/cuda_image.h"

namespace bnof::snn::cuda {
namespace {

/// Rough times in microseconds that decide between the two ways to run one network.
constexpr double launchMicroseconds = 2.5; ///< a kernel of a graph, to its end
constexpr double phaseMicroseconds = 1.5;  ///< a phase of one block
constexpr double itemMicroseconds = 0.02;  ///< 32 neurons for a tick, in one block

constexpr std::uint32_t mostChunkTicks = 1024;
constexpr std::uint64_t reservedShared = 1024; ///< that CUDA takes for itself in every block
constexpr std::uint32_t fewestTicksForTwo = 2; ///< shorter blocks of ticks cost more than the second trial brings

double gridTime(const DeviceNetwork& net)
{
    const double learning = net.learningCount > 0 ? net.blockTicks * (net.periodic ? 5.0 : 4.0) : 0.0;
    return launchMicroseconds * (1 + (net.updateItems[0] > 0 ? 1 : 0) + learning);
}

double blockTime(const DeviceNetwork& net)
{
    const double items = net.updateItems[0] + net.updateItems[1];
    const double phases = net.learningCount > 0 ? net.blockTicks * 5.0 : 2.0;
    return net.blockTicks * items * itemMicroseconds + phases * phaseMicroseconds;
}

unsigned threadsFor(const DeviceNetwork& net)
{
    const std::uint32_t items = std::max(net.updateItems[0] + net.updateItems[1], net.deliverItems / net.blockTicks);
    return items <= 8 ? 128 : items <= 32 ? 256 : 512;
}

} // namespace

DeviceShape chooseShape(const std::shared_ptr<const Plan>& plan, const compute::CudaDevice& device,
                        CudaOptions::Path path, bool batch)
{
    const DeviceNetwork whole = DeviceImage(plan, {plan->blockTicks, 1}).network();
    DeviceShape shape;
    shape.blockTicks = whole.blockTicks;
    shape.threads = threadsFor(whole);
    shape.oneBlock = batch || path == CudaOptions::Path::OneBlock ||
                     (path == CudaOptions::Path::Auto && blockTime(whole) < gridTime(whole));
    if (!shape.oneBlock)
        return shape;
    // Shorter blocks of ticks need fewer accumulators: worth it when the state then fits into shared memory, and, with
    // many trials, when a multiprocessor then holds two, of which one works while the other waits.
    const auto fit = [&](std::uint64_t limit, std::uint32_t fewest) {
        for (std::uint32_t ticks = whole.blockTicks; ticks >= fewest && shape.sharedBytes == 0; ticks /= 2) {
            const std::uint64_t bytes = DeviceImage(plan, {ticks, 1}).network().hotBytes;
            if (bytes > limit)
                continue;
            shape.blockTicks = ticks;
            shape.sharedBytes = bytes;
        }
    };
    if (batch)
        fit(device.sharedBytes / 2 - reservedShared, std::min(fewestTicksForTwo, whole.blockTicks));
    fit(device.sharedBytes, 1);
    return shape;
}

std::uint32_t chunkFor(const Plan& plan, std::uint32_t blockTicks, std::uint64_t bytes)
{
    std::uint64_t words = 0;
    for (const PopulationPlan& population : plan.populations)
        words += paddedSize(population.size) / teamSize;
    const std::uint64_t ticks = std::min<std::uint64_t>(bytes / std::max<std::uint64_t>(words * 4, 1), mostChunkTicks);
    return std::max<std::uint32_t>(static_cast<std::uint32_t>(ticks / blockTicks) * blockTicks, blockTicks);
}

} // namespace bnof::snn::cuda
