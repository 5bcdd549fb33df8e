// SPDX-License-Identifier: GPL-3.0-or-later
// A model for a device whose channels have other names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::olfaction {

/// For each channel of the model, the device's channel that is most likely the same sensor: the same name, else the
/// likest name (longest common subsequence) among channels of the same quantity, unit and target gas where both are
/// stated. No channel is used twice; nothing where none is likely. People decide.
[[nodiscard]] std::vector<std::optional<std::size_t>> suggestMapping(const std::vector<ChannelInfo>& model,
                                                                     const std::vector<ChannelInfo>& device);

/// The same model, with each channel called as `names` says (one a channel of the model), so that it fits a device by
/// name wherever it is used, replays included. The model that it was made from is named in its metrics under
/// "mapped_from". A signature is dropped: whoever signed did not vouch for this. Errors: names that are empty or equal,
/// the wrong number of them, no model.
[[nodiscard]] Result<std::vector<std::uint8_t>> mappedModel(std::span<const std::uint8_t> bytes,
                                                            const std::vector<std::string>& names);

} // namespace bnof::olfaction
