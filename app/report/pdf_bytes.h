// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <cstdint>
#include <string>

namespace bnof::report {

/// Replace what QPdfWriter takes from the clock and from random numbers (creation and modification dates,
/// document identity) by values that follow from the recording: `wallNanoseconds` (UTC) and `identity` (any
/// text). The cross-reference table stays right.
void makeReproducible(QByteArray& pdf, std::int64_t wallNanoseconds, const std::string& identity);

} // namespace bnof::report
