// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/assignment.h"

#include <string>

namespace bnof::statistics {

std::uint32_t fnv1a32(std::string_view text)
{
    std::uint32_t hash = 0x811C9DC5U;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x01000193U;
    }
    return hash;
}

double hashBucket(std::string_view seed, std::string_view unit)
{
    const std::uint32_t first = fnv1a32(std::string(seed) + std::string(unit));
    return static_cast<double>(fnv1a32(std::to_string(first)) % 10000) / 10000;
}

} // namespace bnof::statistics
