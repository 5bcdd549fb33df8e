// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <list>
#include <memory>
#include <set>
#include <unordered_map>

#ifdef BNOF_WITH_FAISS
#include <faiss/IndexBinaryHash.h>
#endif

#include "app/cli/bench.h"
#include "app/cli/bench_measure.h"
#include "engine/base/philox.h"
#include "engine/cache/content_map.h"
#include "engine/cache/kernels.h"
#include "engine/cache/pattern_cache.h"
#include "engine/cache/s3_fifo.h"
#include "engine/cache/signature_index.h"

namespace bnof::bench {
namespace {

using cache::Pattern;
using cache::PatternShape;
using cache::Signature;
using cache::SignatureIndex;

constexpr std::uint32_t signatureBits = 128;
constexpr std::uint32_t signatureLimit = 24;
constexpr unsigned flips = 16;
constexpr std::size_t queries = 4096;

/// 200 neurons over 100 ms with rates of their own, as the tolerance of the cache was chosen on.
std::vector<Spike> odour(std::uint32_t number, const PatternShape& shape)
{
    PhiloxSequence random(21, number);
    std::vector<Spike> spikes;
    for (std::uint32_t neuron = 0; neuron < shape.neurons; ++neuron) {
        const double rate = random.uniform() < 0.5 ? 0.01 : 0.08;
        for (std::uint32_t tick = 0; tick < shape.windowTicks; ++tick) {
            if (random.uniform() < rate)
                spikes.push_back({neuron, tick});
        }
    }
    return spikes;
}

Signature flipped(Signature signature, unsigned count, PhiloxSequence& random)
{
    std::set<std::uint32_t> places;
    while (places.size() < count)
        places.insert(random.below(signatureBits));
    for (const std::uint32_t place : places)
        signature[place / 64] ^= std::uint64_t{1} << (place % 64);
    return signature;
}

/// Random signatures; `clustered`: seven in ten within 40 bits of one of a hundredth of them.
std::vector<Signature> signatures(std::size_t count, bool clustered)
{
    PhiloxSequence random(3, clustered ? 1 : 0);
    std::vector<Signature> out(count);
    const std::size_t centres = std::max<std::size_t>(1, count / 100);
    for (std::size_t i = 0; i < count; ++i) {
        if (clustered && i >= centres && random.below(10) < 7) {
            out[i] = flipped(out[random.below(static_cast<std::uint32_t>(centres))], 20 + random.below(21), random);
        } else {
            out[i][0] = std::uint64_t{random.next()} << 32 | random.next();
            out[i][1] = std::uint64_t{random.next()} << 32 | random.next();
        }
    }
    return out;
}

/// Seconds of one call for each query, median over rounds.
template <typename Call> double secondsEach(const BenchOptions& options, std::size_t calls, Call call)
{
    std::vector<double> rounds;
    const std::int64_t end = monotonicNow() + fromSeconds(options.secondsEach / 4);
    while (rounds.size() < 3 || (monotonicNow() < end && rounds.size() < 1000)) {
        const double begin = threadSeconds();
        for (std::size_t i = 0; i < calls; ++i)
            call(i);
        rounds.push_back((threadSeconds() - begin) / static_cast<double>(calls));
    }
    return quantile(rounds, 0.5);
}

#ifdef BNOF_WITH_FAISS
/// Seconds of one look-up in faiss' multi-index hash of 8 chunks of 16 bits, whose radius is 0: it finds fewer.
void measureFaiss(const BenchOptions& options, const std::vector<Signature>& entries,
                  const std::vector<Signature>& asked, Json& detail)
{
    std::vector<std::uint64_t> words;
    for (const Signature& entry : entries)
        words.insert(words.end(), entry.begin(), entry.begin() + 2);
    faiss::IndexBinaryMultiHash index(signatureBits, 8, 16);
    index.add(static_cast<faiss::Index::idx_t>(entries.size()), reinterpret_cast<const std::uint8_t*>(words.data()));
    const std::size_t calls = std::min<std::size_t>(asked.size(), 256);
    std::int64_t found = 0;
    const double seconds = secondsEach(options, calls, [&](std::size_t i) {
        std::int32_t distance = 0;
        faiss::Index::idx_t label = -1;
        index.search(1, reinterpret_cast<const std::uint8_t*>(asked[i].data()), 1, &distance, &label);
        found += label >= 0 && distance <= static_cast<int>(signatureLimit) ? 1 : 0;
    });
    detail.set("faiss_multihash", seconds);
}
#endif

struct Similar {
    double hit = 0;
    double scan = 0;
    Json detail = Json::object();
};

Similar similarAt(const BenchOptions& options, std::size_t count, bool clustered)
{
    Similar out;
    PhiloxSequence random(8, static_cast<std::uint32_t>(count));
    const std::vector<Signature> entries = signatures(count, clustered);
    SignatureIndex index(signatureBits);
    for (std::size_t i = 0; i < count; ++i)
        index.insert(static_cast<SignatureIndex::Slot>(i), entries[i]);
    std::vector<Signature> near(queries), strangers(queries);
    std::size_t found = 0, wrong = 0;
    for (std::size_t i = 0; i < queries; ++i) {
        near[i] = flipped(entries[random.below(static_cast<std::uint32_t>(count))], flips, random);
        strangers[i] = {std::uint64_t{random.next()} << 32 | random.next(),
                        std::uint64_t{random.next()} << 32 | random.next()};
        found += index.find(near[i], signatureLimit) ? 1 : 0;
    }
    // Beside those of the timing, as many strangers as tell a share of 1e-4.
    const std::size_t draws = options.rehearsal ? queries : 50'000;
    for (std::size_t i = 0; i < draws; ++i) {
        const Signature stranger{std::uint64_t{random.next()} << 32 | random.next(),
                                 std::uint64_t{random.next()} << 32 | random.next()};
        wrong += index.find(stranger, signatureLimit) ? 1 : 0;
    }
    std::size_t sink = 0;
    out.hit =
        secondsEach(options, queries, [&](std::size_t i) { sink += index.find(near[i], signatureLimit) ? 1 : 0; });
    const double miss =
        secondsEach(options, queries, [&](std::size_t i) { sink += index.find(strangers[i], signatureLimit) ? 1 : 0; });
    const std::size_t scans = std::clamp<std::size_t>(20'000'000 / count, 8, queries);
    out.scan =
        secondsEach(options, scans, [&](std::size_t i) { sink += index.findByScan(near[i], signatureLimit) ? 1 : 0; });
    out.detail.set("hit", out.hit).set("miss", miss).set("linear_scan", out.scan);
    out.detail.set("recall", static_cast<double>(found) / queries);
    out.detail.set("false_hits", static_cast<double>(wrong) / static_cast<double>(draws));
    out.detail.set("index_bytes", index.bytes());
#ifdef BNOF_WITH_FAISS
    measureFaiss(options, entries, near, out.detail);
#endif
    return out;
}

std::vector<Figure> hitSimilar(const BenchOptions& options)
{
    Figure figure;
    figure.name = "cache.hit_similar";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    const std::vector<std::size_t> sizes =
        options.rehearsal ? std::vector<std::size_t>{1000, 3000} : std::vector<std::size_t>{10'000, 100'000, 1'000'000};
    for (const std::size_t count : sizes) {
        Similar similar = similarAt(options, count, false);
        if (count == sizes[1]) {
            figure.value = similar.hit;
            figure.baseline =
                Figure::Baseline{"linear scan (" + std::string(cache::kernels().name) + ")", similar.scan};
        }
        figure.detail.set("entries_" + std::to_string(count), std::move(similar.detail));
    }
    figure.detail.set("clustered_entries_" + std::to_string(sizes[1]), similarAt(options, sizes[1], true).detail);
#ifndef BNOF_WITH_FAISS
    figure.detail.set("faiss_multihash", "not built: libfaiss-dev was not found");
#endif
    figure.detail.set("flipped_bits", flips).set("of_bits", signatureBits).set("limit", signatureLimit);
    figure.detail.set("targets", "5e-7 s at 1e4, 1.5e-6 s at 1e5, 1e-5 s at 1e6; recall 0.99; false hits 1e-4");
    return {figure};
}

/// A look-up of the very same spikes in a full cache, by a ready pattern: map, lock, checksum and confirmation.
std::vector<Figure> hitExact(const BenchOptions& options)
{
    Figure figure;
    figure.name = "cache.hit_exact";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    const std::uint32_t count = options.rehearsal ? 1000 : 100'000;
    // The look-up itself, from a ready key.
    std::unordered_map<std::uint64_t, std::uint32_t> baseline;
    cache::PatternCacheOptions settings;
    settings.shape.neurons = 200;
    settings.shape.windowTicks = 100;
    settings.budgetBytes = settings.mostBytes = 2ULL << 30;
    settings.warmShare = 0;
    settings.shards = 1;
    settings.checkFirst = 0;
    settings.checkShare = 0;
    auto made = cache::PatternCache::create(settings);
    if (!made.ok())
        return {notMeasured(figure.name, figure.unit, figure.better, made.error().message())};
    cache::PatternCache& patterns = **made;
    // Distinct keys and signatures; the features of a few odours, so that they fit this machine's memory as values do.
    std::vector<Pattern> few(64);
    for (std::uint32_t i = 0; i < few.size(); ++i)
        patterns.encoder().encode(odour(i, settings.shape), 0, few[i]);
    const std::vector<Signature> keys = signatures(count, false);
    const storage::Bytes value(128, 1);
    Pattern pattern;
    for (std::uint32_t i = 0; i < count; ++i) {
        pattern = few[i % few.size()];
        pattern.signature = keys[i];
        pattern.content = {keys[i][0], keys[i][1]};
        (void)patterns.insert(0, pattern, value, 1e-3);
        baseline[keys[i][0]] = i;
    }
    PhiloxSequence random(4, 4);
    std::vector<std::uint32_t> asked(queries);
    for (auto& number : asked)
        number = random.below(count);
    const auto contents = [&keys](std::uint32_t i) { return cache::ContentKey{keys[i][0], keys[i][1]}; };
    cache::ContentMap map;
    for (std::uint32_t i = 0; i < count; ++i)
        map.insert(contents(i), i);
    std::uint64_t sink = 0;
    figure.value = secondsEach(options, queries, [&](std::size_t i) { sink += *map.find(contents(asked[i])); });
    const double standard =
        secondsEach(options, queries, [&](std::size_t i) { sink += baseline.find(keys[asked[i]][0])->second; });
    figure.baseline = Figure::Baseline{"std::unordered_map", standard};
    const double whole = secondsEach(options, queries, [&](std::size_t i) {
        Pattern& query = few[asked[i] % few.size()];
        query.content = contents(asked[i]);
        query.signature = keys[asked[i]];
        const auto hit = patterns.find(0, query, {});
        sink += hit ? 1 : 0;
    });
    const std::vector<Spike> spikes = odour(1, settings.shape);
    const double signature =
        secondsEach(options, 256, [&](std::size_t) { patterns.encoder().encode(spikes, 0, pattern); });
    figure.detail.set("entries", count).set("target", 60e-9);
    figure.detail.set("whole_find", whole).set("signature", signature).set("spikes", spikes.size());
    figure.detail.set("measures", "the look-up from a ready key; whole_find adds lock, checksum of the value and "
                                  "confirmation of 1,000 features, signature is made from the spikes");
    if (sink == 0)
        figure.detail.set("unexpected", "nothing was found");
    return {figure};
}

/// Zipf-distributed names by inversion of the continuous distribution.
std::vector<std::uint32_t> zipfTrace(std::size_t requests, std::uint32_t objects, double exponent, double oneHit)
{
    PhiloxSequence random(17, static_cast<std::uint32_t>(exponent * 100 + oneHit * 10));
    std::vector<double> cumulative(objects);
    double sum = 0;
    for (std::uint32_t i = 0; i < objects; ++i)
        cumulative[i] = sum += std::pow(i + 1.0, -exponent);
    std::vector<std::uint32_t> trace(requests);
    for (std::size_t i = 0; i < requests; ++i) {
        if (random.uniform() < oneHit) {
            trace[i] = objects + static_cast<std::uint32_t>(i);
            continue;
        }
        const auto rank = static_cast<std::uint32_t>(
            std::lower_bound(cumulative.begin(), cumulative.end(), random.uniform() * sum) - cumulative.begin());
        // What is popular drifts through the names: all of them move by a place every 50,000 requests.
        trace[i] = static_cast<std::uint32_t>((std::min(rank, objects - 1) * 2654435761ULL + i / 50'000) % objects);
    }
    return trace;
}

double hitsOfS3Fifo(const std::vector<std::uint32_t>& trace, std::uint64_t capacity)
{
    cache::S3Fifo queue;
    std::vector<bool> inside(*std::max_element(trace.begin(), trace.end()) + std::size_t{1});
    std::size_t hits = 0;
    for (const std::uint32_t name : trace) {
        if (inside[name]) {
            queue.hit(name);
            ++hits;
            continue;
        }
        queue.insert(name, 1, name);
        inside[name] = true;
        while (queue.bytes() > capacity)
            inside[queue.evict(capacity).value_or(0)] = false;
    }
    return static_cast<double>(hits) / static_cast<double>(trace.size());
}

double hitsOfLru(const std::vector<std::uint32_t>& trace, std::size_t capacity)
{
    std::list<std::uint32_t> order;
    std::unordered_map<std::uint32_t, std::list<std::uint32_t>::iterator> inside;
    std::size_t hits = 0;
    for (const std::uint32_t name : trace) {
        if (const auto found = inside.find(name); found != inside.end()) {
            order.splice(order.begin(), order, found->second);
            ++hits;
            continue;
        }
        order.push_front(name);
        inside[name] = order.begin();
        if (inside.size() > capacity) {
            inside.erase(order.back());
            order.pop_back();
        }
    }
    return static_cast<double>(hits) / static_cast<double>(trace.size());
}

std::vector<Figure> evict(const BenchOptions& options)
{
    const std::size_t requests = options.rehearsal ? 20'000 : 1'000'000;
    const std::uint32_t objects = options.rehearsal ? 5'000 : 250'000;
    std::vector<Figure> figures;
    for (const double exponent : {0.8, 1.0}) {
        for (const double oneHit : {0.0, 0.3}) {
            const auto trace = zipfTrace(requests, objects, exponent, oneHit);
            for (const double share : {0.01, 0.1}) {
                const auto capacity = static_cast<std::uint64_t>(objects * share);
                char name[80];
                std::snprintf(name, sizeof name, "cache.evict.zipf_%.1f%s_%g", exponent, oneHit > 0 ? "_one_hit" : "",
                              share);
                Figure figure;
                figure.name = name;
                figure.unit = "1";
                figure.better = Figure::Better::Higher;
                figure.value = hitsOfS3Fifo(trace, capacity);
                figure.baseline = Figure::Baseline{"LRU", hitsOfLru(trace, capacity)};
                figure.detail.set("requests", requests).set("objects", objects).set("capacity", capacity);
                figure.detail.set("exponent", exponent).set("asked_once", oneHit);
                figure.detail.set("measures", "hit ratio of S3-FIFO; what is popular drifts");
                figures.push_back(std::move(figure));
            }
        }
    }
    return figures;
}

} // namespace

std::vector<Benchmark> cacheBenchmarks()
{
    return {{"cache.hit_exact", "the same spike pattern found again in a cache of 100,000", hitExact},
            {"cache.hit_similar", "a signature found again with 16 of 128 bits flipped", hitSimilar},
            {"cache.evict", "hit ratio of the eviction, against LRU", evict}};
}

} // namespace bnof::bench
