// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of sensor values: bit for bit, small where they are counts, harmless where they are damaged.
#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/storage/codec.h"
#include "engine/storage/sensor_codec.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::storage;

class TestSensorCodec : public test::Suite {
    Q_OBJECT

private slots:
    void wholeNumbersComeBack();
    void floatsComeBackBitForBit();
    void countsInDisguiseAreFound();
    void countsTakeLittleMoreThanTheirNoise();
    void deviceClocksTakeHardlyAnything();
    void truncatedBlocksAreRefused();
    void flippedBitsDoNoHarm();
    void hostileHeadsAreRefused();
    void generalCodecsRoundTrip();
    void autoChoosesByContent();
};

namespace {

constexpr std::array forms{SensorForm::Hot, SensorForm::Cold};

template <typename T> bool sameBits(const std::vector<T>& a, const std::vector<T>& b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <typename T> void verifyRoundTrip(const std::vector<T>& values)
{
    for (const SensorForm form : forms) {
        Bytes bytes;
        encodeSensor(std::span<const T>(values), form, bytes);
        const auto info = sensorBlockInfo(bytes);
        BNOF_VERIFY_OK(info);
        QCOMPARE(std::size_t{info.value().count}, values.size());
        std::vector<T> back{1, 2, 3};
        BNOF_VERIFY_OK(decodeSensor(bytes, back));
        QVERIFY(sameBits(back, values));
    }
}

template <typename T> double bitsPerValue(const std::vector<T>& values, SensorForm form = SensorForm::Hot)
{
    Bytes bytes;
    encodeSensor(std::span<const T>(values), form, bytes);
    return static_cast<double>(bytes.size()) * 8 / static_cast<double>(values.size());
}

/// A 14-bit converter: slow response, noise of six counts.
std::vector<std::int32_t> adcCounts(std::size_t count)
{
    PhiloxSequence random(14, 1);
    std::vector<std::int32_t> values;
    double level = 3000;
    for (std::size_t i = 0; i < count; ++i) {
        level += ((i / 3000) % 2 == 0 ? 12000 - level : 3000 - level) * 0.002;
        values.push_back(static_cast<std::int32_t>(std::lround(level + 6 * random.normal())));
    }
    return values;
}

} // namespace

void TestSensorCodec::wholeNumbersComeBack()
{
    verifyRoundTrip<std::int32_t>({});
    verifyRoundTrip<std::int64_t>({});
    verifyRoundTrip<std::int32_t>({7});
    verifyRoundTrip<std::int32_t>({INT32_MIN, INT32_MAX, 0, -1, 1, INT32_MAX, INT32_MIN});
    verifyRoundTrip<std::int64_t>({INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MAX, INT64_MIN, INT64_MIN});
    PhiloxSequence random(1, 1);
    for (const std::size_t count : {2U, 127U, 128U, 129U, 2048U, 4096U, 5000U}) {
        std::vector<std::int32_t> noise, steps, line;
        std::vector<std::int64_t> wide;
        for (std::size_t i = 0; i < count; ++i) {
            noise.push_back(static_cast<std::int32_t>(random.next()));
            steps.push_back(static_cast<std::int32_t>(random.below(5)) * 16 - 32);
            line.push_back(static_cast<std::int32_t>(i * 1000 + random.below(3)));
            wide.push_back(static_cast<std::int64_t>(std::uint64_t{random.next()} << 32 | random.next()));
        }
        verifyRoundTrip(noise);
        verifyRoundTrip(steps);
        verifyRoundTrip(line);
        verifyRoundTrip(wide);
        verifyRoundTrip(std::vector<std::int64_t>(count, INT64_MIN));
    }
    verifyRoundTrip(adcCounts(10000));
}

void TestSensorCodec::floatsComeBackBitForBit()
{
    const float floatNan = std::bit_cast<float>(0x7FC12345U);
    const float otherNan = std::bit_cast<float>(0xFF800001U);
    const float infinity = std::numeric_limits<float>::infinity();
    verifyRoundTrip<float>({});
    verifyRoundTrip<float>({-0.0F});
    verifyRoundTrip<float>({0.0F, -0.0F, floatNan, otherNan, infinity, -infinity, 1e-45F, -1e-45F, 3.4e38F, -3.4e38F});
    verifyRoundTrip<double>({0.0, -0.0, std::bit_cast<double>(0x7FF8000000000123U), HUGE_VAL, -HUGE_VAL, 5e-324,
                             1.7e308, -1.7e308, 0.1, 1e17});
    PhiloxSequence random(2, 2);
    std::vector<float> bits, noise, decimals, withHoles, halves;
    std::vector<double> wideBits, wideNoise, wideDecimals;
    for (int i = 0; i < 3000; ++i) {
        bits.push_back(std::bit_cast<float>(random.next()));
        noise.push_back(static_cast<float>(10 + random.normal()));
        decimals.push_back(static_cast<float>(static_cast<double>(random.below(100000)) / 1000 - 50));
        withHoles.push_back(i % 100 == 7 ? (i % 200 == 7 ? floatNan : -0.0F) : decimals.back());
        halves.push_back(std::ldexp(static_cast<float>(random.below(4096)), i % 50 == 0 ? -20 : -8));
        wideBits.push_back(std::bit_cast<double>(std::uint64_t{random.next()} << 32 | random.next()));
        wideNoise.push_back(10 + random.normal());
        wideDecimals.push_back(static_cast<double>(random.below(100000)) / 1e4);
    }
    verifyRoundTrip(bits);
    verifyRoundTrip(noise);
    verifyRoundTrip(decimals);
    verifyRoundTrip(withHoles);
    verifyRoundTrip(halves);
    verifyRoundTrip(wideBits);
    verifyRoundTrip(wideNoise);
    verifyRoundTrip(wideDecimals);
    verifyRoundTrip(std::vector<float>(2000, floatNan));
}

void TestSensorCodec::countsInDisguiseAreFound()
{
    const std::vector<std::int32_t> counts = adcCounts(4096);
    const double plain = bitsPerValue(counts);
    std::vector<float> whole, quarters, decimals, holes, calibrated;
    std::vector<double> wide;
    std::vector<std::int32_t> shifted;
    constexpr SensorScale scale{3.3 / 16384, -0.4};
    for (const std::int32_t count : counts) {
        whole.push_back(static_cast<float>(count));
        quarters.push_back(static_cast<float>(count) * 0.25F);
        decimals.push_back(static_cast<float>(count / 1000.0));
        holes.push_back(holes.size() % 500 == 3 ? std::numeric_limits<float>::quiet_NaN() : decimals.back());
        calibrated.push_back(static_cast<float>(count * scale.scale + scale.offset));
        wide.push_back(count / 100.0);
        shifted.push_back(count * 4);
    }
    QVERIFY(bitsPerValue(whole) < plain + 0.2);
    QVERIFY(bitsPerValue(quarters) < plain + 0.2);
    QVERIFY(bitsPerValue(decimals) < plain + 0.2);
    QVERIFY(bitsPerValue(holes) < plain + 0.5);
    QVERIFY(bitsPerValue(wide) < plain + 0.2);
    QVERIFY(bitsPerValue(shifted) < plain + 0.2);
    QVERIFY(bitsPerValue(calibrated) > plain + 3); // nobody told the scale
    Bytes told;
    encodeSensor(std::span<const float>(calibrated), SensorForm::Hot, told, scale);
    QVERIFY(static_cast<double>(told.size()) * 8 / 4096 < plain + 0.2);
    std::vector<float> back;
    BNOF_VERIFY_OK(decodeSensor(told, back));
    QVERIFY(sameBits(back, calibrated));
    for (const SensorScale& wrong : {SensorScale{0, 1}, SensorScale{HUGE_VAL, 0}, SensorScale{1, HUGE_VAL - HUGE_VAL},
                                     SensorScale{-0.3, 2}, SensorScale{5e-324, 0}}) {
        Bytes bytes;
        encodeSensor(std::span<const float>(calibrated), SensorForm::Hot, bytes, wrong);
        BNOF_VERIFY_OK(decodeSensor(bytes, back));
        QVERIFY(sameBits(back, calibrated));
    }
}

void TestSensorCodec::countsTakeLittleMoreThanTheirNoise()
{
    // Noise of six counts has 4.63 bits, its first differences 5.13.
    const std::vector<std::int32_t> counts = adcCounts(16 * 4096);
    const double hot = bitsPerValue(counts);
    const double cold = bitsPerValue(counts, SensorForm::Cold);
    QVERIFY2(hot <= 5.8, std::to_string(hot).c_str());
    QVERIFY2(cold <= 5.5, std::to_string(cold).c_str());
}

void TestSensorCodec::deviceClocksTakeHardlyAnything()
{
    std::vector<double> seconds;
    std::vector<std::int64_t> nanoseconds;
    for (int i = 0; i < 4096; ++i) {
        seconds.push_back(1.6e9 + i / 100.0);
        nanoseconds.push_back(std::int64_t{i} * 10'000'000 + 123456789);
    }
    QVERIFY(bitsPerValue(seconds) < 0.5);
    QVERIFY(bitsPerValue(nanoseconds) < 0.5);
    verifyRoundTrip(seconds);
    verifyRoundTrip(nanoseconds);
}

void TestSensorCodec::truncatedBlocksAreRefused()
{
    std::vector<float> values;
    for (const std::int32_t count : adcCounts(700))
        values.push_back(values.size() % 100 == 9 ? -0.0F : static_cast<float>(count / 100.0));
    for (const SensorForm form : forms) {
        Bytes bytes;
        encodeSensor(std::span<const float>(values), form, bytes);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            part.shrink_to_fit();
            std::vector<float> back;
            QVERIFY(!decodeSensor(part, back).ok());
        }
        bytes.push_back(0);
        std::vector<float> back;
        QVERIFY(!decodeSensor(bytes, back).ok());
    }
}

void TestSensorCodec::flippedBitsDoNoHarm()
{
    std::vector<double> values;
    for (const std::int32_t count : adcCounts(300))
        values.push_back(values.size() % 100 == 9 ? -0.0 : count / 100.0);
    for (const SensorForm form : forms) {
        Bytes bytes;
        encodeSensor(std::span<const double>(values), form, bytes);
        bytes.shrink_to_fit();
        std::size_t refused = 0;
        for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
            const auto bit = static_cast<std::uint8_t>(1U << i % 8);
            bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] ^ bit);
            std::vector<double> back;
            refused += decodeSensor(bytes, back).ok() ? 0 : 1;
            QVERIFY(back.size() <= maxValuesPerBlock);
            bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] ^ bit);
        }
        QVERIFY(refused > 0);
    }
}

void TestSensorCodec::hostileHeadsAreRefused()
{
    std::vector<float> values;
    std::vector<std::int32_t> counts;
    Bytes huge{3};
    putVarint(huge, maxValuesPerBlock + 1);
    QVERIFY(!sensorBlockInfo(huge).ok());
    QVERIFY(!sensorBlockInfo(Bytes{0, 0}).ok());
    QVERIFY(!sensorBlockInfo(Bytes{5, 0}).ok());
    QVERIFY(!sensorBlockInfo({}).ok());
    Bytes many{3};
    putVarint(many, maxValuesPerBlock); // with nothing behind: refused before memory is asked for
    QVERIFY(!decodeSensor(many, values).ok());
    QCOMPARE(values.capacity(), std::size_t{0});
    Bytes bytes;
    encodeSensor(std::span<const std::int32_t>(std::vector<std::int32_t>{1, 2, 3}), SensorForm::Hot, bytes);
    QVERIFY(!decodeSensor(bytes, values).ok()); // another type
    BNOF_VERIFY_OK(decodeSensor(bytes, counts));
}

void TestSensorCodec::generalCodecsRoundTrip()
{
    PhiloxSequence random(8, 0);
    for (const char* name : {"lz4", "zstd", "gzip"}) {
        const auto codec = codecFromName(name);
        BNOF_VERIFY_OK(codec);
        const auto number = static_cast<std::uint8_t>(codec.value());
        QCOMPARE(codecName(number), std::string(name));
        for (const std::size_t length : {17U, 100U, 5000U, 300000U}) {
            Bytes raw(length);
            for (auto& byte : raw)
                byte = static_cast<std::uint8_t>(random.below(4));
            auto packed = pack(codec.value(), raw);
            if (length < 100 && !packed)
                continue;
            QVERIFY(packed && packed->size() < raw.size());
            QVERIFY(lengthsArePossible(number, packed->size(), raw.size()));
            const auto size = static_cast<std::uint32_t>(raw.size());
            const auto back = unpack(number, 1, *packed, size);
            BNOF_VERIFY_OK(back);
            QCOMPARE(back.value(), raw);
            QVERIFY(!unpack(number, 1, *packed, size + 1).ok());
            QVERIFY(!unpack(number, 1, *packed, size - 1).ok());
            QVERIFY(!unpack(number, 2, *packed, size).ok());
            for (std::size_t cut = 0; cut < packed->size(); cut += 1 + packed->size() / 50)
                QVERIFY(!unpack(number, 1, ByteView(*packed).first(cut), size).ok());
        }
        const Bytes zeros(std::size_t{1} << 20);
        const auto packed = pack(codec.value(), zeros);
        QVERIFY(packed && lengthsArePossible(number, packed->size(), zeros.size()));
        QVERIFY(!lengthsArePossible(number, 20, std::uint64_t{1} << 40));
        QVERIFY(!lengthsArePossible(number, 0, 65));
        QVERIFY(!pack(codec.value(), Bytes(5)).has_value());
    }
}

void TestSensorCodec::autoChoosesByContent()
{
    QCOMPARE(codecFromName("auto").value(), Codec::Auto);
    PhiloxSequence random(9, 0);
    Bytes noise(100000), text(100000), skewed(100000);
    const std::string words[] = {"acetone ", "ethanol ", "methane ", "ammonia "};
    for (std::size_t i = 0; i < noise.size(); ++i) {
        noise[i] = static_cast<std::uint8_t>(random.below(256));
        text[i] = static_cast<std::uint8_t>(words[i / 8 * 2654435761U >> 30 & 3U][i % 8]);
        skewed[i] = static_cast<std::uint8_t>(random.below(3) + (i % 5 == 0 ? random.below(40) : 0));
    }
    QCOMPARE(packBest(Codec::Auto, noise).codec, Codec::None);
    for (const Bytes& bytes : {text, skewed}) {
        const Packed packed = packBest(Codec::Auto, bytes);
        QVERIFY(packed.codec == Codec::Lz4 || packed.codec == Codec::Zstd);
        const auto number = static_cast<std::uint8_t>(packed.codec);
        QCOMPARE(unpack(number, codecVersion(packed.codec), packed.bytes, 100000).value(), bytes);
        QVERIFY(packed.bytes.size() * 10 <= pack(Codec::Lz4, bytes)->size() * 10);
    }
    QCOMPARE(packBest(Codec::Auto, skewed).codec, Codec::Zstd);
    QCOMPARE(packBest(Codec::Gzip, text).codec, Codec::Gzip);
    QVERIFY(!pack(Codec::Auto, text).has_value());
    QCOMPARE(packBest(Codec::None, text).codec, Codec::None);
}

QTEST_APPLESS_MAIN(TestSensorCodec)
#include "tst_sensor_codec.moc"
