// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include <vector>

#include "widgets/painted_widget.h"

class QPainter;

namespace bnof::widgets {

/// One row of a bar list.
struct Bar {
    QString name;
    double value = 0; ///< 0 ... 1
    QColor colour;    ///< invalid: the accent
    QString text;     ///< shown at the right; empty: the value in per cent
    bool strong = false;
};

/// Draw bars as rows of name, bar and figure into `area`; rows that do not fit are left out and counted
/// in a last line.
void paintBars(QPainter& painter, const QRect& area, const std::vector<Bar>& bars);

/// Labelled horizontal bars in a fixed order: probabilities, shares, sensor health.
class BarList : public PaintedWidget {
    Q_OBJECT

public:
    explicit BarList(QWidget* parent = nullptr);

    void setBars(std::vector<Bar> bars);
    [[nodiscard]] const std::vector<Bar>& bars() const { return m_bars; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Bar> m_bars;
};

} // namespace bnof::widgets
