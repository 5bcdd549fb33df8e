// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <set>
#include <thread>

#include "engine/base/philox.h"
#include "engine/base/spike_history.h"
#include "engine/base/trace_history.h"
#include "tests/support/suite.h"

using namespace bnof;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

struct NaiveFrame {
    Timestamp t;
    std::vector<float> values;
    bool gap;
};

/// What TraceHistory promises, in the plainest way.
TraceColumn naiveColumn(const std::vector<NaiveFrame>& frames, std::size_t channel, Timestamp t0, Timestamp t1)
{
    TraceColumn column;
    for (const NaiveFrame& frame : frames) {
        if (frame.t < t0 || frame.t >= t1)
            continue;
        column.hasSamples = true;
        column.gap |= frame.gap;
        const float value = frame.values[channel];
        if (std::isnan(value))
            continue;
        column.low = column.hasData ? std::min(column.low, value) : value;
        column.high = column.hasData ? std::max(column.high, value) : value;
        column.hasData = true;
    }
    return column;
}

bool samePoint(const TracePoint& a, const TracePoint& b)
{
    return a.t == b.t && a.gapBefore == b.gapBefore &&
           ((std::isnan(a.value) && std::isnan(b.value)) || a.value == b.value);
}

} // namespace

class TestTraceHistory : public test::Suite {
    Q_OBJECT

private slots:
    void emptyHistoryAnswersNothing();
    void columnsEqualTheNaiveOnes_data();
    void columnsEqualTheNaiveOnes();
    void oneSampleSpikeSurvivesTwoMillionSamples();
    void rawPointsIncludeNeighbours();
    void valueAtKnowsGapsAndEnds();
    void gapsAreListed();
    void infiniteReadingsAreMissing();
    void concurrentReadersSeeOnlyWholeData();
    void appendingIsCheap();

    void rowsShareNeuronsEvenly();
    void spikeCountsEqualTheNaiveOnes();
    void spikeRingWrapsAround();
    void longSilenceReadsAsZero();
    void lateSpikesAreCounted();
    void activityIsRateAndShare();
    void concurrentSpikeReadersSeeOnlyWholeBins();
};

void TestTraceHistory::emptyHistoryAnswersNothing()
{
    TraceHistory history(2, 1024);
    QVERIFY(!history.latest() && !history.earliest() && !history.valueAt(0, 0) && !history.newest(0));
    QVERIFY(history.window(0, 100, 10).edges.empty());
    QVERIFY(history.series(0, 0, 100, 10).columns.empty());
    QVERIFY(history.gaps(0, 100).empty());
    history.append(5, std::vector<float>{1, 2});
    QVERIFY(history.series(7, 0, 100, 10).points.empty());
    QVERIFY(history.series(0, 10, 10, 10).points.empty());
    QVERIFY(history.series(0, 0, 10, 0).points.empty());
}

void TestTraceHistory::columnsEqualTheNaiveOnes_data()
{
    QTest::addColumn<int>("frames");
    QTest::addColumn<int>("capacity");
    QTest::newRow("few") << 300 << 1024;
    QTest::newRow("nearly full") << 4000 << 4096;
    QTest::newRow("wrapped once") << 6000 << 4096;
    QTest::newRow("wrapped often") << 30'000 << 4096;
}

void TestTraceHistory::columnsEqualTheNaiveOnes()
{
    QFETCH(int, frames);
    QFETCH(int, capacity);
    PhiloxSequence random(static_cast<std::uint64_t>(frames), 3);
    TraceHistory history(3, static_cast<std::size_t>(capacity));
    std::vector<NaiveFrame> naive;
    Timestamp t = 1000;
    for (int i = 0; i < frames; ++i) {
        NaiveFrame frame{t, {}, random.next() % 97 == 0};
        for (int c = 0; c < 3; ++c)
            frame.values.push_back(random.next() % 11 == 0 ? missing : static_cast<float>(random.next() % 10'000));
        if (frame.gap)
            history.markGap();
        history.append(t, frame.values);
        naive.push_back(std::move(frame));
        t += random.next() % 40 == 0 ? 0 : random.next() % 50;
    }
    const std::size_t kept = history.capacity() - history.capacity() / 16;
    if (naive.size() > kept)
        naive.erase(naive.begin(), naive.end() - static_cast<std::ptrdiff_t>(kept));
    QCOMPARE(*history.earliest(), naive.front().t);
    QCOMPARE(*history.latest(), naive.back().t);

    const Timestamp first = naive.front().t;
    const Timestamp length = naive.back().t - first;
    int summarised = 0;
    for (int trial = 0; trial < 12; ++trial) {
        const Timestamp t0 = first - 50 + static_cast<Timestamp>(random.next() % static_cast<std::uint32_t>(length));
        const Timestamp t1 = t0 + 1 + static_cast<Timestamp>(random.next() % static_cast<std::uint32_t>(length));
        const int columns = 1 + static_cast<int>(random.next() % 60);
        const auto window = history.window(t0, t1, columns);
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const TraceSeries series = history.series(window, channel);
            if (series.raw)
                continue;
            ++summarised;
            QCOMPARE(series.columns.size(), static_cast<std::size_t>(columns));
            for (int k = 0; k < columns; ++k) {
                const Timestamp a = t0 + (t1 - t0) * k / columns;
                const Timestamp b = t0 + (t1 - t0) * (k + 1) / columns;
                QCOMPARE(series.columns[static_cast<std::size_t>(k)], naiveColumn(naive, channel, a, b));
            }
        }
    }
    QVERIFY(summarised > 10);
}

void TestTraceHistory::oneSampleSpikeSurvivesTwoMillionSamples()
{
    TraceHistory history(1, std::size_t{1} << 22);
    constexpr int samples = 2'000'000;
    constexpr int spikeAt = 1'234'567;
    for (int i = 0; i < samples; ++i) {
        const float value = i == spikeAt ? 9.0F : std::sin(static_cast<float>(i) * 1e-4F);
        history.append(i * Timestamp{10}, std::span(&value, 1));
    }
    const TraceSeries series = history.series(0, 0, samples * Timestamp{10}, 1200);
    QVERIFY(!series.raw);
    int seen = 0;
    for (std::size_t k = 0; k < series.columns.size(); ++k) {
        QVERIFY(series.columns[k].hasData);
        if (series.columns[k].high == 9.0F) {
            ++seen;
            QCOMPARE(k, static_cast<std::size_t>(spikeAt) * 1200 / samples);
        }
    }
    QCOMPARE(seen, 1);
}

void TestTraceHistory::rawPointsIncludeNeighbours()
{
    TraceHistory history(1, 1024);
    for (int i = 0; i < 10; ++i) {
        const auto value = static_cast<float>(i);
        if (i == 6)
            history.markGap();
        history.append(i * Timestamp{100}, std::span(&value, 1));
    }
    const TraceSeries series = history.series(0, 450, 720, 100);
    QVERIFY(series.raw);
    const std::vector<TracePoint> expected{
        {400, 4, false}, {500, 5, false}, {600, 6, true}, {700, 7, false}, {800, 8, false}};
    QCOMPARE(series.points, expected);
}

void TestTraceHistory::valueAtKnowsGapsAndEnds()
{
    TraceHistory history(1, 1024);
    const auto add = [&](Timestamp t, float value) { history.append(t, std::span(&value, 1)); };
    add(100, 1);
    add(200, missing);
    history.markGap();
    add(900, 3);
    QVERIFY(!history.valueAt(0, 99));
    QVERIFY(samePoint(*history.valueAt(0, 100), {100, 1, false}));
    QVERIFY(samePoint(*history.valueAt(0, 150), {100, 1, false}));
    QVERIFY(samePoint(*history.valueAt(0, 200), {200, missing, false}));
    QVERIFY(!history.valueAt(0, 500));
    QVERIFY(samePoint(*history.valueAt(0, 900), {900, 3, true}));
    QVERIFY(!history.valueAt(0, 901));
    QVERIFY(samePoint(*history.newest(0), {900, 3, true}));
    // A clock that steps back does not break the order.
    add(800, 4);
    QCOMPARE(*history.latest(), Timestamp{900});
}

void TestTraceHistory::gapsAreListed()
{
    TraceHistory history(1, 4096);
    const float value = 0;
    std::vector<TraceGap> expected;
    Timestamp t = 0;
    for (int i = 0; i < 3500; ++i) {
        if (i % 500 == 499) {
            history.markGap();
            expected.push_back({t, t + 1000});
            t += 990;
        }
        t += 10;
        history.append(t, std::span(&value, 1));
    }
    QCOMPARE(history.gaps(0, t), expected);
    QCOMPARE(history.gaps(0, t, 2), std::vector<TraceGap>(expected.end() - 2, expected.end()));
    // A window inside a gap, and one that only touches its edges.
    const TraceGap middle = expected[3];
    QCOMPARE(history.gaps(middle.from + 1, middle.to - 1), std::vector<TraceGap>{middle});
    QCOMPARE(history.gaps(middle.to, middle.to + 1), std::vector<TraceGap>{middle});
    QCOMPARE(history.gaps(middle.from - 1, middle.from), std::vector<TraceGap>{middle});
    QVERIFY(history.gaps(middle.to + 1, middle.to + 2).empty());
}

void TestTraceHistory::infiniteReadingsAreMissing()
{
    TraceHistory history(2, 1024);
    history.append(0, std::vector<float>{std::numeric_limits<float>::infinity()});
    QVERIFY(std::isnan(history.newest(0)->value));
    QVERIFY(std::isnan(history.newest(1)->value));
}

void TestTraceHistory::concurrentReadersSeeOnlyWholeData()
{
    // Every value is a function of its time, so that a reader can tell a torn or misplaced one.
    constexpr int channels = 4;
    constexpr int frames = 400'000;
    TraceHistory history(channels, 8192);
    std::atomic<bool> done{false};
    std::atomic<int> checked{0};
    std::atomic<int> wrong{0};
    const auto read = [&](std::uint64_t seed) {
        PhiloxSequence random(seed, 1);
        while (!done.load()) {
            const auto latest = history.latest();
            if (!latest)
                continue;
            const Timestamp span = 1 + static_cast<Timestamp>(random.next() % 60'000);
            const std::size_t channel = random.next() % channels;
            const auto window = history.window(*latest - span, *latest, 100);
            const TraceSeries series = history.series(window, channel);
            for (std::size_t k = 0; k < series.columns.size(); ++k) {
                const TraceColumn& column = series.columns[k];
                if (!column.hasData)
                    continue;
                const Timestamp a = window.t0 + span * static_cast<Timestamp>(k) / 100;
                const Timestamp b = window.t0 + span * static_cast<Timestamp>(k + 1) / 100;
                wrong += column.low < static_cast<float>(a) + static_cast<float>(channel) ||
                         column.high >= static_cast<float>(b) + static_cast<float>(channel);
                ++checked;
            }
            for (const TracePoint& point : series.points) {
                wrong += point.value != static_cast<float>(point.t) + static_cast<float>(channel);
                ++checked;
            }
            if (const auto point = history.valueAt(channel, *latest - span / 2))
                wrong += point->value != static_cast<float>(point->t) + static_cast<float>(channel);
            wrong += static_cast<int>(history.gaps(*latest - span, *latest).size()) > 0;
        }
    };
    std::thread one(read, 1);
    std::thread two(read, 2);
    std::vector<float> values(channels);
    for (int i = 0; i < frames; ++i) {
        // Whole numbers below 2^24 are exact in float.
        const Timestamp t = Timestamp{10} * i;
        for (int c = 0; c < channels; ++c)
            values[static_cast<std::size_t>(c)] = static_cast<float>(t) + static_cast<float>(c);
        history.append(t, values);
        if (i % 1000 == 0)
            std::this_thread::yield();
    }
    done = true;
    one.join();
    two.join();
    QCOMPARE(wrong.load(), 0);
    QVERIFY(checked.load() > 100);
}

void TestTraceHistory::appendingIsCheap()
{
    TraceHistory history(16, std::size_t{1} << 20);
    std::vector<float> values(16, 1.0F);
    constexpr int frames = 200'000;
    const std::int64_t begin = threadCpuNow();
    for (int i = 0; i < frames; ++i) {
        values[static_cast<std::size_t>(i) % 16] = static_cast<float>(i);
        history.append(i * Timestamp{1000}, values);
    }
    qInfo("one 16-channel frame costs the writer %.0f ns",
          static_cast<double>(threadCpuNow() - begin) / static_cast<double>(frames));
    QCOMPARE(history.published(), std::uint64_t{frames});
}

void TestTraceHistory::rowsShareNeuronsEvenly()
{
    SpikeHistory history({{"receptor", 16}, {"Kenyon", 2000}}, {});
    QCOMPARE(history.layers()[0].rows, 16U);
    QCOMPARE(history.layers()[1].rows, 128U);
    QCOMPARE(history.layers()[1].firstNeuron, 16U);
    QCOMPARE(history.layers()[1].firstRow, 16U);
    for (const auto& layer : history.layers())
        for (std::uint32_t neuron = 0; neuron < layer.info.size; ++neuron) {
            const std::uint64_t row = SpikeHistory::rowOf(layer, neuron);
            QVERIFY(row * layer.info.size / layer.rows <= neuron);
            QVERIFY(neuron < (row + 1) * layer.info.size / layer.rows);
        }
}

void TestTraceHistory::spikeCountsEqualTheNaiveOnes()
{
    SpikeHistory::Options options;
    options.binWidth = 10 * nanosecondsPerMillisecond;
    options.keep = 5 * nanosecondsPerSecond;
    options.maxRowsPerLayer = 8;
    options.spikeCapacity = 4096;
    SpikeHistory history({{"a", 5}, {"b", 100}}, options);
    PhiloxSequence random(11, 0);
    std::vector<SpikeHistory::Event> events;
    Timestamp t = 123 * nanosecondsPerMillisecond;
    for (int i = 0; i < 30'000; ++i) {
        t += random.next() % 1'000'000;
        events.push_back({t, random.next() % 105});
        history.add(t, events.back().neuron);
    }
    history.advanceTo(t + options.binWidth);
    QVERIFY(*history.latest() > t);
    std::vector<std::uint16_t> counts;
    const std::int64_t end = *history.latest() / options.binWidth;
    const std::int64_t begin = *history.earliest() / options.binWidth;
    QVERIFY((end - begin) * options.binWidth >= options.keep);
    std::uint64_t total = 0;
    for (std::int64_t bin = begin; bin < end; ++bin) {
        std::vector<std::uint16_t> expected(history.rowCount(), 0);
        for (const auto& event : events) {
            if (event.t / options.binWidth != bin)
                continue;
            const auto& layer = history.layers()[event.neuron < 5 ? 0 : 1];
            ++expected[layer.firstRow + SpikeHistory::rowOf(layer, event.neuron - layer.firstNeuron)];
            ++total;
        }
        history.counts(bin, counts);
        QCOMPARE(counts, expected);
    }
    QVERIFY(total > 1000);

    // Single spikes: everything after spikesSince(), exactly.
    const Timestamp since = *history.spikesSince();
    std::vector<SpikeHistory::Event> expected;
    std::copy_if(events.begin(), events.end(), std::back_inserter(expected),
                 [&](const auto& event) { return event.t >= since; });
    QVERIFY(expected.size() >= 3800);
    QCOMPARE(history.spikes(since, t + 1), expected);
    QCOMPARE(history.spikes(since, t + 1, 10), std::vector<SpikeHistory::Event>(expected.end() - 10, expected.end()));
}

void TestTraceHistory::spikeRingWrapsAround()
{
    SpikeHistory::Options options;
    options.keep = nanosecondsPerSecond;
    SpikeHistory history({{"a", 1}}, options);
    for (int bin = 0; bin < 1000; ++bin)
        history.add(bin * options.binWidth, 0);
    history.advanceTo(1000 * options.binWidth);
    std::vector<std::uint16_t> counts;
    QVERIFY(history.counts(999, counts));
    QCOMPARE(counts[0], std::uint16_t{1});
    QVERIFY(!history.counts(1000, counts));
    QVERIFY(!history.counts(10, counts)); // overwritten
    QCOMPARE(counts[0], std::uint16_t{0});
}

void TestTraceHistory::longSilenceReadsAsZero()
{
    SpikeHistory history({{"a", 1}}, {});
    history.add(0, 0);
    history.add(3600 * nanosecondsPerSecond, 0);
    history.advanceTo(3601 * nanosecondsPerSecond);
    std::vector<std::uint16_t> counts;
    const std::int64_t bin = 3600 * nanosecondsPerSecond / history.binWidth();
    QVERIFY(history.counts(bin, counts));
    QVERIFY(!history.counts(bin - 1, counts));
    QVERIFY(!history.counts(bin + 1, counts));
    QCOMPARE(counts[0], std::uint16_t{0});
}

void TestTraceHistory::lateSpikesAreCounted()
{
    SpikeHistory history({{"a", 2}}, {});
    history.advanceTo(nanosecondsPerSecond);
    history.add(nanosecondsPerSecond / 2, 0);
    QCOMPARE(history.late(), std::uint64_t{1});
    history.add(nanosecondsPerSecond, 99); // no such neuron
    QVERIFY(history.spikes(0, 2 * nanosecondsPerSecond).empty());
}

void TestTraceHistory::activityIsRateAndShare()
{
    SpikeHistory history({{"a", 10}, {"b", 4}}, {});
    history.advanceTo(0);
    for (int i = 0; i < 50; ++i) {
        history.add(i * 20 * nanosecondsPerMillisecond, 3);
        if (i % 2 == 0)
            history.add(i * 20 * nanosecondsPerMillisecond, 10 + static_cast<std::uint32_t>(i / 2 % 2));
    }
    history.advanceTo(nanosecondsPerSecond);
    const auto activity = history.activity(0, nanosecondsPerSecond);
    QCOMPARE(activity[0].rate, 5.0);
    QCOMPARE(activity[0].active, 0.1);
    QCOMPARE(activity[1].rate, 25.0 / 4);
    QCOMPARE(activity[1].active, 0.5);
}

void TestTraceHistory::concurrentSpikeReadersSeeOnlyWholeBins()
{
    // Bin b holds b % 7 + 1 spikes of every row: a mixture of two bins would show.
    constexpr std::uint32_t rows = 32;
    SpikeHistory::Options options;
    options.keep = 100 * options.binWidth;
    options.spikeCapacity = 4096;
    SpikeHistory history({{"a", rows}}, options);
    std::atomic<bool> done{false};
    std::atomic<int> checked{0};
    std::atomic<int> wrong{0};
    std::thread reader([&] {
        std::vector<std::uint16_t> counts;
        PhiloxSequence random(5, 5);
        while (!done.load()) {
            const auto latest = history.latest();
            if (!latest || *latest == 0)
                continue;
            const std::int64_t bin =
                std::max<std::int64_t>(0, *latest / options.binWidth - 1 - static_cast<int>(random.next() % 110));
            if (history.counts(bin, counts)) {
                ++checked;
                for (const std::uint16_t count : counts)
                    wrong += count != bin % 7 + 1;
            }
            Timestamp before = 0;
            for (const auto& event : history.spikes(*latest - 20 * options.binWidth, *latest)) {
                wrong += event.t < before || event.neuron >= rows || event.t >= *latest;
                before = event.t;
            }
        }
    });
    for (int bin = 0; bin < 5000; ++bin) {
        for (int n = 0; n < bin % 7 + 1; ++n)
            for (std::uint32_t row = 0; row < rows; ++row)
                history.add(bin * options.binWidth, row);
        history.advanceTo((bin + 1) * options.binWidth);
        if (bin % 50 == 0)
            std::this_thread::yield();
    }
    done = true;
    reader.join();
    QCOMPARE(wrong.load(), 0);
    QVERIFY(checked.load() > 10);
}

QTEST_APPLESS_MAIN(TestTraceHistory)
#include "tst_trace_history.moc"
