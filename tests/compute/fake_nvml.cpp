// SPDX-License-Identifier: GPL-3.0-or-later
// A stand-in for libnvidia-ml.so.1 with two GPUs. FAKE_NVML selects what goes wrong: 0 nothing, 1 the driver is not
// loaded, 2 the second GPU is lost, 3 a function is missing, 4 the GPUs cannot be counted.
#include <cstdio>

struct NvmlDevice {
    unsigned index;
};

namespace {

[[maybe_unused]] NvmlDevice devices[2] = {{0}, {1}};
int starts = 0;

int copyText(char* out, unsigned length, const char* format, unsigned index)
{
    const int written = std::snprintf(out, length, format, index);
    return written >= 0 && static_cast<unsigned>(written) < length ? 0 : 7; // NVML_ERROR_INSUFFICIENT_SIZE
}

} // namespace

extern "C" {

struct FakeUtilisation {
    unsigned gpu;
    unsigned memory;
};
struct FakeMemory {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};

int nvmlInit_v2()
{
    if (FAKE_NVML == 1)
        return 9;
    ++starts;
    return 0;
}
int nvmlShutdown()
{
    --starts;
    return 0;
}
int fakeNvmlStarts()
{
    return starts;
}
const char* nvmlErrorString(int status)
{
    switch (status) {
    case 3: return "Not Supported";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    default: return "Unknown Error";
    }
}
int nvmlSystemGetDriverVersion(char* version, unsigned length)
{
    return copyText(version, length, "550.%02u", 54);
}
int nvmlDeviceGetCount_v2(unsigned* count)
{
    *count = 2;
    return FAKE_NVML == 4 ? 999 : 0;
}
#if FAKE_NVML != 3
int nvmlDeviceGetHandleByIndex_v2(unsigned index, NvmlDevice** device)
{
    if (FAKE_NVML == 2 && index == 1)
        return 15;
    *device = &devices[index];
    return 0;
}
#endif
int nvmlDeviceGetName(NvmlDevice* device, char* name, unsigned length)
{
    return copyText(name, length, "Fake GPU %u", device->index);
}
int nvmlDeviceGetUUID(NvmlDevice* device, char* uuid, unsigned length)
{
    return copyText(uuid, length, "GPU-0000-%u", device->index);
}
int nvmlDeviceGetUtilizationRates(NvmlDevice* device, FakeUtilisation* out)
{
    *out = {device->index == 0 ? 97U : 3U, 41U};
    return 0;
}
int nvmlDeviceGetMemoryInfo(NvmlDevice*, FakeMemory* out)
{
    *out = {80ULL << 30, 68ULL << 30, 12ULL << 30};
    return 0;
}
int nvmlDeviceGetPowerUsage(NvmlDevice* device, unsigned* milliwatts)
{
    *milliwatts = 412345;
    return device->index == 0 ? 0 : 3;
}
int nvmlDeviceGetEnforcedPowerLimit(NvmlDevice*, unsigned* milliwatts)
{
    *milliwatts = 700000;
    return 0;
}
int nvmlDeviceGetTemperature(NvmlDevice*, int sensor, unsigned* degrees)
{
    *degrees = 61;
    return sensor == 0 ? 0 : 2;
}
int nvmlDeviceGetClockInfo(NvmlDevice*, int type, unsigned* megahertz)
{
    *megahertz = type == 1 ? 1755 : 2619;
    return type == 1 || type == 2 ? 0 : 2;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(NvmlDevice* device, unsigned long long* reasons)
{
    *reasons = device->index == 0 ? 0x4 | 0x40 | 0x8000 : 0;
    return 0;
}

#if FAKE_NVML == 5
int nvmlDeviceGetTotalEnergyConsumption(NvmlDevice* device, unsigned long long* millijoules)
{
    static unsigned long long used[2] = {5000, 7000};
    *millijoules = used[device->index];
    used[device->index] += 1500;
    return 0;
}
#endif

} // extern "C"
