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

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using sensing::ConnectionState;
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
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::space(2), Theme::space(1), Theme::space(2), Theme::space(1));
    layout->addWidget(label);
    layout->addWidget(m_box);
    layout->addWidget(m_figures, 1);
    connect(m_box, &QComboBox::activated, this, &SensorRow::choose);
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

void SensorRow::choose(int row)
{
    if (row < 0)
        return;
    m_chosen = true;
    m_shown = m_box->itemData(row).toUInt();
    emit shownChanged();
}

QString SensorRow::figures(const session::SessionStatus& status) const
{
    int streaming = 0;
    int away = 0;
    int all = 0;
    double rate = 0;
    double health = 0;
    for (const auto& source : status.sources) {
        if (source.channels.empty())
            continue; // a port that sensors connect to
        ++all;
        streaming += sensing::isDelivering(source.state) ? 1 : 0;
        away += source.state == ConnectionState::Stalled || source.state == ConnectionState::Reconnecting ||
                        source.state == ConnectionState::Failed
                    ? 1
                    : 0;
        rate += source.statistics.rateHz;
        health += source.statistics.health;
    }
    const QLocale locale;
    return tr("%1 of %2 sensors streaming, %3 away · %4 frames/s · health %5")
        .arg(locale.toString(streaming), locale.toString(all), locale.toString(away), locale.toString(rate, 'f', 0),
             locale.toString(all == 0 ? 0 : static_cast<int>(health / all + 0.5)));
}

void SensorRow::refresh(const session::SessionStatus& status)
{
    const QSignalBlocker quiet(m_box);
    for (; m_listed < status.sources.size(); ++m_listed) {
        const auto& source = status.sources[m_listed];
        const bool port = source.uri.rfind("tcp-listen:", 0) == 0 && !source.parent;
        if (port)
            continue; // its sensors are listed, when they come
        m_box->addItem(toQString(source.device.empty() ? source.uri : source.device), static_cast<uint>(m_listed));
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
    if (several)
        m_figures->setText(figures(status));
}

} // namespace bnof::studio
