// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>

#include <cmath>
#include <limits>

#include "engine/base/bounded_queue.h"
#include "engine/base/exact_math.h"
#include "engine/base/files.h"
#include "engine/base/instruments.h"
#include "engine/base/json.h"
#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/base/time.h"
#include "tests/support/suite.h"

using namespace bnof;

class TestBase : public test::Suite {
    Q_OBJECT

private slots:
    void sha256MatchesFips180Vectors();
    void philoxMatchesPublishedVectors();
    void exactLogAndExpAgreeWithLibm();
    void jsonRoundTripsExactly();
    void jsonErrorsNameThePlace_data();
    void jsonErrorsNameThePlace();
    void jsonFieldsNameThePath();
    void histogramQuantilesAreWithinASixteenth();
    void atomicWriteReplacesWholeFiles();
    void boundedQueueRefusesWhenFull();
    void utcIsFormatted();
};

void TestBase::sha256MatchesFips180Vectors()
{
    Sha256 hash;
    QCOMPARE(hash.hexDigest(), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    hash.update("abc");
    QCOMPARE(hash.hexDigest(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    Sha256 million;
    for (int i = 0; i < 1000; ++i)
        million.update(std::string(1000, 'a'));
    QCOMPARE(million.hexDigest(), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

void TestBase::philoxMatchesPublishedVectors()
{
    // Known answers of Random123's kat_vectors for philox4x32-10.
    QCOMPARE(philox({0, 0, 0, 0}, 0, 0), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    QCOMPARE(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffff, 0xffffffff),
             (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    QCOMPARE(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
             (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

void TestBase::exactLogAndExpAgreeWithLibm()
{
    PhiloxSequence random(7, 0);
    for (int i = 0; i < 100000; ++i) {
        const double x = std::ldexp(1.0 + random.uniform(), static_cast<int>(random.below(400)) - 200);
        const double want = std::log(x);
        QVERIFY(std::abs(exactLog(x) - want) <= 1e-14 * std::max(std::abs(want), 0.1));
        const double y = (random.uniform() - 0.5) * 1000;
        QVERIFY(std::abs(exactExp(y) / std::exp(y) - 1) < 1e-13);
    }
    QCOMPARE(exactLog(0), -std::numeric_limits<double>::infinity());
    QVERIFY(std::isnan(exactLog(std::nan(""))));
    QCOMPARE(exactLog(1), 0.0);
    QCOMPARE(exactExp(0), 1.0);
}

void TestBase::jsonRoundTripsExactly()
{
    PhiloxSequence random(3, 1);
    Json::Array numbers;
    for (int i = 0; i < 2000; ++i)
        numbers.emplace_back(std::ldexp(random.uniform() - 0.5, static_cast<int>(random.below(600)) - 300));
    Json document = Json::object();
    document.set("numbers", numbers).set("text", "tab\t quote\" \u00e4 \x01").set("big", 9007199254740993LL);
    document.set("nothing", nullptr).set("yes", true).set("empty", Json::array()).set("whole", 3.0);
    for (const int indent : {0, 2}) {
        const auto again = Json::parse(document.dump(indent));
        BNOF_VERIFY_OK(again);
        QCOMPARE(*again, document);
    }
    const auto escaped = Json::parse(R"("\u00e9\ud83d\ude00\n")");
    BNOF_VERIFY_OK(escaped);
    QCOMPARE(escaped->toString(), std::string("\u00e9\U0001F600\n"));
}

void TestBase::jsonErrorsNameThePlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("place");
    QTest::newRow("empty") << QByteArray("") << QByteArray("x:1:1");
    QTest::newRow("trailing comma") << QByteArray("[1,]") << QByteArray("x:1:4");
    QTest::newRow("second line") << QByteArray("{\n \"a\" 1}") << QByteArray("x:2:6");
    QTest::newRow("leading zero") << QByteArray("[01]") << QByteArray("x:1:2");
    QTest::newRow("unclosed") << QByteArray("\"abc") << QByteArray("x:1:5");
    QTest::newRow("two values") << QByteArray("1 2") << QByteArray("x:1:3");
    QTest::newRow("half surrogate") << QByteArray("\"\\ud800x\"") << QByteArray("x:1:8");
    QTest::newRow("deep") << QByteArray(100000, '[') << QByteArray("x:1:202");
    QTest::newRow("huge exponent") << QByteArray("1e999") << QByteArray("x:1:1");
}

void TestBase::jsonErrorsNameThePlace()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, place);
    const auto result = Json::parse({text.constData(), static_cast<std::size_t>(text.size())}, "x");
    QVERIFY(!result.ok());
    QCOMPARE(QByteArray::fromStdString(result.error().where), place);
}

void TestBase::jsonFieldsNameThePath()
{
    const auto json = Json::parse(R"({"tau": -1, "n": 2.5, "name": 7})");
    BNOF_VERIFY_OK(json);
    JsonFields tau(*json, "network.populations[2]");
    tau.number("tau", 0.001, 1000);
    QVERIFY(!tau.ok());
    QCOMPARE(tau.status().error().where, std::string("network.populations[2].tau"));
    JsonFields whole(*json, "p");
    whole.integer("n", 0, 10);
    QVERIFY(!whole.ok());
    JsonFields text(*json, "p");
    text.string("name");
    QVERIFY(!text.ok());
}

void TestBase::histogramQuantilesAreWithinASixteenth()
{
    Histogram histogram;
    for (std::uint64_t v = 1; v <= 100000; ++v)
        histogram.record(v);
    QCOMPARE(histogram.count(), std::uint64_t{100000});
    for (const double q : {0.01, 0.5, 0.9, 0.99}) {
        const double got = static_cast<double>(histogram.quantile(q));
        QVERIFY(got >= q * 100000 * 0.999 && got <= q * 100000 * 17.0 / 16.0 + 1);
    }
    histogram.record(~std::uint64_t{0});
    QCOMPARE(histogram.quantile(1), ~std::uint64_t{0});
}

void TestBase::atomicWriteReplacesWholeFiles()
{
    const QTemporaryDir folder;
    const std::string path = folder.filePath("settings.toml").toStdString();
    BNOF_VERIFY_OK(writeFileAtomically(path, "first"));
    BNOF_VERIFY_OK(writeFileAtomically(path, "second"));
    const auto content = readFile(path);
    BNOF_VERIFY_OK(content);
    QCOMPARE(*content, std::string("second"));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
    QVERIFY(!readFile(path, 3).ok());
    QVERIFY(!readFile(folder.path().toStdString()).ok());
    QVERIFY(!writeFileAtomically(folder.path().toStdString() + "/missing/x", "y").ok());
}

void TestBase::boundedQueueRefusesWhenFull()
{
    BoundedQueue<int> queue(2);
    QVERIFY(queue.tryPush(1));
    QVERIFY(queue.tryPush(2));
    QVERIFY(!queue.tryPush(3));
    QVERIFY(queue.pushAlways(4));
    queue.close();
    QVERIFY(!queue.tryPush(5));
    QCOMPARE(*queue.pop(std::chrono::milliseconds(0)), 1);
    QCOMPARE(*queue.pop(std::chrono::milliseconds(0)), 2);
    QCOMPARE(*queue.pop(std::chrono::milliseconds(0)), 4);
    QVERIFY(!queue.pop(std::chrono::milliseconds(1)));
    QVERIFY(queue.closedAndEmpty());
}

void TestBase::utcIsFormatted()
{
    QCOMPARE(formatUtc(0), std::string("1970-01-01T00:00:00.000Z"));
    QCOMPARE(formatUtc(1700000000123456789LL), std::string("2023-11-14T22:13:20.123Z"));
    QCOMPARE(formatUtc(-1), std::string("1969-12-31T23:59:59.999Z"));
}

QTEST_APPLESS_MAIN(TestBase)
#include "tst_base.moc"
