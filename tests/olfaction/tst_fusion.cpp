// SPDX-License-Identifier: GPL-3.0-or-later
// Sound, images, clocks and their fusion with gas sensors, through the files and processes that a user has.
#include <QFile>
#include <QTemporaryDir>

#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/olfaction/fusion/acoustic_features.h"
#include "engine/olfaction/fusion/fusion_evaluation.h"
#include "engine/olfaction/fusion/fusion_file.h"
#include "engine/olfaction/fusion/grey_png.h"
#include "engine/olfaction/fusion/leak_scenes.h"
#include "engine/olfaction/fusion/wav.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;

namespace {

std::string little(std::uint32_t value, int bytes)
{
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFFU);
    return out;
}

/// A WAV file by hand: `code` 1 PCM, 3 float.
std::string wav(std::uint32_t code, std::uint32_t channels, std::uint32_t bits, const std::string& data,
                bool extensible = false)
{
    std::string format = little(extensible ? 0xFFFE : code, 2) + little(channels, 2) + little(8000, 4) +
                         little(8000 * channels * bits / 8, 4) + little(channels * bits / 8, 2) + little(bits, 2);
    if (extensible)
        format += little(22, 2) + little(bits, 2) + little(0, 4) + little(code, 2) + std::string(14, '\0');
    std::string body = "WAVEfmt " + little(static_cast<std::uint32_t>(format.size()), 4) + format;
    body += "junk" + little(3, 4) + std::string(4, 'x'); // an odd chunk is padded
    body += "data" + little(static_cast<std::uint32_t>(data.size()), 4) + data;
    return "RIFF" + little(static_cast<std::uint32_t>(body.size()), 4) + body;
}

double feature(const FeatureStream& stream, std::size_t row, const std::string& name)
{
    const auto at = std::find(stream.names.begin(), stream.names.end(), name);
    return at == stream.names.end() ? std::nan("")
                                    : stream.row(row)[static_cast<std::size_t>(at - stream.names.begin())];
}

FeatureStream heard(double rate, double seconds, const std::function<double(double)>& wave)
{
    std::vector<float> samples;
    for (int i = 0; i < static_cast<int>(rate * seconds); ++i)
        samples.push_back(static_cast<float>(wave(i / rate)));
    AcousticAnalyser analyser(rate);
    FeatureStream out = analyser.emptyStream();
    analyser.process(samples, out);
    return out;
}

RawImage flat(int width, int height, double celsius)
{
    return {width, height, 16,
            std::vector<std::uint16_t>(static_cast<std::size_t>(width * height),
                                       static_cast<std::uint16_t>(std::lround((celsius + 273.15) * 100)))};
}

/// Three modalities of 3 features over 12 groups; modality m tells class m + 1 from the rest, so that only together
/// they tell all four.
FusionRows madeUp(std::uint64_t seed)
{
    FusionRows out;
    out.modalities = {"gas", "sound", "images"};
    out.rows.resize(3);
    PhiloxSequence random(seed, 1);
    for (int group = 0; group < 16; ++group) {
        for (int i = 0; i < 15; ++i) {
            out.labels.push_back(group % 4);
            out.groups.push_back(group);
            for (int m = 0; m < 3; ++m) {
                AlignedRows& rows = out.rows[static_cast<std::size_t>(m)];
                rows.dimension = 3;
                rows.present.push_back(1);
                for (int f = 0; f < 3; ++f)
                    rows.features.push_back((group % 4 == m + 1 && f == 0 ? 6 : 0) + random.normal());
            }
        }
    }
    return out;
}

double accuracyOf(const FusionModel& model, const FusionRows& rows, unsigned without = 0)
{
    double right = 0;
    for (std::size_t i = 0; i < rows.instants(); ++i)
        right += model.decide(rows, i, without).best == rows.labels[i] ? 1 : 0;
    return right / static_cast<double>(rows.instants());
}

} // namespace

class TestFusion : public test::Suite {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<ImageReader> m_reader;

    [[nodiscard]] std::string path(const std::string& name) const { return m_folder.path().toStdString() + '/' + name; }

private slots:
    void initTestCase()
    {
        qputenv("BNOF_IMAGE_READER", BNOF_TEST_BIN_DIR "/bnof-image-reader");
        auto reader = startImageReader();
        BNOF_VERIFY_OK(reader);
        m_reader = std::move(*reader);
    }

    void everyWavFormatIsRead_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
        };
        // Half of full scale, then minus a quarter.
        row("16 bit", wav(1, 1, 16, little(0x4000, 2) + little(0xE000, 2)));
        row("24 bit", wav(1, 1, 24, little(0x400000, 3) + little(0xE00000, 3)));
        row("32 bit", wav(1, 1, 32, little(0x40000000, 4) + little(0xE0000000, 4)));
        row("float", wav(3, 1, 32, little(0x3F000000, 4) + little(0xBE800000, 4)));
        row("extensible", wav(1, 1, 24, little(0x400000, 3) + little(0xE00000, 3), true));
        row("stereo", wav(1, 2, 16, little(0x6000, 2) + little(0x2000, 2) + little(0xC000, 2) + little(0, 2)));
        row("cut off", wav(1, 1, 16, little(0x4000, 2) + little(0xE000, 2)) + std::string());
    }
    void everyWavFormatIsRead()
    {
        QFETCH(QByteArray, bytes);
        const auto sound = soundFromWav({bytes.constData(), static_cast<std::size_t>(bytes.size())}, "test");
        BNOF_VERIFY_OK(sound);
        QCOMPARE(sound->sampleRateHz, 8000.0);
        QCOMPARE(sound->samples.size(), std::size_t{2});
        QVERIFY(std::abs(sound->samples[0] - 0.5F) < 1e-6F);
        QVERIFY(std::abs(sound->samples[1] + 0.25F) < 1e-6F);
    }
    void badWavsAreRefused()
    {
        const std::string good = wav(1, 1, 16, little(0x4000, 2) + little(0xE000, 2));
        for (std::size_t length = 0; length < good.size(); ++length) {
            const auto sound = soundFromWav(std::string_view(good).substr(0, length), "cut.wav");
            QVERIFY(!sound.ok() || sound->samples.size() < 2);
            QVERIFY(sound.ok() || sound.error().where == "cut.wav");
        }
        QVERIFY(!soundFromWav(wav(1, 1, 8, "ab"), "8 bit").ok());
        QVERIFY(!soundFromWav(wav(6, 1, 16, "ab"), "A-law").ok());
        QVERIFY(!soundFromWav(wav(1, 0, 16, "ab"), "no channels").ok());
        QVERIFY(!readWav(path("absent.wav")).ok());
    }
    void aWrittenWavIsReadBack()
    {
        Sound sound{8000, {0, 0.5F, -0.5F, 1, -1}, 1};
        const auto back = soundFromWav(wavBytes(sound, "simulated"), "written");
        BNOF_VERIFY_OK(back);
        QCOMPARE(back->samples.size(), sound.samples.size());
        for (std::size_t i = 0; i < sound.samples.size(); ++i)
            QVERIFY(std::abs(back->samples[i] - sound.samples[i]) < 1e-4F);
    }

    void aToneIsWhereItIs()
    {
        const FeatureStream tone =
            heard(8000, 0.5, [](double t) { return 0.5 * std::sin(2 * std::numbers::pi * 1000 * t); });
        QCOMPARE(tone.names.size(), std::size_t{23});
        QVERIFY(std::abs(feature(tone, 3, "centroid (Hz)") - 1000) < 10);
        QVERIFY(feature(tone, 3, "bandwidth (Hz)") < 30);
        QVERIFY(std::abs(feature(tone, 3, "roll-off (Hz)") - 1000) < 30);
        QVERIFY(feature(tone, 3, "flatness") < 0.05);
        // 0.5^2 / 2 of power, times the window's 3/8, lies in 500..1000..2000 Hz, at their border: look at both.
        const double below = std::exp(feature(tone, 3, "log energy below 1000 Hz"));
        const double above = std::exp(feature(tone, 3, "log energy below 2000 Hz"));
        QVERIFY(std::abs((below + above) / (0.5 * 0.5 * 0.375) - 1) < 0.02);
        PhiloxSequence random(3, 1);
        const FeatureStream noise = heard(8000, 0.5, [&](double) { return 0.1 * random.normal(); });
        QVERIFY(feature(noise, 3, "flatness") > 0.4);
        QVERIFY(std::abs(feature(noise, 3, "centroid (Hz)") - 2000) < 250);
        // Ten times the amplitude changes the level alone: log energies by log 100, cepstra beyond the first not.
        const FeatureStream loud =
            heard(8000, 0.5, [](double t) { return 0.05 * std::sin(2 * std::numbers::pi * 1000 * t); });
        QVERIFY(std::abs(feature(tone, 3, "log energy below 2000 Hz") - feature(loud, 3, "log energy below 2000 Hz") -
                         std::log(100)) < 0.01);
    }
    void soundIsCausalAndChunksDoNotMatter()
    {
        PhiloxSequence random(4, 1);
        std::vector<float> samples(8000);
        for (float& sample : samples)
            sample = static_cast<float>(0.1 * random.normal());
        AcousticAnalyser whole(8000);
        FeatureStream expected = whole.emptyStream();
        whole.process(samples, expected);
        QCOMPARE(expected.times.front(), 512.0 / 8000);
        QCOMPARE(expected.times[1] - expected.times[0], 0.032);
        std::fill(samples.begin() + 4000, samples.end(), 0.0F); // another future
        AcousticAnalyser parts(8000);
        FeatureStream chunked = parts.emptyStream();
        for (std::size_t at = 0; at < 4000; at += 137)
            parts.process({samples.data() + at, std::min<std::size_t>(137, 4000 - at)}, chunked);
        QVERIFY(chunked.rows() > 10);
        QVERIFY(std::equal(chunked.values.begin(), chunked.values.end(), expected.values.begin()));
    }

    void imagesAreReadByTheirProcess()
    {
        RawImage image = flat(40, 30, 21.5);
        image.pixels[5 * 40 + 7] = 65535;
        BNOF_VERIFY_OK(writeFileAtomically(path("a.png"), greyPng(image, "simulated")));
        const auto back = m_reader->read(path("a.png"));
        BNOF_VERIFY_OK(back);
        QCOMPARE(back->width, 40);
        QCOMPARE(back->bits, 16);
        QCOMPARE(back->pixels, image.pixels);
        QFile png(QString::fromStdString(path("a.png")));
        QVERIFY(png.open(QIODevice::ReadOnly) && png.readAll().contains("simulated"));
        for (const char* bad : {"absent.png", "text.png"}) {
            if (std::string(bad) == "text.png")
                BNOF_VERIFY_OK(writeFileAtomically(path(bad), "this is no image"));
            const auto refused = m_reader->read(path(bad));
            QVERIFY(!refused.ok());
            QCOMPARE(refused.error().where, path(bad));
        }
        QVERIFY(!m_reader->read("two\nlines.png").ok());
        BNOF_VERIFY_OK(m_reader->read(path("a.png"))); // the process is still there
    }
    void aNumberedSequenceIsAFilm()
    {
        for (int i = 0; i < 3; ++i) {
            RawImage image = flat(16, 12, 0);
            image.bits = 16;
            image.pixels.assign(image.pixels.size(), static_cast<std::uint16_t>(256 * 10 * (i + 1)));
            BNOF_VERIFY_OK(writeFileAtomically(path("film-0" + std::to_string(i) + ".png"), greyPng(image, "film")));
        }
        BNOF_VERIFY_OK(m_reader->open(path("film-%02d.png")));
        for (int i = 0; i < 3; ++i) {
            const auto frame = m_reader->next();
            BNOF_VERIFY_OK(frame);
            QVERIFY(frame->has_value());
            QCOMPARE((*frame)->image.width, 16);
            QCOMPARE((*frame)->image.pixels.front(), 10 * (i + 1)); // a film has 8 bits
            QCOMPARE((*frame)->seconds, i / 25.0);
        }
        const auto end = m_reader->next();
        BNOF_VERIFY_OK(end);
        QVERIFY(!end->has_value());
        QCOMPARE(m_reader->open(path("no-film.avi")).error().what, std::string("this film cannot be read"));
    }
    void aColdJetBesideAHotMachineIsSeen()
    {
        ImageAnalyser analyser({0.01, -273.15, "°C"});
        FeatureStream out = analyser.emptyStream();
        PhiloxSequence random(5, 1);
        for (int i = 0; i < 20; ++i) {
            RawImage image = flat(32, 24, 20);
            for (auto& pixel : image.pixels)
                pixel = static_cast<std::uint16_t>(pixel + std::lround(10 * random.normal()));
            for (int y = 0; y < 5; ++y) {
                for (int x = 0; x < 5; ++x)
                    image.pixels[static_cast<std::size_t>((2 + y) * 32 + 2 + x)] += 1500; // 15 K, always
                for (int x = 0; i >= 10 && x < 5; ++x)
                    image.pixels[static_cast<std::size_t>((14 + y) * 32 + 20 + x)] -= 200; // 2 K, from frame 10 on
            }
            BNOF_VERIFY_OK(analyser.process(i * 0.5, image, out));
        }
        QVERIFY(std::abs(feature(out, 5, "background (°C)") - 20) < 0.1);
        QVERIFY(std::abs(feature(out, 5, "hot spot (°C)") - 15) < 0.3);
        QVERIFY(std::abs(feature(out, 5, "hot area") - 25.0 / 768) < 0.03);
        QVERIFY(feature(out, 9, "cold change (°C)") > -0.3);
        QVERIFY(std::abs(feature(out, 10, "cold change (°C)") + 2) < 0.3);
        QVERIFY(std::abs(feature(out, 10, "area of cold change") - 25.0 / 768) < 0.02);
        QVERIFY(feature(out, 10, "hot change (°C)") < 0.3);
        QVERIFY(feature(out, 10, "motion (°C)") > feature(out, 11, "motion (°C)"));
        QVERIFY(!analyser.process(20, flat(16, 12, 20), out).ok());
        QVERIFY(!ImageAnalyser({}).process(0, {}, out).ok());
    }

    void clocksAreTiedTogether()
    {
        const auto clock = clockFromEvents(10, 13.5, 110, 113.51);
        BNOF_VERIFY_OK(clock);
        QVERIFY(std::abs(clock->rate - 1.0001) < 1e-9);
        QVERIFY(std::abs(clock->offsetSeconds + clock->rate * 10 - 13.5) < 1e-9);
        QVERIFY(!clockFromEvents(10, 13, 10.5, 13.5).ok());
        QVERIFY(!clockFromEvents(10, 13, 20, 33).ok());
        FeatureStream stream;
        stream.names = {"ramp"};
        for (int i = 0; i < 100; ++i) {
            stream.times.push_back(i * 0.1);
            stream.values.push_back(i == 50 ? std::nan("") : i * 0.1);
        }
        // Own time 2.0 is sensor time 5.0.
        const std::vector<double> instants{2, 3.25, 5, 8, 20};
        const AlignedRows rows = alignTo(stream, {3, 1}, instants, 1);
        QCOMPARE(rows.present, (std::vector<std::uint8_t>{0, 1, 1, 1, 0}));
        QVERIFY(std::abs(rows.row(1)[0] - 0.1) < 1e-9);  // own 0, 0.1, 0.2
        QVERIFY(std::abs(rows.row(2)[0] - 1.55) < 0.06); // the second before own 2.0
        QVERIFY(std::isfinite(rows.row(3)[0]));          // without the damaged row
        // Nothing later is looked at.
        for (std::size_t i = 21; i < 100; ++i)
            stream.values[i] = 1e9;
        QCOMPARE(alignTo(stream, {3, 1}, instants, 1).row(2)[0], rows.row(2)[0]);
    }

    void together_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"early", "late", "hierarchical"})
            QTest::newRow(name) << name;
    }
    void together()
    {
        QFETCH(QString, name);
        const auto kind = fusionKindFromName(name.toStdString());
        BNOF_VERIFY_OK(kind);
        const auto model = FusionModel::fit(madeUp(1), 4, *kind);
        BNOF_VERIFY_OK(model);
        const FusionRows test = madeUp(2);
        QVERIFY2(accuracyOf(*model, test) > 0.93, std::to_string(accuracyOf(*model, test)).c_str());
        for (unsigned m = 0; m < 3; ++m) {
            const double alone = accuracyOf(*model, test, 7U & ~(1U << m));
            QVERIFY2(alone < 0.65, std::to_string(alone).c_str());
            const double less = accuracyOf(*model, test, 1U << m);
            QVERIFY2(less > 0.6, std::to_string(less).c_str()); // the three classes that are left, or half of two
        }
        for (std::size_t i = 0; i < test.instants(); i += 15) {
            const FusedDecision all = model->decide(test, i);
            QVERIFY(all.missing.empty() && all.note.empty());
            QVERIFY(std::abs(std::accumulate(all.weights.begin(), all.weights.end(), 0.0) - 1) < 1e-9);
            QVERIFY(std::abs(std::accumulate(all.contributions.begin(), all.contributions.end(), 0.0) - 1) < 1e-9);
            QVERIFY(std::abs(std::accumulate(all.probabilities.begin(), all.probabilities.end(), 0.0) - 1) < 1e-9);
            // A modality that is missing has no weight, and the answer says so.
            const FusedDecision less = model->decide(test, i, 2);
            QCOMPARE(less.missing, std::vector<std::string>{"sound"});
            QCOMPARE(less.weights[1], 0.0);
            QCOMPARE(less.contributions[1], 0.0);
            QVERIFY(std::abs(less.weights[0] + less.weights[2] - 1) < 1e-9);
            QCOMPARE(less.note, std::string("without sound: its weight went to the others"));
        }
        // In an instant of class 2 the sound (modality 1) is what speaks for it, where the model can tell.
        std::vector<double> sums(3, 0);
        for (std::size_t i = 0; i < test.instants(); ++i) {
            for (std::size_t m = 0; m < 3 && test.labels[i] == 2; ++m)
                sums[m] += model->decide(test, i).contributions[m];
        }
        QVERIFY(sums[1] > sums[0] && sums[1] > sums[2]);
        const FusedDecision none = model->decide(test, 0, 7);
        QCOMPARE(none.best, -1);
        QCOMPARE(none.probabilities.front(), 0.25);
        QVERIFY(none.note.find("nothing is left") != std::string::npos);
        // NaN is missing too.
        std::vector<double> broken(3, std::nan(""));
        QCOMPARE(model->decide({broken, test.rows[1].row(0), test.rows[2].row(0)}).missing,
                 std::vector<std::string>{"gas"});
    }
    void theModelSurvivesItsFile()
    {
        const FusionRows test = madeUp(4);
        for (const FusionKind kind : {FusionKind::Early, FusionKind::Late, FusionKind::Hierarchical}) {
            const auto model = FusionModel::fit(madeUp(3), 4, kind);
            BNOF_VERIFY_OK(model);
            const std::string text = model->toJson().dump();
            QCOMPARE(FusionModel::fit(madeUp(3), 4, kind)->toJson().dump(), text);
            const auto read = FusionModel::fromJson(*Json::parse(text), "fusion");
            BNOF_VERIFY_OK(read);
            QCOMPARE(read->toJson().dump(), text);
            for (std::size_t i = 0; i < test.instants(); ++i)
                QCOMPARE(read->decide(test, i, i % 8).probabilities, model->decide(test, i, i % 8).probabilities);
            const Json good = model->toJson();
            for (const auto& [key, value] : good.members()) {
                for (const Json& other : {Json(), Json(-7), Json("text"), Json::array()}) {
                    Json bad = good;
                    bad.set(key, other);
                    QVERIFY2(!FusionModel::fromJson(bad, "fusion").ok(), key.c_str());
                }
            }
        }
    }
    void aFusionFileHasItsNames()
    {
        auto model = FusionModel::fit(madeUp(3), 4, FusionKind::Late);
        BNOF_VERIFY_OK(model);
        const FusionFile file{{"a", "b", "c", "d"}, true, *model};
        const std::string text = fusionText(file);
        const auto read = fusionFromText(text, "f.json");
        BNOF_VERIFY_OK(read);
        QCOMPARE(read->classes, file.classes);
        QVERIFY(read->simulatedTraining);
        QCOMPARE(fusionText(*read), text);
        QVERIFY(!fusionFromText(fusionText({{"a", "b"}, true, *model}), "f.json").ok());
        QVERIFY(!fusionFromText("{\"format\": \"bnof-model\"}", "f.json").ok());
        QVERIFY(!fusionFromText(text.substr(0, text.size() / 2), "f.json").ok());
    }
    void anUnreliableSenseLosesItsWeight()
    {
        FusionRows rows = madeUp(5);
        PhiloxSequence random(6, 1);
        for (double& value : rows.rows[2].features)
            value = random.normal(); // images of nothing
        const auto model = FusionModel::fit(rows, 4, FusionKind::Late);
        BNOF_VERIFY_OK(model);
        std::vector<double> sums(3, 0);
        for (std::size_t i = 0; i < rows.instants(); ++i) {
            const FusedDecision decision = model->decide(rows, i);
            for (std::size_t m = 0; m < 3; ++m)
                sums[m] += decision.weights[m] / static_cast<double>(rows.instants());
        }
        QVERIFY2(sums[2] < 0.5 * sums[0] && sums[2] < 0.5 * sums[1], std::to_string(sums[2]).c_str());
    }
    void badRowsAreRefused()
    {
        const auto refused = [](const FusionRows& rows, const char* words) {
            const auto model = FusionModel::fit(rows, 4, FusionKind::Late);
            return !model.ok() && model.error().what.find(words) != std::string::npos;
        };
        FusionRows rows = madeUp(7);
        std::fill(rows.labels.begin(), rows.labels.end(), 1);
        QVERIFY(refused(rows, "two classes"));
        rows = madeUp(7);
        std::fill(rows.groups.begin(), rows.groups.end(), 0);
        QVERIFY(refused(rows, "one scene"));
        rows = madeUp(7);
        rows.rows[1].features.pop_back();
        QVERIFY(refused(rows, "one row"));
        rows = madeUp(7);
        rows.labels[0] = 9;
        QVERIFY(refused(rows, "label"));
    }

    void madeUpLeaksAreToldApartTogether()
    {
        LeakSceneOptions options;
        options.scenes = 20;
        options.seconds = 16;
        options.seed = 3;
        BNOF_VERIFY_OK(writeLeakScenes(path("scenes"), options));
        const auto scenes = readLeakScenes(path("scenes"));
        BNOF_VERIFY_OK(scenes);
        QVERIFY(scenes->simulated);
        QCOMPARE(scenes->scenes.size(), std::size_t{20});
        const auto sensors = readFile(scenes->scenes[3].sensors);
        BNOF_VERIFY_OK(sensors);
        QVERIFY(sensors->starts_with("# simulated"));
        const auto sound = readFile(scenes->scenes[3].sound);
        QVERIFY(sound.ok() && sound->find("simulated") != std::string::npos);
        const auto rows = fusionRowsOf(*scenes, *m_reader);
        BNOF_VERIFY_OK(rows);
        QCOMPARE(rows->instants(), std::size_t{20 * 15});
        const auto report = evaluateFusion(*rows, scenes->classes, {});
        BNOF_VERIFY_OK(report);
        qInfo("%s", report->dump().c_str());
        const double majority = (*report)["majority"]["accuracy"].toDouble();
        for (const char* kind : {"early", "late", "hierarchical"}) {
            const double fused = (*report)["fused"][kind]["accuracy"].toDouble();
            QVERIFY(fused > majority + 0.15);
            for (const auto& [modality, score] : (*report)["alone"].members())
                QVERIFY2(fused > score["accuracy"].toDouble(), (kind + (' ' + modality)).c_str());
        }
        // The same seed writes the same files; another one does not.
        BNOF_VERIFY_OK(writeLeakScenes(path("again"), options));
        for (const char* file : {"/manifest.json", "/scene-004/sound.wav", "/scene-005/thermal-0007.png"})
            QCOMPARE(*readFile(path("again") + file), *readFile(path("scenes") + file));
        options.seed = 4;
        options.scenes = 4;
        BNOF_VERIFY_OK(writeLeakScenes(path("other"), options));
        QVERIFY(*readFile(path("other/scene-004/sound.wav")) != *readFile(path("scenes/scene-004/sound.wav")));
        QVERIFY(!writeLeakScenes(path("other"), options).ok());
    }
    void scenesMayLackAStream()
    {
        LeakSceneOptions options;
        options.scenes = 10;
        options.seconds = 15;
        options.imageHz = 1;
        BNOF_VERIFY_OK(writeLeakScenes(path("partial"), options));
        Json manifest = *Json::parse(*readFile(path("partial/manifest.json")));
        Json::Array scenes = manifest["scenes"].items();
        scenes[0].set("sound", Json());
        scenes[1].set("images", Json());
        // A film of its pictures instead of the pictures, and a clock that two events tie down.
        scenes[2].set(
            "images",
            Json::object().set("film", "scene-003/thermal-%04d.png").set("clock", Json::object().set("offset_s", 5)));
        scenes[3].set("sound", Json::object()
                                   .set("file", "scene-004/sound.wav")
                                   .set("clock", *Json::parse("{\"events\": [[1, 3], [11, 13.001]]}")));
        manifest.set("scenes", scenes);
        BNOF_VERIFY_OK(writeFileAtomically(path("partial/manifest.json"), manifest.dump()));
        const auto read = readLeakScenes(path("partial"));
        BNOF_VERIFY_OK(read);
        const auto rows = fusionRowsOf(*read, *m_reader);
        BNOF_VERIFY_OK(rows);
        const auto model = FusionModel::fit(*rows, read->classes.size(), FusionKind::Late);
        BNOF_VERIFY_OK(model);
        QCOMPARE(model->decide(*rows, 5).missing, std::vector<std::string>{"sound"});
        QCOMPARE(model->decide(*rows, 14 + 5).missing, std::vector<std::string>{"images"});
        // 15 frames at 25 a second from sensor time 5 on: there is one within the last second at 5 and 6.
        QCOMPARE(rows->rows[2].present[2 * 14 + 2], std::uint8_t{0});
        QCOMPARE(rows->rows[2].present[2 * 14 + 3], std::uint8_t{1});
        QCOMPARE(rows->rows[2].present[2 * 14 + 5], std::uint8_t{0});
        QVERIFY(std::abs(read->scenes[3].soundClock.rate - 1.0001) < 1e-9);
        QVERIFY(model->decide(*rows, 4 * 14 + 5).missing.empty());
        // What is wrong is named.
        const auto broken = [&](const char* key, const Json& value, const char* words) {
            Json::Array list = manifest["scenes"].items();
            list[2].set(key, value);
            Json bad = manifest;
            bad.set("scenes", list);
            (void)writeFileAtomically(path("partial/manifest.json"), bad.dump());
            const auto result = readLeakScenes(path("partial"));
            return !result.ok() && result.error().message().find(words) != std::string::npos;
        };
        QVERIFY(broken("label", "smoke", "smoke"));
        QVERIFY(broken("onset_s", 99, "onset_s"));
        QVERIFY(broken("images", Json::object().set("files", "a.png").set("count", 3).set("rate_hz", 1), "%04d"));
        QVERIFY(broken("seconds", Json(), "seconds"));
        QVERIFY(!readLeakScenes(path("nowhere")).ok());
    }
};

QTEST_GUILESS_MAIN(TestFusion)
#include "tst_fusion.moc"
