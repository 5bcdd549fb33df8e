// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/device_dialogue.h"

#include <algorithm>
#include <limits>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::int64_t nanoseconds(int milliseconds)
{
    return std::int64_t{milliseconds} * nanosecondsPerMillisecond;
}

} // namespace

bool DeviceDialogue::wanted() const
{
    return m_plan != nullptr && (!m_plan->opening.empty() || !m_plan->cycle.empty());
}

const std::vector<DialogueStep>& DeviceDialogue::steps() const
{
    return m_part == Part::Opening ? m_plan->opening : m_plan->cycle;
}

void DeviceDialogue::opened(std::int64_t now)
{
    if (!wanted())
        return;
    m_part = Part::Opening;
    m_step = 0;
    m_waiting = false;
    m_silent = 0;
    m_readyAt = now;
    m_next = now;
}

void DeviceDialogue::closed()
{
    m_part = Part::None;
    m_waiting = false;
    m_next = never;
}

void DeviceDialogue::sendStep(std::int64_t now, const Send& send)
{
    const DialogueStep& step = steps()[m_step];
    m_answersBefore = m_decoder.answers();
    m_decoder.asked(m_part == Part::Opening, m_step);
    ++m_attempts;
    ++m_requests;
    send(step.bytes);
    m_waiting = step.awaitsAnswer;
    if (m_waiting) {
        m_deadline = now + nanoseconds(step.timeoutMilliseconds);
        m_next = m_deadline;
    } else {
        m_readyAt = now + nanoseconds(step.pauseMilliseconds);
        m_attempts = 0;
        ++m_step;
    }
}

bool DeviceDialogue::answerCame(std::int64_t now, const Send& send)
{
    const DialogueStep& step = steps()[m_step];
    if (m_decoder.answers() == m_answersBefore) {
        if (now < m_deadline) {
            m_next = m_deadline;
            return false;
        }
        if (m_attempts <= step.retries) {
            sendStep(now, send);
            return false;
        }
        ++m_unanswered;
    }
    m_waiting = false;
    m_attempts = 0;
    m_readyAt = now + nanoseconds(step.pauseMilliseconds);
    ++m_step;
    return true;
}

/// After the last step of a part. False when nothing is left to say.
bool DeviceDialogue::nextPart(std::int64_t now)
{
    m_step = 0;
    if (m_plan->cycle.empty()) {
        closed();
        return false;
    }
    if (m_part == Part::Opening) {
        m_part = Part::Cycle;
        m_cycleStart = std::max(now, m_readyAt);
    } else {
        const bool asks = std::ranges::any_of(m_plan->cycle, &DialogueStep::awaitsAnswer);
        m_silent = asks && m_decoder.answers() == m_answersAtCycle ? m_silent + 1 : 0;
        m_cycleStart += nanoseconds(std::max(1, m_plan->periodMilliseconds));
        if (m_cycleStart < now) // a slow device sets the pace
            m_cycleStart = now;
        if (m_silent >= silentCycles && !m_plan->opening.empty()) {
            m_part = Part::Opening;
            m_silent = 0;
        }
    }
    m_readyAt = std::max(m_readyAt, m_cycleStart);
    m_answersAtCycle = m_decoder.answers();
    return true;
}

void DeviceDialogue::advance(std::int64_t now, const Send& send)
{
    // Every round sends a step, ends a part or returns; a cycle waits for its period, so this ends.
    while (m_part != Part::None) {
        if (m_waiting && !answerCame(now, send))
            return;
        if (m_step == steps().size()) {
            if (!nextPart(now))
                return;
            continue;
        }
        if (now < m_readyAt) {
            m_next = m_readyAt;
            return;
        }
        sendStep(now, send);
    }
}

} // namespace bnof::sensing
