// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <optional>

#include "widgets/status_field.h"

namespace bnof::studio {

class Services;

/// Fills the status strip: every figure with its unit, its severity and what it leads to. The ids are
/// rate, drops, latency, frames, backend, recording, problems.
class StatusFigures : public QObject {
    Q_OBJECT

public:
    StatusFigures(Services& services, widgets::StatusStrip& strip, QObject* parent = nullptr);

    /// Display rate and GUI-thread CPU time per displayed frame, measured by the live workspace.
    void setDisplay(double framesPerSecond, double cpuMillisecondsPerFrame);
    void refresh();

private:
    void showSession();
    void showRecording();
    void showProblems();

    Services& m_services;
    widgets::StatusStrip& m_strip;
    double m_fps = 0;
    double m_cpuPerFrame = 0;
};

} // namespace bnof::studio
