// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/base/exact_math.h"
#include "engine/olfaction/evaluation.h"
#include "engine/olfaction/told_apart.h"

namespace bnof::olfaction {
namespace {

constexpr double segmentSeconds = 5;

/// Mean over the frames [from, to) of sign(v) log(1 + |v|); a channel without a value gives 0.
void appendMean(const LabelledRecording& recording, std::size_t channels, std::size_t from, std::size_t to,
                std::vector<double>& out)
{
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        double count = 0;
        for (std::size_t i = from; i < to; ++i) {
            const double v = recording.values[i * channels + c];
            if (!std::isfinite(v))
                continue;
            sum += std::copysign(exactLog(1 + std::abs(v)), v);
            count += 1;
        }
        out.push_back(count > 0 ? sum / count : 0);
    }
}

/// One row an exposure: the mean compressed value of every channel over a segment without stimulus.
ExposureRows collect(const Dataset& data)
{
    ExposureRows out;
    const std::size_t channels = data.channels.size();
    const Timestamp length = fromSeconds(segmentSeconds);
    for (const LabelledRecording& recording : data.recordings) {
        const auto add = [&](std::size_t from, std::size_t to, int label) {
            appendMean(recording, channels, from, to, out.features);
            out.labels.push_back(label);
        };
        if (data.background < 0) {
            std::size_t end = 0;
            while (end < recording.frames() && recording.times[end] - recording.times.front() < length)
                ++end;
            if (end > 0 && recording.labels.front() >= 0)
                add(0, end, recording.labels.front());
            continue;
        }
        std::size_t backgroundSince = 0;
        for (std::size_t i = 0; i < recording.frames(); ++i) {
            const int label = recording.labels[i];
            const bool exposed = label >= 0 && label != data.background;
            if (i > 0 && exposed && recording.labels[i - 1] == data.background) {
                std::size_t from = i;
                while (from > backgroundSince && recording.times[i] - recording.times[from - 1] <= length)
                    --from;
                add(from, i, label);
            }
            if (label != data.background)
                backgroundSince = i + 1;
        }
    }
    return out;
}

} // namespace

Json leakTest(const Dataset& train, const Dataset& test)
{
    return toldApart(collect(train), collect(test), train.channels.size(), train.labels.size(),
                     "The signal before an exposure tells which gas comes next: the recordings are confounded "
                     "(order, time of day, place). Randomise the order of exposures and add blanks before "
                     "trusting any accuracy.");
}

} // namespace bnof::olfaction
