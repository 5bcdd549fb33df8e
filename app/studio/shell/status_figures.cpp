// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/status_figures.h"

#include <QLocale>

#include "app/studio/services/format.h"
#include "app/studio/services/services.h"

namespace bnof::studio {

using widgets::Theme;

StatusFigures::StatusFigures(Services& services, widgets::StatusStrip& strip, QObject* parent)
    : QObject(parent), m_services(services), m_strip(strip)
{
    m_strip.field(QStringLiteral("problems"), tr("Problems"));
    m_strip.field(QStringLiteral("rate"), tr("Sample rate"));
    m_strip.field(QStringLiteral("drops"), tr("Lost frames"));
    m_strip.field(QStringLiteral("recording"), tr("Recording"));
    m_strip.field(QStringLiteral("latency"), tr("Latency from sample to decision"));
    m_strip.field(QStringLiteral("frames"), tr("Display rate"));
    m_strip.field(QStringLiteral("backend"), tr("Compute back end"));
    refresh();
}

void StatusFigures::setDisplay(double framesPerSecond, double cpuMillisecondsPerFrame)
{
    m_fps = framesPerSecond;
    m_cpuPerFrame = cpuMillisecondsPerFrame;
}

void StatusFigures::refresh()
{
    showProblems();
    showSession();
    showRecording();
}

void StatusFigures::showProblems()
{
    const auto& model = m_services.problems.model();
    const int count = model.activeCount();
    m_strip.field(QStringLiteral("problems"))
        ->setValue(count == 0 ? tr("no problems") : tr("%n problem(s)", nullptr, count),
                   count == 0 ? Theme::Severity::Good : model.worst(), tr("Shows the list with the remedies."));
}

void StatusFigures::showSession()
{
    const auto& session = m_services.session;
    const auto& status = session.status();
    const bool running = session.phase() != SessionController::Phase::Idle && !status.sources.empty();
    auto* rate = m_strip.field(QStringLiteral("rate"));
    auto* drops = m_strip.field(QStringLiteral("drops"));
    auto* latency = m_strip.field(QStringLiteral("latency"));
    auto* frames = m_strip.field(QStringLiteral("frames"));
    auto* backend = m_strip.field(QStringLiteral("backend"));
    if (!running) {
        rate->setValue(tr("no sensor"));
        drops->setValue(tr("0 dropped"));
        latency->setValue(tr("no latency yet"));
        frames->setValue(tr("display idle"));
        backend->setValue(tr("no network"));
        return;
    }
    const auto& source = status.sources.front();
    if (status.replay)
        rate->setValue(status.replay->speed > 0 ? tr("replay at %L1×").arg(status.replay->speed)
                                                : tr("replay at once"));
    else
        rate->setValue(Format::rate(source.statistics.rateHz),
                       source.state == sensing::ConnectionState::Streaming ? Theme::Severity::Info
                                                                           : Theme::Severity::Warning,
                       tr("%1 frames; %2 gaps, %3 lines skipped.")
                           .arg(QLocale().toString(static_cast<qulonglong>(status.frames)))
                           .arg(source.statistics.gaps)
                           .arg(source.statistics.skippedLines));
    drops->setValue(tr("%L1 dropped").arg(static_cast<qulonglong>(status.droppedFrames)),
                    status.droppedFrames > 0 ? Theme::Severity::Warning : Theme::Severity::Info,
                    tr("Frames lost before they were recorded: %1. Recorded but not recognised: %2.")
                        .arg(status.droppedFrames)
                        .arg(status.notRecognisedFrames));
    latency->setValue(status.decisions == 0 ? tr("no latency yet")
                                            : tr("latency %1").arg(Format::milliseconds(status.latencyP50Ms)),
                      Theme::Severity::Info,
                      tr("From the sample to the decision: median %1, 99 % within %2.")
                          .arg(Format::milliseconds(status.latencyP50Ms), Format::milliseconds(status.latencyP99Ms)));
    frames->setValue(tr("%1 fps").arg(qRound(m_fps)), Theme::Severity::Info,
                     tr("The display takes %1 of processor time a frame.").arg(Format::milliseconds(m_cpuPerFrame)));
    backend->setValue(status.backEnd.empty() ? tr("no network") : toQString(status.backEnd), Theme::Severity::Info,
                      status.backEndReason.empty() ? tr("What computes the spiking network.")
                                                   : toQString(status.backEndReason));
}

void StatusFigures::showRecording()
{
    const auto& status = m_services.session.status();
    auto* field = m_strip.field(QStringLiteral("recording"));
    if (!status.recording) {
        field->setValue(tr("not recording"), Theme::Severity::Info,
                        tr("Recordings go to %1.").arg(m_services.session.recordingFolder()));
        return;
    }
    const auto& recording = *status.recording;
    QString text = Format::bytes(static_cast<double>(recording.bytes));
    auto severity = Theme::Severity::Good;
    if (recording.secondsLeft >= 0) {
        text = tr("%1, room for %2").arg(text, Format::duration(recording.secondsLeft));
        if (recording.secondsLeft < m_services.configuration.values().number("recording.warn_left") * 60)
            severity = Theme::Severity::Warning;
    }
    if (recording.dropped > 0)
        severity = Theme::Severity::Error;
    field->setValue(
        text, severity,
        tr("%1\n%2 frames, %3 a second, %4 free on the disk, %5 lost on the way to the disk.")
            .arg(toQString(recording.path))
            .arg(recording.frames)
            .arg(Format::bytes(recording.bytesPerSecond), Format::bytes(static_cast<double>(recording.freeBytes)))
            .arg(recording.dropped));
}

} // namespace bnof::studio
