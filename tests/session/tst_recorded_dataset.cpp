// SPDX-License-Identifier: GPL-3.0-or-later
// From marked recordings to a judged, signed model in the lab's folder.
#include <QFile>
#include <QTemporaryDir>

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/files.h"
#include "engine/olfaction/channel_mapping.h"
#include "engine/olfaction/judged_training.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/model_registry.h"
#include "engine/olfaction/model_signature.h"
#include "engine/olfaction/recogniser.h"
#include "engine/recording/recorder.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/session/recorded_dataset.h"
#include "tests/olfaction/synthetic_nose.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::session;

namespace {

struct Script {
    std::vector<std::string> channels{"a", "b"};
    std::vector<std::pair<double, std::string>> marks; ///< s
    double seconds = 60;
    double gapFrom = -1;                 ///< s; two seconds without frames
    double stuckFrom = -1, stuckTo = -1; ///< s; channel "a" is masked
    std::int64_t wall = 1'700'000'000'000'000'000;
};

/// Ten frames a second; a channel's value is its letter's number and the time.
void recordScript(const std::string& path, const Script& script)
{
    recording::RecordingMetadata metadata;
    metadata.wallAtZero = script.wall;
    recording::SourceDescription source;
    for (const auto& name : script.channels) {
        ChannelInfo channel;
        channel.name = name;
        source.channels.push_back(channel);
    }
    metadata.sources = {source};
    auto recorder = recording::Recorder::create(path, metadata, {}, {});
    BNOF_VERIFY_OK(recorder);
    std::size_t mark = 0;
    const auto fault = [&](bool active, Timestamp t) {
        (*recorder)->event(sensing::faultEvent(0, {0, sensing::FaultKind::Stuck, active, 0, 0}, source.channels, t));
    };
    for (int i = 0; i < static_cast<int>(script.seconds * 10); ++i) {
        const double t = i / 10.0;
        const Timestamp at = fromSeconds(t);
        for (; mark < script.marks.size() && script.marks[mark].first <= t; ++mark)
            (*recorder)->mark({at, script.marks[mark].second});
        if (t == script.stuckFrom || t == script.stuckTo)
            fault(t == script.stuckFrom, at);
        if (t == script.gapFrom) {
            StreamEvent gap;
            gap.kind = StreamEvent::Kind::Gap;
            gap.t = at;
            gap.t2 = at + fromSeconds(2);
            (*recorder)->event(gap);
        }
        if (script.gapFrom >= 0 && t >= script.gapFrom && t < script.gapFrom + 2)
            continue;
        std::vector<float> values;
        for (const auto& name : script.channels)
            values.push_back(static_cast<float>((name[0] - 'a' + 1) * 1000 + t));
        SensorFrame frame;
        frame.t = at;
        frame.values = values;
        (*recorder)->frame(0, frame, true);
    }
    BNOF_VERIFY_OK((*recorder)->finish());
}

int framesOf(const olfaction::Dataset& data, const std::string& label)
{
    const auto found = std::find(data.labels.begin(), data.labels.end(), label);
    int count = 0;
    for (const auto& recording : data.recordings)
        count +=
            static_cast<int>(std::count(recording.labels.begin(), recording.labels.end(), found - data.labels.begin()));
    return found == data.labels.end() ? -1 : count;
}

} // namespace

class TestRecordedDataset : public bnof::test::Suite {
    Q_OBJECT

private slots:
    void marksOfPeopleLabelFrames();
    void recordingsAreCutWhereDataIsMissing();
    void channelsAreMatchedByName();
    void whatCannotTrainIsNamed();
    void judgedModelCarriesTheTruth();
    void damagedModelsAreRefused();
    void signaturesSayWhoVouches();
    void channelsOfAnotherDeviceAreMapped();
};

void TestRecordedDataset::marksOfPeopleLabelFrames()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("run.bnr").toStdString();
    Script script;
    script.marks = {{5, "ethanol 100 ppm"}, {10, "End"},        {12, "somebody came in"}, {15, "exposure: acetone"},
                    {20, "purge"},          {25, "H2S 20 ppb"}, {30, "ethanol 50 ppm"},   {35, "air"},
                    {40, "blank"},          {42, "end"},        {55, "ethanol 200 ppm"}};
    recordScript(path, script);
    const auto data = datasetOfRecordings({path});
    BNOF_VERIFY_OK(data);
    QCOMPARE(data->labels, (std::vector<std::string>{"air", "H2S", "acetone", "ethanol"}));
    QCOMPARE(data->background, 0);
    QCOMPARE(framesOf(*data, "ethanol"), 100);
    QCOMPARE(framesOf(*data, "acetone"), 50);
    QCOMPARE(framesOf(*data, "H2S"), 50);
    QCOMPARE(framesOf(*data, "air"), 350); // the exposure without an end belongs to nothing
    QCOMPARE(data->recordings.size(), 1U);
    const auto& r = data->recordings.front();
    QCOMPARE(r.frames(), 550U);
    // Concentrations: known, unknown, in ppm, and 0 in air.
    const auto ppm = [&](double seconds, const char* gas) {
        const auto c = std::find(data->components.begin(), data->components.end(), gas) - data->components.begin();
        return r.ppm[static_cast<std::size_t>(seconds * 10) * data->components.size() + static_cast<std::size_t>(c)];
    };
    QCOMPARE(ppm(6, "ethanol"), 100.0F);
    QCOMPARE(ppm(26, "H2S"), 0.02F);
    QCOMPARE(ppm(31, "ethanol"), 50.0F);
    QCOMPARE(ppm(1, "ethanol"), 0.0F);
    QVERIFY(std::find(data->components.begin(), data->components.end(), "acetone") == data->components.end());
    QCOMPARE(data->notes.size(), 2U); // no end; a mark that says nothing of exposures
    // The same measurements have the same digest; another mark makes another.
    const auto again = datasetOfRecordings({path});
    QCOMPARE(again->digest, data->digest);
    const auto opened = openDataset(folder.path().toStdString());
    BNOF_VERIFY_OK(opened);
    QCOMPARE(opened->digest, data->digest);
}

void TestRecordedDataset::recordingsAreCutWhereDataIsMissing()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("run.bnr").toStdString();
    Script script;
    script.marks = {{5, "exposure ethanol"}, {10, "end"}, {30, "exposure acetone"}, {40, "end"}};
    script.gapFrom = 20;
    script.stuckFrom = 31;
    script.stuckTo = 33;
    recordScript(path, script);
    const auto data = datasetOfRecordings({path});
    BNOF_VERIFY_OK(data);
    QCOMPARE(data->recordings.size(), 2U);
    QCOMPARE(data->recordings[0].frames(), 200U);
    QCOMPARE(data->recordings[1].frames(), 380U);
    QCOMPARE(data->recordings[1].group, data->recordings[0].group);
    // While channel a was masked as stuck its values are missing, b's are not.
    int missing = 0;
    for (std::size_t i = 0; i < data->recordings[1].frames(); ++i) {
        missing += std::isnan(data->recordings[1].values[2 * i]) ? 1 : 0;
        QVERIFY(std::isfinite(data->recordings[1].values[2 * i + 1]));
    }
    QCOMPARE(missing, 20);
}

void TestRecordedDataset::channelsAreMatchedByName()
{
    QTemporaryDir folder;
    const std::string first = folder.filePath("monday.bnr").toStdString();
    const std::string second = folder.filePath("tuesday.bnr").toStdString();
    const std::string sameDay = folder.filePath("later.bnr").toStdString();
    Script script;
    script.marks = {{5, "exposure ethanol"}, {10, "end"}};
    recordScript(first, script);
    script.wall += 3'600'000'000'000;
    recordScript(sameDay, script);
    script.wall += 86'400'000'000'000;
    script.channels = {"b", "c", "a"};
    recordScript(second, script);
    const auto data = datasetOfRecordings({second, first, sameDay});
    BNOF_VERIFY_OK(data);
    QCOMPARE(data->recordings.size(), 3U);
    QCOMPARE(data->recordings[0].name, std::string("monday")); // in the order of their time
    QCOMPARE(data->recordings[2].values[0], 1000.0F);
    QCOMPARE(data->recordings[2].values[1], 2000.0F);
    QCOMPARE(data->groups().size(), 3U);
    const auto byDay = datasetOfRecordings({second, first, sameDay}, GroupBy::Day);
    BNOF_VERIFY_OK(byDay);
    QCOMPARE(byDay->groups().size(), 2U);
}

void TestRecordedDataset::whatCannotTrainIsNamed()
{
    QTemporaryDir folder;
    const std::string unmarked = folder.filePath("unmarked.bnr").toStdString();
    const std::string good = folder.filePath("good.bnr").toStdString();
    const std::string other = folder.filePath("other.bnr").toStdString();
    Script script;
    script.marks = {{5, "note"}};
    recordScript(unmarked, script);
    const auto refused = datasetOfRecordings({unmarked});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().where, unmarked);
    QVERIFY(refused.error().remedy.find("ethanol 100 ppm") != std::string::npos);
    script.marks = {{5, "exposure ethanol"}, {10, "end"}};
    recordScript(good, script);
    script.channels = {"a", "x"};
    recordScript(other, script);
    const auto mixed = datasetOfRecordings({good, other});
    QVERIFY(!mixed.ok());
    QVERIFY(mixed.error().what.find("no channel b") != std::string::npos);
    QCOMPARE(mixed.error().where, other);
    QVERIFY(!datasetOfRecordings({}).ok());
}

void TestRecordedDataset::judgedModelCarriesTheTruth()
{
    const auto data = test::noseData(2, 2);
    olfaction::EvaluationOptions options;
    options.protocol = olfaction::suitableProtocol(data);
    QCOMPARE(options.protocol, olfaction::Protocol::HeldOut);
    const auto splits = olfaction::splitsToShow(data, options);
    QCOMPARE(splits.size(), 2U);
    for (std::size_t s = 0; s < splits.size(); ++s) // each recording tests once
        QCOMPARE(std::count_if(splits[s].begin(), splits[s].end(), [](const auto& x) { return !x.trains; }), 1);
    options.training.kenyonCells = 100;
    options.training.replayPoints = 120;
    options.training.realPoints = 120;
    options.training.novelPoints = 40;
    options.training.epochs = 3;
    options.training.name = "my nose / 1";
    std::mutex mutex;
    std::map<std::thread::id, std::vector<double>> passes;
    options.training.watchEpoch = [&](std::uint32_t epoch, double error) {
        const std::lock_guard lock(mutex);
        if (epoch == 0)
            passes[std::this_thread::get_id()].clear();
        passes[std::this_thread::get_id()].push_back(error);
    };
    const auto model = olfaction::trainAndJudge("lda", data, options);
    BNOF_VERIFY_OK(model);
    QVERIFY(model->evaluation["accuracy"].isNumber());
    QVERIFY(!passes.empty()); // the spiking network was judged
    for (const auto& [thread, errors] : passes) {
        QCOMPARE(errors.size(), 3U);
        QVERIFY(errors[2] < errors[0]);
    }

    QTemporaryDir folder;
    const std::string where = folder.filePath("models").toStdString();
    QVERIFY(olfaction::listModels(where).empty());
    const auto first = olfaction::keepModel(where, options.training.name, model->bytes);
    const auto second = olfaction::keepModel(where, options.training.name, model->bytes);
    BNOF_VERIFY_OK(first);
    BNOF_VERIFY_OK(second);
    QVERIFY(*first != *second); // nothing is overwritten
    QVERIFY(QString::fromStdString(*first).endsWith("/my-nose-1.bnofmodel"));
    const auto models = olfaction::listModels(where);
    QCOMPARE(models.size(), 2U);
    QVERIFY(!models[0].problem);
    QCOMPARE(models[0].name, std::string("my nose / 1"));
    QCOMPARE(models[0].kind, std::string("lda"));
    QCOMPARE(models[0].metrics["evaluation"]["accuracy"].toDouble(), model->evaluation["accuracy"].toDouble());
    QVERIFY(!models[0].metrics["evaluation"].contains("training_seconds"));

    olfaction::EvaluationOptions stopped = options;
    const auto cancelled =
        olfaction::trainAndJudge("lda", data, stopped, [](double, std::string_view) { return false; });
    QVERIFY(!cancelled.ok());
    QCOMPARE(cancelled.error().kind, ErrorKind::Cancelled);
}

void TestRecordedDataset::damagedModelsAreRefused()
{
    const auto data = test::noseData(2);
    olfaction::TrainingOptions options;
    options.name = "plain";
    const auto bytes = olfaction::trainLda(data, options);
    BNOF_VERIFY_OK(bytes);
    std::string text(bytes->begin(), bytes->end());
    const auto at = text.find("\"plain\"");
    QVERIFY(at != std::string::npos);
    text.replace(at, 7, "\"plaim\"");
    const auto damaged = olfaction::modelFromBytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    QVERIFY(!damaged.ok());
    QVERIFY(damaged.error().what.find("checksum") != std::string::npos);
    QTemporaryDir folder;
    const std::string path = folder.filePath("damaged.bnofmodel").toStdString();
    BNOF_VERIFY_OK(writeFileAtomically(path, text));
    const auto models = olfaction::listModels(folder.path().toStdString());
    QCOMPARE(models.size(), 1U);
    QVERIFY(models[0].problem);
}

void TestRecordedDataset::signaturesSayWhoVouches()
{
    QTemporaryDir folder;
    const std::string ours = folder.filePath("keys").toStdString();
    const std::string theirs = folder.filePath("their keys").toStdString();
    const auto bytes = olfaction::trainLda(test::noseData(2), {});
    BNOF_VERIFY_OK(bytes);
    const auto unsignedModel = olfaction::checkSignature(*bytes, ours);
    BNOF_VERIFY_OK(unsignedModel);
    QVERIFY(!unsignedModel->present);

    const auto key = olfaction::labKey(ours, "Lab A");
    BNOF_VERIFY_OK(key);
    const QString secret = folder.filePath("keys/signing-key.json");
    struct stat status {};
    QCOMPARE(::stat(secret.toUtf8().constData(), &status), 0);
    QCOMPARE(static_cast<int>(status.st_mode & 0777), 0600);
    QCOMPARE(olfaction::labKey(ours, "somebody else")->publicKey, key->publicKey); // made once
    const auto made = olfaction::signModel(*bytes, *key);
    BNOF_VERIFY_OK(made);
    BNOF_VERIFY_OK(olfaction::modelFromBytes(*made)); // signed models are models
    const auto signature = olfaction::checkSignature(*made, ours);
    BNOF_VERIFY_OK(signature);
    QVERIFY(signature->present && signature->trusted);
    QCOMPARE(signature->signer, std::string("Lab A"));

    // Elsewhere the key is unknown until somebody trusts it.
    QVERIFY(!olfaction::checkSignature(*made, theirs)->trusted);
    QVERIFY(!olfaction::trustKey(theirs, "12ab", "Lab A").ok());
    BNOF_VERIFY_OK(olfaction::trustKey(theirs, signature->key, "Lab A"));
    QVERIFY(olfaction::checkSignature(*made, theirs)->trusted);

    // A change of the content, with its checksum made to fit, is found.
    std::string text(made->begin(), made->end());
    auto json = Json::parse(text);
    BNOF_VERIFY_OK(json);
    json->set("name", "another");
    json->set("content_sha256", olfaction::modelContentDigest(*json));
    text = json->dump();
    const std::span forged(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    const auto found = olfaction::checkSignature(forged, ours);
    QVERIFY(!found.ok());
    QVERIFY(found.error().what.find("changed after") != std::string::npos);
    QVERIFY(!olfaction::modelFromBytes(forged).ok()); // nothing recognises with it

    // A secret that others may read is none.
    QVERIFY(QFile::setPermissions(secret, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    QVERIFY(!olfaction::labKey(ours, "Lab A").ok());
}

void TestRecordedDataset::channelsOfAnotherDeviceAreMapped()
{
    const auto data = test::noseData(2); // channels s1 to s6
    const auto bytes = olfaction::trainLda(data, {});
    BNOF_VERIFY_OK(bytes);
    const auto device = [](std::initializer_list<const char*> names) {
        std::vector<ChannelInfo> out;
        for (const char* name : names) {
            out.emplace_back();
            out.back().name = name;
        }
        return out;
    };
    // Sensors that only have places are taken in their order, those with other names are not.
    QVERIFY(olfaction::matchChannels(data.channels, device({"ch1", "ch2", "ch3", "ch4", "ch5", "ch6"})).ok());
    const auto other = device({"MOX_S2", "MOX_S1", "MOX_S3", "MOX_S4", "MOX_S5", "MOX_S6"});
    const auto refused = olfaction::matchChannels(data.channels, other);
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().what.find("s1=MOX_S1") != std::string::npos);
    auto wide = other;
    wide[1].quantity = "temperature";
    auto model = data.channels;
    model[0].quantity = "resistance";
    QVERIFY(!olfaction::suggestMapping(model, wide)[0]); // another quantity is another sensor

    const std::vector<std::string> names{"MOX_S1", "MOX_S2", "MOX_S3", "MOX_S4", "MOX_S5", "MOX_S6"};
    const auto mapped = olfaction::mappedModel(*bytes, names);
    BNOF_VERIFY_OK(mapped);
    const auto read = olfaction::modelFromBytes(*mapped);
    BNOF_VERIFY_OK(read);
    QCOMPARE(*olfaction::matchChannels(read->channels, other), (std::vector<std::size_t>{1, 0, 2, 3, 4, 5}));
    QVERIFY(!read->metrics["mapped_from"].toString().empty());
    QVERIFY(!olfaction::mappedModel(*bytes, {"a", "b"}).ok());
    QVERIFY(!olfaction::mappedModel(*bytes, {"a", "a", "c", "d", "e", "f"}).ok());
}

QTEST_GUILESS_MAIN(TestRecordedDataset)
#include "tst_recorded_dataset.moc"
