// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/readout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/exact_math.h"

namespace bnof::olfaction {
namespace {

/// Probabilities from block counts; returns the sum. Everything is divided by e^(largest exponent), so that no
/// count can overflow.
double probabilitiesOf(std::span<const std::uint32_t> blocks, const ReadoutCalibration& calibration,
                       std::vector<double>& out)
{
    const std::uint32_t most = *std::max_element(blocks.begin(), blocks.end());
    const double top = calibration.inverseTemperature * most;
    const double unit = exactExp(std::max(-top, -690.0));
    double total = calibration.noneWeight * unit;
    out.assign(blocks.size(), 0);
    for (std::size_t g = 0; g < blocks.size(); ++g) {
        const double exponent = calibration.inverseTemperature * blocks[g] - top;
        out[g] = blocks[g] == 0 ? 0 : std::max(exactExp(std::max(exponent, -690.0)) - unit, 0.0);
        total += out[g];
    }
    double sum = 0;
    for (double& p : out) {
        p /= total;
        sum += p;
    }
    return sum;
}

} // namespace

double minimumProbabilityAmong(std::size_t gases)
{
    return std::min(leastKnownProbability, 2 / static_cast<double>(std::max<std::size_t>(gases, 1)));
}

CountDecision decideFromCounts(std::span<const std::uint32_t> counts, std::size_t gases,
                               const ReadoutCalibration& calibration)
{
    CountDecision decision;
    decision.probabilities.assign(gases, 0.0F);
    const std::size_t perGas = gases == 0 ? 0 : counts.size() / gases;
    if (perGas == 0)
        return decision;
    std::vector<std::uint32_t> blocks(gases, 0);
    for (std::size_t i = 0; i < gases * perGas; ++i)
        blocks[i / perGas] += counts[i];
    std::vector<double> p;
    const double sum = probabilitiesOf(blocks, calibration, p);
    std::copy(p.begin(), p.end(), decision.probabilities.begin());
    decision.novelty = static_cast<float>(std::clamp(1 - sum, 0.0, 1.0));
    const auto best = std::max_element(p.begin(), p.end()); // the first of equals
    if (*best > 0 && sum >= leastKnownProbability && *best >= calibration.minimumProbability)
        decision.gas = static_cast<int>(best - p.begin());
    return decision;
}

ReadoutCalibration calibrateReadout(const std::vector<CalibrationWindow>& windows)
{
    ReadoutCalibration best;
    double bestLoss = std::numeric_limits<double>::infinity();
    std::vector<double> p;
    for (int i = 0; i <= 24; ++i) {
        for (int j = 0; j <= 24; ++j) {
            ReadoutCalibration trial = best;
            trial.inverseTemperature = 0.002 * std::pow(1.3, i);
            trial.noneWeight = 0.05 * std::pow(1.5, j);
            double loss = 0;
            for (const CalibrationWindow& window : windows) {
                const double sum = probabilitiesOf(window.blockCounts, trial, p);
                const double right = window.gas < 0 ? 1 - sum : p[static_cast<std::size_t>(window.gas)];
                loss -= window.weight * std::log(std::max(right, 1e-6));
            }
            if (loss < bestLoss) {
                bestLoss = loss;
                best = trial;
            }
        }
    }
    return best;
}

Json toJson(const ReadoutCalibration& calibration)
{
    Json out = Json::object();
    out.set("inverse_temperature", calibration.inverseTemperature);
    out.set("none_weight", calibration.noneWeight);
    out.set("minimum_probability", calibration.minimumProbability);
    return out;
}

Result<ReadoutCalibration> readoutFromJson(const Json& json, const std::string& path)
{
    JsonFields fields(json, path);
    ReadoutCalibration out;
    out.inverseTemperature = fields.number("inverse_temperature", 1e-6, 100);
    out.noneWeight = fields.number("none_weight", 1e-9, 1e12);
    out.minimumProbability = fields.number("minimum_probability", 1e-6, 1);
    BNOF_TRY(fields.status());
    return out;
}

} // namespace bnof::olfaction
