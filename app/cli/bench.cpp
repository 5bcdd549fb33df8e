// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iomanip>

#include "engine/compute/cpu.h"

namespace bnof::bench {
namespace {

/// 1.23e9 B/s as "1.23 GB/s", 4.5e-6 s as "4.5 µs"; units that take no prefix stay plain.
std::string withUnit(double value, const std::string& unit)
{
    static constexpr std::array<std::pair<double, const char*>, 8> prefixes{
        {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}}};
    char text[64];
    const bool prefixed = unit == "s" || unit == "B/s" || unit == "FLOP/s" || unit == "Hz" || unit == "updates/s";
    if (!prefixed || value == 0 || !std::isfinite(value)) {
        std::snprintf(text, sizeof text, "%.4g %s", value, unit.c_str());
        return text;
    }
    const std::string word = unit == "updates/s" ? " updates/s" : unit;
    for (const auto& [scale, prefix] : prefixes) {
        if (std::abs(value) >= scale || scale == 1e-9) {
            std::snprintf(text, sizeof text, "%.3g %s%s", value / scale, prefix,
                          unit == "updates/s" && *prefix == '\0' ? "updates/s" : word.c_str());
            return text;
        }
    }
    return {};
}

std::optional<double> ratioToLimit(const Figure& figure)
{
    if (!figure.value || !figure.limit || *figure.value <= 0 || *figure.limit <= 0)
        return std::nullopt;
    return figure.better == Figure::Better::Higher ? *figure.value / *figure.limit : *figure.limit / *figure.value;
}

void printHuman(const Figure& figure, std::ostream& out)
{
    char line[256];
    if (!figure.value) {
        std::snprintf(line, sizeof line, "%-30s %16s  ", figure.name.c_str(), "not measured");
        out << line << figure.reason << '\n' << std::flush;
        return;
    }
    std::snprintf(line, sizeof line, "%-30s %16s", figure.name.c_str(), withUnit(*figure.value, figure.unit).c_str());
    out << line;
    if (figure.baseline && figure.baseline->value > 0 && *figure.value > 0) {
        const bool higher = figure.better == Figure::Better::Higher;
        const double factor = higher ? *figure.value / figure.baseline->value : figure.baseline->value / *figure.value;
        std::snprintf(line, sizeof line, "   %s: %s (%.2f times as good)", figure.baseline->name.c_str(),
                      withUnit(figure.baseline->value, figure.unit).c_str(), factor);
        out << line;
    }
    if (const auto ratio = ratioToLimit(figure)) {
        std::snprintf(line, sizeof line, "   %.0f %% of the limit %s", 100 * *ratio,
                      withUnit(*figure.limit, figure.unit).c_str());
        out << line;
    }
    out << '\n' << std::flush;
}

/// The benchmarks that a name or group means; empty when there is none of it.
std::vector<const Benchmark*> matching(const std::string& name)
{
    std::vector<const Benchmark*> found;
    for (const Benchmark& benchmark : benchmarks()) {
        if (benchmark.name == name || benchmark.group() == name)
            found.push_back(&benchmark);
    }
    return found;
}

void list(std::ostream& out, bool json)
{
    for (const Benchmark& benchmark : benchmarks()) {
        if (json) {
            Json line;
            line.set("name", benchmark.name).set("group", benchmark.group()).set("summary", benchmark.summary);
            out << line.dump() << '\n';
        } else {
            out << std::left << std::setw(30) << benchmark.name << benchmark.summary << '\n';
        }
    }
}

} // namespace

const std::vector<Benchmark>& benchmarks()
{
    static const std::vector<Benchmark> all = [] {
        std::vector<Benchmark> list;
        for (auto group : {limitBenchmarks, snnBenchmarks, storageBenchmarks, codecBenchmarks, rangeBenchmarks,
                           sensingBenchmarks, decoderBenchmarks, ingestBenchmarks, olfactionBenchmarks,
                           tuningBenchmarks, experimentBenchmarks, cacheBenchmarks, pipelineBenchmarks}) {
            for (Benchmark& benchmark : group())
                list.push_back(std::move(benchmark));
        }
        return list;
    }();
    return all;
}

Json toJson(const Figure& figure)
{
    Json line = Json::object();
    line.set("name", figure.name);
    line.set("value", figure.value ? Json(*figure.value) : Json());
    line.set("unit", figure.unit);
    line.set("better", figure.better == Figure::Better::Higher ? "higher" : "lower");
    Json baseline;
    if (figure.baseline)
        baseline.set("name", figure.baseline->name).set("value", figure.baseline->value);
    line.set("baseline", baseline);
    line.set("limit", figure.limit ? Json(*figure.limit) : Json());
    const auto ratio = ratioToLimit(figure);
    line.set("ratio_to_limit", ratio ? Json(*ratio) : Json());
    line.set("detail", figure.detail);
    if (!figure.value)
        line.set("reason", figure.reason);
    return line;
}

int runBench(const std::vector<std::string>& names, const BenchOptions& options, std::ostream& out,
             std::ostream& errors)
{
    std::vector<const Benchmark*> chosen;
    if (names.empty()) {
        for (const Benchmark& benchmark : benchmarks())
            chosen.push_back(&benchmark);
    }
    for (const std::string& name : names) {
        const std::vector<const Benchmark*> found = matching(name);
        if (found.empty()) {
            errors << "There is no benchmark or group \"" << name << "\". `bnof bench --list` names them all.\n";
            return 2;
        }
        for (const Benchmark* benchmark : found) {
            if (std::find(chosen.begin(), chosen.end(), benchmark) == chosen.end())
                chosen.push_back(benchmark);
        }
    }
    if (options.list) {
        list(out, options.json);
        return 0;
    }
    bool measured = true;
    for (const Benchmark* benchmark : chosen) {
        for (const Figure& figure : benchmark->run(options)) {
            measured = measured && figure.value.has_value();
            if (options.json)
                out << toJson(figure).dump() << '\n' << std::flush;
            else
                printHuman(figure, out);
        }
    }
    return measured ? 0 : 1;
}

} // namespace bnof::bench
