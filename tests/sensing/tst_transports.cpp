// SPDX-License-Identifier: GPL-3.0-or-later
// UDP, WebSocket and HTTP sources against real servers on loopback.
#include <QProcess>
#include <QSslKey>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QUdpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <algorithm>

#include "engine/base/files.h"
#include "engine/sensing/transports/event_stream.h"
#include "engine/sensing/transports/http_transport.h"
#include "engine/sensing/transports/message_lines.h"
#include "tests/sensing/transport_fixture.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using test::RunningSource;
using test::waitFor;

namespace {

const QHostAddress loopback(QHostAddress::LocalHost);

/// An HTTP server that the test scripts: it keeps what clients ask and answers what it is told.
class WebServer {
public:
    explicit WebServer(std::unique_ptr<QTcpServer> made = std::make_unique<QTcpServer>()) : server(std::move(made))
    {
        QObject::connect(server.get(), &QTcpServer::pendingConnectionAvailable, server.get(), [this] {
            while (QTcpSocket* client = server->nextPendingConnection()) {
                clients.push_back(client);
                requests.emplace_back();
                const std::size_t index = requests.size() - 1;
                const auto take = [this, client, index] {
                    requests[index] += client->readAll();
                    if (requests[index].contains("\r\n\r\n") && !answer.isEmpty() && !answered[index]) {
                        answered[index] = true;
                        client->write(answer);
                        if (closeAfterAnswer)
                            client->disconnectFromHost();
                    }
                };
                answered.push_back(false);
                QObject::connect(client, &QTcpSocket::readyRead, server.get(), take);
                QObject::connect(client, &QTcpSocket::disconnected, server.get(),
                                 [this, client] { std::ranges::replace(clients, client, nullptr); });
                take();
            }
        });
        listen(0);
    }
    void listen(int port)
    {
        if (!server->listen(loopback, static_cast<quint16>(port)))
            qFatal("cannot listen: %s", qPrintable(server->errorString()));
    }
    [[nodiscard]] int port() const { return server->serverPort(); }
    [[nodiscard]] std::string uri(const std::string& rest, const char* scheme = "http") const
    {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(port()) + rest;
    }
    void send(const QByteArray& bytes)
    {
        for (QTcpSocket* client : clients)
            if (client != nullptr) {
                client->write(bytes);
                client->flush();
            }
    }
    [[nodiscard]] std::size_t connected() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(clients, [](auto* c) { return c != nullptr; }));
    }
    void drop()
    {
        for (QTcpSocket* client : std::vector<QTcpSocket*>(clients))
            if (client != nullptr)
                client->abort();
    }

    std::unique_ptr<QTcpServer> server;
    std::vector<QTcpSocket*> clients;
    std::vector<QByteArray> requests;
    std::vector<bool> answered;
    QByteArray answer;
    bool closeAfterAnswer = false;
};

QByteArray header(const QByteArray& type, const QByteArray& more = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + more + "Connection: close\r\n\r\n";
}

int freeUdpPort()
{
    QUdpSocket socket;
    socket.bind(loopback, 0);
    return socket.localPort();
}

/// A self-signed certificate for localhost; false when there is no openssl program.
bool makeCertificate(const QString& folder)
{
    QProcess openssl;
    openssl.start("openssl",
                  {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                   "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                   folder + "/key.pem", "-out", folder + "/cert.pem"});
    return openssl.waitForFinished() && openssl.exitCode() == 0 && openssl.exitStatus() == QProcess::NormalExit;
}

} // namespace

class TestTransports : public test::Suite {
    Q_OBJECT

private slots:
    void messagesBecomeLines();
    void eventStreamInAnyPortions();
    void eventStreamIsBounded();
    void udpReceivesDatagrams();
    void udpLeavesOutStrangers();
    void udpPortInUseIsExplained();
    void udpFloodAndGarbageAreSurvived();
    void udpAddressesAreChecked();
    void webSocketReceivesTextAndBinary();
    void webSocketServerRestartIsAGap();
    void webSocketRefusalsAreExplained();
    void webSocketMessageIsBounded();
    void webSocketThatHangsIsLeft();
    void httpLinesAcrossPortions();
    void httpEventsAcrossPortions();
    void httpServerRestartGoesOnAfterTheLastEvent();
    void httpRefusalsAreExplained_data();
    void httpRefusalsAreExplained();
    void httpRedirectsAreBounded();
    void httpLoginStaysWithItsHost();
    void httpUnreadBytesAreBounded();
    void tlsTrustsOnlyWhatItIsTold();
};

void TestTransports::messagesBecomeLines()
{
    const auto stream = [](const std::string& message) {
        std::string out;
        toStream(message, out);
        return out;
    };
    QCOMPARE(stream("1,2"), std::string("1,2\n"));
    QCOMPARE(stream("1,2\n"), std::string("1,2\n"));
    QCOMPARE(stream(""), std::string());
    QCOMPARE(stream("{\"µ\":1}"), std::string("{\"µ\":1}\n"));
    const std::string winsen("\xFF\x86\x01\x90\x47\x00\x00\x00\xA2", 9);
    QCOMPARE(stream(winsen), winsen); // binary bytes stay as they are
    QCOMPARE(stream(std::string("1,2\0", 4)), std::string("1,2\0", 4));
}

void TestTransports::eventStreamInAnyPortions()
{
    const std::string raw = "\xEF\xBB\xBF: hello\r\nid: 7\r\nevent: reading\r\ndata: {\"a\":1}\r\n\r\n"
                            "data:{\"a\":2}\r\rretry: 10\ndata: {\"a\":3}\ndata: {\"a\":4}\n\nid\ndata\n\n"
                            "data: {\"cut\":off";
    const std::string expected = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n\n";
    for (std::size_t portion = 1; portion <= raw.size(); ++portion) {
        EventStream events;
        std::string out;
        for (std::size_t at = 0; at < raw.size(); at += portion)
            events.feed(std::string_view(raw).substr(at, portion), out);
        QCOMPARE(out, expected);
        QCOMPARE(events.lastId(), std::string()); // "id" alone clears it
        events.reset();
        events.feed("data: next\n\n", out);
        QCOMPARE(out, expected + "next\n"); // the half event is forgotten
    }
}

void TestTransports::eventStreamIsBounded()
{
    EventStream events;
    std::string out;
    events.feed("data: " + std::string(EventStream::maximumEvent + 1, 'x') + "\n\n", out);
    QVERIFY(out.empty());
    for (int i = 0; i < 100; ++i)
        events.feed("data: " + std::string(1000, 'y') + "\n", out);
    events.feed("\ndata: good\n\n", out);
    QCOMPARE(out, std::string("good\n"));
    QCOMPARE(events.droppedEvents(), 2U);
}

void TestTransports::udpReceivesDatagrams()
{
    const int port = freeUdpPort();
    RunningSource running("udp://0.0.0.0:" + std::to_string(port) + "?decoder=ndjson");
    QVERIFY(waitFor([&] { return running.source->deviceName().starts_with("UDP 0.0.0.0:"); }));
    QUdpSocket device;
    for (const char* datagram : {"{\"a\":1}", "{\"a\":2}\n", "{\"a\":3}\n{\"a\":4}", ""})
        device.writeDatagram(datagram, loopback, static_cast<quint16>(port));
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 4; }));
    QCOMPARE(running.values(0), (std::vector<float>{1, 2, 3, 4}));
    QVERIFY(running.probe.is(ConnectionState::Streaming));
}

void TestTransports::udpLeavesOutStrangers()
{
    const int port = freeUdpPort();
    RunningSource running("udp://0.0.0.0:" + std::to_string(port) + "?decoder=ndjson&peer=127.0.0.2");
    QUdpSocket stranger;
    QUdpSocket device;
    QVERIFY(device.bind(QHostAddress("127.0.0.2"), 0));
    QVERIFY(waitFor([&] { return !running.probe.states.empty(); }));
    QTest::qWait(50);
    for (int i = 0; i < 3; ++i) {
        stranger.writeDatagram("{\"a\":9}", loopback, static_cast<quint16>(port));
        device.writeDatagram("{\"a\":1}", loopback, static_cast<quint16>(port));
    }
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 3; }));
    QCOMPARE(running.values(0), (std::vector<float>{1, 1, 1}));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Note), 1U); // told once
    QVERIFY(running.noted("datagrams from 127.0.0.1 are left out"));
}

void TestTransports::udpPortInUseIsExplained()
{
    QUdpSocket other;
    QVERIFY(other.bind(QHostAddress::AnyIPv4, 0, QUdpSocket::DontShareAddress));
    const int port = other.localPort();
    RunningSource running("udp://0.0.0.0:" + std::to_string(port) + "?decoder=csv");
    QVERIFY(waitFor([&] { return running.says("another program or source listens on this UDP port"); }));
    QVERIFY(running.probe.is(ConnectionState::Reconnecting));
    other.close();
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Connecting); }));
    other.writeDatagram("a,b\n1,2", loopback, static_cast<quint16>(port));
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 1; }));
}

void TestTransports::udpFloodAndGarbageAreSurvived()
{
    const int port = freeUdpPort();
    RunningSource running("udp://127.0.0.1:" + std::to_string(port) + "?decoder=ndjson");
    QVERIFY(waitFor([&] { return !running.probe.states.empty(); }));
    QTest::qWait(50);
    QUdpSocket device;
    const QByteArray garbage(60000, '\xE3');
    for (int i = 0; i < 2000; ++i) {
        device.writeDatagram("{\"a\":" + QByteArray::number(i) + "}", loopback, static_cast<quint16>(port));
        if (i % 500 == 0) {
            device.writeDatagram(garbage, loopback, static_cast<quint16>(port));
            device.writeDatagram("\n", loopback, static_cast<quint16>(port));
        }
        if (i % 100 == 0)
            QCoreApplication::processEvents();
    }
    QVERIFY(waitFor([&] { return !running.probe.frames.empty() && running.values(0).back() == 1999.0F; }));
    QVERIFY(running.source->statistics().skippedBytes >= 60000);
    QVERIFY(running.probe.is(ConnectionState::Streaming));
}

void TestTransports::udpAddressesAreChecked()
{
    test::SourceProbe probe;
    for (const char* uri : {"udp://nose.lab:9000", "udp://0.0.0.0:9000?peer=nose"}) {
        const auto source = makeSource(SourceUri::parse(uri).value(), {}, probe);
        QVERIFY(!source.ok());
        QVERIFY(!source.error().remedy.empty());
    }
    RunningSource running("udp://192.0.2.1:9000"); // a documentation address, of no computer
    QVERIFY(waitFor([&] { return running.says("cannot listen on this UDP port"); }));
}

void TestTransports::webSocketReceivesTextAndBinary()
{
    QWebSocketServer server("nose", QWebSocketServer::NonSecureMode);
    QVERIFY(server.listen(loopback));
    RunningSource running("ws://127.0.0.1:" + std::to_string(server.serverPort()) +
                          "/stream?query=rate%3D10%26raw%3D1&decoder=ndjson");
    QVERIFY(waitFor([&] { return server.hasPendingConnections(); }));
    const std::unique_ptr<QWebSocket> client(server.nextPendingConnection());
    QCOMPARE(client->requestUrl().path(), QString("/stream"));
    QCOMPARE(client->requestUrl().query(), QString("rate=10&raw=1"));
    client->sendTextMessage("{\"a\":1}");
    client->sendTextMessage("{\"a\":2}\n{\"a\":3}\n");
    client->sendBinaryMessage("{\"a\":4}\n{\"a\":");
    client->sendTextMessage("5}"); // half messages are put together by the decoder
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 4; }));
    client->sendTextMessage("{\"a\":6}");
    QVERIFY(waitFor([&] { return running.values(0).back() == 6.0F; }));
    QCOMPARE(running.values(0).front(), 1.0F);
    QVERIFY(running.source->deviceName().starts_with("ws://127.0.0.1:"));
}

void TestTransports::webSocketServerRestartIsAGap()
{
    auto server = std::make_unique<QWebSocketServer>("nose", QWebSocketServer::NonSecureMode);
    QVERIFY(server->listen(loopback));
    const quint16 port = server->serverPort();
    RunningSource running("ws://127.0.0.1:" + std::to_string(port) + "?decoder=csv");
    QVERIFY(waitFor([&] { return server->hasPendingConnections(); }));
    std::unique_ptr<QWebSocket> client(server->nextPendingConnection());
    client->sendTextMessage("a,b\n1,2");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 1; }));
    client->close(QWebSocketProtocol::CloseCodeGoingAway, "restart");
    QVERIFY(waitFor([&] { return running.says("closed the connection (restart)"); }));
    client.reset();
    server.reset();
    QVERIFY(waitFor([&] { return running.says("there is no WebSocket at this address"); }));
    server = std::make_unique<QWebSocketServer>("nose", QWebSocketServer::NonSecureMode);
    QVERIFY(server->listen(loopback, port));
    QVERIFY(waitFor([&] { return server->hasPendingConnections(); }));
    client.reset(server->nextPendingConnection());
    client->sendTextMessage("a,b\n3,4");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 2; }));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Gap), 1U);
    QVERIFY(running.source->statistics().reconnects >= 1);
}

void TestTransports::webSocketRefusalsAreExplained()
{
    WebServer plain;
    plain.answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    RunningSource none(plain.uri("/nothing", "ws"));
    QVERIFY(waitFor([&] { return none.says("there is no WebSocket at this address"); }));
    QVERIFY2(none.says("404"), none.problem().c_str());
    WebServer garbage;
    garbage.answer = "\x01\x02\x03 what?\r\n\r\n";
    RunningSource confused(garbage.uri("/", "ws"));
    QVERIFY(waitFor([&] { return confused.says("there is no WebSocket at this address"); }));
}

void TestTransports::webSocketMessageIsBounded()
{
    QWebSocketServer server("nose", QWebSocketServer::NonSecureMode);
    QVERIFY(server.listen(loopback));
    RunningSource running("ws://127.0.0.1:" + std::to_string(server.serverPort()) + "?decoder=csv");
    QVERIFY(waitFor([&] { return server.hasPendingConnections(); }));
    const std::unique_ptr<QWebSocket> client(server.nextPendingConnection());
    client->sendTextMessage("a,b\n1,2");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 1; }));
    client->sendTextMessage(QString(3 << 20, QLatin1Char('1')));
    QVERIFY(waitFor([&] { return !running.problem().empty(); }));
    QVERIFY2(running.says("more than 1 MiB"), running.problem().c_str());
}

void TestTransports::webSocketThatHangsIsLeft()
{
    if (qEnvironmentVariableIsEmpty("BNOF_TEST_FULL"))
        QSKIP("takes 5 s; set BNOF_TEST_FULL=1");
    QTcpServer silent; // takes connections and says nothing
    QVERIFY(silent.listen(loopback));
    RunningSource running("ws://127.0.0.1:" + std::to_string(silent.serverPort()));
    QVERIFY(waitFor([&] { return running.says("gave no answer within 5 s"); }));
}

void TestTransports::httpLinesAcrossPortions()
{
    WebServer server;
    server.answer = header("application/x-ndjson");
    RunningSource running(server.uri("/stream?query=ch%3D2"));
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered[0]; }));
    QVERIFY2(server.requests[0].startsWith("GET /stream?ch=2 HTTP/1.1\r\n"), server.requests[0].constData());
    QVERIFY(server.requests[0].toLower().contains("accept-encoding: identity"));
    server.send("{\"a\":1}\n{\"a\"");
    QTest::qWait(30);
    server.send(":2}\n{\"a\":3}\n{\"a\":4}\n");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 4; }));
    QCOMPARE(running.values(0), (std::vector<float>{1, 2, 3, 4}));
    server.send("rubbish\n{\"a\":5}\n");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 5; }));
    QVERIFY(running.source->statistics().skippedBytes > 0);
}

void TestTransports::httpEventsAcrossPortions()
{
    WebServer server;
    server.answer = header("text/event-stream; charset=utf-8", "Transfer-Encoding: chunked\r\n");
    RunningSource running(server.uri("/events?decoder=ndjson"));
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered[0]; }));
    const auto chunk = [](const QByteArray& bytes) {
        return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
    };
    server.send(chunk(": welcome\n\ndata: {\"a\":1}\n\nda"));
    QTest::qWait(30);
    server.send(chunk("ta: {\"a\":2}\r\n\r\n:beat\n\n"));
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 2; }));
    QCOMPARE(running.values(0), (std::vector<float>{1, 2}));
    QCOMPARE(running.source->statistics().skippedBytes, 0U); // nothing of the framing reached the decoder
}

void TestTransports::httpServerRestartGoesOnAfterTheLastEvent()
{
    WebServer server;
    server.answer = header("text/event-stream");
    RunningSource running(server.uri("/events?decoder=ndjson"));
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered[0]; }));
    server.send("id: 41\ndata: {\"a\":1}\n\nid: 42\ndata: {\"a\":2}\n");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 1; }));
    const int port = server.port();
    server.drop();
    server.server->close();
    QVERIFY(waitFor([&] { return running.says("the server cannot be reached"); }));
    server.listen(port);
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered.back(); }));
    QVERIFY(server.requests.back().contains("Last-Event-ID: 41\r\n")); // event 42 was not whole
    server.send("id: 42\ndata: {\"a\":2}\n\n");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 2; }));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Gap), 1U);
}

void TestTransports::httpRefusalsAreExplained_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("words");
    QTest::addColumn<bool>("givesUp");
    const QByteArray empty = "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    QTest::newRow("not found") << "HTTP/1.1 404 Not Found" + empty << "the server answered 404 Not Found" << false;
    QTest::newRow("login") << "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"n\"" + empty << "password"
                           << true;
    QTest::newRow("broken") << "HTTP/1.1 503 Busy" + empty << "the server answered 503 Busy" << false;
    QTest::newRow("garbage") << QByteArray("\x01\x02rubbish\r\n\r\n") << "the server" << false;
    QTest::newRow("loop") << "HTTP/1.1 302 Found\r\nLocation: /again" + empty << "more than 5 times" << false;
    QTest::newRow("file") << "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd" + empty << "less safe" << false;
    QTest::newRow("ended") << header("application/x-ndjson") + "{\"a\":1}\n"
                           << "the server ended the stream" << false;
}

void TestTransports::httpRefusalsAreExplained()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, words);
    QFETCH(bool, givesUp);
    WebServer server;
    server.answer = answer;
    server.closeAfterAnswer = true;
    RunningSource running(server.uri("/?decoder=ndjson"));
    QVERIFY(waitFor([&] { return running.says(words.toStdString()); }));
    QCOMPARE(running.probe.is(ConnectionState::Failed), givesUp);
    QVERIFY(!running.probe.problems.back()->remedy.empty());
}

void TestTransports::httpRedirectsAreBounded()
{
    WebServer target;
    target.answer = header("application/x-ndjson");
    WebServer door;
    door.answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + QByteArray::fromStdString(target.uri("/live")) +
                  "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    door.closeAfterAnswer = true;
    qputenv("BNOF_TEST_PASSWORD", "open sesame");
    RunningSource running(door.uri("/?decoder=ndjson&user=lab&password-env=BNOF_TEST_PASSWORD"));
    QVERIFY(waitFor([&] { return target.connected() == 1 && target.answered[0]; }));
    QVERIFY(door.requests[0].contains("Authorization: Basic " + QByteArray("lab:open sesame").toBase64() + "\r\n"));
    QVERIFY(!target.requests[0].contains("Authorization")); // another port is another server
    target.send("{\"a\":1}\n");
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 1; }));
}

void TestTransports::httpLoginStaysWithItsHost()
{
    QTemporaryDir folder;
    const std::string file = folder.filePath("token").toStdString();
    BNOF_VERIFY_OK(writeFileAtomically(file, "secret-token\nsecond line\n"));
    WebServer server;
    server.answer = header("text/event-stream");
    RunningSource running(server.uri("/?password-file=" + file));
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered[0]; }));
    QVERIFY(server.requests[0].contains("Authorization: Bearer secret-token\r\n"));
    QVERIFY(running.source->deviceName().find("secret") == std::string::npos);
    RunningSource missing(server.uri("/?user=lab&password-env=BNOF_NOT_THERE"));
    QVERIFY(waitFor([&] { return missing.says("no environment variable BNOF_NOT_THERE"); }));
    QVERIFY(missing.probe.is(ConnectionState::Failed));
    RunningSource gone(server.uri("/?password-file=" + file + ".gone"));
    QVERIFY(waitFor([&] { return gone.says("the file with the password cannot be read"); }));
}

/// The server's bytes back up into its own socket while nobody reads; the transport holds at most 1 MiB.
void TestTransports::httpUnreadBytesAreBounded()
{
    WebServer server;
    server.answer = header("application/octet-stream");
    RunningSource running(server.uri("/?decoder=ndjson"));
    QVERIFY(waitFor([&] { return server.connected() == 1 && server.answered[0]; }));
    const QByteArray row = "{\"a\":" + QByteArray(200, '1') + "}\n";
    QByteArray block;
    while (block.size() < (8 << 20))
        block += row;
    server.send(block);
    QVERIFY(waitFor([&] { return running.source->statistics().bytes == static_cast<std::uint64_t>(block.size()); }));
    QCOMPARE(running.source->statistics().bytes % static_cast<std::uint64_t>(row.size()), 0U);
}

void TestTransports::tlsTrustsOnlyWhatItIsTold()
{
    QTemporaryDir folder;
    if (!QSslSocket::supportsSsl() || !makeCertificate(folder.path()))
        QSKIP("TLS or the program openssl is not there");
    auto secure = std::make_unique<QSslServer>();
    const auto pem = [&](const char* name) {
        return QByteArray::fromStdString(readFile(folder.filePath(name).toStdString()).value());
    };
    QSslConfiguration configuration;
    configuration.setLocalCertificate(QSslCertificate(pem("cert.pem")));
    configuration.setPrivateKey(QSslKey(pem("key.pem"), QSsl::Ec));
    secure->setSslConfiguration(configuration);
    WebServer server(std::move(secure));
    server.answer = header("application/x-ndjson") + "{\"a\":1}\n";
    const std::string base = "https://localhost:" + std::to_string(server.port()) + "/?decoder=ndjson";
    RunningSource distrustful(base);
    QVERIFY(waitFor([&] { return distrustful.says("certificate is not trusted"); }));
    QVERIFY(distrustful.probe.frames.empty());
    RunningSource trusting(base + "&ca=" + folder.filePath("cert.pem").toStdString());
    QVERIFY(waitFor([&] { return trusting.probe.frames.size() == 1; }));

    QWebSocketServer sockets("nose", QWebSocketServer::SecureMode);
    sockets.setSslConfiguration(configuration);
    QVERIFY(sockets.listen(loopback));
    const std::string ws = "wss://localhost:" + std::to_string(sockets.serverPort()) + "?decoder=csv";
    RunningSource wary(ws);
    QVERIFY(waitFor([&] { return wary.says("certificate is not trusted"); }));
    RunningSource sure(ws + "&ca=" + folder.filePath("cert.pem").toStdString());
    QVERIFY(waitFor([&] { return sockets.hasPendingConnections(); }));
    const std::unique_ptr<QWebSocket> client(sockets.nextPendingConnection());
    client->sendTextMessage("a,b\n1,2");
    QVERIFY(waitFor([&] { return sure.probe.frames.size() == 1; }));
    test::SourceProbe probe;
    const auto broken = makeSource(SourceUri::parse(base + "&ca=/etc/hostname").value(), {}, probe);
    QVERIFY(!broken.ok());
    QVERIFY(broken.error().what.find("no certificate") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTransports)
#include "tst_transports.moc"
