// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

/// Carries out a decoder's dialogue plan: says what is to be sent and when, one request at a time, sends again
/// what was not answered in time, and goes on without an answer after the last retry. After several cycles
/// without any answer it begins with the opening again, because the device may have been switched off.
/// Knows no clock and no transport: the owner tells the time and sends.
class DeviceDialogue {
public:
    using Send = std::function<void(std::string_view)>;
    /// Cycles without any answer after which the opening is said again.
    static constexpr int silentCycles = 3;

    /// The decoder and its plan outlive the dialogue.
    explicit DeviceDialogue(Decoder& decoder) : m_decoder(decoder), m_plan(decoder.dialogue()) {}

    /// False: the device speaks by itself and is sent nothing.
    [[nodiscard]] bool wanted() const;
    void opened(std::int64_t now);
    void closed();
    /// Sends what is due. To be called at nextTime() and after each portion of bytes was decoded.
    void advance(std::int64_t now, const Send& send);
    /// When advance() has something to do, as monotonicNow(); the largest value when it has not.
    [[nodiscard]] std::int64_t nextTime() const { return m_next; }

    [[nodiscard]] std::uint64_t requests() const { return m_requests; }     ///< sent, with the repeated ones
    [[nodiscard]] std::uint64_t unanswered() const { return m_unanswered; } ///< given up after all retries

private:
    enum class Part : std::uint8_t { None, Opening, Cycle };

    [[nodiscard]] const std::vector<DialogueStep>& steps() const;
    void sendStep(std::int64_t now, const Send& send);
    /// True when the step is over; else m_next says when to look again.
    bool answerCame(std::int64_t now, const Send& send);
    bool nextPart(std::int64_t now);

    Decoder& m_decoder;
    const DialoguePlan* m_plan;
    Part m_part = Part::None;
    std::size_t m_step = 0;
    bool m_waiting = false;
    int m_attempts = 0;
    int m_silent = 0; ///< cycles without an answer
    std::int64_t m_readyAt = 0;
    std::int64_t m_deadline = 0;
    std::int64_t m_cycleStart = 0;
    std::int64_t m_next = 0x7FFF'FFFF'FFFF'FFFF;
    std::uint64_t m_answersBefore = 0;
    std::uint64_t m_answersAtCycle = 0;
    std::uint64_t m_requests = 0;
    std::uint64_t m_unanswered = 0;
};

} // namespace bnof::sensing
