// SPDX-License-Identifier: GPL-3.0-or-later
// From labelled recordings to the bytes of a model file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/receptor_code.h"

namespace bnof::olfaction {

/// The made-up points around the class means on which the readout is taught (generative replay).
struct ReplayOptions {
    std::vector<double> deviations{0.5, 1, 2, 4}; ///< within-class standard deviations; each as often as the others
    /// Softens the teacher's posterior, because a readout that is linear in spikes cannot follow a step.
    double temperature = 1;
};

/// How the readout is learnt from the spikes of the teaching points.
struct ReadoutLearning {
    /// "delta-rule": normalised least mean squares, point after point; "ridge": the least squares solution at once;
    /// "surrogate-gradient": the delta rule, then back-propagation through time over the decision window (see
    /// surrogate_gradient.h), which needs enough exposures.
    std::string name = "delta-rule";
    double ridge = 1e-2;               ///< of "ridge", relative to the mean power of the counts
    std::uint32_t surrogateEpochs = 8; ///< of "surrogate-gradient": passes over the teaching points
    double surrogateRate = 0.1;        ///< mV a step
    std::size_t fewestExposures = 8;   ///< of every gas, below which "surrogate-gradient" is refused
};
/// The names that ReadoutLearning takes.
[[nodiscard]] const std::vector<std::string>& learningNames();

constexpr double usualBaselineSeconds = 600;

/// Optional parts of the front end (see FrontEndParameters), fitted to the training data.
struct FrontEndChoice {
    bool climate = false;       ///< take off what temperature and humidity do
    double baselineSeconds = 0; ///< of a freezing baseline, 0: none
    bool deconvolution = false; ///< of the sensors' own slowness
};

struct TrainingOptions {
    std::uint64_t seed = 1;
    std::string name;       ///< of the model; empty: the data set's
    double skipSeconds = 0; ///< at the start of every recording (a device's power-on transient)
    std::uint32_t kenyonCells = 2000;
    std::uint32_t fanIn = 6;         ///< projection neurons a Kenyon cell listens to
    std::uint32_t outputsPerGas = 0; ///< 0: 12, or fewer where there are more than 12 gases
    std::uint32_t localNeurons = 20;
    std::uint32_t feedbackNeurons = 8;
    double kenyonActivity = 0.07;         ///< share of Kenyon cells that fire in a decision window
    double decisionIntervalSeconds = 0.2; ///< a whole number of milliseconds
    std::uint32_t windowIntervals = 2;    ///< a decision reads the spikes of so many intervals
    std::uint32_t replayPoints = 2500;    ///< drawn around the class means
    ReplayOptions replay = {};
    ReceptorCodeOptions code = {}; ///< its seed is `seed`; code.encoder chooses how receptors fire
    ReadoutLearning learning = {};
    FrontEndChoice frontEnd = {};
    std::uint32_t realPoints = 3000; ///< drawn from the recordings
    std::uint32_t novelPoints = 900; ///< far from everything, to be answered with silence
    std::uint32_t epochs = 12;       ///< passes of the delta rule
    std::string backEnd = "auto";
    /// Told the mean squared error of the readout in every pass, counted from 0, of every network that is trained;
    /// several threads may train at the same time, each one network.
    std::function<void(std::uint32_t epoch, double error)> watchEpoch = {};
};

/// Called with the share done (0..1) and what is being done; training stops when it returns false.
using TrainingProgress = std::function<bool(double done, std::string_view what)>;

/// Train the spiking recogniser. Every choice (transient time constants, shrinkage, doubt, temperature) is made
/// on held-out parts of this data. The same data, options and build give the same bytes. Errors: too little
/// data, fewer than two labels, cancelled.
[[nodiscard]] Result<std::vector<std::uint8_t>> trainSpiking(const Dataset& data, const TrainingOptions& options = {},
                                                             const TrainingProgress& progress = {});
/// Train the classical baseline on the same features.
[[nodiscard]] Result<std::vector<std::uint8_t>> trainLda(const Dataset& data, const TrainingOptions& options = {},
                                                         const TrainingProgress& progress = {});
/// Train a classifier of `kind` (see classifierKinds(), or "virtual-receptors", a spiking one) on the same features;
/// what is unfamiliar is judged by the discriminant, as for the classical baseline.
[[nodiscard]] Result<std::vector<std::uint8_t>> trainClassifier(const std::string& kind, const Dataset& data,
                                                                const TrainingOptions& options = {},
                                                                const TrainingProgress& progress = {});
/// The plainest baseline: the template of a gas is the mean of its settled, standardised feature vectors, and the
/// nearest one by Euclid is named (nearest-centroid classification; Gutierrez-Osuna, "Pattern analysis for machine
/// olfaction: a review", IEEE Sensors J. 2 (2002) 189-202). Same features, same interface.
[[nodiscard]] Result<std::vector<std::uint8_t>> trainTemplates(const Dataset& data, const TrainingOptions& options = {},
                                                               const TrainingProgress& progress = {});

} // namespace bnof::olfaction
