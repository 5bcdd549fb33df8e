// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>

#include "app/studio/program.h"
#include "app/studio/services/end_signals.h"
#include "engine/base/build_config.h"
#include "engine/sensing/decoders/plugin_loader.h"

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("bnof-studio"));
    QApplication::setApplicationDisplayName(QStringLiteral("BioNeuro Olfactory Fusion"));
    QApplication::setApplicationVersion(QStringLiteral(BNOF_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("bnof-studio"));
    QApplication::setQuitOnLastWindowClosed(false); // a recording is finished first; see MainWindow::finished

    bnof::sensing::loadInstalledPlugins();
    bnof::studio::Program program(bnof::studio::Options::parse(QApplication::arguments()),
                                  bnof::studio::Paths::standard());
    QObject::connect(&program, &bnof::studio::Program::quitRequested, &application, &QApplication::quit,
                     Qt::QueuedConnection);
    // A running recording is finished first.
    bnof::studio::EndSignals end;
    QObject::connect(&end, &bnof::studio::EndSignals::asked, &program, [&program] { program.window().closeNow(); });
    program.start();
    return QApplication::exec();
}
