// SPDX-License-Identifier: GPL-3.0-or-later
// The load of the ingest benchmarks: thousands of network sensors, played by a process of their own.
#pragma once

#include <cstdint>

#include "engine/base/result.h"

namespace bnof::bench {

struct LoadOptions {
    int connections = 0;
    double hertz = 0;   ///< lines a second of each
    double seconds = 0; ///< how long lines are sent
};

/// Sensors that connect to a port on this computer and send lines of 40 bytes "t_us,n,a,b,c", t_us being
/// CLOCK_MONOTONIC when the line was sent, each behind a line "id=NUMBER" and a header. Create it before the server's
/// threads: it forks.
class Load {
public:
    static constexpr std::size_t lineBytes = 40;

    /// Errors: too few descriptors for a process that has so many connections, or no process.
    [[nodiscard]] static Result<Load> create(const LoadOptions& options);
    Load(Load&& other) noexcept;
    Load& operator=(Load&&) = delete;
    ~Load(); ///< ends the process

    /// Connects all sensors; returns when the last one is connected and has said its name.
    Result<void> connect(int port);
    /// Sends lines from now on.
    void start();
    /// Waits for the end; how many lines were sent.
    Result<std::uint64_t> finish();

private:
    Load(int process, int toChild, int fromChild) : m_process(process), m_to(toChild), m_from(fromChild) {}
    int m_process = -1;
    int m_to = -1;
    int m_from = -1;
};

} // namespace bnof::bench
