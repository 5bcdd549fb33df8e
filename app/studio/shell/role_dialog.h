// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace bnof::studio {

class Roles;

/// Asks for the PIN that makes an operator an engineer.
class RoleDialog : public QDialog {
    Q_OBJECT

public:
    explicit RoleDialog(Roles& roles, QWidget* parent = nullptr);

private:
    void check();

    Roles& m_roles;
    QLineEdit* m_pin;
    QLabel* m_problem;
    QPushButton* m_switch;
};

/// Sets the PIN for engineers, or takes it away.
class PinDialog : public QDialog {
    Q_OBJECT

public:
    explicit PinDialog(Roles& roles, QWidget* parent = nullptr);

private:
    void keep();

    Roles& m_roles;
    QLineEdit* m_pin;
    QLineEdit* m_again;
    QLabel* m_problem;
    QPushButton* m_keep;
};

} // namespace bnof::studio
