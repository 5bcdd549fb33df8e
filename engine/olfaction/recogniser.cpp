// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/recogniser.h"

#include "engine/base/sha256.h"
#include "engine/olfaction/baselines/classifier_recogniser.h"
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
    if (modelChannels.size() == deviceChannels.size()) {
        for (std::size_t i = 0; i < map.size(); ++i)
            map[i] = i;
        return map;
    }
    return makeError(ErrorKind::BadInput,
                     "the model needs " + std::to_string(modelChannels.size()) + " channels and the device has " +
                         std::to_string(deviceChannels.size()) + "; missing: " + absent,
                     "channels", "Use a model that was trained on this device, or rename the device's channels.");
}

} // namespace bnof::olfaction
