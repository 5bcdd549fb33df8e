// SPDX-License-Identifier: GPL-3.0-or-later
// Spike encoders, what their spikes tell, models that use them, and the other ways of learning from spikes.
#include <cmath>
#include <set>

#include "engine/base/philox.h"
#include "engine/olfaction/encoders/comparison.h"
#include "engine/olfaction/encoders/information.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/presenter.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/surrogate_gradient.h"
#include "engine/olfaction/training.h"
#include "engine/olfaction/virtual_receptors/fit.h"
#include "engine/snn/surrogate_run.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;
using Bytes = std::vector<std::uint8_t>;
using Train = std::vector<std::vector<std::uint32_t>>; ///< neurons that fire, tick by tick

namespace {

TrainingOptions quick()
{
    TrainingOptions options;
    options.kenyonCells = 100;
    options.realPoints = 150;
    options.replayPoints = 100;
    options.novelPoints = 40;
    options.windowIntervals = 1;
    options.decisionIntervalSeconds = 0.1;
    options.backEnd = "vector";
    return options;
}

/// Three channels that wander; a frame every 37 ticks.
std::vector<double> frame(std::uint64_t number)
{
    PhiloxSequence random(number, 3);
    return {random.uniform(), random.uniform(), 0.3 + 0.1 * random.uniform()};
}

void run(Encoder& encoder, std::uint64_t from, std::uint64_t to, Train& train)
{
    for (std::uint64_t tick = from; tick < to; ++tick) {
        if (tick % 37 == 0)
            encoder.setValues(frame(tick / 37));
        encoder.step(train.emplace_back());
    }
}

/// Spikes of each neuron over so many ticks at steady values.
std::vector<int> counts(const EncoderParameters& parameters, const std::vector<double>& values, int ticks)
{
    const auto encoder = Encoder::create(parameters, values.size());
    encoder->setValues(values);
    std::vector<int> out(encoder->neurons(), 0);
    std::vector<std::uint32_t> fired;
    for (int t = 0; t < ticks; ++t) {
        fired.clear();
        encoder->step(fired);
        for (const std::uint32_t n : fired)
            ++out[n];
    }
    return out;
}

/// The tick of each neuron's first spike, or `ticks`.
std::vector<int> firsts(const EncoderParameters& parameters, const std::vector<double>& values, int ticks)
{
    const auto encoder = Encoder::create(parameters, values.size());
    encoder->setValues(values);
    std::vector<int> out(encoder->neurons(), ticks);
    std::vector<std::uint32_t> fired;
    for (int t = 0; t < ticks; ++t) {
        fired.clear();
        encoder->step(fired);
        for (const std::uint32_t n : fired)
            out[n] = std::min(out[n], t);
    }
    return out;
}

RecogniserOutput play(Recogniser& recogniser, const LabelledRecording& r, std::size_t from, std::size_t to)
{
    RecogniserOutput output;
    const std::size_t channels = test::noseChannels;
    for (std::size_t i = from; i < to; ++i) {
        const SensorFrame frame{r.times[i], {r.values.data() + i * channels, channels}};
        if (const auto result = recogniser.process(frame, output); !result.ok())
            qFatal("%s", result.error().message().c_str());
    }
    return output;
}

std::unique_ptr<Recogniser> make(const Bytes& model, const std::string& backEnd)
{
    auto result = makeRecogniser(model, {.backEnd = backEnd});
    return result.ok() ? std::move(*result) : nullptr;
}

/// Share of decisions that name the label of their time.
double shareRight(const RecogniserOutput& output, const LabelledRecording& r)
{
    double right = 0;
    for (const Decision& decision : output.decisions) {
        std::size_t at = 0;
        while (at + 1 < r.frames() && r.times[at + 1] <= decision.t)
            ++at;
        right += decision.gas == r.labels[at] ? 1 : 0;
    }
    return right / static_cast<double>(std::max<std::size_t>(output.decisions.size(), 1));
}

/// The same spikes and decisions on the plainest back end, and after a state was saved and loaded in the middle.
void checkReplay(const Bytes& model, const LabelledRecording& r)
{
    const auto whole = make(model, "vector");
    const auto plain = make(model, "reference");
    const auto first = make(model, "vector");
    const auto second = make(model, "reference");
    QVERIFY(whole && plain && first && second);
    const std::size_t frames = std::min<std::size_t>(r.frames(), 120);
    const RecogniserOutput expected = play(*whole, r, 0, frames);
    QVERIFY(play(*plain, r, 0, frames).spikes == expected.spikes);
    RecogniserOutput joined = play(*first, r, 0, 53);
    BNOF_VERIFY_OK(second->loadState(first->saveState()));
    const RecogniserOutput rest = play(*second, r, 53, frames);
    for (std::size_t layer = 0; layer < joined.spikes.size(); ++layer)
        joined.spikes[layer].insert(joined.spikes[layer].end(), rest.spikes[layer].begin(), rest.spikes[layer].end());
    QVERIFY(joined.spikes == expected.spikes);
    QCOMPARE(joined.decisions.size() + rest.decisions.size(), expected.decisions.size());
    auto broken = first->saveState();
    broken.resize(broken.size() / 2);
    QVERIFY(!second->loadState(broken).ok());
}

} // namespace

class TestEncoders : public test::Suite {
    Q_OBJECT

private slots:
    void spikesAreRepeatableCausalAndOrdered_data() { names(); }
    void spikesAreRepeatableCausalAndOrdered()
    {
        QFETCH(QString, name);
        const EncoderParameters parameters = defaultEncoder(name.toStdString());
        BNOF_VERIFY_OK(validate(parameters, 3));
        const auto encoder = Encoder::create(parameters, 3);
        QCOMPARE(encoder->neurons(), std::size_t{3} * neuronsPerChannel(parameters));
        std::vector<std::uint32_t> fired;
        for (int t = 0; t < 60; ++t)
            encoder->step(fired);
        QVERIFY(fired.empty()); // nothing was shown yet
        encoder->reset();
        Train train;
        run(*encoder, 0, 1000, train);
        std::size_t spikes = 0;
        for (const auto& tick : train) {
            spikes += tick.size();
            QVERIFY(std::is_sorted(tick.begin(), tick.end()));
            QVERIFY(std::adjacent_find(tick.begin(), tick.end()) == tick.end());
            QVERIFY(tick.empty() || tick.back() < encoder->neurons());
        }
        QVERIFY(spikes > 20);
        // Another future leaves the past as it was.
        encoder->reset();
        Train other;
        run(*encoder, 0, 500, other);
        encoder->setValues(std::vector<double>{1, 0, 0.5});
        run(*encoder, 500, 600, other);
        QVERIFY(std::equal(other.begin(), other.begin() + 500, train.begin()));
        // Saved and loaded in the middle of a cycle and a frame.
        const auto a = Encoder::create(parameters, 3);
        const auto b = Encoder::create(parameters, 3);
        Train split;
        run(*a, 0, 413, split);
        StateWriter writer;
        a->save(writer);
        const auto bytes = writer.take();
        StateReader reader(bytes);
        QVERIFY(b->load(reader) && reader.complete());
        run(*b, 413, 1000, split);
        QVERIFY(split == train);
        StateReader cut({bytes.data(), bytes.size() - 3});
        QVERIFY(!b->load(cut));
        // Through JSON.
        const auto read = encoderFromJson(toJson(parameters), "encoder", 3);
        BNOF_VERIFY_OK(read);
        QVERIFY(*read == parameters);
    }
    void ratesFollowTheValue()
    {
        for (const char* name : {"rate", "sigma-delta"}) {
            const auto n = counts(defaultEncoder(name), {0.25}, 20000);
            for (std::size_t i = 0; i < n.size(); ++i) {
                const double expected = 20 * 100 * (i < n.size() / 2 ? 0.25 : 0.75);
                QVERIFY(std::abs(n[i] - expected) <= (name[0] == 'r' ? 5 * std::sqrt(expected) : 1));
            }
        }
        EncoderParameters other = defaultEncoder("rate");
        other.seed = 2;
        QVERIFY(counts(other, {0.5}, 1000) != counts(defaultEncoder("rate"), {0.5}, 1000));
    }
    void largerValuesFireEarlier()
    {
        const EncoderParameters latency = defaultEncoder("latency");
        const auto weak = firsts(latency, {0.4}, 50);
        const auto strong = firsts(latency, {0.8}, 50);
        QVERIFY(strong[0] < weak[0] && strong[1] < weak[1]);
        QVERIFY(weak[3] == 50 && strong[3] == 50); // below the cell's threshold
        const EncoderParameters phase = defaultEncoder("phase");
        QCOMPARE(firsts(phase, {1.0}, 25)[0], 0);
        QCOMPARE(firsts(phase, {0.5}, 25)[0], 12);
        QCOMPARE(counts(phase, {0.3}, 250)[0], 10); // one a cycle, whatever the value
        const auto order = firsts(defaultEncoder("rank-order"), {0.9, 0.6, 0.45}, 50);
        // ON 0.9, 0.6; OFF 0.55 of the third; the weaker half is not sent.
        QVERIFY(order[0] < order[2] && order[2] < order[5]);
        QVERIFY(order[1] == 50 && order[3] == 50 && order[4] == 50);
    }
    void burstsGrowAndTighten()
    {
        EncoderParameters burst = defaultEncoder("burst");
        burst.cells = 1;
        QCOMPARE(counts(burst, {0.0}, 100)[0], 0);
        QCOMPARE(counts(burst, {0.4}, 100)[0], 2);
        QCOMPARE(counts(burst, {1.0}, 100)[0], 5);
        QVERIFY(firsts(burst, {1.0}, 100)[0] < firsts(burst, {0.4}, 100)[0]);
    }
    void levelsAreSentInStepsOfTheNoise()
    {
        const EncoderParameters delta = defaultEncoder("delta");
        const auto high = counts(delta, {0.9}, 100);
        QVERIFY(high[0] > 0 && high[1] == 0);
        QVERIFY(counts(delta, {0.1}, 100)[1] == high[0]);
        QCOMPARE(counts(delta, {0.5}, 100)[0], 0);
        EncoderParameters noisy = delta;
        noisy.noise = {0.05};
        QVERIFY(counts(noisy, {0.9}, 100)[0] < high[0]); // larger steps
        // A channel that jitters teaches itself larger steps.
        const auto spikesAfter = [&](double jitter) {
            const auto encoder = Encoder::create(delta, 1);
            PhiloxSequence random(1, 1);
            std::vector<std::uint32_t> fired;
            for (int f = 0; f < 3000; ++f) {
                encoder->setValues(std::vector<double>{0.9 + jitter * (random.uniform() - 0.5)});
                fired.clear();
                for (int t = 0; t < 100; ++t)
                    encoder->step(fired);
            }
            return std::count(fired.begin(), fired.end(), 0U);
        };
        QVERIFY(spikesAfter(0.2) < spikesAfter(0.001));
    }
    void theNearestFieldFiresMost()
    {
        const auto n = counts(defaultEncoder("population"), {3.0 / 7}, 1000);
        QCOMPARE(static_cast<int>(std::max_element(n.begin(), n.end()) - n.begin()), 3);
        QCOMPARE(n[3], 100);
        QVERIFY(n[2] > 0 && std::abs(n[2] - n[4]) <= 1 && n[0] == 0 && n[7] == 0);
    }
    void wrongParametersAreRefused()
    {
        EncoderParameters p = defaultEncoder("rate");
        p.maximumHz = 2000;
        QVERIFY(!validate(p, 1).ok());
        p = defaultEncoder("nonsense");
        QVERIFY(!validate(p, 1).ok());
        p = defaultEncoder("delta");
        p.noise = {0.1, 0.1};
        QVERIFY(!validate(p, 1).ok());
    }
    void informationIsThatOfTheLabels()
    {
        std::vector<int> labels;
        std::vector<std::uint32_t> perfect;
        std::vector<std::uint32_t> chance;
        PhiloxSequence random(5, 5);
        for (int i = 0; i < 400; ++i) {
            labels.push_back(i % 4);
            perfect.push_back(static_cast<std::uint32_t>(3 - i % 4));
            chance.push_back(random.below(16));
        }
        QVERIFY(std::abs(mutualInformation(perfect, labels, 1) - 2) < 0.05);
        QVERIFY(mutualInformation(chance, labels, 1) < 0.03); // the plug-in estimate would say some 0.08
        QCOMPARE(mutualInformation(std::vector<std::uint32_t>(400, 2), labels, 1), 0.0);
    }
    void encodersAreComparedOnHeldOutGroups()
    {
        const auto comparison = compareEncoders(test::noseData(2), quick());
        BNOF_VERIFY_OK(comparison);
        QCOMPARE(comparison->encoders.size(), encoderNames().size());
        QCOMPARE(comparison->protocol, std::string("held-out"));
        for (const EncoderFigures& f : comparison->encoders) {
            QVERIFY2(f.spikesPerSecond > 1 && f.bitsPerSpike > 0, f.name.c_str());
            QVERIFY2(f.accuracy > 0.2 && f.accuracy <= 1 && f.timingAccuracy <= 1, f.name.c_str());
        }
        const auto& sigmaDelta = comparison->encoders[6];
        QCOMPARE(sigmaDelta.name, std::string("sigma-delta"));
        QVERIFY(sigmaDelta.accuracy > 0.85);
        QVERIFY(toJson(*comparison)["encoders"].items().size() == encoderNames().size());
        QVERIFY(!compareEncoders(test::noseData(3), quick(), {"morse"}).ok());
    }
    void modelsWithAnEncoderReplayBitForBit_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("sigma-delta") << QStringLiteral("sigma-delta");
        if (qEnvironmentVariableIsSet("BNOF_TEST_FULL")) {
            for (const std::string& name : encoderNames()) {
                if (name != "sigma-delta" && name != "rank-order" && name != "phase")
                    QTest::newRow(name.c_str()) << QString::fromStdString(name);
            }
        }
    }
    void modelsWithAnEncoderReplayBitForBit()
    {
        QFETCH(QString, name);
        TrainingOptions options = quick();
        options.code.encoder = defaultEncoder(name.toStdString());
        const auto bytes = trainSpiking(test::noseData(2), options);
        BNOF_VERIFY_OK(bytes);
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        QCOMPARE(model->spiking.code.encoder.name, name.toStdString());
        QVERIFY(modelToBytes(*model) == *bytes);
        const Dataset fresh = test::noseData(1, 10, 900);
        const auto recogniser = make(*bytes, "vector");
        QVERIFY(recogniser);
        const LabelledRecording& r = fresh.recordings.front();
        const double right = shareRight(play(*recogniser, r, 0, 1000), r);
        QVERIFY2(right > 0.7, std::to_string(right).c_str());
        checkReplay(*bytes, r);
        Model broken = *model;
        broken.spiking.code.encoder.cells += 1;
        QVERIFY(!validate(broken).ok());
    }
    void theOffsetCodeIsTheDefault()
    {
        TrainingOptions options = quick();
        options.code.encoder.name = "offset";
        const auto named = trainSpiking(test::noseData(2), options);
        BNOF_VERIFY_OK(named);
        QVERIFY(std::string(named->begin(), named->end()).find("\"encoder\"") == std::string::npos);
        if (qEnvironmentVariableIsSet("BNOF_TEST_FULL")) {
            const auto plain = trainSpiking(test::noseData(2), quick());
            QVERIFY(*named == *plain);
        }
        options.code.encoder.name = "morse";
        QVERIFY(!trainSpiking(test::noseData(2), options).ok());
    }
    void readoutsLearnInThreeWays()
    {
        const Dataset data = test::noseData(2);
        const Dataset fresh = test::noseData(1, 10, 900);
        for (const char* rule : {"ridge", "surrogate-gradient"}) {
            TrainingOptions options = quick();
            options.learning.name = rule;
            options.learning.surrogateEpochs = 2;
            options.learning.fewestExposures = 3;
            const auto bytes = trainSpiking(data, options);
            BNOF_VERIFY_OK(bytes);
            const auto recogniser = make(*bytes, "vector");
            QVERIFY(recogniser);
            const LabelledRecording& r = fresh.recordings.front();
            const double right = shareRight(play(*recogniser, r, 0, 1000), r);
            QVERIFY2(right > 0.75, (std::string(rule) + ' ' + std::to_string(right)).c_str());
        }
        TrainingOptions options = quick();
        options.learning.name = "surrogate-gradient";
        const auto refused = trainSpiking(test::noseData(1), options);
        QVERIFY(!refused.ok() && refused.error().what.find("exposures") != std::string::npos);
        options.learning.name = "backprop";
        QVERIFY(trainSpiking(data, options).error().kind == ErrorKind::Usage);
    }
    void theReadoutsGradientIsThatOfFiniteDifferences()
    {
        TrainingOptions options = quick();
        options.kenyonCells = 40;
        options.code.mixtures = 0;
        options.code.ramps = 2;
        options.epochs = 2;
        const auto bytes = trainSpiking(test::noseData(2), options);
        BNOF_VERIFY_OK(bytes);
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        TeachingPoints teaching;
        for (int g = 0; g < 3; ++g) {
            const Discriminant& d = model->discriminant;
            const auto mean = d.means.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(g) * d.axes);
            teaching.points.push_back({{mean, mean + static_cast<std::ptrdiff_t>(d.axes)}, 1});
            teaching.targets.push_back({g == 0 ? 1.0 : 0.0, g == 1 ? 1.0 : 0.0, 0.0}); // the last: none of these
        }
        teaching.real = 3;
        auto task = readoutTask(model->spiking, teaching, options, 3, [](double) { return true; });
        BNOF_VERIFY_OK(task);
        QCOMPARE(task->presentations.back().label, 3U);
        task->options.detachReset = false; // the differences see the reset
        const auto built = snn::buildSurrogateModel(task->network, task->options);
        BNOF_VERIFY_OK(built);
        const auto start = snn::initialParameters(*built);
        std::vector<double> parameters(start.begin(), start.end());
        const snn::Presentation& shown = task->presentations[1];
        snn::SurrogateRun<double> pass(*built, shown.ticks);
        const auto lossAt = [&] {
            snn::SurrogateWeights<double> weights;
            snn::expandWeights(*built, parameters, weights);
            return pass.forward(weights, shown).loss;
        };
        snn::SurrogateWeights<double> weights;
        snn::expandWeights(*built, parameters, weights);
        pass.forward(weights, shown);
        std::vector<std::vector<double>> bySynapse(built->projections.size());
        for (std::size_t i = 0; i < bySynapse.size(); ++i)
            bySynapse[i].resize(built->projections[i].columns.size());
        pass.backward(weights, 1, bySynapse);
        std::vector<double> gradient(parameters.size());
        snn::gatherGradient<double>(*built, parameters, bySynapse, gradient);
        const double largest = std::abs(*std::max_element(
            gradient.begin(), gradient.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
        QVERIFY(largest > 1e-9);
        int checked = 0;
        for (std::size_t k = 0; k < parameters.size(); k += 1 + parameters.size() / 60) {
            const double at = parameters[k];
            if (std::abs(at) < 1e-3) // at 0 the weight changes sides
                continue;
            constexpr double h = 1e-6;
            parameters[k] = at + h;
            const double up = lossAt();
            parameters[k] = at - h;
            const double down = lossAt();
            parameters[k] = at;
            const double expected = (up - down) / (2 * h);
            QVERIFY2(std::abs(gradient[k] - expected) <= 1e-4 * largest + 1e-9,
                     (std::to_string(gradient[k]) + " instead of " + std::to_string(expected)).c_str());
            ++checked;
        }
        QVERIFY(checked > 20);
    }
    void virtualReceptorsRecognise()
    {
        const auto bytes = trainClassifier("virtual-receptors", test::noseData(2), quick());
        BNOF_VERIFY_OK(bytes);
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        QVERIFY(modelToBytes(*model) == *bytes);
        QCOMPARE(model->virtualReceptors.receptors(), std::size_t{40});
        const Dataset fresh = test::noseData(1, 10, 900);
        const LabelledRecording& r = fresh.recordings.front();
        const auto recogniser = make(*bytes, "vector");
        QVERIFY(recogniser);
        const double right = shareRight(play(*recogniser, r, 0, 1000), r);
        QVERIFY2(right > 0.7, std::to_string(right).c_str());
        checkReplay(*bytes, r);
        Model broken = *model;
        broken.virtualReceptors.positions.resize(broken.virtualReceptors.positions.size() - 1);
        QVERIFY(!validate(broken).ok());
    }
    void receptorsLieWhereDataIs()
    {
        VirtualPoints points;
        points.dimension = 2;
        PhiloxSequence random(4, 4);
        for (int i = 0; i < 300; ++i) {
            for (int k = 0; k < 2; ++k)
                points.coordinates.push_back((i % 3) * 10 + 0.3 * random.normal());
            points.labels.push_back(i % 3);
        }
        const auto positions = placeReceptors(points, 9, 1);
        std::set<int> clusters;
        for (std::size_t r = 0; r < 9; ++r) {
            const int cluster = static_cast<int>(std::lround(positions[2 * r] / 10));
            QVERIFY(std::abs(positions[2 * r] - cluster * 10) < 2 && std::abs(positions[2 * r + 1] - cluster * 10) < 2);
            clusters.insert(cluster);
        }
        QCOMPARE(clusters.size(), std::size_t{3});
        QVERIFY(placeReceptors(points, 9, 1) == positions);
    }

private:
    static void names()
    {
        QTest::addColumn<QString>("name");
        for (const std::string& name : encoderNames())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
};

QTEST_APPLESS_MAIN(TestEncoders)
#include "tst_encoders.moc"
