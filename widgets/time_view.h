// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPointer>

#include <optional>
#include <vector>

#include "engine/base/types.h"
#include "widgets/painted_widget.h"
#include "widgets/time_axis.h"

class QMenu;

namespace bnof::widgets {

/// What TraceView and RasterView share: a plot over a TimeAxis with zoom (wheel, + and -), scrolling
/// (drag, arrow keys, Home and End), freezing (F), a cursor, marks, an empty state and copying as
/// picture (Ctrl+C, context menu).
class TimeView : public PaintedWidget {
    Q_OBJECT

public:
    explicit TimeView(QWidget* parent = nullptr);

    /// The axis in use; each view owns one until another is set (not owned then).
    [[nodiscard]] TimeAxis* timeAxis() const { return m_axis; }
    void setTimeAxis(TimeAxis* axis);

    void setMarks(std::vector<Mark> marks);
    [[nodiscard]] const std::vector<Mark>& marks() const { return m_marks; }
    /// Shown instead of the plot while there is no data: what is missing, and the next step.
    void setEmptyState(const QString& title, const QString& why);
    /// Whether the data still grows (the default). Without, there is nothing to follow and no remark about it.
    void setLive(bool live);

    /// Where data is drawn, in widget coordinates.
    [[nodiscard]] virtual QRect plotRect() const = 0;
    [[nodiscard]] Timestamp timeAt(int x) const;
    [[nodiscard]] int xAt(Timestamp t) const;

    /// The view as a picture with its axes, at `scale` times its size.
    [[nodiscard]] QImage toImage(double scale = 2.0);
    /// The view as SVG.
    [[nodiscard]] QByteArray toSvg();

public slots:
    /// Look whether the source has something new; call it at the display's rate. Repaints only then.
    virtual void refresh() = 0;
    void copyAsPng();
    void copyAsSvg();

signals:
    /// The user double-clicked or pressed Return at a time (for example to mark or to open it).
    void timeActivated(bnof::Timestamp t);

protected:
    /// Draw everything with vector operations only.
    virtual void paintVector(QPainter& painter) = 0;
    virtual void fillContextMenu(QMenu& menu);
    virtual void axisChanged() {}
    /// A press that the view handles itself (a legend); true stops scrolling from starting.
    virtual bool pressed(QPoint) { return false; }

    void paintEmptyState(QPainter& painter, const QRect& area) const;
    void paintTimeLabels(QPainter& painter, const QRect& plot) const;
    void paintTimeGrid(QPainter& painter, const QRect& plot) const;
    void paintMarks(QPainter& painter, const QRect& plot) const;
    void paintCursor(QPainter& painter, const QRect& plot) const;
    void paintFrozenBadge(QPainter& painter, const QRect& plot) const;
    [[nodiscard]] bool hasEmptyState() const { return !m_emptyTitle.isEmpty(); }
    [[nodiscard]] QString emptyTitle() const { return m_emptyTitle; }
    [[nodiscard]] QString emptyWhy() const { return m_emptyWhy; }

    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void moveCursor(int pixels);
    [[nodiscard]] QRect badgeRect(const QRect& plot) const;
    [[nodiscard]] QString badgeText() const;

    QPointer<TimeAxis> m_axis;
    TimeAxis* m_ownAxis;
    std::vector<Mark> m_marks;
    bool m_live = true;
    QString m_emptyTitle;
    QString m_emptyWhy;
    std::optional<QPoint> m_dragFrom;
    Timestamp m_dragBegin = 0;
    bool m_dragging = false;
};

} // namespace bnof::widgets
