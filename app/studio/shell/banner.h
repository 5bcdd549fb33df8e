// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "widgets/theme.h"

class QAction;
class QLabel;
class QPushButton;

namespace bnof::studio {

/// A line across a panel that says what is going on, with at most one button. Hidden while it has no text.
class Banner : public QFrame {
    Q_OBJECT

public:
    explicit Banner(const QString& name, QWidget* parent = nullptr);

    void showMessage(widgets::Theme::Severity severity, const QString& text, const QString& button = {});
    void clear();
    [[nodiscard]] QString text() const;

signals:
    void pressed();

private:
    void styleForTheme();

    QLabel* m_text;
    QPushButton* m_button;
    widgets::Theme::Severity m_severity = widgets::Theme::Severity::Info;
};

} // namespace bnof::studio
