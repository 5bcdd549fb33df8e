// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

class QLabel;
class QToolButton;

namespace bnof::studio {

class ActionRegistry;
class SessionController;

/// The strip at the top: what is running, whether it is being recorded, and what the operator does most.
class SessionBar : public QFrame {
    Q_OBJECT

public:
    SessionBar(SessionController& session, ActionRegistry& actions, QWidget* parent = nullptr);

    /// Show the newest state of the session.
    void refresh();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QToolButton* addButton(const QString& action);
    void styleForTheme();
    [[nodiscard]] QString facts() const;
    void showState();
    void showRecording();

    SessionController& m_session;
    ActionRegistry& m_actions;
    QLabel* m_device;
    QLabel* m_state;
    QLabel* m_simulated;
    QLabel* m_facts;
    QLabel* m_recording;
    QToolButton* m_record = nullptr;
    QToolButton* m_role = nullptr; ///< its text is the role in force
    QList<QToolButton*> m_buttons;
};

} // namespace bnof::studio
