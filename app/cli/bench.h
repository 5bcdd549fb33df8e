// SPDX-License-Identifier: GPL-3.0-or-later
// `bnof bench`: named benchmarks, each held against a baseline that is measured in the same run and, where
// there is one, against the limit of this machine.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace bnof::bench {

/// One measured figure. SI base units: seconds, bytes, hertz; shares as 0..1.
struct Figure {
    enum class Better { Higher, Lower };
    struct Baseline {
        std::string name;
        double value = 0;
    };

    std::string name;
    std::optional<double> value; ///< absent: it could not be measured honestly, `reason` says why
    std::string unit;
    Better better = Better::Higher;
    std::optional<Baseline> baseline;
    std::optional<double> limit; ///< of this machine, in the same unit
    Json detail = Json::object();
    std::string reason;
};

struct BenchOptions {
    bool json = false; ///< one object a line instead of a table
    bool list = false; ///< only print what there is
    /// About how long each benchmark measures; more seconds give steadier medians.
    double secondsEach = 1.0;
    /// Small networks, little training and no other simulators: to see that a benchmark works. Its figures mean
    /// nothing.
    bool rehearsal = false;
};

struct Benchmark {
    std::string name; ///< "group.what"; figures may extend it: "group.what.variant"
    std::string summary;
    std::function<std::vector<Figure>(const BenchOptions& options)> run;

    [[nodiscard]] std::string group() const { return name.substr(0, name.find('.')); }
};

/// Everything that can be run, grouped.
[[nodiscard]] const std::vector<Benchmark>& benchmarks();

/// The line of a figure: {"name","value","unit","better","baseline","limit","ratio_to_limit","detail"}; baseline,
/// limit and ratio are null where there is none. The ratio is the share of the limit that was reached, 1 is
/// the limit itself whichever direction is better. A null value comes with "reason".
[[nodiscard]] Json toJson(const Figure& figure);

/// Run the benchmarks with these names or groups (none: all) and print every figure as soon as it is there.
/// Returns the exit code: 0, 1 when a figure could not be measured, 2 for an unknown name.
int runBench(const std::vector<std::string>& names, const BenchOptions& options, std::ostream& out,
             std::ostream& errors);

// The groups; each is defined in the file of its name.
[[nodiscard]] std::vector<Benchmark> limitBenchmarks();
[[nodiscard]] std::vector<Benchmark> snnBenchmarks();
[[nodiscard]] std::vector<Benchmark> precisionBenchmarks();
[[nodiscard]] std::vector<Benchmark> storageBenchmarks();
[[nodiscard]] std::vector<Benchmark> codecBenchmarks(); ///< of the group storage too
[[nodiscard]] std::vector<Benchmark> rangeBenchmarks(); ///< the same
[[nodiscard]] std::vector<Benchmark> sensingBenchmarks();
[[nodiscard]] std::vector<Benchmark> decoderBenchmarks();  ///< of the group sensing too
[[nodiscard]] std::vector<Benchmark> ingestBenchmarks();   ///< of the group sensing too
[[nodiscard]] std::vector<Benchmark> failoverBenchmarks(); ///< part of ingestBenchmarks()
[[nodiscard]] std::vector<Benchmark> olfactionBenchmarks();
[[nodiscard]] std::vector<Benchmark> tuningBenchmarks();
[[nodiscard]] std::vector<Benchmark> experimentBenchmarks();
[[nodiscard]] std::vector<Benchmark> cacheBenchmarks();
[[nodiscard]] std::vector<Benchmark> pipelineBenchmarks();

} // namespace bnof::bench
