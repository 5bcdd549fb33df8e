// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/fusion_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/base/exact_math.h"

namespace bnof::olfaction {
namespace {

constexpr double clip = 8;
constexpr double leastProbability = 1e-9;

double logOf(double p)
{
    return exactLog(std::max(p, leastProbability));
}

} // namespace

Result<FusionKind> fusionKindFromName(const std::string& name)
{
    for (const FusionKind kind : {FusionKind::Early, FusionKind::Late, FusionKind::Hierarchical}) {
        if (name == nameOf(kind))
            return kind;
    }
    return makeError(ErrorKind::Usage, "\"" + name + "\" is not a kind of fusion", "fusion",
                     "Choose early, late or hierarchical.");
}

const char* nameOf(FusionKind kind)
{
    switch (kind) {
    case FusionKind::Early: return "early";
    case FusionKind::Late: return "late";
    case FusionKind::Hierarchical: break;
    }
    return "hierarchical";
}

const FusionModel::View* FusionModel::viewFor(const Judge& judge, unsigned present) const
{
    const auto found = std::find_if(judge.views.begin(), judge.views.end(),
                                    [&](const View& view) { return view.mask == (judge.mask & present); });
    return found == judge.views.end() ? nullptr : &*found;
}

void FusionModel::gather(const std::vector<std::span<const double>>& features, unsigned mask,
                         std::vector<double>& z) const
{
    z.clear();
    for (std::size_t m = 0; m < m_modalities.size(); ++m) {
        if ((mask >> m & 1U) == 0)
            continue;
        for (std::size_t f = 0; f < features[m].size(); ++f)
            z.push_back(std::clamp((features[m][f] - m_scaling[m].mean[f]) / m_scaling[m].deviation[f], -clip, clip));
    }
}

FusionModel::Judgement FusionModel::judge(const View& view, const std::vector<std::span<const double>>& features) const
{
    std::vector<double> z;
    gather(features, view.mask, z);
    DiscriminantPoint point;
    project(view.discriminant, z, point);
    std::vector<double> p;
    posterior(view.discriminant, point.u, view.temperature, p);
    Judgement out;
    double entropy = 0;
    for (const double value : p) {
        out.logs.push_back(logOf(value));
        entropy -= value * out.logs.back();
    }
    out.certainty = 1 - entropy / exactLog(static_cast<double>(m_classes));
    out.known = std::clamp(2 - nearestDistance(view.discriminant, point.u) / view.familiarDistance, 0.0, 1.0);
    return out;
}

std::vector<double> FusionModel::attention(const std::vector<Judgement>& judgements) const
{
    std::vector<double> weights(judgements.size(), 0);
    double best = -1e300;
    for (std::size_t j = 0; j < judgements.size(); ++j) {
        const Judge& judge = m_judges[j];
        weights[j] = judge.base + judge.certainty * judgements[j].certainty + judge.known * judgements[j].known;
        if (!judgements[j].logs.empty())
            best = std::max(best, weights[j]);
    }
    double sum = 0;
    for (std::size_t j = 0; j < judgements.size(); ++j) {
        weights[j] = judgements[j].logs.empty() ? 0 : exactExp(std::max(weights[j] - best, -600.0));
        sum += weights[j];
    }
    for (double& weight : weights)
        weight /= sum > 0 ? sum : 1;
    return weights;
}

FusedDecision FusionModel::decide(const std::vector<std::span<const double>>& features) const
{
    FusedDecision out;
    out.weights.assign(m_modalities.size(), 0);
    out.contributions.assign(m_modalities.size(), 0);
    out.probabilities.assign(m_classes, 1 / static_cast<double>(m_classes));
    unsigned present = 0;
    for (std::size_t m = 0; m < m_modalities.size(); ++m) {
        const bool there =
            m < features.size() && !features[m].empty() && features[m].size() == m_scaling[m].mean.size() &&
            std::all_of(features[m].begin(), features[m].end(), [](double v) { return std::isfinite(v); });
        if (there)
            present |= 1U << m;
        else
            out.missing.push_back(m_modalities[m]);
    }
    std::vector<Judgement> judgements(m_judges.size());
    bool any = false;
    for (std::size_t j = 0; j < m_judges.size(); ++j) {
        if (const View* view = viewFor(m_judges[j], present)) {
            judgements[j] = judge(*view, features);
            any = true;
        }
    }
    for (std::size_t i = 0; i < out.missing.size(); ++i)
        out.note += (i == 0 ? "without " : i + 1 == out.missing.size() ? " and " : ", ") + out.missing[i];
    if (!any) {
        out.note += ": nothing is left to decide from";
        return out;
    }
    if (!out.missing.empty())
        out.note += out.missing.size() == 1 ? ": its weight went to the others" : ": their weight went to the others";
    const std::vector<double> weights = attention(judgements);
    double best = -1e300;
    for (std::size_t c = 0; c < m_classes; ++c) {
        double sum = 0;
        for (std::size_t j = 0; j < m_judges.size(); ++j)
            sum += judgements[j].logs.empty() ? 0 : weights[j] * judgements[j].logs[c];
        out.probabilities[c] = m_scale * sum;
        best = std::max(best, out.probabilities[c]);
    }
    double total = 0;
    for (double& p : out.probabilities) {
        p = exactExp(std::max(p - best, -600.0));
        total += p;
    }
    for (double& p : out.probabilities)
        p /= total;
    out.best = static_cast<int>(std::max_element(out.probabilities.begin(), out.probabilities.end()) -
                                out.probabilities.begin());
    explain(features, present, judgements, weights, out);
    return out;
}

std::vector<double> FusionModel::evidence(const std::vector<Judgement>& judgements, const std::vector<double>& weights,
                                          std::size_t winner) const
{
    std::vector<double> out(judgements.size(), 0);
    double sum = 0;
    for (std::size_t j = 0; j < judgements.size(); ++j) {
        const std::vector<double>& logs = judgements[j].logs;
        if (logs.empty())
            continue;
        double others = -logs[winner];
        for (const double value : logs)
            others += value;
        out[j] = std::max(0.0, weights[j] * (logs[winner] - others / static_cast<double>(m_classes - 1)));
        sum += out[j];
    }
    for (std::size_t j = 0; j < out.size(); ++j)
        out[j] = sum > 0 ? out[j] / sum : weights[j];
    return out;
}

void FusionModel::explain(const std::vector<std::span<const double>>& features, unsigned present,
                          const std::vector<Judgement>& judgements, const std::vector<double>& weights,
                          FusedDecision& decision) const
{
    const auto winner = static_cast<std::size_t>(decision.best);
    const std::vector<double> shares = evidence(judgements, weights, winner);
    for (std::size_t j = 0; j < m_judges.size(); ++j) {
        const View* view = viewFor(m_judges[j], present);
        if (view == nullptr)
            continue;
        const int seen = std::popcount(view->mask);
        std::vector<double> drops(m_modalities.size(), 0);
        double sum = 0;
        for (std::size_t m = 0; m < m_modalities.size(); ++m) {
            if ((view->mask >> m & 1U) == 0)
                continue;
            decision.weights[m] += weights[j] / seen;
            const View* rest = seen > 1 ? viewFor(m_judges[j], present & ~(1U << m)) : nullptr;
            if (rest != nullptr)
                drops[m] = std::max(0.0, judgements[j].logs[winner] - judge(*rest, features).logs[winner]);
            sum += drops[m];
        }
        for (std::size_t m = 0; m < m_modalities.size(); ++m) {
            if ((view->mask >> m & 1U) != 0)
                decision.contributions[m] += shares[j] * (sum > 0 ? drops[m] / sum : 1.0 / seen);
        }
    }
}

FusedDecision FusionModel::decide(const FusionRows& rows, std::size_t instant, unsigned without) const
{
    std::vector<std::span<const double>> features;
    for (std::size_t m = 0; m < rows.rows.size(); ++m) {
        const bool there = rows.rows[m].present[instant] != 0 && (without >> m & 1U) == 0;
        features.push_back(there ? rows.rows[m].row(instant) : std::span<const double>());
    }
    return decide(features);
}

Json FusionModel::toJson() const
{
    Json out = Json::object();
    out.set("kind", nameOf(m_kind)).set("classes", m_classes).set("scale", m_scale);
    Json modalities = Json::array();
    for (std::size_t m = 0; m < m_modalities.size(); ++m) {
        Json item = Json::object();
        item.set("name", m_modalities[m]);
        item.set("mean", Json::arrayOf(m_scaling[m].mean)).set("deviation", Json::arrayOf(m_scaling[m].deviation));
        modalities.push(std::move(item));
    }
    out.set("modalities", std::move(modalities));
    Json judges = Json::array();
    for (const Judge& judge : m_judges) {
        Json item = Json::object();
        item.set("mask", judge.mask).set("base", judge.base).set("certainty", judge.certainty);
        item.set("known", judge.known);
        Json views = Json::array();
        for (const View& view : judge.views) {
            Json entry = Json::object();
            entry.set("mask", view.mask).set("temperature", view.temperature);
            entry.set("familiar_distance", view.familiarDistance);
            entry.set("discriminant", bnof::olfaction::toJson(view.discriminant));
            views.push(std::move(entry));
        }
        item.set("views", std::move(views));
        judges.push(std::move(item));
    }
    out.set("judges", std::move(judges));
    return out;
}

} // namespace bnof::olfaction
