// SPDX-License-Identifier: GPL-3.0-or-later
// The pattern cache: what it answers, what it never answers, who is evicted, and many threads at once.
#include <atomic>
#include <list>
#include <set>
#include <thread>
#include <unordered_map>

#include "engine/cache/s3_fifo.h"
#include "tests/cache/cache_fixture.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::cache;
using namespace bnof::test;

class TestPatternCache : public test::Suite {
    Q_OBJECT

private slots:
    void settingsAreChecked();
    void equalAndJitteredPatternsAreFound();
    void contextsDoNotAnswerForEachOther();
    void nothingBeyondTheToleranceIsAnswered();
    void firstAnswersAreCheckedAndThenAShare();
    void disagreementTurnsTheCacheOff();
    void whatCannotBeCheckedIsWithheld();
    void entriesGoDownAndComeBack();
    void answersGrowOld();
    void theBudgetFollowsHitsAndPressure();
    void scansDoNotDisplaceWhatIsUsed();
    void comingBackSoonIsRemembered();
    void dearEntriesStayLonger();
    void manyThreadsAtOnce();
};

void TestPatternCache::settingsAreChecked()
{
    PatternCacheOptions options = smallOptions();
    options.tolerance = 2;
    QVERIFY(!PatternCache::create(options).ok());
    options = smallOptions();
    options.signatureLimit = 64;
    QVERIFY(!PatternCache::create(options).ok());
    options = smallOptions();
    options.shape.neurons = 0;
    QVERIFY(!PatternCache::create(options).ok());
}

void TestPatternCache::equalAndJitteredPatternsAreFound()
{
    const auto cache = cacheWith(smallOptions());
    QVERIFY(cache != nullptr);
    constexpr std::uint32_t count = 300;
    for (std::uint32_t i = 0; i < count; ++i)
        QVERIFY(cache->insert(0, patternOf(*cache, i), answerOf(i), 1e-3));
    std::uint32_t found = 0, wrong = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto same = cache->find(0, patternOf(*cache, i), {});
        QVERIFY(same && same->exact && same->distance == 0);
        QCOMPARE(*same->value, answerOf(i));
        const auto similar = cache->find(0, repeatOf(*cache, i, 1), {});
        found += similar && *similar->value == answerOf(i) ? 1 : 0;
        wrong += similar && *similar->value != answerOf(i) ? 1 : 0;
        QVERIFY(!cache->find(0, patternOf(*cache, count + i), {}));
    }
    QVERIFY2(found >= count * 9 / 10, qPrintable(QString::number(found)));
    QCOMPARE(wrong, 0U);
    const PatternCacheStatistics statistics = cache->statistics();
    QCOMPARE(statistics.lookups, std::uint64_t{3 * count});
    QCOMPARE(statistics.hits[0][1], std::uint64_t{count});
    QCOMPARE(statistics.hits[0][0], std::uint64_t{found});
    QCOMPARE(statistics.misses, std::uint64_t{2 * count - found});
    QVERIFY(std::abs(statistics.savedSeconds - 1e-3 * (count + found)) < 1e-6);
    cache->clear();
    QVERIFY(!cache->find(0, patternOf(*cache, 0), {}));
}

void TestPatternCache::contextsDoNotAnswerForEachOther()
{
    PatternCacheOptions options = smallOptions();
    options.shards = 1;
    const auto cache = cacheWith(options);
    for (std::uint32_t i = 0; i < 50; ++i)
        QVERIFY(cache->insert(7, patternOf(*cache, i), answerOf(i), 1));
    for (std::uint32_t i = 0; i < 50; ++i) {
        QVERIFY(!cache->find(8, patternOf(*cache, i), {}));
        QVERIFY(cache->insert(8, patternOf(*cache, i), answerOf(1000 + i), 1));
        QCOMPARE(*cache->find(7, patternOf(*cache, i), {})->value, answerOf(i));
        QCOMPARE(*cache->find(8, patternOf(*cache, i), {})->value, answerOf(1000 + i));
    }
}

void TestPatternCache::nothingBeyondTheToleranceIsAnswered()
{
    PhiloxSequence random(77, 0);
    for (const double tolerance : {0.0, 0.1, 0.2, 0.35, 0.6}) {
        PatternCacheOptions options = smallOptions();
        options.tolerance = tolerance;
        options.signatureLimit = 60; // the features alone decide
        options.budgetBytes = 600'000;
        options.warmShare = 0.3;
        const auto cache = cacheWith(options);
        int hits = 0;
        for (int step = 0; step < 1500; ++step) {
            const std::uint32_t number = random.below(120);
            if (random.below(3) == 0) {
                // The answer says which of the many variants of this number it belongs to.
                const std::uint32_t repeat = random.below(5), jitter = random.below(4), drop = random.below(5);
                storage::Bytes value;
                for (const std::uint32_t word : {number, repeat, jitter, drop})
                    storage::put(value, word);
                QVERIFY(
                    cache->insert(0, repeatOf(*cache, number, repeat, jitter, 0.02 * drop), value, random.uniform()));
                continue;
            }
            const Pattern asked = repeatOf(*cache, number, random.below(9), random.below(12), 0.05 * random.below(10));
            const auto hit = cache->find(0, asked, {});
            if (!hit)
                continue;
            ++hits;
            QVERIFY(hit->distance <= tolerance);
            // The stated distance is that of the entry with this answer.
            storage::ByteCursor cursor(*hit->value);
            const auto owner = cursor.get<std::uint32_t>(), repeat = cursor.get<std::uint32_t>(),
                       jitter = cursor.get<std::uint32_t>(), drop = cursor.get<std::uint32_t>();
            const Pattern entry = repeatOf(*cache, owner, repeat, jitter, 0.02 * drop);
            QCOMPARE(hit->distance, relativeDistance(entry.features, entry.energy, asked.features, asked.energy));
        }
        if (tolerance > 0.3)
            QVERIFY(hits > 50);
    }
}

void TestPatternCache::firstAnswersAreCheckedAndThenAShare()
{
    PatternCacheOptions options = smallOptions();
    options.checkFirst = 200;
    options.checkShare = 0.01;
    const auto cache = cacheWith(options);
    QVERIFY(cache->insert(0, patternOf(*cache, 1), answerOf(1), 1));
    int computed = 0;
    const auto recompute = [&computed]() -> Result<storage::Bytes> {
        ++computed;
        return answerOf(1);
    };
    for (int i = 0; i < 200; ++i)
        QVERIFY(cache->find(0, patternOf(*cache, 1), recompute));
    QCOMPARE(computed, 200);
    for (int i = 0; i < 20000; ++i)
        QVERIFY(cache->find(0, patternOf(*cache, 1), recompute));
    QVERIFY2(computed > 300 && computed < 520, qPrintable(QString::number(computed)));
    const auto agreement = cache->statistics().agreement;
    QCOMPARE(agreement.checked, static_cast<std::uint64_t>(computed));
    QCOMPARE(agreement.agreed, agreement.checked);
    QVERIFY(agreement.interval.low > 0.98 && agreement.interval.high == 1);
}

void TestPatternCache::disagreementTurnsTheCacheOff()
{
    PatternCacheOptions options = smallOptions();
    options.checkFirst = 200;
    options.agreementBound = 0.95;
    std::vector<std::function<void()>> tasks;
    options.submit = [&tasks](std::function<void()> task) {
        tasks.push_back(std::move(task));
        return true;
    };
    const auto cache = cacheWith(options);
    for (std::uint32_t i = 0; i < 60; ++i)
        QVERIFY(cache->insert(0, patternOf(*cache, i), answerOf(i), 1));
    // One answer in three is wrong.
    std::uint32_t asked = 0;
    for (; asked < 60 && !cache->isOff(); ++asked) {
        const bool wrong = asked % 3 == 0;
        QVERIFY(cache->find(0, patternOf(*cache, asked), [asked, wrong]() -> Result<storage::Bytes> {
            return answerOf(wrong ? asked + 1 : asked);
        }));
        for (const auto& task : tasks)
            task();
        tasks.clear();
    }
    QVERIFY(cache->isOff());
    QVERIFY(asked < 30);
    QVERIFY(!cache->find(0, patternOf(*cache, 50), {}));
    QVERIFY(!cache->insert(0, patternOf(*cache, 61), answerOf(61), 1));
    const auto reason = cache->statistics().agreement.offReason;
    QVERIFY2(reason.find("less than the required 95 %") != std::string::npos, reason.c_str());
    cache->turnOn();
    const auto agreeing = []() -> Result<storage::Bytes> { return answerOf(1); };
    QVERIFY(cache->find(0, patternOf(*cache, 1), agreeing));
    QVERIFY(!cache->find(0, patternOf(*cache, 0), agreeing)); // what disagreed was dropped
    cache->turnOff("a person said so");
    QVERIFY(!cache->find(0, patternOf(*cache, 1), agreeing));
    QCOMPARE(cache->statistics().agreement.offReason, std::string("a person said so"));

    // Run at once, a check that disagrees comes in time.
    options.submit = nullptr;
    const auto direct = cacheWith(options);
    QVERIFY(direct->insert(0, patternOf(*direct, 1), answerOf(2), 1));
    QVERIFY(!direct->find(0, patternOf(*direct, 1), agreeing));
}

void TestPatternCache::whatCannotBeCheckedIsWithheld()
{
    PatternCacheOptions options = smallOptions();
    options.checkFirst = 200;
    options.submit = [](const std::function<void()>&) { return false; };
    const auto cache = cacheWith(options);
    QVERIFY(cache->insert(0, patternOf(*cache, 1), answerOf(1), 1));
    QVERIFY(!cache->find(0, patternOf(*cache, 1), {}));
    QVERIFY(!cache->find(0, patternOf(*cache, 1), []() -> Result<storage::Bytes> { return answerOf(1); }));
    QCOMPARE(cache->statistics().unchecked, std::uint64_t{2});
}

void TestPatternCache::entriesGoDownAndComeBack()
{
    PatternCacheOptions options = smallOptions();
    options.shards = 1;
    options.budgetBytes = 200'000;
    const auto cache = cacheWith(options);
    for (std::uint32_t i = 0; i < 150; ++i)
        QVERIFY(cache->insert(0, patternOf(*cache, i), answerOf(i), 1));
    auto statistics = cache->statistics();
    QVERIFY(statistics.entries[0] > 50);
    QVERIFY(statistics.entries[1] > 50);
    QVERIFY(statistics.bytes[0] + statistics.bytes[1] <= options.budgetBytes);
    std::uint32_t warm = 0, gone = 0;
    for (std::uint32_t i = 0; i < 150; ++i) {
        const auto hit = cache->find(0, patternOf(*cache, i), {});
        gone += hit ? 0 : 1;
        if (!hit)
            continue;
        QCOMPARE(*hit->value, answerOf(i));
        warm += hit->level == Level::Warm ? 1 : 0;
    }
    QVERIFY(warm > 20);
    QVERIFY(gone < 60);
    statistics = cache->statistics();
    QCOMPARE(statistics.hits[1][1], std::uint64_t{warm});
    QVERIFY(statistics.bytes[0] + statistics.bytes[1] <= options.budgetBytes);
    QVERIFY(statistics.compression > 1);
}

void TestPatternCache::answersGrowOld()
{
    PatternCacheOptions options = smallOptions();
    std::int64_t now = 1'000'000'000'000;
    options.wallClock = [&now] { return now; };
    options.secondsToLive = 10;
    const auto cache = cacheWith(options);
    QVERIFY(cache->insert(0, patternOf(*cache, 1), answerOf(1), 1));
    QVERIFY(cache->insert(0, patternOf(*cache, 2), answerOf(2), 1));
    now += 9 * nanosecondsPerSecond;
    QVERIFY(cache->find(0, patternOf(*cache, 1), {}));
    now += 2 * nanosecondsPerSecond;
    QVERIFY(!cache->find(0, patternOf(*cache, 1), {}));
    cache->adapt();
    QCOMPARE(cache->statistics().expired, std::uint64_t{2});
    QCOMPARE(cache->statistics().entries[0], std::uint64_t{0});
}

void TestPatternCache::theBudgetFollowsHitsAndPressure()
{
    PatternCacheOptions options = smallOptions();
    options.shards = 1;
    options.budgetBytes = 200'000;
    options.leastBytes = 60'000;
    options.mostBytes = 1'000'000;
    options.warmShare = 0;
    MemoryPressure pressure;
    options.memoryPressure = [&pressure] { return pressure; };
    const auto cache = cacheWith(options);
    // Round and round over more patterns than fit: names come back soon after they left.
    for (std::uint32_t step = 0; step < 3000; ++step) {
        const Pattern pattern = patternOf(*cache, step % 180);
        if (!cache->find(0, pattern, {}))
            QVERIFY(cache->insert(0, pattern, answerOf(step % 180), 1));
    }
    cache->adapt();
    QVERIFY(cache->statistics().budgetBytes > 200'000);
    const std::uint64_t before = cache->statistics().budgetBytes;
    pressure.waiting = 0.5;
    cache->adapt();
    QCOMPARE(cache->statistics().budgetBytes, before / 2);
    QVERIFY(cache->statistics().bytes[0] <= before / 2);
    pressure.waiting = 0;
    pressure.used = 95;
    pressure.limit = 100;
    for (int i = 0; i < 10; ++i)
        cache->adapt();
    QCOMPARE(cache->statistics().budgetBytes, options.leastBytes);
}

namespace {

/// Hit ratio of S3-FIFO with entries of one byte.
double hitRatio(const std::vector<std::uint32_t>& trace, std::uint64_t capacity)
{
    S3Fifo queue;
    std::set<std::uint32_t> inside;
    std::uint64_t hits = 0;
    for (const std::uint32_t name : trace) {
        if (inside.contains(name)) {
            queue.hit(name);
            ++hits;
            continue;
        }
        queue.insert(name, 1, name);
        inside.insert(name);
        while (queue.bytes() > capacity)
            inside.erase(*queue.evict(capacity));
    }
    return static_cast<double>(hits) / static_cast<double>(trace.size());
}

double hitRatioOfLru(const std::vector<std::uint32_t>& trace, std::size_t capacity)
{
    std::list<std::uint32_t> order;
    std::unordered_map<std::uint32_t, std::list<std::uint32_t>::iterator> inside;
    std::uint64_t hits = 0;
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

} // namespace

void TestPatternCache::scansDoNotDisplaceWhatIsUsed()
{
    // 80 names asked for at random, and as many that are asked for once.
    PhiloxSequence random(9, 9);
    std::vector<std::uint32_t> trace;
    for (std::uint32_t i = 0; i < 20000; ++i)
        trace.push_back(i % 2 == 0 ? random.below(80) : 1000 + i);
    QVERIFY(hitRatio(trace, 100) > hitRatioOfLru(trace, 100) + 0.05);
}

void TestPatternCache::comingBackSoonIsRemembered()
{
    S3Fifo queue;
    for (std::uint32_t slot = 0; slot < 100; ++slot)
        queue.insert(slot, 1, slot);
    QCOMPARE(queue.evict(100), std::optional<std::uint32_t>(0));
    QCOMPARE(queue.evict(100), std::optional<std::uint32_t>(1));
    queue.insert(0, 1, 0);
    QCOMPARE(queue.ghostHits(), std::uint64_t{1});
    queue.erase(50);
    queue.erase(50);
    QCOMPARE(queue.size(), std::size_t{98});
    // What came back is in the main queue and outlives all that did not.
    std::optional<std::uint32_t> last;
    while (queue.bytes() > 10)
        last = queue.evict(100);
    QVERIFY(last && *last != 0);
}

void TestPatternCache::dearEntriesStayLonger()
{
    S3Fifo queue;
    queue.insert(0, 1, 0, 1);
    queue.insert(1, 1, 1, 0);
    queue.hit(0);
    queue.hit(1);
    // Both were hit once; the dear one had a hit to begin with.
    QCOMPARE(queue.evict(2), std::optional<std::uint32_t>(1));
}

void TestPatternCache::manyThreadsAtOnce()
{
    PatternCacheOptions options = smallOptions();
    options.budgetBytes = 150'000;
    options.shards = 2;
    options.checkFirst = 50;
    options.checkShare = 0.1;
    const auto cache = cacheWith(options);
    std::vector<Pattern> patterns;
    for (std::uint32_t i = 0; i < 80; ++i)
        patterns.push_back(patternOf(*cache, i));
    std::atomic<std::uint64_t> wrong = 0;
    std::vector<std::thread> threads;
    for (std::uint32_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            PhiloxSequence random(1, thread);
            for (int step = 0; step < 1500; ++step) {
                const std::uint32_t number = random.below(80);
                const std::uint64_t context = number % 3;
                const auto hit = cache->find(context, patterns[number],
                                             [number]() -> Result<storage::Bytes> { return answerOf(number); });
                if (hit && *hit->value != answerOf(number))
                    ++wrong;
                if (!hit)
                    (void)cache->insert(context, patterns[number], answerOf(number), 1e-3);
                if (step % 100 == 0)
                    cache->adapt();
                if (step % 150 == 0)
                    (void)cache->statistics();
                if (step % 170 == 0)
                    (void)cache->damage(context, patterns[number].content);
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), std::uint64_t{0});
    QVERIFY(!cache->isOff());
    QVERIFY(cache->statistics().hitCount() > 100);
}

QTEST_APPLESS_MAIN(TestPatternCache)
#include "tst_pattern_cache.moc"
