// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/model_change.h"

#include <algorithm>

#include "engine/olfaction/model.h"

namespace bnof::session {
namespace {

constexpr std::string_view suffix = " (modified)";

bool isLong(const Json& value)
{
    return value.isArray() || value.isObject();
}

void compare(const Json& before, const Json& after, const std::string& path, std::vector<std::string>& out)
{
    if (before == after)
        return;
    if (before.isObject() && after.isObject()) {
        for (const auto& [key, value] : after.members())
            compare(before[key], value, path + '.' + key, out);
        for (const auto& [key, value] : before.members())
            if (!after.contains(key))
                out.push_back(path + '.' + key + ": removed");
    } else if (before.isArray() && after.isArray() && before.items().size() == after.items().size() &&
               !after.items().empty() && after.items().front().isObject()) {
        for (std::size_t i = 0; i < after.items().size(); ++i)
            compare(before.items()[i], after.items()[i], path + '[' + std::to_string(i) + ']', out);
    } else if (isLong(before) || isLong(after)) {
        out.push_back(path + (before.isNull() ? ": added" : ": changed"));
    } else {
        out.push_back(path + ": " + (before.isNull() ? "none" : before.dump()) + " to " +
                      (after.isNull() ? "none" : after.dump()));
    }
}

std::vector<std::uint8_t> asIs(std::span<const std::uint8_t> bytes)
{
    return {bytes.begin(), bytes.end()};
}

} // namespace

std::vector<std::string> describeChanges(const snn::Network& before, const snn::Network& after)
{
    std::vector<std::string> out;
    compare(snn::toJson(before), snn::toJson(after), "network", out);
    return out;
}

Result<std::vector<std::uint8_t>> changedModel(std::span<const std::uint8_t> trained, const snn::Network& network)
{
    BNOF_TRY_ASSIGN(olfaction::Model model, olfaction::modelFromBytes(trained));
    if (model.kind != "spiking")
        return makeError(ErrorKind::Usage, "the model has no spiking network that could be changed", model.name,
                         "Use a spiking model.");
    if (model.spiking.network == network)
        return asIs(trained);
    // The network's own paths are the better message, so it is checked before the model around it.
    BNOF_TRY(snn::validate(network));
    std::vector<std::string> changes;
    for (const Json& known : model.metrics["changes"].items())
        changes.push_back(known.toString());
    for (std::string& change : describeChanges(model.spiking.network, network))
        changes.push_back(std::move(change));
    model.metrics.set("modified_after_training", true);
    model.metrics.set("changes", Json::arrayOf(changes));
    if (!model.name.ends_with(suffix))
        model.name += suffix;
    model.spiking.network = network;
    if (auto fits = olfaction::validate(model); !fits.ok()) {
        Error error = fits.error();
        error.remedy = "The trained readout relies on this; undo the change, or train a model with other settings.";
        return error;
    }
    return olfaction::modelToBytes(model);
}

Result<std::vector<std::uint8_t>> renamedModel(std::span<const std::uint8_t> bytes, const std::string& name)
{
    BNOF_TRY_ASSIGN(olfaction::Model model, olfaction::modelFromBytes(bytes));
    if (model.name == name)
        return asIs(bytes);
    model.name = name;
    return olfaction::modelToBytes(model);
}

} // namespace bnof::session
