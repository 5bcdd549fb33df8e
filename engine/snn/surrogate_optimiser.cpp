// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/surrogate_optimiser.h"

#include <cmath>

namespace bnof::snn {

SurrogateStepper::SurrogateStepper(SurrogateOptimiser kind, std::size_t parameters)
    : m_kind(kind), m_first(parameters, 0.0F), m_second(kind == SurrogateOptimiser::Adam ? parameters : 0, 0.0F)
{}

void SurrogateStepper::step(std::span<float> parameters, std::span<const float> gradient, double learningRate)
{
    if (m_kind == SurrogateOptimiser::Adam)
        stepAdam(parameters, gradient, learningRate);
    else
        stepSgd(parameters, gradient, learningRate);
}

void SurrogateStepper::stepAdam(std::span<float> parameters, std::span<const float> gradient, double learningRate)
{
    constexpr double beta1 = 0.9;
    constexpr double beta2 = 0.999;
    constexpr double epsilon = 1e-8;
    m_firstPower *= beta1;
    m_secondPower *= beta2;
    const double rate = learningRate / (1 - m_firstPower);
    const double secondCorrection = 1 / (1 - m_secondPower);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const double g = static_cast<double>(gradient[i]);
        const double first = beta1 * static_cast<double>(m_first[i]) + (1 - beta1) * g;
        const double second = beta2 * static_cast<double>(m_second[i]) + (1 - beta2) * g * g;
        m_first[i] = static_cast<float>(first);
        m_second[i] = static_cast<float>(second);
        const double change = rate * first / (std::sqrt(second * secondCorrection) + epsilon);
        parameters[i] = static_cast<float>(static_cast<double>(parameters[i]) - change);
    }
}

void SurrogateStepper::stepSgd(std::span<float> parameters, std::span<const float> gradient, double learningRate)
{
    constexpr double momentum = 0.9;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const double velocity = momentum * static_cast<double>(m_first[i]) + static_cast<double>(gradient[i]);
        m_first[i] = static_cast<float>(velocity);
        parameters[i] = static_cast<float>(static_cast<double>(parameters[i]) - learningRate * velocity);
    }
}

double gradientNorm(std::span<const float> gradient)
{
    double sum = 0;
    for (const float g : gradient)
        sum += static_cast<double>(g) * static_cast<double>(g);
    return std::sqrt(sum);
}

} // namespace bnof::snn
