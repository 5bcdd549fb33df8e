// SPDX-License-Identifier: GPL-3.0-or-later
// Linear discriminant analysis with a shrunk covariance: the classical baseline, the teacher of the spiking
// readout, and the learned lateral inhibition of its front end.
#pragma once

#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// The classes seen in the whitened space. With S = L L' the shrunk pooled within-class covariance, m the mean
/// of the class means and U the left singular axes of the whitened class means,
///   w = L^-1 (z - m),  u = U' w,  r = sqrt((|w|^2 - |u|^2) / (dimension - axes)).
/// u has unit variance within a class; r is what of w lies outside the discriminants, 1 on average.
struct Discriminant {
    std::size_t dimension = 0;
    std::size_t axes = 0;
    std::vector<double> centre;     ///< m
    std::vector<double> whitening;  ///< L^-1, row-major, lower triangle only: row i holds i + 1 numbers
    std::vector<double> projection; ///< U', axes rows of `dimension`
    std::vector<double> means;      ///< u of each class mean, one row of `axes` a class
    std::vector<double> logPrior;   ///< one a class; a class without training data has -1e300

    [[nodiscard]] std::size_t classes() const { return logPrior.size(); }
    [[nodiscard]] bool present(std::size_t c) const { return logPrior[c] > -1e299; }
    bool operator==(const Discriminant&) const = default;
};

struct DiscriminantPoint {
    std::vector<double> u;
    double residual = 0;
};

/// Shrinkage intensity that minimises the expected squared error of the covariance (Ledoit & Wolf, J.
/// Multivariate Analysis 88 (2004) 365-411) towards a multiple of the identity. `rows` are `count` vectors of
/// `dimension` numbers with mean zero.
[[nodiscard]] double ledoitWolfShrinkage(std::span<const double> rows, std::size_t count, std::size_t dimension);

struct DiscriminantOptions {
    double shrinkage = -1; ///< 0..1 towards (trace/dimension) I; negative: Ledoit-Wolf
    /// The covariance is the prior-weighted mean of the classes' own, each shrunk by Ledoit-Wolf after its features
    /// were standardised within the class, as LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto") of
    /// scikit-learn 1.2 has it: the baseline that published figures speak of.
    bool perClass = false;
};

/// Fit to `labels.size()` rows of `dimension` features; rows with a negative label are ignored. Errors: fewer
/// than two classes with data.
[[nodiscard]] Result<Discriminant> fitDiscriminant(std::span<const double> rows, std::size_t dimension,
                                                   std::span<const int> labels, std::size_t classes,
                                                   const DiscriminantOptions& options = {});

struct RecalibrationOptions {
    double driftScatter = 0.1; ///< weight of the movements of the class means in the covariance
    double ridge = 0.01;       ///< added to the covariance, relative to its mean eigenvalue
    double step = 0.6;         ///< how far the mean of a gas that was shown again moves to where it is now
};

/// A discriminant for a new day, and where it puts the old exposures.
struct Recalibration {
    Discriminant discriminant; ///< equal priors
    std::vector<double> shift; ///< what was added to each class mean, a row a class
};

/// Old exposures and a few labelled ones of a new day (there may be none): the within-class covariance learns the
/// directions in which sensors drift, from the movements of the class means (S + b sum d d' / K + ridge), and the means
/// move with them, those of gases that were not shown by the mean movement. Rows are standardised features. Errors:
/// fewer than two classes with data.
[[nodiscard]] Result<Recalibration> recalibrate(std::span<const double> oldRows, std::span<const int> oldLabels,
                                                std::span<const double> newRows, std::span<const int> newLabels,
                                                std::size_t dimension, std::size_t classes,
                                                const RecalibrationOptions& options = {});

/// What a discriminant was made of. It forgets nothing that matters, so that a model can be moved to a new day without
/// the data that it was trained on.
struct DiscriminantMoments {
    std::size_t dimension = 0;
    std::vector<double> means;      ///< one row a class; of absent classes 0
    std::vector<double> covariance; ///< within the classes, shrunk as it was fitted; row-major
    std::vector<double> logPrior;   ///< one a class; absent classes have -1e300

    [[nodiscard]] std::span<double> mean(std::size_t c) { return {means.data() + c * dimension, dimension}; }
    [[nodiscard]] std::span<const double> mean(std::size_t c) const
    {
        return {means.data() + c * dimension, dimension};
    }
};

/// m + L U u of every class mean, and L L'.
[[nodiscard]] DiscriminantMoments momentsOf(const Discriminant& d);
/// The discriminant of these moments, nothing shrunk any more. Errors: fewer than two classes, a covariance that is not
/// positive definite.
[[nodiscard]] Result<Discriminant> discriminantOf(const DiscriminantMoments& moments);

/// Deterministic on every machine (plain loops in a fixed order). `point` is reused.
void project(const Discriminant& d, std::span<const double> z, DiscriminantPoint& point);
/// log prior + u.mu - |mu|^2/2 of every class (the log posterior but for a constant).
void scores(const Discriminant& d, std::span<const double> u, std::vector<double>& out);
/// softmax(scores / temperature); classes without training data get 0.
void posterior(const Discriminant& d, std::span<const double> u, double temperature, std::vector<double>& out);
/// Smallest distance from u to a class mean, in within-class standard deviations.
[[nodiscard]] double nearestDistance(const Discriminant& d, std::span<const double> u);

[[nodiscard]] Json toJson(const Discriminant& d);
[[nodiscard]] Result<Discriminant> discriminantFromJson(const Json& json, const std::string& path,
                                                        std::size_t dimension, std::size_t classes);

} // namespace bnof::olfaction
