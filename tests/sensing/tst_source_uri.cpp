// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/source_uri.h"
#include "engine/sensing/transports/transport.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

class TestSourceUri : public test::Suite {
    Q_OBJECT

private slots:
    void goodUrisAreRead_data();
    void goodUrisAreRead();
    void badUrisSayWhatIsWrong_data();
    void badUrisSayWhatIsWrong();
    void everyPathSurvivesTheRoundTrip();
    void transportTableIsUsable();
};

void TestSourceUri::goodUrisAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("canonical");
    const auto row = [](const char* text, const char* scheme, const char* path, const char* host, int port,
                        const char* canonical = nullptr) {
        QTest::newRow(text) << text << scheme << path << host << port << (canonical != nullptr ? canonical : text);
    };
    row("serial:/dev/ttyUSB0?baud=115200&decoder=csv", "serial", "/dev/ttyUSB0", "", 0);
    row("serial:/dev/ttyUSB0", "serial", "/dev/ttyUSB0", "", 0);
    row("serial:///dev/ttyACM1?baud=9600", "serial", "/dev/ttyACM1", "", 0, "serial:/dev/ttyACM1?baud=9600");
    row("serial:COM3", "serial", "COM3", "", 0);
    row("tcp://192.168.1.20:9000?decoder=ndjson", "tcp", "", "192.168.1.20", 9000);
    row("tcp://[::1]:9000", "tcp", "", "::1", 9000);
    row("tcp://nose.lab:9000/", "tcp", "", "nose.lab", 9000, "tcp://nose.lab:9000");
    row("replay:run.bnr?speed=1", "replay", "run.bnr", "", 0);
    row("replay:my%20run%3F.bnr?speed=max", "replay", "my run?.bnr", "", 0);
    row("replay:100%25.bnr", "replay", "100%.bnr", "", 0);
    row("serial:/dev/pts/3?name=nose%20%26%20co&time=device&rate=20", "serial", "/dev/pts/3", "", 0);
    row("serial:/dev/ttyUSB0?parity=even&databits=7&stopbits=2&flow=none&dtr=off&device=1a86:7523:A%20B:C", "serial",
        "/dev/ttyUSB0", "", 0);
    row("udp://0.0.0.0:9000?peer=10.0.0.7", "udp", "", "0.0.0.0", 9000);
    row("udp://[::]:9000", "udp", "", "::", 9000);
    row("ws://nose.lab", "ws", "", "nose.lab", 80);
    row("ws://nose.lab/", "ws", "", "nose.lab", 80, "ws://nose.lab");
    row("wss://[::1]:8443/a%2Fb?query=x=1%26y=2", "wss", "/a%2Fb", "::1", 8443);
    row("http://10.0.0.7:8080/events", "http", "/events", "10.0.0.7", 8080);
    row("http://10.0.0.7:80/events", "http", "/events", "10.0.0.7", 80, "http://10.0.0.7/events");
    row("https://nose.lab/events?user=lab&password-env=NOSE", "https", "/events", "nose.lab", 443);
    row("mqtt://broker/enose/+/#?qos=1&user=lab&rows=each", "mqtt", "enose/+/#", "broker", 1883);
    row("mqtt://broker:1884/enose/<dev>/<ch>", "mqtt", "enose/<dev>/<ch>", "broker", 1884);
    row("mqtts://[::1]//a%3Fb", "mqtts", "/a?b", "::1", 8883);
    row("modbus-rtu:/dev/ttyUSB0?map=scd30&unit=97&poll=500", "modbus-rtu", "/dev/ttyUSB0", "", 0);
    row("modbus-tcp://10.0.0.7?map=scd30&unit=1,2,7", "modbus-tcp", "", "10.0.0.7", 502);
    row("modbus-tcp://10.0.0.7?map=./a%20b.json", "modbus-tcp", "", "10.0.0.7", 502);
    row("serial:/dev/pts/3?decoder=csv&", "serial", "/dev/pts/3", "", 0, "serial:/dev/pts/3?decoder=csv");
}

void TestSourceUri::goodUrisAreRead()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    const auto uri = SourceUri::parse(text.toStdString());
    BNOF_VERIFY_OK(uri);
    QTEST(QString::fromStdString(uri->scheme), "scheme");
    QTEST(QString::fromStdString(uri->path), "path");
    QTEST(QString::fromStdString(uri->host), "host");
    QTEST(uri->port, "port");
    QCOMPARE(QString::fromStdString(uri->toString()), canonical);
    const auto again = SourceUri::parse(uri->toString());
    BNOF_VERIFY_OK(again);
    QVERIFY(*again == *uri);
}

void TestSourceUri::badUrisSayWhatIsWrong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("what");
    const auto row = [](const char* text, const char* what) { QTest::newRow(text) << text << what; };
    row("", "the source is empty");
    row("/dev/ttyUSB0", "does not begin with a scheme");
    row("usb:/dev/ttyUSB0", "\"usb\" is not a known kind of source (known: serial, tcp, tcp-listen, udp, ");
    row("serial:", "the name of the port is missing");
    row("replay:?speed=1", "the name of the recording is missing");
    row("serial:/dev/ttyUSB0?baut=9600", "\"baut\" is no parameter of serial sources (known: baud,");
    row("serial:/dev/ttyUSB0?baud=fast", "\"fast\" is not a baud rate");
    row("serial:/dev/ttyUSB0?baud=9600&baud=9600", "\"baud\" is given twice");
    row("serial:/dev/ttyUSB0?baud", "\"baud\" has no value");
    row("serial:/dev/ttyUSB0?name=%zz", "a % is not followed by two hexadecimal digits");
    row("serial:/dev/tty%", "a % in the path");
    row("serial:/dev/x%00y", "a % in the path");
    row("serial:/dev/ttyUSB0?time=yesterday", "time is either");
    row("serial:/dev/ttyUSB0?rate=0", "is not a rate");
    row("serial:/dev/ttyUSB0?rate=nan", "is not a rate");
    row("serial:/dev/ttyUSB0?speed=2", "\"speed\" is no parameter of serial");
    row("replay:a.bnr?speed=-1", "is not a speed");
    row("tcp:host:9000", "is not followed by //host:port");
    row("tcp://host", "the port number is missing");
    row("tcp://host:0", "\"0\" is not a port number");
    row("tcp://host:70000", "\"70000\" is not a port number");
    row("tcp://:9000", "the host name is missing");
    row("tcp://[::1:9000", "is not closed");
    row("tcp://host:9000/path", "tcp sources have no path");
    row("udp://0.0.0.0", "the port number is missing");
    row("ws:host", "is not followed by //host");
    row("ws://host/a b", "the path holds a space");
    row("http://host/#part", "the path holds a space or a #");
    row("http://host/?password=secret", "\"password\" is no parameter of http");
    row("https://lab:secret@host/", "names and passwords do not stand in the address");
    row("http://host/?query=", "query has no value");
    row("serial:/dev/ttyUSB0?parity=odd&stopbits=3", "\"3\" is no value of stopbits (possible: 1, 1.5, 2)");
    row("serial:/dev/ttyUSB0?device=arduino", "is not a USB device");
    row("mqtt://broker", "the topic is missing");
    row("mqtt://broker/a/#/b", "must be the last level");
    row("mqtt://broker/a/b+", "must stand alone in a level");
    row("mqtt://broker/a?qos=3", "is no value of qos");
    row("mqtt://lab:secret@broker/a", "names and passwords do not stand in the address");
    row("modbus-tcp://10.0.0.7?unit=1", "the parameter \"map\" is missing");
    row("modbus-rtu:/dev/ttyUSB0?map=scd30&unit=256", "is not a Modbus unit");
    row("modbus-rtu:/dev/ttyUSB0?map=scd30&unit=1,2,1", "is not a Modbus unit");
    row("modbus-rtu:/dev/ttyUSB0?map=scd30&unit=1,,2", "is not a Modbus unit");
    row("modbus-rtu:/dev/ttyUSB0?map=scd30&poll=1", "is not a polling interval");
    row("tcp://::1:9000", "must stand in brackets");
}

void TestSourceUri::badUrisSayWhatIsWrong()
{
    QFETCH(QString, text);
    QFETCH(QString, what);
    const auto uri = SourceUri::parse(text.toStdString());
    QVERIFY(!uri.ok());
    const QString message = QString::fromStdString(uri.error().what);
    QVERIFY2(message.contains(what), qPrintable(message));
    QCOMPARE(uri.error().kind, ErrorKind::Usage);
    QVERIFY2(text.contains("?password=") || !QString::fromStdString(uri.error().message()).contains("secret"),
             uri.error().message().c_str());
    // The remedy shows an example, and the example is right.
    const std::string& remedy = uri.error().remedy;
    const auto example = remedy.substr(remedy.rfind(' ') + 1);
    const auto parsed = SourceUri::parse(example);
    QVERIFY2(parsed.ok(), remedy.c_str());
}

void TestSourceUri::everyPathSurvivesTheRoundTrip()
{
    for (int byte = 1; byte < 256; ++byte) {
        SourceUri uri;
        uri.scheme = "replay";
        uri.path = std::string("a") + static_cast<char>(byte) + "//b";
        uri.parameters = {{"name", std::string("x") + static_cast<char>(byte) + "y"}};
        const auto again = SourceUri::parse(uri.toString());
        BNOF_VERIFY_OK(again);
        QVERIFY2(*again == uri, uri.toString().c_str());
    }
    for (const char* path : {"//server/share", "///x", "/x", "x"}) {
        SourceUri uri;
        uri.scheme = "replay";
        uri.path = path;
        const auto again = SourceUri::parse(uri.toString());
        BNOF_VERIFY_OK(again);
        QCOMPARE(again->path, std::string(path));
    }
}

void TestSourceUri::transportTableIsUsable()
{
    QVERIFY(transports().size() >= 3);
    for (const TransportInfo& info : transports()) {
        const auto uri = SourceUri::parse(info.example);
        BNOF_VERIFY_OK(uri);
        QCOMPARE(uri->scheme, info.scheme);
        QVERIFY(!info.summary.empty());
    }
    for (const TransportKind& kind : transportKinds())
        QVERIFY(std::ranges::find(transports(), kind.scheme, &TransportInfo::scheme) != transports().end());
}

QTEST_GUILESS_MAIN(TestSourceUri)
#include "tst_source_uri.moc"
