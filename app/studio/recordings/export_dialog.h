// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "engine/recording/interchange/formats.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace bnof::studio {

/// Asks in which format, with what, and where to a recording is to be exported.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    explicit ExportDialog(const QString& recording, QWidget* parent = nullptr);

    [[nodiscard]] recording::ExportOptions options() const;
    [[nodiscard]] QString target() const;
    /// The sentence in the dialog of a format, by its place in exportFormats().
    [[nodiscard]] static QString formatText(recording::ExportFormat format);

private:
    void formatChosen();
    void check();
    void browse();

    QString m_recording;
    QComboBox* m_format;
    QLabel* m_about;
    QCheckBox* m_spikes;
    QLineEdit* m_target;
    QLabel* m_problem;
    QPushButton* m_export;
};

} // namespace bnof::studio
