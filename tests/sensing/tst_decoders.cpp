// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sys/resource.h>

#include "engine/base/philox.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "tests/sensing/decoder_transcript.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using bnof::test::Transcript;

namespace {

const float missing = std::numeric_limits<float>::quiet_NaN();

std::unique_ptr<Decoder> decoder(const char* name)
{
    return std::move(makeDecoder(name)).value();
}

Transcript decoded(const char* name, std::string_view bytes)
{
    Transcript out;
    decoder(name)->feed(bytes, out);
    return out;
}

bool same(const std::vector<float>& a, const std::vector<float>& b)
{
    return std::ranges::equal(a, b, [](float x, float y) { return (std::isnan(x) && std::isnan(y)) || x == y; });
}

} // namespace

class TestDecoders : public test::Suite {
    Q_OBJECT

private slots:
    void csvDialects_data();
    void csvDialects();
    void csvNumbers_data();
    void csvNumbers();
    void csvPartialFirstLineIsDropped();
    void csvHeaderMayComeAgain();
    void csvBootTextIsNoHeader();
    void csvTimeColumns_data();
    void csvTimeColumns();
    void csvClockOfMinutesIsCarriedOn();
    void csvDescriptionCompletesChannels();
    void csvWrongFieldCountsAreSkipped();
    void csvFollowsAChangedDevice();
    void csvTextColumnsArePassedOver();
    void csvResetKeepsTheTable();
    void ndjsonMembersBecomeChannels();
    void ndjsonTrapsAreSurvived();
    void ndjsonLateMembersMustProveThemselves();
    void plainNumbersAreThoseOfTheLibrary();
    void knownShapesGiveTheSame();
    void everySplitGivesTheSame_data();
    void everySplitGivesTheSame();
    void longLinesNeedNoMemory_data();
    void longLinesNeedNoMemory();
    void noiseNeverBecomesAFrame_data();
    void noiseNeverBecomesAFrame();
    void detection_data();
    void detection();
    void realFilesAreUnderstood();
    void registryTakesMore();
};

void TestDecoders::csvDialects_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QList<float>>("last");
    const auto row = [](const char* name, const char* bytes, QStringList names, QList<float> last) {
        QTest::newRow(name) << QByteArray(bytes) << names << last;
    };
    row("comma", "a,b,c\n1,2,3\n4,5,6\n", {"a", "b", "c"}, {4, 5, 6});
    row("comma and space", "a, b, c\r\n1, 2, 3\r\n4, 5, 6\r\n", {"a", "b", "c"}, {4, 5, 6});
    row("semicolon, decimal comma", "a;b\n1,5;2,5\n3,25;-4,5\n", {"a", "b"}, {3.25F, -4.5F});
    row("tab, decimal comma", "a\tb\n1,5\t2,5\n", {"a", "b"}, {1.5F, 2.5F});
    row("spaces, decimal comma", "x\n1,5 2,5\n1,25 2,75\n", {"ch1", "ch2"}, {1.25F, 2.75F});
    row("spaces", "a b c\n 1  2   3 \n", {"a", "b", "c"}, {1, 2, 3});
    row("cr only", "a,b\r1,2\r3,4\r", {"a", "b"}, {3, 4});
    row("no header", "9,9\n1,2\n3,4\n", {"ch1", "ch2"}, {3, 4});
    row("one value", "7\n512\n513\n", {"ch1"}, {513});
    row("trailing separator", "a,b,\n1,2,\n3,4,\n", {"a", "b"}, {3, 4});
    row("trailing separator, no header", "9,9,\n1,2,\n3,4,\n", {"ch1", "ch2"}, {3, 4});
    row("units", "MQ3 [counts],T (°C)\n1,2\n", {"MQ3", "T"}, {1, 2});
    row("quotes", "\"a\",\"b x\"\n\"1\",\"2\"\n", {"a", "b x"}, {1, 2});
    row("bom",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n",
        {"a", "b"}, {1, 2});
    row("pairs, comma", "MQ3:1,MQ4:2\nMQ3:1,MQ4:2\nMQ3:3,MQ4:4\n", {"MQ3", "MQ4"}, {3, 4});
    row("pairs, tab", "x\nMQ3:1\tMQ4:2\nMQ3:3\tMQ4:4\n", {"MQ3", "MQ4"}, {3, 4});
    row("pairs, spaces", "x\nMQ3:1 MQ4: 2\nMQ3: 3 MQ4:4\n", {"MQ3", "MQ4"}, {3, 4});
    row("pairs, units", "x\nTemp: 23.5 C, Hum: 40 %\nTemp: 24.5 C, Hum: 41 %\n", {"Temp", "Hum"}, {24.5F, 41});
    row("pairs, one lacks", "x\nA:1,B:2\nB:5\n", {"A", "B"}, {missing, 5});
    row("duplicate names", "s,s,s\n1,2,3\n", {"s", "s (2)", "s (3)"}, {1, 2, 3});
    row("header of other separator", "a, b\n1 2\n", {"a", "b"}, {1, 2});
}

void TestDecoders::csvDialects()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, names);
    QFETCH(QList<float>, last);
    const Transcript out = decoded("csv", bytes.toStdString());
    QVERIFY2(!out.frames.empty(), out.text.c_str());
    QStringList found;
    for (const ChannelInfo& channel : out.tables.back())
        found << QString::fromStdString(channel.name);
    QCOMPARE(found, names);
    QVERIFY2(same(out.frames.back(), {last.begin(), last.end()}), out.text.c_str());
}

void TestDecoders::csvNumbers_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<float>("value");
    QTest::addColumn<bool>("good");
    const auto good = [](const char* field, float value) {
        QTest::newRow(field) << QByteArray(field) << value << true;
    };
    const auto bad = [](const char* field) { QTest::newRow(field) << QByteArray(field) << 0.0F << false; };
    good("42", 42);
    good("-17.65", -17.65F);
    good("+3.5", 3.5F);
    good("1e3", 1000);
    good("1.5E-3", 1.5e-3F);
    good("-0", -0.0F);
    good(".5", 0.5F);
    good("5.", 5);
    good("0.1", 0.1F);
    good("16777217", 16777216);
    good("3.4028235e38", std::numeric_limits<float>::max());
    good("1e39", missing);
    good("1e999", missing);
    good("1e-999", 0);
    good("nan", missing);
    good("NaN", missing);
    good("-nan", missing);
    good("inf", missing);
    good("-Infinity", missing);
    good("ovf", missing);
    good("NA", missing);
    good("null", missing);
    good("--", missing);
    good("4294967295", missing);
    good("4294967294", 4294967294.0F);
    bad("1.2.3");
    bad("12a");
    bad("0x1F");
    bad("1 2");
    bad("+-3");
    bad("--5");
    bad("1e");
    bad("\xFF\xFF"
        "5");
    bad("5\x01");
}

void TestDecoders::csvNumbers()
{
    QFETCH(QByteArray, field);
    QFETCH(float, value);
    QFETCH(bool, good);
    const std::string line = "7," + field.toStdString() + ",8\n";
    const Transcript out = decoded("csv", "a,b,c\n1,2,3\n" + line);
    if (!good) {
        QCOMPARE(out.frames.size(), 1U);
        QCOMPARE(out.skips, 1U);
        QCOMPARE(out.skippedBytes, line.size());
        return;
    }
    QCOMPARE(out.frames.size(), 2U);
    QVERIFY2(same(out.frames.back(), {7, value, 8}), out.text.c_str());
    QCOMPARE(std::signbit(out.frames.back()[1]), std::signbit(value) && !std::isnan(value));
}

void TestDecoders::csvPartialFirstLineIsDropped()
{
    // Both "23,45" and "Q3,MQ4" may be the second half of something.
    const Transcript numbers = decoded("csv", "23,45\n100,200\n");
    QCOMPARE(numbers.frames.size(), 1U);
    QCOMPARE(numbers.skips, 0U);
    const Transcript garbage = decoded("csv", std::string("\xFF\x00\xFE,,x\nMQ3,MQ4\n1,2\n", 19));
    QCOMPARE(garbage.frames.size(), 1U);
    QCOMPARE(garbage.skips, 0U);
    QCOMPARE(garbage.tables.front()[0].name, std::string("MQ3"));
}

void TestDecoders::csvHeaderMayComeAgain()
{
    const Transcript out = decoded("csv", "a,b\n1,2\na,b\n3,4\na,c\n5,6\n");
    QCOMPARE(out.frames.size(), 3U);
    QCOMPARE(out.skips, 0U);
    QCOMPARE(out.tables.size(), 2U);
    QCOMPARE(out.tables[1][1].name, std::string("c"));
}

void TestDecoders::csvBootTextIsNoHeader()
{
    const Transcript out = decoded("csv", "x\nSensor starting up now\nWiFi connected\nMQ3,MQ4\n1,2\n3,4\n");
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.tables.size(), 1U);
    QCOMPARE(out.tables[0][0].name, std::string("MQ3"));
    QCOMPARE(out.skips, 2U);
}

void TestDecoders::csvTimeColumns_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<double>("seconds");
    const auto row = [](const char* bytes, double seconds) { QTest::newRow(bytes) << QByteArray(bytes) << seconds; };
    row("t_s,a\n1.25,7\n", 1.25);
    row("millis,a\n1250,7\n", 1.25);
    row("T_MS,a\n1250,7\n", 1.25);
    row("time [ms],a\n1250,7\n", 1.25);
    row("micros;a\n1250000;7\n", 1.25);
    row("timestamp,a\n1700000000.5,7\n", 1700000000.5);
    row("timestamp,a\n1700000000500,7\n", 1700000000.5);
    row("timestamp,a\n1970-01-02T00:00:01.5Z,7\n", 86401.5);
    row("Time,a\n2024-02-29 12:00:00,7\n", 1709208000);
    row("time,a\n01:00:02.25,7\n", 3602.25);
    row("a,seconds\n7,1.25\n", 1.25);
    row("x\nms:1250,a:7\nms:1250,a:7\n", 1.25);
}

void TestDecoders::csvTimeColumns()
{
    QFETCH(QByteArray, bytes);
    QFETCH(double, seconds);
    const Transcript out = decoded("csv", bytes.toStdString());
    QVERIFY2(!out.frames.empty(), out.text.c_str());
    QCOMPARE(out.tables.back().size(), 1U);
    QCOMPARE(out.tables.back()[0].name, std::string("a"));
    QVERIFY(same(out.frames.back(), {7}));
    QCOMPARE(out.times.back(), seconds);
    QVERIFY(std::isnan(decoded("csv", "a,b\n1,2\n").times.back()));
}

void TestDecoders::csvClockOfMinutesIsCarriedOn()
{
    const Transcript out = decoded("csv", "Min:Sec\tD1\tD2\n59:58.5\t1\t2\n59:59.5\t3\t4\n00:00.5\t5\t6\n"
                                          "60:00\t7\t8\n45:00\t7\t8\n00:01\t9\t9\n");
    QCOMPARE(out.tables.at(0).size(), 2U);
    QCOMPARE(out.times, (std::vector<double>{3598.5, 3599.5, 3600.5, 6300, 7201}));
    QCOMPARE(out.skips, 1U);
}

void TestDecoders::csvDescriptionCompletesChannels()
{
    const Transcript out =
        decoded("csv", "#bnof {\"device\":\"n\",\"simulated\":true,\"channels\":[{\"name\":\"a\",\"unit\":\"counts\","
                       "\"gas\":\"ethanol\",\"quantity\":\"conductance\",\"range\":[0,65535]}]}\n"
                       "# name=b, unit=ppm, gas=toluene\n# simulated data, not a measurement\na,b\n1,2\n");
    QVERIFY(out.text.find("remark simulated\n") != std::string::npos);
    QVERIFY(out.text.find("remark device: n\n") != std::string::npos);
    QVERIFY(out.text.find("remark simulated data, not a measurement\n") != std::string::npos);
    QCOMPARE(out.tables.size(), 1U);
    const ChannelInfo& a = out.tables[0][0];
    QVERIFY((a == ChannelInfo{"a", "conductance", "counts", "ethanol", 0, 65535}));
    QCOMPARE(out.tables[0][1].unit, std::string("ppm"));
    // The description may come after the header; the table is then told again.
    const Transcript late = decoded("csv", "a,b\n1,2\n# name=b, unit=ppm\n3,4\n");
    QCOMPARE(late.tables.size(), 2U);
    QCOMPARE(late.tables[1][1].unit, std::string("ppm"));
    QCOMPARE(decoded("csv", "a,b\n1,2\n#bnof {broken\n3,4\n").skips, 1U);
}

void TestDecoders::csvWrongFieldCountsAreSkipped()
{
    const Transcript out = decoded("csv", "a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n");
    QCOMPARE(out.frames.size(), 2U);
    QCOMPARE(out.skips, 2U);
    QVERIFY(out.text.find("the line has 2 fields instead of 3: 1,2") != std::string::npos);
    QCOMPARE(out.skippedBytes, 4U + 8U);
}

void TestDecoders::csvFollowsAChangedDevice()
{
    const Transcript out = decoded("csv", "0,0\n1,2\n1,2,3\n1,2,3\n1,2,3\n4,5,6\n");
    QCOMPARE(out.tables.size(), 2U);
    QCOMPARE(out.tables[1].size(), 3U);
    QCOMPARE(out.frames.size(), 3U);
    QCOMPARE(out.skips, 2U);
}

void TestDecoders::csvTextColumnsArePassedOver()
{
    const Transcript out = decoded("csv", "Timestamp,NO2,Location,Label\n2024-01-01 10:00:00,31,lab,air\n"
                                          "2024-01-01 10:00:01,32,lab,\n2024-01-01 10:00:02,33,hall,gas\n");
    QCOMPARE(out.tables.back().size(), 1U);
    QCOMPARE(out.frames.size(), 3U);
    QVERIFY(same(out.frames[2], {33}));
    QCOMPARE(out.times[2] - out.times[0], 2.0);
}

void TestDecoders::csvResetKeepsTheTable()
{
    const auto csv = decoder("csv");
    Transcript out;
    csv->feed(std::string_view("a,b\n1,2\n3,"), out);
    csv->reset();
    csv->feed(std::string_view("4\n5,6\n,b\na,b\n7,8\n"), out);
    QCOMPARE(out.tables.size(), 1U);
    QCOMPARE(out.frames.size(), 3U); // 1,2 5,6 7,8: the half lines are gone
    QVERIFY(same(out.frames[1], {5, 6}));
    csv->reset();
    csv->feed(std::string_view("b\na,b\n9,1\n"), out);
    QCOMPARE(out.tables.size(), 1U);
    QVERIFY(same(out.frames.back(), {9, 1}));
}

void TestDecoders::ndjsonMembersBecomeChannels()
{
    const Transcript out = decoded("ndjson", "{\"bnof\":{\"simulated\":true,\"channels\":[{\"name\":\"gas.a\",\"unit\":"
                                             "\"ppm\"}]}}\n"
                                             "{\"t_ms\":1500,\"gas\":{\"a\":1.5,\"b\":-2e1},\"s\":[3,4],\"id\":\"x\","
                                             "\"ok\":true}\r\n"
                                             "{\"s\":[7,8],\"gas\":{\"b\":null},\"t_ms\":1600}\n");
    QCOMPARE(out.skips, 0U);
    QVERIFY(out.text.starts_with("remark simulated\nchannels gas.a[ppm] gas.b s.0 s.1\n"));
    QCOMPARE(out.frames.size(), 2U);
    QVERIFY(same(out.frames[0], {1.5F, -20, 3, 4}));
    QVERIFY(same(out.frames[1], {missing, missing, 7, 8}));
    QCOMPARE(out.times[0], 1.5);
    QCOMPARE(out.times[1], 1.6);
}

void TestDecoders::ndjsonTrapsAreSurvived()
{
    const auto one = [](const std::string& line) { return decoded("ndjson", "\n{\"a\":1,\"b\":2}\n" + line + "\n"); };
    QVERIFY(same(one("{\"a\":NaN,\"b\":-Infinity}").frames.back(), {missing, missing}));
    QVERIFY(same(one("{\"a\":\"nan\",\"b\":4294967295}").frames.back(), {missing, missing}));
    QVERIFY(same(one("{\"a\":1e999,\"b\":1e-999}").frames.back(), {missing, 0}));
    QVERIFY(same(one("{\"a\":-0,\"b\":3},").frames.back(), {-0.0F, 3}));
    QVERIFY(same(one(" { \"b\" : 4 , \"a\" : 3 } ").frames.back(), {3, 4}));
    for (const char* bad :
         {"{\"a\":1", "{\"a\":}", "{\"a\" 1}", "{a:1}", "[1,2]", "{\"a\":1}}", "{\"a\":tru}", "{}", "{\"x\":\"y\"}",
          "12", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":\"\x01\"}", "{\"\xFF\":3}", "{\"a\":01x}"}) {
        const Transcript out = one(bad);
        QVERIFY2(out.frames.size() == 1 && out.skips == 1, bad);
    }
    std::string deep = "{\"a\":1,\"d\":";
    for (int i = 0; i < 100000 / 5; ++i)
        deep += "[";
    QCOMPARE(one(deep).skips, 1U);
}

void TestDecoders::ndjsonLateMembersMustProveThemselves()
{
    std::string bytes = "\n";
    for (int i = 0; i < 20; ++i)
        bytes += "{\"a\":1}\n";
    const Transcript damaged = decoded("ndjson", bytes + "{\"a\":1,\"c\":5}\n{\"a\":1}\n");
    QCOMPARE(damaged.tables.size(), 1U);
    QCOMPARE(damaged.frames.size(), 22U);
    const Transcript proven = decoded("ndjson", bytes + "{\"a\":1,\"c\":5}\n{\"a\":1,\"c\":6}\n{\"a\":1,\"c\":7}\n");
    QCOMPARE(proven.tables.size(), 2U);
    QVERIFY(same(proven.frames.back(), {1, 7}));
}

/// A number as some device might print it, plain ones most often.
std::string printedNumber(PhiloxSequence& random)
{
    char text[64];
    const auto digits = static_cast<int>(random.uniform() * 19) + 1;
    std::string whole;
    for (int i = 0; i < digits; ++i)
        whole += static_cast<char>('0' + static_cast<int>(random.uniform() * 10));
    switch (static_cast<int>(random.uniform() * 8)) {
    case 0: std::snprintf(text, sizeof text, "%.9g", (random.uniform() - 0.5) * 1e3); return text;
    case 1: std::snprintf(text, sizeof text, "%.17g", (random.uniform() - 0.5) * 1e9); return text;
    case 2: return whole;
    case 3: return "-" + whole.substr(0, 4) + "." + whole;
    case 4: std::snprintf(text, sizeof text, "%.4f", random.uniform() * 1e5); return text;
    case 5: std::snprintf(text, sizeof text, "%d", static_cast<int>(random.uniform() * 70000)); return text;
    case 6: return random.uniform() < 0.5 ? "4294967295" : "-0";
    default: std::snprintf(text, sizeof text, "%.3e", random.uniform() * 1e-5); return text;
    }
}

void TestDecoders::plainNumbersAreThoseOfTheLibrary()
{
    constexpr int columns = 7;
    PhiloxSequence random(5, 11);
    const int rows = qEnvironmentVariableIsSet("BNOF_TEST_FULL") ? 200000 : 5000;
    for (const char* name : {"csv", "ndjson"}) {
        const bool json = name[0] == 'n';
        std::string text = json ? "{\"a\":1}\n" : "a,b,c,d,e,f,g\n";
        std::vector<std::vector<float>> expected;
        for (int row = 0; row < rows; ++row) {
            expected.emplace_back();
            text += json ? "{" : "";
            for (int column = 0; column < columns; ++column) {
                std::string number = printedNumber(random);
                const double value = std::strtod(number.c_str(), nullptr);
                expected.back().push_back(value == 4294967295.0 ? missing : toFloat(value));
                text += column > 0 ? "," : "";
                text += json ? std::string("\"") + char('a' + column) + "\":" + number : number;
            }
            text += json ? "}\n" : "\n";
        }
        Transcript out;
        const auto subject = decoder(name);
        for (std::size_t at = 0; at < text.size(); at += 997)
            subject->feed(std::string_view(text).substr(at, 997), out);
        QCOMPARE(out.skips, 0U);
        const std::size_t ahead = json ? 1 : 0;
        QCOMPARE(out.frames.size(), expected.size() + ahead);
        for (std::size_t row = 0; row < expected.size(); ++row)
            for (std::size_t column = 0; column < columns; ++column) {
                const float found = out.frames[row + ahead][column];
                const float wanted = expected[row][column];
                QVERIFY2(std::bit_cast<std::uint32_t>(found) == std::bit_cast<std::uint32_t>(wanted) ||
                             (std::isnan(found) && std::isnan(wanted)),
                         (std::to_string(row) + "/" + std::to_string(column)).c_str());
            }
    }
}

/// Lines that repeat their shape are compared instead of parsed. A line that is indented differently each time never
/// repeats it, so both ways can be held against each other.
void TestDecoders::knownShapesGiveTheSame()
{
    const char* const members[] = {"\"t_ms\":%,\"a\":%,\"b\":%",
                                   "\"a\":%,\"t\":%,\"b\":%",
                                   "\"a\":%",
                                   "\"a\":%,\"a\":%,\"b\":null",
                                   "\"g\":{\"x\":[%,%],\"ok\":true},\"id\":\"n 3\",\"a\":%",
                                   "\"time\":\"2024-01-01T00:00:%Z\",\"a\":%",
                                   "\"simulated\":true,\"a\":%,\"b\":\"nan\"",
                                   "\"a\":%.,\"b\":%",
                                   "\"bnof\":{\"device\":\"d%\"}",
                                   "\"a\":%x"};
    PhiloxSequence random(6, 3);
    std::string repeated;
    std::string indented;
    for (int block = 0; block < 400; ++block) {
        const std::string_view shape = members[static_cast<std::size_t>(random.uniform() * std::size(members))];
        for (int row = static_cast<int>(random.uniform() * 6); row >= 0; --row) {
            std::string line = "{";
            for (const char c : shape)
                line += c == '%' ? (random.uniform() < 0.1 ? std::string("null") : printedNumber(random))
                                 : std::string(1, c);
            line += "}\n";
            repeated += line;
            indented += std::string(static_cast<std::size_t>(1 + (block + row) % 2 + row % 3), ' ') + line;
        }
    }
    const Transcript fast = decoded("ndjson", repeated);
    Transcript slow = decoded("ndjson", indented);
    QVERIFY(fast.frames.size() > 500);
    QCOMPARE(fast.frames.size(), slow.frames.size());
    QCOMPARE(fast.skips, slow.skips);
    for (std::size_t i = 0; i < fast.frames.size(); ++i) {
        QVERIFY(same(fast.frames[i], slow.frames[i]));
        QVERIFY(fast.times[i] == slow.times[i] || (std::isnan(fast.times[i]) && std::isnan(slow.times[i])));
    }
    QCOMPARE(fast.tables, slow.tables);
}

void TestDecoders::everySplitGivesTheSame_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("csv") << QByteArray("csv")
                         << QByteArray(
                                "7,8\r\n#bnof {\"simulated\":true}\r\n# note\r\nt_ms,a,b\r\n1,2,3\r\n2,4294967295,"
                                "\r\nx\xFF\xFFy,1\r\n3,,1e2\r\n\r\nt_ms,a,b\r\n4,nan,-0\r\n5,6\r\nboot text\r\n"
                                "A:1,B:2\r\nA:1,B:2\r\nA:1,B:2\r\nA:3,B:4\r\n");
    QTest::newRow("ndjson") << QByteArray("ndjson")
                            << QByteArray(
                                   "\"x\":1}\r\n{\"a\":1,\"b\":{\"c\":2}}\r\n{\"a\":null}\r\ngarbage\r\n{\"a\":1\r\n"
                                   "{\"bnof\":{\"device\":\"d\"}}\r\n{\"n\":[1,2,3],\"a\":5}\r\n");
}

void TestDecoders::everySplitGivesTheSame()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, bytes);
    const std::string text = bytes.toStdString();
    const std::string whole = decoded(name.constData(), text).text;
    QVERIFY(whole.find("frame") != std::string::npos && whole.find("skipped") != std::string::npos);
    for (std::size_t split = 0; split <= text.size(); ++split) {
        const auto d = decoder(name.constData());
        Transcript out;
        d->feed(std::string_view(text).substr(0, split), out);
        d->feed(std::string_view(text).substr(split), out);
        QCOMPARE(QByteArray::fromStdString(out.text), QByteArray::fromStdString(whole));
    }
    const auto single = decoder(name.constData());
    Transcript bytewise;
    for (const char& c : text)
        single->feed({&c, 1}, bytewise);
    QCOMPARE(QByteArray::fromStdString(bytewise.text), QByteArray::fromStdString(whole));
    PhiloxSequence random(3, 0);
    for (int round = 0; round < 200; ++round) {
        const auto d = decoder(name.constData());
        Transcript out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t piece = std::min<std::size_t>(random.below(9), text.size() - at);
            d->feed(std::string_view(text).substr(at, piece), out);
            at += piece;
        }
        QCOMPARE(QByteArray::fromStdString(out.text), QByteArray::fromStdString(whole));
    }
}

void TestDecoders::longLinesNeedNoMemory_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("csv") << QByteArray("csv") << QByteArray("a,b\n1,2\n") << QByteArray("3,4\n");
    QTest::newRow("ndjson") << QByteArray("ndjson") << QByteArray("\n{\"a\":1,\"b\":2}\n")
                            << QByteArray("{\"a\":3,\"b\":4}\n");
}

void TestDecoders::longLinesNeedNoMemory()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    const auto d = decoder(name.constData());
    Transcript out;
    d->feed(std::string_view(before.constData(), static_cast<std::size_t>(before.size())), out);
    const std::string piece(4096, '7');
    rusage start{};
    getrusage(RUSAGE_SELF, &start);
    for (int i = 0; i < 256; ++i) // one megabyte
        d->feed(piece, out);
    d->feed(std::string_view("\n"), out);
    QCOMPARE(out.skips, 1U);
    QCOMPARE(out.skippedBytes, 256U * 4096);
    d->feed(std::string_view(after.constData(), static_cast<std::size_t>(after.size())), out);
    QCOMPARE(out.frames.size(), 2U);
    // A device that never ends its line: told piecewise, and the memory does not grow.
    for (int i = 0; i < 64 * 256; ++i)
        d->feed(piece, out);
    QCOMPARE(out.skips, 5U);
    rusage end{};
    getrusage(RUSAGE_SELF, &end);
    QVERIFY2(end.ru_maxrss - start.ru_maxrss < 4096, "64 MB without a line end must not be kept");
    d->feed(std::string_view("\n"), out);
    d->feed(std::string_view(after.constData(), static_cast<std::size_t>(after.size())), out);
    QCOMPARE(out.frames.size(), 3U);
}

void TestDecoders::noiseNeverBecomesAFrame_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("csv") << QByteArray("csv");
    QTest::newRow("ndjson") << QByteArray("ndjson");
}

void TestDecoders::noiseNeverBecomesAFrame()
{
    QFETCH(QByteArray, name);
    // A wrong baud rate: bytes of any value, line ends now and then.
    const auto d = decoder(name.constData());
    Transcript out;
    d->feed(std::string_view(name == "csv" ? "a,b,c,d\n1,2,3,4\n" : "{\"a\":1}\n"), out);
    PhiloxSequence random(11, 0);
    std::string noise(200000, '\0');
    for (char& c : noise)
        c = static_cast<char>(random.below(256));
    d->feed(noise, out);
    QCOMPARE(out.frames.size(), 1U);
    QVERIFY(out.skips > 100);
    QCOMPARE(out.tables.size(), 1U);
}

void TestDecoders::detection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const QByteArray& bytes, const char* expected, const char* reason) {
        QTest::newRow(name) << bytes << QByteArray(expected) << QByteArray(reason);
    };
    row("csv", "1,2\n1,2\n3,4\n5,6\n", "csv", "3 of 3 lines");
    row("csv with header", "a,b\n3,4\n5,6\n", "csv", "with 2 channels");
    row("pairs", "a:1\na:2\na:3\na:4\n", "csv", "1 channel");
    row("ndjson", "{\"a\":1}\n{\"a\":1}\n{\"a\":1}\n", "ndjson", "JSON objects");
    row("nothing", "", "", "has sent nothing");
    row("binary", QByteArray(64, '\xFF') + "\x01\x02\x86", "", "baud rate is probably wrong");
    row("no line end", "123 123 123", "", "no end of a line");
    row("words", "hello there\nhow are you\n", "", "neither numbers nor JSON");
}

void TestDecoders::detection()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    QFETCH(QByteArray, reason);
    const Detection found = detectDecoder(bytes.toStdString());
    QCOMPARE(QByteArray::fromStdString(found.decoder), expected);
    QVERIFY2(QByteArray::fromStdString(found.reason).contains(reason), found.reason.c_str());
    QCOMPARE(found.certainty > 0.5, !expected.isEmpty());
}

void TestDecoders::realFilesAreUnderstood()
{
    const std::string root = BNOF_TEST_SHARED_DATA;

    std::ifstream file(root + "/multimodal_mq7/Gas_Sensors_Measurements.csv");
    if (!file)
        QSKIP("the shared recordings are not on this machine");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const Detection found = detectDecoder(std::string_view(text).substr(0, 8192));
    QCOMPARE(found.decoder, std::string("csv"));
    const Transcript out = decoded("csv", text);
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    QVERIFY2(out.frames.size() + 2 >= lines, std::to_string(out.frames.size()).c_str());
    QCOMPARE(out.skips, 0U);
}

void TestDecoders::registryTakesMore()
{
    QVERIFY(!makeDecoder("thermometer").ok());
    QVERIFY(makeDecoder("thermometer").error().remedy.find("csv, ndjson") != std::string::npos);
    registerDecoder({"also-csv", "for this test", [] { return std::move(makeDecoder("csv")).value(); }});
    QVERIFY(makeDecoder("also-csv").ok());
    const auto names = decoderNames();
    QVERIFY(std::ranges::find(names, "also-csv") != names.end());
}

QTEST_GUILESS_MAIN(TestDecoders)
#include "tst_decoders.moc"
