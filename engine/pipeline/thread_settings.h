// SPDX-License-Identifier: GPL-3.0-or-later
// What the scheduler asks of the operating system for its threads.
#pragma once

#include <string>
#include <vector>

namespace bnof::pipeline {

/// Whether a thread runs ahead of all ordinary ones, and why not.
struct RealTimeState {
    bool granted = false;
    int priority = 0;   ///< of SCHED_FIFO, 1..99; 0 when not granted
    std::string reason; ///< why not, and what to do about it; empty when granted
};

/// Ask for SCHED_FIFO with this priority for the calling thread. Being refused is a state, not an error.
[[nodiscard]] RealTimeState askForRealTime(int priority);

/// Name of the calling thread as debuggers and `top` show it; 15 characters are kept.
void nameThread(const std::string& name);

/// The processors that this process may use, ascending.
[[nodiscard]] std::vector<unsigned> allowedProcessors();
/// Keep the calling thread on one processor; false when the system refuses.
bool pinThread(unsigned processor);

} // namespace bnof::pipeline
