// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders described in files: every framing, checksum and kind of field, the validator's words, the preview.
#include <QDir>
#include <QTemporaryDir>

#include <algorithm>
#include <limits>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/philox.h"
#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/checksums.h"
#include "engine/sensing/decoders/declarative_decoder.h"
#include "tests/sensing/decoder_transcript.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using bnof::test::Transcript;

namespace {

const std::string folder = BNOF_TEST_SOURCE_DIR "/resources/decoders/";

std::string described(const std::string& framing, const std::string& fields, const std::string& rest = {})
{
    return "{\"bnof_decoder\":1,\"name\":\"test\",\"framing\":" + framing + ",\"fields\":[" + fields + "]" + rest + "}";
}

std::string fileText(const std::string& path)
{
    auto text = readFile(path);
    if (!text.ok())
        qFatal("%s", text.error().message().c_str());
    return *text;
}

Transcript decoded(const std::string& file, std::string_view bytes)
{
    auto made = makeDecoder("file:" + folder + file);
    if (!made.ok())
        qFatal("%s", made.error().message().c_str());
    Transcript out;
    (*made)->feed(bytes, out);
    return out;
}

std::string withSum16(const char* hex)
{
    std::string bytes = bytesOfHex(hex);
    unsigned sum = 0;
    for (const char c : bytes)
        sum += static_cast<std::uint8_t>(c);
    bytes += static_cast<char>(sum >> 8);
    return bytes + static_cast<char>(sum);
}

const char* const pmsHead = "42 4D 00 1C 00 05 00 07 00 09 00 0A 00 14 01 1E 00 00 00 00 00 00 00 00 00 00 00 00 97 00";

} // namespace

class TestDeclarativeDecoders : public test::Suite {
    Q_OBJECT

private slots:
    void shippedDevices();
    void examplesOfEveryKind_data();
    void examplesOfEveryKind();
    void numbersOfEveryType_data();
    void numbersOfEveryType();
    void checksumsAreThePublishedOnes();
    void mistakesAreExplained_data();
    void mistakesAreExplained();
    void schemaKnowsTheSameMembers();
    void portionsDoNotMatter();
    void foldersAreRead();
    void previewShowsWhatComes();
    void costlyPatternsEnd();
};

void TestDeclarativeDecoders::shippedDevices()
{
    const std::string pms = withSum16(pmsHead);
    const Transcript particles = decoded("pms5003.json", pms.substr(7) + pms + pms);
    QCOMPARE(particles.frames.size(), 2U);
    QCOMPARE(particles.frames[0], (std::vector<float>{10, 20, 286}));
    const std::string sds = bytesOfHex("AA C0 D4 04 3A 0A A1 60 1D AB"); // the data sheet's example
    QCOMPARE(decoded("sds011.json", sds).frames.at(0), (std::vector<float>{123.6F, 261.8F}));
    const std::string cubic = bytesOfHex("16 05 01 02 58 00 00 8A");
    QCOMPARE(decoded("cm1106.json", cubic).frames.at(0), std::vector<float>{600});
    const auto asks = decoderFromFile(folder + "cm1106.json");
    BNOF_VERIFY_OK(asks);
    QVERIFY(asks->asks && asks->baud == 9600);
    // They are found by what they send.
    QCOMPARE(detectDecoder(pms + pms + pms).decoder, std::string("pms5003"));
    QCOMPARE(detectDecoder(sds + sds + sds).decoder, std::string("sds011"));
}

void TestDeclarativeDecoders::examplesOfEveryKind_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<float>>("values");
    QTest::addColumn<double>("seconds");
    QTest::addColumn<int>("skips");
    const double none = std::numeric_limits<double>::quiet_NaN();
    const auto row = [](const char* file, const std::string& bytes, QList<float> values, double seconds, int skips) {
        QTest::newRow(file) << QByteArray(file) << QByteArray::fromStdString(bytes) << values << seconds << skips;
    };
    row("columns", "5;1\n# note\n1201;415,3;23,1\r\n1;2\n", {415.3F, 23.1F}, 1.201, 1);
    row("labels", "$GAS,CO:12.5,H2S:3*5B\n$GAS,CO:12.6,H2S:3*5B\n", {12.5F, 3}, none, 1);
    row("pattern", "CO2=  415 ppm  T=-3.5 C\nboot\n", {415, -3.5F}, none, 1);
    const std::string delimited = "G0123425";
    const std::uint32_t crc = checksumOf(DecoderDescription::Checksum::Crc16Ccitt,
                                         Bytes(reinterpret_cast<const std::uint8_t*>(delimited.data()), 8));
    const std::string summed = delimited + static_cast<char>(crc >> 8) + static_cast<char>(crc) + "\r\n";
    row("delimited", summed + "G01" + summed + summed, {12.34F, 3}, none, 1);
    std::string frame = bytesOfHex("00 03 00 28");
    frame += bytesOfHex("40 48 F5 C3 41 20 00 00") + std::string(32, '\x7E');
    std::uint8_t sum = 0;
    for (const char c : frame)
        sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(c));
    frame += static_cast<char>(0xFF - sum);
    std::string stuffed = "\x7E";
    for (const char c : frame)
        stuffed += c == '\x7E' ? std::string("\x7D\x5E") : c == '\x7D' ? std::string("\x7D\x5D") : std::string(1, c);
    row("stuffed", stuffed + "\x7E" + bytesOfHex("7E 00 00 43 00 BC 7E"), {3.14F, 10}, none, 0);
}

void TestDeclarativeDecoders::examplesOfEveryKind()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, bytes);
    QFETCH(QList<float>, values);
    QFETCH(double, seconds);
    QFETCH(int, skips);
    const Transcript out = decoded("examples/" + file.toStdString() + ".json", bytes.toStdString());
    QVERIFY2(!out.frames.empty(), out.text.c_str());
    QCOMPARE(QList<float>(out.frames[0].begin(), out.frames[0].end()), values);
    QVERIFY(std::isnan(seconds) ? std::isnan(out.times[0]) : out.times[0] == seconds);
    QVERIFY2(out.skips == static_cast<std::size_t>(skips), out.text.c_str());
}

void TestDeclarativeDecoders::numbersOfEveryType_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<double>("value");
    const auto row = [](const char* type, const char* hex, double value) {
        QTest::newRow(type) << QByteArray(type) << QByteArray(hex) << value;
    };
    row("u8", "FE", 254);
    row("i8", "FE", -2);
    row("u16be", "01 02", 258);
    row("u16le", "01 02", 513);
    row("i16be", "FF FE", -2);
    row("i16le", "FE FF", -2);
    row("u24be", "01 00 02", 65538);
    row("u24le", "02 00 01", 65538);
    row("i24be", "FF FF FE", -2);
    row("i24le", "FE FF FF", -2);
    row("u32be", "80 00 00 00", 2147483648.0);
    row("u32le", "00 00 00 80", 2147483648.0);
    row("i32be", "FF FF FF FE", -2);
    row("i32le", "FE FF FF FF", -2);
    row("f32be", "3F C0 00 00", 1.5);
    row("f32le", "00 00 C0 3F", 1.5);
    row("f64be", "3F F8 00 00 00 00 00 00", 1.5);
    row("f64le", "00 00 00 00 00 00 F8 3F", 1.5);
}

void TestDeclarativeDecoders::numbersOfEveryType()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, hex);
    QFETCH(double, value);
    const std::string message = "\xAA" + bytesOfHex(hex.toStdString());
    const auto preview = previewDecoder(
        described("{\"kind\":\"fixed\",\"start\":\"AA\",\"length\":" + std::to_string(message.size()) + "}",
                  "{\"name\":\"x\",\"at\":1,\"type\":\"" + type.toStdString() + "\"}"),
        message);
    QVERIFY2(!preview.error, preview.error ? preview.error->message().c_str() : "");
    QCOMPARE(preview.rows.at(0).values, std::vector<float>{static_cast<float>(value)});
}

void TestDeclarativeDecoders::checksumsAreThePublishedOnes()
{
    using Checksum = DecoderDescription::Checksum;
    const std::string digits = "123456789"; // the check value of every catalogue of CRCs
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(digits.data()), digits.size());
    QCOMPARE(checksumOf(Checksum::Crc16Modbus, bytes), 0x4B37U);
    QCOMPARE(checksumOf(Checksum::Crc16Ccitt, bytes), 0x29B1U);
    QCOMPARE(checksumOf(Checksum::Crc32, bytes), 0xCBF43926U);
    QCOMPARE(checksumOf(Checksum::Crc8, bytes), 0xF7U);
    QCOMPARE(checksumOf(Checksum::Sum16, bytes), 0x01DDU);
    QCOMPARE(checksumOf(Checksum::Sum8, bytes), 0xDDU);
    QCOMPARE(checksumOf(Checksum::Sum8Negated, bytes), 0x23U);
    QCOMPARE(checksumOf(Checksum::Sum8Inverted, bytes), 0x22U);
    QCOMPARE(checksumOf(Checksum::Xor8, bytes), 0x31U);
}

void TestDeclarativeDecoders::mistakesAreExplained_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("where");
    QTest::addColumn<QByteArray>("told");
    const auto row = [](const char* name, const std::string& json, const char* where, const char* told) {
        QTest::newRow(name) << QByteArray::fromStdString(json) << QByteArray(where) << QByteArray(told);
    };
    const std::string fixed = "{\"kind\":\"fixed\",\"start\":\"AA\",\"length\":4}";
    const std::string x = "{\"name\":\"x\",\"at\":1,\"type\":\"u8\"}";
    row("no JSON", "{", "my.json", "");
    row("no fields", described(fixed, ""), "fields", "Describe each value");
    row("unknown member", described(fixed, x, ",\"bauds\":9600"), "decoder.bauds", "baud");
    row("unknown framing", described("{\"kind\":\"frame\"}", x), "framing.kind", "lines, delimited, fixed");
    row("unknown type", described(fixed, "{\"name\":\"x\",\"at\":1,\"type\":\"u17\"}"), "fields[0].type", "u16be");
    row("bad hexadecimal", described("{\"kind\":\"fixed\",\"start\":\"0xAA\",\"length\":4}", x), "framing.start",
        "FF 01");
    row("value beyond the message", described(fixed, "{\"name\":\"x\",\"at\":3,\"type\":\"u16be\"}"), "fields.x",
        "4 bytes");
    row("column in bytes", described(fixed, "{\"name\":\"x\",\"column\":1}"), "fields[0]", "needs at");
    row("bad pattern", described("{\"kind\":\"lines\",\"pattern\":\"(a\"}", "{\"name\":\"x\",\"group\":1}"),
        "framing.pattern", "character");
    row("missing group", described("{\"kind\":\"lines\",\"pattern\":\"(a)\"}", "{\"name\":\"x\",\"group\":2}"),
        "fields.x", "only 1 groups");
    row("unknown checksum", described(fixed, x, ",\"checksum\":{\"kind\":\"crc5\"}"), "checksum.kind", "crc16-modbus");
    row("only a time", described(fixed, "{\"name\":\"t\",\"at\":1,\"type\":\"u8\",\"time\":true}"), "fields",
        "no field is a channel");
    row("step without bytes", described(fixed, x, ",\"ask\":{\"cycle\":[{}]}"), "ask.cycle[0]", "READ?");
    row("bad name", "{\"bnof_decoder\":1,\"name\":\"My Sensor\",\"framing\":" + fixed + ",\"fields\":[" + x + "]}",
        "decoder.name", "lower-case");
    row("future version", "{\"bnof_decoder\":2,\"name\":\"a\",\"framing\":" + fixed + ",\"fields\":[" + x + "]}",
        "decoder.bnof_decoder", "Update");
}

void TestDeclarativeDecoders::mistakesAreExplained()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, where);
    QFETCH(QByteArray, told);
    const auto parsed = parseDecoderDescription(json.toStdString(), "my.json");
    QVERIFY(!parsed.ok());
    const QByteArray place = QByteArray::fromStdString(parsed.error().where);
    QVERIFY2(place.contains(where) && place.contains("my.json"), place.constData());
    QVERIFY2(QByteArray::fromStdString(parsed.error().message()).contains(told), parsed.error().message().c_str());
}

void TestDeclarativeDecoders::schemaKnowsTheSameMembers()
{
    // Every member of every shipped description is in the schema, and what the schema lists is accepted.
    const auto schema = Json::parse(fileText(folder + "decoder.schema.json"));
    BNOF_VERIFY_OK(schema);
    const Json& top = (*schema)["properties"];
    const Json& field = top["fields"]["items"]["properties"];
    int checked = 0;
    for (const char* place : {"", "examples/"})
        for (const QString& name : QDir(QString::fromStdString(folder + place)).entryList({QStringLiteral("*.json")})) {
            if (name.contains(QLatin1String("schema")))
                continue;
            const auto json = Json::parse(fileText(folder + place + name.toStdString()));
            BNOF_VERIFY_OK(json);
            for (const auto& [key, value] : json->members())
                QVERIFY2(top.contains(key), key.c_str());
            for (const Json& item : (*json)["fields"].items())
                for (const auto& [key, value] : item.members())
                    QVERIFY2(field.contains(key), key.c_str());
            ++checked;
        }
    QVERIFY(checked >= 8);
    for (const Json& type : field["type"]["enum"].items()) {
        const std::string length = type.toString() == "ascii" ? ",\"length\":3" : "";
        BNOF_VERIFY_OK(parseDecoderDescription(
            described("{\"kind\":\"fixed\",\"start\":\"AA\",\"length\":20}",
                      "{\"name\":\"x\",\"at\":1,\"type\":\"" + type.toString() + "\"" + length + "}"),
            "test"));
    }
    for (const Json& kind : top["checksum"]["properties"]["kind"]["enum"].items())
        if (kind.toString() != "nmea")
            BNOF_VERIFY_OK(parseDecoderDescription(described("{\"kind\":\"fixed\",\"start\":\"AA\",\"length\":20}",
                                                             "{\"name\":\"x\",\"at\":1,\"type\":\"u8\"}",
                                                             ",\"checksum\":{\"kind\":\"" + kind.toString() + "\"}"),
                                                   "test"));
}

void TestDeclarativeDecoders::portionsDoNotMatter()
{
    const std::string pms = withSum16(pmsHead);
    std::string damaged = pms;
    damaged[12] ^= 1;
    const std::string bytes = pms + damaged + pms + "\x42\x42\x4D\x01" + pms + "BBBM" + pms;
    const std::string whole = decoded("pms5003.json", bytes).text;
    PhiloxSequence random(4, 0);
    for (int round = 0; round < 100; ++round) {
        auto made = makeDecoder("file:" + folder + "pms5003.json");
        BNOF_VERIFY_OK(made);
        Transcript out;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t piece = 1 + random.below(round == 0 ? 1 : 40);
            (*made)->feed(std::string_view(bytes).substr(at, piece), out);
            at += piece;
        }
        QCOMPARE(out.text, whole);
        QCOMPARE((*made)->checksumErrors(), 1U);
    }
}

void TestDeclarativeDecoders::foldersAreRead()
{
    QTemporaryDir place;
    qputenv("BNOF_CONFIG", place.filePath(QStringLiteral("bnof.toml")).toUtf8());
    QVERIFY(QDir(place.path()).mkpath(QStringLiteral("decoders")));
    const std::string mine = place.path().toStdString() + "/decoders/";
    const std::string fixed = "{\"kind\":\"fixed\",\"start\":\"AA\",\"length\":4}";
    const std::string good = described(fixed, "{\"name\":\"x\",\"at\":1,\"type\":\"u8\"}");
    BNOF_VERIFY_OK(writeFileAtomically(mine + "a.json", good));
    BNOF_VERIFY_OK(writeFileAtomically(mine + "b.json", "{\"bnof_decoder\":1}"));
    std::string taken = good;
    taken.replace(taken.find("\"test\""), 6, "\"csv\"");
    BNOF_VERIFY_OK(writeFileAtomically(mine + "c.json", taken));
    const auto problems = loadDecoderFolders();
    QCOMPARE(problems.size(), 2U);
    QVERIFY(problems[0].where.find("b.json") != std::string::npos);
    QVERIFY(problems[1].what.find("built-in") != std::string::npos);
    QVERIFY(makeDecoder("test").ok());
    QVERIFY(makeDecoder("pms5003").ok()); // that ships with the program
    QVERIFY(!makeDecoder("test", {{"mode", "qa"}}).ok());
    QVERIFY(!makeDecoder("file:" + mine + "none.json").ok());
    qunsetenv("BNOF_CONFIG");
}

void TestDeclarativeDecoders::previewShowsWhatComes()
{
    const std::string description = fileText(folder + "pms5003.json");
    const std::string pms = withSum16(pmsHead);
    std::string damaged = pms;
    damaged[12] ^= 1;
    const DecoderPreview preview = previewDecoder(description, pms + damaged + pms + pms.substr(0, 5));
    QVERIFY(!preview.error);
    QCOMPARE(preview.channels.size(), 3U);
    QCOMPARE(preview.rows.size(), 2U);
    QCOMPARE(preview.rows[0].begin, 0U);
    QCOMPARE(preview.rows[0].end, 32U);
    QCOMPARE(preview.problems.size(), 1U);
    QCOMPARE(preview.problems[0].begin, 32U);
    QCOMPARE(preview.problems[0].end, 64U);
    QVERIFY(preview.problems[0].what.find("checksum") != std::string::npos);
    QCOMPARE(preview.rows[1].begin, 64U);
    QCOMPARE(preview.rows[1].end, 96U);
    QCOMPARE(preview.undecided, 5U);
    QCOMPARE(preview.checksumErrors, 1U);
    const DecoderPreview wrong = previewDecoder("{}", pms);
    QVERIFY(wrong.error && wrong.rows.empty());
}

void TestDeclarativeDecoders::costlyPatternsEnd()
{
    const auto preview = previewDecoder(
        described("{\"kind\":\"lines\",\"pattern\":\"^(?:(\\\\d+)*)*x$\"}", "{\"name\":\"x\",\"group\":1}"),
        std::string("1x\n") + std::string(4000, '1') + "\n");
    QVERIFY2(!preview.error, preview.error ? preview.error->message().c_str() : "");
    QCOMPARE(preview.problems.size(), 1U);
}

QTEST_GUILESS_MAIN(TestDeclarativeDecoders)
#include "tst_declarative_decoders.moc"
