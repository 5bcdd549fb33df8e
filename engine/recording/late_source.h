// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/recording/recording.h"

namespace bnof::recording {

/// A source that the head of a recording does not describe, because it came later, or said only later what it measures.
struct LateSource {
    std::uint32_t source = 0; ///< its number in the recording
    SourceDescription description;
};

/// The note that tells of it in its place among the items.
[[nodiscard]] StreamEvent toEvent(const LateSource& late, Timestamp t);
/// Nothing when the event tells of something else.
[[nodiscard]] std::optional<LateSource> lateSource(const StreamEvent& event);
/// Sources between that nobody has described yet stay empty.
void apply(const LateSource& late, RecordingMetadata& metadata);

[[nodiscard]] Json toJson(const LateSource& late);
/// Nothing when it makes no sense.
[[nodiscard]] std::optional<LateSource> lateSourceFromJson(const Json& json);

} // namespace bnof::recording
