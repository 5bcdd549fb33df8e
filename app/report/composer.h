// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimeZone>

#include "app/report/charts.h"
#include "app/report/contents.h"
#include "app/report/evidence.h"
#include "app/report/report.h"
#include "app/report/sheet.h"
#include "app/report/text.h"

namespace bnof::report {

/// A text that may be empty.
[[nodiscard]] QString orNone(const std::string& value);

/// Puts the contents and the evidence on a sheet; run twice, first to count the pages.
class Composer {
public:
    Composer(Sheet& sheet, const ReportContents& contents, const Evidence& evidence, const ReportOptions& options,
             const QTimeZone& zone, const SummaryCharts& charts)
        : m_sheet(sheet), m_contents(contents), m_evidence(evidence), m_options(options), m_zone(zone), m_charts(charts)
    {}

    void compose();

private:
    void head();
    void recording();
    void devices();
    void recogniser();
    void warnings();
    void inputs();
    void versions();
    void proof();
    void auditTrail();
    void configuration();
    [[nodiscard]] QStringList warningTexts() const;
    [[nodiscard]] QString calibrationText() const;
    [[nodiscard]] bool isExpired(const CalibrationEvidence& calibration) const;
    void losses();
    void traces();
    void channelTable(const SourceContents& source);
    void activity();
    void decisionTable();
    void summaryCharts();
    void marks();
    void interruptions();
    void health();
    void closing();

    [[nodiscard]] std::int64_t wall(Timestamp t) const { return m_contents.metadata.wallAtZero + t; }
    /// Time since the recording began.
    [[nodiscard]] QString recordingTime(Timestamp t) const
    {
        return ReportText::locale().toString(toSeconds(t - m_contents.begin), 'f', 3);
    }
    /// What every figure says about where it came from.
    [[nodiscard]] QString provenance() const;

    Sheet& m_sheet;
    const ReportContents& m_contents;
    const Evidence& m_evidence;
    const ReportOptions& m_options;
    const QTimeZone& m_zone;
    const SummaryCharts& m_charts;
};

} // namespace bnof::report
