// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QAction;
class QVBoxLayout;

namespace bnof::studio {

/// The column of workspaces at the left; one checkable button an action.
class NavigationRail : public QFrame {
    Q_OBJECT

public:
    explicit NavigationRail(QWidget* parent = nullptr);

    void addWorkspace(QAction* action);
    /// Further workspaces go to the bottom end.
    void addStretch();

private:
    void styleForTheme();

    QVBoxLayout* m_layout;
};

} // namespace bnof::studio
