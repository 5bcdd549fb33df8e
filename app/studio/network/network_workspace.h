// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QPointer>
#include <QWidget>

#include <memory>

#include "app/studio/network/network_meter.h"

class QDialog;
class QLabel;
class QScrollArea;
class QSplitter;
class QStackedWidget;

namespace bnof::widgets {
class EmptyState;
class NetworkDiagram;
} // namespace bnof::widgets

namespace bnof::studio {

class ActionRegistry;
class Banner;
class DisplayClock;
class NetworkPanel;
class Services;

/// The network that runs: its layers and connections with what they do now, and the values of each part. Changes are
/// made on a draft beside it and are taken over with one action.
class NetworkWorkspace : public QWidget {
    Q_OBJECT

public:
    NetworkWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);
    ~NetworkWorkspace() override;

    [[nodiscard]] widgets::NetworkDiagram& diagram() { return *m_diagram; }
    [[nodiscard]] NetworkPanel& panel() { return *m_panel; }
    [[nodiscard]] DisplayClock& clock() { return *m_clock; }
    /// In the operator view nothing can be changed.
    void setLocked(const QString& why);
    [[nodiscard]] bool hasSelection() const;
    void clearSelection();
    /// Enable what can be done now, or say why it cannot.
    void updateActions();
    /// Take the draft over; asks first when a recording runs.
    void apply();

signals:
    void backEndChoiceRequested();
    void notice(const QString& text);

private:
    void buildLayout();
    QWidget* buildHead();
    void followDraft();
    void showParts();
    void showState();
    void tick();
    void showActivity();
    void showEmptyState();
    void askBeforeApplying();
    void askWhereToSave();
    void goToProblem();
    void styleForTheme();

    Services& m_services;
    ActionRegistry& m_actions;
    QStackedWidget* m_pages;
    widgets::EmptyState* m_empty;
    QLabel* m_title;
    QLabel* m_state;
    Banner* m_banner;
    widgets::NetworkDiagram* m_diagram;
    NetworkPanel* m_panel;
    QScrollArea* m_panelArea;
    QLabel* m_legend;
    DisplayClock* m_clock = nullptr;
    NetworkMeter m_meter;
    std::shared_ptr<const session::RunningModel> m_model; ///< that the meter counts
    std::uint64_t m_seen = 0;
    std::vector<double> m_shares;
    QElapsedTimer m_sinceFigures;
    QElapsedTimer m_sinceShares;
    QPointer<QDialog> m_question;
    QString m_locked; ///< why nothing can be changed now; empty: it can
};

} // namespace bnof::studio
