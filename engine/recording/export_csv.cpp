// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/export_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <numeric>

#include "engine/base/build_config.h"
#include "engine/recording/new_file.h"

namespace bnof::recording {
namespace {

/// A decision reaches the recording a little after its frame: this many rows wait for theirs.
constexpr std::size_t waitingRows = 512;
constexpr std::size_t maxColumns = 100'000;

template <typename T> void appendNumber(std::string& out, T value)
{
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value);
    out.append(text, end.ptr);
}

/// Missing values (NaN) are empty cells.
template <typename T> void appendValue(std::string& out, T value)
{
    if (!std::isnan(value))
        appendNumber(out, value);
}

/// Nanoseconds as seconds, every digit.
void appendSeconds(std::string& out, Timestamp t)
{
    const bool negative = t < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(t) : static_cast<std::uint64_t>(t);
    if (negative)
        out += '-';
    appendNumber(out, magnitude / 1'000'000'000U);
    std::string digits = std::to_string(magnitude % 1'000'000'000U);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    if (!digits.empty())
        out += '.' + digits;
}

/// RFC 4180: quoted where a comma, a quote or a line end is inside.
void appendText(std::string& out, const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

std::string eventText(const StreamEvent& event)
{
    std::string out;
    switch (event.kind) {
    case StreamEvent::Kind::Gap:
        out = "gap of ";
        appendSeconds(out, event.t2 - event.t);
        out += " s";
        break;
    case StreamEvent::Kind::Resynchronised: out = "skipped " + std::to_string(event.count) + " bytes"; break;
    case StreamEvent::Kind::Dropped: out = "lost " + std::to_string(event.count) + " frames"; break;
    case StreamEvent::Kind::NotRecognised: out = std::to_string(event.count) + " frames not recognised"; break;
    case StreamEvent::Kind::RecogniserReset: out = "recogniser reset"; break;
    case StreamEvent::Kind::BackEndChanged: out = "back end changed"; break;
    case StreamEvent::Kind::ChannelFault: out = "channel fault"; break;
    case StreamEvent::Kind::SampleWithheld: out = "sample withheld"; break;
    case StreamEvent::Kind::Note: break;
    }
    if (!event.text.empty())
        out += (out.empty() ? "" : ": ") + event.text;
    return out;
}

struct Row {
    Timestamp t = 0;
    std::string start; ///< t_s ... channels, each cell followed by a comma
    std::string gas;   ///< gas, confidence, ppm
    std::string marks;
    std::string events;
};

class CsvExport {
public:
    CsvExport(Reader& reader, NewFile& frames, NewFile* spikes, const Progress& progress,
              std::vector<std::size_t> widths)
        : m_reader(reader), m_frames(frames), m_spikes(spikes), m_progress(progress), m_widths(std::move(widths)),
          m_hasher(reader.metadata().layers.size())
    {}

    Result<void> run();
    [[nodiscard]] Json sidecar() const;
    /// A frame had more values than there are columns: these widths are needed.
    [[nodiscard]] const std::vector<std::size_t>& widths() const { return m_widths; }
    [[nodiscard]] bool needsMoreColumns() const { return m_overflow; }

private:
    Result<void> header();
    Result<void> item(const Item& item);
    Result<void> frame(const FrameItem& frame);
    Result<void> spikes(const SpikesItem& item);
    void decision(const Decision& decision);
    void note(Timestamp t, const std::string& text, std::string Row::*cell);
    Result<void> writeRow(const Row& row);
    Result<void> drain(std::size_t keep);
    [[nodiscard]] std::string channelName(std::size_t source, std::size_t channel) const;

    Reader& m_reader;
    NewFile& m_frames;
    NewFile* m_spikes;
    const Progress& m_progress;
    std::vector<std::size_t> m_widths; ///< columns per source
    StreamHasher m_hasher;
    Summary m_counts;
    std::deque<Row> m_rows;
    Row m_ahead; ///< marks and events that are later than every row so far
    std::string m_gas = ",,";
    bool m_overflow = false;
};

std::string CsvExport::channelName(std::size_t source, std::size_t channel) const
{
    const auto& sources = m_reader.metadata().sources;
    std::string name = source < sources.size() && channel < sources[source].channels.size()
                           ? sources[source].channels[channel].name
                           : std::string();
    if (name.empty())
        name = "ch" + std::to_string(channel + 1);
    return m_widths.size() > 1 ? std::to_string(source + 1) + ":" + name : name;
}

Result<void> CsvExport::header()
{
    std::string line = "t_s,device_s,utc,";
    if (m_widths.size() > 1)
        line += "source,";
    for (std::size_t source = 0; source < m_widths.size(); ++source) {
        for (std::size_t c = 0; c < m_widths[source]; ++c) {
            appendText(line, channelName(source, c));
            line += ',';
        }
    }
    BNOF_TRY(m_frames.write(line + "gas,confidence,ppm,mark,event\n"));
    if (m_spikes != nullptr)
        return m_spikes->write("layer,neuron,tick\n");
    return {};
}

Result<void> CsvExport::frame(const FrameItem& frame)
{
    if (m_overflow || frame.source >= m_widths.size() || frame.values.size() > m_widths[frame.source]) {
        m_overflow = true;
        m_widths.resize(std::max<std::size_t>(m_widths.size(), std::size_t{frame.source} + 1));
        m_widths[frame.source] = std::max(m_widths[frame.source], frame.values.size());
        return {};
    }
    Row row;
    row.t = frame.t;
    appendSeconds(row.start, frame.t);
    row.start += ',';
    appendValue(row.start, frame.deviceSeconds);
    row.start += ',' + formatUtc(m_reader.metadata().wallAtZero + frame.t) + ',';
    if (m_widths.size() > 1)
        row.start += std::to_string(frame.source + 1) + ',';
    for (std::size_t source = 0; source < m_widths.size(); ++source) {
        for (std::size_t c = 0; c < m_widths[source]; ++c) {
            if (source == frame.source && c < frame.values.size())
                appendValue(row.start, frame.values[c]);
            row.start += ',';
        }
    }
    row.gas = m_gas;
    if (m_ahead.t <= frame.t) {
        row.marks = std::exchange(m_ahead.marks, {});
        row.events = std::exchange(m_ahead.events, {});
    }
    ++m_counts.frames;
    m_rows.push_back(std::move(row));
    return drain(waitingRows);
}

void CsvExport::decision(const Decision& decision)
{
    m_hasher.decision(decision);
    const auto& gases = m_reader.metadata().gases;
    std::string cells;
    const auto index = static_cast<std::size_t>(decision.gas);
    if (decision.gas < 0) {
        cells = "unknown,,";
    } else {
        appendText(cells, index < gases.size() ? gases[index] : "gas " + std::to_string(decision.gas));
        cells += ',';
        if (index < decision.probabilities.size())
            appendValue(cells, decision.probabilities[index]);
        cells += ',';
    }
    if (decision.ppm)
        appendValue(cells, *decision.ppm);
    // In force from its own instant on.
    for (Row& row : m_rows) {
        if (row.t >= decision.t)
            row.gas = cells;
    }
    m_gas = std::move(cells);
}

void CsvExport::note(Timestamp t, const std::string& text, std::string Row::*cell)
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [t](const Row& row) { return row.t >= t; });
    Row& row = found != m_rows.end() ? *found : m_ahead;
    if (found == m_rows.end())
        m_ahead.t = std::max(m_ahead.t, t);
    (row.*cell) += ((row.*cell).empty() ? "" : "; ") + text;
}

Result<void> CsvExport::spikes(const SpikesItem& item)
{
    m_hasher.spikes(item.layer, item.spikes);
    m_counts.spikes += item.spikes.size();
    if (m_spikes == nullptr)
        return {};
    const auto& layers = m_reader.metadata().layers;
    std::string layer;
    appendText(layer, item.layer < layers.size() ? layers[item.layer].name : std::to_string(item.layer));
    std::string lines;
    for (const Spike& spike : item.spikes) {
        lines += layer;
        lines += ',';
        appendNumber(lines, spike.neuron);
        lines += ',';
        appendNumber(lines, spike.tick);
        lines += '\n';
    }
    return m_spikes->write(lines);
}

Result<void> CsvExport::item(const Item& item)
{
    if (const auto* frameItem = std::get_if<FrameItem>(&item))
        return frame(*frameItem);
    if (m_overflow) // only the widths of the other frames are still of interest
        return {};
    if (const auto* spikesItem = std::get_if<SpikesItem>(&item))
        return spikes(*spikesItem);
    if (const auto* decisionItem = std::get_if<DecisionItem>(&item))
        decision(decisionItem->decision);
    else if (const auto* event = std::get_if<StreamEvent>(&item))
        note(event->t, eventText(*event), &Row::events);
    else if (const auto* mark = std::get_if<Mark>(&item))
        note(mark->t, mark->label, &Row::marks);
    return {};
}

Result<void> CsvExport::writeRow(const Row& row)
{
    std::string line = row.start + row.gas + ',';
    appendText(line, row.marks);
    line += ',';
    appendText(line, row.events);
    return m_frames.write(line + '\n');
}

Result<void> CsvExport::drain(std::size_t keep)
{
    while (m_rows.size() > keep) {
        BNOF_TRY(writeRow(m_rows.front()));
        m_rows.pop_front();
    }
    return {};
}

Result<void> CsvExport::run()
{
    BNOF_TRY(header());
    m_reader.rewind();
    Item next;
    std::uint64_t count = 0;
    while (m_reader.next(next)) {
        BNOF_TRY(item(next));
        if (count++ % 1024 == 0 && m_progress && !m_progress(std::min(m_reader.position(), 1.0)))
            return makeError(ErrorKind::Cancelled, "the export was cancelled; no file was left behind",
                             m_reader.path());
    }
    if (m_overflow)
        return {};
    BNOF_TRY(drain(0));
    if (!m_ahead.marks.empty() || !m_ahead.events.empty()) {
        // After the last frame: a row of its own, without values.
        appendSeconds(m_ahead.start, m_ahead.t);
        m_ahead.start += ",," + formatUtc(m_reader.metadata().wallAtZero + m_ahead.t) + ',';
        std::size_t cells = m_widths.size() > 1 ? 1 : 0;
        for (const std::size_t width : m_widths)
            cells += width;
        m_ahead.start.append(cells, ',');
        m_ahead.gas = ",,";
        BNOF_TRY(writeRow(m_ahead));
    }
    return {};
}

Json column(const std::string& name, const std::string& unit, const std::string& meaning)
{
    Json out = Json::object();
    out.set("name", name);
    out.set("unit", unit);
    out.set("meaning", meaning);
    return out;
}

Json CsvExport::sidecar() const
{
    const RecordingMetadata& metadata = m_reader.metadata();
    Json columns = Json::array();
    columns.push(column("t_s", "s", "session time of the frame"));
    columns.push(column("device_s", "s", "the device's own clock; empty where it prints none"));
    columns.push(column("utc", "", "wall-clock time of the frame"));
    if (m_widths.size() > 1)
        columns.push(column("source", "", "number of the source, from 1"));
    for (std::size_t source = 0; source < m_widths.size(); ++source) {
        for (std::size_t c = 0; c < m_widths[source]; ++c) {
            const bool described = source < metadata.sources.size() && c < metadata.sources[source].channels.size();
            const ChannelInfo channel = described ? metadata.sources[source].channels[c] : ChannelInfo{};
            Json entry = column(channelName(source, c), channel.unit, channel.quantity);
            entry.set("gas", channel.gas);
            columns.push(std::move(entry));
        }
    }
    columns.push(column("gas", "", "decision in force at the frame; \"unknown\" when the recogniser said so"));
    columns.push(column("confidence", "1", "probability of that gas"));
    columns.push(column("ppm", "ppm", "estimated concentration of that gas"));
    columns.push(column("mark", "", "marks since the frame before"));
    columns.push(column("event", "", "gaps, losses and changes since the frame before"));

    const Health& health = m_reader.health();
    Json losses = Json::object();
    losses.set("complete", health.complete);
    losses.set("lost_bytes", health.lostBytes);
    losses.set("damaged_chunks", health.damagedChunks);
    losses.set("findings", Json::arrayOf(health.findings));
    losses.set("gaps", m_reader.summary().gaps);
    losses.set("dropped_frames", m_reader.summary().droppedFrames);
    losses.set("not_recognised_frames", m_reader.summary().notRecognisedFrames);
    losses.set("skipped_stretches", m_reader.summary().badLines);

    Json hashes = Json::object();
    hashes.set("spikes", m_hasher.spikesHash());
    hashes.set("decisions", m_hasher.decisionsHash());

    Json out = Json::object();
    out.set("format", "bnof CSV export 1");
    out.set("software_version", BNOF_VERSION);
    out.set("recording_file", m_reader.path().substr(m_reader.path().rfind('/') + 1));
    out.set("rows", m_counts.frames);
    out.set("spikes", m_counts.spikes);
    out.set("missing_values", "empty cells");
    out.set("columns", std::move(columns));
    out.set("hashes", std::move(hashes));
    out.set("losses", std::move(losses));
    out.set("recording", toJson(metadata));
    return out;
}

} // namespace

Result<void> exportCsv(Reader& reader, const std::string& path, bool withSpikes, const Progress& progress)
{
    std::vector<std::size_t> widths;
    for (const SourceDescription& source : reader.metadata().sources)
        widths.push_back(source.channels.size());
    while (true) {
        BNOF_TRY_ASSIGN(const auto frames, NewFile::create(path));
        BNOF_TRY_ASSIGN(const auto description, NewFile::create(path + ".json"));
        std::unique_ptr<NewFile> spikes;
        if (withSpikes) {
            BNOF_TRY_ASSIGN(spikes, NewFile::create(path + ".spikes.csv"));
        }
        CsvExport csv(reader, *frames, spikes.get(), progress, widths);
        BNOF_TRY(csv.run());
        if (csv.needsMoreColumns()) {
            // More values than the channel table names: begin again with a column for each.
            widths = csv.widths();
            if (std::accumulate(widths.begin(), widths.end(), std::size_t{0}) > maxColumns)
                return makeError(ErrorKind::BadInput, "this recording has too many channels for a table", path);
            continue;
        }
        BNOF_TRY(description->write(csv.sidecar().dump(2) + "\n"));
        BNOF_TRY(frames->publish());
        BNOF_TRY(description->publish());
        if (spikes)
            BNOF_TRY(spikes->publish());
        if (progress)
            progress(1);
        frames->keep();
        description->keep();
        if (spikes)
            spikes->keep();
        return {};
    }
}

} // namespace bnof::recording
