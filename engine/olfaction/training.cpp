// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/training.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "engine/base/build_config.h"
#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/baselines/stream_training.h"
#include "engine/olfaction/surrogate_gradient.h"
#include "engine/olfaction/training_data.h"
#include "engine/olfaction/training_network.h"
#include "engine/olfaction/virtual_receptors/fit.h"

namespace bnof::olfaction {
namespace {

/// Held-out windows that the calibration and the printed figures come from.
/// With more gases than this, receptors code each discriminant by a population unless another encoder is asked for: on
/// 50 foods (SmellNet, trained offline) it named 58.7 % where the offset code named 57.2 %.
constexpr std::size_t manyGases = 20;
constexpr std::size_t calibrationWindows = 1200;
constexpr std::size_t calibrationNovel = 300;
/// Rows of one gas beyond which more do not help the regression.
constexpr std::size_t fewestConcentrationRows = 20;

bool tell(const TrainingProgress& progress, double done, std::string_view what)
{
    return !progress || progress(done, what);
}

/// The work's result in the future, from a thread of its own where there is one to be had, else when it is asked for.
template <typename Work> auto inBackground(const Work& work)
{
    try {
        return std::async(std::launch::async, work);
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, work);
    }
}

Error cancelled()
{
    return makeError(ErrorKind::Cancelled, "training was cancelled");
}

std::vector<std::uint32_t> allLabelled(const FeatureRows& rows)
{
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] >= 0)
            out.push_back(static_cast<std::uint32_t>(i));
    }
    return out;
}

std::vector<DiscriminantPoint> pointsOf(const FeatureRows& rows, const std::vector<std::uint32_t>& which,
                                        const Discriminant& d)
{
    std::vector<DiscriminantPoint> out(which.size());
    for (std::size_t i = 0; i < which.size(); ++i)
        project(d, rows.row(which[i]), out[i]);
    return out;
}

std::vector<std::uint32_t> thinned(const std::vector<std::uint32_t>& which, std::size_t most)
{
    if (which.size() <= most)
        return which;
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < most; ++i)
        out.push_back(which[i * which.size() / most]);
    return out;
}

ConcentrationRows concentrationRows(const Preparation& p, const std::vector<std::uint32_t>& which, int gas,
                                    int component)
{
    const FeatureRows& rows = p.rows;
    ConcentrationRows out;
    std::vector<double> motions;
    for (const std::uint32_t i : which) {
        const float ppm = rows.ppm[i * rows.components + static_cast<std::size_t>(component)];
        if (rows.labels[i] != gas || !(ppm > 0))
            continue;
        const auto row = rows.row(i);
        out.features.insert(out.features.end(), row.begin(), row.end());
        out.ppm.push_back(ppm);
        motionsOf(p.frontEnd, row, motions);
        out.motions.insert(out.motions.end(), motions.begin(), motions.end());
        out.exposure.push_back(rows.exposure[i]);
    }
    return out;
}

/// Rows that the discriminant names right: a concentration is told at no other time.
std::vector<std::uint32_t> recognisedRows(const FeatureRows& rows, const std::vector<std::uint32_t>& which,
                                          const Discriminant& d)
{
    std::vector<std::uint32_t> out;
    DiscriminantPoint point;
    std::vector<double> s;
    for (const std::uint32_t i : which) {
        project(d, rows.row(i), point);
        scores(d, point.u, s);
        if (std::max_element(s.begin(), s.end()) - s.begin() == rows.labels[i])
            out.push_back(i);
    }
    return out;
}

/// One fold as the intervals see it: no row is held out twice.
std::vector<Fold> recognisedFolds(const Preparation& p, std::size_t classes)
{
    std::vector<std::uint8_t> used(p.rows.rows(), 0);
    std::vector<Fold> out;
    for (auto fold = p.folds.rbegin(); fold != p.folds.rend(); ++fold) {
        const auto d = fitOn(p.rows, fold->train, classes, p.shrinkage);
        if (!d.ok())
            continue;
        Fold seen;
        seen.train = fold->train;
        for (const std::uint32_t i : recognisedRows(p.rows, fold->test, *d)) {
            if (!std::exchange(used[i], std::uint8_t{1}))
                seen.test.push_back(i);
        }
        out.push_back(std::move(seen));
    }
    return out;
}

/// One regression for each gas and each of its components.
std::vector<ConcentrationModel> fitConcentrations(const Dataset& data, const Preparation& p)
{
    std::vector<ConcentrationModel> out;
    const std::vector<std::uint32_t> all = allLabelled(p.rows);
    const std::vector<Fold> folds = recognisedFolds(p, data.labels.size());
    for (std::size_t gas = 0; gas < data.labels.size(); ++gas) {
        for (const int component : data.labelComponents[gas]) {
            const auto index = static_cast<int>(gas);
            const ConcentrationRows rows = concentrationRows(p, all, index, component);
            if (rows.ppm.size() < fewestConcentrationRows)
                continue;
            ConcentrationModel model = fitConcentration(rows, p.rows.dimension);
            model.gas = index;
            model.component = component;
            HeldOutErrors errors;
            for (const Fold& fold : folds) {
                const ConcentrationRows before = concentrationRows(p, fold.train, index, component);
                if (before.ppm.size() >= fewestConcentrationRows)
                    appendErrors(fitConcentration(before, p.rows.dimension),
                                 concentrationRows(p, fold.test, index, component), errors);
            }
            setInterval(model, errors);
            out.push_back(std::move(model));
        }
    }
    return out;
}

Result<Model> describe(const Dataset& data, const TrainingOptions& options, const Preparation& p)
{
    Model model;
    model.name = options.name.empty() ? data.name : options.name;
    model.programVersion = BNOF_VERSION;
    model.seed = options.seed;
    model.simulatedTraining = data.simulated;
    model.trainingDigest = data.digest;
    model.gases = data.labels;
    model.background = data.background;
    model.components = data.components;
    model.gasComponents = data.labelComponents;
    model.channels = data.channels;
    model.decisionIntervalSeconds = options.decisionIntervalSeconds;
    // Slow devices print a frame every few seconds; that is not a gap.
    model.longestHoldSeconds = std::clamp(5 * p.frameIntervalSeconds, 2.0, 3600.0);
    model.frontEnd = p.frontEnd;
    model.lda = p.familiar;
    model.concentrations = fitConcentrations(data, p);
    model.metrics = Json::object();
    model.metrics.set("held_out_balanced_accuracy_lda", p.heldOutAccuracy);
    model.metrics.set("training_rows", p.rows.rows());
    model.metrics.set("shrinkage", p.shrinkage < 0 ? Json("Ledoit-Wolf") : Json(p.shrinkage));
    BNOF_TRY_ASSIGN(model.discriminant, fitOn(p.rows, allLabelled(p.rows), data.labels.size(), p.shrinkage));
    model.memory = memoryOf(p, data.labels.size());
    return model;
}

/// Templates as a discriminant: with the covariance shrunk to a multiple of the identity and equal priors, the
/// best class is the one whose mean is nearest by Euclid.
Result<Discriminant> templatesOf(const FeatureRows& rows, const std::vector<std::uint32_t>& which, std::size_t classes)
{
    BNOF_TRY_ASSIGN(Discriminant d, fitOn(rows, settledRows(rows, which, classes), classes, 1));
    double present = 0;
    for (std::size_t c = 0; c < classes; ++c)
        present += d.present(c) ? 1 : 0;
    for (std::size_t c = 0; c < classes; ++c) {
        if (d.present(c))
            d.logPrior[c] = -exactLog(present);
    }
    return d;
}

struct CalibrationResult {
    ReadoutCalibration calibration;
    std::vector<std::pair<std::string, snn::ProjectionClip>> clips; ///< see SpikingPart
    double accuracy = 0;                                            ///< of held-out windows of trained gases
    double agreement = 0;                                           ///< with the teacher
    double novelSilence = 0;                                        ///< share of novel points that were not named
    double kenyonActivity = 0;
    double spikesPerWindow = 0;
};

/// Judges a network that was trained on the calibration fold's training part, on its test part.
Result<CalibrationResult> judge(const Preparation& p, const Discriminant& teacher, const SpikingPart& part,
                                const TrainingOptions& options)
{
    const std::vector<std::uint32_t> which = thinned(p.folds.back().test, calibrationWindows);
    std::vector<DiscriminantPoint> points = pointsOf(p.rows, which, teacher);
    const std::size_t known = points.size();
    const auto novel = makeNovelPoints(teacher, points, p.familiar, calibrationNovel, options.seed + 1);
    points.insert(points.end(), novel.begin(), novel.end());
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(part, points, options));
    std::vector<CalibrationWindow> windows(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        windows[i].blockCounts = shown.blockCounts[i];
        windows[i].gas = i < known ? p.rows.labels[which[i]] : -1;
    }
    CalibrationResult out;
    out.calibration = calibrateReadout(windows);
    out.calibration.minimumProbability = p.familiar.minimumProbability;
    SpikingPart calibrated = part;
    calibrated.calibration = out.calibration;
    BNOF_TRY_ASSIGN(out.clips, fitClips(calibrated, points, teacher.classes(), options));
    out.kenyonActivity = shown.kenyonActivity;
    out.spikesPerWindow = shown.spikesPerWindow;
    std::vector<double> s;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const int gas = decideFromCounts(windows[i].blockCounts, teacher.classes(), out.calibration).gas;
        if (i >= known) {
            out.novelSilence += gas < 0 ? 1.0 / static_cast<double>(points.size() - known) : 0;
            continue;
        }
        scores(teacher, points[i].u, s);
        const auto best = static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin());
        out.accuracy += gas == windows[i].gas ? 1.0 / static_cast<double>(known) : 0;
        out.agreement += gas == best ? 1.0 / static_cast<double>(known) : 0;
    }
    return out;
}

Result<void> checkOptions(const TrainingOptions& options)
{
    const auto bad = [](const char* what) { return makeError(ErrorKind::Usage, what, "training options"); };
    if (options.kenyonCells < 10 || options.kenyonCells > 1'000'000)
        return bad("the number of Kenyon cells must be within 10 and 1,000,000");
    if (options.fanIn < 1 || options.fanIn > 1000)
        return bad("the fan-in of Kenyon cells must be within 1 and 1000");
    if (options.outputsPerGas > 1000 || options.localNeurons < 1 || options.localNeurons > 10'000 ||
        options.feedbackNeurons < 1 || options.feedbackNeurons > 10'000)
        return bad("a population is empty or too large");
    const double ticks = options.decisionIntervalSeconds * 1000;
    if (!(ticks >= 10 && ticks <= 60'000) || std::abs(ticks - std::round(ticks)) > 1e-9)
        return bad("the decision interval must be a whole number of milliseconds from 10 ms to 60 s");
    if (options.windowIntervals < 1 || options.windowIntervals > 1000)
        return bad("the decision window must have between 1 and 1000 intervals");
    if (!(options.kenyonActivity > 0 && options.kenyonActivity < 1))
        return bad("the activity of the Kenyon cells must be within 0 and 1");
    if (options.realPoints < 10 || options.realPoints > 1'000'000 || options.replayPoints > 1'000'000 ||
        options.novelPoints > 1'000'000 || options.epochs < 1 || options.epochs > 1000)
        return bad("the number of teaching points or epochs is out of range");
    const auto& rules = learningNames();
    if (std::find(rules.begin(), rules.end(), options.learning.name) == rules.end())
        return makeError(ErrorKind::Usage, "there is no learning rule \"" + options.learning.name + '"',
                         "training options", "Use delta-rule, ridge or surrogate-gradient.");
    if (!(options.learning.ridge >= 1e-9 && options.learning.ridge <= 1e6) || options.learning.surrogateEpochs < 1 ||
        options.learning.surrogateEpochs > 1000 ||
        !(options.learning.surrogateRate > 0 && options.learning.surrogateRate <= 10))
        return bad("a parameter of the learning rule is out of range");
    const EncoderParameters& encoder = options.code.encoder;
    if (!encoder.name.empty() && encoder.name != "offset")
        BNOF_TRY(validate(encoder, encoder.noise.size(), "training options: encoder"));
    return {};
}

/// Exposures of each gas.
std::vector<std::size_t> exposuresOf(const FeatureRows& rows, std::size_t gases)
{
    std::vector<std::set<int>> seen(gases);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] >= 0 && !rows.restarted[i])
            seen[static_cast<std::size_t>(rows.labels[i])].insert(rows.exposure[i]);
    }
    std::vector<std::size_t> out;
    for (const auto& list : seen)
        out.push_back(list.size());
    return out;
}

/// Trains a network on some rows; progress runs from `from` to `to`.
Result<SpikingPart> trainOn(const Preparation& p, const std::vector<std::uint32_t>& which, const Discriminant& teacher,
                            const TrainingOptions& options, const TrainingProgress& progress, double from, double to)
{
    const std::vector<DiscriminantPoint> real = pointsOf(p.rows, which, teacher);
    const TeachingPoints teaching = makeTeachingPoints(teacher, real, p.familiar, options);
    return trainNetwork(teacher, teaching, p.familiar.familiarResidual, options, [&](double share) {
        return tell(progress, from + (to - from) * share, "training the spiking network");
    });
}

Result<std::vector<std::uint8_t>> trainClassical(const std::string& kind, const Dataset& data,
                                                 const TrainingOptions& options, const TrainingProgress& progress)
{
    BNOF_TRY(checkOptions(options));
    if (!tell(progress, 0, "reading features"))
        return cancelled();
    BNOF_TRY_ASSIGN(const Preparation p, prepare(data, options));
    BNOF_TRY_ASSIGN(Model model, describe(data, options, p));
    model.kind = kind;
    if (kind == "template") {
        const std::size_t classes = data.labels.size();
        const Fold& fold = p.folds.back();
        BNOF_TRY_ASSIGN(const Discriminant early, templatesOf(p.rows, fold.train, classes));
        BNOF_TRY_ASSIGN(model.discriminant, templatesOf(p.rows, allLabelled(p.rows), classes));
        model.lda = calibrate(p.rows, fold.test, early);
    } else if (kind == "virtual-receptors") {
        if (!tell(progress, 0.3, "placing receptors and learning"))
            return cancelled();
        BNOF_TRY(fitVirtualReceptorModel(p, options, model));
    } else if (kind != "lda") {
        if (!tell(progress, 0.3, "fitting the classifier"))
            return cancelled();
        BNOF_TRY(fitStreamClassifier(kind, p, data.labels.size(), options.seed, model));
    }
    BNOF_TRY(validate(model));
    (void)tell(progress, 1, "done");
    return modelToBytes(model);
}

} // namespace

const std::vector<std::string>& learningNames()
{
    static const std::vector<std::string> names{"delta-rule", "ridge", "surrogate-gradient"};
    return names;
}

Result<std::vector<std::uint8_t>> trainSpiking(const Dataset& data, const TrainingOptions& options,
                                               const TrainingProgress& progress)
{
    if (options.code.encoder.name.empty() && data.labels.size() > manyGases) {
        TrainingOptions coded = options;
        coded.code.encoder = defaultEncoder("population");
        return trainSpiking(data, coded, progress);
    }
    BNOF_TRY(checkOptions(options));
    if (!tell(progress, 0, "reading features"))
        return cancelled();
    BNOF_TRY_ASSIGN(const Preparation p, prepare(data, options));
    if (options.learning.name == "surrogate-gradient")
        BNOF_TRY(
            enoughForSurrogate(exposuresOf(p.rows, data.labels.size()), data.labels, options.learning.fewestExposures));
    if (!tell(progress, 0.15, "fitting the teacher"))
        return cancelled();
    BNOF_TRY_ASSIGN(Model model, describe(data, options, p));
    const std::vector<std::uint32_t>& early = p.folds.back().train;
    BNOF_TRY_ASSIGN(const Discriminant earlyTeacher, fitOn(p.rows, early, data.labels.size(), p.shrinkage));
    // The rehearsal on the earlier part and the training on everything do not know of each other: they run side by
    // side. The callback hears of one of them at a time.
    std::mutex mutex;
    double share[2] = {0, 0};
    const auto report = [&](std::size_t which) -> TrainingProgress {
        return [&, which](double done, std::string_view what) {
            const std::scoped_lock lock(mutex);
            share[which] = done;
            return tell(progress, 0.2 + 0.39 * (share[0] + share[1]), what);
        };
    };
    const auto rehearse = [&]() -> Result<CalibrationResult> {
        const TrainingProgress own = report(0);
        BNOF_TRY_ASSIGN(const SpikingPart rehearsal, trainOn(p, early, earlyTeacher, options, own, 0, 0.7));
        if (!own(0.7, "calibrating on held-out time"))
            return cancelled();
        return judge(p, earlyTeacher, rehearsal, options);
    };
    auto rehearsed = inBackground(rehearse);
    auto trained = trainOn(p, allLabelled(p.rows), model.discriminant, options, report(1), 0, 1);
    BNOF_TRY_ASSIGN(const CalibrationResult judged, rehearsed.get());
    BNOF_TRY_ASSIGN(model.spiking, std::move(trained));
    model.kind = "spiking";
    model.spiking.calibration = judged.calibration;
    const auto settled = static_cast<std::uint32_t>(settleTicks + options.decisionIntervalSeconds * 1000 *
                                                                      static_cast<double>(options.windowIntervals));
    // A slow device holds its frames for longer than the network takes to settle and to be read.
    if (p.frameIntervalSeconds * 1000 >= settled + options.decisionIntervalSeconds * 2000)
        model.spiking.restAfterTicks = settled;
    model.spiking.clips = judged.clips;
    model.metrics.set("held_out_accuracy", judged.accuracy);
    model.metrics.set("held_out_agreement_with_teacher", judged.agreement);
    model.metrics.set("novel_points_not_named", judged.novelSilence);
    model.metrics.set("kenyon_activity", judged.kenyonActivity);
    model.metrics.set("spikes_per_window", judged.spikesPerWindow);
    if (options.learning.name != "delta-rule")
        model.metrics.set("learning", options.learning.name);
    BNOF_TRY(validate(model));
    (void)tell(progress, 1, "done");
    return modelToBytes(model);
}

Result<std::vector<std::uint8_t>> trainLda(const Dataset& data, const TrainingOptions& options,
                                           const TrainingProgress& progress)
{
    return trainClassical("lda", data, options, progress);
}

Result<std::vector<std::uint8_t>> trainClassifier(const std::string& kind, const Dataset& data,
                                                  const TrainingOptions& options, const TrainingProgress& progress)
{
    if (!isClassifierKind(kind) && kind != "virtual-receptors")
        return makeError(ErrorKind::Usage, "\"" + kind + "\" is not a kind of classifier", "training",
                         "Choose virtual-receptors, svm, forest, knn or cnn.");
    return trainClassical(kind, data, options, progress);
}

Result<std::vector<std::uint8_t>> trainTemplates(const Dataset& data, const TrainingOptions& options,
                                                 const TrainingProgress& progress)
{
    return trainClassical("template", data, options, progress);
}

} // namespace bnof::olfaction
