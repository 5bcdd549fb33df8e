// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace bnof::studio {

/// One of the program's own symbols (:/icons/<name>.svg), drawn in the theme's text colour of the moment,
/// sharp at every size. `checked` and disabled states follow the theme too.
[[nodiscard]] QIcon themedIcon(const QString& name);

} // namespace bnof::studio
