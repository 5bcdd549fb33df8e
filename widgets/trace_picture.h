// SPDX-License-Identifier: GPL-3.0-or-later
// What a TraceView is about to draw; private to the widget.
#pragma once

#include <QRectF>
#include <QString>

#include <vector>

#include "engine/base/trace_history.h"

namespace bnof::widgets {

/// Where a channel's values lie: `low` at the bottom of `rect`, `high` at its top.
struct TraceLane {
    int channel = -1; ///< -1: the axis common to all
    QRectF rect;
    double low = 0;
    double high = 1;

    [[nodiscard]] double y(double value) const { return rect.bottom() - (value - low) / (high - low) * rect.height(); }
};

/// The visible channels' series and their lanes. Column 0 begins at `t0`, columns are `columnWidth`
/// wide and lie at whole multiples of it, so that a trace keeps its shape while it scrolls.
struct TracePicture {
    std::vector<int> channels;
    std::vector<TraceSeries> series;
    std::vector<TraceLane> lanes; ///< one per entry of `channels`
    Timestamp t0 = 0;
    Timestamp columnWidth = 1;
    std::vector<std::pair<double, double>> extents; ///< smallest and largest value; low > high: none
};

} // namespace bnof::widgets
