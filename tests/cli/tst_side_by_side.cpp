// SPDX-License-Identifier: GPL-3.0-or-later
// Two instances of the program at once: on one file, one catalogue, one port.
#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonArray>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include "tests/cli/bnof_process.h"
#include "tests/support/suite.h"

using namespace bnof;
using test::finish;
using test::lastLine;
using test::Outcome;
using test::program;
using test::runBnof;
using test::Simulator;

class TestSideBySide : public test::Suite {
    Q_OBJECT

private slots:
    void twoRecordingsToOneFile();
    void aRunningRecordingIsFollowed();
    void twoRecordersAndTwoListsOfOneLibrary();
    void aSensorThatJoinsARunningRecording();
    void twoSourcesOnOnePort();
    void twoSimulatorsOnOneTcpPort();
    void theAppEndsCleanlyWhenItIsAskedTo();

private:
    [[nodiscard]] QString file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    QTemporaryDir m_folder;
};

namespace {

bool waitForSize(const QString& path, qint64 bytes)
{
    QElapsedTimer timer;
    timer.start();
    while (QFileInfo(path).size() < bytes) {
        if (timer.elapsed() > 20000)
            return false;
        QTest::qWait(20);
    }
    return true;
}

} // namespace

void TestSideBySide::twoRecordingsToOneFile()
{
    const Simulator left({QStringLiteral("--rate"), QStringLiteral("100")});
    const Simulator right({QStringLiteral("--rate"), QStringLiteral("100")});
    const QString out = file("one.bnr");
    QProcess first;
    first.start(program,
                {QStringLiteral("record"), left.uri(), QStringLiteral("--out"), out, QStringLiteral("--json")});
    QVERIFY(waitForSize(out, 4000));

    const Outcome second = runBnof({QStringLiteral("record"), right.uri(), QStringLiteral("--out"), out,
                                    QStringLiteral("--duration"), QStringLiteral("20")});
    QCOMPARE(second.code, 3);
    QVERIFY2(second.err.contains("already exists") && second.err.contains("one.bnr"), second.err.constData());

    const qint64 size = QFileInfo(out).size();
    QVERIFY(waitForSize(out, size + 4000)); // the first goes on
    first.terminate();
    const Outcome ended = finish(first);
    QCOMPARE(ended.code, 0);
    const auto verify = runBnof({QStringLiteral("verify"), out, QStringLiteral("--json")});
    QCOMPARE(verify.code, 0);
    QCOMPARE(lastLine(verify.out)[QLatin1String("frames")], lastLine(ended.out)[QLatin1String("frames")]);
}

void TestSideBySide::twoRecordersAndTwoListsOfOneLibrary()
{
    // Its own catalogue, so that the user's is left alone.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_DATA_HOME"), file("data"));
    const QString library = file("library");
    QVERIFY(QDir().mkpath(library));
    const Simulator left({QStringLiteral("--rate"), QStringLiteral("100")});
    const Simulator right({QStringLiteral("--rate"), QStringLiteral("100")});
    const auto start = [&](QProcess& process, const QStringList& arguments) {
        process.setProcessEnvironment(environment);
        process.start(program, arguments);
    };
    QProcess recorders[2];
    const QString files[2]{library + QStringLiteral("/left.bnr"), library + QStringLiteral("/right.bnr")};
    for (int i = 0; i < 2; ++i)
        start(recorders[i], {QStringLiteral("record"), i == 0 ? left.uri() : right.uri(), QStringLiteral("--out"),
                             files[i], QStringLiteral("--duration"), QStringLiteral("3")});
    // While they grow, two programs keep the one catalogue up to date, again and again.
    const auto running = [](QProcess& process) {
        return process.state() != QProcess::NotRunning && !process.waitForFinished(1);
    };
    do {
        QProcess lists[2];
        for (QProcess& list : lists)
            start(list, {QStringLiteral("list"), QStringLiteral("--json"), QStringLiteral("--set"),
                         QStringLiteral("recording.folder=") + library});
        for (QProcess& list : lists) {
            const Outcome listed = finish(list);
            QVERIFY2(listed.code == 0, listed.err.constData());
        }
    } while (running(recorders[0]) || running(recorders[1]));
    for (QProcess& recorder : recorders)
        QCOMPARE(finish(recorder).code, 0);

    QProcess list;
    start(list, {QStringLiteral("list"), library, QStringLiteral("--json")});
    const Outcome listed = finish(list);
    QCOMPARE(listed.code, 0);
    QCOMPARE(listed.out.count('\n'), 2);
    for (const QString& path : files) {
        QVERIFY2(listed.out.contains(path.toUtf8()), listed.out.constData());
        QCOMPARE(runBnof({QStringLiteral("verify"), path}).code, 0);
    }
    QCOMPARE(listed.out.count("\"complete\":true"), 2);
}

void TestSideBySide::theAppEndsCleanlyWhenItIsAskedTo()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"})
        environment.insert(QString::fromLatin1(name), file(name));
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    QProcess studio;
    studio.setProcessEnvironment(environment);
    studio.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof-studio"),
                 {QStringLiteral("--simulate"), QStringLiteral("--record")});
    QString recorded;
    const auto found = [&] {
        QDirIterator files(m_folder.path(), {QStringLiteral("*.bnr")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext())
            if (const QString path = files.next(); path.contains(QLatin1String("BioNeuro")))
                recorded = path;
        return !recorded.isEmpty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(found(), 30000);
    QVERIFY(waitForSize(recorded, 1 << 16));
    studio.terminate(); // what Ctrl-C, a log-out or a shutdown do
    QCOMPARE(finish(studio).code, 0);
    const auto info = runBnof({QStringLiteral("info"), recorded, QStringLiteral("--json")});
    QCOMPARE(info.code, 0);
    QVERIFY2(info.out.contains("\"complete\":true"), info.out.constData());
}

void TestSideBySide::aRunningRecordingIsFollowed()
{
    const Simulator simulator({QStringLiteral("--rate"), QStringLiteral("100")});
    const QString out = file("followed.bnr");
    QProcess recorder;
    recorder.start(program, {QStringLiteral("record"), simulator.uri(), QStringLiteral("--out"), out});
    QVERIFY(waitForSize(out, 4000));
    QProcess follower;
    follower.start(program, {QStringLiteral("watch"), out, QStringLiteral("--follow")});
    QByteArray seen;
    const auto frames = [&] {
        seen += follower.readAllStandardOutput();
        return seen.count("\"values\"");
    };
    QTRY_VERIFY_WITH_TIMEOUT(frames() > 0, 20000);
    const auto early = frames();
    QTRY_VERIFY_WITH_TIMEOUT(frames() > early + 20, 20000); // while it is being recorded
    QCOMPARE(recorder.state(), QProcess::Running);
    recorder.terminate();
    QCOMPARE(finish(recorder).code, 0);
    const Outcome outcome = finish(follower); // ends by itself
    QVERIFY2(outcome.code == 0, outcome.err.constData());
    seen += outcome.out;
    const auto info = lastLine(runBnof({QStringLiteral("info"), out, QStringLiteral("--json")}).out);
    QCOMPARE(frames(), info[QLatin1String("frames")].toInteger());
    QCOMPARE(runBnof({QStringLiteral("watch"), out}).out, seen); // nothing twice, nothing left out, in order
    const Outcome last = runBnof({QStringLiteral("watch"), out, QStringLiteral("--from"), QStringLiteral("-0.1")});
    QVERIFY(last.out.count("\"values\"") > 0 && last.out.count("\"values\"") < frames());
    QCOMPARE(runBnof({QStringLiteral("watch"), simulator.uri(), QStringLiteral("--follow")}).code, 2);
}

void TestSideBySide::aSensorThatJoinsARunningRecording()
{
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    const quint16 port = free.serverPort();
    free.close();
    const QString out = file("joined.bnr");
    QProcess recorder;
    recorder.start(program,
                   {QStringLiteral("record"), QStringLiteral("tcp-listen://127.0.0.1:%1?decoder=csv").arg(port),
                    QStringLiteral("--out"), out});
    QTcpSocket first;
    QTcpSocket second;
    const auto send = [](QTcpSocket& socket, const QByteArray& line) {
        return socket.write(line) == line.size() && socket.waitForBytesWritten(5000);
    };
    const auto connected = [&](QTcpSocket& socket) {
        socket.abort();
        socket.connectToHost(QHostAddress::LocalHost, port);
        return socket.waitForConnected(200);
    };
    QTRY_VERIFY_WITH_TIMEOUT(connected(first), 20000);
    QVERIFY(send(first, "CO,NO2\n"));
    for (int i = 0; i < 100 && QFileInfo(out).size() < 3000; ++i) {
        QVERIFY(send(first, "1.5,2.5\n"));
        QTest::qWait(50);
    }
    QVERIFY(connected(second));
    QVERIFY(send(second, "H2S,NH3,O3\n"));
    for (int i = 0; i < 20; ++i) {
        QVERIFY(send(second, "1,2,3\n"));
        QTest::qWait(20);
    }
    QTest::qWait(300);
    recorder.terminate();
    QCOMPARE(finish(recorder).code, 0);
    const auto info = lastLine(runBnof({QStringLiteral("info"), out, QStringLiteral("--json")}).out);
    QStringList channels;
    for (const auto& stream : info[QLatin1String("streams")].toArray())
        if (stream[QLatin1String("count")].toInt() > 0)
            for (const auto& channel : stream[QLatin1String("channels")].toArray())
                channels << channel[QLatin1String("name")].toString();
    QCOMPARE(channels, (QStringList{QStringLiteral("CO"), QStringLiteral("NO2"), QStringLiteral("H2S"),
                                    QStringLiteral("NH3"), QStringLiteral("O3")}));
}

void TestSideBySide::twoSourcesOnOnePort()
{
    const Simulator simulator({QStringLiteral("--rate"), QStringLiteral("100")});
    const QString out = file("first.bnr");
    QProcess first;
    first.start(program, {QStringLiteral("record"), simulator.uri(), QStringLiteral("--out"), out});
    QVERIFY(waitForSize(out, 4000));

    const Outcome second =
        runBnof({QStringLiteral("watch"), simulator.uri(), QStringLiteral("--duration"), QStringLiteral("1.5")});
    QCOMPARE(second.code, 4);
    QVERIFY(second.out.isEmpty());
    const QByteArray who = "in use by bnof (process " + QByteArray::number(first.processId()) + ")";
    QVERIFY2(second.err.contains(who), second.err.constData());

    const qint64 size = QFileInfo(out).size();
    QVERIFY(waitForSize(out, size + 4000));
    first.terminate();
    QCOMPARE(finish(first).code, 0);
    const auto info = lastLine(runBnof({QStringLiteral("info"), out, QStringLiteral("--json")}).out);
    QCOMPARE(info[QLatin1String("lost")][QLatin1String("gaps")].toInt(), 0); // the second did it no harm
    // Once the first is gone, the port is free.
    QCOMPARE(runBnof({QStringLiteral("watch"), simulator.uri(), QStringLiteral("--frames"), QStringLiteral("3")}).code,
             0);
}

void TestSideBySide::twoSimulatorsOnOneTcpPort()
{
    const Simulator first({QStringLiteral("--on"), QStringLiteral("tcp")});
    const QString port = first.uri().section(u':', -1).section(u'?', 0, 0);
    const Outcome second =
        runBnof({QStringLiteral("simulate"), QStringLiteral("--on"), QStringLiteral("tcp"), QStringLiteral("--port"),
                 port, QStringLiteral("--duration"), QStringLiteral("20")});
    QCOMPARE(second.code, 4);
    QVERIFY(second.out.isEmpty());
    QVERIFY2(second.err.contains("already listens") && second.err.contains(port.toUtf8()) &&
                 second.err.contains("another port"),
             second.err.constData());
    QCOMPARE(runBnof({QStringLiteral("watch"), first.uri(), QStringLiteral("--frames"), QStringLiteral("3")}).code, 0);
}

QTEST_GUILESS_MAIN(TestSideBySide)
#include "tst_side_by_side.moc"
