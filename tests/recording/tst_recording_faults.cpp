// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to recordings when things go wrong: killed processes, full and failing disks, damaged
// files. Run with an argument the program is one of the subjects instead (see main()).
#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QThread>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/philox.h"
#include "engine/storage/chunk_writer.h"
#include "tests/fuzz/reseal.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestRecordingFaults : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void truncatedAtEveryByte();
    void everyByteFlipped();
    void flippedPaddingOfTheFooter();
    void nonsenseBehindRightChecksums();
    void fileThatShrinksWhileItIsRead();
    void killedTwentyTimes();
    void diskFull();
    void readOnlyTargets();
    void existingFileIsNeverOverwritten();
    void writeThatFails();
    void flushThatFails();
    void slowDiskDropsAndCounts();
    void repairKeepsWhatIsBehindDamage();
    void repairOfTheFileHeader();
    void repairLeavesIntactFilesAlone();

private:
    std::string path(const QString& name) const { return m_folder.filePath(name).toStdString(); }
    std::vector<std::uint8_t> smallRecording(const char* codec, std::vector<Item>& items) const;

    QTemporaryDir m_folder;
};

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes contentOf(const std::string& path)
{
    const auto text = readFile(path);
    return text.ok() ? Bytes(text->begin(), text->end()) : Bytes();
}

/// Empty when what a reader says about these bytes is right, else what is wrong.
std::string checkDamaged(const Bytes& bytes, const std::vector<Item>& original)
{
    auto reader = Reader::openBytes(bytes, "damaged");
    if (!reader.ok())
        return reader.error().message().empty() ? "an error without a message" : "";
    const auto items = test::readAll(**reader);
    const Health& health = (*reader)->health();
    const bool reported = !health.complete || health.lostBytes > 0 || health.damagedChunks > 0;
    if (!reported)
        return test::firstDifference(items, original) == -1 ? "" : "items differ and nothing was reported";
    if (health.findings.empty())
        return "damage without a finding";
    return test::isSubsequence(items, original) ? "" : "an item was read that is not in the original";
}

/// Frames that do not compress.
std::vector<float> noise(PhiloxSequence& random, std::size_t count)
{
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.uniform());
    return values;
}

bool haveNamespaces()
{
    QProcess process;
    process.start(QStringLiteral("unshare"), {QStringLiteral("-Urm"), QStringLiteral("true")});
    return process.waitForFinished() && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

/// Run this program as `mode` inside a private mount; its stdout, or a message that begins with "failed".
QString runOnTmpfs(const QString& mount, const QString& mode, const QString& folder)
{
    QProcess process;
    process.start(QStringLiteral("unshare"),
                  {QStringLiteral("-Urm"), QStringLiteral("sh"), QStringLiteral("-c"),
                   mount + QStringLiteral(" && exec \"$2\" \"$3\" \"$1\""), QStringLiteral("sh"), folder,
                   QCoreApplication::applicationFilePath(), mode});
    if (!process.waitForFinished(60000) || process.exitCode() != 0)
        return QStringLiteral("failed: ") + QString::fromUtf8(process.readAllStandardOutput()) +
               QString::fromUtf8(process.readAllStandardError());
    return QString::fromUtf8(process.readAllStandardOutput());
}

} // namespace

void TestRecordingFaults::initTestCase()
{
    log::setConsoleLevel(log::Level::Error);
    QVERIFY(m_folder.isValid());
}

Bytes TestRecordingFaults::smallRecording(const char* codec, std::vector<Item>& items) const
{
    items = test::sampleItems(77, 12, 2, 3);
    RecorderOptions options;
    options.codec = codec;
    options.flushNanoseconds = 1;
    RecordingMetadata metadata = test::sampleMetadata(2);
    for (auto& source : metadata.sources)
        source.channels.resize(1);
    const std::string file = path(QStringLiteral("small_%1.bnr").arg(QLatin1String(codec)));
    ::unlink(file.c_str());
    auto recorder = Recorder::create(file, metadata, Bytes{1, 2, 3, 4, 5}, Bytes{6, 7}, options);
    if (!recorder.ok())
        return {};
    for (std::size_t i = 0; i < items.size(); ++i) {
        test::record(**recorder, items[i]);
        if (i % 9 == 8)
            QThread::msleep(2); // so that there are several groups
    }
    if (!(*recorder)->finish().ok())
        return {};
    return contentOf(file);
}

void TestRecordingFaults::truncatedAtEveryByte()
{
    std::vector<Item> items;
    const Bytes bytes = smallRecording("lz4", items);
    QVERIFY(bytes.size() > 3000);
    QVERIFY(bytes.size() <= 16384);
    std::size_t most = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        const std::string wrong = checkDamaged(cut, items);
        QVERIFY2(wrong.empty(), (std::to_string(length) + ": " + wrong).c_str());
        auto reader = Reader::openBytes(cut, "cut");
        if (!reader.ok())
            continue;
        QVERIFY(!(*reader)->health().complete);
        // What is there is a prefix, and it only grows.
        const auto read = test::readAll(**reader);
        QVERIFY(read.size() >= most);
        most = read.size();
        if (length % 7 == 0) {
            const auto verified = verifyBytes(cut, "cut");
            BNOF_VERIFY_OK(verified);
            QVERIFY(!verified->intact);
        }
    }
    QCOMPARE(most, items.size());
}

void TestRecordingFaults::everyByteFlipped()
{
    std::vector<Item> items;
    const Bytes bytes = smallRecording("none", items);
    QVERIFY(bytes.size() <= 16384);
    BNOF_VERIFY_OK(verifyBytes(bytes, "whole"));
    QVERIFY(verifyBytes(bytes, "whole")->intact);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes flipped = bytes;
        flipped[i] = static_cast<std::uint8_t>(flipped[i] ^ (1U << (i % 8)));
        const std::string wrong = checkDamaged(flipped, items);
        QVERIFY2(wrong.empty(), (std::to_string(i) + ": " + wrong).c_str());
        const auto verified = verifyBytes(flipped, "flipped");
        QVERIFY2(!verified.ok() || !verified->intact, std::to_string(i).c_str());
        QVERIFY(!verified.ok() || !verified->health.findings.empty());
    }
}

/// Between the footer and the tail there are up to seven bytes that no checksum covers.
void TestRecordingFaults::flippedPaddingOfTheFooter()
{
    int padded = 0;
    for (int length = 0; length < 8; ++length) {
        RecordingMetadata metadata = test::sampleMetadata();
        metadata.title = std::string(static_cast<std::size_t>(length), 'x');
        RecorderOptions options;
        options.codec = "none";
        const std::string file = path(QStringLiteral("padding%1.bnr").arg(length));
        BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(1, 2), metadata, options));
        const Bytes bytes = contentOf(file);
        for (std::size_t back = 49; back < 56; ++back) {
            Bytes flipped = bytes;
            flipped[bytes.size() - back] ^= 1U;
            padded += bytes[bytes.size() - back] == 0 ? 1 : 0;
            const auto verified = verifyBytes(flipped, "flipped");
            QVERIFY(!verified.ok() || !verified->intact);
        }
    }
    QVERIFY(padded > 0);
}

void TestRecordingFaults::nonsenseBehindRightChecksums()
{
    PhiloxSequence random(4, 4);
    for (const char* codec : {"none", "lz4"}) {
        std::vector<Item> items;
        const Bytes bytes = smallRecording(codec, items);
        for (int round = 0; round < 1000; ++round) {
            Bytes nonsense = bytes;
            const auto changes = 1 + random.below(4);
            for (std::uint32_t i = 0; i < changes; ++i)
                nonsense[64 + random.below(static_cast<std::uint32_t>(bytes.size() - 64))] =
                    static_cast<std::uint8_t>(random.below(3) == 0 ? 0xFF : random.below(256));
            test::reseal(nonsense);
            // Wrong data cannot be told from right data here, but nothing may crash or run away.
            auto reader = Reader::openBytes(nonsense, "nonsense");
            if (reader.ok()) {
                static_cast<void>(test::readAll(**reader));
                (*reader)->seek(5'100'000'000);
                static_cast<void>(test::readAll(**reader));
                static_cast<void>((*reader)->modelBytes());
            }
            static_cast<void>(verifyBytes(nonsense, "nonsense"));
        }
    }
}

void TestRecordingFaults::fileThatShrinksWhileItIsRead()
{
    const std::string file = path(QStringLiteral("shrinks.bnr"));
    const auto items = test::sampleItems(3, 4000);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    Item item;
    for (int i = 0; i < 10; ++i)
        QVERIFY((*reader)->next(item));
    QCOMPARE(::truncate(file.c_str(), 5000), 0);
    (*reader)->rewind();
    QVERIFY(test::isSubsequence(test::readAll(**reader), items));
    QVERIFY((*reader)->health().lostBytes > 0);
}

void TestRecordingFaults::killedTwentyTimes()
{
    PhiloxSequence random(static_cast<std::uint64_t>(wallNow()), 0);
    const int rounds = qEnvironmentVariableIsSet("BNOF_TEST_FULL") ? 500 : 20;
    for (int round = 0; round < rounds; ++round) {
        const std::string file = path(QStringLiteral("killed%1.bnr").arg(round));
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {round % 2 == 0 ? QStringLiteral("--record") : QStringLiteral("--record-many-files"),
                     QString::fromStdString(file)});
        QVERIFY(child.waitForReadyRead(20000));
        QThread::msleep(200 + random.below(300));
        child.kill();
        QVERIFY(child.waitForFinished());
        const QByteArray told = child.readAllStandardOutput();
        std::vector<Timestamp> accepted(static_cast<std::size_t>(told.size()) / sizeof(Timestamp));
        std::memcpy(accepted.data(), told.constData(), accepted.size() * sizeof(Timestamp));
        QVERIFY(accepted.size() > 10);
        const auto before = verify(file);
        BNOF_VERIFY_OK(before);
        QVERIFY(!before->intact);
        QVERIFY(!before->health.findings.empty());
        QVERIFY(before->health.findings.front().find("interrupted") != std::string::npos);
        auto reader = Reader::open(file);
        BNOF_VERIFY_OK(reader);
        const auto items = test::readAll(**reader);
        // Whatever was accepted is there; the child may have been killed before it told of the last one.
        QVERIFY2(items.size() >= accepted.size() && items.size() <= accepted.size() + 1,
                 std::to_string(items.size()).c_str());
        for (std::size_t i = 0; i < accepted.size(); ++i)
            QCOMPARE(std::get<FrameItem>(items[i]).t, accepted[i]);

        const auto repaired = repair(file);
        BNOF_VERIFY_OK(repaired);
        QVERIFY(repaired->changed);
        QCOMPARE(repaired->cutBytes, before->health.lostBytes);
        const auto after = verify(file);
        BNOF_VERIFY_OK(after);
        QVERIFY2(after->intact, after->health.findings.empty() ? "" : after->health.findings.back().c_str());
        QCOMPARE(after->summary.frames, static_cast<std::uint64_t>(items.size()));
        QVERIFY(!QFile::exists(QString::fromStdString(file) + QStringLiteral(".open")));
        auto whole = Reader::open(file);
        BNOF_VERIFY_OK(whole);
        QCOMPARE(test::firstDifference(test::readAll(**whole), items), std::ptrdiff_t{-1});
        for (const std::string& part : (*whole)->files())
            ::unlink(part.c_str());
    }
}

void TestRecordingFaults::diskFull()
{
    if (!haveNamespaces())
        QSKIP("unshare -Urm is not permitted here, so no small disk can be made");
    const QString folder = m_folder.filePath(QStringLiteral("small_disk"));
    QVERIFY(QDir().mkpath(folder));
    const QString said =
        runOnTmpfs(QStringLiteral("mount -t tmpfs -o size=300k bnof \"$1\""), QStringLiteral("--fill"), folder);
    QVERIFY2(said.startsWith(QStringLiteral("ok")), qPrintable(said));
}

void TestRecordingFaults::readOnlyTargets()
{
    const QString folder = m_folder.filePath(QStringLiteral("not_ours"));
    QVERIFY(QDir().mkpath(folder));
    const std::string target = folder.toStdString() + "/new.bnr";
    ::chmod(m_folder.path().toStdString().c_str(), 0755);
    ::chmod(folder.toStdString().c_str(), 0555);
    const pid_t child = ::fork();
    if (child == 0) {
        // Root may write everywhere; nobody may not.
        if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0))
            ::_exit(77);
        const auto recorder = Recorder::create(target, test::sampleMetadata(), {}, {});
        const bool right =
            !recorder.ok() && recorder.error().message().find("Permission denied") != std::string::npos &&
            recorder.error().remedy.find("may not write") != std::string::npos && recorder.error().where == target;
        ::_exit(right ? 0 : 1);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        QSKIP("root may not become another user here");
    QCOMPARE(WEXITSTATUS(status), 0);
    QVERIFY(!QFile::exists(QString::fromStdString(target)));

    const auto missing = Recorder::create(path(QStringLiteral("no/such/folder/a.bnr")), test::sampleMetadata(), {}, {});
    QVERIFY(!missing.ok());
    QVERIFY(missing.error().remedy.find("Create the folder") != std::string::npos);

    if (!haveNamespaces())
        QSKIP("unshare -Urm is not permitted here, so no read-only disk can be made");
    const QString mount = m_folder.filePath(QStringLiteral("read_only_disk"));
    QVERIFY(QDir().mkpath(mount));
    const QString said = runOnTmpfs(QStringLiteral("mount -t tmpfs bnof \"$1\" && mount -o remount,ro \"$1\""),
                                    QStringLiteral("--create"), mount);
    QVERIFY2(said.contains(QStringLiteral("Read-only file system")), qPrintable(said));
}

void TestRecordingFaults::existingFileIsNeverOverwritten()
{
    const std::string file = path(QStringLiteral("precious.bnr"));
    BNOF_VERIFY_OK(writeFileAtomically(file, "precious"));
    const auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    QVERIFY(!recorder.ok());
    QVERIFY(recorder.error().what.find("already exists") != std::string::npos);
    QCOMPARE(*readFile(file), std::string("precious"));

    std::vector<Item> items;
    Bytes bytes = smallRecording("lz4", items);
    bytes.resize(bytes.size() - 100);
    const std::string cut = path(QStringLiteral("cut.bnr"));
    BNOF_VERIFY_OK(writeFileAtomically(cut, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    QVERIFY(!repair(cut, file).ok());
    QCOMPARE(*readFile(file), std::string("precious"));
}

void TestRecordingFaults::writeThatFails()
{
    PhiloxSequence random(1, 1);
    // An index page is written behind 256 chunks; the group after it must be taken up too.
    for (const int failing : {4, 5, 6, 7, 8, 253, 254, 255, 256, 257, 258, 259, 260}) {
        const std::string file = path(QStringLiteral("eio%1.bnr").arg(failing));
        auto calls = std::make_shared<storage::FileCalls>(storage::FileCalls::ofTheSystem());
        std::atomic<int> writes{0};
        calls->write = [&writes, failing](int fd, const void* bytes, std::size_t length, off_t offset) -> ssize_t {
            if (++writes < failing)
                return ::pwrite(fd, bytes, length, offset);
            errno = EIO;
            return -1;
        };
        RecorderOptions options;
        options.calls = calls;
        options.flushNanoseconds = 1;
        auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
        BNOF_VERIFY_OK(recorder);
        std::uint64_t accepted = 0;
        std::vector<Timestamp> times;
        for (int i = 0; i < 50000; ++i) {
            const auto values = noise(random, 16);
            if (!(*recorder)->frame(0, {i, values}, true))
                break;
            ++accepted;
            QThread::usleep(100);
        }
        QVERIFY(accepted < 50000);
        const auto status = (*recorder)->status();
        QVERIFY(status.failure.has_value());
        QVERIFY(status.failure->what.find("cannot write") != std::string::npos);
        QCOMPARE(status.failure->where, file);
        QVERIFY(!status.failure->remedy.empty());
        const auto finished = (*recorder)->finish();
        QVERIFY(!finished.ok());
        auto reader = Reader::open(file);
        BNOF_VERIFY_OK(reader);
        const auto items = test::readAll(**reader);
        QCOMPARE((*reader)->health().lostBytes, std::uint64_t{0});
        // All that was accepted, and why there is no more.
        QCOMPARE(items.size(), static_cast<std::size_t>(accepted + 1));
        for (std::size_t i = 0; i < accepted; ++i)
            QCOMPARE(std::get<FrameItem>(items[i]).t, static_cast<Timestamp>(i));
        QVERIFY(std::get<StreamEvent>(items.back()).text.find("cannot write") != std::string::npos);
        BNOF_VERIFY_OK(repair(file));
        const auto mended = verify(file);
        BNOF_VERIFY_OK(mended);
        QVERIFY(mended->intact);
        QCOMPARE(mended->summary.frames, accepted);
    }
}

void TestRecordingFaults::flushThatFails()
{
    const std::string file = path(QStringLiteral("nosync.bnr"));
    auto calls = std::make_shared<storage::FileCalls>(storage::FileCalls::ofTheSystem());
    std::atomic<int> syncs{0};
    calls->sync = [&syncs](int fd) {
        if (++syncs < 3)
            return ::fdatasync(fd);
        errno = EIO;
        return -1;
    };
    RecorderOptions options;
    options.calls = calls;
    options.flushNanoseconds = nanosecondsPerMillisecond;
    options.syncNanoseconds = 5 * nanosecondsPerMillisecond;
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    const auto items = test::sampleItems(2, 2000);
    std::size_t accepted = 0;
    for (const Item& item : items) {
        if (!test::record(**recorder, item))
            break;
        ++accepted;
        QThread::usleep(20);
    }
    QTRY_VERIFY_WITH_TIMEOUT((*recorder)->status().failure.has_value(), 10000);
    QVERIFY(!(*recorder)->mark({1, "refused"}));
    QVERIFY(!(*recorder)->finish().ok());
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    auto read = test::readAll(**reader);
    QVERIFY((*reader)->health().lostBytes == 0);
    // The file itself says why it ends.
    QVERIFY(!read.empty());
    const auto* note = std::get_if<StreamEvent>(&read.back());
    QVERIFY(note != nullptr && note->text.find("ended by itself") != std::string::npos);
    while (!read.empty() && std::holds_alternative<StreamEvent>(read.back()) &&
           std::get<StreamEvent>(read.back()).text.find("ended by itself") != std::string::npos)
        read.pop_back();
    QVERIFY(read.size() <= accepted);
    QVERIFY(test::firstDifference(read, std::vector<Item>(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(
                                                                                             read.size()))) == -1);
}

void TestRecordingFaults::slowDiskDropsAndCounts()
{
    const std::string file = path(QStringLiteral("slow.bnr"));
    auto calls = std::make_shared<storage::FileCalls>(storage::FileCalls::ofTheSystem());
    std::atomic<bool> stuck{false};
    calls->write = [&stuck](int fd, const void* bytes, std::size_t length, off_t offset) -> ssize_t {
        while (stuck)
            QThread::usleep(200);
        return ::pwrite(fd, bytes, length, offset);
    };
    RecorderOptions options;
    options.calls = calls;
    options.queueBytes = 64 * 1024;
    options.flushNanoseconds = nanosecondsPerMillisecond;
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    std::uint64_t offered = 0;
    std::uint64_t refused = 0;
    const std::vector<float> values(16, 1.0F);
    const auto offer = [&](int count) {
        for (int i = 0; i < count; ++i) {
            refused += (*recorder)->frame(0, {static_cast<Timestamp>(offered), values}, true) ? 0 : 1;
            ++offered;
        }
    };
    for (int round = 0; round < 3; ++round) {
        stuck = true;
        offer(3000);
        QVERIFY((*recorder)->mark({static_cast<Timestamp>(offered), "marks are kept"}));
        QVERIFY(refused > 0);
        stuck = false;
        QThread::msleep(30);
        offer(20);
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    QCOMPARE((*recorder)->status().dropped, refused);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->health().complete);
    QCOMPARE((*reader)->summary().droppedFrames, refused);
    QCOMPARE((*reader)->summary().frames, offered - refused);
    QCOMPARE((*reader)->summary().marks, std::uint64_t{3});
    // Each hole is marked where it is.
    Timestamp expected = 0;
    for (const Item& item : test::readAll(**reader)) {
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            QCOMPARE(frame->t, expected);
            ++expected;
        } else if (const auto* event = std::get_if<StreamEvent>(&item)) {
            QCOMPARE(event->t, expected);
            expected += static_cast<Timestamp>(event->count);
            QCOMPARE(event->t2, expected - 1);
        }
    }
    QCOMPARE(expected, static_cast<Timestamp>(offered));
}

void TestRecordingFaults::repairKeepsWhatIsBehindDamage()
{
    std::vector<Item> items;
    Bytes bytes = smallRecording("none", items);
    // Destroy the middle and cut off the end.
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 100; ++i)
        bytes[i] = 0x55;
    bytes.resize(bytes.size() - 60);
    const std::string file = path(QStringLiteral("hurt.bnr"));
    const std::string copy = path(QStringLiteral("mended.bnr"));
    BNOF_VERIFY_OK(writeFileAtomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    const auto before = Reader::open(file);
    BNOF_VERIFY_OK(before);
    const auto readable = test::readAll(**before);
    QVERIFY(test::isSubsequence(readable, items));
    QVERIFY(readable.size() > items.size() / 2);

    const auto copied = repair(file, copy);
    BNOF_VERIFY_OK(copied);
    QVERIFY(copied->changed);
    QVERIFY(copied->cutBytes > 0);
    QVERIFY(!copied->findings.empty());
    QVERIFY(contentOf(file) == bytes);
    auto mended = Reader::open(copy);
    BNOF_VERIFY_OK(mended);
    QVERIFY((*mended)->health().complete);
    QCOMPARE(test::firstDifference(test::readAll(**mended), readable), std::ptrdiff_t{-1});
    QVERIFY((*mended)->modelBytes() == (Bytes{1, 2, 3, 4, 5}));
    // What is gone stays known.
    bool told = false;
    for (const std::string& finding : (*mended)->health().findings)
        told = told || finding.find("Found by that repair: At byte") != std::string::npos;
    QVERIFY(told);

    const auto inPlace = repair(file);
    BNOF_VERIFY_OK(inPlace);
    QVERIFY(inPlace->changed);
    auto again = Reader::open(file);
    BNOF_VERIFY_OK(again);
    QVERIFY((*again)->health().complete);
    QCOMPARE(test::firstDifference(test::readAll(**again), readable), std::ptrdiff_t{-1});
}

void TestRecordingFaults::repairOfTheFileHeader()
{
    std::vector<Item> items;
    Bytes bytes = smallRecording("lz4", items);
    const std::string file = path(QStringLiteral("beheaded.bnr"));
    for (std::size_t i = 0; i < 64; ++i)
        bytes[i] = 0;
    BNOF_VERIFY_OK(writeFileAtomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    const auto before = verify(file);
    BNOF_VERIFY_OK(before);
    QVERIFY(!before->intact);
    const auto repaired = repair(file);
    BNOF_VERIFY_OK(repaired);
    QVERIFY(repaired->changed);
    QCOMPARE(repaired->cutBytes, std::uint64_t{0});
    const auto after = verify(file);
    BNOF_VERIFY_OK(after);
    QVERIFY(after->intact);
    QVERIFY(Reader::openBytes(contentOf(file), "x").ok());
}

void TestRecordingFaults::repairLeavesIntactFilesAlone()
{
    std::vector<Item> items;
    const Bytes bytes = smallRecording("lz4", items);
    const std::string file = path(QStringLiteral("small_lz4.bnr"));
    const auto repaired = repair(file);
    BNOF_VERIFY_OK(repaired);
    QVERIFY(!repaired->changed);
    QVERIFY(contentOf(file) == bytes);
    const std::string copy = path(QStringLiteral("needless.bnr"));
    BNOF_VERIFY_OK(repair(file, copy));
    QVERIFY(!QFile::exists(QString::fromStdString(copy)));
}

namespace {

/// `--record PATH`: 1,000 frames a second until killed; tells the time of each accepted frame on stdout.
/// `--record-many-files`: the same, and a hundred times a second another file is begun.
int recordUntilKilled(const std::string& path, bool manyFiles)
{
    RecorderOptions options;
    if (manyFiles) {
        options.flushNanoseconds = 10 * nanosecondsPerMillisecond;
        options.segmentBytes = 1;
    }
    auto recorder = Recorder::create(path, test::sampleMetadata(), {}, {}, options);
    if (!recorder.ok())
        return 1;
    const std::int64_t start = monotonicNow();
    const std::vector<float> values(16, 3.0F);
    for (std::int64_t i = 0;; ++i) {
        while (monotonicNow() < start + i * nanosecondsPerMillisecond)
            ::usleep(200);
        const Timestamp t = monotonicNow() - start;
        if (!(*recorder)->frame(0, {t, values}, true))
            return 2;
        if (::write(STDOUT_FILENO, &t, sizeof t) != sizeof t)
            return 3;
    }
}

/// `--fill FOLDER`: record until the disk is full, then check what is left of it.
int fill(const std::string& folder)
{
    const std::string path = folder + "/full.bnr";
    const auto complain = [](const std::string& why) {
        std::puts(why.c_str());
        return 1;
    };
    RecorderOptions options; // as the programs have it; in a second a fast machine makes more than the disk holds
    options.flushNanoseconds = 150 * nanosecondsPerMillisecond;
    auto recorder = Recorder::create(path, test::sampleMetadata(), Bytes(1000, 1), {}, options);
    if (!recorder.ok())
        return complain(recorder.error().message());
    if ((*recorder)->status().freeBytes <= 0 || (*recorder)->status().freeBytes > 300 * 1024)
        return complain("free space is not known");
    PhiloxSequence random(6, 6);
    std::vector<std::vector<float>> frames;
    while (frames.size() < 200'000) {
        frames.push_back(noise(random, 16));
        if (!(*recorder)->frame(0, {static_cast<Timestamp>(frames.size() - 1), frames.back()}, true))
            break;
        ::usleep(50);
    }
    const auto status = (*recorder)->status();
    if (!status.failure)
        return complain("the full disk was not noticed");
    if (status.failure->what.find("disk is full") == std::string::npos || status.failure->where != path ||
        status.failure->remedy.empty())
        return complain("unclear: " + status.failure->message());
    if ((*recorder)->finish().ok())
        return complain("finish() hides the failure");
    auto reader = Reader::open(path);
    if (!reader.ok())
        return complain(reader.error().message());
    std::size_t read = 0;
    for (const Item& item : test::readAll(**reader)) {
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            if (frame->t != static_cast<Timestamp>(read) || frame->values != frames[read])
                return complain("a frame is wrong");
            ++read;
        }
    }
    const Health& health = (*reader)->health();
    if (health.lostBytes > 0 || health.damagedChunks > 0 || read < 2000)
        return complain("only " + std::to_string(read) + " frames are readable");
    if (!health.complete)
        return complain("there is room for the footer, and it is missing");
    if ((*reader)->summary().frames + (*reader)->summary().droppedFrames + 1 < status.frames)
        return complain("the loss is not counted in the file");
    std::printf("ok %zu frames\n", read);
    return 0;
}

/// `--create FOLDER`: try to record there and say what the program says.
int create(const std::string& folder)
{
    const auto recorder = Recorder::create(folder + "/new.bnr", test::sampleMetadata(), {}, {});
    std::puts(recorder.ok() ? "created" : recorder.error().message().c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3) {
        log::setConsoleLevel(log::Level::Error);
        const std::string mode = argv[1];
        if (mode == "--record" || mode == "--record-many-files")
            return recordUntilKilled(argv[2], mode != "--record");
        if (mode == "--fill")
            return fill(argv[2]);
        if (mode == "--create")
            return create(argv[2]);
    }
    const QCoreApplication application(argc, argv);
    TestRecordingFaults test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_recording_faults.moc"
