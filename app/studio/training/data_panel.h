// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace bnof::widgets {
class EmptyState;
}

namespace bnof::studio {

class Services;
class Training;

/// Which recordings train: those of the list that have marks, to be ticked, or a folder of measurements.
class DataPanel : public QWidget {
    Q_OBJECT

public:
    DataPanel(Services& services, Training& training, QWidget* parent = nullptr);

    /// Train on a folder or file of labelled measurements instead of recordings.
    void chooseFolder(const QString& path);
    /// Tick the recordings that are listed, and no others.
    void tick(const QStringList& paths);
    [[nodiscard]] QStringList ticked() const;
    [[nodiscard]] QTableWidget& table() { return *m_table; }
    void askForFolder();

private:
    void listRecordings();
    void showPage();
    void chosen();

    Services& m_services;
    Training& m_training;
    QStackedWidget* m_pages;
    QTableWidget* m_table;
    widgets::EmptyState* m_empty;
    QCheckBox* m_byDay;
    QLabel* m_folder;
    QPushButton* m_back;
    QString m_path; ///< folder or file in place of recordings; empty: recordings
    bool m_filling = false;
    int m_request = 0;
};

} // namespace bnof::studio
