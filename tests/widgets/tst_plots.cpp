// SPDX-License-Identifier: GPL-3.0-or-later
// TraceView, RasterView and the time axis they share. With BNOF_PICTURES=folder the pictures that are
// looked at by eye are written there.
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QMimeData>
#include <QSignalSpy>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

#include "engine/base/philox.h"
#include "tests/support/suite.h"
#include "widgets/raster_view.h"
#include "widgets/theme.h"
#include "widgets/trace_view.h"

using namespace bnof;
using namespace bnof::widgets;

namespace {

constexpr Timestamp second = nanosecondsPerSecond;
constexpr Timestamp ms = nanosecondsPerMillisecond;

std::vector<ChannelInfo> channelTable(int count, const char* unit = "ohm")
{
    std::vector<ChannelInfo> table;
    for (int c = 0; c < count; ++c)
        table.push_back({"MOX-" + std::to_string(c + 1), "resistance", unit, "", 0, 0});
    return table;
}

/// `seconds` of puffs at 100 Hz, with a gap from 22 s to 24 s.
void fillPuffs(TraceHistory& history, double from, double to, bool gap = true)
{
    std::vector<float> values(history.channelCount());
    PhiloxSequence random(1, static_cast<std::uint64_t>(from * 100));
    for (double t = from; t < to; t += 0.01) {
        if (gap && t >= 22 && t < 24) {
            history.markGap();
            continue;
        }
        for (std::size_t c = 0; c < values.size(); ++c) {
            const double phase = std::fmod(t, 20.0);
            const double rise = phase < 8 ? 1 - std::exp(-phase / 2) : std::exp(-(phase - 8) / 4);
            const double noise = static_cast<double>(random.next()) / 4294967296.0 - 0.5;
            values[c] = static_cast<float>(11'000 + 600.0 * static_cast<double>(c) -
                                           rise * (1500 + 230.0 * static_cast<double>(c % 5)) + 60 * noise);
        }
        history.append(fromSeconds(t), values);
    }
}

void fillSpikes(SpikeHistory& history, double from, double to)
{
    PhiloxSequence random(2, static_cast<std::uint64_t>(from * 100));
    for (double t = from; t < to; t += 0.001) {
        const bool smell = std::fmod(t, 20.0) < 8;
        for (const auto& layer : history.layers()) {
            const bool kenyon = layer.info.size > 1000;
            const double mean = layer.info.size * (kenyon ? (smell ? 0.0012 : 0.0001) : (smell ? 0.02 : 0.004));
            const auto count = static_cast<int>(mean + static_cast<double>(random.next()) / 4294967296.0);
            for (int i = 0; i < count; ++i) {
                const std::uint32_t n = random.next() % layer.info.size;
                history.add(fromSeconds(t),
                            layer.firstNeuron + (smell ? n * 7 % layer.info.size / 3 * 3 % layer.info.size : n));
            }
        }
    }
    history.advanceTo(fromSeconds(to));
}

std::shared_ptr<SpikeHistory> fourLayers()
{
    return std::make_shared<SpikeHistory>(
        std::vector<LayerInfo>{{"receptor", 64}, {"projection", 64}, {"Kenyon", 5000}, {"output", 6}});
}

int differingPixels(const QImage& a, const QImage& b, const QRect& area)
{
    int differing = 0;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            differing += a.pixel(x, y) != b.pixel(x, y);
    return differing;
}

/// Smallest distance of any pixel in the column from a colour; 0 is an exact hit.
int nearest(const QImage& image, int x, int top, int bottom, const QColor& colour)
{
    int best = 1000;
    for (int y = top; y <= bottom; ++y) {
        const QColor pixel = image.pixelColor(x, y);
        best = std::min(best, std::abs(pixel.red() - colour.red()) + std::abs(pixel.green() - colour.green()) +
                                  std::abs(pixel.blue() - colour.blue()));
    }
    return best;
}

void turnWheel(QWidget& widget, QPoint at, int steps)
{
    QWheelEvent event(QPointF(at), widget.mapToGlobal(QPointF(at)), {}, QPoint(0, 120 * steps), Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

void keepPicture(QWidget& widget, const QString& name)
{
    const QString folder = qEnvironmentVariable("BNOF_PICTURES");
    if (!folder.isEmpty())
        QVERIFY(widget.grab().save(QDir(folder).filePath(QStringLiteral("widgets-%1.png").arg(name))));
}

/// A live trace view over `channels` channels with `seconds` of data, as wide as the figures.
struct Traces {
    explicit Traces(int channels, double seconds, std::size_t capacity = 1 << 16)
        : history(std::make_shared<TraceHistory>(static_cast<std::size_t>(channels), capacity))
    {
        fillPuffs(*history, 0, seconds);
        view.resize(1200, 600);
        view.setSource(std::make_shared<HistoryTraceSource>(history, channelTable(channels)));
        view.show();
    }
    QImage picture() { return view.grab().toImage(); }

    std::shared_ptr<TraceHistory> history;
    TraceView view;
};

} // namespace

class TestPlots : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase() { Theme::apply(Theme::Mode::Light); }
    void axisFollowsAndFreezes();
    void axisZoomKeepsItsAnchor();
    void ticksAreRound();
    void valuesAndTimesReadWell();
    void spikeOfOneSampleIsPainted();
    void gapIsHatchedAndNotBridged();
    void pauseKeepsTheWindowWhileDataGrows();
    void wheelDragAndKeysMoveTheWindow();
    void legendHidesAndHighlights();
    void singleSamplesAreDotsWhenZoomedIn();
    void markAndThresholdAreDrawn();
    void emptyStateSaysWhy();
    void summaryNamesExceededThreshold();
    void pictureAndVectorCopies();
    void themesRenderDifferently();
    void narrowLegendTellsTheRestInATip();
    void rasterCountsMatchTheSpikes();
    void rasterColumnsAreRefilledWhenBinsComplete();
    void rasterShowsSingleSpikesWhenZoomed();
    void rasterSummaryNamesLayers();
    void rasterInAFewPixelsStaysInItsLanes_data();
    void rasterInAFewPixelsStaysInItsLanes();
    void linkedViewsShareTheWindow();
    void framesAreCheap();
    void picturesForTheEye();
};

void TestPlots::axisFollowsAndFreezes()
{
    TimeAxis axis;
    axis.setSpan(10 * second);
    axis.setExtent(0, 3 * second);
    QCOMPARE(axis.begin(), Timestamp{0});
    axis.setExtent(0, 60 * second);
    QCOMPARE(axis.end(), 60 * second);
    QSignalSpy following(&axis, &TimeAxis::followingChanged);
    axis.scrollBy(5 * second); // nothing is newer than now
    QVERIFY(axis.isFollowing());
    axis.scrollBy(-5 * second);
    QVERIFY(!axis.isFollowing());
    axis.setExtent(0, 70 * second);
    QCOMPARE(axis.end(), 55 * second);
    axis.scrollBy(100 * second);
    QVERIFY(axis.isFollowing());
    QCOMPARE(axis.end(), 70 * second);
    QCOMPARE(following.count(), 2);
    axis.scrollToStart();
    QCOMPARE(axis.begin(), Timestamp{0});
    axis.toggleFreeze();
    QVERIFY(axis.isFollowing());
}

void TestPlots::axisZoomKeepsItsAnchor()
{
    TimeAxis axis;
    axis.setExtent(0, 100 * second);
    axis.setRange(20 * second, 40 * second);
    axis.zoom(0.5, 25 * second);
    QCOMPARE(axis.span(), 10 * second);
    QCOMPARE(axis.begin(), fromSeconds(22.5));
    axis.followLive();
    axis.zoom(2, 25 * second);
    QCOMPARE(axis.end(), 100 * second);
    axis.zoom(1e-12, 0);
    QCOMPARE(axis.span(), ms);
}

void TestPlots::ticksAreRound()
{
    QStringList labels;
    for (const AxisTick& tick : numberTicks(-0.31, 0.52, 5))
        labels << tick.label;
    QCOMPARE(labels, QStringList({"-0.2", "0.0", "0.2", "0.4"}));
    QVERIFY(numberTicks(1, 1, 5).empty());
    labels.clear();
    for (const AxisTick& tick : timeTicks(50 * second, 80 * second, 4))
        labels << tick.label;
    QCOMPARE(labels, QStringList({"50 s", "01:00", "01:10", "01:20"}));
}

void TestPlots::valuesAndTimesReadWell()
{
    QCOMPARE(formatValue(12'345, "ohm"), QString("12.35 kΩ"));
    QCOMPARE(formatValue(-1.5, ""), QString("−1.500"));
    QCOMPARE(formatValue(812, "ppm", 3), QString("812 ppm"));
    QCOMPARE(formatValue(std::nan(""), "ohm"), QString("—"));
    QCOMPARE(formatTime(fromSeconds(12.345), ms), QString("12.345 s"));
    QCOMPARE(formatTime(fromSeconds(161.3), 100 * ms), QString("02:41.3"));
    QCOMPARE(formatTime(fromSeconds(119.97), 100 * ms), QString("02:00.0"));
    QCOMPARE(formatTime(3762 * second, second), QString("1:02:42"));
}

void TestPlots::spikeOfOneSampleIsPainted()
{
    // Two million samples in some 900 pixels; one of them stands out.
    auto history = std::make_shared<TraceHistory>(1, std::size_t{1} << 22);
    constexpr int samples = 2'000'000;
    for (int i = 0; i < samples; ++i) {
        const float value = i == 777'777 ? 10.0F : 0.0F;
        history->append(i * ms, std::span(&value, 1));
    }
    TraceView view;
    view.resize(1100, 300);
    view.setSource(std::make_shared<HistoryTraceSource>(history, channelTable(1, "")));
    view.timeAxis()->setRange(0, samples * ms);
    view.setFixedRange(-1, 11);
    const QImage image = view.grab().toImage();
    const QRect plot = view.plotRect();
    const QColor colour = Theme::current().categorical(0);
    int columnsWithSpike = 0;
    for (int x = plot.left(); x < plot.right(); ++x)
        if (nearest(image, x, plot.top() + plot.height() / 5, plot.center().y(), colour) == 0)
            ++columnsWithSpike;
    QVERIFY2(columnsWithSpike >= 1 && columnsWithSpike <= 3, qPrintable(QString::number(columnsWithSpike)));
}

void TestPlots::gapIsHatchedAndNotBridged()
{
    for (const double span : {30.0, 4.0}) { // columns, then single samples
        Traces traces(1, 30);
        traces.view.timeAxis()->setRange(fromSeconds(span > 10 ? 0 : 21), fromSeconds(span > 10 ? span : 25));
        const QImage image = traces.picture();
        const QRect plot = traces.view.plotRect();
        const int middle = traces.view.xAt(23 * second);
        const QColor trace = Theme::current().categorical(0);
        QVERIFY(nearest(image, middle, plot.top(), plot.bottom(), trace) > 100);
        QVERIFY(nearest(image, traces.view.xAt(fromSeconds(21.5)), plot.top(), plot.bottom(), trace) < 30);
        QVERIFY(nearest(image, traces.view.xAt(fromSeconds(24.5)), plot.top(), plot.bottom(), trace) < 30);
        QVERIFY(nearest(image, middle, plot.top(), plot.bottom(), Theme::current().gapHatch) < 30);
    }
}

void TestPlots::pauseKeepsTheWindowWhileDataGrows()
{
    Traces traces(2, 20);
    traces.view.timeAxis()->setSpan(10 * second);
    QTest::keyClick(&traces.view, Qt::Key_F);
    QVERIFY(!traces.view.timeAxis()->isFollowing());
    const QRect plot = traces.view.plotRect().adjusted(0, 0, -400, -60); // without the badge, which counts on
    const QImage before = traces.picture();
    const Timestamp end = traces.view.timeAxis()->end();
    fillPuffs(*traces.history, 20, 21.9);
    traces.view.refresh();
    QCOMPARE(traces.view.timeAxis()->end(), end);
    QCOMPARE(differingPixels(before, traces.picture(), plot), 0);
    QTest::keyClick(&traces.view, Qt::Key_End);
    QCOMPARE(traces.view.timeAxis()->end(), *traces.history->latest());
    QVERIFY(differingPixels(before, traces.picture(), plot) > 0);
}

void TestPlots::wheelDragAndKeysMoveTheWindow()
{
    Traces traces(2, 60);
    TimeAxis& axis = *traces.view.timeAxis();
    const QPoint centre = traces.view.plotRect().center();
    const Timestamp span = axis.span();
    turnWheel(traces.view, centre, 1);
    QVERIFY(axis.span() < span);
    QVERIFY(axis.isFollowing());
    turnWheel(traces.view, centre, -1);

    QTest::mousePress(&traces.view, Qt::LeftButton, {}, centre);
    QTest::mouseMove(&traces.view, centre + QPoint(100, 0));
    QTest::mouseRelease(&traces.view, Qt::LeftButton, {}, centre + QPoint(100, 0));
    QVERIFY(!axis.isFollowing());
    const double moved = toSeconds(*traces.history->latest() - axis.end());
    const double expected = 100.0 / traces.view.plotRect().width() * toSeconds(axis.span());
    QVERIFY2(std::abs(moved - expected) < 0.1, qPrintable(QString::number(moved)));

    const Timestamp begin = axis.begin();
    QTest::keyClick(&traces.view, Qt::Key_Left);
    QVERIFY(axis.begin() < begin);
    QTest::keyClick(&traces.view, Qt::Key_Plus);
    QVERIFY(axis.span() < span);
    QTest::keyClick(&traces.view, Qt::Key_Home);
    QCOMPARE(axis.begin(), axis.earliest());
    QTest::keyClick(&traces.view, Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(axis.cursor());
    const Timestamp cursor = *axis.cursor();
    QTest::keyClick(&traces.view, Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(*axis.cursor() > cursor);
    QTest::keyClick(&traces.view, Qt::Key_End);
    QVERIFY(axis.isFollowing());
    QTest::keyClick(&traces.view, Qt::Key_L);
    QCOMPARE(traces.view.arrangement(), TraceView::Arrangement::Lanes);
}

void TestPlots::legendHidesAndHighlights()
{
    Traces traces(4, 20);
    QSignalSpy changed(&traces.view, &TraceView::channelVisibilityChanged);
    const QRect row = traces.view.legendRow(2);
    QVERIFY(!row.isEmpty());
    QTest::mouseClick(&traces.view, Qt::LeftButton, {}, row.center());
    QVERIFY(!traces.view.isChannelVisible(2));
    QCOMPARE(changed.count(), 1);
    const QRect plot = traces.view.plotRect();
    const QImage image = traces.picture();
    const int x = traces.view.xAt(10 * second);
    QVERIFY(nearest(image, x, plot.top(), plot.bottom(), Theme::current().categorical(2)) > 30);
    QVERIFY(nearest(image, x, plot.top(), plot.bottom(), Theme::current().categorical(1)) < 30);
    QTest::keyClick(&traces.view, Qt::Key_Down);
    QCOMPARE(traces.view.highlighted(), 0);
    QTest::keyClick(&traces.view, Qt::Key_Return);
    QVERIFY(!traces.view.isChannelVisible(0));
    QTest::keyClick(&traces.view, Qt::Key_Escape);
    QCOMPARE(traces.view.highlighted(), -1);
    QVERIFY(traces.view.accessibleDescription().contains("4 channel"));
}

void TestPlots::singleSamplesAreDotsWhenZoomedIn()
{
    Traces traces(1, 20);
    traces.view.timeAxis()->setRange(fromSeconds(5), fromSeconds(5.2));
    const QImage image = traces.picture();
    const QColor colour = Theme::current().categorical(0);
    const QRect plot = traces.view.plotRect();
    const auto covered = [&](Timestamp t) {
        int count = 0;
        for (int y = plot.top(); y <= plot.bottom(); ++y)
            count += image.pixelColor(traces.view.xAt(t), y) == colour;
        return count;
    };
    const auto point = traces.history->valueAt(0, fromSeconds(5.1));
    QVERIFY(covered(point->t) >= 3);
}

void TestPlots::markAndThresholdAreDrawn()
{
    auto history = std::make_shared<TraceHistory>(1, 4096);
    for (int i = 0; i < 1000; ++i) {
        const float value = 0.5F;
        history->append(i * 10 * ms, std::span(&value, 1));
    }
    TraceView view;
    view.resize(800, 300);
    view.setSource(std::make_shared<HistoryTraceSource>(history, std::vector<TraceChannel>{{"x", "", 0.8}}));
    view.setFixedRange(0, 1);
    view.timeAxis()->setRange(0, 10 * second);
    view.setMarks({{5 * second, "puff"}});
    const QImage image = view.grab().toImage();
    const QRect plot = view.plotRect();
    QVERIFY(nearest(image, view.xAt(5 * second), plot.top(), plot.bottom(), Theme::current().accent) < 20);
    const int y = plot.bottom() - plot.height() * 8 / 10;
    QVERIFY(nearest(image, plot.left() + 11, y - 3, y + 3, Theme::current().threshold) < 60 ||
            nearest(image, plot.left() + 14, y - 3, y + 3, Theme::current().threshold) < 60);
}

void TestPlots::emptyStateSaysWhy()
{
    TraceView view;
    view.resize(600, 200);
    view.setEmptyState("No sensor", "Connect one.");
    QCOMPARE(view.summary(), QString("No sensor. Connect one."));
    QCOMPARE(view.accessibleDescription(), view.summary());
    const QImage image = view.grab().toImage();
    bool text = false;
    for (int x = 0; x < image.width() && !text; ++x)
        text = nearest(image, x, 0, image.height() - 1, Theme::current().text) < 30;
    QVERIFY(text);
    RasterView raster;
    QVERIFY(!raster.accessibleName().isEmpty() && !raster.accessibleDescription().isEmpty());
}

void TestPlots::summaryNamesExceededThreshold()
{
    auto history = std::make_shared<TraceHistory>(6, 4096);
    for (int i = 0; i < 1000; ++i)
        history->append(i * 10 * ms, std::vector<float>{1, 1, 1, 1, 1, static_cast<float>(i) * 0.00142F});
    std::vector<TraceChannel> channels(6);
    for (int c = 0; c < 6; ++c)
        channels[static_cast<std::size_t>(c)].name = QStringLiteral("Channel %1").arg(c + 1);
    channels[5].threshold = 1.2;
    TraceView view;
    view.resize(600, 300);
    view.setSource(std::make_shared<HistoryTraceSource>(history, channels));
    view.grab();
    QVERIFY2(view.summary().contains("Channel 6 rising, 1.419, threshold 1.200 exceeded"), qPrintable(view.summary()));
}

void TestPlots::pictureAndVectorCopies()
{
    Traces traces(3, 20);
    const QImage image = traces.view.toImage(2);
    QCOMPARE(image.size(), traces.view.size() * 2);
    QCOMPARE(image.text("Description"), traces.view.summary());
    const QByteArray svg = traces.view.toSvg();
    QVERIFY(svg.contains("<svg") && svg.contains("<path") && svg.contains("kΩ"));
    traces.view.copyAsSvg();
    QVERIFY(QApplication::clipboard()->mimeData()->hasFormat("image/svg+xml"));
    QTest::keyClick(&traces.view, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->image().size(), image.size());
}

void TestPlots::themesRenderDifferently()
{
    Traces traces(3, 20);
    RasterView raster;
    raster.resize(600, 300);
    auto spikes = fourLayers();
    fillSpikes(*spikes, 0, 20);
    raster.setHistory(spikes);
    const QImage light = traces.picture();
    const QImage lightRaster = raster.grab().toImage();
    Theme::apply(Theme::Mode::Dark);
    const QImage dark = traces.picture();
    const QImage darkRaster = raster.grab().toImage();
    const QRect lane = raster.layerRect(0);
    Theme::apply(Theme::Mode::Light);
    QVERIFY(differingPixels(light, dark, light.rect()) > light.width() * light.height() * 9 / 10);
    QVERIFY(differingPixels(lightRaster, darkRaster, lane) > lane.width() * lane.height() * 9 / 10);
    QCOMPARE(raster.grab().toImage(), lightRaster); // recoloured from the kept counts
}

/// A narrow legend shortens its last line; the tip tells it in full.
void TestPlots::narrowLegendTellsTheRestInATip()
{
    Traces traces(40, 20);
    traces.view.resize(500, 220);
    const auto tip = [&](QPoint at) {
        QToolTip::hideText();
        QHelpEvent help(QEvent::ToolTip, at, traces.view.mapToGlobal(at));
        QApplication::sendEvent(&traces.view, &help);
        return QToolTip::text();
    };
    const QRect plot = traces.view.plotRect();
    QVERIFY(traces.view.legendRow(39).isEmpty());
    QCOMPARE(tip(plot.center()), QString());
    const QString rest = tip({plot.right() + 20, traces.view.height() - 4});
    QVERIFY2(rest.contains("more: scroll"), qPrintable(rest));
    QVERIFY(tip(traces.view.legendRow(0).center()).startsWith("MOX-1 "));
}

void TestPlots::rasterCountsMatchTheSpikes()
{
    auto history = std::make_shared<SpikeHistory>(std::vector<LayerInfo>{{"a", 10}, {"b", 300}});
    PhiloxSequence random(9, 9);
    std::vector<SpikeHistory::Event> given;
    for (Timestamp t = 0; t < 60 * second; t += 3 * ms) {
        given.push_back({t, random.next() % 310});
        history->add(t, given.back().neuron);
    }
    history->advanceTo(60 * second);
    RasterView view;
    view.resize(624, 300);
    view.setHistory(history);
    view.timeAxis()->setRange(0, 60 * second);
    view.grab();
    const QRect plot = view.plotRect();
    QCOMPARE(plot.width(), 600);
    std::uint64_t totalA = 0;
    std::uint64_t totalB = 0;
    for (int x = plot.left(); x <= plot.right(); ++x) {
        const Timestamp from = view.timeAxis()->begin() + (x - plot.left()) * 100 * ms;
        const auto expected = std::count_if(given.begin(), given.end(), [&](const auto& spike) {
            return spike.neuron < 10 && spike.t >= from && spike.t < from + 100 * ms;
        });
        QCOMPARE(view.spikesInColumn(0, x), static_cast<std::uint64_t>(expected));
        totalA += view.spikesInColumn(0, x);
        totalB += view.spikesInColumn(1, x);
    }
    QCOMPARE(totalA + totalB, static_cast<std::uint64_t>(given.size()));
    // A single spike in 100 ms of a shared row still shows.
    const QImage image = view.grab().toImage();
    const QRect lane = view.layerRect(1);
    const QRgb blank = Theme::current().density(0).rgb();
    for (int x = plot.left(); x <= plot.right(); ++x) {
        bool lit = false;
        for (int y = lane.top(); y < lane.bottom(); ++y)
            lit |= image.pixel(x, y) != blank;
        QCOMPARE(lit, view.spikesInColumn(1, x) > 0);
    }
}

void TestPlots::rasterColumnsAreRefilledWhenBinsComplete()
{
    auto history = std::make_shared<SpikeHistory>(std::vector<LayerInfo>{{"a", 4}});
    history->advanceTo(0);
    RasterView live;
    live.resize(624, 200);
    live.setHistory(history);
    live.timeAxis()->setSpan(60 * second);
    for (Timestamp t = 0; t < 20 * second; t += 37 * ms) {
        history->add(t, static_cast<std::uint32_t>(t / (37 * ms)) % 4);
        history->advanceTo(t);
        live.refresh();
        live.grab();
    }
    RasterView fresh;
    fresh.resize(live.size());
    fresh.setHistory(history);
    fresh.timeAxis()->setSpan(60 * second);
    QCOMPARE(differingPixels(live.grab().toImage(), fresh.grab().toImage(), live.layerRect(0)), 0);
}

void TestPlots::rasterShowsSingleSpikesWhenZoomed()
{
    auto history = fourLayers();
    fillSpikes(*history, 0, 20);
    RasterView view;
    view.resize(1000, 400);
    view.setHistory(history);
    QVERIFY(!view.showsSingleSpikes());
    for (int i = 0; i < 20 && !view.showsSingleSpikes(); ++i)
        turnWheel(view, view.plotRect().center(), 1);
    QVERIFY(view.showsSingleSpikes());
    const QImage image = view.grab().toImage();
    const auto spikes = history->spikes(view.timeAxis()->begin(), view.timeAxis()->end());
    QVERIFY(!spikes.empty());
    const auto& spike = spikes[spikes.size() / 2];
    QVERIFY(nearest(image, view.xAt(spike.t), view.plotRect().top(), view.plotRect().bottom(),
                    Theme::current().categorical(2)) < 200);
}

void TestPlots::rasterInAFewPixelsStaysInItsLanes_data()
{
    QTest::addColumn<Timestamp>("span");
    QTest::newRow("densities") << 2 * second;
    QTest::newRow("single spikes") << 40 * ms;
}

/// A view that is lower than its layers need once wrote below its picture.
void TestPlots::rasterInAFewPixelsStaysInItsLanes()
{
    QFETCH(Timestamp, span);
    const auto busy = fourLayers();
    fillSpikes(*busy, 0, 3);
    const auto silent = fourLayers();
    silent->advanceTo(3 * second);
    RasterView view;
    RasterView blank;
    int coloured = 0;
    // The first heights leave no room for a plot at all, the later ones a plot of a few pixels.
    for (int height = 1; height <= 90; ++height) {
        for (const int width : {1, 3, 7, 33, 101, 321}) {
            for (RasterView* each : {&view, &blank}) {
                each->setHistory(each == &view ? busy : silent);
                each->resize(width, height);
                each->timeAxis()->setExtent(0, 3 * second);
                each->timeAxis()->setRange(second, second + span);
            }
            QImage picture = view.grab().toImage();
            QImage background = blank.grab().toImage();
            QCOMPARE(picture.size(), QSize(width, height));
            QCOMPARE(background.size(), QSize(width, height));
            const QRect plot = view.plotRect();
            for (int layer = 0; layer < 4; ++layer) {
                const QRect lane = view.layerRect(layer);
                QVERIFY2(lane.isEmpty() || plot.contains(lane),
                         qPrintable(QStringLiteral("%1x%2, layer %3").arg(width).arg(height).arg(layer)));
                for (int y = lane.top(); y <= lane.bottom(); ++y)
                    for (int x = lane.left(); x <= lane.right(); ++x) {
                        coloured += picture.pixel(x, y) != background.pixel(x, y);
                        picture.setPixel(x, y, 0);
                        background.setPixel(x, y, 0);
                    }
            }
            QVERIFY2(picture == background, qPrintable(QStringLiteral("%1x%2").arg(width).arg(height)));
        }
    }
    QVERIFY(coloured > 1000);
}

void TestPlots::rasterSummaryNamesLayers()
{
    auto history = fourLayers();
    fillSpikes(*history, 0, 6);
    RasterView view;
    view.resize(800, 400);
    view.setHistory(history);
    view.setLayerTitles({"Receptors"});
    view.grab();
    QVERIFY2(view.summary().startsWith("Receptors (64): "), qPrintable(view.summary()));
    QVERIFY2(view.summary().contains("Kenyon (5000): "), qPrintable(view.summary()));
    QVERIFY(view.summary().contains("% active"));
}

void TestPlots::linkedViewsShareTheWindow()
{
    TimeAxis axis;
    Traces traces(2, 20);
    RasterView raster;
    raster.resize(800, 300);
    raster.setHistory(fourLayers());
    traces.view.setTimeAxis(&axis);
    raster.setTimeAxis(&axis);
    QTest::keyClick(&raster, Qt::Key_Minus);
    QCOMPARE(traces.view.timeAxis()->span(), raster.timeAxis()->span());
    {
        auto* passing = new TimeAxis;
        raster.setTimeAxis(passing);
        delete passing; // the view returns to its own
    }
    QVERIFY(raster.timeAxis() != nullptr);
    raster.grab();
}

void TestPlots::framesAreCheap()
{
    Traces traces(16, 120, std::size_t{1} << 17);
    traces.view.timeAxis()->setSpan(60 * second);
    auto history = fourLayers();
    fillSpikes(*history, 0, 30);
    RasterView raster;
    raster.resize(1200, 600);
    raster.setHistory(history);
    raster.show();
    std::vector<std::int64_t> trace;
    std::vector<std::int64_t> spikes;
    QImage target(1200, 600, QImage::Format_RGB32);
    for (int frame = 0; frame < 60; ++frame) {
        fillPuffs(*traces.history, 120 + frame / 60.0, 120 + (frame + 1) / 60.0);
        fillSpikes(*history, 30 + frame / 60.0, 30 + (frame + 1) / 60.0);
        traces.view.refresh();
        raster.refresh();
        traces.view.render(&target);
        raster.render(&target);
        trace.push_back(traces.view.lastPaintNanoseconds());
        spikes.push_back(raster.lastPaintNanoseconds());
    }
    std::sort(trace.begin(), trace.end());
    std::sort(spikes.begin(), spikes.end());
    qInfo("1200x600: 16 channels x 100 Hz, 60 s window %.2f ms a frame (median), raster of 5134 neurons %.2f ms",
          static_cast<double>(trace[30]) * 1e-6, static_cast<double>(spikes[30]) * 1e-6);
    QVERIFY(trace[30] > 0 && spikes[30] > 0);
}

void TestPlots::picturesForTheEye()
{
    if (!qEnvironmentVariableIsSet("BNOF_PICTURES"))
        QSKIP("set BNOF_PICTURES to a folder to have pictures written");
    for (const auto mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
        Theme::apply(mode);
        const QString theme = mode == Theme::Mode::Light ? "light" : "dark";
        Traces traces(16, 58);
        traces.view.resize(1100, 480);
        traces.view.timeAxis()->setSpan(60 * second);
        traces.view.setMarks({{10 * second, "ethanol on"}, {18 * second, "off"}, {41 * second, "door"}});
        keepPicture(traces.view, "traces-" + theme);
        traces.view.setArrangement(TraceView::Arrangement::Lanes);
        traces.view.timeAxis()->setCursor(45 * second);
        keepPicture(traces.view, "lanes-" + theme);
        traces.view.setArrangement(TraceView::Arrangement::Overlay);
        traces.view.setHighlighted(3);
        traces.view.timeAxis()->setRange(fromSeconds(21.7), fromSeconds(24.4));
        keepPicture(traces.view, "zoom-" + theme);
        auto history = fourLayers();
        fillSpikes(*history, 0, 58);
        RasterView raster;
        raster.resize(1100, 480);
        raster.setHistory(history);
        raster.timeAxis()->setSpan(60 * second);
        raster.setMarks({{10 * second, "ethanol on"}});
        keepPicture(raster, "raster-" + theme);
        raster.timeAxis()->setRange(44 * second, 46 * second);
        keepPicture(raster, "raster-zoom-" + theme);
        TraceView empty;
        empty.resize(600, 240);
        keepPicture(empty, "empty-" + theme);
    }
    Theme::apply(Theme::Mode::Light);
}

QTEST_MAIN(TestPlots)
#include "tst_plots.moc"
