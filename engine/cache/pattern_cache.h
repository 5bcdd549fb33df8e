// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to spike patterns that were met before, also when the repeat is jittered. Three levels: hot (as it is), warm
// (packed in memory), cold (a file). Nothing is ever answered from a signature alone: the features of the entry are
// compared with the pattern's, and a share of all answers is computed again and compared.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/cache/agreement.h"
#include "engine/cache/cold_store.h"
#include "engine/cache/memory_pressure.h"
#include "engine/cache/pattern.h"
#include "engine/storage/bytes.h"
#include "engine/storage/codec.h"

namespace bnof::cache {

enum class Level : std::uint8_t { Hot, Warm, Cold };

struct PatternCacheOptions {
    PatternShape shape;
    /// Greatest relativeDistance() of a pattern and the entry that answers it. Repeats jittered by 3 ms with a tenth of
    /// their spikes lost lie at 0.20 (at most 0.23), other patterns from 0.85 on (200 neurons, 100 ms). 0: only
    /// patterns with equal features.
    double tolerance = 0.35;
    /// Bits by which the signatures may differ; 24 of 128 finds 19 of 20 of those repeats with room to spare, 48 of
    /// 256.
    std::uint32_t signatureLimit = 24;
    /// Memory of entries; what there is at the start.
    std::uint64_t budgetBytes = 64U << 20;
    std::uint64_t leastBytes = 1U << 20;  ///< adapt() does not go below
    std::uint64_t mostBytes = 256U << 20; ///< nor above
    double warmShare = 0.5;               ///< of the budget
    std::uint32_t shards = 4;             ///< entries of one context share one
    double secondsToLive = 0;             ///< since the answer was computed; 0: for ever
    storage::Codec codec = storage::Codec::Auto;
    std::string coldPath; ///< empty: no cold level
    std::uint64_t coldBytes = 256U << 20;
    /// What the answers depend on beside the pattern and the context; in the identity of the file.
    std::string modelDigest;

    double agreementBound = 0.99; ///< least share of checked answers that agree
    std::uint64_t checkFirst = 200;
    double checkShare = 0.01; ///< afterwards
    /// Runs a check away from the caller; false: not taken. Empty: checks run in find().
    std::function<bool(std::function<void()>)> submit;
    /// Whether a cached answer is as good as the computed one. Empty: equal bytes.
    std::function<bool(storage::ByteView cached, storage::ByteView computed)> agree;

    // For tests, or for a caller with a memory limit of its own.
    std::function<bool(std::size_t bytes)> allow;   ///< asked before an entry's memory; false is a failed allocation
    std::function<MemoryPressure()> memoryPressure; ///< empty: readMemoryPressure()
    std::function<std::int64_t()> wallClock;        ///< empty: wallNow()
};

struct Hit {
    std::shared_ptr<const storage::Bytes> value;
    bool exact = false; ///< the very same spikes
    Level level = Level::Hot;
    double distance = 0;    ///< relativeDistance()
    double costSeconds = 0; ///< what computing it took
};

struct PatternCacheStatistics {
    std::uint64_t lookups = 0;
    std::uint64_t hits[3][2] = {}; ///< by Level; similar, exact
    std::uint64_t misses = 0;
    std::uint64_t refused = 0;   ///< near by signature, too far by features
    std::uint64_t unchecked = 0; ///< hits withheld, because they had to be checked and could not be
    std::uint64_t expired = 0;
    std::uint64_t damaged = 0; ///< entries dropped for their checksum
    std::uint64_t failedAllocations = 0;
    std::uint64_t evicted = 0; ///< from memory
    std::uint64_t coldErrors = 0;
    double savedSeconds = 0; ///< what computing the answers had taken
    std::uint64_t entries[3] = {};
    std::uint64_t bytes[3] = {}; ///< memory; Cold: of the file
    std::uint64_t indexBytes = 0;
    std::uint64_t budgetBytes = 0;
    double compression = 1; ///< raw by packed bytes of everything that was packed
    Agreement::Reading agreement;
    std::string coldNote; ///< why the cold level is missing, read-only or lost something; for people

    [[nodiscard]] std::uint64_t hitCount() const;
    [[nodiscard]] double hitRate() const;
};

/// Thread-safe. Answers belong to a context (the state of whatever computed them, its precision, ...): entries of one
/// context never answer for another. No function fails for want of memory: that is a miss, and counted.
class PatternCache {
public:
    /// Computes the answer in full, owning all that it needs: it may run later and on another thread.
    using Recompute = std::function<Result<storage::Bytes>()>;

    /// Errors: a shape or setting that cannot be. A cold level that cannot be used is none, see coldNote.
    [[nodiscard]] static Result<std::unique_ptr<PatternCache>> create(PatternCacheOptions options);
    /// Writes what is in memory to the cold level.
    ~PatternCache();
    PatternCache(const PatternCache&) = delete;
    PatternCache& operator=(const PatternCache&) = delete;

    [[nodiscard]] const PatternEncoder& encoder() const;
    /// The answer to `pattern` or to one within the tolerance. A hit that must be checked (the first ones, a share of
    /// later ones) calls `recompute`, now or later; without one, or where the check is not taken, it is withheld.
    [[nodiscard]] std::optional<Hit> find(std::uint64_t context, const Pattern& pattern, const Recompute& recompute);
    /// Keep the computed answer. Nothing happens while the cache is off. False when it was not kept.
    bool insert(std::uint64_t context, const Pattern& pattern, storage::ByteView value, double costSeconds);

    /// To be called about every second: drops what expired, and moves the budget. It halves under memory pressure,
    /// grows by a quarter while more than 1 % of look-ups miss what was evicted lately, and shrinks by a tenth while
    /// fewer than 1 in 1,000 hit.
    void adapt();
    /// Reads the newest entries of the cold level into memory until `bytes` or the budget are used. Returns how many.
    std::size_t warm(std::uint64_t bytes = UINT64_MAX);
    /// Writes what is only in memory to the cold level.
    void flush();
    void clear();

    void turnOff(std::string reason);
    /// On again, with agreement counted afresh.
    void turnOn();
    [[nodiscard]] bool isOff() const;
    [[nodiscard]] PatternCacheStatistics statistics() const;

    /// For fault tests: flips one bit of the entry with this content, wherever it is in memory. False: there is none.
    bool damage(std::uint64_t context, const ContentKey& content);

private:
    struct Impl;
    explicit PatternCache(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace bnof::cache
