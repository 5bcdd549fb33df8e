// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/olfaction/stream_recogniser.h"

namespace bnof::olfaction {

/// The classical baselines: shrinkage discriminant analysis, and nearest templates as a discriminant, on the same
/// features, at the same instants.
class LdaRecogniser final : public StreamRecogniser {
public:
    LdaRecogniser(Model model, std::string digest);

private:
    void advance(std::uint32_t ticks, RecogniserOutput& output) override;
    bool decide(CountDecision& decision, RecogniserOutput& output) override;
    Result<void> featuresChanged() override;
    void restart(std::uint64_t tick) override;
    void saveMore(StateWriter& writer) const override;
    [[nodiscard]] Result<void> loadMore(StateReader& reader) override;

    DiscriminantPoint m_point;
    std::vector<double> m_posterior; ///< reused
};

/// Probabilities of the gases, scaled down by how far the point lies beyond the distance and the residual that training
/// data reaches; a winner below the least probability is not named.
[[nodiscard]] CountDecision decideFromPosterior(std::vector<double> posterior, const Discriminant& discriminant,
                                                const LdaCalibration& calibration, const DiscriminantPoint& point);
/// What the baseline says of a point: the tempered posterior, scaled down by how far the point lies beyond the
/// distance and the residual that training data reaches.
[[nodiscard]] CountDecision decideFromPoint(const Discriminant& discriminant, const LdaCalibration& calibration,
                                            const DiscriminantPoint& point);

} // namespace bnof::olfaction
