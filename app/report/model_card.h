// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"

namespace bnof::report {

/// Write the model card (after Mitchell et al., "Model cards for model reporting", FAT* 2019) as a PDF: what the model
/// is for, what it was trained on, what held-out data said of it beside the plain competitors, what to doubt, its
/// channels, gases, digests and seed. The same model and program give the same bytes. `language`: "en" or "de". Needs
/// a QGuiApplication; any thread. Errors: the model cannot be read, `pdfPath` exists, its folder cannot be written.
Result<void> writeModelCard(const std::string& modelPath, const std::string& pdfPath,
                            const std::string& language = "en");

} // namespace bnof::report
