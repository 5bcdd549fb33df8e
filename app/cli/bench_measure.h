// SPDX-License-Identifier: GPL-3.0-or-later
// How benchmarks measure: CPU time, median of many rounds, the subject and its baseline in turn so that both
// see the same machine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/bench.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace bnof::bench {

/// The q-quantile (0..1) of values in any order; 0 when there are none.
inline double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

/// CPU seconds of this thread.
inline double threadSeconds()
{
    return static_cast<double>(threadCpuNow()) * 1e-9;
}
/// CPU seconds of all threads of this process.
inline double processSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Paired {
    double subject = 0;         ///< median CPU seconds of one round
    double baseline = 0;        ///< the same of the baseline
    std::vector<double> rounds; ///< of the subject
};

/// Runs both in turn, at least three rounds and until `options.secondsEach` have passed. Each function does one
/// round and returns the CPU seconds of the part that counts, or an error that ends the measurement.
template <typename Subject, typename Baseline>
Result<Paired> measurePaired(const BenchOptions& options, Subject subject, Baseline baseline)
{
    std::vector<double> a, b;
    const std::int64_t end = monotonicNow() + fromSeconds(options.secondsEach);
    while (a.size() < 3 || (monotonicNow() < end && a.size() < 10000)) {
        BNOF_TRY_ASSIGN(const double first, subject());
        BNOF_TRY_ASSIGN(const double second, baseline());
        a.push_back(first);
        b.push_back(second);
    }
    return Paired{quantile(a, 0.5), quantile(b, 0.5), a};
}

/// A figure without a value.
inline Figure notMeasured(std::string name, std::string unit, Figure::Better better, std::string reason)
{
    Figure figure;
    figure.name = std::move(name);
    figure.unit = std::move(unit);
    figure.better = better;
    figure.reason = std::move(reason);
    return figure;
}

/// An empty folder that goes away with this object. `path` is empty when none could be made.
class WorkFolder {
public:
    WorkFolder()
    {
        std::error_code error;
        std::string pattern = (std::filesystem::temp_directory_path(error) / "bnof-bench-").string();
        for (int attempt = 0; attempt < 100 && m_path.empty(); ++attempt) {
            const std::string path = pattern + std::to_string(monotonicNow()) + "-" + std::to_string(attempt);
            if (std::filesystem::create_directory(path, error))
                m_path = path;
        }
    }
    ~WorkFolder()
    {
        std::error_code error;
        if (!m_path.empty())
            std::filesystem::remove_all(m_path, error);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    std::string m_path;
};

/// Times of a 4 KiB append followed by fdatasync, in seconds, in a new file at `path`.
/// Errors: the file cannot be written; the folder is in memory, where a flush means nothing.
[[nodiscard]] Result<std::vector<double>> measureAppendSync(const std::string& path, double seconds);
/// A folder on a real disk for measureAppendSync: /var/tmp where it exists, else the temporary folder.
[[nodiscard]] std::string diskFolder();

} // namespace bnof::bench
