// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/importance_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {
namespace {

constexpr double strongestFill = 0.55;  ///< so that the curve on it stays readable
constexpr double leastStrongest = 0.02; ///< below it the spikes' chance speaks, not a channel

QString points(double share)
{
    return QLocale().toString(std::abs(share) * 100, 'f', 1);
}

QString seconds(double value)
{
    return QLocale().toString(value, 'f', std::abs(value) < 100 ? 1 : 0);
}

int lineHeight()
{
    return QFontMetrics(Theme::font(Theme::TextSize::Small)).height();
}

} // namespace

ImportanceView::ImportanceView(QWidget* parent) : PaintedWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("What the answer rests on"));
    updateSummary(true);
}

void ImportanceView::setContent(const QString& answer, std::vector<double> edges, std::vector<Row> rows)
{
    m_answer = answer;
    m_edges = std::move(edges);
    m_rows = std::move(rows);
    m_row = 0;
    m_stretch = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; !m_rows.empty() && s < m_rows.front().importance.size(); ++s) {
        if (m_rows.front().importance[s] > most) {
            most = m_rows.front().importance[s];
            m_stretch = static_cast<int>(s);
        }
    }
    updateGeometry();
    updateSummary(true);
    update();
    if (!m_rows.empty())
        emit currentChanged(cellText(m_row, m_stretch));
}

QString ImportanceView::cellText(int row, int stretch) const
{
    const Row& r = m_rows[static_cast<std::size_t>(row)];
    const auto s = static_cast<std::size_t>(stretch);
    const double value = r.importance[s];
    const QString from = seconds(-m_edges[s]);
    const QString to = seconds(-m_edges[s + 1]);
    return value >= 0
               ? tr("Had %1 not moved from %2 s to %3 s before the answer, “%4” would lose %5 percentage points.")
                     .arg(r.name, from, to, m_answer, points(value))
               : tr("Had %1 not moved from %2 s to %3 s before the answer, “%4” would gain %5 percentage points.")
                     .arg(r.name, from, to, m_answer, points(value));
}

QString ImportanceView::summary() const
{
    if (m_rows.empty())
        return tr("Nothing is explained yet");
    const auto most = std::max_element(m_rows.begin(), m_rows.end(),
                                       [](const Row& a, const Row& b) { return a.without < b.without; });
    return tr("“%1” rests most on %2: without it the answer would lose %3 percentage points.")
        .arg(m_answer, most->name, points(most->without));
}

QSize ImportanceView::sizeHint() const
{
    const int rows = static_cast<int>(std::max<std::size_t>(2, m_rows.size()));
    return {640, rows * (2 * lineHeight() + Theme::space(1)) + 2 * lineHeight() + Theme::space(2)};
}

ImportanceView::Layout ImportanceView::layoutNow() const
{
    const QFontMetrics metrics(Theme::font(Theme::TextSize::Small));
    int names = metrics.horizontalAdvance(tr("Channel"));
    for (const Row& row : m_rows)
        names = std::max(names, metrics.horizontalAdvance(row.name));
    names = std::min(names, width() / 4);
    const int figures =
        std::max(metrics.horizontalAdvance(tr("without it")), metrics.horizontalAdvance(QStringLiteral("−100.0 %"))) +
        Theme::space(2);
    Layout out;
    out.cells = QRectF(rect()).adjusted(names + Theme::space(3), 2 * metrics.height() + Theme::space(1),
                                        -figures - Theme::space(1), -Theme::space(1));
    out.rowHeight = std::min(out.cells.height() / static_cast<double>(std::max<std::size_t>(1, m_rows.size())),
                             3.0 * metrics.height());
    out.figures = out.cells.right() + Theme::space(2);
    return out;
}

double ImportanceView::xOf(const Layout& at, double secondsBefore) const
{
    const double span = std::max(m_edges.back() - m_edges.front(), 1e-9);
    return at.cells.left() + at.cells.width() * (secondsBefore - m_edges.front()) / span;
}

void ImportanceView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_rows.empty() || m_edges.size() < 2) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        return;
    }
    const Layout at = layoutNow();
    const int line = painter.fontMetrics().height();
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(at.cells.left(), 0, at.cells.width(), line), Qt::AlignCenter,
                     tr("seconds before the answer"));
    double free = -1;
    for (const double edge : m_edges) {
        const QString text = seconds(edge);
        const double wide = painter.fontMetrics().horizontalAdvance(text);
        const double left = std::clamp(xOf(at, edge) - wide / 2, at.cells.left(), at.cells.right() - wide);
        if (left > free) {
            painter.drawText(QRectF(left, line, wide + 1, line), Qt::AlignLeft, text);
            free = left + wide + Theme::space(2);
        }
    }
    painter.drawText(QRectF(at.figures, line, width() - at.figures, line), Qt::AlignLeft, tr("without it"));
    double strongest = leastStrongest;
    for (const Row& row : m_rows) {
        for (const double value : row.importance)
            strongest = std::max(strongest, std::abs(value));
    }
    for (int row = 0; row < static_cast<int>(m_rows.size()); ++row)
        paintRow(painter, at, row, strongest);
    paintFocus(painter);
}

void ImportanceView::paintRow(QPainter& painter, const Layout& at, int row, double strongest) const
{
    const Theme& theme = Theme::current();
    const Row& r = m_rows[static_cast<std::size_t>(row)];
    const double top = at.cells.top() + at.rowHeight * row;
    const QRectF band(at.cells.left(), top + 1, at.cells.width(), at.rowHeight - 2);
    painter.fillRect(band, theme.background);
    for (std::size_t s = 0; s < r.importance.size() && s + 1 < m_edges.size(); ++s) {
        const double value = r.importance[s];
        const QRectF cell(xOf(at, m_edges[s]), band.top(), xOf(at, m_edges[s + 1]) - xOf(at, m_edges[s]),
                          band.height());
        QColor fill = value >= 0 ? theme.accent : theme.severity(Theme::Severity::Warning);
        fill.setAlphaF(static_cast<float>(strongestFill * std::min(1.0, std::abs(value) / strongest)));
        painter.fillRect(cell, fill);
        if (row == m_row && static_cast<int>(s) == m_stretch) {
            painter.setPen(QPen(theme.text, 1));
            painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
        }
    }
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& [t, value] : r.points) {
        if (std::isfinite(value) && t >= m_edges.front() && t <= m_edges.back()) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (high >= low) {
        const double span = std::max(high - low, 1e-12);
        QPainterPath path;
        bool open = false;
        for (const auto& [t, value] : r.points) {
            if (!std::isfinite(value) || t < m_edges.front() || t > m_edges.back()) {
                open = false;
                continue;
            }
            const double up = high > low ? (value - low) / span : 0.5;
            const QPointF p(xOf(at, t), band.bottom() - 3 - up * (band.height() - 6));
            if (std::exchange(open, true))
                path.lineTo(p);
            else
                path.moveTo(p);
        }
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.text, 1.3));
        painter.drawPath(path);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    painter.setPen(theme.text);
    const QRectF name(Theme::space(1), top, at.cells.left() - Theme::space(3), at.rowHeight);
    painter.drawText(name, Qt::AlignRight | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(r.name, Qt::ElideRight, static_cast<int>(name.width())));
    const QString sign = r.without > 0 ? QStringLiteral("−") : QStringLiteral("+");
    painter.drawText(QRectF(at.figures, top, width() - at.figures, at.rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
                     std::abs(r.without) < 0.0005 ? QStringLiteral("0") : tr("%1%2 %").arg(sign, points(r.without)));
}

bool ImportanceView::cellAt(QPointF position, int& row, int& stretch) const
{
    if (m_rows.empty() || m_edges.size() < 2)
        return false;
    const Layout at = layoutNow();
    row = static_cast<int>(std::floor((position.y() - at.cells.top()) / at.rowHeight));
    if (row < 0 || row >= static_cast<int>(m_rows.size()))
        return false;
    for (std::size_t s = 0; s + 1 < m_edges.size(); ++s) {
        if (position.x() >= xOf(at, m_edges[s]) && position.x() < xOf(at, m_edges[s + 1])) {
            stretch = static_cast<int>(s);
            return true;
        }
    }
    return false;
}

void ImportanceView::choose(int row, int stretch)
{
    m_row = row;
    m_stretch = stretch;
    update();
    emit currentChanged(cellText(row, stretch));
}

void ImportanceView::keyPressEvent(QKeyEvent* event)
{
    if (m_rows.empty() || m_edges.size() < 2)
        return PaintedWidget::keyPressEvent(event);
    const int lastRow = static_cast<int>(m_rows.size()) - 1;
    const int lastStretch = static_cast<int>(m_edges.size()) - 2;
    switch (event->key()) {
    case Qt::Key_Up: return choose(std::max(0, m_row - 1), m_stretch);
    case Qt::Key_Down: return choose(std::min(lastRow, m_row + 1), m_stretch);
    case Qt::Key_Left: return choose(m_row, std::max(0, m_stretch - 1));
    case Qt::Key_Right: return choose(m_row, std::min(lastStretch, m_stretch + 1));
    case Qt::Key_Home: return choose(0, m_stretch);
    case Qt::Key_End: return choose(lastRow, m_stretch);
    default: PaintedWidget::keyPressEvent(event);
    }
}

void ImportanceView::mousePressEvent(QMouseEvent* event)
{
    int row = 0;
    int stretch = 0;
    if (cellAt(event->position(), row, stretch))
        choose(row, stretch);
}

bool ImportanceView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return PaintedWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    int row = 0;
    int stretch = 0;
    if (cellAt(help->pos(), row, stretch))
        QToolTip::showText(help->globalPos(), cellText(row, stretch), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace bnof::widgets
