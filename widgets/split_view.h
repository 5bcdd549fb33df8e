// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// One recording of a data set: what flowed when, and which stretches train or test. Times in seconds since its begin.
struct SplitRow {
    struct Exposure {
        double from = 0;
        double to = 0;
        QString gas;
    };
    struct Use {
        double from = 0;
        double to = 0;
        bool trains = false; ///< else it tests
    };
    QString name;
    double seconds = 0;
    std::vector<Exposure> exposures;
    std::vector<Use> uses;
};

/// How a data set is divided, a row a recording: the exposures in the colours of their gases over a band that says
/// what trains (filled) and what tests (hatched). What has no band does neither.
class SplitView : public PaintedWidget {
    Q_OBJECT

public:
    explicit SplitView(QWidget* parent = nullptr);

    void setRows(std::vector<SplitRow> rows);
    [[nodiscard]] const std::vector<SplitRow>& rows() const { return m_rows; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] int rowHeight() const;
    void paintRow(QPainter& painter, const SplitRow& row, const QRect& area, int nameWidth, double longest) const;
    void paintLegend(QPainter& painter, const QRect& area) const;
    [[nodiscard]] QStringList gases() const;

    std::vector<SplitRow> m_rows;
};

} // namespace bnof::widgets
