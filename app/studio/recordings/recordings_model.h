// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "engine/recording/catalogue.h"

namespace bnof::studio {

/// The catalogue as a table.
class RecordingsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Started, Title, State, Gases, Duration, Device, Marks, Frames, Size, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;

    void setEntries(std::vector<recording::CatalogueEntry> entries);
    [[nodiscard]] const recording::CatalogueEntry* entryAt(int row) const;
    [[nodiscard]] int rowOf(const QString& path) const;
    /// "simulated, cut off": what is special about it; empty: nothing.
    [[nodiscard]] static QString stateText(const recording::CatalogueEntry& entry);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<recording::CatalogueEntry> m_entries;
};

} // namespace bnof::studio
