// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/live_workspace.h"

#include <QAction>
#include <QComboBox>
#include <QDataStream>
#include <QDockWidget>
#include <QEvent>
#include <QListView>
#include <QLocale>
#include <QMainWindow>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <map>
#include <utility>

#include "app/studio/live/display_clock.h"
#include "app/studio/live/first_run_page.h"
#include "app/studio/live/notes_panel.h"
#include "app/studio/live/protocol_panel.h"
#include "app/studio/live/replay_bar.h"
#include "app/studio/live/safety_panel.h"
#include "app/studio/live/sensor_row.h"
#include "app/studio/live/sensor_summary.h"
#include "app/studio/live/sensors_panel.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "widgets/decision_card.h"
#include "widgets/decision_timeline.h"
#include "widgets/empty_state.h"
#include "widgets/problem_list.h"
#include "widgets/raster_view.h"
#include "widgets/theme.h"
#include "widgets/trace_view.h"

namespace bnof::studio {

using widgets::DecisionCard;
using widgets::Theme;

namespace {

constexpr int layoutVersion = 3;

/// With mixed quantities the most frequent unit is shown at first; the others wait in the legend.
void showMainUnit(widgets::TraceView& view, const std::vector<ChannelInfo>& channels)
{
    std::map<std::string, int> count;
    for (const auto& channel : channels)
        ++count[channel.unit];
    const auto main =
        std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    for (std::size_t i = 0; i < channels.size(); ++i)
        view.setChannelVisible(static_cast<int>(i), channels[i].unit == main->first);
}

/// One sensor is told of in words of its own, several by number and name.
void showLost(Banner& banner, const session::SessionStatus& status)
{
    const SensorCounts counts = SensorSummary::count(status);
    const int lost = counts.notSending();
    if (lost == 0) {
        banner.clear();
    } else if (counts.all > 1) {
        const bool gone = counts.away + counts.failed > 0;
        const QString names = SensorSummary::names(counts.lostNames, lost);
        const QString all = QLocale().toString(counts.all);
        const QString text =
            lost == counts.all
                ? LiveWorkspace::tr("None of the %1 sensors sends anything: %2. Check their supply and the "
                                    "network; what is missing is marked as gaps.")
                      .arg(all, names)
            : gone ? LiveWorkspace::tr("%1 of %2 sensors are lost: %3. The others go on; what is missing is marked as "
                                       "gaps.")
                         .arg(QLocale().toString(lost), all, names)
                   : LiveWorkspace::tr("%1 of %2 sensors send nothing: %3. Check their power and their programs; the "
                                       "others go on.")
                         .arg(QLocale().toString(lost), all, names);
        banner.showMessage(gone ? Theme::Severity::Error : Theme::Severity::Warning, text,
                           LiveWorkspace::tr("Show sensors"));
    } else if (counts.away > 0) {
        banner.showMessage(Theme::Severity::Error,
                           LiveWorkspace::tr("The sensor was unplugged or went away. It is being looked for; plug it "
                                             "in again and the session goes on. What is missing is marked as a gap."));
    } else if (counts.stalled > 0) {
        banner.showMessage(
            Theme::Severity::Warning,
            LiveWorkspace::tr("The sensor is connected but sends nothing. Check its power and its program."));
    } else {
        banner.showMessage(
            Theme::Severity::Error,
            LiveWorkspace::tr("The sensor cannot be used. The problem list says why and how to mend it."));
    }
}

} // namespace

LiveWorkspace::LiveWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_clock(nullptr), m_pages(new QStackedWidget(this)),
      m_firstRun(new FirstRunPage(actions.action(QStringLiteral("connect")), actions.action(QStringLiteral("simulate")),
                                  actions.action(QStringLiteral("open")), this)),
      m_session(new QWidget(this)), m_area(new QMainWindow(this)), m_replayBar(new ReplayBar(services.session, this)),
      m_banner(new Banner(tr("State of the sensor"), this)), m_sensors(new SensorRow(this)),
      m_traces(new widgets::TraceView(this)), m_raster(new widgets::RasterView(this)),
      m_decision(new DecisionCard(this)), m_decisionPage(new QWidget(this)), m_why(new QPushButton(tr("Wh&y?"), this)),
      m_noDecision(new widgets::EmptyState(this)), m_decisionPages(new QStackedWidget(this)),
      m_timeline(new widgets::DecisionTimeline(this)), m_notes(new NotesPanel(services, this)),
      m_protocol(new ProtocolPanel(services, actions, this)), m_problems(new widgets::ProblemList(this)),
      m_sensorsPanel(new SensorsPanel(services, this)), m_safety(new SafetyPanel(services, this))
{
    setObjectName(QStringLiteral("liveWorkspace"));
    setAccessibleName(tr("Live"));
    buildDocks();
    auto* sessionLayout = new QVBoxLayout(m_session);
    sessionLayout->setContentsMargins(0, 0, 0, 0);
    sessionLayout->setSpacing(0);
    sessionLayout->addWidget(m_replayBar);
    sessionLayout->addWidget(m_area, 1);
    m_pages->addWidget(m_firstRun);
    m_pages->addWidget(m_session);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    m_axis.setSpan(fromSeconds(services.configuration.number("display.trace_window")));
    m_clock = new DisplayClock(m_area);
    connect(m_clock, &DisplayClock::tick, this, &LiveWorkspace::tick);
    connect(&services.session, &SessionController::liveChanged, this, &LiveWorkspace::adoptSession);
    connect(&services.session, &SessionController::statusChanged, this, &LiveWorkspace::refresh);
    connect(&services.session, &SessionController::phaseChanged, this, &LiveWorkspace::refresh);
    connect(&services.session, &SessionController::startFailed, m_firstRun, &FirstRunPage::setProblem);
    connect(&services.configuration, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key == QLatin1String("display.trace_window"))
            m_axis.setSpan(fromSeconds(m_services.configuration.number("display.trace_window")));
    });
    connect(m_banner, &Banner::pressed, this, &LiveWorkspace::showSensors);
    connect(m_protocol, &ProtocolPanel::wanted, this, &LiveWorkspace::revealProtocol);
    connect(m_replayBar, &ReplayBar::closeRequested, &services.session, &SessionController::stop);
    connect(m_timeline, &widgets::DecisionTimeline::seekRequested, this, [this](Timestamp t) {
        const Timestamp half = m_axis.span() / 2;
        m_axis.setRange(t - half, t + half);
    });
    connect(m_sensors, &SensorRow::shownChanged, this, [this] {
        m_history = nullptr;
        m_traces->setSource(nullptr);
        m_sensorsPanel->setShown(m_sensors->shown());
        showTraces();
    });
    connect(m_sensorsPanel, &SensorsPanel::sensorChosen, m_sensors, &SensorRow::choose);
    adoptSession();
    refresh();
}

LiveWorkspace::~LiveWorkspace() = default;

QDockWidget* LiveWorkspace::addDock(const QString& id, const QString& title, QWidget* content)
{
    auto* dock = new QDockWidget(title, m_area);
    dock->setObjectName(id);
    dock->setAccessibleName(title);
    dock->setWidget(content);
    dock->setAllowedAreas(Qt::AllDockWidgetAreas);
    connect(dock, &QDockWidget::dockLocationChanged, this, &LiveWorkspace::layoutChanged);
    connect(dock, &QDockWidget::visibilityChanged, this, &LiveWorkspace::layoutChanged);
    connect(dock->toggleViewAction(), &QAction::triggered, dock, [dock](bool on) {
        if (on)
            dock->raise(); // in front of the tabs beside it
    });
    m_docks.append(dock);
    return dock;
}

void LiveWorkspace::buildDocks()
{
    m_area->setWindowFlags(Qt::Widget);
    m_area->setDockOptions(QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks |
                           QMainWindow::GroupedDragging);
    m_area->setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    m_area->installEventFilter(this);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &LiveWorkspace::styleForTheme);
    styleForTheme();

    m_traces->setTimeAxis(&m_axis);
    m_traces->setAccessibleName(tr("Traces"));
    m_raster->setTimeAxis(&m_axis);
    m_raster->setAccessibleName(tr("Spike raster"));
    m_timeline->setTimeAxis(&m_axis);
    m_timeline->setAccessibleName(tr("Decision timeline"));
    m_decision->setAccessibleName(tr("Decision"));
    m_problems->setAccessibleName(tr("Problems"));
    m_problems->setModel(&m_services.problems.model());
    auto* decisionLayout = new QVBoxLayout(m_decisionPage);
    decisionLayout->setContentsMargins(0, 0, 0, 0);
    decisionLayout->setSpacing(0);
    decisionLayout->addWidget(m_decision, 1);
    decisionLayout->addWidget(m_why, 0, Qt::AlignRight);
    m_why->setObjectName(QStringLiteral("why"));
    m_why->setFlat(true);
    m_why->setAccessibleName(tr("Why this answer?"));
    m_why->setToolTip(tr("Which channels, times and spikes the present answer rests on"));
    connect(m_why, &QPushButton::clicked, this, &LiveWorkspace::whyWanted);
    m_decisionPages->addWidget(m_decisionPage);
    m_decisionPages->addWidget(m_noDecision);
    m_noDecision->setText(tr("Nothing is recognised"),
                          tr("No model is in use. Choose one under Settings, Recognition; what is recorded now can "
                             "be recognised later."));

    auto* traces = new QWidget(this);
    auto* traceLayout = new QVBoxLayout(traces);
    traceLayout->setContentsMargins(0, 0, 0, 0);
    traceLayout->setSpacing(0);
    traceLayout->addWidget(m_banner);
    traceLayout->addWidget(m_sensors);
    traceLayout->addWidget(m_traces, 1);
    auto* notes = new QScrollArea(this); // forms must not set the height of the column
    notes->setWidget(m_notes);
    notes->setWidgetResizable(true);
    notes->setFrameShape(QFrame::NoFrame);
    notes->setFocusPolicy(Qt::NoFocus);
    notes->setAccessibleName(tr("Recording notes"));

    auto* protocol = new QScrollArea(this);
    protocol->setWidget(m_protocol);
    protocol->setWidgetResizable(true);
    protocol->setFrameShape(QFrame::NoFrame);
    protocol->setFocusPolicy(Qt::NoFocus);
    protocol->setAccessibleName(tr("Exposure protocol"));

    addDock(QStringLiteral("traces"), tr("Traces"), traces);
    addDock(QStringLiteral("raster"), tr("Spikes"), m_raster);
    addDock(QStringLiteral("timeline"), tr("Decisions"), m_timeline);
    addDock(QStringLiteral("decision"), tr("Now"), m_decisionPages);
    addDock(QStringLiteral("notes"), tr("Notes"), notes);
    m_problemsDock = addDock(QStringLiteral("problems"), tr("Problems"), m_problems);
    m_protocolDock = addDock(QStringLiteral("protocol"), tr("Protocol"), protocol);
    m_sensorsDock = addDock(QStringLiteral("sensors"), tr("Sensors"), m_sensorsPanel);
    m_safetyDock = addDock(QStringLiteral("safety"), tr("Safety"), m_safety);
    arrange();
}

void LiveWorkspace::arrange()
{
    m_shares.clear();
    for (QDockWidget* dock : std::as_const(m_docks)) {
        dock->setFloating(false);
        m_area->removeDockWidget(dock);
    }
    enum { Traces, Raster, Timeline, Decision, Notes, Problems, Protocol };
    m_area->addDockWidget(Qt::LeftDockWidgetArea, m_docks[Traces]);
    m_area->splitDockWidget(m_docks[Traces], m_docks[Raster], Qt::Vertical);
    m_area->splitDockWidget(m_docks[Raster], m_docks[Timeline], Qt::Vertical);
    m_area->splitDockWidget(m_docks[Timeline], m_docks[Protocol], Qt::Vertical);
    m_area->addDockWidget(Qt::RightDockWidgetArea, m_docks[Decision]);
    m_area->splitDockWidget(m_docks[Decision], m_docks[Problems], Qt::Vertical);
    m_area->tabifyDockWidget(m_docks[Problems], m_docks[Notes]);
    m_area->tabifyDockWidget(m_docks[Raster], m_sensorsDock); // a table of many columns wants the width
    m_area->tabifyDockWidget(m_docks[Notes], m_safetyDock);
    for (QDockWidget* dock : std::as_const(m_docks))
        dock->setVisible((dock != m_safetyDock || m_safetyOffered) &&
                         (dock != m_protocolDock || m_services.protocol.protocol()));
    m_docks[Problems]->raise();
    m_docks[Raster]->raise();
    m_sizesWanted = true;
    applySizes();
}

void LiveWorkspace::applySizes()
{
    if (!m_sizesWanted || !m_area->isVisible())
        return; // the layout only takes sizes while it is shown
    m_sizesWanted = false;
    if (!m_shares.isEmpty()) {
        QList<int> widths;
        QList<int> heights;
        for (const QSizeF& share : std::as_const(m_shares)) {
            widths << std::max(static_cast<int>(share.width() * m_area->width()), 1);
            heights << std::max(static_cast<int>(share.height() * m_area->height()), 1);
        }
        m_area->resizeDocks(m_docks, widths, Qt::Horizontal);
        m_area->resizeDocks(m_docks, heights, Qt::Vertical);
        return;
    }
    enum { Traces, Raster, Timeline, Decision, Notes, Problems, Protocol };
    const int height = m_area->height();
    const int side = std::clamp(m_area->width() / 4, 260, 380);
    m_area->resizeDocks({m_docks[Traces], m_docks[Decision]}, {m_area->width() - side, side}, Qt::Horizontal);
    m_area->resizeDocks({m_docks[Traces], m_docks[Raster], m_docks[Timeline]},
                        {height * 47 / 100, height * 41 / 100, height * 12 / 100}, Qt::Vertical);
    m_area->resizeDocks({m_docks[Decision], m_docks[Problems]}, {height * 62 / 100, height * 38 / 100}, Qt::Vertical);
}

bool LiveWorkspace::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_area && event->type() == QEvent::Show)
        QTimer::singleShot(0, this, &LiveWorkspace::applySizes);
    return QWidget::eventFilter(watched, event);
}

void LiveWorkspace::styleForTheme()
{
    const auto& theme = Theme::current();
    m_area->setStyleSheet(QStringLiteral("QDockWidget { font-weight: 600; }"
                                         "QDockWidget::title { padding: 4px 8px; background: %1; }"
                                         "QMainWindow::separator { background: %2; width: 5px; height: 5px; }"
                                         "QMainWindow::separator:hover { background: %3; }")
                              .arg(theme.background.name(), theme.background.name(), theme.accent.name()));
}

/// What share of the area each panel has. Qt's own sizes are pixels of an area that may have another size, or
/// none yet, when they are restored.
LiveWorkspace::Shares LiveWorkspace::shares() const
{
    if (m_sizesWanted || !m_area->isVisible())
        return m_shares;
    Shares shares;
    for (const QDockWidget* dock : m_docks)
        shares << QSizeF(double(dock->width()) / m_area->width(), double(dock->height()) / m_area->height());
    return shares;
}

QByteArray LiveWorkspace::saveLayout() const
{
    QByteArray layout;
    QDataStream out(&layout, QIODevice::WriteOnly);
    out << qint32(layoutVersion) << m_area->saveState(layoutVersion) << shares();
    return layout;
}

bool LiveWorkspace::restoreLayout(const QByteArray& layout)
{
    QDataStream in(layout);
    qint32 version = 0;
    QByteArray state;
    Shares shares;
    in >> version >> state >> shares;
    if (in.status() != QDataStream::Ok || version != layoutVersion || !m_area->restoreState(state, layoutVersion))
        return false;
    m_shares = shares.size() == m_docks.size() ? shares : Shares();
    m_sizesWanted = true;
    applySizes();
    return true;
}

void LiveWorkspace::resetLayout()
{
    arrange();
    m_traces->setArrangement(widgets::TraceView::Arrangement::Overlay);
    m_axis.setSpan(fromSeconds(m_services.configuration.number("display.trace_window")));
    m_axis.followLive();
}

void LiveWorkspace::setLocked(bool locked)
{
    for (QDockWidget* dock : std::as_const(m_docks))
        dock->setFeatures(locked ? QDockWidget::NoDockWidgetFeatures
                                 : QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable |
                                       QDockWidget::DockWidgetFloatable);
    m_protocol->setLocked(locked);
}

void LiveWorkspace::showProblems()
{
    m_problemsDock->show();
    m_problemsDock->raise();
    m_problems->view()->setFocus(Qt::ShortcutFocusReason);
}

void LiveWorkspace::showSensors()
{
    m_sensorsDock->show();
    m_sensorsDock->raise();
    m_sensorsPanel->setFocus(Qt::ShortcutFocusReason);
}

void LiveWorkspace::revealProtocol()
{
    if (m_protocolDock->isHidden()) {
        m_protocolDock->show();
        // Enough for the course and the gates, but never most of the column.
        const int height = std::min(Theme::space(66), m_area->height() * 2 / 5);
        m_area->resizeDocks({m_protocolDock}, {height}, Qt::Vertical);
    }
    m_protocolDock->raise();
}

void LiveWorkspace::showProtocol()
{
    revealProtocol();
    m_protocol->chooser().setFocus(Qt::ShortcutFocusReason);
}

void LiveWorkspace::adoptSession()
{
    m_history = nullptr;
    m_sensors->clear();
    m_sensorsPanel->clear();
    m_safetyOffered = false;
    m_traces->setSource(nullptr);
    m_raster->setHistory(nullptr);
    m_timeline->setSpans({});
    m_timeline->setMarks({});
    m_timeline->setGaps({});
    m_traces->setMarks({});
    m_raster->setMarks({});
    m_decision->setContent({});
    m_timelineEnd = -1;
    m_shownEnd = -1;
    m_markCount = 0;
    m_eventCount = 0;
    m_droppedSeen = 0;
    m_droppedAt = 0;
    m_gases.clear();
    Timestamp span = fromSeconds(m_services.configuration.number("display.trace_window"));
    if (const auto& replay = m_services.session.status().replay) // a short recording fills the view
        span = std::clamp(replay->end - replay->start, std::min(5 * nanosecondsPerSecond, span), span);
    m_axis.setSpan(span);
    m_axis.setExtent(0, 0);
    m_axis.followLive();
}

/// The sensor that the recogniser listens to gives nothing; before one is known: none of them does.
bool LiveWorkspace::nothingToDecide() const
{
    const auto& status = m_services.session.status();
    if (status.sources.empty() || m_services.session.isReplay())
        return false;
    if (status.recognisedSource && *status.recognisedSource < status.sources.size())
        return SensorSummary::isLost(status.sources[*status.recognisedSource].state);
    const SensorCounts counts = SensorSummary::count(status);
    return counts.all > 0 && counts.notSending() == counts.all;
}

void LiveWorkspace::tick()
{
    const auto live = m_services.session.live();
    if (!live)
        return;
    // On the way to another time nothing is drawn: all of the machine computes.
    if (const auto& replay = m_services.session.status().replay; replay && replay->goingTo)
        return;
    showTraces();
    const auto spikes = live->spikes();
    if (spikes.get() != m_raster->history())
        m_raster->setHistory(spikes);
    if (m_history) {
        if (const auto latest = m_history->latest()) {
            // Live time runs on between two samples: the plots glide instead of stepping. They glide by whole
            // pixels, so nothing is drawn again while the picture would be the same.
            Timestamp end = *latest;
            if (!m_services.session.isReplay()) {
                const double pixels = std::max(m_traces->plotRect().width() * m_traces->devicePixelRatioF(), 1.0);
                const auto column = std::max<Timestamp>(static_cast<Timestamp>(double(m_axis.span()) / pixels), 1);
                end = (std::max(end, m_services.session.now()) / column + 1) * column;
                if (m_axis.isFollowing() && end == m_shownEnd)
                    return;
                m_shownEnd = end;
            }
            m_axis.setExtent(m_history->earliest().value_or(0), end);
        }
    }
    m_traces->refresh();
    m_raster->refresh();
}

void LiveWorkspace::showTraces()
{
    const auto& status = m_services.session.status();
    const auto live = m_services.session.live();
    if (!live || status.sources.empty())
        return;
    const std::uint32_t shown =
        std::min<std::uint32_t>(m_sensors->shown(), static_cast<std::uint32_t>(status.sources.size() - 1));
    const auto history = live->traces(shown);
    const auto& channels = status.sources[shown].channels;
    if (history == m_history || !history || channels.size() != history->channelCount())
        return;
    m_history = history;
    m_traces->setSource(std::make_shared<widgets::HistoryTraceSource>(history, channels));
    showMainUnit(*m_traces, channels);
}

void LiveWorkspace::showSource()
{
    const auto& session = m_services.session;
    const auto& status = session.status();
    if (status.sources.empty() || session.isReplay() || session.phase() != SessionController::Phase::Running) {
        m_banner->clear();
        return;
    }
    showLost(*m_banner, status);
    const QString device = session.deviceName();
    m_traces->setEmptyState(tr("Waiting for the first reading"),
                            tr("%1 is connected; traces appear with its first line.").arg(device));
    m_raster->setEmptyState(tr("No spikes yet"), status.recogniserKind.empty()
                                                     ? tr("No spiking model is in use.")
                                                     : tr("The network waits for the first frames."));
}

/// Offered once a session, when a gas with limits is measured by something that is no simulation, or by a calibrated
/// sensor; an alarm brings it to the front.
void LiveWorkspace::showSafety()
{
    const auto& status = m_services.session.status();
    const bool calibrated = std::any_of(status.sources.begin(), status.sources.end(),
                                        [](const auto& source) { return source.calibration; });
    if (!m_safetyOffered && !status.safety.empty() && (calibrated || !m_services.session.isSimulated())) {
        m_safetyOffered = true;
        m_safetyDock->show();
        m_problemsDock->raise();
    }
    m_safety->refresh(status);
}

void LiveWorkspace::showDecision()
{
    const auto& session = m_services.session;
    const auto& status = session.status();
    const auto live = session.live();
    if (!live)
        return;
    QStringList gases;
    for (const auto& gas : status.gases)
        gases << toQString(gas);
    if (gases != m_gases) {
        m_gases = gases;
        m_decision->setGases(gases);
    }
    const bool nothing = status.recogniserKind.empty() && status.frames > 0;
    m_decisionPages->setCurrentWidget(nothing ? static_cast<QWidget*>(m_noDecision) : m_decisionPage);
    m_decision->setSimulated(session.isSimulated());
    m_decision->setModelModified(status.modelModified);

    const std::uint64_t lost = status.droppedFrames + status.notRecognisedFrames;
    if (lost != m_droppedSeen) {
        m_droppedSeen = lost;
        m_droppedAt = monotonicNow();
    }
    const auto decision = live->lastDecision();
    m_why->setEnabled(decision.has_value());
    DecisionCard::Content content;
    if (nothingToDecide()) {
        content.state = DecisionCard::State::NoSignal;
        content.reason = tr("No readings arrive; nothing can be said.");
    } else if (!decision) {
        content.state = status.frames > 0 ? DecisionCard::State::WarmingUp : DecisionCard::State::NoSignal;
    } else {
        content = m_decision->contentOf(*decision, std::max(session.now(), decision->t));
        content.latency = toSeconds(live->lastLatencyNanoseconds());
        const bool losing = m_droppedAt != 0 && monotonicNow() - m_droppedAt < 10 * nanosecondsPerSecond;
        if (losing && content.state == DecisionCard::State::Named) {
            content.state = DecisionCard::State::Degraded;
            content.reason = tr("Frames were lost in the last seconds.");
        }
    }
    m_decision->setContent(content);
}

void LiveWorkspace::showTimeline()
{
    const auto live = m_services.session.live();
    if (!live)
        return;
    const auto news = live->decisionsSince(m_timelineEnd + 1);
    for (const auto& decision : news)
        m_timeline->append(decision, m_gases);
    if (!news.empty())
        m_timelineEnd = news.back().t;
    if (auto marks = live->marks(); marks.size() != m_markCount) {
        m_markCount = marks.size();
        m_traces->setMarks(marks);
        m_raster->setMarks(marks);
        m_timeline->setMarks(std::move(marks));
    }
    if (const auto events = live->events(); events.size() != m_eventCount) {
        m_eventCount = events.size();
        std::vector<widgets::TimelineSpan> gaps;
        for (const auto& event : events)
            if (event.kind == StreamEvent::Kind::Gap)
                gaps.push_back({event.t, event.t2, tr("gap"), 1});
        m_timeline->setGaps(std::move(gaps));
    }
    alignPlots();
}

void LiveWorkspace::alignPlots()
{
    // One time axis: what happened at once stands below one another while the panels are stacked.
    const QRect plot = m_traces->plotRect();
    const auto align = [&](auto* view) {
        const int left = m_traces->mapToGlobal(plot.topLeft()).x() - view->mapToGlobal(QPoint()).x();
        const int right = view->width() - left - plot.width();
        if (view->isVisible() && left > 0 && right > 0 && left < view->width() / 2)
            view->setPlotMargins(left, right);
        else
            view->setPlotMargins(Theme::space(3), Theme::space(3));
    };
    align(m_timeline);
    align(m_raster);
}

void LiveWorkspace::refresh()
{
    const auto& session = m_services.session;
    if (session.isGoingBack())
        return; // the page stays until the replay runs again
    switch (session.phase()) {
    case SessionController::Phase::Idle:
        m_firstRun->setBusy({});
        m_pages->setCurrentWidget(m_firstRun);
        return;
    case SessionController::Phase::Starting:
        m_firstRun->setBusy(tr("Starting…"));
        m_pages->setCurrentWidget(m_firstRun);
        return;
    case SessionController::Phase::Running:
    case SessionController::Phase::Stopping: break;
    }
    if (m_pages->currentWidget() != m_session) {
        m_pages->setCurrentWidget(m_session);
        m_traces->setFocus(Qt::OtherFocusReason);
    }
    m_replayBar->refresh();
    if (!isVisible())
        return;
    m_notes->refresh();
    m_sensors->refresh(session.status());
    m_sensorsPanel->setShown(m_sensors->shown());
    m_sensorsPanel->refresh(session.status());
    showSource();
    showSafety();
    if (const auto& replay = session.status().replay; replay && replay->goingTo)
        return;
    showDecision();
    showTimeline();
}

} // namespace bnof::studio
