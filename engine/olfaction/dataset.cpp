// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/dataset.h"

#include <algorithm>
#include <array>

#include "engine/olfaction/csv_table.h"

namespace bnof::olfaction {

std::size_t Dataset::frames() const
{
    std::size_t count = 0;
    for (const LabelledRecording& recording : recordings)
        count += recording.frames();
    return count;
}

std::vector<std::string> Dataset::groups() const
{
    std::vector<std::string> out;
    for (const LabelledRecording& recording : recordings) {
        if (std::find(out.begin(), out.end(), recording.group) == out.end())
            out.push_back(recording.group);
    }
    return out;
}

bool isBackgroundLabel(std::string_view label)
{
    constexpr std::array<std::string_view, 11> names{"air",       "clean air", "clean_air", "background",
                                                     "baseline",  "none",      "ambient",   "blank",
                                                     "fresh air", "no gas",    "nothing"};
    const std::string name = lowerCase(trimmed(label));
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> validate(const Dataset& dataset)
{
    const auto bad = [](std::string what, std::string where) {
        return makeError(ErrorKind::BadInput, std::move(what), std::move(where));
    };
    if (dataset.channels.empty())
        return bad("there are no sensor channels", dataset.name);
    if (dataset.labels.empty() || dataset.labels.size() > 1000)
        return bad("there must be between 1 and 1000 different labels", dataset.name);
    if (dataset.labelComponents.size() != dataset.labels.size())
        return bad("labelComponents must have one entry a label", dataset.name);
    for (const std::vector<int>& components : dataset.labelComponents) {
        for (const int component : components) {
            if (component < 0 || component >= static_cast<int>(dataset.components.size()))
                return bad("labelComponents names a component that does not exist", dataset.name);
        }
    }
    if (dataset.background < -1 || dataset.background >= static_cast<int>(dataset.labels.size()))
        return bad("the background is not one of the labels", dataset.name);
    for (const LabelledRecording& recording : dataset.recordings) {
        const std::size_t frames = recording.frames();
        if (recording.values.size() != frames * dataset.channels.size() || recording.labels.size() != frames)
            return bad("values and labels do not fit the number of frames", recording.name);
        if (!recording.ppm.empty() && recording.ppm.size() != frames * dataset.components.size())
            return bad("concentrations do not fit the number of frames", recording.name);
        for (std::size_t i = 0; i < frames; ++i) {
            if (i > 0 && recording.times[i] <= recording.times[i - 1])
                return bad("the times are not strictly increasing", recording.name);
            if (recording.labels[i] < -1 || recording.labels[i] >= static_cast<int>(dataset.labels.size()))
                return bad("a label index does not exist", recording.name);
        }
    }
    return {};
}

Dataset timeSlice(const Dataset& dataset, double fromSeconds, double toSeconds)
{
    Dataset out = dataset;
    out.recordings.clear();
    const std::size_t channels = dataset.channels.size();
    const std::size_t components = dataset.components.size();
    for (const LabelledRecording& recording : dataset.recordings) {
        if (recording.frames() == 0)
            continue;
        const auto index = [&recording](double seconds) {
            // Limits beyond the range of a timestamp mean "to the end".
            const double limit = std::clamp(seconds, 0.0, 4e9);
            const Timestamp t = recording.times.front() + bnof::fromSeconds(limit);
            return static_cast<std::size_t>(std::lower_bound(recording.times.begin(), recording.times.end(), t) -
                                            recording.times.begin());
        };
        const std::size_t from = index(fromSeconds);
        const std::size_t to = std::max(from, index(toSeconds));
        if (from == to)
            continue;
        LabelledRecording part;
        part.name = recording.name;
        part.group = recording.group;
        const auto copy = [from, to](const auto& source, auto& target, std::size_t width) {
            if (!source.empty())
                target.assign(source.begin() + static_cast<std::ptrdiff_t>(from * width),
                              source.begin() + static_cast<std::ptrdiff_t>(to * width));
        };
        copy(recording.times, part.times, 1);
        copy(recording.values, part.values, channels);
        copy(recording.labels, part.labels, 1);
        copy(recording.ppm, part.ppm, components);
        out.recordings.push_back(std::move(part));
    }
    return out;
}

Dataset selectGroups(const Dataset& dataset, const std::vector<std::string>& groups, bool keep)
{
    Dataset out = dataset;
    std::erase_if(out.recordings, [&groups, keep](const LabelledRecording& recording) {
        return (std::find(groups.begin(), groups.end(), recording.group) != groups.end()) != keep;
    });
    return out;
}

} // namespace bnof::olfaction
