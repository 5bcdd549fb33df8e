// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders of particular devices, byte for byte, and the dialogue with devices that have to be asked.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <new>

#include "engine/base/philox.h"
#include "engine/base/time.h"
#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/device_dialogue.h"
#include "engine/sensing/decoders/shdlc.h"
#include "engine/sensing/source_uri.h"
#include "tests/sensing/decoder_transcript.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using bnof::test::Transcript;

namespace {

std::size_t allocations = 0;

} // namespace

// Counts what is allocated, to prove that decoding needs none.
void* operator new(std::size_t size)
{
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace {

class CountingSink final : public DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>&) override {}
    void frame(std::span<const float>, double) override { ++frames; }
    void skipped(std::size_t, std::string_view, std::string_view) override {}
    void remark(std::string_view) override {}

    std::size_t frames = 0;
};

const float missing = std::numeric_limits<float>::quiet_NaN();

std::unique_ptr<Decoder> decoder(const char* name, const DecoderParameters& parameters = {})
{
    auto made = makeDecoder(name, parameters);
    if (!made.ok())
        qFatal("%s", made.error().message().c_str());
    return std::move(*made);
}

Transcript decoded(Decoder& subject, std::string_view bytes)
{
    Transcript out;
    subject.feed(bytes, out);
    return out;
}

bool same(const std::vector<float>& a, const std::vector<float>& b)
{
    return std::ranges::equal(a, b, [](float x, float y) { return (std::isnan(x) && std::isnan(y)) || x == y; });
}

/// A Winsen message with its checksum, from its first eight bytes.
std::string winsen(const char* hex)
{
    std::string bytes = bytesOfHex(hex);
    unsigned sum = 0;
    for (std::size_t i = 1; i < bytes.size(); ++i)
        sum += static_cast<std::uint8_t>(bytes[i]);
    return bytes + static_cast<char>(0x100 - (sum & 0xFF));
}

std::string particles(int pm1, int pm25, int pm10)
{
    std::string bytes("\x42\x4D\0\x14", 4);
    bytes.resize(24, '\0');
    const auto put = [&](std::size_t at, int value) {
        bytes[at] = static_cast<char>(value >> 8);
        bytes[at + 1] = static_cast<char>(value);
    };
    put(10, pm1);
    put(12, pm25);
    put(14, pm10);
    int sum = 0;
    for (std::size_t i = 0; i < 22; ++i)
        sum += static_cast<std::uint8_t>(bytes[i]);
    put(22, sum);
    return bytes;
}

std::string floats(std::initializer_list<float> values)
{
    std::string data;
    for (const float value : values)
        for (int shift = 24; shift >= 0; shift -= 8)
            data += static_cast<char>(std::bit_cast<std::uint32_t>(value) >> shift);
    return data;
}

/// An I2C word with its CRC.
std::string word(unsigned value)
{
    const auto high = static_cast<std::uint8_t>(value >> 8);
    const auto low = static_cast<std::uint8_t>(value);
    return {static_cast<char>(high), static_cast<char>(low), static_cast<char>(sensirionCrc(high, low))};
}

std::vector<std::string> bytesOf(const std::vector<DialogueStep>& steps)
{
    std::vector<std::string> all;
    for (const DialogueStep& step : steps)
        all.push_back(step.bytes);
    return all;
}

const char* const dgsLine = "110816020449, 12345, 22, 41, 33001, 26300, 21007, 00, 02, 03, 04\r\n";
const char* const bmeHeader = "Sensor Index,Sensor ID,Time Since PowerOn [ms],Temperature,Pressure,Relative Humidity,"
                              "Resistance Gassensor,Heater Profile Step Index,Error Code\n";

/// A stream of a device with everything that can go wrong in it, and what it takes to make its decoder.
struct Stream {
    const char* decoder;
    DecoderParameters parameters;
    std::string bytes;
};

std::vector<Stream> streams()
{
    const std::string co = winsen("FF 04 03 01 00 25 13 88");
    std::string damaged = co;
    damaged[5] = 0x26;
    const std::string sps = shdlcReply(0, 3, 0, floats({1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5F}));
    std::string spsDamaged = sps;
    spsDamaged[7] ^= 0x10;
    const std::string sgp = shdlcReply(0, 0x11, 0, word(30000) + word(0x7E7D));
    std::string crcWrong = word(30000) + word(15000);
    crcWrong[2] ^= 1;
    return {
        {"winsen",
         {},
         co.substr(3) + co + co + damaged + co + co + co + "\x01\xFF\xFF" + co + winsen("FF 78 01 00 00 00 00 00") +
             particles(1, 2, 3) + particles(4, 5, 6) + co},
        {"sps30", {}, sps.substr(9) + sps + spsDamaged + sps + "\x7E\x7E" + sps + "noise" + sps},
        {"sensorbridge",
         {},
         sgp + shdlcReply(0, 0x11, 0, crcWrong) + shdlcReply(0, 0x11, 0x20, {}) + sgp + "\x7E" + sgp},
        {"dgs", {}, std::string("12, 13, 14\r\n") + dgsLine + dgsLine + "1,2,3\r\n" + dgsLine + "nA_per_ppm=5\r\n"},
        {"cozir",
         {{"mode", "listen"}},
         "95 Z 00651\r\n H 00345 T 01195 Z 00651 z 00640\r\n H 00345 T 0119\r\n"
         " H 00345 T 01195 Z 00652 z 00640\r\n x\r\n H 00346 T 01195 Z 00651 z 00640\r\n"},
        {"scpi", {}, "+1.5E3\n+1.6E3\nxx\n1,2\n+9.9E37\n"},
        {"bme688",
         {{"sensors", "2"}, {"steps", "2"}},
         std::string("5,1\n") + bmeHeader +
             "0,7,100,22,1013,40,5000,0,0\n1,8,101,23,1013,41,6000,0,0\n"
             "0,7,200,22,1013,40,5001,1,0\nbroken,7\n0,7,300,22,1013,40,5002,0,0\n0,7,300,22,1013,40,5002,1,4\n"
             "0,7,400,22,1013,40,5003,0,0\n"},
    };
}

} // namespace

class TestDeviceDecoders : public test::Suite {
    Q_OBJECT

private slots:
    void winsenUploads_data();
    void winsenUploads();
    void winsenAnswers();
    void winsenParticles();
    void winsenModeCommands();
    void winsenDamageIsCounted();
    void sps30SpeaksThePublishedBytes();
    void shdlcStuffing();
    void sensirionCrcIsThePublishedOne();
    void sensorBridgeAsksAndUnderstands();
    void sgp41IsConditioned();
    void dgsLines();
    void cozirStreamsAndAnswers();
    void scpiAnswers();
    void bmeRoundsBecomeFrames();
    void everySplitGivesTheSame_data();
    void everySplitGivesTheSame();
    void nothingIsAllocatedPerFrame_data();
    void nothingIsAllocatedPerFrame();
    void noiseNeverBecomesAFrame_data();
    void noiseNeverBecomesAFrame();
    void detection_data();
    void detection();
    void parametersAreChecked_data();
    void parametersAreChecked();
    void uriCarriesDecoderParameters();
    void dialogueAsksOneAtATime();
    void dialogueBeginsAgainAfterSilence();
};

void TestDeviceDecoders::winsenUploads_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("channel");
    QTest::addColumn<float>("value");
    QTest::addColumn<double>("range");
    const auto row = [](const char* name, const char* head, const char* channel, float value, double range) {
        QTest::newRow(name) << QByteArray(head) << QByteArray(channel) << value << range;
    };
    row("ZE07-CO", "FF 04 03 01 00 25 13 88", "CO[ppm]", 3.7F, 500);
    row("ZE08-CH2O", "FF 17 04 00 00 25 13 88", "CH2O[ppb]", 37, 5000);
    row("ZE25-O3", "FF 2A 04 00 01 00 27 10", "O3[ppb]", 256, 10000);
    row("ZE03-NH3", "FF 02 03 00 00 32 00 64", "NH3[ppm]", 50, 100);
    row("ZE03-H2S", "FF 03 03 00 00 05 00 64", "H2S[ppm]", 5, 100);
    row("ZE03-O2", "FF 05 04 01 00 D1 00 FA", "O2[%]", 20.9F, 25);
    row("ZE03-H2", "FF 06 03 00 00 05 03 E8", "H2[ppm]", 5, 1000);
    row("ZE03-SO2", "FF 2B 03 01 00 0C 00 C8", "SO2[ppm]", 1.2F, 20);
    row("ZE03-Cl2", "FF 31 03 01 00 0C 00 C8", "Cl2[ppm]", 1.2F, 20);
}

void TestDeviceDecoders::winsenUploads()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, channel);
    QFETCH(float, value);
    QFETCH(double, range);
    const auto subject = decoder("winsen");
    const Transcript out = decoded(*subject, winsen(head.constData()));
    QCOMPARE(out.frames.size(), 1U);
    QVERIFY2(out.text.find("channels " + channel.toStdString()) == 0, out.text.c_str());
    QCOMPARE(out.frames[0], std::vector<float>{value});
    QCOMPARE(out.tables[0][0].rangeHigh, range);
}

void TestDeviceDecoders::winsenAnswers()
{
    // 400 ppm at 23 degrees.
    const std::string co2 = winsen("FF 86 01 90 3F 00 00 00");
    const auto mhz = decoder("winsen", {{"sensor", "mh-z19"}});
    const Transcript out = decoded(*mhz, bytesOfHex("FF 01 86 00 00 00 00 00 79") + co2); // with an adapter's echo
    QCOMPARE(out.text, std::string("channels CO2[ppm]<CO2> temperature[°C]\nframe 400 23 @nan\n"));
    QCOMPARE(mhz->answers(), 1U);
    const auto ze07 = decoder("winsen", {{"sensor", "ze07"}, {"mode", "qa"}});
    QCOMPARE(decoded(*ze07, winsen("FF 86 00 25 00 00 00 00")).frames.at(0), std::vector<float>{3.7F});
    const auto ze08 = decoder("winsen", {{"sensor", "ze08"}, {"mode", "qa"}});
    QCOMPARE(decoded(*ze08, bytesOfHex("FF 86 00 2A 00 00 00 20 30")).frames.at(0), std::vector<float>{32});
    const auto ze03 = decoder("winsen", {{"sensor", "ze03"}, {"mode", "qa"}, {"gas", "O2"}});
    const Transcript oxygen = decoded(*ze03, winsen("FF 86 00 D1 00 00 00 00"));
    QCOMPARE(oxygen.frames.at(0), std::vector<float>{20.9F});
    QCOMPARE(oxygen.tables[0][0].unit, std::string("%"));
}

void TestDeviceDecoders::winsenParticles()
{
    const auto subject = decoder("winsen", {{"sensor", "zh03b"}});
    std::string damaged = particles(300, 301, 302);
    damaged[11] ^= 1;
    const Transcript out = decoded(*subject, particles(10, 300, 1000) + damaged + particles(1, 2, 3));
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.frames[0], (std::vector<float>{10, 300, 1000}));
    QCOMPARE(out.tables[0][1].name, std::string("PM2.5"));
    QCOMPARE(subject->checksumErrors(), 1U);
    QCOMPARE(out.skippedBytes, 24U);
    // Asked, it answers with nine bytes: PM2.5, PM10, PM1.0.
    const auto asked = decoder("winsen", {{"sensor", "zh03b"}, {"mode", "qa"}});
    const Transcript answers =
        decoded(*asked, winsen("FF 78 01 00 00 00 00 00") + winsen("FF 86 00 85 00 96 00 65") + particles(1, 2, 3));
    QCOMPARE(answers.frames.size(), 2U);
    QCOMPARE(answers.frames[0], (std::vector<float>{101, 133, 150}));
    QCOMPARE(answers.frames[1], (std::vector<float>{1, 2, 3}));
    QCOMPARE(answers.tables.size(), 1U);
    QCOMPARE(answers.tables[0][0].name, std::string("PM1.0"));
    QCOMPARE(asked->answers(), 1U);
}

void TestDeviceDecoders::winsenModeCommands()
{
    const auto opening = [](const char* sensor, const char* mode) {
        return bytesOf(decoder("winsen", {{"sensor", sensor}, {"mode", mode}, {"gas", "CO"}})->dialogue()->opening);
    };
    using Steps = std::vector<std::string>;
    QCOMPARE(opening("ze07", "qa"), Steps{bytesOfHex("FF 01 78 41 00 00 00 00 46")});
    QCOMPARE(opening("ze07", "active"), Steps{bytesOfHex("FF 01 78 40 00 00 00 00 47")});
    QCOMPARE(opening("zh03b", "qa"), Steps{bytesOfHex("FF 01 78 41 00 00 00 00 46")});
    QCOMPARE(opening("zh03b", "active"), Steps{bytesOfHex("FF 01 78 40 00 00 00 00 47")});
    QCOMPARE(opening("ze03", "qa"), Steps{bytesOfHex("FF 01 78 04 00 00 00 00 83")});
    QCOMPARE(opening("ze03", "active"), Steps{bytesOfHex("FF 01 78 03 00 00 00 00 84")});
    const auto mhz = decoder("winsen", {{"sensor", "mh-z19"}});
    QVERIFY(mhz->dialogue()->opening.empty());
    QCOMPARE(bytesOf(mhz->dialogue()->cycle), Steps{bytesOfHex("FF 01 86 00 00 00 00 00 79")});
    QVERIFY(decoder("winsen")->dialogue()->cycle.empty());
}

void TestDeviceDecoders::winsenDamageIsCounted()
{
    const std::string good = winsen("FF 04 03 01 00 25 13 88");
    for (std::size_t bit = 0; bit < 72; ++bit) {
        std::string damaged = good;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        const auto subject = decoder("winsen");
        const Transcript out = decoded(*subject, good + damaged + good);
        QCOMPARE(out.frames.size(), 2U);
        QCOMPARE(out.skippedBytes, 9U);
    }
    // Another gas whose checksum fits is believed only when it comes again.
    const auto subject = decoder("winsen");
    const std::string other = winsen("FF 2A 04 00 01 00 27 10");
    const Transcript out = decoded(*subject, good + other + good + other + other);
    QCOMPARE(out.tables.size(), 2U);
    QCOMPARE(out.frames.size(), 3U);
}

void TestDeviceDecoders::sps30SpeaksThePublishedBytes()
{
    const auto subject = decoder("sps30");
    QCOMPARE(subject->dialogue()->opening[0].bytes, bytesOfHex("7E 00 00 02 01 03 F9 7E"));
    QCOMPARE(subject->dialogue()->cycle[0].bytes, bytesOfHex("7E 00 03 00 FC 7E"));
    QCOMPARE(shdlcRequest(0, 1, {}), bytesOfHex("7E 00 01 00 FE 7E"));
    const std::string values = shdlcReply(0, 3, 0, floats({1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5F}));
    const Transcript out = decoded(*subject, shdlcReply(0, 0, 0, {}) + values + shdlcReply(0, 3, 0, {}) +
                                                 shdlcReply(0, 3, 0x43, {}) + values.substr(0, 20) + values);
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.frames[0], (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5F}));
    QCOMPARE(out.tables[0][1].name + out.tables[0][1].unit, std::string("PM2.5µg/m³"));
    QVERIFY(out.text.find("it is not measuring") != std::string::npos);
    QCOMPARE(subject->answers(), 5U);
    // A damaged bit anywhere between the flags is found.
    for (std::size_t at = 1; at + 1 < values.size(); ++at) {
        std::string damaged = values;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        const auto one = decoder("sps30");
        QCOMPARE(decoded(*one, damaged + values).frames.size(), 1U);
    }
}

void TestDeviceDecoders::shdlcStuffing()
{
    const std::string data("\x7E\x7D\x11\x13\x55", 5);
    const std::string request = shdlcRequest(0, 0x11, data);
    QVERIFY(request.find(bytesOfHex("7D 5E 7D 5D 7D 31 7D 33 55")) != std::string::npos);
    ShdlcRequestReader reader;
    for (const char c : "x" + request)
        reader.add({&c, 1});
    const auto read = reader.next();
    QVERIFY(read && read->data == data && read->command == 0x11);
    QVERIFY(!reader.next());
}

void TestDeviceDecoders::sensirionCrcIsThePublishedOne()
{
    QCOMPARE(sensirionCrc(0xBE, 0xEF), std::uint8_t{0x92}); // the example of Sensirion's data sheets
    QCOMPARE(sensirionCrc(0x80, 0x00), std::uint8_t{0xA2});
    QCOMPARE(sensirionCrc(0x66, 0x66), std::uint8_t{0x93});
}

void TestDeviceDecoders::sensorBridgeAsksAndUnderstands()
{
    const auto subject = decoder("sensorbridge", {{"sensor", "sgp41@0,scd4x@1"}, {"conditioning", "0"}});
    const auto& cycle = subject->dialogue()->cycle;
    QCOMPARE(cycle.size(), 2U);
    ShdlcRequestReader reader;
    reader.add(cycle[0].bytes);
    QCOMPARE(reader.next()->data, bytesOfHex("00 59 00 00 00 08 00 00 00 06 00 01 86 A0 26 19 80 00 A2 66 66 93"));
    reader.add(cycle[1].bytes);
    QCOMPARE(reader.next()->data, bytesOfHex("01 62 00 00 00 02 00 00 00 09 00 00 4E 20 EC 05"));
    reader.add(subject->dialogue()->opening.back().bytes);
    QCOMPARE(reader.next()->data, bytesOfHex("01 62 00 00 00 02 00 00 00 00 00 00 4E 20 21 B1"));
    Transcript out;
    subject->asked(false, 0);
    subject->feed(shdlcReply(0, 0x11, 0, word(30000) + word(15000)), out);
    QVERIFY(out.frames.empty());
    subject->asked(false, 1);
    subject->feed(shdlcReply(0, 0x11, 0, word(700) + word(0x6667) + word(0x5EB9)), out);
    QCOMPARE(out.frames.size(), 1U);
    QVERIFY(same(out.frames[0], {30000, 15000, 700, static_cast<float>(-45 + 175.0 * 0x6667 / 65535),
                                 static_cast<float>(100.0 * 0x5EB9 / 65535)}));
    QCOMPARE(out.tables[0][2].name, std::string("CO2@1"));
    // The CO2 sensor has nothing new: it does not acknowledge. Then a damaged word.
    subject->asked(false, 0);
    subject->feed(shdlcReply(0, 0x11, 0, word(30001) + word(15001)), out);
    subject->asked(false, 1);
    subject->feed(shdlcReply(0, 0x11, 0x20, {}), out);
    QVERIFY(same(out.frames.back(), {30001, 15001, missing, missing, missing}));
    QCOMPARE(out.skips, 0U);
    std::string wrong = word(1) + word(2);
    wrong[5] ^= 4;
    subject->asked(false, 0);
    subject->feed(shdlcReply(0, 0x11, 0, wrong), out);
    QCOMPARE(subject->checksumErrors(), 1U);
    subject->asked(false, 1);
    subject->feed(shdlcReply(0, 0x11, 0x20, {}), out);
    QCOMPARE(out.skips, 1U);
    QVERIFY(out.text.find("the CRC of an I2C word is wrong") != std::string::npos);
}

/// The manual: one command a second, for 10 s at most; the NOx word comes only afterwards.
void TestDeviceDecoders::sgp41IsConditioned()
{
    const auto subject = decoder("sensorbridge", {{"sensor", "sgp41@0,scd4x@1"}});
    const auto& opening = subject->dialogue()->opening;
    const std::size_t first = opening.size() - 10;
    for (std::size_t i = first; i < opening.size(); ++i) {
        ShdlcRequestReader reader;
        reader.add(opening[i].bytes);
        QCOMPARE(reader.next()->data, bytesOfHex("00 59 00 00 00 08 00 00 00 03 00 01 86 A0 26 12 80 00 A2 66 66 93"));
        QCOMPARE(opening[i].pauseMilliseconds, 1000);
    }
    Transcript out;
    subject->asked(true, first - 1); // the start of the other sensor
    subject->feed(shdlcReply(0, 0x11, 0, {}), out);
    QVERIFY(out.frames.empty());
    for (std::size_t i = first; i < opening.size(); ++i) {
        subject->asked(true, i);
        subject->feed(shdlcReply(0, 0x11, 0, word(29000)), out);
        QVERIFY(same(out.frames.at(i - first), {29000, missing, missing, missing, missing}));
    }
    subject->asked(false, 0);
    subject->feed(shdlcReply(0, 0x11, 0, word(30000) + word(15000)), out);
    subject->asked(false, 1);
    subject->feed(shdlcReply(0, 0x11, 0x20, {}), out);
    QVERIFY(same(out.frames.back(), {30000, 15000, missing, missing, missing}));
    QCOMPARE(out.skips, 0U);
    QCOMPARE(decoder("sensorbridge", {{"sensor", "sgp40"}})->dialogue()->opening.size(), 3U); // needs none
}

void TestDeviceDecoders::dgsLines()
{
    const auto subject = decoder("dgs", {{"gas", "CO"}});
    QCOMPARE(subject->dialogue()->cycle.at(0).bytes, std::string("\r"));
    const Transcript out =
        decoded(*subject, std::string(dgsLine) + "110816020449,-7,22,41,33001,26300,21007,1,2,3,4\r\n");
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.frames[0], (std::vector<float>{12345, 22, 41, 33001, 26300, 21007}));
    QCOMPARE(out.times[0], 2 * 3600 + 3 * 60 + 4.0);
    QCOMPARE(out.times[1], 86400 + 2 * 3600 + 3 * 60 + 4.0);
    QCOMPARE(out.frames[1][0], -7.0F);
    QVERIFY(out.text.find("remark device: DGS-ULPSM 110816020449") != std::string::npos);
    QVERIFY(out.text.find("negative") != std::string::npos);
    QVERIFY(out.text.find("CO[ppb]<CO>") != std::string::npos);
}

void TestDeviceDecoders::cozirStreamsAndAnswers()
{
    const auto listening = decoder("cozir", {{"mode", "listen"}});
    QVERIFY(listening->dialogue()->opening.empty());
    const std::string line = " H 00345 T 01195 Z 00651 z 00640\r\n";
    const Transcript streamed = decoded(*listening, line + line);
    QCOMPARE(streamed.frames.at(0), (std::vector<float>{34.5F, 19.5F, 651, 640}));
    // The multiplier is asked for, and values before its answer are not shown ten times too small.
    const auto streaming = decoder("cozir");
    using Steps = std::vector<std::string>;
    QCOMPARE(bytesOf(streaming->dialogue()->opening), (Steps{"K 1\r\n", ".\r\n"}));
    streaming->asked(true, 1);
    const Transcript multiplied = decoded(*streaming, line + " . 00010\r\n" + line);
    QCOMPARE(multiplied.frames.size(), 1U);
    QCOMPARE(multiplied.frames[0], (std::vector<float>{34.5F, 19.5F, 6510, 6400}));
    const auto polled = decoder("cozir", {{"mode", "poll"}, {"query", "ZT"}, {"multiplier", "100"}});
    QCOMPARE(bytesOf(polled->dialogue()->opening), Steps{"K 2\r\n"});
    QCOMPARE(bytesOf(polled->dialogue()->cycle), (Steps{"Z\r\n", "T\r\n"}));
    Transcript out;
    polled->feed(std::string_view(" K 00002\r\n"), out);
    for (int round = 0; round < 2; ++round) {
        polled->asked(false, 0);
        polled->feed(std::string_view(" Z 00521\r\n"), out);
        polled->asked(false, 1);
        polled->feed(std::string_view(round == 0 ? " T 01230\r\n" : "?\r\n"), out);
    }
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.frames[0], (std::vector<float>{52100, 23}));
    QVERIFY(same(out.frames[1], {52100, missing}));
    QCOMPARE(polled->answers(), 4U);
}

void TestDeviceDecoders::scpiAnswers()
{
    const auto subject = decoder("scpi", {{"query", "MEAS:RES?"}});
    using Steps = std::vector<std::string>;
    QCOMPARE(bytesOf(subject->dialogue()->opening), (Steps{"*IDN?\n", "SYST:ERR?\n"}));
    QCOMPARE(bytesOf(subject->dialogue()->cycle), Steps{"MEAS:RES?\n"});
    Transcript out;
    subject->asked(true, 0);
    subject->feed(std::string_view("Keysight Technologies,34461A,MY1,1.0\n"), out);
    subject->asked(true, 1);
    subject->feed(std::string_view("-113,\"Undefined header\"\n"), out);
    subject->asked(false, 0);
    subject->feed(std::string_view("+1.00231440E+05\n+9.90000000E+37\n"), out);
    QCOMPARE(out.text, std::string("remark device: Keysight Technologies,34461A,MY1,1.0\n"
                                   "remark the instrument reports: -113,\"Undefined header\"\n"
                                   "channels resistance[Ω]\nframe 100231.438 @nan\nframe nan @nan\n"));
    const auto keithley = decoder("scpi");
    keithley->asked(true, 0);
    Transcript five;
    keithley->feed(std::string_view("KEITHLEY INSTRUMENTS INC.,MODEL 2400,1,C30\n"), five);
    keithley->asked(false, 0);
    keithley->feed(std::string_view("+1.0E+00,+2.0E-06,+9.91E+37,+12.5E+00,+36872\n"), five);
    QVERIFY(same(five.frames.at(0), {1, 2e-6F, missing, 12.5F, 36872}));
    QCOMPARE(five.times.at(0), 12.5);
}

void TestDeviceDecoders::bmeRoundsBecomeFrames()
{
    const auto subject = decoder("bme688", {{"sensors", "2"}, {"steps", "2"}});
    const Transcript out = decoded(*subject, streams().back().bytes);
    QCOMPARE(out.tables.size(), 1U);
    QCOMPARE(out.tables[0][0].name, std::string("S0 step 0"));
    QCOMPARE(out.tables[0].size(), 10U);
    QCOMPARE(out.frames.size(), 2U);
    QVERIFY(same(out.frames[0], {5000, 5001, 22, 1013, 40, 6000, missing, 23, 1013, 41}));
    QCOMPARE(out.times[0], 0.2);
    QVERIFY(same(out.frames[1], {5002, missing, 22, 1013, 40, missing, missing, missing, missing, missing}));
    QCOMPARE(out.skips, 2U);
}

void TestDeviceDecoders::everySplitGivesTheSame_data()
{
    QTest::addColumn<int>("stream");
    for (int i = 0; i < static_cast<int>(streams().size()); ++i)
        QTest::newRow(streams()[static_cast<std::size_t>(i)].decoder) << i;
}

void TestDeviceDecoders::everySplitGivesTheSame()
{
    QFETCH(int, stream);
    const Stream subject = streams()[static_cast<std::size_t>(stream)];
    const auto fresh = [&] {
        auto made = decoder(subject.decoder, subject.parameters);
        made->asked(false, 0);
        return made;
    };
    const auto check = [&](const std::vector<std::size_t>& cuts) {
        const auto d = fresh();
        Transcript out;
        std::size_t from = 0;
        for (const std::size_t to : cuts) {
            d->feed(std::string_view(subject.bytes).substr(from, to - from), out);
            from = to;
        }
        d->feed(std::string_view(subject.bytes).substr(from), out);
        return out.text + "checksum errors " + std::to_string(d->checksumErrors());
    };
    const std::string whole = check({});
    QVERIFY2(whole.find("frame") != std::string::npos && whole.find("skipped") != std::string::npos, whole.c_str());
    std::vector<std::size_t> all;
    for (std::size_t i = 1; i <= subject.bytes.size(); ++i) {
        QCOMPARE(check({i}), whole);
        all.push_back(i);
    }
    QCOMPARE(check(all), whole);
    PhiloxSequence random(5, 0);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::size_t> cuts;
        for (std::size_t at = random.below(12); at < subject.bytes.size(); at += 1 + random.below(12))
            cuts.push_back(at);
        QCOMPARE(check(cuts), whole);
    }
}

void TestDeviceDecoders::nothingIsAllocatedPerFrame_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char* name, const std::string& message) {
        QTest::newRow(name) << QByteArray(name) << QByteArray::fromStdString(message);
    };
    row("winsen", winsen("FF 04 03 01 00 25 13 88"));
    row("sps30", shdlcReply(0, 3, 0, floats({1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5F})));
    row("sensorbridge", shdlcReply(0, 0x11, 0, word(30000) + word(15000)));
    row("dgs", dgsLine);
    row("cozir", " H 00345 T 01195 Z 00651 z 00640\r\n");
    row("scpi", "+1.0E5,+2.0E5\n");
    row("csv", "1.5,2.5,3.5\n");
    row("ndjson", "{\"a\":1.5,\"b\":2.5}\n");
}

void TestDeviceDecoders::nothingIsAllocatedPerFrame()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, message);
    DecoderParameters parameters;
    if (name == "cozir")
        parameters = {{"mode", "listen"}};
    const auto subject = decoder(name.constData(), parameters);
    subject->asked(false, 0);
    std::string bytes;
    for (int i = 0; i < 100; ++i)
        bytes += message.toStdString();
    CountingSink sink;
    const auto feed = [&] {
        for (std::size_t at = 0; at < bytes.size(); at += 37) // portions that cut messages
            subject->feed(std::string_view(bytes).substr(at, 37), sink);
    };
    feed();
    const std::size_t before = allocations;
    const std::size_t framesBefore = sink.frames;
    feed();
    QCOMPARE(allocations - before, 0U);
    QCOMPARE(sink.frames - framesBefore, 100U);
}

void TestDeviceDecoders::noiseNeverBecomesAFrame_data()
{
    everySplitGivesTheSame_data();
}

void TestDeviceDecoders::noiseNeverBecomesAFrame()
{
    QFETCH(int, stream);
    const Stream subject = streams()[static_cast<std::size_t>(stream)];
    const auto d = decoder(subject.decoder, subject.parameters);
    PhiloxSequence random(11, 0);
    std::string noise(200000, '\0');
    for (char& c : noise)
        c = static_cast<char>(random.below(256));
    const Transcript out = decoded(*d, noise);
    QVERIFY2(out.frames.empty() || subject.decoder == std::string("scpi"), out.text.c_str());
    QVERIFY(out.skips > 0 && out.skippedBytes <= noise.size());
}

void TestDeviceDecoders::detection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const std::string& bytes, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(expected);
    };
    const std::string co = winsen("FF 04 03 01 00 25 13 88");
    row("winsen from within a message", co.substr(4) + co + co + co, "winsen");
    row("particles", particles(1, 2, 3) + particles(1, 2, 3), "winsen");
    row("dgs", std::string("3, 4\r\n") + dgsLine + dgsLine + dgsLine, "dgs");
    const std::string line = " H 00345 T 01195 Z 00651 z 00640\r\n";
    row("cozir", line.substr(9) + line + line + line, "cozir");
    row("bme688", std::string(bmeHeader) + "0,7,100,22,1013,40,5000,0,0\n0,7,200,22,1013,40,5001,1,0\n", "bme688");
    row("eleven numbers of another device",
        "1,2,3,400,5,6,7,8,9,10,11\n1,2,3,400,5,6,7,8,99,10,11\n1,2,3,400,5,6,7,8,9,10,11\n", "csv");
}

void TestDeviceDecoders::detection()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    const Detection found = detectDecoder(bytes.toStdString());
    QCOMPARE(QByteArray::fromStdString(found.decoder), expected);
    QVERIFY(found.certainty > 0.4);
}

void TestDeviceDecoders::parametersAreChecked_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("told");
    const auto row = [](const char* name, const char* key, const char* value, const char* told) {
        QTest::addRow("%s %s=%s", name, key, value)
            << QByteArray(name) << QByteArray(key) << QByteArray(value) << QByteArray(told);
    };
    row("csv", "mode", "qa", "has no parameter \"mode\"");
    row("winsen", "mode", "ask", "listen, active, qa");
    row("winsen", "sensor", "ze99", "ze07");
    row("winsen", "mode", "active", "Name the sensor");
    row("winsen", "poll", "fast", "0.01 to 86400");
    row("winsen", "gas", "XY", "NH3");
    row("sensorbridge", "sensor", "sgp41@2", "sgp41@0,scd4x@1");
    row("cozir", "query", "ZZ", "each once");
    row("scpi", "query", "", "MEAS:RES?");
    row("bme688", "steps", "0", "1 to 60");
}

void TestDeviceDecoders::parametersAreChecked()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, told);
    const auto made = makeDecoder(name.constData(), {{key.toStdString(), value.toStdString()}});
    QVERIFY(!made.ok());
    QVERIFY2(QByteArray::fromStdString(made.error().message()).contains(told), made.error().message().c_str());
}

void TestDeviceDecoders::uriCarriesDecoderParameters()
{
    const auto uri = SourceUri::parse("serial:/dev/ttyUSB0?baud=9600&decoder=winsen&sensor=ze07&mode=qa&poll=2");
    BNOF_VERIFY_OK(uri);
    QCOMPARE(uri->parameter("mode"), std::string("qa"));
    QVERIFY(!SourceUri::parse("serial:/dev/ttyUSB0?decoder=winsen&colour=red").ok());
}

void TestDeviceDecoders::dialogueAsksOneAtATime()
{
    const auto subject = decoder("sps30");
    DeviceDialogue dialogue(*subject);
    QVERIFY(dialogue.wanted());
    std::vector<std::pair<std::int64_t, std::string>> sent;
    std::int64_t now = 1'000'000'000;
    const auto at = [&](std::int64_t milliseconds) {
        now = 1'000'000'000 + milliseconds * nanosecondsPerMillisecond;
        dialogue.advance(now, [&](std::string_view b) { sent.emplace_back(milliseconds, std::string(b)); });
    };
    Transcript out;
    dialogue.opened(now);
    at(0);
    QCOMPARE(sent.size(), 1U);
    at(400);
    QCOMPARE(sent.size(), 1U); // still waits for the answer
    at(500);
    QCOMPARE(sent.size(), 2U); // asked again
    subject->feed(shdlcReply(0, 0, 0, {}), out);
    at(510);
    QCOMPARE(sent.size(), 2U); // the pause after the start
    QCOMPARE(dialogue.nextTime(), now + 50 * nanosecondsPerMillisecond);
    at(560);
    QCOMPARE(sent.size(), 3U);
    subject->feed(shdlcReply(0, 3, 0, floats({1, 2, 3, 4, 5, 6, 7, 8, 9, 1})), out);
    at(570);
    QCOMPARE(sent.size(), 3U);
    at(1560);
    QCOMPARE(sent.size(), 4U); // the next cycle, on the period and not later by the answer's time
    QCOMPARE(sent.back().second, bytesOfHex("7E 00 03 00 FC 7E"));
    for (const int t : {1760, 1960, 2160}) // two repetitions, then given up
        at(t);
    QCOMPARE(dialogue.unanswered(), 1U);
    QCOMPARE(dialogue.requests(), 6U);
    dialogue.closed();
    at(10000);
    QCOMPARE(dialogue.requests(), 6U);
}

void TestDeviceDecoders::dialogueBeginsAgainAfterSilence()
{
    const auto subject = decoder("sps30");
    DeviceDialogue dialogue(*subject);
    std::vector<std::string> sent;
    std::int64_t now = 0;
    dialogue.opened(now);
    // The device is switched off: whatever the time, every step is tried and the opening comes again.
    for (int i = 0; i < 1000 && now < 30 * nanosecondsPerSecond; ++i) {
        dialogue.advance(now, [&](std::string_view bytes) { sent.emplace_back(bytes); });
        QVERIFY(dialogue.nextTime() > now);
        now = dialogue.nextTime();
    }
    const std::string start = bytesOfHex("7E 00 00 02 01 03 F9 7E");
    QVERIFY(std::ranges::count(sent, start) >= 6);
    QVERIFY(sent.size() < 120);
}

QTEST_GUILESS_MAIN(TestDeviceDecoders)
#include "tst_device_decoders.moc"
