// SPDX-License-Identifier: GPL-3.0-or-later
// What WebSocket and HTTP sources share: the address, the login and the trusted certificates.
#pragma once

#include <QSslConfiguration>
#include <QUrl>

#include "engine/base/result.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

/// scheme://host:port/path?query, without our own parameters.
[[nodiscard]] QUrl webUrl(const SourceUri& uri);
/// Trusts the system's authorities, or with ca=FILE (PEM) only those of the file. Errors name the file.
[[nodiscard]] Result<QSslConfiguration> webTrust(const SourceUri& uri);
/// Why a certificate was not accepted, and what to do about it.
[[nodiscard]] Error certificateError(const std::string& words, const std::string& where);

} // namespace bnof::sensing
