// SPDX-License-Identifier: GPL-3.0-or-later
// Search spaces, samplers, pruning, and studies that give the same trials however they are run. BNOF_TEST_FULL=1 holds
// the samplers against random search on all 30 seeds, as `bnof bench tuning.standard_functions` does.
#include "tests/support/suite.h"

#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/toml.h"
#include "engine/tuning/choice.h"
#include "engine/tuning/standard_functions.h"
#include "engine/tuning/study.h"
#include "engine/tuning/tune_recogniser.h"
#include "tests/olfaction/synthetic_nose.h"

using namespace bnof;
using namespace bnof::tuning;

namespace {

const char* const spaceText = R"(
[method]
choices = ["plain", "spiking"]
[cells]
type = "int"
low = 100
high = 5000
log = true
when = { method = "spiking" }
[ridge]
low = 1e-4
high = 1.0
log = true
)";

SearchSpace testSpace()
{
    const auto json = parseToml(spaceText, "space.toml");
    return spaceFromJson(json.value(), "space.toml").value();
}

/// Three folds of a smooth loss with its minimum at 1,000 spiking cells and a ridge of 0.01.
class SmoothObjective final : public Objective {
public:
    explicit SmoothObjective(int pauseMicroseconds = 0) : m_pause(pauseMicroseconds) {}
    [[nodiscard]] std::size_t steps() const override { return 3; }
    Result<double> run(const Point& point, std::size_t step, Json& detail) override
    {
        ++calls;
        if (m_pause > 0)
            usleep(static_cast<useconds_t>(m_pause));
        const bool spiking = point[0] > 0.5;
        const double cells = spiking ? std::log10(point[1]) - 3 : 0.7;
        const double ridge = std::log10(point[2]) + 2;
        detail.set("bytes", spiking ? point[1] : 10.0);
        return 0.1 + cells * cells + 0.1 * ridge * ridge + 0.01 * static_cast<double>(step);
    }
    std::atomic<int> calls{0};

private:
    int m_pause;
};

StudyPlan planWith(const std::string& sampler, std::uint64_t seed = 3)
{
    StudyPlan plan;
    plan.space = testSpace();
    plan.sampler.kind = sampler;
    plan.sampler.seed = seed;
    return plan;
}

std::vector<Trial> study(const StudyPlan& plan, std::uint32_t trials, std::uint32_t workers)
{
    SmoothObjective objective(workers > 1 ? 200 : 0);
    const auto journal = Journal::inMemory();
    return runStudy(plan, objective, *journal, {trials, workers, {}}).value();
}

std::string textOf(const StudyPlan& plan, const std::vector<Trial>& trials)
{
    std::string out;
    for (const Trial& trial : trials) {
        out += toJson(plan.space, trial.point).dump() + ' ' + nameOf(trial.state);
        for (const double loss : trial.losses)
            out += ' ' + Json(loss).dump();
        out += '\n';
    }
    return out;
}

/// Eight days of 20 exposures. With `fan_in` at 9 nine answers of ten are right, otherwise `usual`; the day and the
/// exposure decide which, so that answers are paired.
class MadeUpProblem final : public RecogniserProblem {
public:
    MadeUpProblem(double usual, double tuned) : m_usual(usual), m_tuned(tuned) {}

    [[nodiscard]] const std::vector<std::string>& groups() const override { return m_groups; }
    [[nodiscard]] bool isExposures() const override { return true; }
    [[nodiscard]] Json describe() const override { return Json::object().set("name", "made up"); }
    [[nodiscard]] const std::vector<std::string>& notes() const override { return m_notes; }
    Result<TrainedAndTested> run(const RecogniserSettings& settings, const std::vector<int>& train,
                                 const std::vector<int>& test, const GoOn&) const override
    {
        seen.emplace_back(train, test);
        TrainedAndTested out;
        const bool good = settings.training.fanIn == 9;
        out.modelBytes = 1000.0 * settings.training.fanIn;
        out.secondsPerDecision = 1e-4;
        for (const int group : test) {
            for (std::uint32_t i = 0; i < 20; ++i) {
                const std::uint32_t unit = static_cast<std::uint32_t>(group) * 20 + i;
                const double place = PhiloxSequence(unit, 5).uniform();
                out.answers.push_back({unit, group, 1, place < (good ? m_tuned : m_usual) ? 1 : 0});
            }
        }
        return out;
    }
    mutable std::vector<std::pair<std::vector<int>, std::vector<int>>> seen;

private:
    double m_usual;
    double m_tuned;
    std::vector<std::string> m_groups{"d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"};
    std::vector<std::string> m_notes;
};

TuneOptions madeUpOptions()
{
    TuneOptions options;
    options.space = spaceFromJson(parseToml("[fan_in]\ntype = \"int\"\nlow = 2\nhigh = 9", "s").value(), "s").value();
    options.trials = 24;
    options.comparison.bootstrapRounds = 1000;
    return options;
}

} // namespace

class TestTuning : public test::Suite {
    Q_OBJECT

private slots:
    void spacesAreReadAndWritten()
    {
        const SearchSpace space = testSpace();
        QCOMPARE(space.size(), std::size_t{3});
        QCOMPARE(space.parameters[0].name, std::string("method")); // before what depends on it
        const auto again = spaceFromJson(toJson(space), "again");
        BNOF_VERIFY_OK(again);
        QVERIFY(*again == space);
        const auto point = pointFromJson(space, Json::parse(R"({"method":"plain","ridge":0.5})").value(), "p");
        BNOF_VERIFY_OK(point);
        QVERIFY(std::isnan((*point)[static_cast<std::size_t>(space.indexOf("cells"))]));
        QVERIFY(!pointFromJson(space, Json::parse(R"({"method":"plain","cells":200,"ridge":0.5})").value(), "p").ok());
        QVERIFY(!pointFromJson(space, Json::parse(R"({"method":"plain","ridge":7})").value(), "p").ok());
    }

    void badSpacesAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("named");
        QTest::newRow("unknown key") << "[a]\nlow = 0\nhigh = 1\nstep = 2"
                                     << "a.step";
        QTest::newRow("empty range") << "[a]\nlow = 1\nhigh = 1"
                                     << "a";
        QTest::newRow("log of zero") << "[a]\nlow = 0\nhigh = 1\nlog = true"
                                     << "a";
        QTest::newRow("half numbers") << "[a]\ntype = \"int\"\nlow = 0.5\nhigh = 3"
                                      << "a";
        QTest::newRow("one choice") << "[a]\nchoices = [\"x\"]"
                                    << "a";
        QTest::newRow("condition on nothing") << "[a]\nlow = 0\nhigh = 1\nwhen = { b = \"x\" }"
                                              << "a.when";
        QTest::newRow("condition on itself") << "[a]\nchoices = [\"x\", \"y\"]\nwhen = { a = \"x\" }"
                                             << "a.when";
        QTest::newRow("no such choice") << "[a]\nlow = 0\nhigh = 1\nwhen = { b = \"z\" }\n[b]\nchoices = [\"x\", \"y\"]"
                                        << "a.when";
        QTest::newRow("condition on a number") << "[a]\nlow = 0\nhigh = 1\nwhen = { b = \"z\" }\n[b]\nlow = 0\nhigh = 1"
                                               << "a.when";
        QTest::newRow("nothing") << ""
                                 << "space";
    }
    void badSpacesAreRefused()
    {
        QFETCH(QString, text);
        QFETCH(QString, named);
        const auto json = parseToml(text.toStdString(), "space");
        BNOF_VERIFY_OK(json);
        const auto space = spaceFromJson(*json, "space");
        QVERIFY(!space.ok());
        QVERIFY2(space.error().where.find(named.toStdString()) != std::string::npos, space.error().where.c_str());
    }

    void scalesReachBothEnds()
    {
        for (const Parameter& p : testSpace().parameters) {
            if (p.kind == Parameter::Kind::Choice)
                continue;
            QCOMPARE(fromUnit(p, 0), p.low);
            QCOMPARE(fromUnit(p, 1), p.high);
            for (double u = 0.01; u < 1; u += 0.01) {
                const double value = fromUnit(p, u);
                QVERIFY(value >= p.low && value <= p.high);
                QCOMPARE(fromUnit(p, toUnit(p, value)), value);
            }
        }
    }

    void proposalsLieInTheSpace_data()
    {
        QTest::addColumn<QString>("sampler");
        for (const char* name : {"random", "tpe", "cma-es"})
            QTest::newRow(name) << name;
    }
    void proposalsLieInTheSpace()
    {
        QFETCH(QString, sampler);
        const StudyPlan plan = planWith(sampler.toStdString());
        std::set<double> methods;
        for (const Trial& trial : study(plan, 60, 1)) {
            BNOF_VERIFY_OK(pointFromJson(plan.space, toJson(plan.space, trial.point), "trial"));
            methods.insert(trial.point[0]);
        }
        QCOMPARE(methods.size(), std::size_t{2});
    }

    void sameSeedSameTrials_data() { proposalsLieInTheSpace_data(); }
    void sameSeedSameTrials()
    {
        QFETCH(QString, sampler);
        const StudyPlan plan = planWith(sampler.toStdString());
        const std::string once = textOf(plan, study(plan, 41, 1));
        QCOMPARE(textOf(plan, study(plan, 41, 1)), once);
        QCOMPARE(textOf(plan, study(plan, 41, 2)), once);
        QCOMPARE(textOf(plan, study(plan, 41, 5)), once);
        // Fewer trials are the first of more, wherever the last round was cut.
        const std::string fewer = textOf(plan, study(plan, 23, 3));
        QCOMPARE(once.substr(0, fewer.size()), fewer);
        const StudyPlan other = planWith(sampler.toStdString(), 4);
        QVERIFY(textOf(other, study(other, 41, 1)) != once);
    }

    /// A child process is killed in the middle, again and again; what is there at the end is what one run gives.
    void survivesKill()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("journal.sqlite")).toStdString();
        const StudyPlan plan = planWith("tpe");
        const std::string expected = textOf(plan, study(plan, 30, 1));
        std::size_t reached = 0;
        for (int round = 0; round < 4; ++round) {
            const pid_t child = fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                SmoothObjective objective(3000);
                const auto journal = Journal::open(path, toJson(plan));
                if (journal.ok())
                    static_cast<void>(runStudy(plan, objective, **journal, {30, 1, {}}));
                _exit(0);
            }
            usleep(static_cast<useconds_t>(60'000 + 17'000 * round));
            kill(child, SIGKILL);
            int status = 0;
            waitpid(child, &status, 0);
            if (const auto record = readJournal(path); record.ok()) {
                QVERIFY(record->trials.size() >= reached);
                reached = record->trials.size();
            }
        }
        SmoothObjective objective;
        const auto journal = Journal::open(path, toJson(plan));
        BNOF_VERIFY_OK(journal);
        std::size_t done = 0;
        for (const Trial& trial : (*journal)->trials())
            done += trial.losses.size();
        const auto trials = runStudy(plan, objective, **journal, {30, 2, {}});
        BNOF_VERIFY_OK(trials);
        QCOMPARE(textOf(plan, *trials), expected);
        std::size_t all = 0;
        for (const Trial& trial : *trials)
            all += trial.losses.size();
        QCOMPARE(static_cast<std::size_t>(objective.calls), all - done); // nothing was done twice
        const auto record = readJournal(path);
        BNOF_VERIFY_OK(record);
        QCOMPARE(textOf(plan, record->trials), expected);
        QVERIFY(record->trials.back().detail["bytes"].isNumber());
    }

    void journalsAreGuarded()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("journal.sqlite")).toStdString();
        StudyPlan plan = planWith("tpe");
        {
            const auto first = Journal::open(path, toJson(plan));
            BNOF_VERIFY_OK(first);
            const auto second = Journal::open(path, toJson(plan));
            QVERIFY(!second.ok()); // one writer at a time
        }
        plan.sampler.seed = 99;
        const auto other = Journal::open(path, toJson(plan));
        QVERIFY(!other.ok());
        QVERIFY2(other.error().what.find("sampler.seed") != std::string::npos, other.error().what.c_str());
        const std::string noJournal = folder.filePath(QStringLiteral("text")).toStdString();
        QFile file(QString::fromStdString(noJournal));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        QVERIFY(!readJournal(noJournal).ok());
        QVERIFY(!Journal::open(noJournal, toJson(plan)).ok());
        QVERIFY(!readJournal(path + ".none").ok());
    }

    void stopsBetweenSteps()
    {
        const StudyPlan plan = planWith("random");
        SmoothObjective objective;
        int told = 0;
        const auto journal = Journal::inMemory();
        const auto result =
            runStudy(plan, objective, *journal, {30, 1, [&](const std::vector<Trial>&) { return ++told < 10; }});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        QVERIFY(objective.calls < 15);
    }

    void failuresDoNotStopAStudy()
    {
        class Failing final : public Objective {
        public:
            [[nodiscard]] std::size_t steps() const override { return 1; }
            Result<double> run(const Point& point, std::size_t, Json&) override
            {
                if (point[0] < 0.5)
                    return makeError(ErrorKind::BadInput, "no such network", "test");
                return point[2] > 0.5 ? std::nan("") : point[2];
            }
        } objective;
        const StudyPlan plan = planWith("tpe");
        const auto journal = Journal::inMemory();
        const auto trials = runStudy(plan, objective, *journal, {40, 1, {}});
        BNOF_VERIFY_OK(trials);
        const auto order = ranked(*trials);
        QCOMPARE((*trials)[order.front()].state, TrialState::Complete);
        QCOMPARE((*trials)[order.back()].state, TrialState::Failed);
        QVERIFY(!(*trials)[order.back()].reason.empty());
    }

    void prunersGiveUpOnTheHopeless()
    {
        std::vector<Trial> past;
        for (int i = 0; i < 9; ++i) {
            Trial trial;
            trial.number = static_cast<std::uint64_t>(i);
            trial.state = TrialState::Complete;
            trial.losses = {0.1 * i, 0.1 * i, 0.1 * i};
            past.push_back(trial);
        }
        const PrunerOptions median;
        QVERIFY(!shouldPrune(median, past, {0.39}));
        QVERIFY(shouldPrune(median, past, {0.41}));
        QVERIFY(!shouldPrune(median, past, {}));
        QVERIFY(!shouldPrune(median, {past.begin(), past.begin() + 4}, {0.9})); // too few to judge by
        PrunerOptions halving;
        halving.kind = "halving";
        QVERIFY(!shouldPrune(halving, past, {0.15}));
        QVERIFY(shouldPrune(halving, past, {0.35}));        // not in the best third
        QVERIFY(!shouldPrune(halving, past, {0.35, 0.35})); // no rung at two steps
        QVERIFY(shouldPrune(halving, past, {0.35, 0.35, 0.35}));
        halving.kind = "sometimes";
        QVERIFY(!validate(halving).ok());
    }

    void theSimplestAmongEqualsIsChosen()
    {
        std::vector<Trial> trials(4);
        const std::vector<std::vector<double>> losses{{0.10, 0.14}, {0.11, 0.14}, {0.3, 0.3}, {0.12, 0.13}};
        for (std::size_t i = 0; i < trials.size(); ++i) {
            trials[i].number = i;
            trials[i].state = TrialState::Complete;
            trials[i].losses = losses[i];
        }
        const std::vector<double> bytes{1000, 400, 10, 400};
        QCOMPARE(simplestAmongEquals(trials, bytes), std::optional<std::size_t>{1});
        trials[1].state = trials[3].state = TrialState::Pruned;
        QCOMPARE(simplestAmongEquals(trials, bytes), std::optional<std::size_t>{0});
        QVERIFY(!simplestAmongEquals({}, {}).has_value());
    }

    void theParetoFrontHasNothingBetterBesideIt()
    {
        const std::vector<std::vector<double>> rows{
            {1, 5, 5}, {2, 2, 2}, {2, 2, 3}, {5, 1, 1}, {2, 2, 2}, {0, std::nan(""), 0}, {6, 6, 6}};
        QCOMPARE(paretoFront(rows), (std::vector<std::size_t>{0, 1, 3, 4}));
    }

    void samplersBeatRandomSearch()
    {
        const bool full = qEnvironmentVariableIsSet("BNOF_TEST_FULL");
        const std::uint32_t seeds = full ? 30 : 5;
        for (const StandardFunction& function : standardFunctions()) {
            for (const char* sampler : {"tpe", "cma-es"}) {
                const auto wins = winsOverRandom(function, sampler, 100, seeds);
                BNOF_VERIFY_OK(wins);
                const QString text = QStringLiteral("%1 on %2: %3 of %4")
                                         .arg(QString::fromLatin1(sampler), QString::fromStdString(function.name))
                                         .arg(*wins)
                                         .arg(seeds);
                QVERIFY2(*wins >= (full ? 27U : 4U), qPrintable(text));
            }
        }
    }

    void heldOutGroupsAreSeenOnceAtTheEnd()
    {
        const MadeUpProblem problem(0.5, 0.95);
        const TuneOptions options = madeUpOptions();
        const TuneSplit split = splitFor(problem, options);
        QCOMPARE(split.heldOut, (std::vector<int>{6, 7}));
        const auto result = tuneRecogniser(problem, options);
        BNOF_VERIFY_OK(result);
        for (std::size_t i = 0; i < problem.seen.size(); ++i) {
            const auto& [train, test] = problem.seen[i];
            const bool last = i + 2 >= problem.seen.size();
            for (const int held : split.heldOut) {
                QVERIFY(std::find(train.begin(), train.end(), held) == train.end());
                QCOMPARE(std::find(test.begin(), test.end(), held) != test.end(), last);
            }
            for (const int group : test)
                QVERIFY(std::find(train.begin(), train.end(), group) == train.end());
        }
        QCOMPARE(result->trials[result->chosen].point[0], 9.0);
        QVERIFY(result->mayBePromoted);
        QCOMPARE(result->comparison.verdict.finding, experiments::Finding::BBetter);
        QVERIFY(result->report["pareto_front"].items().size() >= 2); // smaller ones are worse, and on the front
    }

    void noiseIsNotPromoted()
    {
        const MadeUpProblem problem(0.9, 0.9); // fan_in changes nothing but the size
        auto options = madeUpOptions();
        const auto result = tuneRecogniser(problem, options);
        BNOF_VERIFY_OK(result);
        QCOMPARE(result->trials[result->chosen].point[0], 2.0); // the smallest of equals
        QVERIFY(result->comparison.verdict.finding != experiments::Finding::BBetter);
        const MadeUpProblem worse(0.9, 0.2);
        options.space = spaceFromJson(parseToml("[fan_in]\ntype=\"int\"\nlow=8\nhigh=9", "s").value(), "s").value();
        options.trials = 4;
        const auto kept = tuneRecogniser(worse, options);
        BNOF_VERIFY_OK(kept);
        QVERIFY(!kept->mayBePromoted || kept->trials[kept->chosen].point[0] < 9);
    }

    void spacesOfRecognisersAreChecked()
    {
        const MadeUpProblem problem(0.5, 0.9);
        TuneOptions options = madeUpOptions();
        options.space.parameters[0].name = "fan_inn";
        const auto unknown = tuneRecogniser(problem, options);
        QVERIFY(!unknown.ok());
        QVERIFY(unknown.error().remedy.find("fan_in") != std::string::npos);
        options = madeUpOptions();
        options.space.parameters[0].kind = Parameter::Kind::Real;
        QVERIFY(!tuneRecogniser(problem, options).ok());
        for (const bool exposures : {false, true})
            BNOF_VERIFY_OK(checkSpace(usualSpace(exposures), exposures));
    }

    void recordingsAreTuned()
    {
        const auto problem = problemOf(test::noseData(4, 5));
        BNOF_VERIFY_OK(problem);
        TuneOptions options;
        options.space = spaceFromJson(parseToml("[kind]\nchoices = [\"lda\", \"template\"]", "s").value(), "s").value();
        options.trials = 3;
        options.presentKind = "lda";
        options.pruner.startup = 100;
        const auto result = tuneRecogniser(**problem, options);
        BNOF_VERIFY_OK(result);
        QCOMPARE(result->comparison.units, std::size_t{6});
        QVERIFY(result->trials[result->chosen].loss() < 0.5);
        QVERIFY(!result->model.empty());
        QVERIFY(!result->verdict.empty());
    }

    void functionsHaveTheirMinima()
    {
        const auto& functions = standardFunctions();
        QVERIFY(std::abs(functions[3].value({3.14159265, 2.275}) - functions[3].minimum) < 1e-5);
        const Point hartmann{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573};
        QVERIFY(std::abs(functions[4].value(hartmann) - functions[4].minimum) < 1e-4);
        QCOMPARE(functions[1].value({1, 1, 1, 1}), 0.0);
        QVERIFY(functions[2].value({1.7, -2.3, 0.9, 3.1, -1.4, 2.6}) < 1e-12);
    }
};

QTEST_GUILESS_MAIN(TestTuning)
#include "tst_tuning.moc"
