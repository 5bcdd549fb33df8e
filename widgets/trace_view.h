// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QImage>

#include <memory>
#include <optional>
#include <vector>

#include "widgets/time_view.h"
#include "widgets/trace_source.h"

namespace bnof::widgets {

struct TraceLane;
struct TracePicture;

/// Traces of many channels over device time: live, frozen or scrolled back while recording goes on.
/// Minimum and maximum of every pixel column are drawn, so a one-sample spike is never hidden; below
/// one sample a pixel the samples themselves appear as points joined by lines. Gaps are hatched.
///
/// Keys beside those of TimeView: Up and Down highlight a channel, Return shows or hides it, L changes
/// the arrangement, A returns to the automatic range.
class TraceView : public TimeView {
    Q_OBJECT

public:
    enum class Arrangement {
        Overlay,           ///< all channels on one common axis
        OverlayNormalised, ///< each channel scaled to its own range in view, 0 ... 1
        Lanes,             ///< one lane per channel, each with its own range
    };

    explicit TraceView(QWidget* parent = nullptr);
    ~TraceView() override;

    /// The data to show; the view keeps a share of it. Null shows the empty state.
    void setSource(std::shared_ptr<const TraceSource> source);
    [[nodiscard]] const TraceSource* source() const { return m_source.get(); }

    void setArrangement(Arrangement arrangement);
    [[nodiscard]] Arrangement arrangement() const { return m_arrangement; }
    /// Fixed value range of the common axis; setAutoRange returns to following the data.
    void setFixedRange(double low, double high);
    void setAutoRange();
    /// The common axis now, in data units.
    [[nodiscard]] double rangeLow() const { return m_low; }
    [[nodiscard]] double rangeHigh() const { return m_high; }

    void setChannelVisible(int channel, bool visible);
    [[nodiscard]] bool isChannelVisible(int channel) const;
    /// Draw one channel strongly and the others faintly; -1: none.
    void setHighlighted(int channel);
    [[nodiscard]] int highlighted() const { return m_highlighted; }
    void setLegendVisible(bool visible);
    /// Where a legend row is, in widget coordinates (empty when not shown).
    [[nodiscard]] QRect legendRow(int channel) const;

    [[nodiscard]] QRect plotRect() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {800, 320}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {320, 140}; }

    /// CPU time that the last repaint took on the GUI thread, nanoseconds.
    [[nodiscard]] std::int64_t lastPaintNanoseconds() const { return m_lastPaint; }

public slots:
    void refresh() override;
    void cycleArrangement();

signals:
    void arrangementChanged(bnof::widgets::TraceView::Arrangement arrangement);
    void channelVisibilityChanged(int channel, bool visible);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void paintVector(QPainter& painter) override;
    void fillContextMenu(QMenu& menu) override;
    void axisChanged() override;
    void themeChanged() override;
    bool pressed(QPoint position) override;

private:
    static constexpr int axisWidth = 72; ///< fixed, so that labels never move the plot

    [[nodiscard]] bool hasData() const;
    [[nodiscard]] std::vector<int> visibleChannels() const;
    [[nodiscard]] QColor channelColour(int channel) const;
    [[nodiscard]] QColor drawnColour(int channel) const;
    [[nodiscard]] int emphasised() const { return m_hovered >= 0 ? m_hovered : m_highlighted; }
    [[nodiscard]] int legendWidth() const;
    [[nodiscard]] int legendAt(QPoint position) const;
    /// The line below the legend that counts the channels without room; empty text: there are none.
    [[nodiscard]] QRect legendRestRect() const;
    [[nodiscard]] QString legendRest() const;
    [[nodiscard]] QString channelSummary(int channel) const;
    [[nodiscard]] QString commonUnit() const;
    [[nodiscard]] TracePicture collect(int columns);
    void updateRange(TracePicture& picture);
    void layOut(TracePicture& picture, const QRectF& plot) const;
    [[nodiscard]] std::vector<double> staticKey(const TracePicture& picture, double scale) const;
    void paintStatic(QPainter& painter, const TracePicture& picture) const;
    void paintLaneAxis(QPainter& painter, const TraceLane& lane) const;
    void paintCommonAxis(QPainter& painter, const TraceLane& lane) const;
    void paintGaps(QPainter& painter, const QRect& plot) const;
    void paintThresholds(QPainter& painter, const TracePicture& picture) const;
    void paintLegend(QPainter& painter) const;
    void paintLegendRow(QPainter& painter, int channel, const QRect& row) const;
    void paintTracesInto(QImage& image, const TracePicture& picture, double scale) const;
    void paintTracesVector(QPainter& painter, const TracePicture& picture) const;
    void paintFrame(double scale);
    void invalidate();

    std::shared_ptr<const TraceSource> m_source;
    std::vector<TraceChannel> m_channels;
    std::vector<bool> m_visible;
    Arrangement m_arrangement = Arrangement::Overlay;
    int m_highlighted = -1;
    int m_hovered = -1;
    bool m_legend = true;
    int m_legendFirst = 0;
    bool m_autoRange = true;
    double m_low = 0;
    double m_high = 1;
    std::vector<std::pair<double, double>> m_laneRange;
    bool m_rangeValid = false;

    std::uint64_t m_seenRevision = 0;
    QImage m_static;
    std::vector<double> m_staticKey;
    QImage m_frame;
    QImage m_legendImage;
    QElapsedTimer m_sinceLegend;
    std::int64_t m_lastPaint = 0;
};

} // namespace bnof::widgets
