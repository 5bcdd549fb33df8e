// SPDX-License-Identifier: GPL-3.0-or-later
// Every call to the system and every allocation of memory that a recording makes is let fail once. The calls are
// replaced in this program, so the recorder, its threads and its files are the real ones.
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/log.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

namespace {

enum Call { Write, Sync, Truncate, Reserve, Map, Allocate, callCount };

/// Which call fails, how, and how many of each there were since arm().
struct Failure {
    std::atomic<int> call{callCount};
    std::atomic<std::int64_t> at{0}; ///< counted from 1
    std::atomic<int> code{0};        ///< errno; 0: a short write
    std::atomic<bool> armed{false};
    std::atomic<std::int64_t> count{0};

    void arm(int which, std::int64_t number, int errorCode)
    {
        call = which;
        at = number;
        code = errorCode;
        count = 0;
        armed = true;
    }
    bool strikes(int which)
    {
        if (!armed.load(std::memory_order_relaxed) || call.load(std::memory_order_relaxed) != which)
            return false;
        return ++count == at;
    }
};
Failure failure;

ssize_t writeCall(int fd, const void* bytes, std::size_t length, off_t offset)
{
    if (failure.strikes(Write)) {
        if (failure.code != 0) {
            errno = failure.code;
            return -1;
        }
        length = (length + 1) / 2;
    }
    return ::syscall(SYS_pwrite64, fd, bytes, length, offset);
}

int plain(Call call, long result)
{
    if (!failure.strikes(call))
        return static_cast<int>(result);
    errno = failure.code;
    return -1;
}

int reserveCall(int fd, int mode, off_t offset, off_t length)
{
    if (failure.strikes(Reserve)) {
        errno = failure.code;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, length));
}

void* mapCall(void* address, std::size_t length, int protection, int flags, int fd, off_t offset)
{
    if (failure.strikes(Map)) {
        errno = failure.code;
        return MAP_FAILED;
    }
    return reinterpret_cast<void*>(::syscall(SYS_mmap, address, length, protection, flags, fd, offset));
}

} // namespace

extern "C" {
ssize_t pwrite(int fd, const void* bytes, std::size_t length, off_t offset)
{
    return writeCall(fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void* bytes, std::size_t length, off64_t offset)
{
    return writeCall(fd, bytes, length, offset);
}
int fdatasync(int fd)
{
    return plain(Sync, ::syscall(SYS_fdatasync, fd));
}
int fsync(int fd)
{
    return plain(Sync, ::syscall(SYS_fsync, fd));
}
int ftruncate(int fd, off_t length) noexcept
{
    return plain(Truncate, ::syscall(SYS_ftruncate, fd, length));
}
int ftruncate64(int fd, off64_t length) noexcept
{
    return plain(Truncate, ::syscall(SYS_ftruncate, fd, length));
}
int fallocate(int fd, int mode, off_t offset, off_t length)
{
    return reserveCall(fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
    return reserveCall(fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length)
{
    return reserveCall(fd, 0, offset, length) == 0 ? 0 : errno;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length)
{
    return reserveCall(fd, 0, offset, length) == 0 ? 0 : errno;
}
void* mmap(void* address, std::size_t length, int protection, int flags, int fd, off_t offset) noexcept
{
    return mapCall(address, length, protection, flags, fd, offset);
}
void* mmap64(void* address, std::size_t length, int protection, int flags, int fd, off64_t offset) noexcept
{
    return mapCall(address, length, protection, flags, fd, offset);
}
}

void* operator new(std::size_t size)
{
    void* memory = failure.strikes(Allocate) ? nullptr : std::malloc(size);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

class TestFailingCalls : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase() { log::setConsoleLevel(log::Level::Error); }
    void everyCallFailsOnce_data();
    void everyCallFailsOnce();

private:
    QTemporaryDir m_folder;
};

void TestFailingCalls::everyCallFailsOnce_data()
{
    QTest::addColumn<int>("call");
    QTest::addColumn<int>("code");
    QTest::newRow("write, disk full") << int{Write} << ENOSPC;
    QTest::newRow("write, input/output error") << int{Write} << EIO;
    QTest::newRow("write, short") << int{Write} << 0;
    QTest::newRow("flush, input/output error") << int{Sync} << EIO;
    QTest::newRow("truncate, input/output error") << int{Truncate} << EIO;
    QTest::newRow("reserve, disk full") << int{Reserve} << ENOSPC;
    QTest::newRow("map, no memory") << int{Map} << ENOMEM;
    QTest::newRow("allocation") << int{Allocate} << ENOMEM;
}

void TestFailingCalls::everyCallFailsOnce()
{
    QFETCH(const int, call);
    QFETCH(const int, code);
    // Two seconds at 100 Hz, in several files, with many groups.
    const auto items = test::sampleItems(77, 200);
    const auto metadata = test::sampleMetadata();
    RecorderOptions options;
    options.flushNanoseconds = nanosecondsPerMillisecond;
    options.syncNanoseconds = nanosecondsPerMillisecond;
    options.segmentBytes = 32U << 10;
    options.queueBytes = 256U << 10;
    const std::string file = m_folder.filePath(QStringLiteral("failing.bnr")).toStdString();
    // Allocations are thousands; all of them are tried where there is time for it.
    const bool all = call != Allocate || qEnvironmentVariableIsSet("BNOF_TEST_FULL");
    std::int64_t last = 0;
    for (std::int64_t number = 1;; number = all ? number + 1 : number + 1 + number / 12) {
        for (const QFileInfo& old : QDir(m_folder.path()).entryInfoList(QDir::Files))
            QVERIFY(QFile::remove(old.filePath()));
        const std::string where = "call " + std::to_string(number);
        std::vector<Item> accepted;
        accepted.reserve(items.size());
        RecordingMetadata description = metadata;
        failure.arm(call, number, code);
        auto recorder = Recorder::create(file, std::move(description), {}, {}, options);
        if (recorder.ok()) {
            for (std::size_t i = 0; i < items.size(); ++i) {
                if (test::record(**recorder, items[i])) {
                    failure.armed = false; // this copy is not the recorder's
                    accepted.push_back(items[i]);
                    failure.armed = true;
                }
                if (i % 16 == 0)
                    QThread::usleep(300);
            }
        }
        Result<void> finished;
        std::uint64_t dropped = 0;
        bool failed = false;
        if (recorder.ok()) {
            finished = (*recorder)->finish();
            failure.armed = false;
            const auto status = (*recorder)->status();
            dropped = status.dropped;
            failed = status.failure.has_value();
            recorder->reset();
        }
        failure.armed = false;
        const std::int64_t calls = failure.count;
        if (calls < number) {
            last = calls;
            QVERIFY2(recorder.ok() && finished.ok() && accepted.size() == items.size(), where.c_str());
            break;
        }
        if (!recorder.ok()) {
            QVERIFY2(!recorder.error().message().empty(), where.c_str());
            continue;
        }
        // What was refused was counted, and an end that is not a good one was told.
        QVERIFY2(dropped == items.size() - accepted.size(), where.c_str());
        QVERIFY2(finished.ok() || failed, where.c_str());
        auto reader = Reader::open(file);
        QVERIFY2(reader.ok(), where.c_str());
        const auto found = test::readAll(**reader);
        QVERIFY2((*reader)->health().lostBytes == 0, where.c_str());
        QVERIFY2((*reader)->health().complete || !finished.ok(), where.c_str());
        // Everything that was accepted is there, in order; beyond it only remarks on what was not.
        QVERIFY2(test::isSubsequence(accepted, found), (where + ": something accepted is missing").c_str());
        for (const Item& item : found)
            QVERIFY2(std::holds_alternative<StreamEvent>(item) ||
                         std::any_of(accepted.begin(), accepted.end(),
                                     [&](const Item& other) { return test::identical(item, other); }),
                     where.c_str());
        reader->reset();
        if (!finished.ok()) {
            const auto mended = repair(file);
            QVERIFY2(mended.ok(), where.c_str());
            auto again = Reader::open(file);
            QVERIFY2(again.ok() && (*again)->health().complete, where.c_str());
            QVERIFY2(test::firstDifference(test::readAll(**again), found) == -1, where.c_str());
        }
    }
    qInfo("%lld calls in a recording in which none failed", static_cast<long long>(last));
    QVERIFY(last > 0);
}

QTEST_GUILESS_MAIN(TestFailingCalls)
#include "tst_failing_calls.moc"
