// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/recording_details.h"

#include <QFileInfo>
#include <QLocale>
#include <QTextDocument>
#include <QTextOption>

#include "app/studio/recordings/recordings_model.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QString count(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

} // namespace

RecordingDetails::RecordingDetails(Services& services, QWidget* parent) : QTextBrowser(parent), m_services(services)
{
    setObjectName(QStringLiteral("recordingDetails"));
    setAccessibleName(tr("Details of the recording"));
    setFrameShape(QFrame::NoFrame);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere); // paths are long words
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabChangesFocus(true);
    document()->setDocumentMargin(Theme::space(3));
    viewport()->setAutoFillBackground(false);
    showNothing();
}

void RecordingDetails::showNothing()
{
    ++m_request;
    m_entry = {};
    setHtml(QStringLiteral("<p>%1</p>").arg(tr("Choose a recording to see what it holds.").toHtmlEscaped()));
}

void RecordingDetails::setRows(const QString& title, const QList<std::pair<QString, QString>>& rows)
{
    const QString muted = Theme::current().textMuted.name();
    QString html = QStringLiteral("<p style=\"font-size:18px;font-weight:600\">%1</p><table cellspacing=\"0\" "
                                  "cellpadding=\"3\">")
                       .arg(title.toHtmlEscaped());
    for (const auto& [name, value] : rows) {
        if (!value.isEmpty())
            html += QStringLiteral("<tr><td style=\"color:%1\">%2&nbsp;&nbsp;</td><td>%3</td></tr>")
                        .arg(muted, name.toHtmlEscaped(),
                             value.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    }
    setHtml(html + QStringLiteral("</table>"));
}

void RecordingDetails::showEntry(const recording::CatalogueEntry& entry)
{
    if (entry.id != 0 && entry == m_entry)
        return; // the file is read once for each time that its line changed
    m_entry = entry;
    const QString path = toQString(entry.path);
    const QString title = entry.title.empty() ? QFileInfo(path).completeBaseName() : toQString(entry.title);
    setRows(title, {{tr("Started"), Format::dateTime(entry.startedUtc)},
                    {tr("Duration"), Format::duration(toSeconds(entry.duration))},
                    {tr("Operator"), toQString(entry.operatorName)},
                    {tr("Notes"), toQString(entry.notes)},
                    {tr("Device"), toQString(entry.device)},
                    {tr("Model"), toQString(entry.modelName)},
                    {tr("Gases"), toQString(entry.gases)},
                    {tr("Marks"), toQString(entry.marks)},
                    {tr("State"), RecordingsModel::stateText(entry)},
                    {tr("Finding"), toQString(entry.finding)},
                    {tr("Checked"), checkedText()},
                    {entry.missing ? tr("Last seen at") : tr("File"), placesText()}});
    inBackground(
        *m_services.executor, this, "studio.recording-details",
        [path = entry.path]() -> Result<FileFacts> {
            BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
            return FileFacts{reader->metadata(), reader->summary(), reader->health()};
        },
        [this, request = ++m_request](const Result<FileFacts>& facts) {
            if (request == m_request && facts.ok())
                showFile(facts.value());
        });
}

QString RecordingDetails::checkedText() const
{
    if (!m_entry.isVerified())
        return m_entry.missing ? QString() : tr("not since it was last changed");
    return tr("%1, SHA-256 %2").arg(Format::dateTime(m_entry.verifiedUtc), toQString(m_entry.sha256));
}

QString RecordingDetails::placesText() const
{
    QString text = toQString(m_entry.path);
    if (m_entry.copy)
        text += QLatin1Char('\n') + tr("This is a copy: the same recording is listed at another place too.");
    if (!m_entry.earlierPaths.empty())
        text += QLatin1Char('\n') + tr("Before: %1").arg(toQString(m_entry.earlierPaths.back()));
    return text;
}

void RecordingDetails::showFile(const FileFacts& facts)
{
    const auto& metadata = facts.metadata;
    const auto& summary = facts.summary;
    const auto& health = facts.health;
    const QString path = toQString(m_entry.path);
    QStringList sources;
    for (const auto& source : metadata.sources)
        sources << tr("%1, %n channel(s)", nullptr, static_cast<int>(source.channels.size()))
                           .arg(toQString(source.device.empty() ? source.uri : source.device)) +
                       (source.simulated ? tr(", simulated") : QString());
    QStringList marks;
    for (const auto& label : summary.markLabels)
        marks << toQString(label);
    QStringList findings;
    for (const auto& finding : health.findings)
        findings << toQString(finding);
    QString model = toQString(metadata.modelName);
    if (!model.isEmpty())
        model += tr(" (%1, %2)").arg(toQString(metadata.recogniserKind), toQString(metadata.modelDigest).left(12));
    QStringList lost;
    if (summary.gaps > 0)
        lost << tr("%n gap(s)", nullptr, static_cast<int>(summary.gaps));
    if (summary.droppedFrames > 0)
        lost << tr("%n frame(s) lost", nullptr, static_cast<int>(summary.droppedFrames));
    if (summary.notRecognisedFrames > 0)
        lost << tr("%n frame(s) not recognised", nullptr, static_cast<int>(summary.notRecognisedFrames));
    if (summary.badLines > 0)
        lost << tr("%n place(s) with unreadable bytes", nullptr, static_cast<int>(summary.badLines));
    if (health.lostBytes > 0)
        lost << tr("%1 of the file unreadable").arg(Format::bytes(static_cast<double>(health.lostBytes)));
    const QString healthText = !health.complete ? tr("cut off; Repair completes the file")
                               : health.damagedChunks > 0
                                   ? tr("damaged: %n part(s) skipped", nullptr, static_cast<int>(health.damagedChunks))
                                   : tr("closed properly");
    setRows(metadata.title.empty() ? QFileInfo(path).completeBaseName() : toQString(metadata.title),
            {{tr("Started"), Format::dateTime(metadata.wallAtZero + metadata.start)},
             {tr("Duration"), Format::duration(toSeconds(summary.lastTime - summary.firstTime))},
             {tr("Operator"), toQString(metadata.operatorName)},
             {tr("Notes"), toQString(metadata.notes)},
             {tr("Device"), sources.join(QLatin1Char('\n'))},
             {tr("Model"), model},
             {tr("Back end"), toQString(metadata.backEnd)},
             {tr("Gases"), toQString(m_entry.gases)},
             {tr("Marks"), marks.join(QStringLiteral(", "))},
             {tr("Content"), tr("%1 frames, %2 spikes, %3 decisions")
                                 .arg(count(summary.frames), count(summary.spikes), count(summary.decisions))},
             {tr("Losses"), lost.isEmpty() ? tr("none") : lost.join(QStringLiteral(", "))},
             {tr("Health"),
              healthText +
                  (findings.isEmpty() ? QString() : QLatin1Char('\n') + findings.mid(0, 8).join(QLatin1Char('\n')))},
             {tr("Checked"), checkedText()},
             {tr("Size"), Format::bytes(static_cast<double>(m_entry.bytes))},
             {tr("Software"), toQString(metadata.softwareVersion)},
             {tr("File"), placesText()}});
}

} // namespace bnof::studio
