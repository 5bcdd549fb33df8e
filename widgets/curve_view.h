// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// A few named curves over one axis, growing while something runs: what is learned in every pass, accuracy over the
/// number of exposures.
class CurveView : public PaintedWidget {
    Q_OBJECT

public:
    struct Curve {
        QString name;
        std::vector<std::pair<double, double>> points; ///< x, y; x grows
    };

    explicit CurveView(QWidget* parent = nullptr);

    /// Titles of both axes, with their units.
    void setAxes(const QString& x, const QString& y);
    void setCurves(std::vector<Curve> curves);
    [[nodiscard]] const std::vector<Curve>& curves() const { return m_curves; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {320, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Range {
        double left = 0, right = 0, low = 0, high = 0;
    };
    [[nodiscard]] Range range() const;
    void paintAxes(QPainter& painter, const QRectF& plot, const Range& range) const;

    QString m_x;
    QString m_y;
    std::vector<Curve> m_curves;
};

} // namespace bnof::widgets
