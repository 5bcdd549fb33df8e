// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/concentration.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Dense>

#include "engine/base/exact_math.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

/// Relative to the mean variance of the features; small, because the features are standardised and many.
constexpr double ridge = 3e-3;
constexpr double coverage = 0.9;
constexpr std::size_t mostClasses = 6;
constexpr std::size_t fewestErrors = 10;

std::size_t unrestClass(const ConcentrationModel& model, double value)
{
    const auto& borders = model.unrestBorders;
    return static_cast<std::size_t>(std::upper_bound(borders.begin(), borders.end(), value) - borders.begin());
}

double unrest(const std::vector<double>& weights, std::span<const double> motions)
{
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += weights[i] * motions[i];
    return sum;
}

/// Ridge regression of the logarithm of the errors on the motions.
std::vector<double> fitUnrest(const HeldOutErrors& errors)
{
    const std::size_t n = errors.rootPpm.size();
    const std::size_t transients = errors.motions.size() / n;
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Matrix> motions(errors.motions.data(), static_cast<Eigen::Index>(n),
                                           static_cast<Eigen::Index>(transients));
    std::vector<double> sorted = errors.rootPpm;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(n / 2), sorted.end());
    // An error near zero is luck, not knowledge: its logarithm must not pull.
    const double floor = std::max(0.1 * sorted[n / 2], 1e-9);
    Eigen::VectorXd target(static_cast<Eigen::Index>(n));
    for (std::size_t i = 0; i < n; ++i)
        target(static_cast<Eigen::Index>(i)) = exactLog(errors.rootPpm[i] + floor);
    const Matrix centred = motions.rowwise() - motions.colwise().mean();
    Eigen::MatrixXd gram = centred.transpose() * centred / static_cast<double>(n);
    gram.diagonal().array() += 1e-3;
    const Eigen::VectorXd weights =
        gram.llt().solve(centred.transpose() * (target.array() - target.mean()).matrix() / static_cast<double>(n));
    return {weights.data(), weights.data() + transients};
}

/// The corrected quantile of values[which] in which every exposure weighs the same.
double exposureQuantile(const std::vector<double>& values, const std::vector<int>& exposure,
                        const std::vector<std::uint32_t>& which)
{
    std::map<int, double> rows;
    for (const std::uint32_t i : which)
        rows[exposure[i]] += 1;
    std::vector<std::uint32_t> order = which;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
    // Of a total of one an exposure: 0.9 (1 + 1/k) of k.
    const double wanted = std::min(coverage * (static_cast<double>(rows.size()) + 1), static_cast<double>(rows.size()));
    double sum = 0;
    for (const std::uint32_t i : order) {
        sum += 1 / rows[exposure[i]];
        if (sum >= wanted - 1e-9)
            return values[i];
    }
    return values[order.back()];
}

void readUnrest(JsonFields& fields, ConcentrationModel& model, std::size_t transients)
{
    model.unrestWeights = readExactly<double>(fields, "unrest_weights", transients);
    model.unrestBorders = readNumbers<double>(fields, "unrest_borders", 1000);
    model.halfWidthRootPpm = readExactly<double>(fields, "half_width_root_ppm", model.unrestBorders.size() + 1);
    const auto within = [](const std::vector<double>& values, double low) {
        return std::all_of(values.begin(), values.end(), [low](double v) { return v >= low && v <= 1e9; });
    };
    if (!fields.ok())
        return;
    if (!within(model.unrestWeights, -1e9) || !within(model.unrestBorders, -1e9) || !within(model.halfWidthRootPpm, 0))
        fields.fail("half_width_root_ppm", "or the unrest holds a number that training never makes");
    else if (!std::is_sorted(model.unrestBorders.begin(), model.unrestBorders.end()))
        fields.fail("unrest_borders", "is not in ascending order");
}

} // namespace

ConcentrationEstimate estimate(const ConcentrationModel& model, std::span<const double> features,
                               std::span<const double> motions)
{
    double root = model.intercept;
    for (std::size_t i = 0; i < model.weights.size(); ++i)
        root += model.weights[i] * features[i];
    ConcentrationEstimate out;
    out.ppm = std::clamp(root > 0 ? root * root : 0.0, model.lowestPpm, model.highestPpm);
    if (model.halfWidthRootPpm.empty()) {
        out.low = std::max(out.ppm - model.halfWidthPpm, 0.0);
        out.high = out.ppm + model.halfWidthPpm;
        return out;
    }
    const double half = model.halfWidthRootPpm[unrestClass(model, unrest(model.unrestWeights, motions))];
    const double middle = std::sqrt(out.ppm);
    const double low = std::max(middle - half, 0.0);
    out.low = low * low;
    out.high = (middle + half) * (middle + half);
    return out;
}

ConcentrationModel fitConcentration(const ConcentrationRows& rows, std::size_t dimension)
{
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto n = static_cast<Eigen::Index>(rows.ppm.size());
    const auto d = static_cast<Eigen::Index>(dimension);
    const Eigen::Map<const Matrix> x(rows.features.data(), n, d);
    const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(rows.ppm.data(), n).cwiseSqrt();
    const Eigen::RowVectorXd mean = x.colwise().mean();
    const double middle = y.mean();
    const Matrix centred = x.rowwise() - mean;
    Eigen::MatrixXd gram = centred.transpose() * centred / static_cast<double>(n);
    gram.diagonal().array() += ridge * std::max(gram.trace() / static_cast<double>(d), 1e-9);
    const Eigen::VectorXd target = centred.transpose() * (y.array() - middle).matrix() / static_cast<double>(n);
    const Eigen::VectorXd w = gram.llt().solve(target);
    ConcentrationModel model;
    model.weights.assign(w.data(), w.data() + d);
    model.intercept = middle - mean.dot(w);
    model.lowestPpm = *std::min_element(rows.ppm.begin(), rows.ppm.end());
    model.highestPpm = *std::max_element(rows.ppm.begin(), rows.ppm.end());
    return model;
}

void appendErrors(const ConcentrationModel& fitted, const ConcentrationRows& heldOut, HeldOutErrors& errors)
{
    const std::size_t dimension = fitted.weights.size();
    for (std::size_t i = 0; i < heldOut.ppm.size(); ++i) {
        const std::span<const double> row(heldOut.features.data() + i * dimension, dimension);
        const double ppm = estimate(fitted, row, {}).ppm;
        errors.ppm.push_back(std::abs(ppm - heldOut.ppm[i]));
        errors.rootPpm.push_back(std::abs(std::sqrt(ppm) - std::sqrt(heldOut.ppm[i])));
    }
    errors.motions.insert(errors.motions.end(), heldOut.motions.begin(), heldOut.motions.end());
    errors.exposure.insert(errors.exposure.end(), heldOut.exposure.begin(), heldOut.exposure.end());
}

void setInterval(ConcentrationModel& model, const HeldOutErrors& errors)
{
    model.halfWidthPpm = model.highestPpm - model.lowestPpm;
    const std::size_t n = errors.ppm.size();
    if (n < fewestErrors)
        return;
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0U);
    model.halfWidthPpm = exposureQuantile(errors.ppm, errors.exposure, all);
    model.unrestWeights = fitUnrest(errors);
    const std::size_t transients = model.unrestWeights.size();
    std::vector<double> unrests(n);
    for (std::size_t i = 0; i < n; ++i)
        unrests[i] = unrest(model.unrestWeights, {errors.motions.data() + i * transients, transients});
    std::vector<double> sorted = unrests;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t classes = std::clamp<std::size_t>(n / fewestErrors, 1, mostClasses);
    for (std::size_t i = 1; i < classes; ++i) {
        const double border = sorted[i * n / classes];
        if (border > (model.unrestBorders.empty() ? sorted.front() : model.unrestBorders.back()))
            model.unrestBorders.push_back(border);
    }
    std::vector<std::vector<std::uint32_t>> members(model.unrestBorders.size() + 1);
    for (const std::uint32_t i : all)
        members[unrestClass(model, unrests[i])].push_back(i);
    for (const auto& rows : members) {
        const double width = exposureQuantile(errors.rootPpm, errors.exposure, rows);
        // More unrest never means to know better: what says otherwise is the luck of few exposures.
        model.halfWidthRootPpm.push_back(
            model.halfWidthRootPpm.empty() ? width : std::max(width, model.halfWidthRootPpm.back()));
    }
}

Json toJson(const ConcentrationModel& model)
{
    Json out = Json::object();
    out.set("gas", model.gas);
    out.set("component", model.component);
    out.set("intercept", model.intercept);
    out.set("weights", Json::arrayOf(model.weights));
    out.set("lowest_ppm", model.lowestPpm);
    out.set("highest_ppm", model.highestPpm);
    out.set("half_width_ppm", model.halfWidthPpm);
    if (!model.halfWidthRootPpm.empty()) {
        out.set("unrest_weights", Json::arrayOf(model.unrestWeights));
        out.set("unrest_borders", Json::arrayOf(model.unrestBorders));
        out.set("half_width_root_ppm", Json::arrayOf(model.halfWidthRootPpm));
    }
    return out;
}

Result<ConcentrationModel> concentrationFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                 std::size_t gases, std::size_t components, std::size_t transients)
{
    JsonFields fields(json, path);
    ConcentrationModel model;
    model.gas = static_cast<int>(fields.integer("gas", 0, static_cast<std::int64_t>(gases) - 1));
    model.component = static_cast<int>(fields.integer("component", 0, static_cast<std::int64_t>(components) - 1));
    model.intercept = fields.number("intercept", -1e9, 1e9);
    model.weights = readExactly<double>(fields, "weights", dimension);
    model.lowestPpm = fields.number("lowest_ppm", 0, 1e9);
    model.highestPpm = fields.number("highest_ppm", 0, 1e9);
    model.halfWidthPpm = fields.number("half_width_ppm", 0, 1e9);
    if (!json["half_width_root_ppm"].isNull()) // older models have one width for all times
        readUnrest(fields, model, transients);
    if (fields.ok() && model.highestPpm < model.lowestPpm)
        fields.fail("highest_ppm", "is below lowest_ppm");
    if (fields.ok() &&
        std::any_of(model.weights.begin(), model.weights.end(), [](double w) { return std::abs(w) > 1e9; }))
        fields.fail("weights", "holds a number beyond 1e9");
    BNOF_TRY(fields.status());
    return model;
}

} // namespace bnof::olfaction
