// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/services.h"

#include <QCoreApplication>
#include <QStandardPaths>

#include "app/studio/services/format.h"
#include "engine/pipeline/scheduler.h"
#include "engine/recording/audit.h"
#include "engine/recording/library.h"

namespace bnof::studio {

Paths Paths::standard()
{
    const QString data =
        QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/bnof");
    const auto catalogue = recording::defaultCataloguePath();
    return {toQString(Configuration::defaultPath()), data,
            catalogue.ok() ? toQString(*catalogue) : data + QStringLiteral("/catalogue.sqlite")};
}

Services::Services(const Paths& where)
    : paths(where),
      executor(makeExecutor(pipeline::processScheduler().workerCount() - pipeline::processReservedWorkers)),
      state(where.state + QStringLiteral("/studio.ini"), *executor),
      configuration(where.configuration.toStdString(), *executor), roles(configuration, *executor),
      library(where.catalogue, state), jobs(*executor), session(configuration, *executor),
      protocol(session, roles, *executor), network(session, *configuration.undoStack(), *executor)
{
    QObject::connect(&session, &SessionController::statusChanged, &problems,
                     [this] { problems.setSessionProblems(session.status().problems); });
    QObject::connect(&session, &SessionController::recordingFinished, &library, &Library::add);
    QObject::connect(&roles, &Roles::switched, &library, [this] { noteRole(); });
    QObject::connect(
        &session, &SessionController::startFailed, &problems, [this](const QString& what, const QString& remedy) {
            problems.report(QStringLiteral("session.start"), widgets::Theme::Severity::Error, what, remedy);
        });
    QObject::connect(&session, &SessionController::phaseChanged, &problems, [this] {
        if (session.isRunning()) {
            problems.resolve(QStringLiteral("session.start"));
            problems.resolve(QStringLiteral("session.simulator"));
        }
    });
    QObject::connect(&session, &SessionController::simulatorEnded, &problems, [this](const QString& why) {
        problems.report(QStringLiteral("session.simulator"), widgets::Theme::Severity::Error, why,
                        QCoreApplication::translate("Services", "End the session and start the simulated nose again."));
    });
    QObject::connect(&session, &SessionController::modelChecked, &problems, [this](const QString& problem) {
        if (problem.isEmpty())
            problems.resolve(QStringLiteral("recognition.model"));
        else
            problems.report(QStringLiteral("recognition.model"), widgets::Theme::Severity::Warning, problem,
                            QCoreApplication::translate("Services",
                                                        "Nothing is recognised in this session. Choose a model under "
                                                        "Settings, Recognition, and connect again."));
    });
    QObject::connect(&configuration, &ConfigurationStore::saveFailed, &problems, [this](const QString& message) {
        problems.report(QStringLiteral("settings.save"), widgets::Theme::Severity::Warning, message,
                        QCoreApplication::translate("Services", "The change is kept and saved with the next one."));
    });
    QObject::connect(&configuration, &ConfigurationStore::saved, &problems,
                     [this] { problems.resolve(QStringLiteral("settings.save")); });
    QObject::connect(&library, &Library::failed, &problems, [this](const QString& message) {
        problems.report(QStringLiteral("recordings.catalogue"), widgets::Theme::Severity::Warning, message, {});
    });
    QObject::connect(&library, &Library::rebuilt, &problems, [this](const QString& keptAs) {
        problems.report(
            QStringLiteral("recordings.rebuilt"), widgets::Theme::Severity::Info,
            QCoreApplication::translate("Services", "The list of recordings could not be used as it was "
                                                    "and was made anew from the recordings."),
            QCoreApplication::translate("Services", "Nothing has to be done. The old list is kept as %1.").arg(keptAs));
    });
    if (const auto& problem = configuration.loadProblem())
        problems.report(QStringLiteral("settings.load"), widgets::Theme::Severity::Warning, Format::error(*problem),
                        QCoreApplication::translate("Services",
                                                    "The default settings are in force. Your file is kept unchanged "
                                                    "until a setting is changed here, then under another name."));
}

Services::~Services() = default;

Services::Pool::~Pool()
{
    pipeline::endProcessScheduler();
}

/// In the library's audit trail, and as a mark in the recording that runs.
void Services::noteRole()
{
    const std::string& role = configuration.values().text("general.role");
    QString file;
    if (session.isRecording()) {
        session.mark(QStringLiteral("role: ") + toQString(role));
        file = toQString(session.status().recording->path);
    }
    library.note(configuration.text("general.operator"), recording::audit::roleSwitched, {}, file,
                 Json::object().set("role", role));
}

} // namespace bnof::studio
