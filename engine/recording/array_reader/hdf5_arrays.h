// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

/// Numbers and texts of an HDF5 file, in this process. Members of compound types are arrays of their own
/// ("/table.time"). May crash on damaged files: for the reader process only.
[[nodiscard]] Result<std::unique_ptr<ArrayFile>> openHdf5Here(const std::string& path);

} // namespace bnof::recording
