// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSplitter;
class QTabWidget;

namespace bnof::studio {

class ActionRegistry;
class DataPanel;
class ModelsPanel;
class PlanPanel;
class Services;
class Training;

/// From labelled recordings to a model with a truthful report, and the lab's models.
class TrainingWorkspace : public QWidget {
    Q_OBJECT

public:
    TrainingWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);
    ~TrainingWorkspace() override;

    [[nodiscard]] Training& training() { return *m_training; }
    [[nodiscard]] DataPanel& data() { return *m_data; }
    [[nodiscard]] PlanPanel& plan() { return *m_plan; }
    [[nodiscard]] ModelsPanel& models() { return *m_models; }
    /// Enable what can be done now, or say why it cannot.
    void updateActions();
    void resetLayout();

signals:
    void notice(const QString& text);

private:
    Services& m_services;
    ActionRegistry& m_actions;
    Training* m_training;
    QTabWidget* m_tabs;
    QSplitter* m_split;
    DataPanel* m_data;
    PlanPanel* m_plan;
    ModelsPanel* m_models;
};

} // namespace bnof::studio
