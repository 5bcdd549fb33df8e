// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

/// What came of a button, in the colour of how it went.
class OutcomeLabel : public QLabel {
public:
    explicit OutcomeLabel(QWidget* parent = nullptr) : QLabel(parent)
    {
        setWordWrap(true);
        setTextFormat(Qt::PlainText);
        setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, [this] { colour(); });
        hide();
    }
    void say(widgets::Theme::Severity severity, const QString& text)
    {
        m_severity = severity;
        setText(text);
        setVisible(!text.isEmpty());
        colour();
    }
    void say(const Error& error) { say(widgets::Theme::Severity::Error, Format::error(error)); }

private:
    void colour()
    {
        QPalette colours = palette();
        colours.setColor(QPalette::WindowText, widgets::Theme::current().severity(m_severity));
        setPalette(colours);
    }

    widgets::Theme::Severity m_severity = widgets::Theme::Severity::Info;
};

} // namespace bnof::studio
