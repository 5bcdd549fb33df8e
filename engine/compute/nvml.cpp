// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/nvml.h"

#include <array>
#include <cstdio>

#include "engine/compute/shared_library.h"

namespace bnof::compute {
namespace {

// The part of NVML's stable C interface that is used (NVIDIA, "NVML API Reference Guide"); nvml.h may not be
// installed. Enumerations are C ints, a device is an opaque pointer.
using Status = int;
using DeviceHandle = struct NvmlDevice*;
constexpr Status success = 0;
constexpr Status driverNotLoaded = 9;
constexpr int coreSensor = 0;  // NVML_TEMPERATURE_GPU
constexpr int coreClock = 1;   // NVML_CLOCK_SM
constexpr int memoryClock = 2; // NVML_CLOCK_MEM

struct Utilisation {
    unsigned gpu; // percent
    unsigned memory;
};
struct Memory {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};
struct ThrottleBit {
    unsigned long long mask;
    const char* text;
};
constexpr std::array<ThrottleBit, 9> throttleBits{{{0x001, "idle"},
                                                   {0x002, "application clock setting"},
                                                   {0x004, "software power cap"},
                                                   {0x008, "hardware slowdown"},
                                                   {0x010, "synchronised boost"},
                                                   {0x020, "software thermal slowdown"},
                                                   {0x040, "hardware thermal slowdown"},
                                                   {0x080, "hardware power brake"},
                                                   {0x100, "display clock setting"}}};

const char* cpuMeanwhile()
{
    return "Install or repair the NVIDIA driver to see GPUs; until then the CPU back ends do all the work.";
}

std::string formatted(const char* format, double value)
{
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

} // namespace

struct Nvml::Library {
    SharedLibrary library;
    std::string path;
    std::string driverVersion;
    bool started = false;

    Status (*init)() = nullptr;
    Status (*shutdown)() = nullptr;
    const char* (*errorString)(Status) = nullptr;
    Status (*driver)(char*, unsigned) = nullptr;
    Status (*count)(unsigned*) = nullptr;
    Status (*handleByIndex)(unsigned, DeviceHandle*) = nullptr;
    Status (*name)(DeviceHandle, char*, unsigned) = nullptr;
    Status (*uuid)(DeviceHandle, char*, unsigned) = nullptr;
    Status (*utilisation)(DeviceHandle, Utilisation*) = nullptr;
    Status (*memory)(DeviceHandle, Memory*) = nullptr;
    Status (*power)(DeviceHandle, unsigned*) = nullptr;
    Status (*powerLimit)(DeviceHandle, unsigned*) = nullptr;
    Status (*energy)(DeviceHandle, unsigned long long*) = nullptr;
    Status (*temperature)(DeviceHandle, int, unsigned*) = nullptr;
    Status (*clock)(DeviceHandle, int, unsigned*) = nullptr;
    Status (*throttle)(DeviceHandle, unsigned long long*) = nullptr;

    Library(SharedLibrary loaded, std::string from) : library(std::move(loaded)), path(std::move(from)) {}
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library()
    {
        if (started)
            shutdown();
    }

    template <typename Function> bool find(Function& function, const char* symbol) const
    {
        function = reinterpret_cast<Function>(library.symbol(symbol));
        return function != nullptr;
    }
    /// The functions without which nothing can be listed; returns the name of one that is missing, or null.
    [[nodiscard]] const char* findRequired()
    {
        const auto missing = [this](auto& function, const char* symbol) {
            return find(function, symbol) ? nullptr : symbol;
        };
        for (const char* absent :
             {missing(init, "nvmlInit_v2"), missing(shutdown, "nvmlShutdown"), missing(errorString, "nvmlErrorString"),
              missing(count, "nvmlDeviceGetCount_v2"), missing(handleByIndex, "nvmlDeviceGetHandleByIndex_v2"),
              missing(name, "nvmlDeviceGetName"), missing(memory, "nvmlDeviceGetMemoryInfo")})
            if (absent != nullptr)
                return absent;
        return nullptr;
    }
    /// Old drivers lack some of these; their figures are then absent.
    void findOptional()
    {
        find(driver, "nvmlSystemGetDriverVersion");
        find(uuid, "nvmlDeviceGetUUID");
        find(utilisation, "nvmlDeviceGetUtilizationRates");
        find(power, "nvmlDeviceGetPowerUsage");
        find(powerLimit, "nvmlDeviceGetEnforcedPowerLimit");
        find(energy, "nvmlDeviceGetTotalEnergyConsumption");
        find(temperature, "nvmlDeviceGetTemperature");
        find(clock, "nvmlDeviceGetClockInfo");
        // The same query under the name that it has had since driver 535, and the older one.
        if (!find(throttle, "nvmlDeviceGetCurrentClocksEventReasons"))
            find(throttle, "nvmlDeviceGetCurrentClocksThrottleReasons");
    }
    [[nodiscard]] std::string explain(Status status) const
    {
        const char* text = errorString(status);
        return text != nullptr ? text : "error " + std::to_string(status);
    }
    [[nodiscard]] Error failure(const std::string& what, const char* function, Status status) const
    {
        const std::string remedy =
            status == driverNotLoaded
                ? cpuMeanwhile()
                : "Check the GPU with nvidia-smi; meanwhile the CPU back ends can do all the work.";
        return makeError(ErrorKind::Device, what + " (" + function + ": " + explain(status) + ')', path, remedy,
                         "NVML status " + std::to_string(status));
    }

    /// Calls an optional function with `arguments` and a value to fill; notes what is missing.
    template <typename Value, typename Function, typename... Arguments>
    [[nodiscard]] std::optional<Value> ask(GpuReading& reading, const char* figure, const char* symbol,
                                           Function function, Arguments... arguments) const
    {
        Value value{};
        if (function == nullptr) {
            reading.missing.push_back(std::string(figure) + ": " + symbol + ": not in this driver");
            return std::nullopt;
        }
        if (const Status status = function(arguments..., &value); status != success) {
            reading.missing.push_back(std::string(figure) + ": " + symbol + ": " + explain(status));
            return std::nullopt;
        }
        return value;
    }
    [[nodiscard]] Result<GpuReading> readDevice(unsigned index) const;
    void readPowerAndHeat(DeviceHandle device, GpuReading& reading) const;
    void readClocks(DeviceHandle device, GpuReading& reading) const;
};

Result<GpuReading> Nvml::Library::readDevice(unsigned index) const
{
    DeviceHandle device = nullptr;
    if (const Status status = handleByIndex(index, &device); status != success)
        return failure("GPU " + std::to_string(index) + " cannot be reached", "nvmlDeviceGetHandleByIndex_v2", status);
    GpuReading reading;
    reading.index = index;
    char text[96] = {};
    if (const Status status = name(device, text, sizeof text); status == success)
        reading.name = text;
    else
        reading.missing.push_back("name: nvmlDeviceGetName: " + explain(status));
    char id[96] = {};
    if (uuid == nullptr)
        reading.missing.push_back("identifier: nvmlDeviceGetUUID: not in this driver");
    else if (const Status status = uuid(device, id, sizeof id); status == success)
        reading.uuid = id;
    else
        reading.missing.push_back("identifier: nvmlDeviceGetUUID: " + explain(status));
    if (const auto memoryInfo = ask<Memory>(reading, "memory", "nvmlDeviceGetMemoryInfo", memory, device)) {
        reading.memoryUsedBytes = memoryInfo->used;
        reading.memoryTotalBytes = memoryInfo->total;
    }
    if (const auto busy =
            ask<Utilisation>(reading, "utilisation", "nvmlDeviceGetUtilizationRates", utilisation, device)) {
        reading.utilisation = busy->gpu / 100.0;
        reading.memoryTraffic = busy->memory / 100.0;
    }
    readPowerAndHeat(device, reading);
    readClocks(device, reading);
    return reading;
}

void Nvml::Library::readPowerAndHeat(DeviceHandle device, GpuReading& reading) const
{
    if (const auto milliwatts = ask<unsigned>(reading, "power draw", "nvmlDeviceGetPowerUsage", power, device))
        reading.powerWatts = *milliwatts / 1000.0;
    if (const auto milliwatts =
            ask<unsigned>(reading, "power limit", "nvmlDeviceGetEnforcedPowerLimit", powerLimit, device))
        reading.powerLimitWatts = *milliwatts / 1000.0;
    if (const auto millijoules =
            ask<unsigned long long>(reading, "energy", "nvmlDeviceGetTotalEnergyConsumption", energy, device))
        reading.energyJoules = static_cast<double>(*millijoules) / 1000.0;
    if (const auto degrees =
            ask<unsigned>(reading, "temperature", "nvmlDeviceGetTemperature", temperature, device, coreSensor))
        reading.temperatureCelsius = *degrees;
}

void Nvml::Library::readClocks(DeviceHandle device, GpuReading& reading) const
{
    if (const auto megahertz = ask<unsigned>(reading, "core clock", "nvmlDeviceGetClockInfo", clock, device, coreClock))
        reading.coreClockHertz = *megahertz * 1e6;
    if (const auto megahertz =
            ask<unsigned>(reading, "memory clock", "nvmlDeviceGetClockInfo", clock, device, memoryClock))
        reading.memoryClockHertz = *megahertz * 1e6;
    if (const auto bits = ask<unsigned long long>(reading, "throttle reasons",
                                                  "nvmlDeviceGetCurrentClocksThrottleReasons", throttle, device)) {
        unsigned long long rest = *bits;
        for (const ThrottleBit& bit : throttleBits) {
            if ((rest & bit.mask) != 0)
                reading.throttleReasons.emplace_back(bit.text);
            rest &= ~bit.mask;
        }
        if (rest != 0)
            reading.throttleReasons.emplace_back("a reason that this program does not know");
    }
}

Nvml::Nvml(std::unique_ptr<Library> library) : m_library(std::move(library)) {}
Nvml::Nvml(Nvml&&) noexcept = default;
Nvml& Nvml::operator=(Nvml&&) noexcept = default;
Nvml::~Nvml() = default;

Result<Nvml> Nvml::open(const std::string& libraryPath)
{
    Result<SharedLibrary> loaded = SharedLibrary::open(libraryPath);
    if (!loaded)
        return makeError(ErrorKind::Device,
                         "the NVIDIA management library is not on this machine, so no GPU is visible", libraryPath,
                         cpuMeanwhile(), loaded.error().context);
    auto library = std::make_unique<Library>(std::move(loaded).value(), libraryPath);
    if (const char* absent = library->findRequired())
        return makeError(ErrorKind::Device,
                         std::string("the NVIDIA management library lacks the function ") + absent +
                             "; the driver is too old",
                         libraryPath, cpuMeanwhile());
    library->findOptional();
    if (const Status status = library->init(); status != success)
        return library->failure("the NVIDIA driver does not answer", "nvmlInit_v2", status);
    library->started = true;
    char version[96] = {};
    if (library->driver != nullptr && library->driver(version, sizeof version) == success)
        library->driverVersion = version;
    return Nvml(std::move(library));
}

Result<std::vector<GpuReading>> Nvml::read() const
{
    unsigned count = 0;
    if (const Status status = m_library->count(&count); status != success)
        return m_library->failure("the GPUs cannot be counted", "nvmlDeviceGetCount_v2", status);
    std::vector<GpuReading> readings;
    for (unsigned i = 0; i < count; ++i) {
        BNOF_TRY_ASSIGN(GpuReading reading, m_library->readDevice(i));
        readings.push_back(std::move(reading));
    }
    return readings;
}

const std::string& Nvml::driverVersion() const
{
    return m_library->driverVersion;
}

std::string describe(const GpuReading& reading)
{
    std::string text = reading.name.empty() ? "GPU " + std::to_string(reading.index) : reading.name;
    const char* separator = ": ";
    const auto add = [&](const std::string& part) {
        text += separator + part;
        separator = ", ";
    };
    if (reading.utilisation)
        add(formatted("%.0f %% busy", *reading.utilisation * 100));
    if (reading.memoryUsedBytes && reading.memoryTotalBytes)
        add(formatted("%.1f", static_cast<double>(*reading.memoryUsedBytes) * 0x1p-30) +
            formatted(" of %.1f GiB", static_cast<double>(*reading.memoryTotalBytes) * 0x1p-30));
    if (reading.powerWatts)
        add(formatted("%.0f W", *reading.powerWatts) +
            (reading.powerLimitWatts ? formatted(" of %.0f W", *reading.powerLimitWatts) : ""));
    if (reading.temperatureCelsius)
        add(formatted("%.0f \xC2\xB0"
                      "C",
                      *reading.temperatureCelsius));
    if (reading.coreClockHertz)
        add(formatted("%.0f MHz", *reading.coreClockHertz / 1e6));
    for (std::size_t i = 0; i < reading.throttleReasons.size(); ++i)
        text += (i == 0 ? " (" : ", ") + reading.throttleReasons[i];
    return reading.throttleReasons.empty() ? text : text + ')';
}

} // namespace bnof::compute
