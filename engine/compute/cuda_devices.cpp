// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/cuda_devices.h"

#include <cstdio>

#include "engine/base/build_config.h"
#include "engine/compute/devices.h"
#include "engine/compute/nvml.h"

#if BNOF_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace bnof::compute {
namespace {

std::string gibibytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2f GiB", static_cast<double>(bytes) * 0x1p-30);
    return text;
}

std::string capability(int major, int minor)
{
    return std::to_string(major) + '.' + std::to_string(minor);
}

/// Why a device cannot take the work; empty when it can.
std::string obstacle(const CudaDevice& device, const CudaNeeds& needs)
{
    if (device.major < needs.major || (device.major == needs.major && device.minor < needs.minor))
        return "its compute capability " + capability(device.major, device.minor) + " is below " +
               capability(needs.major, needs.minor);
    if (device.freeBytes < needs.bytes)
        return "of its " + gibibytes(device.totalBytes) + " only " + gibibytes(device.freeBytes) + " are free and " +
               gibibytes(needs.bytes) + " are needed";
    return {};
}

double speedOf(const CudaDevice& device)
{
    return device.multiprocessors * device.clockHertz;
}

std::string labelOf(const CudaDevice& device)
{
    return "cuda:" + std::to_string(device.ordinal) + " (" + device.name + ')';
}

#if BNOF_WITH_CUDA
/// Asks one device; the context that this makes on it is used again later.
Result<CudaDevice> ask(int ordinal)
{
    cudaDeviceProp properties{};
    int clockKilohertz = 0;
    int shared = 0;
    std::size_t free = 0;
    std::size_t total = 0;
    cudaError_t status = cudaGetDeviceProperties(&properties, ordinal);
    if (status == cudaSuccess)
        status = cudaDeviceGetAttribute(&clockKilohertz, cudaDevAttrClockRate, ordinal);
    if (status == cudaSuccess)
        status = cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, ordinal);
    if (status == cudaSuccess)
        status = cudaSetDevice(ordinal);
    if (status == cudaSuccess)
        status = cudaMemGetInfo(&free, &total);
    if (status != cudaSuccess) {
        cudaGetLastError();
        return makeError(ErrorKind::Device, std::string("the device cannot be used: ") + cudaGetErrorString(status),
                         "cuda:" + std::to_string(ordinal), "Look at nvidia-smi; the CPU does the work meanwhile.");
    }
    CudaDevice device;
    device.ordinal = ordinal;
    device.name = properties.name;
    device.major = properties.major;
    device.minor = properties.minor;
    device.totalBytes = total;
    device.freeBytes = free;
    device.multiprocessors = static_cast<unsigned>(properties.multiProcessorCount);
    device.threadsOfMultiprocessor = static_cast<unsigned>(properties.maxThreadsPerMultiProcessor);
    device.sharedBytes = static_cast<std::uint64_t>(shared);
    device.clockHertz = clockKilohertz * 1e3;
    return device;
}
#endif

Error noDevice(std::string reason)
{
    std::string context;
    if (const auto nvml = Nvml::open(); !nvml.ok())
        context = "NVML: " + nvml.error().message();
    else if (const auto readings = nvml->read(); readings.ok())
        context = "NVML sees " + std::to_string(readings->size()) + " GPUs with driver " + nvml->driverVersion() + '.';
    return makeError(ErrorKind::Device, std::move(reason), "cuda",
                     "The CPU back ends do the same work with the same results.", std::move(context));
}

} // namespace

Result<CudaChoice> chooseCudaDevice(std::span<const CudaDevice> devices, const CudaNeeds& needs)
{
    const CudaDevice* best = nullptr;
    std::string leftOut;
    for (const CudaDevice& device : devices) {
        const std::string why = obstacle(device, needs);
        if (!why.empty()) {
            leftOut += (leftOut.empty() ? "" : "; ") + labelOf(device) + ": " + why;
            continue;
        }
        const bool better = best == nullptr || speedOf(device) > speedOf(*best) ||
                            (speedOf(device) == speedOf(*best) && device.freeBytes > best->freeBytes);
        best = better ? &device : best;
    }
    if (best == nullptr)
        return makeError(ErrorKind::Device, "no CUDA device can take the work", "cuda",
                         "Free device memory, use a smaller network, or use a CPU back end.", leftOut);
    std::string reason = labelOf(*best);
    reason += devices.size() == 1 ? " is the only device" : " is the fastest device that fits";
    reason += " and has " + gibibytes(best->freeBytes) + " free of which " + gibibytes(needs.bytes) + " are needed";
    if (!leftOut.empty())
        reason += "; left out: " + leftOut;
    return CudaChoice{*best, reason + '.'};
}

#if BNOF_WITH_CUDA
Result<std::vector<CudaDevice>> cudaDevices()
{
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) {
        cudaGetLastError();
        return noDevice(listDevices().cudaAbsence);
    }
    int before = 0;
    cudaGetDevice(&before);
    std::vector<CudaDevice> devices;
    std::optional<Error> failure;
    for (int i = 0; i < count; ++i) {
        auto device = ask(i);
        if (device.ok())
            devices.push_back(std::move(*device));
        else
            failure = device.error();
    }
    cudaSetDevice(before);
    if (devices.empty())
        return *failure;
    return devices;
}
#else
Result<std::vector<CudaDevice>> cudaDevices()
{
    return noDevice(listDevices().cudaAbsence);
}
#endif

} // namespace bnof::compute
