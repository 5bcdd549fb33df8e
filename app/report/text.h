// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>
#include <QTimeZone>
#include <QTranslator>

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::report {

/// The language of one report, whatever the language of the program or of the computer is.
class ReportLanguage {
public:
    /// "en" or "de". Error (Usage): another one.
    [[nodiscard]] static Result<std::unique_ptr<ReportLanguage>> load(const std::string& name);

    [[nodiscard]] QString translate(const char* text, const char* remark) const;
    [[nodiscard]] const QLocale& locale() const { return m_locale; }

private:
    QTranslator m_translator;
    QLocale m_locale;
};

/// All words and figures of a report, in the language that this thread draws it in.
class ReportText {
public:
    [[nodiscard]] static QString tr(const char* text, const char* remark = nullptr);
    [[nodiscard]] static const QLocale& locale();
    [[nodiscard]] static const ReportLanguage* language();

    /// As long as it lives, this thread writes this language; without one it writes English.
    class Scope {
    public:
        explicit Scope(const ReportLanguage* language);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        const ReportLanguage* m_before;
    };
};

/// A text from outside (names, notes, file contents) as it is printed: signs that the report's typeface lacks, and
/// control characters, stand as "‹U+4F60›", because a typeface of the computer would make reports differ.
[[nodiscard]] QString printed(const std::string& text);

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
