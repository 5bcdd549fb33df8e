// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QWidget>

class QAction;
class QLabel;

namespace bnof::studio {

/// A large button: symbol, what it does, and one sentence about it. Triggers an action.
class ChoiceButton : public QPushButton {
    Q_OBJECT

public:
    ChoiceButton(QAction* action, const QString& title, const QString& why, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

private:
    void styleForTheme();

    QLabel* m_symbol;
    QLabel* m_title;
    QLabel* m_why;
    QIcon m_icon;
};

/// What Live shows while nothing runs: three ways to begin.
class FirstRunPage : public QWidget {
    Q_OBJECT

public:
    FirstRunPage(QAction* connectSensor, QAction* simulate, QAction* openRecording, QWidget* parent = nullptr);

    /// Busy says what is being started; empty: the choices are open.
    void setBusy(const QString& what);
    /// What went wrong with the last start, with the remedy.
    void setProblem(const QString& what, const QString& remedy);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QLabel* m_note;
    QWidget* m_choices;
};

} // namespace bnof::studio
