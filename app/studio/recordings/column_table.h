// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableWidget>

#include <vector>

#include "engine/recording/interchange/import.h"

namespace bnof::studio {

/// The columns of a file that is to be imported, one a row: what each is for, its unit, quantity and gas. What the
/// user changes stands over what the program found out. A file with very many columns is listed in part.
class ColumnTable : public QTableWidget {
    Q_OBJECT

public:
    enum Field { Name, Role, Unit, Quantity, Gas, FieldCount };

    explicit ColumnTable(QWidget* parent = nullptr);

    /// As found out, with the user's changes in it already: ImportPreview::understood["columns"].
    void show(const Json& columns);
    /// What the user changed.
    [[nodiscard]] std::vector<recording::ColumnMapping> changes() const;
    /// Forget the changes: the columns are others now.
    void forget();
    [[nodiscard]] static QString roleText(recording::ColumnRole role);

signals:
    void changed();

private:
    struct Change {
        bool made = false;
        recording::ColumnMapping mapping;
        recording::ColumnRole shown = recording::ColumnRole::Channel;
    };

    void addRow(int row);
    void fillRow(int row, const Json& column);
    void takeOver(int row);

    std::vector<Change> m_changes;
    std::vector<QString> m_names;
    bool m_filling = false;
};

} // namespace bnof::studio
