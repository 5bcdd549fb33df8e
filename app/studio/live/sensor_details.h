// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>

#include "engine/session/session.h"

namespace bnof::studio {

/// What is known about one sensor in words.
class SensorDetails {
    Q_DECLARE_TR_FUNCTIONS(SensorDetails)

public:
    /// As HTML: where it stands and why, its equivalents, its calibration, and every fault of a channel with its
    /// beginning and its remedy.
    [[nodiscard]] static QString html(const session::SessionStatus& status, std::uint32_t source);
};

} // namespace bnof::studio
