// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/scored_classifier.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t defaultNeighbours = 3;
constexpr std::size_t mostNeighbours = 64;
/// What a class that no neighbour votes for counts, in votes of weight 1.
constexpr double voteFloor = 0.05;
/// The nearest counts a little more, so that it breaks ties.
constexpr double nearestBonus = 1.01;

/// Brute force: some thousand rows are read in less time than an index takes to answer in tens of dimensions.
class Neighbours final : public ScoredClassifier {
public:
    Neighbours() : ScoredClassifier("knn") {}

    void scores(std::span<const double> features, std::vector<double>& out) const override
    {
        std::array<std::pair<double, std::size_t>, mostNeighbours> nearest;
        std::size_t found = 0;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            double distance = 0;
            const std::int32_t* row = inputs.data() + i * dimension;
            for (std::size_t f = 0; f < dimension; ++f) {
                const double d = features[f] - row[f] * inputStep;
                distance += d * d;
            }
            std::size_t at = found;
            while (at > 0 && (distance < nearest[at - 1].first ||
                              (distance == nearest[at - 1].first && heavier(i, nearest[at - 1].second))))
                --at;
            if (at == neighbours)
                continue;
            found = std::min(found + 1, neighbours);
            for (std::size_t k = found - 1; k > at; --k)
                nearest[k] = nearest[k - 1];
            nearest[at] = {distance, i};
        }
        std::vector<double> votes(present.size(), 0);
        double total = 0;
        for (std::size_t k = 0; k < found; ++k) {
            const std::size_t i = nearest[k].second;
            const double vote = (weights.empty() ? 1 : weights[i]) * (k == 0 ? nearestBonus : 1);
            votes[static_cast<std::size_t>(labels[i])] += vote;
            total += vote;
        }
        out.assign(present.size(), absentScore);
        for (std::size_t c = 0; c < present.size(); ++c) {
            if (present[c])
                out[c] = exactLog((votes[c] / total * static_cast<double>(found) + voteFloor));
        }
    }

    void markPresent(std::size_t classes)
    {
        present.assign(classes, false);
        for (const int label : labels)
            present[static_cast<std::size_t>(label)] = true;
    }

    std::size_t neighbours = defaultNeighbours;
    std::size_t dimension = 0;
    std::vector<std::int32_t> inputs; ///< row after row, in inputStep
    std::vector<int> labels;
    std::vector<double> weights; ///< empty: all 1
    std::vector<bool> present;

private:
    [[nodiscard]] bool heavier(std::size_t a, std::size_t b) const
    {
        return !weights.empty() && weights[a] > weights[b];
    }

    void describe(Json& json) const override
    {
        json.set("neighbours", neighbours);
        json.set("labels", Json::arrayOf(labels));
        json.set("weights", Json::arrayOf(weights));
        json.set("inputs", Json::arrayOf(inputs));
    }
};

} // namespace

Result<ScoredPointer> fitNeighbours(const LabelledRows& rows, std::size_t classes, const ClassifierOptions& options)
{
    const auto fit = [classes](const LabelledRows& some) -> Result<ScoredPointer> {
        auto out = std::make_unique<Neighbours>();
        out->dimension = some.dimension;
        out->labels = some.labels;
        out->weights = some.weights;
        out->inputs.reserve(some.features.size());
        for (const double value : some.features)
            out->inputs.push_back(quantised(value));
        out->markPresent(classes);
        return ScoredPointer(std::move(out));
    };
    BNOF_TRY_ASSIGN(const HeldOut heldOut, holdOut(rows, innerFolds(rows, classes, options.groups), fit));
    BNOF_TRY_ASSIGN(ScoredPointer out, fit(rows));
    out->setTemperature(fittedTemperature(heldOut));
    return out;
}

Result<ScoredPointer> neighboursFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                         std::size_t classes)
{
    JsonFields fields(json, path);
    auto out = std::make_unique<Neighbours>();
    out->dimension = dimension;
    out->neighbours = static_cast<std::size_t>(fields.integer("neighbours", 1, mostNeighbours));
    out->labels = readNumbers<int>(fields, "labels", 1U << 20);
    if (fields.ok() && out->labels.empty())
        fields.fail("labels", "is empty");
    BNOF_TRY(fields.status());
    for (const int label : out->labels) {
        if (label < 0 || label >= static_cast<int>(classes))
            fields.fail("labels", "names a class that does not exist");
    }
    if (!fields.array("weights").items().empty())
        out->weights = readExactly<double>(fields, "weights", out->labels.size());
    for (const double weight : out->weights) {
        if (!(weight > 0 && weight < 1e12))
            fields.fail("weights", "holds one that is not within 0 and 1e12");
    }
    out->inputs = readExactly<std::int32_t>(fields, "inputs", out->labels.size() * dimension);
    BNOF_TRY(fields.status());
    out->markPresent(classes);
    return ScoredPointer(std::move(out));
}

} // namespace bnof::olfaction
