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
};

struct DeviceList {
    std::vector<Device> devices; ///< the CPU first, then CUDA devices
    std::string cudaAbsence;     ///< a sentence that says why there is no CUDA device; empty when there is one
};

/// Asks the system and the CUDA driver. Takes milliseconds on a machine with a GPU (the driver starts up).
[[nodiscard]] DeviceList listDevices();

/// One line, e.g. "NVIDIA H100, 79.1 GiB, 132 multiprocessors, compute capability 9.0".
[[nodiscard]] std::string describe(const Device& device);

} // namespace bnof::compute
