// SPDX-License-Identifier: GPL-3.0-or-later
// One table of what was checked and measured on a GPU, and the same as JSON lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace bnof::gputest {

struct Row {
    std::string name;
    std::string result; ///< "ok", "FAILED", "skipped", or a figure with its unit
    std::string detail;
};

class Report {
public:
    /// Runs a check; it returns what is wrong, or nothing, and may leave a detail.
    void check(const std::string& name, const std::function<std::string(std::string& detail)>& work);
    void skip(const std::string& name, const std::string& reason);
    /// A measured figure; `limit` is what the machine can do at best, in the same unit, or 0.
    void figure(const std::string& name, double value, const std::string& unit, const std::string& detail,
                double limit = 0, const std::string& baselineName = {}, double baseline = 0);
    /// A figure that could not be measured.
    void noFigure(const std::string& name, const std::string& unit, const std::string& reason);

    void print() const;
    [[nodiscard]] bool failed() const { return m_failed; }

private:
    void add(Row row, Json json);

    std::vector<Row> m_rows;
    std::vector<Json> m_json;
    bool m_failed = false;
};

void runChecks(Report& report);
void runBenchmarks(Report& report);

} // namespace bnof::gputest
