// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/ridge.h"

#include <cmath>
#include <string>

#include "engine/statistics/checks.h"

namespace bnof::statistics {
namespace {

Result<void> requireRectangle(const Rows& rows, std::size_t columns, const std::string& name)
{
    for (const auto& row : rows) {
        if (row.size() != columns)
            return cannotTest(name + " has rows of different lengths");
        BNOF_TRY(requireValues(row, columns, "a row of " + name));
    }
    return {};
}

/// Lower triangle with L L' = matrix; empty when the matrix is not positive definite.
Rows cholesky(Rows matrix)
{
    const std::size_t n = matrix.size();
    for (std::size_t j = 0; j < n; ++j) {
        const double before = matrix[j][j];
        for (std::size_t k = 0; k < j; ++k)
            matrix[j][j] -= matrix[j][k] * matrix[j][k];
        if (!(matrix[j][j] > 1e-13 * before))
            return {};
        matrix[j][j] = std::sqrt(matrix[j][j]);
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                matrix[i][j] -= matrix[i][k] * matrix[j][k];
            matrix[i][j] /= matrix[j][j];
        }
    }
    return matrix;
}

/// Solves L y = x in place.
void solveLower(const Rows& lower, std::vector<double>& x)
{
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k)
            x[i] -= lower[i][k] * x[k];
        x[i] /= lower[i][i];
    }
}

void solveUpper(const Rows& lower, std::vector<double>& x)
{
    for (std::size_t i = x.size(); i-- > 0;) {
        for (std::size_t k = i + 1; k < x.size(); ++k)
            x[i] -= lower[k][i] * x[k];
        x[i] /= lower[i][i];
    }
}

std::vector<double> withBias(const std::vector<double>& row)
{
    std::vector<double> out(row);
    out.push_back(1);
    return out;
}

/// X'X + lambda on all but the bias, and X'Y by columns.
struct NormalEquations {
    Rows left;
    Rows right;
};

NormalEquations normalEquations(const Rows& inputs, const Rows& outputs, double lambda)
{
    const std::size_t width = inputs.front().size() + 1;
    const std::size_t columns = outputs.front().size();
    NormalEquations out{Rows(width, std::vector<double>(width)), Rows(columns, std::vector<double>(width))};
    for (std::size_t r = 0; r < inputs.size(); ++r) {
        const auto row = withBias(inputs[r]);
        for (std::size_t i = 0; i < width; ++i) {
            for (std::size_t j = 0; j < width; ++j)
                out.left[i][j] += row[i] * row[j];
            for (std::size_t c = 0; c < columns; ++c)
                out.right[c][i] += row[i] * outputs[r][c];
        }
    }
    for (std::size_t i = 0; i + 1 < width; ++i)
        out.left[i][i] += lambda;
    return out;
}

/// Sum of squared errors of one row when it is left out.
Result<double> looOfRow(const std::vector<double>& input, const std::vector<double>& output, const Rows& lower,
                        const Rows& weights)
{
    const auto row = withBias(input);
    auto half = row;
    solveLower(lower, half);
    double leverage = 0;
    for (const double x : half)
        leverage += x * x;
    if (!(leverage < 1 - 1e-12)) {
        return cannotTest("a row determines a weight alone, so it cannot be left out",
                          "Use a penalty above 0 or more rows.");
    }
    double sum = 0;
    for (std::size_t c = 0; c < output.size(); ++c) {
        double fitted = 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            fitted += row[i] * weights[i][c];
        const double residual = (output[c] - fitted) / (1 - leverage);
        sum += residual * residual;
    }
    return sum;
}

} // namespace

Result<RidgeFit> fitRidge(const Rows& inputs, const Rows& outputs, double lambda)
{
    if (inputs.empty() || inputs.size() != outputs.size())
        return cannotTest("there must be as many rows of outputs as of inputs, and at least one");
    BNOF_TRY(requireRectangle(inputs, inputs.front().size(), "the inputs"));
    BNOF_TRY(requireRectangle(outputs, outputs.front().size(), "the outputs"));
    if (!(lambda >= 0 && std::isfinite(lambda)))
        return cannotTest("the penalty must not be negative");
    NormalEquations equations = normalEquations(inputs, outputs, lambda);
    const Rows lower = cholesky(std::move(equations.left));
    if (lower.empty())
        return cannotTest("the rows do not determine the weights", "Use a penalty above 0 or more rows.");
    const std::size_t columns = outputs.front().size();
    RidgeFit out{Rows(lower.size(), std::vector<double>(columns)), 0};
    for (std::size_t c = 0; c < columns; ++c) {
        std::vector<double>& column = equations.right[c];
        solveLower(lower, column);
        solveUpper(lower, column);
        for (std::size_t i = 0; i < lower.size(); ++i)
            out.weights[i][c] = column[i];
    }
    for (std::size_t r = 0; r < inputs.size(); ++r) {
        BNOF_TRY_ASSIGN(const double error, looOfRow(inputs[r], outputs[r], lower, out.weights));
        out.looError += error;
    }
    out.looError /= static_cast<double>(inputs.size() * columns);
    return out;
}

} // namespace bnof::statistics
