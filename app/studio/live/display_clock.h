// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

class QWidget;

namespace bnof::studio {

/// The display's beat: 60 ticks a second while the widget is visible in the active window, 30 in the
/// background, none while it is hidden. Measures the rate reached and the GUI thread's CPU time a tick.
class DisplayClock : public QObject {
    Q_OBJECT

public:
    explicit DisplayClock(QWidget* widget);

    [[nodiscard]] double framesPerSecond() const { return m_rate; }
    /// All that the GUI thread did between two ticks, mean over the last second.
    [[nodiscard]] double cpuMillisecondsPerFrame() const { return m_cpuPerFrame; }

signals:
    void tick();
    /// Once a second, after new figures.
    void measured();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void adapt();
    void beat();

    QWidget* m_widget;
    QPointer<QWidget> m_window;
    QTimer m_timer;
    QElapsedTimer m_sinceMeasure;
    int m_ticks = 0;
    std::int64_t m_cpuAtMeasure = 0;
    double m_rate = 0;
    double m_cpuPerFrame = 0;
};

} // namespace bnof::studio
