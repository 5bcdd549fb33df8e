// SPDX-License-Identifier: GPL-3.0-or-later
// Every export is read back by the library or the program that other people read it with: h5py and h5dump, SciPy and
// libmatio, NumPy, scipy.io.arff, libxdf.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <bit>
#include <cmath>

#include <matio.h>
#include <xdf.h>

#include "engine/base/files.h"
#include "engine/recording/interchange/formats.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

namespace {

/// The same rule as in engine/recording/interchange/exporters.h, written once more.
class Clock {
public:
    explicit Clock(double tickMs) : m_tick(tickMs * 1e6) {}
    Timestamp time(std::uint32_t last, std::uint32_t tick, Timestamp frame)
    {
        const double zero = static_cast<double>(frame) - m_tick * last;
        if (!m_known || std::abs(zero - m_zero) > 1e9) {
            m_zero = zero;
            m_known = true;
        }
        return std::llround(m_zero + m_tick * tick);
    }

private:
    double m_tick;
    double m_zero = 0;
    bool m_known = false;
};

const char* kindName(StreamEvent::Kind kind)
{
    return kind == StreamEvent::Kind::Gap ? "gap" : "resynchronised";
}

/// What check_export.py compares with.
Json expectation(const std::vector<Item>& items, const RecordingMetadata& metadata)
{
    std::vector<Json> times(metadata.sources.size(), Json::array());
    std::vector<Json> bits = times;
    std::vector<Json> recognised = times;
    std::vector<Json> spikes(metadata.layers.size(), Json::array());
    Json gas = Json::array();
    Json probabilities = Json::array();
    Json marks = Json::array();
    Json events = Json::array();
    Clock clock(metadata.tickMs);
    Timestamp now = 0;
    for (const Item& item : items) {
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            now = frame->t;
            times[frame->source].push(frame->t);
            recognised[frame->source].push(frame->recognised ? 1 : 0);
            for (const float value : frame->values)
                bits[frame->source].push(std::bit_cast<std::uint32_t>(value));
        } else if (const auto* batch = std::get_if<SpikesItem>(&item)) {
            for (const Spike& spike : batch->spikes) {
                const Timestamp t = clock.time(batch->spikes.back().tick, spike.tick, now);
                spikes[batch->layer].push(Json::array().push(spike.neuron).push(spike.tick).push(t));
            }
        } else if (const auto* decision = std::get_if<DecisionItem>(&item)) {
            gas.push(decision->decision.gas);
            for (const float value : decision->decision.probabilities)
                probabilities.push(std::bit_cast<std::uint32_t>(value));
        } else if (const auto* mark = std::get_if<Mark>(&item)) {
            marks.push(Json::array().push(mark->t).push(mark->label));
        } else {
            const auto& event = std::get<StreamEvent>(item);
            events.push(Json::array().push(event.t).push(kindName(event.kind)).push(event.text));
        }
    }
    Json sensors = Json::array();
    for (std::size_t s = 0; s < times.size(); ++s) {
        Json names = Json::array();
        for (const ChannelInfo& channel : metadata.sources[s].channels)
            names.push(channel.name);
        sensors.push(Json::object()
                         .set("channels", names)
                         .set("unit", "ohm")
                         .set("time_ns", times[s])
                         .set("bits", bits[s])
                         .set("recognised", recognised[s]));
    }
    Json layers = Json::array();
    for (const LayerInfo& layer : metadata.layers)
        layers.push(layer.name);
    Json out = Json::object();
    out.set("title", metadata.title).set("sensors", sensors).set("layers", layers).set("spikes", Json(spikes));
    out.set("gas", gas).set("probability_bits", probabilities).set("marks", marks).set("events", events);
    return out;
}

} // namespace

class TestExportFormats : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void namesAndEndings();
    void pythonReadsTheSame_data();
    void pythonReadsTheSame();
    void h5dumpReadsNwb();
    void matioReadsMat();
    void arffHoldsMarksAsClasses();
    void libxdfReadsXdf();
    void emptyRecordings_data();
    void emptyRecordings();
    void cancelledOrRefusedLeavesNothing_data();
    void cancelledOrRefusedLeavesNothing();

private:
    std::string path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }
    std::unique_ptr<Reader> sample(const std::vector<Item>& items, const RecordingMetadata& metadata);
    QByteArray python(const char* format, const std::string& file, const Json& expected);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_recordings;
};

void TestExportFormats::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
    m_recordings = std::make_unique<QTemporaryDir>();
}

std::unique_ptr<Reader> TestExportFormats::sample(const std::vector<Item>& items, const RecordingMetadata& metadata)
{
    return test::recordedReader(m_recordings->filePath(QStringLiteral("source.bnr")).toStdString(), items, metadata);
}

QByteArray TestExportFormats::python(const char* format, const std::string& file, const Json& expected)
{
    const QString wanted = m_recordings->filePath(QStringLiteral("expected.json"));
    if (!writeFileAtomically(wanted.toStdString(), expected.dump()).ok())
        return "cannot write the expectation";
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("/usr/bin/python3"),
                  {QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/recording/check_export.py"), QString::fromLatin1(format),
                   QString::fromStdString(file), wanted});
    process.waitForFinished(60000);
    return process.readAll().trimmed();
}

void TestExportFormats::namesAndEndings()
{
    QCOMPARE(exportFormatOfPath("a.NWB"), ExportFormat::Nwb);
    QCOMPARE(exportFormatOfPath("a.txt"), ExportFormat::Csv);
    QCOMPARE(*exportFormatFromName("Xdf"), ExportFormat::Xdf);
    QCOMPARE(exportFormatFromName("wav").error().message(),
             std::string("--format: there is no export format \"wav\". Choose one of csv, nwb, mat, npy, arff, xdf."));
    QCOMPARE(defaultExportPath("/a/run.bnr", ExportFormat::Npy), std::string("/a/run.npy"));
    for (const ExportFormatInfo& format : exportFormats())
        QCOMPARE(&info(format.format), &format);
}

void TestExportFormats::pythonReadsTheSame_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<std::size_t>("sources");
    for (const ExportFormat format : {ExportFormat::Nwb, ExportFormat::Mat, ExportFormat::Npy}) {
        QTest::addRow("%s", info(format).name) << static_cast<int>(format) << std::size_t{1};
        QTest::addRow("%s, two sources", info(format).name) << static_cast<int>(format) << std::size_t{2};
    }
}

void TestExportFormats::pythonReadsTheSame()
{
    QFETCH(int, format);
    QFETCH(std::size_t, sources);
    const auto kind = static_cast<ExportFormat>(format);
    const RecordingMetadata metadata = test::sampleMetadata(sources);
    const auto items = test::sampleItems(11, 700, sources);
    const auto reader = sample(items, metadata);
    QVERIFY(reader);
    double last = -1;
    bool forward = true;
    const auto outcome = exportRecording(*reader, path("out"), {kind, true}, [&](double share) {
        forward = forward && share >= last && share <= 1;
        last = share;
        return true;
    });
    BNOF_VERIFY_OK(outcome);
    QVERIFY(forward);
    QCOMPARE(last, 1.0);
    for (const std::string& file : outcome->files)
        QVERIFY2(QFile::exists(QString::fromStdString(file)), file.c_str());
    QCOMPARE(python(info(kind).name, path("out"), expectation(items, metadata)), QByteArray("same"));
}

void TestExportFormats::h5dumpReadsNwb()
{
    const auto reader = sample(test::sampleItems(3, 40), test::sampleMetadata());
    QVERIFY(reader);
    BNOF_VERIFY_OK(exportRecording(*reader, path("a.nwb"), {ExportFormat::Nwb, true}));
    QProcess dump;
    dump.start(QStringLiteral("/usr/bin/h5dump"), {QString::fromStdString(path("a.nwb"))});
    QVERIFY(dump.waitForFinished(30000));
    const QByteArray text = dump.readAllStandardOutput();
    QCOMPARE(dump.readAllStandardError(), QByteArray());
    QCOMPARE(dump.exitCode(), 0);
    for (const char* part : {"GROUP \"acquisition\"", "GROUP \"units\"", "DATASET \"spike_times_index\"",
                             "\"TimeIntervals\"", "ATTRIBUTE \"nwb_version\"", "Banane"})
        QVERIFY2(text.contains(part), part);
}

void TestExportFormats::matioReadsMat()
{
    const auto items = test::sampleItems(5, 50);
    const auto reader = sample(items, test::sampleMetadata());
    QVERIFY(reader);
    BNOF_VERIFY_OK(exportRecording(*reader, path("a.mat"), {ExportFormat::Mat, false}));
    mat_t* file = Mat_Open(path("a.mat").c_str(), MAT_ACC_RDONLY);
    QVERIFY(file != nullptr);
    QCOMPARE(Mat_GetVersion(file), MAT_FT_MAT5);
    matvar_t* values = Mat_VarRead(file, "sensors_1_values");
    QVERIFY(values != nullptr);
    QCOMPARE(values->class_type, MAT_C_SINGLE);
    QCOMPARE(values->dims[0], std::size_t{50});
    QCOMPARE(values->dims[1], std::size_t{16});
    const auto* data = static_cast<const float*>(values->data);
    std::size_t row = 0;
    for (const Item& item : items) {
        const auto* frame = std::get_if<FrameItem>(&item);
        if (frame == nullptr)
            continue;
        for (std::size_t c = 0; c < frame->values.size(); ++c)
            QCOMPARE(std::bit_cast<std::uint32_t>(data[c * 50 + row]), std::bit_cast<std::uint32_t>(frame->values[c]));
        ++row;
    }
    Mat_VarFree(values);
    matvar_t* absent = Mat_VarRead(file, "spikes_1_neuron");
    QVERIFY(absent == nullptr); // spikes were left out
    Mat_Close(file);
}

void TestExportFormats::arffHoldsMarksAsClasses()
{
    RecordingMetadata metadata = test::sampleMetadata();
    metadata.sources[0].channels = {
        {"R", "", "ohm", "", 0, 0}, {"R", "", "", "", 0, 0}, {"T (in), °C", "", "", "", 0, 0}};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<Item> items;
    const char* labels[] = {"?", "air", "ethanol, 10 ppm", "ethanol; 10 ppm"};
    const char* classes[] = {"?", "air", "ethanol__10_ppm", "ethanol__10_ppm_2"};
    Json rows = Json::array();
    for (int i = 0; i < 8; ++i) {
        if (i > 0 && i % 2 == 0)
            items.emplace_back(Mark{i * 100, labels[i / 2]});
        const std::vector<float> values{0.1F * static_cast<float>(i), i == 3 ? nan : 1e-20F, 7};
        items.emplace_back(FrameItem{0, i * 100, nan, true, values});
        Json cells = Json::array();
        for (const float value : values)
            cells.push(std::isnan(value) ? Json() : Json(value));
        rows.push(Json::object().set("time_ns", i * 100).set("values", cells).set("class", classes[i / 2]));
    }
    const auto reader = sample(items, metadata);
    QVERIFY(reader);
    BNOF_VERIFY_OK(exportRecording(*reader, path("a.arff"), {ExportFormat::Arff, true}));
    const auto text = readFile(path("a.arff"));
    QVERIFY(text->find("% class ethanol__10_ppm is the mark \"ethanol, 10 ppm\"\n") != std::string::npos);
    Json expected = Json::object();
    expected.set("arff", rows).set("arff_channels", Json::array().push("R").push("R (2)").push("T (in), °C"));
    QCOMPARE(python("arff", path("a.arff"), expected), QByteArray("same"));

    items.erase(std::remove_if(items.begin(), items.end(), [](const Item& i) { return i.index() == 4; }), items.end());
    const auto unmarked = sample(items, metadata);
    const auto outcome = exportRecording(*unmarked, path("b.arff"), {ExportFormat::Arff, true});
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->notes, std::vector<std::string>{"the recording has no marks, so there is no class attribute"});
    QCOMPARE(python("arff", path("b.arff"), expected), QByteArray("same"));
}

#if defined(__SANITIZE_ADDRESS__)
#define BNOF_UNDER_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BNOF_UNDER_ASAN
#endif
#endif

void TestExportFormats::libxdfReadsXdf()
{
#ifdef BNOF_UNDER_ASAN
    QSKIP("libxdf 0.99.8 itself reads past the end of the XML of a chunk, which the address sanitizer refuses");
#endif
    const auto items = test::sampleItems(7, 3000, 2);
    const RecordingMetadata metadata = test::sampleMetadata(2);
    const auto reader = sample(items, metadata);
    QVERIFY(reader);
    BNOF_VERIFY_OK(exportRecording(*reader, path("a.xdf"), {ExportFormat::Xdf, true}));
    Xdf xdf;
    QCOMPARE(xdf.load_xdf(path("a.xdf")), 0);
    QCOMPARE(xdf.streams.size(), std::size_t{2 + 3 + 1 + 2});
    std::size_t rows[2] = {};
    std::size_t marks = 0;
    std::size_t spikes[3] = {};
    for (const Item& item : items) {
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            const Xdf::Stream& stream = xdf.streams[frame->source];
            const std::size_t row = rows[frame->source]++;
            QCOMPARE(stream.time_stamps.at(row), toSeconds(frame->t));
            for (std::size_t c = 0; c < frame->values.size(); ++c)
                QCOMPARE(std::bit_cast<std::uint32_t>(stream.time_series.at(c).at(row)),
                         std::bit_cast<std::uint32_t>(frame->values[c]));
        } else if (const auto* batch = std::get_if<SpikesItem>(&item)) {
            for (const Spike& spike : batch->spikes)
                QCOMPARE(xdf.streams[2 + batch->layer].time_series.at(0).at(spikes[batch->layer]++),
                         static_cast<float>(spike.neuron));
        } else if (const auto* mark = std::get_if<Mark>(&item)) {
            // Texts of all streams in the order of the file; ours come from the stream before the last.
            std::size_t at = 0;
            std::size_t found = 0;
            for (; at < xdf.eventMap.size(); ++at) {
                if (xdf.eventMap[at].second == 6 && found++ == marks)
                    break;
            }
            QVERIFY(at < xdf.eventMap.size());
            QCOMPARE(xdf.eventMap[at].first.first, mark->label);
            QCOMPARE(xdf.eventMap[at].first.second, toSeconds(mark->t));
            ++marks;
        }
    }
    QCOMPARE(xdf.streams[0].time_stamps.size(), rows[0]);
    QCOMPARE(xdf.streams[1].info.channels.at(3).at("label"), std::string("TGS-3"));
    QCOMPARE(xdf.streams[1].info.channels.at(3).at("unit"), std::string("ohm"));
    QVERIFY(marks > 100);
}

void TestExportFormats::emptyRecordings_data()
{
    QTest::addColumn<int>("format");
    for (const ExportFormatInfo& format : exportFormats())
        QTest::addRow("%s", format.name) << static_cast<int>(format.format);
}

void TestExportFormats::emptyRecordings()
{
    QFETCH(int, format);
    const auto kind = static_cast<ExportFormat>(format);
    const RecordingMetadata metadata = test::sampleMetadata();
    const auto reader = sample({}, metadata);
    QVERIFY(reader);
    BNOF_VERIFY_OK(exportRecording(*reader, path("out"), {kind, true}));
    if (kind == ExportFormat::Nwb)
        QCOMPARE(QProcess::execute(QStringLiteral("/usr/bin/h5dump"),
                                   {QStringLiteral("-n"), QString::fromStdString(path("out"))}),
                 0);
}

void TestExportFormats::cancelledOrRefusedLeavesNothing_data()
{
    emptyRecordings_data();
}

void TestExportFormats::cancelledOrRefusedLeavesNothing()
{
    QFETCH(int, format);
    const auto kind = static_cast<ExportFormat>(format);
    const auto reader = sample(test::sampleItems(2, 3000), test::sampleMetadata());
    QVERIFY(reader);
    for (const double stopAt : {0.0, 0.3, 0.9}) {
        const auto outcome =
            exportRecording(*reader, path("out"), {kind, true}, [&](double share) { return share < stopAt; });
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().kind, ErrorKind::Cancelled);
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    }
    QVERIFY(writeFileAtomically(path("out"), "mine").ok());
    const auto refused = exportRecording(*reader, path("out"), {kind, true});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().message(), path("out") + ": this file already exists, and an export overwrites nothing. "
                                                      "Choose another name, or delete the file first.");
    QCOMPARE(*readFile(path("out")), std::string("mine"));
    QVERIFY(!exportRecording(*reader, path("no/such/folder"), {kind, true}).ok());
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 1);
}

QTEST_GUILESS_MAIN(TestExportFormats)
#include "tst_export_formats.moc"
