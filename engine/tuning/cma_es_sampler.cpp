// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Dense>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/base/exact_math.h"
#include "engine/tuning/sampler.h"
#include "engine/tuning/sampler_streams.h"

namespace bnof::tuning {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double firstStep = 0.2;       ///< of the unit cube
constexpr double smallestStep = 1e-7;   ///< below it a restart
constexpr double worstCondition = 1e12; ///< of the covariance, the same
constexpr int redraws = 20;

/// The evolution strategy itself; names of the constants are those of the tutorial.
class Evolution {
public:
    Evolution(std::size_t dimension, std::uint32_t lambda) : m_lambda(lambda)
    {
        const auto d = static_cast<double>(dimension);
        const std::uint32_t mu = lambda / 2;
        m_weights.resize(mu);
        for (std::uint32_t i = 0; i < mu; ++i)
            m_weights[i] = exactLog((lambda + 1) / 2.0) - exactLog(i + 1.0);
        m_weights /= m_weights.sum();
        m_muEff = 1 / m_weights.squaredNorm();
        m_cSigma = (m_muEff + 2) / (d + m_muEff + 5);
        m_dSigma = 1 + 2 * std::max(0.0, std::sqrt((m_muEff - 1) / (d + 1)) - 1) + m_cSigma;
        m_cC = (4 + m_muEff / d) / (d + 4 + 2 * m_muEff / d);
        m_c1 = 2 / ((d + 1.3) * (d + 1.3) + m_muEff);
        m_cMu = std::min(1 - m_c1, 2 * (m_muEff - 2 + 1 / m_muEff) / ((d + 2) * (d + 2) + m_muEff));
        m_chi = std::sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));
        m_mean = VectorXd::Constant(static_cast<Eigen::Index>(dimension), 0.5);
        begin();
    }

    void restartAt(const VectorXd& mean)
    {
        m_mean = mean;
        begin();
    }

    /// A draw within the unit cube: redrawn while outside, then put on the border.
    [[nodiscard]] VectorXd draw(PhiloxSequence& random) const
    {
        VectorXd x(m_mean.size());
        for (int tries = 0; tries < redraws; ++tries) {
            VectorXd z(m_mean.size());
            for (double& value : z)
                value = random.normal();
            x = m_mean + m_sigma * (m_axes * m_scales.cwiseProduct(z));
            if (x.minCoeff() >= 0 && x.maxCoeff() <= 1)
                return x;
        }
        return x.cwiseMax(0).cwiseMin(1);
    }

    /// `best` are the draws of a generation, best first.
    void update(const std::vector<VectorXd>& best)
    {
        const VectorXd before = m_mean;
        VectorXd step = VectorXd::Zero(m_mean.size());
        for (Eigen::Index i = 0; i < m_weights.size(); ++i)
            step += m_weights[i] * (best[static_cast<std::size_t>(i)] - before) / m_sigma;
        m_mean += m_sigma * step;
        const VectorXd whitened = m_axes * (m_axes.transpose() * step).cwiseQuotient(m_scales);
        m_pathSigma = (1 - m_cSigma) * m_pathSigma + std::sqrt(m_cSigma * (2 - m_cSigma) * m_muEff) * whitened;
        ++m_generation;
        double remaining = 1; // (1 - c)^(2 g), without pow
        for (int g = 0; g < std::min(m_generation, 1000); ++g)
            remaining *= (1 - m_cSigma) * (1 - m_cSigma);
        const auto d = static_cast<double>(m_mean.size());
        const bool moving = m_pathSigma.norm() / std::sqrt(1 - remaining) < (1.4 + 2 / (d + 1)) * m_chi;
        m_pathC = (1 - m_cC) * m_pathC;
        if (moving)
            m_pathC += std::sqrt(m_cC * (2 - m_cC) * m_muEff) * step;
        MatrixXd rankMu = MatrixXd::Zero(m_covariance.rows(), m_covariance.cols());
        for (Eigen::Index i = 0; i < m_weights.size(); ++i) {
            const VectorXd y = (best[static_cast<std::size_t>(i)] - before) / m_sigma;
            rankMu += m_weights[i] * y * y.transpose();
        }
        const double lost = moving ? 0 : m_c1 * m_cC * (2 - m_cC);
        m_covariance = (1 + lost - m_c1 - m_cMu) * m_covariance + m_c1 * m_pathC * m_pathC.transpose() + m_cMu * rankMu;
        m_sigma *= exactExp(std::min(1.0, m_cSigma / m_dSigma * (m_pathSigma.norm() / m_chi - 1)));
        m_sigma = std::min(m_sigma, 1.0);
        decompose();
    }

    [[nodiscard]] bool exhausted() const
    {
        const double widest = m_scales.maxCoeff();
        const double narrowest = m_scales.minCoeff();
        return !(m_sigma * widest > smallestStep) || widest * widest > worstCondition * narrowest * narrowest;
    }
    [[nodiscard]] std::uint32_t lambda() const { return m_lambda; }

private:
    void begin()
    {
        const Eigen::Index d = m_mean.size();
        m_sigma = firstStep;
        m_generation = 0;
        m_covariance = MatrixXd::Identity(d, d);
        m_pathSigma = VectorXd::Zero(d);
        m_pathC = VectorXd::Zero(d);
        decompose();
    }

    void decompose()
    {
        m_covariance = 0.5 * (m_covariance + m_covariance.transpose()).eval();
        const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(m_covariance);
        m_axes = solver.eigenvectors();
        m_scales = solver.eigenvalues().cwiseMax(1e-20).cwiseSqrt();
    }

    std::uint32_t m_lambda;
    VectorXd m_weights;
    double m_muEff = 1, m_cSigma = 0, m_dSigma = 1, m_cC = 0, m_c1 = 0, m_cMu = 0, m_chi = 1;
    VectorXd m_mean;
    double m_sigma = firstStep;
    MatrixXd m_covariance;
    MatrixXd m_axes;
    VectorXd m_scales;
    VectorXd m_pathSigma;
    VectorXd m_pathC;
    int m_generation = 0;
};

class CmaEsSampler final : public Sampler {
public:
    CmaEsSampler(SearchSpace space, std::uint64_t seed) : m_space(std::move(space)), m_seed(seed)
    {
        for (std::size_t i = 0; i < m_space.size(); ++i) {
            if (m_space.parameters[i].kind != Parameter::Kind::Choice)
                m_numbers.push_back(i);
        }
        m_lambda = 4 + static_cast<std::uint32_t>(
                           3 * exactLog(static_cast<double>(std::max<std::size_t>(m_numbers.size(), 1))));
        reset();
    }

    [[nodiscard]] std::uint32_t roundSize() const override { return m_lambda; }

    [[nodiscard]] Point propose(std::uint64_t number, const Past& past) override
    {
        learn(past.finished);
        Point out(m_space.size(), std::numeric_limits<double>::quiet_NaN());
        VectorXd x;
        if (!m_numbers.empty()) {
            x = draw(number);
            m_draws[number] = x;
        }
        const GoodAndOther parts = splitPast(past);
        PhiloxSequence random = sequenceFor(m_seed, Stream::Choice, number);
        std::size_t k = 0;
        for (std::size_t i = 0; i < m_space.size(); ++i) {
            const Parameter& p = m_space.parameters[i];
            const bool number_ = p.kind != Parameter::Kind::Choice;
            const double unit = number_ ? x[static_cast<Eigen::Index>(k++)] : 0;
            if (!isActive(m_space, i, out))
                continue;
            out[i] = number_ ? fromUnit(p, unit) : choice(i, parts, past.finished.empty(), random);
        }
        return out;
    }

private:
    void reset()
    {
        m_evolution = Evolution(std::max<std::size_t>(m_numbers.size(), 1), m_lambda);
        m_learnt = 0;
        m_restarts = 0;
        m_draws.clear();
    }

    /// The first generation is spread over the whole cube, and the strategy starts at its best draw.
    [[nodiscard]] VectorXd draw(std::uint64_t number) const
    {
        PhiloxSequence random = sequenceFor(m_seed, Stream::Evolution, number);
        if (number >= m_lambda)
            return m_evolution.draw(random);
        VectorXd x(static_cast<Eigen::Index>(m_numbers.size()));
        for (double& value : x)
            value = random.uniform();
        return x;
    }

    double choice(std::size_t index, const GoodAndOther& parts, bool first, PhiloxSequence& random)
    {
        const auto count = static_cast<std::uint32_t>(m_space.parameters[index].choices.size());
        if (first)
            return random.below(count);
        return proposeOne(m_space, index, parts, 24, random);
    }

    /// Every whole generation that has ended since; the draws of an earlier process are drawn again.
    void learn(const std::vector<Trial>& finished)
    {
        if (finished.size() < m_learnt)
            reset();
        while (!m_numbers.empty() && m_learnt + m_lambda <= finished.size()) {
            std::vector<Trial> generation(finished.begin() + static_cast<std::ptrdiff_t>(m_learnt),
                                          finished.begin() + static_cast<std::ptrdiff_t>(m_learnt + m_lambda));
            std::vector<VectorXd> draws;
            for (const Trial& trial : generation) {
                const auto known = m_draws.find(trial.number);
                draws.push_back(known != m_draws.end() ? known->second : draw(trial.number));
                m_draws.erase(trial.number);
            }
            std::vector<VectorXd> best;
            for (const std::size_t i : ranked(generation))
                best.push_back(draws[i]);
            if (m_learnt == 0)
                m_evolution.restartAt(best.front());
            else
                m_evolution.update(best);
            m_learnt += m_lambda;
            if (m_evolution.exhausted())
                restart();
        }
    }

    void restart()
    {
        PhiloxSequence random = sequenceFor(m_seed, Stream::Restart, ++m_restarts);
        VectorXd mean(static_cast<Eigen::Index>(m_numbers.size()));
        for (double& value : mean)
            value = random.uniform();
        m_evolution.restartAt(mean);
    }

    SearchSpace m_space;
    std::uint64_t m_seed;
    std::vector<std::size_t> m_numbers;
    std::uint32_t m_lambda = 4;
    Evolution m_evolution{1, 4};
    std::size_t m_learnt = 0;
    std::uint64_t m_restarts = 0;
    std::map<std::uint64_t, VectorXd> m_draws; ///< of the generation under way
};

} // namespace

std::unique_ptr<Sampler> makeCmaEsSampler(const SearchSpace& space, std::uint64_t seed)
{
    return std::make_unique<CmaEsSampler>(space, seed);
}

} // namespace bnof::tuning
