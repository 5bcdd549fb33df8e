// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <atomic>
#include <memory>
#include <optional>

#include "app/studio/recordings/recording_loader.h"
#include "widgets/time_axis.h"

class QAction;
class QLabel;
class QProgressBar;
class QStackedWidget;

namespace bnof::widgets {
class DecisionCard;
class DecisionTimeline;
class EmptyState;
class RasterView;
class TraceView;
} // namespace bnof::widgets

namespace bnof::studio {

class Banner;
class Services;

/// A recording on screen: its traces, spikes and decisions as they were recorded. They appear while the
/// file is being read, and while it is being recorded.
class RecordingViewer : public QWidget {
    Q_OBJECT

public:
    explicit RecordingViewer(Services& services, QWidget* parent = nullptr);
    ~RecordingViewer() override;

    void open(const QString& path);
    /// So many seconds after its first frame, as soon as it is loaded.
    void openAt(const QString& path, double seconds);
    void close();
    [[nodiscard]] QString path() const { return m_path; }
    /// All streams are shown.
    [[nodiscard]] bool isComplete() const { return m_complete; }
    [[nodiscard]] const LoadedRecording* recording() const { return m_recording.get(); }
    void addButton(QAction* action);
    /// The recording was described anew.
    void setTitle(const QString& title);

signals:
    void backRequested();
    void loaded();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showTitle();
    void buildViews();
    void show(std::shared_ptr<LoadedRecording> recording);
    void load();
    void take(const Result<RecordingLoader::Additions>& found);
    void showState();
    void refresh();
    void showDecisionAtCursor();

    Services& m_services;
    widgets::TimeAxis m_axis;
    QLabel* m_title;
    QProgressBar* m_progress;
    QWidget* m_buttons;
    Banner* m_banner;
    QStackedWidget* m_pages;
    widgets::EmptyState* m_empty;
    widgets::TraceView* m_traces;
    widgets::RasterView* m_raster;
    widgets::DecisionTimeline* m_timeline;
    widgets::DecisionCard* m_card;
    QTimer m_refreshTimer;
    QTimer m_followTimer; ///< looks for what a running recording has got since
    QString m_path;
    std::optional<double> m_wantedSeconds; ///< to be shown when it is loaded
    QString m_wholeTitle;
    std::shared_ptr<LoadedRecording> m_recording;
    std::shared_ptr<RecordingLoader> m_loader;
    std::shared_ptr<std::atomic<bool>> m_cancelled;
    std::shared_ptr<std::atomic<double>> m_share;
    bool m_complete = false;
    bool m_refreshing = false;
};

} // namespace bnof::studio
