// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/recordings_workspace.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

#include "app/studio/recordings/background_checks.h"
#include "app/studio/recordings/describe_dialog.h"
#include "app/studio/recordings/filter_bar.h"
#include "app/studio/recordings/list_commands.h"
#include "app/studio/recordings/recording_details.h"
#include "app/studio/recordings/recording_viewer.h"
#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/shell/action_registry.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/job_bar.h"
#include "engine/recording/reader.h"
#include "widgets/empty_state.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

RecordingsWorkspace::RecordingsWorkspace(Services& services, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_services(services), m_actions(actions), m_pages(new QStackedWidget(this)),
      m_list(new QWidget(this)), m_filters(new FilterBar(this)), m_table(new QTableView(this)),
      m_tablePages(new QStackedWidget(this)), m_empty(new widgets::EmptyState(this)),
      m_noMatch(new widgets::EmptyState(this)), m_split(new QSplitter(this)),
      m_details(new RecordingDetails(services, this)), m_viewer(new RecordingViewer(services, this)),
      m_banner(new Banner(tr("Message"), this)), m_checks(new BackgroundChecks(services, this))
{
    setObjectName(QStringLiteral("recordingsWorkspace"));
    setAccessibleName(tr("Recordings"));
    m_filter.setSourceModel(&m_model);
    m_filter.setSortRole(RecordingsModel::SortRole);
    m_filter.setSortCaseSensitivity(Qt::CaseInsensitive);
    buildTable();
    buildPage(actions);
    connectActions(actions);
    connect(&services.library, &Library::entriesChanged, this, &RecordingsWorkspace::updateEntries);
    connect(m_viewer, &RecordingViewer::backRequested, this, [this] {
        m_viewer->close();
        m_pages->setCurrentWidget(m_list);
        updateActions();
        m_table->setFocus();
    });
    connect(m_banner, &Banner::pressed, this, [this] {
        m_services.configuration.undoStack()->undo();
        m_banner->clear();
    });
    updateEntries();
}

void RecordingsWorkspace::buildTable()
{
    m_table->setModel(&m_filter);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RecordingsModel::Started, Qt::DescendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->setAccessibleName(tr("Recordings"));
    widgets::copyRowsOnCopyKey(*m_table);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(Theme::space(9));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

QWidget* RecordingsWorkspace::buildSide(ActionRegistry& actions)
{
    auto* right = new QWidget(m_split);
    auto* buttons = new QVBoxLayout;
    buttons->setContentsMargins(Theme::space(3), Theme::space(2), Theme::space(3), Theme::space(3));
    auto* rows = new QGridLayout;
    rows->setSpacing(Theme::space(2));
    int cell = 0;
    for (const char* id :
         {"show", "replay", "replay-10x", "replay-max", "verify", "repair", "export", "report", "describe", "remove"}) {
        auto* button = new QToolButton(right);
        button->setObjectName(QStringLiteral("sideButton"));
        button->setDefaultAction(actions.action(QLatin1String(id)));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed); // shortened rather than widening the window
        button->setMinimumWidth(Theme::space(27));
        button->setFont(Theme::font(Theme::TextSize::Small));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(button->defaultAction()->text().remove(QLatin1Char('&')));
        rows->addWidget(button, cell / 2, cell % 2);
        ++cell;
    }
    buttons->addLayout(rows);
    const auto style = [right] {
        const auto& theme = Theme::current();
        right->setStyleSheet(QStringLiteral("#sideButton { border: 1px solid %1; background: %2; padding: 6px; }"
                                            "#sideButton:hover { border-color: %3; }"
                                            "#sideButton:focus { border: 2px solid %3; padding: 5px; }")
                                 .arg(theme.border.name(), theme.raised.name(), theme.accent.name()));
    };
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, right, style);
    style();
    auto* side = new QVBoxLayout(right);
    side->setContentsMargins(0, 0, 0, 0);
    side->addWidget(m_details, 1);
    side->addLayout(buttons);
    return right;
}

void RecordingsWorkspace::buildPage(ActionRegistry& actions)
{
    m_empty->setText(tr("No recordings yet"),
                     tr("Connect a sensor or the simulated nose and press R: everything is kept, from the readings to "
                        "the decisions. Recordings made elsewhere can be opened too."));
    m_empty->addStep(actions.action(QStringLiteral("simulate")));
    m_empty->addStep(actions.action(QStringLiteral("open")));
    m_empty->addStep(actions.action(QStringLiteral("import")));
    connect(m_noMatch->addStep(tr("Show all recordings")), &QPushButton::clicked, this, [this] {
        m_filters->clear();
        m_filters->focusSearch();
    });
    m_tablePages->addWidget(m_table);
    m_tablePages->addWidget(m_empty);
    m_tablePages->addWidget(m_noMatch);
    m_split->addWidget(m_tablePages);
    m_split->addWidget(buildSide(actions));
    m_split->setChildrenCollapsible(false);
    m_split->setStretchFactor(0, 1);
    resetLayout();
    auto* layout = new QVBoxLayout(m_list);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filters);
    layout->addWidget(m_banner);
    layout->addWidget(m_split, 1);
    m_pages->addWidget(m_list);
    m_pages->addWidget(m_viewer);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);

    connect(m_filters, &FilterBar::changed, this, [this] {
        m_services.library.setQuery(m_filters->query());
        updatePage();
    });
    connect(m_filters, &FilterBar::listWanted, this, [this] { m_table->setFocus(Qt::TabFocusReason); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RecordingsWorkspace::updateActions);
    connect(m_table, &QTableView::activated, actions.action(QStringLiteral("show")), &QAction::trigger);
    connect(m_split, &QSplitter::splitterMoved, this, &RecordingsWorkspace::layoutChanged);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, &RecordingsWorkspace::layoutChanged);
}

void RecordingsWorkspace::focusSearch()
{
    m_actions.action(QStringLiteral("workspace-recordings"))->trigger();
    if (m_pages->currentWidget() == m_viewer)
        emit m_viewer->backRequested();
    m_filters->focusSearch();
}

void RecordingsWorkspace::connectActions(ActionRegistry& actions)
{
    const auto on = [&](const char* id, auto slot) {
        QAction* action = actions.action(QLatin1String(id));
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    const auto replayAt = [this](double speed) {
        if (const QString path = currentPath(); !path.isEmpty())
            emit replayRequested(path, speed);
    };
    m_table->addActions({
        on("show", [this] { openRecording(currentPath()); }),
        on("replay", [replayAt] { replayAt(1); }),
        on("replay-10x", [replayAt] { replayAt(10); }),
        on("replay-max", [replayAt] { replayAt(0); }),
        on("verify", [this] { verify(currentPath()); }),
        on("repair", [this] { repair(currentPath()); }),
        on("export", [this] { askExport(); }),
        on("report",
           [this] {
               askTarget(tr("Write a PDF report"), QStringLiteral(".pdf"), tr("PDF documents (*.pdf)"),
                         &RecordingsWorkspace::writeReport);
           }),
        on("describe", [this] { describe(currentPath()); }),
        on("reveal", [this] { revealFile(currentPath()); }),
        on("remove",
           [this] {
               if (const auto entry = current())
                   removeFromList(*entry);
           }),
        on("forget",
           [this] {
               if (const auto entry = current())
                   forget(*entry);
           }),
        on("delete", [this] { confirmDelete(); }),
    });
    on("verify-all", [this] { verifyAll(); });
    on("reindex", [this] { reindex(); });
    on("import", [this] { chooseImport(); });
    on("search", [this] { focusSearch(); });
    for (const char* id : {"replay", "replay-max", "export", "report", "describe"})
        m_viewer->addButton(actions.action(QLatin1String(id)));
}

std::optional<recording::CatalogueEntry> RecordingsWorkspace::current() const
{
    const QModelIndex index = m_filter.mapToSource(m_table->currentIndex());
    const auto* entry = m_model.entryAt(index.row());
    return index.isValid() && entry ? std::optional(*entry) : std::nullopt;
}

QString RecordingsWorkspace::currentPath() const
{
    if (m_pages->currentWidget() == m_viewer)
        return m_viewer->path();
    const auto entry = current();
    return entry ? toQString(entry->path) : QString();
}

bool RecordingsWorkspace::select(const QString& path)
{
    const QModelIndex index = m_filter.mapFromSource(m_model.index(m_model.rowOf(path), 0));
    if (index.isValid()) {
        m_table->setCurrentIndex(index);
    } else if (m_services.library.query().narrows()) {
        m_wanted = path;
        m_filters->clear();
    }
    return index.isValid();
}

void RecordingsWorkspace::updateEntries()
{
    QString chosen = current() ? toQString(current()->path) : QString();
    if (!m_wanted.isEmpty())
        chosen = std::exchange(m_wanted, {});
    m_model.setEntries(m_services.library.entries());
    m_filters->setChoices(m_services.library.choices());
    if (const auto* shown = m_model.entryAt(m_model.rowOf(m_viewer->path())); shown && !m_viewer->path().isEmpty())
        m_viewer->setTitle(toQString(shown->title));
    updatePage();
    const QModelIndex index = m_filter.mapFromSource(m_model.index(m_model.rowOf(chosen), 0));
    if (index.isValid())
        m_table->setCurrentIndex(index);
    else if (m_filter.rowCount() > 0)
        m_table->setCurrentIndex(m_filter.index(0, 0));
    updateActions();
}

/// The table, or why there is none.
void RecordingsWorkspace::updatePage()
{
    const Library& library = m_services.library;
    m_filters->setCount(m_model.rowCount(), library.total());
    QWidget* page = m_table;
    if (library.isLoaded() && library.total() == 0) {
        page = m_empty;
    } else if (library.isLoaded() && m_model.rowCount() == 0) {
        m_noMatch->setText(
            tr("No recording matches"),
            tr("None of %n recording(s) has all of this: %1.", nullptr, library.total()).arg(m_filters->description()));
        page = m_noMatch;
    }
    m_tablePages->setCurrentWidget(page);
}

void RecordingsWorkspace::updateActions()
{
    const auto entry = current();
    const bool viewing = m_pages->currentWidget() == m_viewer;
    const bool usable = viewing ? !m_viewer->path().isEmpty() : entry && !entry->missing;
    const QString unusable =
        entry && entry->missing ? tr("The file of this recording is gone.") : tr("Choose a recording first.");
    for (const char* id : {"replay", "replay-10x", "replay-max", "verify", "repair", "export", "report", "reveal"})
        m_actions.setEnabled(QLatin1String(id), usable, unusable);
    const bool whole = viewing || !entry || entry->complete;
    m_actions.setEnabled(QStringLiteral("describe"), usable && whole,
                         whole ? unusable : tr("This recording was cut off: repair it first."));
    m_actions.setEnabled(QStringLiteral("show"), usable && !viewing, viewing ? tr("It is being shown.") : unusable);
    const QString inList = tr("Choose a recording in the list first.");
    m_actions.setEnabled(QStringLiteral("remove"), entry && !viewing, inList);
    m_actions.setEnabled(QStringLiteral("delete"), entry && !entry->missing && !viewing,
                         entry && entry->missing ? unusable : inList);
    m_actions.setEnabled(QStringLiteral("forget"), entry && entry->missing && !viewing,
                         entry && !viewing ? tr("Its file is there: it would be listed again.") : inList);
    if (entry)
        m_details->showEntry(*entry);
    else
        m_details->showNothing();
}

void RecordingsWorkspace::openRecording(const QString& path)
{
    if (path.isEmpty())
        return;
    m_viewer->open(path);
    m_pages->setCurrentWidget(m_viewer);
    updateActions();
}

void RecordingsWorkspace::openRecording(const QString& path, double seconds)
{
    m_viewer->openAt(path, seconds);
    m_pages->setCurrentWidget(m_viewer);
    updateActions();
}

void RecordingsWorkspace::askTarget(const QString& title, const QString& suffix, const QString& filter,
                                    void (RecordingsWorkspace::*then)(const QString&, const QString&))
{
    const QString recording = currentPath();
    if (recording.isEmpty())
        return;
    const QFileInfo file(recording);
    auto* dialog = new QFileDialog(this, title, file.absolutePath(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix.mid(1));
    dialog->selectFile(file.completeBaseName() + suffix);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, recording, then](const QString& target) { (this->*then)(recording, target); });
    dialog->open();
}

void RecordingsWorkspace::describe(const QString& recording)
{
    if (recording.isEmpty())
        return;
    inBackground(
        *m_services.executor, this, "studio.read-description",
        [path = recording.toStdString()]() -> Result<recording::RecordingMetadata> {
            BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
            return reader->metadata();
        },
        [this, recording](const Result<recording::RecordingMetadata>& metadata) {
            if (!metadata.ok()) {
                m_services.problems.report(QStringLiteral("recordings.describe"), Theme::Severity::Warning,
                                           Format::error(metadata.error()), {});
                return;
            }
            const RecordingNotes before{toQString(metadata->title), toQString(metadata->operatorName),
                                        toQString(metadata->notes)};
            auto* dialog = new DescribeDialog(QFileInfo(recording).fileName(), before, this);
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog, &QDialog::accepted, this, [this, dialog, recording, before] {
                if (dialog->notes() != before)
                    m_services.configuration.undoStack()->push(
                        new DescribeCommand(m_services, recording, before, dialog->notes()));
            });
            dialog->open();
        },
        Priority::High);
}

void RecordingsWorkspace::removeFromList(const recording::CatalogueEntry& entry)
{
    m_services.configuration.undoStack()->push(new HideCommand(m_services, entry));
    m_banner->showMessage(
        Theme::Severity::Info,
        tr("%1 was taken off the list. Its file is kept.").arg(QFileInfo(toQString(entry.path)).fileName()),
        tr("Undo"));
}

void RecordingsWorkspace::forget(const recording::CatalogueEntry& entry)
{
    m_services.configuration.undoStack()->push(new ForgetCommand(m_services, entry));
    m_banner->showMessage(
        Theme::Severity::Info,
        tr("%1 is forgotten: its line with %2 of readings was taken out of the list.")
            .arg(QFileInfo(toQString(entry.path)).fileName(), Format::duration(toSeconds(entry.duration))),
        tr("Undo"));
}

void RecordingsWorkspace::deleteFile(const recording::CatalogueEntry& entry)
{
    m_services.configuration.undoStack()->push(new TrashCommand(m_services, entry));
    m_banner->showMessage(Theme::Severity::Warning,
                          tr("%1 was moved to the trash.").arg(QFileInfo(toQString(entry.path)).fileName()),
                          tr("Undo"));
}

void RecordingsWorkspace::confirmDelete()
{
    const auto entry = current();
    if (!entry)
        return;
    auto* question = new QMessageBox(this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Warning);
    question->setWindowTitle(tr("Delete the recording"));
    question->setText(tr("Delete %1?").arg(QFileInfo(toQString(entry->path)).fileName()));
    question->setInformativeText(
        tr("%1 of readings, %2. The file is moved to the system's trash.")
            .arg(Format::duration(toSeconds(entry->duration)), Format::bytes(static_cast<double>(entry->bytes))));
    auto* yes = question->addButton(tr("Delete this recording"), QMessageBox::DestructiveRole);
    question->setDefaultButton(question->addButton(QMessageBox::Cancel));
    connect(yes, &QAbstractButton::clicked, this, [this, entry] { deleteFile(*entry); });
    question->open();
}

QByteArray RecordingsWorkspace::saveLayout() const
{
    return m_split->saveState();
}

void RecordingsWorkspace::restoreLayout(const QByteArray& layout)
{
    m_split->restoreState(layout);
}

void RecordingsWorkspace::resetLayout()
{
    m_split->setSizes({960, 340});
    const std::array widths{185, 150, 120, 95, 75, 140, 110, 65, 65};
    for (int column = 0; column < RecordingsModel::ColumnCount; ++column)
        m_table->setColumnWidth(column, widths[static_cast<std::size_t>(column)]);
}

} // namespace bnof::studio
