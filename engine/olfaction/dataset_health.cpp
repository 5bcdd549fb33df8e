// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/dataset_health.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/front_end_fit.h"
#include "engine/olfaction/told_apart.h"

namespace bnof::olfaction {
namespace {

constexpr double mostMissing = 0.5;        ///< share of a channel's frames
constexpr double longestSilence = 0.1;     ///< share of a recording in which every channel is missing
constexpr double unbalanced = 5;           ///< exposures of the most frequent gas for one of the rarest
constexpr std::size_t shortestForTypo = 4; ///< shorter labels may well differ by one letter

std::string listed(const std::vector<std::string>& names)
{
    std::string out;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 8); ++i)
        out += (out.empty() ? "" : ", ") + names[i];
    return names.size() > 8 ? out + " and " + std::to_string(names.size() - 8) + " more" : out;
}

/// Whether one insertion, deletion, substitution or swap of neighbours makes `b` of `a`, or only case and blanks
/// differ.
bool slipOfThePen(std::string_view a, std::string_view b)
{
    const std::string x = lowerCase(trimmed(a));
    const std::string y = lowerCase(trimmed(b));
    const std::string& shorter = x.size() <= y.size() ? x : y;
    const std::string& longer = x.size() <= y.size() ? y : x;
    if (shorter.size() < shortestForTypo || longer.size() - shorter.size() > 1)
        return false;
    const auto [p, q] = std::mismatch(shorter.begin(), shorter.end(), longer.begin());
    const std::string_view restShort(p, shorter.end());
    const std::string_view restLong(q, longer.end());
    if (longer.size() != shorter.size())
        return restShort == restLong.substr(1);
    // Numbers that differ in one digit are names of their own ("class 1", "class 2").
    if ((*p >= '0' && *p <= '9') || (*q >= '0' && *q <= '9'))
        return false;
    const bool swapped = restShort.size() > 1 && restShort[0] == restLong[1] && restShort[1] == restLong[0] &&
                         restShort.substr(2) == restLong.substr(2);
    return swapped || restShort.substr(1) == restLong.substr(1);
}

Result<void> refuseLabels(const Dataset& dataset, const std::vector<LabelledStretch>& stretches)
{
    std::vector<std::size_t> counts(dataset.labels.size(), 0);
    for (const LabelledStretch& s : stretches)
        ++counts[static_cast<std::size_t>(s.label)];
    if (std::count_if(counts.begin(), counts.end(), [](std::size_t n) { return n > 0; }) < 2)
        return makeError(ErrorKind::BadInput, "the data set holds fewer than two different labels", dataset.name,
                         "Record at least clean air and one gas, and label them differently.");
    BNOF_TRY(refuseSlips(dataset.labels, counts, dataset.name));
    std::vector<std::string> rare;
    for (std::size_t label = 0; label < counts.size(); ++label) {
        if (counts[label] == 1)
            rare.push_back(dataset.labels[label]);
    }
    std::set<std::size_t> recordings;
    for (const LabelledStretch& s : stretches)
        recordings.insert(s.recording);
    if (recordings.size() == 1 && stretches.size() > 2 &&
        rare.size() ==
            static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [](std::size_t n) { return n > 0; })))
        return makeError(ErrorKind::BadInput,
                         "the labels follow time: every gas was recorded in one block, so that drift alone tells them "
                         "apart",
                         dataset.name, "Record every gas several times, in random order, with clean air in between.");
    if (!rare.empty())
        return makeError(ErrorKind::BadInput,
                         "there is only one exposure of " + listed(rare) +
                             ", so nothing is left to test what it taught",
                         dataset.name, "Record every gas at least twice, better five times, in random order.");
    return {};
}

Result<void> refuseChannels(const Dataset& dataset)
{
    const std::size_t channels = dataset.channels.size();
    std::vector<std::string> constant;
    std::vector<std::string> missing;
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t frames = 0;
        std::size_t good = 0;
        bool differs = false;
        float first = 0;
        for (const LabelledRecording& r : dataset.recordings) {
            for (std::size_t i = c; i < r.values.size(); i += channels) {
                ++frames;
                if (!std::isfinite(r.values[i]))
                    continue;
                first = good++ == 0 ? r.values[i] : first;
                differs = differs || r.values[i] != first;
            }
        }
        if (static_cast<double>(good) < (1 - mostMissing) * static_cast<double>(frames))
            missing.push_back(dataset.channels[c].name);
        else if (!differs)
            constant.push_back(dataset.channels[c].name);
    }
    const std::string remedy = "Mend the sensor and record again, or leave the channel out (--without ";
    if (!constant.empty())
        return makeError(ErrorKind::BadInput, "constant throughout, so that nothing was measured: " + listed(constant),
                         dataset.name, remedy + constant.front() + ").");
    if (!missing.empty())
        return makeError(ErrorKind::BadInput, "without a value for more than half of the time: " + listed(missing),
                         dataset.name, remedy + missing.front() + ").");
    return {};
}

Result<void> refuseSilence(const Dataset& dataset)
{
    const std::size_t channels = dataset.channels.size();
    for (const LabelledRecording& r : dataset.recordings) {
        std::size_t silent = 0;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            const float* row = r.values.data() + i * channels;
            silent += std::none_of(row, row + channels, [](float v) { return std::isfinite(v); }) ? 1 : 0;
        }
        if (static_cast<double>(silent) > longestSilence * static_cast<double>(r.frames()))
            return makeError(ErrorKind::BadInput,
                             "no sensor has a value in " + std::to_string(silent) + " of " +
                                 std::to_string(r.frames()) + " frames",
                             r.name, "Cut that stretch out of the recording, or record again.");
    }
    return {};
}

/// Mean over a stretch of the channels `which`; channels without a value give 0.
void appendMeans(const Dataset& dataset, const LabelledStretch& s, const std::vector<std::size_t>& which,
                 ExposureRows& out)
{
    const LabelledRecording& r = dataset.recordings[s.recording];
    for (const std::size_t c : which) {
        double sum = 0;
        double count = 0;
        for (std::size_t i = s.from; i < s.to; ++i) {
            const float v = r.values[i * dataset.channels.size() + c];
            if (std::isfinite(v)) {
                sum += static_cast<double>(v);
                count += 1;
            }
        }
        out.features.push_back(count > 0 ? sum / count : 0);
    }
    out.labels.push_back(s.label);
}

std::vector<LabelledStretch> exposuresOf(const Dataset& dataset)
{
    std::vector<LabelledStretch> out = stretchesOf(dataset);
    std::erase_if(out, [&dataset](const LabelledStretch& s) { return s.label == dataset.background; });
    return out;
}

std::vector<int> labelsOf(const std::vector<LabelledStretch>& stretches)
{
    std::vector<int> out;
    for (const LabelledStretch& s : stretches)
        out.push_back(s.label);
    return out;
}

/// What the exposure before says: the label that most often followed it in training.
Json orderTold(const std::vector<LabelledStretch>& learn, const std::vector<LabelledStretch>& ask, std::size_t classes)
{
    std::map<int, std::map<int, int>> followers;
    for (std::size_t i = 1; i < learn.size(); ++i)
        ++followers[learn[i - 1].label][learn[i].label];
    std::vector<int> said;
    std::vector<int> truth;
    for (std::size_t i = 1; i < ask.size(); ++i) {
        const auto& counts = followers[ask[i - 1].label];
        const auto most = std::max_element(counts.begin(), counts.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        said.push_back(most == counts.end() ? -1 : most->first);
        truth.push_back(ask[i].label);
    }
    return toldApart(said, truth, labelsOf(learn), classes,
                     "The exposure before tells which gas comes next. Randomise the order of exposures.");
}

Json balanceOf(const Dataset& train)
{
    std::vector<double> counts(train.labels.size(), 0);
    for (const LabelledStretch& s : exposuresOf(train))
        counts[static_cast<std::size_t>(s.label)] += 1;
    std::size_t rarest = counts.size();
    std::size_t most = counts.size();
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] <= 0)
            continue;
        rarest = rarest == counts.size() || counts[c] < counts[rarest] ? c : rarest;
        most = most == counts.size() || counts[c] > counts[most] ? c : most;
    }
    Json out = Json::object();
    if (rarest == counts.size())
        return out.set("warning", nullptr);
    const double ratio = counts[most] / counts[rarest];
    out.set("rarest", train.labels[rarest]);
    out.set("most_frequent", train.labels[most]);
    out.set("ratio", ratio);
    out.set("warning",
            ratio > unbalanced
                ? Json("There are " + std::to_string(static_cast<int>(counts[most])) + " exposures of " +
                       train.labels[most] + " but only " + std::to_string(static_cast<int>(counts[rarest])) + " of " +
                       train.labels[rarest] + ": read the balanced accuracy, and record more of the rare gas.")
                : Json());
    return out;
}

} // namespace

Result<void> refuseSlips(const std::vector<std::string>& labels, const std::vector<std::size_t>& counts,
                         const std::string& where)
{
    for (std::size_t a = 0; a < counts.size(); ++a) {
        for (std::size_t b = a + 1; b < counts.size(); ++b) {
            // Ethane and ethene are two gases, but one that was met once beside another met often is a slip.
            const bool same = lowerCase(trimmed(labels[a])) == lowerCase(trimmed(labels[b]));
            const bool once = std::min(counts[a], counts[b]) == 1 && std::max(counts[a], counts[b]) > 1;
            if (same || (once && slipOfThePen(labels[a], labels[b])))
                return makeError(ErrorKind::BadInput,
                                 "the labels \"" + labels[a] + "\" (" + std::to_string(counts[a]) +
                                     " exposures) and \"" + labels[b] + "\" (" + std::to_string(counts[b]) +
                                     ") look like one gas, written differently",
                                 where, "Write the name of a gas the same way everywhere.");
        }
    }
    return {};
}

std::vector<LabelledStretch> stretchesOf(const Dataset& dataset)
{
    std::vector<LabelledStretch> out;
    for (std::size_t k = 0; k < dataset.recordings.size(); ++k) {
        const LabelledRecording& r = dataset.recordings[k];
        std::size_t from = 0;
        for (std::size_t i = 1; i <= r.frames(); ++i) {
            if (i < r.frames() && r.labels[i] == r.labels[from])
                continue;
            if (r.labels[from] >= 0)
                out.push_back({k, from, i, r.labels[from]});
            from = i;
        }
    }
    return out;
}

Result<void> refuseUnfit(const Dataset& dataset)
{
    BNOF_TRY(validate(dataset));
    BNOF_TRY(refuseLabels(dataset, stretchesOf(dataset)));
    BNOF_TRY(refuseChannels(dataset));
    return refuseSilence(dataset);
}

Result<Dataset> withoutChannels(const Dataset& dataset, const std::vector<std::string>& names)
{
    std::vector<std::uint8_t> keep(dataset.channels.size(), 1);
    for (const std::string& name : names) {
        const auto at = std::find_if(dataset.channels.begin(), dataset.channels.end(),
                                     [&name](const ChannelInfo& c) { return c.name == name; });
        if (at == dataset.channels.end())
            return makeError(ErrorKind::Usage, "there is no channel \"" + name + "\" to leave out", dataset.name,
                             "Name it as the data set does.");
        keep[static_cast<std::size_t>(at - dataset.channels.begin())] = 0;
    }
    Dataset out = dataset;
    const std::size_t channels = dataset.channels.size();
    out.channels.clear();
    for (std::size_t c = 0; c < channels; ++c) {
        if (keep[c])
            out.channels.push_back(dataset.channels[c]);
    }
    for (LabelledRecording& r : out.recordings) {
        std::vector<float> values;
        for (std::size_t i = 0; i < r.values.size(); ++i) {
            if (keep[i % channels])
                values.push_back(r.values[i]);
        }
        r.values = std::move(values);
    }
    BNOF_TRY(validate(out));
    return out;
}

Json confoundersOf(const Dataset& train, const Dataset& test)
{
    Json list = Json::array();
    const std::vector<LabelledStretch> learn = exposuresOf(train);
    const std::vector<LabelledStretch> ask = exposuresOf(test);
    for (const std::string_view quantity : {"temperature", "humidity", "pressure"}) {
        std::vector<std::size_t> which;
        for (std::size_t c = 0; c < train.channels.size(); ++c) {
            if (measures(train.channels[c], quantity))
                which.push_back(c);
        }
        if (which.empty())
            continue;
        ExposureRows learnt;
        ExposureRows asked;
        for (const LabelledStretch& s : learn)
            appendMeans(train, s, which, learnt);
        for (const LabelledStretch& s : ask)
            appendMeans(test, s, which, asked);
        Json told = toldApart(std::move(learnt), std::move(asked), which.size(), train.labels.size(),
                              "The " + std::string(quantity) +
                                  " alone tells the gases apart. Keep it the same for all gases, or spread each gas "
                                  "over its whole range.");
        list.push(told.set("what", std::string(quantity)));
    }
    list.push(orderTold(learn, ask, train.labels.size()).set("what", "order"));
    return Json::object().set("confounders", std::move(list)).set("class_balance", balanceOf(train));
}

} // namespace bnof::olfaction
