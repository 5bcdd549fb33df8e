// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <deque>
#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// The last seconds of a few sampled values, newest at the right, with labelled levels: membranes of chosen neurons.
/// Only samples are drawn as what they are, points joined by thin lines: what happened between two is not known.
class SampleTrace : public PaintedWidget {
    Q_OBJECT

public:
    struct Level {
        QString name;
        double value = 0;
    };

    explicit SampleTrace(QWidget* parent = nullptr);

    /// Start again: names of the values, their unit, levels, range of the axis and the time that is shown.
    void setSeries(const QStringList& names, const QString& unit, std::vector<Level> levels, double lowest,
                   double highest, double seconds = 5);
    /// One value a series at time `t` in seconds; times grow.
    void append(double t, const std::vector<float>& values);
    [[nodiscard]] std::size_t samples() const { return m_samples.size(); }
    [[nodiscard]] const QStringList& names() const { return m_names; }

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {260, 140}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Sample {
        double t = 0;
        std::vector<float> values;
    };
    [[nodiscard]] QPointF place(const QRectF& plot, double t, double value) const;
    void paintLevels(QPainter& painter, const QRectF& plot) const;
    void paintSeries(QPainter& painter, const QRectF& plot, std::size_t series) const;

    QStringList m_names;
    QString m_unit;
    std::vector<Level> m_levels;
    double m_lowest = 0;
    double m_highest = 1;
    double m_seconds = 5;
    std::deque<Sample> m_samples;
};

} // namespace bnof::widgets
