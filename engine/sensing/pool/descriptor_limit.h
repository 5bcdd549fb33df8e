// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/base/result.h"

namespace bnof::sensing {

/// How many files and sockets this process may have open.
struct DescriptorLimit {
    std::uint64_t soft = 0; ///< in force
    std::uint64_t hard = 0; ///< what the soft one can be raised to without privileges
};
[[nodiscard]] DescriptorLimit descriptorLimit();

/// Raises the soft limit so that `wanted` descriptors can be open, as far as the hard limit allows; never lowers it.
/// Error when the hard limit is below `wanted`: the soft one is then at the hard one, and the remedy says how a
/// computer's owner raises that.
Result<DescriptorLimit> raiseDescriptorLimit(std::uint64_t wanted);

} // namespace bnof::sensing
