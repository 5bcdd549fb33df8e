// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/quantisation.h"

#include <algorithm>
#include <cmath>

namespace bnof::compute {
namespace {

constexpr double levels = 127;
/// 127 * columns has to stay below 2^31.
constexpr std::size_t mostColumns = 2147483647 / 127;

/// Nearest integer, ties to even, without the thread's rounding mode.
double roundHalfEven(double x)
{
    const double low = std::floor(x);
    const double rest = x - low;
    if (rest < 0.5)
        return low;
    if (rest > 0.5)
        return low + 1;
    return std::fmod(low, 2) == 0 ? low : low + 1;
}

double clipOf(std::span<const float> row, double percentile)
{
    std::vector<double> magnitudes(row.size());
    std::transform(row.begin(), row.end(), magnitudes.begin(), [](float w) { return std::abs(double{w}); });
    const double largest = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
    if (percentile >= 100)
        return largest;
    const double clip = quantileOf(std::move(magnitudes), percentile / 100);
    return clip > 0 ? clip : largest;
}

Result<void> checkMatrix(std::span<const float> weights, std::size_t rows, std::size_t columns, double percentile)
{
    if (columns != 0 && rows > weights.size() / columns)
        return makeError(ErrorKind::BadInput, "there are fewer weights than rows times columns", "weights",
                         "Give one weight for each row and column.");
    if (weights.size() != rows * columns)
        return makeError(ErrorKind::BadInput,
                         "there are " + std::to_string(weights.size()) + " weights for " + std::to_string(rows) +
                             " rows of " + std::to_string(columns),
                         "weights", "Give one weight for each row and column.");
    if (columns > mostColumns)
        return makeError(ErrorKind::BadInput,
                         "a row of " + std::to_string(columns) + " int8 weights could overflow a 32-bit sum", "columns",
                         "Split the matrix into rows of at most " + std::to_string(mostColumns) + ".");
    if (!(percentile > 0 && percentile <= 100))
        return makeError(ErrorKind::BadInput, "the clip percentile is outside (0, 100]", "clipPercentile",
                         "Use 100 for the maximum, or for example 99.9.");
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (!std::isfinite(weights[i]))
            return makeError(ErrorKind::BadInput, "a weight is not finite", "weights[" + std::to_string(i) + ']',
                             "Only finite weights can be quantised.");
    return {};
}

} // namespace

double quantileOf(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(values.begin(), at, values.end());
    const double low = *at;
    const double fraction = position - static_cast<double>(below);
    if (fraction == 0 || below + 1 == values.size())
        return low;
    const double high = *std::min_element(at + 1, values.end());
    return low + fraction * (high - low);
}

Result<Int8Rows> quantiseRows(std::span<const float> weights, std::size_t rows, std::size_t columns,
                              const Int8Options& options)
{
    BNOF_TRY(checkMatrix(weights, rows, columns, options.clipPercentile));
    Int8Rows matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.values.resize(weights.size());
    matrix.scales.resize(rows);
    for (std::size_t r = 0; r < rows; ++r) {
        const std::span<const float> row = weights.subspan(r * columns, columns);
        const double scale = clipOf(row, options.clipPercentile) / levels;
        matrix.scales[r] = static_cast<float>(scale);
        if (scale == 0)
            continue;
        for (std::size_t c = 0; c < columns; ++c)
            matrix.values[r * columns + c] =
                static_cast<std::int8_t>(std::clamp(roundHalfEven(double{row[c]} / scale), -levels, levels));
    }
    return matrix;
}

std::vector<float> dequantise(const Int8Rows& matrix)
{
    std::vector<float> weights(matrix.values.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<float>(matrix.values[i]) * matrix.scales[i / matrix.columns];
    return weights;
}

std::vector<std::int32_t> accumulate(const Int8Rows& matrix, std::span<const std::uint8_t> spikes)
{
    std::vector<std::size_t> active;
    for (std::size_t c = 0; c < std::min(matrix.columns, spikes.size()); ++c)
        if (spikes[c] != 0)
            active.push_back(c);
    std::vector<std::int32_t> sums(matrix.rows);
    for (std::size_t r = 0; r < matrix.rows; ++r) {
        const std::int8_t* row = matrix.values.data() + r * matrix.columns;
        std::int32_t sum = 0;
        for (const std::size_t c : active)
            sum += row[c];
        sums[r] = sum;
    }
    return sums;
}

std::vector<float> rescale(const Int8Rows& matrix, std::span<const std::int32_t> sums)
{
    std::vector<float> out(std::min(matrix.rows, sums.size()));
    for (std::size_t r = 0; r < out.size(); ++r)
        out[r] = static_cast<float>(static_cast<double>(sums[r]) * double{matrix.scales[r]});
    return out;
}

bool LossScaler::update(bool gradientIsFinite)
{
    if (!gradientIsFinite) {
        m_scale = std::max(m_scale * m_options.backoff, m_options.minimum);
        m_clean = 0;
        ++m_skipped;
        return false;
    }
    if (++m_clean >= m_options.growthInterval) {
        m_scale = std::min(m_scale * m_options.growth, m_options.maximum);
        m_clean = 0;
    }
    return true;
}

} // namespace bnof::compute
