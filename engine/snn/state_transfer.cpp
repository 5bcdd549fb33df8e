// SPDX-License-Identifier: GPL-3.0-or-later
// A state of a network, carried over to the same network in another precision. What is counted in weight units is
// counted anew, because the units differ by a power of two.
#include <algorithm>
#include <cmath>

#include "engine/snn/backend.h"

namespace bnof::snn {
namespace {

Error differs(const std::string& what, const std::string& where)
{
    return makeError(ErrorKind::Usage, "the networks differ in more than the precision of weights: " + what, where,
                     "Give the state of the same network in another precision.");
}

/// Moves sums of one receptor from the units of `from` to those of `to`.
class UnitChange {
public:
    UnitChange(const ReceptorPlan& from, const ReceptorPlan& to) : m_to(to), m_ratio(from.unitMv / to.unitMv) {}

    [[nodiscard]] float current(float value) const
    {
        const auto moved = static_cast<float>(value * m_ratio); // a power of two: exact
        return moved < currentFloor ? 0.0F : moved;
    }
    /// The nearest sum that this receptor can hold, at most `room`.
    [[nodiscard]] std::int32_t sum(std::int32_t value, std::int64_t room) const
    {
        const std::int64_t unit = std::max(m_to.countUnit, 1);
        const double whole = std::floor(value * m_ratio / static_cast<double>(unit) + 0.5);
        std::int64_t most = room / unit;
        if (m_to.countUnit > 0)
            most = std::min<std::int64_t>(most, 255);
        return static_cast<std::int32_t>(std::min(static_cast<std::int64_t>(whole), most) * unit);
    }

private:
    const ReceptorPlan& m_to;
    double m_ratio;
};

void moveReceptor(const ReceptorPlan& from, const ReceptorPlan& to, PopulationState& state, std::size_t r)
{
    const UnitChange change(from, to);
    for (float& value : state.current[r])
        value = change.current(value);
    const auto limit = static_cast<std::int64_t>(to.largestSum);
    for (std::size_t k = 0; k < state.shared[r].size(); ++k) {
        std::int32_t& shared = state.shared[r][k];
        // The receptor's shared sum comes from projections of its own; the count unit belongs to the neurons' sums.
        shared = static_cast<std::int32_t>(
            std::min(static_cast<std::int64_t>(std::floor(shared * from.unitMv / to.unitMv + 0.5)), limit));
        if (k < state.perNeuron[r].size())
            for (std::int32_t& sum : state.perNeuron[r][k])
                sum = change.sum(sum, limit - shared);
    }
}

} // namespace

Result<NetworkState> transferState(const Plan& from, const Plan& to, NetworkState state)
{
    if (from.populations.size() != to.populations.size() || from.projections.size() != to.projections.size())
        return differs("the number of populations or projections", "network");
    for (const Plan* plan : {&from, &to})
        for (std::size_t i = 0; i < plan->projections.size(); ++i)
            if (plan->projections[i].plasticity)
                return makeError(ErrorKind::Usage, "a network that learns keeps its precision",
                                 "network.projections[" + std::to_string(i) + ']');
    for (std::size_t i = 0; i < from.populations.size(); ++i) {
        const PopulationPlan& a = from.populations[i];
        const PopulationPlan& b = to.populations[i];
        const std::string where = "network.populations[" + std::to_string(i) + ']';
        if (a.kind != b.kind || a.size != b.size || a.sampling != b.sampling)
            return differs("a population", where);
        for (std::size_t r = 0; r < 2; ++r) {
            const ReceptorPlan& x = a.receptors[r];
            const ReceptorPlan& y = b.receptors[r];
            if (x.used != y.used || x.perNeuron != y.perNeuron || x.slots != y.slots)
                return differs("what reaches a receptor", where);
            moveReceptor(x, y, state.populations[i], r);
        }
        const double ratio = a.receptors[0].unitMv / b.receptors[0].unitMv;
        for (std::int32_t& count : state.populations[i].count)
            count = static_cast<std::int32_t>(std::min(std::floor(count * ratio + 0.5), double{counterLimit}));
    }
    return state;
}

} // namespace bnof::snn
