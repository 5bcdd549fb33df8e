// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/judged_training.h"

#include <algorithm>
#include <set>

#include "engine/olfaction/evaluation_splits.h"
#include "engine/olfaction/model.h"

namespace bnof::olfaction {
namespace {

constexpr double judgingShare = 0.7; ///< of the work

/// Labels that occur in at least two groups can be tested where they were not trained.
bool sharesLabels(const Dataset& data)
{
    std::vector<std::set<std::string>> groups(data.labels.size());
    for (const LabelledRecording& recording : data.recordings) {
        for (const std::int16_t label : recording.labels) {
            if (label >= 0)
                groups[static_cast<std::size_t>(label)].insert(recording.group);
        }
    }
    return std::all_of(groups.begin(), groups.end(), [](const auto& g) { return g.size() != 1; });
}

std::vector<SplitStretch> byTime(const Dataset& data, const Split& split, double fraction)
{
    std::vector<SplitStretch> out;
    for (std::size_t i = 0; i < data.recordings.size(); ++i) {
        const double seconds = data.recordings[i].duration();
        const double border = fraction * seconds;
        if (split.skipSeconds < border)
            out.push_back({i, split.skipSeconds, border, true});
        if (border + split.scoreFrom < seconds)
            out.push_back({i, border + split.scoreFrom, seconds, false});
    }
    return out;
}

} // namespace

Protocol suitableProtocol(const Dataset& data)
{
    return data.groups().size() > 1 && sharesLabels(data) ? Protocol::HeldOut : Protocol::TimeSplit;
}

std::vector<std::vector<SplitStretch>> splitsToShow(const Dataset& data, const EvaluationOptions& options)
{
    std::vector<std::vector<SplitStretch>> out;
    const auto splits = splitsOf(data, options);
    if (!splits.ok())
        return out;
    for (const Split& split : *splits) {
        if (options.protocol != Protocol::HeldOut) {
            out.push_back(byTime(data, split, options.trainFraction));
            continue;
        }
        const std::vector<std::string> held = split.test.groups();
        std::vector<SplitStretch> stretches;
        for (std::size_t i = 0; i < data.recordings.size(); ++i) {
            const LabelledRecording& r = data.recordings[i];
            const bool tests = std::find(held.begin(), held.end(), r.group) != held.end();
            stretches.push_back(
                {i, std::min(tests ? split.scoreFrom : split.skipSeconds, r.duration()), r.duration(), !tests});
        }
        out.push_back(std::move(stretches));
    }
    return out;
}

Result<JudgedModel> trainAndJudge(const std::string& kind, const Dataset& data, const EvaluationOptions& options,
                                  const TrainingProgress& progress)
{
    const auto part = [&progress](double from, double to) -> TrainingProgress {
        return [&progress, from, to](double done, std::string_view what) {
            return !progress || progress(from + (to - from) * done, what);
        };
    };
    JudgedModel out;
    BNOF_TRY_ASSIGN(out.evaluation, evaluate(data, options, part(0, judgingShare)));
    const TrainingProgress rest = part(judgingShare, 1);
    const auto trainer = kind == "spiking"    ? trainSpiking
                         : kind == "lda"      ? trainLda
                         : kind == "template" ? trainTemplates
                                              : nullptr;
    auto bytes = trainer ? trainer(data, options.training, rest) : trainClassifier(kind, data, options.training, rest);
    if (!bytes.ok())
        return bytes.error();
    BNOF_TRY_ASSIGN(Model model, modelFromBytes(*bytes));
    // How long it took would make two runs differ.
    Json kept = Json::object();
    for (const auto& [key, value] : out.evaluation.members()) {
        if (key != "training_seconds")
            kept.set(key, value);
    }
    model.metrics.set("evaluation", std::move(kept));
    out.bytes = modelToBytes(model);
    return out;
}

} // namespace bnof::olfaction
