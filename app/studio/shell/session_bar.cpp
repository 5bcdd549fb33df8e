// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/session_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>

#include "app/studio/live/sensor_summary.h"
#include "app/studio/services/format.h"
#include "app/studio/services/session_controller.h"
#include "app/studio/shell/action_registry.h"
#include "widgets/theme.h"

namespace bnof::studio {

using sensing::ConnectionState;
using widgets::Theme;

namespace {

/// A label that gives way: it may be cut by the window but never widens it.
QLabel* makeLabel(QWidget* parent, const char* name, bool strong)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setFont(Theme::font(strong ? Theme::TextSize::Title : Theme::TextSize::Body, strong));
    label->setTextFormat(Qt::PlainText);
    return label;
}

struct StateText {
    QString text;
    Theme::Severity severity;
};

StateText describe(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Idle: return {SessionBar::tr("Not connected"), Theme::Severity::Info};
    case ConnectionState::Connecting: return {SessionBar::tr("Connecting…"), Theme::Severity::Info};
    case ConnectionState::WarmingUp: return {SessionBar::tr("Warming up"), Theme::Severity::Info};
    case ConnectionState::Streaming: return {SessionBar::tr("Live"), Theme::Severity::Good};
    case ConnectionState::Stalled: return {SessionBar::tr("No data"), Theme::Severity::Warning};
    case ConnectionState::Reconnecting: return {SessionBar::tr("Unplugged"), Theme::Severity::Error};
    case ConnectionState::Failed: return {SessionBar::tr("Failed"), Theme::Severity::Error};
    case ConnectionState::Finished: return {SessionBar::tr("Finished"), Theme::Severity::Info};
    }
    return {QString(), Theme::Severity::Info};
}

/// Of several sensors how many are lost, where some are.
StateText describeAll(const session::SessionStatus& status)
{
    const SensorCounts counts = SensorSummary::count(status);
    if (counts.all < 2 || counts.notSending() == 0)
        return describe(status.sources.front().state);
    const QLocale locale;
    return {SessionBar::tr("%1 of %2 lost").arg(locale.toString(counts.notSending()), locale.toString(counts.all)),
            Theme::Severity::Warning};
}

} // namespace

SessionBar::SessionBar(SessionController& session, ActionRegistry& actions, QWidget* parent)
    : QFrame(parent), m_session(session), m_actions(actions)
{
    setObjectName(QStringLiteral("sessionBar"));
    setAccessibleName(tr("Session"));
    m_device = makeLabel(this, "sessionDevice", true);
    m_state = makeLabel(this, "sessionState", true);
    m_state->setFont(Theme::font(Theme::TextSize::Body, true));
    m_simulated = makeLabel(this, "sessionSimulated", true);
    m_simulated->setFont(Theme::font(Theme::TextSize::Small, true));
    m_simulated->setText(tr("SIMULATED DATA"));
    m_facts = makeLabel(this, "sessionFacts", false);
    m_facts->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_recording = makeLabel(this, "sessionRecording", true);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::space(4), Theme::space(2), Theme::space(3), Theme::space(2));
    layout->setSpacing(Theme::space(3));
    layout->addWidget(m_device);
    layout->addWidget(m_state);
    layout->addWidget(m_simulated, 0, Qt::AlignVCenter);
    layout->addWidget(m_facts, 1);
    layout->addWidget(m_recording);
    m_record = addButton(QStringLiteral("record"));
    m_record->setObjectName(QStringLiteral("recordButton"));
    addButton(QStringLiteral("mark"));
    addButton(QStringLiteral("freeze"));
    addButton(QStringLiteral("disconnect"));
    m_role = addButton(QStringLiteral("role"));
    m_role->setObjectName(QStringLiteral("roleButton"));
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &SessionBar::styleForTheme);
    styleForTheme();
    refresh();
}

QToolButton* SessionBar::addButton(const QString& id)
{
    QAction* action = m_actions.action(id);
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize({20, 20});
    button->setMinimumHeight(Theme::space(10));
    button->setFocusPolicy(Qt::StrongFocus);
    const auto name = [button, action] { button->setAccessibleName(action->iconText()); };
    connect(action, &QAction::changed, button, name);
    name();
    layout()->addWidget(button);
    m_buttons.append(button);
    return button;
}

void SessionBar::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    // On a narrow screen the secondary buttons are symbols; what runs stays readable.
    const bool narrow = width() < Theme::space(300);
    for (QToolButton* button : std::as_const(m_buttons))
        button->setToolButtonStyle(button == m_role               ? Qt::ToolButtonTextOnly
                                   : narrow && button != m_record ? Qt::ToolButtonIconOnly
                                                                  : Qt::ToolButtonTextBesideIcon);
}

void SessionBar::styleForTheme()
{
    const auto& theme = Theme::current();
    const QString red = theme.severity(Theme::Severity::Error).name();
    setStyleSheet(
        QStringLiteral("#sessionBar { background: %1; border: none; border-bottom: 1px solid %2; }"
                       "#sessionBar QLabel { background: transparent; }"
                       "#sessionBar #sessionFacts { color: %3; }"
                       "#sessionBar #sessionSimulated { color: %4; border: 1px solid %4; border-radius: 4px;"
                       " padding: 2px 6px; }"
                       "#sessionBar #sessionRecording { color: %5; }"
                       "#sessionBar QToolButton { border: 1px solid %2; border-radius: 6px; padding: 4px 12px;"
                       " background: %6; color: %7; }"
                       "#sessionBar QToolButton:hover { border-color: %3; }"
                       "#sessionBar QToolButton:disabled { color: %3; }"
                       "#sessionBar QToolButton:checked { border: 1px solid %8; color: %8; }"
                       "#sessionBar QToolButton:focus { border: 2px solid %8; padding: 3px 11px; }")
            .arg(theme.surface.name(), theme.border.name(), theme.textMuted.name(),
                 theme.severity(Theme::Severity::Warning).name(), red, theme.raised.name(), theme.text.name(),
                 theme.accent.name()));
    refresh();
}

QString SessionBar::facts() const
{
    const auto& status = m_session.status();
    QStringList parts;
    if (!status.sources.empty() && !status.sources.front().channels.empty())
        parts << tr("%n channel(s)", nullptr, static_cast<int>(status.sources.front().channels.size()));
    if (!status.replay && !status.sources.empty() && status.sources.front().statistics.rateHz > 0)
        parts << Format::rate(status.sources.front().statistics.rateHz);
    if (!status.modelName.empty())
        parts << tr("model %1").arg(toQString(status.modelName));
    else if (m_session.isRunning())
        parts << tr("nothing is recognised");
    return parts.join(QStringLiteral("  ·  "));
}

void SessionBar::showState()
{
    StateText state{QString(), Theme::Severity::Info};
    const auto& status = m_session.status();
    switch (m_session.phase()) {
    case SessionController::Phase::Idle: break;
    case SessionController::Phase::Starting: state.text = tr("Starting…"); break;
    case SessionController::Phase::Stopping: state.text = tr("Finishing…"); break;
    case SessionController::Phase::Running:
        if (status.replay)
            state = {status.replay->proof.finished ? tr("Replay finished")
                     : status.replay->paused       ? tr("Replay paused")
                                                   : tr("Replay"),
                     Theme::Severity::Info};
        else if (!status.sources.empty())
            state = describeAll(status);
        break;
    }
    m_state->setText(state.text.isEmpty() ? QString() : QStringLiteral("● ") + state.text);
    QPalette colours = m_state->palette();
    const QColor colour = Theme::current().severity(state.severity);
    if (colours.color(QPalette::WindowText) != colour) {
        colours.setColor(QPalette::WindowText, colour);
        m_state->setPalette(colours);
    }
    m_state->setVisible(!state.text.isEmpty());
}

void SessionBar::showRecording()
{
    const auto& recording = m_session.status().recording;
    m_recording->setVisible(recording.has_value());
    if (recording)
        m_recording->setText(QStringLiteral("● REC ") + Format::clock(recording->elapsed));
}

void SessionBar::refresh()
{
    const bool idle = m_session.phase() == SessionController::Phase::Idle;
    QString device = idle ? tr("No sensor connected") : m_session.deviceName();
    if (device.isEmpty())
        device = tr("Sensor");
    m_device->setText(
        m_device->fontMetrics().elidedText(device, Qt::ElideMiddle, std::min(Theme::space(80), width() / 4)));
    m_device->setToolTip(device);
    m_simulated->setVisible(!idle && m_session.isSimulated());
    const QString text = idle ? QString() : facts();
    const QString shown = m_facts->fontMetrics().elidedText(text, Qt::ElideRight, std::max(m_facts->width(), 0));
    if (m_facts->text() != shown) {
        m_facts->setText(shown);
        m_facts->setToolTip(text);
    }
    showState();
    showRecording();
}

} // namespace bnof::studio
