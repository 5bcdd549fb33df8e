// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/toml.h"

#include <toml++/toml.h>

#include <sstream>

#include "engine/base/files.h"

namespace bnof {
namespace {

constexpr int deepest = 64;
constexpr std::uint64_t largestFile = 1U << 20;

Json toJson(const toml::node& node, int depth)
{
    if (depth > deepest)
        return {};
    if (const auto* table = node.as_table()) {
        Json out = Json::object();
        for (const auto& [key, value] : *table)
            out.set(std::string_view(key), toJson(value, depth + 1));
        return out;
    }
    if (const auto* array = node.as_array()) {
        Json out = Json::array();
        for (const auto& value : *array)
            out.push(toJson(value, depth + 1));
        return out;
    }
    if (const auto* value = node.as_string())
        return value->get();
    if (const auto* value = node.as_integer())
        return Json(static_cast<long long>(value->get()));
    if (const auto* value = node.as_floating_point())
        return value->get();
    if (const auto* value = node.as_boolean())
        return value->get();
    std::ostringstream text;
    text << toml::node_view<const toml::node>(node);
    return text.str();
}

} // namespace

Result<Json> parseToml(std::string_view text, const std::string& sourceName)
{
    try { // Debian's toml++ throws; nothing may leave this file but values.
        return toJson(toml::parse(text, sourceName), 0);
    } catch (const toml::parse_error& error) {
        return makeError(ErrorKind::BadInput, std::string(error.description()),
                         sourceName + ':' + std::to_string(error.source().begin.line), "Correct this line.");
    }
}

Result<Json> readTomlOrJson(const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(path, largestFile));
    return path.ends_with(".json") ? Json::parse(text, path) : parseToml(text, path);
}

} // namespace bnof
