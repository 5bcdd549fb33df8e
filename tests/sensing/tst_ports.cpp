// SPDX-License-Identifier: GPL-3.0-or-later
// Why a port cannot be opened. As root everything can be opened, so the checks run this program again as
// another user ("--diagnose PATH", "--open PATH" and "--hold PATH" are its subcommands for that).
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "engine/sensing/simulator/simulator_link.h"
#include "engine/sensing/transports/port_enumerator.h"
#include "engine/sensing/transports/ports.h"
#include "engine/sensing/transports/serial_transport.h"
#include "tests/sensing/fake_usb.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

SourceOptions startingNow(std::int64_t retryNanoseconds = SourceOptions().retryNanoseconds)
{
    SourceOptions options;
    options.sessionStart = monotonicNow();
    options.retryNanoseconds = retryNanoseconds;
    return options;
}

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

PortInfo usb(const char* path, int vendor, int product, const char* serial, const char* location = "")
{
    PortInfo port;
    port.path = path;
    port.vendorId = static_cast<std::uint16_t>(vendor);
    port.productId = static_cast<std::uint16_t>(product);
    port.serialNumber = serial;
    port.location = location;
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
    void twinsAreNeverGuessed();
    void sysfsIsRead();
    void appearanceIsNoticedWithoutPolling();
    void replugIntoAnotherPortIsTheSameDevice();
    void serialLineIsSetAsAsked();
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
        auto source = makeSource(*uri, startingNow(), probe);
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

namespace {

std::string located(const PortIdentity& identity, const char* path, const std::vector<PortInfo>& ports)
{
    const auto found = locateDevice(identity, path, ports);
    return found.ok() ? *found : "error: " + found.error().context;
}

} // namespace

void TestPorts::devicesAreFoundByIdentity()
{
    const PortIdentity one{0x1A86, 0x7523, "A1", {}, {}, false};
    const PortIdentity bare{0x1A86, 0x7523, "", {}, {}, false};
    // The same board on another node.
    QCOMPARE(located(one, "/dev/ttyUSB0", {usb("/dev/ttyUSB1", 0x1A86, 0x7523, "A1")}), std::string("/dev/ttyUSB1"));
    // Another board took the old node.
    QCOMPARE(located(one, "/dev/ttyUSB0", {usb("/dev/ttyUSB0", 0x1A86, 0x7523, "B2")}), std::string("error: missing"));
    QCOMPARE(located(one, "/dev/ttyUSB0",
                     {usb("/dev/ttyUSB0", 0x1A86, 0x7523, "B2"), usb("/dev/ttyUSB3", 0x1A86, 0x7523, "A1")}),
             std::string("/dev/ttyUSB3"));
    // The only one of its kind needs no serial number.
    QCOMPARE(located(bare, "/dev/ttyUSB7", {usb("/dev/ttyUSB2", 0x1A86, 0x7523, "")}), std::string("/dev/ttyUSB2"));
    // No USB device: the path is the identity.
    QCOMPARE(located({}, "/dev/null", {}), std::string("/dev/null"));
    QCOMPARE(located({}, "/dev/gone", {}), std::string("error: missing"));
    const PortIdentity read = identityFromText("1a86:7523:A 1:b");
    QCOMPARE(read.vendorId, 0x1A86);
    QCOMPARE(read.productId, 0x7523);
    QCOMPARE(read.serialNumber, std::string("A 1:b"));
    QCOMPARE(identityFromText("").vendorId, 0);
}

void TestPorts::twinsAreNeverGuessed()
{
    const std::vector<PortInfo> twins{usb("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-1"),
                                      usb("/dev/ttyUSB1", 0x1A86, 0x7523, "", "1-2")};
    const PortIdentity never{0x1A86, 0x7523, "", {}, {}, false};                  // named in the source, not seen yet
    QCOMPARE(located(never, "/dev/ttyUSB1", twins), std::string("/dev/ttyUSB1")); // the user says which
    QCOMPARE(located(never, "/dev/ttyUSB7", twins), std::string("error: twins"));
    PortIdentity seen{0x1A86, 0x7523, "", "1-2", {}, true};
    QCOMPARE(located(seen, "/dev/ttyUSB0", twins), std::string("/dev/ttyUSB1")); // the socket tells, not the name
    // Ours was pulled out; the other one is still there, alone. It is not ours.
    QCOMPARE(located(seen, "/dev/ttyUSB1", {twins[0]}), std::string("error: twins"));
    // Ours, or the other one, came back in another socket.
    const std::vector<PortInfo> moved{twins[0], usb("/dev/ttyUSB1", 0x1A86, 0x7523, "", "1-4")};
    QCOMPARE(located(seen, "/dev/ttyUSB1", moved), std::string("error: twins"));
    const auto problem = locateDevice(seen, "/dev/ttyUSB1", moved);
    QVERIFY(problem.error().what.find("/dev/ttyUSB0 in USB socket 1-1 and /dev/ttyUSB1 in USB socket 1-4") !=
            std::string::npos);
    QVERIFY(problem.error().remedy.find("1-2") != std::string::npos);
    // Boards that all have the same serial number are twins as well.
    const PortIdentity same{0x10C4, 0xEA60, "0001", "2-1", {}, true};
    QCOMPARE(located(same, "/dev/ttyUSB0", {usb("/dev/ttyUSB0", 0x10C4, 0xEA60, "0001", "2-7")}),
             std::string("error: twins"));
    // A device with two ports has one serial number for both; the interface tells them apart.
    std::vector<PortInfo> dual{usb("/dev/ttyUSB4", 0x0403, 0x6010, "FT", "3-1"),
                               usb("/dev/ttyUSB5", 0x0403, 0x6010, "FT", "3-1")};
    dual[0].interface = "00";
    dual[1].interface = "01";
    QCOMPARE(located({0x0403, 0x6010, "FT", "3-9", "01", false}, "/dev/ttyUSB0", dual), std::string("/dev/ttyUSB5"));
}

void TestPorts::sysfsIsRead()
{
    test::FakeUsb fake;
    const auto terminal = std::move(makePtyLink("")).value();
    fake.plug({"1-2.3", "1a86", "7523", "A1"}, "ttyUSB0", slaveOf(*terminal));
    fake.write("sys/class/tty/ttyS7/type", "0"); // a place without a UART
    fake.write("sys/class/tty/tty1/dev", "4:1"); // the kernel's own
    QFile::link(fake.folder.filePath("sys/devices/platform/serial8250"),
                fake.folder.filePath("sys/class/tty/ttyS7/device"));
    for (const char* node : {"dev/ttyS7", "dev/tty1"})
        fake.write(node, "");
    const auto ports = makePortEnumerator(fake.roots)->ports();
    QCOMPARE(ports.size(), 1U);
    QCOMPARE(ports[0].path, fake.roots.dev + "/ttyUSB0");
    QCOMPARE(ports[0].vendorId, 0x1A86);
    QCOMPARE(ports[0].productId, 0x7523);
    QCOMPARE(ports[0].serialNumber, std::string("A1"));
    QCOMPARE(ports[0].vendor, std::string("QinHeng"));
    QCOMPARE(ports[0].location, std::string("1-2.3"));
    QCOMPARE(ports[0].interface, std::string("00"));
    setPortRoots(fake.roots);
    const auto listed = listPorts();
    QCOMPARE(listed.size(), 1U);
    QCOMPARE(listed[0].uri, "serial:" + fake.roots.dev + "/ttyUSB0?device=1a86:7523:A1");
    BNOF_VERIFY_OK(SourceUri::parse(listed[0].uri));
    // Without a sysfs there is still Qt's way.
    QVERIFY(makePortEnumerator({"/nowhere", "/nowhere"}) != nullptr);
}

void TestPorts::appearanceIsNoticedWithoutPolling()
{
    test::FakeUsb fake;
    const auto terminal = std::move(makePtyLink("")).value();
    PortWatcher watcher(fake.roots);
    QVERIFY(!watcher.polls());
    int changes = 0;
    connect(&watcher, &PortWatcher::changed, this, [&] { ++changes; });
    fake.write("dev/random-file", "x");
    QTest::qWait(150);
    QCOMPARE(changes, 0); // not every file is a port
    fake.plug({"1-1", "1a86", "7523", "A1"}, "ttyUSB0", slaveOf(*terminal));
    QVERIFY(test::waitFor([&] { return changes == 1; }));
    fake.unplug("1-1", "ttyUSB0");
    QVERIFY(test::waitFor([&] { return changes == 2; }));
    PortWatcher blind({"/nowhere", "/nowhere"});
    QVERIFY(blind.polls());
}

/// A board is pulled out and plugged into another socket, where it gets another name.
void TestPorts::replugIntoAnotherPortIsTheSameDevice()
{
    test::FakeUsb fake;
    setPortRoots(fake.roots);
    auto first = std::move(makePtyLink("")).value();
    const auto second = std::move(makePtyLink("")).value();
    const auto other = std::move(makePtyLink("")).value();
    const test::FakeUsb::Board board{"1-1", "1a86", "7523", "A1"};
    fake.plug(board, "ttyUSB0", slaveOf(*first));
    test::SourceProbe probe;
    const auto uri = SourceUri::parse(listPorts().front().uri + "&decoder=csv");
    BNOF_VERIFY_OK(uri);
    // So long a pause between attempts that only the watcher can be the reason for a quick one.
    const auto source = std::move(makeSource(*uri, startingNow(60 * nanosecondsPerSecond), probe)).value();
    source->start();
    const auto speak = [&](SimulatorLink& link, std::string_view text) {
        QVERIFY(test::waitFor([&] { return link.clientPresent(); }));
        (void)link.takeNewClient();
        link.send(text, nanosecondsPerSecond);
    };
    speak(*first, "a,b\n1,2\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 1; }));
    QVERIFY(source->deviceName().find("1a86:7523, A1") != std::string::npos);
    fake.unplug("1-1", "ttyUSB0");
    first->unplug();
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Reconnecting); }));
    fake.plug({"1-3", "1a86", "7523", "B2"}, "ttyUSB0", slaveOf(*other)); // somebody else takes the name
    QTest::qWait(200);
    QVERIFY(probe.is(ConnectionState::Reconnecting));
    fake.plug({"1-4", "1a86", "7523", "A1"}, "ttyUSB1", slaveOf(*second));
    const std::int64_t before = monotonicNow();
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Connecting); }));
    QVERIFY(monotonicNow() - before < 10 * nanosecondsPerSecond);
    speak(*second, "a,b\n3,4\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 2; }));
    QCOMPARE(probe.frames[1].values, (std::vector<float>{3, 4}));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 1U);
    source->stop();
}

/// What can be seen of it on a pseudo-terminal: stop bits, and that the lines stay as they are at the end.
void TestPorts::serialLineIsSetAsAsked()
{
    for (const bool keep : {false, true}) {
        const auto link = std::move(makePtyLink("")).value();
        const std::string path = slaveOf(*link);
        const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        termios settings{};
        QCOMPARE(::tcgetattr(fd, &settings), 0);
        settings.c_cflag |= HUPCL; // as a real port has it
        QCOMPARE(::tcsetattr(fd, TCSANOW, &settings), 0);
        test::SourceProbe probe;
        const auto uri = SourceUri::parse("serial:" + path + "?decoder=csv&baud=19200&stopbits=2" +
                                          (keep ? "&dtr=off&rts=off&parity=even" : ""));
        BNOF_VERIFY_OK(uri);
        const auto source = std::move(makeSource(*uri, startingNow(), probe)).value();
        source->start();
        QVERIFY(test::waitFor([&] { return link->clientPresent(); }));
        (void)link->takeNewClient();
        link->send("a,b\n1,2\n", nanosecondsPerSecond);
        QVERIFY(test::waitFor([&] { return probe.frames.size() == 1; })); // lines that are not there are no failure
        QCOMPARE(::tcgetattr(fd, &settings), 0);
        QVERIFY((settings.c_cflag & CSTOPB) != 0);
        QCOMPARE(::cfgetospeed(&settings), speed_t{B19200});
        QCOMPARE((settings.c_cflag & HUPCL) == 0, keep);
        ::close(fd);
        source->stop();
    }
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
