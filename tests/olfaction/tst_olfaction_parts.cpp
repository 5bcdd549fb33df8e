// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"
#include "engine/olfaction/concentration.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/front_end.h"
#include "engine/olfaction/metrics.h"
#include "engine/olfaction/readout.h"
#include "engine/olfaction/receptor_code.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

FrontEndParameters twoChannels()
{
    FrontEndParameters p;
    p.scale = {100, 100};
    p.transientSeconds = {1, 25};
    p.mean.assign(6, 0);
    p.deviation.assign(6, 1);
    return p;
}

/// A smooth signal that rises over some seconds.
float signal(double t)
{
    return static_cast<float>(1000 * (1 + 2 / (1 + std::exp(-(t - 10) / 2))));
}

std::vector<double> featuresAt(double end, double interval)
{
    FrontEnd frontEnd(twoChannels());
    for (double t = 0; t <= end + 1e-9; t += interval) {
        const std::vector<float> values{signal(t), 500};
        frontEnd.update(fromSeconds(t), values);
    }
    return {frontEnd.features().begin(), frontEnd.features().end()};
}

} // namespace

class TestOlfactionParts : public test::Suite {
    Q_OBJECT
private slots:
    void featuresDoNotDependOnTheSampleRate()
    {
        const std::vector<double> slow = featuresAt(12, 0.2);
        const std::vector<double> fast = featuresAt(12, 0.01);
        for (std::size_t i = 0; i < slow.size(); ++i)
            QVERIFY2(std::abs(slow[i] - fast[i]) < 2e-3, std::to_string(slow[i] - fast[i]).c_str());
        QVERIFY(slow[4] > 0.5); // the slow transient of the rising channel
        QCOMPARE(slow[5], 0.0); // a constant channel has none
    }
    void irregularFramesGiveTheSameFeatures()
    {
        FrontEnd frontEnd(twoChannels());
        PhiloxSequence random(1, 1);
        for (double t = 0; t < 12; t += 0.02 + 0.2 * random.uniform())
            frontEnd.update(fromSeconds(t), std::vector<float>{signal(t), 500});
        frontEnd.update(fromSeconds(12), std::vector<float>{signal(12), 500});
        const std::vector<double> regular = featuresAt(12, 0.01);
        for (std::size_t i = 0; i < regular.size(); ++i)
            QVERIFY(std::abs(frontEnd.features()[i] - regular[i]) < 5e-3);
    }
    void missingValuesRepeatTheLastGoodOne()
    {
        FrontEnd held(twoChannels());
        FrontEnd repeated(twoChannels());
        for (int i = 0; i < 50; ++i) {
            const float v = i < 20 ? 100.0F + static_cast<float>(i) : 119.0F;
            held.update(fromSeconds(i * 0.1), std::vector<float>{i < 20 ? v : missing, 5});
            repeated.update(fromSeconds(i * 0.1), std::vector<float>{v, 5});
            QVERIFY(std::equal(held.features().begin(), held.features().end(), repeated.features().begin()));
        }
    }
    void aChannelThatNeverWasGoodContributesNothing()
    {
        FrontEndParameters p = twoChannels();
        p.mean.assign(6, 3.0); // 0 before standardisation would show as -3
        FrontEnd frontEnd(p);
        for (int i = 0; i < 5; ++i)
            frontEnd.update(fromSeconds(i * 0.1),
                            std::vector<float>{100, i % 2 ? missing : std::numeric_limits<float>::infinity()});
        for (const std::size_t f : {1U, 3U, 5U})
            QCOMPARE(frontEnd.features()[f], 0.0);
        QVERIFY(frontEnd.features()[0] != 0);
    }
    void transientsStartAtZero()
    {
        FrontEnd frontEnd(twoChannels());
        frontEnd.update(fromSeconds(1000), std::vector<float>{1e4F, -50});
        for (std::size_t f = 2; f < 6; ++f)
            QCOMPARE(frontEnd.features()[f], 0.0);
        QVERIFY(frontEnd.features()[1] < 0); // signed compression
    }
    void twoClassesByHand()
    {
        // Two squares of side 2 whose centres are 4 apart: the within-class covariance is the identity.
        const std::vector<double> rows{0, 0, 2, 0, 0, 2, 2, 2, 4, 0, 6, 0, 4, 2, 6, 2};
        const std::vector<int> labels{0, 0, 0, 0, 1, 1, 1, 1};
        const auto d = fitDiscriminant(rows, 2, labels, 3, {.shrinkage = 0});
        BNOF_VERIFY_OK(d);
        QCOMPARE(d->axes, std::size_t{1});
        QVERIFY(!d->present(2));
        DiscriminantPoint point;
        const std::vector<double> z{1, 2};
        project(*d, z, point);
        QVERIFY(std::abs(std::abs(point.u[0]) - 2) < 1e-4); // the centre is (3, 1)
        QVERIFY(std::abs(point.residual - 1) < 1e-4);       // one off the axis
        std::vector<double> p;
        posterior(*d, point.u, 1, p);
        // At the first mean the scores differ by 4^2 / 2.
        QVERIFY(std::abs(p[0] - 1 / (1 + std::exp(-8.0))) < 1e-6);
        QCOMPARE(p[2], 0.0);
        QVERIFY(nearestDistance(*d, point.u) < 1e-4);
        QVERIFY(!fitDiscriminant(rows, 2, std::vector<int>(8, 1), 3).ok());
    }
    void ledoitWolfAgreesWithAnIndependentImplementation()
    {
        // scikit-learn 1.2.1, covariance.ledoit_wolf(X, assume_centered=True).
        const std::vector<double> x{8, 2, 0, -7, 0, 1, 6, -2, 2, -7, 1, -1, 7, -1, -2, -7, 0, 0};
        QVERIFY(std::abs(ledoitWolfShrinkage(x, 6, 3) - 0.04208315578011805) < 1e-9);
        const std::vector<double> round{1, 0, -1, 0, 0, 1, 0, -1};
        QCOMPARE(ledoitWolfShrinkage(round, 4, 2), 1.0);
    }
    void receptorsRampUpAndDown()
    {
        std::vector<DiscriminantPoint> points;
        for (int i = 0; i <= 100; ++i)
            points.push_back({{(i - 50) * 0.1}, 1.0});
        const ReceptorCode code =
            fitReceptorCode(points, 2.0, {.mixtures = 5, .ramps = 4, .residualRamps = 3, .seed = 1});
        QCOMPARE(code.receptors(), std::size_t{2 * 4 + 3}); // one axis needs no mixtures
        std::vector<float> low;
        std::vector<float> high;
        encode(code, {{-100.0}, 0.0}, low);
        encode(code, {{100.0}, 100.0}, high);
        for (std::size_t i = 0; i < 8; i += 2) {
            QCOMPARE(low[i], 0.0F);
            QCOMPARE(low[i + 1], static_cast<float>(code.baseMv + code.gainMv));
            QCOMPARE(high[i], low[i + 1]);
            QCOMPARE(high[i + 1], 0.0F);
        }
        QCOMPARE(low.back(), 0.0F);
        QVERIFY(high.back() > 0);
        QCOMPARE(code.channelOf(7), std::size_t{0});
        QCOMPARE(code.channelOf(8), std::size_t{1});
    }
    void silenceIsUnknown()
    {
        const std::vector<std::uint32_t> none(12, 0);
        const CountDecision d = decideFromCounts(none, 3, {});
        QCOMPARE(d.gas, -1);
        QCOMPARE(d.probabilities, std::vector<float>(3, 0.0F));
        QCOMPARE(d.novelty, 1.0F);
    }
    void theDecisionFollowsTheCounts()
    {
        std::vector<std::uint32_t> counts(12, 0);
        std::fill(counts.begin() + 4, counts.begin() + 8, 50U); // the second of three gases
        counts[0] = 20;
        const CountDecision d = decideFromCounts(counts, 3, {0.05, 10, 0.4});
        QCOMPARE(d.gas, 1);
        QVERIFY(d.probabilities[1] > 0.9F);
        QCOMPARE(d.probabilities[2], 0.0F);
        float sum = d.novelty;
        for (const float p : d.probabilities)
            sum += p;
        QVERIFY(std::abs(sum - 1) < 1e-5F);
        std::fill(counts.begin(), counts.end(), 4'000'000'000U); // no overflow
        const CountDecision tie = decideFromCounts(counts, 3, {100, 1e-9, 0.3});
        QCOMPARE(tie.gas, 0);
        std::fill(counts.begin(), counts.end(), 1U);
        QCOMPARE(decideFromCounts(counts, 3, {0.05, 10, 0.4}).gas, -1); // too little to name anything
    }
    void calibrationPrefersHonestProbabilities()
    {
        std::vector<CalibrationWindow> windows;
        for (int i = 0; i < 100; ++i) {
            windows.push_back({{100, 20}, i % 10 == 0 ? 1 : 0, 1}); // right nine times in ten
            windows.push_back({{2, 3}, -1, 1});
        }
        const ReadoutCalibration c = calibrateReadout(windows);
        const CountDecision d = decideFromCounts(std::vector<std::uint32_t>{100, 20}, 2, c);
        QVERIFY2(std::abs(d.probabilities[0] - 0.9F) < 0.05F, std::to_string(d.probabilities[0]).c_str());
        QVERIFY(decideFromCounts(std::vector<std::uint32_t>{2, 3}, 2, c).novelty > 0.9F);
    }
    void concentrationIsRecoveredWithinItsInterval()
    {
        ConcentrationRows rows;
        PhiloxSequence random(3, 3);
        for (int i = 0; i < 400; ++i) {
            const double ppm = 10 + 90 * random.uniform();
            rows.features.push_back(0.3 * std::sqrt(ppm) - 2 + 0.01 * random.normal());
            rows.features.push_back(random.normal());
            rows.ppm.push_back(ppm);
            rows.motions.push_back(random.uniform());
            rows.exposure.push_back(i);
        }
        ConcentrationModel model = fitConcentration(rows, 2);
        HeldOutErrors errors;
        appendErrors(model, rows, errors);
        setInterval(model, errors);
        const auto e = estimate(model, std::vector<double>{0.3 * std::sqrt(64.0) - 2, 0.0}, std::vector<double>{1});
        QVERIFY2(std::abs(e.ppm - 64) < 3, std::to_string(e.ppm).c_str());
        QVERIFY(e.low < e.ppm && e.ppm < e.high && e.high - e.low < 15);
        QCOMPARE(estimate(model, std::vector<double>{1e3, 0}, std::vector<double>{1}).ppm,
                 model.highestPpm); // never beyond training
    }
    void intervalsCoverExposuresAtEveryMotion()
    {
        // Errors that grow with motion and are shared within an exposure; 60 exposures calibrate, 400 judge.
        PhiloxSequence random(5, 3);
        const auto draw = [&random](int exposures) {
            HeldOutErrors errors;
            for (int e = 0; e < exposures; ++e) {
                const double own = random.normal();
                for (int i = 0; i < 40; ++i) {
                    const double motion = 4.0 * (39 - i) / 39;
                    const double error = std::abs((own + 0.3 * random.normal()) * (0.2 + motion));
                    errors.rootPpm.push_back(error);
                    errors.ppm.push_back(20 * error);
                    errors.motions.push_back(exactLog(0.2 + motion));
                    errors.exposure.push_back(e);
                }
            }
            return errors;
        };
        ConcentrationModel model;
        model.lowestPpm = 1;
        model.highestPpm = 1000;
        setInterval(model, draw(60));
        const HeldOutErrors fresh = draw(400);
        QVERIFY(model.halfWidthRootPpm.front() < 0.3 * model.halfWidthRootPpm.back());
        QVERIFY(std::is_sorted(model.halfWidthRootPpm.begin(), model.halfWidthRootPpm.end()));
        std::vector<double> held(model.halfWidthRootPpm.size(), 0);
        std::vector<double> count(held.size(), 0);
        for (std::size_t i = 0; i < fresh.rootPpm.size(); ++i) {
            std::size_t c = 0;
            while (c < model.unrestBorders.size() &&
                   model.unrestWeights.front() * fresh.motions[i] >= model.unrestBorders[c])
                ++c;
            count[c] += 1;
            held[c] += fresh.rootPpm[i] <= model.halfWidthRootPpm[c] ? 1 : 0;
        }
        // Three standard deviations of a share from 60 independent exposures.
        for (std::size_t c = 0; c < held.size(); ++c)
            QVERIFY2(held[c] / count[c] > 0.9 - 3 * std::sqrt(0.09 / 60), std::to_string(held[c] / count[c]).c_str());
    }
    void modelsOfBeforeTheClassesKeepTheirInterval()
    {
        const auto json = Json::parse(R"({"gas":0,"component":0,"intercept":4,"weights":[1],"lowest_ppm":4,)"
                                      R"("highest_ppm":100,"half_width_ppm":12.5})",
                                      "old");
        BNOF_VERIFY_OK(json);
        const auto model = concentrationFromJson(*json, "old", 1, 1, 1, 1);
        BNOF_VERIFY_OK(model);
        const auto e = estimate(*model, std::vector<double>{1}, std::vector<double>{3});
        QCOMPARE(e.ppm, 25.0);
        QCOMPARE(e.low, 12.5);
        QCOMPARE(e.high, 37.5);
        Json broken = *json;
        broken.set("half_width_root_ppm", Json::Array{Json(1.0), Json(2.0)});
        broken.set("unrest_borders", Json::Array{Json(1.0)});
        broken.set("unrest_weights", Json::Array{});
        QVERIFY(!concentrationFromJson(broken, "old", 1, 1, 1, 1).ok());
    }
    void figuresByHand()
    {
        const std::vector<Answer> a{{0, 0, 0}, {0, 0, 0}, {0, 1, 0}, {1, 1, 1}, {1, -1, 1}};
        QCOMPARE(accuracyOf(a), 0.6);
        QCOMPARE(balancedAccuracyOf(a, 3), (2.0 / 3 + 0.5) / 2);
        QCOMPARE(macroF1Of(a, 3), (2 * 2.0 / 5 + 2 * 1.0 / 4) / 2);
        QCOMPARE(auroc(std::vector<double>{3, 2}, std::vector<double>{1, 2}), 0.875);
        const std::vector<double> v{1, 1, 0, 0};
        const std::vector<int> blocks{0, 0, 1, 1};
        const auto i = groupInterval(v, blocks, 500, 1);
        QVERIFY(i.has_value());
        QCOMPARE(i->low, 0.0); // two groups: 0, 0.5 or 1
        QCOMPARE(i->high, 1.0);
        QVERIFY(!groupInterval(v, std::vector<int>{3, 3, 3, 3}, 500, 1)); // one day says nothing about another
    }
    void comparisonsByHand()
    {
        // Six exposures of three answers on three days; we are right throughout in five, they in the first two.
        AnswerPairs pairs;
        for (int unit = 0; unit < 6; ++unit) {
            for (int k = 0; k < 3; ++k) {
                pairs.ours.push_back(unit < 5 ? 1 : 0);
                pairs.theirs.push_back(unit < 2 || (unit == 5 && k < 2) ? 1 : 0);
                pairs.groups.push_back(unit / 2);
                pairs.units.push_back(unit);
            }
        }
        const Json json = comparisonJson(pairs, "LDA", 500, 1);
        QCOMPARE(json["exposures"].toInteger(), std::int64_t{6});
        QCOMPARE(json["groups"].toInteger(), std::int64_t{3});
        QCOMPARE(json["only_ours"].toInteger(), std::int64_t{3});
        QCOMPARE(json["only_theirs"].toInteger(), std::int64_t{1}); // two of three answers of the last one
        QCOMPARE(json["p"].toDouble(), 2 * (1 + 4) / 16.0);
        QVERIFY(std::abs(json["difference"].toDouble() - (15 - 8) / 18.0) < 1e-12);
        QCOMPARE(verdictText(0.023, Interval{0.011, 0.034}, "LDA"),
                 std::string("the spiking model is better than LDA by 2.3 points (1.1 to 3.4)"));
        QCOMPARE(verdictText(-0.023, Interval{-0.034, -0.011}, "LDA"),
                 std::string("the spiking model is worse than LDA by 2.3 points (1.1 to 3.4)"));
        QVERIFY(verdictText(0.02, Interval{-0.01, 0.05}, "LDA").find("no difference") == 0);
        QVERIFY(verdictText(0.02, std::nullopt, "LDA").find("too few independent groups") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestOlfactionParts)
#include "tst_olfaction_parts.moc"
