// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QSpinBox;

namespace bnof::widgets {
class BarList;
class CurveView;
class SplitView;
} // namespace bnof::widgets

namespace bnof::studio {

class ActionRegistry;
class Banner;
class Training;
struct TrainingPlan;

/// What the chosen data holds, how it is divided, what to train on it, and how far the training is.
class PlanPanel : public QWidget {
    Q_OBJECT

public:
    PlanPanel(Training& training, ActionRegistry& actions, QWidget* parent = nullptr);

    [[nodiscard]] TrainingPlan plan() const;
    [[nodiscard]] widgets::SplitView& split() { return *m_split; }
    [[nodiscard]] widgets::CurveView& curves() { return *m_curves; }
    [[nodiscard]] QLabel& health() { return *m_health; }
    void setName(const QString& name);

private:
    QWidget* buildChoices(ActionRegistry& actions);
    QWidget* buildFrontEnd();
    void showData();
    void showRunning();
    void showProgress();

    Training& m_training;
    QScrollArea* m_area;
    Banner* m_banner;
    QLabel* m_health;
    widgets::BarList* m_exposures;
    QLabel* m_splitText;
    widgets::SplitView* m_split;
    QLineEdit* m_name;
    QComboBox* m_kind;
    QSpinBox* m_seed;
    QComboBox* m_encoder;
    QComboBox* m_learning;
    QCheckBox* m_climate;
    QCheckBox* m_baseline;
    QCheckBox* m_deconvolution;
    QPushButton* m_cancel;
    QProgressBar* m_progress;
    QLabel* m_phase;
    widgets::CurveView* m_curves;
    QTimer m_timer;
};

} // namespace bnof::studio
