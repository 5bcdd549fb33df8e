// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/evaluation_splits.h"

#include <algorithm>
#include <iterator>

#include "engine/olfaction/csv_table.h"

namespace bnof::olfaction {
namespace {

Result<std::vector<Split>> timeSplits(const Dataset& data, const EvaluationOptions& options)
{
    if (!(options.trainFraction > 0.05 && options.trainFraction < 0.95))
        return makeError(ErrorKind::Usage, "the training fraction must be between 0.05 and 0.95", "--train-fraction");
    Split split;
    split.train = data;
    split.test = data;
    split.train.recordings.clear();
    split.test.recordings.clear();
    double shortest = 1e300;
    for (const LabelledRecording& recording : data.recordings) {
        Dataset one = data;
        one.recordings = {recording};
        const double border = options.trainFraction * recording.duration();
        for (auto& part : timeSlice(one, 0, border).recordings)
            split.train.recordings.push_back(std::move(part));
        for (auto& part : timeSlice(one, border, 1e9).recordings)
            split.test.recordings.push_back(std::move(part));
        shortest = std::min(shortest, recording.duration());
    }
    split.skipSeconds = std::min(options.dropSeconds, 0.1 * shortest);
    split.scoreFrom =
        std::max(firstAnswerSeconds, std::min(options.gapSeconds, 0.25 * (1 - options.trainFraction) * shortest));
    return std::vector<Split>{std::move(split)};
}

Result<std::vector<Split>> heldOutSplits(const Dataset& data, const EvaluationOptions& options)
{
    const std::vector<std::string> groups = data.groups();
    if (groups.size() < 2)
        return makeError(ErrorKind::BadInput, "the data set has only one group, so nothing can be held out", data.name,
                         "Name the session, day or batch of each file in the manifest's column group, or use "
                         "--protocol time-split.");
    std::vector<std::string> training = options.trainGroups;
    if (training.empty())
        std::copy_if(groups.begin(), groups.end(), std::back_inserter(training),
                     [](const std::string& group) { return lowerCase(group).find("train") != std::string::npos; });
    if (!training.empty()) {
        Split split{selectGroups(data, training, true), selectGroups(data, training, false),
                    options.training.skipSeconds, firstAnswerSeconds};
        if (split.train.recordings.empty() || split.test.recordings.empty())
            return makeError(ErrorKind::BadInput, "the groups that train leave nothing to train on or nothing to test",
                             data.name, "--train-groups names some, not all, of the data set's groups.");
        return std::vector<Split>{std::move(split)};
    }
    const std::size_t folds = std::clamp<std::size_t>(options.folds, 2, groups.size());
    std::vector<Split> out;
    for (std::size_t f = 0; f < folds; ++f) {
        std::vector<std::string> held;
        for (std::size_t g = f; g < groups.size(); g += folds)
            held.push_back(groups[g]);
        out.push_back({selectGroups(data, held, false), selectGroups(data, held, true), options.training.skipSeconds,
                       firstAnswerSeconds});
    }
    return out;
}

/// The data set without the frames of one label; their time stays, as a gap.
Dataset withoutLabel(const Dataset& data, int label)
{
    Dataset out = data;
    const std::size_t channels = data.channels.size();
    for (LabelledRecording& r : out.recordings) {
        const std::size_t components = r.ppm.empty() ? 0 : data.components.size();
        std::size_t kept = 0;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            if (r.labels[i] == label)
                continue;
            const auto move = [i, kept](auto& list, std::size_t width) {
                std::copy_n(list.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                            list.begin() + static_cast<std::ptrdiff_t>(kept * width));
            };
            move(r.times, 1);
            move(r.labels, 1);
            move(r.values, channels);
            move(r.ppm, components);
            ++kept;
        }
        r.times.resize(kept);
        r.labels.resize(kept);
        r.values.resize(kept * channels);
        r.ppm.resize(kept * components);
    }
    std::erase_if(out.recordings, [](const LabelledRecording& r) { return r.frames() == 0; });
    return out;
}

/// One split for each gas: that of time, with the gas taken out of the training part.
Result<std::vector<Split>> leaveGasOutSplits(const Dataset& data, const EvaluationOptions& options)
{
    BNOF_TRY_ASSIGN(const std::vector<Split> whole, timeSplits(data, options));
    const Split& base = whole.front();
    const std::vector<std::uint8_t> present = trainedLabels(base.train);
    if (std::count(present.begin(), present.end(), 1) < 3)
        return makeError(ErrorKind::BadInput, "leaving a gas out needs at least three labels in the training part",
                         data.name, "Record another gas, or use --protocol time-split.");
    std::vector<Split> out;
    for (std::size_t label = 0; label < present.size(); ++label) {
        if (!present[label] || static_cast<int>(label) == data.background)
            continue;
        Split split = base;
        split.train = withoutLabel(base.train, static_cast<int>(label));
        out.push_back(std::move(split));
    }
    return out;
}

} // namespace

std::vector<std::uint8_t> trainedLabels(const Dataset& data)
{
    std::vector<std::uint8_t> out(data.labels.size(), 0);
    for (const LabelledRecording& recording : data.recordings) {
        for (const std::int16_t label : recording.labels) {
            if (label >= 0)
                out[static_cast<std::size_t>(label)] = 1;
        }
    }
    return out;
}

Result<std::vector<Split>> splitsOf(const Dataset& data, const EvaluationOptions& options)
{
    switch (options.protocol) {
    case Protocol::TimeSplit: return timeSplits(data, options);
    case Protocol::HeldOut: return heldOutSplits(data, options);
    case Protocol::LeaveGasOut: return leaveGasOutSplits(data, options);
    case Protocol::FirstBatch:
    case Protocol::PreviousBatches:
    case Protocol::FewShot:
    case Protocol::TemplateRecall:
        return makeError(ErrorKind::BadInput, "this protocol is one of exposures described by features", data.name,
                         "Use --protocol time-split, held-out or leave-gas-out for recordings.");
    }
    return makeError(ErrorKind::Internal, "there is no such protocol", "evaluation options");
}

} // namespace bnof::olfaction
