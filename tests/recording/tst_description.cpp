// SPDX-License-Identifier: GPL-3.0-or-later
// Title, operator and notes changed while recording and afterwards: the newest count, the first stay readable,
// and nothing that happens to the change harms the data.
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <cerrno>
#include <unistd.h>

#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/recording/catalogue.h"
#include "engine/storage/byte_source.h"
#include "engine/storage/chunk_reader.h"
#include "engine/storage/chunk_writer.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestDescription : public test::Suite {
    Q_OBJECT

private slots:
    void editedWhileRecording();
    void editedAfterwards();
    void catalogueShowsTheNewest();
    void interruptedRecordingKeepsTheEdit();
    void repairKeepsTheEdits();
    void tooLongIsRefused();
    void notClosedIsRefused();
    void whileItIsBeingWritten();
    void cutOffAtEveryByte();
    void everyByteFlipped();
    void diskFull();
    void killedTwentyTimes();

private:
    std::string path(const QString& name) const { return m_folder.filePath(name).toStdString(); }

    QTemporaryDir m_folder;
};

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes contentOf(const std::string& path)
{
    const auto text = readFile(path);
    return text.ok() ? Bytes(text->begin(), text->end()) : Bytes();
}

DescriptionEdit edit(const std::string& title, std::int64_t utc = 5)
{
    return {utc, title, "Ada", "Notes of " + title};
}

/// Everything that was measured is there, bit for bit.
bool holds(Reader& reader, const std::vector<Item>& items)
{
    return test::firstDifference(test::readAll(reader), items) == -1;
}

} // namespace

void TestDescription::editedWhileRecording()
{
    const std::string file = path(QStringLiteral("live.bnr"));
    const auto items = test::sampleItems(1, 60);
    auto recorder = Recorder::create(file, test::sampleMetadata(), Bytes{1, 2}, Bytes{3});
    BNOF_VERIFY_OK(recorder);
    QVERIFY((*recorder)->describe(edit("before any data")));
    for (std::size_t i = 0; i < items.size(); ++i) {
        QVERIFY(test::record(**recorder, items[i]));
        if (i == items.size() / 2)
            QVERIFY((*recorder)->describe(edit("second", 0)));
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    const auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->metadata().title, std::string("second"));
    QCOMPARE((*reader)->metadata().notes, std::string("Notes of second"));
    QCOMPARE((*reader)->originalMetadata().title, test::sampleMetadata().title);
    QCOMPARE((*reader)->edits().size(), std::size_t{2});
    QCOMPARE((*reader)->edits().front(), edit("before any data"));
    QVERIFY((*reader)->edits().back().utc > 1'600'000'000'000'000'000);
    QCOMPARE((*reader)->modelBytes(), (Bytes{1, 2}));
    QVERIFY(holds(**reader, items));
    const auto verified = verify(file);
    BNOF_VERIFY_OK(verified);
    QVERIFY2(verified->intact, verified->health.findings.empty() ? "" : verified->health.findings.front().c_str());
}

void TestDescription::editedAfterwards()
{
    const std::string file = path(QStringLiteral("after.bnr"));
    const auto items = test::sampleItems(2, 60);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(), {}, Bytes{1, 2, 3}));
    const auto before = verify(file);
    BNOF_VERIFY_OK(before);
    const Bytes original = contentOf(file);
    for (int i = 1; i <= 3; ++i)
        BNOF_VERIFY_OK(editDescription(file, edit("edit " + std::to_string(i), i)));
    const Bytes now = contentOf(file);
    QVERIFY(now.size() > original.size());
    QVERIFY(std::equal(original.begin(), original.end(), now.begin())); // the audit reads what was there
    const auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->health().complete);
    QVERIFY((*reader)->health().findings.empty());
    QCOMPARE((*reader)->metadata().title, std::string("edit 3"));
    QCOMPARE((*reader)->metadata().operatorName, std::string("Ada"));
    QCOMPARE((*reader)->originalMetadata().title, test::sampleMetadata().title);
    QCOMPARE((*reader)->edits().size(), std::size_t{3});
    QCOMPARE((*reader)->modelBytes(), (Bytes{1, 2, 3}));
    QVERIFY(holds(**reader, items));
    (*reader)->seek(fromSeconds(0.3));
    Item item;
    QVERIFY((*reader)->next(item));
    const auto after = verify(file);
    BNOF_VERIFY_OK(after);
    QVERIFY2(after->intact, after->health.findings.empty() ? "" : after->health.findings.front().c_str());
    QCOMPARE(after->spikesHash, before->spikesHash);
    QCOMPARE(after->decisionsHash, before->decisionsHash);
    QCOMPARE(after->summary, before->summary);
}

void TestDescription::catalogueShowsTheNewest()
{
    const std::string file = path(QStringLiteral("listed.bnr"));
    BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(3, 20), test::sampleMetadata()));
    auto catalogue = Catalogue::open(path(QStringLiteral("catalogue.sqlite")));
    BNOF_VERIFY_OK(catalogue);
    BNOF_VERIFY_OK((*catalogue)->add(file));
    BNOF_VERIFY_OK(editDescription(file, edit("Ethanol, specimen 9")));
    BNOF_VERIFY_OK((*catalogue)->add(file));
    const auto found = (*catalogue)->list("specimen 9");
    BNOF_VERIFY_OK(found);
    QCOMPARE(found->size(), std::size_t{1});
    QCOMPARE(found->front().operatorName, std::string("Ada"));
    QVERIFY(found->front().complete);
}

/// Without a footer the edit is found by the walk that replaces it.
void TestDescription::interruptedRecordingKeepsTheEdit()
{
    const std::string file = path(QStringLiteral("interrupted.bnr"));
    const auto items = test::sampleItems(4, 40);
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    for (const Item& item : items)
        QVERIFY(test::record(**recorder, item));
    QVERIFY((*recorder)->describe(edit("while it ran")));
    BNOF_VERIFY_OK((*recorder)->finish());
    Bytes bytes = contentOf(file);
    bytes.resize(bytes.size() - 20); // in the tail
    auto reader = Reader::openBytes(bytes, "interrupted");
    BNOF_VERIFY_OK(reader);
    QVERIFY(!(*reader)->health().complete);
    QCOMPARE((*reader)->metadata().title, std::string("while it ran"));
    QVERIFY(holds(**reader, items));
}

void TestDescription::repairKeepsTheEdits()
{
    const std::string file = path(QStringLiteral("repaired.bnr"));
    const auto items = test::sampleItems(5, 40);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    BNOF_VERIFY_OK(editDescription(file, edit("first")));
    BNOF_VERIFY_OK(editDescription(file, edit("second")));
    QVERIFY(QFile::resize(QString::fromStdString(file), QFile(QString::fromStdString(file)).size() - 8));
    for (const std::string& target : {path(QStringLiteral("copy.bnr")), std::string()}) {
        BNOF_VERIFY_OK(repair(file, target));
        const std::string& mended = target.empty() ? file : target;
        const auto reader = Reader::open(mended);
        BNOF_VERIFY_OK(reader);
        QVERIFY((*reader)->health().complete);
        QCOMPARE((*reader)->metadata().title, std::string("second"));
        QCOMPARE((*reader)->originalMetadata().title, test::sampleMetadata().title);
        QCOMPARE((*reader)->edits().size(), std::size_t{2});
        QVERIFY(holds(**reader, items));
    }
    BNOF_VERIFY_OK(editDescription(file, edit("third")));
    const auto verified = verify(file);
    BNOF_VERIFY_OK(verified);
    QVERIFY2(verified->intact, verified->health.findings.back().c_str());
}

void TestDescription::tooLongIsRefused()
{
    const std::string file = path(QStringLiteral("long.bnr"));
    BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(6, 10), test::sampleMetadata()));
    const Bytes before = contentOf(file);
    const auto refused = editDescription(file, {1, "t", "o", std::string(maxDescriptionBytes, 'x')});
    QVERIFY(!refused.ok());
    QVERIFY(contentOf(file) == before);
}

void TestDescription::notClosedIsRefused()
{
    const std::string file = path(QStringLiteral("cut.bnr"));
    BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(7, 30), test::sampleMetadata()));
    QVERIFY(QFile::resize(QString::fromStdString(file), QFile(QString::fromStdString(file)).size() - 1));
    const Bytes before = contentOf(file);
    const auto refused = editDescription(file, edit("never"));
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().remedy.find("Repair") != std::string::npos);
    QVERIFY(contentOf(file) == before);
}

void TestDescription::whileItIsBeingWritten()
{
    const std::string file = path(QStringLiteral("busy.bnr"));
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    const auto refused = editDescription(file, edit("from elsewhere"));
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().what.find("being written") != std::string::npos);
    BNOF_VERIFY_OK((*recorder)->finish());
    recorder->reset();
    BNOF_VERIFY_OK(editDescription(file, edit("now")));
}

/// What a torn write leaves: all data, the old or the new description, and a file that a repair completes.
void TestDescription::cutOffAtEveryByte()
{
    const std::string file = path(QStringLiteral("torn.bnr"));
    const auto items = test::sampleItems(8, 20);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    const std::size_t finished = contentOf(file).size();
    BNOF_VERIFY_OK(editDescription(file, edit("new")));
    const Bytes whole = contentOf(file);
    for (std::size_t length = finished; length <= whole.size(); ++length) {
        const auto at = std::to_string(length);
        auto reader = Reader::openBytes(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), at);
        BNOF_VERIFY_OK(reader);
        QVERIFY2(holds(**reader, items), at.c_str());
        QCOMPARE((*reader)->health().complete, length == finished || length == whole.size());
        const std::string& title = (*reader)->metadata().title;
        QVERIFY2(title == "new" || title == test::sampleMetadata().title, at.c_str());
        if (length == whole.size())
            QCOMPARE(title, std::string("new"));
        if (length % 97 != 0)
            continue;
        const std::string mended = path(QStringLiteral("mended-%1.bnr").arg(length));
        QFile out(QString::fromStdString(mended));
        QVERIFY(out.open(QIODevice::WriteOnly));
        QCOMPARE(out.write(reinterpret_cast<const char*>(whole.data()), static_cast<qint64>(length)), qint64(length));
        out.close();
        BNOF_VERIFY_OK(repair(mended));
        const auto verified = verify(mended);
        BNOF_VERIFY_OK(verified);
        QVERIFY2(verified->health.complete && verified->health.lostBytes == 0, at.c_str());
        const auto again = Reader::open(mended);
        BNOF_VERIFY_OK(again);
        QCOMPARE((*again)->metadata().title, title);
        QVERIFY(holds(**again, items));
    }
}

/// A check names every wrong byte, in the replaced footers too; the data is never silently wrong.
void TestDescription::everyByteFlipped()
{
    const std::string file = path(QStringLiteral("flipped.bnr"));
    const auto items = test::sampleItems(9, 10);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    const std::size_t finished = contentOf(file).size();
    BNOF_VERIFY_OK(editDescription(file, edit("new")));
    const Bytes whole = contentOf(file);
    for (std::size_t at = finished - 200; at < whole.size(); ++at) {
        Bytes bytes = whole;
        bytes[at] ^= 0x10;
        const auto name = "byte " + std::to_string(at);
        const auto verified = verifyBytes(bytes, name);
        BNOF_VERIFY_OK(verified);
        QVERIFY2(!verified->intact, name.c_str());
        auto reader = Reader::openBytes(bytes, name);
        BNOF_VERIFY_OK(reader);
        QVERIFY2(holds(**reader, items), name.c_str());
        const std::string& title = (*reader)->metadata().title;
        QVERIFY2(title == "new" || title == test::sampleMetadata().title, name.c_str());
    }
}

void TestDescription::diskFull()
{
    const std::string file = path(QStringLiteral("full.bnr"));
    BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(10, 30), test::sampleMetadata()));
    const Bytes before = contentOf(file);
    auto source = storage::openFileSource(file);
    BNOF_VERIFY_OK(source);
    const auto chunks = storage::ChunkReader::open(std::move(source).value(), file);
    BNOF_VERIFY_OK(chunks);
    QVERIFY((*chunks)->footer().has_value());
    storage::FileCalls calls = storage::FileCalls::ofTheSystem();
    int writes = 0;
    calls.write = [&writes](int fd, const void* bytes, std::size_t length, off_t offset) -> ssize_t {
        if (writes++ == 0)
            return ::pwrite(fd, bytes, std::min<std::size_t>(length, 100), offset);
        errno = ENOSPC;
        return -1;
    };
    storage::Chunk chunk;
    chunk.streamType = 4;
    chunk.payload = Bytes(300, 7);
    const auto failed = storage::ChunkWriter::amend(file, *(*chunks)->footer(), std::span(&chunk, 1), {}, calls);
    QVERIFY(!failed.ok());
    QCOMPARE(writes, 2);
    QVERIFY(contentOf(file) == before);
    const auto verified = verify(file);
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);
}

void TestDescription::killedTwentyTimes()
{
    const std::string file = path(QStringLiteral("killed.bnr"));
    const auto items = test::sampleItems(11, 200);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    PhiloxSequence random(11, 11);
    std::int64_t newest = 0;
    int torn = 0;
    for (int round = 0; round < 20; ++round) {
        QProcess editor;
        editor.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        editor.start(QCoreApplication::applicationFilePath(),
                     {QStringLiteral("--edit"), QString::fromStdString(file), QString::number(newest)});
        QVERIFY(editor.waitForStarted());
        QVERIFY(editor.waitForReadyRead(10'000)); // at least one change is in
        ::usleep(random.next() % 20'000);
        editor.kill();
        QVERIFY(editor.waitForFinished());
        const QList<QByteArray> told = editor.readAllStandardOutput().trimmed().split('\n');
        const std::int64_t confirmed = told.back().toLongLong();
        QVERIFY(confirmed > newest);
        auto reader = Reader::open(file);
        BNOF_VERIFY_OK(reader);
        QVERIFY(holds(**reader, items));
        // Confirmed changes are never lost; the one after may be in already.
        newest = std::stoll((*reader)->metadata().title);
        QVERIFY2(newest == confirmed || newest == confirmed + 1,
                 qPrintable(QStringLiteral("%1 after %2").arg(newest).arg(confirmed)));
        if (!(*reader)->health().complete) {
            ++torn;
            BNOF_VERIFY_OK(repair(file));
        }
        const auto verified = verify(file);
        BNOF_VERIFY_OK(verified);
        QVERIFY2(verified->health.complete && verified->health.lostBytes == 0,
                 verified->health.findings.empty() ? "" : verified->health.findings.front().c_str());
    }
    qInfo("%d of 20 kills tore a change", torn);
}

namespace {

/// `--edit PATH N`: change the description again and again until killed; tells each change that is in.
int editUntilKilled(const std::string& path, std::int64_t number)
{
    while (true) {
        ++number;
        const DescriptionEdit next{0, std::to_string(number), "Ada", std::string(2000, 'n')};
        if (const auto done = editDescription(path, next); !done.ok()) {
            std::fprintf(stderr, "%s\n", done.error().message().c_str());
            return 1;
        }
        const std::string line = std::to_string(number) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            return 2;
    }
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 4 && std::string_view(argv[1]) == "--edit")
        return editUntilKilled(argv[2], std::stoll(argv[3]));
    TestDescription suite;
    return QTest::qExec(&suite, argc, argv);
}

#include "tst_description.moc"
