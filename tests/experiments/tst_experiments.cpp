// SPDX-License-Identifier: GPL-3.0-or-later
// What a comparison promises: few false verdicts however often one looks, real differences found, nothing lost and
// nothing counted twice. BNOF_TEST_FULL=1 repeats the simulations as often as the promises are stated for.
#include "tests/support/suite.h"

#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <limits>
#include <map>
#include <stdexcept>
#include <thread>

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/philox.h"
#include "engine/base/toml.h"
#include "engine/experiments/hash_split.h"
#include "engine/experiments/interleaved_blocks.h"
#include "engine/experiments/league.h"
#include "engine/experiments/paired_comparison.h"
#include "engine/experiments/promotion.h"
#include "engine/experiments/shadow_replay.h"
#include "engine/olfaction/training.h"
#include "tests/olfaction/synthetic_nose.h"

using namespace bnof;
using namespace bnof::experiments;

namespace {

bool full()
{
    return qEnvironmentVariableIsSet("BNOF_TEST_FULL");
}

double allowed(double rate, int trials)
{
    return rate + 3 * std::sqrt(rate * (1 - rate) / trials);
}

/// A and B right with these chances, both wrong or right together as often as that allows; days of ten exposures.
/// With `dependent` all exposures of a day share which variant is favoured.
std::vector<ComparedUnit> madeUp(std::uint64_t seed, std::size_t count, double discordant, double difference,
                                 bool dependent = false)
{
    PhiloxSequence random(seed, 0xE1);
    std::vector<ComparedUnit> out;
    double favour = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 10 == 0)
            favour = dependent ? (random.uniform() < 0.5 ? 1.0 : -1.0) : 0;
        ComparedUnit unit;
        unit.id = std::to_string(i);
        unit.group = static_cast<int>(i / 10);
        unit.label = static_cast<int>(random.below(3));
        const int wrong = (unit.label + 1) % 3;
        unit.a = unit.b = {unit.label, false, 0.001};
        if (random.uniform() < discordant) {
            const double forB = 0.5 + 0.5 * difference / discordant + 0.45 * favour;
            (random.uniform() < forB ? unit.a : unit.b).said = wrong;
        } else if (random.uniform() < 0.2) {
            unit.a.said = unit.b.said = wrong;
        }
        out.push_back(unit);
    }
    return out;
}

bool claimsDifference(const Verdict& verdict)
{
    return verdict.finding == Finding::BBetter || verdict.finding == Finding::ABetter;
}

ShadowAnalysis analysed(const Plan& plan, const std::vector<ComparedUnit>& units)
{
    ShadowAnalysis out(plan, {"a", "b", "c"});
    for (const ComparedUnit& unit : units)
        out.add(unit);
    out.finish();
    return out;
}

std::vector<PairedUnit> paired(const std::vector<ComparedUnit>& units)
{
    std::vector<PairedUnit> out;
    for (const ComparedUnit& unit : units)
        out.push_back({unit.group, unit.aRight(), unit.bRight()});
    return out;
}

std::vector<ComparedUnit> exchanged(std::vector<ComparedUnit> units)
{
    for (ComparedUnit& unit : units)
        std::swap(unit.a, unit.b);
    return units;
}

LockedPlan someLock()
{
    LockedPlan out;
    out.variantA = "a.bnofmodel";
    out.variantB = "b.bnofmodel";
    out.digestA = "1";
    out.digestB = "2";
    out.dataDigests = {"3"};
    out.program = "test";
    return out;
}

ReplayVariant variantOf(const Result<std::vector<std::uint8_t>>& model, const char* name)
{
    return {variantFromText(name).value(), model.value()};
}

enum class Harm { Throw, Hang, NotANumber };

/// Well behaved for a while.
class HarmfulRecogniser : public olfaction::Recogniser {
public:
    HarmfulRecogniser(std::unique_ptr<olfaction::Recogniser> good, Harm harm,
                      std::shared_ptr<std::atomic<bool>> released, std::shared_ptr<std::atomic<bool>> left)
        : m_good(std::move(good)), m_harm(harm), m_released(std::move(released)), m_left(std::move(left))
    {}
    ~HarmfulRecogniser() override { m_left->store(true); }
    [[nodiscard]] const olfaction::RecogniserInfo& info() const override { return m_good->info(); }
    Result<void> process(const SensorFrame& frame, olfaction::RecogniserOutput& output) override
    {
        const auto done = m_good->process(frame, output);
        if (++m_frames < 200)
            return done;
        if (m_harm == Harm::Throw)
            throw std::runtime_error("out of luck");
        while (m_harm == Harm::Hang && !m_released->load())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        for (Decision& decision : output.decisions)
            decision.probabilities.assign(decision.probabilities.size(), std::numeric_limits<float>::quiet_NaN());
        return done;
    }
    void reset() override { m_good->reset(); }
    [[nodiscard]] std::vector<std::uint8_t> saveState() const override { return m_good->saveState(); }
    Result<void> loadState(std::span<const std::uint8_t> state) override { return m_good->loadState(state); }
    [[nodiscard]] std::vector<olfaction::ComponentEstimate> estimates(int gas) const override
    {
        return m_good->estimates(gas);
    }

private:
    std::unique_ptr<olfaction::Recogniser> m_good;
    Harm m_harm;
    std::shared_ptr<std::atomic<bool>> m_released, m_left;
    int m_frames = 0;
};

} // namespace

class TestExperiments : public test::Suite {
    Q_OBJECT

private slots:
    void equalVariantsSeldomSeemDifferent()
    {
        const int seeds = 500;
        int wrong = 0;
        for (int seed = 0; seed < seeds; ++seed) {
            ShadowAnalysis analysis({}, {"a", "b", "c"});
            bool claimed = false;
            for (const ComparedUnit& unit : madeUp(static_cast<std::uint64_t>(seed), full() ? 2000 : 400, 0.3, 0)) {
                analysis.add(unit); // looked at after every unit
                claimed = claimed || claimsDifference(analysis.verdict());
            }
            wrong += claimed ? 1 : 0;
        }
        QVERIFY2(wrong / static_cast<double>(seeds) <= allowed(0.05, seeds), qPrintable(QString::number(wrong)));
    }

    void fivePointsAreFoundAtThePlannedSize()
    {
        const Plan plan;
        const Json can = whatCanBeShown(plan, 1000);
        const auto needed = static_cast<std::size_t>(can["needed"].toInteger());
        QVERIFY(needed > 100 && needed < 5000);
        const int seeds = full() ? 500 : 100;
        int found = 0;
        for (int seed = 0; seed < seeds; ++seed)
            found += analysed(plan, madeUp(static_cast<std::uint64_t>(seed), needed, 0.1, 0.05)).verdict().finding ==
                             Finding::BBetter
                         ? 1
                         : 0;
        QVERIFY2(found >= 0.8 * seeds, qPrintable(QString::number(found)));
    }

    void dependentStreamsAreJudgedByGroup()
    {
        const int seeds = full() ? 500 : 120;
        Plan byGroup;
        byGroup.unit = "group";
        int wrong = 0, naive = 0, once = 0;
        ComparisonOptions options;
        options.bootstrapRounds = 400;
        for (int seed = 0; seed < seeds; ++seed) {
            const auto units = madeUp(static_cast<std::uint64_t>(seed), 200, 0.8, 0, true);
            wrong += claimsDifference(analysed(byGroup, units).verdict()) ? 1 : 0;
            naive += claimsDifference(analysed({}, units).verdict()) ? 1 : 0;
            const auto comparison = comparePaired(paired(units), options);
            BNOF_VERIFY_OK(comparison);
            QVERIFY(comparison->byGroup);
            once += claimsDifference(comparison->verdict) ? 1 : 0;
        }
        QVERIFY2(wrong <= 0.08 * seeds, qPrintable(QString::number(wrong)));
        QVERIFY2(once <= 0.08 * seeds, qPrintable(QString::number(once)));
        QVERIFY(naive > 0.2 * seeds); // what would have been claimed
    }

    void exchangingBothMirrorsTheVerdict()
    {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto units = madeUp(seed, 150, 0.3, seed % 2 == 0 ? 0.15 : 0);
            const Verdict there = mirrored(analysed({}, units).verdict());
            const Verdict back = analysed({}, exchanged(units)).verdict();
            if (there.finding != Finding::BNotWorse && back.finding != Finding::BNotWorse)
                QCOMPARE(there.finding, back.finding);
            QVERIFY(std::abs(there.interval.low - back.interval.low) < 1e-9);
            ComparisonOptions options;
            options.bootstrapRounds = 500;
            const auto once = comparePaired(paired(units), options);
            const auto other = comparePaired(paired(exchanged(units)), options);
            QCOMPARE(mirrored(once->verdict).interval.low, other->verdict.interval.low);
            QCOMPARE(mirrored(once->verdict).interval.high, other->verdict.interval.high);
        }
    }

    void threadsChangeNothing()
    {
        const auto units = paired(madeUp(1, 300, 0.3, 0.1));
        ComparisonOptions options;
        const std::string once = toJson(comparePaired(units, options).value()).dump();
        options.threads = 4;
        QCOMPARE(toJson(comparePaired(units, options).value()).dump(), once);
    }

    void missingAnswersAreFlagged()
    {
        auto units = madeUp(3, 300, 0.1, 0);
        for (std::size_t i = 0; i < units.size(); i += 10)
            units[i].b = {-1, true, 0};
        const ShadowAnalysis analysis = analysed({}, units);
        QCOMPARE(analysis.verdict().finding, Finding::Invalid);
        QVERIFY(analysis.verdict().reason.find("30 of 300") != std::string::npos);
        QCOMPARE(analysis.toJson()["missing_b"].toInteger(), std::int64_t{30});
    }

    void aWorseClassBreaksAGuardrail()
    {
        auto units = madeUp(5, 400, 0.05, 0);
        for (ComparedUnit& unit : units) {
            if (unit.label == 2)
                unit.b.said = 0;
            unit.b.latencySeconds = 0.002;
        }
        ShadowAnalysis analysis = analysed({}, units);
        analysis.setBytes(1000, 5000);
        int broken = 0;
        for (const GuardrailState& rail : analysis.guardrails()) {
            const bool should = rail.name == "recall of c" || rail.name.starts_with("latency") || rail.name == "memory";
            QVERIFY2((rail.light == Light::Red) == should, (rail.name + ": " + rail.words).c_str());
            broken += rail.light == Light::Red ? 1 : 0;
        }
        QCOMPARE(broken, 5);
    }

    void tailsEnergyAndAlarmsAreGuarded()
    {
        auto units = madeUp(6, 400, 0.02, 0);
        PhiloxSequence random(6, 3);
        for (std::size_t i = 0; i < units.size(); ++i) {
            for (Outcome* outcome : {&units[i].a, &units[i].b}) {
                outcome->latencySeconds = 0.001 * (1 + 0.1 * random.uniform());
                outcome->cpuSeconds = 0.01;
                outcome->decisions = 10;
            }
            if (i % 8 == 0)
                units[i].b.latencySeconds = 0.01; // seldom, so that the mean is kept and the tail is not
            units[i].b.cpuSeconds = 0.02;
            units[i].b.falseAlarms = i % 3 == 0 ? 1 : 0;
        }
        Plan plan;
        plan.guardrails.latency = 1;
        plan.guardrails.recallFloor = 0.99;
        std::map<std::string, Light> lights;
        for (const GuardrailState& rail : analysed(plan, units).guardrails())
            lights[rail.name] = rail.light;
        QCOMPARE(lights.at("latency"), Light::Green);
        QCOMPARE(lights.at("latency p95"), Light::Red);
        QCOMPARE(lights.at("latency p99"), Light::Red);
        QCOMPARE(lights.at("energy"), Light::Red);
        QCOMPARE(lights.at("false alarms"), Light::Red);
        QCOMPARE(lights.at("failures"), Light::Green);
        QCOMPARE(lights.at("least recall of a"), Light::Red);
        // The same the other way round breaks nothing.
        plan.guardrails.recallFloor = 0;
        for (const GuardrailState& rail : analysed(plan, exchanged(units)).guardrails())
            QVERIFY2(rail.light != Light::Red, (rail.name + ": " + rail.words).c_str());
        // Joules that were measured go before what CPU time suggests.
        ShadowAnalysis measured = analysed(plan, units);
        measured.setJoules(100, 101);
        for (const GuardrailState& rail : measured.guardrails()) {
            if (rail.name == "energy")
                QVERIFY(rail.light == Light::Green && rail.words.find("101 J") != std::string::npos);
        }
        for (const GuardrailState& rail : analysed(plan, units).guardrails()) {
            if (rail.name == "energy")
                QVERIFY(rail.words.find("estimated from CPU time") != std::string::npos);
        }
    }

    void equalVariantsBreakNoGuardrail()
    {
        const int seeds = 100;
        int broken = 0;
        for (int seed = 0; seed < seeds; ++seed) {
            PhiloxSequence random(static_cast<std::uint64_t>(seed), 8);
            ShadowAnalysis analysis({}, {"a", "b", "c"});
            bool red = false;
            for (ComparedUnit unit : madeUp(static_cast<std::uint64_t>(seed), 300, 0.2, 0)) {
                for (Outcome* outcome : {&unit.a, &unit.b}) {
                    outcome->latencySeconds = 0.001 * std::exp(0.3 * random.uniform());
                    outcome->cpuSeconds = outcome->latencySeconds * 5;
                    outcome->decisions = 5;
                    outcome->falseAlarms = random.below(10) == 0 ? 1 : 0;
                }
                analysis.add(unit);
                for (const GuardrailState& rail : analysis.guardrails())
                    red = red || rail.light == Light::Red;
            }
            broken += red ? 1 : 0;
        }
        QVERIFY2(broken <= 0.2 * seeds, qPrintable(QString::number(broken))); // nine tests at 5 % each, and not more
    }

    /// One that throws, one that hangs, one that says what is no number: the other's answers are the same.
    void aHarmfulVariantIsContained()
    {
        const olfaction::Dataset train = test::noseData(3, 5);
        const olfaction::Dataset data = test::noseData(3, 5, 300);
        const auto good = variantOf(olfaction::trainLda(train), "good.bnofmodel");
        for (const Harm harm : {Harm::Throw, Harm::NotANumber, Harm::Hang}) {
            auto bad = good;
            bad.variant.text = "bad.bnofmodel";
            Plan plan;
            plan.timeLimit = 0.3;
            const auto released = std::make_shared<std::atomic<bool>>(false);
            const auto left = std::make_shared<std::atomic<bool>>(false);
            const auto make = [&](const ReplayVariant& v) -> Result<std::unique_ptr<olfaction::Recogniser>> {
                auto made = olfaction::makeRecogniser(v.model, v.variant.options);
                if (!made.ok() || v.variant.text != "bad.bnofmodel")
                    return made;
                return std::unique_ptr<olfaction::Recogniser>(
                    std::make_unique<HarmfulRecogniser>(std::move(*made), harm, released, left));
            };
            const auto store = ExperimentStore::open({}, someLock(), "Ada");
            const auto replay = shadowReplay(plan, good, bad, {data}, **store, {}, {{}, make});
            const auto alone = ExperimentStore::open({}, someLock(), "Ada");
            const auto reference = shadowReplay({}, good, good, {data}, **alone);
            BNOF_VERIFY_OK(replay);
            BNOF_VERIFY_OK(reference);
            QCOMPARE(replay->units.size(), reference->units.size());
            int failures = 0;
            for (std::size_t i = 0; i < replay->units.size(); ++i) {
                QCOMPARE(replay->units[i].a.said, reference->units[i].a.said);
                failures += replay->units[i].b.failure.empty() ? 0 : 1;
            }
            QVERIFY(failures > 2);
            bool broken = false;
            for (const GuardrailState& rail : replay->analysis.guardrails())
                broken = broken || (rail.name == "failures" && rail.light == Light::Red);
            QVERIFY(broken);
            released->store(true);
            if (harm == Harm::Hang) // the thread that was left behind ends before the test's own data do
                QTRY_VERIFY(left->load());
        }
    }

    void onlyTheVariantWhoseTurnItIsCounts()
    {
        const olfaction::Dataset train = test::noseData(3, 5);
        const auto lda = variantOf(olfaction::trainLda(train), "lda.bnofmodel");
        for (const char* mode : {"split", "blocks"}) {
            Plan plan;
            plan.mode = mode;
            const auto store = ExperimentStore::open({}, someLock(), "Ada");
            const auto replay = shadowReplay(plan, lda, lda, {test::noseData(6, 5, 300)}, **store);
            BNOF_VERIFY_OK(replay);
            int a = 0, b = 0;
            for (const ComparedUnit& unit : replay->units) {
                QVERIFY(unit.a.asked != unit.b.asked);
                ++(unit.a.asked ? a : b);
            }
            QVERIFY2(a > 5 && b > 5, qPrintable(QStringLiteral("%1 %2").arg(a).arg(b)));
            QVERIFY(!claimsDifference(replay->analysis.verdict()));
            QCOMPARE(replay->analysis.toJson()["units_a"].toInteger(), std::int64_t{a});
        }
    }

    void splitsAreWatchedAtEveryExposure()
    {
        Plan plan;
        plan.mode = "split";
        const int seeds = 200;
        int wrong = 0, found = 0;
        for (int seed = 0; seed < seeds; ++seed) {
            bool claimed = false;
            for (const bool better : {false, true}) {
                PhiloxSequence random(static_cast<std::uint64_t>(seed), better ? 11 : 12);
                ShadowAnalysis analysis(plan, {"a", "b"});
                for (int i = 0; i < 400; ++i) {
                    ComparedUnit unit;
                    unit.id = std::to_string(i);
                    const bool toB = random.uniform() < 0.5;
                    unit.a.asked = !toB;
                    unit.b.asked = toB;
                    (toB ? unit.b : unit.a).said = random.uniform() < (better && toB ? 0.95 : 0.6) ? 0 : 1;
                    analysis.add(unit);
                    claimed = claimed || (!better && claimsDifference(analysis.verdict()));
                }
                found += better && analysis.verdict().finding == Finding::BBetter ? 1 : 0;
            }
            wrong += claimed ? 1 : 0;
        }
        QVERIFY2(wrong <= 0.05 * seeds, qPrintable(QString::number(wrong)));
        QVERIFY2(found >= 0.9 * seeds, qPrintable(QString::number(found)));
        // Exposures of one variant that get lost are seen.
        ShadowAnalysis lost(plan, {"a", "b"});
        for (int i = 0; i < 300; ++i) {
            ComparedUnit unit;
            unit.a.asked = i % 3 > 0;
            unit.b.asked = !unit.a.asked;
            lost.add(unit);
        }
        QCOMPARE(lost.verdict().finding, Finding::Invalid);
    }

    void promotionFollowsItsRules()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        const std::vector<std::string> labels{"a", "b", "c"};
        const auto rulesOf = [&](const std::vector<ComparedUnit>& units) {
            return promotionRules({}, analysed({}, units), units, labels);
        };
        const auto met = [](const std::vector<PromotionRule>& rules) {
            return std::all_of(rules.begin(), rules.end(), [](const PromotionRule& rule) { return rule.met; });
        };
        const auto better = madeUp(2, 400, 0.5, 0.4);
        QVERIFY(met(rulesOf(better)));
        QVERIFY(!met(rulesOf(madeUp(2, 400, 0.3, 0))));                // not better
        QVERIFY(!met(rulesOf({better.begin(), better.begin() + 20}))); // too few
        auto oneDay = better;
        for (ComparedUnit& unit : oneDay)
            unit.group = 0;
        QVERIFY(!met(rulesOf(oneDay)));
        auto slow = better;
        for (ComparedUnit& unit : slow)
            unit.b.latencySeconds = 1;
        QVERIFY(!met(rulesOf(slow)));
        // Cheaper and not worse is enough.
        auto cheaper = madeUp(3, 1500, 0.001, 0);
        PhiloxSequence random(3, 3);
        for (ComparedUnit& unit : cheaper) {
            unit.a.decisions = unit.b.decisions = 1;
            unit.a.cpuSeconds = 0.010 + 0.001 * random.uniform();
            unit.b.cpuSeconds = 0.005 + 0.001 * random.uniform();
        }
        Plan wide;
        wide.margin = 0.05;
        QVERIFY(met(promotionRules(wide, analysed(wide, cheaper), cheaper, labels)));

        {
            const auto store = ExperimentStore::open(path, someLock(), "Ada");
            BNOF_VERIFY_OK(store);
            QVERIFY(!promote(**store, rulesOf(oneDay)).ok());
            for (const double share : rampShares) {
                const auto ramp = promote(**store, rulesOf(better));
                BNOF_VERIFY_OK(ramp);
                QCOMPARE(ramp->share, share);
            }
            QVERIFY(!promote(**store, rulesOf(better)).ok());
            const auto back = rollBack(**store, "B smells of burning", "person");
            BNOF_VERIFY_OK(back);
            QVERIFY(back->rolledBack);
            QVERIFY(!takeRollBackRequest(path));
            BNOF_VERIFY_OK(requestRollBack(path, "now"));
            QCOMPARE(takeRollBackRequest(path).value_or(""), std::string("now"));
            QVERIFY(!takeRollBackRequest(path));
        }
        const auto stored = readExperiment(path);
        BNOF_VERIFY_OK(stored);
        const RampState ramp = rampOf(stored->trail, 1);
        QVERIFY(ramp.rolledBack && ramp.share == 0);
        QCOMPARE(ramp.reason, std::string("B smells of burning"));
        QVERIFY(!readExperiment(path + "x").ok());
        QVERIFY(!ExperimentStore::openLast(path + "x", "Ada").ok());
    }

    void reasonsToRollBack()
    {
        DisagreementWatch calm, jump;
        const auto quiet = madeUp(4, 300, 0.2, 0);
        for (const ComparedUnit& unit : quiet)
            calm.add(unit);
        for (std::size_t i = 0; i < quiet.size(); ++i) {
            ComparedUnit unit = quiet[i];
            if (i > 100)
                unit.b.said = (unit.a.said + 1) % 3;
            jump.add(unit);
        }
        QVERIFY(jump.jumped());
        QCOMPARE(reasonToRollBack(analysed({}, quiet), jump)->cause, std::string("disagreement"));
        auto crashed = quiet;
        for (std::size_t i = 290; i < crashed.size(); ++i)
            crashed[i].b = [] {
                Outcome out;
                out.missing = true;
                out.failure = "it threw";
                return out;
            }();
        QCOMPARE(reasonToRollBack(analysed({}, crashed), calm)->cause, std::string("failures"));
    }

    void experimentsAreReadAsTheyWereWritten()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        auto units = madeUp(1, 60, 0.3, 0.1);
        for (ComparedUnit& unit : units) {
            unit.recording = "day 1";
            unit.seconds = 12.5;
            unit.a.cpuSeconds = 0.25;
            unit.a.spikes = 7;
            unit.b.failure = "it threw";
        }
        LockedPlan lock = someLock();
        lock.labels = {"a", "b", "c"};
        const auto store = ExperimentStore::open(path, lock, "Ada");
        BNOF_VERIFY_OK(store);
        for (const ComparedUnit& unit : units)
            BNOF_VERIFY_OK((*store)->add(unit));
        const auto read = readExperiment(path); // while it is being written
        BNOF_VERIFY_OK(read);
        QCOMPARE(read->analyses.size(), std::size_t{1});
        QVERIFY(read->analyses[0].units == units);
        QCOMPARE(digestOf(read->analyses[0].locked), read->analyses[0].digest);
        std::size_t looks = 0;
        const ShadowAnalysis rebuilt =
            analysisOf(read->analyses[0], read->trail, [&](const auto&, const auto&) { ++looks; });
        QCOMPARE(looks, units.size());
        QCOMPARE(rebuilt.toJson().dump(), analysed({}, units).toJson().dump());
    }

    void fewUnitsTellNothing()
    {
        const auto units = madeUp(1, 5, 1, 1);
        QVERIFY(!claimsDifference(analysed({}, units).verdict()));
        QCOMPARE(comparePaired(paired(units))->verdict.finding, Finding::Invalid);
        QCOMPARE(comparePaired({})->verdict.finding, Finding::Invalid);
        QVERIFY(whatCanBeShown({}, 3)["words"].toString().find("no verdict") != std::string::npos);
    }

    void verdictsAreWords()
    {
        for (const Finding finding : {Finding::BBetter, Finding::ABetter, Finding::Equivalent, Finding::BNotWorse,
                                      Finding::Undecided, Finding::Invalid}) {
            Verdict verdict{finding, 0.031, {0.01, 0.05}, 40, "because."};
            const std::string words = inWords(verdict, "one", "two", 0.01);
            QVERIFY(words.find("p =") == std::string::npos);
            QVERIFY(words.ends_with('.'));
            if (finding == Finding::Undecided)
                QVERIFY(words.find("about 40 more exposures") != std::string::npos);
        }
    }

    void plansAreReadAndRefused()
    {
        const auto parsed = parseToml("looks = \"once\"\nmargin = 0.02\n[guardrails]\nmemory = 2.0\n", "plan.toml");
        const auto plan = planFromJson(*parsed, "plan.toml");
        BNOF_VERIFY_OK(plan);
        QCOMPARE(plan->margin, 0.02);
        QCOMPARE(plan->guardrails.memory, 2.0);
        QVERIFY(*planFromJson(toJson(*plan), "again") == *plan);
        for (const char* text : {"margins = 0.1", "[guardrails]\nspeed = 1.0", "alpha = 0.9", "looks = \"often\"",
                                 "alpha = \"small\"", "guardrails = 3"}) {
            const auto bad = planFromJson(parseToml(text, "plan.toml").value(), "plan.toml");
            QVERIFY2(!bad.ok(), text);
            QVERIFY2(!bad.error().where.empty(), text);
        }
        LockedPlan lock = someLock();
        const std::string digest = digestOf(lock);
        lock.plan.margin = 0.02;
        QVERIFY(digestOf(lock) != digest);
    }

    void aChangedPlanOpensANewAnalysis()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        LockedPlan lock = someLock();
        const auto units = madeUp(1, 20, 0.3, 0);
        {
            const auto store = ExperimentStore::open(path, lock, "Ada");
            BNOF_VERIFY_OK(store);
            for (const ComparedUnit& unit : units)
                BNOF_VERIFY_OK((*store)->add(unit));
            BNOF_VERIFY_OK((*store)->add(units.front())); // twice is once
            QVERIFY(!ExperimentStore::open(path, lock, "Bob").ok());
        }
        {
            lock.plan.margin = 0.02;
            const auto changed = ExperimentStore::open(path, lock, "Ada");
            BNOF_VERIFY_OK(changed);
            QCOMPARE((*changed)->analysis(), std::int64_t{2});
            QVERIFY((*changed)->units().empty());
        }
        lock.plan.margin = 0.01;
        const auto again = ExperimentStore::open(path, lock, "Ada");
        BNOF_VERIFY_OK(again);
        QCOMPARE((*again)->analysis(), std::int64_t{1});
        QVERIFY((*again)->units() == units);
        const auto trail = (*again)->trail();
        BNOF_VERIFY_OK(trail);
        QCOMPARE(trail->size(), std::size_t{3});
        QCOMPARE((*trail)[1].what, std::string("plan changed: new analysis"));
    }

    void aChangedTrailIsSeen()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        {
            const auto store = ExperimentStore::open(path, someLock(), "Ada");
            BNOF_VERIFY_OK(store);
            BNOF_VERIFY_OK((*store)->note("verdict", Json::object().set("words", "equal")));
        }
        sqlite3* database = nullptr;
        QCOMPARE(sqlite3_open(path.c_str(), &database), SQLITE_OK);
        QCOMPARE(sqlite3_exec(database, "UPDATE audit SET entry = replace(entry, 'equal', 'bette') WHERE number = 2",
                              nullptr, nullptr, nullptr),
                 SQLITE_OK);
        sqlite3_close(database);
        const auto broken = ExperimentStore::open(path, someLock(), "Ada");
        QVERIFY(!broken.ok());
        QVERIFY(broken.error().what.find("audit trail") != std::string::npos);
    }

    /// A process that adds units is killed again and again; every unit is there once, in order.
    void survivesKill()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        const auto units = madeUp(9, 300, 0.3, 0.1);
        std::size_t before = 0;
        for (int round = 0; round < 5; ++round) {
            const pid_t child = fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                if (const auto store = ExperimentStore::open(path, someLock(), "Ada"); store.ok()) {
                    for (std::size_t i = (*store)->units().size(); i < units.size(); ++i) {
                        static_cast<void>((*store)->add(units[i]));
                        usleep(500);
                    }
                }
                _exit(0);
            }
            usleep(static_cast<useconds_t>(40'000 + 9'000 * round));
            kill(child, SIGKILL);
            int status = 0;
            waitpid(child, &status, 0);
            const auto store = ExperimentStore::open(path, someLock(), "Ada");
            BNOF_VERIFY_OK(store);
            const auto& there = (*store)->units();
            QVERIFY(there.size() >= before);
            QVERIFY(std::equal(there.begin(), there.end(), units.begin()));
            before = there.size();
        }
    }

    void splitsAreStickyAndGrowOneWay()
    {
        int moved = 0, inA = 0;
        for (int i = 0; i < 5000; ++i) {
            const std::string unit = "exposure " + std::to_string(i);
            QCOMPARE(statistics::hashBucket("seed", unit), statistics::hashBucket("seed", unit));
            const bool half = goesToA("seed", unit, 0.5);
            QVERIFY(!half || goesToA("seed", unit, 0.6));
            moved += goesToA("seed", unit, 0.6) && !half ? 1 : 0;
            inA += half ? 1 : 0;
        }
        QVERIFY(std::abs(inA - 2500) < 150);
        QVERIFY(std::abs(moved - 500) < 100);
    }

    void splitsThatCannotBeChanceAreInvalid()
    {
        const Verdict lost = judgeSplit({{500, 600}, {350, 400}, 0.5});
        QCOMPARE(lost.finding, Finding::Invalid);
        QVERIFY(lost.reason.find("600 and 400") != std::string::npos);
        QCOMPARE(judgeSplit({{400, 510}, {450, 490}, 0.5}).finding, Finding::BBetter);
        QCOMPARE(judgeSplit({{450, 490}, {400, 510}, 0.5}).finding, Finding::ABetter);
        QCOMPARE(judgeSplit({{40, 51}, {42, 49}, 0.5}).finding, Finding::Undecided);
        QCOMPARE(judgeSplit({{2, 3}, {2, 2}, 0.5}).finding, Finding::Invalid);
    }

    void blocksFavourNobody()
    {
        const auto arms = interleavedArms(7, 400);
        QVERIFY(arms == interleavedArms(7, 400));
        QVERIFY(arms != interleavedArms(8, 400));
        int abba = 0;
        for (std::size_t i = 0; i < arms.size(); i += 4) {
            QVERIFY(arms[i] == arms[i + 3] && arms[i + 1] == arms[i + 2] && arms[i] != arms[i + 1]);
            abba += arms[i] == Arm::A ? 1 : 0;
        }
        QVERIFY(abba > 30 && abba < 70);
        QCOMPARE(interleavedArms(7, 6).size(), std::size_t{6});
    }

    void leaguesRankAndTellApart()
    {
        std::vector<std::vector<double>> rows;
        PhiloxSequence random(4, 1);
        for (int g = 0; g < 12; ++g)
            rows.push_back(
                {0.70 + 0.01 * random.uniform(), 0.90 + 0.01 * random.uniform(), 0.80 + 0.01 * random.uniform()});
        const auto league = leagueOf({"low", "high", "middle"}, rows);
        BNOF_VERIFY_OK(league);
        QCOMPARE(league->rows[0].name, std::string("high"));
        QCOMPARE(league->rows[2].name, std::string("low"));
        QVERIFY(league->friedmanP < 0.001);
        for (const LeaguePair& pair : league->pairs)
            QVERIFY(pair.told && pair.difference < 0);
        QVERIFY(league->words.find("high is first and better than middle, low") != std::string::npos);

        int told = 0;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            PhiloxSequence noise(seed, 2);
            std::vector<std::vector<double>> same(10, std::vector<double>(4));
            for (auto& row : same) {
                for (double& value : row)
                    value = noise.uniform();
            }
            const auto none = leagueOf({"a", "b", "c", "d"}, same);
            for (const LeaguePair& pair : none->pairs)
                told += pair.told ? 1 : 0;
        }
        QVERIFY2(told <= 12, qPrintable(QString::number(told)));
        BNOF_VERIFY_OK(leagueOf({"a", "b", "c"}, std::vector<std::vector<double>>(8, {0.5, 0.5, 0.5})));
        QVERIFY(!leagueOf({"a", "b"}, {{1, 2}}).ok());
        QVERIFY(!leagueOf({"a", "b", "c"}, {{1, 2, 3}}).ok());
        rows[3].pop_back();
        QVERIFY(!leagueOf({"a", "b", "c"}, rows).ok());
    }

    void modelsAreComparedOnRecordings()
    {
        const olfaction::Dataset train = test::noseData(3, 5);
        const std::vector<olfaction::Dataset> asked{test::noseData(3, 5, 300)};
        const auto lda = variantOf(olfaction::trainLda(train), "lda.bnofmodel");
        const auto nearest = variantOf(olfaction::trainTemplates(train), "template.bnofmodel");
        const auto memory = ExperimentStore::open({}, someLock(), "Ada");
        BNOF_VERIFY_OK(memory);
        const auto whole = shadowReplay({}, lda, nearest, asked, **memory);
        BNOF_VERIFY_OK(whole);
        QCOMPARE(whole->units.size(), std::size_t{18});
        QVERIFY(whole->analysis.toJson()["accuracy_a"].toDouble() > 0.8);
        QVERIFY(whole->units.front().a.latencySeconds > 0);

        // Stopped after the first recording and taken up again: the same answers.
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("ab.sqlite")).toStdString();
        {
            const auto store = ExperimentStore::open(path, someLock(), "Ada");
            const auto part =
                shadowReplay({}, lda, nearest, asked, **store,
                             [](std::size_t done, std::size_t, const ShadowAnalysis&) { return done < 8; });
            QVERIFY(!part.ok());
            QCOMPARE(part.error().kind, ErrorKind::Cancelled);
        }
        const auto store = ExperimentStore::open(path, someLock(), "Ada");
        QVERIFY((*store)->units().size() >= 6);
        const auto rest = shadowReplay({}, lda, nearest, asked, **store);
        BNOF_VERIFY_OK(rest);
        QCOMPARE(rest->units.size(), whole->units.size());
        for (std::size_t i = 0; i < rest->units.size(); ++i) {
            QCOMPARE(rest->units[i].id, whole->units[i].id);
            QCOMPARE(rest->units[i].a.said, whole->units[i].a.said);
            QCOMPARE(rest->units[i].b.said, whole->units[i].b.said);
        }
    }

    void unfitReplaysAreRefused()
    {
        const olfaction::Dataset train = test::noseData(3, 5);
        const auto lda = variantOf(olfaction::trainLda(train), "lda.bnofmodel");
        const auto refusal = [&](olfaction::Dataset data) {
            const auto checked = checkReplay(lda, lda, {std::move(data)});
            return checked.ok() ? std::string() : checked.error().message();
        };
        QVERIFY(refusal(train).empty());
        olfaction::Dataset other = train;
        other.labels[1] = "gamma";
        QVERIFY(refusal(other).find("gamma") != std::string::npos);
        olfaction::Dataset one = train;
        for (auto& recording : one.recordings)
            std::replace(recording.labels.begin(), recording.labels.end(), std::int16_t{2}, std::int16_t{1});
        QVERIFY(refusal(one).find("alpha") != std::string::npos);
        olfaction::Dataset none = train;
        for (auto& recording : none.recordings)
            std::fill(recording.labels.begin(), recording.labels.end(), std::int16_t{0});
        QVERIFY(refusal(none).find("no labelled exposure") != std::string::npos);
        QVERIFY(!variantFromText("m?speed=2").ok());
        QVERIFY(!variantFromText("m?precision=").ok());
        QCOMPARE(variantFromText("m?precision=int8&backend=vector")->options.backEnd, std::string("vector"));
    }

    /// Missing values make decisions uncertain, they do not stop a comparison.
    void brokenFramesAreAnswered()
    {
        const olfaction::Dataset train = test::noseData(3, 5);
        const auto lda = variantOf(olfaction::trainLda(train), "lda.bnofmodel");
        olfaction::Dataset holes = test::noseData(3, 5, 300);
        auto& values = holes.recordings[0].values;
        std::fill(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                  std::numeric_limits<float>::quiet_NaN());
        const auto store = ExperimentStore::open({}, someLock(), "Ada");
        const auto replay = shadowReplay({}, lda, lda, {holes}, **store);
        BNOF_VERIFY_OK(replay);
        QCOMPARE(replay->units.size(), std::size_t{18});
        QCOMPARE(replay->analysis.toJson()["only_a_right"].toInteger(), std::int64_t{0});
    }
};

QTEST_GUILESS_MAIN(TestExperiments)
#include "tst_experiments.moc"
