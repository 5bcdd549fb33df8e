// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/snn/network.h"

namespace bnof::session {

/// The differences as lines for people, "network.populations[3].model.threshold_mv: -50 to -48". Long lists are named,
/// not printed.
[[nodiscard]] std::vector<std::string> describeChanges(const snn::Network& before, const snn::Network& after);

/// The bytes of the model `trained` (a .bnofmodel) with `network` in place of its own (SpikingPart::network, without
/// the readout). The changed model says so in its name and lists the changes among its metrics, which were measured
/// before them. The same network gives the same bytes back. Errors: the model cannot be read or does not spike; the
/// network makes no sense (`where` is the path of the field) or does not fit the rest of the model.
[[nodiscard]] Result<std::vector<std::uint8_t>> changedModel(std::span<const std::uint8_t> trained,
                                                             const snn::Network& network);

/// The same model under another name. A name of its own does not hide the list of changes.
[[nodiscard]] Result<std::vector<std::uint8_t>> renamedModel(std::span<const std::uint8_t> model,
                                                             const std::string& name);

} // namespace bnof::session
