// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QImage>

#include <memory>
#include <vector>

#include "engine/base/spike_history.h"
#include "widgets/time_view.h"

namespace bnof::widgets {

/// Spikes of a network over device time, one lane per layer: density at a glance (counts per row and
/// time bin through a colour table), single spikes when zoomed in. Lanes are labelled with the layer's
/// name, size, mean rate and the share of neurons that fired within the last second.
class RasterView : public TimeView {
    Q_OBJECT

public:
    explicit RasterView(QWidget* parent = nullptr);
    ~RasterView() override;

    void setHistory(std::shared_ptr<const SpikeHistory> history);
    [[nodiscard]] const SpikeHistory* history() const { return m_history.get(); }
    /// Names to show instead of the layers' own (same order), e.g. translated ones.
    void setLayerTitles(const QStringList& titles);

    /// Free space left and right of the plot, to line it up with the traces above.
    void setPlotMargins(int left, int right);

    /// Spikes drawn in a pixel column of a layer now: the sum of the counts of its time bins (density)
    /// or the single spikes (zoomed in).
    [[nodiscard]] std::uint64_t spikesInColumn(int layer, int x) const;
    /// Single spikes are drawn instead of densities at the present zoom.
    [[nodiscard]] bool showsSingleSpikes() const;
    /// Where a layer is drawn, in widget coordinates.
    [[nodiscard]] QRect layerRect(int layer) const;

    [[nodiscard]] QRect plotRect() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {800, 280}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {320, 140}; }
    [[nodiscard]] std::int64_t lastPaintNanoseconds() const { return m_lastPaint; }

public slots:
    void refresh() override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintVector(QPainter& painter) override;
    void axisChanged() override;
    void themeChanged() override;

private:
    struct Ring;

    [[nodiscard]] bool hasData() const;
    void layOut();
    void matchColumnWidth() const;
    void updateRing();
    [[nodiscard]] double sumColumn(std::int64_t column) const;
    void paintContent(QPainter& painter);
    [[nodiscard]] QString activityText(int layer) const;
    void fillColumn(std::int64_t column);
    void blitRing(QPainter& painter) const;
    void paintSpikes(QPainter& painter) const;
    void paintLabels(QPainter& painter) const;
    void updateActivity();
    [[nodiscard]] QString layerTitle(int layer) const;

    std::shared_ptr<const SpikeHistory> m_history;
    QStringList m_titles;
    std::unique_ptr<Ring> m_ring;
    std::vector<SpikeHistory::Activity> m_activity;
    QElapsedTimer m_sinceActivity;
    int m_left = 12;
    int m_right = 12;
    std::uint64_t m_seenRevision = 0;
    std::int64_t m_lastPaint = 0;
};

} // namespace bnof::widgets
