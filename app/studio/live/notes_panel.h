// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace bnof::studio {

class Services;
struct RecordingNotes;

/// What the operator writes about a recording, beside the traces and in nobody's way. Before the recording
/// it is the recording's description, and while it runs it can still be changed (and the change undone); a
/// note is put down as a mark at its time.
class NotesPanel : public QWidget {
    Q_OBJECT

public:
    explicit NotesPanel(Services& services, QWidget* parent = nullptr);

    void refresh();

private:
    void takeOver();
    void commit();
    void show(RecordingNotes notes);
    void addNote();

    Services& m_services;
    QLineEdit* m_title;
    QLineEdit* m_operator;
    QPlainTextEdit* m_notes;
    QLabel* m_hint;
    QLineEdit* m_note;
    QPushButton* m_addNote;
    QTimer m_pause; ///< runs out when the operator has stopped typing
};

} // namespace bnof::studio
