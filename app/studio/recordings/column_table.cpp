// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/column_table.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>

#include <algorithm>
#include <array>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using recording::ColumnRole;
using widgets::Theme;

namespace {

/// Columns that are listed; the rest is read as it was found out.
constexpr std::size_t listedColumns = 256;
constexpr std::array roles{ColumnRole::Time,  ColumnRole::Device, ColumnRole::Channel,
                           ColumnRole::Label, ColumnRole::Mark,   ColumnRole::Ignore};

} // namespace

ColumnTable::ColumnTable(QWidget* parent) : QTableWidget(0, FieldCount, parent)
{
    setObjectName(QStringLiteral("importColumns"));
    setAccessibleName(tr("Columns of the file"));
    setHorizontalHeaderLabels({tr("Column"), tr("Use as"), tr("Unit"), tr("Quantity"), tr("Gas")});
    verticalHeader()->hide();
    horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    setSelectionMode(QAbstractItemView::NoSelection);
    setTabKeyNavigation(false);
    setShowGrid(false);
}

QString ColumnTable::roleText(ColumnRole role)
{
    switch (role) {
    case ColumnRole::Time: return tr("time");
    case ColumnRole::Device: return tr("the device's clock");
    case ColumnRole::Channel: return tr("measured value");
    case ColumnRole::Label: return tr("label");
    case ColumnRole::Mark: return tr("mark");
    case ColumnRole::Ignore: return tr("leave out");
    }
    return {};
}

void ColumnTable::addRow(int row)
{
    auto* name = new QTableWidgetItem;
    name->setFlags(Qt::ItemIsEnabled);
    setItem(row, Name, name);
    auto* role = new QComboBox(this);
    for (const ColumnRole each : roles)
        role->addItem(roleText(each), static_cast<int>(each));
    role->setItemData(role->findData(static_cast<int>(ColumnRole::Label)), tr("A mark wherever it changes."),
                      Qt::ToolTipRole);
    role->setItemData(role->findData(static_cast<int>(ColumnRole::Mark)), tr("A mark wherever it is not empty."),
                      Qt::ToolTipRole);
    role->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setCellWidget(row, Role, role);
    connect(role, &QComboBox::currentIndexChanged, this, [this, row] { takeOver(row); });
    for (const int field : {Unit, Quantity, Gas}) {
        auto* edit = new QLineEdit(this);
        edit->setFrame(false);
        setCellWidget(row, field, edit);
        connect(edit, &QLineEdit::editingFinished, this, [this, row, edit] {
            if (edit->isModified())
                takeOver(row);
            edit->setModified(false);
        });
    }
}

void ColumnTable::fillRow(int row, const Json& column)
{
    const QString name = toQString(column["name"].toString());
    const QString shown = name.isEmpty() ? tr("column %1").arg(row + 1) : name;
    item(row, Name)->setText(shown);
    item(row, Name)->setToolTip(toQString(column["why"].toString()));
    const auto role = recording::columnRoleFromName(column["role"].toString()).value_or(ColumnRole::Ignore);
    auto* choice = qobject_cast<QComboBox*>(cellWidget(row, Role));
    choice->setCurrentIndex(choice->findData(static_cast<int>(role)));
    choice->setAccessibleName(tr("What %1 is used as").arg(shown));
    Change& change = m_changes[static_cast<std::size_t>(row)];
    change.shown = role;
    const auto set = [&](int field, const QString& text, bool enabled, const QString& title) {
        auto* edit = qobject_cast<QLineEdit*>(cellWidget(row, field));
        if (!edit->hasFocus() || !edit->isModified())
            edit->setText(text);
        edit->setEnabled(enabled);
        edit->setAccessibleName(title.arg(shown));
    };
    const bool channel = role == ColumnRole::Channel;
    const Json& unit = column["unit"];
    set(Unit, toQString(unit.isString() ? unit.toString() : change.mapping.unit), channel || role == ColumnRole::Time,
        tr("Unit of %1"));
    set(Quantity, toQString(change.mapping.quantity), channel, tr("Quantity of %1"));
    set(Gas, toQString(change.mapping.gas), channel, tr("Gas of %1"));
}

void ColumnTable::show(const Json& columns)
{
    const Json::Array& items = columns.items();
    const std::size_t count = std::min(items.size(), listedColumns);
    std::vector<QString> names;
    for (std::size_t c = 0; c < count; ++c)
        names.push_back(toQString(items[c]["name"].toString()));
    m_filling = true;
    if (names != m_names) {
        m_names = std::move(names);
        m_changes.assign(count, {});
        setRowCount(0);
        setRowCount(static_cast<int>(count));
        for (int row = 0; row < rowCount(); ++row)
            addRow(row);
    }
    for (int row = 0; row < rowCount(); ++row)
        fillRow(row, items[static_cast<std::size_t>(row)]);
    m_filling = false;
}

void ColumnTable::takeOver(int row)
{
    if (m_filling)
        return;
    const auto text = [&](int field) {
        return qobject_cast<QLineEdit*>(cellWidget(row, field))->text().trimmed().toStdString();
    };
    Change& change = m_changes[static_cast<std::size_t>(row)];
    const auto role = static_cast<ColumnRole>(qobject_cast<QComboBox*>(cellWidget(row, Role))->currentData().toInt());
    // The unit of a time means nothing for a value, and the other way round.
    const bool keepsUnit = (role == ColumnRole::Time) == (change.shown == ColumnRole::Time);
    change.shown = role;
    change.made = true;
    change.mapping.column = "#" + std::to_string(row + 1);
    change.mapping.role = role;
    const bool channel = role == ColumnRole::Channel;
    change.mapping.unit = keepsUnit && (channel || role == ColumnRole::Time) ? text(Unit) : std::string();
    change.mapping.quantity = channel ? text(Quantity) : std::string();
    change.mapping.gas = channel ? text(Gas) : std::string();
    emit changed();
}

std::vector<recording::ColumnMapping> ColumnTable::changes() const
{
    std::vector<recording::ColumnMapping> out;
    for (const Change& change : m_changes) {
        if (change.made)
            out.push_back(change.mapping);
    }
    return out;
}

void ColumnTable::forget()
{
    m_names.clear();
    m_changes.clear();
    setRowCount(0);
}

} // namespace bnof::studio
