// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/mqtt_rows.h"

#include <algorithm>
#include <cmath>

#include "engine/base/types.h"
#include "engine/sensing/decoders/decoder_text.h"

namespace bnof::sensing {
namespace {

constexpr int maximumDepth = 16;
constexpr std::int64_t leastPatience = 2 * nanosecondsPerSecond;
/// How long the first row waits for channels while no period is known.
constexpr std::int64_t firstPatience = 10 * nanosecondsPerSecond;

std::vector<std::string> levelsOf(std::string_view topic)
{
    std::vector<std::string> levels;
    while (true) {
        const auto slash = topic.find('/');
        levels.emplace_back(topic.substr(0, slash));
        if (slash == std::string_view::npos)
            return levels;
        topic.remove_prefix(slash + 1);
    }
}

bool isAnyLevel(const std::string& level)
{
    return level == "+" || (level.size() > 2 && level.front() == '<' && level.back() == '>');
}

std::string numberText(double value)
{
    constexpr double exact = 9007199254740992; // 2^53
    const bool whole = std::fabs(value) <= exact && value == std::trunc(value);
    return whole ? Json(static_cast<std::int64_t>(value)).dump() : Json(value).dump();
}

std::string joined(std::string_view a, std::string_view b)
{
    return a.empty() ? std::string(b) : std::string(a) + "." + std::string(b);
}

} // namespace

MqttRows::MqttRows(std::string filter, Policy policy, bool flagRetained)
    : m_levels(levelsOf(filter)), m_policy(policy), m_flagRetained(flagRetained)
{
    m_wildcards = std::ranges::any_of(m_levels, [](const auto& level) { return isAnyLevel(level) || level == "#"; });
}

std::string MqttRows::subscription(std::string_view filter)
{
    std::string out;
    bool first = true;
    for (const std::string& level : levelsOf(filter)) {
        out += (first ? "" : "/") + (isAnyLevel(level) ? std::string("+") : level);
        first = false;
    }
    return out;
}

std::string MqttRows::prefixOf(std::string_view topic) const
{
    const std::vector<std::string> levels = levelsOf(topic);
    std::string prefix;
    for (std::size_t i = 0; i < m_levels.size() && i < levels.size(); ++i) {
        if (m_levels[i] == "#") {
            for (std::size_t rest = i; rest < levels.size(); ++rest)
                prefix = joined(prefix, levels[rest]);
            break;
        }
        if (isAnyLevel(m_levels[i]))
            prefix = joined(prefix, levels[i]);
    }
    return prefix;
}

void MqttRows::flatten(const Json& json, const std::string& name, int depth, Values& values) const
{
    if (depth > maximumDepth || values.size() > maximumChannels)
        return;
    if (json.isNumber()) {
        if (!name.empty() && std::isfinite(json.toDouble()))
            values.emplace_back(name, json.dump());
    } else if (json.isObject()) {
        for (const auto& [key, value] : json.members())
            flatten(value, joined(name, key), depth + 1, values);
    } else if (json.isArray()) {
        for (std::size_t i = 0; i < json.items().size(); ++i)
            flatten(json.items()[i], joined(name, std::to_string(i)), depth + 1, values);
    }
}

/// The member that is the device's clock, ready to stand in a row; empty when there is none.
std::string MqttRows::timeOf(const Json& json, Values& values, std::string_view prefix)
{
    std::string time;
    for (const auto& [key, value] : json.members()) {
        double seconds = 0;
        const bool usable = value.isNumber() || (value.isString() && parseClock(value.toString(), seconds));
        if (!time.empty() || !timeScale(key, {}) || !usable)
            continue;
        time = Json(key).dump() + ":" + value.dump();
        std::erase_if(values, [&](const auto& v) { return v.first == joined(prefix, key); });
    }
    if (time.empty())
        return time;
    if (std::ranges::find(m_timedDevices, prefix) == m_timedDevices.end() && m_timedDevices.size() < 2)
        m_timedDevices.emplace_back(prefix);
    return m_timedDevices.size() > 1 ? std::string(" ") : time; // a row of its own, without its time
}

bool MqttRows::message(std::string_view topic, std::string_view payload, bool retained, std::int64_t now,
                       std::string& out)
{
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!payload.empty() && isSpace(payload.back()))
        payload.remove_suffix(1);
    while (!payload.empty() && isSpace(payload.front()))
        payload.remove_prefix(1);
    if (payload.empty() || payload.size() > maximumPayload)
        return false;
    const std::string prefix = prefixOf(topic);
    Values values;
    std::string time;
    double number = 0;
    if (payload.front() == '{' || payload.front() == '[') {
        const auto json = Json::parse(payload, topic);
        if (!json.ok())
            return false;
        const bool list = json->isArray() && prefix.empty();
        flatten(*json, list ? levelsOf(topic).back() : prefix, 0, values);
        time = timeOf(*json, values, prefix);
    } else if (parseValue(payload, false, number)) {
        values.emplace_back(prefix.empty() ? levelsOf(topic).back() : prefix, numberText(number));
    }
    if (values.empty())
        return false;
    for (const auto& [name, value] : values)
        if (channel(name) == nullptr)
            return false;
    if (!time.empty() || !m_wildcards || m_policy == Policy::Each)
        giveRow(values, time, retained, out);
    else
        collect(values, retained, now, out);
    return true;
}

MqttRows::Channel* MqttRows::channel(const std::string& name)
{
    const std::string written = Json(name).dump();
    const auto it = std::ranges::find(m_channels, written, &Channel::name);
    if (it != m_channels.end())
        return &*it;
    if (m_channels.size() >= maximumChannels || name.empty())
        return nullptr;
    m_channels.push_back({written, {}, 0, 0, false, false, false});
    return &m_channels.back();
}

std::int64_t MqttRows::slowestPeriod() const
{
    std::int64_t slowest = 0;
    for (const Channel& each : m_channels)
        if (each.awaited)
            slowest = std::max(slowest, each.period);
    return slowest;
}

bool MqttRows::complete() const
{
    return std::ranges::all_of(m_channels, [](const Channel& each) { return each.fresh || !each.awaited; });
}

void MqttRows::collect(const Values& values, bool retained, std::int64_t now, std::string& out)
{
    std::vector<Channel*> spoken;
    bool repeated = false;
    for (const auto& [name, value] : values) {
        spoken.push_back(channel(name));
        repeated = repeated || spoken.back()->fresh;
        if (spoken.back()->arrival > 0)
            spoken.back()->period = now - spoken.back()->arrival;
    }
    if (repeated && m_rounds == 0) {
        // The first channel comes again: now all are known that belong to a row.
        alignToPause(now);
        if (complete())
            giveCollected(out);
    }
    if (std::ranges::none_of(m_channels, &Channel::fresh))
        m_rowBegin = now;
    for (std::size_t i = 0; i < values.size(); ++i) {
        Channel& each = *spoken[i];
        m_superseded += each.fresh ? 1 : 0;
        each.value = values[i].second;
        each.arrival = now;
        each.fresh = true;
        each.awaited = true;
        each.retained = retained;
    }
    if (m_rounds == 0 || !complete())
        return;
    alignToPause(now);
    if (complete())
        giveCollected(out);
}

/// When the longest pause lies within the row and not behind it, what came before the pause belongs to an earlier
/// publication: it is left out, and its successors are waited for.
void MqttRows::alignToPause(std::int64_t now)
{
    const std::int64_t period = slowestPeriod();
    std::vector<std::int64_t> arrivals;
    for (const Channel& each : m_channels)
        if (each.fresh)
            arrivals.push_back(each.arrival);
    if (period == 0 || arrivals.size() < 2)
        return;
    std::ranges::sort(arrivals);
    std::int64_t longest = 0;
    std::int64_t begin = arrivals.front();
    for (std::size_t i = 1; i < arrivals.size(); ++i)
        if (arrivals[i] - arrivals[i - 1] > longest) {
            longest = arrivals[i] - arrivals[i - 1];
            begin = arrivals[i];
        }
    const std::int64_t behind = std::max<std::int64_t>(arrivals.front() + period, now) - arrivals.back();
    if (2 * longest <= 3 * behind)
        return;
    m_rounds = std::max<std::uint64_t>(m_rounds, 1);
    m_rowBegin = begin;
    for (Channel& each : m_channels)
        if (each.fresh && each.arrival < begin) {
            each.fresh = false;
            ++m_superseded;
        }
}

void MqttRows::giveCollected(std::string& out)
{
    Values values;
    bool retained = false;
    for (Channel& each : m_channels) {
        values.emplace_back(each.name, each.fresh ? each.value : std::string("null"));
        retained = retained || (each.fresh && each.retained);
        each.fresh = false;
    }
    ++m_rounds;
    std::string line = "{";
    for (const auto& [name, value] : values)
        line += (line.size() > 1 ? "," : "") + name + ":" + value;
    if (m_flagRetained)
        line += std::string(",\"retained\":") + (retained ? "1" : "0");
    out += line + "}\n";
}

void MqttRows::giveRow(const Values& values, const std::string& time, bool retained, std::string& out) const
{
    std::string line = "{" + std::string(trimmed(time));
    for (const auto& [name, value] : values)
        line += (line.size() > 1 ? "," : "") + Json(name).dump() + ":" + value;
    if (m_flagRetained)
        line += std::string(",\"retained\":") + (retained ? "1" : "0");
    out += line + "}\n";
}

void MqttRows::tick(std::int64_t now, std::string& out)
{
    if (std::ranges::none_of(m_channels, &Channel::fresh))
        return;
    const std::int64_t period = slowestPeriod();
    const std::int64_t patience = period == 0 ? firstPatience : std::max(leastPatience, 3 * period);
    if (now - m_rowBegin < patience)
        return;
    for (Channel& each : m_channels)
        each.awaited = each.fresh;
    giveCollected(out);
}

void MqttRows::restart()
{
    for (Channel& each : m_channels) {
        each.fresh = false;
        each.arrival = 0;
    }
}

} // namespace bnof::sensing
