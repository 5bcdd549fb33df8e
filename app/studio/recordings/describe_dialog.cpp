// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/describe_dialog.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

DescribeDialog::DescribeDialog(const QString& fileName, const RecordingNotes& notes, QWidget* parent)
    : QDialog(parent), m_title(new QLineEdit(notes.title, this)), m_operator(new QLineEdit(notes.operatorName, this)),
      m_notes(new QPlainTextEdit(notes.notes, this))
{
    setObjectName(QStringLiteral("describeDialog"));
    setWindowTitle(tr("Describe %1").arg(fileName));
    setAccessibleName(windowTitle());
    m_title->setObjectName(QStringLiteral("describeTitle"));
    m_title->setAccessibleName(tr("Title of the recording"));
    m_title->selectAll();
    m_operator->setAccessibleName(tr("Operator"));
    m_notes->setAccessibleName(tr("Notes on the recording"));
    m_notes->setTabChangesFocus(true);
    auto* hint = new QLabel(tr("The first description and every change of it stay readable in the file."), this);
    hint->setWordWrap(true);
    hint->setFont(Theme::font(Theme::TextSize::Small));
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(tr("Cancel"));
    cancel->setAutoDefault(false);
    auto* save = new QPushButton(tr("Save"), this);
    save->setAccessibleName(tr("Save"));
    save->setDefault(true);

    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(save);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    form->setVerticalSpacing(Theme::space(3));
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Title"), m_title);
    form->addRow(tr("Operator"), m_operator);
    form->addRow(tr("Notes"), m_notes);
    form->addRow(hint);
    form->addRow(buttons);
    resize(Theme::space(130), Theme::space(85));
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(save, &QPushButton::clicked, this, &QDialog::accept);
}

RecordingNotes DescribeDialog::notes() const
{
    return {m_title->text(), m_operator->text(), m_notes->toPlainText()};
}

} // namespace bnof::studio
