// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/compare/compare_workspace.h"

#include <QAction>
#include <QFileDialog>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

#include "app/studio/compare/comparison.h"
#include "app/studio/compare/evidence_panel.h"
#include "app/studio/compare/setup_panel.h"
#include "app/studio/shell/action_registry.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

CompareWorkspace::CompareWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_actions(actions), m_comparison(new Comparison(services, this)),
      m_split(new QSplitter(Qt::Horizontal, this)), m_setup(new SetupPanel(services, *m_comparison, actions, this)),
      m_evidence(new EvidencePanel(*m_comparison, actions, this))
{
    setObjectName(QStringLiteral("compareWorkspace"));
    setAccessibleName(tr("Compare"));
    m_split->addWidget(m_setup);
    m_split->addWidget(m_evidence);
    m_split->setStretchFactor(0, 0);
    m_split->setStretchFactor(1, 1);
    m_split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_split);
    resetLayout();

    const auto on = [&](const char* action, auto slot) {
        connect(m_actions.action(QLatin1String(action)), &QAction::triggered, this, slot);
    };
    const auto here = [this] { m_actions.action(QStringLiteral("workspace-compare"))->trigger(); };
    on("compare-start", [this, here] {
        here();
        m_comparison->start();
    });
    on("compare-open", [this, here] {
        here();
        askForExperiment();
    });
    on("compare-report", [this] { askForReport(); });
    on("compare-promote", [this] { m_comparison->promote(); });
    on("compare-rollback", [this] { m_comparison->rollBack(tr("asked for in the window")); });
    connect(m_comparison, &Comparison::checked, this, &CompareWorkspace::updateActions);
    connect(m_comparison, &Comparison::runningChanged, this, &CompareWorkspace::updateActions);
    connect(m_comparison, &Comparison::stateChanged, this, &CompareWorkspace::updateActions);
    connect(m_comparison, &Comparison::notice, this, &CompareWorkspace::notice);
    connect(m_evidence, &EvidencePanel::notice, this, &CompareWorkspace::notice);
    connect(m_evidence, &EvidencePanel::jumpRequested, this, &CompareWorkspace::jumpRequested);
    updateActions();
}

void CompareWorkspace::updateActions()
{
    const auto set = [this](const char* id, const QString& why) {
        m_actions.setEnabled(QLatin1String(id), why.isEmpty(), why);
    };
    const ComparisonState& state = m_comparison->state();
    const QString none = state.units.empty() ? tr("Nothing has been compared yet.") : QString();
    set("compare-start", m_comparison->obstacle());
    set("compare-report", none);
    set("compare-rollback", none);
    const auto unmet = std::find_if(state.rules.begin(), state.rules.end(), [](const auto& rule) { return !rule.met; });
    set("compare-promote", !none.isEmpty()             ? none
                           : m_comparison->isRunning() ? tr("The comparison is still running.")
                           : state.ramp.share >= 1     ? tr("B acts on every exposure already.")
                           : unmet != state.rules.end()
                               ? tr("A rule is not met: %1").arg(QString::fromStdString(unmet->name))
                               : QString());
}

void CompareWorkspace::resetLayout()
{
    m_split->setSizes({Theme::space(95), Theme::space(205)});
}

void CompareWorkspace::askForExperiment()
{
    auto* dialog = new QFileDialog(this, tr("Open an experiment"), m_comparison->folder(),
                                   tr("Experiments (*.sqlite);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_comparison, &Comparison::open);
    dialog->open();
}

void CompareWorkspace::askForReport()
{
    auto* dialog = new QFileDialog(this, tr("Report of the comparison"), m_comparison->folder(), tr("PDF (*.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("pdf"));
    connect(dialog, &QFileDialog::fileSelected, m_comparison, &Comparison::writeReport);
    dialog->open();
}

} // namespace bnof::studio
