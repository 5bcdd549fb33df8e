// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/reaction.h"

#include <algorithm>
#include <cmath>

namespace bnof::olfaction {
namespace {

constexpr double stableSeconds = 3;
constexpr double recoverySeconds = 30; ///< sensors may still show the gas for so long

Json quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return {};
    const auto at = static_cast<std::ptrdiff_t>(std::ceil(q * static_cast<double>(values.size())) - 1);
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

} // namespace

void ReactionMeter::truth(double seconds, int label)
{
    if (m_started && label == m_label)
        return;
    closeChange(seconds);
    m_isChange = m_started && m_label >= 0 && label >= 0;
    m_started = true;
    m_label = label;
    m_since = seconds;
    m_first = -1;
    m_rightSince = -1;
    m_stable = -1;
}

void ReactionMeter::decision(double seconds, int said)
{
    const bool calm = m_label == m_background && m_background >= 0 && seconds - m_since > recoverySeconds;
    if (calm && said >= 0 && said != m_background && (m_said < 0 || m_said == m_background))
        ++m_alarms;
    m_said = said;
    if (!m_isChange || m_stable >= 0)
        return;
    if (said != m_label) {
        m_rightSince = -1;
        return;
    }
    m_first = m_first < 0 ? seconds : m_first;
    m_rightSince = m_rightSince < 0 ? seconds : m_rightSince;
    if (seconds - m_rightSince >= stableSeconds)
        m_stable = m_rightSince;
}

void ReactionMeter::finish(double seconds)
{
    closeChange(seconds);
    m_started = false;
    m_isChange = false;
    m_label = -1;
    m_said = -1;
}

void ReactionMeter::closeChange(double seconds)
{
    if (m_started && m_label == m_background && m_background >= 0)
        m_backgroundSeconds += std::max(0.0, seconds - m_since - recoverySeconds);
    if (!m_isChange)
        return;
    m_stable = m_stable < 0 ? m_rightSince : m_stable;
    ++m_changes;
    if (m_first >= 0)
        m_firsts.push_back(m_first - m_since);
    if (m_stable >= 0)
        m_stables.push_back(m_stable - m_since);
    else
        ++m_missed;
    m_isChange = false;
}

void ReactionMeter::append(const ReactionMeter& more)
{
    m_firsts.insert(m_firsts.end(), more.m_firsts.begin(), more.m_firsts.end());
    m_stables.insert(m_stables.end(), more.m_stables.begin(), more.m_stables.end());
    m_changes += more.m_changes;
    m_missed += more.m_missed;
    m_alarms += more.m_alarms;
    m_backgroundSeconds += more.m_backgroundSeconds;
}

Json ReactionMeter::toJson() const
{
    const double hours = m_backgroundSeconds / 3600;
    return Json::object()
        .set("changes", m_changes)
        .set("missed", m_missed)
        .set("first_median", quantile(m_firsts, 0.5))
        .set("first_p90", quantile(m_firsts, 0.9))
        .set("stable_median", quantile(m_stables, 0.5))
        .set("stable_p90", quantile(m_stables, 0.9))
        .set("false_alarms", m_alarms)
        .set("background_hours", hours)
        .set("false_alarms_per_hour", hours > 0 ? Json(static_cast<double>(m_alarms) / hours) : Json());
}

void Reliability::add(double confidence, bool right)
{
    const double held = std::clamp(confidence, 0.0, 1.0);
    Bin& bin = m_bins[std::min(static_cast<std::size_t>(held * binCount), binCount - 1)];
    bin.confidence += held;
    bin.right += right ? 1 : 0;
    bin.count += 1;
}

void Reliability::append(const Reliability& more)
{
    for (std::size_t i = 0; i < binCount; ++i) {
        m_bins[i].confidence += more.m_bins[i].confidence;
        m_bins[i].right += more.m_bins[i].right;
        m_bins[i].count += more.m_bins[i].count;
    }
}

Json Reliability::toJson() const
{
    double total = 0;
    double error = 0;
    Json bins = Json::array();
    for (const Bin& bin : m_bins) {
        if (bin.count <= 0)
            continue;
        total += bin.count;
        error += std::abs(bin.confidence - bin.right);
        bins.push(Json::object()
                      .set("confidence", bin.confidence / bin.count)
                      .set("accuracy", bin.right / bin.count)
                      .set("count", bin.count));
    }
    return Json::object().set("ece", total > 0 ? Json(error / total) : Json()).set("bins", std::move(bins));
}

} // namespace bnof::olfaction
