// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bnof::report {

/// SHA-256 over the sources of the engine and of the reports from which this program was built: two programs of one
/// version number may still differ. Written by the build (cmake/source_digest.cmake).
[[nodiscard]] const char* sourceDigest();

} // namespace bnof::report
