// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/first_run_page.h"

#include <QAction>
#include <QBoxLayout>
#include <QLabel>

#include "app/studio/shell/icons.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

ChoiceButton::ChoiceButton(QAction* action, const QString& title, const QString& why, QWidget* parent)
    : QPushButton(parent), m_symbol(new QLabel(this)), m_title(new QLabel(title, this)), m_why(new QLabel(why, this)),
      m_icon(action->icon())
{
    setObjectName(QStringLiteral("choice-") + action->objectName());
    setAccessibleName(title);
    setAccessibleDescription(why);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_why->setFont(Theme::font());
    m_why->setWordWrap(true);
    m_title->setWordWrap(true);
    for (QLabel* label : {m_symbol, m_title, m_why}) {
        label->setAttribute(Qt::WA_TransparentForMouseEvents);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(6), Theme::space(6), Theme::space(6), Theme::space(6));
    layout->setSpacing(Theme::space(3));
    layout->addWidget(m_symbol);
    layout->addWidget(m_title);
    layout->addWidget(m_why);
    layout->addStretch(1);
    connect(this, &QPushButton::clicked, action, &QAction::trigger);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &ChoiceButton::styleForTheme);
    styleForTheme();
}

QSize ChoiceButton::sizeHint() const
{
    return {Theme::space(72), Theme::space(56)};
}

QSize ChoiceButton::minimumSizeHint() const
{
    return {Theme::space(50), Theme::space(36)};
}

void ChoiceButton::styleForTheme()
{
    const auto& theme = Theme::current();
    m_symbol->setPixmap(m_icon.pixmap(QSize(44, 44), QIcon::Normal, QIcon::On));
    setStyleSheet(QStringLiteral("QPushButton { background: %1; border: 1px solid %2; border-radius: 10px; }"
                                 "QPushButton:hover { border: 1px solid %3; background: %4; }"
                                 "QPushButton:focus { border: 3px solid %3; }"
                                 "QLabel { background: transparent; color: %5; }")
                      .arg(theme.surface.name(), theme.border.name(), theme.accent.name(), theme.raised.name(),
                           theme.text.name()));
}

FirstRunPage::FirstRunPage(QAction* connectSensor, QAction* simulate, QAction* openRecording, QWidget* parent)
    : QWidget(parent), m_note(new QLabel(this)), m_choices(new QWidget(this))
{
    setObjectName(QStringLiteral("firstRunPage"));
    auto* title = new QLabel(tr("What would you like to smell?"), this);
    title->setFont(Theme::font(Theme::TextSize::Figure, true));
    title->setAlignment(Qt::AlignHCenter);
    title->setWordWrap(true);
    auto* subtitle = new QLabel(tr("Live traces, spikes and a named gas in less than a minute."), this);
    subtitle->setAlignment(Qt::AlignHCenter);
    subtitle->setWordWrap(true);
    m_note->setObjectName(QStringLiteral("firstRunNote"));
    m_note->setAlignment(Qt::AlignHCenter);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->setAccessibleName(tr("Message"));
    m_note->hide();

    auto* row = new QBoxLayout(QBoxLayout::LeftToRight, m_choices);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Theme::space(4));
    row->addWidget(new ChoiceButton(connectSensor, tr("Connect a sensor"),
                                    tr("A device on a serial port or in the network that prints its readings."),
                                    m_choices));
    row->addWidget(new ChoiceButton(simulate, tr("Try the simulated nose"),
                                    tr("No hardware needed: a model of a 16-sensor array, connected like a real one. "
                                       "Its data is marked as simulated everywhere."),
                                    m_choices));
    row->addWidget(new ChoiceButton(openRecording, tr("Open a recording"),
                                    tr("Look at a run again, replay it, and have the replay proved."), m_choices));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(8), Theme::space(6), Theme::space(8), Theme::space(6));
    layout->setSpacing(Theme::space(3));
    layout->addStretch(2);
    layout->addWidget(title);
    layout->addWidget(subtitle);
    layout->addSpacing(Theme::space(5));
    m_choices->setMaximumWidth(Theme::space(270));
    auto* centred = new QHBoxLayout; // as wide as it may be, in the middle
    centred->addStretch(1);
    centred->addWidget(m_choices, 1000);
    centred->addStretch(1);
    layout->addLayout(centred);
    layout->addSpacing(Theme::space(3));
    layout->addWidget(m_note);
    layout->addStretch(3);
}

void FirstRunPage::setBusy(const QString& what)
{
    m_choices->setEnabled(what.isEmpty());
    if (!what.isEmpty()) {
        m_note->setPalette(palette());
        m_note->setText(what);
        m_note->show();
    } else {
        m_note->hide();
    }
}

void FirstRunPage::setProblem(const QString& what, const QString& remedy)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_note->setPalette(colours);
    m_note->setText(remedy.isEmpty() ? what : what + QLatin1Char('\n') + remedy);
    m_note->show();
}

void FirstRunPage::resizeEvent(QResizeEvent* event)
{
    // Side by side while there is room for three sentences, below one another else.
    auto* row = qobject_cast<QBoxLayout*>(m_choices->layout());
    row->setDirection(width() < Theme::space(170) ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    QWidget::resizeEvent(event);
}

} // namespace bnof::studio
