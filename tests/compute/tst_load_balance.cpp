// SPDX-License-Identifier: GPL-3.0-or-later
// Sharing out independent work by measured speed, and the choice of a CUDA device.
#include <set>

#include "engine/compute/cuda_devices.h"
#include "engine/compute/load_balance.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::compute;

namespace {

/// Plays workers of given speeds against each other in simulated time; returns when each of them ends.
std::vector<double> play(LoadBalancer& balancer, const std::vector<double>& speeds, std::set<std::size_t>& done)
{
    std::vector<double> clock(speeds.size(), 0);
    std::vector<bool> ended(speeds.size(), false);
    for (;;) {
        std::size_t next = speeds.size(); // whoever is free first
        for (std::size_t i = 0; i < speeds.size(); ++i)
            if (!ended[i] && (next == speeds.size() || clock[i] < clock[next]))
                next = i;
        if (next == speeds.size())
            return clock;
        const auto pieces = balancer.take(next);
        if (pieces.empty()) {
            ended[next] = true;
            continue;
        }
        const double seconds = static_cast<double>(pieces.size()) / speeds[next];
        clock[next] += seconds;
        balancer.done(next, pieces.size(), seconds);
        done.insert(pieces.begin(), pieces.end());
    }
}

CudaDevice device(int ordinal, int major, std::uint64_t freeGiB, unsigned multiprocessors)
{
    CudaDevice d;
    d.ordinal = ordinal;
    d.name = "GPU " + std::to_string(ordinal);
    d.major = major;
    d.totalBytes = std::uint64_t{80} << 30;
    d.freeBytes = freeGiB << 30;
    d.multiprocessors = multiprocessors;
    d.clockHertz = 1.5e9;
    return d;
}

} // namespace

class TestLoadBalance : public test::Suite {
    Q_OBJECT

private slots:
    void unequalWorkersEndTogether();
    void everyPieceIsDoneOnce();
    void workOfAFailedWorkerIsGivenToOthers();
    void nothingIsLeftBehindWhenAllFail();
    void fastestDeviceThatFitsIsChosen();
    void obstaclesAreNamed();
};

void TestLoadBalance::unequalWorkersEndTogether()
{
    LoadBalancer balancer(20000, {1, 1, 50});
    std::set<std::size_t> done;
    const std::vector<double> speeds{3, 7, 400};
    const auto clock = play(balancer, speeds, done);
    QCOMPARE(done.size(), std::size_t{20000});
    const double best = 20000 / 410.0;
    for (const double end : clock)
        QVERIFY2(end < 1.1 * best, qPrintable(QString::number(end / best)));
    QVERIFY(std::abs(balancer.speed(2) - 400) < 1);
}

void TestLoadBalance::everyPieceIsDoneOnce()
{
    for (std::size_t pieces : {0, 1, 2, 7, 64, 1000}) {
        LoadBalancer balancer(pieces, {1, 16});
        std::set<std::size_t> done;
        play(balancer, {1, 5}, done);
        QCOMPARE(done.size(), pieces);
        QVERIFY(pieces == 0 || *done.rbegin() == pieces - 1);
        QCOMPARE(balancer.piecesDone(0) + balancer.piecesDone(1), pieces);
    }
}

void TestLoadBalance::workOfAFailedWorkerIsGivenToOthers()
{
    LoadBalancer balancer(100, {1, 10});
    const auto lost = balancer.take(1);
    QCOMPARE(lost.size(), std::size_t{10});
    balancer.giveUp(1, lost);
    QVERIFY(balancer.take(1).empty());
    std::set<std::size_t> done;
    play(balancer, {1, 1}, done);
    QCOMPARE(done.size(), std::size_t{100});
    QCOMPARE(balancer.piecesDone(1), std::size_t{0});
}

void TestLoadBalance::nothingIsLeftBehindWhenAllFail()
{
    LoadBalancer balancer(30, {10});
    balancer.giveUp(0, balancer.take(0));
    QCOMPARE(balancer.left(), std::size_t{30});
    const auto rest = balancer.takeAll();
    QCOMPARE(std::set<std::size_t>(rest.begin(), rest.end()).size(), std::size_t{30});
    QCOMPARE(balancer.left(), std::size_t{0});
}

void TestLoadBalance::fastestDeviceThatFitsIsChosen()
{
    const std::vector<CudaDevice> devices{device(0, 8, 10, 40), device(1, 9, 4, 132), device(2, 9, 70, 100)};
    const auto small = chooseCudaDevice(devices, {std::uint64_t{1} << 30});
    QVERIFY(small.ok());
    QCOMPARE(small->device.ordinal, 1);
    const auto large = chooseCudaDevice(devices, {std::uint64_t{8} << 30});
    QVERIFY(large.ok());
    QCOMPARE(large->device.ordinal, 2);
    QVERIFY(large->reason.find("GPU 1") != std::string::npos); // why the faster one was left out
    QVERIFY(large->reason.find("4.00 GiB are free") != std::string::npos);
}

void TestLoadBalance::obstaclesAreNamed()
{
    const std::vector<CudaDevice> devices{device(0, 6, 70, 40), device(1, 9, 1, 132)};
    const auto none = chooseCudaDevice(devices, {std::uint64_t{8} << 30});
    QVERIFY(!none.ok());
    QVERIFY(none.error().kind == ErrorKind::Device);
    QVERIFY(none.error().context.find("compute capability 6.0 is below 7.5") != std::string::npos);
    QVERIFY(none.error().context.find("8.00 GiB are needed") != std::string::npos);
    const auto all = cudaDevices();
    if (!all.ok()) {
        QVERIFY(!all.error().what.empty());
        QVERIFY(all.error().remedy.find("CPU") != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(TestLoadBalance)
#include "tst_load_balance.moc"
