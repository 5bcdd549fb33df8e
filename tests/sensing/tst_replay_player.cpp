// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>

#include <thread>

#include "engine/recording/recorder.h"
#include "engine/sensing/replay_source.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using namespace bnof::recording;

namespace {

constexpr std::int64_t ms = nanosecondsPerMillisecond;

/// A recording of ten frames, each followed by a spike; a mark after the fifth.
std::unique_ptr<Reader> tenFrames(const QTemporaryDir& folder, std::int64_t spacing)
{
    const std::string path = folder.filePath(QString::number(spacing) + ".bnr").toStdString();
    RecordingMetadata metadata;
    metadata.start = 5000 * ms;
    metadata.sources = {{"serial:/dev/null", "test", {{"a", "", "", "", 0, 0}}, true}};
    metadata.layers = {{"receptor", 4}};
    auto recorder = std::move(Recorder::create(path, metadata, {}, {})).value();
    const float value = 1;
    for (int i = 0; i < 10; ++i) {
        SensorFrame frame;
        frame.t = 5000 * ms + i * spacing;
        frame.values = {&value, 1};
        recorder->frame(0, frame, true);
        const Spike spike{1, static_cast<std::uint32_t>(i)};
        recorder->spikes(0, {&spike, 1});
        if (i == 4)
            recorder->mark({frame.t, "here"});
    }
    if (!recorder->finish().ok())
        return nullptr;
    return std::move(Reader::open(path)).value();
}

} // namespace

class TestReplayPlayer : public test::Suite {
    Q_OBJECT

private slots:
    void itemsKeepTheirOrder();
    void timestampsSetThePace();
    void pauseSpeedAndStopWorkFromAnotherThread();

private:
    QTemporaryDir m_folder;
};

void TestReplayPlayer::itemsKeepTheirOrder()
{
    ReplayPlayer player(tenFrames(m_folder, 3600 * nanosecondsPerSecond), 0);
    std::vector<std::size_t> kinds;
    QVERIFY(player.run([&](const Item& item) { kinds.push_back(item.index()); }));
    QCOMPARE(kinds.size(), 21U);
    QCOMPARE(kinds[0], 0U);
    QCOMPARE(kinds[1], 1U);
    QCOMPARE(kinds[10], 4U); // the mark, after the fifth frame and its spikes
    QCOMPARE(player.position(), 5000 * ms + 9 * 3600 * nanosecondsPerSecond);
}

void TestReplayPlayer::timestampsSetThePace()
{
    ReplayPlayer player(tenFrames(m_folder, 100 * ms), 10);
    const std::int64_t start = monotonicNow();
    QVERIFY(player.run([](const Item&) {}));
    const std::int64_t took = monotonicNow() - start;
    QVERIFY(took >= 89 * ms); // 900 ms at ten times the speed; the first item is due at once
}

void TestReplayPlayer::pauseSpeedAndStopWorkFromAnotherThread()
{
    ReplayPlayer player(tenFrames(m_folder, 100 * nanosecondsPerSecond), 1);
    std::atomic<int> frames{0};
    bool ended = false;
    std::thread thread([&] { ended = player.run([&](const Item& item) { frames += item.index() == 0 ? 1 : 0; }); });
    QTRY_COMPARE(frames.load(), 1); // the next is due in 100 s
    player.setPaused(true);
    player.setSpeed(0);
    QTest::qWait(100);
    QCOMPARE(frames.load(), 1);
    player.setPaused(false);
    thread.join();
    QVERIFY(ended);
    QCOMPARE(frames.load(), 10);

    ReplayPlayer stopped(tenFrames(m_folder, 101 * nanosecondsPerSecond), 1);
    bool reachedEnd = true;
    std::thread other([&] { reachedEnd = stopped.run([](const Item&) {}); });
    stopped.stop();
    other.join();
    QVERIFY(!reachedEnd);
}

QTEST_GUILESS_MAIN(TestReplayPlayer)
#include "tst_replay_player.moc"
