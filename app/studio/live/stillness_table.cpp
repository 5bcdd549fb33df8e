// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/stillness_table.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "app/studio/live/calibration_draft.h"
#include "app/studio/services/format.h"
#include "widgets/table_copy.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QString percent(double share)
{
    const double value = std::round(10'000 * share) / 100;
    return QLocale().toString(value == 0 ? 0.0 : value, 'f', 2); // no "-0.00"
}

/// What keeps the channel from being still, in one sentence.
QString missing(const sensing::Stillness& still, double seconds, const sensing::CaptureOptions& options)
{
    if (still.stable)
        return StillnessTable::tr("still");
    if (still.samples == 0)
        return StillnessTable::tr("no values");
    QStringList reasons;
    if (seconds < options.shortestSeconds)
        reasons << StillnessTable::tr("%1 s more").arg(std::ceil(options.shortestSeconds - seconds));
    if (still.spread > options.largestSpread)
        reasons << StillnessTable::tr("spread above %1 %").arg(percent(options.largestSpread));
    if (std::fabs(still.slopePerMinute) > options.largestSlopePerMinute)
        reasons << StillnessTable::tr("slope above %1 %/min").arg(percent(options.largestSlopePerMinute));
    return reasons.isEmpty() ? StillnessTable::tr("more values") : reasons.join(QStringLiteral(", "));
}

} // namespace

StillnessTable::StillnessTable(CalibrationDraft& draft, QWidget* parent)
    : QWidget(parent), m_draft(draft), m_summary(new QLabel(this)), m_table(new QTableWidget(0, 5, this))
{
    m_summary->setObjectName(QStringLiteral("stillness"));
    m_summary->setWordWrap(true);
    m_table->setObjectName(QStringLiteral("stillnessTable"));
    m_table->setAccessibleName(tr("Stillness of every channel"));
    m_table->setHorizontalHeaderLabels({tr("Channel"), tr("Level"), tr("Spread, %"), tr("Slope, %/min"), tr("State")});
    m_table->horizontalHeaderItem(1)->setToolTip(
        tr("Resistance, in units of the load resistor where it is 1; the value itself where a concentration is sent."));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    widgets::copyRowsOnCopyKey(*m_table);
    auto* restart = new QPushButton(tr("Begin again"), this);
    restart->setObjectName(QStringLiteral("stillnessRestart"));
    restart->setAccessibleName(tr("Forget the air until now"));
    restart->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(m_summary, 1);
    row->addWidget(restart);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(row);
    layout->addWidget(m_table, 1);
    connect(restart, &QPushButton::clicked, &draft, &CalibrationDraft::restart);
    connect(&draft, &CalibrationDraft::stillnessChanged, this, &StillnessTable::refresh);
    refresh();
}

void StillnessTable::refresh()
{
    const auto& all = m_draft.stillness();
    m_stable = static_cast<int>(std::count_if(all.begin(), all.end(), [](const auto& each) { return each.stable; }));
    if (!m_draft.isConnected())
        m_summary->setText(tr("No sensor is connected. What was captured can still be saved."));
    else if (all.empty())
        m_summary->setText(tr("Waiting for values of the calibrated channels…"));
    else
        m_summary->setText(tr("%1 of %2 channels are still, over the last %3 s.")
                               .arg(m_stable)
                               .arg(all.size())
                               .arg(QLocale().toString(m_draft.seconds(), 'f', 0)));
    m_table->setRowCount(static_cast<int>(all.size()));
    const Theme& theme = Theme::current();
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto& still = all[static_cast<std::size_t>(row)];
        const bool known = still.samples >= 3;
        const QStringList cells{toQString(still.channel),
                                still.samples > 0 ? QLocale().toString(still.mean, 'g', 5) : QStringLiteral("–"),
                                known ? percent(still.spread) : QStringLiteral("–"),
                                known ? percent(still.slopePerMinute) : QStringLiteral("–"),
                                missing(still, m_draft.seconds(), m_draft.options())};
        for (int column = 0; column < cells.size(); ++column) {
            auto* item = m_table->item(row, column);
            if (item == nullptr)
                m_table->setItem(row, column, item = new QTableWidgetItem);
            if (item->text() != cells[column])
                item->setText(cells[column]);
            item->setTextAlignment((column == 0 || column == 4 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        }
        m_table->item(row, 4)->setToolTip(cells[4]);
        m_table->item(row, 4)->setForeground(still.stable ? theme.severity(Theme::Severity::Good) : theme.textMuted);
    }
    emit updated();
}

} // namespace bnof::studio
