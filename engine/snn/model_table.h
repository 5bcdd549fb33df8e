// SPDX-License-Identifier: GPL-3.0-or-later
// What every neuron model and plasticity rule computes, with its parameters: the one source of MODELS.md. Names,
// defaults and the list of parameters are those of the network's JSON form; a test holds them together.
#pragma once

#include <string>
#include <vector>

namespace bnof::snn {

struct ParameterNote {
    std::string field; ///< in the network's JSON form
    std::string symbol;
    std::string unit; ///< empty: a pure number or a name
    std::string meaning;
    std::string unwritten = {}; ///< the default of a field that is only written when it differs from it
};

struct ModelNote {
    std::string name; ///< in the network's JSON form
    std::string title;
    std::vector<std::string> equations; ///< a line each
    std::string remark;
    std::string source;
    std::vector<ParameterNote> parameters;
};

/// In the order of NeuronModel.
[[nodiscard]] const std::vector<ModelNote>& neuronModelNotes();
/// In the order of Plasticity::rule.
[[nodiscard]] const std::vector<ModelNote>& plasticityRuleNotes();
/// What every rule has beside its own parameters, and synaptic scaling.
[[nodiscard]] const ModelNote& plasticityNote();
[[nodiscard]] const ModelNote& scalingNote();

/// All of it in Markdown, with the defaults that the code has.
[[nodiscard]] std::string modelTable();

} // namespace bnof::snn
