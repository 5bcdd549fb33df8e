// SPDX-License-Identifier: GPL-3.0-or-later
// The picture of a network, histograms and sampled traces. With BNOF_PICTURES=folder the pictures that are looked at by
// eye are written there.
#include <QAccessible>
#include <QApplication>
#include <QDir>
#include <QScrollArea>
#include <QSignalSpy>

#include "engine/base/philox.h"
#include "tests/support/suite.h"
#include "widgets/histogram_view.h"
#include "widgets/network_diagram.h"
#include "widgets/sample_trace.h"
#include "widgets/theme.h"

using namespace bnof;
using namespace bnof::widgets;

namespace {

using Part = NetworkDiagram::Part;

/// The insect network of the default model.
void fill(NetworkDiagram& diagram)
{
    diagram.setNetwork({{"receptor", "integrate and fire", 164, false, false},
                        {"projection", "integrate and fire", 164, false, false},
                        {"local", "integrate and fire", 20, false, false},
                        {"Kenyon", "integrate and fire", 2000, true, false},
                        {"feedback", "integrate and fire", 8, false, false},
                        {"output", "integrate and fire", 60, false, true}},
                       {{"receptors", 0, 1, false, false, "100 mV · 1 ms"},
                        {"lateral excitation", 1, 2, false, false, "1.74 mV · 1 ms"},
                        {"lateral inhibition", 2, 1, true, false, "0.7 mV · 1 ms"},
                        {"expansion", 1, 3, false, true, "10 mV · 1 ms"},
                        {"feedback excitation", 3, 4, false, false, "2 mV · 1 ms"},
                        {"feedback inhibition", 4, 3, true, false, "1 mV · 1 ms"},
                        {"direct excitation", 1, 5, false, false, "1 ms"},
                        {"direct inhibition", 1, 5, true, false, "1 ms"},
                        {"learned excitation", 3, 5, false, false, "1 ms"},
                        {"learned inhibition", 3, 5, true, false, "1 ms"}});
    diagram.setActivity({{12.3, 30.1, 44, 0.8, 25, 31.5},
                         {1, 0.92, 1, 0.051, 1, 0.4},
                         {2000, 3e4, 1.4e5, 1.2e5, 4000, 1.6e5, 9e4, 8e4, 2e4, 1e4}});
}

std::vector<LayoutEdge> randomEdges(int boxes, std::uint64_t seed)
{
    PhiloxSequence random(seed, 1);
    std::vector<LayoutEdge> edges;
    for (int i = 1; i < boxes; ++i)
        edges.push_back({static_cast<int>(random.below(static_cast<std::uint32_t>(i))), i});
    for (int i = 0; i < boxes / 2; ++i) // loops, shortcuts, ways back
        edges.push_back({static_cast<int>(random.below(static_cast<std::uint32_t>(boxes))),
                         static_cast<int>(random.below(static_cast<std::uint32_t>(boxes)))});
    return edges;
}

} // namespace

class TestNetworkDiagram : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase() { Theme::apply(Theme::Mode::Light); }
    void nothingOverlaps_data();
    void nothingOverlaps();
    void columnsFollowTheConnections();
    void keysReachEveryPart();
    void mouseSelectsAndExplains();
    void namesAndSummaries();
    void changesOfTheNetworkKeepTheSelection();
    void smallPlacesScroll();
    void figuresAreShort();
    void histogramTellsTheRange();
    void samplesForgetTheOld();
    void picturesForTheEye();
};

void TestNetworkDiagram::nothingOverlaps_data()
{
    QTest::addColumn<int>("boxes");
    QTest::addColumn<QSizeF>("available");
    for (int boxes = 2; boxes <= 12; ++boxes) {
        for (const QSizeF& size : {QSizeF(1100, 700), QSizeF(600, 500), QSizeF(320, 200), QSizeF(0, 0)})
            QTest::addRow("%d in %dx%d", boxes, int(size.width()), int(size.height())) << boxes << size;
    }
}

void TestNetworkDiagram::nothingOverlaps()
{
    QFETCH(int, boxes);
    QFETCH(QSizeF, available);
    std::vector<std::vector<LayoutEdge>> graphs;
    std::vector<LayoutEdge> chain;
    for (int i = 0; i + 1 < boxes; ++i)
        chain.push_back({i, i + 1});
    graphs.push_back(chain);
    graphs.push_back({});
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
        graphs.push_back(randomEdges(boxes, seed));
    const NetworkLayoutMetrics metrics;
    for (const auto& edges : graphs) {
        const auto layout = layOutNetwork(boxes, edges, available, metrics);
        const QRectF all(QPointF(0, 0), layout.size);
        QVERIFY(layout.size.width() >= available.width() && layout.size.height() >= available.height());
        for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
            QCOMPARE(layout.boxes[i].rect.size(), metrics.box);
            QVERIFY(all.contains(layout.boxes[i].rect));
            for (std::size_t k = 0; k < i; ++k)
                QVERIFY(!layout.boxes[i].rect.adjusted(-8, -8, 8, 8).intersects(layout.boxes[k].rect));
        }
        for (const auto& edge : layout.edges) {
            QVERIFY(all.contains(edge.path.boundingRect().adjusted(-1, -1, 1, 1)));
            for (int step = 2; step <= 98; ++step) { // no arrow runs through a box
                const QPointF point = edge.path.pointAtPercent(step / 100.0);
                for (const auto& box : layout.boxes)
                    QVERIFY(!box.rect.adjusted(2, 2, -2, -2).contains(point));
            }
            for (const auto& box : layout.boxes)
                QVERIFY(!box.rect.intersects(edge.label));
        }
    }
}

void TestNetworkDiagram::columnsFollowTheConnections()
{
    // The way back (2 to 1) does not push anything to the right; the shortcut (0 to 3) does not either.
    const auto layout = layOutNetwork(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}, {0, 3}}, {1400, 500});
    for (std::size_t i = 1; i < 4; ++i) {
        QCOMPARE(layout.boxes[i].column, static_cast<int>(i));
        QVERIFY(layout.boxes[i].rect.left() > layout.boxes[i - 1].rect.right());
    }
}

void TestNetworkDiagram::keysReachEveryPart()
{
    NetworkDiagram diagram;
    fill(diagram);
    diagram.resize(1100, 600);
    diagram.show();
    QVERIFY(QTest::qWaitForWindowExposed(&diagram));
    diagram.setFocus();
    QSignalSpy changed(&diagram, &NetworkDiagram::selectionChanged);
    std::vector<NetworkDiagram::Selection> seen;
    for (int i = 0; i < 16; ++i) {
        QTest::keyClick(&diagram, Qt::Key_Tab);
        QVERIFY(std::find(seen.begin(), seen.end(), diagram.selection()) == seen.end());
        seen.push_back(diagram.selection());
    }
    QCOMPARE(changed.count(), 16); // six populations, ten projections
    QCOMPARE(seen.front(), (NetworkDiagram::Selection{Part::Population, 0}));
    QTest::keyClick(&diagram, Qt::Key_Home);
    QCOMPARE(diagram.selection(), seen.front());
    QTest::keyClick(&diagram, Qt::Key_Right);
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Projection, 0}));
    QTest::keyClick(&diagram, Qt::Key_Right);
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Population, 1}));
    QTest::keyClick(&diagram, Qt::Key_Left);
    QTest::keyClick(&diagram, Qt::Key_Left);
    QCOMPARE(diagram.selection(), seen.front());
    QTest::keyClick(&diagram, Qt::Key_End);
    QCOMPARE(diagram.selection(), seen.back());
    QTest::keyClick(&diagram, Qt::Key_Backtab);
    QCOMPARE(diagram.selection(), seen[14]);
    QTest::keyClick(&diagram, Qt::Key_Escape);
    QCOMPARE(diagram.selection().part, Part::Nothing);
}

void TestNetworkDiagram::mouseSelectsAndExplains()
{
    NetworkDiagram diagram;
    fill(diagram);
    diagram.resize(1100, 600);
    diagram.show();
    const auto& picture = diagram.picture();
    QTest::mouseClick(&diagram, Qt::LeftButton, {}, picture.boxes[3].rect.center().toPoint());
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Population, 3}));
    QTest::mouseClick(&diagram, Qt::LeftButton, {}, picture.edges[5].label.center().toPoint());
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Projection, 5}));
    QCOMPARE(diagram.partAt(picture.edges[6].path.pointAtPercent(0.5)).part, Part::Projection);
    QTest::mouseClick(&diagram, Qt::LeftButton, {}, {2, 2});
    QCOMPARE(diagram.selection().part, Part::Nothing);
}

void TestNetworkDiagram::namesAndSummaries()
{
    NetworkDiagram diagram;
    QCOMPARE(diagram.summary(), "No network");
    fill(diagram);
    QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(&diagram);
    QVERIFY(interface && !interface->text(QAccessible::Name).isEmpty());
    QVERIFY2(diagram.summary().contains("Kenyon 0.8 Hz"), qPrintable(diagram.summary()));
    diagram.select({Part::Population, 3});
    QCOMPARE(interface->text(QAccessible::Description),
             "Kenyon: 2,000 neurons, integrate and fire, 0.8 Hz a neuron, 5.1 % active, changed");
    diagram.select({Part::Projection, 5});
    QCOMPARE(interface->text(QAccessible::Description),
             "feedback inhibition: feedback inhibits Kenyon, 1 mV · 1 ms, 160 k/s events");
    diagram.select({Part::Population, 5});
    QVERIFY(interface->text(QAccessible::Description).endsWith("a value makes no sense"));
}

void TestNetworkDiagram::changesOfTheNetworkKeepTheSelection()
{
    NetworkDiagram diagram;
    fill(diagram);
    diagram.select({Part::Projection, 9});
    auto projections = diagram.projections();
    projections[9].strength = "3 ms";
    diagram.setNetwork(diagram.populations(), projections);
    QCOMPARE(diagram.selection(), (NetworkDiagram::Selection{Part::Projection, 9}));
    projections.pop_back();
    diagram.setNetwork(diagram.populations(), projections);
    QCOMPARE(diagram.selection().part, Part::Nothing);
}

void TestNetworkDiagram::smallPlacesScroll()
{
    QScrollArea area;
    area.setWidgetResizable(true);
    auto* diagram = new NetworkDiagram(&area);
    area.setWidget(diagram);
    fill(*diagram);
    for (const QSize& size : {QSize(1200, 600), QSize(620, 420), QSize(300, 200), QSize(1200, 600)}) {
        area.resize(size);
        area.show();
        QTest::qWait(30);
        QVERIFY(diagram->width() >= diagram->picture().size.width() - 1);
        QVERIFY(diagram->height() >= diagram->picture().size.height() - 1);
    }
    QCOMPARE(diagram->size(), area.viewport()->size()); // and no more than there is room for
}

void TestNetworkDiagram::figuresAreShort()
{
    QLocale::setDefault(QLocale::c());
    QCOMPARE(NetworkDiagram::eventText(-1), "—");
    QCOMPARE(NetworkDiagram::eventText(0), "0/s");
    QCOMPARE(NetworkDiagram::eventText(999), "999/s");
    QCOMPARE(NetworkDiagram::eventText(999.7), "1.0 k/s");
    QCOMPARE(NetworkDiagram::eventText(34'200), "34 k/s");
    QCOMPARE(NetworkDiagram::eventText(1'540'000), "1.5 M/s");
    QCOMPARE(NetworkDiagram::rateText(9.96), "10 Hz");
    QCOMPARE(NetworkDiagram::rateText(0.84), "0.8 Hz");
}

void TestNetworkDiagram::histogramTellsTheRange()
{
    HistogramView view;
    QCOMPARE(view.summary(), "No values");
    view.setBins({12000}, 10, 10, "mV");
    QVERIFY2(view.summary().contains("10 mV"), qPrintable(view.summary()));
    view.setBins({1, 5, 2, 0}, 0, 4, "mV");
    QCOMPARE(view.summary(), "From 0 mV to 4 mV, most often near 1.5 mV");
}

void TestNetworkDiagram::samplesForgetTheOld()
{
    SampleTrace trace;
    QCOMPARE(trace.summary(), "No samples yet");
    trace.setSeries({"neuron 0", "neuron 1"}, "mV", {{"threshold", -50}}, -80, -40, 2);
    for (int i = 0; i < 100; ++i)
        trace.append(i * 0.1, {-60.0F, -55.0F});
    QCOMPARE(trace.samples(), std::size_t{21});
    trace.append(9.9, {0, 0}); // not newer
    QCOMPARE(trace.samples(), std::size_t{21});
    QCOMPARE(trace.summary(), "neuron 0 -60.0 mV, neuron 1 -55.0 mV");
}

void TestNetworkDiagram::picturesForTheEye()
{
    const QString folder = qEnvironmentVariable("BNOF_PICTURES");
    for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
        Theme::apply(mode);
        NetworkDiagram diagram;
        fill(diagram);
        diagram.resize(1000, 560);
        const QPixmap all = diagram.grab();
        diagram.select({Part::Population, 3});
        const QPixmap chosen = diagram.grab();
        QVERIFY(all.toImage() != chosen.toImage()); // the selection is seen
        if (folder.isEmpty())
            continue;
        const QString name = QDir(folder).filePath(mode == Theme::Mode::Dark ? "network-dark" : "network-light");
        QVERIFY(all.save(name + ".png") && chosen.save(name + "-selected.png"));
        std::vector<NetworkDiagram::Population> many;
        std::vector<NetworkDiagram::Projection> between;
        for (int i = 0; i < 12; ++i)
            many.push_back({QString("population %1").arg(i), "integrate and fire", 1000});
        for (const auto& edge : randomEdges(12, 3))
            between.push_back({"p", edge.source, edge.target, edge.target % 3 == 0, false, "1.5 mV · 1 ms"});
        diagram.setNetwork(many, between);
        QVERIFY(diagram.grab().save(name + "-12.png"));
    }
    Theme::apply(Theme::Mode::Light);
}

QTEST_MAIN(TestNetworkDiagram)
#include "tst_network_diagram.moc"
