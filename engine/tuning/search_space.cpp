// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/search_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/exact_math.h"

namespace bnof::tuning {
namespace {

using Kind = Parameter::Kind;

Error refusal(const std::string& where, const std::string& what, const std::string& remedy = {})
{
    return makeError(ErrorKind::BadInput, what, where, remedy);
}

/// Both ends of the scale; whole numbers reach half a step beyond their own ends.
std::pair<double, double> scaleOf(const Parameter& p)
{
    const double margin = p.kind == Kind::Integer ? 0.5 : 0;
    if (!p.logarithmic)
        return {p.low - margin, p.high + margin};
    return {exactLog(p.low - margin), exactLog(p.high + margin)};
}

std::vector<std::string> texts(const Json& json)
{
    std::vector<std::string> out;
    for (const Json& item : json.items())
        out.push_back(item.toString());
    return out;
}

Result<void> readCondition(const Json& json, const std::string& where, Parameter& out)
{
    if (!json.isObject() || json.members().size() != 1)
        return refusal(where, "a condition names one choice and its values", "Write when = { name = [\"value\"] }.");
    out.conditionOn = json.members().front().first;
    const Json& values = json.members().front().second;
    out.condition = values.isString() ? std::vector<std::string>{values.toString()} : texts(values);
    if (out.condition.empty())
        return refusal(where, "a condition without values is never met", "Name the values of " + out.conditionOn + ".");
    return {};
}

Result<void> readRange(const Json& json, const std::string& where, const std::string& type, Parameter& out)
{
    if (!json["low"].isNumber() || !json["high"].isNumber())
        return refusal(where, "a range needs the numbers low and high");
    out.low = json["low"].toDouble();
    out.high = json["high"].toDouble();
    const bool whole = json["low"].isInteger() && json["high"].isInteger();
    if (type == "int" && !whole)
        return refusal(where, "the ends of a range of whole numbers must be whole");
    out.kind = type == "int" ? Kind::Integer : Kind::Real;
    out.logarithmic = json["log"].toBool();
    if (!(out.low < out.high) || !std::isfinite(out.low) || !std::isfinite(out.high))
        return refusal(where, "low must be below high");
    if (out.logarithmic && !(out.low > 0))
        return refusal(where, "a logarithmic range must lie above 0", "Raise low, or leave out log.");
    return {};
}

Result<Parameter> readParameter(const std::string& name, const Json& json, const std::string& where)
{
    Parameter out;
    out.name = name;
    if (!json.isObject())
        return refusal(where, "a parameter is described by a table", "Write low and high, or choices.");
    for (const auto& [key, value] : json.members()) {
        if (key != "type" && key != "low" && key != "high" && key != "log" && key != "choices" && key != "when")
            return refusal(where + '.' + key, "there is no such key", "Use type, low, high, log, choices or when.");
    }
    std::string type = json["type"].toString();
    if (type.empty())
        type = json.contains("choices") ? "choice" : "real";
    if (type == "choice") {
        out.kind = Kind::Choice;
        out.choices = texts(json["choices"]);
        std::vector<std::string> sorted = out.choices;
        std::sort(sorted.begin(), sorted.end());
        if (out.choices.size() < 2 || sorted.front().empty() ||
            std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
            return refusal(where, "choices must be at least two different texts");
    } else if (type == "real" || type == "int") {
        BNOF_TRY(readRange(json, where, type, out));
    } else {
        return refusal(where + ".type", "\"" + type + "\" is no type", "Use real, int or choice.");
    }
    if (json.contains("when"))
        BNOF_TRY(readCondition(json["when"], where + ".when", out));
    return out;
}

Result<void> checkCondition(const SearchSpace& space, const Parameter& p, const std::string& where)
{
    const Parameter& on = space.parameters[static_cast<std::size_t>(space.indexOf(p.conditionOn))];
    if (on.kind != Kind::Choice)
        return refusal(where, "a condition can only ask for a choice, and \"" + on.name + "\" is a number");
    for (const std::string& value : p.condition) {
        if (std::find(on.choices.begin(), on.choices.end(), value) == on.choices.end())
            return refusal(where, "\"" + on.name + "\" has no choice \"" + value + '"');
    }
    return {};
}

} // namespace

int SearchSpace::indexOf(std::string_view name) const
{
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].name == name)
            return static_cast<int>(i);
    }
    return -1;
}

bool isActive(const SearchSpace& space, std::size_t index, const Point& point)
{
    const Parameter& p = space.parameters[index];
    if (p.conditionOn.empty())
        return true;
    const auto on = static_cast<std::size_t>(space.indexOf(p.conditionOn));
    if (std::isnan(point[on]))
        return false;
    const std::string& value = space.parameters[on].choices[static_cast<std::size_t>(point[on])];
    return std::find(p.condition.begin(), p.condition.end(), value) != p.condition.end();
}

double toUnit(const Parameter& parameter, double value)
{
    const auto [low, high] = scaleOf(parameter);
    return ((parameter.logarithmic ? exactLog(value) : value) - low) / (high - low);
}

double fromUnit(const Parameter& parameter, double unit)
{
    const auto [low, high] = scaleOf(parameter);
    double value = low + std::clamp(unit, 0.0, 1.0) * (high - low);
    if (parameter.logarithmic)
        value = exactExp(value);
    if (parameter.kind == Kind::Integer)
        value = std::floor(value + 0.5);
    return std::clamp(value, parameter.low, parameter.high);
}

Result<SearchSpace> spaceFromJson(const Json& json, const std::string& path)
{
    if (!json.isObject() || json.members().empty())
        return refusal(path, "a search space is a list of parameters", "Describe at least one.");
    std::vector<Parameter> waiting;
    for (const auto& [name, value] : json.members()) {
        BNOF_TRY_ASSIGN(Parameter parameter, readParameter(name, value, path + ": " + name));
        waiting.push_back(std::move(parameter));
    }
    SearchSpace out;
    while (!waiting.empty()) {
        const auto next = std::find_if(waiting.begin(), waiting.end(), [&](const Parameter& p) {
            return p.conditionOn.empty() || out.indexOf(p.conditionOn) >= 0;
        });
        if (next == waiting.end())
            return refusal(path + ": " + waiting.front().name + ".when",
                           "its condition \"" + waiting.front().conditionOn + "\" is no parameter before it",
                           "Conditions must not form a ring, and what they name must be in the space.");
        if (!next->conditionOn.empty())
            BNOF_TRY(checkCondition(out, *next, path + ": " + next->name + ".when"));
        out.parameters.push_back(std::move(*next));
        waiting.erase(next);
    }
    return out;
}

Json toJson(const SearchSpace& space)
{
    Json out = Json::object();
    for (const Parameter& p : space.parameters) {
        Json one = Json::object();
        if (p.kind == Kind::Choice) {
            one.set("type", "choice").set("choices", Json::arrayOf(p.choices));
        } else if (p.kind == Kind::Integer) {
            one.set("type", "int")
                .set("low", static_cast<long long>(p.low))
                .set("high", static_cast<long long>(p.high));
        } else {
            one.set("type", "real").set("low", p.low).set("high", p.high);
        }
        if (p.logarithmic)
            one.set("log", true);
        if (!p.conditionOn.empty())
            one.set("when", Json::object().set(p.conditionOn, Json::arrayOf(p.condition)));
        out.set(p.name, std::move(one));
    }
    return out;
}

Json toJson(const SearchSpace& space, const Point& point)
{
    Json out = Json::object();
    for (std::size_t i = 0; i < space.size(); ++i) {
        const Parameter& p = space.parameters[i];
        if (std::isnan(point[i]))
            continue;
        if (p.kind == Kind::Choice)
            out.set(p.name, p.choices[static_cast<std::size_t>(point[i])]);
        else if (p.kind == Kind::Integer)
            out.set(p.name, static_cast<long long>(point[i]));
        else
            out.set(p.name, point[i]);
    }
    return out;
}

Result<Point> pointFromJson(const SearchSpace& space, const Json& json, const std::string& path)
{
    Point out(space.size(), std::numeric_limits<double>::quiet_NaN());
    std::size_t used = 0;
    for (std::size_t i = 0; i < space.size(); ++i) {
        const Parameter& p = space.parameters[i];
        if (json.contains(p.name) != isActive(space, i, out))
            return refusal(path + ": " + p.name,
                           json.contains(p.name) ? "this parameter is not active here" : "this parameter is missing");
        if (!json.contains(p.name))
            continue;
        ++used;
        const Json& value = json[p.name];
        if (p.kind == Kind::Choice) {
            const auto found = std::find(p.choices.begin(), p.choices.end(), value.toString());
            if (found == p.choices.end())
                return refusal(path + ": " + p.name, "this is none of its choices");
            out[i] = static_cast<double>(found - p.choices.begin());
        } else {
            out[i] = value.toDouble(std::numeric_limits<double>::quiet_NaN());
            if (!(out[i] >= p.low && out[i] <= p.high))
                return refusal(path + ": " + p.name, "this value lies outside the range");
        }
    }
    if (used != json.members().size())
        return refusal(path, "there is a value of no parameter of this space");
    return out;
}

} // namespace bnof::tuning
