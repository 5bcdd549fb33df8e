// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>

#include "engine/olfaction/explanation.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;
using Bytes = std::vector<std::uint8_t>;

namespace {

/// Shows a recording to a recogniser as a session does; `decisions` gets what it says.
PresentedSpan present(const Bytes& model, const LabelledRecording& r, std::vector<Decision>& decisions)
{
    auto recogniser = makeRecogniser(model, {.backEnd = "vector"});
    if (!recogniser.ok())
        qFatal("%s", recogniser.error().message().c_str());
    PresentedHistory history;
    RecogniserOutput output;
    for (std::size_t i = 0; i < r.frames(); ++i) {
        const SensorFrame frame{r.times[i], {r.values.data() + i * test::noseChannels, test::noseChannels}};
        history.add(frame, [&] { return (*recogniser)->saveState(); });
        if (const auto result = (*recogniser)->process(frame, output); !result.ok())
            qFatal("%s", result.error().message().c_str());
    }
    decisions = output.decisions;
    return history.span();
}

std::size_t mostOf(const std::vector<double>& values)
{
    return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

} // namespace

class TestExplanation : public test::Suite {
    Q_OBJECT

    Bytes m_spiking;
    Bytes m_lda;

private slots:
    void initTestCase()
    {
        TrainingOptions options;
        options.kenyonCells = 250;
        options.realPoints = 400;
        options.replayPoints = 300;
        options.novelPoints = 150;
        const Dataset training = test::noseData(4);
        auto spiking = trainSpiking(training, options);
        BNOF_VERIFY_OK(spiking);
        m_spiking = *spiking;
        auto lda = trainLda(training, options);
        BNOF_VERIFY_OK(lda);
        m_lda = *lda;
    }

    void theChannelsAndTheTimeThatMovedAreNamed_data()
    {
        QTest::addColumn<bool>("spiking");
        QTest::newRow("spiking") << true;
        QTest::newRow("lda") << false;
    }
    void theChannelsAndTheTimeThatMovedAreNamed()
    {
        QFETCH(bool, spiking);
        const Bytes& model = spiking ? m_spiking : m_lda;
        // Beta moves channels 2 and 3 most, 5 less, 4 hardly; it comes at 12 s.
        const LabelledRecording r = test::record({{0, 0, 12}, {2, 60, 8}}, 10, 77);
        std::vector<Decision> decisions;
        const PresentedSpan span = present(model, r, decisions);
        const auto explained = explain(model, span);
        BNOF_VERIFY_OK(explained);
        QVERIFY(explained->decision == decisions.back());
        QCOMPARE(explained->decision.gas, 2);
        QCOMPARE(explained->edges.size(), std::size_t{9});
        QVERIFY(explained->edges.front() > fromSeconds(8) && explained->edges.front() < fromSeconds(12));
        QCOMPARE(explained->edges.back(), explained->decision.t);
        QCOMPARE(explained->without.size(), test::noseChannels);
        // The posterior of the linear discriminant is so sharp that several channels can be equally indispensable.
        const std::size_t most = explained->without[2] >= explained->without[3] ? 2 : 3;
        QCOMPARE(explained->without[most], explained->without[mostOf(explained->without)]);
        QVERIFY(explained->without[most] > explained->without[4] + 0.05);
        // Had nothing moved there would be no beta.
        QVERIFY(explained->still < 0.1);
        QVERIFY(explained->answer() > 0.6);
        // A channel's movement is in the segments behind the onset of the gas, not before it.
        const auto first = static_cast<std::size_t>(
            std::upper_bound(explained->edges.begin(), explained->edges.end(), fromSeconds(12)) -
            explained->edges.begin() - 1);
        for (std::size_t s = 0; s < first; ++s)
            QVERIFY(std::abs(explained->at(most, s)) < 0.5 * explained->without[most]);
        QCOMPARE(explained->evidence.empty(), !spiking);
        double said = 0;
        for (const SpikeEvidence& bin : explained->evidence)
            said += bin.direct + bin.learned;
        QVERIFY(!spiking || said > 0);
    }
    void anUnknownAnswerIsExplainedByItsNovelty()
    {
        const LabelledRecording r = test::record({{0, 0, 12}, {3, 90, 10}}, 10, 78);
        std::vector<Decision> decisions;
        const PresentedSpan span = present(m_spiking, r, decisions);
        QCOMPARE(decisions.back().gas, -1);
        const auto explained = explain(m_spiking, span);
        BNOF_VERIFY_OK(explained);
        QCOMPARE(explained->answer(), static_cast<double>(decisions.back().novelty));
        QVERIFY(explained->still < explained->answer());
    }
    void threadsChangeNothing()
    {
        const LabelledRecording r = test::record({{0, 0, 6}, {1, 60, 6}}, 10, 79);
        std::vector<Decision> decisions;
        const PresentedSpan span = present(m_spiking, r, decisions);
        const auto one = explain(m_spiking, span, {.segments = 4, .threads = 1});
        const auto three = explain(m_spiking, span, {.segments = 4, .threads = 3});
        BNOF_VERIFY_OK(one);
        BNOF_VERIFY_OK(three);
        QCOMPARE(one->importance, three->importance);
        QCOMPARE(one->without, three->without);
        QCOMPARE(one->alone, three->alone);
    }
    void whatIsKeptIsBoundedAndStillGivesTheSameDecisions()
    {
        const LabelledRecording r = test::record({{0, 0, 200}, {1, 60, 15}}, 10, 80);
        std::vector<Decision> decisions;
        const PresentedSpan span = present(m_spiking, r, decisions);
        const double kept = toSeconds(span.times.back() - span.times.front());
        QVERIFY2(kept >= 60 && kept <= 120, std::to_string(kept).c_str());
        const auto explained = explain(m_spiking, span, {.at = fromSeconds(209), .segments = 1});
        BNOF_VERIFY_OK(explained);
        const auto same = std::find_if(decisions.rbegin(), decisions.rend(),
                                       [](const Decision& d) { return d.t <= fromSeconds(209); });
        QVERIFY(explained->decision == *same);
    }
    void missingValuesAndFaultyChannels()
    {
        LabelledRecording r = test::record({{0, 0, 6}, {2, 60, 6}}, 10, 81);
        for (std::size_t i = 0; i < r.frames(); ++i) {
            r.values[i * test::noseChannels + 1] = std::numeric_limits<float>::quiet_NaN(); // never any value
            if (i % 7 == 0)
                r.values[i * test::noseChannels + 2] = std::numeric_limits<float>::infinity();
        }
        std::vector<Decision> decisions;
        const PresentedSpan span = present(m_spiking, r, decisions);
        const auto explained = explain(m_spiking, span, {.segments = 2});
        BNOF_VERIFY_OK(explained);
        QCOMPARE(explained->without[1], 0.0);
        for (const double value : explained->importance)
            QVERIFY(std::isfinite(value));
    }
    void whatCannotBeExplainedIsSaid()
    {
        const LabelledRecording r = test::record({{0, 0, 5}}, 10, 82);
        std::vector<Decision> decisions;
        PresentedSpan span = present(m_spiking, r, decisions);
        QCOMPARE(explain(m_spiking, {}).error().kind, ErrorKind::BadInput);
        QCOMPARE(explain(m_spiking, span, {.segments = 0}).error().kind, ErrorKind::Usage);
        QVERIFY(explain(m_spiking, span, {.at = 0}).error().what.find("no decision") != std::string::npos);
        QCOMPARE(explain(m_spiking, span, {}, [](double) { return false; }).error().kind, ErrorKind::Cancelled);
        span.stateBefore.assign(40, 7);
        QVERIFY(!explain(m_spiking, span).ok());
        PresentedSpan narrow;
        const std::vector<float> two{1, 2};
        narrow.add({0, two});
        QVERIFY(explain(m_spiking, narrow).error().what.find("2 channels") != std::string::npos);
        QVERIFY(!explain(Bytes{1, 2, 3}, span).ok());
    }
};

QTEST_GUILESS_MAIN(TestExplanation)
#include "tst_explanation.moc"
