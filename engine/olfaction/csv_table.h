// SPDX-License-Identifier: GPL-3.0-or-later
// A tolerant reader for the CSV files that people have: any of the usual separators, decimal commas,
// quoted fields, comments, missing values and rows of the wrong width.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bnof::olfaction {

/// Read a whole file; a gzip file (recognised by its first bytes) is unpacked. Refuses more than `limit`
/// bytes, also after unpacking.
[[nodiscard]] Result<std::string> readTextFile(const std::string& path, std::uint64_t limit = 512U << 20);

/// A table of text cells with one header row (possibly absent). Cells point into the text that the table owns.
class CsvTable {
public:
    /// Separators are found from the first rows: ';' wins over tab, tab over ','. With ';' or tab a comma
    /// inside a number is a decimal comma. Lines that begin with '#' are comments. The header is absent when
    /// every field of the first row is a number. Errors: no rows, more than half of the rows malformed.
    [[nodiscard]] static Result<CsvTable> parse(std::string text, const std::string& sourceName);

    [[nodiscard]] bool hasHeader() const { return m_hasHeader; }
    [[nodiscard]] const std::vector<std::string>& header() const { return m_header; }
    [[nodiscard]] std::size_t rows() const { return m_columns == 0 ? 0 : m_cells.size() / m_columns; }
    [[nodiscard]] std::size_t columns() const { return m_columns; }
    [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const
    {
        return m_cells[row * m_columns + column];
    }
    /// The cell as a number; NaN for missing values (empty, nan, na, null, none, -, 4294967295) and for text.
    [[nodiscard]] double number(std::size_t row, std::size_t column) const;
    /// Column by name, ignoring case and surrounding blanks; -1 when absent.
    [[nodiscard]] int column(std::string_view name) const;
    /// Comment lines without their '#', joined by newlines.
    [[nodiscard]] const std::string& comments() const { return m_comments; }
    /// Rows that were skipped because they had more fields than the header.
    [[nodiscard]] std::uint64_t malformedRows() const { return m_malformed; }

private:
    void splitLine(std::string_view line, std::vector<std::string_view>& fields) const;
    void detectSeparator(std::string_view text);
    [[nodiscard]] bool isNumber(std::string_view field) const;

    std::unique_ptr<std::string> m_text; ///< on the heap, so that moving the table moves no text
    std::vector<std::string> m_header;
    std::vector<std::string_view> m_cells;
    std::size_t m_columns = 0;
    std::uint64_t m_malformed = 0;
    std::string m_comments;
    char m_separator = ',';
    bool m_hasHeader = false;
};

/// A number as it stands in a CSV cell: blanks around it, a leading '+', an exponent; a decimal comma when
/// `decimalComma`. NaN for missing values and anything else.
[[nodiscard]] double parseCsvNumber(std::string_view field, bool decimalComma);
/// Seconds since 1970 of "YYYY-MM-DD hh:mm:ss[.fff]" (or with a T between); NaN for anything else.
[[nodiscard]] double parseIsoSeconds(std::string_view field);
/// `text` without blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// ASCII lower case.
[[nodiscard]] std::string lowerCase(std::string_view text);

} // namespace bnof::olfaction
