// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <filesystem>

#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/source_uri.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

std::string pathOf(const std::string& uri)
{
    return std::move(SourceUri::parse(uri)).value().path;
}

/// Everything that comes from a device node until the other end closes or `lines` lines are there.
std::string readLines(const std::string& path, std::ptrdiff_t lines)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::string text;
    char buffer[4096];
    while (fd >= 0 && std::count(text.begin(), text.end(), '\n') < lines) {
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, 5000) <= 0)
            break;
        const ssize_t count = ::read(fd, buffer, sizeof buffer);
        if (count <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(fd);
    return text;
}

SimulatorOptions quick()
{
    SimulatorOptions options;
    options.nose.rateHz = 100;
    options.speed = 5;
    return options;
}

} // namespace

class TestSimulator : public test::Suite {
    Q_OBJECT

private slots:
    void optionsAreChecked_data();
    void optionsAreChecked();
    void faultListsAreRead();
    void faultsAreDeterministic();
    void ptySpeaksRawBytesAndOutlivesClients();
    void symlinkFollowsThePort();
    void tcpServesClientsInTurn();
    void durationEndsTheRun();
    void filesArePlayed();
};

void TestSimulator::optionsAreChecked_data()
{
    QTest::addColumn<QByteArray>("on");
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<double>("rate");
    QTest::addColumn<QByteArray>("faults");
    QTest::addColumn<QByteArray>("where");
    QTest::newRow("on") << QByteArray("usb") << QByteArray("csv") << 1.0 << QByteArray() << QByteArray("--on");
    QTest::newRow("format") << QByteArray("pty") << QByteArray("xml") << 1.0 << QByteArray() << QByteArray("--format");
    QTest::newRow("rate") << QByteArray("pty") << QByteArray("csv") << 0.0 << QByteArray() << QByteArray("--rate");
    QTest::newRow("comma") << QByteArray("pty") << QByteArray("ndjson") << 1.0 << QByteArray("decimal-comma")
                           << QByteArray("--faults");
}

void TestSimulator::optionsAreChecked()
{
    QFETCH(QByteArray, on);
    QFETCH(QByteArray, format);
    QFETCH(double, rate);
    QFETCH(QByteArray, faults);
    QFETCH(QByteArray, where);
    SimulatorOptions options;
    options.on = on.toStdString();
    options.format = format.toStdString();
    options.nose.rateHz = rate;
    options.faults = std::move(parseFaults(faults.toStdString())).value();
    const auto server = SimulatorServer::create(options);
    QVERIFY(!server.ok());
    QCOMPARE(server.error().kind, ErrorKind::Usage);
    QCOMPARE(QByteArray::fromStdString(server.error().where), where);
}

void TestSimulator::faultListsAreRead()
{
    const auto faults = parseFaults("garbage:0.5,disconnect@20+3,nan,longline@1.5");
    BNOF_VERIFY_OK(faults);
    QCOMPARE(faults->size(), 4U);
    QCOMPARE((*faults)[0].probability, 0.5);
    QCOMPARE((*faults)[1].kind, Fault::Kind::Disconnect);
    QCOMPARE((*faults)[1].atSeconds, 20.0);
    QCOMPARE((*faults)[1].lastsSeconds, 3.0);
    QCOMPARE((*faults)[3].atSeconds, 1.5);
    for (const char* bad : {"fire", "garbage:2", "garbage@3", "disconnect:0.1", "disconnect@x", "nan:"}) {
        const auto refused = parseFaults(bad);
        QVERIFY2(!refused.ok(), bad);
        QVERIFY(refused.error().remedy.find("disconnect@20+3") != std::string::npos);
    }
    QVERIFY(faultHelp().find("half-lines") != std::string::npos);
}

void TestSimulator::faultsAreDeterministic()
{
    const auto play = [](std::uint64_t seed) {
        FaultInjector injector(
            std::move(parseFaults("garbage:0.1,half-lines:0.1,drop:0.1,longline@0.5,baud@2+1")).value(), seed);
        std::string all;
        for (int i = 0; i < 400; ++i) {
            std::string line = "1,2,3,4,5\n";
            injector.apply(i * 0.01, line);
            all += line;
        }
        return all;
    };
    QVERIFY(play(1) == play(1));
    QVERIFY(play(1) != play(2));
    QVERIFY(play(1).size() > 1U << 20);
}

void TestSimulator::ptySpeaksRawBytesAndOutlivesClients()
{
    auto server = SimulatorServer::create(quick());
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    const std::string path = pathOf(simulator.server().uri());
    for (int client = 0; client < 3; ++client) {
        QTest::qWait(100); // the kernel tells of no client that is replaced at once
        const std::string text = readLines(path, 10);
        QVERIFY(std::count(text.begin(), text.end(), '\n') >= 10);
        // Every client is greeted with the header, and what is not there is not read: no echo, no CRs.
        QVERIFY2(text.starts_with("#bnof {"), text.substr(0, 80).c_str());
        QVERIFY(text.find("\"simulated\":true") != std::string::npos);
        QVERIFY(text.find("\n# simulated data") != std::string::npos);
        QVERIFY(text.find("\nt_s,MOX-A1,MOX-A2") != std::string::npos);
        QVERIFY(text.find('\r') == std::string::npos);
    }
    const auto counts = simulator.server().counts();
    QCOMPARE(counts.clients, 3U);
    QVERIFY(counts.bytesDiscarded > 0 || counts.rows == counts.rowsSent);
    simulator.finish();
    BNOF_VERIFY_OK(simulator.result());
}

void TestSimulator::symlinkFollowsThePort()
{
    QTemporaryDir folder;
    SimulatorOptions options = quick();
    options.symlink = folder.filePath("nose").toStdString();
    options.faults = std::move(parseFaults("disconnect@0.2+0.2")).value();
    {
        auto server = SimulatorServer::create(options);
        BNOF_VERIFY_OK(server);
        QCOMPARE((*server)->uri(), "serial:" + options.symlink + "?decoder=csv");
        const auto first = std::filesystem::read_symlink(options.symlink);
        QVERIFY(first.string().starts_with("/dev/pts/"));
        test::RunningSimulator simulator(std::move(*server));
        QTRY_VERIFY(!std::filesystem::is_symlink(options.symlink));
        QTRY_VERIFY(std::filesystem::is_symlink(options.symlink));
        QVERIFY(readLines(options.symlink, 5).starts_with("#bnof"));
    }
    QVERIFY(!std::filesystem::is_symlink(options.symlink));
    QFile occupied(folder.filePath("nose"));
    QVERIFY(occupied.open(QIODevice::WriteOnly));
    const auto refused = SimulatorServer::create(options);
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().what.find("not a link") != std::string::npos);
}

void TestSimulator::tcpServesClientsInTurn()
{
    SimulatorOptions options = quick();
    options.on = "tcp";
    options.format = "ndjson";
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    const SourceUri uri = std::move(SourceUri::parse(simulator.server().uri())).value();
    for (int client = 0; client < 3; ++client) {
        QTcpSocket socket;
        socket.connectToHost(QString::fromStdString(uri.host), static_cast<quint16>(uri.port));
        QByteArray text;
        QTRY_VERIFY((text += socket.readAll()).count('\n') >= 5);
        QVERIFY(text.startsWith("{\"bnof\":{"));
        QVERIFY(text.contains("{\"t_s\":"));
        QVERIFY(text.contains("\"simulated\":true}\n"));
    }
    QTRY_COMPARE(simulator.server().counts().clients, 3U);
    simulator.finish();
    BNOF_VERIFY_OK(simulator.result());
}

void TestSimulator::durationEndsTheRun()
{
    SimulatorOptions options = quick();
    options.durationSeconds = 0.3;
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    const std::int64_t start = monotonicNow();
    BNOF_VERIFY_OK((*server)->run());
    const std::int64_t took = monotonicNow() - start;
    QVERIFY(took >= 300 * nanosecondsPerMillisecond);
    QVERIFY((*server)->counts().rows >= 1);
    QCOMPARE((*server)->counts().bytesSent, 0U); // nobody listened
}

void TestSimulator::filesArePlayed()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("run.csv").toStdString();
    {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("t_s,label,s1,s2\n0,a,1,2\n0.5,b,3,4\n1,b,5,\n1.5,b,7,8\n");
    }
    SimulatorOptions options;
    options.speed = 0;
    options.file = FileRowsOptions{path, {"label"}, 0, 0.5, 0};
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    const std::string text = readLines(pathOf(simulator.server().uri()), 6);
    QVERIFY2(text.ends_with("t_s,s1,s2\n0.5,3,4\n1,5,\n1.5,7,8\n"), text.c_str());
    QVERIFY(text.find("\"simulated\":false") != std::string::npos);
    simulator.waitForEnd();
    BNOF_VERIFY_OK(simulator.result());
    QCOMPARE(simulator.server().counts().rowsSent, 3U);

    options.file->omitColumns = {"nothing"};
    QVERIFY(!SimulatorServer::create(options).ok());
    options.file = FileRowsOptions{folder.filePath("absent.csv").toStdString(), {}, 1, 0, 0};
    QVERIFY(!SimulatorServer::create(options).ok());
}

QTEST_GUILESS_MAIN(TestSimulator)
#include "tst_simulator.moc"
