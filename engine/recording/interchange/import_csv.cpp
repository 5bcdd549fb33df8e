// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/recording/interchange/csv_dialect.h"
#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

constexpr std::size_t sampleLines = 300;
constexpr std::size_t sampleBytes = 4U << 20;
constexpr std::size_t maxRecord = 1U << 20;
constexpr std::size_t maxChannels = 65'536;
/// Earlier than 1973 a number of seconds is no time of day but a time since some start.
constexpr std::int64_t epochFrom = 100'000'000 * nanosecondsPerSecond;

const char* delimiterName(char delimiter)
{
    switch (delimiter) {
    case ',': return "comma";
    case ';': return "semicolon";
    case '\t': return "tab";
    case '|': return "bar";
    case ' ': return "blanks";
    default: return delimiter == 0 ? "none" : "other";
    }
}

class CsvImport {
public:
    CsvImport(TextLines& lines, const ImportOptions& options, const Json& sidecar, ImportTarget& target)
        : m_lines(lines), m_options(options), m_sidecar(sidecar), m_target(target), m_labels(target),
          m_problems(lines.name(), options.strict)
    {}

    Result<void> run();

private:
    Result<bool> record(std::string& text, std::uint64_t& number);
    Result<void> understand();
    Result<void> describe();
    void applySidecar(ImportDescription& description) const;
    Result<void> row();
    Result<bool> timeOf(std::int64_t& t);
    Result<void> values();
    [[nodiscard]] std::string place(std::size_t column) const
    {
        return "line " + std::to_string(m_number) + ", column " + std::to_string(column + 1) + " (" +
               m_layout.columns[column].name + ")";
    }
    [[nodiscard]] std::string_view cell(std::size_t column) const
    {
        return column < m_fields.size() ? m_fields[column] : std::string_view();
    }

    TextLines& m_lines;
    const ImportOptions& m_options;
    const Json& m_sidecar;
    ImportTarget& m_target;
    LabelMarks m_labels;
    RowProblems m_problems;
    CsvLayout m_layout;
    std::vector<std::size_t> m_channels; ///< their columns
    std::string m_record;
    std::uint64_t m_number = 0;
    std::vector<std::string_view> m_fields;
    std::vector<float> m_values;
    bool m_wall = false;          ///< the times are those of a wall clock
    std::int64_t m_zero = 0;      ///< what is taken from them
    std::int64_t m_lastClock = 0; ///< a time of day that goes back is the next day
    std::int64_t m_days = 0;
    std::int64_t m_now = std::numeric_limits<std::int64_t>::min();
    std::uint64_t m_frames = 0;
    std::uint64_t m_rows = 0;
    std::uint64_t m_badCells = 0;
    std::string m_firstBadCell;
};

/// The next record that is no comment and not blank; quoted fields may go over several lines.
Result<bool> CsvImport::record(std::string& text, std::uint64_t& number)
{
    std::string_view line;
    while (true) {
        BNOF_TRY_ASSIGN(const bool more, m_lines.next(line));
        if (!more)
            return false;
        if (!trimBlanks(line).empty() && !isCommentLine(line))
            break;
    }
    number = m_lines.number();
    text.assign(line);
    const char delimiter = m_layout.dialect.delimiter;
    if (text.find('"') == std::string::npos)
        return true;
    for (int i = 0; i < 100 && text.size() < maxRecord && quoteIsOpen(text, delimiter); ++i) {
        BNOF_TRY_ASSIGN(const bool more, m_lines.next(line));
        if (!more)
            break;
        text += '\n';
        text += line;
    }
    return true;
}

Result<void> CsvImport::understand()
{
    std::vector<SampleLine> sample;
    std::size_t bytes = 0;
    SampleLine line;
    while (sample.size() < sampleLines && bytes < sampleBytes) {
        BNOF_TRY_ASSIGN(const bool more, record(line.text, line.number));
        if (!more)
            break;
        bytes += line.text.size();
        sample.push_back(line);
    }
    if (sample.empty())
        return makeError(ErrorKind::BadInput, "there are no rows of data", m_lines.name(),
                         "Check that this is the right file.");
    BNOF_TRY_ASSIGN(m_layout, understandCsv(sample, m_options, m_lines.name()));
    return m_lines.rewind();
}

void CsvImport::applySidecar(ImportDescription& description) const
{
    if (m_sidecar["format"].toString() != "bnof CSV export 1")
        return;
    const auto metadata = metadataFromJson(m_sidecar["recording"]);
    if (!metadata.ok())
        return;
    description.wallAtZero = metadata->wallAtZero;
    description.title = metadata->title;
    description.notes = metadata->notes;
    if (metadata->sources.size() != 1)
        return;
    SourceDescription& source = description.sources.front();
    source.device = metadata->sources.front().device;
    source.simulated = metadata->sources.front().simulated;
    const auto& channels = metadata->sources.front().channels;
    for (ChannelInfo& channel : source.channels) {
        const auto known = std::find_if(channels.begin(), channels.end(),
                                        [&channel](const ChannelInfo& info) { return info.name == channel.name; });
        if (known != channels.end())
            channel = *known;
    }
}

Result<void> CsvImport::describe()
{
    ImportDescription description;
    SourceDescription& source = description.sources.emplace_back();
    Json columns = Json::array();
    const CsvDialect& dialect = m_layout.dialect;
    for (std::size_t c = 0; c < m_layout.columns.size(); ++c) {
        const CsvColumn& column = m_layout.columns[c];
        if (column.role == ColumnRole::Channel) {
            m_channels.push_back(c);
            ChannelInfo channel;
            channel.name = column.name.empty() ? "column " + std::to_string(c + 1) : column.name;
            channel.unit = column.unit;
            if (const ColumnMapping* mapping = mappingFor(m_options, column.name, c)) {
                channel.quantity = mapping->quantity;
                channel.gas = mapping->gas;
            }
            source.channels.push_back(std::move(channel));
        }
        columns.push(Json::object()
                         .set("number", c + 1)
                         .set("name", column.name)
                         .set("role", columnRoleName(column.role))
                         .set("unit", column.unit)
                         .set("why", column.why));
    }
    if (m_channels.size() > maxChannels)
        return makeError(ErrorKind::BadInput, "the table has more than 65,536 columns of values", m_lines.name(),
                         "Split it, or leave columns out with --map COLUMN=ignore.");
    Json& understood = description.understood;
    understood.set("delimiter", delimiterName(dialect.delimiter)).set("decimal", dialect.decimalComma ? "," : ".");
    understood.set("header_lines", dialect.headerLines).set("first_data_line", dialect.firstDataLine);
    if (m_layout.timeColumn < 0)
        understood.set("rate_hz", m_options.rateHz);
    understood.set("columns", std::move(columns));
    if (m_wall)
        description.wallAtZero = m_zero;
    applySidecar(description);
    return m_target.begin(description);
}

/// False: the row has no usable time (and was counted).
Result<bool> CsvImport::timeOf(std::int64_t& t)
{
    if (m_layout.timeColumn < 0) {
        t = static_cast<std::int64_t>(std::llround(static_cast<double>(m_rows) / m_options.rateHz * 1e9));
        return true;
    }
    const auto column = static_cast<std::size_t>(m_layout.timeColumn);
    std::optional<std::int64_t> found;
    if (m_layout.dateColumn >= 0) {
        const std::string both =
            std::string(cell(static_cast<std::size_t>(m_layout.dateColumn))) + ' ' + std::string(cell(column));
        found = parseTime(both, TimeKind::Date, false);
    } else {
        found = parseTime(cell(column), m_layout.timeKind, m_layout.dialect.decimalComma);
    }
    if (!found) {
        BNOF_TRY(m_problems.add(place(column), "\"" + asUtf8(cell(column).substr(0, 40)) + "\" is not a time in " +
                                                   timeKindUnit(m_layout.timeKind)));
        return false;
    }
    if (m_layout.timeKind == TimeKind::Clock && m_layout.dateColumn < 0) {
        constexpr std::int64_t day = 86'400 * nanosecondsPerSecond;
        // Past midnight, not a small step back.
        if (m_rows > 0 && *found < m_lastClock - day / 2)
            m_days += day;
        m_lastClock = *found;
        *found += m_days;
    }
    t = *found;
    return true;
}

Result<void> CsvImport::values()
{
    m_values.clear();
    for (const std::size_t column : m_channels) {
        float value = 0;
        if (!parseValue(cell(column), m_layout.dialect.decimalComma, value)) {
            if (m_options.strict)
                return m_problems.add(place(column), "\"" + asUtf8(cell(column).substr(0, 40)) + "\" is not a number");
            if (m_badCells++ == 0)
                m_firstBadCell = place(column) + ": \"" + asUtf8(cell(column).substr(0, 40)) + "\"";
        }
        m_values.push_back(value);
    }
    return {};
}

Result<void> CsvImport::row()
{
    std::int64_t t = 0;
    BNOF_TRY_ASSIGN(const bool usable, timeOf(t));
    if (!usable)
        return {};
    // Times that are dates, or seconds since 1970, say when the recording began.
    if (m_rows == 0) {
        m_wall = m_layout.timeColumn >= 0 &&
                 (m_layout.timeKind == TimeKind::Date || m_layout.dateColumn >= 0 || t > epochFrom);
        // A time of day without its day says only how much later than the first a frame came.
        m_zero = m_wall || (m_layout.timeColumn >= 0 && m_layout.timeKind == TimeKind::Clock) ? t : 0;
        BNOF_TRY(describe());
        for (const std::string& note : m_layout.notes)
            BNOF_TRY(m_target.note(note));
    }
    t -= m_zero;
    if (m_rows > 0 && t < m_now)
        return m_problems.add(m_layout.timeColumn >= 0 ? place(static_cast<std::size_t>(m_layout.timeColumn))
                                                       : "line " + std::to_string(m_number),
                              "the time goes back");
    m_now = t;
    ++m_rows;
    BNOF_TRY(values());
    double device = std::numeric_limits<double>::quiet_NaN();
    bool marked = false;
    for (std::size_t c = 0; c < m_layout.columns.size(); ++c) {
        const ColumnRole role = m_layout.columns[c].role;
        if (role == ColumnRole::Label) {
            BNOF_TRY(m_labels.label(t, asUtf8(cell(c))));
        } else if (role == ColumnRole::Mark && !cell(c).empty()) {
            marked = true;
            BNOF_TRY(m_target.mark({t, asUtf8(cell(c))}));
        } else if (role == ColumnRole::Device && !cell(c).empty()) {
            if (const auto own = parseTime(cell(c), TimeKind::Seconds, m_layout.dialect.decimalComma))
                device = static_cast<double>(*own) / 1e9;
        }
    }
    // A row that only holds a mark is no frame.
    if (marked && std::all_of(m_channels.begin(), m_channels.end(), [this](std::size_t c) { return cell(c).empty(); }))
        return {};
    ++m_frames;
    return m_target.frame(0, t, device, m_values);
}

Result<void> CsvImport::run()
{
    BNOF_TRY(understand());
    const std::size_t width = m_layout.columns.size();
    for (std::uint64_t count = 0;; ++count) {
        BNOF_TRY_ASSIGN(const bool more, record(m_record, m_number));
        if (!more)
            break;
        if (m_number < m_layout.dialect.firstDataLine)
            continue;
        if (count % 1024 == 0)
            BNOF_TRY(m_target.progress(m_lines.share()));
        splitRecord(m_record, m_layout.dialect.delimiter, m_fields);
        // One empty field more is a delimiter at the line's end.
        if (m_fields.size() > width && !(m_fields.size() == width + 1 && m_fields.back().empty())) {
            BNOF_TRY(m_problems.add("line " + std::to_string(m_number),
                                    std::to_string(m_fields.size()) + " columns instead of " + std::to_string(width)));
            continue;
        }
        BNOF_TRY(row());
    }
    BNOF_TRY(m_problems.finish(m_rows, m_target));
    if (m_badCells > 0)
        BNOF_TRY(m_target.note(std::to_string(m_badCells) + (m_badCells == 1 ? " cell is" : " cells are") +
                               " no number and became a missing value; the first is " + m_firstBadCell));
    return {};
}

} // namespace

Result<void> importCsv(TextLines& lines, const ImportOptions& options, const Json& sidecar, ImportTarget& target)
{
    return CsvImport(lines, options, sidecar, target).run();
}

} // namespace bnof::recording
