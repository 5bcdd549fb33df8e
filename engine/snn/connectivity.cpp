// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/connectivity.h"

#include <algorithm>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"

namespace bnof::snn {
namespace {

/// Sparse rows before they are split into blocks: each row is ordered by target.
struct Rows {
    std::vector<std::uint32_t> start; ///< sources + 1
    std::vector<std::uint32_t> targets;
};

/// ln(1 - p) without cancellation for small p.
double logOfComplement(double p)
{
    return p < 1e-5 ? -p * (1 + p * (0.5 + p * (1.0 / 3))) : exactLog(1 - p);
}

/// Every pair is connected with probability p: the gaps between connected pairs are geometric, so only the
/// synapses that exist cost a draw (Vitter's skipping). exactLog gives the same bits on every machine.
Rows connectWithProbability(std::uint32_t sources, std::uint32_t targets, double probability, PhiloxSequence& random)
{
    const std::uint64_t pairs = std::uint64_t{sources} * targets;
    Rows rows;
    rows.targets.reserve(static_cast<std::size_t>(static_cast<double>(pairs) * probability * 1.01) + 64);
    rows.start.assign(std::size_t{sources} + 1, 0);
    const auto size = [&rows] { return static_cast<std::uint32_t>(rows.targets.size()); };
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
            const auto row = static_cast<std::uint32_t>(next / targets);
            while (source < row)
                rows.start[++source] = size();
            rows.targets.push_back(static_cast<std::uint32_t>(next % targets));
        }
    }
    while (source < sources)
        rows.start[++source] = size();
    return rows;
}

/// Stable counting sort of (source, target) pairs that arrive ordered by target: rows by source, each row
/// ordered by target. `place(position, k)` is told where pair k goes.
template <typename Place>
std::vector<std::uint32_t> sortBySource(std::uint32_t sourceCount, std::span<const std::uint32_t> sources, Place place)
{
    std::vector<std::uint32_t> start(std::size_t{sourceCount} + 2, 0);
    for (const std::uint32_t source : sources)
        ++start[source + 2];
    std::partial_sum(start.begin(), start.end(), start.begin());
    for (std::size_t k = 0; k < sources.size(); ++k)
        place(start[sources[k] + 1]++, k);
    start.pop_back();
    return start;
}

/// Every target draws `inDegree` different sources. Beyond half of the population it is quicker to draw
/// those that are left out.
Rows connectWithInDegree(std::uint32_t sourceCount, std::uint32_t targets, std::uint32_t inDegree,
                         PhiloxSequence& random)
{
    const bool leaveOut = inDegree > sourceCount / 2;
    const std::uint32_t draws = leaveOut ? sourceCount - inDegree : inDegree;
    std::vector<std::uint32_t> sources;
    sources.reserve(std::size_t{inDegree} * targets);
    std::vector<std::uint32_t> stamp(sourceCount, 0); // target + 1 where the source has been drawn
    for (std::uint32_t target = 0; target < targets; ++target) {
        for (std::uint32_t drawn = 0; drawn < draws;) {
            const std::uint32_t candidate = random.below(sourceCount);
            if (stamp[candidate] == target + 1)
                continue;
            stamp[candidate] = target + 1;
            ++drawn;
            if (!leaveOut)
                sources.push_back(candidate);
        }
        for (std::uint32_t source = 0; leaveOut && source < sourceCount; ++source)
            if (stamp[source] != target + 1)
                sources.push_back(source);
    }
    Rows rows;
    rows.targets.resize(sources.size());
    rows.start = sortBySource(sourceCount, sources, [&](std::size_t position, std::size_t k) {
        rows.targets[position] = static_cast<std::uint32_t>(k / inDegree);
    });
    return rows;
}

/// True when every source reaches every target exactly once.
bool isDense(const Rows& rows, std::uint32_t sources, std::uint32_t targets)
{
    const std::uint64_t pairs = std::uint64_t{sources} * targets;
    if (rows.targets.size() != pairs)
        return false;
    for (std::uint64_t k = 0; k < pairs; ++k)
        if (rows.targets[k] != k % targets || (k % targets == 0 && rows.start[k / targets] != k))
            return false;
    return true;
}

/// The weights of a projection as units of its receptor, in the precision that it asks for.
class WeightRounding {
public:
    WeightRounding(const ReceptorScale& scale, Precision precision) : m_scale(scale), m_precision(precision) {}
    [[nodiscard]] std::int32_t units(double weight) const { return m_scale.quantise(inPrecision(weight, m_precision)); }

private:
    const ReceptorScale& m_scale;
    Precision m_precision;
};

/// The shift with which `largest` units fit into a signed byte, rounded to nearest.
std::uint32_t smallShift(std::int32_t largest)
{
    std::uint32_t shift = 0;
    while (((largest >> shift) + (shift > 0 ? (largest >> (shift - 1)) & 1 : 0)) > 127)
        ++shift;
    return shift;
}

std::int8_t smallWeight(std::int32_t units, std::uint32_t shift)
{
    return static_cast<std::int8_t>(shift == 0 ? units : (units + (1 << (shift - 1))) >> shift);
}

/// Gives the synapses the array that their precision asks for and fills it: weight k goes to place(k).
template <typename Place>
void storeWeights(Synapses& synapses, std::span<const std::int32_t> units, std::size_t size, Precision precision,
                  Place place)
{
    if (precision != Precision::Int8) {
        synapses.weights = AlignedArray<std::int16_t>(size);
        for (std::size_t k = 0; k < units.size(); ++k)
            synapses.weights[place(k)] = static_cast<std::int16_t>(units[k]);
        return;
    }
    synapses.smallShift = smallShift(units.empty() ? 0 : *std::max_element(units.begin(), units.end()));
    synapses.smallWeights = AlignedArray<std::int8_t>(size);
    for (std::size_t k = 0; k < units.size(); ++k)
        synapses.smallWeights[place(k)] = smallWeight(units[k], synapses.smallShift);
}

/// Splits the rows by blocks of targets; `units` has a weight a synapse in the order of the rows, or is empty.
void storeSparse(Synapses& synapses, const Rows& rows, std::span<const std::int32_t> units, Precision precision)
{
    synapses.form = RowForm::Sparse;
    const std::uint32_t sources = synapses.sources;
    synapses.rowStart.resize(std::size_t{synapses.blocks()} * (sources + 1));
    synapses.blockTargets.resize(rows.targets.size());
    std::vector<std::uint32_t> order(units.size()); // where synapse k of the rows goes
    std::vector<std::uint32_t> cursor(rows.start.begin(), rows.start.end() - 1);
    std::uint32_t at = 0;
    for (std::uint32_t block = 0; block < synapses.blocks(); ++block) {
        const std::uint32_t first = block * synapses.blockSize;
        const std::uint64_t end = std::uint64_t{first} + synapses.blockSize;
        for (std::uint32_t source = 0; source < sources; ++source) {
            synapses.rowStart[std::size_t{block} * (sources + 1) + source] = at;
            std::uint32_t& k = cursor[source];
            for (; k < rows.start[source + 1] && rows.targets[k] < end; ++k, ++at) {
                synapses.blockTargets[at] = static_cast<std::uint16_t>(rows.targets[k] - first);
                if (!order.empty())
                    order[k] = at;
            }
        }
        synapses.rowStart[std::size_t{block} * (sources + 1) + sources] = at;
    }
    if (!units.empty())
        storeWeights(synapses, units, units.size(), precision, [&](std::size_t k) { return order[k]; });
}

void connectExplicitly(Synapses& synapses, const ExplicitList& list, const WeightRounding& rounding,
                       Precision precision)
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
        synapses.weight = rounding.units(static_cast<double>(list.weights.front()));
    Rows rows;
    rows.targets.resize(count);
    std::vector<std::int32_t> units(constant ? 0 : count);
    rows.start = sortBySource(synapses.sources, sources, [&](std::size_t position, std::size_t k) {
        rows.targets[position] = list.targets[order[k]];
        if (!constant)
            units[position] = rounding.units(static_cast<double>(list.weights[order[k]]));
    });
    if (!isDense(rows, synapses.sources, synapses.targets)) {
        storeSparse(synapses, rows, units, precision);
    } else if (!constant) {
        synapses.form = RowForm::Dense;
        const std::size_t stride = paddedSize(synapses.targets);
        storeWeights(synapses, units, stride * synapses.sources, precision,
                     [&](std::size_t k) { return k / synapses.targets * stride + k % synapses.targets; });
    }
}

/// Synapses that a sparse rule is expected to make; 0 for rules that need no rows.
double expectedSynapses(const Projection& projection, std::uint32_t sources, std::uint32_t targets)
{
    if (const auto* pairs = std::get_if<FixedProbability>(&projection.connectivity))
        return pairs->probability * sources * targets;
    if (const auto* degree = std::get_if<FixedInDegree>(&projection.connectivity))
        return static_cast<double>(degree->inDegree) * targets;
    if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity))
        return static_cast<double>(list->sources.size());
    return 0;
}

} // namespace

std::vector<std::uint32_t> targetBlockSizes(const Network& network)
{
    constexpr std::uint32_t preferred = 4096; // 8 ticks of 2 receptors: 256 KiB of accumulators
    constexpr double shortestRow = 24;        // synapses of a row in a block that are worth finding its start
    std::vector<double> synapses(network.populations.size(), 0);
    std::vector<double> rows(network.populations.size(), 0);
    std::vector<bool> learns(network.populations.size(), false);
    for (const Projection& projection : network.projections) {
        learns[projection.target] = learns[projection.target] || projection.plasticity.has_value();
        const std::uint32_t sources = network.populations[projection.source].size;
        const double expected = expectedSynapses(projection, sources, network.populations[projection.target].size);
        synapses[projection.target] += expected;
        rows[projection.target] += expected > 0 ? sources : 0;
    }
    std::vector<std::uint32_t> sizes;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        const std::uint32_t size = network.populations[i].size;
        double blocks = (size + preferred - 1) / preferred;
        if (learns[i]) // weights change tick by tick, with all neurons at hand; validate() keeps these small
            blocks = 1;
        else if (rows[i] > 0)
            blocks = std::min(blocks, std::max(1.0, synapses[i] / rows[i] / shortestRow));
        const auto whole = std::max(static_cast<std::uint32_t>(blocks), (size - 1) / largestTargetBlock + 1);
        sizes.push_back(static_cast<std::uint32_t>(paddedSize((size + whole - 1) / whole)));
    }
    return sizes;
}

SynapseRows Synapses::rows(std::uint32_t block) const
{
    SynapseRows view;
    view.form = form;
    view.rowStart = form == RowForm::Sparse ? rowStart.data() + std::size_t{block} * (sources + 1) : nullptr;
    view.targets = blockTargets.data();
    view.weights = weights.empty() ? nullptr : weights.data();
    view.smallWeights = smallWeights.empty() ? nullptr : smallWeights.data();
    view.weight = weight;
    view.smallShift = smallShift;
    view.firstTarget = block * blockSize;
    view.rowLength = std::min(blockSize, targets - view.firstTarget);
    view.rowStride = static_cast<std::uint32_t>(paddedSize(targets));
    return view;
}

std::uint64_t Synapses::count() const
{
    switch (form) {
    case RowForm::Shared:
    case RowForm::Dense: return std::uint64_t{sources} * targets;
    case RowForm::Identity: return sources;
    case RowForm::Sparse: return blockTargets.size();
    }
    return 0;
}

std::int32_t Synapses::weightAt(std::size_t k) const
{
    if (!weights.empty())
        return weights[k];
    if (!smallWeights.empty())
        return std::int32_t{smallWeights[k]} << smallShift;
    return weight;
}

Synapses buildSynapses(const Network& network, std::size_t projectionIndex, const ReceptorScale& scale,
                       std::uint32_t blockSize)
{
    const Projection& projection = network.projections[projectionIndex];
    const WeightRounding rounding(scale, projection.precision);
    Synapses synapses;
    synapses.sources = network.populations[projection.source].size;
    synapses.targets = network.populations[projection.target].size;
    synapses.blockSize = blockSize;
    synapses.weight = rounding.units(projection.weight);
    PhiloxSequence random(network.seed, static_cast<std::uint32_t>(projectionIndex));
    if (std::holds_alternative<OneToOne>(projection.connectivity)) {
        synapses.form = RowForm::Identity;
    } else if (const auto* pairs = std::get_if<FixedProbability>(&projection.connectivity)) {
        if (pairs->probability < 1)
            storeSparse(synapses,
                        connectWithProbability(synapses.sources, synapses.targets, pairs->probability, random), {},
                        projection.precision);
    } else if (const auto* degree = std::get_if<FixedInDegree>(&projection.connectivity)) {
        if (degree->inDegree < synapses.sources)
            storeSparse(synapses, connectWithInDegree(synapses.sources, synapses.targets, degree->inDegree, random), {},
                        projection.precision);
    } else if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity)) {
        connectExplicitly(synapses, *list, rounding, projection.precision);
    }
    return synapses; // what is left unsaid is all-to-all: one shared weight
}

} // namespace bnof::snn
