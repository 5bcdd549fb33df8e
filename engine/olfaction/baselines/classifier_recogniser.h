// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/stream_recogniser.h"

namespace bnof::olfaction {

/// A classifier on the features of the front end, at the same instants as the discriminant baseline and with its
/// judgement of what is unfamiliar.
class ClassifierRecogniser final : public StreamRecogniser {
public:
    ClassifierRecogniser(Model model, std::string digest, std::unique_ptr<Classifier> classifier);

private:
    void advance(std::uint32_t ticks, RecogniserOutput& output) override;
    bool decide(CountDecision& decision, RecogniserOutput& output) override;
    Result<void> featuresChanged() override;
    void restart(std::uint64_t tick) override;
    void saveMore(StateWriter& writer) const override;
    [[nodiscard]] Result<void> loadMore(StateReader& reader) override;

    std::unique_ptr<Classifier> m_classifier;
    std::vector<double> m_features;  ///< that the next decision is made from
    std::vector<double> m_posterior; ///< reused
    DiscriminantPoint m_point;       ///< reused
};

} // namespace bnof::olfaction
