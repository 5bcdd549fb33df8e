// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/baselines/convolution_network.h"

#include <algorithm>
#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t batchSize = 32;
constexpr double learningRate = 2e-3;
constexpr double weightDecay = 1e-4;
constexpr double momentDecay = 0.9;
constexpr double squareDecay = 0.999;
constexpr double smallest = 1e-8; ///< of the root of the second moment

/// Activations of one row; convolution inputs have one zero on each side of every channel.
struct Activations {
    explicit Activations(const ConvolutionShape& s)
        : input(s.channels * (s.width + 2), 0), first(s.hidden * (s.width + 2), 0), second(s.hidden * s.width, 0),
          logits(s.classes, 0)
    {}
    std::vector<double> input;
    std::vector<double> first;
    std::vector<double> second;
    std::vector<double> logits;
};

/// out[o][w] = max(0, bias + sum of weights times in[i][w-1 .. w+1]); `stride` and `at` say where out's rows lie.
template <typename T>
void convolve(const T* weights, const T* bias, const std::vector<double>& in, std::size_t inputs, std::size_t outputs,
              std::size_t width, double* out, std::size_t stride)
{
    for (std::size_t o = 0; o < outputs; ++o) {
        double* to = out + o * stride;
        std::fill(to, to + width, double{bias[o]});
        for (std::size_t i = 0; i < inputs; ++i) {
            const double* from = in.data() + i * (width + 2);
            const T* w = weights + (o * inputs + i) * 3;
            for (std::size_t x = 0; x < width; ++x)
                to[x] += w[0] * from[x] + w[1] * from[x + 1] + w[2] * from[x + 2];
        }
        for (std::size_t x = 0; x < width; ++x)
            to[x] = std::max(to[x], 0.0);
    }
}

template <typename T>
void run(const ConvolutionShape& s, const std::vector<T>& p, std::span<const float> input, Activations& a)
{
    for (std::size_t c = 0; c < s.channels; ++c)
        std::copy_n(input.data() + c * s.width, s.width, a.input.data() + c * (s.width + 2) + 1);
    convolve(p.data(), p.data() + s.firstBias(), a.input, s.channels, s.hidden, s.width, a.first.data() + 1,
             s.width + 2);
    convolve(p.data() + s.second(), p.data() + s.secondBias(), a.first, s.hidden, s.hidden, s.width, a.second.data(),
             s.width);
    for (std::size_t c = 0; c < s.classes; ++c) {
        const T* w = p.data() + s.dense() + c * s.hidden * s.width;
        double sum = p[s.denseBias() + c];
        for (std::size_t k = 0; k < a.second.size(); ++k)
            sum += w[k] * a.second[k];
        a.logits[c] = sum;
    }
}

/// Adds the gradient of a convolution's parameters; `out` is its output and `delta` the gradient there (set to 0 where
/// the output is 0). `back`, where given, becomes the gradient at its input.
void convolveBack(const double* weights, const std::vector<double>& in, std::size_t inputs, std::size_t outputs,
                  std::size_t width, const double* out, std::size_t stride, std::vector<double>& delta,
                  double* gradient, double* biasGradient, std::vector<double>* back)
{
    for (std::size_t o = 0; o < outputs; ++o) {
        double* d = delta.data() + o * width;
        for (std::size_t x = 0; x < width; ++x) {
            d[x] = out[o * stride + x] > 0 ? d[x] : 0;
            biasGradient[o] += d[x];
        }
        for (std::size_t i = 0; i < inputs; ++i) {
            const double* from = in.data() + i * (width + 2);
            const double* w = weights + (o * inputs + i) * 3;
            double* g = gradient + (o * inputs + i) * 3;
            for (std::size_t x = 0; x < width; ++x) {
                g[0] += d[x] * from[x];
                g[1] += d[x] * from[x + 1];
                g[2] += d[x] * from[x + 2];
            }
            if (back == nullptr)
                continue;
            double* b = back->data() + i * (width + 2);
            for (std::size_t x = 0; x < width; ++x) {
                b[x] += d[x] * w[0];
                b[x + 1] += d[x] * w[1];
                b[x + 2] += d[x] * w[2];
            }
        }
    }
}

/// Adds the gradient of weight * cross-entropy of one row.
void accumulate(const ConvolutionShape& s, const std::vector<double>& p, Activations& a, std::size_t label,
                double weight, std::vector<double>& gradient)
{
    std::vector<double> delta;
    temperedSoftmax(a.logits, 1, delta);
    delta[label] -= 1;
    std::vector<double> atSecond(a.second.size(), 0);
    for (std::size_t c = 0; c < s.classes; ++c) {
        const double d = weight * delta[c];
        const std::size_t row = s.dense() + c * s.hidden * s.width;
        gradient[s.denseBias() + c] += d;
        for (std::size_t k = 0; k < a.second.size(); ++k) {
            gradient[row + k] += d * a.second[k];
            atSecond[k] += d * p[row + k];
        }
    }
    std::vector<double> padded(a.first.size(), 0);
    convolveBack(p.data() + s.second(), a.first, s.hidden, s.hidden, s.width, a.second.data(), s.width, atSecond,
                 gradient.data() + s.second(), gradient.data() + s.secondBias(), &padded);
    std::vector<double> atFirst(s.hidden * s.width);
    for (std::size_t h = 0; h < s.hidden; ++h)
        std::copy_n(padded.data() + h * (s.width + 2) + 1, s.width, atFirst.data() + h * s.width);
    convolveBack(p.data(), a.input, s.channels, s.hidden, s.width, a.first.data() + 1, s.width + 2, atFirst,
                 gradient.data(), gradient.data() + s.firstBias(), nullptr);
}

class Adam {
public:
    explicit Adam(std::size_t count) : m_first(count, 0), m_second(count, 0) {}
    void step(std::vector<double>& p, const std::vector<double>& gradient, double scale)
    {
        m_firstPower *= momentDecay;
        m_secondPower *= squareDecay;
        for (std::size_t i = 0; i < p.size(); ++i) {
            const double g = gradient[i] * scale;
            m_first[i] = momentDecay * m_first[i] + (1 - momentDecay) * g;
            m_second[i] = squareDecay * m_second[i] + (1 - squareDecay) * g * g;
            const double root = std::sqrt(m_second[i] / (1 - m_secondPower)) + smallest;
            p[i] -= learningRate * (m_first[i] / (1 - m_firstPower) / root + weightDecay * p[i]);
        }
    }

private:
    std::vector<double> m_first;
    std::vector<double> m_second;
    double m_firstPower = 1;
    double m_secondPower = 1;
};

std::vector<double> initial(const ConvolutionShape& s, std::uint64_t seed)
{
    std::vector<double> p(s.parameters(), 0);
    PhiloxSequence random(seed, 0xC22);
    const auto fill = [&](std::size_t from, std::size_t count, std::size_t inputs) {
        const double deviation = std::sqrt(2.0 / static_cast<double>(inputs));
        for (std::size_t i = 0; i < count; ++i)
            p[from + i] = deviation * random.normal();
    };
    fill(0, s.firstWeights(), s.channels * 3);
    fill(s.second(), s.secondWeights(), s.hidden * 3);
    fill(s.dense(), s.denseWeights(), s.hidden * s.width);
    return p;
}

} // namespace

void arrangeInput(const ConvolutionShape& shape, std::span<const double> features, std::span<float> input)
{
    for (std::size_t x = 0; x < shape.width; ++x) {
        for (std::size_t c = 0; c < shape.channels; ++c)
            input[c * shape.width + x] = static_cast<float>(features[x * shape.channels + c]);
    }
}

void forward(const ConvolutionNetwork& network, std::span<const double> features, std::vector<double>& logits)
{
    std::vector<float> input(features.size());
    arrangeInput(network.shape, features, input);
    Activations a(network.shape);
    run(network.shape, network.parameters, input, a);
    logits = a.logits;
}

ConvolutionNetwork trainConvolution(const LabelledRows& rows, const ConvolutionShape& shape, std::uint64_t seed,
                                    int epochs, const std::function<bool(const ConvolutionNetwork&, int)>& afterEpoch)
{
    ConvolutionNetwork out{shape, {}, std::vector<bool>(shape.classes, false)};
    for (const int label : rows.labels)
        out.present[static_cast<std::size_t>(label)] = true;
    std::vector<float> inputs(rows.features.size());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        arrangeInput(shape, rows.row(i), {inputs.data() + i * rows.dimension, rows.dimension});
    double meanWeight = rows.weights.empty() ? 1 : 0;
    for (const double weight : rows.weights)
        meanWeight += weight / static_cast<double>(rows.rows());
    std::vector<double> p = initial(shape, seed);
    std::vector<double> gradient(p.size());
    Adam adam(p.size());
    Activations a(shape);
    std::vector<std::uint32_t> order(rows.rows());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<std::uint32_t>(i);
    PhiloxSequence shuffle(seed, 0xC23);
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[shuffle.below(static_cast<std::uint32_t>(i))]);
        for (std::size_t start = 0; start < order.size(); start += batchSize) {
            const std::size_t end = std::min(order.size(), start + batchSize);
            std::fill(gradient.begin(), gradient.end(), 0);
            for (std::size_t k = start; k < end; ++k) {
                const std::size_t i = order[k];
                run(shape, p, {inputs.data() + i * rows.dimension, rows.dimension}, a);
                accumulate(shape, p, a, static_cast<std::size_t>(rows.labels[i]),
                           (rows.weights.empty() ? 1 : rows.weights[i]) / meanWeight, gradient);
            }
            adam.step(p, gradient, 1 / static_cast<double>(end - start));
        }
        out.parameters.assign(p.begin(), p.end());
        if (!afterEpoch(out, epoch))
            break;
    }
    return out;
}

Json toJson(const ConvolutionNetwork& network)
{
    Json out = Json::object();
    out.set("width", network.shape.width).set("hidden", network.shape.hidden);
    std::vector<int> present;
    for (const bool is : network.present)
        present.push_back(is ? 1 : 0);
    out.set("present", Json::arrayOf(present));
    out.set("parameters", Json::arrayOf(network.parameters));
    return out;
}

Result<ConvolutionNetwork> convolutionNetworkFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                                      std::size_t classes)
{
    JsonFields fields(json, path);
    ConvolutionNetwork out;
    const auto width = static_cast<std::size_t>(fields.integer("width", 1, 1 << 20));
    const auto hidden = static_cast<std::size_t>(fields.integer("hidden", 1, 1024));
    BNOF_TRY(fields.status());
    if (dimension == 0 || dimension % width != 0) {
        fields.fail("width", "does not divide the features");
        return fields.status().error();
    }
    out.shape = {dimension / width, width, hidden, classes};
    const std::vector<int> present = readExactly<int>(fields, "present", classes);
    out.parameters = readExactly<float>(fields, "parameters", out.shape.parameters());
    BNOF_TRY(fields.status());
    out.present.assign(classes, false);
    for (std::size_t c = 0; c < classes; ++c)
        out.present[c] = present[c] != 0;
    if (std::count(out.present.begin(), out.present.end(), true) == 0)
        fields.fail("present", "has no class");
    for (const float value : out.parameters) {
        if (!(std::abs(value) < 1e6F))
            fields.fail("parameters", "holds one beyond 1e6");
    }
    BNOF_TRY(fields.status());
    return out;
}

} // namespace bnof::olfaction
