// SPDX-License-Identifier: GPL-3.0-or-later
// The competitors that a recogniser is measured against: support vectors, a random forest, nearest neighbours and a
// small convolutional network, on whatever features they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// Feature vectors with their classes. Inputs should be standardised: every feature counts alike in a distance.
struct LabelledRows {
    std::size_t dimension = 0;
    std::vector<double> features; ///< row after row
    std::vector<int> labels;      ///< one a row; rows with a negative label are ignored
    std::vector<double> weights;  ///< one a row, > 0; empty: all 1

    [[nodiscard]] std::size_t rows() const { return labels.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {features.data() + i * dimension, dimension};
    }
};

/// A classifier of feature vectors. Deterministic; const calls may come from several threads.
class Classifier {
public:
    virtual ~Classifier() = default;

    /// "svm", "forest", "knn" or "cnn".
    [[nodiscard]] virtual const std::string& kind() const = 0;
    /// One probability a class, which sum to 1; a class without training rows has 0. `features` are finite and as many
    /// as in training.
    virtual void posterior(std::span<const double> features, std::vector<double>& out) const = 0;
    /// Everything that posterior() depends on; classifierFromJson gives the same answers, bit for bit.
    [[nodiscard]] virtual Json toJson() const = 0;
};

struct ClassifierOptions {
    std::uint64_t seed = 1;
    std::vector<int> groups; ///< one a row; rows of a group stay together in inner cross-validation. Empty: each alone
    /// For "cnn": the features are so many equal blocks of channels, one after the other, and the convolution runs
    /// over the blocks (time scales) with the channels side by side. 0: it runs over the features themselves.
    std::size_t blocks = 0;
};

/// Names of the kinds that fitClassifier knows.
[[nodiscard]] const std::vector<std::string>& classifierKinds();
[[nodiscard]] bool isClassifierKind(const std::string& kind);

/// "svm": C-support vectors with radial basis functions (Cortes & Vapnik, Machine Learning 20 (1995) 273-297), trained
/// by OpenCV; C and gamma by grouped inner cross-validation. "forest": a random forest (Breiman, Machine Learning 45
/// (2001) 5-32), grown by OpenCV. "knn": the 3 nearest neighbours. "cnn": two convolutions and a dense layer, run by
/// OpenCV dnn. The probabilities of all are softmax(scores/T) with T of the smallest log loss on the inner folds (Guo
/// et al., "On calibration of modern neural networks", ICML 2017). Evenly thinned above some thousand rows.
/// The same rows, options and build give the same classifier. Errors: fewer than two classes, sizes that do not fit,
/// numbers that are not finite, an unknown kind.
[[nodiscard]] Result<std::unique_ptr<Classifier>> fitClassifier(const std::string& kind, const LabelledRows& rows,
                                                                std::size_t classes,
                                                                const ClassifierOptions& options = {});

/// Reads what toJson() wrote; trusts nothing. The error's `where` is the path of the field.
[[nodiscard]] Result<std::unique_ptr<Classifier>> classifierFromJson(const Json& json, const std::string& path,
                                                                     std::size_t dimension, std::size_t classes);

} // namespace bnof::olfaction
