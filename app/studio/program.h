// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTranslator>

#include <memory>

#include "app/studio/services/options.h"
#include "app/studio/services/services.h"
#include "app/studio/services/start_guard.h"
#include "app/studio/shell/main_window.h"

namespace bnof::studio {

/// The composition root: services, language, theme and the window. A change of language makes a new window
/// over the same services; a running session goes on.
class Program : public QObject {
    Q_OBJECT

public:
    Program(Options options, const Paths& paths);
    ~Program() override;

    /// Show the window and do what the command line asked for.
    void start();
    [[nodiscard]] Services& services() { return *m_services; }
    [[nodiscard]] MainWindow& window() { return *m_window; }
    [[nodiscard]] bool isSafeMode() const { return m_safeMode; }

signals:
    void quitRequested();

private:
    void makeWindow();
    void applyLanguage();
    void applyTheme(bool forThisRun);
    void tellHowItStarted();
    void beginSession();
    void takeScreenshot();

    Options m_options;
    StartGuard m_guard;
    bool m_safeMode;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<QTranslator> m_translator;
    std::unique_ptr<QTranslator> m_qtTranslator;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace bnof::studio
