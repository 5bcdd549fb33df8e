// SPDX-License-Identifier: GPL-3.0-or-later
// The pattern cache under faults: no memory, damaged entries, and a cold level that is cut off, flipped, of another
// model or version, or written by someone else.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "tests/cache/cache_fixture.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::cache;
using namespace bnof::test;

class TestCacheFaults : public test::Suite {
    Q_OBJECT

private slots:
    void failedAllocationsAreMisses();
    void damagedEntriesAreDropped();
    void theColdLevelSurvivesARestart();
    void aFlippedBitNeverAnswers();
    void aTornEndIsCutOff();
    void anotherModelOrVersionNeverAnswers();
    void twoProcessesOnOneFile();
    void aFullFileKeepsTheNewerHalf();
    void anUnusableFileIsSaid();
    void memoryPressureIsRead();
};

namespace {

constexpr std::uint32_t count = 40;

PatternCacheOptions coldOptions(const QString& path)
{
    PatternCacheOptions options = smallOptions();
    options.coldPath = path.toStdString();
    options.modelDigest = "model one";
    return options;
}

void fill(PatternCache& cache)
{
    for (std::uint32_t i = 0; i < count; ++i)
        QVERIFY(cache.insert(0, patternOf(cache, i), answerOf(i), 1));
}

/// How many of the patterns are answered; fails on a wrong answer.
std::uint32_t answered(PatternCache& cache)
{
    std::uint32_t found = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto hit = cache.find(0, patternOf(cache, i), {});
        if (hit && *hit->value != answerOf(i))
            qFatal("a wrong answer");
        found += hit ? 1 : 0;
    }
    return found;
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeTo(const QString& path, const QByteArray& content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

} // namespace

void TestCacheFaults::failedAllocationsAreMisses()
{
    PatternCacheOptions options = smallOptions();
    options.shards = 1;
    options.budgetBytes = 60'000;
    bool allowed = true;
    options.allow = [&allowed](std::size_t) { return allowed; };
    const auto cache = cacheWith(options);
    fill(*cache);
    QVERIFY(cache->statistics().entries[1] > 0);
    allowed = false;
    QVERIFY(!cache->insert(0, patternOf(*cache, 100), answerOf(100), 1));
    const std::uint32_t without = answered(*cache);
    QVERIFY(without < count && without > 0); // the hot ones
    QVERIFY(cache->statistics().failedAllocations >= 2);
    allowed = true;
    QVERIFY(answered(*cache) > without);
}

void TestCacheFaults::damagedEntriesAreDropped()
{
    PatternCacheOptions options = smallOptions();
    options.shards = 1;
    options.budgetBytes = 100'000;
    const auto cache = cacheWith(options);
    fill(*cache);
    const std::uint32_t before = answered(*cache);
    std::uint32_t damaged = 0;
    for (std::uint32_t i = 0; i < count; i += 4)
        damaged += cache->damage(0, patternOf(*cache, i).content) ? 1 : 0;
    QVERIFY(damaged > 5);
    QCOMPARE(answered(*cache), before - damaged);
    QCOMPARE(cache->statistics().damaged, std::uint64_t{damaged});
}

void TestCacheFaults::theColdLevelSurvivesARestart()
{
    const QTemporaryDir folder;
    const PatternCacheOptions options = coldOptions(folder.filePath(QStringLiteral("patterns")));
    {
        const auto cache = cacheWith(options);
        fill(*cache);
    }
    {
        const auto cache = cacheWith(options);
        QCOMPARE(cache->statistics().entries[2], std::uint64_t{count});
        QVERIFY(cache->statistics().coldNote.empty());
        QCOMPARE(answered(*cache), count);
        QCOMPARE(cache->statistics().hits[2][1], std::uint64_t{count});
        QCOMPARE(answered(*cache), count);
        QCOMPARE(cache->statistics().hits[0][1], std::uint64_t{count});
        // Jittered repeats are found there, too.
    }
    {
        const auto cache = cacheWith(options);
        QCOMPARE(cache->warm(), std::size_t{count});
        QCOMPARE(cache->statistics().entries[0], std::uint64_t{count});
        QVERIFY(cache->find(0, repeatOf(*cache, 3, 1, 1, 0.02), {}));
        QCOMPARE(answered(*cache), count);
    }
    {
        PatternCacheOptions old = options;
        old.secondsToLive = 60;
        old.wallClock = [] { return wallNow() + 100 * nanosecondsPerSecond; };
        const auto cache = cacheWith(old);
        QCOMPARE(answered(*cache), 0U);
    }
    // Entries that are pushed out of memory go to the file and still answer.
    PatternCacheOptions tight = coldOptions(folder.filePath(QStringLiteral("tight")));
    tight.shards = 1;
    tight.budgetBytes = 20'000;
    const auto cache = cacheWith(tight);
    fill(*cache);
    QVERIFY(cache->statistics().entries[2] > 10);
    QCOMPARE(answered(*cache), count);
    QVERIFY(cache->statistics().bytes[0] + cache->statistics().bytes[1] <= tight.budgetBytes);
}

void TestCacheFaults::aFlippedBitNeverAnswers()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("patterns"));
    {
        const auto cache = cacheWith(coldOptions(path));
        fill(*cache);
    }
    const QByteArray whole = contentOf(path);
    PhiloxSequence random(4, 4);
    for (int i = 0; i < 60; ++i) {
        QByteArray flipped = whole;
        const auto at = static_cast<qsizetype>(random.below(static_cast<std::uint32_t>(whole.size())));
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << random.below(8)));
        writeTo(path, flipped);
        const auto cache = cacheWith(coldOptions(path));
        QVERIFY(cache != nullptr);
        const std::uint32_t found = answered(*cache); // nothing wrong
        const auto statistics = cache->statistics();
        QVERIFY(found < count);
        QVERIFY(statistics.damaged > 0 || !statistics.coldNote.empty());
    }
}

void TestCacheFaults::aTornEndIsCutOff()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("patterns"));
    {
        const auto cache = cacheWith(coldOptions(path));
        fill(*cache);
    }
    const QByteArray whole = contentOf(path);
    for (const qsizetype length :
         {whole.size() - 1, whole.size() / 2, qsizetype{70}, qsizetype{64}, qsizetype{10}, qsizetype{0}}) {
        writeTo(path, whole.left(length));
        {
            const auto cache = cacheWith(coldOptions(path));
            const std::uint32_t found = answered(*cache);
            QVERIFY(found < count);
            QVERIFY(length < whole.size() / 2 || found > 0);
            fill(*cache); // and goes on being written
        }
        const auto cache = cacheWith(coldOptions(path));
        QCOMPARE(answered(*cache), count);
    }
}

void TestCacheFaults::anotherModelOrVersionNeverAnswers()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("patterns"));
    {
        const auto cache = cacheWith(coldOptions(path));
        fill(*cache);
    }
    const QByteArray whole = contentOf(path);
    PatternCacheOptions other = coldOptions(path);
    other.modelDigest = "model two";
    {
        const auto cache = cacheWith(other);
        QCOMPARE(answered(*cache), 0U);
        QVERIFY(cache->statistics().coldNote.find("another model") != std::string::npos);
    }
    writeTo(path, whole);
    other = coldOptions(path);
    other.shape.seed = 99;
    QCOMPARE(answered(*cacheWith(other)), 0U);
    // Records of one model behind the header of another.
    const QByteArray foreign = contentOf(path);
    writeTo(path, foreign.left(64) + whole.mid(64));
    QCOMPARE(answered(*cacheWith(other)), 0U);
    // Another version, with a checksum that fits.
    Sha256Digest identity{};
    const QString versioned = folder.filePath(QStringLiteral("versioned"));
    (void)ColdStore::open(versioned.toStdString(), identity, 1000);
    QByteArray header = contentOf(versioned);
    QCOMPARE(header.size(), qsizetype{64});
    header[8] = 9;
    writeTo(versioned, header);
    const auto store = ColdStore::open(versioned.toStdString(), identity, 1000);
    BNOF_VERIFY_OK(store);
    QVERIFY(!(*store)->openingNote().empty());
}

void TestCacheFaults::twoProcessesOnOneFile()
{
    // Locks belong to open files, so two caches of one process stand for two processes.
    const QTemporaryDir folder;
    const PatternCacheOptions options = coldOptions(folder.filePath(QStringLiteral("patterns")));
    {
        const auto cache = cacheWith(options);
        fill(*cache);
    }
    const auto writer = cacheWith(options);
    {
        const auto reader = cacheWith(options);
        QVERIFY(reader->statistics().coldNote.find("another process writes") != std::string::npos);
        QCOMPARE(answered(*reader), count);
        QVERIFY(reader->insert(0, patternOf(*reader, 500), answerOf(500), 1)); // in memory
        PatternCacheOptions stranger = options;
        stranger.modelDigest = "model two";
        const auto other = cacheWith(stranger);
        QVERIFY(other->statistics().coldNote.find("not used") != std::string::npos);
        QCOMPARE(answered(*other), 0U);
        QVERIFY(other->insert(0, patternOf(*other, 1), answerOf(1), 1));
    }
    QVERIFY(writer->insert(0, patternOf(*writer, 501), answerOf(501), 1));
    writer->flush();
    const auto late = cacheWith(options);
    QVERIFY(late->find(0, patternOf(*late, 501), {}));
    QVERIFY(!late->find(0, patternOf(*late, 500), {}));
}

void TestCacheFaults::aFullFileKeepsTheNewerHalf()
{
    const QTemporaryDir folder;
    PatternCacheOptions options = coldOptions(folder.filePath(QStringLiteral("patterns")));
    {
        const auto cache = cacheWith(options);
        fill(*cache);
    }
    const auto size = static_cast<std::uint64_t>(contentOf(folder.filePath(QStringLiteral("patterns"))).size());
    options.coldBytes = size - 1;
    {
        const auto cache = cacheWith(options);
        const std::uint32_t found = answered(*cache);
        QVERIFY(found > count / 3 && found <= count / 2);
        QVERIFY(cache->find(0, patternOf(*cache, count - 1), {}));
    }
    options.coldBytes = size;
    const auto cache = cacheWith(options);
    for (std::uint32_t i = 0; i < 3 * count; ++i)
        QVERIFY(cache->insert(0, patternOf(*cache, 100 + i), answerOf(i), 1));
    cache->flush();
    QVERIFY(cache->statistics().coldErrors > 0);
    QVERIFY(cache->statistics().bytes[2] <= size);
}

void TestCacheFaults::anUnusableFileIsSaid()
{
    const auto cache = cacheWith(coldOptions(QStringLiteral("/nonexistent/folder/patterns")));
    QVERIFY(cache != nullptr);
    QVERIFY(cache->statistics().coldNote.find("cannot open") != std::string::npos);
    fill(*cache);
    QCOMPARE(answered(*cache), count);
}

void TestCacheFaults::memoryPressureIsRead()
{
    const QTemporaryDir root;
    const QDir folder(root.path());
    QVERIFY(folder.mkpath(QStringLiteral("proc/pressure")));
    QVERIFY(folder.mkpath(QStringLiteral("proc/self")));
    QVERIFY(folder.mkpath(QStringLiteral("sys/fs/cgroup/a.slice")));
    const std::string path = root.path().toStdString();
    QVERIFY(!readMemoryPressure(path).isHigh());
    writeTo(folder.filePath(QStringLiteral("proc/pressure/memory")),
            "some avg10=12.50 avg60=0.10 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
    QCOMPARE(readMemoryPressure(path).waiting, std::optional<double>(0.125));
    QVERIFY(readMemoryPressure(path).isHigh());
    writeTo(folder.filePath(QStringLiteral("proc/pressure/memory")), "some avg10=0.00 avg60=0.10\n");
    writeTo(folder.filePath(QStringLiteral("proc/self/cgroup")), "0::/a.slice\n");
    writeTo(folder.filePath(QStringLiteral("sys/fs/cgroup/a.slice/memory.current")), "950\n");
    writeTo(folder.filePath(QStringLiteral("sys/fs/cgroup/a.slice/memory.high")), "max\n");
    QVERIFY(!readMemoryPressure(path).limit.has_value());
    writeTo(folder.filePath(QStringLiteral("sys/fs/cgroup/a.slice/memory.max")), "1000\n");
    QCOMPARE(readMemoryPressure(path).limit, std::optional<std::uint64_t>(1000));
    QVERIFY(readMemoryPressure(path).isHigh());
}

QTEST_APPLESS_MAIN(TestCacheFaults)
#include "tst_cache_faults.moc"
