// SPDX-License-Identifier: GPL-3.0-or-later
// What the kinds of classifier share: scores to probabilities, inner cross-validation, rows prepared for OpenCV.
#pragma once

#include <functional>
#include <opencv2/core/mat.hpp>

#include "engine/olfaction/baselines/classifier.h"

namespace bnof::olfaction {

/// Score of a class that had no training rows.
constexpr double absentScore = -1e300;

/// Probabilities are softmax(scores / temperature).
class ScoredClassifier : public Classifier {
public:
    [[nodiscard]] const std::string& kind() const final { return m_kind; }
    void posterior(std::span<const double> features, std::vector<double>& out) const final;
    [[nodiscard]] Json toJson() const final;

    /// A number a class, larger is likelier; absentScore for a class that had no training rows.
    virtual void scores(std::span<const double> features, std::vector<double>& out) const = 0;

    void setTemperature(double temperature) { m_temperature = temperature; }
    void setSize(std::size_t dimension, std::size_t classes)
    {
        m_dimension = dimension;
        m_classes = classes;
    }

protected:
    explicit ScoredClassifier(std::string kind) : m_kind(std::move(kind)) {}

    /// Adds the fields of the kind.
    virtual void describe(Json& json) const = 0;

private:
    std::string m_kind;
    double m_temperature = 1;
    std::size_t m_dimension = 0;
    std::size_t m_classes = 0;
};

using ScoredPointer = std::unique_ptr<ScoredClassifier>;
/// Fits with all choices made.
using FitFunction = std::function<Result<ScoredPointer>(const LabelledRows&)>;

/// Rows to fit on and rows to judge on.
struct InnerFold {
    std::vector<std::uint32_t> train;
    std::vector<std::uint32_t> test;
};

/// Up to three folds; the groups of every class are dealt out in turn, so that each fold has what there is of every
/// class. Test rows of a class that the training part lacks are left out; folds with nothing to judge are too.
[[nodiscard]] std::vector<InnerFold> innerFolds(const LabelledRows& rows, std::size_t classes,
                                                const std::vector<int>& groups);
[[nodiscard]] LabelledRows selected(const LabelledRows& rows, std::span<const std::uint32_t> which);

/// How held-out rows came out.
struct HeldOut {
    std::vector<std::vector<double>> scores;
    std::vector<int> labels;
    double balancedAccuracy = 0; ///< mean recall over the classes that occur
};
[[nodiscard]] Result<HeldOut> holdOut(const LabelledRows& rows, const std::vector<InnerFold>& folds,
                                      const FitFunction& fit);
/// The temperature of the smallest log loss; 1 without held-out rows.
[[nodiscard]] double fittedTemperature(const HeldOut& heldOut);
/// softmax(scores / temperature), machine-independent.
void temperedSoftmax(std::span<const double> scores, double temperature, std::vector<double>& out);

/// Inputs are kept in steps of 2^-10: far below any noise, and short in a file.
constexpr double inputStep = 0x1p-10;
[[nodiscard]] std::int32_t quantised(double value);

/// Features in steps of inputStep as a matrix of floats, and labels as one of integers, with rows repeated for their
/// weights (each as often as its weight is larger than the smallest, at most 50 times).
struct CvRows {
    cv::Mat features;
    cv::Mat labels;
};
[[nodiscard]] CvRows cvRows(const LabelledRows& rows);

/// Runs `work`, in which OpenCV may throw, on one thread and without OpenCV's own messages.
[[nodiscard]] Result<void> guarded(const char* doing, const std::function<void()>& work);

// Of each kind: choose and fit, and read back.
[[nodiscard]] Result<ScoredPointer> fitSvm(const LabelledRows& rows, std::size_t classes,
                                           const ClassifierOptions& options);
[[nodiscard]] Result<ScoredPointer> svmFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                std::size_t classes);
[[nodiscard]] Result<ScoredPointer> fitForest(const LabelledRows& rows, std::size_t classes,
                                              const ClassifierOptions& options);
[[nodiscard]] Result<ScoredPointer> forestFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                   std::size_t classes);
[[nodiscard]] Result<ScoredPointer> fitNeighbours(const LabelledRows& rows, std::size_t classes,
                                                  const ClassifierOptions& options);
[[nodiscard]] Result<ScoredPointer> neighboursFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                       std::size_t classes);
[[nodiscard]] Result<ScoredPointer> fitConvolution(const LabelledRows& rows, std::size_t classes,
                                                   const ClassifierOptions& options);
[[nodiscard]] Result<ScoredPointer> convolutionFromJson(const Json& json, const std::string& path,
                                                        std::size_t dimension, std::size_t classes);

} // namespace bnof::olfaction
