// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/feature_stream.h"

#include <algorithm>
#include <cmath>

namespace bnof::olfaction {

Result<ClockMap> clockFromEvents(double firstOwn, double firstSensor, double secondOwn, double secondSensor)
{
    const double own = secondOwn - firstOwn;
    const double rate = (secondSensor - firstSensor) / own;
    if (!(std::abs(own) >= 1) || !(rate >= 0.9 && rate <= 1.1))
        return makeError(ErrorKind::BadInput, "two events do not tie the clocks together", "alignment",
                         "Choose two events at least a second apart, in the same order on both clocks.");
    return ClockMap{firstSensor - rate * firstOwn, rate};
}

AlignedRows alignTo(const FeatureStream& stream, const ClockMap& clock, std::span<const double> instants,
                    double windowSeconds)
{
    AlignedRows out;
    out.dimension = stream.dimension();
    out.features.assign(instants.size() * out.dimension, 0);
    out.present.assign(instants.size(), 0);
    std::size_t begin = 0;
    std::size_t end = 0;
    const auto timeOf = [&](std::size_t i) { return clock.offsetSeconds + clock.rate * stream.times[i]; };
    for (std::size_t k = 0; k < instants.size(); ++k) {
        while (end < stream.rows() && timeOf(end) <= instants[k])
            ++end;
        while (begin < end && timeOf(begin) <= instants[k] - windowSeconds)
            ++begin;
        double* to = out.features.data() + k * out.dimension;
        double count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const auto row = stream.row(i);
            if (!std::all_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); }))
                continue;
            for (std::size_t f = 0; f < out.dimension; ++f)
                to[f] += row[f];
            count += 1;
        }
        for (std::size_t f = 0; f < out.dimension && count > 0; ++f)
            to[f] /= count;
        out.present[k] = count > 0 ? 1 : 0;
    }
    return out;
}

} // namespace bnof::olfaction
