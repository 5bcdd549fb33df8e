// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/session/protocol.h"

namespace bnof::session {

/// What a protocol does to the world.
struct ProtocolActions {
    std::function<void(const std::string& label)> mark;
    std::function<void(const std::string& command)> valve; ///< never called with an empty command
};

/// The course of a protocol in time, without a clock of its own: whoever has one calls advance(). A pause shuts the
/// valves; because an interrupted exposure is none, going on begins the interrupted trial anew.
class ProtocolClock {
public:
    enum class State { Ready, Running, Paused, Finished, Aborted };

    ProtocolClock(const Protocol& protocol, std::vector<Phase> plan, ProtocolActions actions);

    void start(Timestamp now);
    void advance(Timestamp now);
    void pause(Timestamp now);
    void resume(Timestamp now);
    void abort(Timestamp now, const std::string& reason);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const std::vector<Phase>& plan() const { return m_plan; }
    [[nodiscard]] std::size_t phase() const { return m_phase; } ///< index; plan().size() at the end
    /// Seconds until the next phase, and until the end.
    [[nodiscard]] double phaseLeft(Timestamp now) const;
    [[nodiscard]] double totalLeft(Timestamp now) const;
    [[nodiscard]] int trials() const { return m_plan.empty() ? 0 : m_plan.back().trial + 1; }

private:
    void enter(std::size_t phase, Timestamp at);
    void shut();

    ValveLine m_valves;
    std::vector<Phase> m_plan;
    ProtocolActions m_actions;
    State m_state = State::Ready;
    std::size_t m_phase = 0;
    Timestamp m_phaseStart = 0;
};
[[nodiscard]] const char* toString(ProtocolClock::State state);

} // namespace bnof::session
