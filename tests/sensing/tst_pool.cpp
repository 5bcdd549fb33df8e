// SPDX-License-Identifier: GPL-3.0-or-later
// The ingest pool over real sockets: who a sensor is, what is kept in order, what happens when too much or too many
// come.
#include <QScopeGuard>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>

#include "engine/sensing/decoders/csv_decoder.h"
#include "engine/sensing/pool/descriptor_limit.h"
#include "engine/sensing/pool/ingest_pool.h"
#include "tests/sensing/pool_client.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using test::countOf;
using test::SensorProbe;
using test::SensorSocket;

namespace {

/// A pool with one group of CSV sensors, and what they delivered.
struct Listening {
    explicit Listening(SensorGroupOptions options = {})
    {
        if (!options.decoder.make && !options.decoder.detect)
            options.decoder.make = [] { return std::make_unique<CsvDecoder>(); };
        options.sessionStart = monotonicNow();
        group = std::make_shared<SensorGroup>(std::move(options));
        auto bound = pool.listen(group, "127.0.0.1", 0);
        if (!bound.ok())
            qFatal("%s", bound.error().message().c_str());
        port = *bound;
    }
    ~Listening() { pool.remove(group); }
    bool until(const std::function<bool()>& condition, int milliseconds = 10000)
    {
        return test::takeUntil(group->handOff(), probe, condition, milliseconds);
    }

    IngestPool pool;
    std::shared_ptr<SensorGroup> group;
    SensorProbe probe;
    int port = 0;
};

std::string line(int i)
{
    return std::to_string(i) + "," + std::to_string(i * 2) + "\n";
}

bool delivered(const SensorProbe& probe, std::string_view name, std::size_t frames)
{
    const auto* seen = probe.named(name);
    return seen != nullptr && seen->frames.size() >= frames;
}

} // namespace

class PoolTest : public test::Suite {
    Q_OBJECT

private slots:
    void everySensorIsAStream();
    void theFirstLineIsData();
    void namesComeFromTheSensorOrItsAddress();
    void aSensorThatConnectsAgainGoesOnWithAGap();
    void theNewerConnectionOfANameCounts();
    void bytesInAnyPortions();
    void aFloodTakesNothingFromTheOthers_data();
    void aFloodTakesNothingFromTheOthers();
    void blockedSensorsLoseNothing();
    void halfLinesStayBounded();
    void silentConnectionsAreClosed();
    void manyComeAndGoAtOnce();
    void descriptorsRunOut();
    void tooManySensorsAreRefused();
    void oneOfTenIsUnplugged();
    void whatCameBeforeTheEndIsRead();
    void portInUseIsNamed();
    void clientsConnectAndReconnect();
    void removingThousandsReturnsAtOnce();
    void healthSaysWhy();
    void latencyQuantiles();
};

void PoolTest::everySensorIsAStream()
{
    Listening it;
    std::vector<SensorSocket> sensors;
    for (int s = 0; s < 50; ++s) {
        sensors.push_back(SensorSocket::connectTo(it.port));
        QVERIFY(sensors.back().send("id=nose-" + std::to_string(s) + "\na [ppm],b\n"));
    }
    for (int i = 0; i < 20; ++i)
        for (int s = 0; s < 50; ++s)
            QVERIFY(sensors[static_cast<std::size_t>(s)].send(line(100 * s + i)));
    QVERIFY(it.until([&] { return it.probe.frames == 1000; }));
    for (int s = 0; s < 50; ++s) {
        const auto* seen = it.probe.named("nose-" + std::to_string(s));
        QVERIFY(seen != nullptr);
        QCOMPARE(seen->channels.size(), std::size_t{2});
        QCOMPARE(seen->channels[0].unit, std::string("ppm"));
        QCOMPARE(seen->frames.size(), std::size_t{20});
        for (int i = 0; i < 20; ++i)
            QCOMPARE(seen->frames[static_cast<std::size_t>(i)],
                     (std::vector<float>{float(100 * s + i), float(200 * s + 2 * i)}));
        QVERIFY(std::ranges::is_sorted(seen->times, std::less_equal<>()));
        QVERIFY(seen->events.empty());
        QVERIFY(seen->states.front() == ConnectionState::Connecting);
    }
    QCOMPARE(it.pool.figures().accepted, std::uint64_t{50});
}

void PoolTest::theFirstLineIsData()
{
    // Connections to us begin where the sensor begins, so that not even the first line of numbers is dropped.
    Listening it;
    const SensorSocket sensor = SensorSocket::connectTo(it.port);
    QVERIFY(sensor.send("1.5,2.5\n3.5,4.5\n"));
    QVERIFY(it.until([&] { return it.probe.frames == 2; }));
    QCOMPARE(it.probe.sensors[0].frames[0], (std::vector<float>{1.5F, 2.5F}));
}

void PoolTest::namesComeFromTheSensorOrItsAddress()
{
    Listening it;
    const SensorSocket described = SensorSocket::connectTo(it.port);
    QVERIFY(described.send("#bnof {\"device\": \"lab nose\", \"simulated\": true}\nx\n1\n"));
    const SensorSocket commented = SensorSocket::connectTo(it.port);
    QVERIFY(commented.send("# id: shelf/7\nx\n1\n"));
    QVERIFY(it.until([&] { return it.probe.frames == 2; }));
    const SensorSocket first = SensorSocket::connectTo(it.port);
    QVERIFY(first.send("x\n1\n"));
    QVERIFY(it.until([&] { return it.probe.frames == 3; }));
    SensorSocket second = SensorSocket::connectTo(it.port);
    QVERIFY(second.send("x\n1\n"));
    QVERIFY(it.until([&] { return it.probe.frames == 4; }));
    QVERIFY(it.probe.named("lab nose") != nullptr);
    QVERIFY(it.probe.named("lab nose")->simulated);
    QVERIFY(it.probe.named("shelf/7") != nullptr);
    QVERIFY(it.probe.named("127.0.0.1") != nullptr);
    QVERIFY(it.probe.named("127.0.0.1 (2)") != nullptr);
    // The one that went away is the one that comes back from its address.
    second.close();
    QVERIFY(it.until([&] { return it.pool.figures().connections == 3; }));
    second = SensorSocket::connectTo(it.port);
    QVERIFY(second.send("x\n2\n"));
    QVERIFY(it.until([&] { return delivered(it.probe, "127.0.0.1 (2)", 2); }));
    QCOMPARE(it.probe.sensors.size(), std::size_t{4});
}

void PoolTest::aSensorThatConnectsAgainGoesOnWithAGap()
{
    Listening it;
    SensorSocket sensor = SensorSocket::connectTo(it.port);
    QVERIFY(sensor.send("id=a\nx,y\n" + line(1) + line(2)));
    QVERIFY(it.until([&] { return it.probe.frames == 2; }));
    sensor.abort();
    QVERIFY(it.until([&] { return it.probe.sensors[0].states.back() == ConnectionState::Reconnecting; }));
    QVERIFY(it.probe.sensors[0].problems.back().has_value());
    sensor = SensorSocket::connectTo(it.port);
    QVERIFY(sensor.send("id=a\nx,y\n" + line(3)));
    QVERIFY(it.until([&] { return it.probe.frames == 3; }));
    QCOMPARE(it.probe.sensors.size(), std::size_t{1});
    const auto& seen = it.probe.sensors[0];
    QCOMPARE(countOf(seen, StreamEvent::Kind::Gap), std::size_t{1});
    QCOMPARE(seen.framesBeforeEvent[0], std::size_t{2});
    QCOMPARE(seen.events[0].t, seen.times[1]);
    QCOMPARE(seen.events[0].t2, seen.times[2]);
    QCOMPARE(it.group->table().at(0).gaps.load(), 1U);
    QCOMPARE(it.group->table().at(0).reconnects.load(), 1U);
}

void PoolTest::theNewerConnectionOfANameCounts()
{
    // A device that lost its power comes back before its old connection has timed out.
    Listening it;
    const SensorSocket old = SensorSocket::connectTo(it.port);
    QVERIFY(old.send("id=a\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return it.probe.frames == 1; }));
    const SensorSocket now = SensorSocket::connectTo(it.port);
    QVERIFY(now.send("id=a\nx,y\n" + line(2)));
    QVERIFY(it.until([&] { return it.probe.frames == 2 && old.isClosed(); }));
    QVERIFY(now.send(line(3)));
    QVERIFY(it.until([&] { return it.probe.frames == 3; }));
    QCOMPARE(it.probe.sensors.size(), std::size_t{1});
}

void PoolTest::bytesInAnyPortions()
{
    Listening it;
    const SensorSocket sensor = SensorSocket::connectTo(it.port);
    std::string text = "id=a\nx,y\n";
    for (int i = 0; i < 3000; ++i)
        text += line(i);
    for (std::size_t at = 0, step = 1; at < text.size(); at += step, step = step % 701 + 7) {
        QVERIFY(sensor.send(std::string_view(text).substr(at, step)));
        if (step % 3 == 0)
            it.group->handOff().take(it.probe);
    }
    QVERIFY(it.until([&] { return it.probe.frames == 3000; }));
    for (int i = 0; i < 3000; ++i)
        QCOMPARE(it.probe.sensors[0].frames[static_cast<std::size_t>(i)][0], float(i));
    const auto& counters = it.group->table().at(0);
    QCOMPARE(counters.skippedBytes.load(), std::uint64_t{0});
    QVERIFY(counters.copiedBytes.load() <= counters.bytes.load());
}

void PoolTest::aFloodTakesNothingFromTheOthers_data()
{
    QTest::addColumn<int>("policy");
    QTest::newRow("reject") << int(OverflowPolicy::Reject);
    QTest::newRow("drop-oldest") << int(OverflowPolicy::DropOldest);
}

void PoolTest::aFloodTakesNothingFromTheOthers()
{
    QFETCH(int, policy);
    SensorGroupOptions options;
    options.policy = OverflowPolicy(policy);
    options.frameCapacity = 2560; // of one of ten sensors 256
    Listening it(std::move(options));
    std::vector<SensorSocket> sensors;
    for (int s = 0; s < 10; ++s) {
        sensors.push_back(SensorSocket::connectTo(it.port));
        QVERIFY(sensors.back().send("id=" + std::to_string(s) + "0\nx,y\n" + line(-1)));
    }
    QVERIFY(it.until([&] { return it.probe.frames == 10; }));
    // One sends 100 lines for one of each other, and nothing is taken meanwhile.
    std::string flood;
    for (int i = 0; i < 100; ++i)
        flood += line(i);
    for (int i = 0; i < 100; ++i) {
        QVERIFY(sensors[0].send(flood));
        for (std::size_t s = 1; s < 10; ++s)
            QVERIFY(sensors[s].send(line(i)));
    }
    const auto arrived = [&] {
        std::uint64_t all = 0;
        for (std::uint32_t s = 0; s < it.group->table().size(); ++s)
            all += it.group->table().at(s).frames.load();
        return all == 10 + 10000 + 900;
    };
    QTRY_VERIFY_WITH_TIMEOUT(arrived(), 10000);
    QVERIFY(it.until([&] { return it.probe.frames == 10 + 256 + 900; }));
    for (std::size_t s = 1; s < 10; ++s) {
        const auto* seen = it.probe.named(std::to_string(s) + "0");
        QCOMPARE(seen->frames.size(), std::size_t{101});
        QCOMPARE(countOf(*seen, StreamEvent::Kind::Dropped), std::size_t{0});
    }
    // Each lost frame is counted with its sensor and told, and the policy decided which ones.
    const auto lost = [&] {
        std::uint64_t sum = 0;
        for (const StreamEvent& event : it.probe.named("00")->events)
            sum += event.kind == StreamEvent::Kind::Dropped ? event.count : 0;
        return sum;
    };
    QVERIFY(it.until([&] { return lost() >= 10000 - 256; })); // perhaps in several events
    QCOMPARE(lost(), std::uint64_t{10000 - 256});
    const auto* flooding = it.probe.named("00");
    QCOMPARE(flooding->frames.size(), std::size_t{1 + 256});
    const bool newest = OverflowPolicy(policy) == OverflowPolicy::DropOldest;
    QCOMPARE(flooding->frames.back()[0], newest ? 99.0F : 55.0F);
}

void PoolTest::blockedSensorsLoseNothing()
{
    SensorGroupOptions options;
    options.policy = OverflowPolicy::Block;
    options.frameCapacity = 512;
    Listening it(std::move(options));
    SensorSocket sensor = SensorSocket::connectTo(it.port);
    const SensorSocket other = SensorSocket::connectTo(it.port);
    QVERIFY(other.send("id=other\nx,y\n" + line(1)));
    std::atomic<bool> sent{false};
    constexpr int lines = 1000000; // more than the sockets' buffers hold
    std::thread sender([&] {
        std::string text = "id=fast\nx,y\n";
        for (int i = 0; i < lines; ++i)
            text += line(i);
        sent = sensor.send(text);
    });
    const auto joined = qScopeGuard([&] { sender.join(); });
    // Nobody takes: the sensor has to wait, and what waits here stays bounded.
    QTest::qWait(300);
    QVERIFY(!sent);
    QVERIFY(it.group->handOff().waiting() < 512 + 30000);
    QVERIFY(other.send(line(2)));
    QVERIFY(it.until([&] { return delivered(it.probe, "fast", lines) && delivered(it.probe, "other", 2); }, 60000));
    QTRY_VERIFY(sent);
    const auto& frames = it.probe.named("fast")->frames;
    QCOMPARE(frames.size(), std::size_t{lines});
    for (std::size_t i = 0; i < frames.size(); ++i)
        if (frames[i][0] != float(i))
            QFAIL("out of order");
    QCOMPARE(it.group->table().at(0).dropped.load() + it.group->table().at(1).dropped.load(), std::uint64_t{0});
}

void PoolTest::halfLinesStayBounded()
{
    SensorGroupOptions options;
    options.maximumLine = 4096;
    options.undecodedBudget = 20000;
    Listening it(std::move(options));
    std::vector<SensorSocket> slow;
    for (int s = 0; s < 40; ++s) {
        slow.push_back(SensorSocket::connectTo(it.port));
        QVERIFY(slow.back().send("id=slow" + std::to_string(s) + "\nx,y\n" + line(1)));
    }
    QVERIFY(it.until([&] { return it.probe.frames == 40; }));
    const std::string piece(100, '7');
    for (int i = 0; i < 60; ++i)
        for (const SensorSocket& socket : slow)
            QVERIFY(socket.send(piece));
    const SensorSocket good = SensorSocket::connectTo(it.port);
    QVERIFY(good.send("id=good\nx,y\n" + line(5)));
    QVERIFY(it.until([&] { return delivered(it.probe, "good", 1); }));
    // More than the budget was never kept, and what was thrown away is counted.
    const auto skipped = [&] {
        std::uint64_t all = 0;
        for (std::uint32_t s = 0; s < it.group->table().size(); ++s)
            all += it.group->table().at(s).skippedBytes.load();
        return all;
    };
    QVERIFY(it.until([&] { return skipped() >= 40 * 6000 - 20000 - 40 * 400; }));
    // They are understood again once they end their lines.
    for (const SensorSocket& socket : slow)
        QVERIFY(socket.send("\nx,y\n" + line(2)));
    QVERIFY(it.until([&] { return it.probe.frames == 81; }));
}

void PoolTest::silentConnectionsAreClosed()
{
    SensorGroupOptions options;
    options.silentLimit = 300 * nanosecondsPerMillisecond;
    Listening it(std::move(options));
    const SensorSocket silent = SensorSocket::connectTo(it.port);
    const SensorSocket half = SensorSocket::connectTo(it.port);
    const SensorSocket good = SensorSocket::connectTo(it.port);
    QVERIFY(half.send("x,"));
    QVERIFY(good.send("id=good\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return silent.isClosed() && half.isClosed(); }));
    QVERIFY(!good.isClosed());
    QCOMPARE(it.probe.sensors.size(), std::size_t{1});
}

void PoolTest::manyComeAndGoAtOnce()
{
    // Both ends are in this process here.
    const int wanted = qEnvironmentVariableIsSet("BNOF_TEST_FULL") ? 10000 : 2000;
    static_cast<void>(raiseDescriptorLimit(static_cast<std::uint64_t>(2 * wanted + 300)));
    const int count = std::min(wanted, static_cast<int>(descriptorLimit().soft / 2) - 150);
    if (count < wanted)
        qInfo("only %d connections: the limit of open files is %d", count, int(descriptorLimit().soft));
    Listening it;
    {
        std::vector<SensorSocket> sensors;
        for (int s = 0; s < count; ++s) {
            sensors.push_back(SensorSocket::connectTo(it.port));
            QVERIFY(sensors.back().isOpen());
            if (s % 2 == 0)
                QVERIFY(sensors.back().send("id=s" + std::to_string(s) + "\nx,y\n" + line(s)));
        }
        QVERIFY(it.until([&] { return it.probe.frames == static_cast<std::size_t>((count + 1) / 2); }, 60000));
        QVERIFY(it.until([&] { return it.pool.figures().connections == static_cast<std::uint64_t>(count); }, 60000));
    }
    QVERIFY(it.until([&] { return it.pool.figures().connections == 0; }, 60000));
    const SensorSocket after = SensorSocket::connectTo(it.port);
    QVERIFY(after.send("id=after\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return delivered(it.probe, "after", 1); }));
    QCOMPARE(it.pool.figures().accepted, static_cast<std::uint64_t>(count + 1));
}

void PoolTest::descriptorsRunOut()
{
    SensorGroupOptions options;
    options.maximumSensors = 10;
    Listening it(std::move(options));
    const SensorSocket early = SensorSocket::connectTo(it.port);
    QVERIFY(early.send("id=early\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return it.probe.frames == 1; }));
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    std::vector<SensorSocket> others;
    for (int i = 0; i < 8; ++i) // connected by the kernel before anybody accepts them
        others.push_back(SensorSocket::connectTo(it.port));
    QVERIFY(it.until([&] { return it.pool.figures().accepted == 9; }));
    std::vector<SensorSocket> beyond;
    const int next = ::open("/dev/null", O_RDONLY);
    ::close(next);
    // Sockets of the sensors' end are made first; accepting them is what fails.
    for (int i = 0; i < 4; ++i)
        beyond.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    beyond.clear();
    const rlimit tight{static_cast<rlim_t>(next + 1), before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    const SensorSocket unlucky = SensorSocket::connectTo(it.port);
    const bool refused = unlucky.isOpen() && it.until([&] { return it.pool.figures().refused >= 1; });
    const bool closed = unlucky.isOpen() && it.until([&] { return unlucky.isClosed(); });
    const bool served = early.send(line(2)) && it.until([&] { return it.probe.frames == 2; });
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QVERIFY(refused);
    QVERIFY(closed);
    QVERIFY(served);
    QVERIFY(it.until([&] { return it.probe.source.problems.back().has_value(); }));
    QVERIFY(it.probe.source.problems.back()->what.find("may open only") != std::string::npos);
    QVERIFY(!it.probe.source.problems.back()->remedy.empty());
    // With descriptors again it goes on by itself, and says so.
    const SensorSocket later = SensorSocket::connectTo(it.port);
    QVERIFY(later.send("id=later\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return delivered(it.probe, "later", 1); }));
    QVERIFY(it.until([&] { return !it.probe.source.problems.back().has_value(); }));
}

void PoolTest::tooManySensorsAreRefused()
{
    SensorGroupOptions options;
    options.maximumSensors = 3;
    Listening it(std::move(options));
    std::vector<SensorSocket> sensors;
    for (int s = 0; s < 3; ++s) {
        sensors.push_back(SensorSocket::connectTo(it.port));
        QVERIFY(sensors.back().send("id=s" + std::to_string(s) + "\nx,y\n" + line(s)));
    }
    QVERIFY(it.until([&] { return it.probe.frames == 3; }));
    const SensorSocket fourth = SensorSocket::connectTo(it.port);
    QVERIFY(fourth.send("id=s3\nx,y\n" + line(1)));
    QVERIFY(it.until([&] { return fourth.isClosed(); }));
    QVERIFY(sensors[0].send(line(9)));
    QVERIFY(it.until([&] { return it.probe.frames == 4; }));
    QCOMPARE(it.probe.sensors.size(), std::size_t{3});
}

void PoolTest::oneOfTenIsUnplugged()
{
    Listening it;
    std::vector<SensorSocket> sensors;
    for (int s = 0; s < 10; ++s) {
        sensors.push_back(SensorSocket::connectTo(it.port));
        QVERIFY(sensors.back().send("id=s" + std::to_string(s) + "\nx,y\n"));
    }
    for (int i = 0; i < 100; ++i) {
        if (i == 50)
            sensors[3].abort();
        for (std::size_t s = 0; s < 10; ++s)
            if (s != 3 || i < 50)
                QVERIFY(sensors[s].send(line(i)));
        it.group->handOff().take(it.probe);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    QVERIFY(it.until([&] { return it.probe.frames >= 950 - 1; }));
    for (int s = 0; s < 10; ++s) {
        const auto* seen = it.probe.named("s" + std::to_string(s));
        QVERIFY(seen->events.empty());
        if (s == 3)
            continue;
        QVERIFY(it.until([&] { return delivered(it.probe, "s" + std::to_string(s), 100); }));
        QVERIFY(std::ranges::find(it.probe.named("s" + std::to_string(s))->states, ConnectionState::Reconnecting) ==
                it.probe.named("s" + std::to_string(s))->states.end());
    }
    QVERIFY(it.until([&] { return it.probe.named("s3")->states.back() == ConnectionState::Reconnecting; }));
}

/// One burst, far more than a connection's buffer, and nothing behind it that would wake the reader again: silence
/// with some sensors, the end of the connection with the others.
void PoolTest::whatCameBeforeTheEndIsRead()
{
    constexpr int sensors = 8;
    constexpr std::size_t lines = 12'000;
    std::string burst = "x,y\n";
    for (std::size_t i = 0; i < lines; ++i)
        burst += line(static_cast<int>(i));
    for (int s = 0; s < sensors; ++s) {
        Listening it; // its hand-off has room for the lines of one
        auto sensor = SensorSocket::connectTo(it.port);
        const std::string id = "s" + std::to_string(s);
        QVERIFY(sensor.send("id=" + id + "\n" + burst));
        if (s % 2 == 1)
            sensor.close();
        QVERIFY2(it.until([&] { return delivered(it.probe, id, lines); }), id.c_str());
        const auto* seen = it.probe.named(id);
        QCOMPARE(seen->frames.size(), lines);
        QCOMPARE(seen->frames.back(), (std::vector<float>{float(lines - 1), float(2 * (lines - 1))}));
        const bool ended = s % 2 == 1;
        QVERIFY(
            it.until([&] { return (it.probe.named(id)->states.back() == ConnectionState::Reconnecting) == ended; }));
        QVERIFY(it.probe.named(id)->events.empty());
    }
}

void PoolTest::portInUseIsNamed()
{
    Listening it;
    SensorGroupOptions options;
    const auto group = std::make_shared<SensorGroup>(options);
    const auto second = it.pool.listen(group, "127.0.0.1", it.port);
    QVERIFY(!second.ok());
    QVERIFY(second.error().where.find(std::to_string(it.port)) != std::string::npos);
    QVERIFY(!second.error().remedy.empty());
    QVERIFY(!it.pool.listen(group, "no such address", 0).ok());
}

void PoolTest::clientsConnectAndReconnect()
{
    Listening it; // only for its pool
    SensorGroupOptions options;
    options.decoder.make = [] { return std::make_unique<CsvDecoder>(); };
    options.wholeStreams = false;
    options.sessionStart = monotonicNow();
    const auto group = std::make_shared<SensorGroup>(options);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int reuse = 1;
    ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    QCOMPARE(::bind(server, reinterpret_cast<sockaddr*>(&address), length), 0);
    QCOMPARE(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length), 0);
    SensorProbe probe;
    it.pool.connect(group, "board", "localhost", ntohs(address.sin_port), 20 * nanosecondsPerMillisecond);
    // Nobody listens yet: it is tried again.
    const auto refused = [&] {
        return !probe.sensors.empty() && !probe.sensors[0].problems.empty() &&
               probe.sensors[0].problems.back().has_value();
    };
    QVERIFY(test::takeUntil(group->handOff(), probe, refused));
    QVERIFY(probe.sensors[0].states.back() == ConnectionState::Reconnecting);
    QCOMPARE(::listen(server, 4), 0);
    for (int round = 0; round < 2; ++round) {
        const SensorSocket sensor(::accept(server, nullptr, nullptr));
        QVERIFY(sensor.send("x,y\n" + line(round)));
        const auto frames = static_cast<std::size_t>(round + 1);
        QVERIFY(test::takeUntil(group->handOff(), probe, [&] { return probe.frames == frames; }));
    }
    QCOMPARE(countOf(probe.sensors[0], StreamEvent::Kind::Gap), std::size_t{1});
    it.pool.remove(group);
    ::close(server);
}

void PoolTest::removingThousandsReturnsAtOnce()
{
    static_cast<void>(raiseDescriptorLimit(4500));
    Listening it;
    const int count = std::min(2000, static_cast<int>(descriptorLimit().soft / 2) - 150);
    std::vector<SensorSocket> sensors;
    for (int s = 0; s < count; ++s)
        sensors.push_back(SensorSocket::connectTo(it.port));
    QVERIFY(it.until([&] { return it.pool.figures().connections == static_cast<std::uint64_t>(count); }));
    it.pool.remove(it.group);
    // Most are still being closed when it returns; all are soon.
    QVERIFY(it.pool.figures().connections > 0);
    QTRY_COMPARE_WITH_TIMEOUT(it.pool.figures().connections, std::uint64_t{0}, 10000);
}

void PoolTest::healthSaysWhy()
{
    Quality good;
    good.state = ConnectionState::Streaming;
    good.rateHz = 10;
    good.expectedHz = 10;
    good.jitterSeconds = 0.002;
    good.latencySeconds = 0.001;
    QCOMPARE(healthOf(good).score, 100);
    QCOMPARE(healthOf(good).reason, std::string("as it should be"));
    Quality slow = good;
    slow.rateHz = 5;
    QCOMPARE(healthOf(slow).score, 80);
    QVERIFY(healthOf(slow).reason.find("5 Hz instead of 10 Hz (-20)") != std::string::npos);
    Quality broken = slow;
    broken.errorShare = 0.2;
    QCOMPARE(healthOf(broken).score, 50);
    QVERIFY(healthOf(broken).reason.starts_with("20.0 % of its bytes"));
    Quality stalled = good;
    stalled.state = ConnectionState::Stalled;
    QCOMPARE(healthOf(stalled).score, 20);
    Quality away = good;
    away.state = ConnectionState::Reconnecting;
    QCOMPARE(healthOf(away).score, 0);

    QualityMeter meter(10);
    std::int64_t now = nanosecondsPerSecond;
    for (int i = 0; i < 100; ++i, now += 100 * nanosecondsPerMillisecond)
        meter.frames(now, 1);
    const std::int64_t last = now - 100 * nanosecondsPerMillisecond;
    QVERIFY(std::abs(meter.rateHz(last) - 10) < 0.01);
    QVERIFY(meter.rateHz(last + nanosecondsPerSecond) < 1.1);
    QVERIFY(meter.jitterSeconds() < 1e-6);
    meter.bytes(1000, 50);
    meter.gap();
    const Quality measured = meter.quality(last, ConnectionState::Streaming, 0);
    QVERIFY(std::abs(measured.errorShare - 0.05) < 1e-6);
    QCOMPARE(healthScore(measured), 100 - 15 - 8);
}

void PoolTest::latencyQuantiles()
{
    LatencyHistogram histogram;
    QCOMPARE(histogram.quantile(0.5), std::int64_t{0});
    for (int i = 0; i < 990; ++i)
        histogram.record(24000); // 24 µs: the step from 24 to 32
    for (int i = 0; i < 10; ++i)
        histogram.record(3 * nanosecondsPerMillisecond);
    QCOMPARE(histogram.quantile(0.5), std::int64_t{32000});
    QCOMPARE(histogram.quantile(0.999), std::int64_t{3072 * 1000});
    for (int i = 0; i < 200000; ++i)
        histogram.record(500);
    QCOMPARE(histogram.quantile(0.5), std::int64_t{2000});
}

QTEST_GUILESS_MAIN(PoolTest)
#include "tst_pool.moc"
