// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QStringList>

#include <vector>

#include "engine/base/types.h"
#include "widgets/painted_widget.h"
#include "widgets/time_axis.h"

namespace bnof::widgets {

/// A stretch of time during which the same was decided (or planned).
struct TimelineSpan {
    Timestamp from = 0;
    Timestamp to = 0;
    QString label;         ///< gas name, or the phase of a protocol
    double confidence = 1; ///< 0 ... 1, drawn as strength

    bool operator==(const TimelineSpan&) const = default;
};

/// Join decisions that name the same gas and follow each other within `maxGap` into spans. "Unknown"
/// becomes a span with an empty label.
[[nodiscard]] std::vector<TimelineSpan> spansOf(const std::vector<Decision>& decisions, const QStringList& gases,
                                                Timestamp maxGap = 2 * nanosecondsPerSecond);

/// Decisions over time as a strip of coloured spans, with marks as ticks and gaps hatched. Clicking
/// goes to a time; used live and for whole recordings. Left and Right go from span to span.
class DecisionTimeline : public PaintedWidget {
    Q_OBJECT

public:
    explicit DecisionTimeline(QWidget* parent = nullptr);

    void setSpans(std::vector<TimelineSpan> spans);
    [[nodiscard]] const std::vector<TimelineSpan>& spans() const { return m_spans; }
    /// Lengthen the last span or begin a new one: for live use.
    void append(const Decision& decision, const QStringList& gases, Timestamp maxGap = 2 * nanosecondsPerSecond);
    void setMarks(std::vector<Mark> marks);
    void setGaps(std::vector<TimelineSpan> gaps);
    /// Show this stretch of time; without an axis. Also shows where `setWindow` lies in it.
    void setRange(Timestamp t0, Timestamp t1);
    /// Follow a shared axis instead (not owned; nullptr returns to the fixed range).
    void setTimeAxis(TimeAxis* axis);
    /// Show as an outline which part other views look at; nothing without.
    void setWindow(Timestamp t0, Timestamp t1);
    void setPosition(std::optional<Timestamp> t);
    /// Left and right margins, to line up with the plots above.
    void setPlotMargins(int left, int right);

    [[nodiscard]] Timestamp timeAt(int x) const;
    [[nodiscard]] int xAt(Timestamp t) const;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {600, 56}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 48}; }

signals:
    void seekRequested(bnof::Timestamp t);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRect strip() const;
    [[nodiscard]] std::pair<Timestamp, Timestamp> range() const;
    [[nodiscard]] const TimelineSpan* spanAt(Timestamp t) const;
    void paintSpan(QPainter& painter, const QRect& area, const TimelineSpan& span) const;
    void paintOverlay(QPainter& painter, const QRect& area) const;

    std::vector<TimelineSpan> m_spans;
    std::vector<Mark> m_marks;
    std::vector<TimelineSpan> m_gaps;
    Timestamp m_t0 = 0;
    Timestamp m_t1 = nanosecondsPerSecond;
    std::optional<std::pair<Timestamp, Timestamp>> m_window;
    std::optional<Timestamp> m_position;
    QPointer<TimeAxis> m_axis;
    int m_left = 12;
    int m_right = 12;
};

} // namespace bnof::widgets
