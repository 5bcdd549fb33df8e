// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/program.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTimer>

#include <cstdio>

#include "app/studio/recordings/recordings_workspace.h"
#include "engine/base/log.h"
#include "widgets/theme.h"

// Resources of a static library have to be asked for; this must be outside of any namespace.
static void initialiseResources()
{
    Q_INIT_RESOURCE(resources);
    Q_INIT_RESOURCE(i18n);
}

namespace bnof::studio {

using widgets::Theme;

Program::Program(Options options, const Paths& paths)
    : m_options(std::move(options)), m_guard(paths.state), m_safeMode(m_options.safeMode || m_guard.wantsSafeMode()),
      m_services(std::make_unique<Services>(paths))
{
    initialiseResources();
    m_services->state.setReadOnly(m_guard.otherInstance().has_value());
    if (const auto& file = m_services->configuration.values().text("log.file"); !file.empty())
        if (auto opened = log::openFile(file); !opened.ok())
            m_services->problems.report(QStringLiteral("log.file"), Theme::Severity::Warning,
                                        QString::fromStdString(opened.error().message()), {});
    applyLanguage();
    applyTheme(true);
    connect(&m_services->configuration, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key == QLatin1String("appearance.theme"))
            applyTheme(false);
        if (key == QLatin1String("general.language")) {
            m_options.language.clear();
            QTimer::singleShot(0, this, [this] { // not while the old window is still answering a click
                applyLanguage();
                makeWindow();
                m_window->show();
            });
        }
    });
    makeWindow();
}

Program::~Program() = default;

void Program::makeWindow()
{
    QString workspace;
    if (m_window) {
        m_window->saveState();
        workspace = m_window->workspace();
        m_window.reset();
    }
    m_window = std::make_unique<MainWindow>(*m_services, m_safeMode && workspace.isEmpty());
    if (!workspace.isEmpty())
        m_window->showWorkspace(workspace);
    connect(m_window.get(), &MainWindow::finished, this, [this] {
        m_guard.succeeded(); // closed by the user: not a failed start, however short it was
        emit quitRequested();
    });
}

void Program::applyLanguage()
{
    QString language =
        m_options.language.isEmpty() ? m_services->configuration.text("general.language") : m_options.language;
    QLocale locale = QLocale::system();
    if (language == QLatin1String("de") || language == QLatin1String("en")) {
        const QLocale chosen(language);
        if (locale.language() != chosen.language())
            locale = chosen;
    }
    QLocale::setDefault(locale);
    m_translator = std::make_unique<QTranslator>();
    m_qtTranslator = std::make_unique<QTranslator>();
    // Other languages fall back to English, whose catalogue holds the plural forms.
    if (m_translator->load(locale, QStringLiteral("bnof"), QStringLiteral("_"), QStringLiteral(":/i18n")) ||
        m_translator->load(QStringLiteral(":/i18n/bnof_en.qm")))
        QCoreApplication::installTranslator(m_translator.get());
    if (m_qtTranslator->load(locale, QStringLiteral("qtbase"), QStringLiteral("_"),
                             QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(m_qtTranslator.get());
}

void Program::applyTheme(bool forThisRun)
{
    const QString theme =
        forThisRun && !m_options.theme.isEmpty() ? m_options.theme : m_services->configuration.text("appearance.theme");
    Theme::apply(theme == QLatin1String("dark")    ? Theme::Mode::Dark
                 : theme == QLatin1String("light") ? Theme::Mode::Light
                                                   : Theme::Mode::System);
}

void Program::start()
{
    if (m_options.size.isValid())
        m_window->resize(m_options.size);
    if (!m_options.workspace.isEmpty())
        m_window->showWorkspace(m_options.workspace);
    m_window->show();
    QTimer::singleShot(5000, this, [this] { m_guard.succeeded(); });
    tellHowItStarted();
    m_services->library.scan(m_services->session.recordingFolder());
    beginSession();
    if (m_options.operatorView)
        m_window->setOperatorView(true);
    if (!m_options.screenshot.isEmpty())
        QTimer::singleShot(static_cast<int>(m_options.after * 1000), this, &Program::takeScreenshot);
}

void Program::tellHowItStarted()
{
    if (m_safeMode) {
        m_window->notify(m_guard.wantsSafeMode()
                             ? tr("Safe mode: the last two starts failed. The default layout is shown and nothing was "
                                  "connected. The next start is a normal one.")
                             : tr("Safe mode: the default layout is shown and nothing was connected."));
    } else if (const auto process = m_guard.otherInstance()) {
        m_window->notify(tr("This program is already open (process %1). Both windows can be used; a sensor can be "
                            "connected to one of them only, and this window's layout is not kept.")
                             .arg(*process));
    }
}

void Program::beginSession()
{
    if (m_options.record) {
        auto* once = new QObject(this);
        connect(&m_services->session, &SessionController::statusChanged, once, [this, once] {
            if (m_services->session.status().frames > 0 && m_services->session.isRunning()) {
                once->deleteLater();
                m_services->session.startRecording();
            }
        });
    }
    if (m_options.simulate)
        m_services->session.startSimulator();
    else if (!m_options.source.isEmpty())
        m_services->session.connectTo(QStringList(m_options.source) + m_options.moreSources);
    else if (!m_options.replay.isEmpty())
        m_services->session.replay(m_options.replay, m_options.speed);
    else if (!m_safeMode && !m_guard.otherInstance() && !m_services->configuration.text("session.source").isEmpty())
        m_services->session.connectTo(m_services->configuration.text("session.source"));
}

void Program::takeScreenshot()
{
    const QPixmap picture = m_window->grab();
    if (!picture.save(m_options.screenshot)) {
        std::fprintf(stderr, "bnof-studio: %s cannot be written\n", qPrintable(m_options.screenshot));
        QCoreApplication::exit(1);
        return;
    }
    m_window->closeNow();
}

} // namespace bnof::studio
