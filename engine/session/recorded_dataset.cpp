// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recorded_dataset.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>

#include "engine/base/sha256.h"
#include "engine/olfaction/dataset_labels.h"
#include "engine/recording/reader.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/session/exposure_marks.h"

namespace fs = std::filesystem;

namespace bnof::session {
namespace {

constexpr std::string_view suffix = ".bnr";

/// One recording and what its marks say.
struct Source {
    std::unique_ptr<recording::Reader> reader;
    std::string name;
    MarkedCourse course;
    std::vector<std::size_t> map; ///< channels of the data set
};

std::string dayOf(std::int64_t wallNanoseconds)
{
    const std::time_t seconds = wallNanoseconds / 1'000'000'000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return text;
}

Result<Source> openSource(const std::string& path)
{
    Source out;
    BNOF_TRY_ASSIGN(out.reader, recording::Reader::open(path));
    out.name = fs::path(path).stem().string();
    const auto& metadata = out.reader->metadata();
    if (metadata.recognisedSource >= metadata.sources.size())
        return makeError(ErrorKind::BadInput, "the recording has no sensor source", path);
    std::vector<Mark> marks;
    for (recording::Item item; out.reader->next(item);) {
        if (const auto* mark = std::get_if<Mark>(&item))
            marks.push_back(*mark);
    }
    std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.t < b.t; });
    BNOF_TRY_ASSIGN(out.course, courseOf(metadata, marks, out.name));
    if (out.course.exposures.empty())
        return makeError(ErrorKind::BadInput, "no exposure is marked in this recording", path,
                         "Mark the begin of each exposure with the gas and its concentration (\"ethanol 100 ppm\") and "
                         "the end with \"end\", or let a protocol set the marks.");
    return out;
}

/// For each wanted channel, which of the recording's it is. Position means nothing: it may be another device.
Result<std::vector<std::size_t>> channelsByName(const std::vector<ChannelInfo>& wanted,
                                                const std::vector<ChannelInfo>& present, const std::string& path)
{
    std::vector<std::size_t> out;
    std::string missing;
    for (const ChannelInfo& channel : wanted) {
        const auto found =
            std::find_if(present.begin(), present.end(), [&](const auto& c) { return c.name == channel.name; });
        out.push_back(static_cast<std::size_t>(found - present.begin()));
        if (found == present.end())
            missing += (missing.empty() ? "" : ", ") + channel.name;
    }
    if (!missing.empty())
        return makeError(ErrorKind::BadInput, "this recording has no channel " + missing + ", which the others have",
                         path, "Train on recordings of one device, or of devices with the same channels.");
    return out;
}

/// Every gas with a concentration becomes a component, and every label is known before frames are read.
void collectLabels(const std::vector<Source>& sources, olfaction::Dataset& data)
{
    data.background = olfaction::labelIndex(data, "air");
    for (const Source& source : sources) {
        for (const MarkedExposure& e : source.course.exposures) {
            if (olfaction::isBackgroundLabel(e.gas))
                continue;
            const int label = olfaction::labelIndex(data, e.gas);
            auto& components = data.labelComponents[static_cast<std::size_t>(label)];
            if (std::isnan(e.ppm) || !components.empty())
                continue;
            components = {static_cast<int>(data.components.size())};
            data.components.push_back(e.gas);
        }
    }
}

/// Takes the frames of one recording, part by part.
class Parts {
public:
    Parts(const Source& source, const std::string& group, olfaction::Dataset& data)
        : m_source(source), m_group(group), m_data(data)
    {}

    void frame(const recording::FrameItem& frame, const std::vector<sensing::ChannelMask>& mask)
    {
        const auto& spoilt = m_source.course.spoilt;
        if (std::any_of(spoilt.begin(), spoilt.end(),
                        [&](const auto& s) { return frame.t >= s.first && frame.t < s.second; })) {
            cut();
            return;
        }
        if (!m_part.times.empty() && frame.t <= m_part.times.back())
            return; // a clock that jumped back: what was measured before it stands
        m_part.times.push_back(frame.t);
        for (const std::size_t channel : m_source.map) {
            const bool usable = channel < frame.values.size() && mask[channel] == sensing::ChannelMask::Good;
            m_part.values.push_back(usable ? frame.values[channel] : std::numeric_limits<float>::quiet_NaN());
        }
        label(frame.t);
    }

    /// What follows belongs to another part.
    void cut()
    {
        if (m_part.times.empty())
            return;
        ++m_count;
        m_part.name = m_count == 1 ? m_source.name : m_source.name + " part " + std::to_string(m_count);
        m_part.group = m_group;
        m_data.recordings.push_back(std::exchange(m_part, {}));
    }

private:
    void label(Timestamp t)
    {
        const auto& exposures = m_source.course.exposures;
        while (m_next < exposures.size() && exposures[m_next].to <= t)
            ++m_next;
        const std::size_t width = m_data.components.size();
        m_part.ppm.resize(m_part.ppm.size() + width, 0.0F); // where there is no stimulus, every gas is absent
        const bool inside = m_next < exposures.size() && exposures[m_next].from <= t;
        if (!inside || olfaction::isBackgroundLabel(exposures[m_next].gas)) {
            m_part.labels.push_back(static_cast<std::int16_t>(m_data.background));
            return;
        }
        const int index = olfaction::labelIndex(m_data, exposures[m_next].gas);
        m_part.labels.push_back(static_cast<std::int16_t>(index));
        for (const int c : m_data.labelComponents[static_cast<std::size_t>(index)])
            m_part.ppm[m_part.ppm.size() - width + static_cast<std::size_t>(c)] =
                static_cast<float>(exposures[m_next].ppm);
    }

    const Source& m_source;
    const std::string& m_group;
    olfaction::Dataset& m_data;
    olfaction::LabelledRecording m_part;
    std::size_t m_next = 0;
    int m_count = 0;
};

void readFrames(Source& source, const std::string& group, olfaction::Dataset& data)
{
    const auto& metadata = source.reader->metadata();
    const std::uint32_t wanted = metadata.recognisedSource;
    Parts parts(source, group, data);
    sensing::RecordedMask mask(wanted, metadata.sources[wanted].channels.size());
    source.reader->rewind();
    for (recording::Item item; source.reader->next(item);) {
        if (const auto* event = std::get_if<StreamEvent>(&item)) {
            mask.event(*event);
            if (event->kind == StreamEvent::Kind::Gap)
                parts.cut();
        } else if (const auto* frame = std::get_if<recording::FrameItem>(&item); frame && frame->source == wanted) {
            parts.frame(*frame, mask.next());
        }
    }
    parts.cut();
    for (const auto& finding : source.reader->health().findings)
        data.notes.push_back(source.name + ": " + finding);
    for (const auto& note : source.course.notes)
        data.notes.push_back(note);
}

/// SHA-256 over what was read, so that the same measurements have the same digest wherever the files lie.
std::string digestOf(const olfaction::Dataset& data)
{
    Sha256 hash;
    const auto add = [&hash](const auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        hash.update(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    };
    for (const auto& channel : data.channels)
        hash.update(channel.name + '\n' + channel.unit + '\n');
    for (const auto& label : data.labels)
        hash.update(label + '\n');
    for (const auto& r : data.recordings) {
        hash.update(r.name + '\n' + r.group + '\n');
        add(r.times);
        add(r.values);
        add(r.labels);
        add(r.ppm);
    }
    return hash.hexDigest();
}

std::vector<std::string> recordingsIn(const fs::path& folder)
{
    std::vector<std::string> out;
    std::error_code code;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator(); it.increment(code)) {
        if (it->path().extension() == suffix)
            out.push_back(it->path().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

Result<olfaction::Dataset> datasetOfRecordings(const std::vector<std::string>& paths, GroupBy groupBy,
                                               const recording::Progress& progress)
{
    if (paths.empty())
        return makeError(ErrorKind::BadInput, "no recording was chosen", "training data",
                         "Choose recordings with marked exposures.");
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        BNOF_TRY_ASSIGN(Source source, openSource(path));
        sources.push_back(std::move(source));
    }
    std::stable_sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) {
        return a.reader->metadata().wallAtZero + a.reader->metadata().start <
               b.reader->metadata().wallAtZero + b.reader->metadata().start;
    });
    olfaction::Dataset data;
    data.name = sources.size() == 1 ? sources.front().name : std::to_string(sources.size()) + " recordings";
    for (Source& source : sources) {
        const auto& metadata = source.reader->metadata();
        const auto& description = metadata.sources[metadata.recognisedSource];
        if (data.channels.empty())
            data.channels = description.channels;
        BNOF_TRY_ASSIGN(source.map, channelsByName(data.channels, description.channels, source.reader->path()));
        data.simulated = data.simulated || description.simulated;
    }
    collectLabels(sources, data);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (progress && !progress(static_cast<double>(i) / static_cast<double>(sources.size())))
            return makeError(ErrorKind::Cancelled, "reading the recordings was cancelled");
        const auto& metadata = sources[i].reader->metadata();
        const std::string group =
            groupBy == GroupBy::Day ? dayOf(metadata.wallAtZero + metadata.start) : sources[i].name;
        readFrames(sources[i], group, data);
    }
    olfaction::sortLabels(data);
    data.digest = digestOf(data);
    BNOF_TRY(olfaction::validate(data));
    return data;
}

Result<olfaction::Dataset> openDataset(const std::string& path, const olfaction::DatasetOptions& options)
{
    std::error_code code;
    if (fs::path(path).extension() == suffix && fs::is_regular_file(path, code))
        return datasetOfRecordings({path});
    if (fs::is_directory(path, code) && !fs::exists(fs::path(path) / "manifest.csv", code)) {
        if (const auto recordings = recordingsIn(path); !recordings.empty())
            return datasetOfRecordings(recordings);
    }
    return olfaction::loadDataset(path, options);
}

} // namespace bnof::session
