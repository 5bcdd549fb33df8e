// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder plugins: the template is loaded and decodes; what does not fit is named and left out.
#include <QFile>
#include <QTemporaryDir>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/plugin_loader.h"
#include "tests/sensing/decoder_transcript.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using bnof::test::Transcript;

class TestDecoderPlugins : public test::Suite {
    Q_OBJECT

private slots:
    void templateIsLoadedAndTheRestIsNamed();
    void exceptionsEndAtTheBorder();
};

void TestDecoderPlugins::templateIsLoadedAndTheRestIsNamed()
{
    QTemporaryDir place;
    QVERIFY(QFile::copy(QStringLiteral(BNOF_TEST_PLUGIN), place.filePath(QStringLiteral("libmeter_decoder.so"))));
    QVERIFY(QFile::copy(QStringLiteral(BNOF_TEST_OLD_PLUGIN), place.filePath(QStringLiteral("libold.so"))));
    QFile broken(place.filePath(QStringLiteral("libbroken.so")));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("\x7F"
                                                              "ELF but not really") > 0);
    broken.close();
    QFile note(place.filePath(QStringLiteral("README.md")));
    QVERIFY(note.open(QIODevice::WriteOnly));
    note.close();

    const LoadedPlugins loaded = loadDecoderPlugins({place.path().toStdString(), "/nonexistent"});
    QCOMPARE(loaded.decoders, std::vector<std::string>{"meter"});
    QCOMPARE(loaded.problems.size(), 2U);
    QVERIFY(loaded.problems[0].where.find("libbroken.so") != std::string::npos);
    QVERIFY(loaded.problems[1].where.find("libold.so") != std::string::npos);
    QVERIFY2(loaded.problems[1].what.find("version 0") != std::string::npos, loaded.problems[1].what.c_str());

    const auto decoder = makeDecoder("meter");
    BNOF_VERIFY_OK(decoder);
    Transcript out;
    (*decoder)->feed(std::string_view("a=1.5\nb=2"), out);
    (*decoder)->feed(std::string_view("3\nnoise\n"), out);
    QCOMPARE(out.text, std::string("channels a[V] b[°C]\nframe 1.5 23 @nan\n"
                                   "skipped 6 the line is not a=NUMBER or b=NUMBER: noise\n"));
    QCOMPARE(detectDecoder("a=1\nb=2\na=1\nb=2\na=3\nb=4\n").decoder, std::string("meter"));
}

void TestDecoderPlugins::exceptionsEndAtTheBorder()
{
    const auto decoder = makeDecoder("meter");
    BNOF_VERIFY_OK(decoder);
    Transcript out;
    (*decoder)->feed(std::string_view("panic\n"), out);
    QVERIFY2(out.text.find("the plugin failed: the meter panicked") != std::string::npos, out.text.c_str());
    QCOMPARE(out.skippedBytes, 6U);
    (*decoder)->feed(std::string_view("a=1\nb=2\n"), out);
    QCOMPARE(out.frames.size(), 1U);
}

QTEST_GUILESS_MAIN(TestDecoderPlugins)
#include "tst_decoder_plugins.moc"
