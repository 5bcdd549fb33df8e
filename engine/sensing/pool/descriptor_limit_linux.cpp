// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace bnof::sensing {

DescriptorLimit descriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return {1024, 1024};
    return {limit.rlim_cur, limit.rlim_max};
}

Result<DescriptorLimit> raiseDescriptorLimit(std::uint64_t wanted)
{
    DescriptorLimit now = descriptorLimit();
    const std::uint64_t target = std::min(wanted, now.hard);
    if (now.soft < target) {
        const rlimit raised{static_cast<rlim_t>(target), static_cast<rlim_t>(now.hard)};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
            now.soft = target;
    }
    if (now.soft < wanted)
        return makeError(ErrorKind::Device,
                         "this computer lets a program open only " + std::to_string(now.soft) + " files and sockets; " +
                             std::to_string(wanted) + " are wanted",
                         "open files limit",
                         "Raise the hard limit: \"ulimit -Hn " + std::to_string(wanted) +
                             "\" as root, a line \"* hard nofile " + std::to_string(wanted) +
                             "\" in /etc/security/limits.conf, or LimitNOFILE= in the service's unit.");
    return now;
}

} // namespace bnof::sensing
