// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

/// Variables of a MATLAB file, in this process: numbers, texts, cells of texts, and fields of single structures
/// ("s.values"). A row vector counts as a column. May crash on damaged files: for the reader process only.
[[nodiscard]] Result<std::unique_ptr<ArrayFile>> openMatHere(const std::string& path);

} // namespace bnof::recording
