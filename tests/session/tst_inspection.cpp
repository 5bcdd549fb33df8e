// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a running network changes nothing; another network takes over at a decision and can be replayed.
#include <QTemporaryDir>

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/olfaction/model.h"
#include "engine/recording/reader.h"
#include "engine/session/model_change.h"
#include "tests/support/live_session.h"
#include "tests/support/suite.h"

using namespace bnof;
using test::RunningSimulator, test::waitFor;

namespace {

std::unique_ptr<session::Session> start(const sensing::SourceUri& uri, std::vector<std::uint8_t> model)
{
    session::SessionConfiguration configuration;
    configuration.sources = {uri};
    configuration.modelBytes = std::move(model);
    configuration.timePhases = true;
    return test::startSession(std::move(configuration));
}

} // namespace

class TestInspection : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void lookingChangesNothing();
    void snapshotsHoldWhatWasAskedFor();
    void histogramsCountEveryWeight();
    void changedModelsSaySo();
    void anotherNetworkTakesOverAtADecision();
    void aModelThatDoesNotRunChangesNothing();
    void replaysRefuse();

private:
    [[nodiscard]] std::string file(const char* name) const { return m_folder.filePath(name).toStdString(); }
    [[nodiscard]] snn::Network edited(double kenyonThreshold) const;
    void record();

    QTemporaryDir m_folder;
    std::vector<std::uint8_t> m_model;
    bool m_recorded = false;
};

void TestInspection::initTestCase()
{
    m_model = test::defaultModel();
    QVERIFY(!m_model.empty());
}

snn::Network TestInspection::edited(double kenyonThreshold) const
{
    snn::Network network = olfaction::modelFromBytes(m_model)->spiking.network;
    std::get<snn::LifParameters>(network.populations[olfaction::KenyonCells].model).thresholdMv = kenyonThreshold;
    return network;
}

/// A short recording of the simulated nose, for replays.
void TestInspection::record()
{
    if (m_recorded)
        return;
    sensing::SimulatorOptions options;
    options.speed = 20;
    RunningSimulator simulator(options);
    const auto session = start(simulator.uri("time=device"), m_model);
    session->startRecording({.path = file("run.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QVERIFY(waitFor([&] { return session->status().recording && session->status().decisions > 150; }));
    session->stopRecording();
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("run.bnr"); }));
    m_recorded = true;
}

void TestInspection::lookingChangesNothing()
{
    record();
    const auto uri = sensing::SourceUri::parse("replay:" + file("run.bnr") + "?speed=max");
    const auto plain = start(*uri, {});
    QVERIFY(waitFor([&] { return plain->status().finished; }));
    const auto watched = start(*uri, {});
    const auto live = watched->live();
    std::uint64_t looks = 0;
    std::uint32_t turn = 0;
    while (!watched->status().finished) { // as often as it can be asked, everything that there is
        session::InspectionRequest request{turn % 6, {0, 5, 7}, turn % 10};
        ++turn;
        live->askForNetwork(std::move(request));
        std::this_thread::yield();
        if (const auto seen = live->network())
            looks = seen->number;
    }
    QVERIFY2(looks > 20, qPrintable(QString::number(looks)));
    const auto a = plain->status().replay->proof;
    const auto b = watched->status().replay->proof;
    QVERIFY2(a.match && b.match, (a.remark + b.remark).c_str());
    QCOMPARE(b.replayedSpikes, a.replayedSpikes);
    QCOMPARE(b.replayedDecisions, a.replayedDecisions);
}

void TestInspection::snapshotsHoldWhatWasAskedFor()
{
    sensing::SimulatorOptions options;
    options.speed = 10;
    RunningSimulator simulator(options);
    const auto session = start(simulator.uri("time=device"), m_model);
    const auto live = session->live();
    const auto model = live->model();
    QVERIFY(model);
    QCOMPARE(model->network.populations.size(), std::size_t{6});
    QVERIFY(model->firstReadout > 0 && model->firstReadout < model->network.projections.size());
    QVERIFY(!model->backEnds.empty());
    QVERIFY(waitFor([&] { return session->status().decisions > 10; }));
    QVERIFY(!live->network()); // nobody asked
    live->askForNetwork({olfaction::KenyonCells, {3, 1999, 2000}, 3});
    QVERIFY(waitFor([&] { return live->network() != nullptr; }));
    const auto first = live->network();
    QCOMPARE(first->neurons, (std::vector<std::uint32_t>{3, 1999})); // 2000 does not exist
    QCOMPARE(first->membraneMv.size(), std::size_t{2});
    for (const float mv : first->membraneMv)
        QVERIFY(mv < -49.99F);
    QVERIFY(first->weights && first->weights->count == 12000);
    QCOMPARE(first->activity.spikes.size(), std::size_t{6});
    QCOMPARE(first->activity.events.size(), model->network.projections.size());
    QTest::qWait(300);
    QCOMPARE(live->network()->number, first->number); // one answer for one question
    live->askForNetwork({99, {1}, 99});               // what does not exist is left out
    QVERIFY(waitFor([&] { return live->network()->number > first->number; }));
    const auto second = live->network();
    QVERIFY(second->membraneMv.empty() && !second->weights);
    QVERIFY(second->activity.ticks > first->activity.ticks);
    QVERIFY(second->activity.spikes[olfaction::Receptors] > first->activity.spikes[olfaction::Receptors]);
    const auto& seconds = second->activity.seconds;
    QVERIFY(seconds.update > 0 && seconds.deliver > 0);
    QVERIFY(!second->backEndReason.empty());
    QVERIFY(waitFor([&] { return session->status().backEnd == second->backEnd; }));
}

void TestInspection::histogramsCountEveryWeight()
{
    const auto spread = session::histogramOf(4, {0, 1, 2, 3, 4, 4});
    QCOMPARE(spread.projection, 4U);
    QCOMPARE(spread.lowest, 0.0);
    QCOMPARE(spread.highest, 4.0);
    QCOMPARE(spread.count, std::uint64_t{6});
    QCOMPARE(spread.bins.size(), session::WeightHistogram::binCount);
    QCOMPARE(spread.bins.back(), std::uint64_t{2});
    std::uint64_t sum = 0;
    for (const auto bin : spread.bins)
        sum += bin;
    QCOMPARE(sum, spread.count);
    QCOMPARE(session::histogramOf(0, {2, 2, 2}).bins, std::vector<std::uint64_t>{3});
    QVERIFY(session::histogramOf(0, {}).bins.empty());
}

void TestInspection::changedModelsSaySo()
{
    const auto trained = olfaction::modelFromBytes(m_model);
    const auto same = session::changedModel(m_model, trained->spiking.network);
    BNOF_VERIFY_OK(same);
    QCOMPARE(*same, m_model);
    const auto changed = session::changedModel(m_model, edited(-47.5));
    BNOF_VERIFY_OK(changed);
    const auto model = olfaction::modelFromBytes(*changed);
    BNOF_VERIFY_OK(model);
    QCOMPARE(model->name, trained->name + " (modified)");
    QVERIFY(model->metrics["modified_after_training"].toBool());
    QCOMPARE(model->metrics["changes"].items().front().toString(),
             std::string("network.populations[3].model.threshold_mv: -50.0 to -47.5"));
    QCOMPARE(model->spiking.network, edited(-47.5));
    const auto again = session::changedModel(*changed, edited(-48)); // both changes are on record, the name not longer
    BNOF_VERIFY_OK(again);
    QCOMPARE(olfaction::modelFromBytes(*again)->metrics["changes"].items().size(), std::size_t{2});
    QCOMPARE(olfaction::modelFromBytes(*again)->name, model->name);
    QCOMPARE(olfaction::modelFromBytes(*session::renamedModel(*changed, "mine"))->name, std::string("mine"));

    const auto nonsense = session::changedModel(m_model, edited(-70)); // below the reset potential
    QVERIFY(!nonsense.ok());
    QCOMPARE(nonsense.error().where, std::string("network.populations[3].model.reset_mv"));
    snn::Network smaller = trained->spiking.network;
    smaller.populations[olfaction::Feedback].name = "other";
    const auto misfit = session::changedModel(m_model, smaller); // sound by itself, but the model relies on it
    QVERIFY(!misfit.ok());
    QVERIFY(misfit.error().where.find("populations[4].name") != std::string::npos);
    QVERIFY(!session::changedModel(std::vector<std::uint8_t>{'{'}, smaller).ok());
}

void TestInspection::anotherNetworkTakesOverAtADecision()
{
    sensing::SimulatorOptions options;
    options.speed = 20;
    RunningSimulator simulator(options);
    const auto session = start(simulator.uri("time=device"), m_model);
    QVERIFY(waitFor([&] { return session->status().decisions > 20; }));
    session->startRecording({.path = file("before.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QVERIFY(waitFor([&] { return session->status().recording.has_value(); }));
    const auto changed = session::changedModel(m_model, edited(-40));
    BNOF_VERIFY_OK(changed);
    session->changeModel(*changed);
    QVERIFY(session->status().modelChanging);
    QVERIFY(waitFor([&] { return session->status().modelModified; }));
    const auto status = session->status();
    QCOMPARE(status.modelName, std::string("Simulated nose (modified)"));
    QCOMPARE(status.modelDigest, sha256Hex(*changed));
    QVERIFY(!status.modelChanging);
    QCOMPARE(session->live()->model()->bytes, *changed);
    // The recording of the old network was closed and is whole; a new one holds the new network.
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("before.bnr"); }));
    session->startRecording({.path = file("after.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    const auto decisions = session->status().decisions;
    QVERIFY(waitFor([&] { return session->status().decisions > decisions + 60; }));
    session->stopRecording();
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("after.bnr"); }));
    for (const char* name : {"before.bnr", "after.bnr"}) {
        const auto reader = recording::Reader::open(file(name));
        BNOF_VERIFY_OK(reader);
        const bool old = std::string_view(name) == "before.bnr";
        QCOMPARE((*reader)->modelBytes(), old ? m_model : *changed);
        QCOMPARE((*reader)->metadata().modelName, std::string(old ? "Simulated nose" : "Simulated nose (modified)"));
        const auto uri = sensing::SourceUri::parse("replay:" + file(name) + "?speed=max");
        const auto replay = start(*uri, {});
        QVERIFY(waitFor([&] { return replay->status().finished; }));
        const auto proof = replay->status().replay->proof;
        QVERIFY2(proof.match && proof.spikes > 0, proof.remark.c_str());
    }
    // The Kenyon cells of the changed network fire more rarely.
    const auto live = session->live();
    live->askForNetwork({});
    QVERIFY(waitFor([&] { return live->network() != nullptr; }));
    const auto& activity = live->network()->activity;
    const auto perTick = double(activity.spikes[olfaction::KenyonCells]) / double(activity.ticks);
    QVERIFY2(perTick < 5, qPrintable(QString::number(perTick)));
}

void TestInspection::aModelThatDoesNotRunChangesNothing()
{
    sensing::SimulatorOptions options;
    options.speed = 10;
    RunningSimulator simulator(options);
    const auto session = start(simulator.uri("time=device"), m_model);
    QVERIFY(waitFor([&] { return session->status().decisions > 5; }));
    session->changeModel({'n', 'o'});
    QVERIFY(waitFor([&] { return !session->status().problems.empty(); }));
    QCOMPARE(session->status().problems.front().id, std::string("recogniser.change"));
    QVERIFY(!session->status().modelChanging);
    const auto decisions = session->status().decisions;
    QVERIFY(waitFor([&] { return session->status().decisions > decisions + 5; }));
    QCOMPARE(session->status().modelDigest, sha256Hex(m_model));
}

void TestInspection::replaysRefuse()
{
    record();
    const auto session = start(*sensing::SourceUri::parse("replay:" + file("run.bnr") + "?speed=max"), {});
    session->changeModel(*session::changedModel(m_model, edited(-40)));
    QVERIFY(waitFor([&] { return session->status().finished; }));
    QVERIFY(session->status().replay->proof.match);
    QVERIFY(!session->status().problems.empty());
}

QTEST_GUILESS_MAIN(TestInspection)
#include "tst_inspection.moc"
