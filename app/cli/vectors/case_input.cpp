// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/vectors/case_input.h"

#include <limits>

namespace bnof::vectors {

void CaseInput::miss(std::string_view key, const char* wanted)
{
    if (m_problem.empty())
        m_problem = "input \"" + std::string(key) + "\" is not " + wanted;
}

double CaseInput::number(std::string_view key)
{
    const Json& value = m_object[key];
    if (!value.isNumber())
        miss(key, "a number");
    return value.toDouble();
}

std::uint64_t CaseInput::count(std::string_view key)
{
    const Json& value = m_object[key];
    if (!value.isInteger() || value.toInteger() < 0 || value.toInteger() > largestCount) {
        miss(key, "a count up to 10 million");
        return 0;
    }
    return static_cast<std::uint64_t>(value.toInteger());
}

std::string CaseInput::text(std::string_view key)
{
    if (!m_object[key].isString())
        miss(key, "text");
    return m_object[key].toString();
}

std::vector<double> CaseInput::numbers(std::string_view key)
{
    std::vector<double> out;
    if (!m_object[key].isArray())
        miss(key, "a list");
    for (const Json& item : m_object[key].items()) {
        if (!item.isNumber())
            miss(key, "a list of numbers");
        out.push_back(item.toDouble());
    }
    return out;
}

std::vector<int> CaseInput::integers(std::string_view key)
{
    std::vector<int> out;
    if (!m_object[key].isArray())
        miss(key, "a list");
    for (const Json& item : m_object[key].items()) {
        const std::int64_t value = item.toInteger();
        const bool fits =
            item.isInteger() && value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
        if (!fits)
            miss(key, "a list of whole numbers");
        out.push_back(fits ? static_cast<int>(value) : 0);
    }
    return out;
}

std::vector<std::uint64_t> CaseInput::counts(std::string_view key)
{
    std::vector<std::uint64_t> out;
    for (const int value : integers(key)) {
        const bool fits = value >= 0 && value <= largestCount;
        if (!fits)
            miss(key, "a list of counts up to 10 million");
        out.push_back(fits ? static_cast<std::uint64_t>(value) : 0);
    }
    return out;
}

std::vector<std::vector<double>> CaseInput::rows(std::string_view key)
{
    return rows(key, 0);
}

std::vector<std::vector<double>> CaseInput::rows(std::string_view key, std::size_t width)
{
    std::vector<std::vector<double>> out;
    if (!m_object[key].isArray())
        miss(key, "a list of rows");
    for (const Json& row : m_object[key].items()) {
        std::vector<double> values;
        for (const Json& item : row.items()) {
            if (!item.isNumber())
                miss(key, "rows of numbers");
            values.push_back(item.toDouble());
        }
        if (!row.isArray() || values.size() < width)
            miss(key, "rows of enough numbers");
        else
            out.push_back(std::move(values));
    }
    return out;
}

} // namespace bnof::vectors
