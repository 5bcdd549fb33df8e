// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/adaptation/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "engine/base/exact_math.h"

namespace bnof::olfaction {
namespace {

/// Seconds since the onset that are told apart.
constexpr std::array<double, 6> ageBorders{2, 4, 8, 15, 30, 60};
constexpr std::size_t ageClasses = ageBorders.size() + 1;
constexpr std::size_t fewestRows = 3;
/// Rows of a gas that a memory takes from one recalibration, and keeps in all.
constexpr std::size_t rowsToRemember = 20;
constexpr std::size_t mostOfAGas = 80;
/// See imagined().
constexpr std::array<double, 6> heldSeconds{1, 4, 10, 20, 40, 80};
constexpr std::array<double, 4> strengths{0.5, 0.75, 1, 1.5};
constexpr std::size_t rowsToImagineFrom = 10;
constexpr double settledAge = 60;

std::size_t ageClass(double seconds)
{
    return static_cast<std::size_t>(std::upper_bound(ageBorders.begin(), ageBorders.end(), seconds) -
                                    ageBorders.begin());
}

/// What the model expects of every gas at every age.
class Expectation {
public:
    explicit Expectation(const Model& model)
        : m_moments(momentsOf(model.discriminant)), m_dimension(m_moments.dimension),
          m_sums(model.gases.size() * ageClasses * m_dimension, 0), m_counts(model.gases.size() * ageClasses, 0)
    {
        std::vector<double> row(m_dimension);
        for (std::size_t i = 0; i < model.memory.rows(); ++i) {
            model.memory.row(i, row);
            const std::size_t cell =
                static_cast<std::size_t>(model.memory.labels[i]) * ageClasses + ageClass(model.memory.ages[i]);
            ++m_counts[cell];
            for (std::size_t f = 0; f < m_dimension; ++f)
                m_sums[cell * m_dimension + f] += row[f];
        }
    }
    /// The mean of the age, or of the nearest age that was seen; of all ages where none was.
    [[nodiscard]] double at(std::size_t gas, double age, std::size_t feature) const
    {
        const std::size_t wanted = ageClass(age);
        for (std::size_t away = 0; away < ageClasses; ++away) {
            for (const std::size_t a : {wanted + away, wanted - away}) {
                const std::size_t cell = gas * ageClasses + a;
                if (a < ageClasses && m_counts[cell] >= fewestRows)
                    return m_sums[cell * m_dimension + feature] / static_cast<double>(m_counts[cell]);
            }
        }
        return m_moments.mean(gas)[feature];
    }
    [[nodiscard]] const DiscriminantMoments& moments() const { return m_moments; }

private:
    DiscriminantMoments m_moments;
    std::size_t m_dimension;
    std::vector<double> m_sums;
    std::vector<std::size_t> m_counts;
};

/// How far each gas of the model moved, by the mean over its puffs; empty for gases that were not shown.
std::vector<std::vector<double>> movements(const Model& model, const AnchorRows& rows)
{
    const Expectation expected(model);
    const std::size_t dimension = rows.dimension;
    std::map<std::pair<int, int>, std::pair<std::vector<double>, double>> puffs; // by gas and exposure
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto gas = static_cast<std::size_t>(rows.labels[i]);
        if (gas >= model.gases.size() || !model.discriminant.present(gas))
            continue;
        auto& [sum, count] = puffs[{rows.labels[i], rows.exposure[i]}];
        sum.resize(dimension, 0);
        count += 1;
        for (std::size_t f = 0; f < dimension; ++f)
            sum[f] += rows.row(i)[f] - expected.at(gas, rows.ages[i], f);
    }
    std::vector<std::vector<double>> out(model.gases.size());
    std::vector<double> counts(model.gases.size(), 0);
    for (const auto& [key, puff] : puffs) {
        const auto gas = static_cast<std::size_t>(key.first);
        out[gas].resize(dimension, 0);
        counts[gas] += 1;
        for (std::size_t f = 0; f < dimension; ++f)
            out[gas][f] += puff.first[f] / puff.second;
    }
    for (std::size_t gas = 0; gas < out.size(); ++gas) {
        for (double& v : out[gas])
            v /= counts[gas];
    }
    return out;
}

std::vector<double> puffsOf(const Model& model, const AnchorRows& rows)
{
    std::vector<std::set<int>> puffs(rows.gases.size());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        puffs[static_cast<std::size_t>(rows.labels[i])].insert(rows.exposure[i]);
    std::vector<double> out;
    for (std::size_t gas = 0; gas < model.gases.size(); ++gas)
        out.push_back(static_cast<double>(puffs[gas].size()));
    return out;
}

/// See findDrift(): 1 - (p - 2) / (n |w|^2) with w the whitened movement, n puffs.
double driftShare(const Discriminant& d, const std::vector<double>& movement, double puffs)
{
    double squared = 0;
    const double* row = d.whitening.data();
    for (std::size_t i = 0; i < d.dimension; ++i) {
        double w = 0;
        for (std::size_t j = 0; j <= i; ++j)
            w += row[j] * movement[j];
        row += i + 1;
        squared += w * w;
    }
    const double ordinary = std::max(static_cast<double>(d.dimension) - 2, 1.0);
    return squared <= 0 ? 0 : std::max(0.0, 1 - ordinary / (puffs * squared));
}

std::vector<double> commonPart(const Model& model, const std::vector<std::vector<double>>& seen, std::size_t dimension)
{
    if (model.background >= 0 && !seen[static_cast<std::size_t>(model.background)].empty())
        return seen[static_cast<std::size_t>(model.background)];
    std::vector<double> out(dimension, 0);
    double shown = 0;
    for (const std::vector<double>& gas : seen) {
        shown += gas.empty() ? 0 : 1;
        for (std::size_t f = 0; f < gas.size(); ++f)
            out[f] += gas[f];
    }
    for (double& v : out)
        v /= std::max(shown, 1.0);
    return out;
}

/// Some rows of the last third of every puff of `gas`.
std::vector<std::size_t> lateRows(const AnchorRows& rows, int gas)
{
    std::map<int, double> longest;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] == gas)
            longest[rows.exposure[i]] = std::max(longest[rows.exposure[i]], rows.ages[i]);
    }
    std::vector<std::size_t> late;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] == gas && rows.ages[i] >= longest[rows.exposure[i]] * 2 / 3)
            late.push_back(i);
    }
    std::vector<std::size_t> out;
    const std::size_t take = std::min(rowsToImagineFrom, late.size());
    for (std::size_t k = 0; k < take; ++k)
        out.push_back(late[k * late.size() / take]);
    return out;
}

} // namespace

Drift findDrift(const Model& model, const AnchorRows& rows, const DriftOptions& options)
{
    const std::size_t dimension = rows.dimension;
    const auto seen = movements(model, rows);
    Drift out;
    out.common = commonPart(model, seen, dimension);
    out.movement.assign(model.gases.size() * dimension, 0);
    if (options.airOnly)
        return out;
    out.scatter.assign(dimension * dimension, 0);
    const std::vector<double> puffs = puffsOf(model, rows);
    double shown = 0;
    for (const std::vector<double>& gas : seen)
        shown += gas.empty() ? 0 : 1;
    std::vector<double> rest(dimension);
    for (std::size_t gas = 0; gas < seen.size(); ++gas) {
        if (seen[gas].empty())
            continue;
        for (std::size_t f = 0; f < dimension; ++f)
            rest[f] = seen[gas][f] - out.common[f];
        const double share = driftShare(model.discriminant, rest, puffs[gas]);
        for (std::size_t f = 0; f < dimension; ++f) {
            rest[f] *= share;
            out.movement[gas * dimension + f] = options.step * rest[f];
        }
        for (std::size_t a = 0; a < dimension; ++a) {
            for (std::size_t b = 0; b < dimension; ++b)
                out.scatter[a * dimension + b] += options.driftScatter * rest[a] * rest[b] / shown;
        }
    }
    return out;
}

std::vector<double> imagined(const Model& moved, const AnchorRows& rows, const std::vector<double>& features)
{
    std::vector<double> out;
    const FrontEndParameters& p = moved.frontEnd;
    const std::size_t channels = p.channels();
    const std::vector<std::size_t> from = lateRows(rows, static_cast<int>(moved.gases.size()));
    if (from.empty())
        return out;
    std::vector<double> air(channels, 0);
    if (moved.background >= 0) {
        const Expectation expected(moved);
        for (std::size_t c = 0; c < channels; ++c)
            air[c] = expected.at(static_cast<std::size_t>(moved.background), settledAge, c);
    }
    for (const std::size_t i : from) {
        const double* row = features.data() + i * rows.dimension;
        for (const double seconds : heldSeconds) {
            for (const double strength : strengths) {
                if (moved.background < 0 && strength != 1)
                    continue;
                for (std::size_t f = 0; f < rows.dimension; ++f) {
                    const std::size_t block = f / channels;
                    double z = air[f % channels] + strength * (row[f] - air[f % channels]);
                    if (block > 0 && block <= p.transientSeconds.size()) { // the others are levels, as block 0 is
                        const double decay = exactExp(-seconds / p.transientSeconds[block - 1]);
                        z = (strength * decay * (row[f] * p.deviation[f] + p.mean[f]) - p.mean[f]) / p.deviation[f];
                    }
                    out.push_back(std::clamp(z, -p.clip, p.clip));
                }
            }
        }
    }
    return out;
}

DiscriminantMoments movedMoments(const Model& model, const Drift& drift, const AnchorRows& rows,
                                 const std::vector<double>& features, const std::vector<double>& more)
{
    DiscriminantMoments m = momentsOf(model.discriminant);
    const std::size_t dimension = m.dimension;
    for (std::size_t i = 0; i < m.means.size(); ++i)
        m.means[i] += drift.movement[i];
    if (model.kind != "template") { // whose covariance is a multiple of the identity by definition
        for (std::size_t i = 0; i < drift.scatter.size(); ++i)
            m.covariance[i] += drift.scatter[i];
    }
    const std::size_t old = model.gases.size();
    if (rows.gases.size() == old)
        return m;
    std::vector<double> own = more;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (rows.labels[i] == static_cast<int>(old))
            own.insert(own.end(), features.begin() + static_cast<std::ptrdiff_t>(i * dimension),
                       features.begin() + static_cast<std::ptrdiff_t>((i + 1) * dimension));
    }
    const auto count = static_cast<double>(own.size() / dimension);
    std::vector<double> mean(dimension, 0);
    for (std::size_t i = 0; i < own.size(); ++i)
        mean[i % dimension] += own[i] / count;
    if (model.kind != "template") {
        // A share of the pooled covariance as large as that of any other gas.
        const double weight = 1 / static_cast<double>(old + 1);
        for (double& v : m.covariance)
            v *= 1 - weight;
        for (std::size_t i = 0; i < own.size(); i += dimension) {
            for (std::size_t a = 0; a < dimension; ++a) {
                const double rest = weight * (own[i + a] - mean[a]) / count;
                for (std::size_t b = 0; b < dimension; ++b)
                    m.covariance[a * dimension + b] += rest * (own[i + b] - mean[b]);
            }
        }
    }
    m.means.insert(m.means.end(), mean.begin(), mean.end());
    // As likely as the others are on average.
    double classes = 0;
    for (const double prior : m.logPrior)
        classes += prior > -1e299 ? 1 : 0;
    const double share = 1 / (classes + 1);
    for (double& prior : m.logPrior)
        prior += prior > -1e299 ? exactLog(1 - share) : 0;
    m.logPrior.push_back(exactLog(share));
    return m;
}

void moveMemory(ModelMemory& memory, const Drift& drift, double clip)
{
    ModelMemory moved;
    std::vector<double> row(memory.dimension);
    for (std::size_t i = 0; i < memory.rows(); ++i) {
        memory.row(i, row);
        const std::size_t at = static_cast<std::size_t>(memory.labels[i]) * memory.dimension;
        for (std::size_t f = 0; f < row.size(); ++f)
            row[f] = std::clamp(row[f] + drift.movement[at + f], -clip, clip);
        moved.add(row, memory.labels[i], memory.ages[i], memory.heldOut[i] != 0);
    }
    moved.dimension = memory.dimension;
    memory = std::move(moved);
}

void rememberRows(ModelMemory& memory, const AnchorRows& rows, const std::vector<double>& features, bool judge)
{
    std::map<int, std::vector<std::size_t>> own;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        own[rows.labels[i]].push_back(i);
    for (const auto& [gas, list] : own) {
        const std::size_t take = std::min(rowsToRemember, list.size());
        for (std::size_t k = 0; k < take; ++k) {
            const std::size_t i = list[k * list.size() / take];
            memory.add({features.data() + i * rows.dimension, rows.dimension}, gas, rows.ages[i], judge);
        }
    }
    std::map<std::pair<int, int>, std::size_t> kept;
    ModelMemory out;
    out.dimension = memory.dimension;
    std::vector<std::size_t> stay;
    for (std::size_t i = memory.rows(); i-- > 0;) {
        if (kept[{memory.labels[i], memory.heldOut[i]}]++ < mostOfAGas)
            stay.push_back(i);
    }
    std::vector<double> row(memory.dimension);
    for (auto i = stay.rbegin(); i != stay.rend(); ++i) {
        memory.row(*i, row);
        out.add(row, memory.labels[*i], memory.ages[*i], memory.heldOut[*i] != 0);
    }
    memory = std::move(out);
}

} // namespace bnof::olfaction
