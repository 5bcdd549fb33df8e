// SPDX-License-Identifier: GPL-3.0-or-later
// What can only be checked and measured on a machine with a GPU. Exit codes: 0 everything is right, 1 something is
// wrong, 77 nothing could be tested because there is no usable device.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "engine/base/log.h"
#include "engine/compute/cuda_devices.h"
#include "engine/compute/devices.h"
#include "tests/gpu/gpu_report.h"

namespace bnof::gputest {

namespace {

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

} // namespace

void Report::add(Row row, Json json)
{
    std::fprintf(stderr, "%s: %s\n", row.name.c_str(), row.result.c_str()); // progress
    m_rows.push_back(std::move(row));
    m_json.push_back(std::move(json));
}

void Report::check(const std::string& name, const std::function<std::string(std::string& detail)>& work)
{
    std::string detail;
    const std::string wrong = work(detail);
    m_failed = m_failed || !wrong.empty();
    Json json = Json::object();
    json.set("name", name);
    json.set("passed", wrong.empty());
    json.set("detail", wrong.empty() ? detail : wrong);
    add({name, wrong.empty() ? "ok" : "FAILED", wrong.empty() ? detail : wrong}, std::move(json));
}

void Report::skip(const std::string& name, const std::string& reason)
{
    Json json = Json::object();
    json.set("name", name);
    json.set("skipped", reason);
    add({name, "skipped", reason}, std::move(json));
}

void Report::figure(const std::string& name, double value, const std::string& unit, const std::string& detail,
                    double limit, const std::string& baselineName, double baseline)
{
    Json json = Json::object();
    json.set("name", name);
    json.set("value", value);
    json.set("unit", unit);
    json.set("better", "higher");
    std::string shown = number(value) + ' ' + unit;
    if (limit > 0) {
        json.set("limit", limit);
        json.set("ratio_to_limit", value / limit);
        shown += ", " + number(value / limit) + " of the limit";
    }
    if (baseline > 0) {
        Json other = Json::object();
        other.set("name", baselineName);
        other.set("value", baseline);
        json.set("baseline", std::move(other));
        shown += ", " + number(value / baseline) + " x " + baselineName;
    }
    json.set("detail", detail);
    add({name, shown, detail}, std::move(json));
}

void Report::noFigure(const std::string& name, const std::string& unit, const std::string& reason)
{
    m_failed = true;
    Json json = Json::object();
    json.set("name", name);
    json.set("value", Json());
    json.set("unit", unit);
    json.set("reason", reason);
    add({name, "not measured", reason}, std::move(json));
}

void Report::print() const
{
    std::size_t names = 4;
    std::size_t results = 6;
    for (const Row& row : m_rows) {
        names = std::max(names, row.name.size());
        results = std::max(results, row.result.size());
    }
    const auto line = [&](const std::string& name, const std::string& result, const std::string& detail) {
        std::printf("%-*s  %-*s  %s\n", static_cast<int>(names), name.c_str(), static_cast<int>(results),
                    result.c_str(), detail.c_str());
    };
    line("test", "result", "detail");
    for (const Row& row : m_rows)
        line(row.name, row.result, row.detail);
    std::printf("\n");
    for (const Json& json : m_json)
        std::printf("%s\n", json.dump().c_str());
}

} // namespace bnof::gputest

int main(int argc, char** argv)
{
    using namespace bnof;
    bool checks = true;
    bool benchmarks = true;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--checks") == 0) {
            benchmarks = false;
        } else if (std::strcmp(argv[i], "--benchmarks") == 0) {
            checks = false;
        } else {
            std::fprintf(stderr, "usage: %s [--checks | --benchmarks]\n", argv[0]);
            return 2;
        }
    }
    gputest::Report report;
    const auto devices = compute::cudaDevices();
    const auto choice =
        devices.ok() ? compute::chooseCudaDevice(*devices, {}) : Result<compute::CudaChoice>(devices.error());
    if (!choice.ok()) {
        const std::string reason =
            choice.error().what + (choice.error().context.empty() ? "" : " ") + choice.error().context;
        if (checks)
            report.skip("gpu.checks", reason);
        if (benchmarks)
            report.skip("gpu.benchmarks", reason);
        report.print();
        return 77;
    }
    for (const compute::Device& device : compute::listDevices().devices)
        std::printf("%s\n", compute::describe(device).c_str());
    std::printf("\n");
    if (checks)
        gputest::runChecks(report);
    if (benchmarks)
        gputest::runBenchmarks(report);
    report.print();
    return report.failed() ? 1 : 0;
}
