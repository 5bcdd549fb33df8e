// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "engine/sensing/calibration/fit.h"
#include "widgets/painted_widget.h"

namespace bnof::studio {

/// The curve of a channel with the spans that it was fitted to: concentration over Rs/R0, both logarithmic; straight
/// axes for sensors that are linear.
class CurvePlot : public widgets::PaintedWidget {
    Q_OBJECT

public:
    explicit CurvePlot(QWidget* parent = nullptr);

    /// Null: nothing to show.
    void setChannel(const sensing::ChannelCalibration* channel);
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {320, 220}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 140}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Range {
        double low = 0, high = 1;
    };
    struct Axes {
        QRectF plot;
        Range x, y;
        bool logarithmic = true;
        [[nodiscard]] QPointF map(double x, double y) const;
    };
    [[nodiscard]] std::vector<sensing::SpanPoint> curve() const;
    [[nodiscard]] Axes axes(const std::vector<sensing::SpanPoint>& curve) const;
    void paintAxes(QPainter& painter, const Axes& axes) const;

    std::optional<sensing::ChannelCalibration> m_channel;
};

/// How far R0 moved, a bar a channel, in shares of the one before.
class ShiftChart : public widgets::PaintedWidget {
    Q_OBJECT

public:
    explicit ShiftChart(QWidget* parent = nullptr);

    void setShifts(std::vector<sensing::CalibrationShift> shifts);
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {320, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<sensing::CalibrationShift> m_shifts; ///< of channels that had an R0 before
};

} // namespace bnof::studio
