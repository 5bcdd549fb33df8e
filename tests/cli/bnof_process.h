// SPDX-License-Identifier: GPL-3.0-or-later
// The bnof program as a user runs it: real processes.
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace bnof::test {

inline const QString program = QStringLiteral(BNOF_TEST_BIN_DIR "/bnof");

struct Outcome {
    int code = -1;
    QByteArray out;
    QByteArray err;
};

/// Waits for a started process; code -1: it did not end in time (and was killed), -2: it crashed.
inline Outcome finish(QProcess& process, int milliseconds = 60000)
{
    Outcome outcome;
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(milliseconds)) {
        process.kill();
        process.waitForFinished();
    } else {
        outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    }
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

inline Outcome runBnof(const QStringList& arguments, int milliseconds = 60000)
{
    QProcess process;
    process.start(program, arguments);
    process.closeWriteChannel();
    return finish(process, milliseconds);
}

inline QJsonObject lastLine(const QByteArray& text)
{
    return QJsonDocument::fromJson(text.trimmed().split('\n').last()).object();
}

/// `bnof simulate` in the background; uri() is the first line that it printed.
class Simulator {
public:
    explicit Simulator(const QStringList& options)
    {
        m_process.start(program, QStringList{QStringLiteral("simulate")} + options);
        while (!m_process.canReadLine() && m_process.waitForReadyRead(10000)) {
        }
        m_uri = QString::fromUtf8(m_process.readLine()).trimmed();
    }
    ~Simulator()
    {
        m_process.terminate();
        m_process.waitForFinished(5000);
    }
    [[nodiscard]] QString uri(const QString& parameters = {}) const
    {
        return parameters.isEmpty() ? m_uri : m_uri + (m_uri.contains(u'?') ? u'&' : u'?') + parameters;
    }

private:
    QProcess m_process;
    QString m_uri;
};

} // namespace bnof::test
