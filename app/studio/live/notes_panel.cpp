// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/notes_panel.h"

#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

#include "app/studio/recordings/list_commands.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

NotesPanel::NotesPanel(Services& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_title(new QLineEdit(this)), m_operator(new QLineEdit(this)),
      m_notes(new QPlainTextEdit(this)), m_hint(new QLabel(this)), m_note(new QLineEdit(this)),
      m_addNote(new QPushButton(tr("Add note"), this))
{
    const RecordingNotes& notes = services.session.notes();
    m_title->setText(notes.title);
    m_title->setPlaceholderText(tr("for example: Ethanol, specimen 4"));
    m_title->setAccessibleName(tr("Title of the recording"));
    m_operator->setText(notes.operatorName);
    m_operator->setAccessibleName(tr("Operator"));
    m_notes->setPlainText(notes.notes);
    m_notes->setAccessibleName(tr("Notes on the recording"));
    m_notes->setTabChangesFocus(true);
    m_notes->setMinimumHeight(Theme::space(10));
    m_hint->setWordWrap(true);
    m_hint->setFont(Theme::font(Theme::TextSize::Small));
    m_note->setPlaceholderText(tr("A note at this moment"));
    m_note->setAccessibleName(tr("Note at this moment"));
    m_addNote->setAccessibleName(tr("Add note"));

    auto* noteRow = new QHBoxLayout;
    noteRow->addWidget(m_note, 1);
    noteRow->addWidget(m_addNote);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(Theme::space(2), Theme::space(2), Theme::space(2), Theme::space(2));
    form->setVerticalSpacing(Theme::space(2));
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Title"), m_title);
    form->addRow(tr("Operator"), m_operator);
    form->addRow(tr("Notes"), m_notes);
    form->addRow(noteRow);
    form->addRow(m_hint);

    connect(m_title, &QLineEdit::textChanged, this, &NotesPanel::takeOver);
    connect(m_operator, &QLineEdit::textChanged, this, &NotesPanel::takeOver);
    connect(m_notes, &QPlainTextEdit::textChanged, this, &NotesPanel::takeOver);
    connect(m_note, &QLineEdit::returnPressed, this, &NotesPanel::addNote);
    connect(m_addNote, &QPushButton::clicked, this, &NotesPanel::addNote);
    m_pause.setSingleShot(true);
    m_pause.setInterval(1500);
    connect(&m_pause, &QTimer::timeout, this, &NotesPanel::commit);
    connect(m_title, &QLineEdit::editingFinished, this, &NotesPanel::commit);
    connect(m_operator, &QLineEdit::editingFinished, this, &NotesPanel::commit);
    connect(&services.session, &SessionController::describedAnew, this, [this] { show(m_services.session.notes()); });
    refresh();
}

void NotesPanel::takeOver()
{
    m_services.session.setNotes({m_title->text(), m_operator->text(), m_notes->toPlainText()});
    m_pause.start();
}

/// What the operator changed goes into the running recording, as one step that can be undone.
void NotesPanel::commit()
{
    m_pause.stop();
    const auto& session = m_services.session;
    if (!session.isRecording() || session.notes() == session.described())
        return;
    m_services.configuration.undoStack()->push(new DescribeCommand(
        m_services, toQString(session.status().recording->path), session.described(), session.notes()));
}

void NotesPanel::show(RecordingNotes notes)
{
    // Only what differs: the cursor stays where the operator is typing.
    if (m_title->text() != notes.title)
        m_title->setText(notes.title);
    if (m_operator->text() != notes.operatorName)
        m_operator->setText(notes.operatorName);
    if (m_notes->toPlainText() != notes.notes)
        m_notes->setPlainText(notes.notes);
    m_pause.stop();
}

void NotesPanel::addNote()
{
    const QString text = m_note->text().trimmed();
    if (text.isEmpty())
        return;
    m_services.session.mark(text);
    m_note->clear();
}

void NotesPanel::refresh()
{
    const auto& session = m_services.session;
    const bool recording = session.isRecording();
    const bool live = session.isRunning() && !session.isReplay();
    m_note->setEnabled(live);
    m_addNote->setEnabled(live);
    QString hint;
    if (recording)
        hint = tr("Recording into %1. What you change here goes into it; a note is kept as a mark at its time.")
                   .arg(QFileInfo(toQString(session.status().recording->path)).fileName());
    else if (!session.status().lastRecording.empty())
        hint = tr("Saved: %1").arg(QFileInfo(toQString(session.status().lastRecording)).fileName());
    else
        hint = tr("Written into the next recording.");
    if (m_hint->text() != hint)
        m_hint->setText(hint);
}

} // namespace bnof::studio
