// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/dataset_labels.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace bnof::olfaction {

int labelIndex(Dataset& dataset, const std::string& label)
{
    const auto found = std::find(dataset.labels.begin(), dataset.labels.end(), label);
    if (found != dataset.labels.end())
        return static_cast<int>(found - dataset.labels.begin());
    dataset.labels.push_back(label);
    dataset.labelComponents.emplace_back();
    return static_cast<int>(dataset.labels.size()) - 1;
}

void sortLabels(Dataset& dataset)
{
    std::vector<std::size_t> order(dataset.labels.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&dataset](std::size_t a, std::size_t b) {
        const std::string& left = dataset.labels[a];
        const std::string& right = dataset.labels[b];
        const auto plus = [](const std::string& s) { return std::count(s.begin(), s.end(), '+'); };
        return std::make_tuple(!isBackgroundLabel(left), plus(left), left) <
               std::make_tuple(!isBackgroundLabel(right), plus(right), right);
    });
    std::vector<std::int16_t> newIndex(order.size());
    Dataset sorted = dataset;
    for (std::size_t i = 0; i < order.size(); ++i) {
        newIndex[order[i]] = static_cast<std::int16_t>(i);
        sorted.labels[i] = dataset.labels[order[i]];
        sorted.labelComponents[i] = dataset.labelComponents[order[i]];
    }
    for (LabelledRecording& recording : dataset.recordings) {
        for (std::int16_t& label : recording.labels)
            label = label < 0 ? label : newIndex[static_cast<std::size_t>(label)];
    }
    dataset.labels = sorted.labels;
    dataset.labelComponents = sorted.labelComponents;
    dataset.background = !dataset.labels.empty() && isBackgroundLabel(dataset.labels.front()) ? 0 : -1;
}

} // namespace bnof::olfaction
