// SPDX-License-Identifier: GPL-3.0-or-later
// The network view with the simulated nose: looking, editing, taking over, saving.
#include <QAbstractButton>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>

#include "app/studio/live/display_clock.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/network/field_row.h"
#include "app/studio/network/network_draft.h"
#include "app/studio/network/network_panel.h"
#include "app/studio/network/network_workspace.h"
#include "app/studio/shell/banner.h"
#include "engine/olfaction/model.h"
#include "engine/recording/reader.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/bar_list.h"
#include "widgets/decision_card.h"
#include "widgets/empty_state.h"
#include "widgets/histogram_view.h"
#include "widgets/network_diagram.h"
#include "widgets/sample_trace.h"

using namespace bnof;
using namespace bnof::studio;
using widgets::NetworkDiagram;
using Part = NetworkDiagram::Part;

namespace {

constexpr int kenyon = 3;
const std::string kenyonPath = "network.populations[3].model.";

/// Every neuron model, connection rule and learning rule once.
snn::Network everything()
{
    snn::Network network;
    network.tickMs = 0.5;
    network.populations = {{"source", 20, snn::PoissonParameters{}},
                           {"lif", 20, snn::LifParameters{}},
                           {"conductance", 20, snn::ConductanceLifParameters{}},
                           {"adaptive", 20, snn::AdaptiveLifParameters{}},
                           {"izhikevich", 20, snn::IzhikevichParameters{}},
                           {"counter", 20, snn::CounterParameters{}}};
    const auto add = [&](std::uint32_t target, auto connectivity, std::optional<snn::Plasticity> plasticity) {
        snn::Projection projection;
        projection.name = "p" + std::to_string(network.projections.size());
        projection.target = target;
        projection.connectivity = connectivity;
        projection.weight = 0.5;
        projection.plasticity = std::move(plasticity);
        network.projections.push_back(std::move(projection));
    };
    snn::Plasticity scaled{snn::PairStdp{}, 1, snn::PlasticStorage::Int32, snn::HomeostaticScaling{}};
    add(1, snn::OneToOne{}, scaled);
    add(2, snn::FixedProbability{}, snn::Plasticity{snn::TripletStdp{}});
    add(3, snn::FixedInDegree{}, snn::Plasticity{snn::SymmetricStdp{}});
    add(4, snn::FixedInDegree{5}, snn::Plasticity{snn::ThreeFactor{}});
    add(5, snn::FixedProbability{0.5}, std::nullopt);
    return network;
}

} // namespace

class StudioNetwork : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void fieldsAgreeWithTheValidator();
    void undoBringsBackWhatARuleReplaced();
    void emptyStatesSayWhy();
    void runningNetworkIsShown();
    void editCheckUndoApply();
    void applyingWhileRecordingAsks();
    void savedModelsRunAndSaySo();
    void operatorViewLocksTheNetwork();

private:
    /// The window on its network workspace with the simulated nose running; false when that failed.
    bool startNetwork();
    [[nodiscard]] NetworkWorkspace& view() { return program().window().network(); }
    [[nodiscard]] NetworkDraft& draft() { return program().services().network; }
    /// Type into a field as the user does.
    void type(const std::string& path, const QString& text);
    double spikesPerSecond(int population, int milliseconds);
};

bool StudioNetwork::startNetwork()
{
    auto& started = startProgram();
    started.window().showWorkspace("network");
    started.services().session.startSimulator();
    return QTest::qWaitFor([&] { return draft().isPresent() && draft().isReady(); }, 30000) &&
           QTest::qWaitFor([&] { return started.services().session.status().decisions > 0; }, 30000);
}

void StudioNetwork::type(const std::string& path, const QString& text)
{
    FieldRow* row = view().panel().row(path);
    QVERIFY2(row, path.c_str());
    auto* edit = qobject_cast<QLineEdit*>(row->editor());
    QVERIFY(edit);
    edit->setText(text);
    emit edit->editingFinished();
}

double StudioNetwork::spikesPerSecond(int population, int milliseconds)
{
    const auto look = [&] {
        const auto live = program().services().session.live();
        const auto before = live->network() ? live->network()->number : 0;
        (void)QTest::qWaitFor([&] { return live->network() && live->network()->number > before; }, 5000);
        return live->network()->activity;
    };
    const auto first = look();
    QTest::qWait(milliseconds);
    const auto second = look();
    const auto i = static_cast<std::size_t>(population);
    return double(second.spikes[i] - first.spikes[i]) / (double(second.ticks - first.ticks) * 1e-3);
}

void StudioNetwork::fieldsAgreeWithTheValidator()
{
    const snn::Network sound = everything();
    BNOF_VERIFY_OK(snn::validate(sound));
    std::vector<NetworkField> fields = NetworkFields::ofNetwork(sound);
    for (std::size_t i = 0; i < sound.populations.size(); ++i)
        for (auto& field : NetworkFields::ofPopulation(sound, i))
            fields.push_back(std::move(field));
    for (std::size_t i = 0; i < sound.projections.size(); ++i)
        for (auto& field : NetworkFields::ofProjection(sound, i))
            fields.push_back(std::move(field));
    int checked = 0;
    for (const NetworkField& field : fields) {
        QVERIFY(!field.label.isEmpty());
        const auto verdict = [&](double value) {
            snn::Network changed = sound;
            field.set(changed, value);
            return snn::validate(changed);
        };
        if (field.kind == NetworkField::Kind::Choice) {
            for (int choice = 0; choice < field.choices.size(); ++choice) {
                snn::Network changed = sound;
                field.set(changed, choice);
                QCOMPARE(field.get(changed), double(choice));
            }
            continue;
        }
        if (field.path == "network.seed" || field.path == "network.tick_ms")
            continue;                                       // the tick bounds every other field, too
        for (const double edge : {field.low, field.high}) { // inside: nothing says that this field is out of range
            const auto result = verdict(edge);
            QVERIFY2(result.ok() || result.error().what.find("outside") == std::string::npos ||
                         result.error().where != field.path,
                     qPrintable(QString("%1 = %2: %3")
                                    .arg(field.path.c_str())
                                    .arg(edge)
                                    .arg(result.ok() ? "" : result.error().what.c_str())));
        }
        if (field.kind == NetworkField::Kind::Whole) {
            QVERIFY(!verdict(field.high + 1).ok());
        } else {
            const double step = std::max(1e-9, (field.high - field.low) * 1e-6);
            for (const double beyond : {std::min(field.low - step, field.low * 0.99), field.high + step}) {
                const auto result = verdict(beyond);
                QVERIFY2(!result.ok(), qPrintable(QString("%1 = %2").arg(field.path.c_str()).arg(beyond)));
                QCOMPARE(result.error().where, field.path); // this is how a row finds its message
            }
        }
        ++checked;
    }
    QVERIFY2(checked > 60, qPrintable(QString::number(checked)));
}

void StudioNetwork::undoBringsBackWhatARuleReplaced()
{
    snn::Network network = everything();
    for (const NetworkField& field : NetworkFields::ofProjection(network, 0)) {
        if (field.kind != NetworkField::Kind::Choice)
            continue;
        snn::Network changed = network;
        std::get<snn::PairStdp>(changed.projections[0].plasticity->rule).tauPlusMs = 33;
        const snn::Network before = changed;
        const auto restore = field.capture(changed);
        field.set(changed, field.get(changed) == 0 ? 1 : 0);
        QVERIFY2(!(changed == before), field.path.c_str());
        restore(changed);
        QVERIFY2(changed == before, field.path.c_str());
    }
}

void StudioNetwork::emptyStatesSayWhy()
{
    auto& started = startProgram();
    started.window().showWorkspace("network");
    auto* empty = view().findChild<widgets::EmptyState*>();
    QVERIFY(empty && empty->isVisible());
    QCOMPARE(empty->title(), "No network is running");
    QVERIFY(!action(started, "network-apply")->isEnabled());
    BNOF_VERIFY_OK(started.services().configuration.set("recognition.model", ""));
    started.services().session.startSimulator();
    QTRY_COMPARE_WITH_TIMEOUT(empty->title(), "Nothing is recognised", 30000);
    QVERIFY(empty->isVisible());
    QVERIFY(empty->why().contains("Settings"));
}

void StudioNetwork::runningNetworkIsShown()
{
    QVERIFY(startNetwork());
    auto& diagram = view().diagram();
    QCOMPARE(diagram.populations().size(), std::size_t{6});
    QCOMPARE(diagram.projections().size(), draft().model()->network.projections.size());
    QTRY_VERIFY2_WITH_TIMEOUT(diagram.summary().contains("receptor") && !diagram.summary().contains("—"),
                              qPrintable(diagram.summary()), 10000);
    // The whole network: what computes it and why, and where the time goes.
    const auto text = [&](const char* name) { return view().panel().findChild<QLabel*>(name)->text(); };
    QCOMPARE(text("backEndName").toStdString(), program().services().session.status().backEnd);
    QTRY_VERIFY(!text("backEndReason").isEmpty());
    const auto* phases = view().panel().findChild<widgets::BarList*>();
    QTRY_VERIFY(phases->bars().size() == 4 && phases->bars()[0].value + phases->bars()[1].value > 0);
    // By keyboard: the first part is the first population; its membranes are sampled.
    diagram.setFocus();
    QTest::keyClick(&diagram, Qt::Key_Tab);
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Population, 0}));
    auto* trace = view().panel().findChild<widgets::SampleTrace*>();
    QVERIFY(trace);
    QTRY_VERIFY(trace->samples() > 5);
    QVERIFY(!view().panel().row("network.populations[0].model.threshold_mv")->problem().size());
    view().panel().findChild<QSpinBox*>()->setValue(100);
    QCOMPARE(trace->names(), (QStringList{"100", "101", "102"}));
    QTRY_VERIFY(trace->samples() > 0);
    action(program(), "back")->trigger(); // Escape lets go of the selection first
    QVERIFY(!view().hasSelection());
    QCOMPARE(program().window().workspace(), "network");
    // The weights of the readout, on request.
    const int last = static_cast<int>(diagram.projections().size()) - 1;
    diagram.select({Part::Projection, last});
    auto* weights = view().panel().findChild<widgets::HistogramView*>();
    QVERIFY(weights && weights->isHidden());
    view().panel().findChild<QPushButton*>("showWeights")->click();
    QTRY_VERIFY(!weights->isHidden() && !weights->bins().empty());
    for (auto* row : view().panel().findChildren<FieldRow*>())
        QVERIFY(!row->editor()->isEnabled()); // it is trained, not edited
    // A hidden workspace asks for nothing.
    program().window().showWorkspace("live");
    const auto live = program().services().session.live();
    QTest::qWait(300);
    const auto seen = live->network()->number;
    QTest::qWait(500);
    QCOMPARE(live->network()->number, seen);
}

void StudioNetwork::editCheckUndoApply()
{
    QVERIFY(startNetwork());
    auto& started = program();
    auto& session = started.services().session;
    auto& diagram = view().diagram();
    diagram.select({Part::Population, kenyon});
    auto* banner = view().findChild<Banner*>();
    auto* apply = action(started, "network-apply");
    QVERIFY(!apply->isEnabled());

    type(kenyonPath + "threshold_mv", "much");
    QVERIFY(view().panel().row(kenyonPath + "threshold_mv")->problem().contains("not a number"));
    QVERIFY(!draft().isPending());

    // A threshold below the reset potential makes no sense; the message stands at the field that says so.
    type(kenyonPath + "threshold_mv", "-70");
    QVERIFY(draft().isPending() && draft().problem());
    QVERIFY2(view().panel().row(kenyonPath + "reset_mv")->problem().contains("not below the threshold"),
             qPrintable(view().panel().row(kenyonPath + "reset_mv")->problem()));
    QVERIFY(banner->isVisible() && banner->text().startsWith("Kenyon: "));
    QVERIFY(diagram.populations()[kenyon].wrong);
    QVERIFY(!apply->isEnabled());
    type(kenyonPath + "membrane_time_constant_ms", "0");
    QVERIFY(view().panel().row(kenyonPath + "membrane_time_constant_ms")->problem().contains("above zero"));
    action(started, "undo")->trigger();
    QVERIFY(action(started, "undo")->text().contains("Threshold of Kenyon"));
    action(started, "undo")->trigger();
    QVERIFY(!draft().isPending() && !draft().problem() && !banner->isVisible());
    QVERIFY(!diagram.populations()[kenyon].wrong);

    QTRY_VERIFY_WITH_TIMEOUT(spikesPerSecond(kenyon, 400) > 100, 60000);
    type(kenyonPath + "threshold_mv", "-30");
    QVERIFY(diagram.populations()[kenyon].changed);
    QTRY_VERIFY(apply->isEnabled());
    QCOMPARE(session.status().modelModified, false); // nothing runs before it is asked to
    apply->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().modelModified, 10000);
    QTRY_VERIFY(!draft().isPending());
    QVERIFY(!diagram.populations()[kenyon].changed);
    QCOMPARE(session.status().modelName, std::string("Simulated nose (modified)"));
    QTRY_VERIFY_WITH_TIMEOUT(spikesPerSecond(kenyon, 400) < 10, 10000);
    started.window().showWorkspace("live");
    auto* card = started.window().live().findChild<widgets::DecisionCard*>();
    QTRY_VERIFY(card->isModelModified());
    QVERIFY(card->summary().contains("network was changed"));
    QVERIFY(started.window().findChild<QLabel*>("sessionFacts")->toolTip().contains("(modified)"));
    started.window().showWorkspace("network");

    // Undo edits the draft again; taking that over gives back the very model that was loaded.
    action(started, "undo")->trigger();
    QTRY_VERIFY(apply->isEnabled());
    apply->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!session.status().modelModified, 10000);
    QTRY_VERIFY(!card->isModelModified() || !card->isVisible());
    QVERIFY(!draft().canRevert());
}

void StudioNetwork::applyingWhileRecordingAsks()
{
    QVERIFY(startNetwork());
    auto& started = program();
    auto& session = started.services().session;
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    const QString first = QString::fromStdString(session.status().recording->path);
    view().diagram().select({Part::Population, kenyon});
    type(kenyonPath + "threshold_mv", "-48");
    QTRY_VERIFY(action(started, "network-apply")->isEnabled());
    action(started, "network-apply")->trigger();
    auto* question = started.window().findChild<QMessageBox*>("applyQuestion");
    QVERIFY(question && question->isVisible());
    question->findChild<QAbstractButton*>("keepNetwork")->click();
    QTest::qWait(500);
    QVERIFY(!session.status().modelModified && session.isRecording() && draft().isPending());
    action(started, "network-apply")->trigger();
    for (auto* box : started.window().findChildren<QMessageBox*>("applyQuestion"))
        if (box->isVisible())
            box->findChild<QAbstractButton*>("continueInNew")->click();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().modelModified, 10000);
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording() && session.status().recording->path != first.toStdString(), 10000);
    QTest::qWait(1500);
    const QString second = QString::fromStdString(session.status().recording->path);
    QSignalSpy finished(&session, &SessionController::recordingFinished);
    action(started, "record")->trigger();
    QVERIFY(finished.wait(10000));
    const auto old = recording::Reader::open(first.toStdString());
    const auto fresh = recording::Reader::open(second.toStdString());
    BNOF_VERIFY_OK(old);
    BNOF_VERIFY_OK(fresh);
    QVERIFY((*old)->health().complete);
    QCOMPARE((*old)->metadata().modelName, std::string("Simulated nose"));
    QCOMPARE((*fresh)->metadata().modelName, std::string("Simulated nose (modified)"));
    QVERIFY((*fresh)->modelBytes() != (*old)->modelBytes());

    // The replay shows the changed network, proves itself, and cannot be changed.
    session.replay(second, 0);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && session.status().replay->proof.finished, 60000);
    QVERIFY2(session.status().replay->proof.match, session.status().replay->proof.remark.c_str());
    QTRY_VERIFY(draft().isPresent());
    QVERIFY(!action(started, "network-apply")->isEnabled());
}

void StudioNetwork::savedModelsRunAndSaySo()
{
    QVERIFY(startNetwork());
    view().diagram().select({Part::Projection, 0});
    type("network.projections[0].weight_mv", "90");
    QTRY_VERIFY(draft().isReady());
    QSignalSpy saved(&draft(), &NetworkDraft::saved);
    const QString path = home() + "/my nose.bnofmodel";
    draft().saveAs(path);
    QVERIFY(saved.wait(10000));
    const QByteArray bytes = readAll(path);
    const auto model = olfaction::modelFromBytes(
        {reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())});
    BNOF_VERIFY_OK(model);
    QCOMPARE(model->name, std::string("my nose"));
    QCOMPARE(model->spiking.network.projections[0].weight, 90.0);
    QVERIFY(model->metrics["modified_after_training"].toBool());
    action(program(), "network-revert")->trigger();
    QVERIFY(!draft().isPending());
    action(program(), "undo")->trigger(); // nothing that was discarded is lost
    QVERIFY(draft().isPending());
    QSignalSpy failed(&draft(), &NetworkDraft::saveFailed);
    QTRY_VERIFY(draft().isReady());
    draft().saveAs("/nowhere/at/all.bnofmodel");
    QVERIFY(failed.wait(10000));
}

void StudioNetwork::operatorViewLocksTheNetwork()
{
    QVERIFY(startNetwork());
    auto& started = program();
    view().diagram().select({Part::Population, kenyon});
    type(kenyonPath + "threshold_mv", "-48");
    QTRY_VERIFY(action(started, "network-apply")->isEnabled());
    action(started, "operator-view")->trigger();
    QTest::qWait(300);
    for (const char* id : {"network-apply", "network-revert", "network-save", "workspace-network"})
        QVERIFY2(!action(started, id)->isEnabled(), id);
    for (auto* row : view().panel().findChildren<FieldRow*>())
        QVERIFY(!row->editor()->isEnabled());
    action(started, "operator-view")->trigger();
    QTRY_VERIFY(action(started, "network-apply")->isEnabled());
    QVERIFY(view().panel().row(kenyonPath + "threshold_mv")->editor()->isEnabled());
}

QTEST_MAIN(StudioNetwork)
#include "tst_studio_network.moc"
