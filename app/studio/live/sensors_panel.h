// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>
#include <optional>

#include "engine/session/session.h"

class QLabel;
class QLineEdit;
class QMenu;
class QSplitter;
class QTableView;
class QToolButton;

namespace bnof::studio {

class Services;
class SensorsModel;

/// Every sensor of the session in a table with its figures, and what is wrong with the selected one. Filled from the
/// status four times a second while it can be seen; costs by the rows on screen.
class SensorsPanel : public QWidget {
    Q_OBJECT

public:
    explicit SensorsPanel(Services& services, QWidget* parent = nullptr);

    /// Called with every new status.
    void refresh(const session::SessionStatus& status);
    /// Of another session.
    void clear();
    /// Mark the sensor whose traces are shown; does not tell so itself.
    void setShown(std::uint32_t source);

    [[nodiscard]] SensorsModel& model() { return *m_model; }
    [[nodiscard]] QTableView& table() { return *m_table; }

signals:
    /// A person chose this sensor.
    void sensorChosen(std::uint32_t source);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void buildTable();
    void buildColumnMenu();
    [[nodiscard]] bool isOnScreen() const;
    void keepColumns();
    void selectShown();
    void rowChosen();
    void showDetails(const session::SessionStatus& status);

    Services& m_services;
    SensorsModel* m_model;
    QLineEdit* m_filter;
    QLabel* m_totals;
    QToolButton* m_columns;
    QMenu* m_columnMenu;
    QSplitter* m_splitter;
    QTableView* m_table;
    QLabel* m_details;
    std::optional<std::uint32_t> m_shown;
    std::int64_t m_refreshedAt = 0;
    bool m_selecting = false; ///< the program selects, not a person
};

} // namespace bnof::studio
