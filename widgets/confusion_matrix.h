// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// How often what was said of each gas: a row a true gas, a column an answer, shares of the row in per cent.
class ConfusionMatrix : public PaintedWidget {
    Q_OBJECT

public:
    explicit ConfusionMatrix(QWidget* parent = nullptr);

    /// `counts` holds a row of said.size() numbers for every true gas.
    void setCounts(const QStringList& truth, const QStringList& said, std::vector<double> counts);
    /// Share of the row, 0..1; 0 where there was nothing to say.
    [[nodiscard]] double share(int truth, int said) const;
    [[nodiscard]] const QStringList& truth() const { return m_truth; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 120}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Layout {
        QRectF cells;
        double width = 0;
        double height = 0;
    };
    [[nodiscard]] Layout layoutFor(const QFontMetrics& metrics) const;
    [[nodiscard]] QString cellText(int truth, int said) const;

    QStringList m_truth;
    QStringList m_said;
    std::vector<double> m_counts;
};

} // namespace bnof::widgets
