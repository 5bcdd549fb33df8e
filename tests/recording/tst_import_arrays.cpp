// SPDX-License-Identifier: GPL-3.0-or-later
// Files of named arrays: as NumPy, h5py and SciPy write them, our own exports back again, and hostile ones.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/recording/interchange/array_child.h"
#include "engine/recording/interchange/import.h"
#include "engine/recording/interchange/npy.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BNOF_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BNOF_SANITIZED 1
#endif
#endif

namespace bnof {
/// What a failed QCOMPARE prints.
char* toString(const Mark& mark)
{
    return QTest::toString(QString::number(mark.t) + QStringLiteral(" ns: ") + QString::fromStdString(mark.label));
}
} // namespace bnof

using namespace bnof;
using namespace bnof::recording;

class TestImportArrays : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void ownExportsComeBack_data();
    void ownExportsComeBack();
    void numpyFiles_data();
    void numpyFiles();
    void numpyTable();
    void npyErrors_data();
    void npyErrors();
    void plainHdf5();
    void foreignNwb();
    void matlab();
    void matlabStructure();
    void arrayErrors();
    void readerProcessLimits();
    void readerProcessMissing();
    void mutatedFiles_data();
    void mutatedFiles();

private:
    std::string path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }
    std::string made(const char* name) const { return m_made.filePath(QString::fromLatin1(name)).toStdString(); }

    QTemporaryDir m_made;
    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

/// The array that make_arrays.py writes.
float expected(std::size_t row, std::size_t column)
{
    const double t = static_cast<double>(row) * 0.02 + 0.5;
    return static_cast<float>(column == 0 ? std::sin(t) : column == 1 ? std::cos(t) : t * 1e-3);
}

ImportOptions mapped(const char* text)
{
    ImportOptions options;
    options.map = {*columnMappingFromText(text)};
    return options;
}

std::vector<FrameItem> framesOf(const std::string& file, std::uint32_t source = 0)
{
    std::vector<FrameItem> frames;
    auto reader = Reader::open(file);
    if (!reader.ok())
        return frames;
    for (const Item& item : test::readAll(**reader)) {
        if (const auto* frame = std::get_if<FrameItem>(&item); frame != nullptr && frame->source == source)
            frames.push_back(*frame);
    }
    return frames;
}

std::vector<Mark> marksOf(const std::string& file)
{
    std::vector<Mark> marks;
    auto reader = Reader::open(file);
    if (!reader.ok())
        return marks;
    for (const Item& item : test::readAll(**reader)) {
        if (const auto* mark = std::get_if<Mark>(&item))
            marks.push_back(*mark);
    }
    return marks;
}

/// Only what an import restores, in an order of its own.
struct Contents {
    std::vector<Item> frames;
    std::vector<Mark> marks;
    std::vector<StreamEvent> events;
    std::vector<std::array<std::uint32_t, 3>> spikes; ///< layer, neuron, tick
};
Contents contentsOf(const std::vector<Item>& items)
{
    Contents out;
    for (const Item& item : items) {
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            FrameItem copy = *frame;
            copy.recognised = true; // not restored
            out.frames.emplace_back(copy);
        } else if (const auto* batch = std::get_if<SpikesItem>(&item)) {
            for (const Spike& spike : batch->spikes)
                out.spikes.push_back({batch->layer, spike.neuron, spike.tick});
        } else if (const auto* mark = std::get_if<Mark>(&item)) {
            out.marks.push_back(*mark);
        } else if (const auto* event = std::get_if<StreamEvent>(&item)) {
            out.events.push_back(*event);
        }
    }
    std::sort(out.spikes.begin(), out.spikes.end());
    const auto early = [](const auto& a, const auto& b) { return a.t < b.t; };
    std::stable_sort(out.events.begin(), out.events.end(), early);
    return out;
}

} // namespace

void TestImportArrays::initTestCase()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("/usr/bin/python3"),
                  {QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/recording/make_arrays.py"), m_made.path()});
    QVERIFY(process.waitForFinished(60000));
    QVERIFY2(process.exitCode() == 0, process.readAll());
}

void TestImportArrays::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestImportArrays::ownExportsComeBack_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<std::size_t>("sources");
    for (const ExportFormat format : {ExportFormat::Nwb, ExportFormat::Mat, ExportFormat::Npy}) {
        for (const std::size_t sources : {1U, 2U})
            QTest::addRow("%s, %d", info(format).name, static_cast<int>(sources))
                << static_cast<int>(format) << sources;
    }
}

void TestImportArrays::ownExportsComeBack()
{
    QFETCH(int, format);
    QFETCH(std::size_t, sources);
    const RecordingMetadata metadata = test::sampleMetadata(sources);
    const auto items = test::sampleItems(21, 900, sources);
    BNOF_VERIFY_OK(test::recordAll(path("a.bnr"), items, metadata));
    const auto reader = Reader::open(path("a.bnr"));
    BNOF_VERIFY_OK(reader);
    BNOF_VERIFY_OK(exportRecording(**reader, path("a.out"), {static_cast<ExportFormat>(format), true}));
    const auto outcome = importRecording(path("a.out"), path("b.bnr"));
    BNOF_VERIFY_OK(outcome);
    QVERIFY2(outcome->notes.empty(), outcome->notes.empty() ? "" : outcome->notes.front().c_str());
    const auto back = Reader::open(path("b.bnr"));
    BNOF_VERIFY_OK(back);
    const Contents was = contentsOf(items);
    const Contents is = contentsOf(test::readAll(**back));
    QCOMPARE(is.frames.size(), was.frames.size());
    QCOMPARE(test::firstDifference(was.frames, is.frames), std::ptrdiff_t{-1});
    for (std::size_t i = 0; i < std::min(is.marks.size(), was.marks.size()); ++i)
        QCOMPARE(is.marks[i], was.marks[i]);
    QCOMPARE(is.marks.size(), was.marks.size());
    QCOMPARE(is.events, was.events);
    QVERIFY(is.spikes == was.spikes);
    const RecordingMetadata& found = (*back)->metadata();
    QCOMPARE(found.sources, metadata.sources);
    QCOMPARE(found.layers, metadata.layers);
    QCOMPARE(found.tickMs, metadata.tickMs);
    QCOMPARE(found.wallAtZero, metadata.wallAtZero);
    QCOMPARE(found.title, metadata.title);
}

void TestImportArrays::numpyFiles_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file : {"plain.npy", "big_endian.npy", "fortran.npy"})
        QTest::newRow(file) << QString::fromLatin1(file);
}

void TestImportArrays::numpyFiles()
{
    QFETCH(QString, file);
    ImportOptions options;
    options.rateHz = 50;
    const auto outcome = importRecording(made(file.toLatin1().constData()), path("a.bnr"), options);
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->notes, std::vector<std::string>());
    const auto frames = framesOf(path("a.bnr"));
    QCOMPARE(frames.size(), std::size_t{1000});
    for (std::size_t row = 0; row < frames.size(); ++row) {
        QCOMPARE(frames[row].t, static_cast<Timestamp>(row) * 20 * nanosecondsPerMillisecond);
        for (std::size_t c = 0; c < 3; ++c)
            QVERIFY(std::abs(frames[row].values.at(c) - expected(row, c)) < 1e-7F);
    }
    // A column of the array as the time.
    ImportOptions byColumn;
    const std::string stem = file.section(QLatin1Char('.'), 0, 0).toStdString();
    byColumn.map = {*columnMappingFromText(stem + ".3=time:s")};
    BNOF_VERIFY_OK(importRecording(made(file.toLatin1().constData()), path("b.bnr"), byColumn));
    QCOMPARE(framesOf(path("b.bnr")).at(7).values.size(), std::size_t{2});
    QCOMPARE(framesOf(path("b.bnr")).at(7).t, fromSeconds(double{expected(7, 2)}));
}

void TestImportArrays::numpyTable()
{
    BNOF_VERIFY_OK(importRecording(made("table.npy"), path("a.bnr")));
    const auto frames = framesOf(path("a.bnr"));
    QCOMPARE(frames.size(), std::size_t{1000});
    QCOMPARE(frames[10].t, Timestamp{700'000'000});
    QCOMPARE(frames[10].values.at(1), 10.0F);
    QCOMPARE(marksOf(path("a.bnr")), (std::vector<Mark>{{500'000'000, "air"}, {8'500'000'000, "ethanöl"}}));

    ImportOptions options;
    options.rateHz = 1;
    BNOF_VERIFY_OK(importRecording(made("half.npy"), path("half.bnr"), options));
    const auto half = framesOf(path("half.bnr"));
    QCOMPARE(half.at(0).values, (std::vector<float>{1.5F, -2}));
    QVERIFY(std::isinf(half.at(1).values[0]));
    QCOMPARE(half.at(1).values[1], 5.9604645e-8F);
    QVERIFY(std::isnan(half.at(2).values[0]));
    QCOMPARE(half.at(2).values[1], 65504.0F);
    BNOF_VERIFY_OK(importRecording(made("counts.npy"), path("counts.bnr"), options));
    QCOMPARE(framesOf(path("counts.bnr")).at(5).values, (std::vector<float>{10000, 11000}));
}

void TestImportArrays::npyErrors_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    const auto file = [](const QByteArray& dict, const QByteArray& data) {
        return QByteArray("\x93NUMPY\x01\0", 8) + static_cast<char>(dict.size()) + '\0' + dict + data;
    };
    const QByteArray again = " Save the array again with numpy.save().";
    QTest::newRow("another file") << QByteArray("hello, world")
                                  << QByteArray(
                                         "NAME: this is not a .npy file: it does not begin with \\x93NUMPY. Save the "
                                         "array with numpy.save().");
    QTest::newRow("cut off") << file("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", "12345678")
                             << QByteArray(
                                    "NAME: the file is cut off: it should hold 16 bytes of elements and has 8. Copy it "
                                    "again from its source.");
    QTest::newRow("no shape") << file("{'descr': '<f4'}", "")
                              << "NAME: the .npy header is damaged at byte 26: expected both descr and shape." + again;
    QTest::newRow("a wrong word")
        << file("{'order': True}", "")
        << "NAME: the .npy header is damaged at byte 19: expected descr, fortran_order or shape." + again;
    QTest::newRow("too large") << file("{'descr': '<f8', 'shape': (9223372036854775807, 9), }", "")
                               << "NAME: the .npy header is damaged at byte 56: expected a possible size." + again;
    QTest::newRow("objects") << file("{'descr': '|O', 'shape': (1,), }", "")
                             << QByteArray(
                                    "NAME: arrays of the NumPy type \"|O\" hold no plain numbers or texts. Save it as "
                                    "float32 or float64, e.g. numpy.save(name, array.astype('f8')).");
}

void TestImportArrays::npyErrors()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    const auto file = openNpyBytes(bytes.toStdString(), "NAME");
    QVERIFY(!file.ok());
    QCOMPARE(QByteArray::fromStdString(file.error().message()), expected);
    QVERIFY(!importRecording(made("complex.npy"), path("a.bnr")).ok());
}

void TestImportArrays::plainHdf5()
{
    const auto outcome = importRecording(made("plain.h5"), path("a.bnr"));
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->format, ImportFormat::Hdf5);
    QCOMPARE(outcome->frames, std::uint64_t{1000});
    const auto reader = Reader::open(path("a.bnr"));
    const auto& channels = (*reader)->metadata().sources.at(0).channels;
    QStringList names;
    for (const ChannelInfo& channel : channels)
        names << QString::fromStdString(channel.name);
    QCOMPARE(names, (QStringList{QStringLiteral("packed"), QStringLiteral("valid"), QStringLiteral("values.1"),
                                 QStringLiteral("values.2"), QStringLiteral("values.3")}));
    QCOMPARE(channels.at(2).unit, std::string("kOhm"));
    const auto frames = framesOf(path("a.bnr"));
    QCOMPARE(frames.at(999).t, fromSeconds(0.5 + 999 * 0.02));
    QVERIFY(std::abs(frames.at(999).values.at(4) - expected(999, 2)) < 1e-7F);
    QCOMPARE(frames.at(0).values.at(1), 1.0F);
    QCOMPARE(marksOf(path("a.bnr")), (std::vector<Mark>{{500'000'000, "air"}, {12'500'000'000, "acetone"}}));
    // Doubles that are no floats were rounded, and it says so.
    QCOMPARE(outcome->notes.size(), std::size_t{1});
    QVERIFY2(outcome->notes[0].ends_with("values have more digits than the recording's 32-bit floats and were rounded"),
             outcome->notes[0].c_str());
}

void TestImportArrays::foreignNwb()
{
    const auto outcome = importRecording(made("plain.nwb"), path("a.bnr"));
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->format, ImportFormat::Nwb);
    QCOMPARE(outcome->frames, std::uint64_t{1050});
    QCOMPARE(outcome->spikes, std::uint64_t{5});
    const auto reader = Reader::open(path("a.bnr"));
    const RecordingMetadata& metadata = (*reader)->metadata();
    QCOMPARE(metadata.wallAtZero, std::int64_t{1'772'719'331'250'000'000});
    QCOMPARE(metadata.title, std::string("somebody else's"));
    QCOMPARE(metadata.sources.size(), std::size_t{2});
    QCOMPARE(metadata.sources[0].channels.at(1).name, std::string("nose.2"));
    QCOMPARE(metadata.sources[1].channels.at(0).unit, std::string("celsius"));
    QCOMPARE(framesOf(path("a.bnr"), 1).at(3).values.at(0), 21.5F);
    QCOMPARE(framesOf(path("a.bnr"), 1).at(3).t, Timestamp{1'300'000'000});
    QCOMPARE(marksOf(path("a.bnr")), (std::vector<Mark>{{1'000'000'000, "ethanol"},
                                                        {2'000'000'000, "end of ethanol"},
                                                        {3'000'000'000, "acetone"},
                                                        {4'000'000'000, "end of acetone"}}));
    std::vector<Spike> spikes;
    for (const Item& item : test::readAll(**reader)) {
        if (const auto* batch = std::get_if<SpikesItem>(&item))
            spikes.insert(spikes.end(), batch->spikes.begin(), batch->spikes.end());
    }
    QCOMPARE(metadata.tickMs, 0.1);
    QVERIFY((spikes == std::vector<Spike>{{0, 6000}, {1, 7000}, {0, 15000}, {1, 22500}, {1, 25000}}));
}

void TestImportArrays::matlab()
{
    const auto outcome = importRecording(made("plain.mat"), path("a.bnr"));
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->format, ImportFormat::Mat);
    const auto frames = framesOf(path("a.bnr"));
    QCOMPARE(frames.size(), std::size_t{1000});
    for (std::size_t c = 0; c < 3; ++c)
        QVERIFY(std::abs(frames.at(500).values.at(c) - expected(500, c)) < 1e-7F);
    QCOMPARE(marksOf(path("a.bnr")).at(1), (Mark{560'000'000, "etOH"}));
}

void TestImportArrays::matlabStructure()
{
    BNOF_VERIFY_OK(importRecording(made("struct.mat"), path("a.bnr"), mapped("run.time_ms=time:ms")));
    const auto frames = framesOf(path("a.bnr"));
    QCOMPARE(frames.size(), std::size_t{5});
    QCOMPARE(frames[3].t, 60 * nanosecondsPerMillisecond);
    QCOMPARE(frames[3].values, (std::vector<float>{6, 7}));
}

void TestImportArrays::arrayErrors()
{
    const auto timeless = importRecording(made("plain.npy"), path("a.bnr"));
    QCOMPARE(timeless.error().message(),
             made("plain.npy") +
                 ": the file has no array with the time. Say how fast it was sampled (--rate 10), or which "
                 "array or column is the time (--map NAME=time:s).");
    const auto unknown = importRecording(made("plain.h5"), path("a.bnr"), mapped("x=time"));
    QCOMPARE(unknown.error().kind, ErrorKind::Usage);
    QVERIFY2(unknown.error().message().find(
                 "there is no column \"x\" to map. The columns are: gain, label, packed, sensors/valid, "
                 "sensors/values.1") != std::string::npos,
             unknown.error().message().c_str());
    QVERIFY(writeFileAtomically(path("no.h5"), "plain text").ok());
    ImportOptions hdf5;
    hdf5.format = ImportFormat::Hdf5;
    const auto wrong = importRecording(path("no.h5"), path("a.bnr"), hdf5);
    QCOMPARE(wrong.error().message(), path("no.h5") +
                                          ": this is not an HDF5 file, or it is damaged. Check that this is the "
                                          "right file, or copy it again from its source.");
    const auto whole = readFile(made("plain.mat"));
    QVERIFY(writeFileAtomically(path("cut.mat"), whole->substr(0, whole->size() / 2)).ok());
    const auto cut = importRecording(path("cut.mat"), path("a.bnr"), {});
    QCOMPARE(cut.error().message(), path("cut.mat") + ": the MATLAB file is cut off or damaged. Check that this is the "
                                                      "right file, or copy it again from its source.");
    QVERIFY(!QFile::exists(QString::fromStdString(path("a.bnr"))));
}

void TestImportArrays::readerProcessLimits()
{
    ArrayChildLimits limits;
    limits.memoryBytes = 16U << 20; // less than the libraries themselves need
#ifndef BNOF_SANITIZED              // a sanitizer's shadow needs more address space than any limit leaves
    const auto starved = openArrayFile(ArrayFileKind::Hdf5, made("plain.h5"), limits);
    QVERIFY(!starved.ok());
    QCOMPARE(starved.error().kind, ErrorKind::BadInput);
    QVERIFY2(starved.error().message().find("the file cannot be read: the process that reads it") != std::string::npos,
             starved.error().message().c_str());
#endif
    // A process that never answers.
    qputenv("BNOF_ARRAY_READER", "/bin/cat");
    limits = {};
    limits.replySeconds = 1;
    const auto silent = openArrayFile(ArrayFileKind::Hdf5, made("plain.h5"), limits);
    qunsetenv("BNOF_ARRAY_READER");
    QVERIFY(!silent.ok());
    QCOMPARE(silent.error().kind, ErrorKind::BadInput);
}

void TestImportArrays::readerProcessMissing()
{
    qputenv("BNOF_ARRAY_READER", "/nonexistent");
    const auto found = findArrayReader();
    qunsetenv("BNOF_ARRAY_READER");
    BNOF_VERIFY_OK(found); // the next place
    QVERIFY(QString::fromStdString(*found).endsWith(QLatin1String("bin/bnof-array-reader")));
}

void TestImportArrays::mutatedFiles_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("mutants");
    for (const char* file : {"plain.h5", "plain.nwb", "plain.mat", "struct.mat"})
        QTest::newRow(file) << QString::fromLatin1(file) << 50;
}

/// Bytes are flipped, overwritten and cut; whatever the libraries do with it, this process gets an answer.
void TestImportArrays::mutatedFiles()
{
    QFETCH(QString, file);
    QFETCH(int, mutants);
    const auto original = readFile(made(file.toLatin1().constData()));
    BNOF_VERIFY_OK(original);
    PhiloxSequence random(2026, static_cast<std::uint64_t>(file.size()));
    int refused = 0;
    int crashed = 0;
    for (int i = 0; i < mutants; ++i) {
        std::string bytes = *original;
        const auto changes = 1 + random.below(12);
        for (std::uint64_t c = 0; c < changes; ++c) {
            // Most of the structure lies at the beginning.
            const std::uint64_t range =
                random.below(2) == 0 ? std::min<std::uint64_t>(bytes.size(), 4096) : bytes.size();
            const auto at = static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(range)));
            bytes[at] = random.below(4) == 0 ? static_cast<char>(0xFF) : static_cast<char>(random.below(256));
        }
        if (random.below(10) == 0)
            bytes.resize(bytes.size() / 2);
        const std::string mutant = path("mutant");
        QVERIFY(writeFileAtomically(mutant, bytes).ok());
        const bool mat = file.endsWith(QLatin1String(".mat"));
        ImportOptions options;
        const bool nwb = file.endsWith(QLatin1String(".nwb"));
        options.format = mat ? ImportFormat::Mat : nwb ? ImportFormat::Nwb : ImportFormat::Hdf5;
        options.rateHz = 50;
        const std::string out = path("out.bnr");
        const auto outcome = importRecording(mutant, out, options);
        if (outcome.ok()) {
            const auto verification = verify(out);
            BNOF_VERIFY_OK(verification);
            QVERIFY(verification->intact);
            QFile::remove(QString::fromStdString(out));
        } else {
            ++refused;
            QVERIFY2(!outcome.error().message().empty() && outcome.error().kind != ErrorKind::Internal,
                     outcome.error().message().c_str());
            crashed += outcome.error().message().find("crashed") != std::string::npos ? 1 : 0;
        }
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 1);
    }
    qInfo("%d of %d refused, %d of them crashed the reader process", refused, mutants, crashed);
}

QTEST_GUILESS_MAIN(TestImportArrays)
#include "tst_import_arrays.moc"
