// SPDX-License-Identifier: GPL-3.0-or-later
// What the sections of reference vectors share: reading a case's input and writing answers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace bnof::vectors {

/// The input of a case. What is missing or of another type is remembered and fails the case.
class CaseInput {
public:
    explicit CaseInput(const Json& object) : m_object(object) {}

    static constexpr std::int64_t largestCount = 10'000'000; // units are counted one by one

    double number(std::string_view key);
    /// A whole number from 0 to `largestCount`.
    std::uint64_t count(std::string_view key);
    std::string text(std::string_view key);
    std::vector<double> numbers(std::string_view key);
    std::vector<int> integers(std::string_view key);
    std::vector<std::uint64_t> counts(std::string_view key);
    std::vector<std::vector<double>> rows(std::string_view key);
    /// Rows of at least `width` numbers; narrower ones fail the case and are left out.
    std::vector<std::vector<double>> rows(std::string_view key, std::size_t width);
    [[nodiscard]] bool has(std::string_view key) const { return m_object.contains(key); }
    [[nodiscard]] const Json& value(std::string_view key) const { return m_object[key]; }
    /// The first input that could not be read; empty when all could.
    [[nodiscard]] const std::string& problem() const { return m_problem; }

private:
    void miss(std::string_view key, const char* wanted);

    const Json& m_object;
    std::string m_problem;
};

/// Numbers that a refusal stands for.
inline const Json undefined("undefined");

template <typename T> Json answer(const std::optional<T>& value)
{
    return value ? Json(*value) : undefined;
}

/// `member` of a result that succeeded, "undefined" where the test refused.
template <typename T, typename Member> Json answer(const Result<T>& result, Member member)
{
    if (!result.ok())
        return undefined;
    if constexpr (std::is_member_object_pointer_v<Member>)
        return Json((*result).*member);
    else
        return Json(member(*result));
}

struct Section {
    const char* name;
    Json (*answers)(CaseInput& input);
};

[[nodiscard]] std::span<const Section> classicSections();
[[nodiscard]] std::span<const Section> sequentialSections();
[[nodiscard]] std::span<const Section> figureSections();
[[nodiscard]] std::span<const Section> detectionSections();
[[nodiscard]] std::span<const Section> clusterSections();
[[nodiscard]] std::span<const Section> precisionSections();

} // namespace bnof::vectors
