// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>

#include "engine/recording/interchange/import.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class ColumnTable;
class Services;

/// Shows how a file of another program is understood, lets the user correct it (format, dialect, what each column is
/// for), and asks where the recording goes. Every change is tried at once; nothing is written before Import.
class ImportDialog : public QDialog {
    Q_OBJECT

public:
    ImportDialog(Services& services, const QString& source, QWidget* parent = nullptr);

    [[nodiscard]] const QString& source() const { return m_source; }
    [[nodiscard]] recording::ImportOptions options() const;
    /// The .bnr file to write.
    [[nodiscard]] QString target() const;

    [[nodiscard]] static QString formatText(recording::ImportFormat format);

private:
    QWidget* buildReading();
    QWidget* buildWriting();
    void fillChoices();
    void tryLater();
    void tryNow();
    void showPreview(const recording::ImportPreview& preview);
    void showRows(const recording::ImportPreview& preview);
    void showProblem(const QString& text);
    void dialectChanged();
    void check();
    void browse();
    QLineEdit* field(const char* name, const QString& title);
    QComboBox* choice(const char* name, const QString& title);

    Services& m_services;
    QString m_source;
    QComboBox* m_format;
    QComboBox* m_delimiter;
    QComboBox* m_decimal;
    QLineEdit* m_header;
    QLineEdit* m_rate;
    ColumnTable* m_columns;
    QTableWidget* m_rows;
    QLabel* m_notes;
    QLineEdit* m_title;
    QLineEdit* m_operator;
    QLineEdit* m_target;
    QLabel* m_problem;
    QPushButton* m_import;
    QTimer m_timer;
    int m_request = 0;
    bool m_understood = false;
};

} // namespace bnof::studio
