// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>

#include "engine/base/configuration.h"
#include "engine/base/files.h"
#include "tests/support/suite.h"

using namespace bnof;

class TestConfiguration : public test::Suite {
    Q_OBJECT

private slots:
    void defaultsFileAndCommandLineAreLayers();
    void everySettingHasAValidDefault();
    void everyProblemIsNamedWithItsLine();
    void saveAndLoadKeepEveryValue();
    void brokenFilesAreErrors_data();
    void brokenFilesAreErrors();

private:
    [[nodiscard]] std::string write(const char* text) const
    {
        const std::string path = m_folder.filePath("bnof.toml").toStdString();
        (void)writeFileAtomically(path, text);
        return path;
    }
    QTemporaryDir m_folder;
};

void TestConfiguration::defaultsFileAndCommandLineAreLayers()
{
    QCOMPARE(Configuration().number("recording.flush"), 1000.0);
    auto configuration = Configuration::load(write("[recording]\nflush = 50\ncodec = \"none\"\n"));
    BNOF_VERIFY_OK(configuration);
    QCOMPARE(configuration->number("recording.flush"), 50.0);
    BNOF_VERIFY_OK(configuration->set("recording.flush", "75"));
    QCOMPARE(configuration->number("recording.flush"), 75.0);
    QCOMPARE(configuration->text("recording.codec"), std::string("none"));
    QVERIFY(configuration->isDefault("general.language"));
    BNOF_VERIFY_OK(configuration->set("recording.codec", "lz4"));
    QVERIFY(configuration->isDefault("recording.codec"));
    const auto missing = Configuration::load(m_folder.filePath("absent.toml").toStdString());
    BNOF_VERIFY_OK(missing);
    QCOMPARE(*missing, Configuration());
}

void TestConfiguration::everySettingHasAValidDefault()
{
    for (const Setting& setting : settings()) {
        Configuration configuration;
        const auto result = configuration.set(setting.key, setting.defaultValue);
        QVERIFY2(result.ok(), std::string(setting.key).c_str());
        QVERIFY2(!setting.summary.empty(), std::string(setting.key).c_str());
    }
}

void TestConfiguration::everyProblemIsNamedWithItsLine()
{
    const auto problems = Configuration::check(write("[recording]\n"
                                                     "flush = 90000\n"
                                                     "folder = 7\n"
                                                     "[appearence]\n"
                                                     "theme = \"dark\"\n"
                                                     "[general]\n"
                                                     "language = \"fr\"\n"));
    QCOMPARE(problems.size(), std::size_t{4});
    const char* lines[] = {":2 ", ":3 ", ":5 ", ":7 "};
    for (std::size_t i = 0; i < 4; ++i)
        QVERIFY2(problems[i].where.find(lines[i]) != std::string::npos, problems[i].where.c_str());
    QVERIFY(problems[2].remedy.find("appearance.theme") != std::string::npos);
    QVERIFY(problems[3].remedy.find("system|en|de") != std::string::npos);
    QVERIFY(Configuration::check(write("[general]\noperator = \"Ada\"\n")).empty());
}

void TestConfiguration::saveAndLoadKeepEveryValue()
{
    Configuration configuration;
    BNOF_VERIFY_OK(configuration.set("general.operator", "Ada \"the\" \\ Analyst \u00fc\n"));
    BNOF_VERIFY_OK(configuration.set("display.trace_window", "12.5"));
    BNOF_VERIFY_OK(configuration.set("marks.3", ""));
    const std::string path = m_folder.filePath("deep/er/bnof.toml").toStdString();
    BNOF_VERIFY_OK(configuration.save(path));
    QVERIFY(Configuration::check(path).empty());
    const auto again = Configuration::load(path);
    BNOF_VERIFY_OK(again);
    QCOMPARE(again->text("general.operator"), configuration.text("general.operator"));
    QCOMPARE(again->number("display.trace_window"), 12.5);
    QCOMPARE(again->text("marks.3"), std::string());
}

void TestConfiguration::brokenFilesAreErrors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("syntax") << QByteArray("[recording\nflush = 1\n");
    QTest::newRow("value") << QByteArray("[recording]\nflush = \"fast\"\n");
    QTest::newRow("unknown") << QByteArray("[recording]\nflsh = 100\n");
    QTest::newRow("not a section") << QByteArray("recording = 1\n");
    QTest::newRow("binary") << QByteArray("\x00\xff\xfe", 3);
}

void TestConfiguration::brokenFilesAreErrors()
{
    QFETCH(QByteArray, text);
    const std::string path = m_folder.filePath("broken.toml").toStdString();
    BNOF_VERIFY_OK(writeFileAtomically(path, {text.constData(), static_cast<std::size_t>(text.size())}));
    const auto loaded = Configuration::load(path);
    QVERIFY(!loaded.ok());
    QVERIFY(loaded.error().where.find("broken.toml:") != std::string::npos);
    QVERIFY(!Configuration::check(path).empty());
}

QTEST_APPLESS_MAIN(TestConfiguration)
#include "tst_configuration.moc"
