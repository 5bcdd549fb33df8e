// SPDX-License-Identifier: GPL-3.0-or-later
// Reduced precision of weights: int8 with one scale an output channel, and the loss scale that keeps small
// gradients inside binary16 during training.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::compute {

struct Int8Options {
    /// The percentile (0 to 100] of |row| that becomes 127; larger weights saturate. 100 takes the maximum and
    /// saturates nothing. Percentiles interpolate linearly between order statistics (type 7 of Hyndman & Fan 1996).
    /// A row whose percentile is zero although it has other weights takes its maximum instead.
    double clipPercentile = 100;
};

/// A matrix of int8 weights, row-major, one row an output channel: weight = value * scale of its row.
struct Int8Rows {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<std::int8_t> values; ///< -127 to 127; -128 is never used, so that negation is exact
    std::vector<float> scales;       ///< one a row; 0 for a row of zeros

    /// Bytes that the weights take, scales included.
    [[nodiscard]] std::size_t bytes() const { return values.size() + scales.size() * sizeof(float); }
};

/// Symmetric quantisation by output channel: scale = clip(|row|) / 127, value = round(w / scale), ties to even, in
/// double precision (Krishnamoorthi 2018, arXiv:1806.08342, section 2.3; the clip by percentile is that of Wu et al.
/// 2020, arXiv:2004.09602). Errors: a length other than rows * columns, a weight that is not finite, a percentile
/// outside (0, 100], rows so long that 32-bit sums could overflow.
[[nodiscard]] Result<Int8Rows> quantiseRows(std::span<const float> weights, std::size_t rows, std::size_t columns,
                                            const Int8Options& options = {});

/// The weights that the integers stand for, row-major.
[[nodiscard]] std::vector<float> dequantise(const Int8Rows& matrix);

/// Sums of the columns where `spikes` is not 0, one int32 a row. Exact: a spike is 0 or 1, and quantiseRows has
/// proved that no sum overflows. `spikes` has one entry a column (missing entries count as silent).
[[nodiscard]] std::vector<std::int32_t> accumulate(const Int8Rows& matrix, std::span<const std::uint8_t> spikes);

/// The sums in the units of the weights: sum * scale of the row.
[[nodiscard]] std::vector<float> rescale(const Int8Rows& matrix, std::span<const std::int32_t> sums);

/// The q-quantile (0..1) by linear interpolation between order statistics, type 7 of Hyndman & Fan 1996; 0 when
/// there are no values. Takes its argument by value because it orders it.
[[nodiscard]] double quantileOf(std::vector<double> values, double q);

struct LossScaleOptions {
    double initial = 65536;              ///< 2^16
    double growth = 2;                   ///< factor after `growthInterval` clean steps
    double backoff = 0.5;                ///< factor after a step whose gradient was not finite
    std::uint32_t growthInterval = 2000; ///< clean steps in a row
    double minimum = 1;
    double maximum = 0x1p40; ///< a run that never overflows would otherwise reach infinity
};

/// Dynamic loss scaling (Micikevicius et al. 2018, arXiv:1710.03740, section 3.2; the rules are those of PyTorch's
/// GradScaler with a floor). Multiply the loss by scale(), divide the gradient by it, then tell update() whether the
/// gradient was finite.
class LossScaler {
public:
    explicit LossScaler(const LossScaleOptions& options = {}) : m_options(options), m_scale(options.initial) {}

    [[nodiscard]] double scale() const { return m_scale; }
    /// True when the step may be taken; false when it has to be left out because the gradient was not finite.
    bool update(bool gradientIsFinite);
    /// Steps left out so far.
    [[nodiscard]] std::uint64_t skipped() const { return m_skipped; }

private:
    LossScaleOptions m_options;
    double m_scale;
    std::uint32_t m_clean = 0;
    std::uint64_t m_skipped = 0;
};

} // namespace bnof::compute
