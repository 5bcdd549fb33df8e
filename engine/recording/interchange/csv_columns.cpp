// SPDX-License-Identifier: GPL-3.0-or-later
// What the columns of a table are for: by their names, and by what the first rows hold.
#include <algorithm>
#include <cmath>
#include <set>

#include "engine/recording/interchange/csv_dialect.h"

namespace bnof::recording {
namespace {

struct Column {
    std::size_t cells = 0; ///< not empty
    std::size_t numbers = 0;
    std::size_t missing = 0;
    std::size_t dates = 0;
    std::size_t days = 0; ///< dates without an hour
    std::size_t clocks = 0;
    std::set<std::string> texts;
    std::vector<double> values;

    [[nodiscard]] bool mostly(std::size_t count) const { return cells > 0 && count * 5 >= cells * 4; }
    [[nodiscard]] bool increasing() const
    {
        return values.size() > 2 &&
               std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
    }
    [[nodiscard]] bool counting() const
    {
        for (std::size_t i = 1; i < values.size(); ++i) {
            if (values[i] != values[i - 1] + 1)
                return false;
        }
        return values.size() > 1;
    }
    [[nodiscard]] bool integers() const
    {
        return std::all_of(values.begin(), values.end(), [](double value) { return value == std::floor(value); });
    }
    [[nodiscard]] double medianStep() const
    {
        std::vector<double> steps;
        for (std::size_t i = 1; i < values.size(); ++i)
            steps.push_back(values[i] - values[i - 1]);
        if (steps.empty())
            return 0;
        std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
        return steps[steps.size() / 2];
    }
};

std::vector<Column> study(const std::vector<SampleLine>& lines, const CsvDialect& dialect)
{
    std::vector<Column> columns(dialect.columns);
    std::vector<std::string_view> fields;
    for (const SampleLine& line : lines) {
        if (line.number < dialect.firstDataLine)
            continue;
        std::string record = line.text;
        splitRecord(record, dialect.delimiter, fields);
        for (std::size_t c = 0; c < std::min(fields.size(), columns.size()); ++c) {
            Column& column = columns[c];
            if (fields[c].empty())
                continue;
            ++column.cells;
            float value = 0;
            if (parseValue(fields[c], dialect.decimalComma, value)) {
                column.missing += std::isnan(value) ? 1 : 0;
                column.numbers += std::isnan(value) ? 0 : 1;
                // As a double: a time in nanoseconds has more digits than a float.
                if (const auto wide = parseTime(fields[c], TimeKind::Microseconds, dialect.decimalComma); wide)
                    column.values.push_back(static_cast<double>(*wide) / 1000);
            } else if (parseTime(fields[c], TimeKind::Date, false)) {
                ++column.dates;
                column.days += fields[c].size() <= 10 ? 1 : 0;
            } else if (parseTime(fields[c], TimeKind::Clock, false)) {
                ++column.clocks;
            } else if (column.texts.size() < 1000) {
                column.texts.emplace(fields[c]);
            }
        }
    }
    return columns;
}

bool oneOf(const std::string& name, std::initializer_list<const char*> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// "t_ms" is "t" in ms.
std::optional<TimeKind> unitInName(std::string& name)
{
    const std::size_t at = name.find_last_of("_ ");
    if (at != std::string::npos && at > 0) {
        if (const auto kind = timeKindFromUnit(name.substr(at + 1)); kind && *kind < TimeKind::Date) {
            name.erase(at);
            return kind;
        }
    }
    if (oneOf(name, {"seconds", "sec", "secs"}))
        return TimeKind::Seconds;
    if (oneOf(name, {"millis", "milliseconds", "ms"}))
        return TimeKind::Milliseconds;
    return std::nullopt;
}

bool isTimeName(const std::string& name)
{
    return oneOf(name, {"t",          "time",    "timestamp",    "timestamps",   "time stamp",
                        "time_stamp", "zeit",    "zeitstempel",  "uhrzeit",      "datum",
                        "seconds",    "sec",     "secs",         "millis",       "milliseconds",
                        "ms",         "date",    "datetime",     "date_time",    "date time",
                        "utc",        "elapsed", "elapsed time", "elapsed_time", "real_time_clock"});
}

class Roles {
public:
    Roles(CsvLayout& layout, const std::vector<Column>& columns, const ImportOptions& options)
        : m_layout(layout), m_columns(columns), m_options(options)
    {}

    void run()
    {
        const bool own = isOwn();
        for (std::size_t c = 0; c < m_columns.size(); ++c)
            m_layout.columns.push_back(own ? ownColumn(c) : guess(c));
        for (std::size_t c = 0; c < m_columns.size(); ++c)
            applyMapping(c);
        chooseTime();
    }

private:
    [[nodiscard]] const std::string& nameOf(std::size_t c) const { return m_layout.dialect.names[c]; }
    [[nodiscard]] bool isOwn() const
    {
        const auto& names = m_layout.dialect.names;
        return names.size() > 6 && names[0] == "t_s" && names[1] == "device_s" && names[2] == "utc" &&
               names.back() == "event";
    }
    CsvColumn ownColumn(std::size_t c) const
    {
        CsvColumn column{nameOf(c), m_layout.dialect.units[c], ColumnRole::Channel, "an export of this program"};
        const std::size_t last = m_columns.size() - 1;
        if (c == 0)
            column.role = ColumnRole::Time;
        else if (c == 1)
            column.role = ColumnRole::Device;
        else if (c == last - 1)
            column.role = ColumnRole::Mark;
        else if (c == 2 || c == last || c + 4 >= last || column.name == "source")
            column.role = ColumnRole::Ignore;
        return column;
    }
    CsvColumn guess(std::size_t c) const;
    void applyMapping(std::size_t c);
    void chooseTime();
    void timeUnit();

    CsvLayout& m_layout;
    const std::vector<Column>& m_columns;
    const ImportOptions& m_options;
    const ColumnMapping* m_timeMapping = nullptr;
};

CsvColumn Roles::guess(std::size_t c) const
{
    const Column& found = m_columns[c];
    CsvColumn column{nameOf(c), m_layout.dialect.units[c], ColumnRole::Channel, "numbers"};
    std::string name = lowerAscii(column.name);
    const auto as = [&column](ColumnRole role, const char* why) {
        column.role = role;
        column.why = why;
        return column;
    };
    if (oneOf(name, {"", "index", "id", "no", "no.", "nr", "nr.", "#", "row", "n", "serial number", "sample"}) &&
        found.counting())
        return as(ColumnRole::Ignore, "counts the rows");
    static_cast<void>(unitInName(name));
    if (isTimeName(name) && found.mostly(found.numbers + found.dates + found.clocks))
        return as(ColumnRole::Time, "its name");
    if (found.mostly(found.dates) || found.mostly(found.clocks))
        return as(ColumnRole::Time, "dates or times of day");
    const bool labelName =
        oneOf(name, {"label", "labels", "class", "classes", "gas", "odor", "odour", "target", "analyte", "substance",
                     "annotation", "state", "phase", "marker", "mark", "marks"});
    const bool text = found.cells > 0 && !found.mostly(found.numbers + found.missing);
    if (labelName && (text || oneOf(name, {"label", "class", "target"})))
        return as(name.starts_with("mark") ? ColumnRole::Mark : ColumnRole::Label, "its name");
    if (text)
        return found.texts.size() <= std::max<std::size_t>(20, found.cells / 4)
                   ? as(ColumnRole::Label, "text that repeats")
                   : as(ColumnRole::Ignore, "text");
    return column;
}

void Roles::applyMapping(std::size_t c)
{
    const ColumnMapping* mapping = mappingFor(m_options, nameOf(c), c);
    if (mapping == nullptr)
        return;
    CsvColumn& column = m_layout.columns[c];
    column.role = mapping->role;
    column.why = "as told";
    if (!mapping->unit.empty())
        column.unit = mapping->unit;
    if (mapping->role == ColumnRole::Time) {
        m_timeMapping = mapping;
        m_layout.timeColumn = static_cast<int>(c);
    }
}

void Roles::chooseTime()
{
    std::vector<CsvColumn>& columns = m_layout.columns;
    const auto other = [&](std::size_t c, const char* why) {
        columns[c].role = ColumnRole::Ignore;
        columns[c].why = why;
    };
    if (m_options.rateHz > 0 && m_timeMapping == nullptr) {
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (columns[c].role == ColumnRole::Time)
                other(c, "the rate was given");
        }
        return;
    }
    for (std::size_t c = 0; c < columns.size() && m_layout.timeColumn < 0; ++c) {
        // A column that holds only the day is not enough by itself.
        if (columns[c].role == ColumnRole::Time && !m_columns[c].mostly(m_columns[c].days))
            m_layout.timeColumn = static_cast<int>(c);
    }
    if (m_layout.timeColumn < 0 && !m_layout.dialect.named && m_columns.size() > 1 && m_columns[0].increasing()) {
        m_layout.timeColumn = 0;
        columns[0].role = ColumnRole::Time;
        columns[0].why = "the first column, and it increases";
        m_layout.notes.emplace_back("the first column was taken for the time, because it increases");
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (columns[c].role != ColumnRole::Time || static_cast<int>(c) == m_layout.timeColumn)
            continue;
        const bool clock =
            m_layout.timeColumn >= 0 && m_columns[static_cast<std::size_t>(m_layout.timeColumn)].clocks > 0;
        if (clock && m_columns[c].mostly(m_columns[c].days) && m_layout.dateColumn < 0) {
            m_layout.dateColumn = static_cast<int>(c);
            columns[c].why = "the day of the time";
        } else {
            other(c, "another column is the time");
        }
    }
    if (m_layout.timeColumn >= 0)
        timeUnit();
}

void Roles::timeUnit()
{
    const auto c = static_cast<std::size_t>(m_layout.timeColumn);
    const Column& found = m_columns[c];
    CsvColumn& column = m_layout.columns[c];
    std::string name = lowerAscii(column.name);
    const auto inName = unitInName(name);
    if (const auto stated = timeKindFromUnit(column.unit)) {
        m_layout.timeKind = *stated;
    } else if (found.dates > found.numbers) {
        m_layout.timeKind = TimeKind::Date;
    } else if (found.clocks > found.numbers) {
        m_layout.timeKind = TimeKind::Clock;
    } else if (inName) {
        m_layout.timeKind = *inName;
    } else {
        const double first = found.values.empty() ? 0 : found.values.front();
        const bool large = first > 1e8;
        m_layout.timeKind = large                                         ? (first > 1e17   ? TimeKind::Nanoseconds
                                                                             : first > 1e14 ? TimeKind::Microseconds
                                                                             : first > 1e11 ? TimeKind::Milliseconds
                                                                                            : TimeKind::Seconds)
                            : found.integers() && found.medianStep() >= 5 ? TimeKind::Milliseconds
                                                                          : TimeKind::Seconds;
        m_layout.notes.push_back("the file does not say the unit of \"" + column.name + "\"; it was taken for " +
                                 timeKindUnit(m_layout.timeKind) + " (--map \"" + column.name +
                                 "=time:UNIT\" says it)");
    }
    column.unit = timeKindUnit(m_layout.timeKind);
}

} // namespace

Result<CsvLayout> understandCsv(const std::vector<SampleLine>& lines, const ImportOptions& options,
                                const std::string& name)
{
    CsvLayout layout;
    layout.dialect = detectDialect(lines, options);
    BNOF_TRY(checkMappings(options, layout.dialect.names, name));
    const std::vector<Column> columns = study(lines, layout.dialect);
    Roles(layout, columns, options).run();
    bool any = false;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const CsvColumn& column = layout.columns[c];
        any = any || (column.role == ColumnRole::Channel && (columns[c].numbers > 0 || column.why == "as told"));
    }
    if (!any)
        return makeError(ErrorKind::BadInput, "no column holds measured values", name,
                         "See how the file is understood with --preview; --map COLUMN=channel names one.");
    if (layout.timeColumn < 0 && !(options.rateHz > 0))
        return makeError(ErrorKind::BadInput, "the file has no column with the time", name,
                         "Say how fast it was sampled (--rate 10), or which column is the time (--map COLUMN=time).");
    return layout;
}

} // namespace bnof::recording
