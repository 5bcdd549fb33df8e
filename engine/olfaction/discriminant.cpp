// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/discriminant.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Dense>
#include <Eigen/SVD>

#include "engine/base/exact_math.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr double absent = -1e300;

/// Class means and the residuals around them, in place of `data`.
struct Moments {
    Matrix means;
    std::vector<double> counts;
    Matrix residuals;
};

Moments momentsOf(std::span<const double> rows, std::size_t dimension, std::span<const int> labels, std::size_t classes)
{
    const auto d = static_cast<Eigen::Index>(dimension);
    Moments m{Matrix::Zero(static_cast<Eigen::Index>(classes), d), std::vector<double>(classes, 0), {}};
    std::size_t used = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0)
            continue;
        const Eigen::Map<const Eigen::RowVectorXd> row(rows.data() + i * dimension, d);
        m.means.row(labels[i]) += row;
        m.counts[static_cast<std::size_t>(labels[i])] += 1;
        ++used;
    }
    for (std::size_t c = 0; c < classes; ++c) {
        if (m.counts[c] > 0)
            m.means.row(static_cast<Eigen::Index>(c)) /= m.counts[c];
    }
    m.residuals.resize(static_cast<Eigen::Index>(used), d);
    Eigen::Index at = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0)
            continue;
        const Eigen::Map<const Eigen::RowVectorXd> row(rows.data() + i * dimension, d);
        m.residuals.row(at++) = row - m.means.row(labels[i]);
    }
    return m;
}

Matrix shrunkCovariance(const Matrix& residuals, double shrinkage)
{
    const auto n = static_cast<double>(residuals.rows());
    const Eigen::Index d = residuals.cols();
    Matrix s = residuals.transpose() * residuals / n;
    if (shrinkage < 0)
        shrinkage = ledoitWolfShrinkage({residuals.data(), static_cast<std::size_t>(residuals.size())},
                                        static_cast<std::size_t>(residuals.rows()), static_cast<std::size_t>(d));
    const double mu = std::max(s.trace() / static_cast<double>(d), 1e-12);
    // The small floor keeps constant features from making the matrix singular.
    shrinkage = std::clamp(shrinkage, 1e-6, 1.0);
    s = (1 - shrinkage) * s;
    s.diagonal().array() += shrinkage * mu;
    return s;
}

/// See DiscriminantOptions::perClass.
Matrix perClassCovariance(const Moments& moments, std::span<const int> labels)
{
    const Eigen::Index d = moments.residuals.cols();
    const auto total = static_cast<double>(moments.residuals.rows());
    Matrix sum = Matrix::Zero(d, d);
    for (std::size_t c = 0; c < moments.counts.size(); ++c) {
        Matrix rows(static_cast<Eigen::Index>(moments.counts[c]), d);
        Eigen::Index from = 0;
        Eigen::Index to = 0;
        for (const int label : labels) {
            if (label < 0)
                continue;
            if (label == static_cast<int>(c))
                rows.row(to++) = moments.residuals.row(from);
            ++from;
        }
        if (rows.rows() == 0)
            continue;
        Eigen::RowVectorXd scale = (rows.array().square().colwise().sum() / static_cast<double>(rows.rows())).sqrt();
        scale = scale.unaryExpr([](double v) { return v > 1e-12 ? v : 1.0; });
        rows.array().rowwise() /= scale.array();
        const auto n = static_cast<std::size_t>(rows.rows());
        const double s =
            ledoitWolfShrinkage({rows.data(), n * static_cast<std::size_t>(d)}, n, static_cast<std::size_t>(d));
        Matrix covariance = rows.transpose() * rows / static_cast<double>(n);
        const double mu = covariance.trace() / static_cast<double>(d);
        covariance *= 1 - s;
        covariance.diagonal().array() += s * mu;
        sum += (moments.counts[c] / total) * (scale.transpose() * scale).cwiseProduct(covariance);
    }
    // Keeps features that are constant within every class from making it singular.
    sum.diagonal().array() += std::max(1e-9 * sum.trace() / static_cast<double>(d), 1e-12);
    return sum;
}

/// Whitens by the covariance; equal priors.
Result<Discriminant> fromMoments(const Matrix& means, const std::vector<double>& counts, const Matrix& covariance)
{
    const std::size_t classes = counts.size();
    std::vector<Eigen::Index> present;
    for (std::size_t c = 0; c < classes; ++c) {
        if (counts[c] > 0)
            present.push_back(static_cast<Eigen::Index>(c));
    }
    if (present.size() < 2)
        return makeError(ErrorKind::BadInput, "the training data holds fewer than two different gases", {},
                         "Record at least clean air and one gas, and label them differently.");
    const Eigen::Index d = covariance.rows();
    const auto dimension = static_cast<std::size_t>(d);
    const Eigen::LLT<Eigen::MatrixXd> cholesky(covariance);
    if (cholesky.info() != Eigen::Success)
        return makeError(ErrorKind::Internal, "the within-class covariance could not be factorised", {});
    Eigen::RowVectorXd centre = Eigen::RowVectorXd::Zero(d);
    for (const Eigen::Index c : present)
        centre += means.row(c) / static_cast<double>(present.size());
    Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(d, d);
    cholesky.matrixL().solveInPlace(inverse);
    Eigen::MatrixXd white(d, static_cast<Eigen::Index>(present.size()));
    for (std::size_t i = 0; i < present.size(); ++i)
        white.col(static_cast<Eigen::Index>(i)) = inverse * (means.row(present[i]) - centre).transpose();
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(white, Eigen::ComputeThinU);
    Discriminant out;
    out.dimension = dimension;
    out.axes = std::min(present.size() - 1, dimension);
    out.centre.assign(centre.data(), centre.data() + d);
    for (Eigen::Index i = 0; i < d; ++i) {
        for (Eigen::Index j = 0; j <= i; ++j)
            out.whitening.push_back(inverse(i, j));
    }
    const auto axes = static_cast<Eigen::Index>(out.axes);
    for (Eigen::Index a = 0; a < axes; ++a) {
        // A singular vector's sign is arbitrary: make its largest entry positive.
        Eigen::VectorXd axis = svd.matrixU().col(a);
        Eigen::Index largest = 0;
        axis.cwiseAbs().maxCoeff(&largest);
        axis *= axis(largest) < 0 ? -1.0 : 1.0;
        out.projection.insert(out.projection.end(), axis.data(), axis.data() + d);
    }
    out.means.assign(classes * out.axes, 0);
    out.logPrior.assign(classes, absent);
    DiscriminantPoint point;
    for (const Eigen::Index c : present) {
        const auto index = static_cast<std::size_t>(c);
        const Eigen::RowVectorXd mean = means.row(c);
        project(out, {mean.data(), dimension}, point);
        std::copy(point.u.begin(), point.u.end(), out.means.begin() + static_cast<std::ptrdiff_t>(index * out.axes));
        out.logPrior[index] = -exactLog(static_cast<double>(present.size()));
    }
    return out;
}

} // namespace

double ledoitWolfShrinkage(std::span<const double> rows, std::size_t count, std::size_t dimension)
{
    if (count < 2)
        return 1;
    const Eigen::Map<const Matrix> x(rows.data(), static_cast<Eigen::Index>(count),
                                     static_cast<Eigen::Index>(dimension));
    const auto n = static_cast<double>(count);
    const auto p = static_cast<double>(dimension);
    const Matrix s = x.transpose() * x / n;
    const double mu = s.trace() / p;
    const double normOfS = s.squaredNorm();
    const double delta = (normOfS - p * mu * mu) / p;
    if (delta <= 0)
        return 1;
    const double fourth = x.rowwise().squaredNorm().array().square().sum();
    const double beta = std::max(0.0, (fourth / n - normOfS) / n / p);
    return std::min(beta, delta) / delta;
}

Result<Discriminant> fitDiscriminant(std::span<const double> rows, std::size_t dimension, std::span<const int> labels,
                                     std::size_t classes, const DiscriminantOptions& options)
{
    const Moments moments = momentsOf(rows, dimension, labels, classes);
    BNOF_TRY_ASSIGN(Discriminant out,
                    fromMoments(moments.means, moments.counts,
                                options.perClass ? perClassCovariance(moments, labels)
                                                 : shrunkCovariance(moments.residuals, options.shrinkage)));
    const auto total = static_cast<double>(moments.residuals.rows());
    for (std::size_t c = 0; c < classes; ++c) {
        if (moments.counts[c] > 0)
            out.logPrior[c] = exactLog(moments.counts[c] / total);
    }
    return out;
}

Result<Recalibration> recalibrate(std::span<const double> oldRows, std::span<const int> oldLabels,
                                  std::span<const double> newRows, std::span<const int> newLabels,
                                  std::size_t dimension, std::size_t classes, const RecalibrationOptions& options)
{
    Moments old = momentsOf(oldRows, dimension, oldLabels, classes);
    const Moments fresh = momentsOf(newRows, dimension, newLabels, classes);
    const auto d = static_cast<Eigen::Index>(dimension);
    Matrix covariance =
        old.residuals.transpose() * old.residuals / std::max(1.0, static_cast<double>(old.residuals.rows()));
    Eigen::RowVectorXd meanShift = Eigen::RowVectorXd::Zero(d);
    double moved = 0;
    double shown = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        shown += fresh.counts[c] > 0 ? 1 : 0;
        if (fresh.counts[c] > 0 && old.counts[c] > 0) {
            const auto row = static_cast<Eigen::Index>(c);
            meanShift += fresh.means.row(row) - old.means.row(row);
            moved += 1;
        }
    }
    if (moved > 0)
        meanShift /= moved;
    Recalibration out;
    out.shift.assign(classes * dimension, 0);
    Matrix scatter = Matrix::Zero(d, d);
    for (std::size_t c = 0; c < classes; ++c) {
        const auto row = static_cast<Eigen::Index>(c);
        if (old.counts[c] == 0) {
            old.means.row(row) = fresh.means.row(row); // a gas that nobody knew before
            old.counts[c] = fresh.counts[c];
            continue;
        }
        Eigen::RowVectorXd to = old.means.row(row) + meanShift;
        if (fresh.counts[c] > 0) {
            const Eigen::RowVectorXd step = fresh.means.row(row) - old.means.row(row);
            scatter += step.transpose() * step / moved;
            to = (1 - options.step) * to + options.step * fresh.means.row(row);
        }
        const Eigen::RowVectorXd shift = to - old.means.row(row);
        std::copy(shift.data(), shift.data() + d, out.shift.begin() + static_cast<std::ptrdiff_t>(c * dimension));
        old.means.row(row) = to;
    }
    covariance += options.driftScatter * scatter;
    if (const double freedom = static_cast<double>(fresh.residuals.rows()) - shown; freedom > 0)
        covariance += fresh.residuals.transpose() * fresh.residuals / freedom;
    covariance.diagonal().array() +=
        std::max(options.ridge * covariance.trace() / static_cast<double>(dimension), 1e-12);
    BNOF_TRY_ASSIGN(out.discriminant, fromMoments(old.means, old.counts, covariance));
    return out;
}

DiscriminantMoments momentsOf(const Discriminant& d)
{
    const auto n = static_cast<Eigen::Index>(d.dimension);
    Eigen::MatrixXd inverse = Eigen::MatrixXd::Zero(n, n);
    const double* row = d.whitening.data();
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j <= i; ++j)
            inverse(i, j) = row[j];
        row += i + 1;
    }
    const auto triangle = inverse.triangularView<Eigen::Lower>();
    const Eigen::MatrixXd root = triangle.solve(Eigen::MatrixXd::Identity(n, n));
    DiscriminantMoments out;
    out.dimension = d.dimension;
    out.logPrior = d.logPrior;
    const Matrix covariance = root * root.transpose();
    out.covariance.assign(covariance.data(), covariance.data() + covariance.size());
    out.means.assign(d.classes() * d.dimension, 0);
    const Eigen::Map<const Matrix> axes(d.projection.data(), static_cast<Eigen::Index>(d.axes), n);
    const Eigen::Map<const Eigen::VectorXd> centre(d.centre.data(), n);
    for (std::size_t c = 0; c < d.classes(); ++c) {
        if (!d.present(c))
            continue;
        const Eigen::Map<const Eigen::VectorXd> u(d.means.data() + c * d.axes, static_cast<Eigen::Index>(d.axes));
        const Eigen::VectorXd mean = centre + root * (axes.transpose() * u);
        std::copy(mean.data(), mean.data() + n, out.mean(c).begin());
    }
    return out;
}

Result<Discriminant> discriminantOf(const DiscriminantMoments& moments)
{
    const auto n = static_cast<Eigen::Index>(moments.dimension);
    const std::size_t classes = moments.logPrior.size();
    const Eigen::Map<const Matrix> means(moments.means.data(), static_cast<Eigen::Index>(classes), n);
    const Eigen::Map<const Matrix> covariance(moments.covariance.data(), n, n);
    std::vector<double> counts(classes, 0);
    for (std::size_t c = 0; c < classes; ++c)
        counts[c] = moments.logPrior[c] > absent / 2 ? 1 : 0;
    BNOF_TRY_ASSIGN(Discriminant out, fromMoments(means, counts, covariance));
    out.logPrior = moments.logPrior;
    return out;
}

void project(const Discriminant& d, std::span<const double> z, DiscriminantPoint& point)
{
    point.u.assign(d.axes, 0);
    double total = 0;
    const double* row = d.whitening.data();
    for (std::size_t i = 0; i < d.dimension; ++i) {
        double w = 0;
        for (std::size_t j = 0; j <= i; ++j)
            w += row[j] * (z[j] - d.centre[j]);
        row += i + 1;
        total += w * w;
        for (std::size_t a = 0; a < d.axes; ++a)
            point.u[a] += d.projection[a * d.dimension + i] * w;
    }
    for (const double u : point.u)
        total -= u * u;
    const std::size_t rest = d.dimension - d.axes;
    point.residual = rest == 0 ? 0 : std::sqrt(std::max(total, 0.0) / static_cast<double>(rest));
}

void scores(const Discriminant& d, std::span<const double> u, std::vector<double>& out)
{
    out.assign(d.classes(), absent);
    for (std::size_t c = 0; c < d.classes(); ++c) {
        if (!d.present(c))
            continue;
        double score = d.logPrior[c];
        for (std::size_t a = 0; a < d.axes; ++a) {
            const double mean = d.means[c * d.axes + a];
            score += (u[a] - mean / 2) * mean;
        }
        out[c] = score;
    }
}

void posterior(const Discriminant& d, std::span<const double> u, double temperature, std::vector<double>& out)
{
    scores(d, u, out);
    const double best = *std::max_element(out.begin(), out.end());
    double sum = 0;
    for (double& p : out) {
        p = exactExp(std::max((p - best) / temperature, -700.0));
        p = p < 1e-300 ? 0 : p;
        sum += p;
    }
    for (double& p : out)
        p /= sum;
}

double nearestDistance(const Discriminant& d, std::span<const double> u)
{
    double best = 1e300;
    for (std::size_t c = 0; c < d.classes(); ++c) {
        if (!d.present(c))
            continue;
        double squared = 0;
        for (std::size_t a = 0; a < d.axes; ++a) {
            const double step = u[a] - d.means[c * d.axes + a];
            squared += step * step;
        }
        best = std::min(best, squared);
    }
    return std::sqrt(best);
}

Json toJson(const Discriminant& d)
{
    Json out = Json::object();
    out.set("axes", d.axes);
    out.set("centre", Json::arrayOf(d.centre));
    out.set("whitening", Json::arrayOf(d.whitening));
    out.set("projection", Json::arrayOf(d.projection));
    out.set("means", Json::arrayOf(d.means));
    out.set("log_prior", Json::arrayOf(d.logPrior));
    return out;
}

Result<Discriminant> discriminantFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                          std::size_t classes)
{
    JsonFields fields(json, path);
    Discriminant d;
    d.dimension = dimension;
    const std::size_t most = std::min(dimension, classes);
    d.axes = static_cast<std::size_t>(fields.integer("axes", 1, static_cast<std::int64_t>(most)));
    BNOF_TRY(fields.status());
    d.centre = readExactly<double>(fields, "centre", dimension);
    d.whitening = readExactly<double>(fields, "whitening", dimension * (dimension + 1) / 2);
    d.projection = readExactly<double>(fields, "projection", d.axes * dimension);
    d.means = readExactly<double>(fields, "means", d.axes * classes);
    d.logPrior = readExactly<double>(fields, "log_prior", classes);
    BNOF_TRY(fields.status());
    // Bounds that training never reaches, so that no product below can overflow.
    const auto bounded = [](const std::vector<double>& values, double limit) {
        return std::all_of(values.begin(), values.end(), [limit](double v) { return std::abs(v) <= limit; });
    };
    if (!bounded(d.centre, 1e6) || !bounded(d.whitening, 1e12) || !bounded(d.projection, 2) || !bounded(d.means, 1e12))
        return makeError(ErrorKind::BadInput, "a number is far outside the range that training produces", path,
                         "Train the model again.");
    for (const double prior : d.logPrior) {
        if (prior > 0 || (prior < -1e3 && prior != absent))
            return makeError(ErrorKind::BadInput, "a prior is not a log probability", path + ".log_prior");
    }
    if (std::none_of(d.logPrior.begin(), d.logPrior.end(), [](double p) { return p > absent; }))
        return makeError(ErrorKind::BadInput, "no class has training data", path + ".log_prior");
    return d;
}

} // namespace bnof::olfaction
