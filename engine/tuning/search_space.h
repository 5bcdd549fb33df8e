// SPDX-License-Identifier: GPL-3.0-or-later
// What a search may vary: numbers on a linear or logarithmic scale, whole numbers, choices, each perhaps only where
// another one has a certain value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::tuning {

struct Parameter {
    enum class Kind { Real, Integer, Choice };

    std::string name;
    Kind kind = Kind::Real;
    double low = 0; ///< numbers: both ends belong to the range
    double high = 1;
    bool logarithmic = false;           ///< numbers: equal ratios count alike; low > 0
    std::vector<std::string> choices;   ///< of a Choice
    std::string conditionOn;            ///< a Choice before this one; empty: always active
    std::vector<std::string> condition; ///< values of that choice with which this one is active

    bool operator==(const Parameter&) const = default;
};

/// Parameters, those that others depend on first.
struct SearchSpace {
    std::vector<Parameter> parameters;

    [[nodiscard]] std::size_t size() const { return parameters.size(); }
    [[nodiscard]] int indexOf(std::string_view name) const; ///< -1: none
    bool operator==(const SearchSpace&) const = default;
};

/// One value a parameter: the number, the index of the choice, NaN where the parameter is not active.
using Point = std::vector<double>;

/// Whether parameter `index` is active with these earlier values.
[[nodiscard]] bool isActive(const SearchSpace& space, std::size_t index, const Point& point);

/// A number's place on its own scale, 0 to 1. Whole numbers own equal parts of it.
[[nodiscard]] double toUnit(const Parameter& parameter, double value);
/// The value at this place, rounded and kept within the range.
[[nodiscard]] double fromUnit(const Parameter& parameter, double unit);

/// {name: {type: "real" | "int" | "choice", low, high, log, choices, when: {name: [values]}}}; `type` may be left out
/// where low and high or choices tell it. Errors name the field: unknown keys, empty ranges, a logarithmic range that
/// reaches 0, a condition on what is not a choice or on itself.
[[nodiscard]] Result<SearchSpace> spaceFromJson(const Json& json, const std::string& path);
[[nodiscard]] Json toJson(const SearchSpace& space);
/// {name: value} of the active parameters; choices by name.
[[nodiscard]] Json toJson(const SearchSpace& space, const Point& point);
/// Errors: a value outside its range, one that is missing, one that should not be there.
[[nodiscard]] Result<Point> pointFromJson(const SearchSpace& space, const Json& json, const std::string& path);

} // namespace bnof::tuning
