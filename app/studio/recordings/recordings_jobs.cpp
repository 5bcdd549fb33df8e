// SPDX-License-Identifier: GPL-3.0-or-later
// The long work of the Recordings workspace: export, report, checks, repair and the list made anew.
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>

#include "app/report/report.h"
#include "app/studio/recordings/export_dialog.h"
#include "app/studio/recordings/import_dialog.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"

namespace bnof::studio {

namespace {

JobOutcome outcomeOf(const Result<void>& result, const QString& done, const QString& path)
{
    if (result.ok())
        return {true, false, done, path};
    if (result.error().kind == ErrorKind::Cancelled)
        return {false, true, RecordingsWorkspace::tr("cancelled, nothing was left behind"), {}};
    return {false, false, Format::error(result.error()), {}};
}

QString withNotes(QString message, const std::vector<std::string>& notes)
{
    for (std::size_t i = 0; i < std::min<std::size_t>(notes.size(), 3); ++i)
        message += QStringLiteral("; ") + toQString(notes[i]);
    return message;
}

/// `outcome`, with what was made noted in the audit trail beside the catalogue.
JobOutcome noted(JobOutcome outcome, const std::string& operatorName, std::string_view what, const char* format,
                 const QString& recording, const QString& target)
{
    if (!outcome.ok)
        return outcome;
    const auto reader = recording::Reader::open(recording.toStdString());
    const auto done = recording::auditMade(operatorName, what, reader.ok() ? (*reader)->metadata().uuid : std::string(),
                                           recording.toStdString(), format, target.toStdString());
    if (!done.ok())
        outcome.message +=
            QLatin1Char(' ') +
            RecordingsWorkspace::tr("It could not be noted in the audit trail: %1").arg(Format::error(done.error()));
    return outcome;
}

/// A report for people in front of this window: its language and this computer's time zone, which the report names.
report::ReportOptions reportOptions()
{
    report::ReportOptions options;
    options.language = QLocale().language() == QLocale::German ? "de" : "en";
    options.timeZone = QTimeZone::systemTimeZoneId().toStdString();
    return options;
}

std::string operatorName(const Services& services)
{
    return services.configuration.text("general.operator").toStdString();
}

/// What checks leave behind, from any thread.
struct LibraryWork {
    std::string database;
    std::string who;

    /// Keep the result in the audit trail, and with `verification` in the catalogue; what went wrong, for people.
    [[nodiscard]] QString keep(const recording::VerifyReport::Checked& checked,
                               const recording::Verification* verification) const
    {
        const auto work = [&]() -> Result<void> {
            recording::AuditEntry entry = recording::auditBy(who, recording::audit::verified);
            entry.recording = checked.uuid;
            entry.detail.set("result", checked.intact ? "intact" : "not intact").set("sha256", checked.sha256);
            entry.detail.set("file", checked.path);
            BNOF_TRY_ASSIGN(const std::string log, recording::defaultAuditLogPath());
            BNOF_TRY(recording::appendAudit(log, std::move(entry)));
            if (!verification)
                return {};
            BNOF_TRY_ASSIGN(const auto catalogue, recording::Catalogue::openOrRebuild(database));
            return catalogue->noteVerification(checked.path, *verification);
        };
        const auto done = work();
        return done.ok()
                   ? QString()
                   : QLatin1Char(' ') +
                         RecordingsWorkspace::tr("The result could not be kept: %1").arg(Format::error(done.error()));
    }
};

LibraryWork libraryWork(const Services& services)
{
    return {services.library.database().toStdString(), operatorName(services)};
}

QString healthText(const recording::Health& health)
{
    QStringList findings;
    for (const auto& finding : health.findings)
        findings << toQString(finding);
    return findings.mid(0, 3).join(QLatin1Char(' '));
}

} // namespace

void RecordingsWorkspace::exportTo(const QString& recording, const QString& target,
                                   const recording::ExportOptions& options)
{
    m_services.jobs.run(
        tr("Export of %1").arg(QFileInfo(recording).fileName()),
        [recording, target, options, who = operatorName(m_services)](const Job::Progress& progress) -> JobOutcome {
            auto reader = recording::Reader::open(recording.toStdString());
            if (!reader.ok())
                return {false, false, Format::error(reader.error()), {}};
            const auto done = recording::exportRecording(**reader, target.toStdString(), options, progress);
            if (!done.ok())
                return outcomeOf(done.error(), {}, {});
            return noted({true, false, withNotes(tr("written to %1").arg(target), done->notes), target}, who,
                         recording::audit::exported, recording::info(options.format).name, recording, target);
        });
}

void RecordingsWorkspace::askExport()
{
    const QString recording = currentPath();
    if (recording.isEmpty())
        return;
    auto* dialog = new ExportDialog(recording, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, recording] { exportTo(recording, dialog->target(), dialog->options()); });
    dialog->open();
}

void RecordingsWorkspace::askImport(const QString& source)
{
    auto* dialog = new ImportDialog(m_services, source, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { importFile(dialog->source(), dialog->target(), dialog->options()); });
    dialog->open();
}

void RecordingsWorkspace::chooseImport()
{
    auto* dialog = new QFileDialog(this, tr("Import a file of another program"), m_services.session.recordingFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Everything that can be imported (*.csv *.tsv *.txt *.dat *.gz *.bmerawdata *.npy *.nwb "
                               "*.h5 *.hdf5 *.mat)"),
                            tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &RecordingsWorkspace::askImport);
    dialog->open();
}

void RecordingsWorkspace::importFile(const QString& source, const QString& target,
                                     const recording::ImportOptions& options)
{
    m_services.jobs.run(
        tr("Import of %1").arg(QFileInfo(source).fileName()),
        [source, target, options, who = operatorName(m_services)](const Job::Progress& progress) -> JobOutcome {
            if (!QDir().mkpath(QFileInfo(target).absolutePath()))
                return {false, false, tr("the folder %1 cannot be made").arg(QFileInfo(target).absolutePath()), {}};
            const auto done = recording::importRecording(source.toStdString(), target.toStdString(), options, progress);
            if (!done.ok())
                return outcomeOf(done.error(), {}, {});
            QString message = tr("%L1 frames, %L2 spikes and %L3 marks are in %4")
                                  .arg(static_cast<qulonglong>(done->frames))
                                  .arg(static_cast<qulonglong>(done->spikes))
                                  .arg(static_cast<qulonglong>(done->marks))
                                  .arg(target);
            const auto kept = recording::auditImported(who, source.toStdString(), *done, target.toStdString());
            if (!kept.ok())
                message += QLatin1Char(' ') +
                           tr("It could not be noted in the audit trail: %1").arg(Format::error(kept.error()));
            return {true, false, withNotes(message, done->notes), target};
        },
        true,
        [this, target](const JobOutcome& outcome) {
            if (!outcome.ok)
                return;
            m_wanted = target;
            m_services.library.add(target);
        });
}

void RecordingsWorkspace::writeReport(const QString& recording, const QString& target)
{
    m_services.jobs.run(
        tr("Report of %1").arg(QFileInfo(recording).fileName()),
        [recording, target, who = operatorName(m_services), options = reportOptions()](const Job::Progress& progress) {
            return noted(
                outcomeOf(report::writeReport(recording.toStdString(), target.toStdString(), options, progress),
                          tr("written to %1").arg(target), target),
                who, recording::audit::reported, "pdf", recording, target);
        });
}

void RecordingsWorkspace::verify(const QString& recording)
{
    if (recording.isEmpty())
        return;
    m_services.jobs.run(
        tr("Check of %1").arg(QFileInfo(recording).fileName()),
        [recording, work = libraryWork(m_services)](const Job::Progress& progress) -> JobOutcome {
            const auto result = recording::verify(recording.toStdString(), progress);
            if (!result.ok())
                return outcomeOf(result.error(), {}, {});
            const auto reader = recording::Reader::open(recording.toStdString());
            const QString remark = work.keep({reader.ok() ? (*reader)->metadata().uuid : std::string(),
                                              recording.toStdString(), result->sha256, result->intact},
                                             &*result);
            if (result->intact)
                return {true,
                        false,
                        tr("intact: %L1 frames, %L2 spikes, %L3 decisions, every checksum is right")
                                .arg(static_cast<qulonglong>(result->summary.frames))
                                .arg(static_cast<qulonglong>(result->summary.spikes))
                                .arg(static_cast<qulonglong>(result->summary.decisions)) +
                            remark,
                        {}};
            return {false, false, tr("not intact. %1").arg(healthText(result->health)) + remark, {}};
        },
        true, [this](const JobOutcome&) { m_services.library.refresh(); });
}

void RecordingsWorkspace::verifyAll()
{
    m_services.jobs.run(
        tr("Check of all recordings that were not verified"),
        [work = libraryWork(m_services)](const Job::Progress& progress) -> JobOutcome {
            auto catalogue = recording::Catalogue::openOrRebuild(work.database);
            if (!catalogue.ok())
                return outcomeOf(catalogue.error(), {}, {});
            const auto report =
                (*catalogue)
                    ->verifyPending({}, [&](const std::string&, std::size_t done, std::size_t total, double share) {
                        return progress((static_cast<double>(done) + share) / static_cast<double>(total));
                    });
            if (!report.ok())
                return outcomeOf(report.error(), {}, {});
            QString remark;
            for (const auto& checked : report->checked)
                remark = work.keep(checked, nullptr);
            const int count = static_cast<int>(report->checked.size());
            if (report->cancelled)
                return {false, true, tr("cancelled; %n recording(s) were checked", nullptr, count) + remark, {}};
            if (report->findings.empty())
                return {true, false, tr("%n recording(s) checked, all intact", nullptr, count) + remark, {}};
            return {false,
                    false,
                    tr("%n recording(s) not intact. First: %1", nullptr, static_cast<int>(report->findings.size()))
                            .arg(toQString(report->findings.front())) +
                        remark,
                    {}};
        },
        true, [this](const JobOutcome&) { m_services.library.refresh(); });
}

void RecordingsWorkspace::reindex()
{
    const QString folder = m_services.session.recordingFolder();
    m_services.jobs.run(
        tr("Rebuilding the list of recordings"),
        [folder, database = m_services.library.database().toStdString()](const Job::Progress& progress) -> JobOutcome {
            if (!QFileInfo::exists(folder))
                return {true, false, tr("there are no recordings in %1 yet").arg(folder), {}};
            auto catalogue = recording::Catalogue::openOrRebuild(database);
            if (!catalogue.ok())
                return outcomeOf(catalogue.error(), {}, {});
            const auto report = (*catalogue)->reindex(folder.toStdString(), [&](std::size_t done, std::size_t total) {
                return progress(total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total));
            });
            if (!report.ok() && report.error().kind == ErrorKind::Cancelled)
                return {false, true, tr("cancelled; what was read until then is in the list"), {}};
            if (!report.ok())
                return outcomeOf(report.error(), {}, {});
            QString text = tr("%n recording(s) in %1", nullptr, static_cast<int>(report->recordings)).arg(folder);
            if (!report->unreadable.empty())
                text += tr(". %n file(s) could not be read: %1", nullptr, static_cast<int>(report->unreadable.size()))
                            .arg(toQString(report->unreadable.front()));
            return {report->unreadable.empty(), false, text, {}};
        },
        true, [this](const JobOutcome&) { m_services.library.refresh(); });
}

void RecordingsWorkspace::repair(const QString& recording)
{
    if (recording.isEmpty())
        return;
    const auto uuid = std::make_shared<std::string>();
    m_services.jobs.run(
        tr("Repair of %1").arg(QFileInfo(recording).fileName()),
        [recording, uuid](const Job::Progress& progress) -> JobOutcome {
            const auto result = recording::repair(recording.toStdString(), {}, progress);
            if (!result.ok())
                return outcomeOf(result.error(), {}, {});
            if (!result->changed)
                return {true, false, tr("nothing to mend, the file is whole"), {}};
            if (const auto reader = recording::Reader::open(recording.toStdString()); reader.ok())
                *uuid = (*reader)->metadata().uuid;
            return {true, false,
                    tr("completed; %1 at the cut could not be kept")
                        .arg(Format::bytes(static_cast<double>(result->cutBytes))),
                    recording};
        },
        true,
        [this, recording, uuid](const JobOutcome& outcome) {
            if (!outcome.ok)
                return;
            m_services.library.add(recording);
            if (!uuid->empty()) // it was changed
                m_services.library.note(toQString(operatorName(m_services)), recording::audit::repaired, *uuid,
                                        recording, Json::object());
        });
}

} // namespace bnof::studio
