// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a report that prove: warnings, digests of the inputs, versions and seeds, replay, audit trail.
#include "app/report/composer.h"

#include "app/report/source_digest.h"
#include "engine/base/build_config.h"

namespace bnof::report {
namespace {

QString bytesText(std::uint64_t bytes)
{
    return ReportText::tr("%1 bytes").arg(countText(bytes));
}

/// What was done, in the language of the report; words of a newer program stay as they are.
QString deedText(const std::string& what)
{
    namespace audit = recording::audit;
    if (what == audit::created)
        return ReportText::tr("created");
    if (what == audit::described)
        return ReportText::tr("description changed");
    if (what == audit::repaired)
        return ReportText::tr("repaired");
    if (what == audit::imported)
        return ReportText::tr("imported");
    return printed(what);
}

QString seedText(const SeedEvidence& seed)
{
    switch (seed.of) {
    case SeedEvidence::Of::Training: return ReportText::tr("training of the model: %1").arg(printed(seed.value));
    case SeedEvidence::Of::Network: return ReportText::tr("network of the model: %1").arg(printed(seed.value));
    case SeedEvidence::Of::Source: return ReportText::tr("source %1: %2").arg(printed(seed.name), printed(seed.value));
    case SeedEvidence::Of::Setting: return QStringLiteral("%1: %2").arg(printed(seed.name), printed(seed.value));
    }
    return {};
}

} // namespace

QStringList Composer::warningTexts() const
{
    const recording::Summary& summary = m_contents.verification.summary;
    const recording::RecordingMetadata& metadata = m_contents.metadata;
    QStringList out;
    if (!m_contents.verification.intact)
        out << ReportText::tr("The recording is not intact; see “Condition of the file”.");
    if (!m_evidence.trailCheck.intact)
        out << ReportText::tr("The recording's audit trail was altered; see “Audit trail”.");
    if (summary.droppedFrames > 0)
        out << ReportText::tr("Frames were lost before they could be recorded: %1.")
                   .arg(countText(summary.droppedFrames));
    if (summary.notRecognisedFrames > 0)
        out << ReportText::tr("Frames were recorded but not shown to the recogniser: %1.")
                   .arg(countText(summary.notRecognisedFrames));
    if (m_contents.skippedLines > 0)
        out << ReportText::tr("The device sent bytes that could not be understood: %1.")
                   .arg(bytesText(m_contents.skippedBytes));
    if (m_contents.gaps.total > 0)
        out << ReportText::tr("There are gaps in the data: %1, together %2.")
                   .arg(countText(m_contents.gaps.total), durationText(m_contents.gapTime));
    for (const CalibrationEvidence& calibration : m_evidence.calibrations) {
        if (isExpired(calibration))
            out << ReportText::tr("The calibration of source %1 was expired.").arg(calibration.source);
    }
    if (m_evidence.model && !m_evidence.model->asStated)
        out << ReportText::tr("The model in the recording is not the one that its description names.");
    if (!metadata.gases.empty() && !m_evidence.model)
        out << ReportText::tr("The recording does not hold the model that made its decisions.");
    if (m_evidence.model && m_evidence.model->simulatedTraining && !m_contents.simulated())
        out << ReportText::tr("The model was trained on simulated data.");
    if (m_evidence.replay && (m_evidence.replay->problem || !m_evidence.replay->proof.comparable))
        out << ReportText::tr("The decisions could not be proven by a replay; see “Proof by replay”.");
    else if (m_evidence.replay && !m_evidence.replay->proof.match)
        out << ReportText::tr("A replay gave other spikes or decisions than were recorded; see “Proof by replay”.");
    else if (!m_evidence.replay && !metadata.gases.empty())
        out << ReportText::tr("The decisions were not proven by a replay when this report was made.");
    if (!metadata.softwareVersion.empty() && metadata.softwareVersion != BNOF_VERSION)
        out << ReportText::tr("The recording was made by another version of the program than this report.");
    return out;
}

void Composer::warnings()
{
    m_sheet.heading(ReportText::tr("Warnings"), millimetres(8));
    const QStringList texts = warningTexts();
    if (texts.isEmpty())
        m_sheet.paragraph(ReportText::tr("None: nothing was lost, every checksum is right, and a replay gave the "
                                         "recorded result wherever there was one to compare."));
    for (const QString& text : texts)
        m_sheet.paragraph(QStringLiteral("• ") + text);
}

void Composer::inputs()
{
    m_sheet.heading(ReportText::tr("Inputs"));
    std::vector<QStringList> rows;
    const auto count = m_evidence.files.size();
    for (std::size_t i = 0; i < count; ++i)
        rows.push_back({count == 1 ? ReportText::tr("recording")
                                   : ReportText::tr("recording, file %1 of %2").arg(i + 1).arg(count),
                        countText(m_evidence.files[i].bytes), printed(m_evidence.files[i].sha256)});
    if (count > 1)
        rows.push_back({ReportText::tr("recording, all files in order"), countText(m_contents.fileBytes),
                        printed(m_contents.verification.sha256)});
    if (m_evidence.model)
        rows.push_back({ReportText::tr("model in the recording"), countText(m_evidence.model->bytes),
                        printed(m_evidence.model->sha256)});
    const bool stated = !m_contents.metadata.modelDigest.empty();
    if (stated && (!m_evidence.model || !m_evidence.model->asStated))
        rows.push_back(
            {ReportText::tr("model that the description names"), {}, orNone(m_contents.metadata.modelDigest)});
    for (const CalibrationEvidence& calibration : m_evidence.calibrations)
        rows.push_back(
            {ReportText::tr("calibration of source %1").arg(calibration.source), {}, printed(calibration.sha256)});
    if (m_evidence.stateBytes > 0)
        rows.push_back({ReportText::tr("state of the recogniser at the start"), countText(m_evidence.stateBytes),
                        printed(m_evidence.stateSha256)});
    if (!m_evidence.configurationSha256.empty())
        rows.push_back({ReportText::tr("settings in force"), {}, printed(m_evidence.configurationSha256)});
    m_sheet.table({{ReportText::tr("Input"), 2.4},
                   {ReportText::tr("Bytes"), 1.0, true},
                   {ReportText::tr("SHA-256"), 5.4, false, true}},
                  rows);
}

void Composer::versions()
{
    const recording::RecordingMetadata& metadata = m_contents.metadata;
    m_sheet.heading(ReportText::tr("Versions, seeds and calibration"));
    std::vector<Sheet::Entry> entries{
        {ReportText::tr("Recording UUID"), printed(metadata.uuid), true},
        {ReportText::tr("Recorded by"), ReportText::tr("version %1").arg(orNone(metadata.softwareVersion))},
        {ReportText::tr("Report made by"), ReportText::tr("version %1").arg(QStringLiteral(BNOF_VERSION))},
        {ReportText::tr("Sources SHA-256"), QString::fromLatin1(sourceDigest()), true},
    };
    if (m_evidence.model && m_evidence.model->readable) {
        entries.push_back({ReportText::tr("Model trained by"),
                           ReportText::tr("version %1").arg(orNone(m_evidence.model->programVersion))});
        entries.push_back({ReportText::tr("Training data SHA-256"), orNone(m_evidence.model->trainingDigest), true});
    }
    QStringList seeds;
    for (const SeedEvidence& seed : m_evidence.seeds)
        seeds << seedText(seed);
    entries.push_back({ReportText::tr("Seeds"),
                       seeds.isEmpty() ? ReportText::tr("none were used") : seeds.join(QStringLiteral("; "))});
    entries.push_back({ReportText::tr("Calibration"), calibrationText()});
    m_sheet.entries(entries);
}

bool Composer::isExpired(const CalibrationEvidence& calibration) const
{
    return calibration.expiresUtc > 0 && calibration.expiresUtc < wall(m_contents.end);
}

QString Composer::calibrationText() const
{
    if (m_evidence.calibrations.empty())
        return ReportText::tr("none in the recording: values are as the devices sent them");
    QStringList lines;
    for (const CalibrationEvidence& each : m_evidence.calibrations) {
        QString line = ReportText::tr("source %1: “%2”, version %3, made %4")
                           .arg(each.source)
                           .arg(printed(each.name))
                           .arg(each.version)
                           .arg(utcText(each.madeUtc));
        if (!each.operatorName.empty())
            line += ReportText::tr(" by %1").arg(printed(each.operatorName));
        if (each.expiresUtc > 0)
            line += ReportText::tr(", valid until %1").arg(utcText(each.expiresUtc));
        if (isExpired(each))
            line += ReportText::tr(" (EXPIRED when the recording ended)");
        lines << line;
    }
    lines << ReportText::tr("Recorded values are as the devices sent them; a calibration is applied on top of them.");
    return lines.join(QLatin1Char('\n'));
}

void Composer::proof()
{
    m_sheet.heading(ReportText::tr("Proof by replay"));
    if (m_contents.metadata.gases.empty()) {
        m_sheet.paragraph(ReportText::tr("There is nothing to prove: no recogniser was running."));
        return;
    }
    const recording::Verification& verification = m_contents.verification;
    std::vector<QStringList> rows{
        {ReportText::tr("Spikes, recorded"), orNone(verification.spikesHash)},
        {ReportText::tr("Spikes, computed again"), {}},
        {ReportText::tr("Decisions, recorded"), orNone(verification.decisionsHash)},
        {ReportText::tr("Decisions, computed again"), {}},
    };
    const auto& replay = m_evidence.replay;
    if (replay && !replay->problem) {
        rows[1][1] = orNone(replay->proof.replayedSpikes);
        rows[3][1] = orNone(replay->proof.replayedDecisions);
    }
    m_sheet.table({{ReportText::tr("Stream"), 2.4}, {ReportText::tr("SHA-256"), 5.4, false, true}}, rows);
    if (!replay) {
        m_sheet.paragraph(ReportText::tr("The recording was not replayed when this report was made. “bnof replay” "
                                         "computes the streams again; their hashes must be those above."));
        return;
    }
    if (replay->problem) {
        m_sheet.banner(
            ReportText::tr("NOT PROVEN. The recording could not be replayed: %1").arg(printed(replay->problem->what)),
            true);
        return;
    }
    const session::ReplayProof& proof = replay->proof;
    if (proof.match) {
        m_sheet.paragraph(
            ReportText::tr("Match: the whole recording was computed again from its frames with the model in it, on the "
                           "back end “%1” (%2 frames, %3 spikes, %4 decisions), and every spike and every decision is "
                           "the recorded one, bit for bit.")
                .arg(printed(replay->backEnd), countText(proof.frames), countText(proof.spikes),
                     countText(proof.decisions)));
        return;
    }
    const QString remark = printed(proof.remark);
    m_sheet.banner(proof.comparable
                       ? ReportText::tr("NO MATCH on the back end “%1”. %2").arg(printed(replay->backEnd), remark)
                       : ReportText::tr("NOT PROVEN. %1").arg(remark),
                   true);
}

void Composer::auditTrail()
{
    m_sheet.heading(ReportText::tr("Audit trail"));
    if (m_evidence.trail.empty()) {
        m_sheet.paragraph(m_evidence.trailCheck.intact ? ReportText::tr("The recording holds no audit trail.")
                                                       : printed(m_evidence.trailCheck.finding));
        return;
    }
    std::vector<QStringList> rows;
    for (std::size_t i = 0; i < std::min(m_evidence.trail.size(), listedItems); ++i) {
        const recording::AuditEntry& entry = m_evidence.trail[i];
        QString who = printed(entry.operatorName);
        if (!entry.systemUser.empty())
            who = who.isEmpty() ? ReportText::tr("account %1").arg(printed(entry.systemUser))
                                : ReportText::tr("%1 (account %2)").arg(who, printed(entry.systemUser));
        rows.push_back({QString::number(entry.number), utcText(entry.utc), deedText(entry.what), who,
                        printed(entry.program), printed(entry.sha256.substr(0, 16))});
    }
    m_sheet.table({{ReportText::tr("No."), 0.6, true},
                   {ReportText::tr("Time"), 2.6},
                   {ReportText::tr("What"), 2.3},
                   {ReportText::tr("Who"), 2.4},
                   {ReportText::tr("Program"), 1.4},
                   {ReportText::tr("SHA-256 begins with"), 2.2, false, true}},
                  rows);
    if (m_evidence.trail.size() > listedItems)
        m_sheet.paragraph(ReportText::tr("%1 further entries are not listed here; the recording holds them all.")
                              .arg(countText(m_evidence.trail.size() - listedItems)));
    if (m_evidence.trailCheck.intact)
        m_sheet.paragraph(ReportText::tr("The chain is unbroken: %1 entries, the last with SHA-256 %2.")
                              .arg(countText(m_evidence.trail.size()), printed(m_evidence.trail.back().sha256)));
    else
        m_sheet.banner(ReportText::tr("ALTERED. %1").arg(printed(m_evidence.trailCheck.finding)), true);
}

void Composer::configuration()
{
    if (m_evidence.configuration.empty())
        return;
    m_sheet.heading(ReportText::tr("Settings in force"));
    std::vector<QStringList> rows;
    for (const auto& [key, value] : m_evidence.configuration)
        rows.push_back({printed(key), printed(value)});
    m_sheet.table({{ReportText::tr("Setting"), 2.4, false, true}, {ReportText::tr("Value"), 5, false, true}}, rows);
}

void Composer::closing()
{
    if (!m_options.remarks.empty()) {
        m_sheet.heading(ReportText::tr("Remarks"));
        m_sheet.paragraph(printed(m_options.remarks));
    }
    m_sheet.heading(ReportText::tr("How to make this report again"), millimetres(8));
    QString command = QStringLiteral("bnof report FILE --out PDF --language %1 --zone %2")
                          .arg(printed(m_options.language), printed(m_options.timeZone));
    if (!m_options.replay)
        command += QStringLiteral(" --no-replay");
    if (!m_options.remarks.empty())
        command += QStringLiteral(" --remarks TEXT");
    m_sheet.paragraph(ReportText::tr("From the same recording the same version of the program makes the same bytes: "
                                     "%1")
                          .arg(command),
                      7.5);
    m_sheet.heading(ReportText::tr("Signatures"), millimetres(24));
    m_sheet.signatureLines(
        {ReportText::tr("Operator, date"), ReportText::tr("Reviewed by, date"), ReportText::tr("Approved by, date")});
}

} // namespace bnof::report
