// SPDX-License-Identifier: GPL-3.0-or-later
// When the precision is switched: bounds that hold at any time, false switches that are as rare as promised, real
// degradation that is found, and no flapping.
#include <cmath>
#include <functional>
#include <map>

#include "engine/base/philox.h"
#include "engine/compute/quantisation.h"
#include "engine/snn/clip_calibration.h"
#include "engine/snn/precision_monitor.h"
#include "engine/snn/reduced_precision.h"
#include "engine/snn/simulation.h"
#include "tests/snn/random_network.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::snn;

namespace {

/// Everything is compared, two levels, so that a test counts compared exposures.
PrecisionMonitorOptions everything()
{
    PrecisionMonitorOptions options;
    options.levels = {"fp32", "int8"};
    options.startLevel = 1;
    options.shadowShare = 1;
    return options;
}

/// Feeds exposures whose coarse levels agree with the given probability until a switch, or to the end; returns how
/// many.
std::uint64_t feed(PrecisionMonitor& monitor, PhiloxSequence& random, double agreement, std::uint64_t most,
                   std::uint64_t first = 0)
{
    for (std::uint64_t i = 0; i < most; ++i) {
        const ShadowRequest request = monitor.next(first + i);
        ShadowOutcome outcome;
        if (request.reference)
            outcome.activeAgrees = random.uniform() < agreement;
        if (request.candidate)
            outcome.candidateAgrees = random.uniform() < agreement;
        if (monitor.observe(first + i, outcome))
            return i + 1;
    }
    return most;
}

} // namespace

class TestPrecision : public test::Suite {
    Q_OBJECT

private slots:
    void boundsSolveTheMartingale();
    void boundsHoldAtAllTimesAtOnce_data();
    void boundsHoldAtAllTimesAtOnce();
    void falseSwitchesAreRare();
    void degradationIsFound_data();
    void degradationIsFound();
    void aLongGoodPastHidesNothing();
    void steppingDownNeedsALongRun();
    void flappingIsPrevented();
    void theComparedShareIsHashed();
    void switchesAreLoggedWithTheirReason();
    void aCopyIsIndependent();
    void aSavedMonitorGoesOnExactly();
    void statesMoveBetweenPrecisions();
    void clippedNetworksAreChecked();
    void nonsenseIsRefused_data();
    void nonsenseIsRefused();
    void calibrationPrefersTheClipThatAgrees();
    void calibrationOfRealWeightsClipsTheOutlier();
    void sensitiveProjectionsStayInFullPrecision();
    void calibrationReportsTheCallbacksError();
};

void TestPrecision::boundsSolveTheMartingale()
{
    BernoulliSequence sequence(0.05);
    QCOMPARE(sequence.lower(), 0.0);
    QCOMPARE(sequence.upper(), 1.0);
    QVERIFY(!sequence.upperIsBelow(0.99));
    PhiloxSequence random(1, 1);
    for (int i = 0; i < 400; ++i)
        sequence.observe(random.uniform() < 0.8);
    // ln E(p) from the gamma function, which the class does not use.
    const double s = static_cast<double>(sequence.successes());
    const double f = static_cast<double>(sequence.count()) - s;
    const auto logE = [&](double p) {
        return std::lgamma(s + 0.5) + std::lgamma(f + 0.5) - std::lgamma(s + f + 1) - std::log(std::acos(-1.0)) -
               s * std::log(p) - f * std::log(1 - p);
    };
    for (const double bound : {sequence.lower(), sequence.upper()})
        QVERIFY(std::abs(logE(bound) - std::log(20.0)) < 1e-6);
    QVERIFY(sequence.lower() < sequence.mean() && sequence.mean() < sequence.upper());
    QVERIFY(sequence.upperIsBelow(sequence.upper() + 1e-6));
    QVERIFY(!sequence.upperIsBelow(sequence.upper() - 1e-6));
    // 400 observations at 0.8: a fixed-time 95 % interval is +-0.039; validity at all times costs about half as much
    // again.
    QVERIFY(sequence.upper() - sequence.lower() < 0.15);
}

void TestPrecision::boundsHoldAtAllTimesAtOnce_data()
{
    QTest::addColumn<double>("p");
    for (const double p : {0.5, 0.9, 0.99, 0.999})
        QTest::newRow(std::to_string(p).c_str()) << p;
}

void TestPrecision::boundsHoldAtAllTimesAtOnce()
{
    QFETCH(double, p);
    constexpr int streams = 1000;
    int missed = 0;
    for (int i = 0; i < streams; ++i) {
        PhiloxSequence random(10, static_cast<std::uint32_t>(i));
        BernoulliSequence sequence(0.1);
        for (int k = 0; k < 1000; ++k) {
            sequence.observe(random.uniform() < p);
            const bool outside = sequence.upperIsBelow(p) || (k % 50 == 0 && sequence.lower() > p);
            if (outside) {
                ++missed;
                break;
            }
        }
    }
    // At most 10 % may ever miss; four standard errors of that on top.
    QVERIFY2(missed <= 100 + 38, std::to_string(missed).c_str());
    qInfo("%d of %d streams ever left their interval (at most %d expected)", missed, streams, streams / 10);
}

void TestPrecision::falseSwitchesAreRare()
{
    constexpr std::uint32_t streams = 1500;
    for (const double agreement : {0.99, 0.995}) {
        std::uint32_t switched = 0;
        for (std::uint32_t i = 0; i < streams; ++i) {
            auto monitor = PrecisionMonitor::create(everything());
            BNOF_VERIFY_OK(monitor);
            PhiloxSequence random(20, i);
            feed(*monitor, random, agreement, 5000);
            switched += monitor->switches().empty() ? 0 : 1;
        }
        qInfo("agreement %.3f: %u of %u streams of 5000 switched (promised: at most %u)", agreement, switched, streams,
              streams / 20);
        QVERIFY(switched <= streams / 20 + 34); // 5 % and four standard errors
    }
}

void TestPrecision::degradationIsFound_data()
{
    QTest::addColumn<double>("agreement");
    QTest::addColumn<int>("within");
    // Sequences need about ln(1 / alpha) / KL(agreement, limit) comparisons; the bounds allow several times that.
    QTest::newRow("0.97") << 0.97 << 4000;
    QTest::newRow("0.95") << 0.95 << 1000;
    QTest::newRow("0.90") << 0.90 << 250;
    QTest::newRow("0.50") << 0.50 << 30;
}

void TestPrecision::degradationIsFound()
{
    QFETCH(double, agreement);
    QFETCH(int, within);
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < 300; ++i) {
        auto monitor = PrecisionMonitor::create(everything());
        BNOF_VERIFY_OK(monitor);
        PhiloxSequence random(30, i);
        total += feed(*monitor, random, agreement, static_cast<std::uint64_t>(within));
        QCOMPARE(monitor->switches().size(), std::size_t{1});
        QCOMPARE(monitor->levelName(), std::string("fp32"));
    }
    qInfo("agreement %.2f is found after %.0f compared exposures on average", agreement,
          static_cast<double>(total) / 300);
}

void TestPrecision::aLongGoodPastHidesNothing()
{
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
        auto monitor = PrecisionMonitor::create(everything());
        BNOF_VERIFY_OK(monitor);
        PhiloxSequence random(40, i);
        feed(*monitor, random, 1.0, 50'000);
        QVERIFY(monitor->switches().empty());
        total += feed(*monitor, random, 0.9, 1000, 50'000);
        QCOMPARE(monitor->switches().size(), std::size_t{1});
    }
    qInfo("0.90 after 50,000 good exposures is found after %.0f on average", static_cast<double>(total) / 100);
    QVERIFY(total < 100 * 500);
}

void TestPrecision::steppingDownNeedsALongRun()
{
    PrecisionMonitorOptions options = everything();
    options.startLevel = 0;
    auto monitor = PrecisionMonitor::create(options);
    BNOF_VERIFY_OK(monitor);
    std::uint64_t exposure = 0;
    const auto show = [&](bool agrees) {
        const ShadowRequest request = monitor->next(exposure);
        const bool asked = !request.reference && request.candidate; // the reference needs no comparison with itself
        return asked ? monitor->observe(exposure++, {std::nullopt, agrees}) : std::nullopt;
    };
    for (int i = 0; i < 499; ++i)
        QVERIFY(!show(true));
    QVERIFY(!show(false)); // one disagreement, and the run starts again
    QCOMPARE(monitor->agreeingRun(), 0U);
    for (int i = 0; i < 499; ++i)
        QVERIFY(!show(true));
    QCOMPARE(monitor->level(), std::size_t{0});
    const auto event = show(true);
    QVERIFY(event.has_value());
    QCOMPARE(event->from, std::string("fp32"));
    QCOMPARE(event->to, std::string("int8"));
    QCOMPARE(event->exposure, std::uint64_t{999});
    QCOMPARE(event->compared, std::uint64_t{500});
    QVERIFY(event->lower > 0.98 && event->lower < 1);
}

void TestPrecision::flappingIsPrevented()
{
    // A level of 0.97 is left for good: 500 agreeing exposures in a row have a probability of 0.97^500 = 2e-7.
    auto monitor = PrecisionMonitor::create(everything());
    BNOF_VERIFY_OK(monitor);
    PhiloxSequence random(50, 0);
    std::uint64_t fed = 0;
    while (fed < 100'000)
        fed += feed(*monitor, random, 0.97, 100'000 - fed, fed);
    QCOMPARE(monitor->switches().size(), std::size_t{1});
    QCOMPARE(monitor->level(), std::size_t{0});
    // With three levels it goes up one by one, and each switch begins a new stay.
    PrecisionMonitorOptions three;
    three.shadowShare = 1;
    auto steps = PrecisionMonitor::create(three);
    BNOF_VERIFY_OK(steps);
    QCOMPARE(steps->levelName(), std::string("int8"));
    feed(*steps, random, 0.5, 1000);
    QCOMPARE(steps->levelName(), std::string("fp16"));
    QCOMPARE(steps->agreement().compared, std::uint64_t{0});
    feed(*steps, random, 0.5, 1000);
    QCOMPARE(steps->levelName(), std::string("fp32"));
    QCOMPARE(steps->switches().size(), std::size_t{2});
}

void TestPrecision::theComparedShareIsHashed()
{
    PrecisionMonitorOptions options;
    auto monitor = PrecisionMonitor::create(options);
    BNOF_VERIFY_OK(monitor);
    std::uint64_t compared = 0;
    std::vector<bool> chosen;
    for (std::uint64_t i = 0; i < 100'200; ++i) {
        const ShadowRequest request = monitor->next(i);
        QVERIFY(request == monitor->next(i)); // asking changes nothing
        chosen.push_back(request.reference);
        if (i < 200)
            QVERIFY(request.reference && !request.candidate); // int8 is the coarsest
        else
            compared += request.reference ? 1 : 0;
        ShadowOutcome outcome;
        if (request.reference)
            outcome.activeAgrees = true;
        monitor->observe(i, outcome);
    }
    QVERIFY2(compared > 850 && compared < 1150, std::to_string(compared).c_str()); // 1 % of 100,000, five sigmas
    // The same exposures are chosen whatever came before; another seed chooses others.
    auto again = PrecisionMonitor::create(options);
    for (std::uint64_t i = 0; i < 300; ++i)
        again->observe(i + 7'000'000, {});
    std::uint64_t same = 0;
    for (std::uint64_t i = 200; i < chosen.size(); ++i)
        same += again->next(i).reference == chosen[i] ? 1 : 0;
    QCOMPARE(same, std::uint64_t{100'000});
    options.seed = 2;
    auto other = PrecisionMonitor::create(options);
    for (std::uint64_t i = 0; i < 300; ++i)
        other->observe(i, {});
    std::uint64_t both = 0;
    for (std::uint64_t i = 200; i < chosen.size(); ++i)
        both += other->next(i).reference && chosen[i] ? 1 : 0;
    QVERIFY(both < 50);
}

void TestPrecision::switchesAreLoggedWithTheirReason()
{
    auto monitor = PrecisionMonitor::create(everything());
    BNOF_VERIFY_OK(monitor);
    PhiloxSequence random(60, 0);
    const std::uint64_t up = feed(*monitor, random, 0.9, 10'000);
    const std::uint64_t down = up + feed(*monitor, random, 1.0, 10'000, up);
    QCOMPARE(down, up + 500);
    QCOMPARE(monitor->switches().size(), std::size_t{2});
    const PrecisionSwitch& first = monitor->switches()[0];
    QCOMPARE(first.exposure, up - 1);
    QCOMPARE(first.from, std::string("int8"));
    QCOMPARE(first.to, std::string("fp32"));
    QVERIFY(first.upper < 0.99 && first.lower < first.agreement && first.agreement < first.upper);
    QCOMPARE(first.compared, up);
    QVERIFY(first.reason.find("int8 agreed with fp32 in") == 0);
    QVERIFY(first.reason.find("below the limit of 99.00 %") != std::string::npos);
    QCOMPARE(monitor->switches()[1].reason, std::string("int8 agreed with fp32 in 500 compared exposures in a row"));
}

void TestPrecision::aSavedMonitorGoesOnExactly()
{
    PrecisionMonitorOptions options = everything();
    options.window = 60; // so that two sequences are under way
    auto first = PrecisionMonitor::create(options);
    BNOF_VERIFY_OK(first);
    PhiloxSequence random(5, 5);
    feed(*first, random, 0.995, 47);
    auto second = PrecisionMonitor::create(options);
    BNOF_VERIFY_OK(second->loadState(first->saveState()));
    PhiloxSequence again = random;
    QCOMPARE(feed(*first, random, 0.9, 500, 47), feed(*second, again, 0.9, 500, 47));
    QVERIFY(first->saveState() == second->saveState());
    QVERIFY(first->switches() == second->switches());
    for (const char* field : {"level", "exposures", "started", "agreeing_run", "sequences"}) {
        Json damaged = first->saveState();
        damaged.set(field, -3);
        QVERIFY2(!second->loadState(damaged).ok(), field);
    }
    QVERIFY(first->saveState() == second->saveState());
}

void TestPrecision::statesMoveBetweenPrecisions()
{
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Network full = test::randomNetwork(seed, true);
        for (Projection& projection : full.projections)
            projection.plasticity.reset();
        full = withPrecision(std::move(full), Precision::Float32);
        auto running = Simulation::create(full, {.backEnd = "vector"});
        BNOF_VERIFY_OK(running);
        SpikesByPopulation spikes;
        running->run(97, spikes);
        auto same = Simulation::create(full, {.backEnd = "reference"});
        BNOF_VERIFY_OK(same);
        BNOF_VERIFY_OK(same->adopt(*running));
        QVERIFY(same->saveState() == running->saveState());
        for (const Precision precision : {Precision::Float16, Precision::Int16, Precision::Int8}) {
            const Network coarse = withPrecision(full, precision);
            auto moved = Simulation::create(coarse, {.backEnd = "vector"});
            BNOF_VERIFY_OK(moved);
            if (const auto result = moved->adopt(*running); !result.ok()) {
                // Rounding can make all weights of a list equal, and equal weights are kept in another form.
                QVERIFY2(result.error().message().find("more than the precision") != std::string::npos,
                         result.error().message().c_str());
                continue;
            }
            QCOMPARE(moved->tick(), running->tick());
            for (std::uint32_t p = 0; p < full.populations.size(); ++p)
                if (!std::holds_alternative<CounterParameters>(full.populations[p].model))
                    QVERIFY(moved->membrane(p) == running->membrane(p));
            // What came out is a legal state: it can be saved, loaded, and goes on alike everywhere.
            auto loaded = Simulation::create(coarse, {.backEnd = "reference"});
            BNOF_VERIFY_OK(loaded->loadState(moved->saveState()));
            SpikesByPopulation a;
            SpikesByPopulation b;
            moved->run(50, a);
            loaded->run(50, b);
            QVERIFY(a == b);
            QVERIFY(moved->saveState() == loaded->saveState());
        }
    }
    auto learning = test::randomNetwork(1, true);
    for (std::uint64_t seed = 2; std::none_of(learning.projections.begin(), learning.projections.end(),
                                              [](const Projection& p) { return p.plasticity.has_value(); });
         ++seed)
        learning = test::randomNetwork(seed, true);
    auto one = Simulation::create(learning);
    auto two = Simulation::create(learning);
    BNOF_VERIFY_OK(one);
    QVERIFY(!one->adopt(*two).ok());
    auto other = Simulation::create(test::randomNetwork(2));
    QVERIFY(!other->adopt(*one).ok());
}

void TestPrecision::clippedNetworksAreChecked()
{
    Network network;
    network.populations = {{"a", 3, LifParameters{}}, {"b", 1, LifParameters{}}};
    Projection projection;
    projection.name = "weighted";
    projection.target = 1;
    projection.connectivity = ExplicitList{{0, 1, 2}, {0, 0, 0}, {1, 2, 100}};
    network.projections = {projection};
    const std::vector<ProjectionClip> clips{{true, 50}};
    const auto clipped = withClips(network, clips);
    BNOF_VERIFY_OK(clipped);
    const auto& list = std::get<ExplicitList>(clipped->projections[0].connectivity);
    QVERIFY((list.weights == std::vector<float>{1, 2, 2}));
    QVERIFY(clipped->projections[0].precision == Precision::Int8);
    QVERIFY(withClips(network, {})->projections[0].precision == Precision::Int8);
    QVERIFY(!withClips(network, std::vector<ProjectionClip>(2)).ok());
    QVERIFY(!withClips(network, std::vector<ProjectionClip>{{true, 0}}).ok());
    network.projections[0].plasticity = Plasticity{};
    QVERIFY(!withClips(network, clips).ok());
    QVERIFY(withPrecision(network, Precision::Int8).projections[0].precision == Precision::Float32);
}

void TestPrecision::aCopyIsIndependent()
{
    auto monitor = PrecisionMonitor::create(everything());
    BNOF_VERIFY_OK(monitor);
    PhiloxSequence random(70, 0);
    feed(*monitor, random, 1.0, 700);
    PrecisionMonitor copy = *monitor;
    QVERIFY(copy == *monitor);
    PhiloxSequence one(71, 0);
    PhiloxSequence two(71, 0);
    feed(*monitor, one, 0.9, 1000, 700);
    QVERIFY(!(copy == *monitor));
    feed(copy, two, 0.9, 1000, 700);
    QVERIFY(copy == *monitor); // equal values behave equally
}

void TestPrecision::nonsenseIsRefused_data()
{
    QTest::addColumn<QString>("option");
    for (const char* option :
         {"levels", "startLevel", "limit", "errorProbability", "shadowShare", "agreeingBeforeStepDown", "window"})
        QTest::newRow(option) << option;
}

void TestPrecision::nonsenseIsRefused()
{
    QFETCH(QString, option);
    PrecisionMonitorOptions options;
    const std::map<QString, std::function<void()>> spoil{
        {"levels", [&] { options.levels.clear(); }},
        {"startLevel", [&] { options.startLevel = 3; }},
        {"limit", [&] { options.limit = 1; }},
        {"errorProbability", [&] { options.errorProbability = std::nan(""); }},
        {"shadowShare", [&] { options.shadowShare = 1.5; }},
        {"agreeingBeforeStepDown", [&] { options.agreeingBeforeStepDown = 0; }},
        {"window", [&] { options.window = 1; }},
    };
    spoil.at(option)();
    const auto monitor = PrecisionMonitor::create(options);
    QVERIFY(!monitor.ok());
    QCOMPARE(QString::fromStdString(monitor.error().where), "precision." + option);
    QVERIFY(!monitor.error().remedy.empty());
}

void TestPrecision::calibrationPrefersTheClipThatAgrees()
{
    // Projection 0 is best at 99.9, projection 1 does not care, and each alone loses little.
    const CalibrationFunction evaluate = [](std::span<const ProjectionClip> clips) -> Result<CalibrationScore> {
        std::uint64_t lost = 0;
        if (clips[0].reduced)
            lost += clips[0].clipPercentile == 99.9 ? 2 : 40;
        return CalibrationScore{1000 - lost, 1000};
    };
    const auto result = calibrateClips(2, evaluate);
    BNOF_VERIFY_OK(result);
    const std::vector<ProjectionClip> expected{{true, 99.9}, {true, 100}};
    QVERIFY(result->clips == expected);
    QCOMPARE(result->agreement, 0.998);
    QCOMPARE(result->alone[0], 0.998);
    QCOMPARE(result->evaluations, 5U + 1U + 1U); // all five, one that cannot be beaten, and both together
}

void TestPrecision::calibrationOfRealWeightsClipsTheOutlier()
{
    // A linear readout of 4 classes whose rows each have one enormous weight to an input that never fires: the maximum
    // wastes the integers on it, a percentile does not.
    constexpr std::size_t classes = 4;
    constexpr std::size_t inputs = 2000;
    PhiloxSequence random(80, 0);
    std::vector<float> weights(classes * inputs);
    for (float& w : weights)
        w = static_cast<float>(random.normal());
    for (std::size_t r = 0; r < classes; ++r)
        weights[r * inputs] = 400;
    std::vector<std::vector<std::uint8_t>> presentations(300, std::vector<std::uint8_t>(inputs));
    for (auto& spikes : presentations)
        for (std::size_t c = 1; c < inputs; ++c)
            spikes[c] = random.uniform() < 0.1 ? 1 : 0;
    const auto decide = [&](const std::vector<float>& matrix, const std::vector<std::uint8_t>& spikes) {
        std::size_t best = 0;
        double highest = -1e300;
        for (std::size_t r = 0; r < classes; ++r) {
            double sum = 0;
            for (std::size_t c = 0; c < inputs; ++c)
                sum += spikes[c] != 0 ? static_cast<double>(matrix[r * inputs + c]) : 0;
            if (sum > highest) {
                highest = sum;
                best = r;
            }
        }
        return best;
    };
    const auto result = calibrateClips(1, [&](std::span<const ProjectionClip> clips) -> Result<CalibrationScore> {
        BNOF_TRY_ASSIGN(const compute::Int8Rows rows,
                        compute::quantiseRows(weights, classes, inputs, {clips[0].clipPercentile}));
        const std::vector<float> rounded = compute::dequantise(rows);
        CalibrationScore score;
        for (const auto& spikes : presentations) {
            score.agreeing += decide(rounded, spikes) == decide(weights, spikes) ? 1 : 0;
            ++score.total;
        }
        return score;
    });
    BNOF_VERIFY_OK(result);
    QVERIFY(result->clips[0].reduced);
    QVERIFY(result->clips[0].clipPercentile < 100);
    QVERIFY(result->agreement >= 0.99);
}

void TestPrecision::sensitiveProjectionsStayInFullPrecision()
{
    // Losses add up: 2, 30 and 7 of 1000; only the second has to go back.
    const CalibrationFunction evaluate = [](std::span<const ProjectionClip> clips) -> Result<CalibrationScore> {
        const std::uint64_t lost =
            (clips[0].reduced ? 2U : 0U) + (clips[1].reduced ? 30U : 0U) + (clips[2].reduced ? 7U : 0U);
        return CalibrationScore{1000 - lost, 1000};
    };
    const auto result = calibrateClips(3, evaluate);
    BNOF_VERIFY_OK(result);
    const std::vector<ProjectionClip> expected{{true, 100}, {}, {true, 100}};
    QVERIFY(result->clips == expected);
    QCOMPARE(result->agreement, 0.991);
    // Nothing may be reduced when nothing agrees.
    const auto none = calibrateClips(3, [](std::span<const ProjectionClip>) -> Result<CalibrationScore> {
        return CalibrationScore{500, 1000};
    });
    BNOF_VERIFY_OK(none);
    QVERIFY(none->clips == std::vector<ProjectionClip>(3));
    QCOMPARE(none->agreement, 1.0);
}

void TestPrecision::calibrationReportsTheCallbacksError()
{
    const auto failed = calibrateClips(1, [](std::span<const ProjectionClip>) -> Result<CalibrationScore> {
        return makeError(ErrorKind::Cancelled, "stopped by the user");
    });
    QVERIFY(!failed.ok());
    QVERIFY(failed.error().kind == ErrorKind::Cancelled);
    const auto few = calibrateClips(1, [](std::span<const ProjectionClip>) -> Result<CalibrationScore> {
        return CalibrationScore{50, 50};
    });
    QVERIFY(!few.ok());
    QVERIFY(few.error().what.find("needs 200") != std::string::npos);
    ClipCalibrationOptions options;
    options.percentiles = {0};
    QVERIFY(!calibrateClips(1, {}, options).ok());
}

QTEST_GUILESS_MAIN(TestPrecision)
#include "tst_precision.moc"
