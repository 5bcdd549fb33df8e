// SPDX-License-Identifier: GPL-3.0-or-later
// Equivalent sources as one, over real TCP devices and pseudo-terminals: one is killed, one falls silent, one comes
// back, both are dead, one is worse than the other. Nothing comes twice, and no hole stays unsaid.
#include <QTemporaryDir>
#include <QThread>

#include <pty.h>
#include <termios.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>
#include <thread>

#include "engine/sensing/pool/redundant_source.h"
#include "tests/sensing/pool_client.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using test::SourceProbe;
using test::waitFor;

namespace {

constexpr std::int64_t period = 20 * nanosecondsPerMillisecond;

/// A device that counts the periods since a common start, so that equivalent ones say the same at the same time.
class Device {
public:
    Device(std::int64_t start, std::string header = "t_s,count", std::int64_t late = 0)
        : m_start(start), m_header(std::move(header)), m_late(late)
    {
        listen(0);
        m_thread = std::thread([this] { run(); });
    }
    ~Device()
    {
        m_stop = true;
        m_thread.join();
        ::close(m_server);
    }
    [[nodiscard]] std::string address() const { return "tcp://127.0.0.1:" + std::to_string(m_port); }
    std::atomic<bool> silent{false};  ///< connected, but says nothing
    std::atomic<bool> dead{false};    ///< closes its connection and takes no other
    std::atomic<bool> damaged{false}; ///< every other line is nonsense

private:
    void listen(int port)
    {
        m_server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const int reuse = 1;
        ::setsockopt(m_server, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (::bind(m_server, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(m_server, 4) != 0 ||
            ::getsockname(m_server, reinterpret_cast<sockaddr*>(&address), &length) != 0)
            qFatal("no port");
        m_port = ntohs(address.sin_port);
    }
    void run()
    {
        test::SensorSocket client;
        std::int64_t count = (monotonicNow() - m_start) / period;
        while (!m_stop) {
            ++count;
            const std::int64_t due = m_start + count * period + m_late;
            while (!m_stop && monotonicNow() < due) {
                if (dead && client.isOpen())
                    client.abort();
                if (!client.isOpen() || client.isClosed()) {
                    const int accepted = ::accept4(m_server, nullptr, nullptr, SOCK_CLOEXEC);
                    if (accepted >= 0) {
                        client = test::SensorSocket(accepted);
                        if (dead)
                            client.abort();
                        else
                            client.send("#\n" + m_header + "\n");
                    }
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            if (!client.isOpen() || silent)
                continue;
            if (damaged && count % 2 == 0)
                client.send("?!?!?!?!?!?!?!?!?!?!\n");
            else
                client.send(std::to_string(static_cast<double>(count * period) * 1e-9) + "," + std::to_string(count) +
                            "\n");
        }
    }

    std::int64_t m_start;
    std::string m_header;
    std::int64_t m_late;
    int m_server = -1;
    int m_port = 0;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

/// The same at a serial port. "Dead" is unplugged: the port is gone, and comes back as another one behind the same
/// link.
class SerialDevice {
public:
    explicit SerialDevice(std::int64_t start, const std::string& header = "t_s,count", std::int64_t = 0)
        : m_start(start), m_header(header), m_link(m_folder.filePath("port").toStdString())
    {
        plug();
        m_thread = std::thread([this] { run(); });
    }
    ~SerialDevice()
    {
        m_stop = true;
        m_thread.join();
        unplug();
    }
    [[nodiscard]] std::string address() const { return "serial:" + m_link; }
    std::atomic<bool> silent{false};
    std::atomic<bool> dead{false};

private:
    void plug()
    {
        termios raw{};
        cfmakeraw(&raw);
        char name[256];
        int slave = -1;
        if (::openpty(&m_master, &slave, name, &raw, nullptr) != 0)
            qFatal("no pseudo-terminal");
        ::close(slave);
        ::fcntl(m_master, F_SETFL, O_NONBLOCK);
        std::filesystem::create_symlink(name, m_link);
        say("#\n" + m_header + "\n");
    }
    void unplug()
    {
        std::error_code ignored;
        std::filesystem::remove(m_link, ignored);
        if (m_master >= 0)
            ::close(m_master);
        m_master = -1;
    }
    void say(const std::string& text) const
    {
        if (::write(m_master, text.data(), text.size()) < 0 && errno != EAGAIN)
            qWarning("a pseudo-terminal takes no bytes: %d", errno);
    }
    void run()
    {
        std::int64_t count = (monotonicNow() - m_start) / period;
        while (!m_stop) {
            ++count;
            while (!m_stop && monotonicNow() < m_start + count * period) {
                if (dead != (m_master < 0))
                    dead ? unplug() : plug();
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            if (m_master >= 0 && !silent)
                say(std::to_string(static_cast<double>(count * period) * 1e-9) + "," + std::to_string(count) + "\n");
        }
    }

    std::int64_t m_start;
    std::string m_header;
    QTemporaryDir m_folder;
    std::string m_link;
    int m_master = -1;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

/// A source with one backup.
template <typename Kind> struct PairOf {
    explicit PairOf(const std::string& common, std::int64_t late = 0, const std::string& backupHeader = "t_s,count")
        : start(monotonicNow()), first(start), second(start, backupHeader, late)
    {
        auto plain = SourceUri::parse(first.address() + "?decoder=csv" + common);
        if (!plain.ok())
            qFatal("%s", plain.error().message().c_str());
        SourceUri uri = *plain;
        uri.parameters.emplace_back("backup", second.address() + "?decoder=csv" + common);
        // What is written can be read again.
        const auto parsed = SourceUri::parse(uri.toString());
        if (!parsed.ok() || *parsed != uri)
            qFatal("%s", uri.toString().c_str());
        SourceOptions options;
        options.sessionStart = start;
        options.retryNanoseconds = 50 * nanosecondsPerMillisecond;
        auto made = makeSource(*parsed, options, probe);
        if (!made.ok())
            qFatal("%s", made.error().message().c_str());
        source = std::move(*made);
        source->start();
    }
    ~PairOf() { source->stop(); }

    [[nodiscard]] std::size_t frames() const { return probe.frames.size(); }
    [[nodiscard]] bool more(std::size_t count)
    {
        const std::size_t wanted = frames() + count;
        return waitFor([&] { return frames() >= wanted; });
    }
    [[nodiscard]] std::uint64_t switches() const { return source->statistics().failovers; }
    /// The other one's frames are handed on, and it could take over.
    [[nodiscard]] bool standsBy(std::size_t member) const
    {
        const auto all = source->equivalents();
        return all.size() == 2 && !all[member].present && all[1 - member].present && isDelivering(all[member].state) &&
               all[member].health > 0;
    }
    /// Counts go up by one, except where a Gap event says that something is missing; the largest pause between arrival
    /// of a frame and of the next being handed on.
    void check(std::int64_t& longestPause, bool linesAreDamaged = false) const
    {
        longestPause = 0;
        std::size_t gaps = 0;
        for (std::size_t i = 1; i < probe.frames.size(); ++i) {
            const auto& before = probe.frames[i - 1];
            const auto& now = probe.frames[i];
            QVERIFY2(now.values[0] > before.values[0], qPrintable(QString::number(double(now.values[0]))));
            QVERIFY(now.t > before.t);
            bool marked = false;
            for (std::size_t e = 0; e < probe.events.size(); ++e)
                if (probe.events[e].kind == StreamEvent::Kind::Gap && probe.framesBeforeEvent[e] == i) {
                    marked = true;
                    QCOMPARE(probe.events[e].t, before.t);
                    QCOMPARE(probe.events[e].t2, now.t);
                }
            gaps += marked ? 1 : 0;
            if (now.values[0] > before.values[0] + 1 && !linesAreDamaged)
                QVERIFY2(marked, "a hole that no event marks");
            if (!marked)
                longestPause = std::max(longestPause, now.seen - before.seen);
        }
        QCOMPARE(source->statistics().gaps, std::uint64_t{gaps});
    }
    [[nodiscard]] std::size_t notes() const
    {
        std::size_t count = 0;
        for (const StreamEvent& event : probe.events)
            count += event.kind == StreamEvent::Kind::Note && event.text.starts_with("source switched from ") ? 1 : 0;
        return count;
    }

    std::int64_t start;
    Kind first;
    Kind second;
    SourceProbe probe;
    std::unique_ptr<Source> source;
};
using Pair = PairOf<Device>;

} // namespace

class FailoverTest : public test::Suite {
    Q_OBJECT

private slots:
    void theFirstIsUsedWhileItWorks();
    void killedOneIsReplaced_data();
    void killedOneIsReplaced();
    void silentOneIsReplaced();
    void theOneThatComesBackWaits();
    void bothDeadIsAGap();
    void theBetterOneIsChosen();
    void lateDuplicatesAreDropped();
    void otherChannelsCannotTakeOver();
    void theLossOfTheOneInWaitingChangesNothing();
    void whenWeAreLateNobodyIsSilent();
    void serialPortsReplaceOneAnother();
    void badBackupsAreRefused();
};

void FailoverTest::theFirstIsUsedWhileItWorks()
{
    Pair it("&rate=50");
    QVERIFY(it.more(60));
    std::int64_t pause = 0;
    it.check(pause);
    QCOMPARE(it.switches(), std::uint64_t{0});
    QCOMPARE(it.probe.count(StreamEvent::Kind::Gap), std::size_t{0});
    QVERIFY(it.probe.is(ConnectionState::Streaming));
    QVERIFY(!it.probe.problems.back().has_value());
}

void FailoverTest::killedOneIsReplaced_data()
{
    QTest::addColumn<QString>("time");
    QTest::newRow("by device time") << "&time=device";
    QTest::newRow("by arrival") << "";
}

void FailoverTest::killedOneIsReplaced()
{
    QFETCH(QString, time);
    Pair it("&rate=50" + time.toStdString());
    QVERIFY(it.more(30));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    QVERIFY(it.more(30));
    std::int64_t pause = 0;
    it.check(pause);
    qInfo("longest pause %.1f ms at a period of 20 ms", double(pause) * 1e-6);
    QCOMPARE(it.notes(), std::size_t{1});
    // The experiment goes on, and a person is told why it needs a look.
    QVERIFY(it.probe.is(ConnectionState::Streaming));
    QVERIFY(it.probe.problems.back().has_value());
}

void FailoverTest::silentOneIsReplaced()
{
    Pair it(""); // the period is learned
    QVERIFY(it.more(40));
    it.first.silent = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    QVERIFY(it.more(20));
    std::int64_t pause = 0;
    it.check(pause);
    qInfo("longest pause %.1f ms at a period of 20 ms", double(pause) * 1e-6);
    QCOMPARE(it.notes(), std::size_t{1});
    QCOMPARE(it.probe.count(StreamEvent::Kind::Gap), std::size_t{0});
}

void FailoverTest::theOneThatComesBackWaits()
{
    Pair it("&rate=50&time=device");
    QVERIFY(it.more(20));
    QVERIFY(waitFor([&] { return it.standsBy(1); }));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    QVERIFY(waitFor([&] { return !isDelivering(it.source->equivalents()[0].state); }));
    it.first.dead = false;
    QVERIFY(it.more(60));
    QCOMPARE(it.switches(), std::uint64_t{1}); // equals do not take turns
    QVERIFY(waitFor([&] { return it.standsBy(0); }));
    it.second.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 2; }));
    QVERIFY(it.more(20));
    std::int64_t pause = 0;
    it.check(pause);
    QCOMPARE(it.notes(), std::size_t{2});
    QVERIFY(waitFor([&] { return !it.probe.problems.back().has_value(); })); // the first one is the present one again
}

void FailoverTest::bothDeadIsAGap()
{
    Pair it("&rate=50");
    QVERIFY(it.more(20));
    it.first.dead = true;
    it.second.dead = true;
    QVERIFY(waitFor([&] { return it.probe.is(ConnectionState::Reconnecting); }));
    const std::size_t before = it.frames();
    QTest::qWait(300);
    QVERIFY(it.frames() <= before + 1);
    it.second.dead = false;
    QVERIFY(it.more(20));
    QVERIFY(it.probe.is(ConnectionState::Streaming));
    std::int64_t pause = 0;
    it.check(pause);
    QVERIFY(it.probe.count(StreamEvent::Kind::Gap) >= 1);
}

void FailoverTest::theBetterOneIsChosen()
{
    Pair it("&rate=50&time=device");
    QVERIFY(it.more(20));
    it.first.damaged = true; // half of its lines cannot be read: half the rate, and errors
    QVERIFY(waitFor([&] { return it.switches() >= 1; }));
    const std::uint64_t switches = it.switches();
    QVERIFY(it.more(100));
    QCOMPARE(it.switches(), switches); // and stays
    std::int64_t pause = 0;
    it.check(pause, true); // skipped lines have events of their own
}

void FailoverTest::lateDuplicatesAreDropped()
{
    // The backup says the same 70 ms later: what was already handed on must not come again.
    Pair it("&rate=50&time=device", 70 * nanosecondsPerMillisecond);
    QVERIFY(it.more(30));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    QVERIFY(it.more(30));
    std::int64_t pause = 0;
    it.check(pause);
    QCOMPARE(it.probe.count(StreamEvent::Kind::Gap), std::size_t{0});
}

void FailoverTest::otherChannelsCannotTakeOver()
{
    Pair it("&rate=50", 0, "t_s,humidity");
    QVERIFY(it.more(20));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return it.probe.is(ConnectionState::Reconnecting); }));
    const std::size_t before = it.frames();
    QTest::qWait(200);
    QCOMPARE(it.frames(), before);
    QCOMPARE(it.switches(), std::uint64_t{0});
    it.first.dead = false;
    QVERIFY(it.more(10));
}

void FailoverTest::theLossOfTheOneInWaitingChangesNothing()
{
    Pair it("&rate=50&time=device");
    QVERIFY(it.more(20));
    QVERIFY(waitFor([&] { return it.standsBy(1); }));
    // The first hesitates for a moment: it is in waiting from then on, though nothing ails it.
    it.first.silent = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    it.first.silent = false;
    QVERIFY(waitFor([&] { return it.standsBy(0); }));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return !isDelivering(it.source->equivalents()[0].state); }));
    QVERIFY(it.more(10));
    QCOMPARE(it.switches(), std::uint64_t{1});
    QVERIFY(it.source->equivalents()[1].present);
    it.first.dead = false;
    QVERIFY(waitFor([&] { return it.standsBy(0); }));
    it.second.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 2; }));
    QVERIFY(waitFor([&] { return it.source->equivalents()[0].present; }));
    QVERIFY(it.more(10));
    std::int64_t pause = 0;
    it.check(pause);
}

void FailoverTest::whenWeAreLateNobodyIsSilent()
{
    Pair it("&rate=50&time=device");
    QVERIFY(it.more(20));
    QVERIFY(waitFor([&] { return it.standsBy(1); }));
    const std::uint64_t before = it.switches();
    for (int i = 0; i < 8; ++i) {
        QThread::msleep(100); // the thread of the source has something else to do for five periods
        QVERIFY(it.more(3));
    }
    QCOMPARE(it.switches(), before);
    std::int64_t pause = 0;
    it.check(pause);
}

void FailoverTest::serialPortsReplaceOneAnother()
{
    PairOf<SerialDevice> it("&rate=50&time=device");
    QVERIFY(it.more(20));
    QVERIFY(waitFor([&] { return it.standsBy(1); }));
    it.first.dead = true;
    QVERIFY(waitFor([&] { return it.switches() == 1; }));
    QVERIFY(it.more(20));
    it.first.dead = false; // plugged in again: as another port, behind the same name
    QVERIFY(waitFor([&] { return it.standsBy(0); }));
    QCOMPARE(it.switches(), std::uint64_t{1});
    it.second.silent = true;
    QVERIFY(waitFor([&] { return it.switches() == 2; }));
    QVERIFY(it.more(20));
    std::int64_t pause = 0;
    it.check(pause);
    qInfo("longest pause %.1f ms at a period of 20 ms", double(pause) * 1e-6);
    QCOMPARE(it.notes(), std::size_t{2});
}

void FailoverTest::badBackupsAreRefused()
{
    for (const char* text :
         {"tcp://a:1?backup=nonsense", "tcp://a:1?backup=replay:x.bnr", "tcp://a:1?backup=tcp-listen://0.0.0.0:9",
          "tcp://a:1?policy=never", "tcp-listen://0.0.0.0:9?sensors=0", "tcp-listen://0.0.0.0:99999"}) {
        const auto parsed = SourceUri::parse(text);
        QVERIFY2(!parsed.ok(), text);
        QVERIFY(!parsed.error().remedy.empty());
    }
    for (const char* text : {"tcp-listen://0.0.0.0:0?decoder=csv&policy=block&sensors=10&warmup=5",
                             "serial:/dev/ttyUSB0?backup=serial:/dev/ttyUSB1%3Fbaud%3D9600&backup=tcp://b:2"})
        BNOF_VERIFY_OK(SourceUri::parse(text));
}

QTEST_GUILESS_MAIN(FailoverTest)
#include "tst_failover.moc"
