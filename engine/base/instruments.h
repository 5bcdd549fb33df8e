// SPDX-License-Identifier: GPL-3.0-or-later
// The instruments that every part counts through: counters, gauges and histograms, named once and
// read by displays, reports and exporters. Updating one is a relaxed atomic operation.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bnof {

/// A number that only grows.
class Counter {
public:
    void add(std::uint64_t n = 1) { m_value.fetch_add(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> m_value{0};
};

/// A number that goes up and down.
class Gauge {
public:
    void set(double value) { m_value.store(value, std::memory_order_relaxed); }
    [[nodiscard]] double value() const { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<double> m_value{0};
};

/// Distribution of positive integers (usually nanoseconds) in log-linear buckets: 16 a power of two,
/// so that a quantile is exact to 1/16 of its value.
class Histogram {
public:
    void record(std::uint64_t value);
    [[nodiscard]] std::uint64_t count() const;
    /// Upper edge of the bucket in which the q-quantile (0..1) lies; 0 when empty.
    [[nodiscard]] std::uint64_t quantile(double q) const;
    /// Add what `other` has counted; for sums of histograms that are kept one a thread.
    void merge(const Histogram& other);
    void reset();

private:
    static constexpr std::size_t bucketCount = 16 + 60 * 16;
    std::array<std::atomic<std::uint64_t>, bucketCount> m_buckets{};
};

/// The process's instruments by name, e.g. "sensing.frames". References stay valid for ever.
class Instruments {
public:
    static Counter& counter(std::string_view name);
    static Gauge& gauge(std::string_view name);
    static Histogram& histogram(std::string_view name);

    struct Reading {
        std::string name;
        double value = 0;
    };
    /// All counters and gauges, sorted by name.
    [[nodiscard]] static std::vector<Reading> readings();
};

} // namespace bnof
