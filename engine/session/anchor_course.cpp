// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/anchor_course.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bnof::session {
namespace {

std::string markOf(const AnchorPuff& puff)
{
    if (!(puff.ppm > 0))
        return "anchor: " + puff.gas;
    char text[40];
    std::snprintf(text, sizeof text, " %g ppm", puff.ppm);
    return "anchor: " + puff.gas + text;
}

} // namespace

AnchorCourse::AnchorCourse(std::vector<ChannelInfo> channels, sensing::AnchorReceiver& receiver, AnchorPlan plan,
                           std::function<void(const std::string&)> mark)
    : m_plan(std::move(plan)), m_width(channels.size()), m_capture(std::move(channels), receiver),
      m_mark(std::move(mark))
{
    m_labels.push_back({"air", 0});
    m_labels.insert(m_labels.end(), m_plan.puffs.begin(), m_plan.puffs.end());
}

double AnchorCourse::seconds() const
{
    switch (m_phase) {
    case Phase::Lead: return m_plan.leadSeconds;
    case Phase::Capture: return m_step == 0 ? m_plan.airSeconds : m_plan.puffSeconds;
    case Phase::Recovery: return m_plan.recoverySeconds;
    case Phase::Ready:
    case Phase::Finished: break;
    }
    return 0;
}

void AnchorCourse::go(Timestamp now)
{
    if (m_phase != Phase::Ready && m_phase != Phase::Recovery)
        return;
    m_phase = Phase::Lead;
    m_since = m_now = now;
}

void AnchorCourse::again()
{
    if (m_phase != Phase::Lead && m_phase != Phase::Capture)
        return;
    if (m_phase == Phase::Capture && m_mark)
        m_mark("anchor: given up");
    m_capture.cancel();
    m_phase = Phase::Ready;
}

void AnchorCourse::skip()
{
    if (m_step == 0 || m_phase == Phase::Finished)
        return;
    again();
    if (last())
        m_labels.resize(m_step); // advance() finishes
    else
        m_labels.erase(m_labels.begin() + static_cast<std::ptrdiff_t>(m_step));
}

void AnchorCourse::frame(const SensorFrame& frame)
{
    if (m_phase != Phase::Capture)
        return;
    m_capture.add(frame);
    if (frame.values.size() == m_width)
        ++m_count;
}

Result<void> AnchorCourse::next(Phase phase, Timestamp now)
{
    m_phase = phase;
    m_since = now;
    if (phase != Phase::Capture)
        return {};
    m_count = 0;
    const AnchorPuff& puff = m_labels[m_step];
    if (const auto begun = m_capture.begin(puff.gas, puff.ppm); !begun.ok()) {
        m_phase = Phase::Ready;
        return begun;
    }
    if (m_mark)
        m_mark(markOf(puff));
    return {};
}

Result<void> AnchorCourse::endCapture(Timestamp now)
{
    if (m_mark)
        m_mark("anchor: end");
    if (const auto ended = m_capture.end(); !ended.ok()) {
        m_phase = Phase::Ready;
        return ended;
    }
    const bool wasLast = last();
    ++m_step;
    if (!wasLast)
        return next(m_step == 1 ? Phase::Ready : Phase::Recovery, now); // air needs no recovery
    return {};
}

Result<void> AnchorCourse::advance(Timestamp now)
{
    m_now = now;
    if (m_phase == Phase::Finished)
        return {};
    if (m_phase != Phase::Ready && toSeconds(now - m_since) >= seconds()) {
        if (m_phase == Phase::Lead)
            return next(Phase::Capture, now);
        if (m_phase == Phase::Recovery)
            return next(Phase::Ready, now);
        BNOF_TRY(endCapture(now));
    }
    if (m_step < m_labels.size())
        return {};
    m_phase = Phase::Finished;
    return m_capture.finish();
}

AnchorCourse::Status AnchorCourse::status() const
{
    Status status;
    status.phase = m_phase;
    status.step = m_step;
    status.steps = m_labels.size();
    if (m_step < m_labels.size()) {
        status.label = m_labels[m_step].gas;
        status.ppm = m_labels[m_step].ppm;
    }
    if (m_phase != Phase::Ready && m_phase != Phase::Finished)
        status.left = std::max(0.0, seconds() - toSeconds(m_now - m_since));
    status.captured = m_phase == Phase::Capture ? m_count : 0;
    return status;
}

} // namespace bnof::session
