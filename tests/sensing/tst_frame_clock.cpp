// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/sensing/clock_drift.h"
#include "engine/sensing/frame_clock.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

constexpr std::int64_t ms = nanosecondsPerMillisecond;
const double none = std::numeric_limits<double>::quiet_NaN();

std::vector<double> frames(std::size_t count)
{
    return std::vector<double>(count, none);
}

} // namespace

class TestFrameClock : public test::Suite {
    Q_OBJECT

private slots:
    void singleFramesGetTheirArrival();
    void portionsAreSpreadBackwards();
    void timestampsAlwaysIncrease();
    void deviceTimeKeepsTheDevicesDistances();
    void deviceClockJumpsRestartTheMapping();
    void missingDeviceTimeFallsBackToArrival();
    void rateIsMeasuredAndFalls();
    void burstsHaveAPortionInterval();
    void driftIsTheSlopeOfTheShortestDelays();
};

void TestFrameClock::singleFramesGetTheirArrival()
{
    FrameClock clock(FrameClock::Mode::Arrival);
    std::vector<Timestamp> out;
    clock.stamp(100 * ms, 50 * ms, frames(1), out);
    QCOMPARE(out, std::vector<Timestamp>{100 * ms});
    clock.stamp(151 * ms, 50 * ms, frames(1), out);
    QCOMPARE(out, std::vector<Timestamp>{151 * ms});
}

void TestFrameClock::portionsAreSpreadBackwards()
{
    FrameClock clock(FrameClock::Mode::Arrival);
    std::vector<Timestamp> out;
    clock.stamp(1000 * ms, 10 * ms, frames(3), out);
    QCOMPARE(out, (std::vector<Timestamp>{980 * ms, 990 * ms, 1000 * ms}));
    // Only 8 ms have passed since: the four share them.
    clock.stamp(1008 * ms, 10 * ms, frames(4), out);
    QCOMPARE(out, (std::vector<Timestamp>{1002 * ms, 1004 * ms, 1006 * ms, 1008 * ms}));
    FrameClock unknown(FrameClock::Mode::Arrival);
    unknown.stamp(1000, 0, frames(3), out);
    QCOMPARE(out, (std::vector<Timestamp>{998, 999, 1000}));
}

void TestFrameClock::timestampsAlwaysIncrease()
{
    FrameClock clock(FrameClock::Mode::Arrival);
    std::vector<Timestamp> out;
    Timestamp last = std::numeric_limits<Timestamp>::min();
    std::int64_t arrival = 0;
    for (int i = 0; i < 1000; ++i) {
        arrival += (i * 7919) % 13; // also no time at all between portions
        clock.stamp(arrival, (i % 3) * 5, frames(static_cast<std::size_t>(1 + i % 5)), out);
        for (const Timestamp t : out) {
            QVERIFY(t > last);
            last = t;
        }
    }
}

void TestFrameClock::deviceTimeKeepsTheDevicesDistances()
{
    FrameClock clock(FrameClock::Mode::Device);
    std::vector<Timestamp> out;
    // The device started long ago; its first frame is at its arrival.
    QVERIFY(!clock.stamp(500 * ms, 0, {1234.0}, out));
    QCOMPARE(out[0], 500 * ms);
    // Late and jittery bytes do not matter.
    QVERIFY(!clock.stamp(900 * ms, 0, {1234.1, 1234.2}, out));
    QCOMPARE(out, (std::vector<Timestamp>{600 * ms, 700 * ms}));
    // The same time twice still gives increasing timestamps.
    QVERIFY(!clock.stamp(950 * ms, 0, {1234.2}, out));
    QCOMPARE(out[0], 700 * ms + 1);
}

void TestFrameClock::deviceClockJumpsRestartTheMapping()
{
    FrameClock clock(FrameClock::Mode::Device);
    std::vector<Timestamp> out;
    clock.stamp(1000 * ms, 0, {100.0}, out);
    const auto back = clock.stamp(2000 * ms, 0, {0.5}, out); // the device was reset
    QVERIFY(back.has_value());
    QCOMPARE(back->fromSeconds, 100.0);
    QCOMPARE(back->toSeconds, 0.5);
    QCOMPARE(out[0], 2000 * ms);
    QVERIFY(!clock.stamp(2300 * ms, 0, {0.75}, out));
    QCOMPARE(out[0], 2250 * ms);
    const auto away = clock.stamp(2400 * ms, 0, {1.7e9}, out); // its clock was set
    QVERIFY(away.has_value());
    QCOMPARE(out[0], 2400 * ms);
    // An hour of slow drift is no jump.
    for (int i = 1; i <= 3600; ++i)
        QVERIFY(!clock.stamp(2400 * ms + i * 1000 * ms, 0, {1.7e9 + i * 1.0005}, out));
    // Nor is a device that runs twenty times as fast, as a file that is played fast does.
    FrameClock fast(FrameClock::Mode::Device);
    for (int i = 0; i <= 1000; ++i)
        QVERIFY(!fast.stamp(i * 50 * ms, 0, {static_cast<double>(i)}, out));
    QCOMPARE(out[0], 1000 * 1000 * ms);
}

void TestFrameClock::missingDeviceTimeFallsBackToArrival()
{
    FrameClock clock(FrameClock::Mode::Device);
    std::vector<Timestamp> out;
    clock.stamp(1000 * ms, 0, {none, 5.0, none}, out);
    QCOMPARE(out, (std::vector<Timestamp>{1000 * ms, 1000 * ms + 1, 1000 * ms + 2}));
}

void TestFrameClock::rateIsMeasuredAndFalls()
{
    RateMeter rate;
    QCOMPARE(rate.rateHz(0), 0.0);
    std::int64_t t = 0;
    for (int i = 0; i < 200; ++i)
        rate.add(t += 50 * ms, 1);
    QVERIFY(std::fabs(rate.rateHz(t) - 20) < 0.01);
    QCOMPARE(rate.period(), 50 * ms);
    QVERIFY(rate.rateHz(t + 5000 * ms) < 5); // nothing came for five seconds
    RateMeter slow;
    t = 0;
    for (int i = 0; i < 5; ++i)
        slow.add(t += 10'000 * ms, 1);
    QVERIFY(std::fabs(slow.rateHz(t) - 0.1) < 0.001);
}

void TestFrameClock::burstsHaveAPortionInterval()
{
    RateMeter rate;
    std::int64_t t = 0;
    for (int i = 0; i < 50; ++i)
        rate.add(t += 5000 * ms, 10);
    QCOMPARE(rate.period(), 500 * ms);
    QCOMPARE(rate.portionInterval(), 5000 * ms);
    QVERIFY(std::fabs(rate.rateHz(t) - 2) < 0.01);
}

void TestFrameClock::driftIsTheSlopeOfTheShortestDelays()
{
    // A clock that is 80 ppm fast, 20 frames a second over a network that delays each by up to 50 ms.
    ClockDrift drift;
    PhiloxSequence random(7, 0);
    const auto run = [&](double from, double seconds, double deviceZero) {
        for (double t = from; t < from + seconds; t += 0.05)
            drift.frame(fromSeconds(1000 + t + 0.001 + 1e-6 * random.below(50'000)), deviceZero + t * (1 + 80e-6));
    };
    run(0, 20, 5);
    QVERIFY(!drift.estimate()); // too early to tell
    run(20, 580, 5);
    QVERIFY(drift.estimate());
    QVERIFY2(std::abs(drift.estimate()->ppm - 80) < 5 * drift.estimate()->error,
             qPrintable(QString::number(drift.estimate()->ppm)));
    QVERIFY2(drift.estimate()->error < 3, qPrintable(QString::number(drift.estimate()->error)));
    // Frames without device time say nothing; a device that was restarted begins anew.
    drift.frame(fromSeconds(1601), none);
    QVERIFY(drift.estimate());
    run(601, 1, -590);
    QVERIFY(!drift.estimate());
    run(602, 60, -590);
    QVERIFY(drift.estimate());
}

QTEST_GUILESS_MAIN(TestFrameClock)
#include "tst_frame_clock.moc"
