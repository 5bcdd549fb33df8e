// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a report evidence: digests of everything that went into it, seeds, the audit trail and the proof by
// replay. All of it follows from the recording and the program alone.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/report/contents.h"
#include "engine/session/session.h"

namespace bnof::report {

/// One file of the recording, in order.
struct InputFile {
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// The model that travels in the recording.
struct ModelEvidence {
    std::uint64_t bytes = 0;
    std::string sha256;         ///< computed now
    bool asStated = false;      ///< it is the one that the description names
    bool readable = false;      ///< what follows could be read
    std::string programVersion; ///< that trained it
    std::string trainingDigest; ///< SHA-256 of the data that it was trained on
    bool simulatedTraining = false;
};

/// A calibration that was applied to a source.
struct CalibrationEvidence {
    std::size_t source = 0; ///< from 1
    std::string name;
    std::int64_t version = 0;
    std::string operatorName;
    std::int64_t madeUtc = 0;    ///< nanoseconds since 1970
    std::int64_t expiresUtc = 0; ///< 0: never
    std::string sha256;          ///< of its canonical JSON
};

/// A seed of a random stream, by what it was for.
struct SeedEvidence {
    enum class Of { Training, Network, Source, Setting };
    Of of = Of::Network;
    std::string name; ///< the source's number or the setting's key
    std::string value;
};

/// The whole recording computed again.
struct ReplayEvidence {
    session::ReplayProof proof;
    std::string backEnd;
    std::optional<Error> problem; ///< it could not be computed
};

struct Evidence {
    std::vector<InputFile> files;
    std::optional<ModelEvidence> model;
    std::uint64_t stateBytes = 0; ///< of the recogniser when the recording began; 0: it began fresh
    std::string stateSha256;
    std::string configurationSha256; ///< of its canonical JSON; empty: the recording holds none
    std::vector<std::pair<std::string, std::string>> configuration;
    std::vector<CalibrationEvidence> calibrations;
    std::vector<SeedEvidence> seeds;
    std::vector<recording::AuditEntry> trail;
    recording::AuditCheck trailCheck;
    std::optional<ReplayEvidence> replay; ///< absent: it was not asked for
};

/// The back end that proves a recording where there is one, else "reference". All give the same bits; a fixed one
/// instead of the fastest keeps reports of one recording equal.
inline constexpr const char* proofBackEnd = "vector";

/// Gather the evidence; with `replay` the recording is recomputed as fast as possible. `progress` gets 0..1; false
/// stops (ErrorKind::Cancelled). Errors: the recording cannot be read. May be called from any thread.
[[nodiscard]] Result<Evidence> gatherEvidence(const std::string& recordingPath, bool replay,
                                              const recording::Progress& progress);

} // namespace bnof::report
