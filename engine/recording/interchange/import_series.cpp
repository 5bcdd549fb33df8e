// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/import_series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bnof::recording {
namespace {

constexpr std::uint64_t blockBytes = 1U << 20;
constexpr std::int64_t epochFrom = 100'000'000 * nanosecondsPerSecond; // 1973
constexpr std::size_t spikesAtOnce = 100'000;

/// Reads one series in blocks of rows and has its next frame at hand.
class Cursor {
public:
    Cursor(ArrayFile& file, const Series& series, const std::string& name, bool strict)
        : problems(name, strict), m_file(file), m_series(series)
    {
        std::uint64_t rowBytes = 8;
        for (const ArrayInfo& part : series.parts) {
            m_columns += static_cast<std::size_t>(part.columns());
            rowBytes += part.columns() * 8;
        }
        m_isChannel.assign(m_columns, true);
        for (const std::size_t column : series.ignored)
            m_isChannel[column] = false;
        m_blockRows = std::max<std::uint64_t>(1, blockBytes / rowBytes);
    }

    /// Moves to the next frame with a usable time; `ended` tells.
    Result<void> next();
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] double share() const
    {
        return m_series.rows() == 0 ? 1 : static_cast<double>(m_row) / static_cast<double>(m_series.rows());
    }

    Timestamp t = 0;
    double deviceSeconds = std::numeric_limits<double>::quiet_NaN();
    std::vector<float> values;
    std::vector<std::string> labels;
    std::uint64_t rounded = 0;
    std::uint64_t frames = 0;
    RowProblems problems;

private:
    Result<void> load();
    Result<ArrayBlock> block(const ArrayInfo& info, std::uint64_t rows);
    std::optional<std::int64_t> timeOf(std::size_t i) const;
    void takeValues(std::size_t i);
    static std::string labelOf(const ArrayBlock& block, std::size_t i);

    ArrayFile& m_file;
    const Series& m_series;
    std::size_t m_columns = 0;
    std::vector<bool> m_isChannel;
    std::uint64_t m_blockRows = 1;
    std::uint64_t m_row = 0;   ///< the next one
    std::uint64_t m_first = 0; ///< of the block
    std::uint64_t m_count = 0; ///< rows in the block
    std::vector<ArrayBlock> m_parts;
    ArrayBlock m_time;
    ArrayBlock m_device;
    std::vector<ArrayBlock> m_labels;
    bool m_ended = false;
    bool m_any = false;
};

Result<ArrayBlock> Cursor::block(const ArrayInfo& info, std::uint64_t rows)
{
    BNOF_TRY_ASSIGN(ArrayBlock out, m_file.read(info, m_row, rows));
    if (out.type != info.type || out.size() != rows * info.columns())
        return makeError(ErrorKind::BadInput, "the array \"" + info.name + "\" has fewer elements than it says");
    return out;
}

Result<void> Cursor::load()
{
    const std::uint64_t rows = std::min(m_blockRows, m_series.rows() - m_row);
    m_parts.clear();
    for (const ArrayInfo& part : m_series.parts) {
        BNOF_TRY_ASSIGN(ArrayBlock out, block(part, rows));
        m_parts.push_back(std::move(out));
    }
    if (m_series.time) {
        BNOF_TRY_ASSIGN(m_time, block(*m_series.time, rows));
    }
    if (m_series.device) {
        BNOF_TRY_ASSIGN(m_device, block(*m_series.device, rows));
    }
    m_labels.clear();
    for (const ArrayInfo& label : m_series.labels) {
        BNOF_TRY_ASSIGN(ArrayBlock out, block(label, rows));
        m_labels.push_back(std::move(out));
    }
    m_first = m_row;
    m_count = rows;
    return {};
}

std::optional<std::int64_t> Cursor::timeOf(std::size_t i) const
{
    if (m_series.time)
        return nanosecondsOf(m_time, i, m_series.timeKind);
    if (m_series.timeInPart < 0)
        return static_cast<std::int64_t>(
            std::llround(m_series.startNanoseconds + static_cast<double>(m_first + i) / m_series.rateHz * 1e9));
    auto column = static_cast<std::size_t>(m_series.timeInPart);
    for (std::size_t p = 0; p < m_parts.size(); ++p) {
        const auto columns = static_cast<std::size_t>(m_series.parts[p].columns());
        if (column < columns)
            return nanosecondsOf(m_parts[p], i * columns + column, m_series.timeKind);
        column -= columns;
    }
    return std::nullopt;
}

void Cursor::takeValues(std::size_t i)
{
    values.clear();
    const bool converted = m_series.conversion != 1 || m_series.offset != 0;
    std::size_t column = 0;
    for (std::size_t p = 0; p < m_parts.size(); ++p) {
        const auto columns = static_cast<std::size_t>(m_series.parts[p].columns());
        for (std::size_t c = 0; c < columns; ++c) {
            if (!m_isChannel[column++])
                continue;
            if (converted) {
                values.push_back(
                    static_cast<float>(m_parts[p].number(i * columns + c) * m_series.conversion + m_series.offset));
                continue;
            }
            bool exact = true;
            values.push_back(m_parts[p].asFloat(i * columns + c, exact));
            rounded += exact ? 0 : 1;
        }
    }
}

std::string Cursor::labelOf(const ArrayBlock& block, std::size_t i)
{
    if (block.type == ElementType::Text)
        return block.texts[i];
    const double number = block.number(i);
    return std::isnan(number)
               ? std::string()
               : Json(number == std::floor(number) && std::abs(number) < 1e15 ? Json(block.integer(i)) : Json(number))
                     .dump();
}

Result<void> Cursor::next()
{
    while (m_row < m_series.rows()) {
        if (m_row >= m_first + m_count)
            BNOF_TRY(load());
        const auto i = static_cast<std::size_t>(m_row - m_first);
        const std::uint64_t row = m_row++;
        const auto found = timeOf(i);
        if (!found || (m_any && *found < t)) {
            BNOF_TRY(problems.add("row " + std::to_string(row + 1) + " of \"" + m_series.parts.front().name + "\"",
                                  found ? "the time goes back" : "there is no usable time"));
            continue;
        }
        m_any = true;
        t = *found;
        ++frames;
        takeValues(i);
        if (m_series.device)
            deviceSeconds = m_device.number(i);
        labels.clear();
        for (const ArrayBlock& label : m_labels)
            labels.push_back(labelOf(label, i));
        return {};
    }
    m_ended = true;
    return {};
}

class Merge {
public:
    Merge(ArrayFile& file, const std::string& name, const ImportOptions& options, SeriesImport& import,
          ImportTarget& target)
        : m_import(import), m_target(target)
    {
        for (const Series& series : import.series) {
            m_cursors.emplace_back(file, series, name, options.strict);
            m_labels.emplace_back(series.labels.size(), LabelMarks(target));
        }
    }
    Result<void> run();

private:
    Result<void> begin();
    Result<void> frame(std::size_t source);
    Result<void> notesUntil(Timestamp t);
    Result<void> spikesUntil(Timestamp t);
    Result<void> finish();

    SeriesImport& m_import;
    ImportTarget& m_target;
    std::vector<Cursor> m_cursors;
    std::vector<std::vector<LabelMarks>> m_labels;
    Timestamp m_zero = 0;
    std::size_t m_mark = 0;
    std::size_t m_event = 0;
    std::size_t m_spike = 0;
};

Result<void> Merge::begin()
{
    const auto early = [](const auto& a, const auto& b) { return a.t < b.t; };
    std::stable_sort(m_import.marks.begin(), m_import.marks.end(), early);
    std::stable_sort(m_import.events.begin(), m_import.events.end(), early);
    std::stable_sort(m_import.spikes.begin(), m_import.spikes.end(), early);
    Timestamp first = std::numeric_limits<Timestamp>::max();
    for (Cursor& cursor : m_cursors) {
        BNOF_TRY(cursor.next());
        if (!cursor.ended())
            first = std::min(first, cursor.t);
    }
    if (m_import.mayBeWallClock && first > epochFrom && first != std::numeric_limits<Timestamp>::max()) {
        m_zero = first;
        m_import.description.wallAtZero = first;
    }
    BNOF_TRY(m_target.begin(m_import.description));
    for (const std::string& note : m_import.notes)
        BNOF_TRY(m_target.note(note));
    return {};
}

Result<void> Merge::notesUntil(Timestamp t)
{
    for (; m_event < m_import.events.size() && m_import.events[m_event].t <= t; ++m_event)
        BNOF_TRY(m_target.event(m_import.events[m_event]));
    for (; m_mark < m_import.marks.size() && m_import.marks[m_mark].t <= t; ++m_mark)
        BNOF_TRY(m_target.mark(m_import.marks[m_mark]));
    return {};
}

/// Spikes stand behind the frame that they led up to. The layer whose last spike is the latest comes first: the time
/// of ticks is anchored to it.
Result<void> Merge::spikesUntil(Timestamp t)
{
    while (m_spike < m_import.spikes.size() && m_import.spikes[m_spike].t <= t) {
        std::vector<std::pair<Timestamp, std::vector<Spike>>> layers(m_import.description.layers.size());
        for (std::size_t n = 0; n < spikesAtOnce && m_spike < m_import.spikes.size(); ++n, ++m_spike) {
            const SpikeAt& spike = m_import.spikes[m_spike];
            if (spike.t > t)
                break;
            layers[spike.layer].first = spike.t;
            layers[spike.layer].second.push_back(spike.spike);
        }
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (!layers[i].second.empty())
                order.push_back(i);
        }
        std::stable_sort(order.begin(), order.end(),
                         [&layers](std::size_t a, std::size_t b) { return layers[a].first > layers[b].first; });
        for (const std::size_t layer : order)
            BNOF_TRY(m_target.spikes(static_cast<std::uint32_t>(layer), layers[layer].second));
    }
    return {};
}

Result<void> Merge::frame(std::size_t source)
{
    Cursor& cursor = m_cursors[source];
    const Timestamp t = cursor.t - m_zero;
    BNOF_TRY(notesUntil(t));
    for (std::size_t i = 0; i < cursor.labels.size(); ++i)
        BNOF_TRY(m_labels[source][i].label(t, cursor.labels[i]));
    BNOF_TRY(m_target.frame(static_cast<std::uint32_t>(source), t, cursor.deviceSeconds, cursor.values));
    BNOF_TRY(spikesUntil(t));
    return cursor.next();
}

Result<void> Merge::finish()
{
    constexpr Timestamp end = std::numeric_limits<Timestamp>::max();
    BNOF_TRY(notesUntil(end));
    BNOF_TRY(spikesUntil(end));
    std::uint64_t rounded = 0;
    std::uint64_t frames = 0;
    for (const Cursor& cursor : m_cursors) {
        rounded += cursor.rounded;
        frames += cursor.frames;
    }
    for (const Cursor& cursor : m_cursors) {
        // A series without a frame is empty, not wrong, unless it is all there is.
        if (cursor.frames > 0 || (frames == 0 && m_import.spikes.empty() && m_import.marks.empty()))
            BNOF_TRY(cursor.problems.finish(cursor.frames, m_target));
    }
    if (rounded > 0)
        return m_target.note(std::to_string(rounded) +
                             " values have more digits than the recording's 32-bit floats and were rounded");
    return {};
}

Result<void> Merge::run()
{
    BNOF_TRY(begin());
    for (std::uint64_t count = 0;; ++count) {
        std::size_t next = m_cursors.size();
        for (std::size_t i = 0; i < m_cursors.size(); ++i) {
            if (!m_cursors[i].ended() && (next == m_cursors.size() || m_cursors[i].t < m_cursors[next].t))
                next = i;
        }
        if (next == m_cursors.size())
            return finish();
        if (count % 1024 == 0) {
            double share = 1;
            for (const Cursor& cursor : m_cursors)
                share = std::min(share, cursor.share());
            BNOF_TRY(m_target.progress(share));
        }
        BNOF_TRY(frame(next));
    }
}

template <typename T, typename Get>
Result<std::vector<T>> readElements(ArrayFile& file, const ArrayInfo& info, std::uint64_t limit, Get get)
{
    const std::uint64_t columns = info.columns();
    if (columns == 0 || info.rows() > limit / columns)
        return makeError(ErrorKind::BadInput,
                         "the array \"" + info.name + "\" has more than " + std::to_string(limit) + " elements", {},
                         "Import a shorter stretch.");
    std::vector<T> out;
    const std::uint64_t rows = std::max<std::uint64_t>(1, blockBytes / (columns * 8));
    for (std::uint64_t row = 0; row < info.rows(); row += rows) {
        BNOF_TRY_ASSIGN(const ArrayBlock block, file.read(info, row, std::min(rows, info.rows() - row)));
        for (std::size_t i = 0; i < block.size(); ++i)
            out.push_back(get(block, i));
    }
    if (out.size() != info.rows() * columns)
        return makeError(ErrorKind::BadInput, "the array \"" + info.name + "\" has fewer elements than it says");
    return out;
}

} // namespace

Result<void> importSeries(ArrayFile& file, const std::string& name, const ImportOptions& options, SeriesImport import,
                          ImportTarget& target)
{
    return Merge(file, name, options, import, target).run();
}

Result<std::vector<std::int64_t>> readIntegers(ArrayFile& file, const ArrayInfo& info, std::uint64_t limit)
{
    return readElements<std::int64_t>(file, info, limit,
                                      [](const ArrayBlock& block, std::size_t i) { return block.integer(i); });
}

Result<std::vector<double>> readNumbers(ArrayFile& file, const ArrayInfo& info, std::uint64_t limit)
{
    return readElements<double>(file, info, limit,
                                [](const ArrayBlock& block, std::size_t i) { return block.number(i); });
}

std::optional<std::int64_t> nanosecondsOf(const ArrayBlock& block, std::size_t i, TimeKind kind)
{
    if (block.type == ElementType::Text)
        return parseTime(block.texts[i], TimeKind::Date, false);
    std::int64_t unit = nanosecondsPerSecond;
    if (kind == TimeKind::Milliseconds)
        unit = 1'000'000;
    else if (kind == TimeKind::Microseconds)
        unit = 1000;
    else if (kind == TimeKind::Nanoseconds)
        unit = 1;
    else if (kind == TimeKind::Minutes)
        unit *= 60;
    else if (kind == TimeKind::Hours)
        unit *= 3600;
    const double value = block.number(i) * static_cast<double>(unit);
    if (!(std::abs(value) < 9.2e18))
        return std::nullopt;
    if (block.type == ElementType::Float64 || block.type == ElementType::Float32)
        return static_cast<std::int64_t>(std::llround(value));
    return block.integer(i) * unit;
}

StreamEvent::Kind eventKindFromName(std::string_view name)
{
    for (const auto& [text, kind] :
         {std::pair("gap", StreamEvent::Kind::Gap), std::pair("resynchronised", StreamEvent::Kind::Resynchronised),
          std::pair("dropped", StreamEvent::Kind::Dropped),
          std::pair("not recognised", StreamEvent::Kind::NotRecognised),
          std::pair("recogniser reset", StreamEvent::Kind::RecogniserReset),
          std::pair("back end changed", StreamEvent::Kind::BackEndChanged),
          std::pair("channel fault", StreamEvent::Kind::ChannelFault),
          std::pair("sample withheld", StreamEvent::Kind::SampleWithheld)}) {
        if (name == text)
            return kind;
    }
    return StreamEvent::Kind::Note;
}

} // namespace bnof::recording
