// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/role_dialog.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>

#include "app/studio/services/roles.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QLineEdit* makePinLine(QWidget* parent, const QString& name, const char* objectName)
{
    auto* line = new QLineEdit(parent);
    line->setEchoMode(QLineEdit::Password);
    line->setAccessibleName(name);
    line->setObjectName(QLatin1String(objectName));
    return line;
}

QLabel* makeText(QWidget* parent, const QString& text)
{
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    return label;
}

QLabel* makeProblem(QWidget* parent)
{
    QLabel* label = makeText(parent, {});
    label->setObjectName(QStringLiteral("pinProblem"));
    QPalette colours = label->palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    label->setPalette(colours);
    return label;
}

QFormLayout* makeForm(QDialog* dialog, QPushButton* cancel, QPushButton* action, const char* objectName)
{
    cancel->setAccessibleName(cancel->text());
    cancel->setAutoDefault(false);
    action->setAccessibleName(action->text());
    action->setObjectName(QLatin1String(objectName));
    action->setDefault(true);
    QObject::connect(cancel, &QPushButton::clicked, dialog, &QDialog::reject);
    auto* form = new QFormLayout(dialog);
    form->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    form->setVerticalSpacing(Theme::space(3));
    return form;
}

void addButtons(QFormLayout* form, QDialog* dialog, std::initializer_list<QPushButton*> buttons)
{
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    for (QPushButton* button : buttons)
        row->addWidget(button);
    form->addRow(row);
    dialog->resize(Theme::space(110), dialog->sizeHint().height());
}

} // namespace

RoleDialog::RoleDialog(Roles& roles, QWidget* parent)
    : QDialog(parent), m_roles(roles), m_pin(makePinLine(this, tr("PIN for engineers"), "rolePin")),
      m_problem(makeProblem(this)), m_switch(new QPushButton(tr("Become engineer"), this))
{
    setObjectName(QStringLiteral("roleDialog"));
    setWindowTitle(tr("Switch to engineer"));
    setAccessibleName(windowTitle());
    auto* cancel = new QPushButton(tr("Cancel"), this);
    QFormLayout* form = makeForm(this, cancel, m_switch, "roleSwitch");
    form->addRow(makeText(this, tr("An engineer changes settings, models, networks, protocols and calibrations, and "
                                   "may pass shut gates.")));
    form->addRow(tr("PIN"), m_pin);
    form->addRow(m_problem);
    addButtons(form, this, {cancel, m_switch});
    connect(m_switch, &QPushButton::clicked, this, &RoleDialog::check);
}

void RoleDialog::check()
{
    m_switch->setEnabled(false);
    m_problem->clear();
    m_roles.becomeEngineer(m_pin->text(), [dialog = QPointer<RoleDialog>(this)](const QString& problem) {
        if (!dialog)
            return;
        dialog->m_switch->setEnabled(true);
        if (problem.isEmpty()) {
            dialog->accept();
            return;
        }
        dialog->m_problem->setText(problem);
        dialog->m_pin->selectAll();
        dialog->m_pin->setFocus(Qt::OtherFocusReason);
    });
}

PinDialog::PinDialog(Roles& roles, QWidget* parent)
    : QDialog(parent), m_roles(roles), m_pin(makePinLine(this, tr("New PIN"), "newPin")),
      m_again(makePinLine(this, tr("New PIN once more"), "newPinAgain")), m_problem(makeProblem(this)),
      m_keep(new QPushButton(tr("Keep"), this))
{
    setObjectName(QStringLiteral("pinDialog"));
    setWindowTitle(tr("PIN for engineers"));
    setAccessibleName(windowTitle());
    auto* cancel = new QPushButton(tr("Cancel"), this);
    QFormLayout* form = makeForm(this, cancel, m_keep, "pinKeep");
    form->addRow(makeText(this, tr("An operator has to enter it to become an engineer. It guards against mistakes: who "
                                   "may write the settings file can take it out. Empty: no PIN.")));
    form->addRow(tr("New PIN"), m_pin);
    form->addRow(tr("Once more"), m_again);
    form->addRow(m_problem);
    addButtons(form, this, {cancel, m_keep});
    connect(m_keep, &QPushButton::clicked, this, &PinDialog::keep);
}

void PinDialog::keep()
{
    if (m_pin->text() != m_again->text()) {
        m_problem->setText(tr("The two are not the same."));
        return;
    }
    m_keep->setEnabled(false);
    m_roles.setPin(m_pin->text(), [dialog = QPointer<PinDialog>(this)](const QString& problem) {
        if (!dialog)
            return;
        dialog->m_keep->setEnabled(true);
        if (problem.isEmpty())
            dialog->accept();
        else
            dialog->m_problem->setText(problem);
    });
}

} // namespace bnof::studio
