// SPDX-License-Identifier: GPL-3.0-or-later
// A password never stands in a source's URI, because URIs are kept in recordings, lists of recent sources and
// logs. It comes from an environment variable or a file that the URI names.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

struct Credentials {
    std::string user;
    std::string password;
    /// "Basic …" with a user, "Bearer …" with a password alone (a token), empty with neither.
    [[nodiscard]] std::string httpAuthorization() const;
};

/// Read from the parameters user, password-env and password-file (its first line) each time that it is called,
/// so that a changed password is taken up. Errors say which variable or file is missing; they never hold its
/// content.
[[nodiscard]] Result<Credentials> credentialsOf(const SourceUri& uri);

} // namespace bnof::sensing
