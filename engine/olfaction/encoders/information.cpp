// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/encoders/information.h"

#include <algorithm>
#include <cmath>

#include "engine/base/philox.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t shuffleStream = 0x4D49;

double plugIn(std::span<const std::uint32_t> responses, std::span<const int> labels, std::size_t symbols,
              std::size_t classes)
{
    std::vector<double> joint(symbols * classes, 0);
    std::vector<double> perSymbol(symbols, 0);
    std::vector<double> perClass(classes, 0);
    const double one = 1 / static_cast<double>(responses.size());
    for (std::size_t i = 0; i < responses.size(); ++i) {
        const auto c = static_cast<std::size_t>(labels[i]);
        joint[responses[i] * classes + c] += one;
        perSymbol[responses[i]] += one;
        perClass[c] += one;
    }
    double bits = 0;
    for (std::size_t r = 0; r < symbols; ++r) {
        for (std::size_t c = 0; c < classes; ++c) {
            if (const double p = joint[r * classes + c]; p > 0)
                bits += p * std::log2(p / (perSymbol[r] * perClass[c]));
        }
    }
    return bits;
}

} // namespace

double mutualInformation(std::span<const std::uint32_t> responses, std::span<const int> labels, std::uint64_t seed,
                         int shuffles)
{
    if (responses.empty() || responses.size() != labels.size())
        return 0;
    const std::size_t symbols = *std::max_element(responses.begin(), responses.end()) + std::size_t{1};
    const auto classes = static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end()) + 1);
    if (symbols == 1 || classes == 1)
        return 0;
    PhiloxSequence random(seed, shuffleStream);
    std::vector<int> shuffled(labels.begin(), labels.end());
    double bias = 0;
    for (int s = 0; s < shuffles; ++s) {
        for (std::size_t i = shuffled.size(); i > 1; --i)
            std::swap(shuffled[i - 1], shuffled[random.below(static_cast<std::uint32_t>(i))]);
        bias += plugIn(responses, shuffled, symbols, classes) / shuffles;
    }
    return std::max(plugIn(responses, labels, symbols, classes) - bias, 0.0);
}

} // namespace bnof::olfaction
