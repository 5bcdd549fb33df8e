// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/studio/compare/comparison.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace bnof::studio {

class ActionRegistry;
class Banner;
class Services;

/// Four steps to a comparison: the variants, the data, what "better" means, and what that can show.
class SetupPanel : public QWidget {
    Q_OBJECT

public:
    SetupPanel(Services& services, Comparison& comparison, ActionRegistry& actions, QWidget* parent = nullptr);

    [[nodiscard]] ComparisonSetup setup() const;
    void setVariants(const QString& a, const QString& b);
    void setData(const QStringList& paths);
    void setName(const QString& name);
    [[nodiscard]] QString prospect() const;

private:
    QWidget* buildVariants();
    QWidget* buildData();
    QWidget* buildPlan();
    QWidget* buildStart(ActionRegistry& actions);
    void listModels();
    void askForRecordings();
    void askForFolder();
    void changed();
    void showCheck();
    void showRunning();

    Services& m_services;
    Comparison& m_comparison;
    Banner* m_banner;
    QComboBox* m_a;
    QComboBox* m_b;
    QComboBox* m_precision;
    QListWidget* m_data;
    QLineEdit* m_name;
    QComboBox* m_mode;
    QComboBox* m_looks;
    QComboBox* m_unit;
    QDoubleSpinBox* m_margin;
    QDoubleSpinBox* m_difference;
    QLabel* m_prospect;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QTimer m_timer;
    QTimer m_delay; ///< a person who types is not checked at every letter
    int m_request = 0;
};

} // namespace bnof::studio
