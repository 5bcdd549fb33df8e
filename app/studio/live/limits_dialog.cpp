// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/limits_dialog.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <filesystem>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/base/files.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using sensing::GasLimits;
using widgets::Theme;

namespace {

QString cellText(const std::optional<double>& limit)
{
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator); // "5,000" could be read as five
    return limit ? locale.toString(*limit, 'g', 9) : QString();
}

/// A number in the user's notation or with a point; nothing when it is none.
std::optional<double> number(const QString& text)
{
    bool ok = false;
    double value = QLocale().toDouble(text, &ok);
    if (!ok)
        value = text.toDouble(&ok);
    return ok && value >= 0 && value <= 1e9 ? std::optional(value) : std::nullopt;
}

/// What the user's file says: only what differs from the shipped values. No difference: no file.
QString write(const std::vector<GasLimits>& limits, const std::vector<GasLimits>& shipped)
{
    std::vector<GasLimits> own;
    std::copy_if(limits.begin(), limits.end(), std::back_inserter(own), [&](const GasLimits& each) {
        return std::find(shipped.begin(), shipped.end(), each) == shipped.end();
    });
    const std::string path = sensing::userLimitsPath();
    std::error_code failed;
    if (own.empty()) {
        std::filesystem::remove(path, failed);
        return failed ? LimitsDialog::tr("%1 cannot be removed: %2").arg(toQString(path), toQString(failed.message()))
                      : QString();
    }
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
    const auto written = writeFileAtomically(path, sensing::toJson(own).dump(2) + "\n");
    return written.ok() ? QString() : Format::error(written.error());
}

} // namespace

LimitsDialog::LimitsDialog(Services& services, QWidget* parent)
    : QDialog(parent), m_services(services), m_table(new QTableWidget(0, ColumnCount, this)),
      m_problem(new QLabel(this)), m_remove(new QPushButton(tr("Remove gas"), this)),
      m_save(new QPushButton(tr("Save"), this))
{
    setObjectName(QStringLiteral("limitsDialog"));
    setWindowTitle(tr("Reference limits of gases"));
    setAccessibleName(windowTitle());
    resize(Theme::space(245), Theme::space(110));
    auto* hint =
        new QLabel(tr("Not a certified safety device: these are reference values to check and edit. Low and high "
                      "are alarms on the present value, STEL on the average of 15 minutes, TWA on that of 8 "
                      "hours. An empty cell is no limit."),
                   this);
    hint->setWordWrap(true);
    buildTable();
    m_problem->setObjectName(QStringLiteral("limitsProblem"));
    m_problem->setWordWrap(true);
    m_problem->setAccessibleName(tr("What is wrong"));
    m_problem->hide();
    auto* add = new QPushButton(tr("Add gas"), this);
    auto* reset = new QPushButton(tr("Shipped values"), this);
    reset->setObjectName(QStringLiteral("limitsReset"));
    reset->setToolTip(tr("Every limit as it ships with the program; nothing is saved yet."));
    auto* cancel = new QPushButton(tr("Cancel"), this);
    m_save->setObjectName(QStringLiteral("limitsSave"));
    auto* buttons = new QHBoxLayout;
    for (QPushButton* button : {add, m_remove, reset, cancel, m_save}) {
        button->setAccessibleName(button->text());
        button->setAutoDefault(false);
        if (button == cancel)
            buttons->addStretch(1);
        buttons->addWidget(button);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(5), Theme::space(4), Theme::space(5), Theme::space(4));
    layout->setSpacing(Theme::space(2));
    layout->addWidget(hint);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_problem);
    layout->addLayout(buttons);
    connect(add, &QPushButton::clicked, this, &LimitsDialog::addGas);
    connect(m_remove, &QPushButton::clicked, this, &LimitsDialog::removeGas);
    connect(reset, &QPushButton::clicked, this, [this] { show(m_shipped); });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &LimitsDialog::save);

    setEnabled(false); // until the files are read
    inBackground(
        *m_services.executor, this, "studio.read-limits",
        [] {
            Loaded loaded;
            if (auto shipped = sensing::loadLimits({}); shipped.ok())
                loaded.shipped = std::move(*shipped);
            else
                loaded.problem = Format::error(shipped.error());
            auto own = sensing::loadLimits(sensing::userLimitsPath());
            if (!own.ok() && loaded.problem.isEmpty())
                loaded.problem = Format::error(own.error());
            loaded.own = own.ok() ? std::move(*own) : loaded.shipped;
            return loaded;
        },
        [this](const Loaded& loaded) {
            m_shipped = loaded.shipped;
            setEnabled(true);
            show(loaded.own);
            if (!loaded.problem.isEmpty())
                setProblem(loaded.problem);
            m_table->setFocus();
        });
}

void LimitsDialog::buildTable()
{
    m_table->setObjectName(QStringLiteral("limitsTable"));
    m_table->setAccessibleName(tr("Limits by gas"));
    m_table->setHorizontalHeaderLabels({tr("Gas"), tr("Unit"), tr("Low"), tr("High"), tr("STEL, 15 min"),
                                        tr("TWA, 8 h"), tr("Alarm below"), tr("Where from")});
    m_table->verticalHeader()->hide();
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setAlternatingRowColors(true);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setColumnWidth(Gas, Theme::space(40));
    for (const int column : {Unit, Low, High, Stel, Twa, Falling})
        m_table->setColumnWidth(column, Theme::space(column == Unit ? 15 : 24));
    widgets::copyRowsOnCopyKey(*m_table);
    connect(m_table, &QTableWidget::itemChanged, this, &LimitsDialog::check);
    connect(m_table, &QTableWidget::currentCellChanged, this, [this](int row) {
        m_remove->setEnabled(row >= 0 && !isShipped(row));
        m_remove->setToolTip(m_remove->isEnabled() ? QString()
                                                   : tr("A gas that ships with the program stays; empty its limits."));
    });
    m_remove->setEnabled(false);
}

void LimitsDialog::show(const std::vector<GasLimits>& limits)
{
    m_filling = true;
    m_table->setRowCount(0);
    for (const GasLimits& each : limits)
        addRow(each);
    m_filling = false;
    check();
}

void LimitsDialog::addRow(const GasLimits& limits)
{
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const auto set = [&](int column, const QString& text, bool editable) {
        auto* item = new QTableWidgetItem(text);
        if (!editable)
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        if (column >= Low && column <= Twa)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_table->setItem(row, column, item);
    };
    const bool shipped =
        std::any_of(m_shipped.begin(), m_shipped.end(), [&](const GasLimits& each) { return each.gas == limits.gas; });
    set(Gas, toQString(limits.gas), !shipped);
    set(Unit, toQString(limits.unit), false);
    set(Low, cellText(limits.low), true);
    set(High, cellText(limits.high), true);
    set(Stel, cellText(limits.stel), true);
    set(Twa, cellText(limits.twa), true);
    set(Falling, {}, false);
    m_table->item(row, Falling)->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    m_table->item(row, Falling)->setCheckState(limits.falling ? Qt::Checked : Qt::Unchecked);
    set(Reference, toQString(limits.reference), true);
    m_table->item(row, Reference)->setToolTip(toQString(limits.reference));
}

void LimitsDialog::addGas()
{
    m_filling = true;
    addRow({});
    m_filling = false;
    m_table->setCurrentCell(m_table->rowCount() - 1, Gas);
    m_table->editItem(m_table->currentItem());
}

void LimitsDialog::removeGas()
{
    if (const int row = m_table->currentRow(); row >= 0 && !isShipped(row))
        m_table->removeRow(row);
    check();
}

bool LimitsDialog::isShipped(int row) const
{
    const auto* item = m_table->item(row, Gas);
    return item && !item->flags().testFlag(Qt::ItemIsEditable);
}

std::optional<std::vector<GasLimits>> LimitsDialog::read(QString& problem) const
{
    std::vector<GasLimits> all;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto text = [&](int column) { return m_table->item(row, column)->text().trimmed(); };
        GasLimits limits;
        limits.gas = text(Gas).toStdString();
        limits.unit = text(Unit).toStdString();
        limits.falling = m_table->item(row, Falling)->checkState() == Qt::Checked;
        limits.reference = text(Reference).toStdString();
        if (limits.gas.empty()) {
            problem = tr("Row %1: the gas needs a name.").arg(row + 1);
            return std::nullopt;
        }
        for (const auto& [column, limit] : {std::pair<int, std::optional<double>*>{Low, &limits.low},
                                            {High, &limits.high},
                                            {Stel, &limits.stel},
                                            {Twa, &limits.twa}}) {
            if (text(column).isEmpty())
                continue;
            *limit = number(text(column));
            if (!*limit) {
                problem = tr("%1, %2: \"%3\" is no limit. Write a number from 0 on, or leave it empty.")
                              .arg(text(Gas), m_table->horizontalHeaderItem(column)->text(), text(column));
                return std::nullopt;
            }
        }
        all.push_back(std::move(limits));
    }
    auto checked = sensing::limitsFromJson(sensing::toJson(all), tr("the table").toStdString());
    if (!checked.ok()) {
        problem = Format::error(checked.error());
        return std::nullopt;
    }
    return std::move(*checked);
}

void LimitsDialog::check()
{
    if (m_filling)
        return;
    QString problem;
    m_save->setEnabled(read(problem).has_value());
    setProblem(problem);
}

void LimitsDialog::setProblem(const QString& text)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::current().severity(Theme::Severity::Error));
    m_problem->setPalette(colours);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

void LimitsDialog::save()
{
    if (!m_services.roles.isEngineer()) {
        setProblem(Roles::refusal());
        return;
    }
    QString problem;
    const auto limits = read(problem);
    if (!limits) {
        setProblem(problem);
        return;
    }
    m_save->setEnabled(false);
    inBackground(
        *m_services.executor, this, "studio.write-limits",
        [limits = *limits, shipped = m_shipped] { return write(limits, shipped); },
        [this, limits = *limits](const QString& failure) {
            m_save->setEnabled(true);
            if (!failure.isEmpty()) {
                setProblem(failure);
                return;
            }
            m_services.session.changeSafetyLimits(limits);
            emit saved();
            accept();
        });
}

} // namespace bnof::studio
