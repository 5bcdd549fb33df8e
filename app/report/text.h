// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QLocale>
#include <QString>
#include <QTimeZone>

#include "engine/base/types.h"

namespace bnof::report {

/// The translation context of all words in a report.
class ReportText {
    Q_DECLARE_TR_FUNCTIONS(ReportText)
};

/// "14.2 s", "3:07 min", "1:02:09 h": a span of time for people.
[[nodiscard]] QString durationText(Timestamp duration);
/// Labels of a time axis: "12.5", "3:05", "1:02:00"; `step` decides the digits.
[[nodiscard]] QString axisTimeText(double seconds, double step, double longest);
/// The unit that axisTimeText() of this longest time uses: "s", "min:s", "h:min:s".
[[nodiscard]] QString axisTimeUnit(double longest);
/// "2026-03-05 14:02:11.250 UTC" for nanoseconds since 1970 UTC.
[[nodiscard]] QString utcText(std::int64_t wallNanoseconds);
/// "2026-03-05 15:02:11.250 CET (UTC+01:00)".
[[nodiscard]] QString localText(std::int64_t wallNanoseconds, const QTimeZone& zone);
/// "15:02:11.250" in `zone`.
[[nodiscard]] QString clockText(std::int64_t wallNanoseconds, const QTimeZone& zone);
/// "12,345" in the language of the report.
[[nodiscard]] QString countText(std::uint64_t count);
/// Four significant digits, no exponent for everyday sizes.
[[nodiscard]] QString valueText(double value);
/// "97.3 %".
[[nodiscard]] QString shareText(double share);
/// "0.31 ms", "4.2 s".
[[nodiscard]] QString latencyText(std::uint64_t nanoseconds);
/// A layer's name in the language of the report; names that are not ours stay as they are.
[[nodiscard]] QString layerText(const std::string& name);
/// The name of a gas, or "unknown" for an empty one.
[[nodiscard]] QString gasText(const std::string& name);

} // namespace bnof::report
