// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/connectivity.h"

#include <algorithm>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"

namespace bnof::snn {
namespace {

constexpr std::uint32_t narrowTargets = 65536;

/// Collects the targets of a sparse projection, source by source, in the index width that fits.
class TargetList {
public:
    TargetList(Synapses& synapses, std::size_t expected) : m_synapses(synapses)
    {
        synapses.form = synapses.targets <= narrowTargets ? RowForm::Sparse16 : RowForm::Sparse32;
        if (synapses.form == RowForm::Sparse16)
            synapses.targets16.reserve(expected);
        else
            synapses.targets32.reserve(expected);
    }
    void push(std::uint32_t target)
    {
        if (m_synapses.form == RowForm::Sparse16)
            m_synapses.targets16.push_back(static_cast<std::uint16_t>(target));
        else
            m_synapses.targets32.push_back(target);
    }
    [[nodiscard]] std::uint32_t size() const
    {
        return static_cast<std::uint32_t>(m_synapses.targets16.size() + m_synapses.targets32.size());
    }

private:
    Synapses& m_synapses;
};

/// ln(1 - p) without cancellation for small p.
double logOfComplement(double p)
{
    return p < 1e-5 ? -p * (1 + p * (0.5 + p * (1.0 / 3))) : exactLog(1 - p);
}

/// Every pair is connected with probability p: the gaps between connected pairs are geometric, so only the
/// synapses that exist cost a draw (Vitter's skipping). exactLog gives the same bits on every machine.
void connectWithProbability(Synapses& synapses, double probability, PhiloxSequence& random)
{
    const std::uint64_t pairs = std::uint64_t{synapses.sources} * synapses.targets;
    TargetList list(synapses, static_cast<std::size_t>(static_cast<double>(pairs) * probability * 1.01) + 64);
    synapses.rowStart.assign(std::size_t{synapses.sources} + 1, 0);
    std::uint32_t source = 0;
    if (probability > 0) {
        const double inverse = 1 / logOfComplement(probability);
        for (std::uint64_t next = 0;; ++next) {
            const double gap = exactLog(1 - random.uniform()) * inverse;
            if (!(gap < static_cast<double>(pairs - next)))
                break;
            next += static_cast<std::uint64_t>(gap);
            if (next >= pairs)
                break;
            const auto row = static_cast<std::uint32_t>(next / synapses.targets);
            while (source < row)
                synapses.rowStart[++source] = list.size();
            list.push(static_cast<std::uint32_t>(next % synapses.targets));
        }
    }
    while (source < synapses.sources)
        synapses.rowStart[++source] = list.size();
}

/// Stable counting sort of (source, target) pairs that arrive ordered by target: rows by source, each row
/// ordered by target. `place(position, k)` is told where pair k goes.
template <typename Place> void sortBySource(Synapses& synapses, std::span<const std::uint32_t> sources, Place place)
{
    std::vector<std::uint32_t>& start = synapses.rowStart;
    start.assign(std::size_t{synapses.sources} + 2, 0);
    for (const std::uint32_t source : sources)
        ++start[source + 2];
    std::partial_sum(start.begin(), start.end(), start.begin());
    for (std::size_t k = 0; k < sources.size(); ++k)
        place(start[sources[k] + 1]++, k);
    start.pop_back();
}

void allocateTargets(Synapses& synapses, std::size_t count)
{
    synapses.form = synapses.targets <= narrowTargets ? RowForm::Sparse16 : RowForm::Sparse32;
    if (synapses.form == RowForm::Sparse16)
        synapses.targets16.resize(count);
    else
        synapses.targets32.resize(count);
}

void setTarget(Synapses& synapses, std::size_t position, std::uint32_t target)
{
    if (synapses.form == RowForm::Sparse16)
        synapses.targets16[position] = static_cast<std::uint16_t>(target);
    else
        synapses.targets32[position] = target;
}

/// Every target draws `inDegree` different sources. Beyond half of the population it is quicker to draw
/// those that are left out.
void connectWithInDegree(Synapses& synapses, std::uint32_t inDegree, PhiloxSequence& random)
{
    const bool leaveOut = inDegree > synapses.sources / 2;
    const std::uint32_t draws = leaveOut ? synapses.sources - inDegree : inDegree;
    std::vector<std::uint32_t> sources;
    sources.reserve(std::size_t{inDegree} * synapses.targets);
    std::vector<std::uint32_t> stamp(synapses.sources, 0); // target + 1 where the source has been drawn
    for (std::uint32_t target = 0; target < synapses.targets; ++target) {
        for (std::uint32_t drawn = 0; drawn < draws;) {
            const std::uint32_t candidate = random.below(synapses.sources);
            if (stamp[candidate] == target + 1)
                continue;
            stamp[candidate] = target + 1;
            ++drawn;
            if (!leaveOut)
                sources.push_back(candidate);
        }
        for (std::uint32_t source = 0; leaveOut && source < synapses.sources; ++source)
            if (stamp[source] != target + 1)
                sources.push_back(source);
    }
    allocateTargets(synapses, sources.size());
    sortBySource(synapses, sources, [&](std::size_t position, std::size_t k) {
        setTarget(synapses, position, static_cast<std::uint32_t>(k / inDegree));
    });
}

/// True when every source reaches every target exactly once (rows are ordered by target).
bool isDense(const Synapses& synapses)
{
    const std::uint64_t pairs = std::uint64_t{synapses.sources} * synapses.targets;
    if (synapses.targets16.size() + synapses.targets32.size() != pairs)
        return false;
    for (std::uint64_t k = 0; k < pairs; ++k) {
        const std::uint32_t target = synapses.form == RowForm::Sparse16 ? synapses.targets16[k] : synapses.targets32[k];
        if (target != k % synapses.targets || (target == 0 && synapses.rowStart[k / synapses.targets] != k))
            return false;
    }
    return true;
}

/// Replaces sparse rows that hold every target by contiguous rows without indices.
void makeDense(Synapses& synapses)
{
    if (!synapses.weights.empty()) {
        const std::size_t stride = paddedSize(synapses.targets);
        AlignedArray<std::int16_t> dense(stride * synapses.sources);
        for (std::size_t source = 0; source < synapses.sources; ++source)
            std::copy_n(synapses.weights.data() + source * synapses.targets, synapses.targets,
                        dense.data() + source * stride);
        synapses.weights = std::move(dense);
        synapses.form = RowForm::Dense;
    } else {
        synapses.form = RowForm::Shared;
    }
    synapses.rowStart = {};
    synapses.targets16 = {};
    synapses.targets32 = {};
}

void connectExplicitly(Synapses& synapses, const ExplicitList& list, const ReceptorScale& scale)
{
    const std::size_t count = list.sources.size();
    // First pass: order by target, so that the second, stable one leaves every row ordered.
    std::vector<std::uint32_t> order(count);
    std::vector<std::uint32_t> next(std::size_t{synapses.targets} + 1, 0);
    for (const std::uint32_t target : list.targets)
        ++next[target + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    for (std::size_t k = 0; k < count; ++k)
        order[next[list.targets[k]]++] = static_cast<std::uint32_t>(k);
    std::vector<std::uint32_t> sources(count);
    for (std::size_t k = 0; k < count; ++k)
        sources[k] = list.sources[order[k]];

    const bool constant = list.weights.empty() || std::all_of(list.weights.begin(), list.weights.end(),
                                                              [&](float w) { return w == list.weights.front(); });
    if (constant && !list.weights.empty())
        synapses.weight = scale.quantise(static_cast<double>(list.weights.front()));
    if (!constant)
        synapses.weights = AlignedArray<std::int16_t>(count);
    allocateTargets(synapses, count);
    sortBySource(synapses, sources, [&](std::size_t position, std::size_t k) {
        setTarget(synapses, position, list.targets[order[k]]);
        if (!constant)
            synapses.weights[position] =
                static_cast<std::int16_t>(scale.quantise(static_cast<double>(list.weights[order[k]])));
    });
    if (isDense(synapses))
        makeDense(synapses);
}

} // namespace

SynapseRows Synapses::rows() const
{
    SynapseRows view;
    view.form = form;
    view.rowStart = rowStart.data();
    view.targets16 = targets16.data();
    view.targets32 = targets32.data();
    view.weights = weights.empty() ? nullptr : weights.data();
    view.weight = weight;
    view.rowLength = targets;
    view.rowStride = static_cast<std::uint32_t>(paddedSize(targets));
    return view;
}

std::uint64_t Synapses::count() const
{
    switch (form) {
    case RowForm::Shared:
    case RowForm::Dense: return std::uint64_t{sources} * targets;
    case RowForm::Identity: return sources;
    case RowForm::Sparse16: return targets16.size();
    case RowForm::Sparse32: return targets32.size();
    }
    return 0;
}

void Synapses::addSums(std::span<std::uint64_t> sums) const
{
    const auto units = static_cast<std::uint64_t>(weight);
    const auto unitsOf = [&](std::size_t k) {
        return weights.empty() ? units : static_cast<std::uint64_t>(weights[k]);
    };
    switch (form) {
    case RowForm::Shared:
        for (std::uint64_t& sum : sums)
            sum += units * sources;
        return;
    case RowForm::Identity:
        for (std::uint64_t& sum : sums)
            sum += units;
        return;
    case RowForm::Dense:
        for (std::size_t source = 0; source < sources; ++source)
            for (std::size_t target = 0; target < targets; ++target)
                sums[target] += unitsOf(source * paddedSize(targets) + target);
        return;
    case RowForm::Sparse16:
        for (std::size_t k = 0; k < targets16.size(); ++k)
            sums[targets16[k]] += unitsOf(k);
        return;
    case RowForm::Sparse32:
        for (std::size_t k = 0; k < targets32.size(); ++k)
            sums[targets32[k]] += unitsOf(k);
        return;
    }
}

Synapses buildSynapses(const Network& network, std::size_t projectionIndex, const ReceptorScale& scale)
{
    const Projection& projection = network.projections[projectionIndex];
    Synapses synapses;
    synapses.sources = network.populations[projection.source].size;
    synapses.targets = network.populations[projection.target].size;
    synapses.weight = scale.quantise(projection.weight);
    PhiloxSequence random(network.seed, static_cast<std::uint32_t>(projectionIndex));
    if (std::holds_alternative<OneToOne>(projection.connectivity)) {
        synapses.form = RowForm::Identity;
    } else if (const auto* pairs = std::get_if<FixedProbability>(&projection.connectivity)) {
        if (pairs->probability < 1)
            connectWithProbability(synapses, pairs->probability, random);
    } else if (const auto* degree = std::get_if<FixedInDegree>(&projection.connectivity)) {
        if (degree->inDegree < synapses.sources)
            connectWithInDegree(synapses, degree->inDegree, random);
    } else if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity)) {
        connectExplicitly(synapses, *list, scale);
    }
    return synapses; // what is left unsaid is all-to-all: one shared weight
}

} // namespace bnof::snn
