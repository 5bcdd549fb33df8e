// SPDX-License-Identifier: GPL-3.0-or-later
// Theme, decision card, timeline, status strip, command palette, problem list, bars and empty states.
// With BNOF_PICTURES=folder the pictures that are looked at by eye are written there.
#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>

#include "tests/support/suite.h"
#include "widgets/bar_list.h"
#include "widgets/command_palette.h"
#include "widgets/decision_card.h"
#include "widgets/decision_timeline.h"
#include "widgets/empty_state.h"
#include "widgets/problem_list.h"
#include "widgets/protocol_timeline.h"
#include "widgets/raster_view.h"
#include "widgets/safety_card.h"
#include "widgets/status_field.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"
#include "widgets/trace_view.h"

using namespace bnof;
using namespace bnof::widgets;

namespace {

constexpr Timestamp second = nanosecondsPerSecond;

const QStringList gases{"air", "ethanol", "acetone", "ammonia"};

Decision decisionOf(double t, int gas, float sure)
{
    Decision decision;
    decision.t = fromSeconds(t);
    decision.gas = gas;
    decision.probabilities.assign(4, (1 - sure) / 3);
    if (gas >= 0 && gas < 4)
        decision.probabilities[static_cast<std::size_t>(gas)] = sure;
    return decision;
}

DecisionCard::Content ethanol()
{
    DecisionCard::Content content;
    content.state = DecisionCard::State::Named;
    content.gas = 1;
    content.probabilities = {0.01F, 0.97F, 0.02F, 0.0F};
    content.ppm = 118;
    content.ppmLow = 104;
    content.ppmHigh = 132;
    content.sinceOnset = 0.8;
    content.latency = 0.0032;
    return content;
}

void keepPicture(QWidget& widget, const QString& name)
{
    const QString folder = qEnvironmentVariable("BNOF_PICTURES");
    if (!folder.isEmpty())
        QVERIFY(widget.grab().save(QDir(folder).filePath(QStringLiteral("widgets-%1.png").arg(name))));
}

} // namespace

class TestWidgets : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase() { Theme::apply(Theme::Mode::Light); }
    void contrastIsReadable_data();
    void contrastIsReadable();
    void seriesColoursDiffer();
    void gasColoursAreStable();
    void applyingAThemeTellsEverybody();
    void everyWidgetHasNameAndSummary();
    void cardStatesHaveTheirOwnWords();
    void cardTellsConcentration_data();
    void cardTellsConcentration();
    void cardReadsDecisions();
    void cardSaysThatDataIsSimulated();
    void safetyCardTellsFiguresAndLimits();
    void timelineJoinsDecisions();
    void timelineSeeksByMouseAndKeys();
    void protocolIsShownOverItsTime();
    void statusFieldIsAButton();
    void statusStripKeepsFaultsVisible();
    void fuzzyFilterRanksWordStarts();
    void paletteFiltersAndRuns();
    void problemsAreMergedSortedAndDismissed();
    void problemListWorksByKeysAndMouse();
    void tablesCopyAsTsv();
    void problemsCopyAsTsv();
    void emptyStateFollowsItsAction();
    void picturesForTheEye();
};

void TestWidgets::contrastIsReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestWidgets::contrastIsReadable()
{
    QFETCH(bool, dark);
    const Theme& theme = dark ? Theme::dark() : Theme::light();
    QCOMPARE(Theme::contrast(Qt::black, Qt::white), 21.0);
    for (const QColor& ground : {theme.background, theme.surface, theme.raised}) {
        QVERIFY(Theme::contrast(theme.text, ground) >= 7);
        QVERIFY(Theme::contrast(theme.textMuted, ground) >= 4.5); // axis labels among them
        for (const auto severity :
             {Theme::Severity::Good, Theme::Severity::Info, Theme::Severity::Warning, Theme::Severity::Error})
            QVERIFY2(Theme::contrast(theme.severity(severity), ground) >= 4.5,
                     qPrintable(theme.severity(severity).name() + " on " + ground.name()));
        QVERIFY(Theme::contrast(theme.accent, ground) >= 4.5);
    }
    QVERIFY(Theme::contrast(theme.onAccent, theme.accent) >= 4.5);
    QVERIFY(Theme::contrast(theme.threshold, theme.surface) >= 4.5);
    QVERIFY(Theme::contrast(theme.neutral, theme.surface) >= 3);
    for (int i = 0; i < 16; ++i)
        QVERIFY2(Theme::contrast(theme.categorical(i), theme.surface) >= 3, qPrintable(theme.categorical(i).name()));
    // Densities grow away from the surface, so that more is never weaker.
    for (int i = 1; i <= 10; ++i)
        QVERIFY(Theme::contrast(theme.density(i / 10.0), theme.surface) >
                Theme::contrast(theme.density((i - 1) / 10.0), theme.surface));
}

void TestWidgets::seriesColoursDiffer()
{
    for (const Theme* theme : {&Theme::light(), &Theme::dark()}) {
        QSet<QRgb> seen;
        for (int i = 0; i < 16; ++i)
            seen.insert(theme->categorical(i).rgb());
        QCOMPARE(seen.size(), 16);
        QCOMPARE(theme->categorical(17), theme->categorical(1));
        QCOMPARE(theme->categorical(-1), theme->categorical(15));
    }
}

void TestWidgets::gasColoursAreStable()
{
    const Theme& theme = Theme::light();
    QCOMPARE(theme.gasColour("Ethanol"), theme.gasColour(" ethanol "));
    QCOMPARE(theme.gasColour("CO"), theme.gasColour("carbon monoxide"));
    QVERIFY(theme.gasColour("ethanol") != theme.gasColour("acetone"));
    QCOMPARE(theme.gasColour("Air"), theme.neutral);
    QCOMPARE(theme.gasColour(""), theme.textMuted);
    // Gases nobody foresaw stay apart from each other.
    QSet<QRgb> seen;
    for (int i = 0; i < 10; ++i)
        seen.insert(theme.gasColour(QStringLiteral("mixture %1").arg(i)).rgb());
    QCOMPARE(seen.size(), 10);
    QVERIFY(seen.contains(theme.gasColour("mixture 3").rgb()));
}

void TestWidgets::applyingAThemeTellsEverybody()
{
    QSignalSpy changed(&ThemeNotifier::instance(), &ThemeNotifier::changed);
    DecisionCard card;
    card.resize(300, 300);
    card.setGases(gases);
    card.setContent(ethanol());
    const QImage light = card.grab().toImage();
    Theme::apply(Theme::Mode::Dark);
    QCOMPARE(changed.count(), 1);
    QVERIFY(Theme::current().isDark());
    QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::dark().background);
    QVERIFY(card.grab().toImage() != light);
    Theme::apply(Theme::Mode::System);
    QCOMPARE(Theme::mode(), Theme::Mode::System);
    Theme::apply(Theme::Mode::Light);
    QVERIFY(!Theme::current().isDark());
}

void TestWidgets::everyWidgetHasNameAndSummary()
{
    TraceView traces;
    RasterView raster;
    DecisionCard card;
    DecisionTimeline timeline;
    BarList bars;
    bars.setAccessibleName("Shares");
    bars.setBars({{"one", 0.25, {}, {}, false}});
    StatusField field("Dropped frames");
    field.setValue("3 dropped", Theme::Severity::Warning);
    ProblemList problems;
    EmptyState empty("Nothing here", "Because.");
    ProtocolTimeline protocol;
    for (QWidget* widget : std::initializer_list<QWidget*>{&traces, &raster, &card, &timeline, &bars, &field, &problems,
                                                           &empty, &protocol}) {
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(face);
        QVERIFY2(!face->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
        QVERIFY2(!face->text(QAccessible::Description).isEmpty(), widget->metaObject()->className());
    }
    for (QWidget* widget : std::initializer_list<QWidget*>{&traces, &raster, &card, &timeline, &field, &protocol})
        QVERIFY2(widget->focusPolicy() & Qt::TabFocus, widget->metaObject()->className());
    QCOMPARE(bars.summary(), QString("one 25 %"));
}

void TestWidgets::cardStatesHaveTheirOwnWords()
{
    DecisionCard card;
    card.setGases(gases);
    QSet<QString> words;
    QSet<QString> summaries;
    for (const auto state : {DecisionCard::State::NoSignal, DecisionCard::State::WarmingUp, DecisionCard::State::Clean,
                             DecisionCard::State::Named, DecisionCard::State::Unknown, DecisionCard::State::Degraded}) {
        DecisionCard::Content content = ethanol();
        content.state = state;
        card.setContent(content);
        words.insert(card.headline());
        summaries.insert(card.accessibleDescription());
    }
    QCOMPARE(words.size(), 5); // named and degraded name the same gas
    QCOMPARE(summaries.size(), 6);
}

void TestWidgets::cardTellsConcentration_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<QString>("text");
    QTest::newRow("symmetric") << 118.0 << 104.0 << 132.0 << "118 ± 14 ppm";
    QTest::newRow("nearly symmetric") << 118.0 << 105.0 << 133.0 << "118 ± 14 ppm";
    QTest::newRow("asymmetric") << 118.0 << 90.0 << 180.0 << "118 (90 … 180) ppm";
    QTest::newRow("small") << 2.13 << 1.93 << 2.33 << "2.13 ± 0.20 ppm";
    QTest::newRow("no interval") << 118.0 << 118.0 << 118.0 << "118 ppm";
    QTest::newRow("wide") << 1180.0 << 980.0 << 1380.0 << "1180 ± 200 ppm";
}

void TestWidgets::cardTellsConcentration()
{
    QFETCH(double, value);
    QFETCH(double, low);
    QFETCH(double, high);
    DecisionCard card;
    card.setGases(gases);
    DecisionCard::Content content = ethanol();
    content.ppm = value;
    content.ppmLow = low;
    content.ppmHigh = high;
    card.setContent(content);
    QTEST(card.concentrationText(), "text");
}

void TestWidgets::cardReadsDecisions()
{
    DecisionCard card;
    card.setGases(gases);
    Decision decision = decisionOf(10, 1, 0.9F);
    decision.ppm = 50.0F;
    decision.ppmLow = 40;
    decision.ppmHigh = 60;
    decision.onset = 8 * second;
    const auto named = card.contentOf(decision, 10 * second);
    QCOMPARE(named.state, DecisionCard::State::Named);
    QCOMPARE(*named.sinceOnset, 2.0);
    QCOMPARE(*named.ppm, 50.0);
    QCOMPARE(card.contentOf(decisionOf(1, 0, 0.9F), second).state, DecisionCard::State::Clean);
    QCOMPARE(card.contentOf(decisionOf(1, -1, 0.0F), second).state, DecisionCard::State::Unknown);
    QCOMPARE(card.contentOf(decisionOf(1, 77, 0.5F), second).state, DecisionCard::State::Unknown);
    card.setContent(named);
    QCOMPARE(card.headline(), QString("Ethanol"));
    QCOMPARE(card.accessibleDescription(), QString("Ethanol, confidence 90 %, 50 ± 10 ppm, 2.0 s after onset"));
}

void TestWidgets::cardSaysThatDataIsSimulated()
{
    DecisionCard card;
    card.resize(300, 400);
    card.setGases(gases);
    card.setContent(ethanol());
    const QImage without = card.grab().toImage();
    card.setSimulated(true);
    QVERIFY(card.grab().toImage() != without);
    QVERIFY(card.accessibleDescription().contains("simulated"));
}

void TestWidgets::safetyCardTellsFiguresAndLimits()
{
    using Level = SafetyCard::Level;
    SafetyCard card;
    QVERIFY(card.summary().contains("Not a certified safety device")); // with nothing measured, too
    SafetyCard::Gas gas;
    gas.name = "carbon monoxide";
    gas.unit = "ppm";
    gas.value = 41.26;
    gas.low = 35;
    gas.high = 70;
    gas.quarter = {12.34, 0.8, 200.0};
    gas.day = {3, 0.02, 35.0};
    gas.exceeded = {Level::Low};
    QCOMPARE(SafetyCard::levelTexts(gas), QStringList("▲ Above the low limit, 35 ppm"));
    QCOMPARE(SafetyCard::severity(gas), Theme::Severity::Warning);
    QCOMPARE(SafetyCard::quarterText(gas), QString("15 min: 12.3 ppm of 200 ppm (STEL), measured 80 % of the time"));
    QCOMPARE(SafetyCard::dayText(gas), QString("8 h: 3.00 ppm of 35 ppm (TWA), measured 2 % of the time"));
    QCOMPARE(SafetyCard::limitsText(gas), QString("Limits: low 35, high 70, STEL 200, TWA 35 ppm"));
    gas.exceeded = {Level::High, Level::Low, Level::Stel};
    QCOMPARE(SafetyCard::levelTexts(gas).size(), 3);
    QCOMPARE(SafetyCard::severity(gas), Theme::Severity::Error);
    gas.exceeded.clear();
    QCOMPARE(SafetyCard::levelTexts(gas), QStringList("● Below all limits"));
    SafetyCard::Gas oxygen;
    oxygen.name = "oxygen";
    oxygen.unit = "%vol";
    oxygen.value = std::nan("");
    oxygen.low = 19.5;
    oxygen.falling = true;
    QCOMPARE(SafetyCard::levelTexts(oxygen), QStringList("○ No reading now"));
    QVERIFY(SafetyCard::quarterText(oxygen).isEmpty()); // nothing was measured
    oxygen.value = 18;
    oxygen.exceeded = {Level::Low};
    QCOMPARE(SafetyCard::levelTexts(oxygen), QStringList("▲ Below the first limit, 19.5 %vol"));

    const int empty = card.heightForWidth(260);
    card.setGases({gas, oxygen});
    QVERIFY(card.heightForWidth(260) > empty + 100);
    QVERIFY(card.heightForWidth(180) > card.heightForWidth(600)); // lines are wrapped, none is cut
    const QString told = card.accessibleDescription();
    QVERIFY2(told.contains("carbon monoxide 41.3 ppm, Below all limits, 15 min") && told.contains("oxygen 18.0 %vol") &&
                 told.endsWith("for orientation only."),
             qPrintable(told));
    card.resize(260, card.heightForWidth(260));
    keepPicture(card, "safety-card");
}

void TestWidgets::timelineJoinsDecisions()
{
    std::vector<Decision> decisions;
    for (int i = 0; i < 10; ++i)
        decisions.push_back(decisionOf(i, i < 4 ? 0 : 1, 0.8F));
    decisions.push_back(decisionOf(10, -1, 0));
    decisions.push_back(decisionOf(60, 1, 0.9F)); // after a pause
    const auto spans = spansOf(decisions, gases);
    QCOMPARE(spans.size(), std::size_t{4});
    QCOMPARE(spans[0].label, QString("air"));
    QCOMPARE(spans[0].to, 4 * second); // up to the change
    QCOMPARE(spans[1].label, QString("ethanol"));
    QVERIFY(spans[2].label.isEmpty());
    QCOMPARE(spans[2].to, 10 * second); // nothing is claimed for the pause
    QCOMPARE(spans[3].from, 60 * second);

    DecisionTimeline timeline;
    for (const Decision& decision : decisions)
        timeline.append(decision, gases);
    QCOMPARE(timeline.spans(), spans);
    QVERIFY(timeline.summary().contains("ethanol from 4.0 s to 10.0 s"));
}

void TestWidgets::timelineSeeksByMouseAndKeys()
{
    DecisionTimeline timeline;
    timeline.resize(624, 56);
    timeline.setRange(0, 60 * second);
    timeline.setSpans(
        {{0, 20 * second, "air", 1}, {20 * second, 40 * second, "ethanol", 0.9}, {40 * second, 60 * second, "", 0}});
    QSignalSpy seek(&timeline, &DecisionTimeline::seekRequested);
    QTest::mouseClick(&timeline, Qt::LeftButton, {}, QPoint(12 + 300, 20));
    QCOMPARE(seek.takeLast().at(0).value<Timestamp>(), 30 * second);
    timeline.setPosition(30 * second);
    QTest::keyClick(&timeline, Qt::Key_Right);
    QCOMPARE(seek.takeLast().at(0).value<Timestamp>(), 40 * second);
    QTest::keyClick(&timeline, Qt::Key_Left);
    QCOMPARE(seek.takeLast().at(0).value<Timestamp>(), 20 * second);
    // The gas has its colour in the strip.
    const QImage image = timeline.grab().toImage();
    timeline.setSpans({{0, 60 * second, "acetone", 1}});
    QVERIFY(timeline.grab().toImage() != image);
    QCOMPARE(timeline.grab().toImage().pixelColor(14, 20), Theme::current().gasColour("acetone"));
}

void TestWidgets::protocolIsShownOverItsTime()
{
    using Kind = PlannedPhase::Kind;
    using State = ProtocolTimeline::State;
    ProtocolTimeline course;
    course.resize(624, 92); // 600 pixels of band for 200 s
    QCOMPARE(course.headline(), QString("Nothing is planned"));
    std::vector<PlannedPhase> plan;
    for (int trial = 0; trial < 2; ++trial) {
        plan.push_back({Kind::Baseline, 20, trial, "baseline", {}});
        plan.push_back(
            {Kind::Exposure, 40, trial, trial == 0 ? "ethanol 100 ppm" : "blank", trial == 0 ? "ethanol" : ""});
        plan.push_back({Kind::Recovery, 30, trial, "recovery", {}});
        plan.push_back({Kind::Wait, 10, trial, "wait", {}});
    }
    course.setPlan(plan);
    QCOMPARE(course.totalSeconds(), 200.0);
    QCOMPARE(course.trials(), 2);
    QVERIFY2(course.summary().contains("2 trial") && course.summary().contains("03:20"), qPrintable(course.summary()));
    QVERIFY(course.countdown().isEmpty());
    course.setProgress({State::Planned, 0, 0, "Warm-up: 8 s to go."});
    QCOMPARE(course.headline(), QString("Waiting"));
    QVERIFY(course.summary().contains("8 s to go"));
    course.setProgress({});
    // The gas has its colour, a blank the neutral one.
    const auto colour = [&](double seconds) { return course.grab().toImage().pixelColor(12 + int(seconds * 3), 45); };
    QCOMPARE(colour(21), Theme::current().gasColour("ethanol"));
    QCOMPARE(colour(121), Theme::current().neutral);
    QVERIFY(colour(5) != colour(21));

    course.setProgress({State::Running, 1, 12.4, {}});
    QCOMPARE(course.position(), 47.6);
    QCOMPARE(course.headline(), QString("ethanol 100 ppm"));
    QCOMPARE(course.countdown(), QString("next in 00:13: recovery"));
    QCOMPARE(course.trialsDone(), 0);
    QVERIFY(colour(21) != Theme::current().gasColour("ethanol")); // what is over steps back
    QCOMPARE(colour(55), Theme::current().gasColour("ethanol"));
    QCOMPARE(colour(47.6), Theme::current().text); // the playhead
    course.setProgress({State::Running, 7, 3, {}});
    QCOMPARE(course.countdown(), QString("ends in 00:03"));
    QCOMPARE(course.trialsDone(), 1);
    course.setProgress({State::Paused, 5, 40, "A device does not stream."});
    QCOMPARE(course.headline(), QString("Paused"));
    QVERIFY(course.countdown().isEmpty());
    QVERIFY(course.summary().contains("does not stream"));
    QCOMPARE(colour(120), Theme::current().severity(Theme::Severity::Warning));
    course.setProgress({State::Aborted, 5, 40, {}});
    QCOMPARE(course.headline(), QString("Aborted"));
    course.setProgress({State::Finished, 8, 0, {}});
    QCOMPARE(course.trialsDone(), 2);
    QCOMPARE(course.position(), 200.0);

    // By keyboard and mouse every phase can be looked at.
    QTest::keyClick(&course, Qt::Key_Home);
    QTest::keyClick(&course, Qt::Key_Right);
    QCOMPARE(course.looked(), std::optional<std::size_t>(1));
    QCOMPARE(course.description(1), QString("ethanol 100 ppm: trial 1, from 00:20 to 01:00"));
    QVERIFY(course.summary().contains("from 00:20 to 01:00"));
    QTest::keyClick(&course, Qt::Key_Escape);
    QVERIFY(!course.looked());
    QTest::mouseClick(&course, Qt::LeftButton, {}, QPoint(12 + 3 * 65, 45));
    QCOMPARE(course.looked(), std::optional<std::size_t>(2));
    QTest::keyClick(&course, Qt::Key_End);
    QCOMPARE(course.looked(), std::optional<std::size_t>(7));
    keepPicture(course, "protocol");
}

void TestWidgets::statusFieldIsAButton()
{
    StatusField field("Dropped frames");
    field.setValue("0 dropped");
    QSignalSpy clicked(&field, &StatusField::clicked);
    QTest::mouseClick(&field, Qt::LeftButton);
    QTest::keyClick(&field, Qt::Key_Space);
    QCOMPARE(clicked.count(), 2);
    const int narrow = field.sizeHint().width();
    field.setValue("9 dropped");
    QCOMPARE(field.sizeHint().width(), narrow); // a changing figure does not move its neighbours
    field.setValue("9 dropped", Theme::Severity::Error, "The recogniser is too slow");
    QVERIFY(field.sizeHint().width() > narrow); // a symbol, not only a colour
    QVERIFY(field.accessibleDescription().startsWith("error"));
    QVERIFY(field.toolTip().contains("too slow"));
}

void TestWidgets::statusStripKeepsFaultsVisible()
{
    StatusStrip strip;
    strip.resize(900, 32);
    strip.show();
    strip.field("rate", "Sample rate")->setValue("100.0 Hz");
    strip.field("disk", "Space left on disk")->setValue("3 d 4 h left on disk");
    strip.field("backend", "Back end")->setValue("CPU vector (AVX-512)");
    strip.field("drops", "Dropped frames")->setValue("12 dropped", Theme::Severity::Error);
    QCoreApplication::sendPostedEvents();
    QVERIFY(strip.field("rate")->isVisible() && strip.field("backend")->isVisible());
    strip.resize(220, 32);
    QVERIFY(strip.field("drops")->isVisible());
    QVERIFY(!strip.field("backend")->isVisible());
    QSignalSpy activated(&strip, &StatusStrip::activated);
    strip.field("drops")->click();
    QCOMPARE(activated.takeLast().at(0).toString(), QString("drops"));
}

void TestWidgets::fuzzyFilterRanksWordStarts()
{
    QCOMPARE(fuzzyScore("xyz", "Start recording"), 0);
    QVERIFY(fuzzyScore("", "anything") > 0);
    QVERIFY(fuzzyScore("sr", "Start recording") > fuzzyScore("sr", "Measure"));
    QVERIFY(fuzzyScore("REC", "Start recording") > 0);
    QVERIFY(fuzzyScore("start rec", "Start recording") > fuzzyScore("start rec", "Restart the recogniser"));
}

void TestWidgets::paletteFiltersAndRuns()
{
    QWidget window;
    window.resize(1000, 700);
    window.show();
    QAction record("&Start recording", &window);
    record.setShortcut(QKeySequence(Qt::Key_R));
    QAction open("Open recording…", &window);
    QAction disabled("Retrain", &window);
    disabled.setEnabled(false);
    QAction hidden("Secret", &window);
    hidden.setVisible(false);
    CommandPalette palette(&window);
    const QAbstractItemModelTester tester(palette.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    palette.model()->add(&record, "bnof record");
    palette.model()->add(&open, "bnof replay");
    palette.model()->add(&disabled, "bnof train");
    palette.model()->add(&hidden);
    QCOMPARE(palette.model()->rowCount(), 3);
    // What cannot be used comes last, whatever its place and however well it matches, and says why.
    disabled.setProperty(CommandModel::reasonProperty, "Nothing to learn from.");
    QCOMPARE(palette.model()->actionAt(2), &disabled);
    QCOMPARE(palette.model()->index(2).data(CommandModel::ReasonRole).toString(), QString("Nothing to learn from."));
    QVERIFY(palette.model()->index(2).data(Qt::AccessibleTextRole).toString().contains("Nothing to learn from."));
    QCOMPARE(palette.model()->index(0).data(CommandModel::ReasonRole).toString(), QString());
    record.setEnabled(false);
    QCOMPARE(palette.model()->actionAt(0), &open);
    record.setEnabled(true);
    QCOMPARE(palette.model()->actionAt(0), &record);
    palette.open();
    QVERIFY(palette.isVisible());
    QTest::keyClicks(palette.input(), "start");
    QCOMPARE(palette.model()->actionAt(0), &record);
    const QModelIndex first = palette.model()->index(0);
    QCOMPARE(first.data().toString(), QString("Start recording"));
    QCOMPARE(first.data(CommandModel::ShortcutRole).toString(), QString("R"));
    QCOMPARE(first.data(CommandModel::CommandLineRole).toString(), QString("bnof record"));
    QSignalSpy triggered(&record, &QAction::triggered);
    QTest::keyClick(palette.input(), Qt::Key_Return);
    QCOMPARE(triggered.count(), 1);
    QVERIFY(!palette.isVisible());
    palette.open();
    QTest::keyClicks(palette.input(), "replay"); // its name on the command line
    QCOMPARE(palette.model()->actionAt(0), &open);
    palette.input()->setText("retrain");
    QSignalSpy refused(&disabled, &QAction::triggered);
    palette.accept();
    QCOMPARE(refused.count(), 0);
    QTest::keyClick(palette.input(), Qt::Key_Escape);
    QVERIFY(!palette.isVisible());
    {
        QAction passing("Passing", &window);
        palette.model()->add(&passing);
        palette.model()->setFilter({});
        QCOMPARE(palette.model()->rowCount(), 4);
    }
    QCOMPARE(palette.model()->rowCount(), 3);
}

void TestWidgets::problemsAreMergedSortedAndDismissed()
{
    ProblemModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy count(&model, &ProblemModel::countChanged);
    const QDateTime start(QDate(2026, 3, 5), QTime(14, 2), Qt::UTC);
    model.report({"drops", Theme::Severity::Warning, "12 frames dropped", "Close other programs.", {}, start, 1, true});
    model.report({"unplugged", Theme::Severity::Error, "The sensor is gone", "Plug it in again.", "Reconnect",
                  start.addSecs(5), 1, true});
    model.report({"drops",
                  Theme::Severity::Warning,
                  "40 frames dropped",
                  "Close other programs.",
                  {},
                  start.addSecs(9),
                  1,
                  true});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0).data().toString(), QString("The sensor is gone"));
    QCOMPARE(model.index(1).data().toString(), QString("40 frames dropped"));
    QCOMPARE(model.index(1).data(ProblemModel::SinceRole).toDateTime(), start);
    QCOMPARE(model.index(1).data(ProblemModel::CountRole).toInt(), 2);
    QCOMPARE(model.activeCount(), 2);
    QCOMPARE(model.worst(), Theme::Severity::Error);
    model.resolve("unplugged");
    QCOMPARE(model.activeCount(), 1);
    QCOMPARE(model.index(1).data(ProblemModel::IdRole).toString(), QString("unplugged")); // after the active ones
    model.dismissResolved();
    QCOMPARE(model.rowCount(), 1);
    model.dismiss("drops");
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(model.worst(), Theme::Severity::Good);
    QCOMPARE(count.count(), 4);
}

void TestWidgets::problemListWorksByKeysAndMouse()
{
    ProblemModel model;
    ProblemList list;
    list.resize(600, 300);
    list.setModel(&model);
    list.show();
    QCOMPARE(list.accessibleDescription(), QString("No problems"));
    model.report({"a", Theme::Severity::Error, "The sensor is gone", "Plug it in again.", "Reconnect", {}, 1, true});
    model.report({"b", Theme::Severity::Warning, "Disk is filling", "Free some space.", {}, {}, 1, true});
    QVERIFY(list.accessibleDescription().startsWith("2"));
    QVERIFY(list.view()->isVisible());
    QSignalSpy remedy(&list, &ProblemList::remedyRequested);
    list.view()->setCurrentIndex(model.index(0));
    QTest::keyClick(list.view(), Qt::Key_Return);
    QCOMPARE(remedy.takeLast().at(0).toString(), QString("a"));
    const QRect row = list.view()->visualRect(model.index(0));
    QTest::mouseClick(list.view()->viewport(), Qt::LeftButton, {}, QPoint(row.right() - 80, row.top() + 24));
    QCOMPARE(remedy.takeLast().at(0).toString(), QString("a"));
    QTest::mouseClick(list.view()->viewport(), Qt::LeftButton, {}, QPoint(row.right() - 24, row.top() + 24));
    QCOMPARE(model.rowCount(), 1);
    list.view()->setCurrentIndex(model.index(0));
    QTest::keyClick(list.view(), Qt::Key_Delete);
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(!list.view()->isVisible());
}

void TestWidgets::tablesCopyAsTsv()
{
    QTableWidget table(2, 3);
    table.setHorizontalHeaderLabels({"Channel", "Hidden", "Value"});
    for (int row = 0; row < 2; ++row)
        for (int column = 0; column < 3; ++column)
            table.setItem(row, column, new QTableWidgetItem(QStringLiteral("r%1\tc%2").arg(row).arg(column)));
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.hideColumn(1);
    copyRowsOnCopyKey(table);
    table.show();
    table.selectAll();
    QCOMPARE(rowsAsTsv(table), QString("Channel\tValue\nr0 c0\tr0 c2\nr1 c0\tr1 c2\n"));
    table.selectRow(1);
    table.setFocus();
    QApplication::clipboard()->clear();
    QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), QString("Channel\tValue\nr1 c0\tr1 c2\n"));
}

void TestWidgets::problemsCopyAsTsv()
{
    ProblemModel model;
    ProblemList list;
    list.setModel(&model);
    QCOMPARE(list.asTsv(), QString());
    Problem problem;
    problem.id = "disk";
    problem.severity = Theme::Severity::Error;
    problem.what = "The disk\nis full";
    problem.remedy = "Free some space.";
    problem.since = QDateTime(QDate(2026, 3, 5), QTime(14, 2, 11), Qt::UTC);
    model.report(problem);
    list.show();
    list.view()->setFocus();
    QApplication::clipboard()->clear();
    QTest::keyClick(list.view(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(),
             QString("Severity\tProblem\tRemedy\tSince\tTimes\tState\n"
                     "Error\tThe disk is full\tFree some space.\t2026-03-05T14:02:11Z\t1\tpresent\n"));
}

void TestWidgets::emptyStateFollowsItsAction()
{
    EmptyState empty("No sensor", "Nothing is connected.");
    QAction action("Connect…");
    QSignalSpy triggered(&action, &QAction::triggered);
    QPushButton* first = empty.addStep(&action);
    QPushButton* second_ = empty.addStep("Try the simulated nose");
    QVERIFY(first->property("primary").toBool());
    QVERIFY(!second_->property("primary").toBool());
    first->click();
    QCOMPARE(triggered.count(), 1);
    action.setEnabled(false);
    QVERIFY(!first->isEnabled());
    empty.clearSteps();
    QVERIFY(empty.findChildren<QPushButton*>().isEmpty());
}

void TestWidgets::picturesForTheEye()
{
    if (!qEnvironmentVariableIsSet("BNOF_PICTURES"))
        QSKIP("set BNOF_PICTURES to a folder to have pictures written");
    for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
        Theme::apply(mode);
        const QString theme = mode == Theme::Mode::Light ? "light" : "dark";
        QWidget board;
        board.resize(1000, 900);
        int column = 0;
        for (const auto state :
             {DecisionCard::State::Named, DecisionCard::State::Unknown, DecisionCard::State::Degraded}) {
            auto* card = new DecisionCard(&board);
            card->setGases(gases);
            DecisionCard::Content content = ethanol();
            content.state = state;
            if (state == DecisionCard::State::Degraded)
                content.ppmHigh = 190;
            if (state == DecisionCard::State::Unknown) {
                content.ppm.reset();
                content.probabilities = {0.1F, 0.3F, 0.2F, 0.1F};
            }
            card->setContent(content);
            card->setSimulated(state != DecisionCard::State::Unknown);
            card->setGeometry(20 + 325 * column++, 20, 310, 380);
        }
        auto* timeline = new DecisionTimeline(&board);
        timeline->setGeometry(20, 420, 960, 60);
        timeline->setRange(0, 120 * second);
        timeline->setSpans({{0, 20 * second, "air", 1},
                            {20 * second, 45 * second, "ethanol", 0.95},
                            {45 * second, 60 * second, "", 0},
                            {60 * second, 90 * second, "air", 1},
                            {96 * second, 118 * second, "acetone", 0.7}});
        timeline->setGaps({{90 * second, 96 * second, {}, 1}});
        timeline->setMarks({{21 * second, "on"}, {70 * second, "door"}});
        timeline->setWindow(30 * second, 50 * second);
        auto* strip = new StatusStrip(&board);
        strip->setGeometry(20, 500, 960, 32);
        strip->field("rate", "Sample rate")->setValue("100.0 Hz");
        strip->field("drops", "Dropped")->setValue("12 dropped", Theme::Severity::Error);
        strip->field("disk", "Disk")->setValue("3 h left on disk", Theme::Severity::Warning);
        strip->field("backend", "Back end")->setValue("CPU vector (AVX-512)");
        strip->field("ok", "Sensors")->setValue("16 sensors", Theme::Severity::Good);
        auto* model = new ProblemModel(&board);
        auto* problems = new ProblemList(&board);
        problems->setGeometry(20, 550, 470, 330);
        problems->setModel(model);
        model->report({"a",
                       Theme::Severity::Error,
                       "The sensor “Bench nose A” is gone",
                       "Plug it in again; recording goes on and the gap is marked.",
                       "Reconnect",
                       {},
                       3,
                       true});
        model->report({"b",
                       Theme::Severity::Warning,
                       "Disk is filling up",
                       "Free some space or choose another folder in Settings.",
                       {},
                       {},
                       1,
                       true});
        model->report({"c", Theme::Severity::Warning, "Channel 7 is stuck", "Check the heater.", {}, {}, 1, true});
        model->resolve("c");
        auto* empty = new EmptyState("No CUDA device", "The CPU back end runs at 61 times real time.", &board);
        empty->setGeometry(510, 550, 470, 160);
        empty->addStep("Details");
        empty->addStep("Run a benchmark");
        auto* bars = new BarList(&board);
        bars->setGeometry(510, 720, 470, 160);
        bars->setBars({{"Ethanol", 0.97, Theme::current().gasColour("ethanol"), {}, true},
                       {"Acetone", 0.02, Theme::current().gasColour("acetone"), {}, false},
                       {"A very long name of a mixture of gases", 0.4, {}, "0.40", false}});
        board.show();
        keepPicture(board, "board-" + theme);
        CommandPalette palette(&board);
        std::vector<std::unique_ptr<QAction>> actions;
        for (const char* name :
             {"Start recording", "Add a mark", "Freeze the display", "Open recording…", "Reset layout"})
            actions.push_back(std::make_unique<QAction>(QString::fromUtf8(name)));
        actions[0]->setShortcut(QKeySequence("R"));
        actions[1]->setShortcut(QKeySequence("Space"));
        actions[4]->setEnabled(false);
        palette.model()->add(actions[0].get(), "bnof record");
        for (std::size_t i = 1; i < actions.size(); ++i)
            palette.model()->add(actions[i].get());
        palette.open();
        keepPicture(palette, "palette-" + theme);
        palette.hide();
    }
    Theme::apply(Theme::Mode::Light);
}

QTEST_MAIN(TestWidgets)
#include "tst_widgets.moc"
