// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/simulator/fault_injector.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "engine/sensing/simulator/simulator_rows.h"

namespace bnof::sensing {

class SimulatorLink;

struct SimulatorOptions {
    std::string on = "pty";     ///< "pty": a pseudo-terminal; "tcp": a server; or see network_link.h
    std::string format = "csv"; ///< "csv" or "ndjson"
    NoseOptions nose;
    std::optional<NoseScript> script;    ///< absent: demonstrationScript(nose.seed)
    std::optional<FileRowsOptions> file; ///< play this file instead of the nose
    /// Device seconds per second; 0: as fast as the client reads (waits for the first client, loses nothing).
    double speed = 1;
    double durationSeconds = 0;     ///< real seconds from the start; 0: until stop() or the end of the file
    double headerEverySeconds = 10; ///< the header is repeated, so that a late client learns the names
    std::vector<Fault> faults;
    std::string address = "127.0.0.1"; ///< tcp
    int port = 0;                      ///< tcp; 0: any free one
    std::string symlink;               ///< pty: a path that always points at the port; empty: none
};

/// A simulated device that speaks real bytes over a real pseudo-terminal or socket.
class SimulatorServer {
public:
    struct Counts {
        std::uint64_t rows = 0;     ///< produced by the device
        std::uint64_t rowsSent = 0; ///< taken by a client as a whole
        std::uint64_t bytesSent = 0;
        std::uint64_t bytesDiscarded = 0; ///< nobody listened, or the client was too slow
        std::uint64_t clients = 0;
    };

    /// Opens the port; a client can connect from then on. Errors name the option that is wrong.
    [[nodiscard]] static Result<std::unique_ptr<SimulatorServer>> create(SimulatorOptions options);
    ~SimulatorServer();

    /// What to connect to, ready for SourceUri::parse().
    [[nodiscard]] const std::string& uri() const { return m_uri; }
    /// Serves on the calling thread until the duration is over, the file ends or stop(). Once only.
    Result<void> run();
    /// Ends run() within milliseconds; any thread, safe in a signal handler.
    void stop();
    [[nodiscard]] Counts counts() const; ///< any thread

private:
    SimulatorServer(SimulatorOptions options, std::unique_ptr<RowSource> rows, std::unique_ptr<SimulatorLink> link);
    [[nodiscard]] std::string headerText() const;
    void formatRow(const SimulatorRow& row, std::string& line);
    void transmit(std::string_view bytes, bool wholeRow);
    Result<void> followPlug(double seconds);
    void waitUntil(std::int64_t deadline);
    [[nodiscard]] bool stopped() const { return m_stopped.load(std::memory_order_relaxed); }

    SimulatorOptions m_options;
    std::unique_ptr<RowSource> m_rows;
    std::unique_ptr<SimulatorLink> m_link;
    FaultInjector m_faults;
    std::string m_uri;
    std::string m_temporaryFolder;
    std::atomic<bool> m_stopped{false};
    bool m_unplugged = false;
    std::int64_t m_end = 0;
    std::atomic<std::uint64_t> m_rowCount{0};
    std::atomic<std::uint64_t> m_rowsSent{0};
    std::atomic<std::uint64_t> m_bytesSent{0};
    std::atomic<std::uint64_t> m_bytesDiscarded{0};
    std::atomic<std::uint64_t> m_clients{0};
};

} // namespace bnof::sensing
