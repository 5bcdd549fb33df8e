// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/channel_mapping.h"

#include <algorithm>
#include <set>

#include "engine/base/sha256.h"
#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/model.h"

namespace bnof::olfaction {
namespace {

constexpr double leastLikeness = 0.5;

bool contradict(const std::string& a, const std::string& b)
{
    return !a.empty() && !b.empty() && lowerCase(a) != lowerCase(b);
}

/// 2 LCS / (|a| + |b|): 1 for equal names but for case.
double likeness(const std::string& left, const std::string& right)
{
    const std::string a = lowerCase(left);
    const std::string b = lowerCase(right);
    if (a.empty() || b.empty())
        return 0;
    std::vector<std::size_t> before(b.size() + 1, 0);
    std::vector<std::size_t> row(b.size() + 1, 0);
    for (const char c : a) {
        for (std::size_t j = 0; j < b.size(); ++j)
            row[j + 1] = c == b[j] ? before[j] + 1 : std::max(row[j], before[j + 1]);
        std::swap(before, row);
    }
    return 2 * static_cast<double>(before.back()) / static_cast<double>(a.size() + b.size());
}

struct Pair {
    double likeness = 0;
    std::size_t model = 0;
    std::size_t device = 0;
};

} // namespace

std::vector<std::optional<std::size_t>> suggestMapping(const std::vector<ChannelInfo>& model,
                                                       const std::vector<ChannelInfo>& device)
{
    std::vector<Pair> pairs;
    for (std::size_t m = 0; m < model.size(); ++m) {
        for (std::size_t d = 0; d < device.size(); ++d) {
            const bool other = contradict(model[m].quantity, device[d].quantity) ||
                               contradict(model[m].unit, device[d].unit) || contradict(model[m].gas, device[d].gas);
            const double like = model[m].name == device[d].name ? 2 : likeness(model[m].name, device[d].name);
            if (!other && like >= leastLikeness)
                pairs.push_back({like, m, d});
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.likeness > b.likeness; });
    std::vector<std::optional<std::size_t>> out(model.size());
    std::vector<std::uint8_t> used(device.size(), 0);
    for (const Pair& pair : pairs) {
        if (out[pair.model] || used[pair.device])
            continue;
        out[pair.model] = pair.device;
        used[pair.device] = 1;
    }
    return out;
}

Result<std::vector<std::uint8_t>> mappedModel(std::span<const std::uint8_t> bytes,
                                              const std::vector<std::string>& names)
{
    BNOF_TRY_ASSIGN(Model model, modelFromBytes(bytes));
    if (names.size() != model.channels.size())
        return makeError(ErrorKind::BadInput,
                         "the model has " + std::to_string(model.channels.size()) + " channels, " +
                             std::to_string(names.size()) + " names were given",
                         "channel mapping", "Give one channel of the device for each channel of the model.");
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size() ||
        std::find(names.begin(), names.end(), "") != names.end())
        return makeError(ErrorKind::BadInput, "a channel of the device is missing or stands for two of the model",
                         "channel mapping", "Every channel of the model needs a channel of its own.");
    for (std::size_t i = 0; i < names.size(); ++i)
        model.channels[i].name = names[i];
    model.metrics.set("mapped_from", sha256Hex(bytes));
    return modelToBytes(model);
}

} // namespace bnof::olfaction
