// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/device_server.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "engine/base/time.h"
#include "engine/sensing/simulator/simulator_link.h"

namespace bnof::sensing {
namespace {

constexpr std::int64_t patience = nanosecondsPerSecond / 4;
constexpr std::int64_t slice = 20 * nanosecondsPerMillisecond;
/// Between the two halves of a message that the fault "splits" cuts.
constexpr std::int64_t splitPause = 30 * nanosecondsPerMillisecond;

Result<void> check(const DeviceServerOptions& options)
{
    if (options.on != "pty" && options.on != "tcp")
        return makeError(ErrorKind::Usage, "\"" + options.on + "\" is not something to simulate on", "--on",
                         "Use pty or tcp.");
    if (options.port < 0 || options.port > 65535)
        return makeError(ErrorKind::Usage, "the port number is out of range", "--port",
                         "Use 1 to 65535, or 0 for any free port.");
    for (const Fault& fault : options.faults)
        if (fault.kind == Fault::Kind::DecimalComma || fault.kind == Fault::Kind::Nan)
            return makeError(ErrorKind::Usage, "this fault is of the simulated nose's numbers, not of messages",
                             "--faults", "Leave out nan and decimal-comma with --device.");
    return {};
}

} // namespace

Result<std::unique_ptr<DeviceServer>> DeviceServer::create(DeviceServerOptions options)
{
    BNOF_TRY(check(options));
    BNOF_TRY_ASSIGN(auto device, makeSimulatedDevice(options.device, options.setting));
    const bool disconnects =
        std::ranges::find(options.faults, Fault::Kind::Disconnect, &Fault::kind) != options.faults.end();
    std::string temporary;
    if (options.on == "pty" && disconnects && options.symlink.empty()) {
        // A new pseudo-terminal has a new name: only a link lets the client find it again.
        BNOF_TRY_ASSIGN(options.symlink, temporaryLinkPath());
        temporary = std::filesystem::path(options.symlink).parent_path().string();
    }
    BNOF_TRY_ASSIGN(auto link,
                    options.on == "pty" ? makePtyLink(options.symlink) : makeTcpLink(options.address, options.port));
    std::unique_ptr<DeviceServer> server(new DeviceServer(std::move(options), std::move(device), std::move(link)));
    server->m_temporaryFolder = std::move(temporary);
    return server;
}

DeviceServer::DeviceServer(DeviceServerOptions options, std::unique_ptr<SimulatedDevice> device,
                           std::unique_ptr<SimulatorLink> link)
    : m_options(std::move(options)), m_device(std::move(device)), m_link(std::move(link)),
      m_faults(m_options.faults, m_options.setting.seed)
{
    const std::string baud = m_options.on == "pty" ? "baud=" + std::to_string(m_device->baud()) + "&" : "";
    // A published protocol has no word for "simulated": the name says it, and travels with the data.
    m_uri = m_link->uri() + "?" + baud + m_device->uriParameters() + "&name=simulated%20" + m_options.device;
    m_link->onReceived([this](std::string_view bytes) { m_received.append(bytes); });
}

DeviceServer::~DeviceServer()
{
    m_link.reset();
    std::error_code code;
    if (!m_temporaryFolder.empty())
        std::filesystem::remove(m_temporaryFolder, code);
}

void DeviceServer::stop()
{
    m_stopped.store(true, std::memory_order_relaxed);
    m_link->interrupt();
}

DeviceServer::Counts DeviceServer::counts() const
{
    return {m_messageCount.load(), m_delivered.load(), m_bytesReceived.load(), m_clients.load()};
}

/// Waits to the end, whatever is heard meanwhile.
void DeviceServer::await(std::int64_t deadline)
{
    while (!stopped() && monotonicNow() < deadline)
        m_link->wait(deadline);
}

void DeviceServer::transmit(const std::vector<std::string>& messages, double seconds)
{
    for (const std::string& message : messages) {
        m_messageCount.fetch_add(1);
        std::string bytes = message;
        m_faults.apply(seconds, bytes);
        std::size_t sent = 0;
        if (const std::size_t half = m_faults.splitAt(bytes.size()); half > 0) {
            sent = m_link->send(std::string_view(bytes).substr(0, half), patience);
            await(monotonicNow() + splitPause);
        }
        sent += m_link->send(std::string_view(bytes).substr(sent), patience);
        if (sent == bytes.size() && sent > 0)
            m_delivered.fetch_add(1);
    }
}

/// One round: hears and says what is due, then waits.
void DeviceServer::serve(std::int64_t start, std::int64_t until)
{
    const auto now = [start] { return toSeconds(monotonicNow() - start); };
    m_messages.clear();
    if (m_link->clientPresent() && m_link->takeNewClient()) {
        m_clients.fetch_add(1);
        m_device->greet(m_messages);
        for (const std::string& greeting : m_messages)
            m_link->send(greeting, patience); // whole: faults are for what follows
        m_messages.clear();
    }
    if (!m_received.empty()) {
        m_bytesReceived.fetch_add(m_received.size());
        const std::string received = std::move(m_received);
        m_received.clear();
        m_device->receive(received, now(), m_messages);
        if (m_messages.size() > 1000) // a flood of commands is no flood of answers
            m_messages.resize(1000);
    }
    m_device->tick(now(), m_messages);
    transmit(m_messages, now());
    const double next = m_device->nextTick() - now();
    const std::int64_t pause = next < 1 ? std::max<std::int64_t>(0, fromSeconds(next)) : slice;
    m_link->wait(std::min(monotonicNow() + std::min(pause, slice), until));
}

Result<void> DeviceServer::run()
{
    const std::int64_t start = monotonicNow();
    const std::int64_t end = m_options.durationSeconds > 0 ? start + fromSeconds(m_options.durationSeconds)
                                                           : std::numeric_limits<std::int64_t>::max();
    bool unplugged = false;
    while (!stopped() && monotonicNow() < end) {
        const bool away = m_faults.away(toSeconds(monotonicNow() - start));
        if (away && !unplugged) {
            m_link->unplug();
            m_received.clear();
        } else if (!away && unplugged) {
            BNOF_TRY(m_link->replug());
        }
        unplugged = away;
        if (unplugged)
            m_link->wait(std::min(monotonicNow() + slice, end));
        else
            serve(start, end);
    }
    return {};
}

} // namespace bnof::sensing
