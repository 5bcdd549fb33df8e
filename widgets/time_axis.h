// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace bnof::widgets {

/// The time window that one or several views look at: follow the newest data, or stand still while the
/// data grows. Share one between a TraceView and a RasterView to link them. Times are device times.
class TimeAxis : public QObject {
    Q_OBJECT

public:
    explicit TimeAxis(QObject* parent = nullptr);

    [[nodiscard]] Timestamp span() const { return m_span; }
    [[nodiscard]] Timestamp begin() const { return m_end - m_span; }
    [[nodiscard]] Timestamp end() const { return m_end; }
    [[nodiscard]] bool isFollowing() const { return m_following; }
    [[nodiscard]] Timestamp earliest() const { return m_earliest; }
    [[nodiscard]] Timestamp latest() const { return m_latest; }
    /// Time under the cursor, shared by linked views.
    [[nodiscard]] std::optional<Timestamp> cursor() const { return m_cursor; }

    /// Data exists from `earliest` to `latest`. While following, the window moves along.
    void setExtent(Timestamp earliest, Timestamp latest);
    /// Show [t0, t1] and stop following.
    void setRange(Timestamp t0, Timestamp t1);
    /// Length of the window, 1 ms ... 30 days; keeps the right edge while following.
    void setSpan(Timestamp span);
    /// Multiply the span by `factor`, keeping `anchor` in place (while following: the right edge).
    void zoom(double factor, Timestamp anchor);
    /// Move by `delta`; scrolling stops following, reaching the newest data takes it up again.
    void scrollBy(Timestamp delta);
    void scrollToStart();
    void setCursor(std::optional<Timestamp> t);

public slots:
    void followLive();
    void freeze();
    void toggleFreeze();

signals:
    void changed();
    void cursorChanged();
    void followingChanged(bool following);

private:
    void setFollowing(bool following);
    void clampEnd();

    Timestamp m_span = 30 * nanosecondsPerSecond;
    Timestamp m_end = 30 * nanosecondsPerSecond;
    Timestamp m_earliest = 0;
    Timestamp m_latest = 0;
    bool m_following = true;
    std::optional<Timestamp> m_cursor;
};

/// A tick of an axis.
struct AxisTick {
    double position = 0; ///< in axis units
    QString label;
};

/// Round tick positions (1, 2, 5 times a power of ten) in [low, high], at most about `count`; labels
/// have as many decimals as the step needs.
[[nodiscard]] std::vector<AxisTick> numberTicks(double low, double high, int count);
/// Ticks of a time window: seconds ("12.5 s") for short windows, "mm:ss" and "h:mm:ss" for longer ones.
[[nodiscard]] std::vector<AxisTick> timeTicks(Timestamp t0, Timestamp t1, int count);
/// "12.345 s", "02:41.3", "1:02:41": digits follow the resolution.
[[nodiscard]] QString formatTime(Timestamp t, Timestamp resolution);
/// A value with about `digits` significant digits, unit and SI prefix: "12.3 kΩ", "1.42", "812 ppm".
[[nodiscard]] QString formatValue(double value, const QString& unit, int digits = 4);

} // namespace bnof::widgets
