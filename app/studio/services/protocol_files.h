// SPDX-License-Identifier: GPL-3.0-or-later
// Protocols as files: those that ship with the program and the user's own. Every version is a file of its own, which
// is never written over. For background threads: all of it reads or writes disks.
#pragma once

#include <QString>

#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/session/protocol.h"

namespace bnof::studio {

/// A protocol that can be chosen.
struct ProtocolFile {
    QString path;
    QString name; ///< of the protocol; of the file where it cannot be read
    int version = 0;
    bool shipped = false;
    std::optional<Error> problem; ///< why it cannot be used
};

/// "protocols" beside the settings file `configuration`.
[[nodiscard]] QString protocolFolder(const QString& configuration);
/// By name, the newest version first; what ships with the program after the user's own.
[[nodiscard]] std::vector<ProtocolFile> listProtocols(const QString& folder);
/// Write `protocol` as the next version of its name into a new file of `folder`; gives the file. The next version is
/// one more than any that is listed and than `knownVersion`.
/// Errors: the folder cannot be made, not permitted, disk full.
[[nodiscard]] Result<QString> saveNextVersion(const QString& folder, session::Protocol protocol, int knownVersion);

} // namespace bnof::studio
