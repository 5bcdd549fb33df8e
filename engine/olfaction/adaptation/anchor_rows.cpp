// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/anchor_rows.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/olfaction/recogniser.h"

namespace bnof::olfaction {
namespace {

constexpr double stepSeconds = 0.2;
constexpr double mostRows = 4000;
/// Clean air that leads up to a puff behind a gap.
constexpr double leadSeconds = 60;

std::string lower(const std::string& text)
{
    std::string out;
    for (const char c : text)
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

/// For each label of the data its index in `gases`, to which a new one is appended.
Result<std::vector<int>> matchLabels(const Model& model, const Dataset& data, const std::string& learn,
                                     std::vector<std::string>& gases)
{
    gases = model.gases;
    std::vector<bool> used(data.labels.size(), false);
    for (const LabelledRecording& r : data.recordings) {
        for (const std::int16_t label : r.labels) {
            if (label >= 0)
                used[static_cast<std::size_t>(label)] = true;
        }
    }
    std::vector<int> map;
    bool found = false;
    for (std::size_t l = 0; l < data.labels.size(); ++l) {
        const std::string& name = data.labels[l];
        map.push_back(-1);
        for (std::size_t g = 0; g < model.gases.size() && map.back() < 0; ++g) {
            if (lower(model.gases[g]) == lower(name))
                map.back() = static_cast<int>(g);
        }
        if (map.back() < 0 && isBackgroundLabel(name))
            map.back() = model.background;
        const bool isNew = !learn.empty() && lower(name) == lower(learn);
        if (isNew && map.back() >= 0)
            return makeError(ErrorKind::Usage, "the model knows \"" + name + "\" already", "the gas to learn",
                             "Recalibrate without learning a gas: its puff moves what the model knows of it.");
        if (isNew && used[l]) {
            map.back() = static_cast<int>(model.gases.size());
            gases.resize(model.gases.size());
            gases.push_back(name);
            found = true;
        }
        if (map.back() < 0 && used[l] && !(isBackgroundLabel(name) && model.background < 0))
            return makeError(
                ErrorKind::BadInput, "the model does not know \"" + name + '"',
                data.name, "Learn it as a new gas, or correct the label; the model knows " + [&] {
                    std::string list;
                    for (const std::string& gas : model.gases)
                        list += (list.empty() ? "" : ", ") + gas;
                    return list;
                }() + ".");
    }
    if (!learn.empty() && !found)
        return makeError(ErrorKind::BadInput, "nothing in the data is labelled \"" + learn + '"', data.name,
                         "Record one exposure to it, between clean air.");
    return map;
}

struct Air {
    std::vector<Timestamp> times; ///< from 0
    std::vector<float> values;    ///< frame after frame, channels of the model
};

/// Feeds frames and keeps rows.
class Sampler {
public:
    Sampler(const Model& model, const Dataset& data, std::vector<std::size_t> channels, std::vector<int> labels,
            double step, AnchorRows& rows)
        : m_model(model), m_data(data), m_channels(std::move(channels)), m_labels(std::move(labels)), m_step(step),
          m_frontEnd(model.frontEnd), m_values(m_channels.size()), m_rows(rows)
    {}

    void run(const LabelledRecording& r)
    {
        int last = -2;
        Timestamp began = 0;
        double due = 0;
        for (std::size_t i = 0; i < r.frames(); ++i) {
            const bool gap = i == 0 || r.times[i] - r.times[i - 1] > fromSeconds(m_model.longestHoldSeconds);
            const int label = r.labels[i] < 0 ? -1 : m_labels[static_cast<std::size_t>(r.labels[i])];
            if (gap)
                restart(r, i, label);
            if (gap || label != last) {
                ++m_exposure;
                began = r.times[i];
                due = 0;
            }
            last = label;
            feed(r, i);
            keepAir(r, i, label, gap);
            const double age = toSeconds(r.times[i] - began);
            if (label < 0 || age < due)
                continue;
            due = age + m_step * 0.999;
            keepRow(r, i, label, age);
        }
    }

private:
    void frameValues(const LabelledRecording& r, std::size_t i)
    {
        const float* frame = r.values.data() + i * m_data.channels.size();
        for (std::size_t c = 0; c < m_channels.size(); ++c)
            m_values[c] = frame[m_channels[c]];
    }
    void feed(const LabelledRecording& r, std::size_t i)
    {
        frameValues(r, i);
        m_frontEnd.update(r.times[i], m_values);
    }
    /// Baselines for a frame that nothing leads up to.
    void restart(const LabelledRecording& r, std::size_t i, int label)
    {
        m_frontEnd.reset();
        if (label == m_model.background || m_air.times.empty())
            return;
        const Timestamp before = r.times[i] - fromSeconds(m_step) - m_air.times.back();
        for (std::size_t k = 0; k < m_air.times.size(); ++k)
            m_frontEnd.update(before + m_air.times[k],
                              {m_air.values.data() + k * m_channels.size(), m_channels.size()});
    }
    void keepAir(const LabelledRecording& r, std::size_t i, int label, bool gap)
    {
        if (label != m_model.background || m_model.background < 0) {
            m_inAir = false;
            return;
        }
        if (gap || !m_inAir) {
            m_air = {};
            m_airBegan = r.times[i];
            m_inAir = true;
        }
        if (r.times[i] - m_airBegan > fromSeconds(leadSeconds))
            return;
        m_air.times.push_back(r.times[i] - m_airBegan);
        m_air.values.insert(m_air.values.end(), m_values.begin(), m_values.end());
    }
    void keepRow(const LabelledRecording& r, std::size_t i, int label, double age)
    {
        const auto row = m_frontEnd.features();
        m_rows.features.insert(m_rows.features.end(), row.begin(), row.end());
        m_rows.labels.push_back(label);
        m_rows.exposure.push_back(m_exposure);
        m_rows.ages.push_back(age);
        float ppm = std::numeric_limits<float>::quiet_NaN();
        const auto& components = m_data.labelComponents[static_cast<std::size_t>(r.labels[i])];
        if (components.size() == 1 && !r.ppm.empty())
            ppm = r.ppm[i * m_data.components.size() + static_cast<std::size_t>(components.front())];
        m_rows.ppm.push_back(ppm);
    }

    const Model& m_model;
    const Dataset& m_data;
    std::vector<std::size_t> m_channels;
    std::vector<int> m_labels;
    double m_step;
    FrontEnd m_frontEnd;
    std::vector<float> m_values;
    AnchorRows& m_rows;
    int m_exposure = -1;
    bool m_inAir = false;
    Timestamp m_airBegan = 0;
    Air m_air;
};

} // namespace

AnchorRows AnchorRows::only(const std::vector<std::size_t>& which) const
{
    AnchorRows out;
    out.dimension = dimension;
    out.gases = gases;
    for (const std::size_t i : which) {
        const auto r = row(i);
        out.features.insert(out.features.end(), r.begin(), r.end());
        out.labels.push_back(labels[i]);
        out.exposure.push_back(exposure[i]);
        out.ages.push_back(ages[i]);
        out.ppm.push_back(ppm[i]);
    }
    return out;
}

Result<AnchorRows> anchorRows(const Model& model, const Dataset& data, const std::string& learn)
{
    BNOF_TRY(validate(data));
    BNOF_TRY_ASSIGN(auto channels, matchChannels(model.channels, data.channels));
    AnchorRows rows;
    rows.dimension = model.frontEnd.features();
    BNOF_TRY_ASSIGN(auto labels, matchLabels(model, data, learn, rows.gases));
    double total = 0;
    for (const LabelledRecording& r : data.recordings)
        total += r.duration();
    Sampler sampler(model, data, std::move(channels), std::move(labels), std::max(stepSeconds, total / mostRows), rows);
    for (const LabelledRecording& r : data.recordings)
        sampler.run(r);
    if (rows.rows() == 0)
        return makeError(ErrorKind::BadInput, "nothing in the data is labelled", data.name,
                         "Record clean air and one puff of each gas: bnof calibrate anchor.");
    return rows;
}

} // namespace bnof::olfaction
