// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QTableWidget;

namespace bnof::studio {

class CalibrationDraft;

/// How still every channel is: level, spread, slope, and what is still missing. Follows the draft.
class StillnessTable : public QWidget {
    Q_OBJECT

public:
    explicit StillnessTable(CalibrationDraft& draft, QWidget* parent = nullptr);

    /// Channels that are still now.
    [[nodiscard]] int stable() const { return m_stable; }

signals:
    void updated();

private:
    void refresh();

    CalibrationDraft& m_draft;
    QLabel* m_summary;
    QTableWidget* m_table;
    int m_stable = 0;
};

} // namespace bnof::studio
