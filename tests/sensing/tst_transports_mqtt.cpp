// SPDX-License-Identifier: GPL-3.0-or-later
// MQTT sources against a real broker (mosquitto) that the test starts on a free loopback port.
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include <mosquitto.h>

#include "engine/base/files.h"
#include "engine/sensing/transports/mqtt_rows.h"
#include "tests/sensing/transport_fixture.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using test::RunningSource;
using test::waitFor;

namespace {

constexpr std::int64_t ms = nanosecondsPerMillisecond;

int freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

QString brokerProgram()
{
    for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"})
        if (QFile::exists(path))
            return path;
    return {};
}

/// A mosquitto of our own; stopped by its process id at the end.
class Broker {
public:
    explicit Broker(const std::string& more = "allow_anonymous true\n") : port(freePort())
    {
        const auto written = writeFileAtomically(
            configuration(), "listener " + std::to_string(port) + " 127.0.0.1\npersistence false\nuser root\n" + more);
        if (!written.ok())
            qFatal("%s", written.error().message().c_str());
    }
    ~Broker() { stop(); }
    [[nodiscard]] std::string configuration() const { return folder.filePath("broker.conf").toStdString(); }
    bool start()
    {
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(brokerProgram(), {"-c", QString::fromStdString(configuration())});
        return process.waitForStarted() && waitFor([this] {
                   QTcpSocket probe;
                   probe.connectToHost("127.0.0.1", static_cast<quint16>(port));
                   return probe.waitForConnected(200);
               });
    }
    void stop()
    {
        process.terminate();
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(5000)) {
            process.kill();
            process.waitForFinished();
        }
    }
    [[nodiscard]] std::string uri(const std::string& rest, const char* scheme = "mqtt") const
    {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(port) + "/" + rest;
    }

    QTemporaryDir folder;
    int port;
    QProcess process;
};

/// What a sensor node does: publishes, on the test's own thread.
class Publisher {
public:
    explicit Publisher(int port)
    {
        mosquitto_lib_init();
        m_handle = mosquitto_new(nullptr, true, nullptr);
        m_ok = mosquitto_connect(m_handle, "127.0.0.1", port, 30) == MOSQ_ERR_SUCCESS;
    }
    ~Publisher() { mosquitto_destroy(m_handle); }
    bool publish(const char* topic, const std::string& payload, bool retain = false)
    {
        bool sent = m_ok && mosquitto_publish(m_handle, nullptr, topic, static_cast<int>(payload.size()),
                                              payload.data(), 0, retain) == MOSQ_ERR_SUCCESS;
        for (int i = 0; sent && i < 5; ++i)
            sent = mosquitto_loop(m_handle, 1, 10) == MOSQ_ERR_SUCCESS;
        return sent;
    }

private:
    mosquitto* m_handle = nullptr;
    bool m_ok = false;
};

struct Rows {
    explicit Rows(const char* filter, MqttRows::Policy policy = MqttRows::Policy::Complete, bool flag = false)
        : rows(filter, policy, flag)
    {}
    bool operator()(const char* topic, const char* payload, std::int64_t at, bool retained = false)
    {
        return rows.message(topic, payload, retained, at * ms, out);
    }
    std::string taken() { return std::exchange(out, {}); }
    MqttRows rows;
    std::string out;
};

} // namespace

class TestTransportsMqtt : public test::Suite {
    Q_OBJECT

private slots:
    void oneTopicGivesARowForEachMessage();
    void topicsAreCollectedIntoRows();
    void rowsBeginAfterThePause();
    void fastChannelsWaitForSlowOnes();
    void silentChannelsAreNotWaitedFor();
    void devicesThatKeepTimeMakeTheirOwnRows();
    void everyMessageIsARowWhenAsked();
    void rubbishIsLeftOut();
    void filtersAreSubscribedTo();

    void initTestCase();
    void receivesAndReconnects();
    void retainedValuesAreStale();
    void otherDecodersGetThePayloads();
    void wrongPasswordsAreNotRepeated();
    void refusalsAreExplained();
    void tlsNeedsTheAuthority();
};

void TestTransportsMqtt::oneTopicGivesARowForEachMessage()
{
    Rows number("lab/nose/MQ3");
    QVERIFY(number("lab/nose/MQ3", " 12.5\n", 0));
    QVERIFY(number("lab/nose/MQ3", "-1e3", 1));
    QCOMPARE(QString::fromStdString(number.taken()), QString("{\"MQ3\":12.5}\n{\"MQ3\":-1000}\n"));
    Rows object("lab/nose");
    QVERIFY(object("lab/nose", R"({"t_ms":5,"gas":{"MQ3":1,"MQ4":2},"list":[3,4],"on":true,"who":"x"})", 0));
    QCOMPARE(QString::fromStdString(object.taken()),
             QString("{\"t_ms\":5,\"gas.MQ3\":1,\"gas.MQ4\":2,\"list.0\":3,\"list.1\":4}\n"));
    Rows list("lab/nose");
    QVERIFY(list("lab/nose", "[1,2]", 0));
    QCOMPARE(QString::fromStdString(list.taken()), QString("{\"nose.0\":1,\"nose.1\":2}\n"));
}

void TestTransportsMqtt::topicsAreCollectedIntoRows()
{
    Rows rows("enose/<dev>/<ch>");
    for (int round = 0; round < 3; ++round) {
        const int at = 1000 * round;
        const std::string value = std::to_string(round);
        QVERIFY(rows("enose/n1/a", value.c_str(), at));
        QVERIFY(rows("enose/n1/b", value.c_str(), at + 5));
        QVERIFY(rows("enose/n2/a", value.c_str(), at + 9));
    }
    QCOMPARE(QString::fromStdString(rows.taken()),
             QString("{\"n1.a\":0,\"n1.b\":0,\"n2.a\":0}\n{\"n1.a\":1,\"n1.b\":1,\"n2.a\":1}\n"
                     "{\"n1.a\":2,\"n1.b\":2,\"n2.a\":2}\n"));
    QCOMPARE(rows.rows.superseded(), 0U);
}

void TestTransportsMqtt::rowsBeginAfterThePause()
{
    Rows rows("x/+"); // the subscription began in the middle of a publication
    rows("x/c", "0", 10);
    for (int round = 1; round < 4; ++round)
        for (const char* channel : {"x/a", "x/b", "x/c"})
            rows(channel, std::to_string(round).c_str(), 1000 * round + (channel[2] - 'a') * 5);
    QCOMPARE(QString::fromStdString(rows.taken()),
             QString("{\"c\":1,\"a\":1,\"b\":1}\n{\"c\":2,\"a\":2,\"b\":2}\n{\"c\":3,\"a\":3,\"b\":3}\n"));
    QCOMPARE(rows.rows.superseded(), 1U);
    // Evenly spread channels have no pause: every row has each of them once.
    Rows spread("x/+");
    for (int i = 0; i < 30; ++i)
        spread((std::string("x/") + static_cast<char>('a' + i % 3)).c_str(), std::to_string(i).c_str(), 333 * i);
    const std::string out = spread.taken();
    QCOMPARE(std::ranges::count(out, '\n'), 10);
    QVERIFY(out.find("null") == std::string::npos);
}

void TestTransportsMqtt::fastChannelsWaitForSlowOnes()
{
    Rows rows("x/+");
    for (int i = 0; i <= 40; ++i) {
        rows("x/fast", std::to_string(i).c_str(), 100 * i);
        if (i % 10 == 0)
            rows("x/slow", std::to_string(1000 + i).c_str(), 100 * i + 3);
    }
    QCOMPARE(QString::fromStdString(rows.taken()),
             QString("{\"fast\":0,\"slow\":1000}\n{\"fast\":10,\"slow\":1010}\n{\"fast\":20,"
                     "\"slow\":1020}\n{\"fast\":30,\"slow\":1030}\n{\"fast\":40,\"slow\":1040}\n"));
    QCOMPARE(rows.rows.superseded(), 36U);
}

void TestTransportsMqtt::silentChannelsAreNotWaitedFor()
{
    Rows rows("x/+");
    for (int i = 0; i < 3; ++i) {
        rows("x/a", "1", 1000 * i);
        rows("x/b", "2", 1000 * i + 1);
    }
    (void)rows.taken();
    for (int i = 3; i < 6; ++i) {
        rows("x/a", "3", 1000 * i);
        rows.rows.tick(1000 * i * ms + 500 * ms, rows.out);
    }
    QVERIFY(rows.taken().empty()); // b is still waited for
    rows.rows.tick(6500 * ms, rows.out);
    QCOMPARE(QString::fromStdString(rows.taken()), QString("{\"a\":3,\"b\":null}\n"));
    rows("x/a", "4", 7000);
    QCOMPARE(QString::fromStdString(rows.taken()), QString("{\"a\":4,\"b\":null}\n")); // at once, without b
    rows("x/b", "5", 7500);
    rows("x/a", "6", 8000);
    const std::string back = rows.taken();
    QVERIFY2(back.find("\"b\":5") != std::string::npos, back.c_str());
    rows.rows.tick(90000 * ms, rows.out);
    QVERIFY(rows.taken().empty()); // nothing new, no row
}

void TestTransportsMqtt::devicesThatKeepTimeMakeTheirOwnRows()
{
    Rows rows("lab/+");
    QVERIFY(rows("lab/n1", R"({"time":10.5,"a":1})", 0));
    QCOMPARE(QString::fromStdString(rows.taken()), QString("{\"time\":10.5,\"n1.a\":1}\n"));
    QVERIFY(rows("lab/n1", R"({"Time":"2026-03-05T14:02:11","a":2})", 1));
    QCOMPARE(QString::fromStdString(rows.taken()), QString("{\"Time\":\"2026-03-05T14:02:11\",\"n1.a\":2}\n"));
    QVERIFY(rows("lab/n2", R"({"time":99,"a":3})", 2)); // another clock
    QVERIFY(rows("lab/n1", R"({"time":11.5,"a":4})", 3));
    QCOMPARE(QString::fromStdString(rows.taken()), QString("{\"n2.a\":3}\n{\"n1.a\":4}\n"));
}

void TestTransportsMqtt::everyMessageIsARowWhenAsked()
{
    Rows rows("x/#", MqttRows::Policy::Each, true);
    QVERIFY(rows("x/n1/a", "1", 0, true));
    QVERIFY(rows("x/n1/b", "2", 0));
    QCOMPARE(QString::fromStdString(rows.taken()),
             QString("{\"n1.a\":1,\"retained\":1}\n{\"n1.b\":2,\"retained\":0}\n"));
}

void TestTransportsMqtt::rubbishIsLeftOut()
{
    Rows rows("x/+");
    const std::string large(MqttRows::maximumPayload + 1, '1');
    for (const char* payload : {"", "Online", "{\"a\":", "[]", "{\"a\":\"b\"}", "\xFF\x86\x01", "nan%", large.c_str()})
        QVERIFY2(!rows("x/a", payload, 0), payload);
    QVERIFY(rows.taken().empty());
    Rows many("x/+");
    for (int i = 0; i < 5000; ++i)
        many(("x/c" + std::to_string(i)).c_str(), "1", i);
    QVERIFY(!many("x/one-more", "1", 6000));
}

void TestTransportsMqtt::filtersAreSubscribedTo()
{
    QCOMPARE(MqttRows::subscription("enose/<dev>/<ch>"), std::string("enose/+/+"));
    QCOMPARE(MqttRows::subscription("/a//<x>/#"), std::string("/a//+/#"));
}

void TestTransportsMqtt::initTestCase()
{
    if (brokerProgram().isEmpty())
        qWarning("no mosquitto");
}

#define BNOF_NEED_BROKER                                                                                               \
    if (brokerProgram().isEmpty())                                                                                     \
    QSKIP("the program mosquitto is not installed")

void TestTransportsMqtt::receivesAndReconnects()
{
    BNOF_NEED_BROKER;
    Broker broker;
    QVERIFY(broker.start());
    RunningSource running(broker.uri("enose/<dev>/<ch>?qos=1"));
    QVERIFY(waitFor([&] { return running.source->deviceName().starts_with("mqtt://127.0.0.1:"); }));
    const auto publishRound = [](Publisher& device, int round) {
        return device.publish("enose/n1/MQ3", std::to_string(round)) &&
               device.publish("enose/n1/env", "{\"T\":21.5,\"RH\":" + std::to_string(round) + "}");
    };
    {
        Publisher device(broker.port);
        for (int round = 0; round < 4; ++round) {
            QVERIFY(publishRound(device, round));
            QTest::qWait(120); // rounds stay apart on a busy machine, too
        }
    }
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 4; }));
    QCOMPARE(running.values(0), (std::vector<float>{0, 1, 2, 3}));
    QCOMPARE(running.probe.channels.back()[0].name, std::string("n1.MQ3"));
    QCOMPARE(running.probe.channels.back()[1].name, std::string("n1.env.T"));
    // The broker is restarted in the middle of the stream.
    broker.stop();
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Reconnecting); }));
    QVERIFY(waitFor([&] { return running.says("the MQTT broker cannot be reached"); }));
    QVERIFY(broker.start());
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Connecting) && running.problem().empty(); }));
    Publisher device(broker.port);
    QVERIFY(publishRound(device, 7));
    QTest::qWait(40);
    QVERIFY(publishRound(device, 8));
    QVERIFY(waitFor([&] { return running.values(0).back() == 8.0F; }));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Gap), 1U);
    QCOMPARE(running.source->statistics().skippedBytes, 0U);
}

void TestTransportsMqtt::retainedValuesAreStale()
{
    BNOF_NEED_BROKER;
    Broker broker;
    QVERIFY(broker.start());
    Publisher device(broker.port);
    QVERIFY(device.publish("enose/MQ3", "111", true));
    RunningSource skipping(broker.uri("enose/MQ3"));
    RunningSource using_(broker.uri("enose/MQ3?retained=use"));
    QVERIFY(waitFor([&] { return using_.probe.frames.size() == 1 && skipping.noted("had kept an older value"); }));
    QVERIFY(skipping.probe.frames.empty());
    QVERIFY(device.publish("enose/MQ3", "222"));
    QVERIFY(waitFor([&] { return using_.probe.frames.size() == 2 && skipping.probe.frames.size() == 1; }));
    QCOMPARE(skipping.values(0), std::vector<float>{222});
    QCOMPARE(using_.values(0), (std::vector<float>{111, 222}));
    QCOMPARE(using_.probe.channels.back()[1].name, std::string("retained"));
    QCOMPARE(using_.values(1), (std::vector<float>{1, 0}));
}

void TestTransportsMqtt::otherDecodersGetThePayloads()
{
    BNOF_NEED_BROKER;
    Broker broker;
    QVERIFY(broker.start());
    RunningSource running(broker.uri("enose/csv?decoder=csv"));
    QVERIFY(waitFor([&] { return running.source->deviceName().starts_with("mqtt:"); }));
    Publisher device(broker.port);
    QVERIFY(device.publish("enose/csv", "a,b"));
    QVERIFY(device.publish("enose/csv", "1,2\n3,4"));
    QVERIFY(waitFor([&] { return running.probe.frames.size() == 2; }));
    QCOMPARE(running.values(1), (std::vector<float>{2, 4}));
}

void TestTransportsMqtt::wrongPasswordsAreNotRepeated()
{
    BNOF_NEED_BROKER;
    QTemporaryDir folder;
    const std::string passwords = folder.filePath("passwords").toStdString();
    BNOF_VERIFY_OK(writeFileAtomically(passwords, "lab:right\n"));
    if (QProcess::execute("mosquitto_passwd", {"-U", QString::fromStdString(passwords)}) != 0)
        QSKIP("the program mosquitto_passwd is not there");
    Broker broker("allow_anonymous false\npassword_file " + passwords + "\n");
    QVERIFY(broker.start());
    qputenv("BNOF_TEST_RIGHT", "right");
    qputenv("BNOF_TEST_WRONG", "wrong");
    RunningSource wrong(broker.uri("x?user=lab&password-env=BNOF_TEST_WRONG"));
    QVERIFY(waitFor([&] { return wrong.says("does not accept the user \"lab\""); }));
    QVERIFY(wrong.probe.is(ConnectionState::Failed));
    RunningSource nobody(broker.uri("x"));
    QVERIFY(waitFor([&] { return nobody.says("asks for a user and a password"); }));
    RunningSource right(broker.uri("x?user=lab&password-env=BNOF_TEST_RIGHT"));
    QVERIFY(waitFor([&] { return right.source->deviceName().starts_with("mqtt:"); }));
    QVERIFY(right.problem().empty());
}

void TestTransportsMqtt::refusalsAreExplained()
{
    BNOF_NEED_BROKER;
    RunningSource nobody("mqtt://127.0.0.1:" + std::to_string(freePort()) + "/x");
    QVERIFY(waitFor([&] { return nobody.says("cannot be reached (Connection refused)"); }));
    RunningSource unknown("mqtt://no.such.host.invalid/x");
    QVERIFY(waitFor([&] { return unknown.says("the name of the MQTT broker is not known"); }));
    QTcpServer other; // no MQTT broker: it answers garbage
    QVERIFY(other.listen(QHostAddress::LocalHost));
    connect(&other, &QTcpServer::newConnection, &other,
            [&] { other.nextPendingConnection()->write(QByteArray(400, '\xE3')); });
    RunningSource garbage("mqtt://127.0.0.1:" + std::to_string(other.serverPort()) + "/x");
    QVERIFY(waitFor([&] { return garbage.says("the MQTT broker cannot be reached"); }));
    test::SourceProbe probe;
    for (const char* more : {"?ca=/nowhere.pem", "?cert=/etc/hostname"})
        QVERIFY(!makeSource(SourceUri::parse(std::string("mqtt://h/x") + more).value(), {}, probe).ok());
}

void TestTransportsMqtt::tlsNeedsTheAuthority()
{
    BNOF_NEED_BROKER;
    QTemporaryDir folder;
    const QString cert = folder.filePath("cert.pem");
    const QString key = folder.filePath("key.pem");
    QProcess openssl;
    openssl.start("openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                              "-days", "2", "-subj", "/CN=localhost", "-addext",
                              "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert});
    if (!openssl.waitForFinished() || openssl.exitCode() != 0)
        QSKIP("the program openssl is not there");
    Broker broker("allow_anonymous true\ncertfile " + cert.toStdString() + "\nkeyfile " + key.toStdString() + "\n");
    QVERIFY(broker.start());
    const std::string address = "mqtts://localhost:" + std::to_string(broker.port) + "/x";
    RunningSource distrustful(address);
    QVERIFY(waitFor([&] { return distrustful.says("no secure connection to the MQTT broker"); }));
    RunningSource trusting(address + "?ca=" + cert.toStdString());
    QVERIFY(waitFor([&] { return trusting.source->deviceName().starts_with("mqtts:"); }));
    QVERIFY(trusting.problem().empty());
}

QTEST_GUILESS_MAIN(TestTransportsMqtt)
#include "tst_transports_mqtt.moc"
