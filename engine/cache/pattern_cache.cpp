// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/pattern_cache.h"

#include <algorithm>
#include <new>
#include <shared_mutex>
#include <utility>

#include "engine/base/philox.h"
#include "engine/base/time.h"
#include "engine/cache/cache_shard.h"
#include "engine/storage/crc32c.h"

namespace bnof::cache {
namespace {

/// Maps, queues and index of one entry, about.
constexpr std::uint64_t entryOverhead = 512;
/// Such entries are worth twice the mean, see S3Fifo's credit.
constexpr double dear = 2;
constexpr std::uint64_t fewestLookups = 1000; ///< before adapt() judges the hit rate

std::uint64_t fold(std::uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

} // namespace

std::uint64_t PatternCacheStatistics::hitCount() const
{
    std::uint64_t total = 0;
    for (const auto& level : hits)
        total += level[0] + level[1];
    return total;
}

double PatternCacheStatistics::hitRate() const
{
    return lookups > 0 ? static_cast<double>(hitCount()) / static_cast<double>(lookups) : 0;
}

struct PatternCache::Impl {
    struct Locked {
        explicit Locked(std::uint32_t bits) : shard(bits) {}
        mutable std::shared_mutex mutex;
        Shard shard;
    };
    struct Counters {
        std::atomic<std::uint64_t> lookups = 0, misses = 0, refused = 0, unchecked = 0, expired = 0, damaged = 0,
                                   failedAllocations = 0, evicted = 0, coldErrors = 0, hitNumber = 0,
                                   savedNanoseconds = 0, packedRaw = 0, packedBytes = 0;
        std::atomic<std::uint64_t> hits[3][2] = {};
    };

    Impl(PatternCacheOptions given, PatternEncoder made)
        : options(std::move(given)), encoder(std::move(made)),
          agreement(std::make_shared<Agreement>(options.agreementBound, options.checkFirst)),
          budget(options.budgetBytes)
    {
        for (std::uint32_t i = 0; i < options.shards; ++i)
            shards.push_back(std::make_unique<Locked>(options.shape.signatureBits));
    }

    [[nodiscard]] Locked& lockedOf(std::uint64_t context) { return *shards[fold(context) % shards.size()]; }
    [[nodiscard]] std::int64_t wall() const { return options.wallClock ? options.wallClock() : wallNow(); }
    [[nodiscard]] bool isExpired(const Entry& entry) const
    {
        return options.secondsToLive > 0 && wall() - entry.record.createdWall > fromSeconds(options.secondsToLive);
    }
    /// Memory for `bytes` may be asked for.
    [[nodiscard]] bool allowed(std::size_t bytes)
    {
        if (!options.allow || options.allow(bytes))
            return true;
        ++counters.failedAllocations;
        return false;
    }
    [[nodiscard]] ColdRecord keyOf(std::uint64_t context, const Pattern& pattern) const;

    [[nodiscard]] std::optional<Hit> look(std::uint64_t context, const Pattern& pattern);
    [[nodiscard]] std::optional<Hit> confirm(const Payload& payload, const Pattern& pattern, bool exact, Level level,
                                             double cost);
    [[nodiscard]] bool check(const Hit& hit, const ContentKey& content, const Recompute& recompute);
    [[nodiscard]] std::shared_ptr<const Payload> load(const Entry& entry);
    void makeHot(Shard& shard, Shard::Slot slot, std::shared_ptr<const Payload> payload);
    void makeRoom(Shard& shard);
    void demote(Shard& shard, Shard::Slot slot);
    void store(Shard& shard, Shard::Slot slot);
    [[nodiscard]] bool pack(Entry& entry);
    void dropDisagreed();

    PatternCacheOptions options;
    PatternEncoder encoder;
    std::shared_ptr<Agreement> agreement; ///< checks may end after the cache
    std::vector<std::unique_ptr<Locked>> shards;
    std::unique_ptr<ColdStore> cold;
    std::string coldNote;
    std::atomic<std::uint64_t> budget;
    Counters counters;
    std::mutex adaptMutex;
    std::uint64_t lastLookups = 0, lastHits = 0, lastGhosts = 0;
};

/// Contexts do not only differ by name: their signatures are turned away from each other, so that an entry of another
/// context does not stand before one's own.
ColdRecord PatternCache::Impl::keyOf(std::uint64_t context, const Pattern& pattern) const
{
    ColdRecord record;
    record.context = context;
    record.content = {pattern.content[0] ^ fold(context + 1), pattern.content[1] ^ fold(context + 2)};
    for (std::size_t i = 0; i < options.shape.signatureBits / 64; ++i)
        record.signature[i] = pattern.signature[i] ^ fold(context + 3 + i);
    return record;
}

std::optional<Hit> PatternCache::Impl::confirm(const Payload& payload, const Pattern& pattern, bool exact, Level level,
                                               double cost)
{
    const double distance = relativeDistance(payload.features, payload.energy, pattern.features, pattern.energy);
    if (payload.features.size() != pattern.features.size() || (exact && distance != 0) ||
        distance > options.tolerance) {
        ++counters.refused;
        return std::nullopt;
    }
    return Hit{payload.value, exact, level, distance, cost};
}

std::shared_ptr<const Payload> PatternCache::Impl::load(const Entry& entry)
{
    const ColdRecord& record = entry.record;
    storage::Bytes read;
    if (entry.level == Level::Cold) {
        auto stored = cold != nullptr ? cold->read(record) : Result<storage::Bytes>(Error{});
        if (!stored.ok())
            return nullptr;
        read = std::move(*stored);
    } else if (storage::crc32c(entry.packed) != entry.packedChecksum) {
        return nullptr;
    }
    auto raw = storage::unpack(record.codec, record.codecVersion,
                               entry.level == Level::Cold ? storage::ByteView(read) : storage::ByteView(entry.packed),
                               record.rawLength);
    if (!raw.ok())
        return nullptr;
    auto payload = parsePayload(*raw, options.shape.features());
    return payload ? std::make_shared<const Payload>(std::move(*payload)) : nullptr;
}

std::optional<Hit> PatternCache::Impl::look(std::uint64_t context, const Pattern& pattern)
{
    Locked& locked = lockedOf(context);
    const ColdRecord key = keyOf(context, pattern);
    const auto candidate = [&](const Shard& shard) -> std::optional<Shard::Slot> {
        if (auto exact = shard.find(key.content))
            return exact;
        const auto match = shard.index.find(key.signature, options.signatureLimit);
        return match ? std::optional(match->slot) : std::nullopt;
    };
    const auto damagedValue = [](const Payload& payload) {
        return storage::crc32c(*payload.value) != payload.checksum;
    };
    {
        const std::shared_lock lock(locked.mutex);
        const auto slot = candidate(locked.shard);
        if (!slot)
            return std::nullopt;
        const Entry& entry = locked.shard.entries[*slot];
        if (entry.record.context != context)
            return std::nullopt;
        if (entry.level == Level::Hot && !isExpired(entry) && !damagedValue(*entry.hot)) {
            const bool exact = entry.record.content == key.content;
            auto hit = confirm(*entry.hot, pattern, exact, Level::Hot, entry.record.costSeconds);
            if (hit)
                locked.shard.hotQueue.hit(*slot);
            return hit;
        }
    }
    // Something has to be changed; meanwhile anything may have happened.
    const std::unique_lock lock(locked.mutex);
    Shard& shard = locked.shard;
    const auto slot = candidate(shard);
    if (!slot || shard.entries[*slot].record.context != context)
        return std::nullopt;
    Entry& entry = shard.entries[*slot];
    if (isExpired(entry)) {
        ++counters.expired;
        shard.remove(*slot);
        return std::nullopt;
    }
    const Level level = entry.level;
    if (level != Level::Hot && !allowed(entry.record.rawLength))
        return std::nullopt;
    auto payload = level == Level::Hot ? entry.hot : load(entry);
    if (payload == nullptr || damagedValue(*payload)) {
        ++counters.damaged;
        shard.remove(*slot);
        return std::nullopt;
    }
    auto hit = confirm(*payload, pattern, entry.record.content == key.content, level, entry.record.costSeconds);
    if (!hit)
        return hit;
    if (level == Level::Hot) {
        shard.hotQueue.hit(*slot);
    } else {
        makeHot(shard, *slot, std::move(payload));
        makeRoom(shard);
    }
    return hit;
}

void PatternCache::Impl::makeHot(Shard& shard, Shard::Slot slot, std::shared_ptr<const Payload> payload)
{
    Entry& entry = shard.entries[slot];
    const std::uint64_t bytes = payload->bytes() + entryOverhead;
    // What is dear for its size waits a little longer.
    const double costPerByte = entry.record.costSeconds / static_cast<double>(bytes);
    const std::uint8_t credit = costPerByte > dear * shard.meanCostPerByte && shard.meanCostPerByte > 0 ? 1 : 0;
    shard.hotQueue.insert(slot, bytes, entry.record.content[0], credit);
    if (entry.level == Level::Warm)
        shard.warmQueue.erase(slot);
    else if (entry.level == Level::Cold)
        --shard.coldEntries;
    entry.level = Level::Hot;
    entry.hot = std::move(payload);
    entry.packed = {};
}

bool PatternCache::Impl::pack(Entry& entry)
{
    const storage::Bytes raw = serialise(*entry.hot);
    if (!allowed(raw.size()))
        return false;
    storage::Packed packed = storage::packBest(options.codec, raw);
    entry.record.rawLength = static_cast<std::uint32_t>(raw.size());
    entry.record.codec = static_cast<std::uint8_t>(packed.codec);
    entry.record.codecVersion = storage::codecVersion(packed.codec);
    entry.packed = packed.codec == storage::Codec::None ? raw : std::move(packed.bytes);
    entry.packed.shrink_to_fit();
    entry.packedChecksum = storage::crc32c(entry.packed);
    counters.packedRaw += raw.size();
    counters.packedBytes += entry.packed.size();
    return true;
}

/// Out of the hot level; the queue has let go of it already.
void PatternCache::Impl::demote(Shard& shard, Shard::Slot slot)
{
    Entry& entry = shard.entries[slot];
    ++counters.evicted;
    // A damaged value must not get a checksum that fits it.
    if (storage::crc32c(*entry.hot->value) != entry.hot->checksum) {
        ++counters.damaged;
        shard.remove(slot);
        return;
    }
    if (!pack(entry)) {
        shard.remove(slot);
        return;
    }
    shard.warmQueue.insert(slot, entry.packed.size() + entryOverhead, entry.record.content[0]);
    entry.level = Level::Warm;
    entry.hot = nullptr;
}

/// Out of the warm level.
void PatternCache::Impl::store(Shard& shard, Shard::Slot slot)
{
    Entry& entry = shard.entries[slot];
    if (!entry.stored && cold != nullptr && cold->readOnlyReason().empty() &&
        storage::crc32c(entry.packed) == entry.packedChecksum) {
        entry.stored = cold->append(entry.record, entry.packed).ok();
        counters.coldErrors += entry.stored ? 0 : 1;
    }
    if (!entry.stored) {
        shard.remove(slot);
        return;
    }
    entry.level = Level::Cold;
    entry.packed = {};
    ++shard.coldEntries;
}

void PatternCache::Impl::makeRoom(Shard& shard)
{
    const std::uint64_t part = budget.load() / shards.size();
    const auto warmPart = static_cast<std::uint64_t>(static_cast<double>(part) * options.warmShare);
    // The queue has let go of a slot: whatever fails then ends with the entry.
    const auto drain = [&](S3Fifo& queue, std::uint64_t capacity, auto let) {
        while (queue.bytes() > capacity) {
            const auto slot = queue.evict(capacity);
            if (!slot)
                break;
            try {
                let(*slot);
            } catch (const std::bad_alloc&) {
                ++counters.failedAllocations;
                shard.remove(*slot);
            }
        }
    };
    drain(shard.hotQueue, part - warmPart, [&](Shard::Slot slot) { demote(shard, slot); });
    drain(shard.warmQueue, warmPart, [&](Shard::Slot slot) { store(shard, slot); });
}

bool PatternCache::Impl::check(const Hit& hit, const ContentKey& content, const Recompute& recompute)
{
    const std::uint64_t number = counters.hitNumber++;
    if (number >= options.checkFirst) {
        const PhiloxBlock draw =
            philox({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0xC4ECU, 0}, 1, 1);
        if (draw[0] >= options.checkShare * 0x1p32)
            return true;
    }
    if (!recompute)
        return false;
    // Nothing when it could not be computed, which proves nothing.
    auto compare = [state = agreement, value = hit.value, content, recompute,
                    agree = options.agree]() -> std::optional<bool> {
        const auto fresh = recompute();
        if (!fresh.ok())
            return std::nullopt;
        const bool agreed = agree ? agree(*value, *fresh) : *value == *fresh;
        state->add(agreed, content);
        return agreed;
    };
    if (options.submit)
        return options.submit([compare = std::move(compare)] { (void)compare(); });
    return compare().value_or(false); // known to be wrong in time
}

void PatternCache::Impl::dropDisagreed()
{
    if (!agreement->hasDisagreed())
        return;
    for (const ContentKey& content : agreement->takeDisagreed()) {
        for (const auto& locked : shards) {
            const std::unique_lock lock(locked->mutex);
            if (const auto slot = locked->shard.find(content))
                locked->shard.remove(*slot);
        }
    }
}

Result<std::unique_ptr<PatternCache>> PatternCache::create(PatternCacheOptions options)
{
    BNOF_TRY_ASSIGN(PatternEncoder encoder, PatternEncoder::create(options.shape));
    if (!(options.tolerance >= 0 && options.tolerance < 1.4) ||
        options.signatureLimit >= options.shape.signatureBits / 2 || options.shards == 0 || options.budgetBytes == 0 ||
        !(options.warmShare >= 0 && options.warmShare < 1) ||
        !(options.agreementBound >= 0 && options.agreementBound <= 1))
        return makeError(ErrorKind::Usage, "these settings of the pattern cache cannot be", {},
                         "The tolerance lies in 0..1.4, the signature limit below half of the bits, the warm share "
                         "below 1, the agreement in 0..1.");
    auto impl = std::make_unique<Impl>(std::move(options), std::move(encoder));
    const PatternCacheOptions& given = impl->options;
    if (!given.coldPath.empty()) {
        Sha256 identity;
        const PatternShape& shape = given.shape;
        for (const std::uint64_t number :
             {std::uint64_t{shape.neurons}, std::uint64_t{shape.windowTicks}, std::uint64_t{shape.binTicks},
              std::uint64_t{shape.signatureBits}, shape.seed})
            identity.update(std::to_string(number) + " ");
        identity.update(given.modelDigest);
        auto cold = ColdStore::open(given.coldPath, identity.digest(), given.coldBytes);
        if (cold.ok()) {
            impl->cold = std::move(*cold);
            impl->coldNote = impl->cold->openingNote();
            if (!impl->cold->readOnlyReason().empty())
                impl->coldNote = "stored patterns are only read: " + impl->cold->readOnlyReason();
            for (ColdRecord& record : impl->cold->takeRecords()) {
                Shard& shard = impl->lockedOf(record.context).shard;
                try {
                    if (const auto older = shard.find(record.content))
                        shard.remove(*older);
                    const auto slot = shard.add(record);
                    shard.entries[slot].level = Level::Cold;
                    shard.entries[slot].stored = true;
                    ++shard.coldEntries;
                } catch (const std::bad_alloc&) {
                    ++impl->counters.failedAllocations;
                }
            }
        } else {
            impl->coldNote = cold.error().message();
        }
    }
    return std::unique_ptr<PatternCache>(new PatternCache(std::move(impl)));
}

PatternCache::PatternCache(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

PatternCache::~PatternCache()
{
    flush();
}

const PatternEncoder& PatternCache::encoder() const
{
    return m_impl->encoder;
}

std::optional<Hit> PatternCache::find(std::uint64_t context, const Pattern& pattern, const Recompute& recompute)
{
    Impl& impl = *m_impl;
    auto& counters = impl.counters;
    counters.lookups.fetch_add(1, std::memory_order_relaxed);
    std::optional<Hit> hit;
    if (!impl.agreement->isOff()) {
        impl.dropDisagreed();
        try {
            hit = impl.look(context, pattern);
            if (hit && !impl.check(*hit, impl.keyOf(context, pattern).content, recompute)) {
                counters.unchecked.fetch_add(1, std::memory_order_relaxed);
                hit.reset();
            }
            // A check that ran at once may have turned the cache off.
            if (impl.agreement->isOff())
                hit.reset();
        } catch (const std::bad_alloc&) {
            ++counters.failedAllocations;
            hit.reset();
        }
    }
    if (!hit) {
        counters.misses.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    counters.hits[static_cast<std::size_t>(hit->level)][hit->exact ? 1 : 0].fetch_add(1, std::memory_order_relaxed);
    counters.savedNanoseconds.fetch_add(static_cast<std::uint64_t>(std::max(0.0, hit->costSeconds) * 1e9),
                                        std::memory_order_relaxed);
    return hit;
}

bool PatternCache::insert(std::uint64_t context, const Pattern& pattern, storage::ByteView value, double costSeconds)
{
    Impl& impl = *m_impl;
    if (impl.agreement->isOff() || pattern.features.size() != impl.options.shape.features() ||
        value.size() > UINT32_MAX / 2)
        return false;
    const std::size_t bytes = pattern.features.size() * 2 + value.size() + entryOverhead;
    const std::uint64_t part = impl.budget.load() / impl.shards.size();
    if (static_cast<double>(bytes) > static_cast<double>(part) * (1 - impl.options.warmShare) || !impl.allowed(bytes))
        return false;
    try {
        impl.dropDisagreed();
        auto payload = std::make_shared<Payload>();
        payload->features = pattern.features;
        payload->energy = pattern.energy;
        payload->value = std::make_shared<const storage::Bytes>(value.begin(), value.end());
        payload->checksum = storage::crc32c(value);
        ColdRecord record = impl.keyOf(context, pattern);
        record.costSeconds = costSeconds;
        record.createdWall = impl.wall();
        Impl::Locked& locked = impl.lockedOf(context);
        const std::unique_lock lock(locked.mutex);
        Shard& shard = locked.shard;
        if (const auto older = shard.find(record.content))
            shard.remove(*older);
        const Shard::Slot slot = shard.add(record);
        try {
            impl.makeHot(shard, slot, std::move(payload));
        } catch (...) {
            shard.remove(slot);
            throw;
        }
        shard.meanCostPerByte += (costSeconds / static_cast<double>(bytes) - shard.meanCostPerByte) / 256;
        impl.makeRoom(shard);
        return true;
    } catch (const std::bad_alloc&) {
        ++impl.counters.failedAllocations;
        return false;
    }
}

void PatternCache::adapt()
{
    Impl& impl = *m_impl;
    const std::lock_guard adapting(impl.adaptMutex);
    std::uint64_t ghosts = 0;
    for (const auto& locked : impl.shards) {
        const std::unique_lock lock(locked->mutex);
        Shard& shard = locked->shard;
        ghosts += shard.hotQueue.ghostHits() + shard.warmQueue.ghostHits();
        for (Shard::Slot slot = 0; impl.options.secondsToLive > 0 && slot < shard.entries.size(); ++slot) {
            if (shard.entries[slot].used && impl.isExpired(shard.entries[slot])) {
                shard.remove(slot);
                ++impl.counters.expired;
            }
        }
    }
    const MemoryPressure pressure = impl.options.memoryPressure ? impl.options.memoryPressure() : readMemoryPressure();
    const std::uint64_t lookups = impl.counters.lookups.load();
    std::uint64_t hits = 0;
    for (const auto& level : impl.counters.hits)
        hits += level[0] + level[1];
    auto budget = static_cast<double>(impl.budget.load());
    if (pressure.isHigh()) {
        budget /= 2;
    } else if (const std::uint64_t asked = lookups - impl.lastLookups; asked >= fewestLookups) {
        if (static_cast<double>(ghosts - impl.lastGhosts) > 0.01 * static_cast<double>(asked))
            budget *= 1.25;
        else if (static_cast<double>(hits - impl.lastHits) < 0.001 * static_cast<double>(asked))
            budget *= 0.9;
        impl.lastLookups = lookups;
        impl.lastHits = hits;
        impl.lastGhosts = ghosts;
    }
    impl.budget = std::clamp(static_cast<std::uint64_t>(budget),
                             std::min(impl.options.leastBytes, impl.options.mostBytes), impl.options.mostBytes);
    try {
        for (const auto& locked : impl.shards) {
            const std::unique_lock lock(locked->mutex);
            impl.makeRoom(locked->shard);
        }
    } catch (const std::bad_alloc&) {
        ++impl.counters.failedAllocations;
    }
}

std::size_t PatternCache::warm(std::uint64_t bytes)
{
    Impl& impl = *m_impl;
    std::size_t loaded = 0;
    std::uint64_t used = 0;
    const std::uint64_t part = impl.budget.load() / impl.shards.size();
    const auto hotPart = static_cast<std::uint64_t>(static_cast<double>(part) * (1 - impl.options.warmShare));
    try {
        for (const auto& locked : impl.shards) {
            const std::unique_lock lock(locked->mutex);
            Shard& shard = locked->shard;
            std::vector<Shard::Slot> slots;
            for (Shard::Slot slot = 0; slot < shard.entries.size(); ++slot) {
                if (shard.entries[slot].used && shard.entries[slot].level == Level::Cold)
                    slots.push_back(slot);
            }
            std::sort(slots.begin(), slots.end(), [&shard](Shard::Slot a, Shard::Slot b) {
                return shard.entries[a].record.createdWall > shard.entries[b].record.createdWall;
            });
            for (const Shard::Slot slot : slots) {
                Entry& entry = shard.entries[slot];
                const std::uint64_t needed = entry.record.rawLength + entryOverhead;
                if (used + needed > bytes || shard.hotQueue.bytes() + needed > hotPart || !impl.allowed(needed))
                    break;
                auto payload = impl.isExpired(entry) ? nullptr : impl.load(entry);
                if (payload == nullptr) {
                    ++(impl.isExpired(entry) ? impl.counters.expired : impl.counters.damaged);
                    shard.remove(slot);
                    continue;
                }
                impl.makeHot(shard, slot, std::move(payload));
                used += needed;
                ++loaded;
            }
        }
    } catch (const std::bad_alloc&) {
        ++impl.counters.failedAllocations;
    }
    return loaded;
}

void PatternCache::flush()
{
    Impl& impl = *m_impl;
    if (impl.cold == nullptr || !impl.cold->readOnlyReason().empty())
        return;
    try {
        for (const auto& locked : impl.shards) {
            const std::unique_lock lock(locked->mutex);
            for (Entry& entry : locked->shard.entries) {
                if (!entry.used || entry.stored || impl.isExpired(entry))
                    continue;
                const bool hot = entry.level == Level::Hot;
                if (hot && (storage::crc32c(*entry.hot->value) != entry.hot->checksum || !impl.pack(entry)))
                    continue;
                if (!hot && storage::crc32c(entry.packed) != entry.packedChecksum)
                    continue;
                entry.stored = impl.cold->append(entry.record, entry.packed).ok();
                impl.counters.coldErrors += entry.stored ? 0 : 1;
                if (hot)
                    entry.packed = {};
            }
        }
    } catch (const std::bad_alloc&) {
        ++impl.counters.failedAllocations;
    }
}

void PatternCache::clear()
{
    for (const auto& locked : m_impl->shards) {
        const std::unique_lock lock(locked->mutex);
        locked->shard = Shard(m_impl->options.shape.signatureBits);
    }
}

void PatternCache::turnOff(std::string reason)
{
    m_impl->agreement->turnOff(std::move(reason));
}

void PatternCache::turnOn()
{
    m_impl->agreement->reset();
    m_impl->counters.hitNumber = 0;
}

bool PatternCache::isOff() const
{
    return m_impl->agreement->isOff();
}

PatternCacheStatistics PatternCache::statistics() const
{
    const Impl& impl = *m_impl;
    PatternCacheStatistics out;
    const auto& counters = impl.counters;
    out.lookups = counters.lookups;
    for (std::size_t level = 0; level < 3; ++level) {
        for (std::size_t exact = 0; exact < 2; ++exact)
            out.hits[level][exact] = counters.hits[level][exact];
    }
    out.misses = counters.misses;
    out.refused = counters.refused;
    out.unchecked = counters.unchecked;
    out.expired = counters.expired;
    out.damaged = counters.damaged;
    out.failedAllocations = counters.failedAllocations;
    out.evicted = counters.evicted;
    out.coldErrors = counters.coldErrors;
    out.savedSeconds = static_cast<double>(counters.savedNanoseconds) * 1e-9;
    for (const auto& locked : impl.shards) {
        const std::shared_lock lock(locked->mutex);
        const Shard& shard = locked->shard;
        out.entries[0] += shard.hotQueue.size();
        out.entries[1] += shard.warmQueue.size();
        out.entries[2] += shard.coldEntries;
        out.bytes[0] += shard.hotQueue.bytes();
        out.bytes[1] += shard.warmQueue.bytes();
        out.indexBytes += shard.index.bytes() + shard.byContent.bytes();
    }
    out.bytes[2] = impl.cold != nullptr ? impl.cold->bytes() : 0;
    out.budgetBytes = impl.budget;
    if (counters.packedBytes > 0)
        out.compression = static_cast<double>(counters.packedRaw) / static_cast<double>(counters.packedBytes);
    out.agreement = impl.agreement->reading();
    out.coldNote = impl.coldNote;
    return out;
}

bool PatternCache::damage(std::uint64_t context, const ContentKey& content)
{
    Impl& impl = *m_impl;
    Pattern named;
    named.content = content;
    Impl::Locked& locked = impl.lockedOf(context);
    const std::unique_lock lock(locked.mutex);
    const auto slot = locked.shard.find(impl.keyOf(context, named).content);
    if (!slot)
        return false;
    Entry& entry = locked.shard.entries[*slot];
    if (entry.level == Level::Hot && !entry.hot->value->empty()) {
        // Others may be reading the old value.
        auto payload = std::make_shared<Payload>(*entry.hot);
        storage::Bytes value = *payload->value;
        value[value.size() / 2] ^= 4;
        payload->value = std::make_shared<const storage::Bytes>(std::move(value));
        entry.hot = std::move(payload);
        return true;
    }
    if (entry.level == Level::Warm && !entry.packed.empty()) {
        entry.packed[entry.packed.size() / 2] ^= 4;
        return true;
    }
    return false;
}

} // namespace bnof::cache
