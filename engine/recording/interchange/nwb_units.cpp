// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/nwb_units.h"

#include <algorithm>
#include <unordered_map>

namespace bnof::recording {
namespace {

constexpr std::uint64_t spikesAtOnce = 16U << 20;
constexpr std::size_t maxUnits = 64U << 20;

constexpr std::uint64_t key(std::uint32_t layer, std::uint32_t neuron)
{
    return std::uint64_t{layer} << 32U | neuron;
}

class Count final : public ItemVisitor {
public:
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp>) override
    {
        for (const Spike& spike : spikes)
            ++counts[key(layer, spike.neuron)];
        if (counts.size() > maxUnits)
            return makeError(ErrorKind::BadInput, "this recording has more than 64 million neurons that fired");
        return {};
    }
    std::unordered_map<std::uint64_t, std::uint64_t> counts;
};

class Collect final : public ItemVisitor {
public:
    explicit Collect(std::span<const Unit> units)
    {
        std::size_t at = 0;
        for (const Unit& unit : units) {
            m_next[key(unit.layer, unit.neuron)] = at;
            at += static_cast<std::size_t>(unit.spikes);
        }
        all.resize(at);
    }
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp> times) override
    {
        for (std::size_t i = 0; i < spikes.size(); ++i) {
            const auto place = m_next.find(key(layer, spikes[i].neuron));
            if (place != m_next.end() && place->second < all.size())
                all[place->second++] = {times[i], spikes[i].tick};
        }
        return {};
    }
    std::vector<UnitSpike> all;

private:
    std::unordered_map<std::uint64_t, std::size_t> m_next;
};

} // namespace

Result<std::vector<Unit>> findUnits(ExportJob& job, double from, double to)
{
    Count count;
    BNOF_TRY(walk(job, count, from, to));
    std::vector<Unit> units;
    for (const auto& [unit, spikes] : count.counts)
        units.push_back({static_cast<std::uint32_t>(unit >> 32U), static_cast<std::uint32_t>(unit), spikes});
    std::sort(units.begin(), units.end(),
              [](const Unit& a, const Unit& b) { return key(a.layer, a.neuron) < key(b.layer, b.neuron); });
    return units;
}

Result<void> eachUnit(ExportJob& job, const std::vector<Unit>& units, double from, double to,
                      const std::function<Result<void>(const Unit&, std::span<const UnitSpike>)>& use)
{
    std::size_t first = 0;
    while (first < units.size()) {
        std::size_t end = first;
        std::uint64_t spikes = 0;
        while (end < units.size() && (end == first || spikes + units[end].spikes <= spikesAtOnce))
            spikes += units[end++].spikes;
        const std::span<const Unit> part(units.data() + first, end - first);
        const auto share = [&](std::size_t at) {
            return from + (to - from) * static_cast<double>(at) / static_cast<double>(units.size());
        };
        Collect collect(part);
        BNOF_TRY(walk(job, collect, share(first), share(end)));
        std::size_t at = 0;
        for (const Unit& unit : part) {
            const std::span<UnitSpike> own(collect.all.data() + at, static_cast<std::size_t>(unit.spikes));
            at += own.size();
            std::stable_sort(own.begin(), own.end(), [](const UnitSpike& a, const UnitSpike& b) { return a.t < b.t; });
            BNOF_TRY(use(unit, own));
        }
        first = end;
    }
    return {};
}

} // namespace bnof::recording
