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

Result<MachineLimits> measureLimits()
{
    MachineLimits limits;
    BNOF_TRY_ASSIGN(limits.dramTriadBytesPerSecond, measureDramTriad());
    BNOF_TRY_ASSIGN(limits.l2TriadBytesPerSecond, measureL2Triad());
    limits.fmaFlopsPerSecond = measureFma();
    return limits;
}

} // namespace bnof::compute
