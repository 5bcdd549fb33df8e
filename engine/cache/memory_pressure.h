// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bnof::cache {

/// How short of memory the machine, or the control group that this process is in, is.
struct MemoryPressure {
    /// Share of the last ten seconds in which some task waited for memory, 0..1 ("some avg10" of
    /// /proc/pressure/memory; Documentation/accounting/psi.rst). Absent: the kernel does not say.
    std::optional<double> waiting;
    std::optional<std::uint64_t> used;  ///< bytes that the control group has (memory.current)
    std::optional<std::uint64_t> limit; ///< the smaller one of memory.high and memory.max; absent: none is set

    /// Waits for more than a tenth of the time, or a limit that is nine tenths full.
    [[nodiscard]] bool isHigh() const
    {
        return (waiting && *waiting > 0.1) ||
               (used && limit && static_cast<double>(*used) > 0.9 * static_cast<double>(*limit));
    }
};

/// Of this machine. `root` stands in front of /proc and /sys/fs/cgroup, for tests.
[[nodiscard]] MemoryPressure readMemoryPressure(const std::string& root = {});

} // namespace bnof::cache
