// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// Counts in bins of one width, with the range below: weights, intervals.
class HistogramView : public PaintedWidget {
    Q_OBJECT

public:
    explicit HistogramView(QWidget* parent = nullptr);

    /// One bin means that all values are equal; none, that there is nothing to count. `unit` may be empty.
    void setBins(std::vector<std::uint64_t> bins, double lowest, double highest, const QString& unit);
    [[nodiscard]] const std::vector<std::uint64_t>& bins() const { return m_bins; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {260, 96}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 72}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString valueText(double value) const;

    std::vector<std::uint64_t> m_bins;
    double m_lowest = 0;
    double m_highest = 0;
    QString m_unit;
};

} // namespace bnof::widgets
