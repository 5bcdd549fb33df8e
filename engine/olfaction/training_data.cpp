// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/training_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engine/olfaction/front_end_fit.h"

namespace bnof::olfaction {
namespace {

/// Every transient time constant that a candidate uses, in seconds.
constexpr std::array<double, 7> allTransients{1, 2, 5, 20, 25, 200, 300};
using Candidate = std::vector<std::size_t>; ///< indices into allTransients
/// Short transients alone, with a slow baseline, and the classical decades.
const std::array<Candidate, 3> candidates{Candidate{0, 2, 4}, Candidate{0, 2, 4, 6}, Candidate{1, 3, 5}};
/// Ledoit-Wolf and a fixed intensity: samples of a slow sensor are correlated, which the former ignores.
constexpr std::array<double, 3> shrinkages{-1, 1e-3, 1e-2};

/// The scale of the compression relative to a channel's median magnitude.
constexpr double relativeScale = 0.25;
constexpr double largestSampleCount = 16000;
constexpr double restartPeriodSeconds = 120;
constexpr double restartRunSeconds = 12;
constexpr double settledAfterSeconds = 30;
constexpr double gapSeconds = 20; ///< between the training and the test part of a fold

double median(std::vector<double>& values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double quantile(std::vector<double>& values, double q)
{
    const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

std::vector<double> channelScales(const Dataset& data)
{
    const std::size_t channels = data.channels.size();
    std::vector<double> scales;
    std::vector<double> magnitudes;
    for (std::size_t c = 0; c < channels; ++c) {
        magnitudes.clear();
        for (const LabelledRecording& recording : data.recordings) {
            for (std::size_t i = c; i < recording.values.size(); i += channels) {
                if (std::isfinite(recording.values[i]) && recording.values[i] != 0)
                    magnitudes.push_back(std::abs(static_cast<double>(recording.values[i])));
            }
        }
        scales.push_back(magnitudes.empty() ? 1 : std::clamp(relativeScale * median(magnitudes), 1e-20, 1e20));
    }
    return scales;
}

double medianInterval(const Dataset& data)
{
    std::vector<double> intervals;
    for (const LabelledRecording& recording : data.recordings) {
        for (std::size_t i = 1; i < recording.frames(); ++i)
            intervals.push_back(toSeconds(recording.times[i] - recording.times[i - 1]));
    }
    return intervals.empty() ? 0.1 : std::max(median(intervals), 1e-4);
}

/// Feeds recordings through a front end and keeps rows.
class RowSampler {
public:
    RowSampler(const Dataset& data, FrontEndParameters parameters, double stepSeconds, FeatureRows& rows)
        : m_data(data), m_frontEnd(std::move(parameters)), m_step(stepSeconds), m_rows(rows)
    {}

    /// Run over the frames [from, to) of a recording with a front end that starts afresh; keep rows whose time
    /// is at least `keepFrom` seconds.
    void run(std::size_t recording, std::size_t from, std::size_t to, double keepFrom, bool restarted)
    {
        const LabelledRecording& r = m_data.recordings[recording];
        const std::size_t channels = m_data.channels.size();
        const std::size_t components = r.ppm.empty() ? 0 : m_data.components.size();
        m_frontEnd.reset();
        double due = -1;
        ++m_exposure;
        for (std::size_t i = from; i < to; ++i) {
            if (i > from && (r.labels[i] != r.labels[i - 1] || !samePpm(r, i, components)))
                ++m_exposure;
            m_frontEnd.update(r.times[i], {r.values.data() + i * channels, channels});
            const double t = toSeconds(r.times[i] - r.times.front());
            if (t < keepFrom || t < due)
                continue;
            due = (due < 0 ? t : due) + m_step;
            due = std::max(due, t + m_step / 2);
            const std::size_t at = m_rows.features.size();
            m_rows.features.resize(at + m_rows.dimension);
            m_frontEnd.rawFeatures({m_rows.features.data() + at, m_rows.dimension});
            m_rows.labels.push_back(r.labels[i]);
            m_rows.exposure.push_back(m_exposure);
            m_rows.recording.push_back(static_cast<int>(recording));
            m_rows.seconds.push_back(t);
            m_rows.restarted.push_back(restarted);
            for (std::size_t c = 0; c < m_rows.components; ++c)
                m_rows.ppm.push_back(c < components ? r.ppm[i * components + c]
                                                    : std::numeric_limits<float>::quiet_NaN());
        }
    }

private:
    /// Whether frame i has the concentrations of the frame before it; NaN equals NaN.
    static bool samePpm(const LabelledRecording& r, std::size_t i, std::size_t components)
    {
        const auto now = r.ppm.begin() + static_cast<std::ptrdiff_t>(i * components);
        return std::equal(now, now + static_cast<std::ptrdiff_t>(components),
                          now - static_cast<std::ptrdiff_t>(components),
                          [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); });
    }

    const Dataset& m_data;
    FrontEnd m_frontEnd;
    double m_step;
    FeatureRows& m_rows;
    int m_exposure = -1;
};

FeatureRows sampleRows(const Dataset& data, const TrainingOptions& options, const FrontEndParameters& wide)
{
    FeatureRows rows;
    rows.dimension = wide.features();
    rows.components = data.components.size();
    double total = 0;
    for (const LabelledRecording& recording : data.recordings)
        total += recording.duration();
    RowSampler sampler(data, wide, std::max(0.6, total / largestSampleCount), rows);
    for (std::size_t r = 0; r < data.recordings.size(); ++r) {
        const LabelledRecording& recording = data.recordings[r];
        sampler.run(r, 0, recording.frames(), options.skipSeconds, false);
        const auto frameAt = [&recording](double seconds) {
            const Timestamp t = recording.times.front() + fromSeconds(seconds);
            return static_cast<std::size_t>(std::lower_bound(recording.times.begin(), recording.times.end(), t) -
                                            recording.times.begin());
        };
        for (double t = options.skipSeconds + restartPeriodSeconds / 2; t + restartRunSeconds < recording.duration();
             t += restartPeriodSeconds)
            sampler.run(r, frameAt(t), frameAt(t + restartRunSeconds), 0, true);
    }
    return rows;
}

/// Folds that hold out groups, when every label occurs in at least two of them. `nameOf` tells a recording's group.
std::vector<Fold> groupFolds(const Dataset& data, const FeatureRows& rows, std::string LabelledRecording::*nameOf)
{
    std::map<std::string, int> groupIndex;
    for (const LabelledRecording& recording : data.recordings)
        groupIndex.emplace(recording.*nameOf, static_cast<int>(groupIndex.size()));
    std::vector<std::set<int>> groupsOfLabel(data.labels.size());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] >= 0)
            groupsOfLabel[static_cast<std::size_t>(rows.labels[i])].insert(
                groupIndex[data.recordings[static_cast<std::size_t>(rows.recording[i])].*nameOf]);
    }
    for (const std::set<int>& groups : groupsOfLabel) {
        if (groups.size() == 1)
            return {};
    }
    const std::size_t count = std::min<std::size_t>(groupIndex.size(), 4);
    if (count < 2)
        return {};
    std::vector<Fold> folds(count);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] < 0)
            continue;
        const auto own =
            static_cast<std::size_t>(groupIndex[data.recordings[static_cast<std::size_t>(rows.recording[i])].*nameOf]);
        for (std::size_t f = 0; f < count; ++f) {
            if (own % count != f)
                folds[f].train.push_back(static_cast<std::uint32_t>(i));
            else if (!rows.restarted[i])
                folds[f].test.push_back(static_cast<std::uint32_t>(i));
        }
    }
    return folds;
}

/// Folds that hold out the last part of every recording.
std::vector<Fold> timeFolds(const Dataset& data, const FeatureRows& rows, const TrainingOptions& options)
{
    std::vector<Fold> folds;
    for (const double share : {0.85, 0.7}) {
        Fold fold;
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            if (rows.labels[i] < 0)
                continue;
            const double duration = data.recordings[static_cast<std::size_t>(rows.recording[i])].duration();
            const double usable = std::max(duration - options.skipSeconds, 0.0);
            const double at = rows.seconds[i] - options.skipSeconds;
            if (at < share * usable)
                fold.train.push_back(static_cast<std::uint32_t>(i));
            else if (!rows.restarted[i] && at >= share * usable + std::min(gapSeconds, 0.05 * usable))
                fold.test.push_back(static_cast<std::uint32_t>(i));
        }
        folds.push_back(std::move(fold));
    }
    return folds;
}

/// Columns of the wide rows for one candidate.
FeatureRows narrow(const FeatureRows& wide, const Candidate& candidate, std::size_t channels)
{
    // Behind the transients come the optional blocks, which every candidate keeps.
    const std::size_t optional = (1 + allTransients.size()) * channels;
    FeatureRows rows = wide;
    rows.dimension = channels * (1 + candidate.size()) + wide.dimension - optional;
    rows.features.clear();
    rows.features.reserve(rows.dimension * wide.rows());
    for (std::size_t i = 0; i < wide.rows(); ++i) {
        const double* row = wide.features.data() + i * wide.dimension;
        rows.features.insert(rows.features.end(), row, row + channels);
        for (const std::size_t transient : candidate)
            rows.features.insert(rows.features.end(), row + (1 + transient) * channels,
                                 row + (2 + transient) * channels);
        rows.features.insert(rows.features.end(), row + optional, row + wide.dimension);
    }
    return rows;
}

void standardise(FeatureRows& rows, FrontEndParameters& p)
{
    p.mean.assign(rows.dimension, 0);
    p.deviation.assign(rows.dimension, 1);
    for (std::size_t f = 0; f < rows.dimension; ++f) {
        double count = 0;
        double sum = 0;
        double squares = 0;
        for (std::size_t i = f; i < rows.features.size(); i += rows.dimension) {
            if (std::isnan(rows.features[i]))
                continue;
            count += 1;
            sum += rows.features[i];
        }
        const double mean = count > 0 ? sum / count : 0;
        for (std::size_t i = f; i < rows.features.size(); i += rows.dimension) {
            if (!std::isnan(rows.features[i]))
                squares += (rows.features[i] - mean) * (rows.features[i] - mean);
        }
        p.mean[f] = mean;
        p.deviation[f] = std::max(count > 1 ? std::sqrt(squares / count) : 1, 1e-6);
        for (std::size_t i = f; i < rows.features.size(); i += rows.dimension) {
            const double z = std::isnan(rows.features[i]) ? 0 : (rows.features[i] - mean) / p.deviation[f];
            rows.features[i] = std::clamp(z, -p.clip, p.clip);
        }
    }
}

/// Mean recall over the classes of the test part.
double balancedAccuracy(const FeatureRows& rows, const Fold& fold, const Discriminant& d)
{
    std::vector<double> right(d.classes(), 0);
    std::vector<double> count(d.classes(), 0);
    DiscriminantPoint point;
    std::vector<double> s;
    for (const std::uint32_t i : fold.test) {
        project(d, rows.row(i), point);
        scores(d, point.u, s);
        const auto label = static_cast<std::size_t>(rows.labels[i]);
        count[label] += 1;
        right[label] += static_cast<std::size_t>(std::max_element(s.begin(), s.end()) - s.begin()) == label ? 1 : 0;
    }
    double sum = 0;
    double classes = 0;
    for (std::size_t c = 0; c < count.size(); ++c) {
        if (count[c] > 0) {
            sum += right[c] / count[c];
            classes += 1;
        }
    }
    return classes > 0 ? sum / classes : 0;
}

} // namespace

LdaCalibration calibrate(const FeatureRows& rows, const std::vector<std::uint32_t>& heldOut, const Discriminant& d)
{
    std::vector<double> distances;
    std::vector<double> residuals;
    std::vector<std::vector<double>> points;
    std::vector<std::size_t> labels;
    DiscriminantPoint point;
    for (const std::uint32_t i : heldOut) {
        project(d, rows.row(i), point);
        distances.push_back(nearestDistance(d, point.u));
        residuals.push_back(point.residual);
        points.push_back(point.u);
        labels.push_back(static_cast<std::size_t>(rows.labels[i]));
    }
    LdaCalibration out;
    out.minimumProbability = minimumProbabilityAmong(d.classes());
    if (points.empty())
        return out;
    out.familiarDistance = std::max(5.0, 1.5 * quantile(distances, 0.995));
    out.familiarResidual = std::max(1.5, 1.5 * quantile(residuals, 0.995));
    double bestLoss = std::numeric_limits<double>::infinity();
    std::vector<double> posteriors;
    for (int i = 0; i < 24; ++i) {
        const double temperature = 0.5 * std::pow(1.3, i);
        double loss = 0;
        for (std::size_t k = 0; k < points.size(); ++k) {
            posterior(d, points[k], temperature, posteriors);
            loss -= std::log(std::max(posteriors[labels[k]], 1e-6));
        }
        if (loss < bestLoss) {
            bestLoss = loss;
            out.temperature = temperature;
        }
    }
    return out;
}

std::vector<std::uint32_t> settledRows(const FeatureRows& rows, const std::vector<std::uint32_t>& which,
                                       std::size_t classes)
{
    std::map<int, std::pair<double, double>> spans; // of each exposure: its first and last time
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto [at, fresh] = spans.try_emplace(rows.exposure[i], rows.seconds[i], rows.seconds[i]);
        if (!fresh)
            at->second.second = rows.seconds[i];
    }
    std::vector<std::uint32_t> late;
    std::vector<std::uint32_t> half;
    std::vector<bool> has(classes, false);
    for (const std::uint32_t i : which) {
        const auto [first, last] = spans[rows.exposure[i]];
        if (rows.restarted[i] || rows.labels[i] < 0 || rows.seconds[i] < (first + last) / 2)
            continue;
        half.push_back(i);
        if (rows.seconds[i] - first < settledAfterSeconds)
            continue;
        late.push_back(i);
        has[static_cast<std::size_t>(rows.labels[i])] = true;
    }
    for (const std::uint32_t i : half) {
        if (!has[static_cast<std::size_t>(rows.labels[i])])
            late.push_back(i);
    }
    std::sort(late.begin(), late.end());
    return late;
}

void gather(const FeatureRows& rows, const std::vector<std::uint32_t>& which, std::vector<double>& features,
            std::vector<int>& labels)
{
    features.clear();
    labels.clear();
    features.reserve(which.size() * rows.dimension);
    for (const std::uint32_t i : which) {
        const auto row = rows.row(i);
        features.insert(features.end(), row.begin(), row.end());
        labels.push_back(rows.labels[i]);
    }
}

Result<Discriminant> fitOn(const FeatureRows& rows, const std::vector<std::uint32_t>& which, std::size_t classes,
                           double shrinkage)
{
    std::vector<double> features;
    std::vector<int> labels;
    gather(rows, which, features, labels);
    return fitDiscriminant(features, rows.dimension, labels, classes, {.shrinkage = shrinkage});
}

Result<Preparation> prepare(const Dataset& data, const TrainingOptions& options)
{
    BNOF_TRY(validate(data));
    const std::size_t channels = data.channels.size();
    FrontEndParameters wide;
    wide.scale = channelScales(data);
    BNOF_TRY(fitFrontEndParts(data, options.frontEnd, wide));
    wide.transientSeconds.assign(allTransients.begin(), allTransients.end());
    wide.mean.assign(wide.features(), 0);
    wide.deviation.assign(wide.features(), 1);
    const FeatureRows wideRows = sampleRows(data, options, wide);
    std::vector<Fold> folds = groupFolds(data, wideRows, &LabelledRecording::group);
    if (folds.empty() && data.groups().size() == 1) // one session of many recordings
        folds = groupFolds(data, wideRows, &LabelledRecording::name);
    if (folds.empty())
        folds = timeFolds(data, wideRows, options);
    if (wideRows.rows() < 20)
        return makeError(ErrorKind::BadInput, "there is too little data to train on", data.name,
                         "Record at least some seconds of every gas.");
    Preparation best;
    double bestScore = -1;
    for (const Candidate& candidate : candidates) {
        Preparation trial;
        trial.frontEnd = wide;
        trial.frontEnd.transientSeconds.clear();
        for (const std::size_t transient : candidate)
            trial.frontEnd.transientSeconds.push_back(allTransients[transient]);
        trial.rows = narrow(wideRows, candidate, channels);
        standardise(trial.rows, trial.frontEnd);
        for (const double shrinkage : shrinkages) {
            double score = 0;
            for (const Fold& fold : folds) {
                const auto d = fitOn(trial.rows, fold.train, data.labels.size(), shrinkage);
                if (d.ok() && !fold.test.empty())
                    score += balancedAccuracy(trial.rows, fold, *d) / static_cast<double>(folds.size());
            }
            if (score > bestScore + 1e-9) {
                bestScore = score;
                best = trial;
                best.shrinkage = shrinkage;
            }
        }
    }
    best.folds = std::move(folds);
    // The fold with the most training data is the one that the calibration is measured on.
    std::stable_sort(best.folds.begin(), best.folds.end(),
                     [](const Fold& a, const Fold& b) { return a.train.size() < b.train.size(); });
    best.heldOutAccuracy = bestScore;
    best.frameIntervalSeconds = medianInterval(data);
    const Fold& fold = best.folds.back();
    BNOF_TRY_ASSIGN(const Discriminant d, fitOn(best.rows, fold.train, data.labels.size(), best.shrinkage));
    best.familiar = calibrate(best.rows, fold.test, d);
    return best;
}

} // namespace bnof::olfaction
