// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSplitter;

namespace bnof::studio {

class ActionRegistry;
class Comparison;
class EvidencePanel;
class Services;
class SetupPanel;

/// Which of two recognisers is better, with a verdict that can be trusted.
class CompareWorkspace : public QWidget {
    Q_OBJECT

public:
    CompareWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);

    [[nodiscard]] Comparison& comparison() { return *m_comparison; }
    [[nodiscard]] SetupPanel& setup() { return *m_setup; }
    [[nodiscard]] EvidencePanel& evidence() { return *m_evidence; }
    /// Enable what can be done now, or say why it cannot.
    void updateActions();
    void resetLayout();

signals:
    void notice(const QString& text);
    void jumpRequested(const QString& recording, double seconds);

private:
    void askForExperiment();
    void askForReport();

    ActionRegistry& m_actions;
    Comparison* m_comparison;
    QSplitter* m_split;
    SetupPanel* m_setup;
    EvidencePanel* m_evidence;
};

} // namespace bnof::studio
