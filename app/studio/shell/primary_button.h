// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QAction;
class QString;
class QToolButton;
class QWidget;

namespace bnof::studio {

/// The button of what a panel is for, in the accent's colour while its action can be used.
[[nodiscard]] QToolButton* makePrimaryButton(QAction* action, const QString& accessibleName, QWidget* parent);

} // namespace bnof::studio
