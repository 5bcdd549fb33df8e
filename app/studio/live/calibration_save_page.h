// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "engine/sensing/calibration/calibration.h"

class QCheckBox;
class QDateEdit;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class CalibrationDraft;
class OutcomeLabel;
class Services;
class ShiftChart;

/// The last step: what the calibration changes, and keeping it as the next version.
class CalibrationSavePage : public QWidget {
    Q_OBJECT

public:
    CalibrationSavePage(Services& services, CalibrationDraft& draft, QWidget* parent = nullptr);

    void save();

private:
    QWidget* buildComparison();
    QWidget* buildAbout();
    void refresh();
    void adopt();
    void edited();
    void warn();
    /// Use it in the running session, and note that in the trail of the recording that runs.
    void useNow(const QString& file);

    Services& m_services;
    CalibrationDraft& m_draft;
    QTableWidget* m_table;
    ShiftChart* m_chart;
    QLineEdit* m_name;
    QLineEdit* m_operator;
    QDateEdit* m_expires;
    QCheckBox* m_never;
    QPlainTextEdit* m_notes;
    QLabel* m_warnings;
    OutcomeLabel* m_outcome;
    QPushButton* m_save;
    sensing::Calibration m_adopted; ///< whose name and notes are in the fields
    bool m_edited = false;          ///< by a person, since then
    bool m_saving = false;
};

} // namespace bnof::studio
