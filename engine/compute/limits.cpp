// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/limits.h"

#include <algorithm>
#include <new>
#include <vector>

#include "engine/base/time.h"
#include "engine/compute/cpu.h"
#include "engine/compute/limits_kernels.h"

namespace bnof::compute {
namespace {

constexpr int runs = 9;
constexpr double bytesPerElement = 3 * sizeof(float); // two read, one written

const LimitKernels& widestKernels()
{
#if defined(__x86_64__)
    if (cpuFeatures().avx512)
        return avx512LimitKernels;
    if (cpuFeatures().avx2)
        return avx2LimitKernels;
#endif
    return scalarLimitKernels;
}

/// Median over `runs` of `amount` / CPU seconds of one call of `work`, after one call to warm up.
template <typename Work> double medianRate(double amount, Work work)
{
    work();
    std::vector<double> rates;
    for (int i = 0; i < runs; ++i) {
        const std::int64_t begin = threadCpuNow();
        work();
        const std::int64_t spent = std::max<std::int64_t>(threadCpuNow() - begin, 1);
        rates.push_back(amount / (static_cast<double>(spent) * 1e-9));
    }
    std::nth_element(rates.begin(), rates.begin() + runs / 2, rates.end());
    return rates[runs / 2];
}

Result<double> measureTriad(std::size_t elements, std::size_t passes)
{
    try {
        std::vector<float> a(elements, 0.0F);
        const std::vector<float> b(elements, 1.0F);
        const std::vector<float> c(elements, 2.0F);
        const LimitKernels& kernels = widestKernels();
        return medianRate(bytesPerElement * static_cast<double>(elements * passes), [&] {
            for (std::size_t pass = 0; pass < passes; ++pass)
                kernels.triad(a.data(), b.data(), c.data(), 0.5F, elements);
        });
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::Device, "there is not enough free memory to measure the memory bandwidth", "limits",
                         "Close other programs and try again.");
    }
}

} // namespace

Result<double> measureDramTriad()
{
    return measureTriad(std::size_t{1} << 24, 1); // 64 MiB an array
}

Result<double> measureL2Triad()
{
    return measureTriad(std::size_t{1} << 14, 1000); // 64 KiB an array: beyond the first level, within the second
}

double measureFma()
{
    constexpr std::uint64_t rounds = 2'000'000;
    const LimitKernels& kernels = widestKernels();
    volatile float sink = 0;
    return medianRate(static_cast<double>(rounds) * kernels.operationsPerRound,
                      [&] { sink = kernels.multiplyAdd(rounds); });
}

Result<double> measureLifLoop(std::size_t neurons)
{
    constexpr std::size_t padding = 64;
    const std::size_t size = (neurons + padding - 1) / padding * padding;
    const std::size_t passes = std::max<std::size_t>(4'000'000 / size, 1);
    try {
        std::vector<float> membrane(size);
        std::vector<float> current(size, 0.0F);
        std::vector<std::uint16_t> wait(size, 0);
        for (std::size_t i = 0; i < size; ++i)
            membrane[i] = static_cast<float>(i % 1000) * 0.01F;
        const LimitKernels& kernels = widestKernels();
        volatile std::uint64_t sink = 0;
        return medianRate(static_cast<double>(size * passes), [&] {
            // Currents stay in the normal range: denormals would measure something else.
            std::fill(current.begin(), current.end(), 1000.0F);
            for (std::size_t pass = 0; pass < passes; ++pass)
                sink = kernels.lifTick(membrane.data(), current.data(), wait.data(), size);
        });
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::Device, "there is not enough free memory to measure the neuron update", "limits",
                         "Close other programs and try again.");
    }
}

Result<double> measureScatter(std::size_t targets)
{
    constexpr std::size_t rowLength = 1000;
    constexpr std::size_t rows = 128;
    constexpr std::size_t served = 4000;
    try {
        std::vector<std::uint16_t> target(rows * rowLength);
        const std::vector<std::int16_t> weight(rows * rowLength, 3);
        std::vector<std::int32_t> sums(targets, 0);
        for (std::size_t k = 0; k < target.size(); ++k) // sorted within a row, spread over all targets
            target[k] = static_cast<std::uint16_t>((k % rowLength * targets + k / rowLength * 7) / rowLength % targets);
        return medianRate(static_cast<double>(served * rowLength), [&] {
            for (std::size_t row = 0; row < served; ++row) {
                const std::size_t begin = row * 37 % rows * rowLength;
                for (std::size_t k = begin; k < begin + rowLength; k += 4) {
                    sums[target[k]] += weight[k];
                    sums[target[k + 1]] += weight[k + 1];
                    sums[target[k + 2]] += weight[k + 2];
                    sums[target[k + 3]] += weight[k + 3];
                }
            }
        });
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::Device, "there is not enough free memory to measure the delivery", "limits",
                         "Close other programs and try again.");
    }
}

Result<MachineLimits> measureLimits()
{
    MachineLimits limits;
    BNOF_TRY_ASSIGN(limits.dramTriadBytesPerSecond, measureDramTriad());
    BNOF_TRY_ASSIGN(limits.l2TriadBytesPerSecond, measureL2Triad());
    limits.fmaFlopsPerSecond = measureFma();
    return limits;
}

} // namespace bnof::compute
