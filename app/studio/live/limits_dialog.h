// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <optional>
#include <vector>

#include "engine/sensing/safety/safety.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace bnof::studio {

class Services;

/// Edits the reference limits of gases. What differs from the values that ship with the program is kept in the user's
/// own file, and used by the running session at once.
class LimitsDialog : public QDialog {
    Q_OBJECT

public:
    LimitsDialog(Services& services, QWidget* parent = nullptr);

signals:
    void saved();

private:
    enum Column { Gas, Unit, Low, High, Stel, Twa, Falling, Reference, ColumnCount };
    struct Loaded {
        std::vector<sensing::GasLimits> shipped;
        std::vector<sensing::GasLimits> own; ///< shipped ones overlaid with the user's
        QString problem;
    };

    void buildTable();
    void show(const std::vector<sensing::GasLimits>& limits);
    void addRow(const sensing::GasLimits& limits);
    void addGas();
    void removeGas();
    void check();
    void save();
    [[nodiscard]] bool isShipped(int row) const;
    /// What the table says; nothing with the reason in `problem`.
    [[nodiscard]] std::optional<std::vector<sensing::GasLimits>> read(QString& problem) const;
    void setProblem(const QString& text);

    Services& m_services;
    QTableWidget* m_table;
    QLabel* m_problem;
    QPushButton* m_remove;
    QPushButton* m_save;
    std::vector<sensing::GasLimits> m_shipped;
    bool m_filling = false;
};

} // namespace bnof::studio
