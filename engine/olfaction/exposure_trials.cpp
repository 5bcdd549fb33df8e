// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposure_trials.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include <Eigen/Cholesky>
#include <Eigen/Dense>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"
#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/discriminant.h"
#include "engine/statistics/permutation.h"
#include "engine/statistics/summary.h"

namespace bnof::olfaction {
namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double backgroundSeconds = 5; ///< before an exposure, that it is compared with
constexpr std::uint32_t subsetStream = 0x1EA2;
constexpr std::size_t curveDraws = 10;
constexpr std::size_t fewestForCurve = 5; ///< exposures of the rarest gas
constexpr double farthestForecast = 10;   ///< times what there is

std::string percentText(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

/// Mean over frames [from, to) of sign(v) log(1 + |v|); NaN without a value.
double meanLog(const Dataset& data, const LabelledRecording& r, std::size_t channel, std::size_t from, std::size_t to)
{
    double sum = 0;
    double count = 0;
    for (std::size_t i = from; i < to; ++i) {
        const double v = r.values[i * data.channels.size() + channel];
        if (std::isfinite(v)) {
            sum += std::copysign(exactLog(1 + std::abs(v)), v);
            count += 1;
        }
    }
    return count > 0 ? sum / count : notANumber;
}

void appendExposure(const Dataset& data, const LabelledStretch& s, ExposureRows& out)
{
    const LabelledRecording& r = data.recordings[s.recording];
    std::size_t before = s.from;
    while (before > 0 && r.labels[before - 1] == data.background && data.background >= 0 &&
           r.times[s.from] - r.times[before - 1] <= fromSeconds(backgroundSeconds))
        --before;
    for (std::size_t c = 0; c < data.channels.size(); ++c) {
        const double response = meanLog(data, r, c, s.from + (s.to - s.from) / 2, s.to);
        const double background = before < s.from ? meanLog(data, r, c, before, s.from) : 0;
        out.features.push_back(std::isfinite(response - background) ? response - background : 0);
    }
    out.labels.push_back(s.label);
}

/// Exposures to gases; where there is only one gas beside the background, the background is one of the two answers.
std::vector<LabelledStretch> askedStretches(const Dataset& data)
{
    std::vector<LabelledStretch> all = stretchesOf(data);
    std::vector<LabelledStretch> gases = all;
    std::erase_if(gases, [&data](const LabelledStretch& s) { return s.label == data.background; });
    const bool several = std::any_of(gases.begin(), gases.end(),
                                     [&gases](const LabelledStretch& s) { return s.label != gases.front().label; });
    return several ? gases : all;
}

/// Mean recall of the classes that were asked about; the answers are best(i) for test row i.
template <typename Best> double meanRecall(const std::vector<int>& truth, std::size_t classes, const Best& best)
{
    std::vector<double> right(classes, 0);
    std::vector<double> count(classes, 0);
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const auto label = static_cast<std::size_t>(truth[i]);
        count[label] += 1;
        right[label] += best(i) == label ? 1 : 0;
    }
    std::vector<double> recalls;
    for (std::size_t c = 0; c < classes; ++c) {
        if (count[c] > 0)
            recalls.push_back(right[c] / count[c]);
    }
    return recalls.empty() ? notANumber : statistics::mean(recalls);
}

Result<Discriminant> fitTo(const ExposureTrials& all, const ExposureTrial& trial, const std::vector<std::uint8_t>& keep)
{
    std::vector<int> labels(trial.units.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = keep[trial.units[i]] ? all.label[trial.units[i]] : -1;
    return fitDiscriminant(trial.train.features, all.dimension, labels, all.labels.size());
}

/// Mean balanced accuracy of the discriminant over the trials when only some units teach; not a number when it cannot
/// be fitted.
double accuracyOfSubset(const ExposureTrials& all, const std::vector<std::uint8_t>& keep)
{
    std::vector<double> out;
    std::optional<Discriminant> d;
    for (std::size_t t = 0; t < all.trials.size(); ++t) {
        const ExposureTrial& trial = all.trials[t];
        if (!d || trial.units != all.trials[t - 1].units) { // else the one before learnt the same
            auto fitted = fitTo(all, trial, keep);
            if (!fitted.ok())
                return notANumber;
            d = std::move(*fitted);
        }
        DiscriminantPoint point;
        std::vector<double> s;
        out.push_back(meanRecall(trial.test.labels, all.labels.size(), [&](std::size_t i) {
            project(*d, {trial.test.features.data() + i * all.dimension, all.dimension}, point);
            scores(*d, point.u, s);
            return static_cast<std::size_t>(std::max_element(s.begin(), s.end()) - s.begin());
        }));
    }
    return out.empty() ? notANumber : statistics::mean(out);
}

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The discriminant of one trial for any labels: the total scatter is summed up once, the scatter within classes is
/// what the class means leave of it. The shrinkage is that of the true labels.
class RelabelledLda {
public:
    RelabelledLda(const ExposureTrials& all, const ExposureTrial& trial)
        : m_trial(trial), m_dimension(static_cast<Eigen::Index>(all.dimension)), m_classes(all.labels.size()),
          m_rows(Eigen::Map<const Matrix>(trial.train.features.data(), static_cast<Eigen::Index>(trial.units.size()),
                                          m_dimension)),
          m_test(Eigen::Map<const Matrix>(trial.test.features.data(),
                                          static_cast<Eigen::Index>(trial.test.labels.size()), m_dimension)),
          m_total(m_rows.transpose() * m_rows)
    {
        const Sums sums = sumsOf(all.label);
        Matrix residuals = m_rows;
        for (Eigen::Index i = 0; i < residuals.rows(); ++i) {
            const auto c = static_cast<Eigen::Index>(all.label[trial.units[static_cast<std::size_t>(i)]]);
            residuals.row(i) -= sums.rows.row(c) / sums.counts[static_cast<std::size_t>(c)];
        }
        m_shrinkage = ledoitWolfShrinkage({residuals.data(), static_cast<std::size_t>(residuals.size())},
                                          trial.units.size(), all.dimension);
    }

    [[nodiscard]] double balancedAccuracy(std::span<const int> unitLabels) const
    {
        const Sums sums = sumsOf(unitLabels);
        const auto n = static_cast<double>(m_rows.rows());
        Eigen::MatrixXd within = m_total;
        Eigen::MatrixXd means = Eigen::MatrixXd::Zero(m_dimension, static_cast<Eigen::Index>(m_classes));
        for (std::size_t c = 0; c < m_classes; ++c) {
            if (sums.counts[c] <= 0)
                continue;
            const auto column = static_cast<Eigen::Index>(c);
            means.col(column) = sums.rows.row(column).transpose() / sums.counts[c];
            within.noalias() -= sums.counts[c] * means.col(column) * means.col(column).transpose();
        }
        within /= n;
        const double level = std::max(within.trace() / static_cast<double>(m_dimension), 1e-9);
        within *= 1 - m_shrinkage;
        within.diagonal().array() += (m_shrinkage + 1e-9) * level;
        const Eigen::LLT<Eigen::MatrixXd> factor(within);
        if (factor.info() != Eigen::Success)
            return notANumber;
        const Eigen::MatrixXd weights = factor.solve(means);
        Eigen::RowVectorXd offsets = -0.5 * means.cwiseProduct(weights).colwise().sum();
        for (std::size_t c = 0; c < m_classes; ++c)
            offsets[static_cast<Eigen::Index>(c)] += sums.counts[c] > 0 ? exactLog(sums.counts[c] / n) : -1e300;
        const Matrix answers = (m_test * weights).rowwise() + offsets;
        return meanRecall(m_trial.test.labels, m_classes, [&answers](std::size_t i) {
            Eigen::Index best = 0;
            answers.row(static_cast<Eigen::Index>(i)).maxCoeff(&best);
            return static_cast<std::size_t>(best);
        });
    }

private:
    struct Sums {
        Matrix rows;
        std::vector<double> counts;
    };
    [[nodiscard]] Sums sumsOf(std::span<const int> unitLabels) const
    {
        Sums out{Matrix::Zero(static_cast<Eigen::Index>(m_classes), m_dimension), std::vector<double>(m_classes, 0)};
        for (std::size_t i = 0; i < m_trial.units.size(); ++i) {
            const int c = unitLabels[m_trial.units[i]];
            out.rows.row(c) += m_rows.row(static_cast<Eigen::Index>(i));
            out.counts[static_cast<std::size_t>(c)] += 1;
        }
        return out;
    }

    const ExposureTrial& m_trial;
    Eigen::Index m_dimension;
    std::size_t m_classes;
    Matrix m_rows;
    Matrix m_test;
    Eigen::MatrixXd m_total;
    double m_shrinkage = 0;
};

Json noPermutation(const std::string& reason)
{
    return Json::object().set("p", nullptr).set("text", nullptr).set("reason", reason);
}

Json permutationJson(const Result<statistics::PermutationResult>& test, double chance, const std::string& name,
                     const char* what)
{
    if (!test.ok())
        return noPermutation(test.error().what);
    const auto tries = static_cast<long long>(test->rounds + 1);
    const auto asGood = static_cast<long long>(std::lround(test->p * static_cast<double>(tries)));
    char p[32];
    std::snprintf(p, sizeof p, "%.3g", test->p);
    std::string text = "Were the labels without meaning, " + name + " would be as good as " +
                       percentText(test->observed) + " (balanced, all groups together) in " + std::to_string(asGood) +
                       " of " + std::to_string(tries) + " shuffles (" + percentText(chance) + " on average; p = " + p +
                       "): ";
    text += test->p <= 0.05 ? "the answers follow the labels." : "this accuracy can well be chance.";
    return Json::object()
        .set("balanced_accuracy", test->observed)
        .set("chance", chance)
        .set("p", test->p)
        .set("rounds", test->rounds)
        .set("what", what)
        .set("text", std::move(text));
}

/// a - b n^-c.
struct PowerLaw {
    double levelsOff = 0;
    double scale = 0;
    double exponent = 1;

    [[nodiscard]] double at(double n) const { return levelsOff - scale * std::pow(n, -exponent); }
    /// Where the curve reaches the target; infinite where it does not.
    [[nodiscard]] double reaches(double target) const
    {
        if (levelsOff <= target)
            return std::numeric_limits<double>::infinity();
        return scale <= 0 ? 0 : std::pow(scale / (levelsOff - target), 1 / exponent);
    }
};

/// Least squares; for each exponent the other two follow, within 0 <= b and a <= 1.
PowerLaw fitPowerLaw(const std::vector<double>& sizes, const std::vector<double>& accuracies)
{
    PowerLaw best;
    double least = std::numeric_limits<double>::infinity();
    const auto n = static_cast<double>(sizes.size());
    for (int step = 2; step <= 40; ++step) {
        const double c = 0.05 * step;
        double sx = 0, sy = 0, sxx = 0, sxy = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const double x = std::pow(sizes[i], -c);
            sx += x;
            sy += accuracies[i];
            sxx += x * x;
            sxy += x * accuracies[i];
        }
        PowerLaw law{sy / n, 0, c};
        const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
        if (slope < 0)
            law = {(sy - slope * sx) / n, -slope, c};
        if (law.levelsOff > 1)
            law = {1, (sx - sxy) / sxx, c};
        double error = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i)
            error += std::pow(accuracies[i] - law.at(sizes[i]), 2);
        if (error < least) {
            least = error;
            best = law;
        }
    }
    return best;
}

/// Units of which at most `size` of each class are kept, at random.
std::vector<std::uint8_t> subset(const ExposureTrials& trials, const std::vector<std::uint8_t>& taught,
                                 std::size_t size, std::size_t draw, std::uint64_t seed)
{
    PhiloxSequence random(seed, subsetStream + static_cast<std::uint32_t>(draw));
    std::vector<std::uint8_t> keep(trials.label.size(), 0);
    for (std::size_t c = 0; c < trials.labels.size(); ++c) {
        std::vector<std::uint32_t> own;
        for (std::uint32_t u = 0; u < trials.label.size(); ++u) {
            if (taught[u] && trials.label[u] == static_cast<int>(c))
                own.push_back(u);
        }
        for (std::size_t i = own.size(); i > 1; --i)
            std::swap(own[i - 1], own[random.below(static_cast<std::uint32_t>(i))]);
        for (std::size_t i = 0; i < std::min(size, own.size()); ++i)
            keep[own[i]] = 1;
    }
    return keep;
}

/// The units that teach in some trial.
std::vector<std::uint8_t> taughtUnits(const ExposureTrials& trials)
{
    std::vector<std::uint8_t> taught(trials.label.size(), 0);
    for (const ExposureTrial& trial : trials.trials) {
        for (const std::uint32_t u : trial.units)
            taught[u] = 1;
    }
    return taught;
}

Json noCurve(const std::string& reason)
{
    return Json::object()
        .set("points", Json::array())
        .set("levels_off_at", nullptr)
        .set("more_per_gas", nullptr)
        .set("text", nullptr)
        .set("reason", reason);
}

/// One mean balanced accuracy a size, and all draws.
struct CurvePoints {
    std::vector<double> sizes;
    std::vector<std::vector<double>> draws; ///< one list a size

    [[nodiscard]] std::vector<double> ofDraw(std::size_t draw) const
    {
        std::vector<double> out;
        for (const auto& list : draws)
            out.push_back(list[draw]);
        return out;
    }
};

void setForecast(Json& out, const CurvePoints& points, double target)
{
    const double now = points.sizes.back();
    std::vector<double> means;
    for (const auto& list : points.draws)
        means.push_back(statistics::mean(list));
    const PowerLaw law = fitPowerLaw(points.sizes, means);
    out.set("levels_off_at", law.levelsOff).set("target", target);
    out.set("more_per_gas", nullptr).set("more_low", nullptr).set("more_high", nullptr);
    const double needed = law.reaches(target);
    const std::string have = std::to_string(static_cast<int>(now)) + " exposures of each gas";
    if (means.back() >= target) {
        out.set("more_per_gas", 0).set("text", have + " reach " + percentText(target) + " already.");
        return;
    }
    if (std::isinf(needed)) {
        out.set("text", "More exposures like these will hardly reach " + percentText(target) + ": with " + have +
                            " the baseline gets " + percentText(means.back()) + ", and the curve levels off at " +
                            percentText(law.levelsOff) + ". Record on other days and at other concentrations.");
        return;
    }
    if (needed > farthestForecast * now) {
        out.set("text", percentText(target) + " would take more than ten times the " + have +
                            ": too far off to be told. With these the baseline gets " + percentText(means.back()) +
                            ".");
        return;
    }
    std::vector<double> byDraw;
    for (std::size_t draw = 0; draw < curveDraws; ++draw) {
        const double reached = fitPowerLaw(points.sizes, points.ofDraw(draw)).reaches(target);
        byDraw.push_back(std::clamp(reached, now, farthestForecast * now) - now);
    }
    const auto whole = [](double n) { return static_cast<int>(std::ceil(std::max(n, 1.0))); };
    const int more = whole(needed - now);
    const int low = std::min(more, whole(statistics::quantile(byDraw, 0.1)));
    const int high = std::max(more, whole(statistics::quantile(byDraw, 0.9)));
    out.set("more_per_gas", more).set("more_low", low).set("more_high", high);
    out.set("text", "About " + std::to_string(more) + " more exposures of each gas are needed to reach " +
                        percentText(target) + " (between " + std::to_string(low) + " and " + std::to_string(high) +
                        "); " + have + " reach " + percentText(means.back()) + ".");
}

} // namespace

ExposureTrials trialsOfRecordings(const Dataset& train, const Dataset& test)
{
    ExposureTrials out;
    out.dimension = train.channels.size();
    out.labels = train.labels;
    ExposureTrial trial;
    const std::vector<std::string> groups = train.groups();
    for (const LabelledStretch& s : askedStretches(train)) {
        appendExposure(train, s, trial.train);
        trial.units.push_back(static_cast<std::uint32_t>(out.label.size()));
        out.label.push_back(s.label);
        const auto group = std::find(groups.begin(), groups.end(), train.recordings[s.recording].group);
        out.group.push_back(static_cast<int>(group - groups.begin()));
    }
    const std::vector<std::uint8_t> taught = [&] {
        std::vector<std::uint8_t> list(train.labels.size(), 0);
        for (const int label : out.label)
            list[static_cast<std::size_t>(label)] = 1;
        return list;
    }();
    for (const LabelledStretch& s : askedStretches(test)) {
        if (taught[static_cast<std::size_t>(s.label)])
            appendExposure(test, s, trial.test);
    }
    standardise(trial.train.features, trial.test.features, out.dimension);
    out.trials.push_back(std::move(trial));
    return out;
}

Json permutationByTraining(const ExposureTrials& trials, std::uint64_t seed, int rounds)
{
    if (trials.label.size() < 4 || trials.trials.empty() || trials.trials.front().test.labels.empty())
        return noPermutation("there are too few exposures to shuffle");
    std::vector<RelabelledLda> fits;
    for (const ExposureTrial& trial : trials.trials)
        fits.emplace_back(trials, trial);
    std::vector<double> seen; // the observed figure first
    const auto test =
        statistics::labelPermutationTest(trials.label, trials.group,
                                         [&](std::span<const int> labels) {
                                             double sum = 0;
                                             for (const RelabelledLda& lda : fits)
                                                 sum += lda.balancedAccuracy(labels);
                                             return seen.emplace_back(sum / static_cast<double>(fits.size()));
                                         },
                                         {.rounds = rounds, .seed = seed});
    const double chance = seen.size() > 1 ? statistics::mean(std::span(seen).subspan(1)) : 0;
    return permutationJson(test, chance, "shrinkage LDA",
                           "one row an exposure, trained anew for every shuffle of the training labels within groups");
}

Json permutationOfAnswers(const std::vector<AnsweredExposure>& exposures, std::size_t classes, const std::string& name,
                          std::uint64_t seed, int rounds)
{
    std::vector<int> labels;
    std::vector<int> groups;
    for (const AnsweredExposure& e : exposures) {
        labels.push_back(e.truth);
        groups.push_back(e.group);
    }
    if (labels.size() < 4)
        return noPermutation("there are too few exposures to shuffle");
    std::vector<double> seen;
    const auto balanced = [&](std::span<const int> truth) {
        std::vector<double> right(classes, 0);
        std::vector<double> asked(classes, 0);
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const auto c = static_cast<std::size_t>(truth[i]);
            right[c] += exposures[i].said[c];
            asked[c] += exposures[i].asked;
        }
        std::vector<double> recalls;
        for (std::size_t c = 0; c < classes; ++c) {
            if (asked[c] > 0)
                recalls.push_back(right[c] / asked[c]);
        }
        return seen.emplace_back(statistics::mean(recalls));
    };
    const auto test = statistics::labelPermutationTest(labels, groups, balanced, {.rounds = rounds, .seed = seed});
    const double chance = seen.size() > 1 ? statistics::mean(std::span(seen).subspan(1)) : 0;
    return permutationJson(test, chance, name,
                           "answers kept, the labels of the tested exposures shuffled within groups");
}

Json learningCurve(const ExposureTrials& trials, double target, std::uint64_t seed)
{
    const std::vector<std::uint8_t> taught = taughtUnits(trials);
    std::vector<std::size_t> counts(trials.labels.size(), 0);
    for (std::size_t u = 0; u < taught.size(); ++u)
        counts[static_cast<std::size_t>(trials.label[u])] += taught[u];
    std::size_t rarest = counts.size();
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] > 0 && (rarest == counts.size() || counts[c] < counts[rarest]))
            rarest = c;
    }
    if (rarest == counts.size() || trials.trials.empty() || trials.trials.front().test.labels.empty())
        return noCurve("there are no exposures to learn from or to ask about");
    if (counts[rarest] < fewestForCurve)
        return noCurve("a learning curve needs at least 5 exposures of each gas to learn from; there are " +
                       std::to_string(counts[rarest]) + " of " + trials.labels[rarest]);
    CurvePoints points;
    std::vector<std::size_t> sizes;
    for (std::size_t size = 2; size <= counts[rarest]; size *= 2) {
        sizes.push_back(size);
        if (size * 3 / 2 <= counts[rarest])
            sizes.push_back(size * 3 / 2);
    }
    if (sizes.back() < counts[rarest])
        sizes.push_back(counts[rarest]);
    Json list = Json::array();
    for (const std::size_t size : sizes) {
        std::vector<double> accuracies;
        for (std::size_t draw = 0; draw < curveDraws; ++draw) {
            const double accuracy = accuracyOfSubset(trials, subset(trials, taught, size, draw, seed));
            if (!std::isfinite(accuracy))
                return noCurve("the baseline cannot be fitted to " + std::to_string(size) + " exposures of each gas");
            accuracies.push_back(accuracy);
        }
        list.push(Json::object()
                      .set("exposures", size)
                      .set("balanced_accuracy", statistics::mean(accuracies))
                      .set("low", *std::min_element(accuracies.begin(), accuracies.end()))
                      .set("high", *std::max_element(accuracies.begin(), accuracies.end())));
        points.sizes.push_back(static_cast<double>(size));
        points.draws.push_back(std::move(accuracies));
    }
    Json out = Json::object().set("points", std::move(list));
    setForecast(out, points, target);
    return out;
}

} // namespace bnof::olfaction
