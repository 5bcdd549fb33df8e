// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/library.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bnof::recording {
namespace {

std::string home()
{
    const char* folder = std::getenv("HOME");
    return folder && *folder ? folder : ".";
}

/// The user's documents folder as xdg-user-dirs names it; "~/Documents" where it says nothing.
std::string documentsFolder()
{
    const char* configured = std::getenv("XDG_CONFIG_HOME");
    std::ifstream file((configured && *configured ? std::string(configured) : home() + "/.config") + "/user-dirs.dirs");
    const std::string key = "XDG_DOCUMENTS_DIR=\"";
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key, 0) != 0)
            continue;
        std::string value = line.substr(key.size(), line.rfind('"') - key.size());
        if (value.rfind("$HOME", 0) == 0)
            value = home() + value.substr(5);
        if (!value.empty() && value != home() + "/")
            return value;
    }
    return home() + "/Documents";
}

} // namespace

std::string recordingsFolder(const std::string& configured)
{
    return configured.empty() ? documentsFolder() + "/BioNeuro" : configured;
}

Result<std::string> defaultCataloguePath()
{
    const char* data = std::getenv("XDG_DATA_HOME");
    const std::string folder = (data && *data ? std::string(data) : home() + "/.local/share") + "/bnof";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return makeError(ErrorKind::Storage, "cannot create the folder of the catalogue: " + error.message(), folder);
    return folder + "/catalogue.sqlite";
}

} // namespace bnof::recording
