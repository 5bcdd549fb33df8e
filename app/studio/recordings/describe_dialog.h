// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/studio/services/session_controller.h"

class QLineEdit;
class QPlainTextEdit;

namespace bnof::studio {

/// Title, operator and notes of a recording, to be changed.
class DescribeDialog : public QDialog {
    Q_OBJECT

public:
    DescribeDialog(const QString& fileName, const RecordingNotes& notes, QWidget* parent = nullptr);

    [[nodiscard]] RecordingNotes notes() const;

private:
    QLineEdit* m_title;
    QLineEdit* m_operator;
    QPlainTextEdit* m_notes;
};

} // namespace bnof::studio
