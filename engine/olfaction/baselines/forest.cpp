// SPDX-License-Identifier: GPL-3.0-or-later
// Grown by OpenCV; read and run by our own code, so that a file cannot reach OpenCV's parser and every machine gives
// the same votes.
#include <algorithm>
#include <cmath>
#include <opencv2/ml.hpp>

#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/scored_classifier.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr int treeCount = 100;
constexpr int largestDepth = 20;
constexpr int smallestSplit = 4; ///< rows below which a node is a leaf
constexpr std::size_t mostNodes = 1U << 22;
/// Thresholds lie midway between two inputs.
constexpr double thresholdStep = inputStep / 2;
/// What a class that no tree votes for counts, in trees.
constexpr double voteFloor = 0.5;

class Forest final : public ScoredClassifier {
public:
    Forest() : ScoredClassifier("forest") {}

    void scores(std::span<const double> input, std::vector<double>& out) const override
    {
        std::vector<double> votes(classes, 0);
        for (const std::uint32_t root : roots) {
            std::size_t at = root;
            while (features[at] >= 0)
                at = input[static_cast<std::size_t>(features[at])] <= thresholds[at] * thresholdStep
                         ? at + 1
                         : static_cast<std::size_t>(right[at]);
            votes[static_cast<std::size_t>(right[at])] += 1;
        }
        out.assign(classes, absentScore);
        for (std::size_t c = 0; c < classes; ++c) {
            if (present[c])
                out[c] = exactLog(votes[c] + voteFloor);
        }
    }

    void markPresent()
    {
        present.assign(classes, false);
        for (std::size_t i = 0; i < features.size(); ++i) {
            if (features[i] < 0)
                present[static_cast<std::size_t>(right[i])] = true;
        }
    }

    std::size_t classes = 0;
    std::vector<std::uint32_t> roots; ///< first node of each tree
    // A node's left child is the one behind it. A leaf has feature -1 and its class in `right`.
    std::vector<std::int32_t> features;
    std::vector<std::int32_t> thresholds; ///< in thresholdStep
    std::vector<std::int32_t> right;
    std::vector<bool> present; ///< classes that some leaf names

private:
    void describe(Json& json) const override
    {
        json.set("roots", Json::arrayOf(roots));
        json.set("features", Json::arrayOf(features));
        json.set("thresholds", Json::arrayOf(thresholds));
        json.set("right", Json::arrayOf(right));
    }
};

/// Copies a tree of OpenCV's, left child first.
void copyTree(const std::vector<cv::ml::DTrees::Node>& nodes, const std::vector<cv::ml::DTrees::Split>& splits,
              int root, Forest& out)
{
    out.roots.push_back(static_cast<std::uint32_t>(out.features.size()));
    struct Visit {
        int node;
        std::ptrdiff_t parent; ///< whose right child this is, or -1
    };
    std::vector<Visit> open{{root, -1}};
    while (!open.empty()) {
        const Visit visit = open.back();
        open.pop_back();
        const auto at = static_cast<std::ptrdiff_t>(out.features.size());
        if (visit.parent >= 0)
            out.right[static_cast<std::size_t>(visit.parent)] = static_cast<std::int32_t>(at);
        const auto& node = nodes[static_cast<std::size_t>(visit.node)];
        if (node.split < 0) {
            out.features.push_back(-1);
            out.thresholds.push_back(0);
            out.right.push_back(static_cast<std::int32_t>(std::lround(node.value)));
            continue;
        }
        const auto& split = splits[static_cast<std::size_t>(node.split)];
        out.features.push_back(split.varIdx);
        out.thresholds.push_back(static_cast<std::int32_t>(std::floor(double{split.c} / thresholdStep)));
        out.right.push_back(0);
        open.push_back({split.inversed ? node.left : node.right, at});
        open.push_back({split.inversed ? node.right : node.left, -1});
    }
}

Result<ScoredPointer> grow(const LabelledRows& rows, std::size_t classes, std::uint64_t seed)
{
    auto out = std::make_unique<Forest>();
    out->classes = classes;
    BNOF_TRY(guarded("growing a random forest", [&] {
        const CvRows data = cvRows(rows);
        const auto trees = cv::ml::RTrees::create();
        trees->setMaxDepth(largestDepth);
        trees->setMinSampleCount(smallestSplit);
        trees->setActiveVarCount(0); // the square root of the number of features
        trees->setCalculateVarImportance(false);
        trees->setTermCriteria({cv::TermCriteria::MAX_ITER, treeCount, 0});
        const std::uint64_t before = cv::theRNG().state;
        cv::theRNG().state = seed * 0x9E37'79B9'7F4A'7C15ULL + 1;
        trees->train(cv::ml::TrainData::create(data.features, cv::ml::ROW_SAMPLE, data.labels));
        cv::theRNG().state = before;
        for (const int root : trees->getRoots())
            copyTree(trees->getNodes(), trees->getSplits(), root, *out);
    }));
    out->markPresent();
    return ScoredPointer(std::move(out));
}

/// Every walk from a root ends at a leaf: children lie behind their parents and within the tree.
bool wellFormed(const Forest& forest, std::size_t dimension)
{
    const std::size_t nodes = forest.features.size();
    for (std::size_t t = 0; t < forest.roots.size(); ++t) {
        const std::size_t end = t + 1 < forest.roots.size() ? forest.roots[t + 1] : nodes;
        if (forest.roots[t] >= end || end > nodes)
            return false;
        for (std::size_t i = forest.roots[t]; i < end; ++i) {
            const auto right = static_cast<std::int64_t>(forest.right[i]);
            if (forest.features[i] < 0) {
                if (right < 0 || right >= static_cast<std::int64_t>(forest.classes))
                    return false;
            } else if (forest.features[i] >= static_cast<std::int64_t>(dimension) || i + 1 >= end ||
                       right <= static_cast<std::int64_t>(i + 1) || right >= static_cast<std::int64_t>(end)) {
                return false;
            }
        }
    }
    return !forest.roots.empty() && forest.roots.front() == 0;
}

} // namespace

Result<ScoredPointer> fitForest(const LabelledRows& rows, std::size_t classes, const ClassifierOptions& options)
{
    const auto fit = [&](const LabelledRows& some) { return grow(some, classes, options.seed); };
    // One fold calibrates well enough: growing takes longer than anything else here.
    std::vector<InnerFold> folds = innerFolds(rows, classes, options.groups);
    folds.resize(std::min<std::size_t>(folds.size(), 1));
    BNOF_TRY_ASSIGN(const HeldOut heldOut, holdOut(rows, folds, fit));
    BNOF_TRY_ASSIGN(ScoredPointer out, fit(rows));
    out->setTemperature(fittedTemperature(heldOut));
    return out;
}

Result<ScoredPointer> forestFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                     std::size_t classes)
{
    JsonFields fields(json, path);
    auto out = std::make_unique<Forest>();
    out->classes = classes;
    out->roots = readNumbers<std::uint32_t>(fields, "roots", 100'000);
    out->features = readNumbers<std::int32_t>(fields, "features", mostNodes);
    out->thresholds = readExactly<std::int32_t>(fields, "thresholds", out->features.size());
    out->right = readExactly<std::int32_t>(fields, "right", out->features.size());
    BNOF_TRY(fields.status());
    if (!wellFormed(*out, dimension)) {
        fields.fail("right", "does not describe trees");
        return fields.status().error();
    }
    out->markPresent();
    return ScoredPointer(std::move(out));
}

} // namespace bnof::olfaction
