// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/recording/export_csv.h"

namespace bnof::report {

/// What a person may choose about a report. The same recording and options give the same bytes on the
/// same installation (fonts and Qt decide the rest).
struct ReportOptions {
    std::string timeZone; ///< IANA name, e.g. "Europe/Berlin"; empty: this computer's zone
    std::string remarks;  ///< printed above the signature lines; empty: left out
};

/// Write a PDF (A4, readable in black and white) about a recording: what it is and who made it, identity and
/// hashes, loss counters, traces, raster, decisions, marks, health. A recording that was cut off or damaged
/// is reported as far as it can be read, and the report names what is missing.
///
/// Needs a QApplication (any platform, "offscreen" too). May be called from any thread: the summary charts
/// are drawn on the GUI thread, which must therefore not be waiting for the caller. Memory does not grow
/// with the length of the recording. `progress` is called on the calling thread.
/// Errors: the recording cannot be read, `pdfPath` exists already (never overwritten), its folder cannot be
/// written, the disk is full, cancelled. After an error nothing is left at `pdfPath`.
Result<void> writeReport(const std::string& recordingPath, const std::string& pdfPath,
                         const ReportOptions& options = {}, const recording::Progress& progress = {});

} // namespace bnof::report
