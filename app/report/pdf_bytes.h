// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bnof::report {

/// Replace what QPdfWriter takes from the clock and from random numbers (creation and modification dates,
/// document identity) by values that follow from the recording: `wallNanoseconds` (UTC) and `identity` (any
/// text). Every replacement keeps its length, so that the cross-reference table stays right.
void makeReproducible(QByteArray& pdf, std::int64_t wallNanoseconds, const std::string& identity);

/// Write a file that does not exist yet: to a temporary file beside it, flushed to disk, then renamed unless
/// `path` has appeared meanwhile. Errors leave nothing behind.
Result<void> writeNewFile(const std::string& path, std::string_view content);

} // namespace bnof::report
