// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/concentration.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Dense>

#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

/// Relative to the mean variance of the features; small, because the features are standardised and many.
constexpr double ridge = 3e-3;

} // namespace

ConcentrationEstimate estimate(const ConcentrationModel& model, std::span<const double> features)
{
    double root = model.intercept;
    for (std::size_t i = 0; i < model.weights.size(); ++i)
        root += model.weights[i] * features[i];
    ConcentrationEstimate out;
    out.ppm = std::clamp(root > 0 ? root * root : 0.0, model.lowestPpm, model.highestPpm);
    out.low = std::max(out.ppm - model.halfWidthPpm, 0.0);
    out.high = out.ppm + model.halfWidthPpm;
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

double conformalHalfWidth(const ConcentrationModel& model, const ConcentrationRows& heldOut)
{
    const std::size_t n = heldOut.ppm.size();
    if (n < 10)
        return model.highestPpm - model.lowestPpm;
    const std::size_t dimension = model.weights.size();
    std::vector<double> errors(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::span<const double> row(heldOut.features.data() + i * dimension, dimension);
        errors[i] = std::abs(estimate(model, row).ppm - heldOut.ppm[i]);
    }
    std::sort(errors.begin(), errors.end());
    const auto rank = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(n + 1)));
    return errors[std::min(rank, n) - 1];
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
    return out;
}

Result<ConcentrationModel> concentrationFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                 std::size_t gases, std::size_t components)
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
    if (fields.ok() && model.highestPpm < model.lowestPpm)
        fields.fail("highest_ppm", "is below lowest_ppm");
    if (fields.ok() &&
        std::any_of(model.weights.begin(), model.weights.end(), [](double w) { return std::abs(w) > 1e9; }))
        fields.fail("weights", "holds a number beyond 1e9");
    BNOF_TRY(fields.status());
    return model;
}

} // namespace bnof::olfaction
