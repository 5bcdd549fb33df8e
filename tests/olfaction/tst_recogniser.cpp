// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "engine/base/philox.h"
#include "engine/olfaction/evaluation.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "engine/snn/simulation.h"
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

std::unique_ptr<Recogniser> make(const Bytes& model, const std::string& backEnd = "auto",
                                 const std::string& precision = "model")
{
    auto result = makeRecogniser(model, {.backEnd = backEnd, .precision = precision});
    return result.ok() ? std::move(*result) : nullptr;
}

/// Everything that a recogniser says about frames [from, to).
RecogniserOutput play(Recogniser& recogniser, const LabelledRecording& r, std::size_t from, std::size_t to)
{
    RecogniserOutput output;
    for (std::size_t i = from; i < to; ++i) {
        const SensorFrame frame{r.times[i], {r.values.data() + i * test::noseChannels, test::noseChannels}};
        if (const auto result = recogniser.process(frame, output); !result.ok())
            qFatal("%s", result.error().message().c_str());
    }
    return output;
}

/// Share of right decisions later than `settle` seconds after a change of label.
double settledAccuracy(const RecogniserOutput& output, const LabelledRecording& r, double settle)
{
    double right = 0;
    double count = 0;
    for (const Decision& d : output.decisions) {
        const auto at =
            static_cast<std::size_t>(std::upper_bound(r.times.begin(), r.times.end(), d.t) - r.times.begin() - 1);
        std::size_t since = at;
        while (since > 0 && r.labels[since - 1] == r.labels[at])
            --since;
        if (toSeconds(r.times[at] - r.times[since]) < settle)
            continue;
        right += d.gas == r.labels[at] ? 1 : 0;
        count += 1;
    }
    return count > 0 ? right / count : 0;
}

} // namespace

class TestRecogniser : public test::Suite {
    Q_OBJECT

    Bytes m_spiking;
    Bytes m_lda;
    LabelledRecording m_test;

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
        m_test = test::record({{0, 0, 12}, {1, 50, 20}, {0, 0, 25}, {2, 70, 20}, {0, 0, 15}}, 10, 999);
    }

    void trainedGasesAreNamed()
    {
        const auto spiking = make(m_spiking);
        QVERIFY(spiking);
        const double ours = settledAccuracy(play(*spiking, m_test, 0, m_test.frames()), m_test, 5);
        const double theirs = settledAccuracy(play(*make(m_lda), m_test, 0, m_test.frames()), m_test, 5);
        QVERIFY2(ours > 0.95, std::to_string(ours).c_str());
        QVERIFY2(theirs > 0.95, std::to_string(theirs).c_str());
    }
    void aGasIsNamedWithinSecondsOfAColdStart()
    {
        const auto recogniser = make(m_spiking);
        const LabelledRecording r = test::record({{0, 0, 3}, {2, 80, 6}}, 10, 1234);
        const RecogniserOutput output = play(*recogniser, r, 0, r.frames());
        QVERIFY(output.decisions.front().t <= fromSeconds(1));
        QCOMPARE(output.decisions[5].gas, 0);
        QCOMPARE(output.decisions.back().gas, 2);
        QVERIFY(output.decisions.back().onset >= fromSeconds(3) && output.decisions.back().onset < fromSeconds(6));
        QCOMPARE(output.decisions[5].onset, Timestamp{-1});
    }
    void aGasThatWasNotTrainedIsUnknown()
    {
        const auto recogniser = make(m_spiking);
        const LabelledRecording r = test::record({{0, 0, 10}, {3, 90, 25}}, 10, 555);
        const RecogniserOutput output = play(*recogniser, r, 0, r.frames());
        std::size_t unknown = 0;
        std::size_t late = 0;
        for (const Decision& d : output.decisions) {
            if (d.t < fromSeconds(20))
                continue;
            ++late;
            unknown += d.gas == -1 && d.novelty > 0.5F ? 1 : 0;
        }
        QVERIFY2(unknown > late * 9 / 10, (std::to_string(unknown) + " of " + std::to_string(late)).c_str());
    }
    void concentrationComesWithAnInterval()
    {
        const auto recogniser = make(m_spiking);
        const LabelledRecording r = test::record({{0, 0, 5}, {1, 60, 20}}, 10, 77);
        const Decision d = play(*recogniser, r, 0, r.frames()).decisions.back();
        QCOMPARE(d.gas, 1);
        QVERIFY(d.ppm.has_value());
        QVERIFY2(*d.ppm > 40 && *d.ppm < 80, std::to_string(*d.ppm).c_str());
        QVERIFY(d.ppmLow <= *d.ppm && *d.ppm <= d.ppmHigh && d.ppmHigh > d.ppmLow);
        QCOMPARE(recogniser->estimates(1).front().gas, std::string("alpha"));
    }
    void layersAndActivity()
    {
        const auto recogniser = make(m_spiking);
        std::vector<std::string> names;
        for (const LayerInfo& layer : recogniser->info().layers)
            names.push_back(layer.name);
        QCOMPARE(names, (std::vector<std::string>{"receptor", "projection", "local", "Kenyon", "feedback", "output"}));
        QCOMPARE(recogniser->info().layers[5].size, 3U * 12);
        const RecogniserOutput output = play(*recogniser, m_test, 0, m_test.frames());
        for (const auto& layer : output.spikes) {
            QVERIFY(!layer.empty());
            QVERIFY(std::is_sorted(layer.begin(), layer.end(), [](Spike a, Spike b) {
                return a.tick != b.tick ? a.tick < b.tick : a.neuron < b.neuron;
            }));
        }
        double share = 0;
        std::vector<std::uint32_t> windows;
        for (const Spike s : output.spikes[3])
            windows.push_back(s.tick / 400 * 1000 + s.neuron);
        std::sort(windows.begin(), windows.end());
        share = static_cast<double>(std::unique(windows.begin(), windows.end()) - windows.begin()) / 250 /
                (toSeconds(m_test.times.back()) / 0.4);
        QVERIFY2(share > 0.04 && share < 0.12, std::to_string(share).c_str());
    }
    void withoutOutputSpikesEverythingIsUnknown()
    {
        auto model = modelFromBytes(m_spiking);
        BNOF_VERIFY_OK(model);
        std::fill(model->spiking.readout.begin(), model->spiking.readout.end(), 0);
        const auto recogniser = make(modelToBytes(*model));
        QVERIFY(recogniser);
        const RecogniserOutput output = play(*recogniser, m_test, 0, m_test.frames());
        QVERIFY(output.spikes[5].empty());
        QVERIFY(!output.spikes[3].empty());
        QVERIFY(output.decisions.size() > 100);
        for (const Decision& d : output.decisions) {
            QCOMPARE(d.gas, -1);
            QCOMPARE(d.probabilities, std::vector<float>(3, 0.0F));
            QCOMPARE(d.novelty, 1.0F);
            QVERIFY(!d.ppm.has_value());
        }
    }
    void theDecisionIsAFunctionOfTheOutputSpikes()
    {
        const auto model = modelFromBytes(m_spiking);
        BNOF_VERIFY_OK(model);
        const auto recogniser = make(m_spiking);
        const RecogniserOutput output = play(*recogniser, m_test, 0, m_test.frames());
        for (const Decision& d : output.decisions) {
            const auto end = static_cast<std::uint32_t>(d.t / nanosecondsPerMillisecond);
            std::vector<std::uint32_t> counts(recogniser->info().layers[5].size, 0);
            for (const Spike s : output.spikes[5])
                counts[s.neuron] += s.tick >= end - 400 && s.tick < end ? 1U : 0U;
            const CountDecision again = decideFromCounts(counts, 3, model->spiking.calibration);
            QCOMPARE(d.gas, again.gas);
            QCOMPARE(d.probabilities, again.probabilities);
            QCOMPARE(d.novelty, again.novelty);
        }
    }
    void everyBackEndSaysTheSame()
    {
        const auto first = make(m_spiking, "reference");
        const RecogniserOutput expected = play(*first, m_test, 0, 300);
        for (const std::string& name : snn::availableBackEnds()) {
            const auto other = make(m_spiking, name);
            QVERIFY2(other, name.c_str());
            const RecogniserOutput output = play(*other, m_test, 0, 300);
            QVERIFY2(output.decisions == expected.decisions, name.c_str());
            QVERIFY2(output.spikes == expected.spikes, name.c_str());
            QVERIFY2(other->saveState() == first->saveState(), name.c_str());
        }
    }
    void savedStateGoesOnExactly()
    {
        for (const Bytes* bytes : {&m_spiking, &m_lda}) {
            const auto whole = make(*bytes);
            play(*whole, m_test, 0, 137);
            const Bytes state = whole->saveState();
            const RecogniserOutput expected = play(*whole, m_test, 137, 400);
            const auto later = make(*bytes, "reference");
            play(*later, m_test, 20, 60); // what it saw before must not matter
            BNOF_VERIFY_OK(later->loadState(state));
            QVERIFY(later->saveState() == state);
            const RecogniserOutput output = play(*later, m_test, 137, 400);
            QVERIFY(output.decisions == expected.decisions);
            QVERIFY(output.spikes == expected.spikes);
            QCOMPARE(output.tickZero, expected.tickZero);
            QVERIFY(later->saveState() == whole->saveState());
            later->reset();
            QVERIFY(later->saveState() == make(*bytes)->saveState());
        }
    }
    void adaptivePrecisionRepeatsItself()
    {
        const auto whole = make(m_spiking, "auto", "adaptive");
        QVERIFY(whole);
        QCOMPARE(whole->precision().name, std::string("int8"));
        RecogniserOutput expected = play(*whole, m_test, 0, 137); // in the midst of a compared window
        const Bytes state = whole->saveState();
        const RecogniserOutput rest = play(*whole, m_test, 137, 400);
        const auto other = make(m_spiking, "reference", "adaptive");
        QVERIFY(play(*other, m_test, 0, 137).spikes == expected.spikes);
        QVERIFY(other->saveState() == state);
        const auto later = make(m_spiking, "reference", "adaptive");
        play(*later, m_test, 20, 60);
        BNOF_VERIFY_OK(later->loadState(state));
        const RecogniserOutput output = play(*later, m_test, 137, 400);
        QVERIFY(output.decisions == rest.decisions);
        QVERIFY(output.spikes == rest.spikes);
        QVERIFY(output.precisionChanges == rest.precisionChanges);
        QVERIFY(later->saveState() == whole->saveState());
        QVERIFY2(whole->precision().reason.find("compared windows") != std::string::npos,
                 whole->precision().reason.c_str());
        QVERIFY(!make(m_spiking)->loadState(state).ok()); // of another precision
        QVERIFY(make(m_spiking)->precision() == PrecisionReading{});
        QVERIFY(!make(m_spiking, "auto", "fp8"));
    }
    void coarseWeightsNameTheSameGas()
    {
        const double full = settledAccuracy(play(*make(m_spiking), m_test, 0, m_test.frames()), m_test, 5);
        for (const char* precision : {"fp16", "int16", "int8", "adaptive"}) {
            const auto recogniser = make(m_spiking, "auto", precision);
            QVERIFY2(recogniser, precision);
            const double accuracy = settledAccuracy(play(*recogniser, m_test, 0, m_test.frames()), m_test, 5);
            QVERIFY2(accuracy >= 0.95 * full, (precision + (": " + std::to_string(accuracy))).c_str());
        }
    }
    void weightsThatLoseTooMuchAreRaised()
    {
        auto model = modelFromBytes(m_spiking);
        BNOF_VERIFY_OK(model);
        model->spiking.clips.clear();
        for (const snn::Projection& projection : fullNetwork(model->spiking).projections)
            if (projection.target == Outputs)
                model->spiking.clips.push_back({projection.name, {true, 3}});
        const Bytes spoilt = modelToBytes(*model);
        const auto recogniser = make(spoilt, "auto", "adaptive");
        QVERIFY(recogniser);
        RecogniserOutput output;
        for (int round = 0; round < 3 && output.precisionChanges.empty(); ++round) {
            const auto more = test::record({{1, 50, 20}, {0, 0, 20}, {2, 70, 20}}, 10, 500 + round);
            recogniser->reset();
            output = play(*recogniser, more, 0, more.frames());
        }
        QVERIFY2(!output.precisionChanges.empty(), recogniser->precision().reason.c_str());
        QCOMPARE(output.precisionChanges.front().name, std::string("fp16"));
        QVERIFY2(output.precisionChanges.front().reason.find("below the limit") != std::string::npos,
                 output.precisionChanges.front().reason.c_str());
        QVERIFY(recogniser->precision().name != "int8");
    }
    void aGapStartsTheNetworkAfresh()
    {
        LabelledRecording r = test::record({{0, 0, 10}, {1, 60, 20}}, 10, 31);
        const std::size_t cut = 200;
        const Timestamp hole = fromSeconds(7);
        for (std::size_t i = cut; i < r.frames(); ++i)
            r.times[i] += hole;
        const auto recogniser = make(m_spiking);
        const RecogniserOutput output = play(*recogniser, r, 0, r.frames());
        const Timestamp before = r.times[cut - 1];
        Timestamp last = 0;
        for (const Decision& d : output.decisions) {
            // Decisions go on for the 2 s for which the drive is held, then wait for data.
            QVERIFY(d.t <= before + fromSeconds(2) || d.t > r.times[cut]);
            QVERIFY(d.t > last);
            last = d.t;
        }
        for (const auto& layer : output.spikes) {
            for (std::size_t i = 1; i < layer.size(); ++i)
                QVERIFY(layer[i].tick >= layer[i - 1].tick);
        }
        QCOMPARE(output.decisions.back().gas, 1);
        QVERIFY(output.spikes[0].back().tick > 36'000); // ticks go on counting device time
        QVERIFY(play(*make(m_spiking, "reference"), r, 0, r.frames()).decisions == output.decisions);
        // A state saved behind the gap is as good as any other.
        recogniser->reset();
        play(*recogniser, r, 0, cut + 30);
        const Bytes state = recogniser->saveState();
        const auto other = make(m_spiking);
        BNOF_VERIFY_OK(other->loadState(state));
        QVERIFY(play(*other, r, cut + 30, r.frames()).spikes == play(*recogniser, r, cut + 30, r.frames()).spikes);
    }
    void wrongFramesAreRefused()
    {
        const auto recogniser = make(m_spiking);
        RecogniserOutput output;
        const std::vector<float> values(test::noseChannels, 1000.0F);
        QVERIFY(!recogniser->process({0, {values.data(), 5}}, output).ok());
        BNOF_VERIFY_OK(recogniser->process({fromSeconds(5), values}, output));
        QVERIFY(!recogniser->process({fromSeconds(4), values}, output).ok());
        BNOF_VERIFY_OK(recogniser->process({fromSeconds(5), values}, output)); // the same instant again
        const std::vector<float> nothing(test::noseChannels, std::numeric_limits<float>::quiet_NaN());
        const auto deaf = make(m_spiking);
        for (int i = 0; i < 30; ++i)
            BNOF_VERIFY_OK(deaf->process({fromSeconds(i * 0.1), nothing}, output));
    }
    void hostileStates()
    {
        const auto recogniser = make(m_spiking);
        play(*recogniser, m_test, 0, 50);
        const Bytes state = recogniser->saveState();
        QVERIFY(!recogniser->loadState({}).ok());
        QVERIFY(!make(m_lda)->loadState(state).ok());
        PhiloxSequence random(5, 5);
        for (int i = 0; i < 300; ++i) {
            Bytes damaged = state;
            if (i % 3 == 0)
                damaged.resize(random.below(static_cast<std::uint32_t>(state.size())));
            else
                damaged[random.below(i % 3 == 1 ? 600U : static_cast<std::uint32_t>(state.size()))] ^=
                    static_cast<std::uint8_t>(1U << random.below(8));
            const bool loaded = recogniser->loadState(damaged).ok();
            QVERIFY(!loaded || damaged.size() == state.size());
            if (!loaded)
                QVERIFY(recogniser->saveState() == make(m_spiking)->saveState()); // back to the start
            const Timestamp late = fromSeconds(5);
            RecogniserOutput output;
            (void)recogniser->process({late, {m_test.values.data(), test::noseChannels}}, output);
        }
    }
    void modelsSurviveTheirFile()
    {
        for (const Bytes* bytes : {&m_spiking, &m_lda}) {
            const auto model = modelFromBytes(*bytes);
            BNOF_VERIFY_OK(model);
            QVERIFY(modelToBytes(*model) == *bytes);
            QVERIFY(model->simulatedTraining);
        }
        QVERIFY(*trainSpiking(test::noseData(4), quick()) == m_spiking); // training repeats itself
    }
    void hostileModels()
    {
        const auto refusal = [this](const std::function<void(Model&)>& change) {
            auto model = modelFromBytes(m_spiking);
            change(*model);
            const auto result = makeRecogniser(modelToBytes(*model));
            return result.ok() ? std::string("accepted") : result.error().message();
        };
        const auto names = [&](const char* path, const std::function<void(Model&)>& change) {
            const std::string message = refusal(change);
            QVERIFY2(message.find(path) != std::string::npos, message.c_str());
        };
        names("output_bias_mv", [](Model& m) { m.spiking.outputBiasMv[0] = 11; });
        names("kenyon_bias_mv", [](Model& m) { m.spiking.kenyonBiasMv.pop_back(); });
        names("spiking.readout", [](Model& m) { m.spiking.readout.pop_back(); });
        names("readout_unit_mv", [](Model& m) { m.spiking.readoutUnitMv = 0.3; });
        names("network.populations", [](Model& m) { m.spiking.network.populations[3].name = "KC"; });
        names("network.projections", [](Model& m) { m.spiking.network.projections[0].target = Outputs; });
        names("channels", [](Model& m) { m.channels.pop_back(); });
        names("front_end.mean", [](Model& m) { m.frontEnd.mean.clear(); });
        names("discriminant.whitening", [](Model& m) { m.discriminant.whitening.pop_back(); });
        names("kind", [](Model& m) { m.kind = "oracle"; });
        names("background", [](Model& m) { m.background = 3; });
        // The checksum would find every damage; what follows is for files that were made to deceive.
        const std::string whole(m_spiking.begin(), m_spiking.end());
        const std::string trusting = whole.substr(0, whole.rfind(",\"content_sha256\"")) + "}\n";
        BNOF_VERIFY_OK(makeRecogniser(Bytes(trusting.begin(), trusting.end())));
        PhiloxSequence random(6, 6);
        for (int i = 0; i < 60; ++i) {
            Bytes damaged(trusting.begin(), trusting.end());
            if (i % 4 == 0)
                damaged.resize(random.below(static_cast<std::uint32_t>(damaged.size())));
            else
                for (int k = 0; k < 3; ++k)
                    damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] =
                        static_cast<std::uint8_t>(random.below(256));
            const auto result = makeRecogniser(damaged);
            if (result.ok())
                play(**result, m_test, 0, 8);
        }
        QVERIFY(!makeRecogniser(Bytes{}).ok());
    }
    void channelsAreMatchedByNameThenPlace()
    {
        const auto named = [](std::initializer_list<const char*> list) {
            std::vector<ChannelInfo> out;
            for (const char* name : list)
                out.emplace_back().name = name;
            return out;
        };
        const auto byName = matchChannels(named({"a", "b"}), named({"x", "b", "a"}));
        BNOF_VERIFY_OK(byName);
        QCOMPARE(*byName, (std::vector<std::size_t>{2, 1}));
        const auto byPlace = matchChannels(named({"a", "b"}), named({"ch1", "ch2"}));
        BNOF_VERIFY_OK(byPlace);
        QCOMPARE(*byPlace, (std::vector<std::size_t>{0, 1}));
        QVERIFY(!matchChannels(named({"a", "b"}), named({"CO", "NO2"})).ok()); // other sensors
        const auto none = matchChannels(named({"a", "b"}), named({"a", "c", "d"}));
        QVERIFY(!none.ok() && none.error().what.find("missing: b") != std::string::npos);
    }
    void trainingCanBeCancelledAndExplainsItself()
    {
        int calls = 0;
        const auto cancelled = trainSpiking(test::noseData(2), quick(), [&calls](double done, std::string_view) {
            return done >= 0 && done <= 1 && ++calls < 4;
        });
        QVERIFY(!cancelled.ok() && cancelled.error().kind == ErrorKind::Cancelled);
        Dataset airOnly = test::emptyNoseData();
        airOnly.recordings.push_back(test::record({{0, 0, 30}}, 10, 1));
        const auto poor = trainSpiking(airOnly, quick());
        QVERIFY(!poor.ok() && poor.error().what.find("fewer than two") != std::string::npos);
        QVERIFY(!trainLda(test::emptyNoseData(), quick()).ok());
        TrainingOptions odd = quick();
        odd.decisionIntervalSeconds = 0.2005;
        QVERIFY(trainSpiking(airOnly, odd).error().kind == ErrorKind::Usage);
    }
    void concentrationIntervalsNarrowAndCover()
    {
        const auto model = trainLda(test::noseData(12), quick());
        BNOF_VERIFY_OK(model);
        const auto recogniser = make(*model);
        const Dataset fresh = test::noseData(10, 10, 4000);
        double exposures = 0;
        double held = 0; // each exposure by the share of its time at which the interval held
        std::vector<double> early;
        std::vector<double> late;
        for (const LabelledRecording& r : fresh.recordings) {
            recogniser->reset();
            double right = 0;
            double told = 0;
            Timestamp onset = 0;
            for (std::size_t i = 0; i < r.frames(); ++i) {
                if (i > 0 && r.labels[i] != r.labels[i - 1]) {
                    onset = r.times[i];
                    exposures += told > 0 ? 1 : 0;
                    held += told > 0 ? right / told : 0;
                    right = told = 0;
                }
                const RecogniserOutput output = play(*recogniser, r, i, i + 1);
                if (output.decisions.empty() || r.labels[i] <= 0 || output.decisions.back().gas != r.labels[i])
                    continue;
                const Decision& d = output.decisions.back();
                QVERIFY(d.ppm && d.ppmLow <= *d.ppm && *d.ppm <= d.ppmHigh);
                const float truth = r.ppm[i * 2 + static_cast<std::size_t>(r.labels[i] - 1)];
                told += 1;
                right += d.ppmLow <= truth && truth <= d.ppmHigh ? 1 : 0;
                const double age = toSeconds(r.times[i] - onset);
                if (age < 2.5)
                    early.push_back(d.ppmHigh - d.ppmLow);
                else if (age > 10)
                    late.push_back(d.ppmHigh - d.ppmLow);
            }
        }
        QVERIFY(exposures > 40);
        const double coverage = held / exposures;
        // Two standard deviations of as many independent exposures.
        QVERIFY2(coverage > 0.9 - 2 * std::sqrt(0.09 / exposures), std::to_string(coverage).c_str());
        const auto median = [](std::vector<double>& v) {
            std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
            return v[v.size() / 2];
        };
        QVERIFY(early.size() > 20 && late.size() > 20);
        const double before = median(early);
        const double after = median(late);
        QVERIFY2(after < 0.6 * before, (std::to_string(before) + " to " + std::to_string(after)).c_str());
    }
    void heldOutEvaluation()
    {
        EvaluationOptions options;
        options.protocol = Protocol::HeldOut;
        options.folds = 2;
        options.settledSeconds = 8;
        options.training = quick();
        options.training.replayPoints = 250;
        options.training.realPoints = 300;
        const auto report = evaluate(test::noseData(4), options);
        BNOF_VERIFY_OK(report);
        QCOMPARE((*report)["protocol"].toString(), std::string("held-out"));
        QCOMPARE((*report)["per_group"].members().size(), std::size_t{4});
        const double ours = (*report)["settled_accuracy"].toDouble();
        const double theirs = (*report)["baselines"]["lda"]["settled_accuracy"].toDouble();
        QVERIFY2(ours > 0.9 && theirs > 0.9, (std::to_string(ours) + " " + std::to_string(theirs)).c_str());
        QVERIFY((*report)["interval"].items()[0].toDouble() <= (*report)["accuracy"].toDouble());
        QVERIFY((*report)["rmse"]["alpha"].toDouble(1e9) < 40);
        QVERIFY((*report)["ppm_intervals"]["alpha"]["coverage"].isNumber());
        QVERIFY((*report)["ppm_intervals"]["alpha"]["median_width_settled"].toDouble() > 0);
        QVERIFY((*report)["leak_test"]["accuracy"].isNumber());
        QVERIFY((*report)["novelty_auroc"].isNull());
        QVERIFY((*report)["novelty_reason"].toString().find("leave-gas-out") != std::string::npos);
        const Json& templates = (*report)["baselines"]["nearest_template"];
        QVERIFY(templates["settled_accuracy"].toDouble() > 0.8);
        QVERIFY(templates["interval"].items()[0].toDouble() <= templates["accuracy"].toDouble());
        QVERIFY((*report)["paired"]["nearest_template"]["difference"].isNumber());
        for (const char* who : {"spiking", "lda"})
            QVERIFY2((*report)["label_permutation"][who]["p"].isNumber(), report->dump().c_str());
        QVERIFY((*report)["learning_curve"]["points"].items().size() >= 4);
        QVERIFY((*report)["paired"]["lda"]["text"].isString());
        QVERIFY((*report)["paired"]["lda"]["p"].isNumber());
        QCOMPARE((*report)["per_seed"].items().size(), std::size_t{1});
        QVERIFY(!evaluate(test::noseData(1), options).ok()); // nothing to hold out
    }
    void severalSeeds()
    {
        EvaluationOptions options;
        options.training.kenyonCells = 100;
        options.training.realPoints = options.training.replayPoints = 100;
        options.training.novelPoints = 60;
        options.permutationRounds = 20;
        const Dataset data = test::noseData(2);
        const auto one = evaluate(data, options);
        BNOF_VERIFY_OK(one);
        options.seeds = 2;
        const auto both = evaluate(data, options);
        BNOF_VERIFY_OK(both);
        const auto& seeds = (*both)["per_seed"].items();
        QCOMPARE(seeds.size(), std::size_t{2});
        QCOMPARE(seeds[0].toDouble(), (*one)["accuracy"].toDouble());
        QVERIFY(std::abs((*both)["accuracy"].toDouble() - (seeds[0].toDouble() + seeds[1].toDouble()) / 2) < 1e-12);
        QCOMPARE((*both)["answers"].toInteger(), (*one)["answers"].toInteger());
        QCOMPARE((*both)["baselines"]["lda"].dump(), (*one)["baselines"]["lda"].dump());
        QCOMPARE((*both)["paired"]["lda"]["exposures"].toInteger(), (*one)["paired"]["lda"]["exposures"].toInteger());
    }
    void slowDevicesLetTheNetworkRest()
    {
        const auto bytes = trainSpiking(test::noseData(3, 1), quick());
        BNOF_VERIFY_OK(bytes);
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        QCOMPARE(model->spiking.restAfterTicks, 480U);
        QCOMPARE(modelFromBytes(m_spiking)->spiking.restAfterTicks, 0U); // 10 frames a second
        LabelledRecording r = test::record({{0, 0, 12}, {1, 50, 20}, {0, 0, 15}}, 1, 999);
        const auto recogniser = make(*bytes);
        QVERIFY(recogniser);
        const RecogniserOutput output = play(*recogniser, r, 0, r.frames());
        QCOMPARE(output.decisions.size(), (r.frames() - 1) * 5 - 1); // every 0.2 s, from the second on
        for (const auto& layer : output.spikes) {
            for (const Spike spike : layer)
                QVERIFY(spike.tick % 1000 < 600); // three intervals, then the window has settled
        }
        for (std::size_t i = 6; i + 3 < output.decisions.size(); i += 5) { // at 1.6, 1.8, 2 s
            QCOMPARE(output.decisions[i + 1].probabilities, output.decisions[i].probabilities);
            QCOMPARE(output.decisions[i + 2].probabilities, output.decisions[i].probabilities);
        }
        QVERIFY2(settledAccuracy(output, r, 6) > 0.9, std::to_string(settledAccuracy(output, r, 6)).c_str());
        // Frames that come between two decisions: intervals stay whole, and a saved state goes on exactly.
        for (std::size_t i = 0; i < r.frames(); ++i)
            r.times[i] += fromSeconds(0.03 * static_cast<double>(i));
        const auto whole = make(*bytes);
        const auto other = make(*bytes);
        const std::size_t half = 17;
        const RecogniserOutput expected = play(*whole, r, 0, r.frames());
        play(*other, r, 0, half);
        const auto saved = other->saveState();
        const auto third = make(*bytes);
        BNOF_VERIFY_OK(third->loadState(saved));
        QCOMPARE(third->saveState(), saved);
        const RecogniserOutput rest = play(*third, r, half, r.frames());
        QVERIFY(rest.decisions.size() > 20);
        const std::size_t before = expected.decisions.size() - rest.decisions.size();
        for (std::size_t i = 0; i < rest.decisions.size(); ++i) {
            QCOMPARE(rest.decisions[i].t, expected.decisions[before + i].t);
            QCOMPARE(rest.decisions[i].probabilities, expected.decisions[before + i].probabilities);
        }
        Model hasty = *model;
        hasty.spiking.restAfterTicks = 100; // the window has not been read by then
        QVERIFY(!validate(hasty).ok());
    }
    void nearestTemplateIsARecogniserLikeAnyOther()
    {
        const auto model = trainTemplates(test::noseData(4), quick());
        BNOF_VERIFY_OK(model);
        const auto recogniser = make(*model);
        QVERIFY(recogniser);
        QCOMPARE(recogniser->info().kind, std::string("template"));
        const RecogniserOutput output = play(*recogniser, m_test, 0, m_test.frames());
        QVERIFY(settledAccuracy(output, m_test, 8) > 0.9);
        // By its definition: of the standardised features, the nearest mean of settled ones.
        const auto parsed = modelFromBytes(*model);
        BNOF_VERIFY_OK(parsed);
        const Discriminant& d = parsed->discriminant;
        for (std::size_t i = 0; i < d.dimension; ++i) {
            for (std::size_t j = 0; j < i; ++j)
                QCOMPARE(d.whitening[i * (i + 1) / 2 + j], 0.0); // every direction weighs the same
            QCOMPARE(d.whitening[i * (i + 3) / 2], d.whitening[0]);
        }
        QCOMPARE(d.logPrior[0], d.logPrior[2]);
    }
    void aGasLeftOutOfTrainingSeemsNovel()
    {
        EvaluationOptions options;
        options.protocol = Protocol::LeaveGasOut;
        options.training = quick();
        const auto report = evaluate(test::noseData(5), options);
        BNOF_VERIFY_OK(report);
        QCOMPARE((*report)["novelty_auroc_splits"].items().size(), std::size_t{2}); // alpha, then beta
        // A small network and one known gas: better than chance is what can be asked.
        QVERIFY2((*report)["novelty_auroc"].toDouble() > 0.6, (*report)["novelty_auroc"].dump().c_str());
        QVERIFY((*report)["novelty_reason"].isNull());
        QVERIFY((*report)["baselines"]["lda"]["novelty_auroc"].isNumber());
        // What was not trained counts as novelty, not as a wrong name.
        const Json& lda = (*report)["baselines"]["lda"];
        QVERIFY2(lda["accuracy"].toDouble() > 0.5, lda["accuracy"].dump().c_str());
        Dataset two = test::noseData(3);
        for (LabelledRecording& r : two.recordings)
            std::replace(r.labels.begin(), r.labels.end(), std::int16_t{2}, std::int16_t{1});
        QVERIFY(!evaluate(two, options).ok()); // nothing would be left to name
    }
    void theLeakTestFindsAConfoundedProtocol()
    {
        // The gain of a session's sensors tells which gas it will bring.
        const auto confounded = [](std::uint64_t seed) {
            Dataset data = test::emptyNoseData();
            for (int i = 0; i < 12; ++i) {
                LabelledRecording r =
                    test::record({{0, 0, 8}, {1 + i % 2, 50, 5}}, 10, seed + static_cast<unsigned>(i));
                for (float& v : r.values)
                    v *= i % 2 ? 1.2F : 1.0F;
                data.recordings.push_back(std::move(r));
            }
            return data;
        };
        const Json leak = leakTest(confounded(1), confounded(50));
        QVERIFY(leak["accuracy"].toDouble() > 0.9);
        QVERIFY(leak["warning"].isString());
        const Json fair = leakTest(test::noseData(4), test::noseData(4, 10, 500));
        QVERIFY(fair["warning"].isNull());
    }
};

QTEST_APPLESS_MAIN(TestRecogniser)
#include "tst_recogniser.moc"
