// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/devices.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/build_config.h"
#include "engine/compute/cpu.h"
#include "engine/compute/nvml.h"

#if BNOF_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace bnof::compute {
namespace {

std::string instructionSets(const CpuFeatures& cpu)
{
    if (cpu.avx512)
        return "AVX-512, AVX2, FMA";
    if (cpu.avx2)
        return "AVX2, FMA";
#if defined(__x86_64__)
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "baseline";
#endif
}

Device cpuDevice()
{
    const CpuFeatures& cpu = cpuFeatures();
    Device device;
    device.id = "cpu";
    device.name = cpu.model.empty() ? "CPU" : cpu.model;
    device.capability = instructionSets(cpu);
    device.memoryBytes = physicalMemoryBytes();
    device.units = cpu.logicalCores;
    return device;
}

#if BNOF_WITH_CUDA
/// As NVML writes it: "GPU-" and groups of 8, 4, 4, 4 and 12 hexadecimal digits.
std::string uuidText(const cudaUUID_t& uuid)
{
    std::string text = "GPU";
    for (int i = 0; i < 16; ++i) {
        char digits[4];
        const char* format = i == 0 || i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x";
        std::snprintf(digits, sizeof digits, format, static_cast<unsigned>(static_cast<unsigned char>(uuid.bytes[i])));
        text += digits;
    }
    return text;
}

std::string absenceReason(cudaError_t error)
{
    switch (error) {
    case cudaSuccess:
    case cudaErrorNoDevice: return "The CUDA driver of this machine sees no device.";
    case cudaErrorInsufficientDriver: {
        // The same code stands for a driver that is too old and for none at all.
        int version = 0;
        if (cudaDriverGetVersion(&version) == cudaSuccess && version > 0)
            return "The CUDA driver of this machine is too old for this program; update the driver.";
        return "There is no CUDA driver on this machine.";
    }
    default: return std::string("CUDA cannot be used: ") + cudaGetErrorString(error) + '.';
    }
}

void appendCudaDevices(DeviceList& list)
{
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess || count == 0) {
        list.cudaAbsence = absenceReason(error);
        return;
    }
    cudaError_t failure = cudaSuccess;
    for (int i = 0; i < count; ++i) {
        cudaDeviceProp properties{};
        if (const cudaError_t status = cudaGetDeviceProperties(&properties, i); status != cudaSuccess) {
            failure = status;
            continue;
        }
        Device device;
        device.kind = Device::Kind::Cuda;
        device.id = "cuda:" + std::to_string(i);
        device.name = properties.name;
        device.capability = std::to_string(properties.major) + '.' + std::to_string(properties.minor);
        device.memoryBytes = properties.totalGlobalMem;
        device.units = static_cast<unsigned>(properties.multiProcessorCount);
        device.uuid = uuidText(properties.uuid);
        list.devices.push_back(std::move(device));
    }
    if (list.devices.size() == 1)
        list.cudaAbsence = absenceReason(failure);
}
#else
void appendCudaDevices(DeviceList& list)
{
    list.cudaAbsence = "This program was built without CUDA.";
}
#endif

} // namespace

DeviceList listDevices()
{
    DeviceList list;
    list.devices.push_back(cpuDevice());
    appendCudaDevices(list);
    readActivity(list);
    return list;
}

void readActivity(DeviceList& list, const std::string& nvmlLibrary)
{
    list.activityAbsence.clear();
    const bool wanted = std::any_of(list.devices.begin(), list.devices.end(),
                                    [](const Device& device) { return device.kind == Device::Kind::Cuda; });
    for (Device& device : list.devices)
        device.activity.clear();
    const auto nvml = Nvml::open(nvmlLibrary);
    const auto readings = nvml.ok() ? nvml->read() : Result<std::vector<GpuReading>>(nvml.error());
    if (!readings.ok()) {
        if (wanted)
            list.activityAbsence = readings.error().message();
        return;
    }
    std::string unused;
    for (const GpuReading& reading : *readings) {
        const auto device = std::find_if(list.devices.begin(), list.devices.end(), [&](const Device& one) {
            return !one.uuid.empty() && one.uuid == reading.uuid;
        });
        if (device != list.devices.end())
            device->activity = describe(reading);
        else
            unused += (unused.empty() ? "" : ", ") + reading.name;
    }
    if (!wanted && !unused.empty())
        list.cudaAbsence += " The NVIDIA driver shows " + unused + '.';
    for (const Device& device : list.devices)
        if (device.kind == Device::Kind::Cuda && device.activity.empty())
            list.activityAbsence = "The NVIDIA driver does not list " + device.name + " for this user.";
}

std::string describe(const Device& device)
{
    std::string text = device.name;
    if (device.memoryBytes != 0) {
        char memory[40];
        std::snprintf(memory, sizeof memory, ", %.1f GiB", static_cast<double>(device.memoryBytes) * 0x1p-30);
        text += memory;
    }
    const bool cpu = device.kind == Device::Kind::Cpu;
    if (device.units != 0)
        text += ", " + std::to_string(device.units) + (cpu ? " logical core" : " multiprocessor") +
                (device.units == 1 ? "" : "s");
    return text + (cpu ? ", " : ", compute capability ") + device.capability;
}

} // namespace bnof::compute
