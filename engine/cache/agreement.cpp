// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "engine/statistics/proportions.h"

namespace bnof::cache {
namespace {

statistics::Interval intervalOf(std::uint64_t agreed, std::uint64_t checked)
{
    if (checked == 0)
        return {0, 1};
#ifdef BNOF_WITH_CLOPPER_PEARSON
    if (const auto interval = statistics::clopperPearsonInterval({agreed, checked}); interval.ok())
        return *interval;
#endif
    // Wilson's score interval (J. Am. Stat. Assoc. 22 (1927) 209-212) at 95 %.
    constexpr double z = 1.959963984540054;
    const auto n = static_cast<double>(checked);
    const double p = static_cast<double>(agreed) / n;
    const double centre = p + z * z / (2 * n);
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

} // namespace

void Agreement::add(bool agreed, const ContentKey& content)
{
    const std::lock_guard lock(m_mutex);
    ++m_checked;
    m_agreed += agreed ? 1 : 0;
    if (agreed)
        return;
    m_disagreed.push_back(content);
    m_pending.store(true, std::memory_order_release);
    const double share = static_cast<double>(m_agreed) / static_cast<double>(m_checked);
    const bool beyondDoubt = intervalOf(m_agreed, m_checked).high < m_bound;
    if (m_reason.empty() && (beyondDoubt || (m_checked >= m_settled && share < m_bound))) {
        char text[160];
        std::snprintf(text, sizeof text, "%llu of %llu checked answers agreed, less than the required %.4g %%",
                      static_cast<unsigned long long>(m_agreed), static_cast<unsigned long long>(m_checked),
                      m_bound * 100);
        m_reason = text;
        m_off.store(true, std::memory_order_release);
    }
}

void Agreement::turnOff(std::string reason)
{
    const std::lock_guard lock(m_mutex);
    m_reason = std::move(reason);
    m_off.store(true, std::memory_order_release);
}

void Agreement::reset()
{
    const std::lock_guard lock(m_mutex);
    m_checked = m_agreed = 0;
    m_reason.clear();
    m_off.store(false, std::memory_order_release);
}

Agreement::Reading Agreement::reading() const
{
    const std::lock_guard lock(m_mutex);
    return {m_checked, m_agreed, intervalOf(m_agreed, m_checked), m_reason};
}

std::vector<ContentKey> Agreement::takeDisagreed()
{
    const std::lock_guard lock(m_mutex);
    m_pending.store(false, std::memory_order_release);
    return std::exchange(m_disagreed, {});
}

} // namespace bnof::cache
