// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration: one TOML file over built-in defaults, under the command line. A table of settings
// says what exists; the file, `bnof config check` and the settings page all follow it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bnof {

enum class SettingType { Text, Number, Boolean, Choice };

/// One line of the table.
struct Setting {
    std::string_view key; ///< "recording.folder": section and name in the file
    SettingType type = SettingType::Text;
    std::string_view defaultValue;
    double low = 0; ///< numbers only
    double high = 0;
    std::string_view unit;    ///< SI symbol, for people
    std::string_view choices; ///< separated by |
    std::string_view summary; ///< one English sentence
};
[[nodiscard]] const std::vector<Setting>& settings();
[[nodiscard]] const Setting* findSetting(std::string_view key);

/// Values for every setting. Copyable plain data.
class Configuration {
public:
    Configuration(); ///< defaults

    /// Defaults overlaid with the file; a missing file gives the defaults. Errors name file and line.
    [[nodiscard]] static Result<Configuration> load(const std::string& path);
    /// Every problem of a file, in line order (empty: none): syntax, unknown keys (with the nearest known
    /// one), wrong types, values out of range.
    [[nodiscard]] static std::vector<Error> check(const std::string& path);
    /// $BNOF_CONFIG, else $XDG_CONFIG_HOME/bnof/bnof.toml, else ~/.config/bnof/bnof.toml.
    [[nodiscard]] static std::string defaultPath();

    [[nodiscard]] const std::string& text(std::string_view key) const;
    [[nodiscard]] double number(std::string_view key) const;
    [[nodiscard]] bool boolean(std::string_view key) const;
    /// Validated against the table.
    Result<void> set(std::string_view key, std::string_view value);
    [[nodiscard]] bool isDefault(std::string_view key) const;

    /// TOML with the settings that differ from the defaults, with their summaries as comments.
    [[nodiscard]] std::string toToml() const;
    /// Atomic; keeps the file at `path` readable whatever happens.
    Result<void> save(const std::string& path) const;

    bool operator==(const Configuration&) const = default;

private:
    std::map<std::string, std::string, std::less<>> m_values; ///< only those that differ from the default
};

} // namespace bnof
