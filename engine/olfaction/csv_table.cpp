// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/csv_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <zlib.h>

#include "engine/base/files.h"

namespace bnof::olfaction {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Result<std::string> unpackGzip(const std::string& packed, const std::string& path, std::uint64_t limit)
{
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return makeError(ErrorKind::Internal, "zlib could not be started", path);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::vector<char> buffer(1U << 18);
    int status = Z_OK;
    while (true) {
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(buffer.data(), buffer.size() - stream.avail_out);
        if (out.size() > limit) {
            inflateEnd(&stream);
            return makeError(ErrorKind::BadInput, "the file unpacks to more than " + std::to_string(limit) + " bytes",
                             path, "Split it into shorter recordings.");
        }
        if (status == Z_STREAM_END && stream.avail_in > 0 && inflateReset(&stream) == Z_OK)
            continue; // files may be several gzip members in a row
        if (status != Z_OK)
            break;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END)
        return makeError(ErrorKind::BadInput, "the gzip file is damaged or cut off", path,
                         "Copy it again from its source.");
    return out;
}

std::string_view nextLine(std::string_view text, std::size_t& at)
{
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return line;
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date algorithms").
std::int64_t daysFromCivil(std::int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto yearOfEra = static_cast<unsigned>(year - era * 400);
    const unsigned dayOfYear = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + static_cast<std::int64_t>(dayOfEra) - 719468;
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string lowerCase(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

Result<std::string> readTextFile(const std::string& path, std::uint64_t limit)
{
    auto text = readFile(path, limit);
    if (text.ok() && text->size() >= 2 && (*text)[0] == '\x1f' && (*text)[1] == '\x8b')
        return unpackGzip(*text, path, limit);
    return text;
}

double parseCsvNumber(std::string_view field, bool decimalComma)
{
    field = trimmed(field);
    if (!field.empty() && field.front() == '+')
        field.remove_prefix(1);
    if (field.empty() || field.size() > 40)
        return missing;
    std::array<char, 40> copy{};
    std::copy(field.begin(), field.end(), copy.begin());
    if (decimalComma)
        std::replace(copy.begin(), copy.end(), ',', '.');
    double value = 0;
    const auto [end, code] = std::from_chars(copy.data(), copy.data() + field.size(), value);
    if (code != std::errc() || end != copy.data() + field.size() || !std::isfinite(value))
        return missing;
    // Drivers print an unsigned -1 for "no reading".
    return value == 4294967295.0 ? missing : value;
}

double parseIsoSeconds(std::string_view field)
{
    field = trimmed(field);
    const auto digits = [&field](std::size_t at, std::size_t count) {
        int value = -1;
        if (at + count <= field.size()) {
            const char* end = field.data() + at + count;
            if (const auto r = std::from_chars(field.data() + at, end, value); r.ec != std::errc() || r.ptr != end)
                value = -1;
        }
        return value;
    };
    if (field.size() < 19 || field[4] != '-' || field[7] != '-' || (field[10] != ' ' && field[10] != 'T') ||
        field[13] != ':' || field[16] != ':')
        return missing;
    const int year = digits(0, 4);
    const int month = digits(5, 2);
    const int day = digits(8, 2);
    const int hour = digits(11, 2);
    const int minute = digits(14, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || minute < 0)
        return missing;
    std::string_view seconds = field.substr(17);
    if (!seconds.empty() && seconds.back() == 'Z')
        seconds.remove_suffix(1);
    const double second = parseCsvNumber(seconds, false);
    const std::int64_t days = daysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    return static_cast<double>(days * 86400 + hour * 3600 + minute * 60) + second;
}

bool CsvTable::isNumber(std::string_view field) const
{
    return std::isfinite(parseCsvNumber(field, m_separator != ','));
}

double CsvTable::number(std::size_t row, std::size_t column) const
{
    return parseCsvNumber(cell(row, column), m_separator != ',');
}

int CsvTable::column(std::string_view name) const
{
    const std::string wanted = lowerCase(trimmed(name));
    for (std::size_t i = 0; i < m_header.size(); ++i) {
        if (lowerCase(m_header[i]) == wanted)
            return static_cast<int>(i);
    }
    return -1;
}

void CsvTable::detectSeparator(std::string_view text)
{
    std::size_t at = 0;
    std::size_t semicolons = 0;
    std::size_t tabs = 0;
    for (int line = 0; line < 5 && at < text.size();) {
        const std::string_view candidate = nextLine(text, at);
        if (candidate.empty() || candidate.front() == '#')
            continue;
        semicolons += static_cast<std::size_t>(std::count(candidate.begin(), candidate.end(), ';'));
        tabs += static_cast<std::size_t>(std::count(candidate.begin(), candidate.end(), '\t'));
        ++line;
    }
    m_separator = semicolons > 0 ? ';' : tabs > 0 ? '\t' : ',';
}

void CsvTable::splitLine(std::string_view line, std::vector<std::string_view>& fields) const
{
    fields.clear();
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= line.size(); ++i) {
        if (i < line.size() && line[i] == '"')
            quoted = !quoted;
        if (i < line.size() && (quoted || line[i] != m_separator))
            continue;
        std::string_view field = trimmed(line.substr(start, i - start));
        if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
            field = field.substr(1, field.size() - 2);
        fields.push_back(field);
        start = i + 1;
    }
}

Result<CsvTable> CsvTable::parse(std::string text, const std::string& sourceName)
{
    CsvTable table;
    table.m_text = std::make_unique<std::string>(std::move(text));
    std::string_view view = *table.m_text;
    if (view.starts_with("\xEF\xBB\xBF"))
        view.remove_prefix(3);
    table.detectSeparator(view);
    std::vector<std::string_view> fields;
    std::size_t at = 0;
    bool first = true;
    while (at < view.size()) {
        const std::string_view line = nextLine(view, at);
        if (trimmed(line).empty())
            continue;
        if (line.front() == '#') {
            table.m_comments += std::string(trimmed(line.substr(1))) + '\n';
            continue;
        }
        table.splitLine(line, fields);
        if (first) {
            first = false;
            table.m_columns = fields.size();
            table.m_hasHeader = !std::all_of(fields.begin(), fields.end(),
                                             [&table](std::string_view field) { return table.isNumber(field); });
            if (table.m_hasHeader) {
                table.m_header.assign(fields.begin(), fields.end());
                continue;
            }
        }
        if (fields.size() > table.m_columns) {
            ++table.m_malformed;
            continue;
        }
        fields.resize(table.m_columns); // a row that was cut short has missing values at its end
        table.m_cells.insert(table.m_cells.end(), fields.begin(), fields.end());
    }
    if (table.rows() == 0)
        return makeError(ErrorKind::BadInput, "there are no rows of data", sourceName,
                         "The file must hold a header line and at least one row of numbers.");
    if (table.m_malformed > table.rows())
        return makeError(ErrorKind::BadInput, "more than half of the rows have more fields than the header", sourceName,
                         "Check the separator and the header line.");
    return table;
}

} // namespace bnof::olfaction
