// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/network/network_fields.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/snn/quantise.h"

namespace bnof::studio {
namespace {

using snn::Network;

// The ranges of engine/snn/network.cpp; tests/studio compares them with what validate() takes.
constexpr double mostMv = 1e6;
constexpr double leastTicks = 0.02;
constexpr double leastLearningTicks = 0.5;
constexpr double mostTicks = 1e6;
constexpr double largestSeed = 4294967295; ///< that can be typed; longer ones come from files

class Text {
    Q_DECLARE_TR_FUNCTIONS(NetworkFields)
};

QString mv()
{
    return QStringLiteral("mV");
}
QString ms()
{
    return QStringLiteral("ms");
}
QString hz()
{
    return QStringLiteral("Hz");
}

/// Collects the fields of one part of a network.
class Collector {
public:
    Collector(std::string path, double tickMs) : m_path(std::move(path)), m_tickMs(tickMs) {}

    using Reference = std::function<double*(Network&)>;

    void number(const char* key, const QString& label, const QString& unit, double low, double high, Reference at)
    {
        NetworkField field;
        field.path = m_path + '.' + key;
        field.label = label;
        field.unit = unit;
        field.low = low;
        field.high = high;
        // Reading goes through the same reference; it is not written through there.
        field.get = [at](const Network& network) { return *at(const_cast<Network&>(network)); };
        field.set = [at](Network& network, double value) { *at(network) = value; };
        add(std::move(field));
    }

    void timeConstant(const char* key, const QString& label, Reference at, double leastInTicks = leastTicks)
    {
        number(key, label, ms(), leastInTicks * m_tickMs, mostTicks * m_tickMs, std::move(at));
    }

    void choice(const char* key, const QString& label, const QStringList& choices,
                std::function<double(const Network&)> get, std::function<void(Network&, double)> set,
                std::function<NetworkField::Restore(const Network&)> capture = {})
    {
        NetworkField field;
        field.path = m_path + '.' + key;
        field.label = label;
        field.kind = NetworkField::Kind::Choice;
        field.choices = choices;
        field.high = static_cast<double>(choices.size() - 1);
        field.get = std::move(get);
        field.set = std::move(set);
        field.capture = std::move(capture);
        add(std::move(field));
    }

    void whole(const char* key, const QString& label, double high, std::function<double(const Network&)> get,
               std::function<void(Network&, double)> set)
    {
        NetworkField field;
        field.path = m_path + '.' + key;
        field.label = label;
        field.kind = NetworkField::Kind::Whole;
        field.high = high;
        field.get = std::move(get);
        field.set = std::move(set);
        add(std::move(field));
    }

    [[nodiscard]] double tick() const { return m_tickMs; }
    void enter(const std::string& path) { m_path = path; }
    std::vector<NetworkField> take() { return std::move(m_fields); }

private:
    void add(NetworkField field)
    {
        if (!field.capture) {
            field.capture = [get = field.get, set = field.set](const Network& network) -> NetworkField::Restore {
                return [value = get(network), set](Network& other) { set(other, value); };
            };
        }
        m_fields.push_back(std::move(field));
    }

    std::string m_path;
    double m_tickMs;
    std::vector<NetworkField> m_fields;
};

/// Reference to a member of a population's model.
template <typename Model> auto member(std::size_t population, double Model::*value)
{
    return [=](Network& network) { return &(std::get<Model>(network.populations[population].model).*value); };
}

template <typename Model> snn::LifParameters& lifOf(Model& model)
{
    if constexpr (std::is_same_v<Model, snn::LifParameters>)
        return model;
    else
        return model.lif;
}

template <typename Model> void addLif(Collector& out, std::size_t population)
{
    const auto at = [population](double snn::LifParameters::*value) {
        return
            [=](Network& network) { return &(lifOf(std::get<Model>(network.populations[population].model)).*value); };
    };
    using P = snn::LifParameters;
    constexpr bool conductance = std::is_same_v<Model, snn::ConductanceLifParameters>;
    out.number("threshold_mv", Text::tr("Threshold"), mv(), -mostMv, mostMv, at(&P::thresholdMv));
    out.number("rest_mv", Text::tr("Resting potential"), mv(), -mostMv, mostMv, at(&P::restMv));
    out.number("reset_mv", Text::tr("Reset potential"), mv(), -mostMv, mostMv, at(&P::resetMv));
    out.timeConstant("membrane_time_constant_ms", Text::tr("Membrane time constant"), at(&P::membraneTimeConstantMs),
                     conductance ? 1.001 : leastTicks);
    out.number("refractory_ms", Text::tr("Refractory time"), ms(), 0, snn::maximumRefractoryTicks * out.tick(),
               at(&P::refractoryMs));
    out.timeConstant("excitatory_time_constant_ms", Text::tr("Excitatory time constant"),
                     at(&P::excitatoryTimeConstantMs));
    out.timeConstant("inhibitory_time_constant_ms", Text::tr("Inhibitory time constant"),
                     at(&P::inhibitoryTimeConstantMs));
}

void addIzhikevich(Collector& out, std::size_t i)
{
    using P = snn::IzhikevichParameters;
    out.number("a", Text::tr("Recovery rate a"), QStringLiteral("1/ms"), 0, 1 / out.tick(), member(i, &P::a));
    out.number("b", Text::tr("Recovery coupling b"), QStringLiteral("1/ms"), -100, 100, member(i, &P::b));
    out.number("c", Text::tr("Reset potential c"), mv(), -120, 1000, member(i, &P::c));
    out.number("d", Text::tr("Recovery step d"), QStringLiteral("mV/ms"), 0, 1000, member(i, &P::d));
    out.number("peak_mv", Text::tr("Peak"), mv(), -1000, 1000, member(i, &P::peakMv));
    out.timeConstant("excitatory_time_constant_ms", Text::tr("Excitatory time constant"),
                     member(i, &P::excitatoryTimeConstantMs));
    out.timeConstant("inhibitory_time_constant_ms", Text::tr("Inhibitory time constant"),
                     member(i, &P::inhibitoryTimeConstantMs));
}

snn::Plasticity& plasticityOf(Network& network, std::size_t projection)
{
    return *network.projections[projection].plasticity;
}

template <typename Rule> auto ruleMember(std::size_t projection, double Rule::*value)
{
    return [=](Network& network) { return &(std::get<Rule>(plasticityOf(network, projection).rule).*value); };
}

void addTau(Collector& out, const char* key, const QString& label, Collector::Reference at)
{
    out.timeConstant(key, label, std::move(at), leastLearningTicks);
}

void addRule(Collector& out, std::size_t i, const snn::Plasticity& plasticity, const QString& unit)
{
    const QString before = Text::tr("Time constant before (τ+)");
    const QString after = Text::tr("Time constant after (τ−)");
    if (std::holds_alternative<snn::PairStdp>(plasticity.rule)) {
        using P = snn::PairStdp;
        addTau(out, "tau_plus_ms", before, ruleMember(i, &P::tauPlusMs));
        addTau(out, "tau_minus_ms", after, ruleMember(i, &P::tauMinusMs));
        out.number("potentiation", Text::tr("Potentiation"), unit, 0, mostMv, ruleMember(i, &P::potentiation));
        out.number("depression", Text::tr("Depression"), unit, 0, mostMv, ruleMember(i, &P::depression));
    } else if (std::holds_alternative<snn::TripletStdp>(plasticity.rule)) {
        using P = snn::TripletStdp;
        addTau(out, "tau_plus_ms", before, ruleMember(i, &P::tauPlusMs));
        addTau(out, "tau_minus_ms", after, ruleMember(i, &P::tauMinusMs));
        addTau(out, "tau_x_ms", Text::tr("Triplet time constant (τx)"), ruleMember(i, &P::tauXMs));
        addTau(out, "tau_y_ms", Text::tr("Triplet time constant (τy)"), ruleMember(i, &P::tauYMs));
        out.number("potentiation", Text::tr("Potentiation"), unit, 0, mostMv, ruleMember(i, &P::potentiation));
        out.number("depression", Text::tr("Depression"), unit, 0, mostMv, ruleMember(i, &P::depression));
        out.number("triplet_potentiation", Text::tr("Triplet potentiation"), unit, 0, mostMv,
                   ruleMember(i, &P::tripletPotentiation));
        out.number("triplet_depression", Text::tr("Triplet depression"), unit, 0, mostMv,
                   ruleMember(i, &P::tripletDepression));
    } else if (std::holds_alternative<snn::SymmetricStdp>(plasticity.rule)) {
        using P = snn::SymmetricStdp;
        addTau(out, "tau_ms", Text::tr("Time constant"), ruleMember(i, &P::tauMs));
        out.number("amplitude", Text::tr("Amplitude"), unit, 0, mostMv, ruleMember(i, &P::amplitude));
        out.number("offset", Text::tr("Offset"), unit, 0, mostMv, ruleMember(i, &P::offset));
    } else {
        using P = snn::ThreeFactor;
        const auto pairing = [i](double snn::PairStdp::*value) {
            return [=](Network& network) { return &(std::get<P>(plasticityOf(network, i).rule).pairing.*value); };
        };
        addTau(out, "tau_plus_ms", before, pairing(&snn::PairStdp::tauPlusMs));
        addTau(out, "tau_minus_ms", after, pairing(&snn::PairStdp::tauMinusMs));
        out.number("potentiation", Text::tr("Potentiation"), unit, 0, mostMv, pairing(&snn::PairStdp::potentiation));
        out.number("depression", Text::tr("Depression"), unit, 0, mostMv, pairing(&snn::PairStdp::depression));
        addTau(out, "eligibility_time_constant_ms", Text::tr("Eligibility time constant"),
               ruleMember(i, &P::eligibilityTimeConstantMs));
        out.number("learning_rate", Text::tr("Learning rate"), {}, -mostMv, mostMv, ruleMember(i, &P::learningRate));
    }
}

void setRule(snn::Projection& projection, int rule)
{
    if (rule == 0) {
        projection.plasticity.reset();
        return;
    }
    if (!projection.plasticity) {
        projection.plasticity.emplace();
        projection.plasticity->maximumWeight = std::max(1.0, 2 * projection.weight);
    }
    switch (rule) {
    case 1: projection.plasticity->rule = snn::PairStdp{}; break;
    case 2: projection.plasticity->rule = snn::TripletStdp{}; break;
    case 3: projection.plasticity->rule = snn::SymmetricStdp{}; break;
    default: projection.plasticity->rule = snn::ThreeFactor{}; break;
    }
}

/// Everything about how a projection learns, so that undo brings back the parameters of a rule that was replaced.
NetworkField::Restore captureLearning(const Network& network, std::size_t i)
{
    return [i, kept = network.projections[i].plasticity](Network& other) { other.projections[i].plasticity = kept; };
}

void addLearning(Collector& out, const Network& network, std::size_t i, const std::string& path, const QString& unit)
{
    const auto capture = [i](const Network& n) { return captureLearning(n, i); };
    out.choice(
        "plasticity", Text::tr("Learning rule"),
        {Text::tr("none"), Text::tr("pair STDP"), Text::tr("triplet STDP"), Text::tr("symmetric STDP"),
         Text::tr("three factors")},
        [i](const Network& n) {
            const auto& plasticity = n.projections[i].plasticity;
            return plasticity ? static_cast<double>(plasticity->rule.index() + 1) : 0.0;
        },
        [i](Network& n, double rule) { setRule(n.projections[i], static_cast<int>(rule)); }, capture);
    const auto& plasticity = network.projections[i].plasticity;
    if (!plasticity)
        return;
    out.enter(path + ".plasticity");
    addRule(out, i, *plasticity, unit);
    out.number("maximum_weight", Text::tr("Largest weight"), unit, 0, mostMv,
               [i](Network& n) { return &plasticityOf(n, i).maximumWeight; });
    out.choice(
        "storage", Text::tr("Kept as"), {QStringLiteral("int32"), QStringLiteral("int16")},
        [i](const Network& n) { return static_cast<double>(n.projections[i].plasticity->storage); },
        [i](Network& n, double v) { plasticityOf(n, i).storage = static_cast<snn::PlasticStorage>(v); });
    out.choice(
        "scaling", Text::tr("Homeostatic scaling"), {Text::tr("off"), Text::tr("on")},
        [i](const Network& n) { return n.projections[i].plasticity->scaling ? 1.0 : 0.0; },
        [i](Network& n, double v) {
            plasticityOf(n, i).scaling = v > 0 ? std::optional(snn::HomeostaticScaling{}) : std::nullopt;
        },
        capture);
    if (!plasticity->scaling)
        return;
    out.enter(path + ".plasticity.scaling");
    const auto scaling = [i](double snn::HomeostaticScaling::*value) {
        return [=](Network& n) { return &((*plasticityOf(n, i).scaling).*value); };
    };
    using S = snn::HomeostaticScaling;
    out.number("target_rate_hz", Text::tr("Target rate"), hz(), 1e-3, 1000 / out.tick(), scaling(&S::targetRateHz));
    out.number("period_ms", Text::tr("Period"), ms(), out.tick(), 1e8, scaling(&S::periodMs));
    out.number("strength", Text::tr("Strength"), {}, 0, 1, scaling(&S::strength));
}

void addConnectivity(Collector& out, const Network& network, std::size_t i, const std::string& path)
{
    const snn::Projection& projection = network.projections[i];
    out.enter(path + ".connectivity");
    if (std::holds_alternative<snn::FixedProbability>(projection.connectivity)) {
        out.number("probability", Text::tr("Probability"), {}, 0, 1, [i](Network& n) {
            return &std::get<snn::FixedProbability>(n.projections[i].connectivity).probability;
        });
    } else if (std::holds_alternative<snn::FixedInDegree>(projection.connectivity)) {
        out.whole(
            "in_degree", Text::tr("Sources of each neuron"), network.populations[projection.source].size,
            [i](const Network& n) {
                return static_cast<double>(std::get<snn::FixedInDegree>(n.projections[i].connectivity).inDegree);
            },
            [i](Network& n, double v) {
                std::get<snn::FixedInDegree>(n.projections[i].connectivity).inDegree = static_cast<std::uint32_t>(v);
            });
    }
    out.enter(path);
}

} // namespace

std::vector<NetworkField> NetworkFields::ofPopulation(const Network& network, std::size_t index)
{
    const std::string path = "network.populations[" + std::to_string(index) + "].model";
    Collector out(path, network.tickMs);
    const snn::NeuronModel& model = network.populations[index].model;
    if (std::holds_alternative<snn::LifParameters>(model)) {
        addLif<snn::LifParameters>(out, index);
    } else if (std::holds_alternative<snn::ConductanceLifParameters>(model)) {
        using P = snn::ConductanceLifParameters;
        addLif<P>(out, index);
        out.number("excitatory_reversal_mv", Text::tr("Excitatory reversal potential"), mv(), -mostMv, mostMv,
                   member(index, &P::excitatoryReversalMv));
        out.number("inhibitory_reversal_mv", Text::tr("Inhibitory reversal potential"), mv(), -mostMv, mostMv,
                   member(index, &P::inhibitoryReversalMv));
    } else if (std::holds_alternative<snn::AdaptiveLifParameters>(model)) {
        using P = snn::AdaptiveLifParameters;
        addLif<P>(out, index);
        out.timeConstant("adaptation_time_constant_ms", Text::tr("Adaptation time constant"),
                         member(index, &P::adaptationTimeConstantMs));
        out.number("adaptation_step_mv", Text::tr("Adaptation step"), mv(), 0, mostMv,
                   member(index, &P::adaptationStepMv));
    } else if (std::holds_alternative<snn::IzhikevichParameters>(model)) {
        addIzhikevich(out, index);
    } else if (std::holds_alternative<snn::CounterParameters>(model)) {
        out.number("threshold", Text::tr("Threshold"), {}, 1e-6, mostMv,
                   member(index, &snn::CounterParameters::threshold));
    } else if (std::holds_alternative<snn::PoissonParameters>(model)) {
        using P = snn::PoissonParameters;
        out.number("rate_hz", Text::tr("Rate"), hz(), 0, 1000 / out.tick(), member(index, &P::rateHz));
        out.choice(
            "sampling", Text::tr("Drawn"), {Text::tr("at every tick"), Text::tr("once a spike")},
            [index](const Network& n) { return static_cast<double>(std::get<P>(n.populations[index].model).sampling); },
            [index](Network& n, double v) {
                std::get<P>(n.populations[index].model).sampling = static_cast<snn::PoissonSampling>(v);
            });
    }
    return out.take();
}

std::vector<NetworkField> NetworkFields::ofProjection(const Network& network, std::size_t index)
{
    const snn::Projection& projection = network.projections[index];
    const std::string path = "network.projections[" + std::to_string(index) + ']';
    const QString unit = weightUnit(network.populations[projection.target].model);
    Collector out(path, network.tickMs);
    const auto* list = std::get_if<snn::ExplicitList>(&projection.connectivity);
    if (!list || list->weights.empty()) {
        out.number("weight_mv", projection.plasticity ? Text::tr("Initial weight") : Text::tr("Weight"), unit, 0,
                   mostMv, [index](Network& n) { return &n.projections[index].weight; });
    }
    out.number("delay_ms", Text::tr("Delay"), ms(), 0, snn::maximumDelayTicks * network.tickMs,
               [index](Network& n) { return &n.projections[index].delayMs; });
    out.choice(
        "receptor", Text::tr("Effect"), {Text::tr("excitatory"), Text::tr("inhibitory")},
        [index](const Network& n) { return static_cast<double>(n.projections[index].receptor); },
        [index](Network& n, double v) { n.projections[index].receptor = static_cast<snn::Receptor>(v); });
    addConnectivity(out, network, index, path);
    out.choice(
        "precision", Text::tr("Weights stored as"),
        {QStringLiteral("fp32"), QStringLiteral("fp16"), QStringLiteral("int16"), QStringLiteral("int8")},
        [index](const Network& n) { return static_cast<double>(n.projections[index].precision); },
        [index](Network& n, double v) { n.projections[index].precision = static_cast<snn::Precision>(v); });
    addLearning(out, network, index, path, unit);
    return out.take();
}

std::vector<NetworkField> NetworkFields::ofNetwork(const Network& network)
{
    Collector out("network", network.tickMs);
    out.number("tick_ms", Text::tr("Tick"), ms(), 1e-3, 1e3, [](Network& n) { return &n.tickMs; });
    if (static_cast<double>(network.seed) <= largestSeed) {
        out.whole(
            "seed", Text::tr("Seed of random connections"), largestSeed,
            [](const Network& n) { return static_cast<double>(n.seed); },
            [](Network& n, double v) { n.seed = static_cast<std::uint64_t>(v); });
    }
    return out.take();
}

QString NetworkFields::modelName(const snn::NeuronModel& model)
{
    const std::array names{Text::tr("integrate and fire"), Text::tr("Poisson source"), Text::tr("conductance synapses"),
                           Text::tr("adaptive threshold"), Text::tr("Izhikevich"),     Text::tr("counter"),
                           Text::tr("spike list")};
    return names[model.index()];
}

QString NetworkFields::ruleName(const snn::Projection& projection)
{
    const std::array names{Text::tr("one to one"), Text::tr("all to all"), Text::tr("with a fixed probability"),
                           Text::tr("a fixed number of sources"), Text::tr("listed one by one")};
    return names[projection.connectivity.index()];
}

QString NetworkFields::weightUnit(const snn::NeuronModel& target)
{
    if (std::holds_alternative<snn::ConductanceLifParameters>(target))
        return Text::tr("leaks");
    return std::holds_alternative<snn::CounterParameters>(target) ||
                   std::holds_alternative<snn::IzhikevichParameters>(target)
               ? QString()
               : mv();
}

QString NetworkFields::strength(const Network& network, const snn::Projection& projection)
{
    const double ticks = std::max(1.0, std::floor(projection.delayMs / network.tickMs + 0.5));
    const QString delay = QStringLiteral("%1 ms").arg(QLocale().toString(ticks * network.tickMs, 'g', 3));
    const auto* list = std::get_if<snn::ExplicitList>(&projection.connectivity);
    if (list && !list->weights.empty())
        return Text::tr("trained · %1").arg(delay);
    return QStringLiteral("%1 %2 · %3")
        .arg(QLocale().toString(projection.weight, 'g', 3), weightUnit(network.populations[projection.target].model),
             delay)
        .simplified();
}

NetworkFields::Owner NetworkFields::ownerOf(const std::string& path)
{
    const auto indexAfter = [&path](std::string_view prefix) {
        if (!path.starts_with(prefix))
            return -1;
        return std::atoi(path.c_str() + prefix.size());
    };
    return {indexAfter("network.populations["), indexAfter("network.projections[")};
}

} // namespace bnof::studio
