// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace bnof {

/// Nanoseconds since the session start on the monotonic clock (a replay reuses the recorded values).
using Timestamp = std::int64_t;

constexpr std::int64_t nanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t nanosecondsPerMillisecond = 1'000'000;

[[nodiscard]] constexpr double toSeconds(Timestamp t)
{
    return static_cast<double>(t) * 1e-9;
}
[[nodiscard]] constexpr Timestamp fromSeconds(double seconds)
{
    return static_cast<Timestamp>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5));
}

/// Monotonic clock reading in nanoseconds; only differences mean anything.
[[nodiscard]] std::int64_t monotonicNow();
/// Wall clock, nanoseconds since 1970-01-01T00:00:00 UTC.
[[nodiscard]] std::int64_t wallNow();
/// CPU time of the calling thread in nanoseconds.
[[nodiscard]] std::int64_t threadCpuNow();

/// Ties session time 0 to the wall clock, once per session.
struct WallAnchor {
    std::int64_t wallNanoseconds = 0; ///< UTC at session time 0
};

/// "2026-03-05T14:02:11.250Z" for nanoseconds since 1970 UTC.
[[nodiscard]] std::string formatUtc(std::int64_t wallNanoseconds);

} // namespace bnof
