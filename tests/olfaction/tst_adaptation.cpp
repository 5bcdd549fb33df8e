// SPDX-License-Identifier: GPL-3.0-or-later
// Models that follow their sensors: recalibration with one puff of each gas, a gas that is new, clean air.
#include <cmath>

#include "engine/base/philox.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/adaptation/recalibration.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;
using Bytes = std::vector<std::uint8_t>;

namespace {

TrainingOptions quick()
{
    TrainingOptions options;
    options.kenyonCells = 250;
    options.realPoints = 400;
    options.replayPoints = 300;
    options.novelPoints = 150;
    return options;
}

ModelRecalibrationOptions few()
{
    ModelRecalibrationOptions options;
    options.replayPoints = 300;
    return options;
}

ModelRecalibrationOptions learnGamma()
{
    ModelRecalibrationOptions options = few();
    options.learn = "gamma";
    return options;
}

/// Sensors months later: every channel's response times its own factor, of a lognormal spread of 20 %.
Dataset aged(Dataset data, std::uint64_t seed, double spread = 0.2)
{
    PhiloxSequence random(seed, 11);
    const std::size_t channels = data.channels.size();
    std::vector<float> gain;
    for (std::size_t c = 0; c < channels; ++c)
        gain.push_back(static_cast<float>(std::exp(spread * random.normal())));
    for (LabelledRecording& r : data.recordings) {
        for (std::size_t i = 0; i < r.values.size(); ++i)
            r.values[i] *= gain[i % channels];
    }
    return data;
}

/// Clean air and one puff of 10 s of each gas, with nothing between them, as `bnof calibrate anchor` keeps them; or
/// with everything between them.
Dataset onePuff(const std::vector<int>& gases, std::uint64_t seed, bool whole = false)
{
    std::vector<test::Exposure> exposures{{0, 0, 20}};
    for (const int gas : gases) {
        exposures.push_back({gas, 60, whole ? 20.0 : 10.0});
        exposures.push_back({0, 0, 60});
    }
    Dataset data = test::emptyNoseData();
    data.labels.emplace_back("gamma");
    data.components.emplace_back("gamma");
    data.labelComponents.push_back({2});
    const LabelledRecording all = test::record(exposures, 10, seed);
    LabelledRecording r;
    r.name = r.group = "anchors";
    double at = 0;
    for (std::size_t e = 0; e < exposures.size(); ++e) {
        const auto from = static_cast<std::size_t>(at * 10 + 0.5);
        at += exposures[e].seconds;
        if (e > 0 && exposures[e].gas == 0 && !whole)
            continue;
        for (std::size_t i = from; i < static_cast<std::size_t>(at * 10 + 0.5); ++i) {
            r.times.push_back(all.times[i]);
            r.labels.push_back(static_cast<std::int16_t>(exposures[e].gas));
            r.values.insert(r.values.end(), all.values.begin() + static_cast<std::ptrdiff_t>(i * test::noseChannels),
                            all.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * test::noseChannels));
            for (int c = 1; c <= 3; ++c)
                r.ppm.push_back(exposures[e].gas == c ? 60.0F : 0.0F);
        }
    }
    data.recordings.push_back(std::move(r));
    return data;
}

/// Balanced share of right decisions later than 5 s after a change, by a session of its own.
double liveAccuracy(const Bytes& model, const Dataset& data, double settle = 5)
{
    auto recogniser = makeRecogniser(model);
    if (!recogniser.ok())
        return -1;
    std::vector<double> right(data.labels.size(), 0);
    std::vector<double> count(data.labels.size(), 0);
    const std::size_t width = data.channels.size();
    for (const LabelledRecording& r : data.recordings) {
        (*recogniser)->reset();
        Timestamp changed = 0;
        RecogniserOutput output;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            if (i > 0 && r.labels[i] != r.labels[i - 1])
                changed = r.times[i];
            output.clear();
            (void)(*recogniser)->process({r.times[i], {r.values.data() + i * width, width}}, output);
            if (output.decisions.empty() || r.labels[i] < 0 || toSeconds(r.times[i] - changed) < settle)
                continue;
            const auto label = static_cast<std::size_t>(r.labels[i]);
            count[label] += 1;
            right[label] += output.decisions.back().gas == r.labels[i] ? 1 : 0;
        }
    }
    double sum = 0;
    double classes = 0;
    for (std::size_t c = 0; c < count.size(); ++c) {
        if (count[c] > 0) {
            sum += right[c] / count[c];
            classes += 1;
        }
    }
    return sum / classes;
}

std::string text(double a, double b)
{
    return std::to_string(a) + " then " + std::to_string(b);
}

} // namespace

class TestAdaptation : public test::Suite {
    Q_OBJECT

    Bytes m_spiking;
    Bytes m_lda;

private slots:
    void initTestCase()
    {
        const Dataset training = test::noseData(4);
        auto spiking = trainSpiking(training, quick());
        BNOF_VERIFY_OK(spiking);
        m_spiking = *spiking;
        auto lda = trainLda(training, quick());
        BNOF_VERIFY_OK(lda);
        m_lda = *lda;
    }
    void onePuffBringsADriftedNoseBack()
    {
        for (const Bytes* model : {&m_spiking, &m_lda}) {
            const Dataset later = aged(test::noseData(1, 10, 3001), 1);
            const auto made = recalibrateModel(*model, aged(onePuff({1, 2}, 41), 1), few());
            BNOF_VERIFY_OK(made);
            QVERIFY2(made->report.accepted, made->report.verdict.c_str());
            QVERIFY(made->report.keptBack.after > made->report.keptBack.before);
            QCOMPARE(made->report.stored.gases.size(), std::size_t{3});
            const double before = liveAccuracy(*model, later);
            const double after = liveAccuracy(made->bytes, later);
            QVERIFY2(before < 0.7 && after > 0.95, text(before, after).c_str());
            const auto parsed = modelFromBytes(made->bytes);
            BNOF_VERIFY_OK(parsed);
            QCOMPARE(parsed->lineage.size(), std::size_t{1});
            QCOMPARE(parsed->lineage[0].parentDigest, sha256Hex(*model));
            QVERIFY(modelToBytes(*parsed) == made->bytes);
        }
    }
    void cleanAirAloneFollowsTheBaseline()
    {
        ModelRecalibrationOptions options = few();
        options.airOnly = true;
        const Dataset later = aged(test::noseData(1, 10, 3002), 2);
        const auto made = recalibrateModel(m_lda, aged(onePuff({}, 42), 2), options);
        BNOF_VERIFY_OK(made);
        const double before = liveAccuracy(m_lda, later);
        const double after = liveAccuracy(made->bytes, later);
        QVERIFY2(before < 0.5 && after > 0.9, text(before, after).c_str());
        const auto old = modelFromBytes(m_lda);
        const auto parsed = modelFromBytes(made->bytes);
        BNOF_VERIFY_OK(old);
        BNOF_VERIFY_OK(parsed);
        QVERIFY(parsed->discriminant == old->discriminant); // nothing but the standardisation moved
        QVERIFY(parsed->frontEnd.mean != old->frontEnd.mean);
        QCOMPARE(parsed->lineage[0].action, std::string("re-centred"));
    }
    void aNewGasIsLearnedFromOneExposureWithoutForgetting()
    {
        const Dataset old = test::noseData(1, 10, 5001);
        Dataset novel = old;
        novel.labels.emplace_back("gamma");
        novel.components.emplace_back("gamma");
        novel.labelComponents.push_back({2});
        LabelledRecording third = test::record({{0, 0, 15}, {3, 80, 20}, {0, 0, 30}, {3, 40, 20}}, 10, 701);
        third.ppm.clear();
        for (std::int16_t& label : third.labels)
            label = label < 0 ? std::int16_t{3} : label;
        novel.recordings = {third};
        for (const Bytes* model : {&m_spiking, &m_lda}) {
            const auto made = recalibrateModel(*model, onePuff({3}, 61, true), learnGamma());
            BNOF_VERIFY_OK(made);
            QVERIFY2(made->report.accepted, made->report.verdict.c_str());
            // Bounded forgetting: on the stored hold-out and live.
            QVERIFY(made->report.stored.after >= made->report.stored.before - 0.03);
            const double before = liveAccuracy(*model, old);
            const double after = liveAccuracy(made->bytes, old);
            QVERIFY2(after >= before - 0.03, text(before, after).c_str());
            const double learned = liveAccuracy(made->bytes, novel);
            QVERIFY2(learned > 0.9, std::to_string(learned).c_str());
            const auto parsed = modelFromBytes(made->bytes);
            BNOF_VERIFY_OK(parsed);
            QCOMPARE(parsed->gases.back(), std::string("gamma"));
            QCOMPARE(parsed->lineage[0].action, std::string("learned gamma"));
        }
    }
    void whatLosesMoreThanTheLimitIsRefused()
    {
        ModelRecalibrationOptions demanding = few();
        demanding.largestLoss = -0.5; // it must gain 50 points, which a nose that has not drifted cannot
        const Dataset anchors = onePuff({1, 2}, 43);
        const auto made = recalibrateModel(m_lda, anchors, demanding);
        BNOF_VERIFY_OK(made);
        QVERIFY(!made->report.accepted);
        QVERIFY2(made->report.verdict.find("Refused") == 0, made->report.verdict.c_str());
        demanding.keepAnyway = true;
        const auto kept = recalibrateModel(m_lda, anchors, demanding);
        BNOF_VERIFY_OK(kept);
        QVERIFY(kept->report.accepted && kept->report.verdict.find("worse") != std::string::npos);
    }
    void badInputIsNamed()
    {
        const auto unknown = recalibrateModel(m_lda, onePuff({3}, 5), few());
        QVERIFY(!unknown.ok() && unknown.error().what.find("gamma") != std::string::npos);
        ModelRecalibrationOptions known = few();
        known.learn = "alpha";
        QVERIFY(!recalibrateModel(m_lda, onePuff({1}, 5), known).ok());
        known.learn = "delta";
        QVERIFY(!recalibrateModel(m_lda, onePuff({1}, 5), known).ok());
    }
};

QTEST_APPLESS_MAIN(TestAdaptation)
#include "tst_adaptation.moc"
