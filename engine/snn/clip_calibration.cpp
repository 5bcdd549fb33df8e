// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/clip_calibration.h"

#include <string>

namespace bnof::snn {
namespace {

/// Runs the callback, counts, and refuses scores that say too little.
class Evaluator {
public:
    Evaluator(const CalibrationFunction& evaluate, const ClipCalibrationOptions& options)
        : m_evaluate(evaluate), m_options(options)
    {}
    Result<double> agreement(std::span<const ProjectionClip> clips)
    {
        BNOF_TRY_ASSIGN(const CalibrationScore score, m_evaluate(clips));
        ++count;
        if (score.total < m_options.fewestPresentations)
            return makeError(ErrorKind::BadInput,
                             "there are " + std::to_string(score.total) + " held-out presentations, and calibration " +
                                 "needs " + std::to_string(m_options.fewestPresentations),
                             "calibration", "Hold out more presentations, or calibrate on the training data.");
        if (score.agreeing > score.total)
            return makeError(ErrorKind::Internal, "more presentations agree than there are", "calibration");
        return score.agreement();
    }
    std::uint32_t count = 0;

private:
    const CalibrationFunction& m_evaluate;
    const ClipCalibrationOptions& m_options;
};

Result<void> check(const ClipCalibrationOptions& options)
{
    if (options.percentiles.empty())
        return makeError(ErrorKind::BadInput, "there is no percentile to try", "calibration.percentiles",
                         "Give at least 100, which clips nothing.");
    for (const double percentile : options.percentiles)
        if (!(percentile > 0 && percentile <= 100))
            return makeError(ErrorKind::BadInput, "a percentile is outside (0, 100]", "calibration.percentiles",
                             "Give percentiles such as 99.9.");
    if (!(options.limit >= 0 && options.limit <= 1))
        return makeError(ErrorKind::BadInput, "the least agreement is not a share", "calibration.limit",
                         "Give a share, for example 0.99.");
    return {};
}

/// The reduced projection that agreed least when it was alone; -1: none is reduced.
std::ptrdiff_t mostSensitive(const ClipCalibration& calibration)
{
    std::ptrdiff_t worst = -1;
    for (std::size_t i = 0; i < calibration.clips.size(); ++i)
        if (calibration.clips[i].reduced &&
            (worst < 0 || calibration.alone[i] <= calibration.alone[static_cast<std::size_t>(worst)]))
            worst = static_cast<std::ptrdiff_t>(i);
    return worst;
}

} // namespace

Result<ClipCalibration> calibrateClips(std::size_t projections, const CalibrationFunction& evaluate,
                                       const ClipCalibrationOptions& options)
{
    BNOF_TRY(check(options));
    Evaluator evaluator(evaluate, options);
    ClipCalibration result;
    for (std::size_t i = 0; i < projections; ++i) {
        std::vector<ProjectionClip> clips(projections);
        ProjectionClip best;
        double bestAgreement = -1;
        for (const double percentile : options.percentiles) {
            clips[i] = {true, percentile};
            BNOF_TRY_ASSIGN(const double agreement, evaluator.agreement(clips));
            if (agreement > bestAgreement) {
                bestAgreement = agreement;
                best = clips[i];
            }
            if (agreement >= 1)
                break; // nothing can be better
        }
        result.clips.push_back(best);
        result.alone.push_back(bestAgreement);
    }
    while (mostSensitive(result) >= 0) {
        BNOF_TRY_ASSIGN(result.agreement, evaluator.agreement(result.clips));
        if (result.agreement >= options.limit)
            break;
        result.clips[static_cast<std::size_t>(mostSensitive(result))] = {};
        result.agreement = 1; // with nothing reduced the network is its own reference
    }
    result.evaluations = evaluator.count;
    return result;
}

} // namespace bnof::snn
