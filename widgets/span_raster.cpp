// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/span_raster.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bnof::widgets {

namespace {

constexpr float none = std::numeric_limits<float>::infinity();

/// Lay `colour` over `pixel` with coverage 0 ... 1.
void blend(QRgb& pixel, QRgb colour, double coverage)
{
    const int a = static_cast<int>(std::clamp(coverage, 0.0, 1.0) * 256);
    const auto channel = [a](int under, int over) { return under + ((over - under) * a >> 8); };
    pixel = qRgb(channel(qRed(pixel), qRed(colour)), channel(qGreen(pixel), qGreen(colour)),
                 channel(qBlue(pixel), qBlue(colour)));
}

} // namespace

SpanRaster::SpanRaster(int columns, int left)
    : m_top(static_cast<std::size_t>(std::max(columns, 0)), none),
      m_bottom(static_cast<std::size_t>(std::max(columns, 0)), -none), m_left(left)
{}

void SpanRaster::clear()
{
    std::fill(m_top.begin(), m_top.end(), none);
    std::fill(m_bottom.begin(), m_bottom.end(), -none);
}

bool SpanRaster::isEmpty(int column) const
{
    return top(column) > bottom(column);
}

void SpanRaster::add(int column, double top, double bottom)
{
    if (column < 0 || column >= columns())
        return;
    const auto c = static_cast<std::size_t>(column);
    m_top[c] = std::min(m_top[c], static_cast<float>(top));
    m_bottom[c] = std::max(m_bottom[c], static_cast<float>(bottom));
}

void SpanRaster::addLine(double x0, double y0, double x1, double y1)
{
    if (x1 < x0) {
        std::swap(x0, x1);
        std::swap(y0, y1);
    }
    if (x1 < 0 || x0 >= columns())
        return;
    const double slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
    if (x1 <= x0) {
        add(static_cast<int>(std::floor(x0)), std::min(y0, y1), std::max(y0, y1));
        return;
    }
    const int first = static_cast<int>(std::floor(std::max(x0, 0.0)));
    const int last = static_cast<int>(std::floor(std::min(x1, columns() - 1.0)));
    for (int c = first; c <= last; ++c) {
        const double ya = y0 + slope * (std::max<double>(x0, c) - x0);
        const double yb = y0 + slope * (std::min<double>(x1, c + 1) - x0);
        add(c, std::min(ya, yb), std::max(ya, yb));
    }
}

void SpanRaster::draw(QImage& image, const QRect& clip, QRgb colour, double thickness) const
{
    const QRect area = clip.intersected(image.rect());
    if (area.isEmpty())
        return;
    const auto stride = static_cast<std::ptrdiff_t>(image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb)));
    auto* bits = reinterpret_cast<QRgb*>(image.bits());
    const double half = thickness / 2;
    const int first = std::max(0, area.left() - m_left);
    const int last = std::min(columns() - 1, area.right() - m_left);
    for (int c = first; c <= last; ++c) {
        if (isEmpty(c))
            continue;
        const double y0 = std::clamp<double>(top(c) - half, area.top(), area.bottom() + 1);
        const double y1 = std::clamp<double>(bottom(c) + half, area.top(), area.bottom() + 1);
        const int from = static_cast<int>(y0);
        const int to = std::min(static_cast<int>(y1), area.bottom());
        QRgb* pixel = bits + from * stride + (m_left + c);
        if (from > area.bottom())
            continue;
        if (from >= to) {
            blend(*pixel, colour, y1 - y0);
            continue;
        }
        blend(*pixel, colour, from + 1 - y0);
        pixel += stride;
        for (int y = from + 1; y < to; ++y, pixel += stride)
            *pixel = colour;
        blend(*pixel, colour, std::min(y1 - to, 1.0));
    }
}

void SpanRaster::drawDot(QImage& image, const QRect& clip, QRgb colour, double x, double y, double radius) const
{
    const QRect area = clip.intersected(image.rect());
    const double centreX = m_left + x;
    const int top = std::max(area.top(), static_cast<int>(std::floor(y - radius - 0.5)));
    const int bottom = std::min(area.bottom(), static_cast<int>(std::ceil(y + radius + 0.5)));
    const int left = std::max(area.left(), static_cast<int>(std::floor(centreX - radius - 0.5)));
    const int right = std::min(area.right(), static_cast<int>(std::ceil(centreX + radius + 0.5)));
    for (int row = top; row <= bottom; ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
        for (int column = left; column <= right; ++column) {
            const double dx = column + 0.5 - centreX;
            const double dy = row + 0.5 - y;
            const double distance = std::sqrt(dx * dx + dy * dy); // no overflow to guard against, as hypot does
            blend(line[column], colour, radius + 0.5 - distance);
        }
    }
}

} // namespace bnof::widgets
