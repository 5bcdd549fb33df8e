// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>

class QLabel;
class QListWidget;
class QMessageBox;
class QPushButton;
class QStackedWidget;

namespace bnof::studio {

class CalibrationDraft;
class CalibrationSavePage;
class CalibrationSensorPage;
class Services;

/// Guided calibration of a sensor of the running session: its channels, clean air, spans, temperature and humidity,
/// and what all of that changes. Beside the window, which goes on.
class CalibrationDialog : public QDialog {
    Q_OBJECT

public:
    explicit CalibrationDialog(Services& services, QWidget* parent = nullptr);

    [[nodiscard]] CalibrationDraft& draft() { return *m_draft; }
    /// Steps by number, from 0: sensor, clean air, spans, temperature and humidity, before and after.
    void showStep(int step);
    [[nodiscard]] int step() const;

public slots:
    void reject() override;

private:
    void addStep(const QString& title, QWidget* page);
    void refresh();
    void askBeforeClosing();

    CalibrationDraft* m_draft;
    QListWidget* m_steps;
    QStackedWidget* m_pages;
    QLabel* m_about;
    QPushButton* m_undo;
    QPushButton* m_back;
    QPushButton* m_next;
    CalibrationSensorPage* m_sensor;
    CalibrationSavePage* m_save;
    QPointer<QMessageBox> m_question;
};

} // namespace bnof::studio
