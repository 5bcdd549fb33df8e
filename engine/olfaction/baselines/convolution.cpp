// SPDX-License-Identifier: GPL-3.0-or-later
// The convolutional network as a classifier: trained by our own code, run by OpenCV dnn. Its single-precision sums may
// differ in the last bits between kinds of processor; on one kind they are the same every time.
#include <algorithm>
#include <mutex>
#include <opencv2/dnn.hpp>

#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/convolution_network.h"

namespace bnof::olfaction {
namespace {

constexpr int mostEpochs = 40;
constexpr int patience = 6;        ///< epochs without a smaller held-out loss before training stops
constexpr int untestedEpochs = 15; ///< where nothing can be held out
constexpr std::size_t wide = 16;   ///< above so many positions fewer hidden channels do

cv::Mat blob(const float* values, const std::vector<int>& sizes)
{
    return cv::Mat(sizes, CV_32F, const_cast<float*>(values)).clone();
}

void addConvolution(cv::dnn::Net& net, const char* name, const ConvolutionShape& s, std::size_t inputs,
                    const float* weights, const float* bias)
{
    const int kernel[]{1, 3};
    const int padding[]{0, 1};
    cv::dnn::LayerParams layer;
    layer.set("kernel_size", cv::dnn::DictValue::arrayInt(kernel, 2));
    layer.set("pad", cv::dnn::DictValue::arrayInt(padding, 2));
    layer.set("num_output", static_cast<int>(s.hidden));
    layer.set("bias_term", true);
    const int outputs = static_cast<int>(s.hidden);
    layer.blobs.push_back(blob(weights, {outputs, static_cast<int>(inputs), 1, 3}));
    layer.blobs.push_back(blob(bias, {outputs, 1}));
    net.addLayerToPrev(name, "Convolution", layer);
    cv::dnn::LayerParams relu;
    net.addLayerToPrev(std::string(name) + " rectified", "ReLU", relu);
}

cv::dnn::Net makeNet(const ConvolutionNetwork& network)
{
    const ConvolutionShape& s = network.shape;
    const float* p = network.parameters.data();
    cv::dnn::Net net;
    addConvolution(net, "first", s, s.channels, p, p + s.firstBias());
    addConvolution(net, "second", s, s.hidden, p + s.second(), p + s.secondBias());
    cv::dnn::LayerParams dense;
    const int classes = static_cast<int>(s.classes);
    dense.set("num_output", classes);
    dense.set("bias_term", true);
    dense.blobs.push_back(blob(p + s.dense(), {classes, static_cast<int>(s.hidden * s.width)}));
    dense.blobs.push_back(blob(p + s.denseBias(), {1, classes}));
    net.addLayerToPrev("dense", "InnerProduct", dense);
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    return net;
}

class Convolution final : public ScoredClassifier {
public:
    explicit Convolution(ConvolutionNetwork network) : ScoredClassifier("cnn"), m_network(std::move(network)) {}

    [[nodiscard]] Result<void> prepare()
    {
        return guarded("building the convolutional network", [this] { m_net = makeNet(m_network); });
    }

    void scores(std::span<const double> features, std::vector<double>& out) const override
    {
        const ConvolutionShape& s = m_network.shape;
        const auto ran = guarded("running the convolutional network", [&] {
            const std::vector<int> sizes{1, static_cast<int>(s.channels), 1, static_cast<int>(s.width)};
            cv::Mat input(sizes, CV_32F);
            arrangeInput(s, features, {input.ptr<float>(), features.size()});
            const std::lock_guard lock(m_mutex); // a cv::dnn::Net keeps its activations
            m_net.setInput(input);
            const cv::Mat logits = m_net.forward();
            out.assign(logits.ptr<float>(), logits.ptr<float>() + s.classes);
        });
        if (!ran.ok()) // no memory left for OpenCV: the same sums by hand
            forward(m_network, features, out);
        for (std::size_t c = 0; c < s.classes; ++c) {
            if (!m_network.present[c])
                out[c] = absentScore;
        }
    }

private:
    void describe(Json& json) const override { json.set("network", bnof::olfaction::toJson(m_network)); }

    ConvolutionNetwork m_network;
    mutable std::mutex m_mutex;
    mutable cv::dnn::Net m_net;
};

struct Stopped {
    int epochs = untestedEpochs;
    HeldOut heldOut;
};

/// The number of epochs after which held-out groups were told best, and what was said of them then.
Stopped whenToStop(const LabelledRows& rows, const InnerFold& fold, const ConvolutionShape& shape, std::uint64_t seed)
{
    const LabelledRows test = selected(rows, fold.test);
    Stopped out;
    double bestLoss = 1e300;
    (void)trainConvolution(selected(rows, fold.train), shape, seed, mostEpochs,
                           [&](const ConvolutionNetwork& network, int epochs) {
                               HeldOut now;
                               std::vector<double> logits;
                               std::vector<double> p;
                               double loss = 0;
                               for (std::size_t i = 0; i < test.rows(); ++i) {
                                   forward(network, test.row(i), logits);
                                   temperedSoftmax(logits, 1, p);
                                   loss -= exactLog(std::max(p[static_cast<std::size_t>(test.labels[i])], 1e-6));
                                   now.scores.push_back(logits);
                                   now.labels.push_back(test.labels[i]);
                               }
                               if (loss < bestLoss) {
                                   bestLoss = loss;
                                   out = {epochs, std::move(now)};
                               }
                               return epochs < out.epochs + patience;
                           });
    return out;
}

Result<ScoredPointer> classifierOf(ConvolutionNetwork network)
{
    auto out = std::make_unique<Convolution>(std::move(network));
    BNOF_TRY(out->prepare());
    return ScoredPointer(std::move(out));
}

} // namespace

Result<ScoredPointer> fitConvolution(const LabelledRows& rows, std::size_t classes, const ClassifierOptions& options)
{
    ConvolutionShape shape;
    shape.width = options.blocks == 0 ? rows.dimension : options.blocks;
    shape.channels = rows.dimension / shape.width;
    shape.hidden = shape.width > wide ? 8 : 16;
    shape.classes = classes;
    const std::vector<InnerFold> folds = innerFolds(rows, classes, options.groups);
    const Stopped stopped = folds.empty() ? Stopped{} : whenToStop(rows, folds.front(), shape, options.seed);
    BNOF_TRY_ASSIGN(ScoredPointer out,
                    classifierOf(trainConvolution(rows, shape, options.seed, stopped.epochs,
                                                  [](const ConvolutionNetwork&, int) { return true; })));
    out->setTemperature(fittedTemperature(stopped.heldOut));
    return out;
}

Result<ScoredPointer> convolutionFromJson(const Json& json, const std::string& path, std::size_t dimension,
                                          std::size_t classes)
{
    JsonFields fields(json, path);
    const Json& network = fields.objectField("network");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(ConvolutionNetwork read,
                    convolutionNetworkFromJson(network, path + ".network", dimension, classes));
    return classifierOf(std::move(read));
}

} // namespace bnof::olfaction
