// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue and the audit trail, as the subcommands use them.
#pragma once

#include <memory>

#include "app/cli/command.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/catalogue.h"
#include "engine/recording/interchange/import.h"
#include "engine/recording/reader.h"

namespace bnof::cli {

/// The user's catalogue; one that was damaged or of another version has been put aside, which stderr says.
[[nodiscard]] Result<std::unique_ptr<recording::Catalogue>> openLibrary();
/// A line of the catalogue for machines.
[[nodiscard]] Json entryObject(const recording::CatalogueEntry& entry);

/// Keep in the catalogue and the audit trail that a recording was checked, and with what result. That the trail cannot
/// be written is said on stderr and does not make the check fail; the same for the others.
void noteVerified(const Invocation& invocation, const std::string& path, const recording::Verification& verification);
void noteVerified(const Invocation& invocation, const recording::VerifyReport::Checked& checked);
void noteRepaired(const Invocation& invocation, const std::string& path, const recording::Repair& repair);
void noteForgotten(const Invocation& invocation, const recording::CatalogueEntry& entry);
/// That `path` was made from a recording: recording::audit::exported or reported.
void noteMade(const Invocation& invocation, std::string_view what, const std::string& recordingPath,
              const std::string& format, const std::string& path);

/// That a recording was made of another program's file.
void noteImported(const Invocation& invocation, const std::string& source, const recording::ImportOutcome& outcome,
                  const std::string& path);

/// `verify --audit`: exit code 1 when the library's trail was altered.
[[nodiscard]] int checkLibraryAudit(const Invocation& invocation);
/// `info --audit FILE`: what is known to have been done with a recording, also when its file is gone.
[[nodiscard]] int runHistory(const Invocation& invocation, const std::string& path);

} // namespace bnof::cli
