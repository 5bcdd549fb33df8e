// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/statistics/special.h"
#include "engine/tuning/sampler.h"
#include "engine/tuning/sampler_streams.h"

namespace bnof::tuning {
namespace {

using Kind = Parameter::Kind;

/// Trials older than this many count less and less (Bergstra, Yamins & Cox, ICML 2013, "linear forgetting").
constexpr std::size_t remembered = 25;
constexpr std::size_t mostGood = 25;
constexpr int redraws = 64;

std::size_t goodCount(std::size_t trials)
{
    return std::min((trials + 9) / 10, mostGood);
}

std::vector<double> forgetting(std::size_t count)
{
    std::vector<double> out(count, 1.0);
    if (count <= remembered)
        return out;
    const std::size_t old = count - remembered;
    for (std::size_t i = 0; i < old; ++i)
        out[i] = static_cast<double>(i + 1) / static_cast<double>(old + 1);
    return out;
}

/// Normal densities cut off at 0 and 1, side by side, with a wide one for what is not known yet.
class Parzen {
public:
    /// `rows` has one row of `dimension` places in the unit cube an observation.
    Parzen(const std::vector<double>& rows, std::size_t dimension, std::vector<double> weights)
        : m_dimension(dimension), m_centres(rows), m_weights(std::move(weights))
    {
        const std::size_t n = m_weights.size();
        m_centres.insert(m_centres.end(), dimension, 0.5);
        m_weights.push_back(1);
        const double total = std::accumulate(m_weights.begin(), m_weights.end(), 0.0);
        for (double& w : m_weights)
            w /= total;
        m_widths.assign(m_centres.size(), 1.0);
        for (std::size_t d = 0; d < dimension; ++d) {
            if (dimension == 1)
                neighbourWidths(n);
            else
                commonWidth(n, d);
        }
        m_logNorm.resize(m_centres.size());
        for (std::size_t k = 0; k < m_centres.size(); ++k) {
            const double mass = statistics::normalCdf((1 - m_centres[k]) / m_widths[k]) -
                                statistics::normalCdf(-m_centres[k] / m_widths[k]);
            m_logNorm[k] =
                -exactLog(m_widths[k]) - exactLog(std::sqrt(2 * std::numbers::pi)) - exactLog(std::max(mass, 1e-12));
        }
    }

    void draw(PhiloxSequence& random, double* out) const
    {
        double u = random.uniform();
        std::size_t k = 0;
        while (k + 1 < m_weights.size() && u >= m_weights[k])
            u -= m_weights[k++];
        for (std::size_t d = 0; d < m_dimension; ++d) {
            const std::size_t at = k * m_dimension + d;
            double x = -1;
            for (int tries = 0; tries < redraws && (x < 0 || x > 1); ++tries)
                x = m_centres[at] + m_widths[at] * random.normal();
            out[d] = std::clamp(x, 0.0, 1.0);
        }
    }

    [[nodiscard]] double logDensity(const double* x) const
    {
        double largest = -std::numeric_limits<double>::infinity();
        m_terms.resize(m_weights.size());
        for (std::size_t k = 0; k < m_weights.size(); ++k) {
            double term = exactLog(m_weights[k]);
            for (std::size_t d = 0; d < m_dimension; ++d) {
                const std::size_t at = k * m_dimension + d;
                const double step = (x[d] - m_centres[at]) / m_widths[at];
                term += m_logNorm[at] - 0.5 * step * step;
            }
            m_terms[k] = term;
            largest = std::max(largest, term);
        }
        double sum = 0;
        for (const double term : m_terms)
            sum += exactExp(term - largest);
        return largest + exactLog(sum);
    }

private:
    [[nodiscard]] static double narrowest(std::size_t n)
    {
        return 1.0 / static_cast<double>(std::min<std::size_t>(100, n + 1));
    }

    /// As far as the farther one of both neighbours (Bergstra et al. 2011, section 4).
    void neighbourWidths(std::size_t n)
    {
        std::vector<std::size_t> order(n + 1);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return m_centres[a] < m_centres[b]; });
        for (std::size_t i = 0; i < order.size(); ++i) {
            const double below = i > 0 ? m_centres[order[i]] - m_centres[order[i - 1]] : m_centres[order[i]];
            const double above =
                i + 1 < order.size() ? m_centres[order[i + 1]] - m_centres[order[i]] : 1 - m_centres[order[i]];
            if (order[i] != n)
                m_widths[order[i]] = std::clamp(std::max(below, above), narrowest(n), 1.0);
        }
    }

    /// Scott's rule, spread n^(-1/(d + 4)), on the spread of the observations themselves: it narrows as they gather,
    /// but not below what so few of them can tell, or the search would close in on its own first finds.
    void commonWidth(std::size_t n, std::size_t d)
    {
        double mean = 0;
        double squares = 0;
        for (std::size_t i = 0; i < n; ++i)
            mean += m_centres[i * m_dimension + d] / static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double step = m_centres[i * m_dimension + d] - mean;
            squares += step * step / static_cast<double>(n);
        }
        const double scott = exactExp(-exactLog(static_cast<double>(std::max<std::size_t>(n, 1))) /
                                      static_cast<double>(m_dimension + 4));
        const double width = n < 2 ? 0.2 : std::clamp(std::sqrt(squares) * scott, narrowest(n), 0.5);
        for (std::size_t i = 0; i < n; ++i)
            m_widths[i * m_dimension + d] = width;
    }

    std::size_t m_dimension;
    std::vector<double> m_centres;
    std::vector<double> m_widths;
    std::vector<double> m_logNorm;
    std::vector<double> m_weights;
    mutable std::vector<double> m_terms;
};

/// Shares of the choices, each as if it had been seen once more, so that none is ever given up.
std::vector<double> shares(const Parameter& p, std::size_t index, const std::vector<const Point*>& points,
                           const std::vector<double>& weights)
{
    std::vector<double> out(p.choices.size(), 1.0);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!std::isnan((*points[i])[index]))
            out[static_cast<std::size_t>((*points[i])[index])] += weights[i];
    }
    const double total = std::accumulate(out.begin(), out.end(), 0.0);
    for (double& share : out)
        share /= total;
    return out;
}

/// Places of the trials in which all of `which` were active.
Parzen densityOf(const SearchSpace& space, const std::vector<std::size_t>& which,
                 const std::vector<const Point*>& points, const std::vector<double>& weights)
{
    std::vector<double> rows;
    std::vector<double> kept;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Point& point = *points[i];
        if (std::any_of(which.begin(), which.end(), [&](std::size_t p) { return std::isnan(point[p]); }))
            continue;
        for (const std::size_t p : which)
            rows.push_back(toUnit(space.parameters[p], point[p]));
        kept.push_back(weights[i]);
    }
    return {rows, which.size(), std::move(kept)};
}

/// The candidate with the largest ratio of densities, in the unit cube of `which`.
std::vector<double> bestCandidate(const SearchSpace& space, const std::vector<std::size_t>& which,
                                  const GoodAndOther& parts, std::uint32_t candidates, PhiloxSequence& random)
{
    const Parzen good = densityOf(space, which, parts.good, parts.goodWeights);
    const Parzen other = densityOf(space, which, parts.other, parts.otherWeights);
    std::vector<double> best;
    std::vector<double> x(which.size());
    double highest = -std::numeric_limits<double>::infinity();
    for (std::uint32_t k = 0; k < std::max(candidates, 1U); ++k) {
        good.draw(random, x.data());
        const double score = good.logDensity(x.data()) - other.logDensity(x.data());
        if (best.empty() || score > highest) {
            highest = score;
            best = x;
        }
    }
    return best;
}

/// Active with the same values of the same choice.
bool alike(const Parameter& a, const Parameter& b)
{
    return a.conditionOn == b.conditionOn && a.condition == b.condition;
}

class TpeSampler final : public Sampler {
public:
    TpeSampler(SearchSpace space, std::uint64_t seed, const TpeOptions& options)
        : m_space(std::move(space)), m_seed(seed), m_options(options)
    {
        for (std::size_t i = 0; m_options.multivariate && i < m_space.size(); ++i) {
            if (m_space.parameters[i].kind == Kind::Choice)
                continue;
            const auto same = std::find_if(m_together.begin(), m_together.end(), [&](const auto& group) {
                return alike(m_space.parameters[group.front()], m_space.parameters[i]);
            });
            (same != m_together.end() ? *same : m_together.emplace_back()).push_back(i);
        }
    }

    [[nodiscard]] std::uint32_t roundSize() const override { return 2; }

    [[nodiscard]] Point propose(std::uint64_t number, const Past& past) override
    {
        PhiloxSequence random = sequenceFor(m_seed, Stream::Parzen, number);
        if (number < m_options.startup || past.finished.empty()) {
            PhiloxSequence uniform = sequenceFor(m_seed, Stream::Uniform, number);
            return uniformPoint(m_space, uniform);
        }
        const GoodAndOther parts = splitPast(past);
        Point out(m_space.size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < m_space.size(); ++i) {
            if (!std::isnan(out[i]) || !isActive(m_space, i, out))
                continue;
            const auto group = std::find_if(m_together.begin(), m_together.end(), [&](const auto& g) {
                return g.size() > 1 && std::find(g.begin(), g.end(), i) != g.end();
            });
            if (group == m_together.end()) {
                out[i] = proposeOne(m_space, i, parts, m_options.candidates, random);
                continue;
            }
            const std::vector<double> x = bestCandidate(m_space, *group, parts, m_options.candidates, random);
            for (std::size_t k = 0; k < group->size(); ++k)
                out[(*group)[k]] = fromUnit(m_space.parameters[(*group)[k]], x[k]);
        }
        return out;
    }

private:
    SearchSpace m_space;
    std::uint64_t m_seed;
    TpeOptions m_options;
    std::vector<std::vector<std::size_t>> m_together; ///< numbers under the same condition
};

} // namespace

GoodAndOther splitPast(const Past& past)
{
    GoodAndOther out;
    const std::vector<std::size_t> order = ranked(past.finished);
    std::vector<std::uint8_t> isGood(past.finished.size(), 0);
    for (std::size_t k = 0; k < goodCount(order.size()); ++k)
        isGood[order[k]] = past.finished[order[k]].state == TrialState::Failed ? 0 : 1;
    for (std::size_t i = 0; i < past.finished.size(); ++i)
        (isGood[i] ? out.good : out.other).push_back(&past.finished[i].point);
    for (const Point& point : past.pending)
        out.other.push_back(&point);
    out.goodWeights = forgetting(out.good.size());
    out.otherWeights = forgetting(out.other.size());
    return out;
}

double proposeOne(const SearchSpace& space, std::size_t index, const GoodAndOther& parts, std::uint32_t candidates,
                  PhiloxSequence& random)
{
    const Parameter& p = space.parameters[index];
    if (p.kind != Kind::Choice)
        return fromUnit(p, bestCandidate(space, {index}, parts, candidates, random).front());
    const std::vector<double> good = shares(p, index, parts.good, parts.goodWeights);
    const std::vector<double> other = shares(p, index, parts.other, parts.otherWeights);
    std::size_t best = 0;
    double highest = -1;
    for (std::uint32_t k = 0; k < std::max(candidates, 1U); ++k) {
        double u = random.uniform();
        std::size_t c = 0;
        while (c + 1 < good.size() && u >= good[c])
            u -= good[c++];
        if (good[c] / other[c] > highest) {
            highest = good[c] / other[c];
            best = c;
        }
    }
    return static_cast<double>(best);
}

std::unique_ptr<Sampler> makeTpeSampler(const SearchSpace& space, std::uint64_t seed, const TpeOptions& options)
{
    return std::make_unique<TpeSampler>(space, seed, options);
}

} // namespace bnof::tuning
