// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pipeline/wake_point.h"

#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bnof::pipeline {

void WakePoint::sleepUnlessChanged(std::uint32_t ticket, std::int64_t nanoseconds)
{
    static_assert(sizeof m_epoch == sizeof(std::uint32_t)); // the kernel looks at it
    timespec limit{};
    if (nanoseconds >= 0) {
        limit.tv_sec = nanoseconds / 1'000'000'000;
        limit.tv_nsec = nanoseconds % 1'000'000'000;
    }
    syscall(SYS_futex, &m_epoch, FUTEX_WAIT_PRIVATE, ticket, nanoseconds >= 0 ? &limit : nullptr, nullptr, 0);
}

void WakePoint::wake(int count)
{
    m_epoch.fetch_add(1, std::memory_order_seq_cst);
    syscall(SYS_futex, &m_epoch, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

} // namespace bnof::pipeline
