// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of the "cnn" classifier: a small one-dimensional convolutional network and its training by backpropagation.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/olfaction/baselines/scored_classifier.h"

namespace bnof::olfaction {

/// conv(channels -> hidden, 3 wide) - ReLU - conv(hidden -> hidden, 3 wide) - ReLU - dense(hidden width -> classes);
/// the convolutions are padded with zeros to the same width.
struct ConvolutionShape {
    std::size_t channels = 0; ///< side by side at each position
    std::size_t width = 0;    ///< positions
    std::size_t hidden = 0;
    std::size_t classes = 0;

    [[nodiscard]] std::size_t firstWeights() const { return hidden * channels * 3; }
    [[nodiscard]] std::size_t secondWeights() const { return hidden * hidden * 3; }
    [[nodiscard]] std::size_t denseWeights() const { return classes * hidden * width; }
    // Where each part begins among the parameters: weights (output, input, offset), then biases.
    [[nodiscard]] std::size_t firstBias() const { return firstWeights(); }
    [[nodiscard]] std::size_t second() const { return firstBias() + hidden; }
    [[nodiscard]] std::size_t secondBias() const { return second() + secondWeights(); }
    [[nodiscard]] std::size_t dense() const { return secondBias() + hidden; }
    [[nodiscard]] std::size_t denseBias() const { return dense() + denseWeights(); }
    [[nodiscard]] std::size_t parameters() const { return denseBias() + classes; }
};

struct ConvolutionNetwork {
    ConvolutionShape shape;
    std::vector<float> parameters;
    std::vector<bool> present; ///< classes that had training rows
};

/// Features, block after block, in the order of the network's input: channel after channel.
void arrangeInput(const ConvolutionShape& shape, std::span<const double> features, std::span<float> input);
/// The dense layer's output, one number a class, computed by plain loops in double precision.
void forward(const ConvolutionNetwork& network, std::span<const double> features, std::vector<double>& logits);

/// Cross-entropy, minimised by Adam (Kingma & Ba, ICLR 2015) with decoupled weight decay from a seeded He
/// initialisation (He et al., ICCV 2015); machine-independent. `afterEpoch(network, epochs done)` returns false to
/// stop.
[[nodiscard]] ConvolutionNetwork
trainConvolution(const LabelledRows& rows, const ConvolutionShape& shape, std::uint64_t seed, int epochs,
                 const std::function<bool(const ConvolutionNetwork&, int)>& afterEpoch);

[[nodiscard]] Json toJson(const ConvolutionNetwork& network);
[[nodiscard]] Result<ConvolutionNetwork> convolutionNetworkFromJson(const Json& json, const std::string& path,
                                                                    std::size_t dimension, std::size_t classes);

} // namespace bnof::olfaction
