// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/standard_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace bnof::tuning {
namespace {

using Kind = Parameter::Kind;

Parameter real(const std::string& name, double low, double high)
{
    Parameter p;
    p.name = name;
    p.low = low;
    p.high = high;
    return p;
}

SearchSpace box(std::size_t dimension, double low, double high)
{
    SearchSpace out;
    for (std::size_t i = 0; i < dimension; ++i)
        out.parameters.push_back(real(std::string("x") + static_cast<char>('1' + i), low, high));
    return out;
}

/// Where the minimum lies: a different place in each dimension, none in the middle.
double shifted(double x, std::size_t i)
{
    constexpr double places[] = {1.7, -2.3, 0.9, 3.1, -1.4, 2.6};
    return x - places[i % 6];
}

double sphere(const Point& x)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += shifted(x[i], i) * shifted(x[i], i);
    return sum;
}

double rastrigin(const Point& x)
{
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double s = shifted(x[i], i);
        sum += s * s - 10 * std::cos(2 * std::numbers::pi * s) + 10;
    }
    return sum;
}

double rosenbrock(const Point& x)
{
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double bend = x[i + 1] - x[i] * x[i];
        sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
    }
    return sum;
}

double branin(const Point& x)
{
    constexpr double pi = std::numbers::pi;
    const double bend = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return bend * bend + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

double hartmann6(const Point& x)
{
    constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double squared = 0;
        for (std::size_t j = 0; j < 6; ++j)
            squared += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
        sum -= alpha[i] * std::exp(-squared);
    }
    return sum;
}

/// A learning rate, a size, two choices: as searches over recognisers look.
StandardFunction mixed()
{
    StandardFunction out;
    out.name = "mixed_choices";
    Parameter rate = real("rate", 1e-5, 1);
    rate.logarithmic = true;
    Parameter size = real("size", 50, 5000);
    size.kind = Kind::Integer;
    size.logarithmic = true;
    Parameter code;
    code.name = "code";
    code.kind = Kind::Choice;
    code.choices = {"rate", "latency", "phase", "burst", "rank"};
    Parameter layer;
    layer.name = "layer";
    layer.kind = Kind::Choice;
    layer.choices = {"one", "two", "three"};
    out.space.parameters = {rate, size, code, layer, real("share", 0, 1)};
    out.value = [](const Point& x) {
        constexpr double ofCode[5] = {1.2, 0, 0.7, 1.6, 0.4};
        constexpr double ofLayer[3] = {0.5, 0.9, 0};
        const double r = std::log10(x[0]) + 2.7;
        const double s = std::log10(x[1]) - 3.2;
        return r * r + 2 * s * s + ofCode[static_cast<int>(x[2])] + ofLayer[static_cast<int>(x[3])] +
               4 * (x[4] - 0.3) * (x[4] - 0.3);
    };
    return out;
}

std::vector<StandardFunction> makeFunctions()
{
    SearchSpace braninSpace;
    braninSpace.parameters = {real("x1", -5, 10), real("x2", 0, 15)};
    return {{"sphere", box(6, -5, 5), sphere, 0},
            {"rosenbrock", box(4, -2, 2), rosenbrock, 0},
            {"rastrigin", box(6, -5.12, 5.12), rastrigin, 0},
            {"branin", braninSpace, branin, 0.397887},
            {"hartmann6", box(6, 0, 1), hartmann6, -3.32237},
            mixed()};
}

} // namespace

const std::vector<StandardFunction>& standardFunctions()
{
    static const std::vector<StandardFunction> functions = makeFunctions();
    return functions;
}

Result<double> lowestFound(const StandardFunction& function, const SamplerOptions& options, std::uint32_t trials)
{
    BNOF_TRY_ASSIGN(const auto sampler, makeSampler(function.space, options));
    std::vector<Trial> finished;
    double lowest = std::numeric_limits<double>::infinity();
    while (finished.size() < trials) {
        std::vector<Point> round;
        for (std::uint32_t k = 0; k < sampler->roundSize() && finished.size() + k < trials; ++k)
            round.push_back(sampler->propose(finished.size() + k, {finished, round}));
        for (const Point& point : round) {
            Trial trial;
            trial.number = finished.size();
            trial.point = point;
            trial.state = TrialState::Complete;
            trial.losses = {function.value(point)};
            lowest = std::min(lowest, trial.losses.front());
            finished.push_back(std::move(trial));
        }
    }
    return lowest;
}

Result<std::uint32_t> winsOverRandom(const StandardFunction& function, const std::string& sampler, std::uint32_t trials,
                                     std::uint32_t seeds)
{
    std::uint32_t wins = 0;
    for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
        BNOF_TRY_ASSIGN(const double found, lowestFound(function, {sampler, seed, {}}, trials));
        BNOF_TRY_ASSIGN(const double byChance, lowestFound(function, {"random", seed, {}}, trials));
        wins += found < byChance ? 1 : 0;
    }
    return wins;
}

} // namespace bnof::tuning
