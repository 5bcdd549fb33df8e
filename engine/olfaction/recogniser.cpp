// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/recogniser.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "engine/base/sha256.h"
#include "engine/olfaction/baselines/classifier_recogniser.h"
#include "engine/olfaction/channel_mapping.h"
#include "engine/olfaction/lda_recogniser.h"
#include "engine/olfaction/spiking_recogniser.h"
#include "engine/olfaction/virtual_receptors/recogniser.h"

namespace bnof::olfaction {

Result<std::unique_ptr<Recogniser>> makeRecogniser(std::span<const std::uint8_t> modelBytes,
                                                   const RecogniserOptions& options)
{
    BNOF_TRY_ASSIGN(Model model, modelFromBytes(modelBytes));
    std::string digest = sha256Hex(modelBytes);
    if (isClassifierKind(model.kind)) {
        BNOF_TRY_ASSIGN(auto classifier, classifierFromJson(model.classifier, "classifier",
                                                            model.discriminant.dimension, model.gases.size()));
        return std::unique_ptr<Recogniser>(
            std::make_unique<ClassifierRecogniser>(std::move(model), std::move(digest), std::move(classifier)));
    }
    if (model.kind == "virtual-receptors")
        return VirtualReceptorRecogniser::create(std::move(model), std::move(digest), options);
    if (model.kind != "spiking")
        return std::unique_ptr<Recogniser>(std::make_unique<LdaRecogniser>(std::move(model), std::move(digest)));
    return SpikingRecogniser::create(std::move(model), std::move(digest), options);
}

namespace {

/// "3", "ch3", "Channel 3", "adc_3": the name says no more than the place.
bool isPlaceName(const std::string& name)
{
    const auto digits = name.find_last_not_of("0123456789");
    if (digits == std::string::npos)
        return true;
    if (digits + 1 == name.size())
        return false;
    std::string word;
    for (const char c : name.substr(0, digits + 1)) {
        if (std::isalpha(static_cast<unsigned char>(c)) != 0)
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    constexpr std::array<std::string_view, 13> words{"",    "ch",    "channel", "c",   "s",      "sensor", "v",
                                                     "val", "value", "a",       "adc", "column", "col"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

Result<std::vector<std::size_t>> matchChannels(const std::vector<ChannelInfo>& modelChannels,
                                               const std::vector<ChannelInfo>& deviceChannels)
{
    std::vector<std::size_t> map;
    std::string absent;
    for (const ChannelInfo& wanted : modelChannels) {
        std::size_t found = deviceChannels.size();
        for (std::size_t i = 0; i < deviceChannels.size() && found == deviceChannels.size(); ++i) {
            if (deviceChannels[i].name == wanted.name)
                found = i;
        }
        if (found == deviceChannels.size())
            absent += (absent.empty() ? "" : ", ") + wanted.name;
        map.push_back(found);
    }
    if (absent.empty())
        return map;
    // Sensors that say who they are would be taken for others by their places.
    const bool nameless = std::all_of(deviceChannels.begin(), deviceChannels.end(),
                                      [](const ChannelInfo& channel) { return isPlaceName(channel.name); });
    if (modelChannels.size() == deviceChannels.size() && nameless) {
        for (std::size_t i = 0; i < map.size(); ++i)
            map[i] = i;
        return map;
    }
    std::string suggestions;
    const auto likely = suggestMapping(modelChannels, deviceChannels);
    for (std::size_t i = 0; i < likely.size(); ++i) {
        if (likely[i] && map[i] == deviceChannels.size())
            suggestions += (suggestions.empty() ? "; perhaps " : ", ") + modelChannels[i].name + "=" +
                           deviceChannels[*likely[i]].name;
    }
    return makeError(ErrorKind::BadInput,
                     "the model needs " + std::to_string(modelChannels.size()) + " channels and the device has " +
                         std::to_string(deviceChannels.size()) + "; missing: " + absent + suggestions,
                     "channels",
                     "Use a model that was trained on this device, or map the model's channels to it (\"bnof model "
                     "map\").");
}

} // namespace bnof::olfaction
