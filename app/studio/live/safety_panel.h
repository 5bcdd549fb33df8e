// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include "engine/session/session.h"

class QPushButton;

namespace bnof::widgets {
class SafetyCard;
} // namespace bnof::widgets

namespace bnof::studio {

class LimitsDialog;
class Services;

/// The safety figures of the session beside the reference limits, and the way to change these.
class SafetyPanel : public QWidget {
    Q_OBJECT

public:
    explicit SafetyPanel(Services& services, QWidget* parent = nullptr);

    /// Called with every new status.
    void refresh(const session::SessionStatus& status);
    void editLimits();

    [[nodiscard]] widgets::SafetyCard& card() { return *m_card; }

private:
    Services& m_services;
    widgets::SafetyCard* m_card;
    QPushButton* m_edit;
    QPointer<LimitsDialog> m_dialog;
};

} // namespace bnof::studio
