// SPDX-License-Identifier: GPL-3.0-or-later
// The compute devices of this machine, described for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bnof::compute {

struct Device {
    enum class Kind { Cpu, Cuda };
    Kind kind = Kind::Cpu;
    std::string id;                ///< "cpu", "cuda:0", ...
    std::string name;              ///< as the system or the driver names it
    std::string capability;        ///< instruction sets ("AVX2, FMA"), or CUDA compute capability ("9.0")
    std::uint64_t memoryBytes = 0; ///< main memory, or the device's own; 0: unknown
    unsigned units = 0;            ///< logical cores, or multiprocessors
    std::string uuid;              ///< CUDA: "GPU-...", the same as in NVML; empty: unknown
    std::string activity;          ///< CUDA: what the device is doing, one line of nvml.h; empty: unknown
};

struct DeviceList {
    std::vector<Device> devices; ///< the CPU first, then CUDA devices
    std::string cudaAbsence;     ///< a sentence that says why there is no CUDA device; empty when there is one
    std::string activityAbsence; ///< why the activity of a CUDA device is unknown; empty when it is known
};

/// Asks the system and the CUDA driver. Takes milliseconds on a machine with a GPU (the driver starts up).
[[nodiscard]] DeviceList listDevices();

/// Fills in what the CUDA devices of a list are doing, from NVIDIA's management library (nvml.h), or why that is
/// unknown. Where the list has no CUDA device but the driver shows GPUs, `cudaAbsence` names them. listDevices() does
/// this; call it to read again.
void readActivity(DeviceList& list, const std::string& nvmlLibrary = "libnvidia-ml.so.1");

/// One line, e.g. "NVIDIA H100, 79.1 GiB, 132 multiprocessors, compute capability 9.0".
[[nodiscard]] std::string describe(const Device& device);

} // namespace bnof::compute
