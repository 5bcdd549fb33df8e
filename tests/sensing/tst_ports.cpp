// SPDX-License-Identifier: GPL-3.0-or-later
// Why a port cannot be opened. As root everything can be opened, so the checks run this program again as
// another user ("--diagnose PATH", "--open PATH" and "--hold PATH" are its subcommands for that).
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "engine/sensing/simulator/simulator_link.h"
#include "engine/sensing/transports/ports.h"
#include "engine/sensing/transports/serial_transport.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

std::string slaveOf(const SimulatorLink& link)
{
    return link.uri().substr(std::string("serial:").size());
}

/// This program again, as the user nobody.
QByteArray asNobody(const QStringList& arguments)
{
    // The build folder may be closed to others: a copy of the program is not.
    QTemporaryDir folder;
    const QString copy = folder.filePath("program");
    QFile::copy(QCoreApplication::applicationFilePath(), copy);
    ::chmod(folder.path().toLocal8Bit().constData(), 0755);
    ::chmod(copy.toLocal8Bit().constData(), 0755);
    QProcess process;
    process.start("setpriv", QStringList{"--reuid=65534", "--regid=65534", "--clear-groups", copy} + arguments);
    process.waitForFinished(20000);
    return process.readAllStandardOutput() + process.readAllStandardError();
}

bool canBecomeNobody()
{
    return geteuid() == 0 &&
           QProcess::execute("setpriv", {"--reuid=65534", "--regid=65534", "--clear-groups", "/bin/true"}) == 0;
}

PortInfo usb(const char* path, int vendor, int product, const char* serial)
{
    PortInfo port;
    port.path = path;
    port.vendorId = static_cast<std::uint16_t>(vendor);
    port.productId = static_cast<std::uint16_t>(product);
    port.serialNumber = serial;
    return port;
}

} // namespace

class TestPorts : public test::Suite {
    Q_OBJECT

private slots:
    void goodPortHasNoProblem();
    void missingAndWrongNodesAreNamed();
    void permissionNamesTheCommand();
    void closedPortFailsWithoutRetrying();
    void busyPortNamesTheHolder();
    void exclusivePortIsBusyForOthers();
    void secondSourceOfThisProgramIsTold();
    void extraPortsAreListed();
    void boardsAreSuggested();
    void devicesAreFoundByIdentity();
};

void TestPorts::goodPortHasNoProblem()
{
    const auto link = std::move(makePtyLink("")).value();
    QVERIFY(!diagnosePort(slaveOf(*link)).has_value());
}

void TestPorts::missingAndWrongNodesAreNamed()
{
    const auto missing = diagnosePort("/dev/ttyUSB77");
    QVERIFY(missing.has_value());
    QCOMPARE(missing->what, std::string("there is no such port"));
    QVERIFY(!needsPerson(*missing)); // plugging it in is enough
    for (const char* path : {"/dev/null", "/etc/passwd", "/tmp"}) {
        const auto wrong = diagnosePort(path);
        QVERIFY(wrong.has_value());
        QVERIFY2(wrong->what.find("not a serial port") != std::string::npos, path);
        QVERIFY(needsPerson(*wrong));
    }
}

void TestPorts::permissionNamesTheCommand()
{
    if (!canBecomeNobody())
        QSKIP("only root can run this program as another user");
    const auto link = std::move(makePtyLink("")).value();
    const std::string path = slaveOf(*link);
    const group* dialout = getgrnam("dialout");
    if (dialout == nullptr)
        QSKIP("this system has no group dialout");
    QCOMPARE(::chown(path.c_str(), 0, dialout->gr_gid), 0);
    QCOMPARE(::chmod(path.c_str(), 0660), 0);
    const QByteArray words = asNobody({"--diagnose", QString::fromStdString(path)});
    QVERIFY2(words.contains("sudo usermod -aG dialout $USER"), words.constData());
    QVERIFY2(words.contains("log out and in"), words.constData());
    QCOMPARE(::chmod(path.c_str(), 0600), 0);
    const QByteArray owner = asNobody({"--diagnose", QString::fromStdString(path)});
    QVERIFY2(owner.contains("only its owner may use the port"), owner.constData());
}

void TestPorts::closedPortFailsWithoutRetrying()
{
    if (!canBecomeNobody())
        QSKIP("only root can run this program as another user");
    const auto link = std::move(makePtyLink("")).value();
    QCOMPARE(::chmod(slaveOf(*link).c_str(), 0600), 0);
    const QByteArray words = asNobody({"--open", QString::fromStdString(slaveOf(*link))});
    QVERIFY2(words.contains("failed: "), words.constData());
    QVERIFY2(words.contains("no permission"), words.constData());
}

void TestPorts::busyPortNamesTheHolder()
{
    const auto link = std::move(makePtyLink("")).value();
    const std::string path = slaveOf(*link);
    QProcess holder;
    holder.start(QCoreApplication::applicationFilePath(), {"--hold", QString::fromStdString(path)});
    QVERIFY(holder.waitForReadyRead(10000));
    const auto busy = diagnosePort(path);
    QVERIFY(busy.has_value());
    QVERIFY2(busy->what.find("in use by tst_ports (process " + std::to_string(holder.processId()) + ")") !=
                 std::string::npos,
             busy->what.c_str());
    QVERIFY(!needsPerson(*busy)); // it may be given back
    holder.kill();
    holder.waitForFinished();
    QVERIFY(!diagnosePort(path).has_value());
}

void TestPorts::exclusivePortIsBusyForOthers()
{
    if (!canBecomeNobody())
        QSKIP("only root can run this program as another user");
    const auto link = std::move(makePtyLink("")).value();
    const std::string path = slaveOf(*link);
    QCOMPARE(::chmod(path.c_str(), 0666), 0);
    // Held by us (root), whom nobody cannot look into.
    const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    QVERIFY(fd >= 0);
    QCOMPARE(::ioctl(fd, TIOCEXCL), 0);
    const QByteArray words = asNobody({"--open", QString::fromStdString(path)});
    ::close(fd);
    QVERIFY2(words.contains("reconnecting: "), words.constData());
    QVERIFY2(words.contains("in use by another program"), words.constData());
}

void TestPorts::secondSourceOfThisProgramIsTold()
{
    test::RunningSimulator simulator(std::move(SimulatorServer::create({})).value());
    const auto uri = SourceUri::parse(simulator.server().uri());
    BNOF_VERIFY_OK(uri);
    test::SourceProbe first;
    test::SourceProbe second;
    const auto open = [&](test::SourceProbe& probe) {
        auto source = makeSource(*uri, {.sessionStart = monotonicNow()}, probe);
        if (!source.ok())
            qFatal("%s", source.error().message().c_str());
        (*source)->start();
        return std::move(*source);
    };
    const auto one = open(first);
    QTRY_VERIFY_WITH_TIMEOUT(first.frames.size() > 5, 10000);
    const auto two = open(second);
    QTRY_VERIFY_WITH_TIMEOUT(second.is(ConnectionState::Reconnecting), 10000);
    const auto before = first.frames.size();
    const std::string words = second.problems.back() ? second.problems.back()->message() : std::string();
    QVERIFY2(words.find("in use by another source of this program") != std::string::npos, words.c_str());
    QTRY_VERIFY_WITH_TIMEOUT(first.frames.size() > before + 5, 10000); // unharmed
    QVERIFY(first.is(ConnectionState::Streaming));
    one->stop();
    QTRY_VERIFY_WITH_TIMEOUT(second.frames.size() > 5, 10000); // it is given to the one who waited
    two->stop();
}

void TestPorts::extraPortsAreListed()
{
    const auto link = std::move(makePtyLink("")).value();
    const auto ports = listPorts({slaveOf(*link)});
    const auto it = std::ranges::find(ports, slaveOf(*link), &PortInfo::path);
    QVERIFY(it != ports.end());
    QVERIFY(it->suggestion.find("pseudo-terminal") != std::string::npos);
    QCOMPARE(it->uri, "serial:" + slaveOf(*link));
    BNOF_VERIFY_OK(SourceUri::parse(it->uri));
}

void TestPorts::boardsAreSuggested()
{
    QCOMPARE(suggestDevice(0x1A86, 0x7523), std::string("Arduino or compatible (CH340)"));
    QVERIFY(suggestDevice(0x10C4, 0xEA60).find("CP210x") != std::string::npos);
    QVERIFY(suggestDevice(0x0403, 0x6001).find("FTDI") != std::string::npos);
    QVERIFY(suggestDevice(0x2341, 0x8036).find("Arduino") != std::string::npos);
    QVERIFY(suggestDevice(0x303A, 0x1001).find("ESP32") != std::string::npos);
    QCOMPARE(suggestDevice(0x1234, 0x5678), std::string("USB serial device"));
}

void TestPorts::devicesAreFoundByIdentity()
{
    const PortIdentity one{0x1A86, 0x7523, "A1"};
    const PortIdentity bare{0x1A86, 0x7523, ""};
    // The same board on another node.
    QCOMPARE(locatePort(one, "/dev/ttyUSB0", {usb("/dev/ttyUSB1", 0x1A86, 0x7523, "A1")}), std::string("/dev/ttyUSB1"));
    // Another board took the old node.
    QCOMPARE(locatePort(one, "/dev/ttyUSB0", {usb("/dev/ttyUSB0", 0x1A86, 0x7523, "B2")}), std::string());
    QCOMPARE(locatePort(one, "/dev/ttyUSB0",
                        {usb("/dev/ttyUSB0", 0x1A86, 0x7523, "B2"), usb("/dev/ttyUSB3", 0x1A86, 0x7523, "A1")}),
             std::string("/dev/ttyUSB3"));
    // Without serial numbers: the old place, else the only one of its kind, else nobody knows.
    const auto twins = {usb("/dev/ttyUSB0", 0x1A86, 0x7523, ""), usb("/dev/ttyUSB1", 0x1A86, 0x7523, "")};
    QCOMPARE(locatePort(bare, "/dev/ttyUSB1", twins), std::string("/dev/ttyUSB1"));
    QCOMPARE(locatePort(bare, "/dev/ttyUSB7", twins), std::string());
    QCOMPARE(locatePort(bare, "/dev/ttyUSB7", {usb("/dev/ttyUSB2", 0x1A86, 0x7523, "")}), std::string("/dev/ttyUSB2"));
    // No USB device: the path is the identity.
    QCOMPARE(locatePort({}, "/dev/null", {}), std::string("/dev/null"));
    QCOMPARE(locatePort({}, "/dev/gone", {}), std::string());
}

namespace {

int diagnose(const std::string& path)
{
    const auto problem = diagnosePort(path);
    std::puts(problem ? problem->message().c_str() : "can be opened");
    return 0;
}

int hold(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY);
    std::puts(fd >= 0 ? "held" : "cannot open");
    std::fflush(stdout);
    ::pause();
    return 0;
}

/// Prints the first state that has a problem.
int tryToOpen(const std::string& path)
{
    test::SourceProbe probe;
    const auto source = makeSource(SourceUri::parse("serial:" + path + "?decoder=csv").value(), {}, probe);
    (*source)->start();
    test::waitFor([&] { return !probe.problems.empty() && probe.problems.back().has_value(); });
    std::printf("%s: %s\n", toString(probe.states.back()), probe.problems.back()->message().c_str());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--diagnose") == 0)
        return diagnose(argv[2]);
    if (argc == 3 && std::strcmp(argv[1], "--hold") == 0)
        return hold(argv[2]);
    if (argc == 3 && std::strcmp(argv[1], "--open") == 0)
        return tryToOpen(argv[2]);
    TestPorts suite;
    return QTest::qExec(&suite, argc, argv);
}
#include "tst_ports.moc"
