// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/recogniser_settings.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/exposure_network.h"

namespace bnof::tuning {
namespace {

using Kind = Parameter::Kind;

Parameter range(const char* name, Kind kind, double low, double high, bool logarithmic = false)
{
    Parameter out;
    out.name = name;
    out.kind = kind;
    out.low = low;
    out.high = high;
    out.logarithmic = logarithmic;
    return out;
}

const std::vector<std::string>& kinds()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out{"spiking", "lda", "template"};
        out.insert(out.end(), olfaction::classifierKinds().begin(), olfaction::classifierKinds().end());
        return out;
    }();
    return names;
}

std::uint32_t whole(double value)
{
    return static_cast<std::uint32_t>(value);
}

std::vector<Tunable> makeTable()
{
    using S = RecogniserSettings;
    constexpr Kind Int = Kind::Integer;
    constexpr Kind Real = Kind::Real;
    Parameter kind = range("kind", Kind::Choice, 0, 1);
    kind.choices = kinds();
    return {
        {kind, "Kind of recogniser.", true, true, false,
         [](S& s, double v) { s.kind = kinds()[static_cast<std::size_t>(v)]; }},
        {range("kenyon_cells", Int, 200, 3000, true), "Number of Kenyon cells.", true, true, true,
         [](S& s, double v) { s.training.kenyonCells = whole(v); }},
        {range("fan_in", Int, 2, 12), "Projection neurons that a Kenyon cell listens to.", true, true, true,
         [](S& s, double v) { s.training.fanIn = whole(v); }},
        {range("kenyon_activity", Real, 0.02, 0.2, true), "Share of Kenyon cells that fire in a window, 0 to 1.", true,
         true, true, [](S& s, double v) { s.training.kenyonActivity = v; }},
        {range("outputs_per_gas", Int, 4, 24), "Output neurons of a gas.", true, true, false,
         [](S& s, double v) { s.training.outputsPerGas = whole(v); }},
        {range("window_intervals", Int, 1, 5), "Decision intervals that a decision reads.", true, false, true,
         [](S& s, double v) { s.training.windowIntervals = whole(v); }},
        {range("decision_interval_ms", Int, 60, 400, true), "Time between decisions, in milliseconds.", true, true,
         false, [](S& s, double v) { s.training.decisionIntervalSeconds = v / 1000; }},
        {range("replay_points", Int, 500, 5000, true), "Made-up points around the class means.", true, true, false,
         [](S& s, double v) { s.training.replayPoints = whole(v); }},
        {range("replay_spread", Real, 0.4, 2.5, true), "Factor on the spread of the made-up points.", true, true, true,
         [](S& s, double v) {
             for (double& deviation : s.training.replay.deviations)
                 deviation *= v;
         }},
        {range("replay_temperature", Real, 0.3, 10, true), "Softening of the teacher's posterior.", true, true, true,
         [](S& s, double v) { s.training.replay.temperature = v; }},
        {range("code_mixtures", Int, 3, 20), "Random mixtures of discriminants that receptors listen to.", true, true,
         true, [](S& s, double v) { s.training.code.mixtures = whole(v); }},
        {range("code_ramps", Int, 3, 10), "Staggered thresholds of a code channel.", true, true, true,
         [](S& s, double v) { s.training.code.ramps = whole(v); }},
        {range("epochs", Int, 4, 24), "Passes of the delta rule over the teaching points.", true, true, false,
         [](S& s, double v) { s.training.epochs = whole(v); }},
        {range("ridge", Real, 0.001, 0.2, true), "Added to the covariance, relative to its mean eigenvalue.", false,
         true, true, [](S& s, double v) { s.recalibration.ridge = v; }},
        {range("clip", Real, 2, 8), "Bound of the standardised features, in standard deviations.", false, true, true,
         [](S& s, double v) { s.clip = v; }},
    };
}

const Tunable* find(const std::string& name, bool exposures)
{
    for (const Tunable& tunable : tunables()) {
        if (tunable.range.name == name && (exposures ? tunable.exposures : tunable.recordings))
            return &tunable;
    }
    return nullptr;
}

} // namespace

const std::vector<Tunable>& tunables()
{
    static const std::vector<Tunable> table = makeTable();
    return table;
}

RecogniserSettings presentSettings(bool exposures, std::uint64_t seed)
{
    RecogniserSettings out;
    if (exposures)
        out.training = olfaction::exposureTraining(seed);
    out.training.seed = seed;
    out.training.backEnd = "vector"; // "auto" would measure, and trials run side by side
    return out;
}

SearchSpace usualSpace(bool exposures)
{
    SearchSpace out;
    for (const Tunable& tunable : tunables()) {
        if (tunable.usual && (exposures ? tunable.exposures : tunable.recordings))
            out.parameters.push_back(tunable.range);
    }
    return out;
}

Result<void> checkSpace(const SearchSpace& space, bool exposures)
{
    std::string known;
    for (const Tunable& tunable : tunables()) {
        if (exposures ? tunable.exposures : tunable.recordings)
            known += (known.empty() ? "" : ", ") + tunable.range.name;
    }
    for (const Parameter& p : space.parameters) {
        const Tunable* tunable = find(p.name, exposures);
        const auto bad = [&](const std::string& what, const std::string& remedy) {
            return makeError(ErrorKind::BadInput, what, "search space: " + p.name, remedy);
        };
        if (!tunable)
            return bad("nothing of this name can be tuned on this data", "Choose from " + known + '.');
        const bool choice = tunable->range.kind == Kind::Choice;
        if (choice != (p.kind == Kind::Choice) || (tunable->range.kind == Kind::Integer && p.kind != Kind::Integer))
            return bad("it has another type",
                       choice ? "Give its choices." : "Write type = \"int\" for whole numbers, low and high.");
        for (const std::string& name : p.choices) {
            if (std::find(tunable->range.choices.begin(), tunable->range.choices.end(), name) ==
                tunable->range.choices.end())
                return bad("there is no choice \"" + name + '"',
                           "Use spiking, lda, template, svm, forest, knn or cnn.");
        }
    }
    return {};
}

RecogniserSettings settingsAt(const SearchSpace& space, const Point& point, const RecogniserSettings& base)
{
    RecogniserSettings out = base;
    for (std::size_t i = 0; i < space.size(); ++i) {
        const Parameter& p = space.parameters[i];
        if (std::isnan(point[i]))
            continue;
        for (const Tunable& tunable : tunables()) {
            if (tunable.range.name != p.name)
                continue;
            double value = point[i];
            if (p.kind == Kind::Choice) { // the space may list the choices in another order
                const auto& all = tunable.range.choices;
                value = static_cast<double>(
                    std::find(all.begin(), all.end(), p.choices[static_cast<std::size_t>(value)]) - all.begin());
            }
            tunable.apply(out, value);
        }
    }
    return out;
}

} // namespace bnof::tuning
