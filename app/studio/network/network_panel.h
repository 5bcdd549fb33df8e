// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

#include "app/studio/network/network_fields.h"
#include "engine/session/inspection.h"
#include "widgets/network_diagram.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace bnof::widgets {
class BarList;
class HistogramView;
class SampleTrace;
} // namespace bnof::widgets

namespace bnof::studio {

class FieldRow;
class NetworkDraft;
class NetworkMeter;

/// Everything about the selected part of the network: what it does now, and its values, to be edited. Without a
/// selection, the network as a whole: what computes it and why, and where the time goes.
class NetworkPanel : public QWidget {
    Q_OBJECT

public:
    NetworkPanel(NetworkDraft& draft, QWidget* parent = nullptr);

    using Selection = widgets::NetworkDiagram::Selection;
    void select(const Selection& selection);
    /// The draft changed: values, marks, problems; rows where the fields themselves are others now.
    void refresh();
    /// Slow figures, a few times a second.
    void showActivity(const NetworkMeter& meter, const std::vector<double>& activeShares);
    /// At the display's rate.
    void showSnapshot(const session::NetworkSnapshot& snapshot);
    /// What this panel wants to see next.
    [[nodiscard]] session::InspectionRequest request();
    /// Locked: everything can be seen, nothing changed. `why` is told.
    void setLocked(bool locked, const QString& why);

    /// The row of a field, for tests and for keyboard focus; null when it is not shown.
    [[nodiscard]] FieldRow* row(const std::string& path) const;

signals:
    void backEndChoiceRequested();

private:
    void rebuild();
    void buildPopulation(std::size_t index);
    void buildProjection(std::size_t index);
    void buildNetwork();
    void addRows(std::vector<NetworkField> fields, const QString& owner, bool editable, const QString& why);
    void addHeading(const QString& text);
    QLabel* addText(const QString& text, bool muted = true);
    void showHistogram(const session::WeightHistogram& weights);
    void chooseNeurons();
    void showFacts();
    [[nodiscard]] std::vector<NetworkField> fieldsNow() const;
    [[nodiscard]] bool differs(const NetworkField& field) const;

    NetworkDraft& m_draft;
    Selection m_selection;
    QVBoxLayout* m_column;
    QWidget* m_content = nullptr; ///< made anew for each selection
    QVBoxLayout* m_layout = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_facts = nullptr;
    QLabel* m_live = nullptr;
    std::vector<FieldRow*> m_rows;
    widgets::SampleTrace* m_trace = nullptr;
    QSpinBox* m_neuron = nullptr;
    std::vector<std::uint32_t> m_neurons;
    widgets::HistogramView* m_weights = nullptr;
    QLabel* m_weightFacts = nullptr;
    widgets::BarList* m_phases = nullptr;
    QLabel* m_backEnd = nullptr;
    QLabel* m_backEndReason = nullptr;
    bool m_weightsWanted = false;
    std::int64_t m_weightsAt = 0; ///< when they were shown last; 0: not since they were asked for
    bool m_locked = false;
    QString m_lockedWhy;
};

} // namespace bnof::studio
