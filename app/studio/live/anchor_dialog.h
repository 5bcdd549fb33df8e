// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>

#include <memory>

#include "engine/session/anchor_course.h"

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace bnof::studio {

class OutcomeLabel;
class RecalibrationPage;
class Services;

/// "Re-anchor with one puff per gas": leads through clean air and a puff of each gas of the model, with a countdown,
/// keeps the labelled frames as a training set and moves the model to today's sensors with them. Beside the window,
/// which goes on.
class AnchorDialog : public QDialog {
    Q_OBJECT

public:
    explicit AnchorDialog(Services& services, QWidget* parent = nullptr);
    ~AnchorDialog() override;

public slots:
    void reject() override;

private:
    enum class Command { None, Go, Again, Skip };
    struct Course;
    struct Look;

    QWidget* buildPlan();
    QWidget* buildCourse();
    void listGases();
    void browse();
    void begin();
    void stop();
    void command(Command command);
    void look();
    void showLook(const Look& look);
    [[nodiscard]] session::AnchorPlan plan() const;

    Services& m_services;
    QStackedWidget* m_pages;
    QTableWidget* m_gases;
    QDoubleSpinBox* m_air;
    QDoubleSpinBox* m_lead;
    QDoubleSpinBox* m_puff;
    QDoubleSpinBox* m_recovery;
    QLineEdit* m_folder;
    OutcomeLabel* m_planOutcome;
    QPushButton* m_begin;
    QLabel* m_prompt;
    QLabel* m_detail;
    QProgressBar* m_countdown;
    OutcomeLabel* m_outcome;
    QPushButton* m_go;
    QPushButton* m_again;
    QPushButton* m_skip;
    QPushButton* m_stop;
    QPushButton* m_recalibrate;
    RecalibrationPage* m_recalibration;
    std::shared_ptr<Course> m_course; ///< null: none runs
    Command m_command = Command::None;
    bool m_looking = false;
    double m_phaseSeconds = 0;
    session::AnchorCourse::Phase m_phase = session::AnchorCourse::Phase::Ready;
    std::size_t m_step = 0;
    QTimer m_timer;
};

} // namespace bnof::studio
