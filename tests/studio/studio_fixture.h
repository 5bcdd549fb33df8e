// SPDX-License-Identifier: GPL-3.0-or-later
// A home of its own for every test of the window, and the real window in it.
#pragma once

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>

#include <memory>

#include "app/studio/program.h"
#include "app/studio/recordings/background_checks.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "engine/base/files.h"
#include "tests/support/suite.h"

namespace bnof::test {

class StudioSuite : public Suite {
    Q_OBJECT

protected:
    /// Fresh home; nothing of the person who runs the tests is read or written.
    void freshHome()
    {
        m_program.reset();
        m_home = std::make_unique<QTemporaryDir>();
        const QByteArray home = m_home->path().toUtf8();
        qputenv("HOME", home);
        qputenv("XDG_CONFIG_HOME", home + "/config");
        qputenv("XDG_DATA_HOME", home + "/data");
        qputenv("XDG_RUNTIME_DIR", home);
        qputenv("BNOF_PROGRAM", BNOF_TEST_BIN_DIR "/bnof");
        qunsetenv("BNOF_CONFIG");
    }
    [[nodiscard]] QString home() const { return m_home->path(); }

    studio::Program& startProgram(studio::Options options = {})
    {
        if (options.language.isEmpty())
            options.language = QStringLiteral("en");
        m_program.reset();
        m_program = std::make_unique<studio::Program>(options, studio::Paths::standard());
        m_program->start();
        // Not while a slow machine is in the middle of a test; tests that want it say so.
        m_program->window().recordings().checks().setDelay(3'600'000);
        return *m_program;
    }
    [[nodiscard]] studio::Program& program() { return *m_program; }
    void endProgram() { m_program.reset(); }

    static void writeFile(const QString& path, const QByteArray& content)
    {
        QDir().mkpath(QFileInfo(path).absolutePath());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    static QByteArray readAll(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static QAction* action(studio::Program& program, const char* id)
    {
        return program.window().actionRegistry().action(QLatin1String(id));
    }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<studio::Program> m_program;
};

/// The simulated nose behind a symbolic link: ending it is pulling the plug, starting it again plugs it in.
class PluggableNose {
public:
    explicit PluggableNose(QString link) : m_link(std::move(link)) {}
    ~PluggableNose() { unplug(); }

    bool plugIn()
    {
        m_process.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof"),
                        {QStringLiteral("simulate"), QStringLiteral("--symlink"), m_link, QStringLiteral("--seed"),
                         QStringLiteral("5")});
        return m_process.waitForStarted() && m_process.waitForReadyRead(20000);
    }
    void unplug()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.kill();
        m_process.waitForFinished();
        QFile::remove(m_link);
    }
    [[nodiscard]] QString uri() const { return QStringLiteral("serial:") + m_link; }

private:
    QString m_link;
    QProcess m_process;
};

} // namespace bnof::test
