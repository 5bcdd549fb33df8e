// SPDX-License-Identifier: GPL-3.0-or-later
// What a comparison of two variants says, in words.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/statistics/interval.h"

namespace bnof::experiments {

/// A is what is in use (the champion), B what might take its place (the challenger).
enum class Finding {
    BBetter,
    ABetter,
    Equivalent, ///< within the margin, both ways
    BNotWorse,  ///< not worse than the margin
    Undecided,
    Invalid, ///< nothing may be concluded
};

/// "b_better", "a_better", "equivalent", "b_not_worse", "undecided", "invalid".
[[nodiscard]] const char* nameOf(Finding finding);

struct Verdict {
    Finding finding = Finding::Undecided;
    double difference = 0; ///< accuracy of B less that of A, share of the units
    statistics::Interval interval;
    std::uint64_t unitsNeeded = 0; ///< Undecided: about so many more; 0: cannot be said
    std::string reason;            ///< Invalid and Undecided: why
};

/// One or two sentences for people, with both names and every figure's unit.
[[nodiscard]] std::string inWords(const Verdict& verdict, const std::string& nameA, const std::string& nameB,
                                  double margin);
[[nodiscard]] Json toJson(const Verdict& verdict);
/// The same with A and B exchanged.
[[nodiscard]] Verdict mirrored(const Verdict& verdict);

} // namespace bnof::experiments
