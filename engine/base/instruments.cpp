// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/instruments.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>

namespace bnof {
namespace {

struct Registry {
    std::mutex mutex;
    std::map<std::string, std::unique_ptr<Counter>, std::less<>> counters;
    std::map<std::string, std::unique_ptr<Gauge>, std::less<>> gauges;
    std::map<std::string, std::unique_ptr<Histogram>, std::less<>> histograms;
};

Registry& registry()
{
    static Registry* instance = new Registry; // never destroyed: threads may count while statics go away
    return *instance;
}

template <typename T>
T& find(std::map<std::string, std::unique_ptr<T>, std::less<>>& map, std::mutex& mutex, std::string_view name)
{
    const std::lock_guard lock(mutex);
    auto it = map.find(name);
    if (it == map.end())
        it = map.emplace(std::string(name), std::make_unique<T>()).first;
    return *it->second;
}

std::size_t bucketOf(std::uint64_t value)
{
    if (value < 16)
        return value;
    const auto exponent = static_cast<std::size_t>(std::bit_width(value)) - 1; // >= 4
    const std::size_t mantissa = (value >> (exponent - 4)) & 15;
    return 16 + (exponent - 4) * 16 + mantissa;
}

std::uint64_t upperEdge(std::size_t bucket)
{
    if (bucket < 16)
        return bucket;
    const std::size_t exponent = (bucket - 16) / 16 + 4;
    const std::uint64_t mantissa = (bucket - 16) % 16;
    return ((16 + mantissa + 1) << (exponent - 4)) - 1;
}

} // namespace

void Histogram::record(std::uint64_t value)
{
    m_buckets[bucketOf(value)].fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const
{
    std::uint64_t sum = 0;
    for (const auto& bucket : m_buckets)
        sum += bucket.load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t Histogram::quantile(double q) const
{
    const std::uint64_t total = count();
    if (total == 0)
        return 0;
    const auto wanted = static_cast<std::uint64_t>(std::clamp(q, 0.0, 1.0) * static_cast<double>(total - 1)) + 1;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucketCount; ++i) {
        seen += m_buckets[i].load(std::memory_order_relaxed);
        if (seen >= wanted)
            return upperEdge(i);
    }
    return upperEdge(bucketCount - 1);
}

void Histogram::merge(const Histogram& other)
{
    for (std::size_t i = 0; i < bucketCount; ++i) {
        if (const std::uint64_t n = other.m_buckets[i].load(std::memory_order_relaxed); n > 0)
            m_buckets[i].fetch_add(n, std::memory_order_relaxed);
    }
}

void Histogram::reset()
{
    for (auto& bucket : m_buckets)
        bucket.store(0, std::memory_order_relaxed);
}

Counter& Instruments::counter(std::string_view name)
{
    return find(registry().counters, registry().mutex, name);
}

Gauge& Instruments::gauge(std::string_view name)
{
    return find(registry().gauges, registry().mutex, name);
}

Histogram& Instruments::histogram(std::string_view name)
{
    return find(registry().histograms, registry().mutex, name);
}

std::vector<Instruments::Reading> Instruments::readings()
{
    Registry& r = registry();
    const std::lock_guard lock(r.mutex);
    std::vector<Reading> out;
    for (const auto& [name, counter] : r.counters)
        out.push_back({name, static_cast<double>(counter->value())});
    for (const auto& [name, gauge] : r.gauges)
        out.push_back({name, gauge->value()});
    std::sort(out.begin(), out.end(), [](const Reading& a, const Reading& b) { return a.name < b.name; });
    return out;
}

} // namespace bnof
