// SPDX-License-Identifier: GPL-3.0-or-later
// Stream detectors and the rules of scaling and retrying, beyond the reference vectors (tests/statistics/tst_vectors).
#include "tests/support/suite.h"

#include <cmath>
#include <limits>

#include "engine/base/philox.h"
#include "engine/cluster/balancing.h"
#include "engine/cluster/circuit_breaker.h"
#include "engine/cluster/federated.h"
#include "engine/cluster/scaling.h"
#include "engine/monitoring/detection/change_point.h"
#include "engine/monitoring/detection/control_charts.h"
#include "engine/monitoring/detection/exponential_smoothing.h"
#include "engine/monitoring/detection/robust_score.h"
#include "engine/monitoring/histogram_quantile.h"

using namespace bnof;
using namespace bnof::cluster;
using namespace bnof::monitoring;

namespace {

const double infinite = std::numeric_limits<double>::infinity();
const double notANumber = std::numeric_limits<double>::quiet_NaN();

} // namespace

class TestDetection : public test::Suite {
    Q_OBJECT

private slots:
    void chartsFindAShiftAndSeldomMore();
    void copyingADetectorSavesItsState();
    void changePointsAreFoundInBoundedMemory();
    void changePointsSurviveOutliers();
    void robustScoresIgnoreOutliersBefore();
    void robustScoresNeedSpread();
    void seasonsGoOn();
    void histogramsThatSayNothing();
    void breakerProbesAndIgnoresLateResults();
    void scalingStaysWithinItsBounds();
    void brokenUpdatesAreNamed();
    void compressionLosesNothing();
};

void TestDetection::chartsFindAShiftAndSeldomMore()
{
    PhiloxSequence random(1, 0);
    EwmaChart ewma({.mean = 5, .deviation = 2, .weight = 0.05, .width = 2.7});
    Cusum cusum({.mean = 5, .deviation = 2});
    PageHinkley hinkley({.tolerance = 0.5, .limit = 60});
    int early = 0;
    for (int i = 0; i < 200; ++i) {
        const double value = 5 + 2 * random.normal();
        early += ewma.add(value) || cusum.add(value) || hinkley.add(value) ? 1 : 0;
    }
    QVERIFY(early <= 10);
    ewma.reset();
    cusum.reset();
    QCOMPARE(ewma.average(), 5.0);
    QCOMPARE(cusum.upper(), 0.0);
    bool byEwma = false;
    bool byCusum = false;
    bool byHinkley = false;
    for (int i = 0; i < 60; ++i) {
        const double value = 8 + 2 * random.normal(); // 1.5 deviations up
        byEwma = ewma.add(value);
        byCusum = cusum.add(value);
        byHinkley = hinkley.add(value);
    }
    QVERIFY(byEwma && byCusum && byHinkley);
    QVERIFY(cusum.upper() > 5 && cusum.lower() == 0);
}

void TestDetection::copyingADetectorSavesItsState()
{
    PhiloxSequence random(2, 0);
    Cusum cusum({});
    auto point = *ChangePointDetector::create({});
    for (int i = 0; i < 50; ++i) {
        cusum.add(random.normal());
        point.add(random.normal());
    }
    Cusum cusumCopy = cusum;
    ChangePointDetector pointCopy = point;
    for (int i = 0; i < 50; ++i) {
        const double value = random.normal();
        cusum.add(value);
        cusumCopy.add(value);
        point.add(value);
        pointCopy.add(value);
        QCOMPARE(cusumCopy.upper(), cusum.upper());
        QVERIFY(std::equal(point.runLengths().begin(), point.runLengths().end(), pointCopy.runLengths().begin()));
    }
}

void TestDetection::changePointsAreFoundInBoundedMemory()
{
    QVERIFY(!ChangePointDetector::create({.hazard = 0}).ok());
    QVERIFY(!ChangePointDetector::create({.hazard = notANumber}).ok());
    QVERIFY(!ChangePointDetector::create({.scale = -1}).ok());
    QVERIFY(!ChangePointDetector::create({.longestRun = 1}).ok());
    PhiloxSequence random(3, 0);
    auto detector = *ChangePointDetector::create({.hazard = 0.01, .longestRun = 100});
    for (int i = 0; i < 300; ++i)
        detector.add(random.normal());
    QCOMPARE(detector.runLengths().size(), std::size_t{101});
    QVERIFY(detector.likeliestRunLength() > 50);
    for (int i = 0; i < 8; ++i)
        detector.add(6 + random.normal());
    QVERIFY(detector.likeliestRunLength() <= 8);
    QVERIFY(detector.chanceOfRunBelow(9) > 0.95);
    double total = 0;
    for (const double chance : detector.runLengths())
        total += chance;
    QVERIFY(std::abs(total - 1) < 1e-9);
}

void TestDetection::changePointsSurviveOutliers()
{
    PhiloxSequence random(4, 0);
    auto detector = *ChangePointDetector::create({.hazard = 0.01});
    for (int i = 0; i < 100; ++i)
        detector.add(random.normal());
    for (const double value : {1e300, -1e300, 1e308, infinite, notANumber, 0.0}) {
        detector.add(value);
        double total = 0;
        for (const double chance : detector.runLengths()) {
            QVERIFY(std::isfinite(chance) && chance >= 0);
            total += chance;
        }
        QVERIFY(std::abs(total - 1) < 1e-9);
    }
}

void TestDetection::robustScoresIgnoreOutliersBefore()
{
    PhiloxSequence random(5, 0);
    RobustWindow window(15);
    for (int i = 0; i < 8; ++i)
        QVERIFY(!window.add(20 + random.normal())); // too few to judge by
    for (int i = 0; i < 40; ++i) {
        const auto z = window.add(i % 5 == 4 ? 1000 : 20 + random.normal());
        QVERIFY(z);
        QCOMPARE(*z > 100, i % 5 == 4); // three outliers in the window do not hide the next
        QVERIFY(i % 5 == 4 || std::abs(*z) < 10);
    }
    QVERIFY(!window.add(notANumber));
    QVERIFY(window.add(20.5)); // what is not a number left nothing behind
}

void TestDetection::robustScoresNeedSpread()
{
    RobustWindow window(5);
    for (int i = 0; i < 10; ++i)
        QVERIFY(!window.add(7));
    QVERIFY(!window.add(8)); // any difference would be infinitely many deviations
    QVERIFY(!robustLevel({}).modifiedZ(1));
}

void TestDetection::seasonsGoOn()
{
    QVERIFY(!HoltWinters::create({}).ok());
    auto smoothing = *HoltWinters::create({.level = 10, .trend = 0.5, .season = {1, -2, 1}});
    double value = 10;
    for (int i = 0; i < 9; ++i) { // exactly what it expects
        value = 10 + 0.5 * (i + 1) + (i % 3 == 1 ? -2 : 1);
        QVERIFY(std::abs(smoothing.add(value) - value) < 1e-12);
    }
    QVERIFY(std::abs(smoothing.forecast(2) - (10 + 0.5 * 11 - 2)) < 1e-12);
    QVERIFY(std::abs(smoothing.forecast(5) - (10 + 0.5 * 14 - 2)) < 1e-12); // a season later
}

void TestDetection::histogramsThatSayNothing()
{
    const std::vector<double> bounds{1, 2};
    QVERIFY(!histogramQuantile(bounds, std::vector<std::uint64_t>{0, 0, 0}, 0.5));
    QVERIFY(!histogramQuantile(bounds, std::vector<std::uint64_t>{1, 2}, 0.5));
    QVERIFY(!histogramQuantile({}, std::vector<std::uint64_t>{3}, 0.5));
    QCOMPARE(*histogramQuantile(bounds, std::vector<std::uint64_t>{0, 0, 4}, 0.5), 2.0);
    QCOMPARE(*histogramQuantile(std::vector<double>{-1, 2}, std::vector<std::uint64_t>{4, 4, 4}, 0.5), -1.0);
    QCOMPARE(*histogramQuantile(bounds, std::vector<std::uint64_t>{4, 4, 4}, 0), 0.0);
}

void TestDetection::breakerProbesAndIgnoresLateResults()
{
    using State = CircuitBreaker::State;
    CircuitBreaker breaker({.window = 4, .minimumCalls = 4, .failureShare = 0.5, .waitOpen = 10, .probes = 2});
    for (int i = 0; i < 4; ++i) {
        QVERIFY(breaker.allow(i));
        breaker.record(i, i >= 2);
    }
    QCOMPARE(breaker.state(), State::Open);
    breaker.record(4, true); // a call that was under way when it opened
    QCOMPARE(breaker.state(), State::Open);
    QVERIFY(!breaker.allow(12.9));
    QVERIFY(breaker.allow(13));
    QVERIFY(breaker.allow(13));
    QVERIFY(!breaker.allow(13)); // both probes are under way
    breaker.record(14, true);
    QCOMPARE(breaker.state(), State::HalfOpen);
    breaker.record(14, true);
    QCOMPARE(breaker.state(), State::Closed);
    QVERIFY(breaker.allow(15));
    breaker.record(15, false);
    QCOMPARE(breaker.state(), State::Closed); // the window began anew
}

void TestDetection::scalingStaysWithinItsBounds()
{
    const ScalingTarget target{.target = 50, .minimum = 2, .maximum = 8};
    QCOMPARE(desiredWorkers(4, 0, target), 2);
    QCOMPARE(desiredWorkers(4, 1e300, target), 8);
    QCOMPARE(desiredWorkers(4, notANumber, target), 4);
    QCOMPARE(desiredWorkers(20, 50, target), 8);
    ScaleDownStabiliser stabiliser(3);
    std::vector<int> applied;
    for (const int wanted : {5, 2, 2, 2, 7, 1})
        applied.push_back(stabiliser.add(wanted));
    QCOMPARE(applied, (std::vector<int>{5, 5, 5, 2, 7, 7}));
    // Noise within the tolerance never scales.
    PhiloxSequence random(6, 0);
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(desiredWorkers(5, 50 * (1 + 0.16 * (random.uniform() - 0.5)), target), 5);
    PeakEwma meter;
    meter.add(0, 0.2);
    QCOMPARE(meter.load(2), 0.6000000000000001);
    QVERIFY(successRateOutliers({}).outliers.empty());
    QCOMPARE(Backoff{}.longestWait(5000), 30.0);
}

void TestDetection::brokenUpdatesAreNamed()
{
    const std::vector<Update> broken{{{1, 2}, 3, 0}, {{1, notANumber}, 3, 0}};
    const std::vector<Update> ragged{{{1, 2}, 3, 0}, {{1}, 3, 0}, {{1, 2}, 3, 0}};
    for (const auto& result : {federatedAverage(broken), coordinateMedian(broken), bufferedUpdate({0, 0}, broken, 1),
                               federatedAverage(ragged), trimmedMean(ragged, 1)}) {
        QVERIFY(!result.ok());
        QCOMPARE(result.error().where, std::string("update 2"));
    }
    QVERIFY(!federatedAverage({}).ok());
    QVERIFY(!coordinateMedian({}).ok());
    QVERIFY(!trimmedMean({{{1}, 1, 0}, {{2}, 1, 0}}, 1).ok());
    QVERIFY(!federatedAverage({{{1}, 0, 0}}).ok());
    // One host of five that sends anything moves neither median nor trimmed mean beyond the others.
    const std::vector<Update> poisoned{{{1}, 1, 0}, {{2}, 1, 0}, {{3}, 1, 0}, {{4}, 1, 0}, {{1e9}, 1, 0}};
    QCOMPARE((*coordinateMedian(poisoned))[0], 3.0);
    QCOMPARE((*trimmedMean(poisoned, 1))[0], 3.0);
}

void TestDetection::compressionLosesNothing()
{
    PhiloxSequence random(7, 0);
    TopKCompressor compressor(3);
    Weights given(20);
    Weights received(20);
    for (int step = 0; step < 50; ++step) {
        Weights gradient(20);
        for (double& value : gradient)
            value = std::round(64 * random.normal()) / 64; // sums are exact
        const auto sent = compressor.compress(gradient);
        BNOF_VERIFY_OK(sent);
        QVERIFY(std::count_if(sent->begin(), sent->end(), [](double value) { return value != 0; }) <= 3);
        for (std::size_t i = 0; i < given.size(); ++i) {
            given[i] += gradient[i];
            received[i] += (*sent)[i];
            QCOMPARE(received[i] + compressor.residual()[i], given[i]);
        }
    }
    QVERIFY(!compressor.compress(Weights(3)).ok());
}

QTEST_APPLESS_MAIN(TestDetection)
#include "tst_detection.moc"
