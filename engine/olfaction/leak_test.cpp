// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/base/exact_math.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/evaluation.h"

namespace bnof::olfaction {
namespace {

constexpr double segmentSeconds = 5;
constexpr std::size_t fewestExposures = 5;

/// One row an exposure: the mean compressed value of every channel over a segment without stimulus.
struct Exposures {
    std::vector<double> features;
    std::vector<int> labels;
};

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

Exposures collect(const Dataset& data)
{
    Exposures out;
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

/// Standardise both by the training part.
void standardise(std::vector<double>& train, std::vector<double>& test, std::size_t dimension)
{
    for (std::size_t f = 0; f < dimension; ++f) {
        double mean = 0;
        double squares = 0;
        const double count = static_cast<double>(train.size() / dimension);
        for (std::size_t i = f; i < train.size(); i += dimension)
            mean += train[i] / count;
        for (std::size_t i = f; i < train.size(); i += dimension)
            squares += (train[i] - mean) * (train[i] - mean) / count;
        const double deviation = std::max(std::sqrt(squares), 1e-9);
        for (std::vector<double>* rows : {&train, &test}) {
            for (std::size_t i = f; i < rows->size(); i += dimension)
                (*rows)[i] = std::clamp(((*rows)[i] - mean) / deviation, -8.0, 8.0);
        }
    }
}

} // namespace

Json leakTest(const Dataset& train, const Dataset& test)
{
    Json out = Json::object();
    const std::size_t dimension = train.channels.size();
    Exposures learn = collect(train);
    Exposures ask = collect(test);
    out.set("accuracy", nullptr);
    out.set("chance", nullptr);
    out.set("warning", nullptr);
    out.set("exposures", ask.labels.size());
    if (learn.labels.size() < fewestExposures || ask.labels.size() < fewestExposures) {
        out.set("reason", "fewer than 5 exposures to learn from or to ask about");
        return out;
    }
    standardise(learn.features, ask.features, dimension);
    const auto d = fitDiscriminant(learn.features, dimension, learn.labels, train.labels.size());
    if (!d.ok()) {
        out.set("reason", d.error().what);
        return out;
    }
    std::vector<double> asked(train.labels.size(), 0);
    std::vector<double> learnt(train.labels.size(), 0);
    for (const int label : learn.labels)
        learnt[static_cast<std::size_t>(label)] += 1;
    double right = 0;
    DiscriminantPoint point;
    std::vector<double> s;
    for (std::size_t i = 0; i < ask.labels.size(); ++i) {
        project(*d, {ask.features.data() + i * dimension, dimension}, point);
        scores(*d, point.u, s);
        right += std::max_element(s.begin(), s.end()) - s.begin() == ask.labels[i] ? 1 : 0;
        asked[static_cast<std::size_t>(ask.labels[i])] += 1;
    }
    const auto n = static_cast<double>(ask.labels.size());
    const double accuracy = right / n;
    // Guessing the label that was most frequent in training, or the most frequent one here, whichever is more.
    const auto favourite = static_cast<std::size_t>(std::max_element(learnt.begin(), learnt.end()) - learnt.begin());
    const double chance = std::max(asked[favourite], *std::max_element(asked.begin(), asked.end())) / n;
    out.set("accuracy", accuracy);
    out.set("chance", chance);
    // One-sided 95 % by the normal approximation of the binomial distribution.
    if (accuracy > chance + 1.645 * std::sqrt(std::max(chance * (1 - chance), 0.25 / n) / n))
        out.set("warning",
                "The signal before an exposure tells which gas comes next: the recordings are confounded "
                "(order, time of day, place). Randomise the order of exposures before trusting any accuracy.");
    return out;
}

} // namespace bnof::olfaction
