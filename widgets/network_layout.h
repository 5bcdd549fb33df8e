// SPDX-License-Identifier: GPL-3.0-or-later
// Where the boxes and arrows of a network go: columns from the input to the output, arrows through the space between.
#pragma once

#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <vector>

namespace bnof::widgets {

/// A directed connection between two of the boxes.
struct LayoutEdge {
    int source = 0;
    int target = 0;
};

struct NetworkLayout {
    struct Box {
        QRectF rect;
        int band = 0;   ///< columns that do not fit side by side go on in the next band
        int column = 0; ///< within the band
        int row = 0;    ///< within the column
    };
    struct Edge {
        QPainterPath path; ///< from the source's box to the target's
        QPointF tip;       ///< where it meets the target
        QPointF direction; ///< of unit length, into the target
        QRectF label;      ///< room for two short lines, clear of every box and of earlier labels where possible
    };
    std::vector<Box> boxes;
    std::vector<Edge> edges;
    QSizeF size; ///< what the picture needs; at least as wide and high as was offered where that is enough
};

/// Sizes in pixels; everything else follows from them.
struct NetworkLayoutMetrics {
    QSizeF box{168, 92};
    QSizeF label{84, 32};
    double gutter = 112; ///< least distance of two columns
    double rowGap = 28;  ///< of two boxes in a column
    double lane = 20;    ///< distance of arrows that run beside one another around the boxes
    double margin = 16;
};

/// Boxes stand in columns: one that receives from others stands right of them, apart from connections that lead back.
/// Connections between neighbouring columns run through the space between them, others around the outside, so that no
/// arrow ever crosses a box. `available` is a wish; a larger size comes back when the network needs it.
[[nodiscard]] NetworkLayout layOutNetwork(int boxes, const std::vector<LayoutEdge>& edges, QSizeF available,
                                          const NetworkLayoutMetrics& metrics = {});

} // namespace bnof::widgets
