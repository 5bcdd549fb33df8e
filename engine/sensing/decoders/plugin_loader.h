// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::sensing {

struct LoadedPlugins {
    std::vector<std::string> files;    ///< that were loaded
    std::vector<std::string> decoders; ///< that they brought
    std::vector<Error> problems;       ///< of those that were left out, each with its file
};

/// $BNOF_PLUGINS (folders separated by colons), <program>/../lib/bnof/plugins, and "bnof/plugins" in the user's data
/// folder (~/.local/share).
[[nodiscard]] std::vector<std::string> pluginFolders();

/// Loads every decoder plugin of the folders and registers its decoders. What is no plugin of this version is
/// refused before any of its code runs; exceptions of a plugin end at the border: a decoder that throws skips the
/// bytes and tells why. Built-in decoders cannot be replaced. Plugins stay loaded to the end of the program.
LoadedPlugins loadDecoderPlugins(const std::vector<std::string>& folders);

/// At program start: the folders above; problems go to the log.
void loadInstalledPlugins();

} // namespace bnof::sensing
