// SPDX-License-Identifier: GPL-3.0-or-later
// Figures, not verdicts: how fast the decoders are and how long a byte takes to become a frame. The only
// conditions are that the work was done.
#include <algorithm>
#include <charconv>
#include <sstream>
#include <vector>

#include "engine/base/time.h"
#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/simulator/simulator_link.h"
#include "engine/sensing/simulator/simulator_rows.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

class Counting final : public DecoderSink {
public:
    void channels(const std::vector<ChannelInfo>&) override {}
    void frame(std::span<const float> values, double) override
    {
        ++frames;
        sum += values[0];
    }
    void skipped(std::size_t, std::string_view, std::string_view) override { ++skips; }
    void remark(std::string_view) override {}

    std::size_t frames = 0;
    std::size_t skips = 0;
    double sum = 0;
};

std::string noseText(bool json, std::size_t rows)
{
    NoseOptions options;
    const auto source = makeNoseRows(options, demonstrationScript(1));
    const auto& columns = source->columns();
    std::string text;
    if (!json) {
        for (const std::string& column : columns)
            text += (text.empty() ? "" : ",") + column;
        text += "\n";
    }
    SimulatorRow row;
    for (std::size_t i = 0; i < rows && source->next(row); ++i) {
        text += json ? "{" : "";
        for (std::size_t f = 0; f < columns.size(); ++f)
            text += (f > 0 ? "," : "") + (json ? "\"" + columns[f] + "\":" : std::string()) + row.fields[f];
        text += json ? "}\n" : "\n";
    }
    return text;
}

/// Best of some runs, bytes per second.
template <typename Run> double bestRate(std::size_t bytes, Run&& run)
{
    double best = 0;
    for (int i = 0; i < 5; ++i) {
        const std::int64_t start = threadCpuNow();
        run();
        best = std::max(best, static_cast<double>(bytes) * 1e9 / static_cast<double>(threadCpuNow() - start));
    }
    return best;
}

} // namespace

class TestSensingSpeed : public test::Suite {
    Q_OBJECT

private slots:
    void decodeRate_data();
    void decodeRate();
    void serialLatency();
};

void TestSensingSpeed::decodeRate_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("csv") << QByteArray("csv");
    QTest::newRow("ndjson") << QByteArray("ndjson");
}

void TestSensingSpeed::decodeRate()
{
    QFETCH(QByteArray, name);
    constexpr std::size_t rows = 20000;
    const std::string text = noseText(name == "ndjson", rows);
    std::size_t frames = 0;
    const double ours = bestRate(text.size(), [&] {
        const auto decoder = std::move(makeDecoder(name.constData())).value();
        Counting sink;
        for (std::size_t at = 0; at < text.size(); at += 4096)
            decoder->feed(std::string_view(text).substr(at, 4096), sink);
        frames = sink.frames;
        QCOMPARE(sink.skips, 0U);
    });
    QVERIFY(frames >= rows - 1);
    qInfo("decode %s: %.0f MB/s, %.2f million values/s", name.constData(), ours / 1e6,
          ours / static_cast<double>(text.size()) * rows * 19 / 1e6);
    if (name != "csv")
        return;
    double sum = 0;
    const double naive = bestRate(text.size(), [&] {
        std::istringstream stream(text);
        std::string line;
        std::getline(stream, line);
        while (std::getline(stream, line)) {
            std::istringstream fields(line);
            std::string field;
            while (std::getline(fields, field, ','))
                sum += std::stod(field);
        }
    });
    QVERIFY(sum > 0);
    qInfo("decode csv with getline and stod: %.0f MB/s; ratio %.1f", naive / 1e6, ours / naive);
}

void TestSensingSpeed::serialLatency()
{
    const auto link = std::move(makePtyLink("")).value();
    test::SourceProbe probe;
    SourceOptions options;
    options.sessionStart = monotonicNow();
    const auto source =
        std::move(makeSource(SourceUri::parse(link->uri() + "?decoder=csv").value(), options, probe)).value();
    source->start();
    QVERIFY(test::waitFor([&] { return link->clientPresent(); }));
    (void)link->takeNewClient();
    (void)link->send("a,b\n1,2\n", nanosecondsPerSecond);
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 1; }));
    std::vector<std::int64_t> latencies;
    for (std::size_t i = 0; i < 2000; ++i) {
        const std::size_t before = probe.frames.size();
        const std::int64_t sent = monotonicNow();
        (void)link->send("5157,5190\n", nanosecondsPerSecond);
        while (probe.frames.size() == before)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        latencies.push_back(probe.frames.back().seen - sent);
    }
    std::ranges::sort(latencies);
    qInfo("byte in to frame out over a pseudo-terminal: p50 %.1f us, p99 %.1f us",
          static_cast<double>(latencies[latencies.size() / 2]) / 1e3,
          static_cast<double>(latencies[latencies.size() * 99 / 100]) / 1e3);
    source->stop();
}

QTEST_GUILESS_MAIN(TestSensingSpeed)
#include "tst_sensing_speed.moc"
