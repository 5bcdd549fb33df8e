// SPDX-License-Identifier: GPL-3.0-or-later
// The PDF report, read back with the tools that people use: poppler's pdftotext and pdftoppm.
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QThread>

#include <array>
#include <atomic>
#include <cmath>

#include "app/report/pdf_bytes.h"
#include "app/report/report.h"
#include "app/report/text.h"
#include "engine/base/build_config.h"
#include "engine/base/philox.h"
#include "engine/recording/recorder.h"
#include "tests/support/suite.h"

using namespace bnof;

namespace {

constexpr int channelCount = 16;
constexpr double rateHz = 20;
constexpr double seconds = 60;
constexpr double gapFrom = 38;
constexpr double gapTo = 42;
constexpr std::int64_t wallAtZero = 1'772'719'331'250'000'000; // 2026-03-05T14:02:11.250Z

recording::RecordingMetadata metadata()
{
    recording::RecordingMetadata data;
    data.uuid = "0b9d5c52-6b5e-4a67-9e0b-6f0e7a7f2c11";
    data.wallAtZero = wallAtZero;
    data.title = "Ethanol and acetone, bench nose A";
    data.operatorName = "M. Okonkwo";
    data.notes = "Syringe puffs at 10 s and 30 s.";
    data.softwareVersion = BNOF_VERSION;
    recording::SourceDescription source;
    source.uri = "serial:/dev/ttyUSB0?baud=115200&decoder=csv";
    source.device = "USB2.0-Serial (1a86:7523)";
    source.simulated = true;
    for (int c = 0; c < channelCount; ++c)
        source.channels.push_back({"MOX-" + std::to_string(c + 1), "resistance", "counts", "", 0, 4095});
    source.channels.push_back({"Temperature", "temperature", "°C", "", 0, 0});
    data.sources.push_back(source);
    data.modelName = "mushroom-body test";
    data.modelDigest = std::string(64, 'a');
    data.recogniserKind = "spiking";
    data.backEnd = "vector (AVX2)";
    data.tickMs = 1;
    data.layers = {{"receptor", 64}, {"projection", 96}, {"Kenyon", 2000}, {"output", 40}};
    data.gases = {"clean air", "ethanol", "acetone"};
    data.background = 0;
    // As sensing::toJson(Calibration) writes them, one a source; this one ran out in the middle of the recording.
    data.configuration =
        Json::object().set("calibrations", Json::array().push(Json::object()
                                                                  .set("name", "bench A, spring")
                                                                  .set("version", 3)
                                                                  .set("operator", "E. Nose")
                                                                  .set("made_utc_ns", wallAtZero - 1)
                                                                  .set("expires_utc_ns", wallAtZero + 1)));
    return data;
}

/// 0 clean air, 1 ethanol, 2 acetone, -1 unknown.
int presentGas(double t)
{
    if (t >= 10 && t < 20)
        return 1;
    if (t >= 30 && t < 38)
        return 2;
    return t >= 46 && t < 48 ? -1 : 0;
}

/// Responses rise and fall slowly; every channel answers each gas differently.
void recordFrame(recording::Recorder& recorder, double t, std::array<double, channelCount>& level,
                 PhiloxSequence& random)
{
    std::array<float, channelCount + 1> values{};
    const int gas = presentGas(t);
    for (int c = 0; c < channelCount; ++c) {
        const auto i = static_cast<std::size_t>(c);
        const double gain = gas == 1 ? 400 + 60 * (c % 5) : gas == 2 ? 700 - 40 * (c % 7) : gas < 0 ? 120 : 0;
        level[i] += (gain - level[i]) * 0.02;
        values[i] = static_cast<float>(std::lround(900 + 50 * c + level[i] + 4 * random.normal()));
    }
    values[channelCount] = static_cast<float>(24.0 + 0.02 * t);
    if (std::fmod(t, 13) < 0.05)
        values[3] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(recorder.frame(0, SensorFrame{fromSeconds(t), values, t}, true));
}

void recordSpikes(recording::Recorder& recorder, double t, const std::vector<LayerInfo>& layers, PhiloxSequence& random)
{
    const int gas = presentGas(t);
    const auto firstTick = static_cast<std::uint32_t>(std::lround(t * 1000));
    for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
        std::vector<Spike> spikes;
        const std::uint32_t count = layers[layer].size / (gas == 0 ? 100 : 20) + 1;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t part = layers[layer].size / 4;
            const std::uint32_t neuron = gas > 0 ? random.below(part) + part * static_cast<std::uint32_t>(gas)
                                                 : random.below(layers[layer].size);
            spikes.push_back({neuron, firstTick + 50 * i / count});
        }
        QVERIFY(recorder.spikes(layer, spikes));
    }
}

void recordDecision(recording::Recorder& recorder, double t, PhiloxSequence& random)
{
    Decision decision;
    decision.t = fromSeconds(t);
    decision.gas = presentGas(t);
    decision.novelty = decision.gas < 0 ? 0.8F : 0.1F;
    decision.probabilities = {0.05F, 0.05F, 0.05F};
    if (decision.gas >= 0)
        decision.probabilities[static_cast<std::size_t>(decision.gas)] =
            0.75F + 0.2F * static_cast<float>(random.uniform());
    if (decision.gas > 0) {
        decision.ppm = 100.0F + 10.0F * static_cast<float>(random.normal());
        decision.ppmLow = *decision.ppm - 15;
        decision.ppmHigh = *decision.ppm + 15;
    }
    QVERIFY(recorder.decision(decision, 2'000'000 + static_cast<std::int64_t>(random.below(3'000'000))));
}

void recordAll(recording::Recorder& recorder)
{
    PhiloxSequence random(3, 0);
    std::array<double, channelCount> level{};
    const std::vector<LayerInfo> layers = metadata().layers;
    for (int i = 0; i < static_cast<int>(seconds * rateHz); ++i) {
        const double t = i / rateHz;
        if (t >= gapFrom && t < gapTo)
            continue;
        if (i % 40 == 0)
            QThread::msleep(3);
        recordFrame(recorder, t, level, random);
        recordSpikes(recorder, t, layers, random);
        if (i % 4 == 0)
            recordDecision(recorder, t, random);
        if (i == 200)
            QVERIFY(recorder.mark({fromSeconds(10), "ethanol in"}));
        if (i == 600)
            QVERIFY(recorder.mark({fromSeconds(30), "acetone in"}));
        if (t == gapTo) {
            QVERIFY(recorder.event(
                {StreamEvent::Kind::Gap, fromSeconds(gapFrom), fromSeconds(gapTo), 0, "the device was unplugged"}));
            QVERIFY(recorder.event({StreamEvent::Kind::Resynchronised, fromSeconds(gapTo), 0, 17, ""}));
            QVERIFY(recorder.event({StreamEvent::Kind::Dropped, fromSeconds(gapTo), 0, 23, ""}));
        }
    }
}

struct Tool {
    int exitCode = -1;
    QByteArray output;
};

Tool runTool(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60000))
        return {};
    return {process.exitCode(), process.readAllStandardOutput()};
}

/// The text of a PDF, in the order of the page, white space runs as one blank.
QString pdfText(const QString& path)
{
    const Tool tool = runTool(QStringLiteral("pdftotext"), {QStringLiteral("-layout"), path, QStringLiteral("-")});
    return tool.exitCode == 0 ? QString::fromUtf8(tool.output).simplified() : QString();
}

/// Share of pixels that are not white.
double ink(const QImage& image)
{
    qint64 dark = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            dark += qGray(image.pixel(x, y)) < 245 ? 1 : 0;
    }
    return static_cast<double>(dark) / (static_cast<double>(image.width()) * image.height());
}

} // namespace

class ReportTest : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void textHoldsWhatIdentifiesTheRecording();
    void countersAndGaps();
    void marksAndDecisions();
    void everyFigureNamesItsOrigin();
    void pagesAreDrawn();
    void sameRecordingGivesTheSameBytes();
    void reportDoesNotDependOnTheComputer_data();
    void reportDoesNotDependOnTheComputer();
    void replayProvesTheRecording();
    void germanReport();
    void signsThatTheTypefaceLacksAreNamed();
    void changesAreInTheAuditTrail();
    void worksOffTheGuiThread();
    void existingFileIsRefused();
    void missingFolderIsRefused();
    void fullDiskIsReported();
    void cancelLeavesNothing();
    void truncatedRecordingIsReportedWithItsFinding();
    void recordingWithoutRecogniser();
    void unknownTimeZoneIsRefused();
    void datesAreReplaced();
    void timesForPeople_data();
    void timesForPeople();

private:
    [[nodiscard]] std::string file(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    [[nodiscard]] report::ReportOptions options() const { return {"Europe/Berlin", "Checked against the logbook."}; }

    QTemporaryDir m_folder;
    QString m_pdf;
    QString m_text;
    recording::Verification m_verification;
};

void ReportTest::initTestCase()
{
    QVERIFY(m_folder.isValid());
    for (const char* tool : {"pdftotext", "pdftoppm"}) {
        if (QStandardPaths::findExecutable(QString::fromLatin1(tool)).isEmpty())
            QSKIP("poppler-utils (pdftotext, pdftoppm) is not installed");
    }
    const std::string path = file("run.bnr");
    {
        recording::RecorderOptions small;
        small.flushNanoseconds = nanosecondsPerMillisecond; // many chunks, so that a cut leaves some
        auto recorder = recording::Recorder::create(path, metadata(), {}, {}, small);
        BNOF_VERIFY_OK(recorder);
        recordAll(*recorder.value());
        BNOF_VERIFY_OK(recorder.value()->finish());
    }
    auto verification = recording::verify(path);
    BNOF_VERIFY_OK(verification);
    m_verification = verification.value();
    std::vector<double> shares;
    const auto result = report::writeReport(path, file("run.pdf"), options(), [&](double share) {
        shares.push_back(share);
        return true;
    });
    BNOF_VERIFY_OK(result);
    QVERIFY(std::is_sorted(shares.begin(), shares.end()));
    QCOMPARE(shares.back(), 1.0);
    m_pdf = m_folder.filePath(QStringLiteral("run.pdf"));
    m_text = pdfText(m_pdf);
    // For looking at by hand.
    if (const QByteArray keep = qgetenv("BNOF_TEST_KEEP"); !keep.isEmpty())
        QFile::copy(m_pdf, QString::fromLocal8Bit(keep));
}

void ReportTest::textHoldsWhatIdentifiesTheRecording()
{
    const std::vector<std::string> expected{"Ethanol and acetone, bench nose A",
                                            "M. Okonkwo",
                                            "Syringe puffs at 10 s and 30 s.",
                                            "SIMULATED DATA",
                                            "2026-03-05 14:02:11.250 UTC",
                                            "2026-03-05 15:02:11.250 CET (UTC+01:00)",
                                            "0b9d5c52-6b5e-4a67-9e0b-6f0e7a7f2c11",
                                            "USB2.0-Serial (1a86:7523)",
                                            "serial:/dev/ttyUSB0?baud=115200&decoder=csv",
                                            "mushroom-body test",
                                            std::string(64, 'a'),
                                            "vector (AVX2)",
                                            "version " BNOF_VERSION,
                                            m_verification.sha256,
                                            m_verification.spikesHash,
                                            m_verification.decisionsHash,
                                            "every checksum is right",
                                            "Checked against the logbook.",
                                            "Operator, date",
                                            "Page 1 of "};
    for (const std::string& text : expected)
        QVERIFY2(m_text.contains(QString::fromStdString(text)), text.c_str());
}

void ReportTest::countersAndGaps()
{
    for (const char* text :
         {"Frames recorded 1,120", "Frames dropped 23", "Frames not recognised 0", "Skipped lines 1",
          "17 bytes that could not be understood", "source 1: “bench A, spring”, version 3", "by E. Nose",
          "The calibration of source 1 was expired.", "Frames were lost before they could be recorded: 23.", "Gaps 1",
          "4.00 s without data", "the device was unplugged"})
        QVERIFY2(m_text.contains(QString::fromUtf8(text)), text);
}

void ReportTest::marksAndDecisions()
{
    QVERIFY(m_text.contains(QStringLiteral("1 10.000 15:02:21.250 ethanol in")));
    QVERIFY(m_text.contains(QStringLiteral("2 30.000 15:02:41.250 acetone in")));
    // 280 decisions: 50 ethanol, 40 acetone, 10 unknown, the rest clean air.
    QVERIFY(m_text.contains(QStringLiteral("clean air (background) 180 64.3 %")));
    QVERIFY(m_text.contains(QStringLiteral("ethanol 50 17.9 % 1 10.000")));
    QVERIFY(m_text.contains(QStringLiteral("acetone 40 14.3 % 1 30.000")));
    QVERIFY(m_text.contains(QStringLiteral("unknown 10 3.6 % 1 46.000 80.0 %")));
}

void ReportTest::everyFigureNamesItsOrigin()
{
    static const QRegularExpression figures(QStringLiteral("Figure \\d+\\."));
    const auto count = m_text.count(figures);
    QVERIFY(count >= 4);
    static const QRegularExpression origin(
        QStringLiteral("Recording0b9d5c52-6b5e-4a67-9e0b-6f0e7a7f2c11,2026-03-0514:02:11\\.250UTC"
                       "to2026-03-0514:03:11\\.200UTC"));
    QString joined = m_text; // a caption may break within the identity
    joined.remove(QLatin1Char(' '));
    QCOMPARE(joined.count(origin), count);
}

void ReportTest::pagesAreDrawn()
{
    const QString prefix = m_folder.filePath(QStringLiteral("page"));
    const Tool tool = runTool(QStringLiteral("pdftoppm"),
                              {QStringLiteral("-r"), QStringLiteral("50"), QStringLiteral("-png"), m_pdf, prefix});
    QCOMPARE(tool.exitCode, 0);
    const QStringList pages = QDir(m_folder.path()).entryList({QStringLiteral("page-*.png")}, QDir::Files, QDir::Name);
    QVERIFY(pages.size() >= 3);
    for (const QString& page : pages) {
        const QImage image(m_folder.filePath(page));
        QVERIFY(!image.isNull());
        QVERIFY2(std::abs(image.width() - 413) <= 1 && std::abs(image.height() - 585) <= 1, "A4 at 50 dpi");
        QVERIFY2(ink(image) > 0.003, qPrintable(page + QStringLiteral(" is blank")));
    }
    // The trace figure: ink in the plot of every lane, and colour.
    const QImage traces(m_folder.filePath(pages[2]));
    for (int lane = 0; lane < 8; ++lane) {
        const QImage strip = traces.copy(120, 70 + lane * 40, 220, 40);
        QVERIFY2(ink(strip) > 0.01, qPrintable(QStringLiteral("lane %1 is blank").arg(lane)));
    }
    bool coloured = false;
    for (int y = 60; y < 400 && !coloured; ++y) {
        for (int x = 120; x < 340 && !coloured; ++x)
            coloured = traces.pixelColor(x, y).saturation() > 80;
    }
    QVERIFY(coloured);
}

void ReportTest::sameRecordingGivesTheSameBytes()
{
    QTest::qWait(1100); // a clock in the file would show in its seconds
    BNOF_VERIFY_OK(report::writeReport(file("run.bnr"), file("again.pdf"), options()));
    QFile first(m_pdf), second(m_folder.filePath(QStringLiteral("again.pdf")));
    QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
    const QByteArray a = first.readAll();
    QVERIFY(a == second.readAll());
    // Created when the recording ended: 59.95 s after it began.
    QVERIFY(a.contains("/CreationDate (D:20260305140311"));
}

/// This program again, elsewhere: other language, time zone, fonts, resolution, and another name of the file.
void ReportTest::reportDoesNotDependOnTheComputer_data()
{
    QTest::addColumn<QStringList>("environment");
    QTest::newRow("language and time zone") << QStringList{
        QStringLiteral("LANG=de_DE.UTF-8"), QStringLiteral("LC_ALL=de_DE.UTF-8"), QStringLiteral("TZ=Asia/Tokyo")};
    QTest::newRow("no fonts") << QStringList{QStringLiteral("FONTCONFIG_FILE=%1/nofonts.conf")};
    QTest::newRow("resolution") << QStringList{QStringLiteral("QT_SCALE_FACTOR=2"), QStringLiteral("QT_FONT_DPI=192")};
}

void ReportTest::reportDoesNotDependOnTheComputer()
{
    QFETCH(QStringList, environment);
    QFile fonts(m_folder.filePath(QStringLiteral("nofonts.conf")));
    QVERIFY(fonts.open(QIODevice::WriteOnly));
    fonts.write("<?xml version=\"1.0\"?><fontconfig></fontconfig>");
    fonts.close();
    QTemporaryDir elsewhere;
    const QString copy = elsewhere.filePath(QStringLiteral("Kopie von run.bnr"));
    QVERIFY(QFile::copy(QStringLiteral(BNOF_SAMPLE_RECORDING), copy));
    if (!QFile::exists(m_folder.filePath(QStringLiteral("sample.pdf"))))
        BNOF_VERIFY_OK(report::writeReport(BNOF_SAMPLE_RECORDING, file("sample.pdf")));
    QProcess process;
    QProcessEnvironment changed = QProcessEnvironment::systemEnvironment();
    for (const QString& entry : environment) {
        const auto at = entry.indexOf(QLatin1Char('='));
        QString value = entry.mid(at + 1);
        changed.insert(entry.left(at), value.replace(QLatin1String("%1"), m_folder.path()));
    }
    process.setProcessEnvironment(changed);
    const QString pdf = elsewhere.filePath(QStringLiteral("report.pdf"));
    process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--write"), copy, pdf});
    QVERIFY(process.waitForFinished(60000));
    QVERIFY2(process.exitCode() == 0, process.readAll().constData());
    QFile ours(m_folder.filePath(QStringLiteral("sample.pdf"))), theirs(pdf);
    QVERIFY(ours.open(QIODevice::ReadOnly) && theirs.open(QIODevice::ReadOnly));
    QVERIFY(ours.readAll() == theirs.readAll());
}

void ReportTest::replayProvesTheRecording()
{
    BNOF_VERIFY_OK(report::writeReport(BNOF_SAMPLE_RECORDING, file("proof.pdf")));
    const QString text = pdfText(m_folder.filePath(QStringLiteral("proof.pdf")));
    auto verification = recording::verify(BNOF_SAMPLE_RECORDING);
    BNOF_VERIFY_OK(verification);
    for (const std::string& hash : {verification.value().spikesHash, verification.value().decisionsHash})
        QCOMPARE(text.count(QString::fromStdString(hash)), 2); // recorded, and computed again
    auto reader = recording::Reader::open(BNOF_SAMPLE_RECORDING);
    BNOF_VERIFY_OK(reader);
    const auto model = reader.value()->modelBytes();
    for (const std::string& expected :
         {verification.value().sha256, sha256Hex(model), std::string("Match: the whole recording was computed again"),
          std::string("network of the model"), std::string("recognition.back_end auto"), std::string("vector")})
        QVERIFY2(text.contains(QString::fromStdString(expected)), expected.c_str());
    QVERIFY(!text.contains(QStringLiteral("simulated-nose.bnr"))); // a name is no evidence
    report::ReportOptions quick;
    quick.replay = false;
    BNOF_VERIFY_OK(report::writeReport(BNOF_SAMPLE_RECORDING, file("quick.pdf"), quick));
    const QString unproven = pdfText(m_folder.filePath(QStringLiteral("quick.pdf")));
    QVERIFY(unproven.contains(QStringLiteral("The decisions were not proven by a replay")));
    QCOMPARE(unproven.count(QString::fromStdString(verification.value().spikesHash)), 1);
}

void ReportTest::germanReport()
{
    report::ReportOptions german = options();
    german.language = "de";
    BNOF_VERIFY_OK(report::writeReport(file("run.bnr"), file("de.pdf"), german));
    const QString text = pdfText(m_folder.filePath(QStringLiteral("de.pdf")));
    for (const char* expected :
         {"Beweis durch Wiedergabe", "Seite 1 von", "1.120", "--language de --zone Europe/Berlin"})
        QVERIFY2(text.contains(QString::fromUtf8(expected)), expected);
    german.language = "xx";
    QVERIFY(!report::writeReport(file("run.bnr"), file("xx.pdf"), german).ok());
}

void ReportTest::signsThatTheTypefaceLacksAreNamed()
{
    QCOMPARE(report::printed("Zoë, 25 °C, λ ≤ 3 µm"), QString::fromUtf8("Zoë, 25 °C, λ ≤ 3 µm"));
    QCOMPARE(report::printed("\xE4\xBD\xA0 a\x1B"), QString::fromUtf8("‹U+4F60› a‹U+001B›"));
}

void ReportTest::changesAreInTheAuditTrail()
{
    recording::RecordingMetadata plain = metadata();
    {
        auto recorder = recording::Recorder::create(file("trail.bnr"), plain, {}, {});
        BNOF_VERIFY_OK(recorder);
        std::array<double, channelCount> level{};
        PhiloxSequence random(1, 0);
        for (int i = 0; i < 40; ++i)
            recordFrame(*recorder.value(), i / rateHz, level, random);
        BNOF_VERIFY_OK(recorder.value()->finish());
    }
    BNOF_VERIFY_OK(recording::editDescription(file("trail.bnr"), {1, "Another title", "E. Nose", "notes"}));
    BNOF_VERIFY_OK(report::writeReport(file("trail.bnr"), file("trail.pdf"), options()));
    const QString text = pdfText(m_folder.filePath(QStringLiteral("trail.pdf")));
    QVERIFY(text.contains(QStringLiteral("The chain is unbroken: 2 entries")));
    QVERIFY(text.contains(QStringLiteral("description changed")));
    QVERIFY(text.contains(QStringLiteral("Another title")));
}

void ReportTest::worksOffTheGuiThread()
{
    std::atomic<bool> finished = false;
    Result<void> result;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        result = report::writeReport(file("run.bnr"), file("thread.pdf"), options());
        finished = true;
    }));
    thread->start();
    QTRY_VERIFY_WITH_TIMEOUT(finished, 30000);
    thread->wait();
    BNOF_VERIFY_OK(result);
    QFile first(m_pdf), second(m_folder.filePath(QStringLiteral("thread.pdf")));
    QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
    QVERIFY(first.readAll() == second.readAll());
}

void ReportTest::existingFileIsRefused()
{
    QFile existing(m_folder.filePath(QStringLiteral("mine.pdf")));
    QVERIFY(existing.open(QIODevice::WriteOnly));
    existing.write("my own notes");
    existing.close();
    const auto result = report::writeReport(file("run.bnr"), file("mine.pdf"));
    QVERIFY(!result.ok());
    QVERIFY(result.error().kind == ErrorKind::BadInput);
    QVERIFY(QString::fromStdString(result.error().message()).contains(QStringLiteral("already exists")));
    QVERIFY(existing.open(QIODevice::ReadOnly));
    QCOMPARE(existing.readAll(), QByteArray("my own notes"));
}

void ReportTest::missingFolderIsRefused()
{
    const auto result = report::writeReport(file("run.bnr"), file("nowhere/run.pdf"));
    QVERIFY(!result.ok());
    QVERIFY(QString::fromStdString(result.error().message()).contains(QStringLiteral("Choose a folder that exists")));
}

void ReportTest::fullDiskIsReported()
{
    // A small disk of its own, in its own mount namespace; the report is written by this program run again there.
    const QString script =
        QStringLiteral("mount -t tmpfs -o size=64k none \"$1\" && cp \"$2\" \"$1/full.pdf.probe\" ; "
                       "\"$3\" --write \"$4\" \"$1/full.pdf\"; status=$?; ls -A \"$1\"; exit $status");
    QVERIFY(QDir(m_folder.path()).mkpath(QStringLiteral("small")));
    const QString small = m_folder.filePath(QStringLiteral("small"));
    QFile probe(m_folder.filePath(QStringLiteral("probe")));
    QVERIFY(probe.open(QIODevice::WriteOnly));
    probe.write(QByteArray(60 * 1024, 'x'));
    probe.close();
    if (runTool(QStringLiteral("unshare"), {QStringLiteral("-Urm"), QStringLiteral("true")}).exitCode != 0)
        QSKIP("unshare -Urm (own mounts without root) does not work here");
    const Tool tool = runTool(QStringLiteral("unshare"),
                              {QStringLiteral("-Urm"), QStringLiteral("sh"), QStringLiteral("-c"), script,
                               QStringLiteral("sh"), small, probe.fileName(), QCoreApplication::applicationFilePath(),
                               m_folder.filePath(QStringLiteral("run.bnr"))});
    QCOMPARE(tool.exitCode, 3);
    QVERIFY2(tool.output.contains("Free some space on this disk"), tool.output.constData());
    QVERIFY2(tool.output.trimmed().endsWith("full.pdf.probe"), tool.output.constData()); // and nothing else
    QVERIFY(!tool.output.contains("part-"));
}

void ReportTest::cancelLeavesNothing()
{
    const QStringList before = QDir(m_folder.path()).entryList(QDir::Files);
    for (const double limit : {0.0, 0.2, 0.85}) {
        const auto result = report::writeReport(file("run.bnr"), file("cancelled.pdf"), options(),
                                                [&](double share) { return share < limit; });
        QVERIFY(!result.ok());
        QVERIFY(result.error().kind == ErrorKind::Cancelled);
    }
    QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files), before);
}

void ReportTest::truncatedRecordingIsReportedWithItsFinding()
{
    QFile whole(m_folder.filePath(QStringLiteral("run.bnr")));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    QFile cut(m_folder.filePath(QStringLiteral("cut.bnr")));
    QVERIFY(cut.open(QIODevice::WriteOnly));
    cut.write(whole.read(whole.size() * 6 / 10));
    cut.close();
    auto verification = recording::verify(file("cut.bnr"));
    BNOF_VERIFY_OK(verification);
    QVERIFY(!verification.value().health.findings.empty());
    BNOF_VERIFY_OK(report::writeReport(file("cut.bnr"), file("cut.pdf"), options()));
    const QString text = pdfText(m_folder.filePath(QStringLiteral("cut.pdf")));
    QVERIFY(text.contains(QStringLiteral("INCOMPLETE RECORDING")));
    QVERIFY(text.contains(QStringLiteral("M. Okonkwo")));
    QVERIFY(text.contains(QStringLiteral("ethanol in")));
    for (const std::string& finding : verification.value().health.findings) {
        // Long sentences wrap: their beginning is enough.
        const QString begin = QString::fromStdString(finding).left(50).simplified();
        QVERIFY2(text.contains(begin), qPrintable(begin));
    }
}

void ReportTest::recordingWithoutRecogniser()
{
    recording::RecordingMetadata plain = metadata();
    plain.modelName.clear();
    plain.modelDigest.clear();
    plain.recogniserKind.clear();
    plain.layers.clear();
    plain.gases.clear();
    plain.background = -1;
    plain.title.clear();
    plain.sources[0].simulated = false;
    {
        auto recorder = recording::Recorder::create(file("plain.bnr"), plain, {}, {});
        BNOF_VERIFY_OK(recorder);
        PhiloxSequence random(1, 0);
        std::array<double, channelCount> level{};
        for (int i = 0; i < 40; ++i)
            recordFrame(*recorder.value(), i / rateHz, level, random);
        BNOF_VERIFY_OK(recorder.value()->finish());
    }
    BNOF_VERIFY_OK(report::writeReport(file("plain.bnr"), file("plain.pdf"), options()));
    const QString text = pdfText(m_folder.filePath(QStringLiteral("plain.pdf")));
    QVERIFY(text.contains(QStringLiteral("No recogniser was running")));
    QVERIFY(text.contains(QStringLiteral("No marks were set")));
    QVERIFY(!text.contains(QStringLiteral("SIMULATED")));
    QVERIFY(text.contains(QStringLiteral("MOX-16")));
}

void ReportTest::unknownTimeZoneIsRefused()
{
    report::ReportOptions wrong;
    wrong.timeZone = "Middle/Earth";
    const auto result = report::writeReport(file("run.bnr"), file("zone.pdf"), wrong);
    QVERIFY(!result.ok());
    QVERIFY(result.error().message().find("Middle/Earth") != std::string::npos);
}

void ReportTest::datesAreReplaced()
{
    // However long the zone is, the result is the same, and the table says where the second object begins.
    QByteArray first;
    for (const char* zone : {"+05'30'", "Z", ""}) {
        QByteArray pdf = QByteArray("1 0 obj\n/CreationDate (D:20991231235959") + zone +
                         ")\nendobj\n<xmp:CreateDate>2099-12-31T23:59:59+05:30</xmp:CreateDate>\n"
                         "uuid:01234567-89ab-cdef-0123-456789abcdef\n";
        const QByteArray second = QByteArray::number(pdf.size()).rightJustified(10, '0');
        pdf += "2 0 obj\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000000 00000 n \n" + second + " 00000 n \n";
        const auto table = pdf.indexOf("xref\n");
        pdf += "trailer\nstartxref\n" + QByteArray::number(table) + " \n%%EOF\n";
        report::makeReproducible(pdf, wallAtZero, "identity");
        QVERIFY(pdf.contains("/CreationDate (D:20260305140211Z)"));
        QVERIFY(pdf.contains("<xmp:CreateDate>2026-03-05T14:02:11+00:00</xmp:CreateDate>"));
        QVERIFY(!pdf.contains("uuid:01234567"));
        QVERIFY(pdf.contains(QByteArray::number(pdf.indexOf("2 0 obj")).rightJustified(10, '0') + " 00000 n"));
        QVERIFY(pdf.contains("startxref\n" + QByteArray::number(pdf.indexOf("xref\n"))));
        if (first.isEmpty())
            first = pdf;
        QCOMPARE(pdf, first);
    }
}

void ReportTest::timesForPeople_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<double>("longest");
    QTest::addColumn<QString>("axis");
    QTest::addColumn<QString>("duration");
    QTest::newRow("milliseconds") << 0.25 << 0.5 << "0.25"
                                  << "0.25 s";
    QTest::newRow("seconds") << 59.0 << 60.0 << "59.00"
                             << "59.0 s";
    QTest::newRow("minutes") << 187.0 << 600.0 << "3:07"
                             << "3:07 min";
    QTest::newRow("hours") << 3729.0 << 90000.0 << "1:02:09"
                           << "1:02:09 h";
    QTest::newRow("days") << 90061.0 << 180000.0 << "25:01:01"
                          << "25:01:01 h";
}

void ReportTest::timesForPeople()
{
    QFETCH(double, seconds);
    QFETCH(double, longest);
    QTEST(report::axisTimeText(seconds, 0.05, longest), "axis");
    QTEST(report::durationText(fromSeconds(seconds)), "duration");
}

/// `--write RECORDING PDF` writes one report and prints the error: for the disk that is full.
int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    if (argc == 4 && QByteArray(argv[1]) == "--write") {
        const auto result = report::writeReport(argv[2], argv[3]);
        if (!result.ok())
            std::puts(result.error().message().c_str());
        return result.ok() ? 0 : 3;
    }
    ReportTest tests;
    return QTest::qExec(&tests, argc, argv);
}

#include "tst_report.moc"
