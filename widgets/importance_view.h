// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// What an answer rests on, drawn over the traces: a row a channel, its curve over coloured stretches of time. What
/// speaks for the answer has the accent's colour, what speaks against it the warning's, stronger for more.
class ImportanceView : public PaintedWidget {
    Q_OBJECT

public:
    struct Row {
        QString name;
        QString unit;
        std::vector<std::pair<double, double>> points; ///< seconds, value; times grow
        std::vector<double> importance;                ///< -1..1, one a stretch
        double without = 0;                            ///< -1..1: what the answer loses without the channel
    };

    explicit ImportanceView(QWidget* parent = nullptr);

    /// `edges`: seconds before the answer (negative) at which stretches begin and end, one more than there are.
    /// `answer`: what was answered, for the texts.
    void setContent(const QString& answer, std::vector<double> edges, std::vector<Row> rows);
    [[nodiscard]] const std::vector<Row>& rows() const { return m_rows; }
    /// "Without the movement of MOX-D3 from 10.7 s to 9.2 s before it, toluene would lose 25.5 points."
    [[nodiscard]] QString cellText(int row, int stretch) const;
    /// Arrow keys and clicks move it.
    [[nodiscard]] int currentRow() const { return m_row; }
    [[nodiscard]] int currentStretch() const { return m_stretch; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {280, sizeHint().height()}; }

signals:
    void currentChanged(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Layout {
        QRectF cells;
        double rowHeight = 0;
        double figures = 0; ///< x of the column of figures
    };
    [[nodiscard]] Layout layoutNow() const;
    [[nodiscard]] double xOf(const Layout& at, double seconds) const;
    [[nodiscard]] bool cellAt(QPointF position, int& row, int& stretch) const;
    void choose(int row, int stretch);
    void paintRow(QPainter& painter, const Layout& at, int row, double strongest) const;

    QString m_answer;
    std::vector<double> m_edges;
    std::vector<Row> m_rows;
    int m_row = 0;
    int m_stretch = 0;
};

} // namespace bnof::widgets
