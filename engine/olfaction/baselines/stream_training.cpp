// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/baselines/stream_training.h"

#include <algorithm>
#include <map>

#include "engine/olfaction/baselines/classifier.h"

namespace bnof::olfaction {
namespace {

/// The exposure that each row belongs to. Rows of a pass that started in mid-recording count as the exposure that the
/// main pass saw at that time, lest two folds share it.
std::vector<int> exposureOfRows(const FeatureRows& rows)
{
    std::vector<std::map<double, int>> main;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto recording = static_cast<std::size_t>(rows.recording[i]);
        main.resize(std::max(main.size(), recording + 1));
        if (!rows.restarted[i])
            main[recording].emplace(rows.seconds[i], rows.exposure[i]);
    }
    std::vector<int> out = rows.exposure;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto& times = main[static_cast<std::size_t>(rows.recording[i])];
        if (!rows.restarted[i] || times.empty())
            continue;
        auto at = times.upper_bound(rows.seconds[i]);
        if (at != times.begin())
            --at;
        out[i] = at->second;
    }
    return out;
}

Result<std::unique_ptr<Classifier>> fitRows(const std::string& kind, const Preparation& p,
                                            const std::vector<std::uint32_t>& which, const std::vector<int>& exposures,
                                            std::size_t classes, std::uint64_t seed)
{
    LabelledRows rows;
    rows.dimension = p.rows.dimension;
    gather(p.rows, which, rows.features, rows.labels);
    ClassifierOptions options;
    options.seed = seed;
    options.blocks = p.frontEnd.blocks();
    for (const std::uint32_t i : which)
        options.groups.push_back(exposures[i]);
    return fitClassifier(kind, rows, classes, options);
}

} // namespace

Result<void> fitStreamClassifier(const std::string& kind, const Preparation& p, std::size_t classes, std::uint64_t seed,
                                 Model& model)
{
    const std::vector<int> exposures = exposureOfRows(p.rows);
    const Fold& fold = p.folds.back();
    if (!fold.test.empty()) {
        BNOF_TRY_ASSIGN(const auto early, fitRows(kind, p, fold.train, exposures, classes, seed));
        double right = 0;
        std::vector<double> posterior;
        for (const std::uint32_t i : fold.test) {
            early->posterior(p.rows.row(i), posterior);
            const auto best = std::max_element(posterior.begin(), posterior.end()) - posterior.begin();
            right += best == p.rows.labels[i] ? 1 : 0;
        }
        model.metrics.set("held_out_accuracy", right / static_cast<double>(fold.test.size()));
    }
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < p.rows.rows(); ++i) {
        if (p.rows.labels[i] >= 0)
            all.push_back(static_cast<std::uint32_t>(i));
    }
    BNOF_TRY_ASSIGN(const auto classifier, fitRows(kind, p, all, exposures, classes, seed));
    model.classifier = classifier->toJson();
    return {};
}

} // namespace bnof::olfaction
