// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of numbers in model files.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/json.h"

namespace bnof::olfaction {

/// A list of at most `limit` finite numbers (integers, when T is an integer type, within its range). Problems
/// are reported to `fields` under the name of the list; the result is then empty.
template <typename T> std::vector<T> readNumbers(JsonFields& fields, std::string_view key, std::size_t limit)
{
    const Json& list = fields.array(key);
    std::vector<T> out;
    if (!fields.ok())
        return out;
    if (list.items().size() > limit) {
        fields.fail(key, "has more than " + std::to_string(limit) + " entries");
        return out;
    }
    out.reserve(list.items().size());
    for (const Json& item : list.items()) {
        bool good = item.isNumber();
        if constexpr (std::is_integral_v<T>) {
            good = good && item.isInteger() &&
                   item.toInteger() >= static_cast<std::int64_t>(std::numeric_limits<T>::lowest()) &&
                   item.toInteger() <= static_cast<std::int64_t>(std::numeric_limits<T>::max());
            out.push_back(good ? static_cast<T>(item.toInteger()) : T{});
        } else {
            good = good && std::isfinite(item.toDouble()) &&
                   std::abs(item.toDouble()) <= static_cast<double>(std::numeric_limits<T>::max());
            out.push_back(good ? static_cast<T>(item.toDouble()) : T{});
        }
        if (!good) {
            fields.fail(key, "entry " + std::to_string(out.size() - 1) + " is not a number that fits");
            return {};
        }
    }
    return out;
}

/// Like readNumbers with exactly `count` entries.
template <typename T> std::vector<T> readExactly(JsonFields& fields, std::string_view key, std::size_t count)
{
    std::vector<T> out = readNumbers<T>(fields, key, count);
    if (fields.ok() && out.size() != count) {
        fields.fail(key, "has " + std::to_string(out.size()) + " entries instead of " + std::to_string(count));
        out.clear();
    }
    return out;
}

} // namespace bnof::olfaction
