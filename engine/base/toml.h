// SPDX-License-Identifier: GPL-3.0-or-later
// TOML files of people's own making (search spaces, plans of experiments), read as JSON values.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof {

/// Tables become objects with their keys in alphabetical order; dates and times become text. Errors name the line.
[[nodiscard]] Result<Json> parseToml(std::string_view text, const std::string& sourceName);

/// A file of either format: JSON where its name ends in ".json", else TOML. Refuses more than 1 MiB.
[[nodiscard]] Result<Json> readTomlOrJson(const std::string& path);

} // namespace bnof
