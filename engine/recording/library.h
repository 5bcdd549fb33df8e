// SPDX-License-Identifier: GPL-3.0-or-later
// Where recordings and their catalogue live on this machine.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace bnof::recording {

/// The folder for new recordings: `configured`, or Documents/BioNeuro of this user.
[[nodiscard]] std::string recordingsFolder(const std::string& configured);
/// $XDG_DATA_HOME/bnof/catalogue.sqlite (or ~/.local/share/...); the folder is created.
[[nodiscard]] Result<std::string> defaultCataloguePath();

} // namespace bnof::recording
