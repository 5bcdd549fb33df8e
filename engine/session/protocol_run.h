// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/sensing/transports/transport.h"
#include "engine/session/protocol_clock.h"
#include "engine/session/protocol_gates.h"

namespace bnof::session {

/// A consistent picture for displays and the command line.
struct ProtocolStatus {
    ProtocolClock::State state = ProtocolClock::State::Ready;
    std::size_t phase = 0;
    double phaseLeft = 0; ///< seconds
    double totalLeft = 0;
    int trial = 0; ///< counted from 0
    int trials = 0;
    std::string label;  ///< of the present phase; empty before and after
    std::string next;   ///< of the one that follows; empty: the end
    std::string reason; ///< why it paused or stopped by itself
};

/// Runs a protocol on a live session: marks, valves, the countdown. Lives in a thread with a Qt event loop. It pauses
/// by itself when a device or the line to the valves is lost, and shuts the valves when it ends, however it ends.
class ProtocolRun final : private sensing::TransportListener {
public:
    /// The session outlives the run. Errors: the line to the valves cannot be understood.
    [[nodiscard]] static Result<std::unique_ptr<ProtocolRun>> create(Session& session, const Protocol& protocol,
                                                                     std::uint64_t seed);
    ~ProtocolRun() override;

    [[nodiscard]] const Protocol& protocol() const { return m_protocol; }
    [[nodiscard]] std::uint64_t seed() const { return m_seed; }
    [[nodiscard]] const std::vector<Phase>& plan() const { return m_clock.plan(); }
    /// `folder`: where the recording is or will be.
    [[nodiscard]] std::vector<Gate> gates(const std::string& folder) const;
    /// What is wrong with the line to the valves: empty when it is open, nothing when the protocol has none.
    [[nodiscard]] std::optional<std::string> valveTrouble() const;
    /// Errors: a gate is shut (named with its reason), unless `overrideGates`; that is marked in the recording.
    Result<void> start(const std::string& folder, bool overrideGates = false);
    /// The same with gates that were judged a moment ago, in another thread.
    Result<void> start(const std::vector<Gate>& judged, bool overrideGates = false);
    void pause(const std::string& reason = {});
    /// Errors: the valves cannot be reached, or a device is not there.
    Result<void> resume();
    void abort(const std::string& reason = {});
    [[nodiscard]] ProtocolStatus status() const;

private:
    ProtocolRun(Session& session, const Protocol& protocol, std::uint64_t seed);
    void tick();
    void send(const std::string& command);
    void transportOpened() override;
    void transportBytes(std::span<const char>, std::int64_t) override {}
    void transportClosed(const sensing::TransportProblem& problem) override;

    Session& m_session;
    Protocol m_protocol;
    std::uint64_t m_seed;
    ProtocolClock m_clock;
    std::unique_ptr<sensing::Transport> m_valves;
    bool m_valvesOpen = false;
    std::string m_valveProblem = "The line to the valves is being opened.";
    std::string m_reason;
    std::int64_t m_lostSince = 0; ///< a device has been away since; 0: none is
    QTimer m_timer;
    QTimer m_reopen;
};

} // namespace bnof::session
