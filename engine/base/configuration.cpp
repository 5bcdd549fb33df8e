// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/configuration.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include <toml++/toml.h>

#include "engine/base/files.h"
#include "engine/base/json.h"

namespace bnof {
namespace {

constexpr std::uint64_t largestFile = 1U << 20;

const std::vector<Setting>& table()
{
    using T = SettingType;
    static const std::vector<Setting> all{
        {"general.operator", T::Text, "", 0, 0, "", "", "Name of the operator, written into every recording."},
        {"general.role", T::Choice, "engineer", 0, 0, "", "engineer|operator",
         "What Studio allows: an operator runs, marks, acknowledges and exports; an engineer changes things, too."},
        {"general.engineer_pin", T::Text, "", 0, 0, "", "",
         "Salted hash of the PIN that an operator needs to become an engineer; empty: none. Set it in Studio."},
        {"general.language", T::Choice, "system", 0, 0, "", "system|en|de", "Language of the program."},
        {"appearance.theme", T::Choice, "system", 0, 0, "", "system|light|dark", "Light or dark display."},
        {"display.trace_window", T::Number, "60", 5, 3600, "s", "", "Time span that the live traces show."},
        {"display.history", T::Number, "60", 1, 1440, "min", "", "How far back the live traces can be scrolled."},
        {"session.source", T::Text, "", 0, 0, "", "", "Source URI to connect to at the start; empty: ask."},
        {"recognition.model", T::Text, "default", 0, 0, "", "",
         "Model file (.bnofmodel), or \"default\" for the one that ships with the program."},
        {"recognition.models_folder", T::Text, "", 0, 0, "", "",
         "Where trained models are kept; empty: bnof/models among this user's data."},
        {"recognition.back_end", T::Choice, "auto", 0, 0, "", "auto|reference|vector|parallel|cuda",
         "What computes the spiking network; auto takes the fastest on this machine."},
        {"recognition.precision", T::Choice, "model", 0, 0, "", "model|fp32|fp16|int16|int8|adaptive",
         "Form of the network's weights; adaptive takes as few bits as give the same decisions."},
        {"recognition.precision_limit", T::Number, "99", 50, 99.99, "%", "",
         "Adaptive precision: least share of decisions that must agree with full precision."},
        {"recording.folder", T::Text, "", 0, 0, "", "", "Where recordings go; empty: Documents/BioNeuro."},
        {"recording.codec", T::Choice, "lz4", 0, 0, "", "lz4|zstd|gzip|none|auto",
         "Compression of what has no codec of its own in recordings."},
        {"recording.flush", T::Number, "1000", 10, 10000, "ms", "",
         "Longest age of a block; what is accepted is safe at once in a file beside the recording."},
        {"recording.segment", T::Number, "1024", 1, 1000000, "MB", "",
         "A recording goes on in another file after this."},
        {"recording.segment_time", T::Number, "0", 0, 10000, "h", "",
         "A recording goes on in another file after this time; 0: never."},
        {"recording.minimum_free", T::Number, "100", 1, 1000000, "MB", "",
         "A recording stops cleanly when less disk space than this is free."},
        {"recording.warn_left", T::Number, "5", 0, 10000, "min", "",
         "A warning is given when the disk holds a recording for less than this at the present rate; 0: never."},
        {"recording.check_when_idle", T::Boolean, "true", 0, 0, "", "",
         "Studio computes the SHA-256 of recordings and checks them while nothing else runs."},
        {"log.file", T::Text, "", 0, 0, "", "", "Append log records to this file; empty: no file."},
        {"marks.1", T::Text, "exposure", 0, 0, "", "", "Label of the mark on key 1."},
        {"marks.2", T::Text, "purge", 0, 0, "", "", "Label of the mark on key 2."},
        {"marks.3", T::Text, "baseline", 0, 0, "", "", "Label of the mark on key 3."},
        {"marks.4", T::Text, "specimen change", 0, 0, "", "", "Label of the mark on key 4."},
        {"marks.5", T::Text, "calibration", 0, 0, "", "", "Label of the mark on key 5."},
        {"marks.6", T::Text, "disturbance", 0, 0, "", "", "Label of the mark on key 6."},
        {"marks.7", T::Text, "valve open", 0, 0, "", "", "Label of the mark on key 7."},
        {"marks.8", T::Text, "valve closed", 0, 0, "", "", "Label of the mark on key 8."},
        {"marks.9", T::Text, "note", 0, 0, "", "", "Label of the mark on key 9."},
    };
    return all;
}

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string nearestKey(std::string_view key)
{
    const auto nearest = std::min_element(table().begin(), table().end(), [&](const Setting& a, const Setting& b) {
        return editDistance(a.key, key) < editDistance(b.key, key);
    });
    return std::string(nearest->key);
}

bool parseNumber(std::string_view text, double& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value == value;
}

Error badSetting(std::string_view key, std::string what, std::string remedy)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::string(key), std::move(remedy));
}

Error unknownKey(std::string_view key)
{
    return badSetting(key, "there is no such setting", "Did you mean " + nearestKey(key) + "?");
}

/// Checks `value` against the table; gives it in the form in which it is kept.
Result<std::string> checked(const Setting& setting, std::string_view value)
{
    switch (setting.type) {
    case SettingType::Text: return std::string(value);
    case SettingType::Boolean:
        if (value == "true" || value == "false")
            return std::string(value);
        return badSetting(setting.key, "\"" + std::string(value) + "\" is neither true nor false", "");
    case SettingType::Number: {
        double number = 0;
        const std::string range = "Give a number from " + Json(setting.low).dump() + " to " +
                                  Json(setting.high).dump() +
                                  (setting.unit.empty() ? std::string() : ' ' + std::string(setting.unit)) + '.';
        if (!parseNumber(value, number))
            return badSetting(setting.key, "\"" + std::string(value) + "\" is not a number", range);
        if (number < setting.low || number > setting.high)
            return badSetting(setting.key, std::string(value) + " is out of range", range);
        return std::string(value);
    }
    case SettingType::Choice: {
        std::string_view rest = setting.choices;
        while (!rest.empty()) {
            const auto bar = rest.find('|');
            if (rest.substr(0, bar) == value)
                return std::string(value);
            rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
        }
        return badSetting(setting.key, "\"" + std::string(value) + "\" is not one of the choices",
                          "Choose one of " + std::string(setting.choices) + '.');
    }
    }
    return std::string(value);
}

/// The value of a TOML node as the table's text, or why it has the wrong type.
Result<std::string> nodeText(const Setting& setting, const toml::node& node)
{
    if (setting.type == SettingType::Number) {
        if (const auto* whole = node.as_integer())
            return std::to_string(whole->get());
        if (const auto* number = node.as_floating_point())
            return Json(number->get()).dump();
        return badSetting(setting.key, "expected a number", "Write it without quotes.");
    }
    if (setting.type == SettingType::Boolean) {
        if (const auto* flag = node.as_boolean())
            return std::string(flag->get() ? "true" : "false");
        return badSetting(setting.key, "expected true or false", "Write it without quotes.");
    }
    if (const auto* text = node.as_string())
        return text->get();
    return badSetting(setting.key, "expected a text", "Write it in double quotes.");
}

std::string place(const std::string& path, const toml::source_region& source)
{
    return path + ':' + std::to_string(source.begin.line);
}

/// Reads every setting of `document`, calling `found(setting, value)` or `failed(error)`.
template <typename Found, typename Failed>
void walk(const std::string& path, const toml::table& document, const Found& found, const Failed& failed)
{
    for (const auto& [section, sectionNode] : document) {
        const toml::table* entries = sectionNode.as_table();
        if (!entries) {
            Error error = unknownKey(section.str());
            error.where = place(path, sectionNode.source()) + " (" + error.where + ')';
            failed(std::move(error));
            continue;
        }
        for (const auto& [name, node] : *entries) {
            const std::string key = std::string(section.str()) + '.' + std::string(name.str());
            const Setting* setting = findSetting(key);
            Result<std::string> value = setting ? nodeText(*setting, node) : Result<std::string>(unknownKey(key));
            if (value.ok())
                value = checked(*setting, *value);
            if (value.ok()) {
                found(*setting, *value);
            } else {
                Error error = value.error();
                error.where = place(path, node.source()) + " (" + error.where + ')';
                failed(std::move(error));
            }
        }
    }
}

/// Debian's toml++ throws; nothing may leave this file but values.
Result<toml::table> parseToml(const std::string& text, const std::string& path)
{
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        return makeError(ErrorKind::BadInput, std::string(error.description()), place(path, error.source()),
                         "Correct this line, or remove the file to return to the defaults.");
    }
}

std::string quoted(const std::string& text)
{
    return Json(text).dump(); // a JSON string is a valid TOML basic string
}

} // namespace

const std::vector<Setting>& settings()
{
    return table();
}

const Setting* findSetting(std::string_view key)
{
    const auto found = std::find_if(table().begin(), table().end(), [&](const Setting& s) { return s.key == key; });
    return found == table().end() ? nullptr : &*found;
}

Configuration::Configuration() = default;

Result<Configuration> Configuration::load(const std::string& path)
{
    Configuration configuration;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return configuration;
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, largestFile));
    BNOF_TRY_ASSIGN(const toml::table document, parseToml(text, path));
    Result<void> status;
    walk(
        path, document,
        [&](const Setting& setting, const std::string& value) {
            if (value != setting.defaultValue)
                configuration.m_values[std::string(setting.key)] = value;
        },
        [&](Error error) {
            if (status.ok())
                status = std::move(error);
        });
    if (!status.ok())
        return status.error();
    return configuration;
}

std::vector<Error> Configuration::check(const std::string& path)
{
    const auto text = readFile(path, largestFile);
    if (!text.ok())
        return {text.error()};
    const auto document = parseToml(*text, path);
    if (!document.ok())
        return {document.error()};
    std::vector<std::pair<toml::source_index, Error>> found;
    walk(
        path, *document, [](const Setting&, const std::string&) {},
        [&](Error error) {
            const auto colon = error.where.rfind(':', error.where.find(" ("));
            found.emplace_back(static_cast<toml::source_index>(std::atoi(error.where.c_str() + colon + 1)),
                               std::move(error));
        });
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Error> errors;
    for (auto& [line, error] : found)
        errors.push_back(std::move(error));
    return errors;
}

std::string Configuration::defaultPath()
{
    if (const char* file = std::getenv("BNOF_CONFIG"))
        return file;
    if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder)
        return std::string(folder) + "/bnof/bnof.toml";
    const char* home = std::getenv("HOME");
    return std::string(home ? home : ".") + "/.config/bnof/bnof.toml";
}

const std::string& Configuration::text(std::string_view key) const
{
    static std::map<std::string, std::string, std::less<>> defaults = [] {
        std::map<std::string, std::string, std::less<>> all;
        for (const Setting& setting : table())
            all.emplace(setting.key, setting.defaultValue);
        return all;
    }();
    if (const auto own = m_values.find(key); own != m_values.end())
        return own->second;
    static const std::string none;
    const auto fallback = defaults.find(key);
    return fallback == defaults.end() ? none : fallback->second;
}

double Configuration::number(std::string_view key) const
{
    double value = 0;
    parseNumber(text(key), value);
    return value;
}

bool Configuration::boolean(std::string_view key) const
{
    return text(key) == "true";
}

Result<void> Configuration::set(std::string_view key, std::string_view value)
{
    const Setting* setting = findSetting(key);
    if (!setting)
        return unknownKey(key);
    BNOF_TRY_ASSIGN(std::string kept, checked(*setting, value));
    if (kept == setting->defaultValue)
        m_values.erase(std::string(key));
    else
        m_values[std::string(key)] = std::move(kept);
    return {};
}

bool Configuration::isDefault(std::string_view key) const
{
    return m_values.find(key) == m_values.end();
}

std::string Configuration::toToml() const
{
    std::string out = "# BioNeuro Olfactory Fusion. Settings that are not here have their defaults;\n"
                      "# `bnof config show` lists all of them.\n";
    std::string section;
    for (const Setting& setting : table()) { // sections are contiguous in the table
        const auto value = m_values.find(setting.key);
        if (value == m_values.end())
            continue;
        const auto dot = setting.key.find('.');
        if (setting.key.substr(0, dot) != section) {
            section = setting.key.substr(0, dot);
            out += "\n[" + section + "]\n";
        }
        const bool bare = setting.type == SettingType::Number || setting.type == SettingType::Boolean;
        out += "# " + std::string(setting.summary) + '\n' + std::string(setting.key.substr(dot + 1)) + " = " +
               (bare ? value->second : quoted(value->second)) + '\n';
    }
    return out;
}

Result<void> Configuration::save(const std::string& path) const
{
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty())
        std::filesystem::create_directories(folder, error);
    if (error)
        return makeError(ErrorKind::Storage, "cannot create the folder: " + error.message(), folder.string());
    return writeFileAtomically(path, toToml());
}

} // namespace bnof
