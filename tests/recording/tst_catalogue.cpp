// SPDX-License-Identifier: GPL-3.0-or-later
// The list of recordings against real files and a real database, by one and by two processes.
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <sqlite3.h>

#include "engine/base/files.h"
#include "engine/base/log.h"
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
    void unfinishedRecordingsAreListed();
    void filterIsCaseInsensitiveAndLiteral();
    void twoProcessesAtOnce();
    void damagedDatabaseIsNamedAndRebuilt();
    void newerDatabaseIsRefused();
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
    QCOMPARE(*added, std::size_t{3});
    QVERIFY(QFile::remove(QString::fromStdString(gone)));
    const auto again = (*catalogue)->scan(path(QStringLiteral("recordings")));
    BNOF_VERIFY_OK(again);
    QCOMPARE(*again, std::size_t{2});
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
    auto catalogue = Catalogue::open(path(QStringLiteral("list.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    QVERIFY(QFile::copy(QString::fromStdString(file), m_folder->filePath(QStringLiteral("recordings/copy.bnr"))));
    BNOF_VERIFY_OK((*catalogue)->scan(path(QStringLiteral("recordings"))));
    QCOMPARE((*catalogue)->list()->size(), std::size_t{1});
    QCOMPARE((*catalogue)->list()->front().path, file);
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
        QVERIFY(broken.error().remedy.find("rebuild") != std::string::npos);
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
    QVERIFY(sqlite3_exec(raw,
                         "INSERT INTO recordings VALUES ('u','p','t','o','d','m',0,0,'many',0,0,0,0,'g','m',0,0,0)",
                         nullptr, nullptr, nullptr) != SQLITE_OK);
    sqlite3_close(raw);
}

int main(int argc, char** argv)
{
    if (argc == 4 && std::string(argv[1]) == "--scan") {
        for (int round = 0; round < 5; ++round) {
            auto catalogue = Catalogue::open(argv[2]);
            const auto scanned = catalogue.ok() ? (*catalogue)->scan(argv[3]) : Result<std::size_t>(catalogue.error());
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
