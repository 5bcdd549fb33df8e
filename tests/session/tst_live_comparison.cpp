// SPDX-License-Identifier: GPL-3.0-or-later
// A challenger beside a running recogniser: routing, containment, roll-back, and what is on the disk.
#include <QTemporaryDir>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "engine/base/time.h"
#include "engine/experiments/hash_split.h"
#include "engine/olfaction/training.h"
#include "engine/session/live_comparison.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using session::ChallengerState;
using session::LiveComparison;

namespace {

enum class Harm { None, Throw, Hang };

/// Well behaved until it is told otherwise.
struct Switch {
    std::atomic<Harm> harm{Harm::None};
    std::atomic<bool> released{false};
    std::atomic<bool> gone{false};
};

class SwitchedRecogniser : public olfaction::Recogniser {
public:
    SwitchedRecogniser(std::unique_ptr<olfaction::Recogniser> good, std::shared_ptr<Switch> with)
        : m_good(std::move(good)), m_switch(std::move(with))
    {}
    ~SwitchedRecogniser() override { m_switch->gone.store(true); }
    [[nodiscard]] const olfaction::RecogniserInfo& info() const override { return m_good->info(); }
    Result<void> process(const SensorFrame& frame, olfaction::RecogniserOutput& output) override
    {
        if (m_switch->harm.load() == Harm::Throw)
            throw std::runtime_error("out of luck");
        while (m_switch->harm.load() == Harm::Hang && !m_switch->released.load())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return m_good->process(frame, output);
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
    std::shared_ptr<Switch> m_switch;
};

} // namespace

class TestLiveComparison : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_data = test::noseData(4, 5, 300);
        auto model = olfaction::trainLda(test::noseData(3, 5));
        BNOF_VERIFY_OK(model);
        m_model = *model;
        QVERIFY(m_folder.isValid());
    }

    void init()
    {
        m_switch = std::make_shared<Switch>();
        m_said.clear();
        m_at = 0;
    }
    void cleanup() { m_switch->released.store(true); }

    void bothAnswerAndOnlyTheChampionActs()
    {
        const auto live = begin({}, "shadow.sqlite");
        QVERIFY(live);
        play(*live);
        BNOF_VERIFY_OK(live->finish());
        const auto status = live->status();
        QVERIFY2(status.units >= 20, qPrintable(QString::number(status.units)));
        QCOMPARE(status.units, m_exposures);
        QCOMPARE(status.waiting, std::uint64_t{0});
        QVERIFY2(status.trouble.empty(), status.trouble.c_str());
        QVERIFY(!status.actingB);
        QVERIFY(status.a.decisions > 100 && status.b.decisions > 100);
        QVERIFY(status.b.cpuSeconds > 0);
        {
            const std::scoped_lock lock(m_mutex);
            QVERIFY(!m_said.empty());
            for (const bool byB : m_said)
                QVERIFY(!byB);
        }
        // The same model on both sides: they are right on the same exposures.
        const auto stored = experiments::readExperiment(file("shadow.sqlite"));
        BNOF_VERIFY_OK(stored);
        int right = 0;
        for (const auto& unit : stored->analyses.back().units) {
            QCOMPARE(unit.a.said, unit.b.said);
            right += unit.bRight() ? 1 : 0;
        }
        QVERIFY2(right > static_cast<int>(m_exposures) / 2, qPrintable(QString::number(right)));
        QCOMPARE(stored->trail.back().what, std::string("verdict"));
    }

    void goesOnWhereItWas()
    {
        {
            const auto live = begin({}, "again.sqlite");
            play(*live);
            BNOF_VERIFY_OK(live->finish());
        }
        const std::uint64_t before = m_exposures;
        m_at = 0;
        const auto live = begin({}, "again.sqlite");
        QCOMPARE(live->status().units, before);
        play(*live); // the same exposures of the same recording count once
        BNOF_VERIFY_OK(live->finish());
        QCOMPARE(live->status().units, before);
    }

    void splitSendsEachExposureToOne()
    {
        experiments::Plan plan;
        plan.mode = "split";
        const auto live = begin(plan, "split.sqlite");
        play(*live);
        BNOF_VERIFY_OK(live->finish());
        const auto stored = experiments::readExperiment(file("split.sqlite"));
        BNOF_VERIFY_OK(stored);
        int b = 0;
        for (const auto& unit : stored->analyses.back().units) {
            QVERIFY(unit.a.asked != unit.b.asked);
            QCOMPARE(unit.a.asked, experiments::goesToA("1", unit.id, 0.5)); // sticky: seed and unit decide
            b += unit.b.asked ? 1 : 0;
        }
        QVERIFY(b > 0 && b < static_cast<int>(m_exposures));
        const std::scoped_lock lock(m_mutex);
        QVERIFY(std::count(m_said.begin(), m_said.end(), true) > 0); // the challenger acted
    }

    void blocksTakeTurns()
    {
        experiments::Plan plan;
        plan.mode = "blocks";
        const auto live = begin(plan, "blocks.sqlite");
        play(*live);
        BNOF_VERIFY_OK(live->finish());
        const auto stored = experiments::readExperiment(file("blocks.sqlite"));
        BNOF_VERIFY_OK(stored);
        const auto& units = stored->analyses.back().units;
        for (std::size_t i = 0; i + 4 <= units.size(); i += 4) {
            QVERIFY(units[i].a.asked == units[i + 3].a.asked && units[i + 1].a.asked == units[i + 2].a.asked);
            QVERIFY(units[i].a.asked != units[i + 1].a.asked);
        }
    }

    void harmIsContainedAndSeen_data()
    {
        QTest::addColumn<int>("harm");
        QTest::newRow("throws") << static_cast<int>(Harm::Throw);
        QTest::newRow("hangs") << static_cast<int>(Harm::Hang);
    }

    void harmIsContainedAndSeen()
    {
        QFETCH(int, harm);
        experiments::Plan plan;
        plan.timeLimit = 0.2;
        const std::string name = std::string("harm") + std::to_string(harm) + ".sqlite";
        {
            const auto live = begin(plan, name.c_str());
            play(*live, 0.5);
            m_switch->harm.store(static_cast<Harm>(harm));
            play(*live, 1);
            QTRY_VERIFY(live->status().challenger != ChallengerState::Running);
            QCOMPARE(live->status().challenger,
                     static_cast<Harm>(harm) == Harm::Hang ? ChallengerState::Hung : ChallengerState::Failed);
            BNOF_VERIFY_OK(live->finish());
            const auto status = live->status();
            QCOMPARE(status.units, m_exposures);
            QVERIFY(!status.trouble.empty());
            bool broken = false;
            for (const auto& rail : status.guardrails)
                broken = broken || (rail.name == "failures" && rail.light == experiments::Light::Red);
            QVERIFY(broken);
            // The champion's own answers are all there.
            const auto stored = experiments::readExperiment(file(name.c_str()));
            BNOF_VERIFY_OK(stored);
            for (const auto& unit : stored->analyses.back().units)
                QVERIFY(unit.a.decisions > 0 && unit.a.failure.empty());
        }
        m_switch->released.store(true);
        QTRY_VERIFY(m_switch->gone.load()); // the thread that was left behind has ended
    }

    void rollsBackWhenAskedAndWhenItFails()
    {
        const std::string path = file("ramp.sqlite");
        experiments::Plan plan;
        plan.timeLimit = 0.2;
        const auto live = begin(plan, "ramp.sqlite");
        QVERIFY(!live->promote().ok()); // no rule is met yet
        BNOF_VERIFY_OK(experiments::requestPromotion(path));
        QTRY_VERIFY(live->status().trouble.find("may not be promoted yet") != std::string::npos);
        QCOMPARE(live->status().ramp.share, 0.0);
        BNOF_VERIFY_OK(experiments::requestRollBack(path, "the lab is on fire"));
        QTRY_VERIFY(live->status().ramp.rolledBack);
        QCOMPARE(live->status().ramp.reason, std::string("the lab is on fire"));
        const auto back = live->rollBack("again");
        BNOF_VERIFY_OK(back);
        const auto stored = experiments::readExperiment(path);
        BNOF_VERIFY_OK(stored);
        QCOMPARE(stored->trail.back().what, std::string("rolled back"));
        QCOMPARE(stored->trail.back().detail["cause"].toString(), std::string("person"));
    }

    void aRampedChallengerActsAndStepsBack()
    {
        // A ramp that stands at every exposure, as if all promotions had been made.
        const std::string path = file("acting.sqlite");
        experiments::Plan plan;
        plan.timeLimit = 0.2;
        {
            const auto live = begin(plan, "acting.sqlite");
        }
        {
            const auto store = experiments::ExperimentStore::openLast(path, "Ada");
            BNOF_VERIFY_OK(store);
            for (std::size_t i = 0; i < experiments::rampShares.size(); ++i)
                BNOF_VERIFY_OK(experiments::promote(**store, {}));
        }
        const auto live = begin(plan, "acting.sqlite");
        QCOMPARE(live->status().ramp.share, 1.0);
        play(*live, 0.4);
        QTRY_VERIFY(live->status().waiting == 0);
        {
            const std::scoped_lock lock(m_mutex);
            QVERIFY(std::count(m_said.begin(), m_said.end(), true) > 10);
        }
        m_switch->harm.store(Harm::Throw);
        play(*live, 0.6);
        QTRY_VERIFY(live->status().ramp.rolledBack);
        QVERIFY(!live->status().actingB);
        const auto stored = experiments::readExperiment(path);
        BNOF_VERIFY_OK(stored);
        QVERIFY(experiments::rampOf(stored->trail, 1).rolledBack);
    }

    void refusesWhatCannotBeCompared()
    {
        session::LiveComparisonOptions options;
        options.modelA = m_model;
        options.modelB = {1, 2, 3};
        QVERIFY(!LiveComparison::start(options).ok());
        auto other = olfaction::trainLda([] {
            auto data = test::noseData(3, 5);
            data.labels.back() = "something else";
            return data;
        }());
        BNOF_VERIFY_OK(other);
        options.modelB = *other;
        const auto refused = LiveComparison::start(options);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().what.find("something else") != std::string::npos);
    }

private:
    [[nodiscard]] std::string file(const char* name) const
    {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

    std::unique_ptr<LiveComparison> begin(const experiments::Plan& plan, const char* store)
    {
        session::LiveComparisonOptions options;
        options.plan = plan;
        options.variantA = "a";
        options.variantB = "b";
        options.modelA = options.modelB = m_model;
        options.store = file(store);
        options.where = "simulated";
        options.wallAtZero = 1'700'000'000'000'000'000;
        options.makeB = [this]() -> Result<std::unique_ptr<olfaction::Recogniser>> {
            BNOF_TRY_ASSIGN(auto good, olfaction::makeRecogniser(m_model));
            return std::unique_ptr<olfaction::Recogniser>(
                std::make_unique<SwitchedRecogniser>(std::move(good), m_switch));
        };
        auto made = LiveComparison::start(std::move(options), [this](const Decision&, bool byB, std::int64_t) {
            const std::scoped_lock lock(m_mutex);
            m_said.push_back(byB);
        });
        if (!made.ok()) {
            qWarning("%s", made.error().message().c_str());
            return nullptr;
        }
        m_champion = std::move(*olfaction::makeRecogniser(m_model));
        m_exposures = 0;
        return std::move(*made);
    }

    /// Plays the session's part on this thread, up to this share of the data.
    void play(LiveComparison& live, double upTo = 1)
    {
        const auto& recordings = m_data.recordings;
        live.channels(0, m_data.channels);
        std::size_t frames = 0;
        for (const auto& recording : recordings)
            frames += recording.frames();
        const auto end = static_cast<std::size_t>(upTo * static_cast<double>(frames));
        olfaction::RecogniserOutput output;
        output.spikes.resize(m_champion->info().layers.size());
        std::size_t at = 0;
        Timestamp offset = 0;
        for (const auto& recording : recordings) {
            for (std::size_t i = 0; i < recording.frames(); ++i, ++at) {
                if (at < m_at || at >= end)
                    continue;
                const Timestamp t = offset + recording.times[i] - recording.times.front();
                const int label = recording.labels[i];
                const int before = i == 0 ? m_data.background : recording.labels[i - 1];
                if (label != before) {
                    if (before != m_data.background) {
                        live.mark({t, "end"});
                        ++m_exposures;
                    }
                    if (label != m_data.background)
                        live.mark({t, "exposure " + m_data.labels[static_cast<std::size_t>(label)]});
                }
                const SensorFrame frame{t, {recording.values.data() + i * test::noseChannels, test::noseChannels}};
                live.frame(0, frame);
                output.clear();
                if (m_champion->process(frame, output).ok()) {
                    for (const Decision& decision : output.decisions)
                        live.decision(decision, 1000);
                }
                // A session has seconds between frames, this has none: the challenger must not be flooded.
                for (int wait = 0; wait < 20 && at % 64 == 0 && live.status().challenger == ChallengerState::Running &&
                                   live.status().b.decisions + 500 < live.status().a.decisions;
                     ++wait)
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            if (at > m_at && at <= end && recording.labels.back() != m_data.background) {
                live.mark({offset + fromSeconds(recording.duration()) + 1, "end"});
                ++m_exposures;
            }
            offset += fromSeconds(recording.duration() + 60);
        }
        m_at = end;
    }

    olfaction::Dataset m_data;
    std::vector<std::uint8_t> m_model;
    QTemporaryDir m_folder;
    std::shared_ptr<Switch> m_switch;
    std::unique_ptr<olfaction::Recogniser> m_champion;
    std::size_t m_at = 0;
    std::uint64_t m_exposures = 0;
    std::mutex m_mutex;
    std::vector<bool> m_said;
};

QTEST_GUILESS_MAIN(TestLiveComparison)
#include "tst_live_comparison.moc"
