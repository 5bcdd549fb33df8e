// SPDX-License-Identifier: GPL-3.0-or-later
// What the window costs and how long a new user waits: 16 channels at 100 Hz and 5,000 Kenyon cells in a window of
// 1400x900. Prints figures and judges none. On a display: QT_QPA_PLATFORM=xcb tests/tst_studio_frame_cost
#include <QElapsedTimer>
#include <QProcess>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>
#include <vector>

#include "app/studio/live/display_clock.h"
#include "app/studio/live/first_run_page.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/live/sensors_model.h"
#include "app/studio/live/sensors_panel.h"
#include "app/studio/network/network_workspace.h"
#include "tests/sensing/pool_client.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/decision_card.h"
#include "widgets/network_diagram.h"
#include "widgets/raster_view.h"
#include "widgets/trace_view.h"

using namespace bnof;
using namespace bnof::studio;
using widgets::DecisionCard;

class StudioFrameCost : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void fromStartToANamedGas();
    void processorTimePerFrame();
    void networkViewPerFrame();
    void thousandSensorsPerFrame();

private:
    bool runTool(const QStringList& arguments, int seconds);
};

bool StudioFrameCost::runTool(const QStringList& arguments, int seconds)
{
    QProcess tool;
    tool.setWorkingDirectory(home());
    tool.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof"), arguments);
    return tool.waitForFinished(seconds * 1000) && tool.exitStatus() == QProcess::NormalExit && tool.exitCode() == 0;
}

void StudioFrameCost::fromStartToANamedGas()
{
    QElapsedTimer clock;
    clock.start();
    auto& started = startProgram();
    auto& window = started.window();
    auto& session = started.services().session;
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    const qint64 shown = clock.elapsed();
    window.findChild<ChoiceButton*>("choice-simulate")->click();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0, 30000);
    const qint64 first = clock.elapsed();
    if (session.status().recogniserKind.empty())
        QSKIP("resources/models/default.bnofmodel is not there: no gas is named");
    auto* card = window.live().findChild<DecisionCard*>();
    QTRY_COMPARE_WITH_TIMEOUT(card->content().state, DecisionCard::State::Named, 60000);
    qInfo("from start: window %.2f s, first frame %.2f s, first named gas %.2f s", double(shown) * 1e-3,
          double(first) * 1e-3, double(clock.elapsed()) * 1e-3);
}

void StudioFrameCost::processorTimePerFrame()
{
    if (qEnvironmentVariableIsEmpty("BNOF_BENCH"))
        QSKIP("takes three minutes; set BNOF_BENCH=1 to measure");
    QVERIFY(runTool({"simulate", "--dataset", "data", "--sessions", "2", "--duration", "120", "--seed", "100"}, 120));
    QVERIFY(runTool({"train", "data", "--kenyon", "5000", "--seed", "1", "--out", "large.bnofmodel"}, 300));
    writeFile(home() + "/config/bnof/bnof.toml",
              QStringLiteral("[recognition]\nmodel = \"%1/large.bnofmodel\"\n").arg(home()).toUtf8());
    QProcess nose;
    nose.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof"), {"simulate", "--rate", "100", "--seed", "5"});
    QVERIFY(nose.waitForReadyRead(20000));
    Options options;
    options.source = QString::fromUtf8(nose.readLine()).trimmed();
    options.size = QSize(1400, 900);
    auto& started = startProgram(options);
    auto& window = started.window();
    auto& session = started.services().session;
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 200, 30000);
    const auto& layers = session.status().layers;
    QVERIFY(std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.size == 5000; }));
    QTest::qWait(65'000); // the whole window of a minute is filled
    std::vector<double> cost;
    std::vector<double> rate;
    connect(&window.live().clock(), &DisplayClock::measured, this, [&] {
        cost.push_back(window.live().clock().cpuMillisecondsPerFrame());
        rate.push_back(window.live().clock().framesPerSecond());
    });
    QTest::qWait(15'500);
    QVERIFY(cost.size() >= 10);
    std::sort(cost.begin(), cost.end());
    std::sort(rate.begin(), rate.end());
    qInfo("%dx%d, 16 channels at %.0f Hz, 5,000 Kenyon cells: %.2f ms of the GUI thread a frame (median; most %.2f) at "
          "%.1f frames a second; traces %.2f ms, raster %.2f ms",
          window.width(), window.height(), session.status().sources.front().statistics.rateHz, cost[cost.size() / 2],
          cost.back(), rate[rate.size() / 2],
          double(window.live().findChild<widgets::TraceView*>()->lastPaintNanoseconds()) * 1e-6,
          double(window.live().findChild<widgets::RasterView*>()->lastPaintNanoseconds()) * 1e-6);
    nose.kill();
    nose.waitForFinished();
}

void StudioFrameCost::networkViewPerFrame()
{
    Options options;
    options.size = QSize(1400, 900);
    auto& started = startProgram(options);
    auto& view = started.window().network();
    started.window().showWorkspace("network");
    started.services().session.startSimulator();
    QVERIFY(QTest::qWaitForWindowExposed(&started.window()));
    started.window().activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(started.services().session.status().decisions > 0, 30000);
    view.diagram().select({widgets::NetworkDiagram::Part::Population, 3}); // with its membranes
    QTest::qWait(2000);
    std::vector<double> cost;
    std::vector<double> rate;
    connect(&view.clock(), &DisplayClock::measured, this, [&] {
        cost.push_back(view.clock().cpuMillisecondsPerFrame());
        rate.push_back(view.clock().framesPerSecond());
    });
    QTest::qWait(6500);
    QVERIFY(cost.size() >= 4);
    std::sort(cost.begin(), cost.end());
    std::sort(rate.begin(), rate.end());
    qInfo("network view, 1400x900: %.2f ms of the GUI thread a frame (median; most %.2f) at %.1f frames a second; the "
          "picture %.2f ms, drawn 5 times a second",
          cost[cost.size() / 2], cost.back(), rate[rate.size() / 2],
          double(view.diagram().lastPaintNanoseconds()) * 1e-6);
}

namespace {

/// Network sensors that send lines of three channels from a thread of their own, spread over the period.
class SensorCrowd {
public:
    SensorCrowd(int port, int count, double hertz) : m_hertz(hertz)
    {
        char text[64];
        for (int i = 0; i < count; ++i) {
            m_sockets.push_back(test::SensorSocket::connectTo(port));
            std::snprintf(text, sizeof text, "id=sensor-%04d\ntime_s,a,b,c\n", i);
            (void)m_sockets.back().send(text);
        }
        m_thread = std::thread([this] { run(); });
    }
    ~SensorCrowd()
    {
        m_stop = true;
        m_thread.join();
    }

private:
    void run()
    {
        constexpr std::size_t portions = 20;
        const auto start = std::chrono::steady_clock::now();
        const std::chrono::duration<double> slotTime(1 / m_hertz / portions);
        char text[96];
        for (std::size_t slot = 0; !m_stop; ++slot) {
            std::this_thread::sleep_until(start + slotTime * double(slot));
            const double t = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            for (std::size_t i = slot % portions; i < m_sockets.size(); i += portions) {
                std::snprintf(text, sizeof text, "%.6f,%.3f,%.3f,%.3f\n", t, 512 + 5 * std::sin(t + double(i)),
                              300 + 3 * std::sin(1.3 * t), 200 + std::cos(double(slot)));
                (void)m_sockets[i].send(text);
            }
        }
    }

    double m_hertz;
    std::vector<test::SensorSocket> m_sockets;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

/// Processor time of the GUI thread from one display tick to the next: everything that could hold up a frame.
class TickMeter : public QObject {
public:
    explicit TickMeter(DisplayClock& clock)
    {
        connect(&clock, &DisplayClock::tick, this, [this] {
            const std::int64_t now = threadCpuNow();
            if (m_last != 0)
                m_ticks.push_back(double(now - m_last) * 1e-6);
            m_last = now;
        });
    }
    /// Milliseconds that the share `q` of the ticks stayed below.
    double quantile(double q)
    {
        std::sort(m_ticks.begin(), m_ticks.end());
        return m_ticks.empty() ? 0 : m_ticks[std::size_t(q * double(m_ticks.size() - 1))];
    }

private:
    std::int64_t m_last = 0;
    std::vector<double> m_ticks;
};

} // namespace

void StudioFrameCost::thousandSensorsPerFrame()
{
    constexpr int sensors = 1000;
    Options options;
    options.source = QStringLiteral("tcp-listen://127.0.0.1:0");
    options.size = QSize(1400, 900);
    auto& started = startProgram(options);
    auto& window = started.window();
    auto& session = started.services().session;
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.activateWindow();
    const auto port = [&] {
        const auto& sources = session.status().sources;
        const std::string name = sources.empty() ? std::string() : sources.front().device;
        return name.empty() ? 0 : QString::fromStdString(name).section(':', -1).toInt();
    };
    QTRY_VERIFY_WITH_TIMEOUT(port() > 0, 20000);
    SensorCrowd crowd(port(), sensors, 10);
    QTRY_VERIFY_WITH_TIMEOUT(session.status().sources.size() == sensors + 1 && session.status().frames > 20 * sensors,
                             30000);
    std::vector<double> cost;
    std::vector<double> rate;
    connect(&window.live().clock(), &DisplayClock::measured, this, [&] {
        cost.push_back(window.live().clock().cpuMillisecondsPerFrame());
        rate.push_back(window.live().clock().framesPerSecond());
    });
    auto* panel = window.live().findChild<SensorsPanel*>();
    for (const bool listed : {false, true}) {
        if (listed)
            window.live().showSensors();
        QTest::qWait(1500);
        TickMeter ticks(window.live().clock());
        cost.clear();
        rate.clear();
        const auto framesBefore = session.status().frames;
        QTest::qWait(6500);
        QVERIFY(cost.size() >= 4);
        QCOMPARE(!panel->visibleRegion().isEmpty(), listed);
        if (listed)
            QCOMPARE(panel->model().rowCount(), sensors);
        QVERIFY(session.status().frames > framesBefore);
        std::sort(cost.begin(), cost.end());
        std::sort(rate.begin(), rate.end());
        qInfo(
            "%d sensors at 10 Hz, 1400x900, sensors panel %s: %.2f ms of the GUI thread a frame (median; most %.2f) at "
            "%.1f frames a second; of single frames 99 %% below %.2f ms, the longest %.2f ms; "
            "%llu frames lost",
            sensors, listed ? "shown" : "hidden", cost[cost.size() / 2], cost.back(), rate[rate.size() / 2],
            ticks.quantile(0.99), ticks.quantile(1), static_cast<unsigned long long>(session.status().droppedFrames));
    }
}

QTEST_MAIN(StudioFrameCost)
#include "tst_studio_frame_cost.moc"
