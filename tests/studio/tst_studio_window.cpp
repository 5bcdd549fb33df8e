// SPDX-License-Identifier: GPL-3.0-or-later
// The window without a sensor: first page, actions, settings, layout, languages, ways of starting.
#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>

#include "app/studio/live/connect_dialog.h"
#include "app/studio/live/first_run_page.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/settings/setting_row.h"
#include "app/studio/settings/setting_texts.h"
#include "app/studio/settings/settings_workspace.h"
#include "app/studio/shell/banner.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/command_palette.h"
#include "widgets/painted_widget.h"
#include "widgets/theme.h"

using namespace bnof;
using namespace bnof::studio;

class StudioWindow : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void firstRunPageOffersThreeChoices();
    void paletteListsEveryAction();
    void everythingHasAnAccessibleName();
    void settingsAreValidatedAndUndone();
    void settingsOfTwoWindowsAreMerged();
    void brokenSettingsFileIsKept();
    void everySettingIsExplained();
    void fitsASmallScreen();
    void layoutIsResetAndRestored();
    void safeModeAfterTwoFailedStarts();
    void secondWindowSaysSo();
    void germanIsLoadedAndChangedWhileRunning();
    void themeIsChosenFromTheMenu();
    void operatorViewIsLocked();
    void connectDialogExplains();
    void connectDialogOffersEveryKind();
    void startThatFailsIsExplained();
};

void StudioWindow::firstRunPageOffersThreeChoices()
{
    auto& window = startProgram().window();
    QStringList offered;
    for (auto* choice : window.findChildren<ChoiceButton*>())
        if (choice->isVisible())
            offered << choice->objectName();
    QCOMPARE(offered, (QStringList{"choice-connect", "choice-simulate", "choice-open"}));
    // Each of them does something: the first opens the dialog.
    window.findChild<ChoiceButton*>("choice-connect")->click();
    auto* dialog = window.findChild<ConnectDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    dialog->reject();
}

void StudioWindow::paletteListsEveryAction()
{
    auto& window = startProgram().window();
    const auto& registry = window.actionRegistry();
    QSet<QAction*> listed;
    auto* model = window.palette().model();
    model->setFilter({});
    for (int row = 0; row < model->rowCount(); ++row)
        listed.insert(model->actionAt(row));
    for (const QString& id : registry.ids())
        QVERIFY2(listed.contains(registry.action(id)), qPrintable(id));
    // and every action of the menus is a registered one or shows a panel
    for (QMenu* menu : window.menuBar()->findChildren<QMenu*>()) {
        for (QAction* entry : menu->actions()) {
            if (entry->isSeparator() || entry->menu())
                continue;
            const bool panel = qobject_cast<QDockWidget*>(entry->parent()) != nullptr;
            QVERIFY2(panel || listed.contains(entry), qPrintable(entry->text()));
        }
    }
    // No two actions share a shortcut.
    QSet<QString> shortcuts;
    for (const QString& id : registry.ids()) {
        const QString shortcut = registry.action(id)->shortcut().toString();
        QVERIFY2(shortcut.isEmpty() || !shortcuts.contains(shortcut), qPrintable(id + ' ' + shortcut));
        shortcuts.insert(shortcut);
    }
}

void StudioWindow::everythingHasAnAccessibleName()
{
    auto& window = startProgram().window();
    for (const char* workspace : {"live", "recordings", "compare", "network", "settings"}) {
        window.showWorkspace(workspace);
        QCoreApplication::processEvents();
        for (QWidget* widget : window.findChildren<QWidget*>()) {
            const bool matters = qobject_cast<widgets::PaintedWidget*>(widget) ||
                                 (qobject_cast<QAbstractButton*>(widget) && widget->isVisible() &&
                                  !widget->objectName().startsWith("qt_"));
            if (!matters)
                continue;
            QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(
                interface && !interface->text(QAccessible::Name).isEmpty(),
                qPrintable(
                    QString("%1 %2 in %3").arg(widget->metaObject()->className(), widget->objectName(), workspace)));
            if (qobject_cast<QAbstractButton*>(widget) && widget->isEnabled() &&
                !qobject_cast<QDockWidget*>(widget->parentWidget()))
                QVERIFY2(
                    widget->focusPolicy() & Qt::TabFocus || widget->focusProxy(),
                    qPrintable(QString("%1 cannot be reached by keyboard").arg(interface->text(QAccessible::Name))));
        }
    }
}

void StudioWindow::settingsAreValidatedAndUndone()
{
    auto& started = startProgram();
    auto& window = started.window();
    auto& store = started.services().configuration;
    window.showWorkspace("settings");
    SettingRow* row = window.settingsWorkspace().row("display.trace_window");
    auto* edit = qobject_cast<QLineEdit*>(row->editor());
    QVERIFY(edit);
    const QString before = store.text("display.trace_window");

    edit->setText("2");
    emit edit->editingFinished();
    QVERIFY2(row->problem().contains("out of range"), qPrintable(row->problem()));
    QCOMPARE(store.text("display.trace_window"), before);

    edit->setText("90");
    emit edit->editingFinished();
    QCOMPARE(store.text("display.trace_window"), "90");
    QVERIFY(row->problem().isEmpty());
    QCOMPARE(window.live().timeAxis().span(), fromSeconds(90));

    QVERIFY(action(started, "undo")->isEnabled());
    action(started, "undo")->trigger();
    QCOMPARE(store.text("display.trace_window"), before);
    QCOMPARE(edit->text(), before);
    action(started, "redo")->trigger();
    QCOMPARE(store.text("display.trace_window"), "90");
    QTRY_VERIFY(readAll(QString::fromStdString(store.path())).contains("90")); // saved by itself
}

void StudioWindow::settingsOfTwoWindowsAreMerged()
{
    const std::string path = (home() + "/config/bnof/bnof.toml").toStdString();
    auto executor = makeExecutor(2);
    ConfigurationStore first(path, *executor);
    ConfigurationStore second(path, *executor);
    BNOF_VERIFY_OK(first.set("general.operator", "Ada"));
    first.flush();
    BNOF_VERIFY_OK(second.set("display.trace_window", "120"));
    second.flush();
    const auto merged = Configuration::load(path);
    BNOF_VERIFY_OK(merged);
    QCOMPARE(merged->text("general.operator"), std::string("Ada"));
    QCOMPARE(merged->number("display.trace_window"), 120.0);
}

void StudioWindow::brokenSettingsFileIsKept()
{
    const QString path = home() + "/config/bnof/bnof.toml";
    writeFile(path, "this is [not toml\n");
    auto& started = startProgram();
    QCOMPARE(started.services().problems.model().activeCount(), 1);
    BNOF_VERIFY_OK(started.services().configuration.set("general.operator", "Ada"));
    endProgram();
    BNOF_VERIFY_OK(Configuration::load(path.toStdString()));
    const QStringList kept = QFileInfo(path).dir().entryList({"bnof.toml.unreadable-*"});
    QCOMPARE(kept.size(), 1);
    QCOMPARE(readAll(QFileInfo(path).dir().filePath(kept.first())), QByteArray("this is [not toml\n"));
}

void StudioWindow::everySettingIsExplained()
{
    for (const Setting& setting : settings())
        QVERIFY2(SettingTexts::knows(setting.key), std::string(setting.key).c_str());
}

void StudioWindow::fitsASmallScreen()
{
    for (const char* language : {"en", "de"}) {
        Options options;
        options.language = language;
        auto& window = startProgram(options).window();
        window.resize(1024, 700);
        for (const char* workspace : {"live", "recordings", "compare", "network", "settings"}) {
            window.showWorkspace(workspace);
            QCoreApplication::processEvents();
            const QSize least = window.minimumSizeHint();
            QStringList wide;
            for (auto* child : window.findChildren<QWidget*>())
                if (child->minimumSizeHint().width() > 600 || child->minimumSizeHint().height() > 500)
                    wide << QString("%1 %2 %3x%4")
                                .arg(child->metaObject()->className(), child->objectName())
                                .arg(child->minimumSizeHint().width())
                                .arg(child->minimumSizeHint().height());
            QVERIFY2(
                least.width() <= 1024 && least.height() <= 700,
                qPrintable(
                    QString("%1 %2 needs %3 x %4: ").arg(language, workspace).arg(least.width()).arg(least.height()) +
                    wide.join("; ")));
        }
    }
}

void StudioWindow::layoutIsResetAndRestored()
{
    auto& window = startProgram().window();
    auto& live = window.live();
    QDockWidget* raster = live.docks().at(1);
    raster->close();
    live.docks().at(0)->setFloating(true);
    QVERIFY(raster->isHidden());
    action(program(), "reset-layout")->trigger();
    QVERIFY(!raster->isHidden());
    QVERIFY(!live.docks().at(0)->isFloating());

    raster->close();
    window.saveState();
    endProgram();
    QVERIFY(startProgram().window().live().docks().at(1)->isHidden());
}

void StudioWindow::safeModeAfterTwoFailedStarts()
{
    // A start that never got as far as five seconds of window nor was closed by the user counts as failed.
    auto& first = startProgram();
    first.window().live().docks().at(1)->close();
    first.window().saveState();
    QVERIFY(!first.isSafeMode());
    endProgram();
    writeFile(home() + "/config/bnof/bnof.toml", "[session]\nsource = \"tcp://127.0.0.1:1\"\n");
    QVERIFY(!startProgram().isSafeMode());
    endProgram();
    auto& third = startProgram();
    QVERIFY(third.isSafeMode());
    QCOMPARE(third.services().session.phase(), SessionController::Phase::Idle); // nothing was connected
    QVERIFY(!third.window().live().docks().at(1)->isHidden());                  // default layout
    QStringList notices;
    for (auto* banner : third.window().findChildren<Banner*>())
        notices << banner->text();
    QVERIFY(notices.join(' ').contains("Safe mode"));
    third.window().close(); // as the user does: the next start is a normal one
    endProgram();
    QVERIFY(!startProgram().isSafeMode());
}

void StudioWindow::secondWindowSaysSo()
{
    startProgram();
    Program second({}, Paths::standard());
    second.start();
    QStringList notices;
    for (auto* banner : second.window().findChildren<Banner*>())
        notices << banner->text();
    QVERIFY2(notices.join(' ').contains("already open"), qPrintable(notices.join(' ')));
    // It does not write the layout of the first one.
    second.services().state.setValue("window/workspace", "settings");
    second.services().state.flush();
    program().services().state.flush();
    QVERIFY(!readAll(Paths::standard().state + "/studio.ini").contains("workspace=settings"));
}

void StudioWindow::germanIsLoadedAndChangedWhileRunning()
{
    Options german;
    german.language = "de";
    auto& started = startProgram(german);
    QCOMPARE(action(started, "workspace-recordings")->text(), "Aufzeichnungen");
    BNOF_VERIFY_OK(started.services().configuration.change("general.language", "en", "Language"));
    QTRY_COMPARE(action(started, "workspace-recordings")->text(), "Recordings");
    QVERIFY(started.window().isVisible());
    BNOF_VERIFY_OK(started.services().configuration.change("general.language", "de", "Language"));
    QTRY_COMPARE(action(started, "workspace-recordings")->text(), "Aufzeichnungen");
}

void StudioWindow::themeIsChosenFromTheMenu()
{
    auto& started = startProgram();
    action(started, "theme-dark")->trigger();
    QVERIFY(widgets::Theme::current().isDark());
    QVERIFY(action(started, "theme-dark")->isChecked());
    action(started, "undo")->trigger();
    QCOMPARE(started.services().configuration.text("appearance.theme"), "system");
    action(started, "theme-light")->trigger();
    QVERIFY(!widgets::Theme::current().isDark());
}

void StudioWindow::operatorViewIsLocked()
{
    auto& started = startProgram();
    auto& window = started.window();
    action(started, "operator-view")->trigger();
    QVERIFY(window.isOperatorView());
    QVERIFY(window.menuBar()->isHidden());
    for (const char* id : {"connect", "open", "workspace-settings", "reset-layout", "quit", "palette"})
        QVERIFY2(!action(started, id)->isEnabled(), id);
    for (QDockWidget* dock : window.live().docks())
        QCOMPARE(dock->features(), QDockWidget::NoDockWidgetFeatures);
    action(started, "operator-view")->trigger();
    QVERIFY(!window.isOperatorView());
    QVERIFY(action(started, "connect")->isEnabled());
}

void StudioWindow::connectDialogExplains()
{
    auto& started = startProgram();
    ConnectDialog dialog(started.services(), &started.window());
    dialog.show();
    const auto texts = [&] {
        QString all;
        for (auto* label : dialog.findChildren<QLabel*>())
            if (!label->isHidden())
                all += label->text() + '\n';
        return all;
    };
    dialog.setSourceUri("serail:/dev/ttyUSB0");
    QVERIFY2(texts().contains("serial"), qPrintable(texts())); // the error shows a correct example
    dialog.setSourceUri("serial:/dev/this-is-not-there");
    QTRY_VERIFY2(texts().contains("/dev/this-is-not-there"), qPrintable(texts()));
}

void StudioWindow::connectDialogOffersEveryKind()
{
    auto& started = startProgram();
    ConnectDialog dialog(started.services(), &started.window());
    dialog.show();
    QComboBox* kind = nullptr;
    for (auto* box : dialog.findChildren<QComboBox*>())
        if (box->accessibleName() == "Kind of source")
            kind = box;
    QVERIFY(kind);
    QVERIFY(kind->focusPolicy() & Qt::TabFocus);
    QPushButton* connectButton = nullptr;
    for (auto* button : dialog.findChildren<QPushButton*>())
        if (button->text() == "Connect")
            connectButton = button;
    QVERIFY(connectButton);
    for (int i = 0; i < kind->count(); ++i) {
        const QString scheme = kind->itemData(i).toString();
        QVERIFY2(kind->itemText(i) != scheme, qPrintable(scheme)); // it has a name for people
        kind->setCurrentIndex(i);
        emit kind->activated(i);
        QVERIFY2(dialog.sourceUri().startsWith(scheme + ':'), qPrintable(dialog.sourceUri()));
        QVERIFY2(connectButton->isEnabled(), qPrintable(dialog.sourceUri()));
        // Writing an address chooses its kind.
        const QString example = dialog.sourceUri();
        dialog.setSourceUri("tcp://127.0.0.1:9");
        QCOMPARE(kind->currentData().toString(), QString("tcp"));
        dialog.setSourceUri(example);
        QCOMPARE(kind->currentIndex(), i);
    }
    QVERIFY(kind->count() >= 11);
    dialog.setSourceUri("mqtt://broker");
    QVERIFY(!connectButton->isEnabled());
}

void StudioWindow::startThatFailsIsExplained()
{
    Options options;
    options.replay = home() + "/not-there.bnr";
    auto& started = startProgram(options);
    QTRY_COMPARE(started.services().problems.model().activeCount(), 1);
    QVERIFY(started.services().problems.model().problems().front().what.contains("not-there.bnr"));
    QCOMPARE(started.services().session.phase(), SessionController::Phase::Idle);
    QVERIFY(started.window().findChild<QLabel*>("firstRunNote")->text().contains("not-there.bnr"));
}

QTEST_MAIN(StudioWindow)
#include "tst_studio_window.moc"
