// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/base/philox.h"
#include "engine/compute/half.h"
#include "tests/compute/vectors.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::compute;

namespace {

/// The nearest half by exhaustive reasoning in double precision: both neighbours are tried, ties go to the even one.
HalfBits nearestHalf(float value)
{
    const double magnitude = std::abs(double{value});
    const HalfBits sign = std::signbit(value) ? 0x8000 : 0;
    HalfBits best = 0;
    double bestDistance = std::numeric_limits<double>::infinity();
    HalfBits low = 0;
    HalfBits high = 0x7C00;
    while (high - low > 1) { // the last half that is not above the value
        const auto middle = static_cast<HalfBits>((low + high) / 2);
        (double{floatFromHalf(middle)} <= magnitude ? low : high) = middle;
    }
    for (const HalfBits candidate : {low, high}) {
        // Beyond the largest half the format continues with 65536 as far as rounding is concerned.
        const double worth = candidate == 0x7C00 ? 65536.0 : double{floatFromHalf(candidate)};
        const double distance = std::abs(worth - magnitude);
        if (distance < bestDistance || (distance == bestDistance && (candidate & 1) == 0)) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return sign | (magnitude >= 65536.0 ? HalfBits{0x7C00} : best);
}

std::uint32_t bitsOf(float value)
{
    return std::bit_cast<std::uint32_t>(value);
}

} // namespace

class TestHalf : public test::Suite {
    Q_OBJECT

private slots:
    void referenceVectors();
    void everyHalfSurvivesTheRoundTrip();
    void halvesHaveTheValueOfTheirBits();
    void aSweepOfFloatsRoundsToTheNearest();
    void arraysGiveTheSameBits();
    void theRoundingModeOfTheThreadHasNoSay();
};

void TestHalf::referenceVectors()
{
    BNOF_VECTORS_OR_SKIP(cases, "fp16_convert");
    QCOMPARE(cases.size(), std::size_t{47});
    for (const Json& one : cases) {
        const auto bits = static_cast<std::uint32_t>(std::stoul(one["input"]["f32_bits_hex"].toString(), nullptr, 16));
        const HalfBits half = halfFromFloat(std::bit_cast<float>(bits));
        const std::string& expected = one["output"]["f16_bits_hex"].toString();
        const Json& back = one["output"]["back_to_f32"];
        const char* id = one["id"].toString().c_str();
        if (expected == "any NaN") {
            QVERIFY2(std::isnan(floatFromHalf(half)), id);
            continue;
        }
        QVERIFY2(half == std::stoul(expected, nullptr, 16), id);
        const double value = back.isString() ? std::stod(back.toString()) : back.toDouble();
        QVERIFY2(double{floatFromHalf(half)} == value, id);
    }
}

void TestHalf::everyHalfSurvivesTheRoundTrip()
{
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const auto half = static_cast<HalfBits>(bits);
        const bool nan = (bits & 0x7FFF) > 0x7C00;
        const HalfBits expected = nan ? static_cast<HalfBits>(half | 0x0200) : half; // a NaN comes back quiet
        QCOMPARE(halfFromFloat(floatFromHalf(half)), expected);
        QCOMPARE(std::isnan(floatFromHalf(half)), nan);
    }
}

void TestHalf::halvesHaveTheValueOfTheirBits()
{
    for (std::uint32_t bits = 0; bits < 0x7C00; ++bits) {
        const int exponent = static_cast<int>(bits >> 10);
        const double fraction = static_cast<double>(bits & 0x3FF) / 1024;
        const double value = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
        QCOMPARE(double{floatFromHalf(static_cast<HalfBits>(bits))}, value);
        QCOMPARE(double{floatFromHalf(static_cast<HalfBits>(bits | 0x8000))}, -value);
    }
    QCOMPARE(floatFromHalf(0x7C00), std::numeric_limits<float>::infinity());
    QCOMPARE(floatFromHalf(0x7BFF), largestHalf);
    QCOMPARE(floatFromHalf(0x0400), smallestNormalHalf);
}

void TestHalf::aSweepOfFloatsRoundsToTheNearest()
{
    const auto check = [](std::uint32_t bits) {
        const float value = std::bit_cast<float>(bits);
        if (std::isnan(value))
            return true;
        return halfFromFloat(value) == nearestHalf(value);
    };
    for (std::uint32_t step = 0; step < 2'000'000; ++step) // every exponent, a pattern of fractions
        QVERIFY(check(step * 2147U));
    for (std::uint32_t half = 0; half < 0x7C00; ++half) { // the exact ties and their neighbours
        const float low = floatFromHalf(static_cast<HalfBits>(half));
        const double next = half == 0x7BFF ? 65536.0 : double{floatFromHalf(static_cast<HalfBits>(half + 1))};
        const auto tie = static_cast<float>((double{low} + next) / 2); // exact: one more bit than a half
        for (const std::uint32_t bits : {bitsOf(tie) - 1, bitsOf(tie), bitsOf(tie) + 1}) {
            QVERIFY(check(bits));
            QVERIFY(check(bits | 0x80000000U));
        }
    }
}

void TestHalf::arraysGiveTheSameBits()
{
    PhiloxSequence random(1, 2);
    std::vector<float> values;
    for (std::uint32_t i = 0; i < 300'001; ++i) // any bits at all, NaN and subnormals included; an odd length
        values.push_back(std::bit_cast<float>(random.next()));
    for (std::uint32_t i = 0; i < 300'000; ++i) // magnitudes around the halves' range
        values.push_back(std::bit_cast<float>((random.next() & 0x80FFFFFFU) | (96U + random.below(52)) << 23));
    std::vector<HalfBits> halves(values.size());
    halvesFromFloats(values, halves);
    for (std::size_t i = 0; i < values.size(); ++i)
        QCOMPARE(halves[i], halfFromFloat(values[i]));

    std::vector<HalfBits> all(65536);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<HalfBits>(i);
    std::vector<float> floats(all.size());
    floatsFromHalves(all, floats);
    for (std::size_t i = 0; i < all.size(); ++i)
        QCOMPARE(bitsOf(floats[i]), bitsOf(floatFromHalf(all[i])));

    std::vector<float> rounded(values.begin(), values.begin() + 1000);
    roundToHalf(rounded);
    for (std::size_t i = 0; i < rounded.size(); ++i)
        QCOMPARE(bitsOf(rounded[i]), bitsOf(floatFromHalf(halfFromFloat(values[i]))));
    qInfo("array conversions run on %s", halfConversionIsAccelerated() ? "F16C" : "plain C++");
}

void TestHalf::theRoundingModeOfTheThreadHasNoSay()
{
#if defined(__x86_64__)
    std::vector<float> values;
    for (std::uint32_t i = 0; i < 4096; ++i)
        values.push_back(std::bit_cast<float>(0x33000000U + i * 0x12345U));
    std::vector<HalfBits> usual(values.size());
    halvesFromFloats(values, usual);
    std::vector<HalfBits> changed(values.size());
    std::vector<float> back(values.size());
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0xE040U); // towards zero, flush to zero, denormals are zero
    halvesFromFloats(values, changed);
    floatsFromHalves(changed, back);
    const HalfBits single = halfFromFloat(values[77]);
    _mm_setcsr(before);
    QCOMPARE(changed, usual);
    QCOMPARE(single, usual[77]);
    for (std::size_t i = 0; i < back.size(); ++i)
        QCOMPARE(bitsOf(back[i]), bitsOf(floatFromHalf(usual[i])));
#else
    QSKIP("the rounding mode is set with x86 instructions");
#endif
}

QTEST_GUILESS_MAIN(TestHalf)
#include "tst_half.moc"
