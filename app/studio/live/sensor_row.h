// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>

#include "engine/session/session.h"

class QComboBox;
class QLabel;

namespace bnof::studio {

/// Which of several sensors is shown, and how all of them do: a list in which one can search by typing, and a line of
/// figures. Hidden while there is only one.
class SensorRow : public QWidget {
    Q_OBJECT

public:
    explicit SensorRow(QWidget* parent = nullptr);

    /// Called with every new status; costs by the sensors that are new.
    void refresh(const session::SessionStatus& status);
    /// Of another session.
    void clear();
    /// Choose this source as if it was chosen in the list.
    void choose(std::uint32_t source);
    /// Number of the shown source in the status.
    [[nodiscard]] std::uint32_t shown() const { return m_shown; }

signals:
    void shownChanged();

private:
    void rowChosen(int row);
    QComboBox* m_box;
    QLabel* m_figures;
    std::size_t m_listed = 0; ///< sources that were looked at
    std::uint32_t m_shown = 0;
    bool m_chosen = false; ///< by a person
};

} // namespace bnof::studio
