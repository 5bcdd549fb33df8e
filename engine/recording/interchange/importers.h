// SPDX-License-Identifier: GPL-3.0-or-later
// What the importers share: where their frames go, lines of text, times. Private to this folder.
#pragma once

#include <memory>

#include "engine/recording/interchange/arrays.h"
#include "engine/recording/interchange/import.h"

namespace bnof::recording {

/// What must be known before the first frame.
struct ImportDescription {
    std::vector<SourceDescription> sources;
    std::vector<LayerInfo> layers;
    double tickMs = 1;
    std::optional<std::int64_t> wallAtZero; ///< when the file says it
    std::optional<ImportFormat> format;     ///< when it was found out only now
    std::string title;                      ///< when the file says it
    std::string notes;
    Json understood = Json::object();
};

/// Where an importer puts what it reads: a recording, a preview, a test.
class ImportTarget {
public:
    virtual ~ImportTarget() = default;
    virtual Result<void> begin(const ImportDescription& description) = 0;
    virtual Result<void> frame(std::uint32_t source, Timestamp t, double deviceSeconds,
                               std::span<const float> values) = 0;
    virtual Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes) = 0;
    virtual Result<void> mark(const Mark& mark) = 0;
    virtual Result<void> event(const StreamEvent& event) = 0;
    /// A sentence about what was left out or changed.
    virtual Result<void> note(const std::string& text) = 0;
    /// Share done; an error when the import is to stop.
    virtual Result<void> progress(double share) = 0;
};

/// Lines of a text file, plain or gzip, or of text in memory, in bounded memory. A UTF-8 byte order mark is passed by,
/// line ends may be LF, CR LF or CR.
class TextLines {
public:
    [[nodiscard]] static Result<std::unique_ptr<TextLines>> open(const std::string& path);
    [[nodiscard]] static std::unique_ptr<TextLines> fromText(std::string text, const std::string& name);
    virtual ~TextLines() = default;

    /// False at the end. Errors: unreadable, damaged gzip, UTF-16, binary, a line of more than 16 MiB.
    [[nodiscard]] Result<bool> next(std::string_view& line);
    [[nodiscard]] Result<void> rewind();
    [[nodiscard]] std::uint64_t number() const { return m_number; } ///< of the line that next() gave, from 1
    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] virtual double share() const = 0;

protected:
    explicit TextLines(std::string name) : m_name(std::move(name)) {}
    /// Up to `size` more bytes; 0 at the end.
    virtual Result<std::size_t> more(char* to, std::size_t size) = 0;
    virtual Result<void> toBegin() = 0;
    std::string m_name;

private:
    [[nodiscard]] Result<bool> fill();

    std::string m_buffer;
    std::size_t m_at = 0;
    std::uint64_t m_number = 0;
    bool m_end = false;
    bool m_begun = false;
};

/// How a time stands in a file.
enum class TimeKind { Seconds, Milliseconds, Microseconds, Nanoseconds, Minutes, Hours, Date, Clock };
[[nodiscard]] std::optional<TimeKind> timeKindFromUnit(std::string_view unit);
[[nodiscard]] const char* timeKindUnit(TimeKind kind);
/// A number of these units as nanoseconds, exactly where it has at most nine decimals; none for what is no number or
/// beyond 292 years. Date: "2026-03-05 14:02:11.25", "05.03.2026 14:02", with T, zone Z or +01:00; UTC without a zone.
/// Clock: "14:02:11.25", nanoseconds since midnight.
[[nodiscard]] std::optional<std::int64_t> parseTime(std::string_view text, TimeKind kind, bool decimalComma);

/// A float as it stands in text, correctly rounded; false for what is neither a number nor missing. Missing (empty,
/// nan, na, n/a, null, none, -, ?, and 4294967295, which drivers print for "no reading") is NaN.
[[nodiscard]] bool parseValue(std::string_view text, bool decimalComma, float& value);

[[nodiscard]] std::string_view trimBlanks(std::string_view text);
[[nodiscard]] std::string lowerAscii(std::string_view text);

/// Rows that could not be used: counted, the first ones kept for people. More than the usable ones: an error.
class RowProblems {
public:
    RowProblems(std::string name, bool strict) : m_name(std::move(name)), m_strict(strict) {}
    /// `place` like "line 12, column 3 (MQ3)".
    Result<void> add(const std::string& place, const std::string& what);
    /// Notes to the target; an error when there were more than `good` good rows.
    Result<void> finish(std::uint64_t good, ImportTarget& target) const;

private:
    std::string m_name;
    bool m_strict;
    std::uint64_t m_count = 0;
    std::vector<std::string> m_first;
};

/// The mapping that names this column by name (case ignored) or number (from 0), if any.
[[nodiscard]] const ColumnMapping* mappingFor(const ImportOptions& options, std::string_view name, std::size_t number);
/// Every mapping must have met a column: `names` are those of the file.
[[nodiscard]] Result<void> checkMappings(const ImportOptions& options, const std::vector<std::string>& names,
                                         const std::string& file);
/// Turns labels of frames into marks where they change.
class LabelMarks {
public:
    explicit LabelMarks(ImportTarget& target) : m_target(target) {}
    Result<void> label(Timestamp t, const std::string& text);

private:
    ImportTarget& m_target;
    std::string m_last;
};

Result<void> importCsv(TextLines& lines, const ImportOptions& options, const Json& sidecar, ImportTarget& target);
Result<void> importUci(const std::vector<std::string>& files, const ImportOptions& options, ImportTarget& target);
Result<void> importUciLines(TextLines& lines, const ImportOptions& options, ImportTarget& target);
Result<void> importWindTunnel(TextLines& lines, const ImportOptions& options, ImportTarget& target);
/// `labels`: the text of the .bmelabelinfo beside it, or empty.
Result<void> importBme(const std::string& text, const std::string& labels, const std::string& name,
                       const ImportOptions& options, ImportTarget& target);
/// Own layout, NWB, or arrays of equal length, by content.
Result<void> importArrays(ArrayFile& file, const std::string& name, const ImportOptions& options, ImportTarget& target);
Result<void> importNwb(ArrayFile& file, const std::string& name, const ImportOptions& options, ImportTarget& target);

[[nodiscard]] bool looksLikeUci(std::string_view line);
[[nodiscard]] bool looksLikeWindTunnel(std::string_view line);

} // namespace bnof::recording
