// SPDX-License-Identifier: GPL-3.0-or-later
// How a table of text is written, found out from its first lines. Private to this folder.
#pragma once

#include "engine/recording/interchange/importers.h"

namespace bnof::recording {

struct CsvDialect {
    char delimiter = ','; ///< ' ' stands for runs of blanks; 0: one column
    bool decimalComma = false;
    std::size_t columns = 1;
    std::uint64_t headerLines = 0; ///< lines before the data that are no comments and not blank
    std::uint64_t firstDataLine = 1;
    std::vector<std::string> names; ///< one a column; "column 3" where the file has none
    std::vector<std::string> units; ///< one a column, often empty
    bool named = false;             ///< the names are the file's own
};

struct CsvColumn {
    std::string name;
    std::string unit;
    ColumnRole role = ColumnRole::Channel;
    std::string why; ///< for the preview
};

struct CsvLayout {
    CsvDialect dialect;
    std::vector<CsvColumn> columns;
    int timeColumn = -1;
    int dateColumn = -1; ///< the day, where the time column has only the hour
    TimeKind timeKind = TimeKind::Seconds;
    std::vector<std::string> notes;
};

/// A line of a file with its number.
struct SampleLine {
    std::uint64_t number = 0;
    std::string text;
};

/// Lines that begin with '#', '%' or "//" are comments.
[[nodiscard]] bool isCommentLine(std::string_view line);
/// Cut `record` at the delimiter; quotes (RFC 4180) are taken off in place. The fields point into `record`.
void splitRecord(std::string& record, char delimiter, std::vector<std::string_view>& fields);
/// A quoted field is not closed: the record goes on in the next line.
[[nodiscard]] bool quoteIsOpen(std::string_view record, char delimiter);

/// `lines` are the first ones, without comments and blank ones. Errors: no numbers at all, a mapping without its
/// column, no time column and no rate.
[[nodiscard]] Result<CsvLayout> understandCsv(const std::vector<SampleLine>& lines, const ImportOptions& options,
                                              const std::string& name);
[[nodiscard]] CsvDialect detectDialect(const std::vector<SampleLine>& lines, const ImportOptions& options);

} // namespace bnof::recording
