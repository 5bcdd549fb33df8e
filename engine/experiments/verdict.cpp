// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/verdict.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace bnof::experiments {
namespace {

/// "+3.1", always with its sign.
std::string points(double share)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%+.1f", share * 100);
    return text.data();
}

std::string withInterval(const Verdict& verdict)
{
    return points(verdict.difference) + " percentage points (" + points(verdict.interval.low) + " to " +
           points(verdict.interval.high) + ')';
}

} // namespace

const char* nameOf(Finding finding)
{
    switch (finding) {
    case Finding::BBetter: return "b_better";
    case Finding::ABetter: return "a_better";
    case Finding::Equivalent: return "equivalent";
    case Finding::BNotWorse: return "b_not_worse";
    case Finding::Undecided: return "undecided";
    case Finding::Invalid: return "invalid";
    }
    return "";
}

std::string inWords(const Verdict& verdict, const std::string& nameA, const std::string& nameB, double margin)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g", margin * 100);
    const std::string within = std::string(text.data()) + (margin == 0.01 ? " percentage point" : " percentage points");
    switch (verdict.finding) {
    case Finding::BBetter:
        return nameB + " is better than " + nameA + ": accuracy differs by " + withInterval(verdict) + '.';
    case Finding::ABetter:
        return nameA + " is better than " + nameB + ": accuracy of " + nameB + " differs by " + withInterval(verdict) +
               '.';
    case Finding::Equivalent:
        return nameA + " and " + nameB + " are equivalent within " + within + ": accuracy differs by " +
               withInterval(verdict) + '.';
    case Finding::BNotWorse:
        return nameB + " is not worse than " + nameA + " by more than " + within + ": accuracy differs by " +
               withInterval(verdict) + '.';
    case Finding::Undecided:
        return "Undecided: accuracy of " + nameB + " differs from that of " + nameA + " by " + withInterval(verdict) +
               (verdict.unitsNeeded > 0
                    ? ", and about " + std::to_string(verdict.unitsNeeded) + " more exposures are needed to tell."
                    : std::string(".")) +
               (verdict.reason.empty() ? "" : ' ' + verdict.reason);
    case Finding::Invalid: return "Invalid, nothing can be concluded: " + verdict.reason;
    }
    return {};
}

Json toJson(const Verdict& verdict)
{
    Json out = Json::object();
    out.set("finding", nameOf(verdict.finding)).set("difference", verdict.difference);
    out.set("interval", Json::array().push(verdict.interval.low).push(verdict.interval.high));
    out.set("units_needed", verdict.unitsNeeded > 0 ? Json(verdict.unitsNeeded) : Json());
    out.set("reason", verdict.reason);
    return out;
}

Verdict mirrored(const Verdict& verdict)
{
    Verdict out = verdict;
    out.difference = -verdict.difference;
    out.interval = {-verdict.interval.high, -verdict.interval.low};
    if (verdict.finding == Finding::BBetter)
        out.finding = Finding::ABetter;
    else if (verdict.finding == Finding::ABetter)
        out.finding = Finding::BBetter;
    return out;
}

} // namespace bnof::experiments
