// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposure_health.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "engine/olfaction/dataset_health.h"

namespace bnof::olfaction {
namespace {

constexpr double mostMissing = 0.5; ///< share of the exposures, for one feature
constexpr double mostSilent = 0.1;  ///< share of a batch's exposures without any value

Error bad(const std::string& what, const std::string& where, const std::string& remedy)
{
    return makeError(ErrorKind::BadInput, what, where, remedy);
}

Result<void> refuseBatches(const ExposureTable& table)
{
    if (table.groups.size() < 2)
        return bad("there is only one batch, so nothing can be tested on another", table.name,
                   "Put the exposures of every day or batch into a file of its own.");
    std::vector<std::size_t> counts(table.groups.size(), 0);
    std::vector<std::size_t> silent(table.groups.size(), 0);
    for (std::size_t i = 0; i < table.rows(); ++i) {
        const auto row = table.row(i);
        ++counts[static_cast<std::size_t>(table.group[i])];
        silent[static_cast<std::size_t>(table.group[i])] +=
            std::none_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); }) ? 1 : 0;
    }
    for (std::size_t g = 0; g < counts.size(); ++g) {
        if (counts[g] < 2)
            return bad("the batch holds fewer than two exposures", table.groups[g],
                       "Record more exposures, or join it with the batch of a neighbouring day.");
        if (static_cast<double>(silent[g]) > mostSilent * static_cast<double>(counts[g]))
            return bad("no feature has a value in " + std::to_string(silent[g]) + " of " + std::to_string(counts[g]) +
                           " exposures",
                       table.groups[g], "Leave those exposures out of the file, or record them again.");
    }
    return {};
}

Result<void> refuseGases(const ExposureTable& table)
{
    std::vector<std::size_t> counts(table.labels.size(), 0);
    std::vector<std::set<int>> batches(table.labels.size());
    std::set<int> first;
    for (std::size_t i = 0; i < table.rows(); ++i) {
        ++counts[static_cast<std::size_t>(table.label[i])];
        batches[static_cast<std::size_t>(table.label[i])].insert(table.group[i]);
        if (table.group[i] == 0)
            first.insert(table.label[i]);
    }
    if (std::count_if(counts.begin(), counts.end(), [](std::size_t n) { return n > 0; }) < 2)
        return bad("the exposures hold fewer than two different gases", table.name,
                   "Record at least two gases, or clean air and one gas, and label them differently.");
    BNOF_TRY(refuseSlips(table.labels, counts, table.name));
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] == 1)
            return bad("there is only one exposure of " + table.labels[c], table.name,
                       "Record every gas at least twice, on different days.");
    }
    if (std::none_of(batches.begin(), batches.end(), [](const auto& list) { return list.size() > 1; }))
        return bad("the labels follow time: no gas was recorded in two batches, so that drift alone tells them apart",
                   table.name, "Record every gas in every batch, in random order.");
    if (first.size() < 2)
        return bad("the first batch holds one gas only, so that nothing can be learnt from it", table.groups.front(),
                   "Begin with a batch of at least two gases.");
    return {};
}

/// Features that one batch has and another has not.
Result<void> refuseMismatch(const ExposureTable& table)
{
    std::vector<std::vector<std::size_t>> good(table.groups.size(), std::vector<std::size_t>(table.dimension, 0));
    for (std::size_t i = 0; i < table.rows(); ++i) {
        const auto row = table.row(i);
        for (std::size_t f = 0; f < table.dimension; ++f)
            good[static_cast<std::size_t>(table.group[i])][f] += std::isfinite(row[f]) ? 1 : 0;
    }
    for (std::size_t f = 0; f < table.dimension; ++f) {
        const auto has = [f](const auto& counts) { return counts[f] > 0; };
        const auto without = std::find_if_not(good.begin(), good.end(), has);
        if (without == good.end() || std::none_of(good.begin(), good.end(), has))
            continue;
        const std::string name = "feature " + std::to_string(f + 1);
        return bad("the batches have different sensors: " + name + " is missing throughout, others have it",
                   table.groups[static_cast<std::size_t>(without - good.begin())],
                   "Use the same sensors in the same order everywhere, or leave the feature out (--without \"" + name +
                       "\").");
    }
    return {};
}

Result<void> refuseFeatures(const ExposureTable& table)
{
    for (std::size_t f = 0; f < table.dimension; ++f) {
        std::size_t good = 0;
        bool differs = false;
        double value = 0;
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const double v = table.row(i)[f];
            if (!std::isfinite(v))
                continue;
            value = good++ == 0 ? v : value;
            differs = differs || v != value;
        }
        const std::string name = "feature " + std::to_string(f + 1);
        const std::string remedy =
            "Mend the sensor and record again, or leave the feature out (--without \"" + name + "\").";
        if (static_cast<double>(good) < (1 - mostMissing) * static_cast<double>(table.rows()))
            return bad("without a value in more than half of the exposures: " + name, table.name, remedy);
        if (!differs)
            return bad("constant throughout, so that nothing was measured: " + name, table.name, remedy);
    }
    return {};
}

} // namespace

Result<void> refuseUnfit(const ExposureTable& table)
{
    BNOF_TRY(refuseBatches(table));
    BNOF_TRY(refuseGases(table));
    BNOF_TRY(refuseMismatch(table));
    return refuseFeatures(table);
}

Result<ExposureTable> withoutFeatures(const ExposureTable& table, const std::vector<std::string>& names)
{
    std::vector<std::uint8_t> keep(table.dimension, 1);
    for (const std::string& name : names) {
        const std::string_view number =
            std::string_view(name).substr(name.rfind("feature ", 0) == 0 ? std::string_view("feature ").size() : 0);
        std::size_t feature = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), feature);
        if (error != std::errc() || end != number.data() + number.size() || feature < 1 || feature > table.dimension)
            return makeError(ErrorKind::Usage, "there is no feature \"" + name + "\" to leave out", table.name,
                             "Count the features from 1 to " + std::to_string(table.dimension) + ".");
        keep[feature - 1] = 0;
    }
    ExposureTable out = table;
    out.features.clear();
    for (std::size_t i = 0; i < table.features.size(); ++i) {
        if (keep[i % table.dimension])
            out.features.push_back(table.features[i]);
    }
    out.dimension = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), 1));
    if (out.dimension == 0)
        return makeError(ErrorKind::Usage, "no feature is left", table.name, "Leave out fewer.");
    return out;
}

} // namespace bnof::olfaction
