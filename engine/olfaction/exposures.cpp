// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposures.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "engine/base/exact_math.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/csv_table.h"
#include "engine/recording/interchange/uci_line.h"

namespace bnof::olfaction {
namespace {

namespace fs = std::filesystem;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// "batch10" as {"batch", 10}, so that names sort as people count.
bool naturallyBefore(const std::string& a, const std::string& b)
{
    std::size_t i = 0;
    std::size_t j = 0;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            std::uint64_t x = 0;
            std::uint64_t y = 0;
            while (i < a.size() && digit(a[i]))
                x = x * 10 + static_cast<std::uint64_t>(a[i++] - '0');
            while (j < b.size() && digit(b[j]))
                y = y * 10 + static_cast<std::uint64_t>(b[j++] - '0');
            if (x != y)
                return x < y;
        } else if (a[i] != b[j]) {
            return a[i] < b[j];
        } else {
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

std::string_view firstLine(std::string_view text)
{
    return trimmed(text.substr(0, text.find('\n')));
}

/// The files of a folder whose first line is one of features, in their natural order.
std::vector<std::pair<std::string, std::string>> featureFiles(const std::string& path)
{
    std::vector<std::pair<std::string, std::string>> files;
    std::error_code code;
    std::vector<fs::path> candidates;
    if (fs::is_directory(path, code)) {
        for (const auto& entry : fs::directory_iterator(path, code)) {
            const std::string ending = lowerCase(entry.path().extension().string());
            if (entry.is_regular_file(code) && ending != ".md" && ending != ".csv" && ending != ".bnr")
                candidates.push_back(entry.path());
        }
    } else {
        candidates.emplace_back(path);
    }
    recording::UciLine line;
    for (const fs::path& candidate : candidates) {
        const auto text = readTextFile(candidate.string());
        if (text.ok() && recording::parseUciLine(firstLine(*text), line).empty() && line.features.size() >= 2)
            files.emplace_back(candidate.stem().string(), *text);
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return naturallyBefore(a.first, b.first); });
    return files;
}

std::optional<double> numberOf(std::string_view text)
{
    double value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size())
        return std::nullopt;
    return std::isfinite(value) ? value : missing;
}

/// Appends the row of one line; false when a feature is no number.
bool appendRow(const recording::UciLine& line, ExposureTable& table)
{
    const std::size_t at = table.features.size();
    table.features.resize(at + table.dimension, missing);
    for (const auto& [feature, text] : line.features) {
        const auto value = numberOf(text);
        if (!value || feature >= table.dimension) {
            table.features.resize(at);
            return false;
        }
        table.features[at + feature] = *value;
    }
    table.ppm.push_back(numberOf(line.ppm).value_or(missing));
    return true;
}

/// Rows of one file; how many lines were left out.
std::size_t readFile(std::string_view text, int group, ExposureTable& table, std::vector<long>& classes)
{
    std::size_t dropped = 0;
    recording::UciLine line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view here = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (here.empty())
            continue;
        if (!recording::parseUciLine(here, line).empty()) {
            ++dropped;
            continue;
        }
        if (table.dimension == 0) {
            for (const auto& [feature, value] : line.features)
                table.dimension = std::max(table.dimension, feature + 1);
        }
        if (!appendRow(line, table)) {
            ++dropped;
            continue;
        }
        classes.push_back(line.label);
        table.group.push_back(group);
    }
    return dropped;
}

double medianOf(std::vector<double>& values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double compressed(double v)
{
    return std::copysign(exactLog(1 + std::abs(v)), v);
}

} // namespace

bool holdsExposures(const std::string& path)
{
    std::error_code code;
    if (!fs::is_directory(path, code) && lowerCase(fs::path(path).extension().string()) == ".csv")
        return false;
    return !featureFiles(path).empty();
}

Result<ExposureTable> loadExposures(const std::string& path)
{
    const auto files = featureFiles(path);
    if (files.empty())
        return makeError(ErrorKind::BadInput, "there is no file of extracted features here", path,
                         "Expected files with lines \"class;ppm 1:value 2:value ...\", one a batch or day.");
    ExposureTable table;
    table.name = fs::path(path).filename().string();
    Sha256 hash;
    std::vector<long> classes;
    for (const auto& [name, text] : files) {
        hash.update(text);
        const std::size_t dropped = readFile(text, static_cast<int>(table.groups.size()), table, classes);
        if (dropped > 0)
            table.notes.push_back(name + ": " + std::to_string(dropped) + " damaged lines left out");
        table.groups.push_back(name);
    }
    table.digest = hash.hexDigest();
    if (table.rows() == 0 && classes.empty())
        return makeError(ErrorKind::BadInput, "every line is damaged", path);
    std::map<long, int> index;
    for (const long c : classes)
        index.emplace(c, 0);
    for (auto& [number, at] : index) {
        at = static_cast<int>(table.labels.size());
        table.labels.push_back(recording::uciClassName(number, table.dimension));
    }
    for (const long c : classes)
        table.label.push_back(index[c]);
    return table;
}

void FeatureScaling::apply(std::span<const double> row, std::span<double> z) const
{
    for (std::size_t f = 0; f < row.size(); ++f) {
        const double value = std::isnan(row[f]) ? 0 : (sign[f] * compressed(row[f]) - mean[f]) / deviation[f];
        z[f] = clip > 0 ? std::clamp(value, -clip, clip) : value;
    }
}

FeatureScaling fitScaling(const ExposureTable& table, std::span<const std::uint32_t> which, double clip)
{
    FeatureScaling out;
    out.clip = clip;
    std::vector<double> values;
    for (std::size_t f = 0; f < table.dimension; ++f) {
        values.clear();
        for (const std::uint32_t i : which) {
            if (!std::isnan(table.row(i)[f]))
                values.push_back(table.row(i)[f]);
        }
        out.sign.push_back(medianOf(values) < 0 ? -1.0 : 1.0);
        double sum = 0;
        double squares = 0;
        for (double& v : values) {
            v = out.sign.back() * compressed(v);
            sum += v;
        }
        const double n = std::max(static_cast<double>(values.size()), 1.0);
        for (const double v : values)
            squares += (v - sum / n) * (v - sum / n);
        out.mean.push_back(sum / n);
        // A constant feature says nothing: it stays 0 whatever comes later.
        const double deviation = std::sqrt(squares / n);
        out.deviation.push_back(deviation > 1e-9 * (1 + std::abs(sum / n)) ? deviation : 1e30);
    }
    return out;
}

std::vector<double> scaledRows(const ExposureTable& table, std::span<const std::uint32_t> which,
                               const FeatureScaling& scaling)
{
    std::vector<double> out(which.size() * table.dimension);
    for (std::size_t i = 0; i < which.size(); ++i)
        scaling.apply(table.row(which[i]), {out.data() + i * table.dimension, table.dimension});
    return out;
}

} // namespace bnof::olfaction
