// SPDX-License-Identifier: GPL-3.0-or-later
// Models that follow their sensors: recalibration with one puff of each gas, a gas that is new, clean air.
#include <cmath>
#include <filesystem>

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

/// Clean air and one puff of 10 s of each gas, nothing between them, as `bnof calibrate anchor` keeps them.
Dataset onePuff(const std::vector<int>& gases, std::uint64_t seed, bool labelThird = false)
{
    std::vector<test::Exposure> exposures{{0, 0, 20}};
    for (const int gas : gases) {
        exposures.push_back({gas, 60, 10});
        exposures.push_back({0, 0, 60});
    }
    Dataset data = test::emptyNoseData();
    LabelledRecording whole = test::record(exposures, 10, seed);
    LabelledRecording r;
    r.name = r.group = "anchors";
    if (labelThird) {
        data.labels.emplace_back("gamma");
        data.components.emplace_back("gamma");
        data.labelComponents.push_back({2});
    }
    const std::size_t width = test::noseChannels;
    double at = 0;
    for (std::size_t e = 0; e < exposures.size(); ++e) {
        const auto from = static_cast<std::size_t>(at * 10 + 0.5);
        at += exposures[e].seconds;
        if (e > 0 && exposures[e].gas == 0)
            continue; // recovery
        for (std::size_t i = from; i < static_cast<std::size_t>(at * 10 + 0.5); ++i) {
            r.times.push_back(whole.times[i]);
            r.labels.push_back(static_cast<std::int16_t>(exposures[e].gas));
            for (std::size_t c = 0; c < width; ++c)
                r.values.push_back(whole.values[i * width + c]);
            for (std::size_t c = 0; c < data.components.size(); ++c)
                r.ppm.push_back(exposures[e].gas == static_cast<int>(c) + 1 ? 60.0F : 0.0F);
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
            double before = 0;
            double after = 0;
            for (std::uint64_t seed = 1; seed <= 4; ++seed) {
                const Dataset later = aged(test::noseData(2, 10, 3000 + seed), seed);
                const auto made = recalibrateModel(*model, aged(onePuff({1, 2}, 40 + seed), seed));
                BNOF_VERIFY_OK(made);
                const double b = liveAccuracy(*model, later);
                const double a = liveAccuracy(made->bytes, later);
                qInfo("%s %s", text(b, a).c_str(), made->report.toJson().dump().c_str());
                before += b / 4;
                after += a / 4;
            }
            qInfo("%s", text(before, after).c_str());
        }
    }
    void aNewGas()
    {
        for (const Bytes* model : {&m_spiking, &m_lda}) {
            for (std::uint64_t seed = 1; seed <= 3; ++seed) {
                Dataset old = test::noseData(3, 10, 5000 + seed);
                Dataset fresh = onePuff({3}, 60 + seed, true);
                const auto made = recalibrateModel(*model, fresh, {.learn = "gamma"});
                BNOF_VERIFY_OK(made);
                LabelledRecording third = test::record({{0, 0, 15}, {3, 80, 20}, {0, 0, 30}, {3, 40, 20}, {0, 0, 30}, {3, 60, 15}}, 10, 700 + seed);
                for (auto& l : third.labels)
                    l = l < 0 ? 3 : l;
                Dataset novel = old;
                novel.labels.emplace_back("gamma");
                novel.recordings = {third};
                qInfo("old %s new %s %s", text(liveAccuracy(*model, old), liveAccuracy(made->bytes, old)).c_str(),
                      text(liveAccuracy(*model, novel), liveAccuracy(made->bytes, novel)).c_str(), made->report.toJson().dump().c_str());
            }
        }
    }
    void realDrift()
    {
        const std::string folder = std::string(BNOF_TEST_SHARED_DATA) + "/uci_dynamic_mixtures";
        if (!qEnvironmentVariableIsSet("BNOF_TEST_FULL") || !std::filesystem::exists(folder))
            QSKIP("long");
        const auto whole = loadDataset(folder);
        BNOF_VERIFY_OK(whole);
        const std::string cache = "/tmp/drift_model_" + qEnvironmentVariable("KIND", "lda").toStdString();
        Bytes model;
        if (FILE* f = fopen(cache.c_str(), "rb")) {
            int c;
            while ((c = fgetc(f)) != EOF)
                model.push_back(static_cast<std::uint8_t>(c));
            fclose(f);
        } else {
            const Dataset train = timeSlice(*whole, 0, 9000);
            TrainingOptions o;
            o.skipSeconds = 150;
            auto m = qEnvironmentVariable("KIND", "lda") == "lda" ? trainLda(train, o) : trainSpiking(train, o);
            BNOF_VERIFY_OK(m);
            model = *m;
            f = fopen(cache.c_str(), "wb");
            fwrite(model.data(), 1, model.size(), f);
            fclose(f);
        }
        const Dataset rest = timeSlice(*whole, 9000, 15100);
        // first stretch of each label of >= 60 s
        Dataset anchors = rest;
        anchors.recordings.clear();
        Dataset test = rest;
        const LabelledRecording& r = rest.recordings[0];
        std::vector<bool> have(rest.labels.size());
        std::size_t began = 0;
        double to = 0;
        std::vector<std::pair<std::size_t, std::size_t>> puffs;
        for (std::size_t i = 1; i < r.frames(); ++i) {
            if (r.labels[i] == r.labels[i - 1])
                continue;
            const double length = toSeconds(r.times[i] - r.times[began]);
            const auto l = static_cast<std::size_t>(r.labels[began]);
            if (length >= 60 && !have[l] && began > 0) {
                have[l] = true;
                puffs.push_back({began, i});
                to = std::max(to, toSeconds(r.times[i] - r.times.front()));
            }
            began = i;
        }
        LabelledRecording a = r;
        for (auto& l : a.labels)
            l = -1;
        for (auto [f, t] : puffs)
            for (std::size_t i = f; i < t && toSeconds(r.times[i] - r.times[f]) < qEnvironmentVariable("PUFF", "60").toDouble(); ++i)
                a.labels[i] = r.labels[i];
        anchors.recordings.push_back(a);
        anchors = timeSlice(anchors, 0, to);
        test = timeSlice(rest, to + 20, 1e9);
        qInfo("anchors until %g s, test %g s, puffs %zu", to, test.recordings[0].duration(), puffs.size());
        qInfo("undrifted %g", liveAccuracy(model, test, 0));
        double b = 0, s = 0;
        const double spread = qEnvironmentVariable("SPREAD", "0.1").toDouble();
        ModelRecalibrationOptions options;
        options.step = qEnvironmentVariable("STEP", "0.6").toDouble();
        options.driftScatter = qEnvironmentVariable("BETA", "0.1").toDouble();
        options.airOnly = qEnvironmentVariableIsSet("AIR");
        const int n = qEnvironmentVariable("DRAWS", "4").toInt();
        for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(n); ++seed) {
            const auto made = recalibrateModel(model, aged(anchors, seed, spread), options);
            BNOF_VERIFY_OK(made);
            const Dataset later = aged(test, seed, spread);
            const double x = liveAccuracy(model, later, 0), y = liveAccuracy(made->bytes, later, 0);
            qInfo("%g -> %g (%g s) %s kept %s stored %s", x, y, made->report.seconds, made->report.verdict.c_str(), text(made->report.keptBack.before,made->report.keptBack.after).c_str(), text(made->report.stored.before,made->report.stored.after).c_str());
            b += x / n;
            s += y / n;
        }
        qInfo("mean %g -> %g", b, s);
    }
};

QTEST_APPLESS_MAIN(TestAdaptation)
#include "tst_adaptation.moc"
