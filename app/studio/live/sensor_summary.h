// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>
#include <QStringList>

#include <cstddef>

#include "engine/session/session.h"
#include "widgets/theme.h"

namespace bnof::studio {

/// How all sensors of a session do, counted in one pass.
struct SensorCounts {
    int all = 0;
    int streaming = 0;  ///< warming up included
    int connecting = 0; ///< not here yet
    int stalled = 0;
    int away = 0; ///< looked for again
    int failed = 0;
    int faulty = 0; ///< with faulty channels
    double rateHz = 0;
    double health = 0; ///< mean
    std::uint64_t lost = 0;
    QStringList lostNames; ///< of the first that are stalled, away or failed

    [[nodiscard]] int notSending() const { return stalled + away + failed; }
};

/// What Live says about sensors, the same words everywhere.
class SensorSummary {
    Q_DECLARE_TR_FUNCTIONS(SensorSummary)

public:
    static constexpr int namesShown = 3;

    /// The source is a port that sensors connect to, no sensor.
    [[nodiscard]] static bool isPort(const session::SourceView& source);
    [[nodiscard]] static bool isLost(sensing::ConnectionState state);
    [[nodiscard]] static SensorCounts count(const session::SessionStatus& status);
    /// What a sensor is called.
    [[nodiscard]] static QString name(const session::SourceView& source);
    /// "▲ Sends nothing": a symbol and words, so that the colour is not needed.
    [[nodiscard]] static QString state(sensing::ConnectionState state);
    [[nodiscard]] static widgets::Theme::Severity severity(sensing::ConnectionState state);
    /// "1,000 sensors: 996 streaming, 3 stalled, 1 failed · 10,000 frames/s · 0 lost · health 98".
    [[nodiscard]] static QString totals(const SensorCounts& counts);
    /// "A, B, C and 4 others".
    [[nodiscard]] static QString names(const QStringList& first, int count);
    /// What a fault of a channel is called, in a word or two.
    [[nodiscard]] static QString fault(sensing::FaultKind kind);
};

} // namespace bnof::studio
