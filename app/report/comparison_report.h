// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/experiments/store.h"

namespace bnof::report {

/// Write the report of a comparison of two variants as a PDF that a reader who doubts can check: the locked plan with
/// its digest, the data, the units and what they are worth, the verdict in words, the evidence after every unit, who
/// was right on what, every gas by itself, guardrails, failures, the history of plans and decisions, the sources of the
/// methods, digests of models and program. It is of the newest analysis; the same stored experiment and program give
/// the same bytes. `language`: "en" or "de". Needs a QGuiApplication; any thread. Errors: `pdfPath` exists, its folder
/// cannot be written, nothing has been compared yet.
Result<void> writeComparisonReport(const experiments::StoredExperiment& experiment, const std::string& pdfPath,
                                   const std::string& language = "en");

} // namespace bnof::report
