// SPDX-License-Identifier: GPL-3.0-or-later
// The list of recordings against real files and a real database, by one and by two processes.
#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <filesystem>
#include <sqlite3.h>

#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/sha256.h"
#include "engine/recording/catalogue.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestCatalogue : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void addReadsTheRecording();
    void scanFindsListsAndMarks();
    void movedFilesKeepTheirLine();
    void copiesDoNotTakeOver();
    void manyCopiesOfOneRecording();
    void fitnessIsSaidWithoutAChange();
    void aTakenPathIsNoMove();
    void searchLooksAtEveryText_data();
    void searchLooksAtEveryText();
    void conditionsNarrowTogether();
    void healthIsKnown();
    void verificationIsKeptWhileTheFileStaysTheSame();
    void everythingUnverifiedIsCheckedAndCanBeCancelled();
    void reindexReadsEverythingAndKeepsHistory();
    void forgottenLinesComeBackAsTheyWere();
    void segmentsAreOneRecording();
    void unfinishedRecordingsAreListed();
    void filterIsCaseInsensitiveAndLiteral();
    void twoProcessesAtOnce();
    void damagedDatabaseIsNamedAndRebuilt();
    void newerDatabaseIsRefused();
    void otherVersionsArePutAsideAndRebuilt();
    void processesThatMeetADamagedDatabase();
    void aDamagedIndexIsBuiltAnew();
    void databaseUsesTheSafeSettings();

private:
    std::string path(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    std::string recordingAt(const QString& name, const std::string& title, int minute = 0) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestCatalogue::init()
{
    Suite::init();
    log::setConsoleLevel(log::Level::Error);
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("recordings/deep")));
}

std::string TestCatalogue::recordingAt(const QString& name, const std::string& title, int minute) const
{
    RecordingMetadata metadata = test::sampleMetadata();
    metadata.title = title;
    metadata.wallAtZero += minute * 60 * nanosecondsPerSecond;
    const std::string file = path(QStringLiteral("recordings/") + name);
    const auto recorded =
        test::recordAll(file, test::sampleItems(static_cast<std::uint64_t>(minute) + 1, 60), metadata);
    return recorded.ok() ? file : std::string();
}

void TestCatalogue::addReadsTheRecording()
{
    const std::string file = recordingAt(QStringLiteral("a.bnr"), "First");
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    const auto entry = (*catalogue)->add(file);
    BNOF_VERIFY_OK(entry);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE(entry->uuid, (*reader)->metadata().uuid);
    QCOMPARE(entry->title, std::string("First"));
    QCOMPARE(entry->frames, std::uint64_t{60});
    QCOMPARE(entry->channels, std::uint64_t{16});
    QCOMPARE(entry->bytes, (*reader)->fileSize());
    QCOMPARE(entry->startedUtc, (*reader)->metadata().wallAtZero + 5 * nanosecondsPerSecond);
    QVERIFY(entry->duration > 580 * nanosecondsPerMillisecond && entry->duration < 600 * nanosecondsPerMillisecond);
    QVERIFY(entry->simulated);
    QVERIFY(entry->complete);
    QVERIFY(!entry->missing);
    QVERIFY(entry->marks.find("mark, \"5\"") != std::string::npos);
    // Most frequent first, without the background ("air").
    QCOMPARE(entry->gases.find("air"), std::string::npos);
    const auto& counts = (*reader)->summary().decisionsPerGas;
    const auto best = std::max_element(counts.begin() + 1, counts.end()) - counts.begin();
    QCOMPARE(entry->gases.find((*reader)->metadata().gases[static_cast<std::size_t>(best)]), std::size_t{0});
    const auto listed = (*catalogue)->list();
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{1});
    QCOMPARE(listed->front().gases, entry->gases);
    QCOMPARE(listed->front().duration, entry->duration);
    QCOMPARE(listed->front().modelName, std::string("default"));
    BNOF_VERIFY_OK((*catalogue)->add(file));
    QCOMPARE((*catalogue)->list()->size(), std::size_t{1});
    BNOF_VERIFY_OK((*catalogue)->remove(entry->uuid));
    QCOMPARE((*catalogue)->list()->size(), std::size_t{0});
    QVERIFY(!(*catalogue)->add(path(QStringLiteral("none.bnr"))).ok());
}

void TestCatalogue::scanFindsListsAndMarks()
{
    recordingAt(QStringLiteral("old.bnr"), "Old", 0);
    recordingAt(QStringLiteral("deep/new.bnr"), "New", 9);
    const std::string gone = recordingAt(QStringLiteral("gone.bnr"), "Gone", 5);
    BNOF_VERIFY_OK(writeFileAtomically(path(QStringLiteral("recordings/bad.bnr")), "no recording"));
    BNOF_VERIFY_OK(writeFileAtomically(path(QStringLiteral("recordings/notes.txt")), "text"));
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    const auto added = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(added);
    QCOMPARE(added->recordings, std::size_t{3});
    QCOMPARE(added->read, std::size_t{3});
    QCOMPARE(added->unreadable.size(), std::size_t{1});
    QVERIFY2(added->unreadable.front().find("bad.bnr") != std::string::npos, added->unreadable.front().c_str());
    QVERIFY(QFile::remove(QString::fromStdString(gone)));
    const auto again = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(again);
    QCOMPARE(again->recordings, std::size_t{2});
    QCOMPARE(again->read, std::size_t{0}); // nothing changed: nothing is opened
    const auto listed = (*catalogue)->list();
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{3});
    QCOMPARE(listed->at(0).title, std::string("New"));
    QCOMPARE(listed->at(1).title, std::string("Gone"));
    QVERIFY(listed->at(1).missing);
    QVERIFY(!listed->at(0).missing && !listed->at(2).missing);
    QVERIFY(!(*catalogue)->scan(path(QStringLiteral("nowhere"))).ok());
}

void TestCatalogue::movedFilesKeepTheirLine()
{
    const std::string file = recordingAt(QStringLiteral("here.bnr"), "Wanderer");
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    const std::string there = path(QStringLiteral("recordings/deep/there.bnr"));
    QVERIFY(QFile::rename(QString::fromStdString(file), QString::fromStdString(there)));
    QVERIFY((*catalogue)->list()->front().missing);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto listed = (*catalogue)->list();
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{1});
    QCOMPARE(listed->front().path, there);
    QVERIFY(!listed->front().missing);
}

void TestCatalogue::copiesDoNotTakeOver()
{
    const std::string file = recordingAt(QStringLiteral("original.bnr"), "Original");
    const std::string copy = path(QStringLiteral("recordings/copy.bnr"));
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    QVERIFY(QFile::copy(QString::fromStdString(file), QString::fromStdString(copy)));
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    auto listed = (*catalogue)->list();
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{2});
    QCOMPARE(listed->at(0).path, file);
    QVERIFY(!listed->at(0).copy);
    QCOMPARE(listed->at(1).path, copy);
    QVERIFY(listed->at(1).copy);
    QCOMPARE(listed->at(1).uuid, listed->at(0).uuid);
    // The original is renamed while the copy stays: it is still the original.
    const std::string renamed = path(QStringLiteral("recordings/renamed.bnr"));
    QVERIFY(QFile::rename(QString::fromStdString(file), QString::fromStdString(renamed)));
    const auto scanned = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(scanned);
    QCOMPARE(scanned->moved, std::size_t{1});
    listed = (*catalogue)->list();
    QCOMPARE(listed->size(), std::size_t{2});
    QCOMPARE(listed->at(0).path, renamed);
    QVERIFY(!listed->at(0).copy && listed->at(1).copy);
    QCOMPARE(listed->at(0).earlierPaths, std::vector<std::string>{file});
    // A catalogue made from the files alone takes the older file for the original.
    {
        QFile younger(QString::fromStdString(copy));
        QVERIFY(younger.open(QIODevice::ReadWrite));
        QVERIFY(younger.setFileTime(QDateTime::currentDateTime().addSecs(60), QFileDevice::FileModificationTime));
    }
    auto another = Catalogue::open(path(QStringLiteral("another.sqlite")));
    BNOF_VERIFY_OK(another);
    BNOF_VERIFY_OK((*another)->scan(path(QStringLiteral("recordings"))));
    QCOMPARE((*another)->list()->at(0).path, renamed);
    QVERIFY(!(*another)->list()->at(0).copy && (*another)->list()->at(1).copy);
    // When the original is forgotten, the copy is what there is.
    BNOF_VERIFY_OK((*catalogue)->remove(listed->at(0).uuid, renamed));
    listed = (*catalogue)->list();
    QCOMPARE(listed->size(), std::size_t{1});
    QCOMPARE(listed->at(0).path, copy);
    QVERIFY(!listed->at(0).copy);
}

void TestCatalogue::manyCopiesOfOneRecording()
{
    // Each has a line of its own, whoever is asked for first; with BNOF_TEST_FULL as many as slowed it down once.
    const int copies = qEnvironmentVariableIsSet("BNOF_TEST_FULL") ? 5000 : 150;
    const QString file = QString::fromStdString(recordingAt(QStringLiteral("original.bnr"), "Original"));
    const auto copyName = [&](int i) {
        return QString::fromStdString(path(QStringLiteral("recordings/copy%1.bnr").arg(i, 4, 10, QLatin1Char('0'))));
    };
    for (int i = 0; i < copies; ++i)
        std::filesystem::create_hard_link(file.toStdString(), copyName(i).toStdString());
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    const auto count = [&](auto condition) {
        const auto listed = (*catalogue)->list();
        return listed.ok() ? std::count_if(listed->begin(), listed->end(), condition) : -1;
    };
    const auto isCopy = [](const CatalogueEntry& entry) { return entry.copy; };
    for (int pass = 0; pass < 2; ++pass) {
        const auto done = (*catalogue)->reindex(path(QStringLiteral("recordings")));
        BNOF_VERIFY_OK(done);
        QCOMPARE(done->recordings, static_cast<std::size_t>(copies + 1));
        QCOMPARE(done->moved, std::size_t{0});
        QCOMPARE(count(isCopy), copies);
    }
    // Three are renamed and one is gone: three moves, and the line of the one that is gone stays.
    for (int i = 0; i < 3; ++i)
        QVERIFY(QFile::rename(copyName(i), copyName(copies + i)));
    QVERIFY(QFile::remove(copyName(10)));
    const auto scanned = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(scanned);
    QCOMPARE(scanned->moved, std::size_t{3});
    QCOMPARE(count([](const CatalogueEntry&) { return true; }), copies + 1);
    QCOMPARE(count([](const CatalogueEntry& entry) { return entry.missing; }), 1);
}

void TestCatalogue::fitnessIsSaidWithoutAChange()
{
    const std::string database = path(QStringLiteral("list.sqlite"));
    QVERIFY(catalogueFitness(database).value() == CatalogueFitness::Ready);
    QVERIFY(!QFile::exists(QString::fromStdString(database))); // looking makes none
    BNOF_VERIFY_OK(Catalogue::open(database));
    QVERIFY(catalogueFitness(database).value() == CatalogueFitness::Ready);
    const auto setVersion = [&](const char* sql) {
        sqlite3* raw = nullptr;
        sqlite3_open(database.c_str(), &raw);
        const int status = sqlite3_exec(raw, sql, nullptr, nullptr, nullptr);
        sqlite3_close(raw);
        return status == SQLITE_OK;
    };
    QVERIFY(setVersion("PRAGMA user_version=1"));
    QVERIFY(catalogueFitness(database).value() == CatalogueFitness::OlderVersion);
    QVERIFY(setVersion("PRAGMA user_version=99"));
    QVERIFY(catalogueFitness(database).value() == CatalogueFitness::NewerVersion);
    QFile damaged(QString::fromStdString(database));
    QVERIFY(damaged.open(QIODevice::ReadWrite));
    damaged.write(QByteArray(static_cast<int>(damaged.size()), '\x5A'));
    damaged.close();
    QVERIFY(catalogueFitness(database).value() == CatalogueFitness::Damaged);
}

void TestCatalogue::aTakenPathIsNoMove()
{
    // a is moved to b, and another recording gets the name a: three things that happened, two recordings.
    const std::string a = recordingAt(QStringLiteral("a.bnr"), "Was at a", 1);
    const std::string b = path(QStringLiteral("recordings/b.bnr"));
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(a));
    QVERIFY(QFile::rename(QString::fromStdString(a), QString::fromStdString(b)));
    recordingAt(QStringLiteral("a.bnr"), "Now at a", 2);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    auto listed = (*catalogue)->list();
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{2});
    QCOMPARE(listed->at(0).title, std::string("Now at a"));
    QCOMPARE(listed->at(0).path, a);
    QCOMPARE(listed->at(1).title, std::string("Was at a"));
    QCOMPARE(listed->at(1).path, b);
    QVERIFY(!listed->at(0).missing && !listed->at(1).missing && !listed->at(0).copy && !listed->at(1).copy);
    // b is deleted and its name taken as well: the recording that was there is missing, not the new one.
    QVERIFY(QFile::remove(QString::fromStdString(b)));
    recordingAt(QStringLiteral("b.bnr"), "Now at b", 3);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    CatalogueQuery missing;
    missing.onlyMissing = true;
    listed = (*catalogue)->find(missing);
    BNOF_VERIFY_OK(listed);
    QCOMPARE(listed->size(), std::size_t{1});
    QCOMPARE(listed->at(0).title, std::string("Was at a"));
    QCOMPARE(listed->at(0).path, b);
}

void TestCatalogue::unfinishedRecordingsAreListed()
{
    const std::string file = recordingAt(QStringLiteral("cut.bnr"), "Cut");
    QVERIFY(QFile::resize(QString::fromStdString(file), QFile(QString::fromStdString(file)).size() - 20));
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    const auto entry = (*catalogue)->add(file);
    BNOF_VERIFY_OK(entry);
    QVERIFY(!entry->complete);
    QCOMPARE(entry->state, RecordingState::CutOff);
    QVERIFY(!entry->finding.empty());
    QCOMPARE(entry->frames, std::uint64_t{60});
    QVERIFY(!entry->gases.empty());
}

void TestCatalogue::filterIsCaseInsensitiveAndLiteral()
{
    recordingAt(QStringLiteral("a.bnr"), "100% Ethanol_test", 1);
    recordingAt(QStringLiteral("b.bnr"), "Something else", 2);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto count = [&](const char* filter) { return (*catalogue)->list(filter)->size(); };
    QCOMPARE(count("something"), std::size_t{1});
    QCOMPARE(count("SIMULATED NOSE"), std::size_t{2});
    QCOMPARE(count("beispiel"), std::size_t{2});
    QCOMPARE(count("acetone"), std::size_t{2});
    QCOMPARE(count("mark, \"5\""), std::size_t{2});
    QCOMPARE(count("100%"), std::size_t{1});
    QCOMPARE(count("l_t"), std::size_t{1});
    QCOMPARE(count("%else"), std::size_t{0});
    QCOMPARE(count("'; DROP TABLE recordings; --"), std::size_t{0});
    QCOMPARE(count(""), std::size_t{2});
}

void TestCatalogue::searchLooksAtEveryText_data()
{
    QTest::addColumn<bool>("indexed");
    QTest::newRow("full-text index") << true;
    QTest::newRow("without FTS5") << false;
}

void TestCatalogue::searchLooksAtEveryText()
{
    QFETCH(const bool, indexed);
    RecordingMetadata metadata = test::sampleMetadata();
    metadata.title = "Kaffee und Öl";
    metadata.operatorName = "Ada Beispiel";
    metadata.notes = "specimen 9, fume hood 2\nrepeated after purge";
    metadata.sources.front().device = "Bench nose \"B\"";
    metadata.modelName = "mushroom-body v3";
    BNOF_VERIFY_OK(test::recordAll(path(QStringLiteral("recordings/run_17.bnr")), test::sampleItems(1, 60), metadata));
    recordingAt(QStringLiteral("other.bnr"), "Other", 5);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")), {indexed});
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto found = [&](const char* text) {
        const auto entries = (*catalogue)->list(text);
        return entries.ok() && entries->size() == 1 && entries->front().title == metadata.title;
    };
    for (const char* text :
         {"kaffee", "KAFFEE", "affe", "öl", "ÖL", "Öl", "specimen 9", "9 specimen", "\"fume hood\"", "hood", "2 purge",
          "bench", "\"bench nose \"B", "mushroom-body", "v3", "run_17", "run_17.bnr", "kaffee bench purge"})
        QVERIFY2(found(text), text);
    for (const char* text : {"kaffee other", "\"hood fume\"", "run%17", "kaf_ee", "\"kaffee  und\"", "NEAR(kaffee)",
                             "kaffee OR other", "kaffee*", "-kaffee", "title:kaffee"})
        QVERIFY2((*catalogue)->list(text).ok() && (*catalogue)->list(text)->empty(), text);
    for (const char* text : {"\"", "\"\"", "   ", ""})
        QVERIFY2((*catalogue)->list(text).ok(), text);
    QCOMPARE((*catalogue)->list("  ")->size(), std::size_t{2});
    // A changed text is found by its new words only.
    BNOF_VERIFY_OK(editDescription(path(QStringLiteral("recordings/run_17.bnr")), {1, "Tee", "Ada", ""}));
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    QCOMPARE((*catalogue)->list("kaffee")->size(), std::size_t{0});
    QCOMPARE((*catalogue)->list("tee")->size(), std::size_t{1});
    BNOF_VERIFY_OK((*catalogue)->remove((*catalogue)->list("tee")->front().uuid));
    QCOMPARE((*catalogue)->list("tee")->size(), std::size_t{0});
}

void TestCatalogue::conditionsNarrowTogether()
{
    const std::string early = recordingAt(QStringLiteral("early.bnr"), "Early", 1);
    const std::string late = recordingAt(QStringLiteral("deep/late.bnr"), "Late", 60);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto entries = (*catalogue)->list();
    BNOF_VERIFY_OK(entries);
    const auto titles = [&](const CatalogueQuery& query) {
        std::string out;
        const auto found = (*catalogue)->find(query);
        if (!found.ok())
            return found.error().message();
        for (const auto& entry : *found)
            out += entry.title + ' ';
        return out;
    };
    const std::string gas = entries->front().gases.substr(0, entries->front().gases.find(", "));
    QVERIFY(!gas.empty());
    CatalogueQuery query;
    QVERIFY(!query.narrows());
    query.gas = QString::fromStdString(gas).toUpper().toStdString();
    QVERIFY(query.narrows());
    QVERIFY(titles(query).find("Late") != std::string::npos);
    query.gas = gas.substr(0, gas.size() - 1); // a gas is a whole name
    QCOMPARE(titles(query), std::string());
    query = {};
    query.since = entries->at(1).startedUtc + 1;
    QCOMPARE(titles(query), std::string("Late "));
    query = {};
    query.until = entries->at(0).startedUtc; // not included
    QCOMPARE(titles(query), std::string("Early "));
    query.text = "late.bnr";
    QCOMPARE(titles(query), std::string());
    query = {};
    query.device = "SIMULATED";
    query.operatorName = "beispiel";
    query.modelName = "default";
    QCOMPARE(titles(query), std::string("Late Early "));
    query.modelName = "%";
    QCOMPARE(titles(query), std::string());
    query = {};
    query.folders = {path(QStringLiteral("recordings/deep"))};
    QCOMPARE(titles(query), std::string("Late "));
    query.folders = {path(QStringLiteral("recordings/dee"))};
    QCOMPARE(titles(query), std::string());
    query = {};
    query.onlyDamaged = true;
    QCOMPARE(titles(query), std::string());
    const auto choices = (*catalogue)->choices();
    BNOF_VERIFY_OK(choices);
    QVERIFY(std::find(choices->gases.begin(), choices->gases.end(), gas) != choices->gases.end());
    QCOMPARE(choices->models, std::vector<std::string>{"default"});
    QCOMPARE(choices->operators.size(), std::size_t{1});
    QCOMPARE(choices->devices.size(), std::size_t{1});
}

void TestCatalogue::healthIsKnown()
{
    const std::string damaged = recordingAt(QStringLiteral("damaged.bnr"), "Damaged", 1);
    auto content = readFile(damaged);
    BNOF_VERIFY_OK(content);
    for (std::size_t i = content->size() / 2; i < content->size() / 2 + 200; ++i)
        (*content)[i] = static_cast<char>((*content)[i] ^ 0x55);
    BNOF_VERIFY_OK(writeFileAtomically(damaged, *content));
    auto recorder = Recorder::create(path(QStringLiteral("recordings/growing.bnr")), test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    for (const Item& item : test::sampleItems(5, 40))
        QVERIFY(test::record(**recorder, item));
    QTest::qWait(600); // flushed
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto stateOf = [&](const char* file) {
        const auto entries = (*catalogue)->list(file);
        return entries.ok() && entries->size() == 1 ? std::string(name(entries->front().state)) : "not listed";
    };
    QCOMPARE(stateOf("growing.bnr"), std::string("being written"));
    BNOF_VERIFY_OK((*catalogue)->verifyPending({}));
    QCOMPARE(stateOf("damaged.bnr"), std::string("damaged"));
    QCOMPARE(stateOf("growing.bnr"), std::string("being written"));
    CatalogueQuery query;
    query.onlyDamaged = true;
    QCOMPARE((*catalogue)->find(query)->size(), std::size_t{1});
    QVERIFY(!(*catalogue)->find(query)->front().finding.empty());
    BNOF_VERIFY_OK((*recorder)->finish());
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    QCOMPARE(stateOf("growing.bnr"), std::string("complete"));
    QCOMPARE(stateOf("damaged.bnr"), std::string("damaged"));
    BNOF_VERIFY_OK((*catalogue)->reindex(path(QStringLiteral("recordings"))));
    QCOMPARE(stateOf("damaged.bnr"), std::string("damaged")); // what a check found is not forgotten
    // A listed file that is no recording any more is damaged, not gone.
    BNOF_VERIFY_OK(writeFileAtomically(path(QStringLiteral("recordings/growing.bnr")), "overwritten"));
    const auto scanned = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(scanned);
    QVERIFY(scanned->unreadable.empty());
    QCOMPARE(stateOf("growing.bnr"), std::string("damaged"));
}

void TestCatalogue::verificationIsKeptWhileTheFileStaysTheSame()
{
    const std::string file = recordingAt(QStringLiteral("a.bnr"), "A");
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    QVERIFY(!(*catalogue)->list()->front().isVerified());
    const auto checked = verify(file);
    BNOF_VERIFY_OK(checked);
    BNOF_VERIFY_OK((*catalogue)->noteVerification(file, *checked));
    auto entry = (*catalogue)->list()->front();
    QVERIFY(entry.isVerified());
    QCOMPARE(entry.sha256, checked->sha256);
    const auto bytes = readFile(file);
    QCOMPARE(entry.sha256, sha256Hex({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}));
    BNOF_VERIFY_OK((*catalogue)->reindex(path(QStringLiteral("recordings"))));
    QCOMPARE((*catalogue)->list()->front().sha256, checked->sha256);
    const std::string there = path(QStringLiteral("recordings/deep/there.bnr"));
    QVERIFY(QFile::rename(QString::fromStdString(file), QString::fromStdString(there)));
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    entry = (*catalogue)->list()->front();
    QCOMPARE(entry.sha256, checked->sha256); // moved, the same bytes
    BNOF_VERIFY_OK(editDescription(there, {1, "Another title", "", ""}));
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    entry = (*catalogue)->list()->front();
    QVERIFY(!entry.isVerified());
    QVERIFY(entry.sha256.empty());
    BNOF_VERIFY_OK((*catalogue)->noteVerification(path(QStringLiteral("recordings/unknown.bnr")), *checked));
    QCOMPARE((*catalogue)->list()->size(), std::size_t{1}); // not listed: none of its business
}

void TestCatalogue::everythingUnverifiedIsCheckedAndCanBeCancelled()
{
    for (int i = 0; i < 4; ++i)
        recordingAt(QStringLiteral("r%1.bnr").arg(i), "R" + std::to_string(i), i);
    const std::string cut = recordingAt(QStringLiteral("cut.bnr"), "Cut", 9);
    QVERIFY(QFile::resize(QString::fromStdString(cut), QFile(QString::fromStdString(cut)).size() - 20));
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    CatalogueQuery unverified;
    unverified.onlyUnverified = true;
    QCOMPARE((*catalogue)->find(unverified)->size(), std::size_t{5});
    const auto cancelled =
        (*catalogue)->verifyPending({}, [](const std::string&, std::size_t done, std::size_t, double) {
            return done < 2;
        });
    BNOF_VERIFY_OK(cancelled);
    QVERIFY(cancelled->cancelled);
    QCOMPARE(cancelled->checked.size(), std::size_t{2});
    QCOMPARE((*catalogue)->find(unverified)->size(), std::size_t{3}); // what was done is kept
    std::size_t total = 0;
    const auto rest = (*catalogue)->verifyPending({}, [&](const std::string&, std::size_t, std::size_t all, double) {
        total = all;
        return true;
    });
    BNOF_VERIFY_OK(rest);
    QCOMPARE(total, std::size_t{3});
    QVERIFY(!rest->cancelled);
    QCOMPARE(rest->checked.size(), std::size_t{3});
    QCOMPARE((*catalogue)->find(unverified)->size(), std::size_t{0});
    CatalogueQuery damaged;
    damaged.onlyDamaged = true;
    QCOMPARE((*catalogue)->find(damaged)->size(), std::size_t{1});
    QCOMPARE((*catalogue)->find(damaged)->front().state, RecordingState::CutOff);
    QVERIFY(!(*catalogue)->find(damaged)->front().sha256.empty());
}

void TestCatalogue::reindexReadsEverythingAndKeepsHistory()
{
    const std::string a = recordingAt(QStringLiteral("a.bnr"), "A", 1);
    recordingAt(QStringLiteral("b.bnr"), "B", 2);
    const std::string gone = recordingAt(QStringLiteral("gone.bnr"), "Gone", 3);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    const auto before = (*catalogue)->list();
    QVERIFY(QFile::remove(QString::fromStdString(gone)));
    QVERIFY(QFile::rename(QString::fromStdString(a), QString::fromStdString(path(QStringLiteral("recordings/c.bnr")))));
    std::vector<std::pair<std::size_t, std::size_t>> told;
    const auto stopped = (*catalogue)->reindex(path(QStringLiteral("recordings")), [](std::size_t, std::size_t total) {
        return total == 0;
    });
    QVERIFY(!stopped.ok());
    QCOMPARE(stopped.error().kind, ErrorKind::Cancelled);
    QCOMPARE((*catalogue)->list()->size(), std::size_t{3});
    const auto report =
        (*catalogue)->reindex(path(QStringLiteral("recordings")), [&](std::size_t done, std::size_t total) {
            told.emplace_back(done, total);
            return true;
        });
    BNOF_VERIFY_OK(report);
    QCOMPARE(report->recordings, std::size_t{2});
    QCOMPARE(report->read, std::size_t{2});
    QCOMPARE(report->moved, std::size_t{1});
    QCOMPARE(told.back(), std::pair(std::size_t{2}, std::size_t{2}));
    const auto after = (*catalogue)->list();
    BNOF_VERIFY_OK(after);
    QCOMPARE(after->size(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i) {
        QCOMPARE(after->at(i).id, before->at(i).id);
        QCOMPARE(after->at(i).firstSeen, before->at(i).firstSeen);
    }
    QVERIFY(after->at(0).missing);
    QCOMPARE(after->at(0).path, gone); // the last known path
    QCOMPARE(after->at(2).earlierPaths, std::vector<std::string>{a});
}

void TestCatalogue::forgottenLinesComeBackAsTheyWere()
{
    const std::string file = recordingAt(QStringLiteral("a.bnr"), "A", 1);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    BNOF_VERIFY_OK((*catalogue)->verifyPending({}));
    QVERIFY(QFile::remove(QString::fromStdString(file)));
    const CatalogueEntry before = (*catalogue)->list()->front();
    QVERIFY(before.missing);
    BNOF_VERIFY_OK((*catalogue)->remove(before.uuid, before.path));
    QVERIFY((*catalogue)->list()->empty());
    QVERIFY((*catalogue)->choices()->gases.empty());
    BNOF_VERIFY_OK((*catalogue)->restore(before));
    const auto after = (*catalogue)->list();
    BNOF_VERIFY_OK(after);
    QCOMPARE(after->size(), std::size_t{1});
    QCOMPARE(after->front().title, before.title);
    QCOMPARE(after->front().sha256, before.sha256);
    QCOMPARE(after->front().firstSeen, before.firstSeen);
    QCOMPARE(after->front().marks, before.marks);
    QVERIFY(after->front().missing);
    QCOMPARE((*catalogue)->list("A")->size(), std::size_t{1});
}

void TestCatalogue::segmentsAreOneRecording()
{
    const std::string first = recordingAt(QStringLiteral("run.bnr"), "Run", 1);
    recordingAt(QStringLiteral("run.0001.bnr"), "Run, second file", 1);
    recordingAt(QStringLiteral("other.0001.bnr"), "A name like a segment's", 2);
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    const auto scanned = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(scanned);
    QCOMPARE(scanned->recordings, std::size_t{2});
    const auto entry = (*catalogue)->list("\"run.bnr\"");
    BNOF_VERIFY_OK(entry);
    QCOMPARE(entry->size(), std::size_t{1});
    QCOMPARE(entry->front().bytes,
             static_cast<std::uint64_t>(QFile(QString::fromStdString(first)).size() +
                                        QFile(m_folder->filePath(QStringLiteral("recordings/run.0001.bnr"))).size()));
    QCOMPARE((*catalogue)->list("other.0001")->size(), std::size_t{1});
}

void TestCatalogue::twoProcessesAtOnce()
{
    for (int i = 0; i < 12; ++i)
        QVERIFY(!recordingAt(QStringLiteral("r%1.bnr").arg(i), "R" + std::to_string(i), i).empty());
    const std::string database = path(QStringLiteral("list.sqlite"));
    std::vector<std::unique_ptr<QProcess>> children;
    for (int i = 0; i < 2; ++i) {
        children.push_back(std::make_unique<QProcess>());
        children.back()->start(QCoreApplication::applicationFilePath(),
                               {QStringLiteral("--scan"), QString::fromStdString(database),
                                m_folder->filePath(QStringLiteral("recordings"))});
    }
    for (const auto& child : children) {
        QVERIFY(child->waitForFinished(60000));
        QVERIFY2(child->exitCode() == 0, child->readAllStandardOutput().constData());
    }
    auto catalogue = Catalogue::open(database);
    BNOF_VERIFY_OK(catalogue);
    QCOMPARE((*catalogue)->list()->size(), std::size_t{12});
}

void TestCatalogue::damagedDatabaseIsNamedAndRebuilt()
{
    recordingAt(QStringLiteral("a.bnr"), "Survivor");
    const std::string database = path(QStringLiteral("list.sqlite"));
    {
        auto catalogue = Catalogue::open(database);
        BNOF_VERIFY_OK(catalogue);
        BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    }
    for (const bool wholly : {true, false}) {
        auto content = readFile(database);
        BNOF_VERIFY_OK(content);
        for (std::size_t i = wholly ? 0 : 4096; i < content->size(); ++i)
            (*content)[i] = static_cast<char>(0xA5);
        BNOF_VERIFY_OK(writeFileAtomically(database, *content));
        const auto broken = Catalogue::open(database);
        QVERIFY(!broken.ok());
        QCOMPARE(broken.error().where, database);
        QVERIFY(broken.error().what.find("damaged") != std::string::npos);
        QVERIFY(broken.error().remedy.find("Rebuild it from the recordings") != std::string::npos);
        auto fresh = Catalogue::rebuild(database);
        BNOF_VERIFY_OK(fresh);
        QCOMPARE((*fresh)->list()->size(), std::size_t{0});
        BNOF_VERIFY_OK((*fresh)->scan(path(QStringLiteral("recordings"))));
        QCOMPARE((*fresh)->list()->front().title, std::string("Survivor"));
    }
    QVERIFY(QDir(m_folder->path()).entryList({QStringLiteral("list.sqlite.damaged-*")}, QDir::Files).size() >= 2);
}

void TestCatalogue::newerDatabaseIsRefused()
{
    const std::string database = path(QStringLiteral("list.sqlite"));
    sqlite3* raw = nullptr;
    QCOMPARE(sqlite3_open(database.c_str(), &raw), SQLITE_OK);
    QCOMPARE(sqlite3_exec(raw, "PRAGMA user_version=99", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
    const auto catalogue = Catalogue::open(database);
    QVERIFY(!catalogue.ok());
    QVERIFY(catalogue.error().what.find("newer program") != std::string::npos);
    QVERIFY(!Catalogue::open(path(QStringLiteral("no/folder/list.sqlite"))).ok());
}

void TestCatalogue::otherVersionsArePutAsideAndRebuilt()
{
    // The catalogue of the first version of this program, with a line for a file elsewhere, and one of the future.
    const std::string elsewhere = recordingAt(QStringLiteral("deep/elsewhere.bnr"), "Elsewhere", 1);
    for (const int version : {0, 1, 99}) {
        const std::string database = path(QStringLiteral("version%1.sqlite").arg(version));
        sqlite3* raw = nullptr;
        QCOMPARE(sqlite3_open(database.c_str(), &raw), SQLITE_OK);
        const std::string sql = "CREATE TABLE recordings (uuid TEXT PRIMARY KEY, path TEXT); INSERT INTO recordings "
                                "VALUES ('u', '" +
                                elsewhere +
                                "'), ('v', '/nowhere/run.bnr'); PRAGMA user_version=" + std::to_string(version);
        QCOMPARE(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(raw);
        QVERIFY(!Catalogue::open(database).ok());
        auto catalogue = Catalogue::openOrRebuild(database);
        BNOF_VERIFY_OK(catalogue);
        QVERIFY((*catalogue)->putAside().find(".other-version-") != std::string::npos);
        QVERIFY(QFile::exists(QString::fromStdString((*catalogue)->putAside())));
        const auto listed = (*catalogue)->list();
        BNOF_VERIFY_OK(listed);
        QCOMPARE(listed->size(), std::size_t{1}); // it is where the old list said
        QCOMPARE(listed->front().title, std::string("Elsewhere"));
        catalogue->reset();
        auto again = Catalogue::openOrRebuild(database);
        BNOF_VERIFY_OK(again);
        QVERIFY((*again)->putAside().empty());
        QCOMPARE((*again)->list()->size(), std::size_t{1});
    }
}

void TestCatalogue::processesThatMeetADamagedDatabase()
{
    for (int i = 0; i < 6; ++i)
        QVERIFY(!recordingAt(QStringLiteral("r%1.bnr").arg(i), "R" + std::to_string(i), i).empty());
    const std::string database = path(QStringLiteral("list.sqlite"));
    // One program has it open while the damage happens; it must not harm what the others make of it.
    auto holder = Catalogue::open(database);
    BNOF_VERIFY_OK(holder);
    BNOF_VERIFY_OK((*holder)->scan(path(QStringLiteral("recordings"))));
    {
        QFile file(QString::fromStdString(database));
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray noise(static_cast<int>(file.size()), '\x5A');
        file.write(noise);
    }
    {
        QFile wal(QString::fromStdString(database + "-wal"));
        if (wal.exists()) {
            QVERIFY(wal.open(QIODevice::ReadWrite));
            wal.write(QByteArray(static_cast<int>(wal.size()), '\x5A'));
        }
    }
    std::vector<std::unique_ptr<QProcess>> children;
    for (int i = 0; i < 3; ++i) {
        children.push_back(std::make_unique<QProcess>());
        children.back()->start(QCoreApplication::applicationFilePath(),
                               {QStringLiteral("--scan"), QString::fromStdString(database),
                                m_folder->filePath(QStringLiteral("recordings"))});
    }
    for (const auto& child : children) {
        QVERIFY(child->waitForFinished(60000));
        QVERIFY2(child->exitCode() == 0, child->readAllStandardOutput().constData());
    }
    holder->reset();
    auto catalogue = Catalogue::open(database);
    BNOF_VERIFY_OK(catalogue);
    QCOMPARE((*catalogue)->list()->size(), std::size_t{6});
    // It was put aside once, not once by everybody.
    QCOMPARE(QDir(m_folder->path()).entryList({QStringLiteral("list.sqlite.damaged-*")}, QDir::Files).size(), 1);
}

void TestCatalogue::aDamagedIndexIsBuiltAnew()
{
    recordingAt(QStringLiteral("a.bnr"), "Ethanol", 1);
    const std::string database = path(QStringLiteral("list.sqlite"));
    auto catalogue = Catalogue::open(database);
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    sqlite3* raw = nullptr;
    QCOMPARE(sqlite3_open(database.c_str(), &raw), SQLITE_OK);
    QCOMPARE(
        sqlite3_exec(raw, "UPDATE recording_words_data SET block = x'0102030405060708090a'", nullptr, nullptr, nullptr),
        SQLITE_OK);
    sqlite3_close(raw);
    QCOMPARE((*catalogue)->list("ethanol")->size(), std::size_t{1});
    QCOMPARE((*catalogue)->list("ethanol")->size(), std::size_t{1});
}

void TestCatalogue::databaseUsesTheSafeSettings()
{
    const std::string database = path(QStringLiteral("list.sqlite"));
    auto catalogue = Catalogue::open(database);
    BNOF_VERIFY_OK(catalogue);
    sqlite3* raw = nullptr;
    QCOMPARE(sqlite3_open(database.c_str(), &raw), SQLITE_OK);
    std::string journal;
    sqlite3_exec(
        raw, "PRAGMA journal_mode",
        [](void* out, int, char** values, char**) {
            *static_cast<std::string*>(out) = values[0];
            return 0;
        },
        &journal, nullptr);
    QCOMPARE(journal, std::string("wal"));
    // STRICT: a text is no number.
    QVERIFY(sqlite3_exec(raw, "UPDATE recordings SET frames = 'many'", nullptr, nullptr, nullptr) == SQLITE_OK);
    QVERIFY(sqlite3_exec(raw, "INSERT INTO gases (recording, gas, name) VALUES ('many', 'g', 'G')", nullptr, nullptr,
                         nullptr) != SQLITE_OK);
    sqlite3_close(raw);
}

int main(int argc, char** argv)
{
    if (argc == 4 && std::string(argv[1]) == "--scan") {
        for (int round = 0; round < 5; ++round) {
            auto catalogue = Catalogue::openOrRebuild(argv[2]);
            const auto scanned = catalogue.ok() ? (*catalogue)->scan(argv[3]) : Result<ScanReport>(catalogue.error());
            if (!scanned.ok()) {
                std::puts(scanned.error().message().c_str());
                std::puts(scanned.error().context.c_str());
                return 1;
            }
        }
        return 0;
    }
    const QCoreApplication application(argc, argv);
    TestCatalogue test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_catalogue.moc"
