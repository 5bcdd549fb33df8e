// SPDX-License-Identifier: GPL-3.0-or-later
// Private to this folder.
#pragma once

#include "engine/recording/convert.h"
#include "engine/recording/segment_writer.h"

namespace bnof::recording {

/// convert() from a reader that is open; `repairs` goes into the footer.
Result<void> rewrite(Reader& reader, const std::string& outPath, const ConvertOptions& options, const Json& repairs,
                     const std::function<bool(double)>& progress);

} // namespace bnof::recording
