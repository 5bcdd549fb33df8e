// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace bnof::monitoring {

/// The q-quantile (0..1) of a cumulative histogram as Prometheus' histogram_quantile() gives it: linear inside a
/// bucket, the first one beginning at 0 when its bound is above 0; in the last, unbounded bucket the largest bound.
/// `bounds` are the upper bounds in ascending order without the unbounded one, `cumulative` has one entry more. Absent
/// when nothing was counted, when the lengths do not fit or there is no bound.
[[nodiscard]] std::optional<double> histogramQuantile(std::span<const double> bounds,
                                                      std::span<const std::uint64_t> cumulative, double q);

} // namespace bnof::monitoring
