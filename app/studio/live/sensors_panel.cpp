// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/sensors_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/studio/live/sensor_details.h"
#include "app/studio/live/sensor_summary.h"
#include "app/studio/live/sensors_model.h"
#include "app/studio/services/services.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

constexpr std::int64_t refreshInterval = 250 * nanosecondsPerMillisecond;
const QString hiddenColumnsKey = QStringLiteral("sensors/hidden");

/// Not shown before somebody asks for them.
QList<int> columnsHiddenAtFirst()
{
    return {SensorsModel::Skipped, SensorsModel::Reconnects};
}

/// Widths in characters, so that nothing has to be measured when a thousand rows come.
int charactersOf(int column)
{
    switch (column) {
    case SensorsModel::Name: return 21;
    case SensorsModel::State: return 14;
    case SensorsModel::Faults: return 22;
    case SensorsModel::Redundancy:
    case SensorsModel::Calibration: return 20;
    case SensorsModel::ChecksumErrors: return 16;
    case SensorsModel::Drift: return 14;
    case SensorsModel::Skipped: return 13;
    case SensorsModel::Failovers:
    case SensorsModel::Reconnects: return 11;
    default: return 9;
    }
}

} // namespace

SensorsPanel::SensorsPanel(Services& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_model(new SensorsModel(this)), m_filter(new QLineEdit(this)),
      m_totals(new QLabel(this)), m_columns(new QToolButton(this)), m_columnMenu(new QMenu(this)),
      m_splitter(new QSplitter(Qt::Horizontal, this)), m_table(new QTableView(this)), m_details(new QLabel(this))
{
    setObjectName(QStringLiteral("sensorsPanel"));
    setAccessibleName(tr("Sensors"));
    m_filter->setObjectName(QStringLiteral("sensorFilter"));
    m_filter->setPlaceholderText(tr("Filter: name, state, fault…"));
    m_filter->setAccessibleName(tr("Filter the sensors"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMinimumWidth(Theme::space(45));
    m_filter->setMaximumWidth(Theme::space(60));
    m_totals->setObjectName(QStringLiteral("sensorTotals"));
    m_totals->setAccessibleName(tr("All sensors"));
    m_totals->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    buildTable();
    buildColumnMenu();

    auto* details = new QScrollArea(this);
    details->setWidget(m_details);
    details->setWidgetResizable(true);
    details->setFrameShape(QFrame::NoFrame);
    details->setAccessibleName(tr("The selected sensor"));
    m_details->setObjectName(QStringLiteral("sensorDetails"));
    m_details->setAccessibleName(tr("The selected sensor"));
    m_details->setTextFormat(Qt::RichText);
    m_details->setWordWrap(true);
    m_details->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_details->setMargin(Theme::space(2));
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(details);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setSizes({3000, 1000});
    details->setMinimumWidth(Theme::space(55));

    auto* head = new QHBoxLayout;
    head->setSpacing(Theme::space(3));
    head->addWidget(m_filter);
    head->addWidget(m_totals, 1);
    head->addWidget(m_columns);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(2), Theme::space(1), Theme::space(2), Theme::space(1));
    layout->setSpacing(Theme::space(1));
    layout->addLayout(head);
    layout->addWidget(m_splitter, 1);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_selecting = true;
        m_model->setFilter(text.trimmed());
        m_selecting = false;
        selectShown();
    });
    connect(m_model, &QAbstractItemModel::modelReset, this, &SensorsPanel::selectShown);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &SensorsPanel::rowChosen);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, [this] { m_refreshedAt = 0; });
}

void SensorsPanel::buildTable()
{
    m_table->setObjectName(QStringLiteral("sensorTable"));
    m_table->setAccessibleName(tr("Sensors with their figures"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed); // uniform: nothing is measured
    m_table->verticalHeader()->setDefaultSectionSize(Theme::space(6));
    m_table->setMinimumHeight(Theme::space(20));
    auto* header = m_table->horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    const int character = m_table->fontMetrics().averageCharWidth();
    for (int column = 0; column < SensorsModel::ColumnCount; ++column)
        header->resizeSection(column, charactersOf(column) * character + Theme::space(3));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder); // as they came
    header->setSortIndicatorClearable(true);
    widgets::copyRowsOnCopyKey(*m_table);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void SensorsPanel::buildColumnMenu()
{
    QList<int> hidden = columnsHiddenAtFirst();
    if (const QVariant kept = m_services.state.value(hiddenColumnsKey); kept.isValid()) {
        hidden.clear();
        for (const QVariant& column : kept.toList())
            hidden << column.toInt();
    }
    for (int column = 1; column < SensorsModel::ColumnCount; ++column) { // the name always stays
        QAction* action =
            m_columnMenu->addAction(m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setToolTip(m_model->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString());
        action->setCheckable(true);
        action->setChecked(!hidden.contains(column));
        m_table->setColumnHidden(column, hidden.contains(column));
        connect(action, &QAction::toggled, this, [this, column](bool on) {
            m_table->setColumnHidden(column, !on);
            keepColumns();
        });
    }
    m_columnMenu->setToolTipsVisible(true);
    m_columns->setText(tr("Columns"));
    m_columns->setAccessibleName(tr("Choose the columns"));
    m_columns->setObjectName(QStringLiteral("sensorColumns"));
    m_columns->setMenu(m_columnMenu);
    m_columns->setPopupMode(QToolButton::InstantPopup);
    m_columns->setFocusPolicy(Qt::StrongFocus);
    auto* header = m_table->horizontalHeader();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this,
            [this, header](const QPoint& at) { m_columnMenu->popup(header->mapToGlobal(at)); });
}

void SensorsPanel::keepColumns()
{
    QVariantList hidden;
    for (int column = 0; column < SensorsModel::ColumnCount; ++column)
        if (m_table->isColumnHidden(column))
            hidden << column;
    m_services.state.setValue(hiddenColumnsKey, hidden);
}

void SensorsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // Beside the table in a wide panel, below it in a narrow one.
    const auto wanted = width() > height() + Theme::space(60) ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() != wanted)
        m_splitter->setOrientation(wanted);
}

void SensorsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_refreshedAt = 0;
    refresh(m_services.session.status());
}

/// Docks behind another tab are "visible" for Qt.
bool SensorsPanel::isOnScreen() const
{
    return isVisible() && !visibleRegion().isEmpty();
}

void SensorsPanel::clear()
{
    m_shown.reset();
    m_model->clear();
    m_totals->clear();
    m_details->clear();
    m_refreshedAt = 0;
}

void SensorsPanel::refresh(const session::SessionStatus& status)
{
    const std::int64_t now = monotonicNow();
    if (!isOnScreen() || now - m_refreshedAt < refreshInterval)
        return;
    m_refreshedAt = now;
    m_selecting = true;
    m_model->update(status);
    m_selecting = false;
    selectShown();
    const QString totals = SensorSummary::totals(SensorSummary::count(status));
    if (m_totals->text() != totals) {
        m_totals->setText(totals);
        m_totals->setToolTip(totals);
    }
    showDetails(status);
}

void SensorsPanel::showDetails(const session::SessionStatus& status)
{
    const QString html = m_shown ? SensorDetails::html(status, *m_shown) : QString();
    if (m_details->text() != html && !m_details->hasSelectedText()) // what somebody is copying stays
        m_details->setText(html);
}

void SensorsPanel::setShown(std::uint32_t source)
{
    if (m_shown == source)
        return;
    m_shown = source;
    selectShown();
    if (isOnScreen())
        showDetails(m_services.session.status());
}

void SensorsPanel::selectShown()
{
    const int row = m_shown && !m_selecting ? m_model->rowOf(*m_shown) : -1;
    if (row < 0 || m_table->currentIndex().row() == row)
        return;
    m_selecting = true;
    m_table->setCurrentIndex(m_model->index(row, SensorsModel::Name));
    m_selecting = false;
}

void SensorsPanel::rowChosen()
{
    const auto source = m_model->sourceAt(m_table->currentIndex().row());
    if (m_selecting || !source || source == m_shown)
        return;
    m_shown = source;
    showDetails(m_services.session.status());
    emit sensorChosen(*source);
}

} // namespace bnof::studio
