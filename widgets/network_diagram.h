// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/network_layout.h"
#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// A network as layers: a box a population with its size and how active it is, an arrow a projection with its kind,
/// strength and traffic. Arrows that excite end in a head, those that inhibit in a bar; those that learn are dashed.
/// Everything can be reached by keyboard: Tab or the arrow keys go from part to part, Escape selects nothing.
class NetworkDiagram : public PaintedWidget {
    Q_OBJECT

public:
    struct Population {
        QString name;
        QString model; ///< "integrate and fire"
        quint32 size = 0;
        bool changed = false; ///< differs from what runs
        bool wrong = false;   ///< holds a value that makes no sense
    };
    struct Projection {
        QString name;
        int source = 0;
        int target = 0;
        bool inhibitory = false;
        bool plastic = false;
        QString strength; ///< "10 mV · 1 ms", shown at the arrow
        bool changed = false;
        bool wrong = false;
    };
    /// What moves. Negative where it is not known.
    struct Activity {
        std::vector<double> rateHz;      ///< mean of a population's neurons
        std::vector<double> activeShare; ///< neurons that fired within the last second, 0 ... 1
        std::vector<double> eventsHz;    ///< by projection: spikes carried by synapses, a second
    };
    enum class Part { Nothing, Population, Projection };
    struct Selection {
        Part part = Part::Nothing;
        int index = -1;
        bool operator==(const Selection&) const = default;
    };

    explicit NetworkDiagram(QWidget* parent = nullptr);

    /// A selection that does not exist any more is given up.
    void setNetwork(std::vector<Population> populations, std::vector<Projection> projections);
    void setActivity(Activity activity);
    [[nodiscard]] const std::vector<Population>& populations() const { return m_populations; }
    [[nodiscard]] const std::vector<Projection>& projections() const { return m_projections; }
    [[nodiscard]] const NetworkLayout& picture() const { return m_layout; }

    void select(Selection selection);
    [[nodiscard]] const Selection& selection() const { return m_selection; }
    /// What is under a point of the widget.
    [[nodiscard]] Selection partAt(const QPointF& point) const;
    /// One sentence about a part, for tool tips and for those who cannot see it.
    [[nodiscard]] QString describe(const Selection& part) const;

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] std::int64_t lastPaintNanoseconds() const { return m_lastPaint; }

    /// "34 k/s": events a second in few characters.
    [[nodiscard]] static QString eventText(double eventsHz);
    [[nodiscard]] static QString rateText(double rateHz);

signals:
    void selectionChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void layOut();
    void step(int by);
    void stepTowards(int key);
    [[nodiscard]] std::vector<Selection> order() const;
    [[nodiscard]] QColor colourOf(const Projection& projection) const;
    [[nodiscard]] double widthOf(int projection) const;
    [[nodiscard]] bool concerns(const Selection& selection, int projection) const;
    void paintProjection(QPainter& painter, int index) const;
    void paintHead(QPainter& painter, const NetworkLayout::Edge& edge, const QColor& colour, double width,
                   bool inhibitory) const;
    void paintLabel(QPainter& painter, int index) const;
    void paintPopulation(QPainter& painter, int index) const;
    void paintActivity(QPainter& painter, const QRectF& area, int index) const;

    std::vector<Population> m_populations;
    std::vector<Projection> m_projections;
    Activity m_activity;
    NetworkLayout m_layout;
    QSize m_least{240, 160};
    Selection m_selection;
    Selection m_hovered;
    std::int64_t m_lastPaint = 0;
};

} // namespace bnof::widgets
