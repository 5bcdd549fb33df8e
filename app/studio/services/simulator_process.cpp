// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/simulator_process.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

#include "app/studio/services/child_process.h"

namespace bnof::studio {

SimulatorProcess::SimulatorProcess(QObject* parent) : QObject(parent)
{
    m_process.setChildProcessModifier(endWithParent);
    m_process.setStandardInputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &SimulatorProcess::readOutput);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            report(tr("The simulated nose cannot be started: %1").arg(m_process.errorString()));
    });
    connect(&m_process, &QProcess::finished, this, [this] {
        const QString said = QString::fromUtf8(m_process.readAllStandardError()).trimmed();
        report(said.isEmpty() ? tr("The simulated nose has ended.") : tr("The simulated nose has ended: %1").arg(said));
    });
}

SimulatorProcess::~SimulatorProcess()
{
    m_stopping = true;
    m_process.disconnect(this);
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(300)) { // it ends in milliseconds; 300 ms is the bound
        m_process.kill();
        m_process.waitForFinished(300);
    }
}

QString SimulatorProcess::program()
{
    const QString asked = qEnvironmentVariable("BNOF_PROGRAM");
    if (!asked.isEmpty())
        return asked;
    const QFileInfo beside(QCoreApplication::applicationDirPath() + QStringLiteral("/bnof"));
    if (beside.isExecutable())
        return beside.filePath();
    return QStandardPaths::findExecutable(QStringLiteral("bnof"));
}

void SimulatorProcess::start(const QStringList& arguments)
{
    const QString path = program();
    if (path.isEmpty()) {
        report(tr("The program bnof was not found beside this one. Install or build it, then try again."));
        return;
    }
    m_process.start(path,
                    QStringList{QStringLiteral("simulate"), QStringLiteral("--on"), QStringLiteral("pty")} + arguments);
}

void SimulatorProcess::readOutput()
{
    const QByteArray said = m_process.readAllStandardOutput();
    if (m_announced)
        return; // only the first line is for us
    m_firstLine += said;
    const auto end = m_firstLine.indexOf('\n');
    if (end < 0)
        return;
    m_announced = true;
    emit ready(QString::fromUtf8(m_firstLine.left(end)).trimmed());
}

void SimulatorProcess::report(const QString& why)
{
    if (!m_stopping)
        emit failed(why);
}

} // namespace bnof::studio
