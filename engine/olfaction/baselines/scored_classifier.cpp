// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/baselines/scored_classifier.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include "engine/base/exact_math.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t foldCount = 3;
constexpr double largestRepeat = 50;

int silent(int, const char*, const char*, const char*, int, void*)
{
    return 0;
}

/// The class that most rows of each group have.
std::map<int, int> labelOfGroups(const LabelledRows& rows, const std::vector<int>& groups)
{
    std::map<int, std::map<int, std::size_t>> counts;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        ++counts[groups[i]][rows.labels[i]];
    std::map<int, int> out;
    for (const auto& [group, labels] : counts)
        out[group] = std::max_element(labels.begin(), labels.end(), [](const auto& a, const auto& b) {
                         return a.second < b.second;
                     })->first;
    return out;
}

} // namespace

void temperedSoftmax(std::span<const double> scores, double temperature, std::vector<double>& out)
{
    const double best = *std::max_element(scores.begin(), scores.end());
    out.assign(scores.size(), 0);
    double sum = 0;
    for (std::size_t c = 0; c < scores.size(); ++c) {
        out[c] = scores[c] <= absentScore ? 0 : exactExp((scores[c] - best) / temperature);
        sum += out[c];
    }
    for (double& p : out)
        p /= sum;
}

void ScoredClassifier::posterior(std::span<const double> features, std::vector<double>& out) const
{
    std::vector<double> s;
    scores(features, s);
    temperedSoftmax(s, m_temperature, out);
}

Json ScoredClassifier::toJson() const
{
    Json out = Json::object();
    out.set("kind", m_kind).set("dimension", m_dimension).set("classes", m_classes);
    out.set("temperature", m_temperature);
    describe(out);
    return out;
}

std::vector<InnerFold> innerFolds(const LabelledRows& rows, std::size_t classes, const std::vector<int>& groups)
{
    const std::map<int, int> labels = labelOfGroups(rows, groups);
    std::map<int, std::size_t> foldOf;
    std::vector<std::size_t> next(classes, 0);
    for (const auto& [group, label] : labels)
        foldOf[group] = next[static_cast<std::size_t>(label)]++ % foldCount;
    std::vector<InnerFold> folds;
    for (std::size_t f = 0; f < foldCount; ++f) {
        InnerFold fold;
        std::vector<bool> trained(classes, false);
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            if (foldOf[groups[i]] != f) {
                fold.train.push_back(static_cast<std::uint32_t>(i));
                trained[static_cast<std::size_t>(rows.labels[i])] = true;
            }
        }
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            if (foldOf[groups[i]] == f && trained[static_cast<std::size_t>(rows.labels[i])])
                fold.test.push_back(static_cast<std::uint32_t>(i));
        }
        if (!fold.test.empty() && std::count(trained.begin(), trained.end(), true) >= 2)
            folds.push_back(std::move(fold));
    }
    return folds;
}

LabelledRows selected(const LabelledRows& rows, std::span<const std::uint32_t> which)
{
    LabelledRows out;
    out.dimension = rows.dimension;
    out.features.reserve(which.size() * rows.dimension);
    for (const std::uint32_t i : which) {
        const auto row = rows.row(i);
        out.features.insert(out.features.end(), row.begin(), row.end());
        out.labels.push_back(rows.labels[i]);
        if (!rows.weights.empty())
            out.weights.push_back(rows.weights[i]);
    }
    return out;
}

Result<HeldOut> holdOut(const LabelledRows& rows, const std::vector<InnerFold>& folds, const FitFunction& fit)
{
    HeldOut out;
    std::map<int, std::pair<double, double>> recall; // right, all
    for (const InnerFold& fold : folds) {
        BNOF_TRY_ASSIGN(const ScoredPointer fitted, fit(selected(rows, fold.train)));
        std::vector<double> s;
        for (const std::uint32_t i : fold.test) {
            fitted->scores(rows.row(i), s);
            const auto best = static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin());
            auto& [right, all] = recall[rows.labels[i]];
            right += best == rows.labels[i] ? 1 : 0;
            all += 1;
            out.scores.push_back(s);
            out.labels.push_back(rows.labels[i]);
        }
    }
    for (const auto& [label, share] : recall)
        out.balancedAccuracy += share.first / share.second / static_cast<double>(recall.size());
    return out;
}

double fittedTemperature(const HeldOut& heldOut)
{
    double best = 1;
    double bestLoss = std::numeric_limits<double>::infinity();
    double temperature = 0.02;
    std::vector<double> p;
    for (int i = 0; i < 36 && !heldOut.labels.empty(); ++i, temperature *= 1.3) {
        double loss = 0;
        for (std::size_t k = 0; k < heldOut.labels.size(); ++k) {
            temperedSoftmax(heldOut.scores[k], temperature, p);
            loss -= exactLog(std::max(p[static_cast<std::size_t>(heldOut.labels[k])], 1e-6));
        }
        if (loss < bestLoss) {
            bestLoss = loss;
            best = temperature;
        }
    }
    return best;
}

std::int32_t quantised(double value)
{
    return static_cast<std::int32_t>(std::floor(std::clamp(value, -4096.0, 4096.0) / inputStep + 0.5));
}

CvRows cvRows(const LabelledRows& rows)
{
    double smallest = std::numeric_limits<double>::infinity();
    for (const double weight : rows.weights)
        smallest = std::min(smallest, weight);
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const double repeat = rows.weights.empty() ? 1 : std::min(rows.weights[i] / smallest + 0.5, largestRepeat);
        order.insert(order.end(), static_cast<std::size_t>(repeat), static_cast<std::uint32_t>(i));
    }
    CvRows out;
    out.features.create(static_cast<int>(order.size()), static_cast<int>(rows.dimension), CV_32F);
    out.labels.create(static_cast<int>(order.size()), 1, CV_32S);
    for (std::size_t r = 0; r < order.size(); ++r) {
        const auto row = rows.row(order[r]);
        auto* to = out.features.ptr<float>(static_cast<int>(r));
        for (std::size_t f = 0; f < rows.dimension; ++f)
            to[f] = static_cast<float>(quantised(row[f]) * inputStep);
        *out.labels.ptr<int>(static_cast<int>(r)) = rows.labels[order[r]];
    }
    return out;
}

Result<void> guarded(const char* doing, const std::function<void()>& work)
{
    // One thread: sums in OpenCV's parallel loops would depend on how many there are. Errors are answered here.
    static const bool prepared = [] {
        cv::setNumThreads(1);
        cv::redirectError(silent);
        return true;
    }();
    (void)prepared;
    try {
        work();
    } catch (const cv::Exception& error) {
        return makeError(ErrorKind::Internal, std::string(doing) + " failed", "OpenCV", {}, error.what());
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, std::string(doing) + " needs more memory than there is", "OpenCV",
                         "Use fewer rows or features.");
    }
    return {};
}

} // namespace bnof::olfaction
