// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/energy.h"

#include <cctype>
#include <filesystem>
#include <fstream>

namespace bnof::compute {
namespace {

std::optional<std::uint64_t> number(const std::string& path)
{
    std::ifstream file(path);
    std::uint64_t value = 0;
    return file >> value ? std::optional(value) : std::nullopt;
}

/// "intel-rapl:0", a package; "intel-rapl:0:1" is a part of it and would be counted twice.
bool isPackage(const std::string& zone)
{
    const std::string prefix = "intel-rapl:";
    if (!zone.starts_with(prefix) || zone.size() == prefix.size())
        return false;
    for (const char c : zone.substr(prefix.size()))
        if (std::isdigit(static_cast<unsigned char>(c)) == 0)
            return false;
    return true;
}

} // namespace

EnergyMeter EnergyMeter::open(const std::string& powercap, const std::string& nvmlLibrary)
{
    EnergyMeter meter;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(powercap, error)) {
        const std::string zone = entry.path().filename().string();
        if (!isPackage(zone))
            continue;
        const std::string path = entry.path().string() + "/energy_uj";
        const auto now = number(path);
        const auto range = number(entry.path().string() + "/max_energy_range_uj");
        if (!now || !range) {
            meter.m_cpuMissing = "CPU energy: " + path + " cannot be read (only root may read it on most systems)";
            continue;
        }
        meter.m_zones.push_back({path, *range, *now});
    }
    if (meter.m_zones.empty() && meter.m_cpuMissing.empty())
        meter.m_cpuMissing = "CPU energy: this system has no power counters in " + powercap;
    if (auto nvml = Nvml::open(nvmlLibrary); nvml.ok()) {
        meter.m_nvml = std::move(*nvml);
        if (const auto total = meter.gpuTotal(meter.m_gpuMissing))
            meter.m_gpuAtStart = *total;
    } else {
        meter.m_gpuMissing = "GPU energy: " + nvml.error().message();
    }
    return meter;
}

std::optional<double> EnergyMeter::gpuTotal(std::string& why) const
{
    const auto gpus = m_nvml->read();
    if (!gpus.ok()) {
        why = "GPU energy: " + gpus.error().message();
        return std::nullopt;
    }
    double total = 0;
    bool any = false;
    for (const GpuReading& gpu : *gpus) {
        total += gpu.energyJoules.value_or(0);
        any = any || gpu.energyJoules.has_value();
    }
    if (!any) {
        why = "GPU energy: no GPU of this machine counts it";
        return std::nullopt;
    }
    return total;
}

EnergyReading EnergyMeter::read()
{
    EnergyReading reading;
    for (Zone& zone : m_zones) {
        const auto now = number(zone.energyPath);
        if (!now)
            continue;
        const std::uint64_t used = *now >= zone.last ? *now - zone.last : *now + zone.range - zone.last;
        m_cpuJoules += static_cast<double>(used) * 1e-6;
        zone.last = *now;
    }
    if (!m_zones.empty())
        reading.cpuJoules = m_cpuJoules;
    if (!m_cpuMissing.empty())
        reading.missing.push_back(m_cpuMissing);
    std::string why = m_gpuMissing;
    if (m_nvml && m_gpuMissing.empty()) {
        if (const auto total = gpuTotal(why))
            reading.gpuJoules = *total - m_gpuAtStart;
    }
    if (!why.empty())
        reading.missing.push_back(why);
    return reading;
}

} // namespace bnof::compute
