// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::recording {

struct Verification;

/// How a recording's file is.
enum class RecordingState {
    Complete,     ///< closed properly, nothing wrong is known
    BeingWritten, ///< somebody records into it now
    CutOff,       ///< not closed properly; a repair completes it
    Damaged,      ///< bytes in it are wrong, or it can no longer be read
};
/// "complete", "being written", "cut off", "damaged".
[[nodiscard]] const char* name(RecordingState state);

/// One line of the catalogue.
struct CatalogueEntry {
    std::int64_t id = 0; ///< of the line, in this catalogue
    std::string uuid;
    std::string path; ///< last known
    std::string title;
    std::string operatorName;
    std::string notes;
    std::string device;
    std::string modelName;
    std::int64_t startedUtc = 0; ///< nanoseconds since 1970 UTC
    Timestamp duration = 0;
    std::uint64_t frames = 0;
    std::uint64_t channels = 0;
    std::uint64_t bytes = 0; ///< of all its segments
    std::uint64_t gaps = 0;
    std::uint64_t dropped = 0;
    std::string gases; ///< decided gases, most frequent first, separated by ", "
    std::string marks; ///< labels in order, separated by ", "
    RecordingState state = RecordingState::Complete;
    std::string finding;   ///< what is wrong, for people; empty: nothing
    bool complete = false; ///< closed properly, whatever else is wrong with it
    bool simulated = false;
    bool missing = false;         ///< the file is no longer at `path`
    bool copy = false;            ///< another file of the same recording was listed first
    std::int64_t firstSeen = 0;   ///< when it was first listed, nanoseconds since 1970
    std::int64_t modified = 0;    ///< the file's time, in the file system's own count
    std::string sha256;           ///< of the file as it is now; empty until it was verified
    std::int64_t verifiedUtc = 0; ///< when; 0: not as it is now
    /// Where it was before, oldest first.
    std::vector<std::string> earlierPaths;

    /// The file was checked byte by byte and has not changed since.
    [[nodiscard]] bool isVerified() const { return verifiedUtc != 0; }
    bool operator==(const CatalogueEntry&) const = default;
};

/// What to look for. All conditions must hold; what is left empty is none. Letters' case does not matter.
struct CatalogueQuery {
    /// Words that must all occur in title, operator, notes, device, model, gases, marks or file name;
    /// "several words" in quotation marks are looked for as they stand.
    std::string text;
    std::string gas;          ///< a decided gas, by its whole name
    std::string device;       ///< part of a device's name
    std::string operatorName; ///< part of the operator's name
    std::string modelName;    ///< part of the model's name
    /// Started at or after `since` and before `until`, nanoseconds since 1970 UTC.
    std::int64_t since = std::numeric_limits<std::int64_t>::min();
    std::int64_t until = std::numeric_limits<std::int64_t>::max();
    bool onlyDamaged = false;    ///< damaged or cut off
    bool onlyUnverified = false; ///< not checked as they are now, and there
    bool onlyMissing = false;
    std::vector<std::string> folders; ///< only what is below one of these

    /// Something is asked for.
    [[nodiscard]] bool narrows() const;
    bool operator==(const CatalogueQuery&) const = default;
};

/// What there is to choose from, each in alphabetical order.
struct CatalogueChoices {
    std::vector<std::string> gases;
    std::vector<std::string> devices;
    std::vector<std::string> operators;
    std::vector<std::string> models;

    bool operator==(const CatalogueChoices&) const = default;
};

/// What a search through folders came to.
struct ScanReport {
    std::size_t recordings = 0;          ///< in the folder and listed now
    std::size_t read = 0;                ///< of them read anew: new, changed, or being written
    std::size_t moved = 0;               ///< found at another place than before
    std::vector<std::string> unreadable; ///< a sentence for each .bnr file that is left out
};
/// Told how many of how many files are done; false cancels. Files that are done stay in the list.
using ScanProgress = std::function<bool(std::size_t done, std::size_t total)>;
/// Told the file, how many of how many files are done, and the share of this one (0..1); false cancels.
using VerifyProgress = std::function<bool(const std::string& path, std::size_t done, std::size_t total, double share)>;
/// What checking everything that was not verified came to.
struct VerifyReport {
    struct Checked {
        std::string uuid;
        std::string path;
        std::string sha256;
        bool intact = false;
    };
    std::vector<Checked> checked;
    std::vector<std::string> findings; ///< a sentence for each that is not intact or could not be checked
    bool cancelled = false;            ///< what was checked until then is kept
};

struct CatalogueOptions {
    bool fullTextIndex = true; ///< where SQLite has FTS5; without it every line's text is looked through
};

/// What opening a catalogue would find.
enum class CatalogueFitness { Ready, OlderVersion, NewerVersion, Damaged };
/// Looks at a catalogue and changes nothing; an absent one is ready. Errors: not permitted, busy.
[[nodiscard]] Result<CatalogueFitness> catalogueFitness(const std::string& databasePath);

/// The list of recordings (SQLite, write-ahead log, synchronous=FULL). A cache of what the files say: scan()
/// rebuilds it. A recording is known by its uuid: one that was moved keeps its line. Safe for several processes;
/// one object is for one thread.
class Catalogue {
public:
    /// Errors: not permitted, of another version, damaged (the message says how to rebuild it).
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> open(const std::string& databasePath,
                                                                 const CatalogueOptions& options = {});
    /// The same, but a catalogue that is damaged or of another version is put aside beside itself and an empty one
    /// takes its place; recordings that it named and that are still there are listed at once. See putAside().
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> openOrRebuild(const std::string& databasePath,
                                                                          const CatalogueOptions& options = {});
    /// For a damaged database: keeps a copy of its files (".damaged-<time>") and empties it in place, which is
    /// safe while other processes have it open. scan() fills it again from the recordings.
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> rebuild(const std::string& databasePath,
                                                                    const CatalogueOptions& options = {});
    virtual ~Catalogue() = default;

    /// The copy that openOrRebuild() or rebuild() kept; empty when there was no need.
    [[nodiscard]] virtual const std::string& putAside() const = 0;

    /// Read the recording's own description and add or refresh its line.
    virtual Result<CatalogueEntry> add(const std::string& recordingPath) = 0;
    /// Add or refresh every .bnr below `folder`. Files that did not change since are not opened. A second file of
    /// a listed recording gets a line of its own, flagged as a copy. Missing files stay listed.
    virtual Result<ScanReport> scan(const std::string& folder, const ScanProgress& progress = {}) = 0;
    /// The same, but every file is opened and read.
    virtual Result<ScanReport> reindex(const std::string& folder, const ScanProgress& progress = {}) = 0;
    /// Newest first.
    [[nodiscard]] virtual Result<std::vector<CatalogueEntry>> find(const CatalogueQuery& query) const = 0;
    /// find() with only a text.
    [[nodiscard]] Result<std::vector<CatalogueEntry>> list(const std::string& text = {}) const;
    [[nodiscard]] virtual Result<CatalogueChoices> choices() const = 0;

    /// Keep what checking a listed file found; a file that is not listed is none of the catalogue's business.
    virtual Result<void> noteVerification(const std::string& recordingPath, const Verification& verification) = 0;
    /// Check one listed file and keep the result; nothing when the file changed under the check.
    /// Errors: unreadable, cancelled by `progress` (which gets the share done).
    virtual Result<std::optional<Verification>> check(const std::string& recordingPath,
                                                      const std::function<bool(double)>& progress) = 0;
    /// Check every listed file that is there and was not verified as it is now.
    virtual Result<VerifyReport> verifyPending(const CatalogueQuery& query, const VerifyProgress& progress = {}) = 0;

    /// Take out the line of `path`, or all lines of this recording when it is empty.
    virtual Result<void> remove(const std::string& uuid, const std::string& path = {}) = 0;
    /// Put a line back as it was.
    virtual Result<void> restore(const CatalogueEntry& entry) = 0;
};

} // namespace bnof::recording
