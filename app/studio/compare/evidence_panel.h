// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QStackedWidget;
class QTableWidget;
class QTabWidget;

namespace bnof::widgets {
class ConfusionMatrix;
class EmptyState;
class EvidenceView;
} // namespace bnof::widgets

namespace bnof::studio {

class ActionRegistry;
class Banner;
class Comparison;

/// What is known of a comparison: verdict, evidence, who was right on what, side by side, guardrails, history.
class EvidencePanel : public QWidget {
    Q_OBJECT

public:
    EvidencePanel(Comparison& comparison, ActionRegistry& actions, QWidget* parent = nullptr);

    [[nodiscard]] QString verdict() const;
    [[nodiscard]] widgets::EvidenceView& evidence() { return *m_evidence; }
    [[nodiscard]] QTableWidget& outcomes() { return *m_outcomes; }
    [[nodiscard]] QTableWidget& guardrails() { return *m_guardrails; }
    [[nodiscard]] QTableWidget& history() { return *m_history; }

signals:
    /// Show the moment at which both disagreed.
    void jumpRequested(const QString& recording, double seconds);
    void notice(const QString& text);

private:
    QWidget* buildSides();
    QWidget* buildRamp(ActionRegistry& actions);
    void show();
    void showVerdict();
    void showOutcomes();
    void showSides();
    void showGuardrails();
    void showRamp();
    void showHistory();
    void jump(int row);

    Comparison& m_comparison;
    QStackedWidget* m_pages;
    widgets::EmptyState* m_empty;
    Banner* m_banner;
    QLabel* m_verdict;
    QLabel* m_details;
    widgets::EvidenceView* m_evidence;
    QTabWidget* m_tabs;
    QTableWidget* m_outcomes;
    QCheckBox* m_onlyDifferent;
    widgets::ConfusionMatrix* m_confusionA;
    widgets::ConfusionMatrix* m_confusionB;
    QTableWidget* m_costs;
    QTableWidget* m_guardrails;
    QTableWidget* m_rules;
    QLabel* m_ramp;
    QTableWidget* m_history;
};

} // namespace bnof::studio
