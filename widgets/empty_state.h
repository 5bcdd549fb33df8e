// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QVBoxLayout;
class QLabel;
class QPushButton;

namespace bnof::widgets {

/// A calm panel that says why there is nothing here and offers the next step.
class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    EmptyState(const QString& title, const QString& why, QWidget* parent = nullptr);

    void setText(const QString& title, const QString& why);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString why() const;
    /// A button; the first one added is the primary one.
    QPushButton* addStep(const QString& label);
    /// A button that triggers (and follows the state of) an action.
    QPushButton* addStep(QAction* action);
    void clearSteps();

private:
    void styleForTheme();

    QLabel* m_title;
    QLabel* m_why;
    QVBoxLayout* m_steps;
};

} // namespace bnof::widgets
