// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/csv_dialect.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

bool isNumber(std::string_view field, bool decimalComma)
{
    float value = 0;
    return parseValue(field, decimalComma, value) && !std::isnan(value);
}

bool isTimeText(std::string_view field)
{
    return parseTime(field, TimeKind::Date, false) || parseTime(field, TimeKind::Clock, false);
}

struct Score {
    std::size_t columns = 1;
    double value = 0;
};

/// How well a delimiter fits: rows of equal width that are mostly numbers.
Score score(const std::vector<SampleLine>& lines, char delimiter)
{
    std::map<std::size_t, std::size_t> widths;
    std::vector<std::string_view> fields;
    for (const SampleLine& line : lines) {
        std::string record = line.text;
        splitRecord(record, delimiter, fields);
        ++widths[fields.size()];
    }
    Score result;
    std::size_t most = 0;
    for (const auto& [width, count] : widths) {
        if (width >= 2 && count >= most) {
            result.columns = width;
            most = count;
        }
    }
    if (most == 0)
        return result;
    std::size_t full = 0;
    std::size_t numbers = 0;
    for (const SampleLine& line : lines) {
        std::string record = line.text;
        splitRecord(record, delimiter, fields);
        if (fields.size() != result.columns)
            continue;
        for (const std::string_view field : fields) {
            full += field.empty() ? 0 : 1;
            numbers += isNumber(field, delimiter != ',') || isTimeText(field) ? 1 : 0;
        }
    }
    const double consistency = static_cast<double>(most) / static_cast<double>(lines.size());
    const double share = full == 0 ? 0 : static_cast<double>(numbers) / static_cast<double>(full);
    result.value = consistency * (0.2 + share);
    return result;
}

/// Numbers with a comma against numbers with a point.
bool usesDecimalComma(const std::vector<SampleLine>& lines, char delimiter)
{
    std::size_t commas = 0;
    std::size_t points = 0;
    std::vector<std::string_view> fields;
    for (const SampleLine& line : lines) {
        std::string record = line.text;
        splitRecord(record, delimiter, fields);
        for (const std::string_view field : fields) {
            const bool comma = field.find(',') != std::string_view::npos;
            if (comma && isNumber(field, true))
                ++commas;
            else if (field.find('.') != std::string_view::npos && isNumber(field, false))
                ++points;
        }
    }
    return commas > points;
}

/// "Temp [°C]" and "Temp (°C)": the unit goes from the name.
std::string takeUnit(std::string& name)
{
    for (const auto& [open, close] : {std::pair('[', ']'), std::pair('(', ')')}) {
        const std::size_t at = name.rfind(open);
        if (at == std::string::npos || at == 0 || name.back() != close)
            continue;
        std::string unit(trimBlanks(std::string_view(name).substr(at + 1, name.size() - at - 2)));
        if (unit.size() > 16)
            continue;
        name = std::string(trimBlanks(std::string_view(name).substr(0, at)));
        return unit;
    }
    return {};
}

struct Fields {
    std::uint64_t number = 0;
    std::vector<std::string> cells;
    std::size_t numeric = 0;
};

std::vector<Fields> splitAll(const std::vector<SampleLine>& lines, const CsvDialect& dialect)
{
    std::vector<Fields> rows;
    std::vector<std::string_view> fields;
    for (const SampleLine& line : lines) {
        std::string record = line.text;
        splitRecord(record, dialect.delimiter, fields);
        Fields row{line.number, {fields.begin(), fields.end()}, 0};
        for (const std::string& cell : row.cells)
            row.numeric += isNumber(cell, dialect.decimalComma) || isTimeText(cell) ? 1 : 0;
        rows.push_back(std::move(row));
    }
    return rows;
}

/// Lines that end with the delimiter seem to have one column more.
void dropEmptyLast(std::vector<Fields>& rows, CsvDialect& dialect)
{
    const std::size_t wide = dialect.columns;
    const auto filled = [wide](const Fields& row) { return row.cells.size() == wide && !row.cells.back().empty(); };
    if (wide < 2 || dialect.delimiter == ' ' || std::any_of(rows.begin(), rows.end(), filled))
        return;
    --dialect.columns;
    for (Fields& row : rows) {
        if (row.cells.size() == wide)
            row.cells.pop_back();
    }
}

std::size_t firstDataRow(const std::vector<Fields>& rows, const CsvDialect& dialect)
{
    std::vector<std::size_t> numeric;
    for (std::size_t i = rows.size() / 2; i < rows.size(); ++i) {
        if (rows[i].cells.size() == dialect.columns)
            numeric.push_back(rows[i].numeric);
    }
    if (numeric.empty())
        return 0;
    std::nth_element(numeric.begin(), numeric.begin() + static_cast<std::ptrdiff_t>(numeric.size() / 2), numeric.end());
    const std::size_t least = std::max<std::size_t>(1, (numeric[numeric.size() / 2] + 1) / 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].cells.size() == dialect.columns && rows[i].numeric >= least)
            return i;
    }
    return rows.size();
}

/// A line of units below the names: short words, of which at least one is not a number.
bool looksLikeUnits(const Fields& row)
{
    return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.size() <= 10; }) &&
           row.numeric == 0;
}

void takeNames(CsvDialect& dialect, const std::vector<Fields>& rows, std::size_t data)
{
    dialect.names.assign(dialect.columns, {});
    dialect.units.assign(dialect.columns, {});
    dialect.headerLines = data;
    const auto wide = [&](std::size_t row) { return rows[row].cells.size() == dialect.columns; };
    std::size_t names = data; // none
    if (data >= 2 && wide(data - 1) && wide(data - 2) && looksLikeUnits(rows[data - 1])) {
        names = data - 2;
        for (std::size_t c = 0; c < dialect.columns; ++c) {
            std::string unit = rows[data - 1].cells[c];
            if (unit.size() > 2 && (unit.front() == '[' || unit.front() == '('))
                unit = unit.substr(1, unit.size() - 2);
            dialect.units[c] = asUtf8(unit);
        }
    } else if (data >= 1 && wide(data - 1)) {
        names = data - 1;
    } else if (data >= 1 && rows[data - 1].cells.size() + 1 == dialect.columns && dialect.columns > 2) {
        // Tables written by R have no name above the rows' own names.
        dialect.named = true;
        dialect.names[0] = "row";
        for (std::size_t c = 1; c < dialect.columns; ++c)
            dialect.names[c] = asUtf8(rows[data - 1].cells[c - 1]);
    }
    if (names < data) {
        dialect.named = true;
        for (std::size_t c = 0; c < dialect.columns; ++c)
            dialect.names[c] = asUtf8(rows[names].cells[c]);
    }
    for (std::size_t c = 0; c < dialect.columns; ++c) {
        if (std::string unit = takeUnit(dialect.names[c]); !unit.empty())
            dialect.units[c] = unit;
        if (dialect.names[c].empty() && !dialect.named)
            dialect.names[c] = "column " + std::to_string(c + 1);
    }
}

} // namespace

bool isCommentLine(std::string_view line)
{
    return line.starts_with('#') || line.starts_with('%') || line.starts_with("//");
}

bool quoteIsOpen(std::string_view record, char delimiter)
{
    bool begin = true;
    bool quoted = false;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const char c = record[i];
        if (quoted) {
            if (c == '"' && i + 1 < record.size() && record[i + 1] == '"')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"' && begin) {
            quoted = true;
        }
        begin = !quoted && (c == delimiter || (begin && (c == ' ' || c == '\t')));
    }
    return quoted;
}

void splitRecord(std::string& record, char delimiter, std::vector<std::string_view>& fields)
{
    fields.clear();
    char* const text = record.data();
    const std::size_t size = record.size();
    std::size_t at = 0;
    while (true) {
        const auto blank = [&](std::size_t i) { return (text[i] == ' ' || text[i] == '\t') && text[i] != delimiter; };
        while (at < size && (blank(at) || (delimiter == ' ' && (text[at] == ' ' || text[at] == '\t'))))
            ++at;
        if (delimiter == ' ' && at >= size && !fields.empty())
            return; // blanks at the end
        const std::size_t start = at;
        std::size_t write = start;
        if (at < size && text[at] == '"') {
            ++at;
            while (at < size && !(text[at] == '"' && (at + 1 >= size || text[at + 1] != '"'))) {
                at += text[at] == '"' ? 1 : 0;
                text[write++] = text[at++];
            }
            at += at < size ? 1 : 0;
        }
        const auto ends = [&](std::size_t i) { return text[i] == delimiter || (delimiter == ' ' && text[i] == '\t'); };
        const std::size_t quotedEnd = write;
        while (at < size && !(delimiter != 0 && ends(at)))
            text[write++] = text[at++];
        while (write > quotedEnd && (text[write - 1] == ' ' || text[write - 1] == '\t'))
            --write;
        fields.emplace_back(text + start, write - start);
        if (at >= size)
            return;
        ++at;
        if (at >= size && delimiter != ' ') {
            fields.emplace_back(text + size, 0);
            return;
        }
    }
}

CsvDialect detectDialect(const std::vector<SampleLine>& lines, const ImportOptions& options)
{
    CsvDialect dialect;
    dialect.delimiter = options.delimiter;
    if (options.delimiter != 0) {
        dialect.columns = score(lines, options.delimiter).columns;
    } else {
        double best = 0;
        for (const char delimiter : {';', '\t', ',', '|', ' '}) {
            const Score found = score(lines, delimiter);
            if (found.columns >= 2 && found.value > best * 1.01) {
                best = found.value;
                dialect.delimiter = delimiter;
                dialect.columns = found.columns;
            }
        }
    }
    dialect.decimalComma = options.decimal != 0       ? options.decimal == ','
                           : dialect.delimiter != ',' ? usesDecimalComma(lines, dialect.delimiter)
                                                      : false;
    std::vector<Fields> rows = splitAll(lines, dialect);
    dropEmptyLast(rows, dialect);
    const std::size_t data = options.headerLines >= 0
                                 ? std::min(rows.size(), static_cast<std::size_t>(options.headerLines))
                                 : firstDataRow(rows, dialect);
    takeNames(dialect, rows, data);
    dialect.firstDataLine = data < rows.size() ? rows[data].number : UINT64_MAX;
    return dialect;
}

} // namespace bnof::recording
