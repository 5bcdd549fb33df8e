// SPDX-License-Identifier: GPL-3.0-or-later
// The optional parts of the front end: climate, freezing baseline, deconvolution.
#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/front_end_fit.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;

namespace {

FrontEndParameters oneChannel()
{
    FrontEndParameters p;
    p.scale = {100};
    p.transientSeconds = {25};
    return p;
}

void standard(FrontEndParameters& p)
{
    p.mean.assign(p.features(), 0);
    p.deviation.assign(p.features(), 1);
    p.clip = 100;
}

/// A sensor that follows a step at 20 s with a time constant of 8 s.
float slowSensor(double t)
{
    return static_cast<float>(100 * (std::exp(t < 20 ? 1.0 : 2.0 - std::exp(-(t - 20) / 8)) - 1));
}

/// The nose of the other tests, but its channels follow the climate, which wanders from session to session.
Dataset weatherNose(int sessions, std::uint64_t seed)
{
    Dataset data = test::noseData(sessions, 10, seed);
    for (const char* name : {"Temperature", "Humidity"}) {
        ChannelInfo channel;
        channel.name = name;
        data.channels.push_back(channel);
    }
    PhiloxSequence random(seed, 99);
    constexpr std::size_t wide = test::noseChannels + 2;
    for (LabelledRecording& r : data.recordings) {
        const double warm = 22 + 6 * random.normal();
        const double moist = 45 + 15 * random.normal();
        std::vector<float> values;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            const double t = toSeconds(r.times[i]);
            const double temperature = warm + 2 * std::sin(t / 40);
            const double humidity = moist + 5 * std::cos(t / 55);
            for (std::size_t c = 0; c < test::noseChannels; ++c) {
                const double x = static_cast<double>(r.values[i * test::noseChannels + c]);
                const double k = c % 2 == 0 ? 0.12 : -0.08;
                values.push_back(static_cast<float>(x * std::exp(k * (temperature - 22) + 0.01 * (humidity - 45))));
            }
            values.push_back(static_cast<float>(temperature));
            values.push_back(static_cast<float>(humidity));
        }
        r.values = std::move(values);
        if (r.values.size() != r.frames() * wide)
            qFatal("wrong size");
    }
    return data;
}

double accuracyOf(const std::vector<std::uint8_t>& model, const Dataset& data)
{
    auto recogniser = makeRecogniser(model);
    if (!recogniser.ok())
        qFatal("%s", recogniser.error().message().c_str());
    const std::size_t channels = data.channels.size();
    double right = 0;
    double count = 0;
    for (const LabelledRecording& r : data.recordings) {
        (*recogniser)->reset();
        RecogniserOutput output;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            const SensorFrame frame{r.times[i], {r.values.data() + i * channels, channels}};
            if (const auto result = (*recogniser)->process(frame, output); !result.ok())
                qFatal("%s", result.error().message().c_str());
            for (const Decision& d : output.decisions) {
                right += d.gas == r.labels[i] ? 1 : 0;
                count += 1;
            }
            output.decisions.clear();
        }
    }
    return right / count;
}

/// Standard deviation of the compressed signal of each channel ten seconds into every stretch of air.
std::vector<double> spreadInAir(const FrontEndParameters& p, const Dataset& data)
{
    const std::size_t channels = data.channels.size();
    std::vector<double> sum(channels, 0);
    std::vector<double> squares(channels, 0);
    std::vector<double> raw(p.features());
    double count = 0;
    for (const LabelledRecording& r : data.recordings) {
        FrontEnd frontEnd(p);
        std::size_t since = 0;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            frontEnd.update(r.times[i], {r.values.data() + i * channels, channels});
            since = i > 0 && r.labels[i] != r.labels[i - 1] ? i : since;
            if (r.labels[i] != 0 || toSeconds(r.times[i] - r.times[since]) < 10)
                continue;
            frontEnd.rawFeatures(raw);
            count += 1;
            for (std::size_t c = 0; c < channels; ++c) {
                sum[c] += raw[c];
                squares[c] += raw[c] * raw[c];
            }
        }
    }
    for (std::size_t c = 0; c < channels; ++c)
        squares[c] = std::sqrt(std::max(squares[c] / count - sum[c] * sum[c] / count / count, 0.0));
    return squares;
}

} // namespace

class TestFrontEnd : public test::Suite {
    Q_OBJECT

private slots:
    void aFrozenBaselineOutlastsALongExposure()
    {
        FrontEndParameters p = oneChannel();
        p.baseline.seconds = 100;
        p.baseline.freezeAbove = {0.1};
        standard(p);
        FrontEnd frontEnd(p);
        double t = 0;
        for (; t < 50; t += 0.5) // drifts slowly: it is followed
            frontEnd.update(fromSeconds(t), std::vector<float>{static_cast<float>(1000 + t * 0.2)});
        QVERIFY(std::abs(frontEnd.features()[2]) < 0.02);
        for (; t < 250; t += 0.5)
            frontEnd.update(fromSeconds(t), std::vector<float>{3000});
        QVERIFY(frontEnd.features()[1] < 0.01); // the plain transient has forgotten the step
        QVERIFY2(frontEnd.features()[2] > 0.9, std::to_string(frontEnd.features()[2]).c_str());
        for (; t < 20'000; t += 5) // for good: followed in the end
            frontEnd.update(fromSeconds(t), std::vector<float>{3000});
        QVERIFY(frontEnd.features()[2] < 0.1);
    }
    void deconvolutionIsThereSooner()
    {
        FrontEndParameters p = oneChannel();
        p.deconvolution.risingSeconds = {8};
        p.deconvolution.fallingSeconds = {8};
        standard(p);
        FrontEnd frontEnd(p);
        for (double t = 0; t <= 23; t += 0.1)
            frontEnd.update(fromSeconds(t), std::vector<float>{slowSensor(t)});
        // Three seconds after the step the sensor has gone a third of the way, its deconvolution all of it.
        QVERIFY2(frontEnd.features()[0] < 1.35, std::to_string(frontEnd.features()[0]).c_str());
        QVERIFY2(std::abs(frontEnd.features()[2] - 2) < 0.05, std::to_string(frontEnd.features()[2]).c_str());
    }
    void timeConstantsOfTheSensorsAreFound()
    {
        Dataset data;
        data.name = "steps";
        data.channels.resize(1);
        data.labels = {"low", "high"};
        LabelledRecording r;
        double x = 1;
        for (int i = 0; i < 6000; ++i) {
            const bool high = i / 600 % 2 == 1;
            x += ((high ? 2.0 : 1.0) - x) * (1 - std::exp(-0.1 / (high ? 4.0 : 16.0)));
            r.times.push_back(fromSeconds(i * 0.1));
            r.labels.push_back(high ? 1 : 0);
            r.values.push_back(static_cast<float>(100 * (std::exp(x) - 1)));
        }
        data.recordings = {r};
        FrontEndParameters p;
        p.scale = {100};
        BNOF_VERIFY_OK(fitFrontEndParts(data, {.deconvolution = true}, p));
        QCOMPARE(p.deconvolution.risingSeconds, std::vector<double>{4});
        QCOMPARE(p.deconvolution.fallingSeconds, std::vector<double>{16});
    }
    void theClimateIsTakenOff()
    {
        const Dataset training = weatherNose(4, 11);
        const Dataset later = weatherNose(3, 4711);
        const auto plain = trainLda(training);
        BNOF_VERIFY_OK(plain);
        TrainingOptions options;
        options.frontEnd.climate = true;
        const auto compensated = trainLda(training, options);
        BNOF_VERIFY_OK(compensated);
        const auto model = modelFromBytes(*compensated);
        BNOF_VERIFY_OK(model);
        const ClimateCompensation& climate = model->frontEnd.climate;
        QCOMPARE(climate.temperatureChannel, 6);
        QCOMPARE(climate.humidityChannel, 7);
        QVERIFY2(climate.perKelvin[0] > 0.05 && climate.perKelvin[1] < -0.03,
                 (std::to_string(climate.perKelvin[0]) + ' ' + std::to_string(climate.perKelvin[1])).c_str());
        QCOMPARE(climate.perKelvin[6], 0.0);
        // What air looks like in later weather: the spread of each channel is what the weather makes of it.
        const auto plainModel = modelFromBytes(*plain);
        BNOF_VERIFY_OK(plainModel);
        const auto before = spreadInAir(plainModel->frontEnd, later);
        const auto after = spreadInAir(model->frontEnd, later);
        for (std::size_t c = 0; c < test::noseChannels; ++c)
            QVERIFY2(after[c] < 0.5 * before[c], (std::to_string(before[c]) + ' ' + std::to_string(after[c])).c_str());
        const auto none = trainLda(test::noseData(2), options);
        QVERIFY(!none.ok() && none.error().what.find("temperature") != std::string::npos);
    }
    void everythingTogetherIsSavedAndRestored()
    {
        const Dataset training = weatherNose(2, 12);
        TrainingOptions options;
        options.frontEnd = {.climate = true, .baselineSeconds = 60, .deconvolution = true};
        options.kenyonCells = 250;
        options.realPoints = 400;
        options.replayPoints = 300;
        const auto bytes = trainSpiking(training, options);
        BNOF_VERIFY_OK(bytes);
        const auto model = modelFromBytes(*bytes);
        BNOF_VERIFY_OK(model);
        QCOMPARE(model->frontEnd.features(), 8 * (3 + model->frontEnd.transientSeconds.size()));
        QVERIFY(modelToBytes(*model) == *bytes);
        // The state in the middle of a recording gives the same decisions as going on.
        const LabelledRecording& r = training.recordings.front();
        auto whole = makeRecogniser(*bytes);
        auto resumed = makeRecogniser(*bytes);
        BNOF_VERIFY_OK(whole);
        BNOF_VERIFY_OK(resumed);
        RecogniserOutput first;
        RecogniserOutput second;
        const std::size_t middle = r.frames() / 2;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            if (i == middle) {
                BNOF_VERIFY_OK((*resumed)->loadState((*whole)->saveState()));
                first.clear();
            }
            const SensorFrame frame{r.times[i], {r.values.data() + i * 8, 8}};
            BNOF_VERIFY_OK((*whole)->process(frame, first));
            if (i >= middle)
                BNOF_VERIFY_OK((*resumed)->process(frame, second));
        }
        QVERIFY(!first.decisions.empty());
        QVERIFY(first.decisions == second.decisions);
        QVERIFY(first.spikes == second.spikes);
        QVERIFY(accuracyOf(*bytes, training) > 0.7);
    }
    void whatDoesNotFitIsRefused()
    {
        FrontEndParameters p = oneChannel();
        p.baseline.seconds = 10;
        standard(p);
        QVERIFY(!validate(p).ok()); // no limit
        p.baseline.freezeAbove = {0.1};
        BNOF_VERIFY_OK(validate(p));
        p.deconvolution.risingSeconds = {1, 2};
        standard(p);
        QVERIFY(!validate(p).ok());
        p.deconvolution = {};
        standard(p);
        p.climate.perKelvin = {0.1};
        p.climate.perPercent = {0.1};
        p.climate.temperatureChannel = 1; // there is none
        QVERIFY(!validate(p).ok());
    }
};

QTEST_GUILESS_MAIN(TestFrontEnd)
#include "tst_front_end.moc"
