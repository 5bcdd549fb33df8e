// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a calibration but the first and the last, which have files of their own.
#pragma once

#include <QTimer>
#include <QWidget>

#include <memory>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class CalibrationDraft;
class CurvePlot;
class Job;
class OutcomeLabel;
class Services;
class StillnessTable;

/// Clean air: R0 of every channel that is still.
class CleanAirPage : public QWidget {
    Q_OBJECT

public:
    explicit CleanAirPage(CalibrationDraft& draft, QWidget* parent = nullptr);

private:
    void take();

    CalibrationDraft& m_draft;
    StillnessTable* m_table;
    QPushButton* m_take;
    OutcomeLabel* m_outcome;
};

/// Spans of a known gas, and the curves that they give.
class SpanPage : public QWidget {
    Q_OBJECT

public:
    explicit SpanPage(CalibrationDraft& draft, QWidget* parent = nullptr);

private:
    void take();
    void showChannels();
    void showCurve();

    CalibrationDraft& m_draft;
    QComboBox* m_gas;
    QDoubleSpinBox* m_ppm;
    StillnessTable* m_table;
    QPushButton* m_take;
    OutcomeLabel* m_outcome;
    QComboBox* m_channel;
    CurvePlot* m_plot;
    QLabel* m_law;
};

/// Temperature and humidity, fitted to a recording of clean air.
class EnvironmentPage : public QWidget {
    Q_OBJECT

public:
    EnvironmentPage(Services& services, CalibrationDraft& draft, QWidget* parent = nullptr);
    ~EnvironmentPage() override;

private:
    void listRecordings();
    void browse();
    void fit();
    void refresh();
    [[nodiscard]] QString recording() const;

    Services& m_services;
    CalibrationDraft& m_draft;
    QComboBox* m_recording;
    QPushButton* m_fit;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    OutcomeLabel* m_outcome;
    QTableWidget* m_table;
    QLabel* m_none;
    std::shared_ptr<Job> m_job; ///< while a fit runs
    QTimer m_progressTimer;
};

} // namespace bnof::studio
