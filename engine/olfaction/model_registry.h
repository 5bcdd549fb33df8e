// SPDX-License-Identifier: GPL-3.0-or-later
// The folder in which a lab keeps its models.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/olfaction/model_signature.h"

namespace bnof::olfaction {

/// What a list of models shows of one file.
struct RegisteredModel {
    std::string path;
    std::string name;
    std::string kind;
    std::string digest; ///< SHA-256 of the file
    std::vector<std::string> gases;
    std::vector<ChannelInfo> channels;
    bool simulatedTraining = false;
    ModelSignature signature;
    Json metrics;                 ///< Model::metrics; "evaluation" is what held-out data said
    std::uint64_t bytes = 0;      ///< of the file
    std::int64_t writtenUtc = 0;  ///< when, nanoseconds since 1970: the file's time
    std::optional<Error> problem; ///< why it cannot be used; the rest is empty then
};

/// `configured`, or $XDG_DATA_HOME/bnof/models (~/.local/share/bnof/models).
[[nodiscard]] std::string modelsFolder(const std::string& configured);
/// Every .bnofmodel of the folder, newest first; damaged ones with their problem. A folder that is not there holds
/// none.
[[nodiscard]] std::vector<RegisteredModel> listModels(const std::string& folder);
/// Keeps a model under a file name made of its own name; what is there already is never overwritten. Returns the path.
/// Errors: the folder cannot be made or written, disk full.
[[nodiscard]] Result<std::string> keepModel(const std::string& folder, const std::string& name,
                                            std::span<const std::uint8_t> bytes);

} // namespace bnof::olfaction
