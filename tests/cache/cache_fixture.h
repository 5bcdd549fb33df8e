// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/cache/pattern_cache.h"
#include "tests/cache/patterns.h"

namespace bnof::test {

inline cache::PatternCacheOptions smallOptions()
{
    cache::PatternCacheOptions options;
    options.shape.neurons = 60;
    options.shape.windowTicks = 100;
    options.budgetBytes = 4U << 20;
    options.checkFirst = 0; // what checks do has its own tests
    options.checkShare = 0;
    options.memoryPressure = [] { return cache::MemoryPressure{}; };
    return options;
}

inline std::unique_ptr<cache::PatternCache> cacheWith(cache::PatternCacheOptions options)
{
    auto made = cache::PatternCache::create(std::move(options));
    return made.ok() ? std::move(*made) : nullptr;
}

inline std::vector<Spike> spikesOf(std::uint32_t number)
{
    return randomPattern(11, number, 60, 100);
}

inline cache::Pattern patternOf(const cache::PatternCache& cache, std::uint32_t number)
{
    cache::Pattern pattern;
    cache.encoder().encode(spikesOf(number), 0, pattern);
    return pattern;
}

inline cache::Pattern repeatOf(const cache::PatternCache& cache, std::uint32_t number, std::uint32_t repeat,
                               double jitter = 3, double drop = 0.1)
{
    cache::Pattern pattern;
    cache.encoder().encode(jittered(spikesOf(number), jitter, drop, 100 + repeat, number, 100), 0, pattern);
    return pattern;
}

/// The answer to pattern `number`: what a recogniser would have computed.
inline storage::Bytes answerOf(std::uint32_t number)
{
    storage::Bytes bytes(100, static_cast<std::uint8_t>(number));
    storage::put(bytes, number);
    return bytes;
}

} // namespace bnof::test
