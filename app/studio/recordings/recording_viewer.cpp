// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/recording_viewer.h"

#include <QAction>
#include <QEvent>
#include <QFileInfo>
#include <QLabel>
#include <QProgressBar>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/icons.h"
#include "widgets/decision_card.h"
#include "widgets/decision_timeline.h"
#include "widgets/empty_state.h"
#include "widgets/raster_view.h"
#include "widgets/theme.h"
#include "widgets/trace_view.h"

namespace bnof::studio {

using widgets::DecisionCard;
using widgets::Theme;

RecordingViewer::RecordingViewer(Services& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_title(new QLabel(this)), m_progress(new QProgressBar(this)),
      m_buttons(new QWidget(this)), m_banner(new Banner(tr("State of the recording"), this)),
      m_pages(new QStackedWidget(this)), m_empty(new widgets::EmptyState(this)), m_traces(new widgets::TraceView(this)),
      m_raster(new widgets::RasterView(this)), m_timeline(new widgets::DecisionTimeline(this)),
      m_card(new DecisionCard(this))
{
    setObjectName(QStringLiteral("recordingViewer"));
    setAccessibleName(tr("Recording"));
    buildViews();
    m_refreshTimer.setInterval(100);
    connect(&m_refreshTimer, &QTimer::timeout, this, &RecordingViewer::refresh);
    m_followTimer.setInterval(1000);
    m_followTimer.setSingleShot(true);
    connect(&m_followTimer, &QTimer::timeout, this, &RecordingViewer::load);
    connect(&m_axis, &widgets::TimeAxis::cursorChanged, this, &RecordingViewer::showDecisionAtCursor);
    connect(&m_axis, &widgets::TimeAxis::changed, this, [this] {
        m_timeline->setWindow(m_axis.begin(), m_axis.end());
        showDecisionAtCursor();
        // Both tell the axis how far their data reaches, which need not be equally far.
        if (m_refreshing)
            return;
        const QScopedValueRollback guard(m_refreshing, true);
        m_traces->refresh();
        m_raster->refresh();
    });
    connect(m_timeline, &widgets::DecisionTimeline::seekRequested, this, [this](Timestamp t) {
        const Timestamp half = m_axis.span() / 2;
        m_axis.setRange(t - half, t + half);
        m_axis.setCursor(t);
    });
}

RecordingViewer::~RecordingViewer()
{
    close();
}

void RecordingViewer::buildViews()
{
    auto* back = new QToolButton(this);
    back->setIcon(themedIcon(QStringLiteral("back")));
    back->setText(tr("All recordings"));
    back->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    back->setAccessibleName(tr("Back to all recordings"));
    back->setFocusPolicy(Qt::StrongFocus);
    back->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Left));
    connect(back, &QToolButton::clicked, this, &RecordingViewer::backRequested);
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_title->setTextFormat(Qt::PlainText);
    m_title->installEventFilter(this);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_progress->setRange(0, 1000);
    m_progress->setMaximumWidth(Theme::space(45));
    m_progress->setAccessibleName(tr("Reading the recording"));
    m_progress->setFormat(tr("reading %p %"));
    auto* buttons = new QHBoxLayout(m_buttons);
    buttons->setContentsMargins(0, 0, 0, 0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(Theme::space(3), Theme::space(2), Theme::space(3), Theme::space(2));
    head->setSpacing(Theme::space(3));
    head->addWidget(back);
    head->addWidget(m_title, 1);
    head->addWidget(m_progress);
    head->addWidget(m_buttons);

    m_traces->setTimeAxis(&m_axis);
    m_traces->setAccessibleName(tr("Traces of the recording"));
    m_traces->setLive(false);
    m_raster->setLive(false);
    m_raster->setTimeAxis(&m_axis);
    m_raster->setAccessibleName(tr("Spikes of the recording"));
    m_timeline->setAccessibleName(tr("Decisions of the recording"));
    m_card->setAccessibleName(tr("Decision at the cursor"));
    auto* plots = new QSplitter(Qt::Vertical, this);
    plots->setChildrenCollapsible(false);
    plots->addWidget(m_traces);
    plots->addWidget(m_raster);
    plots->addWidget(m_timeline);
    plots->setStretchFactor(0, 3);
    plots->setStretchFactor(1, 2);
    plots->setStretchFactor(2, 0);
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->setChildrenCollapsible(false);
    split->addWidget(plots);
    split->addWidget(m_card);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 0);
    split->setSizes({1000, 280});
    m_card->setMinimumWidth(Theme::space(60));
    m_card->setMaximumWidth(Theme::space(95));
    m_pages->addWidget(m_empty);
    m_pages->addWidget(split);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_banner);
    layout->addWidget(m_pages, 1);
}

void RecordingViewer::addButton(QAction* action)
{
    auto* button = new QToolButton(m_buttons);
    button->setDefaultAction(action);
    const bool first = m_buttons->findChild<QToolButton*>() == button;
    button->setToolButtonStyle(first ? Qt::ToolButtonTextBesideIcon : Qt::ToolButtonIconOnly);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(action->iconText());
    m_buttons->layout()->addWidget(button);
}

void RecordingViewer::openAt(const QString& path, double seconds)
{
    open(path);
    m_wantedSeconds = seconds;
}

void RecordingViewer::open(const QString& path)
{
    m_wantedSeconds.reset();
    close();
    m_path = path;
    setTitle({});
    m_empty->setText(tr("Opening the recording…"), path);
    m_pages->setCurrentWidget(m_empty);
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    m_share = std::make_shared<std::atomic<double>>(0.0);
    inBackground(
        *m_services.executor, this, "studio.open-recording",
        [file = path.toStdString()] { return openRecording(file); },
        [this, cancelled = m_cancelled](const Result<std::shared_ptr<LoadedRecording>>& opened) {
            if (cancelled != m_cancelled)
                return;
            if (opened.ok())
                show(opened.value());
            else
                m_empty->setText(tr("This recording cannot be opened"), Format::error(opened.error()));
        },
        Priority::High);
}

void RecordingViewer::setTitle(const QString& title)
{
    m_wholeTitle = title.isEmpty() ? QFileInfo(m_path).fileName() : title;
    m_title->setToolTip(m_wholeTitle);
    m_title->setAccessibleName(m_wholeTitle);
    showTitle();
}

/// As much of the title as there is room for.
void RecordingViewer::showTitle()
{
    m_title->setText(m_title->fontMetrics().elidedText(m_wholeTitle, Qt::ElideMiddle, m_title->width()));
}

bool RecordingViewer::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_title && event->type() == QEvent::Resize)
        showTitle();
    return QWidget::eventFilter(watched, event);
}

void RecordingViewer::close()
{
    if (m_cancelled)
        m_cancelled->store(true);
    m_cancelled.reset();
    m_recording.reset();
    m_complete = false;
    m_refreshTimer.stop();
    m_followTimer.stop();
    m_loader.reset();
    m_traces->setSource(nullptr);
    m_raster->setHistory(nullptr);
    m_timeline->setSpans({});
    m_timeline->setMarks({});
    m_timeline->setGaps({});
    m_traces->setMarks({});
    m_raster->setMarks({});
    m_banner->clear();
    m_progress->hide();
    m_path.clear();
}

void RecordingViewer::show(std::shared_ptr<LoadedRecording> recording)
{
    m_recording = std::move(recording);
    const auto& metadata = m_recording->metadata;
    const auto& summary = m_recording->summary;
    setTitle(toQString(metadata.title));
    if (summary.frames == 0 && m_recording->growing) {
        m_empty->setText(tr("Nothing has been recorded yet"), tr("The first readings appear here when they arrive."));
        QTimer::singleShot(m_followTimer.interval(), this, [this, cancelled = m_cancelled] {
            if (cancelled == m_cancelled)
                open(QString(m_path));
        });
        return;
    }
    if (summary.frames == 0) {
        m_empty->setText(tr("This recording holds no readings"), tr("It was ended before the first reading arrived."));
        return;
    }
    if (!metadata.sources.empty()) {
        const auto& channels = metadata.sources.front().channels;
        m_traces->setSource(std::make_shared<widgets::HistoryTraceSource>(m_recording->traces, channels));
        const std::string mainUnit = channels.empty() ? std::string() : channels.front().unit;
        for (std::size_t i = 0; i < channels.size(); ++i)
            m_traces->setChannelVisible(static_cast<int>(i), channels[i].unit == mainUnit);
        m_card->setSimulated(metadata.sources.front().simulated);
    }
    m_raster->setHistory(m_recording->spikes);
    m_raster->setEmptyState(tr("No spikes were recorded"), tr("No spiking model was in use."));
    QStringList gases;
    for (const auto& gas : metadata.gases)
        gases << toQString(gas);
    m_card->setGases(gases);
    m_card->setVisible(!gases.isEmpty());
    m_axis.setExtent(summary.firstTime, summary.lastTime);
    m_axis.setRange(summary.firstTime, summary.lastTime);
    if (m_recording->growing)
        m_axis.followLive();
    m_timeline->setRange(summary.firstTime, summary.lastTime);
    showState();
    m_pages->setCurrentIndex(1);
    m_loader = std::make_shared<RecordingLoader>(m_recording);
    m_progress->show();
    m_refreshTimer.start();
    load();
}

void RecordingViewer::showState()
{
    if (m_recording->growing)
        m_banner->showMessage(Theme::Severity::Info,
                              tr("This recording is still running; what is recorded appears here every second."));
    else if (!m_recording->health.complete)
        m_banner->showMessage(Theme::Severity::Warning,
                              tr("This recording was cut off. Everything up to the cut is shown; Repair completes "
                                 "the file."));
    else if (m_recording->onlyNewest)
        m_banner->showMessage(Theme::Severity::Info, tr("The recording is longer than the display holds; its newest "
                                                        "part is shown. Replay and export use all of it."));
    else
        m_banner->clear();
}

void RecordingViewer::load()
{
    inBackground(
        *m_services.executor, this, "studio.load-recording",
        [loader = m_loader, cancelled = m_cancelled, share = m_share] {
            return loader->load([&](double done) {
                share->store(done, std::memory_order_relaxed);
                return !cancelled->load(std::memory_order_relaxed);
            });
        },
        [this, cancelled = m_cancelled](const Result<RecordingLoader::Additions>& found) {
            if (cancelled == m_cancelled)
                take(found);
        },
        Priority::Normal);
}

void RecordingViewer::take(const Result<RecordingLoader::Additions>& found)
{
    m_progress->hide();
    m_refreshTimer.stop();
    if (!found.ok()) {
        m_banner->showMessage(Theme::Severity::Error, Format::error(found.error()));
    } else {
        const auto append = [](auto& all, const auto& added) { all.insert(all.end(), added.begin(), added.end()); };
        append(m_recording->decisions, found->decisions);
        append(m_recording->marks, found->marks);
        append(m_recording->events, found->events);
        m_recording->summary = found->summary;
        m_recording->health = found->health;
        if (m_recording->growing) {
            m_recording->growing = found->growing;
            m_axis.setExtent(found->summary.firstTime, found->summary.lastTime);
            m_timeline->setRange(found->summary.firstTime, found->summary.lastTime);
            showState();
        }
        if (found->growing)
            m_followTimer.start();
    }
    QStringList gases;
    for (const auto& gas : m_recording->metadata.gases)
        gases << toQString(gas);
    m_timeline->setSpans(widgets::spansOf(m_recording->decisions, gases));
    m_timeline->setMarks(m_recording->marks);
    m_traces->setMarks(m_recording->marks);
    m_raster->setMarks(m_recording->marks);
    std::vector<widgets::TimelineSpan> gaps;
    for (const auto& event : m_recording->events)
        if (event.kind == StreamEvent::Kind::Gap)
            gaps.push_back({event.t, event.t2, tr("gap"), 1});
    m_timeline->setGaps(std::move(gaps));
    const bool first = !std::exchange(m_complete, true);
    refresh();
    showDecisionAtCursor();
    if (const auto wanted = std::exchange(m_wantedSeconds, std::nullopt)) {
        constexpr double around = 60; // seconds before and after
        const Timestamp t = m_recording->summary.firstTime + fromSeconds(*wanted);
        m_axis.setRange(t - fromSeconds(around), t + fromSeconds(around));
        m_axis.setCursor(t);
    }
    if (first)
        emit loaded();
}

void RecordingViewer::refresh()
{
    const QRect plot = m_traces->plotRect();
    const int right = m_traces->width() - plot.x() - plot.width();
    m_raster->setPlotMargins(plot.x(), right);
    m_timeline->setPlotMargins(plot.x(), right);
    if (m_share)
        m_progress->setValue(static_cast<int>(1000 * m_share->load(std::memory_order_relaxed)));
    m_traces->refresh();
    m_raster->refresh();
}

void RecordingViewer::showDecisionAtCursor()
{
    if (!m_complete || m_recording->decisions.empty())
        return;
    const Timestamp t = m_axis.cursor().value_or(m_axis.end());
    m_timeline->setPosition(m_axis.cursor());
    const auto after = std::upper_bound(m_recording->decisions.begin(), m_recording->decisions.end(), t,
                                        [](Timestamp at, const Decision& decision) { return at < decision.t; });
    if (after == m_recording->decisions.begin()) {
        DecisionCard::Content none;
        none.state = DecisionCard::State::WarmingUp;
        m_card->setContent(none);
        return;
    }
    m_card->setContent(m_card->contentOf(*std::prev(after), t));
}

} // namespace bnof::studio
