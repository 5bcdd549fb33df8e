// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_run.h"

#include <algorithm>

#include "engine/base/log.h"

namespace bnof::session {
namespace {

constexpr int tickMilliseconds = 20;
constexpr int reopenMilliseconds = 1000;
constexpr std::int64_t longestLoss = 2 * nanosecondsPerSecond;

bool allStream(const SessionStatus& status)
{
    return !status.finished && std::all_of(status.sources.begin(), status.sources.end(), [](const SourceView& source) {
        return source.state == sensing::ConnectionState::Streaming;
    });
}

} // namespace

ProtocolRun::ProtocolRun(Session& session, const Protocol& protocol, std::uint64_t seed)
    : m_session(session), m_protocol(protocol), m_seed(seed),
      m_clock(protocol, planOf(protocol, seed),
              {.mark = [this](const std::string& label) { m_session.mark(label); },
               .valve = [this](const std::string& command) { send(command); }})
{
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { tick(); });
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(tickMilliseconds);
    m_reopen.setSingleShot(true);
    QObject::connect(&m_reopen, &QTimer::timeout, &m_reopen, [this] { m_valves->open(); });
}

Result<std::unique_ptr<ProtocolRun>> ProtocolRun::create(Session& session, const Protocol& protocol, std::uint64_t seed)
{
    std::unique_ptr<ProtocolRun> run(new ProtocolRun(session, protocol, seed));
    if (!protocol.valves.source.empty()) {
        BNOF_TRY_ASSIGN(const auto uri, sensing::SourceUri::parse(protocol.valves.source));
        BNOF_TRY_ASSIGN(run->m_valves, sensing::makeTransport(uri, *run));
        run->m_valves->open();
    }
    return run;
}

ProtocolRun::~ProtocolRun()
{
    abort("the program ended");
    if (m_valves)
        m_valves->close();
}

std::optional<std::string> ProtocolRun::valveTrouble() const
{
    if (!m_valves)
        return std::nullopt;
    return m_valvesOpen ? std::string() : m_valveProblem;
}

std::vector<Gate> ProtocolRun::gates(const std::string& folder) const
{
    return judgeGates(m_protocol.gates, m_session.status(), *m_session.live(), folder, totalSeconds(m_clock.plan()),
                      valveTrouble());
}

Result<void> ProtocolRun::start(const std::string& folder, bool overrideGates)
{
    return start(gates(folder), overrideGates);
}

Result<void> ProtocolRun::start(const std::vector<Gate>& judged, bool overrideGates)
{
    if (m_clock.state() != ProtocolClock::State::Ready)
        return makeError(ErrorKind::Usage, "this protocol was started already", m_protocol.name);
    std::string shut;
    for (const Gate& gate : judged) {
        if (!gate.open)
            shut += (shut.empty() ? "" : " ") + gate.title + ": " + gate.reason;
    }
    // Valves that cannot be shut must never be opened, whoever says so.
    const bool valvesMissing = m_valves && !m_valvesOpen;
    if (!shut.empty() && (!overrideGates || valvesMissing))
        return makeError(ErrorKind::Device, "the protocol cannot start yet: " + shut, m_protocol.name,
                         "Wait until every gate is open, or mend what it names.");
    if (!shut.empty())
        m_session.mark("started although: " + shut);
    m_reason.clear();
    m_clock.start(m_session.status().now);
    m_timer.start();
    return {};
}

void ProtocolRun::tick()
{
    const SessionStatus status = m_session.status();
    if (allStream(status)) {
        m_lostSince = 0;
    } else if (m_lostSince == 0) {
        m_lostSince = monotonicNow();
    } else if (monotonicNow() - m_lostSince > longestLoss) {
        pause("A device does not stream.");
    }
    m_clock.advance(status.now);
    if (m_clock.state() != ProtocolClock::State::Running)
        m_timer.stop();
}

void ProtocolRun::send(const std::string& command)
{
    if (m_valves)
        m_valves->send(command + m_protocol.valves.terminator);
}

void ProtocolRun::pause(const std::string& reason)
{
    if (m_clock.state() != ProtocolClock::State::Running)
        return;
    m_reason = reason;
    m_clock.pause(m_session.status().now);
    m_timer.stop();
    log::info("protocol", "paused", {{"reason", reason}});
}

Result<void> ProtocolRun::resume()
{
    if (m_clock.state() != ProtocolClock::State::Paused)
        return makeError(ErrorKind::Usage, "this protocol is not paused", m_protocol.name);
    if (const auto trouble = valveTrouble(); trouble && !trouble->empty())
        return makeError(ErrorKind::Device, *trouble, m_protocol.valves.source, "Mend the line to the valves first.");
    const SessionStatus status = m_session.status();
    if (!allStream(status))
        return makeError(ErrorKind::Device, "a device does not stream", m_protocol.name, "Connect it first.");
    m_reason.clear();
    m_lostSince = 0;
    m_clock.resume(status.now);
    m_timer.start();
    return {};
}

void ProtocolRun::abort(const std::string& reason)
{
    m_reason = reason;
    m_clock.abort(m_session.status().now, reason);
    m_timer.stop();
}

ProtocolStatus ProtocolRun::status() const
{
    const Timestamp now = m_session.status().now;
    ProtocolStatus out;
    out.state = m_clock.state();
    out.phase = m_clock.phase();
    out.phaseLeft = m_clock.phaseLeft(now);
    out.totalLeft = m_clock.totalLeft(now);
    out.trials = m_clock.trials();
    out.reason = m_reason;
    const auto& plan = m_clock.plan();
    if (out.phase < plan.size()) {
        out.trial = plan[out.phase].trial;
        out.label = plan[out.phase].label;
    } else {
        out.trial = std::max(0, out.trials - 1);
    }
    if (out.phase + 1 < plan.size())
        out.next = plan[out.phase + 1].label;
    return out;
}

void ProtocolRun::transportOpened()
{
    m_valvesOpen = true;
    m_valveProblem.clear();
    // Whatever the controller was left with.
    if (m_clock.state() != ProtocolClock::State::Running)
        send(m_protocol.valves.safe);
}

void ProtocolRun::transportClosed(const sensing::TransportProblem& problem)
{
    m_valvesOpen = false;
    m_valveProblem = problem.error.message();
    pause("The line to the valves is lost: " + problem.error.what);
    if (problem.retry)
        m_reopen.start(reopenMilliseconds);
}

} // namespace bnof::session
