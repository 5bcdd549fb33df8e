// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <optional>
#include <vector>

#include "engine/base/types.h"
#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// The answer to "what is it?": a big word, how sure, how much, since when.
class DecisionCard : public PaintedWidget {
    Q_OBJECT

public:
    /// What the word says. Every state but Named has a word and a reason of its own.
    enum class State {
        NoSignal,  ///< no frames arrive
        WarmingUp, ///< the baseline is not settled yet
        Clean,     ///< background air, nothing to name
        Named,     ///< a gas is named
        Unknown,   ///< a smell, but none of the trained ones
        Degraded,  ///< a gas is named with known faults (sensors missing, frames dropped)
    };
    struct Content {
        State state = State::NoSignal;
        int gas = -1;                     ///< index into the gases; used by Named and Degraded
        std::vector<float> probabilities; ///< one per gas, fixed order
        std::optional<double> ppm;        ///< concentration of the named gas
        double ppmLow = 0;                ///< 90 % interval
        double ppmHigh = 0;
        std::optional<double> sinceOnset; ///< seconds
        std::optional<double> latency;    ///< seconds from sample in to decision
        QString reason;                   ///< shown under the word; replaces the state's own sentence
    };

    explicit DecisionCard(QWidget* parent = nullptr);

    /// Gas names in the recogniser's order; bars keep this order.
    void setGases(const QStringList& gases);
    [[nodiscard]] const QStringList& gases() const { return m_gases; }
    /// State that the plain decision stands for: Unknown for gas -1, Clean for air or background.
    [[nodiscard]] Content contentOf(const Decision& decision, Timestamp now) const;
    void setContent(const Content& content);
    [[nodiscard]] const Content& content() const { return m_content; }
    /// A badge that says that the data does not come from a real device.
    void setSimulated(bool simulated);
    [[nodiscard]] bool isSimulated() const { return m_simulated; }

    /// A badge that says that the network was changed by hand, so that nothing measured in training holds for it.
    void setModelModified(bool modified);
    [[nodiscard]] bool isModelModified() const { return m_modelModified; }

    /// The big word, e.g. "Ethanol", "Unknown".
    [[nodiscard]] QString headline() const;
    /// "118 ± 14 ppm", or "118 (90 ... 160) ppm" for a clearly asymmetric interval; empty without one.
    [[nodiscard]] QString concentrationText() const;

    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QColor stateColour() const;
    [[nodiscard]] QString reasonText() const;
    int paintHeadline(QPainter& painter, QRect area) const;
    int paintFigures(QPainter& painter, QRect area) const;
    void paintProbabilities(QPainter& painter, QRect area) const;
    [[nodiscard]] QString figuresText() const;
    [[nodiscard]] std::optional<double> confidence() const;

    QStringList m_gases;
    Content m_content;
    bool m_simulated = false;
    bool m_modelModified = false;
};

} // namespace bnof::widgets
