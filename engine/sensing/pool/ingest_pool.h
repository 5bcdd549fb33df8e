// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/sensing/pool/sensor_group.h"

namespace bnof::sensing {

struct IngestPoolOptions {
    /// All read buffers together. A connection begins with a small one; those that fill theirs get larger ones while
    /// this lasts, and give them back when they send less.
    std::size_t bufferBudget = std::size_t{32} * 1024 * 1024;
    int backlog = 4096; ///< connections that may wait to be accepted
};

struct IngestPoolFigures {
    std::uint64_t connections = 0;    ///< open now
    std::uint64_t accepted = 0;       ///< ever
    std::uint64_t refused = 0;        ///< closed at once: no descriptors, or too many sensors
    std::uint64_t bufferBytes = 0;    ///< of all read buffers
    std::uint64_t cpuNanoseconds = 0; ///< of the I/O thread
};

/// Network ingest for thousands of sensors: one thread with its own event loop (Boost.Asio, epoll), apart from Qt's,
/// which asks the system about every descriptor at every turn.
///
/// Bytes are read into a connection's buffer and decoded where they lie; frames of a turn of the loop go to the
/// group's hand-off together. All functions return at once and may be called from any thread.
class IngestPool {
public:
    explicit IngestPool(const IngestPoolOptions& options = {});
    /// Closes everything.
    ~IngestPool();
    IngestPool(const IngestPool&) = delete;
    IngestPool& operator=(const IngestPool&) = delete;

    /// Accepts sensors on `host`:`port` (0: any free port) into `group`; returns the port. Errors: the address is not
    /// ours, the port is taken or privileged. The soft limit of descriptors is raised for the group's sensors; when
    /// the hard one is too low, the group's state says so.
    Result<int> listen(const std::shared_ptr<SensorGroup>& group, const std::string& host, int port);
    /// Connects to a sensor and keeps connecting until the group is removed: pauses from `retryNanoseconds` doubling
    /// to 5 s.
    void connect(const std::shared_ptr<SensorGroup>& group, const std::string& name, const std::string& host, int port,
                 std::int64_t retryNanoseconds = 200 * nanosecondsPerMillisecond);
    /// Closes the group's connections, a few hundred a turn. Its hand-off calls nobody after this has returned.
    void remove(const std::shared_ptr<SensorGroup>& group);

    [[nodiscard]] IngestPoolFigures figures() const;

private:
    class Loop;
    std::unique_ptr<Loop> m_loop;
};

} // namespace bnof::sensing
