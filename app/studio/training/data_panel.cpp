// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/training/data_panel.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/training/training.h"
#include "widgets/empty_state.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {
namespace {

using widgets::Theme;
using Entries = std::vector<recording::CatalogueEntry>;

constexpr int pathRole = Qt::UserRole;

enum Column { Title, Started, Length, Marks, ColumnCount };

/// Every finished recording with marks, whatever the Recordings workspace shows of them.
Entries withMarks(const std::string& database)
{
    // The library opens it, too, and tells people what is wrong with it; until it is mended there is nothing to list.
    const auto fitness = recording::catalogueFitness(database);
    if (!fitness.ok() || *fitness != recording::CatalogueFitness::Ready)
        return {};
    const auto catalogue = recording::Catalogue::open(database);
    if (!catalogue.ok())
        return {};
    auto entries = (*catalogue)->list();
    if (!entries.ok())
        return {};
    std::erase_if(*entries, [](const auto& e) { return e.marks.empty() || e.missing || e.copy || !e.complete; });
    return std::move(entries).value();
}

} // namespace

DataPanel::DataPanel(Services& services, Training& training, QWidget* parent)
    : QWidget(parent), m_services(services), m_training(training), m_pages(new QStackedWidget(this)),
      m_table(new QTableWidget(this)), m_empty(new widgets::EmptyState(this)),
      m_byDay(new QCheckBox(tr("Recordings of one day belong together"), this)), m_folder(new QLabel(this)),
      m_back(new QPushButton(tr("Use recordings again"), this))
{
    m_table->setColumnCount(ColumnCount);
    m_table->setHorizontalHeaderLabels({tr("Recording"), tr("Started"), tr("Length"), tr("Marks")});
    m_table->setAccessibleName(tr("Recordings with marks"));
    m_table->setObjectName(QStringLiteral("trainingRecordings"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    widgets::copyRowsOnCopyKey(*m_table);
    m_folder->setWordWrap(true);
    m_folder->setTextFormat(Qt::PlainText);
    m_folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_byDay->setToolTip(tr("A model is then judged on days that it was not trained on, which is what a lab wants to "
                           "know. Otherwise it is judged on other recordings."));
    auto* folder = new QPushButton(tr("Folder or file…"), this);
    folder->setToolTip(tr("Labelled measurements of another program: a folder with manifest.csv, folders named after "
                          "gases, or a table with a column of labels"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_byDay);
    row->addStretch(1);
    row->addWidget(m_back);
    row->addWidget(folder);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::space(2));
    m_pages->addWidget(m_table);
    m_pages->addWidget(m_empty);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_folder);
    layout->addLayout(row);

    connect(folder, &QPushButton::clicked, this, &DataPanel::askForFolder);
    connect(m_back, &QPushButton::clicked, this, [this] { chooseFolder({}); });
    connect(m_byDay, &QCheckBox::toggled, this, &DataPanel::chosen);
    connect(m_table, &QTableWidget::itemChanged, this, [this](const QTableWidgetItem* item) {
        if (!m_filling && item->column() == Title)
            chosen();
    });
    connect(&m_services.library, &Library::entriesChanged, this, &DataPanel::listRecordings);
    chooseFolder({});
    listRecordings();
}

QStringList DataPanel::ticked() const
{
    QStringList out;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto* item = m_table->item(row, Title);
        if (item->checkState() == Qt::Checked)
            out << item->data(pathRole).toString();
    }
    return out;
}

void DataPanel::tick(const QStringList& paths)
{
    m_filling = true;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        auto* item = m_table->item(row, Title);
        item->setCheckState(paths.contains(item->data(pathRole).toString()) ? Qt::Checked : Qt::Unchecked);
    }
    m_filling = false;
    chooseFolder({});
}

void DataPanel::listRecordings()
{
    const int request = ++m_request;
    inBackground(
        *m_services.executor, this, "studio.training-list",
        [database = m_services.library.database().toStdString()] { return withMarks(database); },
        [this, request](const Entries& entries) {
            if (request != m_request)
                return;
            const QStringList before = ticked();
            m_filling = true;
            m_table->setRowCount(static_cast<int>(entries.size()));
            for (std::size_t i = 0; i < entries.size(); ++i) {
                const auto& e = entries[i];
                const QString path = toQString(e.path);
                const QStringList texts{e.title.empty() ? QFileInfo(path).fileName() : toQString(e.title),
                                        Format::dateTime(e.startedUtc), Format::clock(e.duration), toQString(e.marks)};
                for (int column = 0; column < ColumnCount; ++column) {
                    auto* item = new QTableWidgetItem(texts[column]);
                    item->setToolTip(column == Title ? path : texts[column]);
                    if (column == Title) {
                        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
                        item->setCheckState(before.contains(path) ? Qt::Checked : Qt::Unchecked);
                        item->setData(pathRole, path);
                    }
                    m_table->setItem(static_cast<int>(i), column, item);
                }
            }
            m_table->resizeColumnsToContents();
            m_table->setColumnWidth(Title, std::min(m_table->columnWidth(Title), Theme::space(70)));
            m_filling = false;
            showPage();
            if (ticked() != before)
                chosen();
        },
        Priority::Low);
}

void DataPanel::askForFolder()
{
    auto* dialog = new QFileDialog(this, tr("Labelled measurements"), m_services.session.recordingFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &DataPanel::chooseFolder);
    dialog->open();
}

void DataPanel::chooseFolder(const QString& path)
{
    m_path = path;
    m_byDay->setEnabled(path.isEmpty());
    m_back->setVisible(!path.isEmpty());
    m_folder->setVisible(!path.isEmpty());
    m_folder->setText(tr("Training data: %1").arg(path));
    showPage();
    chosen();
}

/// The list, or why there is none.
void DataPanel::showPage()
{
    m_pages->setCurrentWidget(m_path.isEmpty() && m_table->rowCount() > 0 ? static_cast<QWidget*>(m_table) : m_empty);
    if (m_path.isEmpty())
        m_empty->setText(tr("No recordings with marks yet"),
                         tr("Record several exposures of every gas, in random order, with clean air in between. Mark "
                            "each with its gas, or let an exposure protocol run the experiment."));
    else
        m_empty->setText(tr("Measurements of another program"),
                         tr("Recordings of the list take no part while a folder or file is chosen."));
}

void DataPanel::chosen()
{
    m_training.choose(m_path.isEmpty() ? ticked() : QStringList(m_path), m_byDay->isChecked());
}

} // namespace bnof::studio
