// SPDX-License-Identifier: GPL-3.0-or-later
// How a fusion model is fitted and read back.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include "engine/base/exact_math.h"
#include "engine/olfaction/fusion/fusion_model.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t mostModalities = 4;
constexpr std::size_t foldCount = 4;
/// Rows that a subset of modalities needs before it is fitted.
constexpr std::size_t fewestRows = 20;
constexpr int descentSteps = 400;
constexpr double descentRate = 0.05;
constexpr double attentionDecay = 1e-3; ///< pulls a, b and c towards 0: equal weights

Error bad(const std::string& what, const std::string& remedy = {})
{
    return makeError(ErrorKind::BadInput, what, "fusion", remedy);
}

Result<void> check(const FusionRows& rows, std::size_t classes)
{
    const std::size_t count = rows.instants();
    if (rows.modalities.empty() || rows.modalities.size() > mostModalities ||
        rows.rows.size() != rows.modalities.size() || rows.groups.size() != count)
        return bad("there must be 1 to 4 modalities, and one group an instant");
    for (const AlignedRows& modality : rows.rows) {
        if (modality.dimension == 0 || modality.present.size() != count ||
            modality.features.size() != count * modality.dimension)
            return bad("a modality does not have one row an instant");
        if (!std::all_of(modality.features.begin(), modality.features.end(), [](double v) { return std::isfinite(v); }))
            return bad("a feature is not a finite number");
    }
    if (classes < 2 || classes > 1000)
        return bad("there must be between 2 and 1000 classes");
    std::map<int, std::map<int, int>> groupsOf;
    for (std::size_t i = 0; i < count; ++i) {
        if (rows.labels[i] >= static_cast<int>(classes))
            return bad("a label is not one of the classes");
        if (rows.labels[i] >= 0)
            groupsOf[rows.labels[i]][rows.groups[i]] = 1;
    }
    if (groupsOf.size() < 2)
        return bad("there are instants of fewer than two classes", "Record at least two kinds of scenes.");
    for (const auto& [label, groups] : groupsOf) {
        if (groups.size() < 2)
            return bad("a class occurs in one scene only", "Record every kind of scene at least twice.");
    }
    return {};
}

/// Groups of every label dealt out in turn.
std::map<int, std::size_t> foldOfGroups(const FusionRows& rows)
{
    std::map<int, int> rarest; // label of each group: the largest, which is not the background of the other scenes
    for (std::size_t i = 0; i < rows.instants(); ++i) {
        if (rows.labels[i] >= 0) {
            auto [at, fresh] = rarest.try_emplace(rows.groups[i], rows.labels[i]);
            at->second = std::max(at->second, rows.labels[i]);
        }
    }
    std::map<int, std::size_t> next;
    std::map<int, std::size_t> out;
    for (const auto& [group, label] : rarest)
        out[group] = next[label]++ % foldCount;
    return out;
}

std::vector<unsigned> judgeMasks(FusionKind kind, const std::vector<std::string>& modalities)
{
    const unsigned all = (1U << modalities.size()) - 1;
    if (kind == FusionKind::Early)
        return {all};
    std::vector<unsigned> masks;
    unsigned physical = 0;
    for (std::size_t m = 0; m < modalities.size(); ++m) {
        if (kind == FusionKind::Hierarchical && modalities[m] != "gas")
            physical |= 1U << m;
        else
            masks.push_back(1U << m);
    }
    if (physical != 0)
        masks.push_back(physical);
    return masks;
}

} // namespace

void FusionModel::learnScaling(const FusionRows& rows)
{
    for (const AlignedRows& modality : rows.rows) {
        Scaling scaling;
        for (std::size_t f = 0; f < modality.dimension; ++f) {
            double count = 0;
            double sum = 0;
            double squares = 0;
            for (std::size_t i = 0; i < rows.instants(); ++i) {
                if (modality.present[i] != 0) {
                    count += 1;
                    sum += modality.row(i)[f];
                }
            }
            const double mean = count > 0 ? sum / count : 0;
            for (std::size_t i = 0; i < rows.instants(); ++i) {
                if (modality.present[i] != 0)
                    squares += (modality.row(i)[f] - mean) * (modality.row(i)[f] - mean);
            }
            scaling.mean.push_back(mean);
            scaling.deviation.push_back(std::max(count > 1 ? std::sqrt(squares / count) : 1, 1e-9));
        }
        m_scaling.push_back(std::move(scaling));
    }
}

Result<FusionModel::View> FusionModel::fitView(const FusionRows& rows, const std::vector<std::uint32_t>& which,
                                               unsigned mask) const
{
    std::vector<double> features;
    std::vector<double> z;
    std::vector<int> labels;
    std::size_t dimension = 0;
    for (const std::uint32_t i : which) {
        std::vector<std::span<const double>> parts;
        bool complete = true;
        for (std::size_t m = 0; m < m_modalities.size(); ++m) {
            const bool wanted = (mask >> m & 1U) != 0;
            complete = complete && (!wanted || rows.rows[m].present[i] != 0);
            parts.push_back(wanted ? rows.rows[m].row(i) : std::span<const double>());
        }
        if (!complete)
            continue;
        gather(parts, mask, z);
        dimension = z.size();
        features.insert(features.end(), z.begin(), z.end());
        labels.push_back(rows.labels[i]);
    }
    if (labels.size() < fewestRows)
        return bad("too few instants have these modalities");
    View view;
    view.mask = mask;
    BNOF_TRY_ASSIGN(view.discriminant, fitDiscriminant(features, dimension, labels, m_classes));
    return view;
}

Result<void> FusionModel::fitViews(const FusionRows& rows, const std::vector<std::uint32_t>& which)
{
    bool any = false;
    for (Judge& judge : m_judges) {
        judge.views.clear();
        for (unsigned subset = judge.mask; subset != 0; subset = (subset - 1) & judge.mask) {
            if (auto view = fitView(rows, which, subset); view.ok()) {
                judge.views.push_back(std::move(*view));
                any = true;
            }
        }
    }
    return any ? Result<void>() : bad("no modality has enough instants", "Record more scenes.");
}

void FusionModel::calibrateViews(const FusionRows& rows, const std::vector<std::uint32_t>& heldOut)
{
    for (Judge& judge : m_judges) {
        for (View& view : judge.views) {
            std::vector<std::vector<double>> points;
            std::vector<std::size_t> labels;
            std::vector<double> distances;
            std::vector<double> z;
            DiscriminantPoint point;
            for (const std::uint32_t i : heldOut) {
                std::vector<std::span<const double>> parts;
                bool complete = true;
                for (std::size_t m = 0; m < m_modalities.size(); ++m) {
                    complete = complete && ((view.mask >> m & 1U) == 0 || rows.rows[m].present[i] != 0);
                    parts.push_back(rows.rows[m].row(i));
                }
                if (!complete)
                    continue;
                gather(parts, view.mask, z);
                project(view.discriminant, z, point);
                points.push_back(point.u);
                labels.push_back(static_cast<std::size_t>(rows.labels[i]));
                distances.push_back(nearestDistance(view.discriminant, point.u));
            }
            if (points.empty())
                continue;
            std::sort(distances.begin(), distances.end());
            view.familiarDistance = std::max(3.0, 1.5 * distances[distances.size() * 99 / 100]);
            double bestLoss = std::numeric_limits<double>::infinity();
            double temperature = 0.5;
            std::vector<double> p;
            for (int step = 0; step < 24; ++step, temperature *= 1.3) {
                double loss = 0;
                for (std::size_t k = 0; k < points.size(); ++k) {
                    posterior(view.discriminant, points[k], temperature, p);
                    loss -= exactLog(std::max(p[labels[k]], 1e-6));
                }
                if (loss < bestLoss) {
                    bestLoss = loss;
                    view.temperature = temperature;
                }
            }
        }
    }
}

/// Gradient descent with momentum on the mean log loss; with d_c = p_c - [c is right] and l_mc the log probabilities,
/// the loss changes by s sum_c d_c l_mc per w_m, which the softmax turns into w_m (g_m - sum_k w_k g_k) per logit.
void FusionModel::learnAttention(const std::vector<std::vector<Judgement>>& judgements, const std::vector<int>& labels)
{
    const std::size_t judges = m_judges.size();
    std::vector<double> momentum(3 * judges + 1, 0);
    for (int step = 0; step < descentSteps; ++step) {
        std::vector<double> gradient(momentum.size(), 0);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const std::vector<double> w = attention(judgements[i]);
            std::vector<double> pooled(m_classes, 0);
            for (std::size_t j = 0; j < judges; ++j) {
                for (std::size_t c = 0; c < m_classes && !judgements[i][j].logs.empty(); ++c)
                    pooled[c] += w[j] * judgements[i][j].logs[c];
            }
            const double best = *std::max_element(pooled.begin(), pooled.end());
            std::vector<double> d(m_classes);
            double sum = 0;
            for (std::size_t c = 0; c < m_classes; ++c) {
                d[c] = exactExp(std::max(m_scale * (pooled[c] - best), -600.0));
                sum += d[c];
            }
            std::vector<double> g(judges, 0);
            double mean = 0;
            for (std::size_t c = 0; c < m_classes; ++c) {
                d[c] = d[c] / sum - (static_cast<int>(c) == labels[i] ? 1 : 0);
                gradient.back() += d[c] * pooled[c];
                for (std::size_t j = 0; j < judges; ++j)
                    g[j] += judgements[i][j].logs.empty() ? 0 : m_scale * d[c] * judgements[i][j].logs[c];
            }
            for (std::size_t j = 0; j < judges; ++j)
                mean += w[j] * g[j];
            for (std::size_t j = 0; j < judges; ++j) {
                const double logit = w[j] * (g[j] - mean);
                gradient[3 * j] += logit;
                gradient[3 * j + 1] += logit * judgements[i][j].certainty;
                gradient[3 * j + 2] += logit * judgements[i][j].known;
            }
        }
        for (std::size_t k = 0; k < momentum.size(); ++k)
            momentum[k] = 0.9 * momentum[k] - descentRate * gradient[k] / static_cast<double>(labels.size());
        for (std::size_t j = 0; j < judges; ++j) {
            m_judges[j].base += momentum[3 * j] - attentionDecay * m_judges[j].base;
            m_judges[j].certainty += momentum[3 * j + 1] - attentionDecay * m_judges[j].certainty;
            m_judges[j].known += momentum[3 * j + 2] - attentionDecay * m_judges[j].known;
        }
        m_scale = std::clamp(m_scale + momentum.back(), 0.1, 20.0);
    }
}

std::vector<FusionModel::Judgement> FusionModel::judgeAll(const FusionRows& rows, std::size_t instant) const
{
    unsigned present = 0;
    std::vector<std::span<const double>> features;
    for (std::size_t m = 0; m < rows.rows.size(); ++m) {
        present |= rows.rows[m].present[instant] != 0 ? 1U << m : 0U;
        features.push_back(rows.rows[m].row(instant));
    }
    std::vector<Judgement> out(m_judges.size());
    for (std::size_t j = 0; j < out.size(); ++j) {
        if (const View* view = viewFor(m_judges[j], present))
            out[j] = judge(*view, features);
    }
    return out;
}

Result<FusionModel> FusionModel::fit(const FusionRows& rows, std::size_t classes, FusionKind kind)
{
    BNOF_TRY(check(rows, classes));
    FusionModel model;
    model.m_kind = kind;
    model.m_classes = classes;
    model.m_modalities = rows.modalities;
    model.learnScaling(rows);
    for (const unsigned mask : judgeMasks(kind, rows.modalities)) {
        model.m_judges.emplace_back();
        model.m_judges.back().mask = mask;
    }
    const std::map<int, std::size_t> folds = foldOfGroups(rows);
    std::vector<std::vector<Judgement>> judgements;
    std::vector<int> labels;
    std::vector<Calibrations> calibrations(model.m_judges.size());
    for (std::size_t fold = 0; fold < foldCount; ++fold) {
        std::vector<std::uint32_t> train;
        std::vector<std::uint32_t> test;
        for (std::size_t i = 0; i < rows.instants(); ++i) {
            if (rows.labels[i] >= 0)
                (folds.at(rows.groups[i]) == fold ? test : train).push_back(static_cast<std::uint32_t>(i));
        }
        if (test.empty() || !model.fitViews(rows, train).ok())
            continue;
        model.calibrateViews(rows, test);
        for (std::size_t j = 0; j < model.m_judges.size(); ++j) {
            for (const View& view : model.m_judges[j].views)
                calibrations[j][view.mask].push_back(view);
        }
        for (const std::uint32_t i : test) {
            std::vector<Judgement> said = model.judgeAll(rows, i);
            if (std::all_of(said.begin(), said.end(), [](const Judgement& one) { return one.logs.empty(); }))
                continue;
            judgements.push_back(std::move(said));
            labels.push_back(rows.labels[i]);
        }
    }
    if (!labels.empty())
        model.learnAttention(judgements, labels);
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < rows.instants(); ++i) {
        if (rows.labels[i] >= 0)
            all.push_back(static_cast<std::uint32_t>(i));
    }
    BNOF_TRY(model.fitViews(rows, all));
    model.adopt(calibrations);
    return model;
}

/// The views of the whole get the mean calibration of their folds.
void FusionModel::adopt(const std::vector<Calibrations>& calibrations)
{
    for (std::size_t j = 0; j < m_judges.size(); ++j) {
        for (View& view : m_judges[j].views) {
            const auto found = calibrations[j].find(view.mask);
            if (found == calibrations[j].end())
                continue;
            double logTemperature = 0;
            double distance = 0;
            for (const View& early : found->second) {
                logTemperature += exactLog(early.temperature) / static_cast<double>(found->second.size());
                distance += early.familiarDistance / static_cast<double>(found->second.size());
            }
            view.temperature = exactExp(logTemperature);
            view.familiarDistance = distance;
        }
    }
}

Result<FusionModel::Judge> FusionModel::judgeFromJson(const Json& json, const std::string& path) const
{
    const std::int64_t every = (std::int64_t{1} << m_modalities.size()) - 1;
    JsonFields fields(json, path);
    Judge judge;
    judge.mask = static_cast<unsigned>(fields.integer("mask", 1, every));
    judge.base = fields.number("base", -1e6, 1e6);
    judge.certainty = fields.number("certainty", -1e6, 1e6);
    judge.known = fields.number("known", -1e6, 1e6);
    const Json& views = fields.array("views");
    BNOF_TRY(fields.status());
    for (const Json& one : views.items()) {
        JsonFields part(one, path + ".views");
        View view;
        view.mask = static_cast<unsigned>(part.integer("mask", 1, every));
        view.temperature = part.number("temperature", 1e-6, 1e9);
        view.familiarDistance = part.number("familiar_distance", 1e-6, 1e9);
        const Json& discriminant = part.objectField("discriminant");
        if (part.ok() && (view.mask & ~judge.mask) != 0)
            part.fail("mask", "names a modality that the judge does not see");
        BNOF_TRY(part.status());
        std::size_t dimension = 0;
        for (std::size_t m = 0; m < m_modalities.size(); ++m)
            dimension += (view.mask >> m & 1U) != 0 ? m_scaling[m].mean.size() : 0;
        BNOF_TRY_ASSIGN(view.discriminant,
                        discriminantFromJson(discriminant, path + ".views.discriminant", dimension, m_classes));
        judge.views.push_back(std::move(view));
    }
    return judge;
}

Result<FusionModel> FusionModel::fromJson(const Json& json, const std::string& path)
{
    JsonFields fields(json, path);
    FusionModel model;
    BNOF_TRY_ASSIGN(model.m_kind, fusionKindFromName(fields.string("kind")));
    model.m_classes = static_cast<std::size_t>(fields.integer("classes", 2, 1000));
    model.m_scale = fields.number("scale", 1e-3, 1e3);
    const Json& modalities = fields.array("modalities");
    const Json& judges = fields.array("judges");
    BNOF_TRY(fields.status());
    if (modalities.items().empty() || modalities.items().size() > mostModalities)
        fields.fail("modalities", "must be 1 to 4");
    if (judges.items().empty() || judges.items().size() > mostModalities)
        fields.fail("judges", "must be 1 to 4");
    BNOF_TRY(fields.status());
    for (const Json& item : modalities.items()) {
        JsonFields entry(item, path + ".modalities");
        Scaling scaling;
        model.m_modalities.push_back(entry.string("name"));
        scaling.mean = readNumbers<double>(entry, "mean", 100'000);
        scaling.deviation = readExactly<double>(entry, "deviation", scaling.mean.size());
        for (const double deviation : scaling.deviation) {
            if (!(deviation > 0))
                entry.fail("deviation", "holds one that is not above 0");
        }
        BNOF_TRY(entry.status());
        model.m_scaling.push_back(std::move(scaling));
    }
    for (const Json& item : judges.items()) {
        BNOF_TRY_ASSIGN(Judge judge, model.judgeFromJson(item, path + ".judges"));
        model.m_judges.push_back(std::move(judge));
    }
    return model;
}

} // namespace bnof::olfaction
