// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/simulator_server.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "engine/base/json.h"
#include "engine/base/time.h"
#include "engine/sensing/simulator/network_link.h"
#include "engine/sensing/simulator/simulator_link.h"

namespace bnof::sensing {
namespace {

/// A client that reads nothing for this long loses data, as it would from a UART.
constexpr std::int64_t patience = nanosecondsPerSecond;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

Result<void> check(const SimulatorOptions& options)
{
    const auto wrong = [](std::string what, std::string where, std::string remedy) {
        return makeError(ErrorKind::Usage, std::move(what), std::move(where), std::move(remedy));
    };
    const bool network = std::ranges::find(networkLinkKinds(), options.on) != networkLinkKinds().end();
    if (options.on != "pty" && options.on != "tcp" && !network) {
        std::string kinds = "pty, tcp";
        for (const std::string& kind : networkLinkKinds())
            kinds += ", " + kind;
        return wrong("\"" + options.on + "\" is not something to simulate on", "--on", "Possible: " + kinds + ".");
    }
    if (options.on.starts_with("modbus") && (options.format != "csv" || options.file))
        return wrong("Modbus registers hold the readings of the simulated nose", "--on",
                     "Leave --format and --file out.");
    if (options.format != "csv" && options.format != "ndjson")
        return wrong("\"" + options.format + "\" is not a known format", "--format", "Use csv or ndjson.");
    if (!(options.speed >= 0) || !(options.durationSeconds >= 0))
        return wrong("speed and duration cannot be negative", "--speed", "Use 1 for real time.");
    if (!(options.nose.rateHz > 0) || options.nose.rateHz > 10000)
        return wrong("the rate is out of range", "--rate", "Use 0.01 to 10000 Hz.");
    if (options.port < 0 || options.port > 65535)
        return wrong("the port number is out of range", "--port", "Use 1 to 65535, or 0 for any free port.");
    for (const Fault& fault : options.faults)
        if (fault.kind == Fault::Kind::DecimalComma && options.format != "csv")
            return wrong("JSON has no decimal comma", "--faults", "Use decimal-comma with the csv format.");
    return {};
}

/// Registers have no text format.
std::string uriOf(const SimulatorLink& link, const SimulatorOptions& options)
{
    return link.uri() + (options.on.starts_with("modbus") ? std::string() : "?decoder=" + options.format);
}

} // namespace

Result<std::unique_ptr<SimulatorServer>> SimulatorServer::create(SimulatorOptions options)
{
    BNOF_TRY(check(options));
    std::unique_ptr<RowSource> rows;
    if (options.file) {
        BNOF_TRY_ASSIGN(rows, makeFileRows(*options.file));
    } else {
        rows = makeNoseRows(options.nose, options.script ? *options.script : demonstrationScript(options.nose.seed));
    }
    const bool disconnects =
        std::ranges::find(options.faults, Fault::Kind::Disconnect, &Fault::kind) != options.faults.end();
    std::string temporary;
    if (options.on == "pty" && disconnects && options.symlink.empty()) {
        // A new pseudo-terminal has a new name: only a link lets the client find it again.
        BNOF_TRY_ASSIGN(options.symlink, temporaryLinkPath());
        temporary = std::filesystem::path(options.symlink).parent_path().string();
    }
    auto link = options.on == "pty"   ? makePtyLink(options.symlink)
                : options.on == "tcp" ? makeTcpLink(options.address, options.port)
                                      : makeNetworkLink(options.on, options.port);
    if (!link.ok())
        return link.error();
    std::unique_ptr<SimulatorServer> server(new SimulatorServer(std::move(options), std::move(rows), std::move(*link)));
    server->m_temporaryFolder = std::move(temporary);
    return server;
}

SimulatorServer::SimulatorServer(SimulatorOptions options, std::unique_ptr<RowSource> rows,
                                 std::unique_ptr<SimulatorLink> link)
    : m_options(std::move(options)), m_rows(std::move(rows)), m_link(std::move(link)),
      m_faults(m_options.faults, m_options.nose.seed), m_uri(uriOf(*m_link, m_options))
{}

SimulatorServer::~SimulatorServer()
{
    m_link.reset();
    std::error_code code;
    if (!m_temporaryFolder.empty())
        std::filesystem::remove(m_temporaryFolder, code);
}

void SimulatorServer::stop()
{
    m_stopped.store(true, std::memory_order_relaxed);
    m_link->interrupt();
}

SimulatorServer::Counts SimulatorServer::counts() const
{
    return {m_rowCount.load(), m_rowsSent.load(), m_bytesSent.load(), m_bytesDiscarded.load(), m_clients.load()};
}

std::string SimulatorServer::headerText() const
{
    const std::string description = toJson(m_rows->description()).dump();
    if (m_options.format == "ndjson")
        return "{\"bnof\":" + description + "}\n";
    const char separator = m_faults.has(Fault::Kind::DecimalComma) ? ';' : ',';
    std::string text = "#bnof " + description + "\n# " + m_rows->notice() + "\n";
    for (std::size_t i = 0; i < m_rows->columns().size(); ++i)
        text += (i > 0 ? std::string(1, separator) : std::string()) + m_rows->columns()[i];
    return text + "\n";
}

void SimulatorServer::formatRow(const SimulatorRow& row, std::string& line)
{
    line.clear();
    const int missing = m_faults.missingField(row.fields.size());
    const bool json = m_options.format == "ndjson";
    const bool comma = m_faults.has(Fault::Kind::DecimalComma);
    if (json)
        line += '{';
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
        if (i > 0)
            line += comma ? ';' : ',';
        if (json)
            line += Json(m_rows->columns()[i]).dump() + ":";
        std::string field = static_cast<int>(i) == missing ? (json ? "null" : "nan") : row.fields[i];
        double value = 0;
        if (json && field != "null" && (!parseValue(field, false, value) || field.empty() || value != value))
            field = "null";
        if (comma)
            std::ranges::replace(field, '.', ',');
        line += field;
    }
    if (json)
        line += m_rows->description().simulated ? ",\"simulated\":true}" : "}";
    line += '\n';
}

void SimulatorServer::transmit(std::string_view bytes, bool wholeRow)
{
    std::string greeting;
    std::size_t sent = 0;
    // At full speed a client may take its time; else it has a second.
    while (sent < bytes.size() && !stopped()) {
        if (m_link->clientPresent() && m_link->takeNewClient()) {
            m_clients.fetch_add(1);
            greeting = headerText() + (wholeRow ? std::string(bytes) : std::string());
            bytes = greeting;
            sent = 0;
        }
        sent += m_link->send(bytes.substr(sent), patience);
        if (m_options.speed != 0 || !m_link->clientPresent() || monotonicNow() >= m_end)
            break;
    }
    m_bytesSent.fetch_add(sent);
    m_bytesDiscarded.fetch_add(bytes.size() - sent);
    if (wholeRow && sent == bytes.size() && sent > 0)
        m_rowsSent.fetch_add(1);
}

/// Unplugs and replugs as the faults say.
Result<void> SimulatorServer::followPlug(double seconds)
{
    const bool away = m_faults.away(seconds);
    if (away && !m_unplugged) {
        m_link->unplug();
        m_unplugged = true;
    } else if (!away && m_unplugged) {
        BNOF_TRY(m_link->replug());
        m_unplugged = false;
    }
    return {};
}

/// Sleeps; greets clients that come meanwhile with the header.
void SimulatorServer::waitUntil(std::int64_t deadline)
{
    do {
        if (!m_unplugged && m_link->clientPresent() && m_link->newClientWaits())
            transmit("\n", false);
        m_link->wait(deadline);
    } while (!stopped() && monotonicNow() < deadline);
}

Result<void> SimulatorServer::run()
{
    const std::int64_t start = monotonicNow();
    m_end = m_options.durationSeconds > 0 ? start + fromSeconds(m_options.durationSeconds) : never;
    std::int64_t nextHeader = start + fromSeconds(m_options.headerEverySeconds);
    constexpr std::int64_t slice = 50 * nanosecondsPerMillisecond;
    while (m_options.speed == 0 && !stopped() && monotonicNow() < m_end && m_clients.load() == 0)
        waitUntil(std::min(monotonicNow() + slice, m_end));
    SimulatorRow row;
    std::string line;
    while (!stopped() && m_rows->next(row)) {
        m_rowCount.fetch_add(1);
        const std::int64_t due =
            m_options.speed > 0 ? start + fromSeconds(row.seconds / m_options.speed) : monotonicNow();
        // In slices, so that a plug pulled between two slow rows is pulled in time.
        while (!stopped()) {
            const std::int64_t now = monotonicNow();
            if (now >= m_end)
                return {};
            BNOF_TRY(followPlug(toSeconds(now - start)));
            if (now >= due && now > start)
                break;
            waitUntil(std::min({due, now + slice, m_end}));
        }
        if (stopped())
            break;
        waitUntil(monotonicNow()); // greet before the row
        if (monotonicNow() >= nextHeader) {
            nextHeader += std::max(fromSeconds(m_options.headerEverySeconds), nanosecondsPerMillisecond);
            transmit(headerText(), false);
        }
        formatRow(row, line);
        // By the device's schedule, not by the clock: the same seed strikes the same rows.
        m_faults.apply(m_options.speed > 0 ? row.seconds / m_options.speed : row.seconds, line);
        if (const std::size_t half = m_faults.splitAt(line.size()); half > 0) {
            transmit(std::string_view(line).substr(0, half), false);
            waitUntil(monotonicNow() + 20 * nanosecondsPerMillisecond);
            line.erase(0, half);
        }
        if (!line.empty())
            transmit(line, true);
    }
    if (const auto problem = m_rows->problem())
        return *problem;
    return {};
}

} // namespace bnof::sensing
