// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "widgets/painted_widget.h"

namespace bnof::widgets {

/// One stretch of a planned course.
struct PlannedPhase {
    enum class Kind { Baseline, Exposure, Recovery, Wait };

    Kind kind = Kind::Baseline;
    double seconds = 0;
    int trial = 0; ///< counted from 0
    QString label; ///< what people read: "ethanol 100 ppm"
    QString gas;   ///< of an exposure, decides the colour; empty: a blank

    bool operator==(const PlannedPhase&) const = default;
};

/// The course of an exposure protocol as a band over its own time, with what runs now, what comes next and when.
/// Left and Right look from phase to phase, Home and End at the ends, Escape returns to the present.
class ProtocolTimeline : public PaintedWidget {
    Q_OBJECT

public:
    enum class State { Planned, Running, Paused, Finished, Aborted };
    struct Progress {
        State state = State::Planned;
        std::size_t phase = 0; ///< the present one; as many as there are phases at the end
        double phaseLeft = 0;  ///< seconds until the next phase
        QString reason;        ///< why it paused or stopped by itself, or cannot start yet

        bool operator==(const Progress&) const = default;
    };

    explicit ProtocolTimeline(QWidget* parent = nullptr);

    void setPlan(std::vector<PlannedPhase> plan);
    [[nodiscard]] const std::vector<PlannedPhase>& plan() const { return m_plan; }
    void setProgress(const Progress& progress);
    [[nodiscard]] const Progress& progress() const { return m_progress; }

    [[nodiscard]] double totalSeconds() const { return m_ends.empty() ? 0 : m_ends.back(); }
    /// Where in the course it is, in seconds since its beginning.
    [[nodiscard]] double position() const;
    [[nodiscard]] int trials() const { return m_plan.empty() ? 0 : m_plan.back().trial + 1; }
    /// Trials that are over.
    [[nodiscard]] int trialsDone() const;
    /// "next in 00:42: recovery"; empty when nothing runs.
    [[nodiscard]] QString countdown() const;
    /// The big words at the left: what runs, or how it ended.
    [[nodiscard]] QString headline() const;
    /// The phase that the keyboard or the mouse looks at.
    [[nodiscard]] std::optional<std::size_t> looked() const { return m_looked; }
    /// "ethanol 100 ppm: trial 3, from 12:00 to 13:00".
    [[nodiscard]] QString description(std::size_t phase) const;
    [[nodiscard]] std::optional<std::size_t> phaseAt(int x) const;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] QSize sizeHint() const override { return {600, 92}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 84}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRect band() const;
    [[nodiscard]] int xAt(double seconds) const;
    [[nodiscard]] double begin(std::size_t phase) const { return phase == 0 ? 0 : m_ends[phase - 1]; }
    void paintWords(QPainter& painter) const;
    void paintPhase(QPainter& painter, const QRect& box, const PlannedPhase& phase) const;
    void paintBand(QPainter& painter) const;
    void paintTicks(QPainter& painter) const;
    void look(std::optional<std::size_t> phase);

    std::vector<PlannedPhase> m_plan;
    std::vector<double> m_ends; ///< of every phase, in seconds since the beginning
    Progress m_progress;
    std::optional<std::size_t> m_looked;
};

} // namespace bnof::widgets
