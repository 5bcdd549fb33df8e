// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/network_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace bnof::widgets {
namespace {

/// How an arrow travels.
enum class Way {
    Between, ///< through the space between two neighbouring columns
    Beside,  ///< out and back in on the right: one column, or one box
    Around   ///< above or below the columns
};

class Layouter {
public:
    Layouter(int boxes, const std::vector<LayoutEdge>& edges, QSizeF available, const NetworkLayoutMetrics& metrics)
        : m_edges(edges), m_available(available), m_metrics(metrics), m_depth(static_cast<std::size_t>(boxes), 0)
    {
        m_out.boxes.resize(static_cast<std::size_t>(boxes));
        m_out.edges.resize(edges.size());
    }

    NetworkLayout run()
    {
        if (m_out.boxes.empty())
            return std::move(m_out);
        findDepths();
        assignCells();
        chooseWays();
        placeBoxes();
        placePorts();
        for (std::size_t i = 0; i < m_edges.size(); ++i)
            draw(i);
        for (std::size_t i = 0; i < m_edges.size(); ++i)
            placeLabel(i);
        return std::move(m_out);
    }

private:
    using Box = NetworkLayout::Box;

    Box& box(int index) { return m_out.boxes[static_cast<std::size_t>(index)]; }

    /// The longest way from an input, without the connections that close a loop (found from the first box on).
    void findDepths()
    {
        const std::size_t count = m_depth.size();
        std::vector<char> forward(m_edges.size(), 1);
        std::vector<char> state(count, 0); // 0 new, 1 on the way, 2 done
        for (std::size_t i = 0; i < count; ++i)
            visit(static_cast<int>(i), state, forward);
        for (std::size_t round = 0; round < count; ++round) {
            for (std::size_t i = 0; i < m_edges.size(); ++i) {
                const auto s = static_cast<std::size_t>(m_edges[i].source);
                const auto t = static_cast<std::size_t>(m_edges[i].target);
                if (forward[i])
                    m_depth[t] = std::max(m_depth[t], m_depth[s] + 1);
            }
        }
    }

    void visit(int node, std::vector<char>& state, std::vector<char>& forward)
    {
        auto& mine = state[static_cast<std::size_t>(node)];
        if (mine != 0)
            return;
        mine = 1;
        for (std::size_t i = 0; i < m_edges.size(); ++i) {
            if (m_edges[i].source != node)
                continue;
            if (state[static_cast<std::size_t>(m_edges[i].target)] == 1)
                forward[i] = 0;
            else
                visit(m_edges[i].target, state, forward);
        }
        mine = 2;
    }

    void assignCells()
    {
        const auto [least, most] = std::minmax_element(m_depth.begin(), m_depth.end());
        m_columns = *most - *least + 1;
        const double room = m_available.width() - 2 * m_metrics.margin; // one gutter is left for what runs around
        const int fitting = std::max(1, static_cast<int>(room / (m_metrics.box.width() + m_metrics.gutter)));
        m_bands = (m_columns + fitting - 1) / fitting;
        m_perBand = (m_columns + m_bands - 1) / m_bands;
        m_rows.assign(static_cast<std::size_t>(m_bands), std::vector<int>(static_cast<std::size_t>(m_perBand), 0));
        for (std::size_t i = 0; i < m_depth.size(); ++i) {
            Box& one = m_out.boxes[i];
            one.band = m_depth[i] / m_perBand;
            one.column = m_depth[i] % m_perBand;
            one.row = rowsOf(one.band, one.column)++;
        }
    }

    int& rowsOf(int band, int column)
    {
        return m_rows[static_cast<std::size_t>(band)][static_cast<std::size_t>(column)];
    }

    void chooseWays()
    {
        m_ways.resize(m_edges.size());
        m_lanes.assign(static_cast<std::size_t>(m_bands) + 1, 0);
        m_laneOf.assign(m_edges.size(), {0, 0});
        for (std::size_t i = 0; i < m_edges.size(); ++i) {
            const Box& source = box(m_edges[i].source);
            const Box& target = box(m_edges[i].target);
            const int distance = target.column - source.column;
            if (source.band == target.band && std::abs(distance) == 1) {
                m_ways[i] = Way::Between;
            } else if (source.band == target.band && distance == 0) {
                m_ways[i] = Way::Beside;
            } else {
                m_ways[i] = Way::Around;
                // Lane b runs above band b; the last one below all of them.
                const bool below = target.band > source.band || !topHalf(source);
                const int leave = source.band + (below ? 1 : 0);
                const int enter =
                    source.band == target.band ? leave : target.band + (target.band > source.band ? 0 : 1);
                m_laneOf[i] = {claimLane(leave), leave == enter ? -1 : claimLane(enter)};
                m_laneBand.push_back({i, static_cast<std::size_t>(leave), static_cast<std::size_t>(enter)});
            }
        }
    }

    [[nodiscard]] bool topHalf(const Box& source) { return source.row * 2 + 1 < rowsOf(source.band, source.column); }

    int claimLane(int lane) { return m_lanes[static_cast<std::size_t>(lane)]++; }

    void placeBoxes()
    {
        const double w = m_metrics.box.width();
        const double h = m_metrics.box.height();
        std::vector<int> tallest;
        double needed = 2 * m_metrics.margin;
        for (const auto& columns : m_rows)
            tallest.push_back(std::max(1, *std::max_element(columns.begin(), columns.end())));
        for (const int rows : tallest)
            needed += rows * h + (rows - 1) * m_metrics.rowGap;
        for (const int lanes : m_lanes)
            needed += laneHeight(lanes);
        const double least = 2 * m_metrics.margin + m_perBand * w + (m_perBand - 1) * m_metrics.gutter + sideRoom();
        m_out.size = {std::max(least, m_available.width()), std::max(needed, m_available.height())};
        const double pitch =
            m_perBand == 1 ? 0 : (m_out.size.width() - 2 * m_metrics.margin - sideRoom() - w) / (m_perBand - 1);
        m_pitch = std::min(pitch, w + 2 * m_metrics.gutter);
        const double used = m_perBand == 1 ? w : m_pitch * (m_perBand - 1) + w;
        m_left = (m_out.size.width() - used - sideRoom()) / 2 + leftRoom();
        // Height that is not needed parts the boxes of a column first, so that arrows fan out.
        const double unused = m_out.size.height() - needed;
        int gaps = 0;
        for (const int rows : tallest)
            gaps += rows - 1;
        const double apart = gaps == 0 ? 0 : std::min(m_metrics.box.height() * 1.3, 0.7 * unused / gaps);
        const double spare = (unused - apart * gaps) / (m_bands + 1);
        double y = m_metrics.margin;
        m_laneTop.resize(m_lanes.size());
        for (int band = 0; band < m_bands; ++band) {
            const auto b = static_cast<std::size_t>(band);
            y += spare;
            m_laneTop[b] = y;
            y += laneHeight(m_lanes[b]);
            const double tall = tallest[b] * h + (tallest[b] - 1) * (m_metrics.rowGap + apart);
            placeBand(band, y, tall);
            y += tall;
        }
        m_laneTop.back() = y;
    }

    void placeBand(int band, double top, double height)
    {
        for (std::size_t i = 0; i < m_out.boxes.size(); ++i) {
            Box& one = m_out.boxes[i];
            if (one.band != band)
                continue;
            const int rows = rowsOf(band, one.column);
            const double slot = height / rows;
            const double x = m_left + one.column * m_pitch;
            const double y = top + slot * (one.row + 0.5) - m_metrics.box.height() / 2;
            one.rect = QRectF(QPointF(std::round(x), std::round(y)), m_metrics.box);
        }
    }

    [[nodiscard]] double laneHeight(int lanes) const
    {
        return lanes == 0 ? (m_bands > 1 ? m_metrics.rowGap : 0) : (lanes + 1) * m_metrics.lane;
    }
    /// Arrows that change the band pass left of all columns.
    [[nodiscard]] double leftRoom() const
    {
        const auto changing =
            std::count_if(m_laneBand.begin(), m_laneBand.end(), [](const auto& lane) { return lane[1] != lane[2]; });
        return changing == 0 ? laneSide() : static_cast<double>(changing + 1) * m_metrics.lane + laneSide();
    }
    /// Arrows around the outside turn beside the first and last columns, and loops need room at the right.
    [[nodiscard]] double laneSide() const { return m_laneBand.empty() ? 0 : m_metrics.gutter / 2; }
    [[nodiscard]] double rightRoom() const
    {
        const bool beside = std::find(m_ways.begin(), m_ways.end(), Way::Beside) != m_ways.end();
        return std::max(laneSide(), beside ? m_metrics.gutter : 0);
    }
    [[nodiscard]] double sideRoom() const { return leftRoom() + rightRoom(); }

    /// Arrows share the sides of a box evenly, in the order of where they go.
    void placePorts()
    {
        m_ports.resize(m_edges.size());
        std::map<std::pair<int, bool>, std::vector<std::pair<std::size_t, bool>>> sides; // (box, right) to (edge, end)
        for (std::size_t i = 0; i < m_edges.size(); ++i) {
            const LayoutEdge& edge = m_edges[i];
            const bool back = m_ways[i] == Way::Between && box(edge.target).column < box(edge.source).column;
            sides[{edge.source, !back}].push_back({i, false});
            sides[{edge.target, m_ways[i] == Way::Beside || back}].push_back({i, true});
        }
        for (auto& [side, ends] : sides) {
            std::stable_sort(ends.begin(), ends.end(), [this](const auto& a, const auto& b) {
                return otherEnd(a.first, a.second) < otherEnd(b.first, b.second);
            });
            const QRectF rect = box(side.first).rect;
            const double x = side.second ? rect.right() : rect.left();
            for (std::size_t k = 0; k < ends.size(); ++k) {
                const double share = (static_cast<double>(k) + 1) / (static_cast<double>(ends.size()) + 1);
                m_ports[ends[k].first][ends[k].second ? 1 : 0] = {x, rect.top() + rect.height() * share};
            }
        }
    }

    /// Where an arrow comes from or goes to, to order the ports by.
    double otherEnd(std::size_t edge, bool atTarget)
    {
        const LayoutEdge& e = m_edges[edge];
        if (m_ways[edge] == Way::Around)
            return laneY(edge, atTarget);
        if (e.source == e.target)
            return box(e.source).rect.top() + (atTarget ? 1 : 0);
        return box(atTarget ? e.source : e.target).rect.center().y() + 0.01 * static_cast<double>(edge);
    }

    [[nodiscard]] double laneY(std::size_t edge, bool entering) const
    {
        const auto found =
            std::find_if(m_laneBand.begin(), m_laneBand.end(), [edge](const auto& lane) { return lane[0] == edge; });
        const bool second = entering && (*found)[1] != (*found)[2];
        const auto lane = (*found)[second ? 2 : 1];
        const int index = second ? m_laneOf[edge].second : m_laneOf[edge].first;
        return m_laneTop[lane] + m_metrics.lane * (index + 1);
    }

    void draw(std::size_t i)
    {
        NetworkLayout::Edge& edge = m_out.edges[i];
        const QPointF from = m_ports[i][0];
        const QPointF to = m_ports[i][1];
        edge.tip = to;
        edge.path.moveTo(from);
        switch (m_ways[i]) {
        case Way::Between: {
            const double bend = (to.x() - from.x()) / 2;
            edge.path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
            edge.direction = {to.x() > from.x() ? 1.0 : -1.0, 0};
            break;
        }
        case Way::Beside: {
            const double out = std::min(m_metrics.gutter * 0.7, 40 + std::abs(to.y() - from.y()) * 0.3);
            edge.path.cubicTo(from + QPointF(out, 0), to + QPointF(out, 0), to);
            edge.direction = {-1, 0};
            break;
        }
        case Way::Around:
            drawAround(i);
            edge.direction = {1, 0};
            break;
        }
    }

    void drawAround(std::size_t i)
    {
        const QPointF from = m_ports[i][0];
        const QPointF to = m_ports[i][1];
        const double leaving = laneY(i, false);
        const double entering = laneY(i, true);
        double order = 0;
        double sideOrder = 0; // among those that change the band
        for (std::size_t k = 0; m_laneBand[k][0] != i; ++k) {
            order += 1;
            sideOrder += m_laneBand[k][1] != m_laneBand[k][2] ? 1 : 0;
        }
        // Turns stay within the half of the space between columns that is theirs.
        const double step = std::min(8.0, (m_metrics.gutter / 2 - 22) / static_cast<double>(m_laneBand.size()));
        const double right = from.x() + 12 + order * step;
        const double left = to.x() - 20 - order * step;
        std::vector<QPointF> points{from, {right, from.y()}, {right, leaving}};
        if (leaving != entering) {
            const double side = m_metrics.margin + m_metrics.lane * (sideOrder + 0.5);
            points.push_back({side, leaving});
            points.push_back({side, entering});
        }
        points.push_back({left, entering});
        points.push_back({left, to.y()});
        points.push_back(to);
        round(m_out.edges[i].path, points);
    }

    /// A line through the points with rounded corners.
    static void round(QPainterPath& path, const std::vector<QPointF>& points)
    {
        constexpr double radius = 9;
        for (std::size_t k = 1; k + 1 < points.size(); ++k) {
            const QPointF in = points[k] - points[k - 1];
            const QPointF out = points[k + 1] - points[k];
            const double inLength = std::hypot(in.x(), in.y());
            const double outLength = std::hypot(out.x(), out.y());
            const double r = std::min({radius, inLength / 2, outLength / 2});
            if (r < 0.5) {
                path.lineTo(points[k]);
                continue;
            }
            path.lineTo(points[k] - in * (r / inLength));
            path.quadTo(points[k], points[k] + out * (r / outLength));
        }
        path.lineTo(points.back());
    }

    [[nodiscard]] bool hitsBox(const QRectF& rect) const
    {
        return std::any_of(m_out.boxes.begin(), m_out.boxes.end(),
                           [&](const Box& one) { return one.rect.intersects(rect); }) ||
               !QRectF(QPointF(0, 0), m_out.size).contains(rect);
    }

    [[nodiscard]] bool hitsLabel(const QRectF& rect, std::size_t labels) const
    {
        return std::any_of(m_out.edges.begin(), m_out.edges.begin() + static_cast<std::ptrdiff_t>(labels),
                           [&](const NetworkLayout::Edge& one) { return one.label.intersects(rect); });
    }

    /// On the arrow where there is room, else beside it; over another label rather than over a box.
    void placeLabel(std::size_t i)
    {
        NetworkLayout::Edge& edge = m_out.edges[i];
        constexpr std::array shares{0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9};
        constexpr std::array offsets{0.0, -0.6, 0.6, -1.2, 1.2, -1.8, 1.8};
        QRectF rect(QPointF(0, 0), m_metrics.label);
        for (const bool alone : {true, false}) {
            for (const double aside : {0.0, 0.55, -0.55}) {
                for (const double offset : offsets) {
                    for (const double share : shares) {
                        rect.moveCenter(edge.path.pointAtPercent(share) +
                                        QPointF(aside * m_metrics.label.width(), offset * m_metrics.label.height()));
                        if (!hitsBox(rect) && !(alone && hitsLabel(rect, i))) {
                            edge.label = rect;
                            return;
                        }
                    }
                }
            }
        }
        rect.moveCenter(edge.path.pointAtPercent(0.5));
        edge.label = rect;
    }

    const std::vector<LayoutEdge>& m_edges;
    QSizeF m_available;
    NetworkLayoutMetrics m_metrics;
    NetworkLayout m_out;
    std::vector<int> m_depth;
    int m_columns = 1;
    int m_bands = 1;
    int m_perBand = 1;
    double m_pitch = 0;
    double m_left = 0;
    std::vector<std::vector<int>> m_rows; ///< boxes by band and column
    std::vector<Way> m_ways;
    std::vector<int> m_lanes; ///< arrows in the lane above each band, and below the last
    std::vector<double> m_laneTop;
    std::vector<std::pair<int, int>> m_laneOf;          ///< place in the lane it leaves by and enters by
    std::vector<std::array<std::size_t, 3>> m_laneBand; ///< edge, lane that it leaves by, lane that it enters by
    std::vector<std::array<QPointF, 2>> m_ports;        ///< at the source, at the target
};

} // namespace

NetworkLayout layOutNetwork(int boxes, const std::vector<LayoutEdge>& edges, QSizeF available,
                            const NetworkLayoutMetrics& metrics)
{
    return Layouter(boxes, edges, available, metrics).run();
}

} // namespace bnof::widgets
