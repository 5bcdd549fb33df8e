// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bnof::sensing {

/// The device's end of a connection: what a simulator writes its bytes to. One client at a time. All
/// functions belong to one thread, except interrupt().
/// Contract for a twin on another operating system: bytes sent while nobody listens are lost like a UART's;
/// send() waits for a slow client no longer than it was told; unplug() looks to the client like a pulled
/// cable, and after replug() it is found at the same URI.
class SimulatorLink {
public:
    virtual ~SimulatorLink() = default;
    /// Path or address for a source URI, without parameters: "serial:/dev/pts/4", "tcp://127.0.0.1:40123".
    [[nodiscard]] virtual std::string uri() const = 0;
    /// Sleep until `deadline` (monotonicNow()) at most; returns early when a client comes or goes, or after
    /// interrupt(). What the client sends is taken in and ignored, or, with onReceived(), handed on; then it
    /// returns early, too.
    virtual void wait(std::int64_t deadline) = 0;
    /// Called from within wait() and clientPresent() with what the client sent.
    virtual void onReceived(std::function<void(std::string_view)> /*receive*/) {}
    [[nodiscard]] virtual bool clientPresent() = 0;
    /// A client came that takeNewClient() has not told of; send() gives it nothing until then.
    [[nodiscard]] virtual bool newClientWaits() const = 0;
    /// True once for each client that came.
    [[nodiscard]] virtual bool takeNewClient() = 0;
    /// Returns how many bytes the client's side took within `patienceNanoseconds`.
    virtual std::size_t send(std::string_view bytes, std::int64_t patienceNanoseconds) = 0;
    virtual void unplug() = 0;
    virtual Result<void> replug() = 0;
    /// End the present and all later waits; safe in a signal handler.
    virtual void interrupt() = 0;
};

/// A pseudo-terminal, raw, that survives its clients. `symlink` (may be empty) is made to point at it, also
/// after replug(), and removed at the end; an existing file there that is no link is refused.
[[nodiscard]] Result<std::unique_ptr<SimulatorLink>> makePtyLink(const std::string& symlink);
/// A TCP server; port 0 takes a free one. Clients are served in turn.
[[nodiscard]] Result<std::unique_ptr<SimulatorLink>> makeTcpLink(const std::string& address, int port);
/// A new private path for the symlink of a pseudo-terminal.
[[nodiscard]] Result<std::string> temporaryLinkPath();

} // namespace bnof::sensing
