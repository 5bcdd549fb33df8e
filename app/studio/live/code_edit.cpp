// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/code_edit.h"

#include <QFontDatabase>
#include <QKeyEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QTextBlock>

#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

class CodeEdit::Margin : public QWidget {
public:
    explicit Margin(CodeEdit& edit) : QWidget(&edit), m_edit(edit) {}

protected:
    void paintEvent(QPaintEvent* event) override { m_edit.paintMargin(event); }

private:
    CodeEdit& m_edit;
};

CodeEdit::CodeEdit(QWidget* parent) : QPlainTextEdit(parent), m_margin(new Margin(*this))
{
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setTabChangesFocus(true); // Tab leads out; two spaces indent
    connect(this, &QPlainTextEdit::blockCountChanged, this, &CodeEdit::placeMargin);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& area, int scrolled) {
        if (scrolled != 0)
            m_margin->scroll(0, scrolled);
        else
            m_margin->update(0, area.y(), m_margin->width(), area.height());
    });
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &CodeEdit::highlight);
    placeMargin();
}

int CodeEdit::marginWidth() const
{
    const int digits = std::max(2, static_cast<int>(QString::number(blockCount()).size()));
    return fontMetrics().horizontalAdvance(QLatin1Char('9')) * digits + Theme::space(4);
}

void CodeEdit::placeMargin()
{
    setViewportMargins(marginWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_margin->setGeometry(inside.left(), inside.top(), marginWidth(), inside.height());
}

void CodeEdit::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    placeMargin();
}

/// A new line begins under the one before it.
void CodeEdit::keyPressEvent(QKeyEvent* event)
{
    const bool newLine = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const QString line = textCursor().block().text();
    QPlainTextEdit::keyPressEvent(event);
    if (!newLine)
        return;
    qsizetype spaces = 0;
    while (spaces < line.size() && line[spaces] == QLatin1Char(' '))
        ++spaces;
    insertPlainText(QString(spaces, QLatin1Char(' ')));
}

void CodeEdit::paintMargin(QPaintEvent* event)
{
    const Theme& theme = Theme::current();
    QPainter painter(m_margin);
    painter.fillRect(event->rect(), theme.raised);
    painter.setFont(font());
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF area = blockBoundingGeometry(block).translated(contentOffset());
        if (area.top() > event->rect().bottom())
            break;
        const bool wrong = block.blockNumber() + 1 == m_errorLine;
        const QRectF line(0, area.top(), m_margin->width(), area.height());
        if (wrong)
            painter.fillRect(line, theme.severity(Theme::Severity::Error));
        painter.setPen(wrong ? theme.surface : theme.textMuted);
        painter.drawText(line.adjusted(0, 0, -Theme::space(2), 0), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(block.blockNumber() + 1));
    }
}

void CodeEdit::setErrorLine(int line)
{
    if (line == m_errorLine)
        return;
    m_errorLine = line;
    highlight();
}

void CodeEdit::highlight()
{
    QList<QTextEdit::ExtraSelection> marks;
    const QTextBlock block = document()->findBlockByNumber(m_errorLine - 1);
    if (m_errorLine > 0 && block.isValid()) {
        QTextEdit::ExtraSelection mark;
        QColor colour = Theme::current().severity(Theme::Severity::Error);
        colour.setAlphaF(0.18F);
        mark.format.setBackground(colour);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        mark.cursor = QTextCursor(block);
        marks << mark;
    }
    setExtraSelections(marks);
    m_margin->update();
}

} // namespace bnof::studio
