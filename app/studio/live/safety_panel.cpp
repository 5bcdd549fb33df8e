// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/safety_panel.h"

#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/studio/live/limits_dialog.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "widgets/safety_card.h"

namespace bnof::studio {

using sensing::SafetyLevel;
using widgets::SafetyCard;
using widgets::Theme;

namespace {

SafetyCard::Gas gasOf(const sensing::SafetyReading& reading)
{
    const auto& limits = reading.limits;
    SafetyCard::Gas gas;
    gas.name = toQString(reading.gas);
    gas.unit = toQString(reading.unit);
    gas.value = reading.value;
    gas.low = limits.low;
    gas.high = limits.high;
    gas.falling = limits.falling;
    gas.quarter = {reading.stel, reading.stelCoverage, limits.stel};
    gas.day = {reading.twa, reading.twaCoverage, limits.twa};
    const auto add = [&](SafetyLevel level, SafetyCard::Level shown) {
        if (reading.alarms[static_cast<std::size_t>(level)])
            gas.exceeded.push_back(shown);
    };
    add(SafetyLevel::High, SafetyCard::Level::High);
    add(SafetyLevel::Low, SafetyCard::Level::Low);
    add(SafetyLevel::Stel, SafetyCard::Level::Stel);
    add(SafetyLevel::Twa, SafetyCard::Level::Twa);
    return gas;
}

} // namespace

SafetyPanel::SafetyPanel(Services& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_card(new SafetyCard(this)),
      m_edit(new QPushButton(tr("Reference limits…"), this))
{
    setObjectName(QStringLiteral("safetyPanel"));
    setAccessibleName(tr("Safety"));
    m_edit->setObjectName(QStringLiteral("editLimits"));
    m_edit->setAccessibleName(tr("Edit the reference limits"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_card);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, Theme::space(2));
    layout->setSpacing(Theme::space(1));
    layout->addWidget(scroll, 1);
    layout->addWidget(m_edit, 0, Qt::AlignHCenter);
    connect(m_edit, &QPushButton::clicked, this, &SafetyPanel::editLimits);
}

void SafetyPanel::refresh(const session::SessionStatus& status)
{
    if (!isVisible() || visibleRegion().isEmpty()) // behind another tab
        return;
    std::vector<SafetyCard::Gas> gases;
    for (const auto& reading : status.safety)
        gases.push_back(gasOf(reading));
    m_card->setGases(std::move(gases));
}

void SafetyPanel::editLimits()
{
    if (m_dialog) {
        m_dialog->raise();
        m_dialog->activateWindow();
        return;
    }
    m_dialog = new LimitsDialog(m_services, this);
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_dialog->open();
}

} // namespace bnof::studio
