// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/status_field.h"

#include <QEvent>
#include <QPainter>
#include <QStyle>

#include <algorithm>

namespace bnof::widgets {

namespace {

constexpr int fieldHeight = 28;

bool isFault(Theme::Severity severity)
{
    return severity == Theme::Severity::Warning || severity == Theme::Severity::Error;
}

} // namespace

StatusField::StatusField(const QString& title, QWidget* parent) : QAbstractButton(parent)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setTitle(title);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void StatusField::setTitle(const QString& title)
{
    m_title = title;
    setAccessibleName(title);
    setToolTip(m_detail.isEmpty() ? m_title : m_title + QLatin1Char('\n') + m_detail);
}

void StatusField::setValue(const QString& value, Theme::Severity severity, const QString& detail)
{
    if (value == text() && severity == m_severity && detail == m_detail)
        return;
    const bool resized = value.size() != text().size() || severity != m_severity;
    m_severity = severity;
    m_detail = detail;
    setText(value);
    setToolTip(detail.isEmpty() ? m_title : m_title + QLatin1Char('\n') + detail);
    QString spoken = value;
    if (severity == Theme::Severity::Warning)
        spoken = tr("warning: %1").arg(value);
    else if (severity == Theme::Severity::Error)
        spoken = tr("error: %1").arg(value);
    setAccessibleDescription(detail.isEmpty() ? spoken : spoken + QStringLiteral(". ") + detail);
    if (resized)
        updateGeometry();
    update();
}

QSize StatusField::sizeHint() const
{
    // Measured with digits of one width, so that a changing figure does not move its neighbours.
    QString widest = text();
    for (QChar& c : widest)
        if (c.isDigit())
            c = QLatin1Char('0');
    const QFontMetrics metrics(Theme::font(Theme::TextSize::Body, isFault(m_severity)));
    const int symbol = isFault(m_severity) ? Theme::space(5) : 0;
    return {metrics.horizontalAdvance(widest) + symbol + Theme::space(5), fieldHeight};
}

QSize StatusField::minimumSizeHint() const
{
    return sizeHint();
}

void StatusField::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isDown() ? theme.border : theme.raised);
        painter.drawRoundedRect(rect().adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
    }
    QRect area = rect().adjusted(Theme::space(2), 0, -Theme::space(2), 0);
    const bool fault = isFault(m_severity);
    if (fault) {
        // A triangle for a warning, a disc for an error: told by shape as well as by colour.
        const QRectF box(area.left() + 1, area.center().y() - 6, 12, 12);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.severity(m_severity));
        if (m_severity == Theme::Severity::Warning)
            painter.drawPolygon(QPolygonF({{box.center().x(), box.top()}, box.bottomRight(), box.bottomLeft()}));
        else
            painter.drawEllipse(box);
        painter.setPen(QPen(theme.surface, 1.6));
        const QPointF centre = box.center() + QPointF(0, m_severity == Theme::Severity::Warning ? 1.5 : 0);
        painter.drawLine(centre + QPointF(0, -3), centre + QPointF(0, 1));
        painter.drawPoint(centre + QPointF(0, 3));
        area.setLeft(area.left() + Theme::space(5));
    }
    painter.setFont(Theme::font(Theme::TextSize::Body, fault));
    painter.setPen(m_severity == Theme::Severity::Info ? theme.text : theme.severity(m_severity));
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, text());
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
    }
}

StatusStrip::StatusStrip(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Status"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

StatusField* StatusStrip::field(const QString& id, const QString& title)
{
    for (const auto& [known, field] : m_fields)
        if (known == id) {
            if (!title.isEmpty() && title != field->title())
                field->setTitle(title);
            return field;
        }
    auto* field = new StatusField(title.isEmpty() ? id : title, this);
    field->setObjectName(id);
    connect(field, &StatusField::clicked, this, [this, id] { emit activated(id); });
    m_fields.emplace_back(id, field);
    field->show();
    layOut();
    return field;
}

QSize StatusStrip::sizeHint() const
{
    int width = Theme::space(2);
    for (const auto& [id, field] : m_fields)
        width += field->text().isEmpty() ? 0 : field->sizeHint().width() + Theme::space(1);
    return {width, fieldHeight + Theme::space(1)};
}

QSize StatusStrip::minimumSizeHint() const
{
    return {Theme::space(20), fieldHeight + Theme::space(1)};
}

void StatusStrip::layOut()
{
    // What fits, faults first; the order on screen stays.
    std::vector<StatusField*> byNeed;
    for (const bool faults : {true, false})
        for (const auto& [id, field] : m_fields)
            if (!field->text().isEmpty() && isFault(field->severity()) == faults)
                byNeed.push_back(field);
    int left = width() - 2 * Theme::space(1);
    std::vector<StatusField*> shown;
    for (StatusField* field : byNeed) {
        const int needed = field->sizeHint().width() + Theme::space(1);
        if (needed > left)
            continue;
        left -= needed;
        shown.push_back(field);
    }
    int x = Theme::space(1);
    for (const auto& [id, field] : m_fields) {
        const bool visible = std::find(shown.begin(), shown.end(), field) != shown.end();
        field->setVisible(visible);
        if (!visible)
            continue;
        const QSize size = field->sizeHint();
        field->setGeometry(x, (height() - size.height()) / 2, size.width(), size.height());
        x += size.width() + Theme::space(1);
    }
}

void StatusStrip::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    layOut();
}

bool StatusStrip::event(QEvent* event)
{
    // A field changed its size.
    if (event->type() == QEvent::LayoutRequest)
        layOut();
    return QWidget::event(event);
}

} // namespace bnof::widgets
