// SPDX-License-Identifier: GPL-3.0-or-later
// A trained recogniser as data, and the file that it lives in (.bnofmodel).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/olfaction/adaptation/memory.h"
#include "engine/olfaction/concentration.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/front_end.h"
#include "engine/olfaction/readout.h"
#include "engine/olfaction/receptor_code.h"
#include "engine/olfaction/virtual_receptors/part.h"
#include "engine/snn/clip_calibration.h"
#include "engine/snn/network.h"

namespace bnof::olfaction {

/// How the classical baseline turns scores into probabilities and doubt.
struct LdaCalibration {
    double temperature = 1;
    double familiarDistance = 6;   ///< within-class standard deviations that training data reaches
    double familiarResidual = 1.5; ///< the same for the part outside the discriminants
    double minimumProbability = 0.4;

    bool operator==(const LdaCalibration&) const = default;
};

/// The spiking network of a model. Populations, in this order: receptor, projection, local, Kenyon, feedback,
/// output. The output population has one block of outputsPerGas neurons for each gas, in the order of
/// Model::gases. `network` holds every projection but those into the output population: these are built from
/// the integer readout weights (fullNetwork), which is shorter and keeps a block's neurons alike.
struct SpikingPart {
    ReceptorCode code;
    snn::Network network;
    std::vector<float> kenyonBiasMv; ///< steady drive of each Kenyon cell: its intrinsic excitability
    std::vector<float> outputBiasMv; ///< of each output neuron; below rheobase, so that silence in is silence out
    std::uint32_t outputsPerGas = 0;
    std::vector<std::int32_t> readout; ///< a row a gas: projection neurons, then Kenyon cells
    double readoutUnitMv = 0;          ///< weight of 1 in mV, a power of two
    std::uint32_t windowIntervals = 2; ///< a decision reads the last so many decision intervals
    ReadoutCalibration calibration;
    /// Not 0, for devices that print a frame only now and then: once the receptors have been driven with the same frame
    /// for so many ticks at the end of a decision interval, the network rests until the next frame. Its decisions are
    /// those of the last window meanwhile, because that has settled.
    std::uint32_t restAfterTicks = 0;
    /// How projections of fullNetwork() are rounded to int8, by name; those that are not named are not clipped.
    std::vector<std::pair<std::string, snn::ProjectionClip>> clips;

    bool operator==(const SpikingPart&) const = default;
};

/// Indices into SpikingPart::network.populations.
enum Layer : std::uint32_t {
    Receptors = 0,
    ProjectionNeurons,
    LocalNeurons,
    KenyonCells,
    Feedback,
    Outputs,
    LayerCount
};

struct Model {
    std::string kind; ///< "spiking", "virtual-receptors", "lda", "template" or one of classifierKinds()
    std::string name;
    std::string programVersion;
    std::uint64_t seed = 0;
    bool simulatedTraining = false;
    std::string trainingDigest; ///< of the data set
    std::vector<std::string> gases;
    int background = -1;
    std::vector<std::string> components;
    std::vector<std::vector<int>> gasComponents; ///< components in each gas
    std::vector<ChannelInfo> channels;
    double decisionIntervalSeconds = 0.2;
    double longestHoldSeconds = 2; ///< frames further apart than this are a gap
    FrontEndParameters frontEnd;
    Discriminant discriminant;
    std::vector<ConcentrationModel> concentrations;
    Json metrics; ///< figures of held-out training time, for people
    LdaCalibration lda;
    SpikingPart spiking;                  ///< of kind "spiking"
    VirtualReceptorPart virtualReceptors; ///< of kind "virtual-receptors"
    Json classifier;                      ///< of a kind of classifierKinds(): what Classifier::toJson gave
    ModelMemory memory;                   ///< empty in models of earlier versions
    std::vector<LineageStep> lineage;     ///< from the oldest to the last step; empty: as it was trained

    bool operator==(const Model&) const = default;
};

/// Everything that running a model relies on; the error's `where` is the path of the field.
[[nodiscard]] Result<void> validate(const Model& model);
/// The bytes of a .bnofmodel file: JSON, numbers written exactly.
[[nodiscard]] std::vector<std::uint8_t> modelToBytes(const Model& model);
/// Parses and validates; never trusts a size. `sourceName` is the file, for messages.
[[nodiscard]] Result<Model> modelFromBytes(std::span<const std::uint8_t> bytes,
                                           const std::string& sourceName = "model");
/// SpikingPart::clips for a network, one a projection.
[[nodiscard]] std::vector<snn::ProjectionClip> clipsOf(const SpikingPart& part, const snn::Network& network);
/// The network with its readout projections.
[[nodiscard]] snn::Network fullNetwork(const SpikingPart& part);

} // namespace bnof::olfaction
