// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/olfaction/fusion/fusion_model.h"

namespace bnof::olfaction {

/// A fitted fusion with the names of its classes, as it is kept in a file.
struct FusionFile {
    std::vector<std::string> classes;
    bool simulatedTraining = false;
    FusionModel model;
};

/// JSON text, numbers written exactly.
[[nodiscard]] std::string fusionText(const FusionFile& file);
/// Trusts nothing; the error's `where` is the path of the field.
[[nodiscard]] Result<FusionFile> fusionFromText(std::string_view text, const std::string& sourceName);

} // namespace bnof::olfaction
