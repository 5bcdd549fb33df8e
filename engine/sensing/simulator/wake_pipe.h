// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace bnof::sensing {

/// Wakes one waiting thread from others, and from signal handlers. By a twin per operating system.
class WakePipe {
public:
    WakePipe();
    ~WakePipe();
    WakePipe(const WakePipe&) = delete;
    WakePipe& operator=(const WakePipe&) = delete;
    void signal();    ///< ends the present wait, or the next
    void interrupt(); ///< ends the present and all later waits; safe in a signal handler
    /// Sleeps until a signal or so long; false after interrupt().
    bool wait(std::int64_t nanoseconds);

private:
    int m_news;
    int m_interrupted;
};

} // namespace bnof::sensing
