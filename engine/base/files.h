// SPDX-License-Identifier: GPL-3.0-or-later
// Small files read and written whole. Recordings have their own reader and writer (engine/storage).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bnof {

/// The whole file; refuses more than `limit` bytes.
[[nodiscard]] Result<std::string> readFile(const std::string& path, std::uint64_t limit = 256U << 20);
/// Write to a temporary file beside `path`, flush it to disk, rename it over `path`: a crash leaves the
/// old content or the new, never half of one.
Result<void> writeFileAtomically(const std::string& path, std::string_view content);
/// Where the programs look for what ships with them (models, sample recordings, themes):
/// $BNOF_RESOURCES, then <program>/../share/bnof, then the source tree that it was built from.
/// Full path of `name` there, or an error that lists the places that were tried.
[[nodiscard]] Result<std::string> findResource(const std::string& name);

} // namespace bnof
