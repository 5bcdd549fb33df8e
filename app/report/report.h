// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/recording/export_csv.h"

namespace bnof::report {

/// What a person may choose about a report; the report says what was chosen. The same recording, options and program
/// give the same bytes, whatever the computer's language, time zone, fonts and display are, and whatever the
/// recording's file is called.
struct ReportOptions {
    std::string timeZone;        ///< IANA name, e.g. "Europe/Berlin", of the times beside UTC; empty: UTC
    std::string remarks;         ///< printed above the signature lines; empty: left out
    std::string language = "en"; ///< or "de"
    bool replay = true;          ///< compute the recording again and state whether every spike and decision is the same
};

/// Write a PDF (A4, readable in black and white) about a recording: what it is and who made it, warnings, digests of
/// everything that went into it, versions and seeds, the proof by replay, loss counters, traces, raster, decisions,
/// marks, health, audit trail and settings. A recording that was cut off or damaged is reported as far as it can be
/// read, and the report names what is missing.
///
/// Needs a QApplication (any platform, "offscreen" too). May be called from any thread: the summary charts
/// are drawn on the GUI thread, which must therefore not be waiting for the caller. Memory does not grow
/// with the length of the recording. `progress` is called on the calling thread.
/// Errors: the recording cannot be read, `pdfPath` exists already (never overwritten), its folder cannot be
/// written, the disk is full, cancelled. After an error nothing is left at `pdfPath`.
Result<void> writeReport(const std::string& recordingPath, const std::string& pdfPath,
                         const ReportOptions& options = {}, const recording::Progress& progress = {});

} // namespace bnof::report
