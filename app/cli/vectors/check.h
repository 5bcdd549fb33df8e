// SPDX-License-Identifier: GPL-3.0-or-later
// Reference vectors: whether this build's statistics, detectors and control rules give the numbers of a file of cases
// {"sections": {name: [{"id", "input", "output", "rel_tol"}]}}.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace bnof::vectors {

struct CaseResult {
    std::string section;
    std::string id;
    std::string difference; ///< what differs; empty when the case passed
};

/// Every case of the document, in its order. A section that is not known, an id that does not begin with its section's
/// name and "_" or comes twice, an input that is missing and an output that is not known all count as failed cases.
/// Numbers agree within rel_tol of the reference (1e-12 near 0), or within KEY_tol where the case has one.
/// Errors: a document without sections.
[[nodiscard]] Result<std::vector<CaseResult>> checkVectors(const Json& document);

} // namespace bnof::vectors
