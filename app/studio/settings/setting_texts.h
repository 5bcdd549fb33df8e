// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/base/configuration.h"

namespace bnof::studio {

/// Names and explanations of the settings in the user's language. A setting without an entry here keeps
/// its key and its English summary (a test finds those).
class SettingTexts {
public:
    [[nodiscard]] static QString title(std::string_view key);
    [[nodiscard]] static QString summary(const Setting& setting);
    /// Of a section: the part of the key before the dot.
    [[nodiscard]] static QString section(std::string_view section);
    /// Of a value of a choice.
    [[nodiscard]] static QString choice(std::string_view key, const QString& value);
    [[nodiscard]] static bool knows(std::string_view key);
};

/// The label of mark 1 ... 9: the user's own, or the default one in the user's language.
[[nodiscard]] QString markLabel(const Configuration& configuration, int number);

} // namespace bnof::studio
