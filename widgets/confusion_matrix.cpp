// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/confusion_matrix.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {
namespace {

constexpr double mostStronglyFilled = 0.85; ///< of the density, so that text on it stays readable

QString percent(double share)
{
    return QLocale().toString(share * 100, 'f', share < 0.0995 && share > 0 ? 1 : 0);
}

} // namespace

ConfusionMatrix::ConfusionMatrix(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Which gas was taken for which"));
    updateSummary(true);
}

void ConfusionMatrix::setCounts(const QStringList& truth, const QStringList& said, std::vector<double> counts)
{
    m_truth = truth;
    m_said = said;
    m_counts = std::move(counts);
    m_counts.resize(static_cast<std::size_t>(truth.size() * said.size()), 0);
    updateGeometry();
    updateSummary(true);
    update();
}

double ConfusionMatrix::share(int truth, int said) const
{
    const auto row = m_counts.begin() + truth * m_said.size();
    double sum = 0;
    for (auto cell = row; cell != row + m_said.size(); ++cell)
        sum += *cell;
    return sum > 0 ? row[said] / sum : 0;
}

QString ConfusionMatrix::cellText(int truth, int said) const
{
    return tr("%1 was called %2 in %3 % of the answers").arg(m_truth[truth], m_said[said], percent(share(truth, said)));
}

QString ConfusionMatrix::summary() const
{
    if (m_truth.isEmpty())
        return tr("Nothing was tested yet");
    double worst = 0;
    QString text = tr("No gas was taken for another.");
    for (int t = 0; t < m_truth.size(); ++t) {
        for (int s = 0; s < m_said.size(); ++s) {
            if (m_truth[t] != m_said[s] && share(t, s) > worst) {
                worst = share(t, s);
                text = tr("Most often confused: %1.").arg(cellText(t, s));
            }
        }
    }
    return text;
}

QSize ConfusionMatrix::sizeHint() const
{
    const int rows = static_cast<int>(std::max<qsizetype>(2, m_truth.size()));
    return {420, (rows + 2) * (QFontMetrics(Theme::font(Theme::TextSize::Small)).height() + Theme::space(2))};
}

ConfusionMatrix::Layout ConfusionMatrix::layoutFor(const QFontMetrics& metrics) const
{
    int names = 0;
    for (const QString& name : m_truth)
        names = std::max(names, metrics.horizontalAdvance(name));
    names = std::min(names, width() / 4);
    Layout out;
    out.cells = QRectF(rect()).adjusted(names + Theme::space(3), 2 * metrics.height() + Theme::space(2),
                                        -Theme::space(1), -Theme::space(1));
    out.width = out.cells.width() / static_cast<double>(std::max<qsizetype>(1, m_said.size()));
    out.height = std::min(out.cells.height() / static_cast<double>(std::max<qsizetype>(1, m_truth.size())),
                          static_cast<double>(metrics.height() + Theme::space(3)));
    return out;
}

void ConfusionMatrix::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_truth.isEmpty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        return;
    }
    const auto metrics = painter.fontMetrics();
    const Layout at = layoutFor(metrics);
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(at.cells.left(), 2, at.cells.width(), metrics.height()), Qt::AlignCenter,
                     tr("answered, % of the row"));
    for (int s = 0; s < m_said.size(); ++s) {
        const QRectF head(at.cells.left() + at.width * s, metrics.height() + 4, at.width, metrics.height());
        painter.drawText(head, Qt::AlignCenter,
                         metrics.elidedText(m_said[s], Qt::ElideRight, static_cast<int>(at.width) - 2));
    }
    for (int t = 0; t < m_truth.size(); ++t) {
        const double top = at.cells.top() + at.height * t;
        painter.setPen(theme.text);
        const QRectF name(Theme::space(1), top, at.cells.left() - Theme::space(3), at.height);
        painter.drawText(name, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(m_truth[t], Qt::ElideRight, static_cast<int>(name.width())));
        for (int s = 0; s < m_said.size(); ++s) {
            const QRectF cell(at.cells.left() + at.width * s + 1, top + 1, at.width - 2, at.height - 2);
            const double value = share(t, s);
            const QColor fill = theme.density(value * mostStronglyFilled);
            painter.fillRect(cell, fill);
            if (m_truth[t] == m_said[s]) {
                painter.setPen(QPen(theme.accent, 1.5));
                painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
            }
            const QColor dark(0x10, 0x14, 0x18);
            const bool light = Theme::contrast(Qt::white, fill) > Theme::contrast(dark, fill);
            painter.setPen(value > 0 ? (light ? QColor(Qt::white) : dark) : theme.textMuted);
            painter.drawText(cell, Qt::AlignCenter, value > 0 ? percent(value) : QStringLiteral("·"));
        }
    }
    paintFocus(painter);
}

bool ConfusionMatrix::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return PaintedWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const Layout at = layoutFor(QFontMetrics(Theme::font(Theme::TextSize::Small)));
    const QPointF inside = help->pos() - at.cells.topLeft();
    const int s = static_cast<int>(inside.x() / std::max(1.0, at.width));
    const int t = static_cast<int>(inside.y() / std::max(1.0, at.height));
    if (inside.x() >= 0 && inside.y() >= 0 && s < m_said.size() && t < m_truth.size())
        QToolTip::showText(help->globalPos(), cellText(t, s), this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace bnof::widgets
