// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/report.h"

#include "app/report/composer.h"
#include "app/report/pdf_bytes.h"
#include "app/report/pdf_document.h"

namespace bnof::report {
Result<void> writeReport(const std::string& recordingPath, const std::string& pdfPath, const ReportOptions& chosen,
                         const recording::Progress& progress)
{
    BNOF_TRY(refuseExisting(pdfPath));
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

    const auto& metadata = contents.metadata;
    const QString title = ReportText::tr("Recording %1").arg(printed(metadata.uuid));
    BNOF_TRY_ASSIGN(QByteArray bytes,
                    drawPdf(
                        metadata.title.empty() ? title : printed(metadata.title), title,
                        [&](Sheet& sheet) { Composer(sheet, contents, evidence, options, zone, charts).compose(); },
                        [&] { return !progress || progress(0.9); }));
    makeReproducible(bytes, metadata.wallAtZero + contents.end, contents.verification.sha256);
    BNOF_TRY(publishPdf(bytes, pdfPath));
    if (progress)
        progress(1);
    return {};
}

} // namespace bnof::report
