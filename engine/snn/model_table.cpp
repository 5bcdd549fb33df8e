// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/model_table.h"

#include "engine/snn/network.h"

namespace bnof::snn {
namespace {

std::vector<ParameterNote> withLif(std::vector<ParameterNote> more)
{
    std::vector<ParameterNote> all{
        {"membrane_time_constant_ms", "tau_m", "ms", "how fast the membrane follows its input"},
        {"rest_mv", "rest", "mV", "where the membrane goes without input"},
        {"threshold_mv", "theta", "mV", "a membrane at or above it at the end of a tick fires"},
        {"reset_mv", "reset", "mV", "the membrane after a spike"},
        {"refractory_ms", "", "ms", "how long it is held there, rounded to ticks"},
        {"excitatory_time_constant_ms", "tau_e", "ms", "decay of the excitatory receptor"},
        {"inhibitory_time_constant_ms", "tau_i", "ms", "decay of the inhibitory receptor"},
    };
    for (ParameterNote& note : more)
        all.push_back(std::move(note));
    return all;
}

std::vector<ParameterNote> withPair(std::vector<ParameterNote> more)
{
    std::vector<ParameterNote> all{
        {"tau_plus_ms", "tau_+", "ms", "decay of the presynaptic trace x (triplet: r1)"},
        {"tau_minus_ms", "tau_-", "ms", "decay of the postsynaptic trace y (triplet: o1)"},
        {"potentiation", "A+", "weight", "growth at a postsynaptic spike for a trace of one"},
        {"depression", "A-", "weight", "loss at a presynaptic arrival for a trace of one"},
    };
    for (ParameterNote& note : more)
        all.push_back(std::move(note));
    return all;
}

/// Rows of one table; `defaults` is the object that the JSON form has for a default model.
void appendParameters(std::string& text, const ModelNote& note, const Json& defaults)
{
    if (note.parameters.empty())
        return;
    text += "\n| parameter | symbol | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const ParameterNote& p : note.parameters) {
        const Json& value = defaults[p.field];
        const std::string shown = value.isNull() ? p.unwritten : value.isString() ? value.toString() : value.dump();
        text += "| `" + p.field + "` | " + p.symbol + " | " + shown + " | " + p.unit + " | " + p.meaning + " |\n";
    }
}

void appendNote(std::string& text, const ModelNote& note, const Json& defaults)
{
    text += "\n### `" + note.name + "`: " + note.title + "\n\n";
    for (const std::string& line : note.equations)
        text += "    " + line + '\n';
    if (!note.equations.empty())
        text += '\n';
    text += note.remark + '\n';
    if (!note.source.empty())
        text += "\nSource: " + note.source + "\n";
    appendParameters(text, note, defaults);
}

template <std::size_t Index = 0> std::vector<NeuronModel> everyModel(std::vector<NeuronModel> models = {})
{
    if constexpr (Index < std::variant_size_v<NeuronModel>) {
        models.emplace_back(std::in_place_index<Index>);
        return everyModel<Index + 1>(std::move(models));
    } else {
        return models;
    }
}

using Rule = decltype(Plasticity::rule);

template <std::size_t Index = 0> std::vector<Rule> everyRule(std::vector<Rule> rules = {})
{
    if constexpr (Index < std::variant_size_v<Rule>) {
        rules.emplace_back(std::in_place_index<Index>);
        return everyRule<Index + 1>(std::move(rules));
    } else {
        return rules;
    }
}

Json defaultsOf(const Rule& rule)
{
    Projection projection;
    projection.plasticity = Plasticity{};
    projection.plasticity->rule = rule;
    projection.plasticity->scaling = HomeostaticScaling{};
    Network network;
    network.projections = {projection};
    return toJson(network)["projections"].items()[0]["plasticity"];
}

std::vector<ModelNote> makeNeuronNotes()
{
    return {
        {"lif",
         "leaky integrate-and-fire, current synapses",
         {"tau_m dV/dt = (rest - V) + Ie - Ii + drive", "tau_e dIe/dt = -Ie,  tau_i dIi/dt = -Ii"},
         "Integrated exactly from tick to tick. Weights are mV of membrane drive. Currents below 2^-40 weight units "
         "are "
         "set to zero.",
         "Rotter & Diesmann 1999, Biol Cybern 81:381",
         withLif({})},
        {"poisson",
         "independent Poisson sources",
         {"P(spike in a tick) = rate * tick"},
         "At most one spike a tick. `sampling` says when random numbers are drawn, which changes the spikes but not "
         "their statistics: `every_tick`, or `intervals` (one draw a spike, far cheaper at low rates).",
         "",
         {{"rate_hz", "rate", "Hz", "of every neuron, until it is set while running"},
          {"sampling", "", "", "`every_tick` or `intervals`", "every_tick"}}},
        {"lif_conductance",
         "leaky integrate-and-fire, conductance synapses",
         {"tau_m dV/dt = (rest - V) + ge (Ee - V) + gi (Ei - V) + drive", "tau_e dge/dt = -ge,  tau_i dgi/dt = -gi"},
         "One explicit midpoint step a tick. Weights and conductances are in units of the leak conductance; each "
         "receptor saturates at (1.5 tau_m / tick - 1) / 2, which keeps the step stable.",
         "Vogels & Abbott 2005, J Neurosci 25:10786; Brette et al. 2007, J Comput Neurosci 23:349",
         withLif({{"excitatory_reversal_mv", "Ee", "mV", "reversal potential of excitation"},
                  {"inhibitory_reversal_mv", "Ei", "mV", "reversal potential of inhibition"}})},
        {"adaptive_lif",
         "leaky integrate-and-fire with an adapting threshold",
         {"V as in lif;  threshold = theta + a", "tau_a da/dt = -a;  at a spike: a += step"},
         "Weights are mV of membrane drive.",
         "Bellec et al. 2018, NeurIPS (\"ALIF\")",
         withLif({{"adaptation_time_constant_ms", "tau_a", "ms", "decay of the adaptation"},
                  {"adaptation_step_mv", "step", "mV", "growth of the threshold at a spike"}})},
        {"izhikevich",
         "Izhikevich's two-variable neuron",
         {"dV/dt = 0.04 V^2 + 5 V + 140 - U + I,  dU/dt = a (b V - U)", "V >= peak: V = c, U = U + d"},
         "Two half steps for V and one for U a tick, as published; ticks of at most 1 ms. V stays above -120 mV and "
         "enters U as the peak at most. I is the drive plus the excitatory minus the inhibitory current; weights are "
         "in the same unit.",
         "Izhikevich 2003, IEEE Trans Neural Netw 14:1569",
         {{"a", "a", "1/ms", "rate of the recovery variable"},
          {"b", "b", "1/ms", "its sensitivity to V"},
          {"c", "c", "mV", "V after a spike"},
          {"d", "d", "mV/ms", "growth of U at a spike"},
          {"peak_mv", "peak", "mV", "where a spike is cut off"},
          {"excitatory_time_constant_ms", "tau_e", "ms", "decay of the excitatory current"},
          {"inhibitory_time_constant_ms", "tau_i", "ms", "decay of the inhibitory current"}}},
        {"counter",
         "integrate-and-fire counter without a leak",
         {"n = max(0, n + excitatory - inhibitory input)", "n >= threshold: spike, n = n - threshold"},
         "For global feedback such as the anterior paired lateral neuron. At most one spike a tick.",
         "",
         {{"threshold", "threshold", "weight", "what a spike stands for"}}},
        {"spike_list",
         "sources that fire at given times",
         {},
         "Times in any order, each rounded to its tick.",
         "",
         {{"times_ms", "", "ms", "when"}, {"neurons", "", "", "who, one a time"}}},
    };
}

std::vector<ModelNote> makeRuleNotes()
{
    return {
        {"pair_stdp",
         "pairs of spikes",
         {"arrival: w -= A- y, then x += 1", "post spike: w += A+ x, then y += 1"},
         "All pairs. An arrival is a presynaptic spike after its delay. Traces end after six time constants.",
         "Song, Miller & Abbott 2000, Nat Neurosci 3:919; Morrison, Diesmann & Gerstner 2008, Biol Cybern 98:459",
         withPair({})},
        {"triplet_stdp",
         "triplets of spikes",
         {"arrival: w -= o1 (A- + A3- r2)", "post spike: w += r1 (A+ + A3+ o2)"},
         "All to all; r2 and o2 are read before their own spike counts.",
         "Pfister & Gerstner 2006, J Neurosci 26:9673",
         withPair({{"tau_x_ms", "tau_x", "ms", "decay of the slow presynaptic trace r2"},
                   {"tau_y_ms", "tau_y", "ms", "decay of the slow postsynaptic trace o2"},
                   {"triplet_potentiation", "A3+", "weight", "growth for two post spikes and one arrival"},
                   {"triplet_depression", "A3-", "weight", "loss for two arrivals and one post spike"}})},
        {"symmetric_stdp",
         "coincidence with an offset",
         {"arrival: w += amplitude y - offset", "post spike: w += amplitude x"},
         "The order of the two spikes does not matter; every arrival costs the offset.",
         "Vogels et al. 2011, Science 334:1569; Nowotny et al. 2003, Biol Cybern 89:413",
         {{"tau_ms", "tau", "ms", "decay of both traces"},
          {"amplitude", "amplitude", "weight", "growth for a pair without a distance"},
          {"offset", "offset", "weight", "loss at an arrival"}}},
        {"three_factor",
         "pairs make eligible, a third factor makes weights",
         {"e changes as w in pair_stdp and decays with tau_e", "modulation m: w += rate m e"},
         "m is one number (reward) or one a target neuron (error). Eligibilities decay in steps of a sixteenth of "
         "their "
         "time constant.",
         "Fremaux & Gerstner 2016, Front Neural Circuits 9:85",
         withPair({{"eligibility_time_constant_ms", "tau_e", "ms", "decay of eligibilities"},
                   {"learning_rate", "rate", "", "weight for one eligibility and a modulation of one"}})},
    };
}

} // namespace

const std::vector<ModelNote>& neuronModelNotes()
{
    static const std::vector<ModelNote> notes = makeNeuronNotes();
    return notes;
}

const std::vector<ModelNote>& plasticityRuleNotes()
{
    static const std::vector<ModelNote> notes = makeRuleNotes();
    return notes;
}

const ModelNote& plasticityNote()
{
    static const ModelNote note{
        "plasticity",
        "what every rule has",
        {},
        "Weights stay between zero and the maximum. They are kept in 32 bits, or in 16 with rounding at random (keyed "
        "by synapse and tick, so the same on every machine); rounding to the nearest would lose small steps.",
        "",
        {{"maximum_weight", "", "weight", "upper bound"}, {"storage", "", "", "`int32` or `int16`"}}};
    return note;
}

const ModelNote& scalingNote()
{
    static const ModelNote note{
        "scaling",
        "homeostatic synaptic scaling, beside any rule",
        {"every period: w *= clamp(1 + strength (target - rate) / target, 1/2, 2)"},
        "The rate is that of the target neuron in the period that has ended.",
        "Turrigiano 2008, Cell 135:422; van Rossum, Bi & Turrigiano 2000, J Neurosci 20:8812",
        {{"target_rate_hz", "target", "Hz", "what every target neuron should fire at"},
         {"period_ms", "period", "ms", "time between two scalings"},
         {"strength", "strength", "", "share of the missing rate that is made up for at once"}}};
    return note;
}

std::string modelTable()
{
    std::string text =
        "# Neuron models and plasticity rules\n\n"
        "Generated by the program `model_table` from engine/snn/model_table.cpp; a test compares this "
        "page with the code. Names and\ndefaults are those of the network's JSON form. \"weight\" is the "
        "unit of the weights onto the target population.\n\n## Neuron models\n";
    const std::vector<NeuronModel> models = everyModel();
    for (std::size_t i = 0; i < models.size(); ++i) {
        Network network;
        network.populations = {{"p", 1, models[i]}};
        appendNote(text, neuronModelNotes()[i], toJson(network)["populations"].items()[0]["model"]);
    }
    text += "\n## Plasticity rules\n";
    const std::vector<Rule> rules = everyRule();
    for (std::size_t i = 0; i < rules.size(); ++i)
        appendNote(text, plasticityRuleNotes()[i], defaultsOf(rules[i]));
    const Json common = defaultsOf(rules[0]);
    appendNote(text, plasticityNote(), common);
    appendNote(text, scalingNote(), common["scaling"]);
    return text;
}

} // namespace bnof::snn
