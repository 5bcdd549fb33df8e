// SPDX-License-Identifier: GPL-3.0-or-later
// How a trained network is best rounded to int8.
#include <algorithm>

#include "engine/olfaction/training_network.h"
#include "engine/snn/reduced_precision.h"

namespace bnof::olfaction {
namespace {

/// Enough for the share of equal decisions to tell percentiles apart.
constexpr std::size_t presentations = 300;

Result<std::vector<int>> decisionsOf(const snn::Network& network, const SpikingPart& part,
                                     const std::vector<DiscriminantPoint>& points, std::size_t gases,
                                     const TrainingOptions& options)
{
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(network, part, points, options));
    std::vector<int> decisions;
    for (const std::vector<std::uint32_t>& counts : shown.blockCounts)
        decisions.push_back(decideFromCounts(counts, gases, part.calibration).gas);
    return decisions;
}

} // namespace

Result<std::vector<std::pair<std::string, snn::ProjectionClip>>> fitClips(const SpikingPart& part,
                                                                          const std::vector<DiscriminantPoint>& points,
                                                                          std::size_t gases,
                                                                          const TrainingOptions& options)
{
    std::vector<DiscriminantPoint> few;
    for (std::size_t i = 0; i < std::min(points.size(), presentations); ++i)
        few.push_back(points[i * points.size() / std::min(points.size(), presentations)]);
    const snn::Network network = fullNetwork(part);
    std::vector<std::size_t> chosen;
    std::vector<snn::ProjectionClip> all(network.projections.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (snn::hasClip(network.projections[i]))
            chosen.push_back(i);
        else // one weight for all its synapses: nothing is lost
            all[i].reduced = !network.projections[i].plasticity;
    }
    BNOF_TRY_ASSIGN(const std::vector<int> full, decisionsOf(network, part, few, gases, options));
    const auto evaluate = [&](std::span<const snn::ProjectionClip> clips) -> Result<snn::CalibrationScore> {
        for (std::size_t i = 0; i < chosen.size(); ++i)
            all[chosen[i]] = clips[i];
        BNOF_TRY_ASSIGN(const snn::Network rounded, snn::withClips(network, all));
        BNOF_TRY_ASSIGN(const std::vector<int> decisions, decisionsOf(rounded, part, few, gases, options));
        snn::CalibrationScore score{0, few.size()};
        for (std::size_t i = 0; i < few.size(); ++i)
            score.agreeing += decisions[i] == full[i] ? 1 : 0;
        return score;
    };
    snn::ClipCalibrationOptions calibration;
    calibration.percentiles = {100, 99.9, 99};
    calibration.fewestPresentations = 1; // small data sets are trained on too
    BNOF_TRY_ASSIGN(const snn::ClipCalibration fitted, snn::calibrateClips(chosen.size(), evaluate, calibration));
    std::vector<std::pair<std::string, snn::ProjectionClip>> named;
    for (std::size_t i = 0; i < chosen.size(); ++i)
        named.emplace_back(network.projections[chosen[i]].name, fitted.clips[i]);
    return named;
}

} // namespace bnof::olfaction
