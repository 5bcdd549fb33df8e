// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: pressure stall information and control groups, version 2; what is not there stays absent.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/cache/memory_pressure.h"

namespace bnof::cache {
namespace {

std::string textOf(const std::string& path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A number of bytes; absent for "max" and for no number.
std::optional<std::uint64_t> bytesIn(const std::string& path)
{
    const std::string text = textOf(path);
    char* end = nullptr;
    const auto value = std::strtoull(text.c_str(), &end, 10);
    if (end == text.c_str())
        return std::nullopt;
    return value;
}

} // namespace

MemoryPressure readMemoryPressure(const std::string& root)
{
    MemoryPressure pressure;
    const std::string stalls = textOf(root + "/proc/pressure/memory");
    const std::string key = "some avg10=";
    if (const std::size_t at = stalls.find(key); at != std::string::npos)
        pressure.waiting = std::strtod(stalls.c_str() + at + key.size(), nullptr) / 100; // it is in per cent
    // "0::/user.slice/..." names the control group.
    std::istringstream groups(textOf(root + "/proc/self/cgroup"));
    std::string folder;
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::", 0) == 0)
            folder = root + "/sys/fs/cgroup" + line.substr(3);
    }
    if (folder.empty())
        return pressure;
    pressure.used = bytesIn(folder + "/memory.current");
    const auto high = bytesIn(folder + "/memory.high");
    const auto most = bytesIn(folder + "/memory.max");
    pressure.limit = high && most ? std::min(*high, *most) : (high ? high : most);
    return pressure;
}

} // namespace bnof::cache
