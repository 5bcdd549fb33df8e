// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/training_workspace.h"

#include <QAction>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/training/data_panel.h"
#include "app/studio/training/models_panel.h"
#include "app/studio/training/plan_panel.h"
#include "app/studio/training/training.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

TrainingWorkspace::TrainingWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_actions(actions), m_training(new Training(services, this)),
      m_tabs(new QTabWidget(this)), m_split(new QSplitter(Qt::Horizontal, this)),
      m_data(new DataPanel(services, *m_training, this)), m_plan(new PlanPanel(*m_training, actions, this)),
      m_models(new ModelsPanel(services, *m_training, actions, this))
{
    setObjectName(QStringLiteral("trainingWorkspace"));
    setAccessibleName(tr("Training"));
    m_split->addWidget(m_data);
    m_split->addWidget(m_plan);
    m_split->setChildrenCollapsible(false);
    auto* page = new QWidget(this);
    auto* row = new QVBoxLayout(page);
    row->addWidget(m_split);
    m_tabs->addTab(page, tr("Train"));
    m_tabs->addTab(m_models, tr("Models"));
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Training"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, Theme::space(1), 0, 0);
    layout->addWidget(m_tabs);
    resetLayout();

    const auto on = [&](const char* action, auto slot) {
        connect(m_actions.action(QLatin1String(action)), &QAction::triggered, this, slot);
    };
    on("train", [this] {
        m_actions.action(QStringLiteral("workspace-training"))->trigger();
        m_tabs->setCurrentIndex(0);
        m_training->start(m_plan->plan());
    });
    on("training-folder", [this] {
        m_actions.action(QStringLiteral("workspace-training"))->trigger();
        m_tabs->setCurrentIndex(0);
        m_data->askForFolder();
    });
    connect(m_training, &Training::dataChanged, this, &TrainingWorkspace::updateActions);
    connect(m_training, &Training::runningChanged, this, &TrainingWorkspace::updateActions);
    connect(m_training, &Training::trained, this, [this](const QString& path) {
        m_models->refresh(path);
        m_tabs->setCurrentWidget(m_models);
    });
    connect(m_models, &ModelsPanel::notice, this, &TrainingWorkspace::notice);
    updateActions();
}

TrainingWorkspace::~TrainingWorkspace() = default;

void TrainingWorkspace::updateActions()
{
    const QString why = m_training->obstacle();
    m_actions.setEnabled(QStringLiteral("train"), why.isEmpty(), why);
    m_models->updateActions();
}

void TrainingWorkspace::resetLayout()
{
    m_split->setSizes({Theme::space(130), Theme::space(170)});
}

} // namespace bnof::studio
