// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/recalibration.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "engine/base/build_config.h"
#include "engine/base/exact_math.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/adaptation/anchor_rows.h"
#include "engine/olfaction/adaptation/drift.h"
#include "engine/olfaction/adaptation/relearning.h"
#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/model.h"

namespace bnof::olfaction {
namespace {

/// Share of the only puff of a gas that is kept back: its end, when the sensors are nearly settled.
constexpr double keptShare = 0.3;
/// A gas that was just learned must be named that often on what was kept back of it.
constexpr double leastOfANewGas = 0.5;

struct Split {
    AnchorRows fit;
    AnchorRows kept;
    bool ownPuffs = true; ///< kept rows come from puffs that were not learned from
};

/// The last puff of every gas that has more than one is kept back, of the others the end.
Split split(const AnchorRows& rows)
{
    std::map<int, std::set<int>> puffs;
    std::map<int, double> longest;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        puffs[rows.labels[i]].insert(rows.exposure[i]);
        double& age = longest[rows.exposure[i]];
        age = std::max(age, rows.ages[i]);
    }
    Split out;
    std::vector<std::size_t> fit;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const std::set<int>& own = puffs[rows.labels[i]];
        const bool last = rows.exposure[i] == *own.rbegin();
        const bool late = rows.ages[i] > (1 - keptShare) * longest[rows.exposure[i]];
        const bool keep = own.size() > 1 ? last : late;
        out.ownPuffs = out.ownPuffs && own.size() > 1;
        (keep ? kept : fit).push_back(i);
    }
    out.fit = rows.only(fit);
    out.kept = rows.only(kept);
    return out;
}

/// Shares of right answers by gas; classes from `known` on are new.
Comparison compare(const std::vector<std::string>& gases, std::size_t known, const std::vector<int>& labels,
                   const std::vector<int>& before, const std::vector<int>& after)
{
    std::vector<GasComparison> all(gases.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        GasComparison& gas = all[static_cast<std::size_t>(labels[i])];
        ++gas.rows;
        gas.before += before[i] == labels[i] ? 1 : 0;
        gas.after += after[i] == labels[i] ? 1 : 0;
    }
    Comparison out;
    double old = 0;
    for (std::size_t g = 0; g < gases.size(); ++g) {
        if (all[g].rows == 0)
            continue;
        all[g].gas = gases[g];
        all[g].before /= static_cast<double>(all[g].rows);
        all[g].after /= static_cast<double>(all[g].rows);
        if (g < known) {
            out.before += all[g].before;
            out.after += all[g].after;
            old += 1;
        }
        out.gases.push_back(all[g]);
    }
    if (old > 0) {
        out.before /= old;
        out.after /= old;
    }
    return out;
}

/// Standardised rows of the old model as the moved front end gives them.
std::vector<double> recentred(const AnchorRows& rows, const Drift& drift, double clip)
{
    std::vector<double> out = rows.features;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = std::clamp(out[i] - drift.common[i % rows.dimension], -clip, clip);
    return out;
}

/// The stored hold-out as numbers. What the standardisation has taken up leaves them as they are.
std::vector<double> storedRows(const ModelMemory& memory, std::vector<int>& labels)
{
    std::vector<double> out;
    std::vector<double> row(memory.dimension);
    labels.clear();
    for (std::size_t i = 0; i < memory.rows(); ++i) {
        if (memory.heldOut[i] == 0)
            continue;
        memory.row(i, row);
        out.insert(out.end(), row.begin(), row.end());
        labels.push_back(memory.labels[i]);
    }
    return out;
}

std::string percent(double share)
{
    return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}

/// Why the new model is not good enough; empty: it is.
std::string shortcomings(const RecalibrationReport& report, const ModelRecalibrationOptions& options)
{
    std::string out;
    const auto worse = [&](const Comparison& c, const char* where) {
        if (!c.empty() && c.after < c.before - options.largestLoss)
            out += std::string(out.empty() ? "" : "; ") + "on " + where + " it names " + percent(c.after) +
                   " right instead of " + percent(c.before);
    };
    worse(report.keptBack, "what was kept back of the puffs");
    worse(report.stored, "the stored hold-out");
    // What is kept back of a few puffs has drifted as little as they have: nothing is won where it answers no better.
    if (out.empty() && options.learn.empty() && !options.airOnly && report.keptBack.after < report.keptBack.before)
        out = "the sensors have hardly drifted: on what was kept back of the puffs it names " +
              percent(report.keptBack.after) + " right instead of " + percent(report.keptBack.before);
    for (const GasComparison& gas : report.keptBack.gases) {
        if (!options.learn.empty() && gas.gas == report.puffs.back().first && gas.after < leastOfANewGas)
            out +=
                std::string(out.empty() ? "" : "; ") + "it names only " + percent(gas.after) + " of the new gas right";
    }
    return out;
}

std::string digestOf(const AnchorRows& rows)
{
    return sha256Hex(
        {reinterpret_cast<const std::uint8_t*>(rows.features.data()), rows.features.size() * sizeof(double)});
}

void describePuffs(const AnchorRows& rows, const Model& model, RecalibrationReport& report)
{
    std::vector<std::set<int>> puffs(rows.gases.size());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        puffs[static_cast<std::size_t>(rows.labels[i])].insert(rows.exposure[i]);
    for (std::size_t g = 0; g < puffs.size(); ++g) {
        if (!puffs[g].empty())
            report.puffs.emplace_back(rows.gases[g], puffs[g].size());
    }
    const Drift drift = findDrift(model, rows, {});
    for (std::size_t c = 0; c < model.channels.size(); ++c)
        report.drift.emplace_back(model.channels[c].name, drift.common[c]);
}

/// Where one gas's concentration is known, the intercept moves with the sensors.
void moveConcentrations(Model& model, const AnchorRows& rows, const std::vector<double>& features, double step)
{
    std::vector<double> motions;
    for (ConcentrationModel& estimator : model.concentrations) {
        double error = 0;
        double count = 0;
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            if (rows.labels[i] != estimator.gas || !(rows.ppm[i] > 0) || rows.ages[i] < 2)
                continue;
            const std::span<const double> row(features.data() + i * rows.dimension, rows.dimension);
            motionsOf(model.frontEnd, row, motions);
            error += std::sqrt(static_cast<double>(rows.ppm[i])) - std::sqrt(estimate(estimator, row, motions).ppm);
            count += 1;
        }
        if (count > 0)
            estimator.intercept += step * error / count;
    }
}

DriftOptions driftOptions(const ModelRecalibrationOptions& options, double step)
{
    DriftOptions out;
    out.step = step;
    out.driftScatter = step > 0 ? options.driftScatter : 0;
    out.airOnly = options.airOnly;
    return out;
}

/// The model with its standardisation and discriminant where `rows` are, and what a readout learns from.
struct Moved {
    Model model;
    Drift drift;
    std::vector<double> fresh; ///< rows in the new standardisation, and what was imagined of a new gas
};

Result<Moved> moved(const Model& old, const AnchorRows& rows, const DriftOptions& options)
{
    Moved out{old, findDrift(old, rows, options), {}};
    Model& model = out.model;
    for (std::size_t f = 0; f < out.drift.common.size(); ++f)
        model.frontEnd.mean[f] =
            std::clamp(old.frontEnd.mean[f] + old.frontEnd.deviation[f] * out.drift.common[f], -1e6, 1e6);
    if (options.airOnly)
        return out;
    const std::vector<double> features = recentred(rows, out.drift, old.frontEnd.clip);
    const std::vector<double> more = imagined(model, rows, features);
    if (rows.gases.size() > old.gases.size()) {
        model.gases.push_back(rows.gases.back());
        const auto known = std::find(model.components.begin(), model.components.end(), rows.gases.back());
        model.gasComponents.push_back({static_cast<int>(known - model.components.begin())});
        if (known == model.components.end())
            model.components.push_back(rows.gases.back());
    }
    BNOF_TRY_ASSIGN(model.discriminant, discriminantOf(movedMoments(old, out.drift, rows, features, more)));
    moveMemory(model.memory, out.drift, old.frontEnd.clip);
    moveConcentrations(model, rows, features, options.step);
    out.fresh = features;
    out.fresh.insert(out.fresh.end(), more.begin(), more.end());
    return out;
}

/// The same with a readout.
Result<Moved> relearned(const Model& old, const AnchorRows& rows, const ModelRecalibrationOptions& options, double step,
                        const std::function<bool(double)>& report)
{
    BNOF_TRY_ASSIGN(Moved out, moved(old, rows, driftOptions(options, step)));
    if (options.airOnly)
        return out;
    TrainingOptions training = trainingLike(old);
    training.backEnd = options.backEnd;
    training.replayPoints = options.replayPoints;
    BNOF_TRY(relearn(old, out.model, out.fresh, training, report));
    return out;
}

/// Kept-back and stored rows before and after.
Result<void> judge(const Model& old, const Moved& made, const AnchorRows& kept, const std::string& backEnd,
                   RecalibrationReport& report)
{
    const std::size_t known = old.gases.size();
    BNOF_TRY_ASSIGN(const auto keptBefore, answersOf(old, kept.features, backEnd));
    BNOF_TRY_ASSIGN(const auto keptAfter,
                    answersOf(made.model, recentred(kept, made.drift, old.frontEnd.clip), backEnd));
    report.keptBack = compare(made.model.gases, known, kept.labels, keptBefore, keptAfter);
    std::vector<int> labels;
    const std::vector<double> stored = storedRows(old.memory, labels);
    BNOF_TRY_ASSIGN(const auto storedBefore, answersOf(old, stored, backEnd));
    BNOF_TRY_ASSIGN(const auto storedAfter, answersOf(made.model, stored, backEnd));
    report.stored = compare(made.model.gases, known, labels, storedBefore, storedAfter);
    return {};
}

/// Whether gases move on their own or only with clean air: what the discriminant does better with on rows that it was
/// not moved by. A tie keeps them together.
Result<double> chooseStep(const Model& old, const Split& parts, const ModelRecalibrationOptions& options)
{
    Model teacher = old;
    if (teacher.kind == "spiking")
        teacher.kind = "lda";
    teacher.spiking = {};
    double best = -1;
    double chosen = 0;
    for (const double step : {0.0, options.step}) {
        BNOF_TRY_ASSIGN(Moved made, moved(teacher, parts.fit, driftOptions(options, step)));
        BNOF_TRY(relearn(teacher, made.model, made.fresh, {}, {}));
        RecalibrationReport report;
        BNOF_TRY(judge(teacher, made, parts.kept, options.backEnd, report));
        const double score = report.keptBack.after + report.stored.after;
        if (score > best + 1e-9) {
            best = score;
            chosen = step;
        }
    }
    return chosen;
}

void remember(Model& model, std::size_t dimension, const Split& parts, const Drift& drift)
{
    model.memory.dimension = dimension;
    for (const AnchorRows* part : {&parts.fit, &parts.kept}) {
        const std::vector<double> features = recentred(*part, drift, model.frontEnd.clip);
        rememberRows(model.memory, *part, features, part == &parts.kept);
    }
}

} // namespace

Json RecalibrationReport::toJson() const
{
    const auto comparison = [](const Comparison& c) {
        if (c.empty())
            return Json();
        Json gases = Json::object();
        for (const GasComparison& gas : c.gases)
            gases.set(gas.gas, Json::object().set("rows", gas.rows).set("before", gas.before).set("after", gas.after));
        return Json::object().set("balanced_before", c.before).set("balanced_after", c.after).set("gases", gases);
    };
    Json shown = Json::object();
    for (const auto& [gas, count] : puffs)
        shown.set(gas, count);
    Json channels = Json::object();
    for (const auto& [channel, movement] : drift)
        channels.set(channel, movement);
    Json out = Json::object();
    out.set("accepted", accepted).set("verdict", verdict);
    out.set("kept_back", comparison(keptBack)).set("kept_back_are_own_puffs", ownPuffs);
    out.set("gases_moved_on_their_own", gasesMoved);
    out.set("stored_hold_out", comparison(stored));
    out.set("puffs", std::move(shown)).set("drift_sd", std::move(channels));
    return out;
}

Result<RecalibratedModel> recalibrateModel(std::span<const std::uint8_t> modelBytes, const Dataset& anchors,
                                           const ModelRecalibrationOptions& options, const TrainingProgress& progress)
{
    const auto start = std::chrono::steady_clock::now();
    const auto tell = [&progress](double from, double to, const char* what) {
        return [&progress, from, to, what](double share) {
            return !progress || progress(from + (to - from) * share, what);
        };
    };
    BNOF_TRY_ASSIGN(const Model old, modelFromBytes(modelBytes));
    if (isClassifierKind(old.kind) && !options.airOnly)
        return makeError(ErrorKind::BadInput, "a model of kind " + old.kind + " cannot be moved by a few puffs",
                         old.name, "Only re-centre it on clean air, or train it again with the new recordings.");
    if (options.airOnly && (!options.learn.empty() || old.background < 0))
        return makeError(ErrorKind::Usage,
                         old.background < 0 ? "the model does not know clean air" : "clean air alone teaches no gas",
                         old.name, "Recalibrate with labelled puffs.");
    BNOF_TRY_ASSIGN(AnchorRows rows, anchorRows(old, anchors, options.learn));
    if (options.airOnly) {
        std::vector<std::size_t> air;
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            if (rows.labels[i] == old.background)
                air.push_back(i);
        }
        if (air.empty())
            return makeError(ErrorKind::BadInput, "nothing in the data is labelled as clean air", anchors.name);
    }
    const Split parts = split(rows);
    RecalibratedModel out;
    RecalibrationReport& report = out.report;
    describePuffs(rows, old, report);
    report.ownPuffs = parts.ownPuffs;
    double step = 0;
    if (!options.airOnly) {
        BNOF_TRY_ASSIGN(step, chooseStep(old, parts, options));
    }
    report.gasesMoved = step > 0;
    BNOF_TRY_ASSIGN(const Moved candidate,
                    relearned(old, parts.fit, options, step, tell(0.05, 0.45, "learning from the puffs")));
    BNOF_TRY(judge(old, candidate, parts.kept, options.backEnd, report));
    const std::string fault = shortcomings(report, options);
    report.accepted = fault.empty() || options.keepAnyway;
    report.verdict = fault.empty()
                         ? report.stored.empty()
                               ? "The model holds no stored hold-out: gases that were not shown were not judged."
                               : "No gas group lost more than the limit of " + percent(options.largestLoss) + "."
                     : options.keepAnyway ? "Kept although it is worse: " + fault + "."
                                          : "Refused: " + fault + ".";
    BNOF_TRY_ASSIGN(Moved whole, relearned(old, rows, options, step, tell(0.55, 0.95, "learning from all puffs")));
    Model& made = whole.model;
    if (!options.airOnly)
        remember(made, rows.dimension, parts, whole.drift);
    made.programVersion = BNOF_VERSION;
    made.simulatedTraining = old.simulatedTraining || anchors.simulated;
    LineageStep entry;
    entry.parentDigest = sha256Hex(modelBytes);
    entry.parentName = old.name;
    entry.parentFile = options.parentFile;
    entry.date = options.date;
    entry.operatorName = options.operatorName;
    entry.action = options.airOnly ? "re-centred" : options.learn.empty() ? "recalibrated" : "learned " + options.learn;
    entry.dataDigest = anchors.digest.empty() ? digestOf(rows) : anchors.digest;
    entry.comparison = report.toJson();
    made.lineage.push_back(std::move(entry));
    BNOF_TRY(validate(made));
    out.bytes = modelToBytes(made);
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    (void)tell(1, 1, "done")(1);
    return out;
}

} // namespace bnof::olfaction
