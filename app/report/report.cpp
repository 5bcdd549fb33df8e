// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/report.h"

#include <QBuffer>
#include <QFileInfo>
#include <QHashFunctions>
#include <QPdfWriter>

#include <mutex>

#include "app/report/composer.h"
#include "app/report/pdf_bytes.h"
#include "engine/base/build_config.h"
#include "engine/recording/new_file.h"

namespace bnof::report {
namespace {

/// Qt's PDF writer numbers the typefaces in the order of a hash table, whose seed is random in every process. As long
/// as this lives, new tables have a fixed one; one at a time.
class FixedOrder {
public:
    FixedOrder() : m_lock(mutex()) { QHashSeed::setDeterministicGlobalSeed(); }
    ~FixedOrder() { QHashSeed::resetRandomGlobalSeed(); }
    FixedOrder(const FixedOrder&) = delete;
    FixedOrder& operator=(const FixedOrder&) = delete;

private:
    static std::mutex& mutex()
    {
        static std::mutex one;
        return one;
    }
    const std::scoped_lock<std::mutex> m_lock;
};

struct Drawn {
    QByteArray bytes;
    int pages = 0;
    bool failed = false;
};

Drawn draw(const ReportContents& contents, const Evidence& evidence, const ReportOptions& options,
           const QTimeZone& zone, const SummaryCharts& charts, int pageCount)
{
    const FixedOrder order;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    Drawn drawn;
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(unitsPerInch);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(contents.metadata.title.empty()
                            ? ReportText::tr("Recording %1").arg(printed(contents.metadata.uuid))
                            : printed(contents.metadata.title));
        writer.setCreator(QStringLiteral("BioNeuro Olfactory Fusion %1").arg(QStringLiteral(BNOF_VERSION)));
        Sheet sheet(writer, ReportText::tr("Recording %1").arg(printed(contents.metadata.uuid)), pageCount);
        Composer(sheet, contents, evidence, options, zone, charts).compose();
        drawn.pages = sheet.pages();
        drawn.failed = sheet.failed();
    }
    drawn.bytes = buffer.data();
    return drawn;
}

} // namespace

Result<void> writeReport(const std::string& recordingPath, const std::string& pdfPath, const ReportOptions& chosen,
                         const recording::Progress& progress)
{
    const QFileInfo target(QString::fromStdString(pdfPath));
    if (target.exists() || target.isSymLink())
        return makeError(ErrorKind::BadInput, "this file already exists and is not overwritten", pdfPath,
                         "Choose another name or move the old file away.");
    ReportOptions options = chosen;
    if (options.timeZone.empty())
        options.timeZone = "UTC";
    const QTimeZone zone(QByteArray::fromStdString(options.timeZone));
    if (!zone.isValid())
        return makeError(ErrorKind::Usage, "unknown time zone \"" + options.timeZone + "\"", "time zone",
                         "Use a name like Europe/Berlin or UTC.");
    BNOF_TRY_ASSIGN(const auto language, ReportLanguage::load(options.language));
    const ReportText::Scope scope(language.get());
    const auto part = [&progress](double from, double to) {
        return [&progress, from, to](double share) { return !progress || progress(from + (to - from) * share); };
    };
    BNOF_TRY_ASSIGN(const ReportContents contents, assembleContents(recordingPath, part(0, 0.4)));
    BNOF_TRY_ASSIGN(const Evidence evidence, gatherEvidence(recordingPath, options.replay, part(0.4, 0.85)));
    BNOF_TRY_ASSIGN(const SummaryCharts charts, drawSummaryCharts(contents, millimetres(84), millimetres(58)));

    const int pages = draw(contents, evidence, options, zone, charts, 0).pages;
    if (progress && !progress(0.9))
        return makeError(ErrorKind::Cancelled, "the report was cancelled", recordingPath);
    Drawn drawn = draw(contents, evidence, options, zone, charts, pages);
    if (drawn.failed || drawn.bytes.isEmpty())
        return makeError(ErrorKind::Internal, "the pages of the report could not be drawn", pdfPath,
                         "Free some memory and try again.");
    makeReproducible(drawn.bytes, contents.metadata.wallAtZero + contents.end, contents.verification.sha256);
    BNOF_TRY_ASSIGN(const auto file, recording::NewFile::create(pdfPath));
    BNOF_TRY(file->write({drawn.bytes.constData(), static_cast<std::size_t>(drawn.bytes.size())}));
    BNOF_TRY(file->publish());
    file->keep();
    if (progress)
        progress(1);
    return {};
}

} // namespace bnof::report
