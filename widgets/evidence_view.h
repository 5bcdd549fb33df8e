// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// How the difference of two variants became known: an interval that is valid at every look, over the units.
class EvidenceView : public PaintedWidget {
    Q_OBJECT

public:
    struct Point {
        double low = -1; ///< of B less A, share
        double high = 1;
        double difference = 0;
    };

    explicit EvidenceView(QWidget* parent = nullptr);

    /// One point a unit; `margin` is drawn on both sides of zero; `decidedAt` 0: not decided.
    void setEvidence(std::vector<Point> points, double margin, std::size_t decidedAt);
    [[nodiscard]] const std::vector<Point>& points() const { return m_points; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {420, 220}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 140}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintAxes(QPainter& painter, const QRectF& plot, double reach) const;

    std::vector<Point> m_points;
    double m_margin = 0;
    std::size_t m_decidedAt = 0;
};

} // namespace bnof::widgets
