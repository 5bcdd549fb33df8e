// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/sensor_row.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>

#include <algorithm>

#include "app/studio/live/sensor_summary.h"
#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

SensorRow::SensorRow(QWidget* parent) : QWidget(parent), m_box(new QComboBox(this)), m_figures(new QLabel(this))
{
    auto* label = new QLabel(tr("&Sensor:"), this);
    label->setBuddy(m_box);
    m_box->setObjectName(QStringLiteral("sensorBox"));
    m_box->setAccessibleName(tr("Shown sensor"));
    m_box->setToolTip(tr("Type a part of its name to find a sensor."));
    // Thousands of entries: neither measured nor laid out one by one.
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_box->setMinimumContentsLength(24);
    m_box->setMaxVisibleItems(20);
    m_box->setEditable(true);
    m_box->setInsertPolicy(QComboBox::NoInsert);
    m_box->completer()->setFilterMode(Qt::MatchContains);
    m_box->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_figures->setObjectName(QStringLiteral("sensorFigures"));
    m_figures->setAccessibleName(tr("All sensors"));
    m_figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::space(2), Theme::space(1), Theme::space(2), Theme::space(1));
    layout->addWidget(label);
    layout->addWidget(m_box);
    layout->addWidget(m_figures, 1);
    connect(m_box, &QComboBox::activated, this, &SensorRow::rowChosen);
    hide();
}

void SensorRow::clear()
{
    const QSignalBlocker quiet(m_box);
    m_box->clear();
    m_listed = 0;
    m_shown = 0;
    m_chosen = false;
    hide();
}

void SensorRow::rowChosen(int row)
{
    if (row < 0)
        return;
    m_chosen = true;
    m_shown = m_box->itemData(row).toUInt();
    emit shownChanged();
}

void SensorRow::choose(std::uint32_t source)
{
    const int row = m_box->findData(static_cast<uint>(source));
    if (row < 0 || source == m_shown)
        return;
    m_box->setCurrentIndex(row);
    rowChosen(row);
}

void SensorRow::refresh(const session::SessionStatus& status)
{
    const QSignalBlocker quiet(m_box);
    for (; m_listed < status.sources.size(); ++m_listed) {
        const auto& source = status.sources[m_listed];
        if (SensorSummary::isPort(source))
            continue; // its sensors are listed, when they come
        m_box->addItem(SensorSummary::name(source), static_cast<uint>(m_listed));
    }
    if (!m_chosen && m_box->count() > 0)
        m_shown = m_box->itemData(0).toUInt();
    // The names of devices of one's own come late.
    for (int row = 0; row < std::min(m_box->count(), 20); ++row) {
        const auto& source = status.sources[m_box->itemData(row).toUInt()];
        if (!source.device.empty() && m_box->itemText(row) != toQString(source.device))
            m_box->setItemText(row, toQString(source.device));
    }
    const bool several = m_box->count() > 1;
    setVisible(several);
    if (!several)
        return;
    const QString totals = SensorSummary::totals(SensorSummary::count(status));
    m_figures->setText(totals);
    m_figures->setToolTip(totals);
}

} // namespace bnof::studio
