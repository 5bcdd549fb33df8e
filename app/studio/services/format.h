// SPDX-License-Identifier: GPL-3.0-or-later
// Figures in words for people: numbers with units and sensible digits.
#pragma once

#include <QCoreApplication>
#include <QString>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace bnof::studio {

[[nodiscard]] inline QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

class Format {
    Q_DECLARE_TR_FUNCTIONS(Format)

public:
    /// "00:12:41".
    [[nodiscard]] static QString clock(Timestamp duration);
    /// Seconds that a person typed as "90", "1:30", "0:01:30" or "1:30.5"; nothing when it is no time.
    [[nodiscard]] static std::optional<double> parseClock(const QString& text);
    /// "2 s", "3 min 20 s", "3 h 12 min", "3 d 4 h": two units at most.
    [[nodiscard]] static QString duration(double seconds);
    /// "812 B", "1.4 MB": decimal units.
    [[nodiscard]] static QString bytes(double count);
    /// "100.0 Hz".
    [[nodiscard]] static QString rate(double hertz);
    /// "3.1 ms".
    [[nodiscard]] static QString milliseconds(double value);
    /// Local date and time with the zone: "2026-03-05 14:02:11 CET".
    [[nodiscard]] static QString dateTime(std::int64_t utcNanoseconds);
    /// The device of a recording in a file name: letters, digits, - and _ only.
    [[nodiscard]] static QString fileNamePart(const QString& text);
    /// The error as one paragraph: what, where and how to mend it.
    [[nodiscard]] static QString error(const Error& error);
};

} // namespace bnof::studio
