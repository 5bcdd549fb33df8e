// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/composer.h"

#include <algorithm>

#include "app/report/figures.h"

namespace bnof::report {
namespace {

/// Play a picture unit by unit: Qt would enlarge it by the resolutions of page and screen.
void play(QPainter& painter, const QPointF& at, const QPicture& picture)
{
    painter.save();
    painter.translate(at);
    const double scale = static_cast<double>(picture.logicalDpiX()) / unitsPerInch;
    painter.scale(scale, scale);
    painter.drawPicture(0, 0, picture);
    painter.restore();
}

} // namespace

QString orNone(const std::string& value)
{
    return value.empty() ? ReportText::tr("not stated") : printed(value);
}

QString Composer::provenance() const
{
    return ReportText::tr("Recording %1, %2 to %3.")
        .arg(printed(m_contents.metadata.uuid), utcText(wall(m_contents.begin)), utcText(wall(m_contents.end)));
}

void Composer::compose()
{
    head();
    recording();
    warnings();
    devices();
    recogniser();
    inputs();
    versions();
    proof();
    losses();
    traces();
    activity();
    decisionTable();
    summaryCharts();
    marks();
    interruptions();
    health();
    auditTrail();
    configuration();
    closing();
}

void Composer::head()
{
    const recording::RecordingMetadata& metadata = m_contents.metadata;
    m_sheet.title(metadata.title.empty() ? ReportText::tr("Recording report") : printed(metadata.title),
                  ReportText::tr("Recording report · BioNeuro Olfactory Fusion · %1").arg(printed(metadata.uuid)));
    if (m_contents.simulated())
        m_sheet.banner(ReportText::tr("SIMULATED DATA. This recording comes from a simulated device; it says nothing "
                                      "about any real gas or sensor."),
                       false);
    const recording::Health& found = m_contents.verification.health;
    if (!m_contents.verification.intact || !found.complete)
        m_sheet.banner(found.complete ? ReportText::tr("DAMAGED RECORDING. Parts of the file could not be used; see "
                                                       "“Condition of the file”.")
                                      : ReportText::tr("INCOMPLETE RECORDING. The file was not closed properly or was "
                                                       "cut off; see “Condition of the file”."),
                       true);
}

void Composer::recording()
{
    const recording::RecordingMetadata& metadata = m_contents.metadata;
    m_sheet.heading(ReportText::tr("Recording"));
    std::vector<Sheet::Entry> entries{
        {ReportText::tr("Title"), orNone(metadata.title)},
        {ReportText::tr("Operator"), orNone(metadata.operatorName)},
        {ReportText::tr("Began"),
         utcText(wall(m_contents.begin)) + QLatin1Char('\n') + localText(wall(m_contents.begin), m_zone)},
        {ReportText::tr("Ended"),
         utcText(wall(m_contents.end)) + QLatin1Char('\n') + localText(wall(m_contents.end), m_zone)},
        {ReportText::tr("Duration"), durationText(m_contents.end - m_contents.begin)},
    };
    if (!metadata.notes.empty())
        entries.push_back({ReportText::tr("Notes"), printed(metadata.notes)});
    m_sheet.entries(entries);
}

void Composer::devices()
{
    m_sheet.heading(ReportText::tr("Devices"));
    std::vector<Sheet::Entry> entries;
    for (std::size_t i = 0; i < m_contents.sources.size(); ++i) {
        const SourceContents& source = m_contents.sources[i];
        QStringList names;
        for (const ChannelContents& channel : source.channels)
            names << printed(channel.info.name);
        const bool recognised = i == m_contents.metadata.recognisedSource && !m_contents.metadata.modelName.empty();
        QString value = orNone(source.description.device);
        if (source.description.simulated)
            value += ReportText::tr(" (simulated)");
        value += QLatin1Char('\n') + printed(source.description.uri);
        value += QLatin1Char('\n') +
                 ReportText::tr("Channels (%1): %2").arg(names.size()).arg(names.join(QStringLiteral(", ")));
        value += QLatin1Char('\n') +
                 ReportText::tr("%1 frames, %2 Hz on average")
                     .arg(countText(source.frames),
                          valueText(static_cast<double>(source.frames) / toSeconds(m_contents.end - m_contents.begin)));
        entries.push_back(
            {recognised ? ReportText::tr("Source %1 (recognised)").arg(i + 1) : ReportText::tr("Source %1").arg(i + 1),
             value});
    }
    m_sheet.entries(entries);
}

void Composer::recogniser()
{
    const recording::RecordingMetadata& metadata = m_contents.metadata;
    m_sheet.heading(ReportText::tr("Recogniser"));
    if (metadata.modelName.empty() && metadata.gases.empty()) {
        m_sheet.paragraph(ReportText::tr("No recogniser was running during this recording."));
        return;
    }
    QStringList gases, layers;
    for (const std::string& gas : metadata.gases)
        gases << printed(gas);
    for (const LayerInfo& layer : metadata.layers)
        layers << ReportText::tr("%1 (%2)").arg(layerText(layer.name), countText(layer.size));
    std::vector<Sheet::Entry> entries{
        {ReportText::tr("Model"), orNone(metadata.modelName)},
        {ReportText::tr("Kind"),
         metadata.recogniserKind == "spiking"
             ? ReportText::tr("spiking network, tick %1 ms").arg(ReportText::locale().toString(metadata.tickMs))
             : orNone(metadata.recogniserKind)},
        {ReportText::tr("Back end"), orNone(metadata.backEnd)},
        {ReportText::tr("Gases"), gases.join(QStringLiteral(", "))},
    };
    if (!layers.isEmpty())
        entries.push_back({ReportText::tr("Layers (neurons)"), layers.join(QStringLiteral(", "))});
    m_sheet.entries(entries);
}

void Composer::losses()
{
    const recording::Summary& summary = m_contents.verification.summary;
    m_sheet.heading(ReportText::tr("Counts and losses"));
    std::vector<QStringList> rows{
        {ReportText::tr("Frames recorded"), countText(summary.frames), {}},
        {ReportText::tr("Frames dropped"), countText(summary.droppedFrames),
         ReportText::tr("lost before they could be recorded")},
        {ReportText::tr("Frames not recognised"), countText(summary.notRecognisedFrames),
         ReportText::tr("recorded but not shown to the recogniser")},
        {ReportText::tr("Skipped lines"), countText(m_contents.skippedLines),
         ReportText::tr("%1 bytes that could not be understood").arg(countText(m_contents.skippedBytes))},
        {ReportText::tr("Gaps"), countText(m_contents.gaps.total),
         ReportText::tr("%1 without data").arg(durationText(m_contents.gapTime))},
        {ReportText::tr("Recogniser resets"), countText(m_contents.resets), {}},
        {ReportText::tr("Spikes"), countText(summary.spikes), {}},
        {ReportText::tr("Decisions"), countText(summary.decisions), {}},
        {ReportText::tr("Marks"), countText(m_contents.marks.total), {}},
    };
    m_sheet.table(
        {{ReportText::tr("Counter"), 3}, {ReportText::tr("Count"), 1.6, true}, {ReportText::tr("Meaning"), 5}}, rows);
}

void Composer::traces()
{
    m_sheet.newPage();
    m_sheet.heading(ReportText::tr("Sensor traces"));
    for (std::size_t s = 0; s < m_contents.sources.size(); ++s) {
        const SourceContents& source = m_contents.sources[s];
        if (source.frames == 0) {
            m_sheet.paragraph(ReportText::tr("Source %1 delivered no frames.").arg(s + 1));
            continue;
        }
        const std::size_t parts = (source.channels.size() + channelsPerFigure - 1) / channelsPerFigure;
        for (std::size_t part = 0; part < parts; ++part) {
            const std::size_t first = part * source.channels.size() / parts;
            const std::size_t count = (part + 1) * source.channels.size() / parts - first;
            const QString caption =
                ReportText::tr("Channels %1 to %2 of source %3 (%4): minimum and maximum of every time column, each "
                               "lane on its own scale (highest and lowest value at the right). Dashed, numbered lines "
                               "are marks; hatched areas are gaps.")
                    .arg(first + 1)
                    .arg(first + count)
                    .arg(s + 1)
                    .arg(orNone(source.description.device));
            m_sheet.figure(
                traceFigureHeight(count), caption + QLatin1Char(' ') + provenance(),
                [&](QPainter& painter, const QRectF& area) { drawTraces(painter, area, m_contents, s, first, count); });
        }
        channelTable(source);
    }
}

void Composer::channelTable(const SourceContents& source)
{
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < source.channels.size(); ++i) {
        const ChannelContents& channel = source.channels[i];
        const bool any = channel.samples > 0;
        rows.push_back({QString::number(i + 1), printed(channel.info.name), printed(channel.info.quantity),
                        printed(channel.info.unit), printed(channel.info.gas),
                        any ? valueText(channel.lowest) : QString(),
                        any ? valueText(channel.sum / static_cast<double>(channel.samples)) : QString(),
                        any ? valueText(channel.highest) : QString(), countText(channel.missing)});
    }
    m_sheet.heading(ReportText::tr("Channels"));
    m_sheet.table({{ReportText::tr("No."), 0.8, true},
                   {ReportText::tr("Channel"), 2.4},
                   {ReportText::tr("Quantity"), 2.2},
                   {ReportText::tr("Unit"), 1.3},
                   {ReportText::tr("Gas"), 1.6},
                   {ReportText::tr("Lowest"), 1.4, true},
                   {ReportText::tr("Mean"), 1.4, true},
                   {ReportText::tr("Highest"), 1.4, true},
                   {ReportText::tr("Missing"), 1.3, true}},
                  rows);
}

void Composer::activity()
{
    if (!m_contents.layers.empty()) {
        const double height = rasterFigureHeight(m_contents);
        m_sheet.heading(ReportText::tr("Network activity"), height + millimetres(12));
        m_sheet.figure(
            height,
            ReportText::tr("Spike density by layer: the darker, the more spikes per time column and group of "
                           "neurons (square-root scale, each layer on its own); neuron number upwards, mean "
                           "rate per neuron beside the layer's name.") +
                QLatin1Char(' ') + provenance(),
            [&](QPainter& painter, const QRectF& area) { drawRaster(painter, area, m_contents); });
    }
    if (m_contents.gases.empty())
        return;
    const double height = decisionFigureHeight(m_contents);
    m_sheet.heading(ReportText::tr("Decisions over time"), height + millimetres(12));
    m_sheet.figure(height,
                   ReportText::tr("Decided gas over time. A bar's height is the mean confidence, for “unknown” the "
                                  "novelty.") +
                       QLatin1Char(' ') + provenance(),
                   [&](QPainter& painter, const QRectF& area) { drawDecisions(painter, area, m_contents); });
}

void Composer::decisionTable()
{
    if (m_contents.gases.empty())
        return;
    m_sheet.heading(ReportText::tr("Decisions per gas"));
    std::vector<QStringList> rows;
    for (const GasContents& gas : m_contents.gases) {
        const double count = static_cast<double>(std::max<std::uint64_t>(gas.decisions, 1));
        const bool any = gas.decisions > 0;
        QString ppm;
        if (gas.ppmCount > 0)
            ppm = ReportText::tr("%1 (%2 to %3)")
                      .arg(valueText(gas.ppmSum / static_cast<double>(gas.ppmCount)), valueText(gas.ppmLowest),
                           valueText(gas.ppmHighest));
        rows.push_back({gas.background ? ReportText::tr("%1 (background)").arg(gasText(gas.name)) : gasText(gas.name),
                        countText(gas.decisions),
                        shareText(static_cast<double>(gas.decisions) /
                                  static_cast<double>(std::max<std::uint64_t>(m_contents.decisions, 1))),
                        countText(gas.episodes), any ? recordingTime(gas.first) : QString(),
                        any ? shareText(gas.confidence / count) : QString(), ppm});
    }
    m_sheet.table({{ReportText::tr("Gas"), 2.6},
                   {ReportText::tr("Decisions"), 1.3, true},
                   {ReportText::tr("Share"), 1.1, true},
                   {ReportText::tr("Episodes"), 1.2, true},
                   {ReportText::tr("First at (s)"), 1.4, true},
                   {ReportText::tr("Confidence"), 1.4, true},
                   {ReportText::tr("Concentration (ppm)"), 2.8, true}},
                  rows);
    m_sheet.paragraph(ReportText::tr("Confidence is the mean probability of the decided gas, for “unknown” the mean "
                                     "novelty. Concentration is the mean with the lowest and highest estimate. An "
                                     "episode is a run of equal decisions."),
                      7.5);
}

void Composer::summaryCharts()
{
    if (m_contents.decisions == 0)
        return;
    const double height = millimetres(58);
    m_sheet.skip(points(4));
    const QString caption =
        ReportText::tr("Share of decisions per gas, and the time from the arrival of a frame to its "
                       "decision (median %1, 99th percentile %2).")
            .arg(latencyText(m_contents.latencyP50), latencyText(m_contents.latencyP99));
    m_sheet.figure(height, caption + QLatin1Char(' ') + provenance(), [&](QPainter& painter, const QRectF& area) {
        play(painter, area.topLeft(), m_charts.decisionShare);
        play(painter, QPointF(area.center().x() + millimetres(3), area.top()), m_charts.latency);
    });
}

void Composer::marks()
{
    m_sheet.heading(ReportText::tr("Marks"));
    if (m_contents.marks.total == 0) {
        m_sheet.paragraph(ReportText::tr("No marks were set."));
        return;
    }
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < m_contents.marks.items.size(); ++i) {
        const Mark& mark = m_contents.marks.items[i];
        rows.push_back({QString::number(i + 1), recordingTime(mark.t), clockText(wall(mark.t), m_zone),
                        mark.label.empty() ? ReportText::tr("(no label)") : printed(mark.label)});
    }
    m_sheet.table({{ReportText::tr("No."), 0.7, true},
                   {ReportText::tr("Time (s)"), 1.4, true},
                   {ReportText::tr("Local time"), 1.7},
                   {ReportText::tr("Label"), 8}},
                  rows);
    if (m_contents.marks.total > m_contents.marks.items.size())
        m_sheet.paragraph(ReportText::tr("%1 further marks are not listed here; the recording holds them all.")
                              .arg(countText(m_contents.marks.total - m_contents.marks.items.size())));
}

void Composer::interruptions()
{
    if (m_contents.gaps.total == 0 && m_contents.notes.total == 0)
        return;
    m_sheet.heading(ReportText::tr("Gaps and remarks"));
    std::vector<QStringList> rows;
    for (const StreamEvent& gap : m_contents.gaps.items)
        rows.push_back(
            {recordingTime(gap.t), clockText(wall(gap.t), m_zone), ReportText::tr("Gap"),
             gap.text.empty()
                 ? ReportText::tr("no data for %1").arg(durationText(gap.t2 - gap.t))
                 : ReportText::tr("no data for %1: %2").arg(durationText(gap.t2 - gap.t), printed(gap.text))});
    for (const StreamEvent& note : m_contents.notes.items) {
        const QString kind = note.kind == StreamEvent::Kind::RecogniserReset  ? ReportText::tr("Recogniser reset")
                             : note.kind == StreamEvent::Kind::BackEndChanged ? ReportText::tr("Back end")
                             : note.kind == StreamEvent::Kind::ChannelFault   ? ReportText::tr("Channel fault")
                                                                              : ReportText::tr("Remark");
        rows.push_back({recordingTime(note.t), clockText(wall(note.t), m_zone), kind, printed(note.text)});
    }
    m_sheet.table({{ReportText::tr("Time (s)"), 1.4, true},
                   {ReportText::tr("Local time"), 1.7},
                   {ReportText::tr("What"), 2.2},
                   {ReportText::tr("Details"), 6.5}},
                  rows);
    const std::uint64_t more =
        m_contents.gaps.total - m_contents.gaps.items.size() + m_contents.notes.total - m_contents.notes.items.size();
    if (more > 0)
        m_sheet.paragraph(ReportText::tr("%1 further entries are not listed here; the recording holds them all.")
                              .arg(countText(more)));
}

void Composer::health()
{
    const recording::Health& found = m_contents.verification.health;
    m_sheet.heading(ReportText::tr("Condition of the file"));
    if (m_contents.verification.intact && found.complete && found.findings.empty()) {
        m_sheet.paragraph(ReportText::tr("The file is complete: every byte was checked and every checksum is right."));
        return;
    }
    m_sheet.paragraph(found.complete
                          ? ReportText::tr("The file was closed properly.")
                          : ReportText::tr("The file was not closed properly or was cut off. Everything before the "
                                           "break is in this report."));
    if (found.damagedChunks > 0 || found.lostBytes > 0)
        m_sheet.paragraph(ReportText::tr("Damaged chunks: %1. Bytes that could not be used: %2.")
                              .arg(countText(found.damagedChunks), countText(found.lostBytes)));
    constexpr std::size_t shown = 60;
    for (std::size_t i = 0; i < std::min(found.findings.size(), shown); ++i)
        m_sheet.paragraph(QStringLiteral("• ") + printed(found.findings[i]), 8);
    if (found.findings.size() > shown)
        m_sheet.paragraph(
            ReportText::tr("%1 further findings: see `bnof verify`.").arg(countText(found.findings.size() - shown)));
}

} // namespace bnof::report
