// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/display_clock.h"

#include <QEvent>
#include <QWidget>

#include "engine/base/time.h"

namespace bnof::studio {

DisplayClock::DisplayClock(QWidget* widget) : QObject(widget), m_widget(widget)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &DisplayClock::beat);
    widget->installEventFilter(this);
    adapt();
}

bool DisplayClock::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Show:
    case QEvent::Hide:
    case QEvent::WindowActivate:
    case QEvent::WindowDeactivate:
    case QEvent::WindowStateChange: adapt(); break;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

void DisplayClock::adapt()
{
    QWidget* window = m_widget->window();
    if (window != m_window) { // its minimising must be seen too
        if (m_window && m_window != m_widget)
            m_window->removeEventFilter(this);
        m_window = window;
        if (window != m_widget)
            window->installEventFilter(this);
    }
    if (!m_widget->isVisible() || window->isMinimized()) {
        m_timer.stop();
        m_rate = 0;
        return;
    }
    const int interval = window->isActiveWindow() ? 16 : 33;
    if (m_timer.isActive() && m_timer.interval() == interval)
        return;
    m_timer.start(interval);
    m_sinceMeasure.start();
    m_ticks = 0;
    m_cpuAtMeasure = threadCpuNow();
}

void DisplayClock::beat()
{
    emit tick();
    ++m_ticks;
    const qint64 elapsed = m_sinceMeasure.elapsed();
    if (elapsed < 1000)
        return;
    const std::int64_t cpu = threadCpuNow();
    m_rate = 1000.0 * m_ticks / static_cast<double>(elapsed);
    m_cpuPerFrame = static_cast<double>(cpu - m_cpuAtMeasure) * 1e-6 / m_ticks;
    m_cpuAtMeasure = cpu;
    m_ticks = 0;
    m_sinceMeasure.restart();
    emit measured();
}

} // namespace bnof::studio
