// SPDX-License-Identifier: GPL-3.0-or-later
// Signatures: the same bits everywhere, near for jittered repeats and far for others; the index finds what a scan
// finds.
#include <algorithm>
#include <map>
#include <set>

#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/cache/kernels.h"
#include "engine/cache/pattern.h"
#include "engine/cache/signature_index.h"
#include "tests/cache/patterns.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::cache;
using test::jittered;
using test::randomPattern;

class TestPatternIndex : public test::Suite {
    Q_OBJECT

private slots:
    void kernelsAgree();
    void shapesAreChecked();
    void signaturesAreTheSameEverywhere();
    void aSpikeIsSplitBetweenBins();
    void jitteredRepeatsAreNearAndOthersFar();
    void theIndexFindsWhatAScanFinds_data();
    void theIndexFindsWhatAScanFinds();
    void recallAtSixteenFlips();
    void erasingLeavesNothingBehind();
};

namespace {

PatternShape shapeOfBench()
{
    PatternShape shape;
    shape.neurons = 200;
    shape.windowTicks = 100;
    return shape;
}

Signature randomSignature(PhiloxSequence& random, std::size_t words)
{
    Signature signature{};
    for (std::size_t i = 0; i < words; ++i)
        signature[i] = std::uint64_t{random.next()} << 32 | random.next();
    return signature;
}

Signature flipped(Signature signature, unsigned flips, std::uint32_t bits, PhiloxSequence& random)
{
    std::set<std::uint32_t> places;
    while (places.size() < flips)
        places.insert(random.below(bits));
    for (const std::uint32_t place : places)
        signature[place / 64] ^= std::uint64_t{1} << (place % 64);
    return signature;
}

} // namespace

void TestPatternIndex::kernelsAgree()
{
    PhiloxSequence random(1, 1);
    for (const std::size_t bits : {std::size_t{128}, std::size_t{256}}) {
        const std::size_t features = 700, words = bits / 64;
        std::vector<std::int8_t> rows(features * bits);
        for (auto& byte : rows)
            byte = static_cast<std::int8_t>(static_cast<int>(random.below(255)) - 127);
        std::vector<std::uint32_t> indices(projectedAtOnce);
        std::vector<std::uint16_t> values(projectedAtOnce), others(projectedAtOnce);
        for (std::size_t i = 0; i < projectedAtOnce; ++i) {
            indices[i] = random.below(features);
            values[i] = static_cast<std::uint16_t>(largestFeature - random.below(3));
            others[i] = static_cast<std::uint16_t>(random.below(largestFeature + 1));
        }
        std::vector<std::uint64_t> signatures(1003 * words);
        for (auto& word : signatures)
            word = std::uint64_t{random.next()} << 32 | random.next();
        const Signature query = randomSignature(random, words);
        for (const Kernels* kernel : allKernels()) {
            std::vector<std::int32_t> expected(bits), sums(bits);
            scalarKernels.project(rows.data(), indices.data(), values.data(), projectedAtOnce, bits, expected.data());
            kernel->project(rows.data(), indices.data(), values.data(), projectedAtOnce, bits, sums.data());
            QCOMPARE(sums, expected);
            for (const std::size_t count : {0U, 1U, 127U, 128U, 129U, 4096U})
                QCOMPARE(kernel->squaredDistance(values.data(), others.data(), count),
                         scalarKernels.squaredDistance(values.data(), others.data(), count));
            for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 1003U}) {
                for (const std::uint32_t limit : {0U, 24U, 50U, 256U}) {
                    std::uint32_t a = 0, b = 0;
                    QCOMPARE(kernel->nearest(signatures.data(), count, words, query.data(), limit, &a),
                             scalarKernels.nearest(signatures.data(), count, words, query.data(), limit, &b));
                    QCOMPARE(a, b);
                }
            }
        }
    }
}

void TestPatternIndex::shapesAreChecked()
{
    PatternShape shape = shapeOfBench();
    QVERIFY(PatternEncoder::create(shape).ok());
    shape.signatureBits = 100;
    QVERIFY(!PatternEncoder::create(shape).ok());
    shape = shapeOfBench();
    shape.neurons = 0;
    QVERIFY(!PatternEncoder::create(shape).ok());
    shape = shapeOfBench();
    shape.neurons = 1U << 20;
    QVERIFY(PatternEncoder::create(shape).error().message().find("too large") != std::string::npos);
}

void TestPatternIndex::signaturesAreTheSameEverywhere()
{
    Sha256 sum;
    for (const std::uint32_t bits : {128U, 256U}) {
        PatternShape shape = shapeOfBench();
        shape.signatureBits = bits;
        const auto encoder = PatternEncoder::create(shape);
        BNOF_VERIFY_OK(encoder);
        for (std::uint32_t i = 0; i < 20; ++i) {
            Pattern pattern;
            encoder->encode(randomPattern(7, i, shape.neurons, shape.windowTicks), 0, pattern);
            for (const std::uint64_t word : pattern.signature)
                sum.update(std::to_string(word) + "\n");
            QCOMPARE(encoder->sign(pattern.features), pattern.signature);
        }
    }
    QCOMPARE(QString::fromStdString(sum.hexDigest()),
             QStringLiteral("1ca295ffc9727286aa08591d58d49c8228600844c9901bd6d1a7da837a1ef931"));
}

void TestPatternIndex::aSpikeIsSplitBetweenBins()
{
    PatternShape shape;
    shape.neurons = 2;
    shape.windowTicks = 60;
    const auto encoder = PatternEncoder::create(shape);
    BNOF_VERIFY_OK(encoder);
    Pattern pattern;
    // At the centre of a bin (between ticks 29 and 30) almost all of it counts there.
    encoder->encode(std::vector<Spike>{{1, 1030}}, 1000, pattern);
    QCOMPARE(pattern.features.size(), std::size_t{6});
    QVERIFY(pattern.features[4] > 240);
    QVERIFY(pattern.features[5] < 50);
    QCOMPARE(pattern.features[3], std::uint16_t{0});
    // At the ends of the window there is one bin only; outside of it none.
    encoder->encode(std::vector<Spike>{{0, 1000}, {1, 1059}, {1, 1060}, {7, 1000}}, 1000, pattern);
    QCOMPARE(pattern.features, (std::vector<std::uint16_t>{256, 0, 0, 0, 0, 256}));
    QCOMPARE(pattern.energy, std::uint64_t{2 * 65536});
    const ContentKey key = pattern.content;
    encoder->encode(std::vector<Spike>{{0, 0}, {1, 59}, {1, 60}, {7, 0}}, 0, pattern);
    QCOMPARE(pattern.content, key); // where in time it is does not matter
    encoder->encode(std::vector<Spike>{{0, 0}, {1, 59}}, 0, pattern);
    QVERIFY(pattern.content != key);
}

void TestPatternIndex::jitteredRepeatsAreNearAndOthersFar()
{
    const PatternShape shape = shapeOfBench();
    const auto encoder = PatternEncoder::create(shape);
    BNOF_VERIFY_OK(encoder);
    std::vector<std::uint32_t> near, far;
    std::vector<double> nearFeatures, farFeatures;
    std::vector<Pattern> patterns(100);
    for (std::uint32_t i = 0; i < patterns.size(); ++i)
        encoder->encode(randomPattern(3, i, shape.neurons, shape.windowTicks), 0, patterns[i]);
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
        Pattern repeat;
        encoder->encode(
            jittered(randomPattern(3, i, shape.neurons, shape.windowTicks), 3, 0.1, 50, i, shape.windowTicks), 0,
            repeat);
        near.push_back(hammingDistance(repeat.signature, patterns[i].signature));
        nearFeatures.push_back(
            relativeDistance(repeat.features, repeat.energy, patterns[i].features, patterns[i].energy));
        for (std::size_t j = 0; j < i; ++j) {
            far.push_back(hammingDistance(patterns[j].signature, patterns[i].signature));
            farFeatures.push_back(
                relativeDistance(patterns[j].features, patterns[j].energy, patterns[i].features, patterns[i].energy));
        }
    }
    std::sort(near.begin(), near.end());
    std::sort(far.begin(), far.end());
    std::sort(nearFeatures.begin(), nearFeatures.end());
    std::sort(farFeatures.begin(), farFeatures.end());
    qInfo("repeats: %u (median), %u (95 %%) bits, %.3f, %.3f, %.3f (max); others: %u (least), %u bits, %.3f, %.3f",
          near[50], near[95], nearFeatures[50], nearFeatures[95], nearFeatures.back(), far.front(), far[far.size() / 2],
          farFeatures.front(), farFeatures[farFeatures.size() / 2]);
    QVERIFY(near[95] <= 24);
    QVERIFY(far.front() > 24);
    QVERIFY(nearFeatures.back() < farFeatures.front());
}

void TestPatternIndex::theIndexFindsWhatAScanFinds_data()
{
    QTest::addColumn<std::uint32_t>("bits");
    QTest::addColumn<std::uint32_t>("entries");
    for (const std::uint32_t bits : {128U, 256U}) {
        for (const std::uint32_t entries : {10U, 1500U, 1501U, 6000U})
            QTest::addRow("%u bits, %u entries", bits, entries) << bits << entries;
    }
}

void TestPatternIndex::theIndexFindsWhatAScanFinds()
{
    QFETCH(const std::uint32_t, bits);
    QFETCH(const std::uint32_t, entries);
    const std::size_t words = bits / 64;
    const std::uint32_t limit = bits * 24 / 128;
    PhiloxSequence random(entries, bits);
    SignatureIndex index(bits);
    std::vector<Signature> signatures;
    for (std::uint32_t slot = 0; slot < entries; ++slot) {
        // A third in clusters around an earlier one.
        signatures.push_back(slot > 3 && slot % 3 == 0
                                 ? flipped(signatures[random.below(slot)], random.below(30), bits, random)
                                 : randomSignature(random, words));
        index.insert(slot, signatures.back());
    }
    int missed = 0;
    for (int i = 0; i < 600; ++i) {
        const Signature query = i % 2 == 0 ? randomSignature(random, words)
                                           : flipped(signatures[random.below(entries)], bits / 16, bits, random);
        const auto found = index.find(query, limit);
        const auto scanned = index.findByScan(query, limit);
        if (found) {
            QCOMPARE(hammingDistance(query, signatures[found->slot]), found->distance);
            QVERIFY(found->distance <= limit);
            QVERIFY(scanned.has_value());
            QVERIFY(scanned->distance <= found->distance);
        } else if (scanned) {
            ++missed;
        }
        for (std::uint32_t slot = 0; i == 0 && slot < entries; slot += 97)
            QCOMPARE(index.find(signatures[slot], 0)->distance, 0U);
    }
    QVERIFY(missed <= (entries > SignatureIndex::linearUpTo ? 3 : 0));
}

void TestPatternIndex::recallAtSixteenFlips()
{
    PhiloxSequence random(5, 5);
    SignatureIndex index(128);
    std::vector<Signature> signatures;
    for (std::uint32_t slot = 0; slot < 20000; ++slot) {
        signatures.push_back(randomSignature(random, 2));
        index.insert(slot, signatures.back());
    }
    int found = 0, falsely = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::uint32_t slot = random.below(20000);
        const auto match = index.find(flipped(signatures[slot], 16, 128, random), 24);
        found += match && match->slot == slot ? 1 : 0;
        falsely += index.find(randomSignature(random, 2), 24) ? 1 : 0;
    }
    QVERIFY2(found >= 2970, qPrintable(QString::number(found)));
    QCOMPARE(falsely, 0);
}

void TestPatternIndex::erasingLeavesNothingBehind()
{
    PhiloxSequence random(6, 6);
    SignatureIndex index(128);
    std::map<std::uint32_t, Signature> expected;
    for (int step = 0; step < 20000; ++step) {
        const std::uint32_t slot = random.below(4000);
        if (expected.erase(slot) > 0) {
            index.erase(slot);
        } else {
            expected[slot] = randomSignature(random, 2);
            index.insert(slot, expected[slot]);
        }
        QCOMPARE(index.size(), expected.size());
    }
    QVERIFY(index.size() > SignatureIndex::linearUpTo);
    for (const auto& [slot, signature] : expected) {
        const auto match = index.find(signature, 0);
        QVERIFY(match && match->slot == slot);
    }
    for (const auto& [slot, signature] : expected)
        index.erase(slot);
    index.erase(17);
    QCOMPARE(index.size(), std::size_t{0});
    QVERIFY(!index.find(randomSignature(random, 2), 128));
}

QTEST_APPLESS_MAIN(TestPatternIndex)
#include "tst_pattern_index.moc"
