// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/baselines/classifier_recogniser.h"

#include "engine/olfaction/lda_recogniser.h"

namespace bnof::olfaction {

ClassifierRecogniser::ClassifierRecogniser(Model trained, std::string digest, std::unique_ptr<Classifier> classifier)
    : StreamRecogniser(std::move(trained), std::move(digest)), m_classifier(std::move(classifier))
{
    m_info.backEnd = m_classifier->kind() == "cnn" ? "OpenCV dnn" : "scalar";
    restart(0);
}

void ClassifierRecogniser::advance(std::uint32_t, RecogniserOutput&) {}

bool ClassifierRecogniser::decide(CountDecision& decision, RecogniserOutput& /*output*/)
{
    m_classifier->posterior(m_features, m_posterior);
    project(model().discriminant, m_features, m_point);
    decision = decideFromPosterior(m_posterior, model().discriminant, model().lda, m_point);
    return true;
}

Result<void> ClassifierRecogniser::featuresChanged()
{
    const auto features = frontEnd().features();
    m_features.assign(features.begin(), features.end());
    return {};
}

void ClassifierRecogniser::restart(std::uint64_t)
{
    m_features.assign(model().frontEnd.features(), 0);
}

void ClassifierRecogniser::saveMore(StateWriter&) const {}

Result<void> ClassifierRecogniser::loadMore(StateReader&)
{
    return featuresChanged();
}

} // namespace bnof::olfaction
