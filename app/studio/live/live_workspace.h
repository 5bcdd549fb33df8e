// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QWidget>

#include <memory>

#include "engine/base/trace_history.h"
#include "widgets/time_axis.h"

class QDockWidget;
class QMainWindow;
class QPushButton;
class QStackedWidget;

namespace bnof::widgets {
class DecisionCard;
class DecisionTimeline;
class EmptyState;
class ProblemList;
class RasterView;
class TraceView;
} // namespace bnof::widgets

namespace bnof::studio {

class ActionRegistry;
class Banner;
class DisplayClock;
class FirstRunPage;
class NotesPanel;
class ProtocolPanel;
class ReplayBar;
class SafetyPanel;
class SensorRow;
class SensorsPanel;
class Services;

/// The running session: traces, raster, decision, timeline, notes and problems as docks over one time axis.
/// Without a session, the page with the ways to begin.
class LiveWorkspace : public QWidget {
    Q_OBJECT

public:
    LiveWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);
    ~LiveWorkspace() override;

    [[nodiscard]] widgets::TimeAxis& timeAxis() { return m_axis; }
    [[nodiscard]] DisplayClock& clock() { return *m_clock; }
    [[nodiscard]] const QList<QDockWidget*>& docks() const { return m_docks; }
    [[nodiscard]] ReplayBar& replayBar() { return *m_replayBar; }

    /// Show what changes slowly; called with every new session status.
    void refresh();
    void showProblems();
    void showSensors();
    /// Bring the exposure protocol into view.
    void showProtocol();
    [[nodiscard]] ProtocolPanel& protocolPanel() { return *m_protocol; }
    /// In the operator view docks can neither be moved nor closed.
    void setLocked(bool locked);

    [[nodiscard]] QByteArray saveLayout() const;
    bool restoreLayout(const QByteArray& layout);
    void resetLayout();

signals:
    void layoutChanged();
    /// The operator asks what the present answer rests on.
    void whyWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Shares = QList<QSizeF>; ///< of the area's width and height, a panel each

    [[nodiscard]] Shares shares() const;
    QDockWidget* addDock(const QString& id, const QString& title, QWidget* content);
    void buildDocks();
    void revealProtocol();
    void arrange();
    void tick();
    void adoptSession();
    void showTraces();
    void showDecision();
    void showSource();
    void showSafety();
    void showTimeline();
    void alignPlots();
    void applySizes();
    void styleForTheme();
    [[nodiscard]] bool nothingToDecide() const;

    Services& m_services;
    widgets::TimeAxis m_axis;
    DisplayClock* m_clock;
    QStackedWidget* m_pages;
    FirstRunPage* m_firstRun;
    QWidget* m_session;
    QMainWindow* m_area;
    ReplayBar* m_replayBar;
    Banner* m_banner;
    SensorRow* m_sensors;
    widgets::TraceView* m_traces;
    widgets::RasterView* m_raster;
    widgets::DecisionCard* m_decision;
    QWidget* m_decisionPage; ///< the card and its button
    QPushButton* m_why;
    widgets::EmptyState* m_noDecision;
    QStackedWidget* m_decisionPages;
    widgets::DecisionTimeline* m_timeline;
    NotesPanel* m_notes;
    ProtocolPanel* m_protocol;
    widgets::ProblemList* m_problems;
    SensorsPanel* m_sensorsPanel;
    SafetyPanel* m_safety;
    QList<QDockWidget*> m_docks;
    QDockWidget* m_problemsDock = nullptr;
    QDockWidget* m_sensorsDock = nullptr;
    QDockWidget* m_safetyDock = nullptr;
    bool m_safetyOffered = false; ///< in this session: whoever closes it is not asked again
    QDockWidget* m_protocolDock = nullptr;
    std::shared_ptr<const TraceHistory> m_history;
    Timestamp m_timelineEnd = -1;
    Timestamp m_shownEnd = -1; ///< of the time axis at the last frame that was drawn
    std::size_t m_markCount = 0;
    std::size_t m_eventCount = 0;
    std::uint64_t m_droppedSeen = 0;
    std::int64_t m_droppedAt = 0;
    QStringList m_gases;
    Shares m_shares;            ///< restored; empty: the default sizes
    bool m_sizesWanted = false; ///< sizes wait for the layout to be shown
};

} // namespace bnof::studio
