// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/snn/surrogate_training.h"

namespace bnof::snn {

/// Gradient descent on float32 master weights. Only IEEE-exact operations, so that every machine takes the same steps.
class SurrogateStepper {
public:
    SurrogateStepper(SurrogateOptimiser kind, std::size_t parameters);
    /// One step against `gradient`.
    void step(std::span<float> parameters, std::span<const float> gradient, double learningRate);

private:
    void stepAdam(std::span<float> parameters, std::span<const float> gradient, double learningRate);
    void stepSgd(std::span<float> parameters, std::span<const float> gradient, double learningRate);

    SurrogateOptimiser m_kind;
    std::vector<float> m_first;  ///< Adam: mean gradient; SGD: velocity
    std::vector<float> m_second; ///< Adam: mean squared gradient
    double m_firstPower = 1;     ///< beta1^steps
    double m_secondPower = 1;
};

/// Euclidean norm, summed in order in double precision.
[[nodiscard]] double gradientNorm(std::span<const float> gradient);

} // namespace bnof::snn
