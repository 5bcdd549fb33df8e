// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bnof::statistics {

/// A closed interval in the unit of what it speaks of.
struct Interval {
    double low = 0;
    double high = 0;
};

} // namespace bnof::statistics
