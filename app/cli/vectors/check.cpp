// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/vectors/check.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "app/cli/vectors/case_input.h"

namespace bnof::vectors {
namespace {

constexpr double nearZero = 1e-12;

const Section* findSection(const std::string& name)
{
    for (const auto& sections : {classicSections(), sequentialSections(), figureSections(), detectionSections(),
                                 clusterSections(), precisionSections()}) {
        for (const Section& section : sections) {
            if (name == section.name)
                return &section;
        }
    }
    return nullptr;
}

std::string differs(const Json& expected, const Json& got)
{
    return "expected " + expected.dump() + ", got " + got.dump();
}

/// JSON has no infinity: the references write it, and NaN, as text.
bool isNamedNumber(const Json& expected, const Json& got)
{
    const std::string& name = expected.toString();
    const double value = got.toDouble();
    return got.isNumber() && ((name == "inf" && value == HUGE_VAL) || (name == "-inf" && value == -HUGE_VAL) ||
                              (name == "nan" && std::isnan(value)));
}

std::string compare(const Json& expected, const Json& got, double tolerance, double relative);

std::string compareObjects(const Json& expected, const Json& got, double relative)
{
    for (const auto& [key, value] : expected.members()) {
        if (key.size() > 4 && key.ends_with("_tol") && expected.contains(key.substr(0, key.size() - 4)))
            continue; // the tolerance of another output
        if (!got.contains(key))
            return "output \"" + key + "\" is not known";
        const Json& own = expected[key + "_tol"];
        const std::string difference =
            own.isNumber() ? compare(value, got[key], own.toDouble(), 0) : compare(value, got[key], nearZero, relative);
        if (!difference.empty())
            return key + ": " + difference;
    }
    return {};
}

std::string compareArrays(const Json& expected, const Json& got, double tolerance, double relative)
{
    if (expected.items().size() != got.items().size()) {
        return "expected " + std::to_string(expected.items().size()) + " entries, got " +
               std::to_string(got.items().size());
    }
    for (std::size_t i = 0; i < expected.items().size(); ++i) {
        const std::string difference = compare(expected.items()[i], got.items()[i], tolerance, relative);
        if (!difference.empty())
            return "entry " + std::to_string(i) + ": " + difference;
    }
    return {};
}

std::string compare(const Json& expected, const Json& got, double tolerance, double relative)
{
    if (expected.isObject() && got.isObject())
        return compareObjects(expected, got, relative);
    if (expected.isArray() && got.isArray())
        return compareArrays(expected, got, tolerance, relative);
    if (expected.isNumber() && got.isNumber()) {
        const double wanted = expected.toDouble();
        const double off = std::abs(got.toDouble() - wanted);
        return off <= std::max(tolerance, relative * std::abs(wanted)) ? std::string() : differs(expected, got);
    }
    return expected == got || isNamedNumber(expected, got) ? std::string() : differs(expected, got);
}

std::string checkCase(const Section& section, const Json& test)
{
    if (!test["input"].isObject() || !test["output"].isObject() || test["output"].members().empty())
        return "the case has no input or no output";
    if (!test["rel_tol"].isNumber() || !(test["rel_tol"].toDouble() >= 0))
        return "the case has no rel_tol";
    CaseInput input(test["input"]);
    const Json answers = section.answers(input);
    if (!input.problem().empty())
        return input.problem();
    return compare(test["output"], answers, nearZero, test["rel_tol"].toDouble());
}

void checkSection(const std::string& name, const Json& cases, std::vector<CaseResult>& out)
{
    const Section* section = findSection(name);
    if (!cases.isArray() || cases.items().empty()) {
        out.push_back({name, {}, "the section has no cases"});
        return;
    }
    std::set<std::string> seen;
    for (const Json& test : cases.items()) {
        CaseResult result{name, test["id"].toString(), {}};
        if (section == nullptr)
            result.difference = "the section is not known";
        else if (!result.id.starts_with(name + '_') || !seen.insert(result.id).second)
            result.difference = "the id is not known: it must begin with \"" + name + "_\" and come once";
        else
            result.difference = checkCase(*section, test);
        out.push_back(std::move(result));
    }
}

} // namespace

Result<std::vector<CaseResult>> checkVectors(const Json& document)
{
    if (!document["sections"].isObject() || document["sections"].members().empty()) {
        return makeError(ErrorKind::BadInput, "there are no sections of cases", "sections",
                         "Give a file of reference vectors: {\"sections\": {name: [cases]}}.");
    }
    std::vector<CaseResult> out;
    for (const auto& [name, cases] : document["sections"].members())
        checkSection(name, cases, out);
    return out;
}

} // namespace bnof::vectors
