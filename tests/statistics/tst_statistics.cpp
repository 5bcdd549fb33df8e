// SPDX-License-Identifier: GPL-3.0-or-later
// What the statistics promise, by simulation, by brute force and by symmetry. BNOF_TEST_FULL=1 repeats the simulations
// ten times as often.
#include "tests/support/suite.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

#include "engine/base/philox.h"
#include "engine/statistics/bootstrap.h"
#include "engine/statistics/calibration.h"
#include "engine/statistics/classification.h"
#include "engine/statistics/clusters.h"
#include "engine/statistics/confidence_sequences.h"
#include "engine/statistics/contingency.h"
#include "engine/statistics/drift.h"
#include "engine/statistics/gamma_exponential.h"
#include "engine/statistics/multiplicity.h"
#include "engine/statistics/permutation.h"
#include "engine/statistics/power.h"
#include "engine/statistics/proportions.h"
#include "engine/statistics/rank_tests.h"
#include "engine/statistics/ridge.h"
#include "engine/statistics/roc.h"
#include "engine/statistics/sample_ratio.h"
#include "engine/statistics/sequential_tests.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"
#include "engine/statistics/t_tests.h"

using namespace bnof;
using namespace bnof::statistics;

namespace {

const double notANumber = std::numeric_limits<double>::quiet_NaN();

int repeats(int usual)
{
    return qEnvironmentVariableIsSet("BNOF_TEST_FULL") ? usual * 10 : usual;
}

/// The rate that a true rate shows with a chance of about 0.1 % at most: three standard errors above it.
double allowed(double rate, int trials)
{
    return rate + 3 * std::sqrt(rate * (1 - rate) / trials);
}

std::vector<double> normals(PhiloxSequence& random, std::size_t count, double centre = 0)
{
    std::vector<double> out(count);
    for (double& value : out)
        value = centre + random.normal();
    return out;
}

bool near(double got, double wanted, double tolerance = 1e-12)
{
    return std::abs(got - wanted) <= tolerance * std::max(1.0, std::abs(wanted));
}

/// Units of equal clusters: a shared part of each cluster and an own part of each unit.
std::vector<double> clusteredValues(PhiloxSequence& random, std::size_t clusters, std::size_t size, double centre)
{
    std::vector<double> out;
    for (std::size_t c = 0; c < clusters; ++c) {
        const double shared = 1.5 * random.normal();
        for (std::size_t i = 0; i < size; ++i)
            out.push_back(centre + shared + random.normal());
    }
    return out;
}

std::vector<int> equalClusters(std::size_t clusters, std::size_t size)
{
    std::vector<int> out(clusters * size);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<int>(i / size);
    return out;
}

/// Whether a paired run ever rejects while it is looked at after every unit. Both are right with `right`; B alone is
/// right on `edge` more of the units than A alone.
bool sequenceRejects(std::uint32_t seed, std::size_t units, double edge)
{
    PhiloxSequence random(seed, 7);
    McNemarSequence sequence;
    for (std::size_t i = 0; i < units; ++i) {
        const double u = random.uniform();
        const bool onlyA = u < 0.1 - edge / 2;
        const bool onlyB = !onlyA && u < 0.2;
        sequence.add(onlyA || u > 0.4, onlyB || u > 0.4);
        if (sequence.p() <= 0.05)
            return true;
    }
    return false;
}

} // namespace

class TestStatistics : public test::Suite {
    Q_OBJECT

private slots:
    void specialFunctions();
    void refusalsGiveReasons_data();
    void refusalsGiveReasons();
    void swappingTheVariantsMirrorsTheAnswer();
    void pairedSequenceBearsPeeking();
    void pairedSequenceFindsAPlantedDifference();
    void normalSequencesBearPeeking();
    void meanSequencesHoldAtEveryLook();
    void asymptoticSequenceWaitsForUnits();
    void splitsAreWatched();
    void fastDeLongEqualsTheDefinition();
    void clusterBootstrapCovers();
    void bootstrapIsTheSameOnAnyNumberOfThreads();
    void effectiveUnitsShrinkWithDependence();
    void pairedPermutationIsExact();
    void labelPermutationHoldsItsLevel();
    void exactRankTestsEqualEnumeration();
    void corrections();
    void sizesInvert();
    void kolmogorovTailIsSmooth();
    void classesAndCalibration();
    void ridgeLeavesEveryRowOut();
};

void TestStatistics::specialFunctions()
{
    double factorial = 1;
    for (int n = 1; n < 60; ++n) {
        QVERIFY(near(logGamma(n), std::log(factorial), 1e-13));
        factorial *= n;
    }
    QVERIFY(near(logGamma(0.5), 0.5 * std::log(std::numbers::pi), 1e-13));
    QVERIFY(near(logGamma(1e7), std::lgamma(1e7), 1e-13));
    QVERIFY(near(logBeta(2.5, 4), std::lgamma(2.5) + std::lgamma(4) - std::lgamma(6.5), 1e-12));
    QVERIFY(near(normalCdf(1.959963984540054), 0.975, 1e-13));
    QVERIFY(normalTail(30) > 0 && normalTail(30) < 1e-190);
    QVERIFY(near(normalLogCdf(-30.0001), normalLogCdf(-29.9999) - 0.0002 * 30.03, 1e-7));
    QVERIFY(std::isfinite(tunedNormalMixture(100, 0.05, false).logE(-1e6, 100)));
}

using Refusal = std::function<Result<void>()>;
Q_DECLARE_METATYPE(Refusal)

namespace {

template <typename T> Result<void> outcome(const Result<T>& result)
{
    return result.ok() ? Result<void>() : Result<void>(result.error());
}

} // namespace

void TestStatistics::refusalsGiveReasons_data()
{
    QTest::addColumn<Refusal>("test");
    const auto add = [](const char* name, const Refusal& test) { QTest::newRow(name) << test; };
    static const std::vector<double> one{1};
    static const std::vector<double> same{2, 2, 2, 2};
    static const std::vector<double> some{1, 2, 3, 5};
    static const std::vector<double> bad{1, 2, notANumber, 4};
    static const std::vector<int> ones{1, 1, 1, 1};
    static const std::vector<int> mixed{0, 1, 0, 1};
    add("Welch, one value", [] { return outcome(welchT(one, some)); });
    add("Welch, no spread", [] { return outcome(welchT(same, same)); });
    add("Welch, NaN", [] { return outcome(welchT(some, bad)); });
    add("paired, lengths", [] { return outcome(pairedT(some, one)); });
    add("paired, no spread", [] { return outcome(pairedT(some, some)); });
    add("TOST, margin", [] { return outcome(tostPaired(some, 0)); });
    add("TOST, no spread", [] { return outcome(tostPaired(same, 0.1)); });
    add("Wilcoxon, empty", [] { return outcome(wilcoxonSignedRank({})); });
    add("Mann-Whitney, NaN", [] { return outcome(mannWhitney(bad, some)); });
    add("Friedman, two columns", [] { return outcome(friedman({{1, 2}, {3, 4}})); });
    add("Friedman, all equal", [] { return outcome(friedman({{1, 1, 1}, {2, 2, 2}})); });
    add("Friedman, ragged", [] { return outcome(friedman({{1, 2, 3}, {1, 2}})); });
    add("Kruskal-Wallis, all equal", [] { return outcome(kruskalWallis({same, same})); });
    add("DeLong, one class", [] { return outcome(deLong(ones, some, some)); });
    add("DeLong, NaN", [] { return outcome(deLong(mixed, some, bad)); });
    add("share, no trials", [] { return outcome(wilsonInterval({0, 0})); });
    add("shares, more than all", [] { return outcome(compareShares({3, 2}, {1, 2})); });
    add("split, no units", [] { return outcome(sampleRatio(std::vector<std::uint64_t>{0, 0}, some)); });
    add("split, weight 0", [] { return outcome(SequentialSampleRatio::create(std::vector<double>{1, 0})); });
    add("mSPRT, sigma 0", [] { return outcome(Msprt::create({0, 1, 0})); });
    add("mSPRT, tau NaN", [] { return outcome(msprtTwoSampleLogLambda(3, 0.1, 1, notANumber)); });
    add("sequence, level", [] { return outcome(EmpiricalBernsteinSequence::create(1.5)); });
    add("sequence, value outside", [] { return EmpiricalBernsteinSequence::create()->add(1.2); });
    add("sequence, NaN", [] { return EmpiricalBernsteinSequence::create()->add(notANumber); });
    add("share sequence, no trials", [] { return outcome(shareSequence({0, 0})); });
    add("asymptotic, error 0", [] { return outcome(asymptoticInterval(1, 0, 100)); });
    add("gamma-exponential, v 0", [] { return outcome(gammaExponentialBound(0, 0.05, {})); });
    add("bootstrap, one cluster", [] { return outcome(clusterBootstrapOfMean(some, ones)); });
    add("bootstrap, undefined figure",
        [] { return outcome(clusterBootstrap(mixed, [](auto units) { return units[0] == 0 ? notANumber : 1.0; })); });
    add("permutation, one group", [] { return outcome(pairedPermutationTest(some, ones)); });
    add("permutation, one label", [] { return outcome(labelPermutationTest(ones, {}, [](auto) { return 0.0; })); });
    add("permutation, label fixed by stratum",
        [] { return outcome(labelPermutationTest(mixed, mixed, [](auto) { return 0.0; })); });
    add("effective units, no spread", [] { return outcome(effectiveUnits(same, mixed)); });
    add("pairs, no difference", [] { return outcome(pairsForMcNemar(0.1, 0)); });
    add("pairs, difference above share", [] { return outcome(pairsForMcNemar(0.1, 0.2)); });
    add("detectable, too few", [] { return outcome(detectableDifference(3, 0.1)); });
    add("size, equal shares", [] { return outcome(unitsForTwoShares(0.5, 0.5)); });
    add("size, no effect", [] { return outcome(unitsForTwoSampleT(0)); });
    add("drift, empty", [] { return outcome(driftBetween({}, some)); });
    add("classes, out of range", [] { return outcome(classificationFigures(mixed, ones, 1)); });
    add("classes, none", [] { return outcome(classificationFigures({}, {}, 2)); });
    add("calibration, above 1", [] { return outcome(calibrationOf(some, ones)); });
    add("ridge, no penalty", [] { return outcome(fitRidge({{1, 1}, {2, 2}, {3, 3}}, {{1}, {2}, {3}}, 0)); });
    add("ridge, ragged", [] { return outcome(fitRidge({{1, 1}, {2}}, {{1}, {2}}, 1)); });
    add("Fisher, too large", [] { return outcome(fisherExact({{{9000000, 1}, {1, 9000000}}})); });
}

void TestStatistics::refusalsGiveReasons()
{
    QFETCH(const Refusal, test);
    const auto result = test();
    QVERIFY(!result.ok());
    QVERIFY2(result.error().what.starts_with("cannot test: "), result.error().message().c_str());
    QVERIFY(result.error().what.size() > 25);
    QCOMPARE(static_cast<int>(result.error().kind), static_cast<int>(ErrorKind::BadInput));
}

void TestStatistics::swappingTheVariantsMirrorsTheAnswer()
{
    PhiloxSequence random(11, 0);
    for (int round = 0; round < 50; ++round) {
        const auto a = normals(random, 12, 0.3);
        const auto b = normals(random, 12);
        const auto there = pairedT(a, b);
        const auto back = pairedT(b, a);
        QVERIFY(near(there->t, -back->t) && near(there->interval.low, -back->interval.high));
        QVERIFY(near(welchT(a, b)->t, -welchT(b, a)->t) && near(welchT(a, b)->twoSided, welchT(b, a)->twoSided));
        const auto ab = mannWhitney(a, b);
        const auto ba = mannWhitney(b, a);
        QCOMPARE(ab->ua, ba->ub);
        QVERIFY(near(*ab->exact, *ba->exact) && near(ab->cliffsDelta, -ba->cliffsDelta));
        std::vector<double> forward(a.size());
        std::vector<double> reverse(a.size());
        std::vector<double> unitInterval;
        std::vector<int> labels(a.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            forward[i] = a[i] - b[i];
            reverse[i] = -forward[i];
            unitInterval.push_back(normalCdf(forward[i]));
            labels[i] = static_cast<int>(i % 2);
        }
        const auto w = wilcoxonSignedRank(forward);
        const auto v = wilcoxonSignedRank(reverse);
        QCOMPARE(w->plus, v->minus);
        QVERIFY(near(*w->exact, *v->exact) && near(*w->hodgesLehmann, -*v->hodgesLehmann));
        QVERIFY(near(*deLong(labels, a, b)->z, -*deLong(labels, b, a)->z, 1e-9));
        std::vector<int> clusters(a.size());
        std::iota(clusters.begin(), clusters.end(), 0);
        QCOMPARE(pairedPermutationTest(forward, clusters)->p, pairedPermutationTest(reverse, clusters)->p);
        auto up = *EmpiricalBernsteinSequence::create();
        auto down = *EmpiricalBernsteinSequence::create();
        McNemarSequence first;
        McNemarSequence second;
        for (const double x : unitInterval) {
            BNOF_VERIFY_OK(up.add(x));
            BNOF_VERIFY_OK(down.add(1 - x));
            first.add(x > 0.5, x < 0.7);
            second.add(x<0.7, x> 0.5);
        }
        QVERIFY(near(up.running().low, 1 - down.running().high, 1e-9));
        QCOMPARE(first.logE(), second.logE());
        const Discordant counts{random.below(30), random.below(30)};
        QCOMPARE(mcNemar(counts).exact, mcNemar({counts.onlyB, counts.onlyA}).exact);
        const std::uint64_t right = random.below(41);
        QVERIFY(near(shareSequence({right, 40})->low, 1 - shareSequence({40 - right, 40})->high, 1e-9));
    }
}

void TestStatistics::pairedSequenceBearsPeeking()
{
    const int seeds = repeats(500);
    int rejected = 0;
    for (int seed = 0; seed < seeds; ++seed)
        rejected += sequenceRejects(static_cast<std::uint32_t>(seed), 1000, 0) ? 1 : 0;
    QVERIFY2(rejected <= allowed(0.05, seeds) * seeds, std::to_string(rejected).c_str());
    QVERIFY(rejected > 0); // a test that never rejects would pass as well
}

void TestStatistics::pairedSequenceFindsAPlantedDifference()
{
    const auto pairs = pairsForMcNemar(0.2, 0.05);
    BNOF_VERIFY_OK(pairs);
    const int seeds = repeats(200);
    int found = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        const auto units = static_cast<std::size_t>(std::ceil(*pairs * alwaysValidFactor));
        found += sequenceRejects(static_cast<std::uint32_t>(seed), units, 0.05) ? 1 : 0;
    }
    QVERIFY2(found >= 0.8 * seeds, std::to_string(found).c_str());
}

void TestStatistics::normalSequencesBearPeeking()
{
    const int seeds = repeats(300);
    int rejected = 0;
    int outside = 0;
    int naive = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        PhiloxSequence random(static_cast<std::uint64_t>(seed), 3);
        auto test = Msprt::create({1, 0.2, 0.5});
        BNOF_VERIFY_OK(test);
        bool left = false;
        bool fooled = false;
        double sum = 0;
        for (int n = 1; n <= 500; ++n) {
            const double value = 0.5 + random.normal();
            test->add(value);
            sum += value - 0.5;
            left = left || std::abs(sum / n) > test->halfWidth(0.05);
            fooled = fooled || std::abs(sum) / std::sqrt(n) > 1.96;
        }
        rejected += test->p() <= 0.05 ? 1 : 0;
        outside += left ? 1 : 0;
        naive += fooled ? 1 : 0;
    }
    QVERIFY(rejected <= allowed(0.05, seeds) * seeds);
    QCOMPARE(outside, rejected);   // the interval leaves the truth out exactly when the test rejects it
    QVERIFY(naive > 0.25 * seeds); // what looking at every unit does to a test that looks once
}

void TestStatistics::meanSequencesHoldAtEveryLook()
{
    const int seeds = repeats(200);
    int missedMean = 0;
    int missedShare = 0;
    double width = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        PhiloxSequence random(static_cast<std::uint64_t>(seed), 4);
        auto sequence = *EmpiricalBernsteinSequence::create();
        Share share;
        bool shareOut = false;
        for (int n = 1; n <= 400; ++n) {
            const double value = random.uniform() * random.uniform(); // mean 1/4
            BNOF_VERIFY_OK(sequence.add(value));
            ++share.trials;
            share.successes += random.uniform() < 0.85 ? 1 : 0;
            if (n % 10 == 0) {
                const auto interval = shareSequence(share);
                shareOut = shareOut || interval->low > 0.85 || interval->high < 0.85;
            }
        }
        const Interval running = sequence.running();
        missedMean += running.low > 0.25 || running.high < 0.25 ? 1 : 0;
        missedShare += shareOut ? 1 : 0;
        width += running.high - running.low;
    }
    QVERIFY(missedMean <= allowed(0.05, seeds) * seeds);
    QVERIFY(missedShare <= allowed(0.05, seeds) * seeds);
    QVERIFY(width / seeds < 0.16); // and it says something
}

void TestStatistics::asymptoticSequenceWaitsForUnits()
{
    PhiloxSequence random(5, 0);
    AsymptoticSequence sequence(0.05, 500);
    for (int i = 0; i < 29; ++i)
        sequence.add(10 + random.normal());
    QVERIFY(!sequence.interval().ok());
    for (int i = 0; i < 971; ++i)
        sequence.add(10 + random.normal());
    const AsymptoticSequence saved = sequence;
    const auto interval = saved.interval();
    BNOF_VERIFY_OK(interval);
    QVERIFY(interval->low < 10 && interval->high > 10 && interval->high - interval->low < 0.3);
    AsymptoticSequence constant;
    for (int i = 0; i < 100; ++i)
        constant.add(3);
    QVERIFY(!constant.interval().ok());
}

void TestStatistics::splitsAreWatched()
{
    const std::vector<double> even{0.5, 0.5};
    const auto broken = sampleRatio(std::vector<std::uint64_t>{600, 400}, even);
    QVERIFY(broken->mismatch());
    QVERIFY(!sampleRatio(std::vector<std::uint64_t>{510, 490}, even)->mismatch());
    QVERIFY(!sampleRatio(std::vector<std::uint64_t>{10, 0}, even)->enough);
    auto sequence = *SequentialSampleRatio::create(even);
    for (int i = 0; i < 1000; ++i)
        sequence.add(i % 5 < 3 ? 0 : 1);
    QVERIFY(sequence.mismatch());
    const int seeds = repeats(300);
    int flagged = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        PhiloxSequence random(static_cast<std::uint64_t>(seed), 6);
        auto fair = *SequentialSampleRatio::create(std::vector<double>{90, 10});
        for (int i = 0; i < 1000; ++i)
            fair.add(random.uniform() < 0.9 ? 0 : 1);
        flagged += fair.mismatch() ? 1 : 0;
    }
    QVERIFY(flagged <= allowed(sampleRatioLevel, seeds) * seeds);
}

void TestStatistics::fastDeLongEqualsTheDefinition()
{
    PhiloxSequence random(21, 0);
    for (int round = 0; round < 40; ++round) {
        const std::size_t units = 8 + random.below(120);
        std::vector<int> labels(units);
        std::vector<double> a(units);
        std::vector<double> b(units);
        for (std::size_t i = 0; i < units; ++i) {
            labels[i] = i < 4 ? static_cast<int>(i % 2) : static_cast<int>(random.below(2));
            // Few values, so that there are ties within and between the classes.
            a[i] = random.below(10) + labels[i];
            b[i] = round % 2 == 0 ? random.below(6) : a[i] + random.normal();
        }
        const auto fast = deLong(labels, a, b);
        const auto pairs = deLongByPairs(labels, a, b);
        BNOF_VERIFY_OK(fast);
        QVERIFY(near(fast->areaA, pairs->areaA) && near(fast->areaB, pairs->areaB));
        QVERIFY(near(fast->varianceA, pairs->varianceA) && near(fast->covariance, pairs->covariance));
        QVERIFY(near(*fast->z, *pairs->z, 1e-8) && near(fast->p, pairs->p, 1e-8));
    }
}

void TestStatistics::clusterBootstrapCovers()
{
    constexpr std::size_t clusters = 40;
    constexpr std::size_t size = 10;
    const auto groups = equalClusters(clusters, size);
    std::vector<int> alone(groups.size());
    std::iota(alone.begin(), alone.end(), 0);
    const int trials = repeats(200);
    int percentile = 0;
    int bca = 0;
    int naive = 0;
    for (int trial = 0; trial < trials; ++trial) {
        PhiloxSequence random(static_cast<std::uint64_t>(trial), 8);
        const auto values = clusteredValues(random, clusters, size, 2);
        const BootstrapOptions options{.rounds = 400, .seed = static_cast<std::uint64_t>(trial)};
        const auto missed = [](const Interval& interval) { return interval.low > 2 || interval.high < 2 ? 1 : 0; };
        const auto result = clusterBootstrapOfMean(values, groups, options);
        BNOF_VERIFY_OK(result);
        QCOMPARE(result->clusters, clusters);
        percentile += missed(result->percentile);
        bca += missed(*result->bca);
        naive += missed(clusterBootstrapOfMean(values, alone, options)->percentile);
    }
    QVERIFY2(percentile <= allowed(0.08, trials) * trials, std::to_string(percentile).c_str());
    QVERIFY2(bca <= allowed(0.08, trials) * trials, std::to_string(bca).c_str());
    QVERIFY(naive > 0.3 * trials);
}

void TestStatistics::bootstrapIsTheSameOnAnyNumberOfThreads()
{
    PhiloxSequence random(31, 0);
    const auto values = clusteredValues(random, 12, 5, 0);
    const auto groups = equalClusters(12, 5);
    const UnitStatistic middle = [&values](std::span<const std::uint32_t> units) {
        std::vector<double> drawn;
        for (const std::uint32_t unit : units)
            drawn.push_back(values[unit]);
        return median(std::move(drawn));
    };
    BootstrapOptions options{.rounds = 999};
    const auto alone = clusterBootstrap(groups, middle, options);
    BNOF_VERIFY_OK(alone);
    for (const unsigned threads : {2U, 3U, 7U, 5000U}) {
        options.threads = threads;
        const auto together = clusterBootstrap(groups, middle, options);
        QCOMPARE(std::memcmp(&alone->percentile, &together->percentile, sizeof(Interval)), 0);
        QCOMPARE(std::memcmp(&*alone->bca, &*together->bca, sizeof(Interval)), 0);
    }
    options.seed = 2;
    QVERIFY(clusterBootstrap(groups, middle, options)->percentile.low != alone->percentile.low);
    // The mean from cluster sums is the mean from units.
    const auto fast = clusterBootstrapOfMean(values, groups, options);
    const auto slow = clusterBootstrap(
        groups,
        [&values](std::span<const std::uint32_t> units) {
            double sum = 0;
            for (const std::uint32_t unit : units)
                sum += values[unit];
            return sum / static_cast<double>(units.size());
        },
        options);
    QVERIFY(near(fast->percentile.low, slow->percentile.low, 1e-9) && near(fast->bca->high, slow->bca->high, 1e-9));
    QVERIFY(near(fast->acceleration, slow->acceleration, 1e-9));
}

void TestStatistics::effectiveUnitsShrinkWithDependence()
{
    PhiloxSequence random(41, 0);
    const auto groups = equalClusters(50, 10);
    std::vector<double> copies;
    for (int c = 0; c < 50; ++c)
        copies.insert(copies.end(), 10, random.normal());
    QVERIFY(std::abs(*effectiveUnits(copies, groups) - 50) < 3); // ten copies say as much as one
    QVERIFY(*effectiveUnits(normals(random, 500), groups) > 250);
    QVERIFY(*effectiveUnits(clusteredValues(random, 50, 10, 0), groups) < 150);
}

void TestStatistics::pairedPermutationIsExact()
{
    // All of five groups point the same way: 2 of 32 flips are as extreme.
    const std::vector<double> values{1, 2, 3, 1, 2, 5};
    const std::vector<int> groups{0, 1, 2, 3, 4, 4};
    const auto test = pairedPermutationTest(values, groups);
    BNOF_VERIFY_OK(test);
    QVERIFY(test->exact);
    QCOMPARE(test->p, 2.0 / 32);
    // Drawn flips agree with all flips, and both hold their level over clusters.
    PhiloxSequence random(51, 0);
    const auto wide = equalClusters(20, 4);
    const int trials = repeats(200);
    int rejected = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const auto drawn = clusteredValues(random, 20, 4, 0);
        const auto result = pairedPermutationTest(drawn, wide, {.rounds = 399});
        QVERIFY(!result->exact);
        rejected += result->p <= 0.05 ? 1 : 0;
    }
    QVERIFY(rejected <= allowed(0.05, trials) * trials);
    QVERIFY(rejected > 0);
    const auto large = clusteredValues(random, 20, 4, 4);
    QCOMPARE(pairedPermutationTest(large, wide, {.rounds = 399})->p, 1.0 / 400);
}

void TestStatistics::labelPermutationHoldsItsLevel()
{
    const auto strata = equalClusters(5, 8);
    std::vector<int> labels(strata.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<int>(i % 2);
    const int trials = repeats(200);
    int rejected = 0;
    PhiloxSequence random(61, 0);
    std::vector<double> values;
    const LabelStatistic difference = [&values](std::span<const int> shuffled) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += shuffled[i] == 1 ? values[i] : -values[i];
        return sum;
    };
    for (int trial = 0; trial < trials; ++trial) {
        values = clusteredValues(random, 5, 8, 0);
        rejected += labelPermutationTest(labels, strata, difference, {.rounds = 199})->p <= 0.05 ? 1 : 0;
    }
    QVERIFY(rejected <= allowed(0.05, trials) * trials);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] += 3 * labels[i];
    const auto found = labelPermutationTest(labels, strata, difference, {.rounds = 199, .seed = 5});
    QCOMPARE(found->p, 1.0 / 200);
    QCOMPARE(labelPermutationTest(labels, strata, difference, {.rounds = 199, .seed = 5})->p, found->p);
}

void TestStatistics::exactRankTestsEqualEnumeration()
{
    PhiloxSequence random(71, 0);
    const auto differences = normals(random, 9, 0.4);
    const auto test = wilcoxonSignedRank(differences);
    std::vector<double> sizes;
    for (const double d : differences)
        sizes.push_back(std::abs(d));
    const auto ranks = midRanks(sizes).ranks;
    int greater = 0;
    for (int signs = 0; signs < 512; ++signs) {
        double plus = 0;
        for (std::size_t i = 0; i < ranks.size(); ++i)
            plus += (signs >> i & 1) != 0 ? ranks[i] : 0;
        greater += plus >= test->plus ? 1 : 0;
    }
    QVERIFY(near(*test->exactGreater, greater / 512.0));
    const auto a = normals(random, 5, 0.5);
    const auto b = normals(random, 6);
    std::vector<double> all(a);
    all.insert(all.end(), b.begin(), b.end());
    const auto seen = mannWhitney(a, b);
    int extreme = 0;
    int total = 0;
    for (unsigned chosen = 0; chosen < 1U << all.size(); ++chosen) {
        if (std::popcount(chosen) != 5)
            continue;
        double u = 0;
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = 0; j < all.size(); ++j)
                u += (chosen >> i & 1U) != 0 && (chosen >> j & 1U) == 0 && all[i] > all[j] ? 1 : 0;
        extreme += u >= std::max(seen->ua, seen->ub) ? 1 : 0;
        ++total;
    }
    QVERIFY(near(*seen->exact, std::min(1.0, 2.0 * extreme / total)));
    const auto none = wilcoxonSignedRank(std::vector<double>{0, 0, 0});
    QCOMPARE(none->p(), 1.0);
    QCOMPARE(none->reason, std::string("no differences"));
}

void TestStatistics::corrections()
{
    // m / alpha is 80: 1 x 100 and 2 x 45 reach it, 3 x 20 does not; 4 x 20 does, and takes the third along.
    const auto logs = [](std::vector<double> e) {
        for (double& value : e)
            value = std::log(value);
        return e;
    };
    QCOMPARE(eBenjaminiHochberg(logs({45, 1, 100, 20}), 0.05), (std::vector<bool>{true, false, true, false}));
    QCOMPARE(eBenjaminiHochberg(logs({45, 21, 100, 20.1}), 0.05), (std::vector<bool>{true, true, true, true}));
    QCOMPARE(eBenjaminiHochberg(logs({1, 2, 3}), 0.05), (std::vector<bool>{false, false, false}));
    QVERIFY(eBenjaminiHochberg({}, 0.05).empty());
    QVERIFY(holm({}).empty() && benjaminiHochberg({}).empty());
    // What follows from what: each is at least as strict as the next.
    const std::vector<double> p{0.04, 0.001, 0.2, 0.011, 0.013};
    for (std::size_t i = 0; i < p.size(); ++i) {
        QVERIFY(bonferroni(p)[i] >= holm(p)[i] && holm(p)[i] >= hochberg(p)[i]);
        QVERIFY(hochberg(p)[i] >= benjaminiHochberg(p)[i] && benjaminiYekutieli(p)[i] >= benjaminiHochberg(p)[i]);
    }
}

void TestStatistics::sizesInvert()
{
    const auto pairs = pairsForMcNemar(0.1, 0.02);
    QCOMPARE(std::ceil(*pairs), 1960.0);
    QVERIFY(near(*detectableDifference(*pairs, 0.1), 0.02, 1e-9));
    QVERIFY(near(*powerOfPairedT(0.4, *pairsForPairedT(0.4)), 0.8, 1e-6));
    QVERIFY(near(*powerOfTwoSampleT(-0.4, *unitsForTwoSampleT(-0.4)), 0.8, 1e-6));
}

void TestStatistics::kolmogorovTailIsSmooth()
{
    double before = 1;
    for (double d = 0.001; d < 0.2; d += 0.0005) { // crosses from the series to the sum
        const double p = kolmogorovTail(d, 400);
        QVERIFY2(p <= before + 1e-9, std::to_string(d).c_str());
        before = p;
    }
    for (const double d : {0.05, 0.08, 0.12}) // exact up to 140 values, a series above
        QVERIFY(std::abs(kolmogorovTail(d, 140) / kolmogorovTail(d, 141) - 1) < 0.03);
    QCOMPARE(kolmogorovTail(0, 10), 1.0);
    QCOMPARE(kolmogorovTail(1, 10), 0.0);
    QVERIFY(near(kolmogorovTail(0.274, 10), 1 - 0.6284796154565, 1e-10)); // the value in Marsaglia, Tsang & Wang
    const auto same = driftBetween(std::vector<double>{3, 3, 3}, std::vector<double>{3, 3});
    QCOMPARE(same->kolmogorovSmirnov, 0.0);
    QCOMPARE(same->p, 1.0);
    QCOMPARE(same->stabilityIndex, 0.0);
}

void TestStatistics::classesAndCalibration()
{
    const std::vector<int> truth{0, 0, 1, 1, 1, 0};
    const std::vector<int> said{0, 1, 1, 1, -1, 0};
    const auto figures = classificationFigures(truth, said, 3);
    BNOF_VERIFY_OK(figures);
    QCOMPARE(figures->accuracy, 4.0 / 6);
    QVERIFY(near(figures->balancedAccuracy, 2.0 / 3));
    QCOMPARE(figures->unknown[1], std::uint64_t{1});
    QCOMPARE(figures->emptyClasses, std::vector<int>{2});
    QVERIFY(near(figures->macroF1, (0.8 + 2.0 / 3) / 3));
    // Said with 0.9 and true in half of the cases; said with 0.1 and never true.
    const std::vector<double> stated{0.9, 0.9, 0.1, 0.1};
    const auto calibration = calibrationOf(stated, std::vector<int>{1, 0, 0, 0}, 10);
    QVERIFY(near(calibration->expectedError, (0.4 + 0.1) / 2));
    QVERIFY(near(calibration->largestError, 0.4));
    QVERIFY(near(calibration->brier, (0.01 + 0.81 + 0.01 + 0.01) / 4));
    QCOMPARE(calibration->bins.back().count, std::uint64_t{2});
    QVERIFY(std::isfinite(calibrationOf(std::vector<double>{0.0}, std::vector<int>{1})->logLoss));
}

void TestStatistics::ridgeLeavesEveryRowOut()
{
    PhiloxSequence random(81, 0);
    Rows inputs;
    Rows outputs;
    for (int r = 0; r < 9; ++r) {
        inputs.push_back(normals(random, 3));
        outputs.push_back({inputs.back()[0] - 2 * inputs.back()[2] + 0.3 * random.normal() + 5});
    }
    const auto fit = fitRidge(inputs, outputs, 0.5);
    BNOF_VERIFY_OK(fit);
    double error = 0;
    for (std::size_t out = 0; out < inputs.size(); ++out) {
        Rows x(inputs);
        Rows y(outputs);
        x.erase(x.begin() + static_cast<std::ptrdiff_t>(out));
        y.erase(y.begin() + static_cast<std::ptrdiff_t>(out));
        const auto without = fitRidge(x, y, 0.5);
        double fitted = without->weights[3][0];
        for (std::size_t i = 0; i < 3; ++i)
            fitted += without->weights[i][0] * inputs[out][i];
        error += (outputs[out][0] - fitted) * (outputs[out][0] - fitted);
    }
    QVERIFY(near(fit->looError, error / static_cast<double>(inputs.size()), 1e-9));
}

QTEST_APPLESS_MAIN(TestStatistics)
#include "tst_statistics.moc"
