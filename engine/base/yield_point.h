// SPDX-License-Identifier: GPL-3.0-or-later
// Where long work lets urgent work in. A loop that may run for more than 200 us calls yieldPoint() at least that
// often; on a worker of the pipeline, waiting work of higher classes then runs on the spot, on this thread and on
// top of this stack. Anywhere else the call does nothing and costs about a nanosecond.
#pragma once

namespace bnof {

/// How a thread yields, installed by whoever owns the thread. Returns false when the work that runs should end.
using YieldHook = bool (*)(void* owner);

/// Never call it while holding a lock: what runs on the spot may want the same one.
/// False when the task that is running was cancelled; loops that can stop early do so.
bool yieldPoint();

/// What yieldPoint() does on the calling thread from now on; nullptr: nothing.
void setYieldHook(YieldHook hook, void* owner);

} // namespace bnof
