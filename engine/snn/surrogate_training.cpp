// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/surrogate_training.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <new>
#include <numeric>
#include <system_error>
#include <thread>

#include "engine/base/philox.h"
#include "engine/compute/cpu.h"
#include "engine/compute/half.h"
#include "engine/snn/surrogate_model.h"
#include "engine/snn/surrogate_optimiser.h"
#include "engine/snn/surrogate_run.h"

namespace bnof::snn {
namespace {

constexpr std::uint32_t orderStream = 0x0BDE5;

/// The gradient of one group of a batch, by projection and synapse.
using SynapseGradient = std::vector<std::vector<float>>;

/// Workspaces of the threads, and the sharing out of work that no result depends on.
class Workers {
public:
    Workers(const SurrogateModel& model, std::uint32_t longest, unsigned count)
    {
        for (unsigned i = 0; i < count; ++i)
            m_runs.push_back(std::make_unique<SurrogateRun<float>>(model, longest));
    }
    /// Calls work(run, item) once for every item, on any thread in any order.
    template <typename Work> void each(std::size_t items, const Work& work)
    {
        std::atomic<std::size_t> next{0};
        std::atomic<bool> outOfMemory{false};
        const auto serve = [&](SurrogateRun<float>& run) {
            compute::ensureExactFloatingPoint();
            try {
                for (std::size_t item = next++; item < items; item = next++)
                    work(run, item);
            } catch (const std::bad_alloc&) {
                outOfMemory = true;
            }
        };
        {
            std::vector<std::jthread> helpers;
            for (std::size_t i = 1; i < std::min(m_runs.size(), items); ++i)
                helpers.emplace_back([&serve, run = m_runs[i].get()] { serve(*run); });
            serve(*m_runs.front());
        }
        if (outOfMemory)
            throw std::bad_alloc();
    }

private:
    std::vector<std::unique_ptr<SurrogateRun<float>>> m_runs;
};

class Trainer {
public:
    Trainer(SurrogateModel model, std::span<const Presentation> presentations)
        : m_model(std::move(model)), m_presentations(presentations), m_scaler(m_model.options.lossScale),
          m_stepper(m_model.options.optimiser, m_model.parameterCount), m_parameters(initialParameters(m_model)),
          m_gradient(m_model.parameterCount), m_groupGradient(m_model.parameterCount), m_outcomes(presentations.size()),
          m_order(presentations.size()), m_workers(m_model, longestOf(presentations), threadCount(m_model.options))
    {
        std::iota(m_order.begin(), m_order.end(), 0U);
        const std::size_t groups =
            std::min<std::size_t>({m_model.options.reductionGroups, m_model.options.batch, presentations.size()});
        m_groups.resize(groups);
        for (SynapseGradient& group : m_groups) {
            group.resize(m_model.projections.size());
            for (std::size_t i = 0; i < group.size(); ++i)
                if (m_model.projections[i].trained)
                    group[i].resize(m_model.projections[i].columns.size());
        }
    }

    Result<TrainingReport> train(const TrainingProgressFunction& progress);
    std::vector<SurrogateOutcome> evaluate();

    static unsigned threadCount(const SurrogateOptions& options)
    {
        const unsigned asked = options.threads != 0 ? options.threads : compute::cpuFeatures().logicalCores;
        return std::max(1U, std::min(asked, options.reductionGroups));
    }
    static std::uint32_t longestOf(std::span<const Presentation> presentations)
    {
        std::uint32_t longest = 1;
        for (const Presentation& presentation : presentations)
            longest = std::max(longest, presentation.ticks);
        return longest;
    }

private:
    [[nodiscard]] bool half() const { return m_model.options.weights == TrainingWeights::Half; }
    void shuffle(std::uint32_t epoch);
    void runBatch(std::span<const std::uint32_t> batch);
    void reduce(std::size_t batch);
    Result<void> stepOnce(TrainingProgress& progress, double learningRate);
    Result<bool> runEpoch(std::uint32_t epoch, double learningRate, TrainingReport& report,
                          const TrainingProgressFunction& progress);

    SurrogateModel m_model;
    std::span<const Presentation> m_presentations;
    compute::LossScaler m_scaler;
    SurrogateStepper m_stepper;
    std::vector<float> m_parameters;
    std::vector<float> m_gradient;
    std::vector<float> m_groupGradient;
    std::vector<SurrogateOutcome> m_outcomes;
    std::vector<std::uint32_t> m_order;
    SurrogateWeights<float> m_weights;
    std::vector<SynapseGradient> m_groups;
    Workers m_workers;
};

/// Fisher and Yates, keyed by seed and epoch.
void Trainer::shuffle(std::uint32_t epoch)
{
    PhiloxSequence random(m_model.options.seed, orderStream + epoch);
    std::iota(m_order.begin(), m_order.end(), 0U);
    for (std::size_t i = m_order.size(); i > 1; --i)
        std::swap(m_order[i - 1], m_order[random.below(static_cast<std::uint32_t>(i))]);
}

void Trainer::runBatch(std::span<const std::uint32_t> batch)
{
    const double scale = half() ? m_scaler.scale() : 1;
    m_workers.each(std::min(m_groups.size(), batch.size()), [&](SurrogateRun<float>& run, std::size_t group) {
        SynapseGradient& gradient = m_groups[group];
        for (std::vector<float>& list : gradient)
            std::fill(list.begin(), list.end(), 0.0F);
        for (std::size_t i = group; i < batch.size(); i += m_groups.size()) {
            m_outcomes[batch[i]] = run.forward(m_weights, m_presentations[batch[i]]);
            run.backward(m_weights, scale, gradient);
        }
        if (half())
            for (std::vector<float>& list : gradient)
                compute::roundToHalf(list);
    });
}

/// The mean gradient of the batch, by parameter: groups are added in their order.
void Trainer::reduce(std::size_t batch)
{
    std::fill(m_gradient.begin(), m_gradient.end(), 0.0F);
    for (std::size_t group = 0; group < std::min(m_groups.size(), batch); ++group) {
        gatherGradient<float>(m_model, m_parameters, m_groups[group], m_groupGradient);
        for (std::size_t i = 0; i < m_gradient.size(); ++i)
            m_gradient[i] += m_groupGradient[i];
    }
    const double factor = 1 / ((half() ? m_scaler.scale() : 1) * static_cast<double>(batch));
    for (float& g : m_gradient)
        g = static_cast<float>(static_cast<double>(g) * factor);
}

Result<void> Trainer::stepOnce(TrainingProgress& progress, double learningRate)
{
    progress.gradientNorm = gradientNorm(m_gradient);
    const bool finite = std::isfinite(progress.gradientNorm) && std::isfinite(progress.loss);
    if (half()) {
        if (!m_scaler.update(finite))
            return {};
    } else if (!finite) {
        return makeError(ErrorKind::BadInput,
                         "the gradient is not a finite number in step " + std::to_string(progress.step + 1), "training",
                         "Lower the learning rate or the initial weights, or shorten the presentations.");
    }
    if (progress.gradientNorm > m_model.options.clipNorm) {
        const auto factor = static_cast<float>(m_model.options.clipNorm / progress.gradientNorm);
        for (float& g : m_gradient)
            g *= factor;
    }
    m_stepper.step(m_parameters, m_gradient, learningRate);
    constrainParameters(m_model, m_parameters);
    expandWeights(m_model, m_parameters, m_weights);
    return {};
}

/// One pass over the presentations; false when the callback asked to stop.
Result<bool> Trainer::runEpoch(std::uint32_t epoch, double learningRate, TrainingReport& report,
                               const TrainingProgressFunction& progress)
{
    const std::size_t count = m_presentations.size();
    const std::size_t batch = m_model.options.batch;
    const std::size_t stepsAnEpoch = (count + batch - 1) / batch;
    shuffle(epoch);
    TrainingEpoch total;
    for (std::size_t first = 0; first < count; first += batch) {
        const std::span<const std::uint32_t> part =
            std::span<const std::uint32_t>(m_order).subspan(first, std::min(batch, count - first));
        runBatch(part);
        reduce(part.size());
        TrainingProgress now;
        now.epoch = epoch;
        now.step = report.steps;
        now.steps = static_cast<std::uint32_t>(stepsAnEpoch * m_model.options.epochs);
        for (const std::uint32_t i : part) {
            now.loss += m_outcomes[i].loss;
            now.accuracy += m_outcomes[i].predicted == m_presentations[i].label ? 1 : 0;
        }
        total.loss += now.loss / static_cast<double>(count);
        total.accuracy += now.accuracy / static_cast<double>(count);
        now.loss /= static_cast<double>(part.size());
        now.accuracy /= static_cast<double>(part.size());
        BNOF_TRY(stepOnce(now, learningRate));
        total.gradientNorm += now.gradientNorm / static_cast<double>(stepsAnEpoch);
        now.step = ++report.steps;
        if (progress && !progress(now)) {
            report.cancelled = true;
            return false;
        }
    }
    report.epochs.push_back(total);
    return true;
}

Result<TrainingReport> Trainer::train(const TrainingProgressFunction& progress)
{
    TrainingReport report;
    report.parameters = m_model.parameterCount;
    constrainParameters(m_model, m_parameters);
    expandWeights(m_model, m_parameters, m_weights);
    double learningRate = m_model.options.learningRate;
    for (std::uint32_t epoch = 0; epoch < m_model.options.epochs; ++epoch) {
        BNOF_TRY_ASSIGN(const bool goOn, runEpoch(epoch, learningRate, report, progress));
        if (!goOn)
            break;
        learningRate *= m_model.options.learningRateDecay;
    }
    report.skippedSteps = m_scaler.skipped();
    report.lossScale = half() ? m_scaler.scale() : 1;
    report.network = writeBack(m_model, m_parameters);
    BNOF_TRY(validate(report.network));
    return report;
}

std::vector<SurrogateOutcome> Trainer::evaluate()
{
    expandWeights(m_model, m_parameters, m_weights);
    m_workers.each(m_presentations.size(), [&](SurrogateRun<float>& run, std::size_t i) {
        m_outcomes[i] = run.forward(m_weights, m_presentations[i]);
    });
    return std::move(m_outcomes);
}

Result<SurrogateModel> checkedModel(const Network& network, std::span<const Presentation> presentations,
                                    const SurrogateOptions& options)
{
    BNOF_TRY_ASSIGN(SurrogateModel model, buildSurrogateModel(network, options));
    if (presentations.empty() || presentations.size() > 0x7FFFFFFFU)
        return makeError(ErrorKind::BadInput, "there are no presentations, or more than 2^31", "presentations",
                         "Give at least one presentation.");
    for (std::size_t i = 0; i < presentations.size(); ++i)
        BNOF_TRY(checkPresentation(model, presentations[i], "presentations[" + std::to_string(i) + ']'));
    return model;
}

/// Runs `body` and turns what the standard library throws into an error.
template <typename Body> auto guarded(const Body& body) -> decltype(body())
{
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory for the training run", "training",
                         "Use fewer threads or reduction groups, shorter presentations or a smaller network.");
    } catch (const std::system_error& error) {
        return makeError(ErrorKind::Device, "the system refused a thread", "options.threads",
                         "Use fewer threads, or end other programs.", error.what());
    }
}

} // namespace

Result<TrainingReport> trainSurrogate(const Network& network, std::span<const Presentation> presentations,
                                      const SurrogateOptions& options, const TrainingProgressFunction& progress)
{
    return guarded([&]() -> Result<TrainingReport> {
        BNOF_TRY_ASSIGN(SurrogateModel model, checkedModel(network, presentations, options));
        if (model.parameterCount == 0)
            return makeError(ErrorKind::BadInput, "no projection is named for training", "options.trained",
                             "Name projections in `trained` or in `signedPairs`.");
        Trainer trainer(std::move(model), presentations);
        return trainer.train(progress);
    });
}

Result<std::vector<SurrogateOutcome>>
evaluateSurrogate(const Network& network, std::span<const Presentation> presentations, const SurrogateOptions& options)
{
    return guarded([&]() -> Result<std::vector<SurrogateOutcome>> {
        BNOF_TRY_ASSIGN(SurrogateModel model, checkedModel(network, presentations, options));
        Trainer trainer(std::move(model), presentations);
        return trainer.evaluate();
    });
}

namespace {

/// Sets the rates of source populations so that they fire exactly when a presentation says.
class SourcePlayer {
public:
    explicit SourcePlayer(Simulation& simulation, const Presentation& presentation)
        : m_simulation(simulation), m_presentation(presentation), m_next(presentation.spikes.size(), 0),
          m_rates(simulation.network().populations.size())
    {
        const double tickMs = simulation.network().tickMs;
        m_highest = static_cast<float>(1000 / tickMs);
        while (static_cast<double>(m_highest) * tickMs > 1000)
            m_highest = std::nextafter(m_highest, 0.0F);
    }
    Result<void> silence()
    {
        const std::vector<Population>& populations = m_simulation.network().populations;
        for (std::size_t p = 0; p < populations.size(); ++p) {
            if (!std::holds_alternative<PoissonParameters>(populations[p].model))
                continue;
            m_rates[p].assign(populations[p].size, 0.0F);
            BNOF_TRY(m_simulation.setRates(static_cast<std::uint32_t>(p), m_rates[p]));
        }
        for (std::size_t p = 0; p < m_next.size(); ++p)
            for (const Spike& spike : m_presentation.spikes[p])
                if (p >= m_rates.size() || spike.neuron >= m_rates[p].size())
                    return makeError(ErrorKind::BadInput, "a spike of the presentation is of no Poisson source",
                                     "spikes[" + std::to_string(p) + ']', "Name neurons of Poisson populations.");
        return {};
    }
    /// Runs one tick.
    Result<void> run(std::uint32_t tick, SpikesByPopulation& out)
    {
        std::vector<std::size_t> firing;
        for (std::size_t p = 0; p < m_next.size(); ++p) {
            const std::vector<Spike>& list = m_presentation.spikes[p];
            const std::size_t first = m_next[p];
            for (; m_next[p] < list.size() && list[m_next[p]].tick == tick; ++m_next[p])
                m_rates[p][list[m_next[p]].neuron] = m_highest;
            if (m_next[p] == first)
                continue;
            firing.push_back(p);
            BNOF_TRY(m_simulation.setRates(static_cast<std::uint32_t>(p), m_rates[p]));
        }
        m_simulation.run(1, out);
        for (const std::size_t p : firing) {
            std::fill(m_rates[p].begin(), m_rates[p].end(), 0.0F);
            BNOF_TRY(m_simulation.setRates(static_cast<std::uint32_t>(p), m_rates[p]));
        }
        return {};
    }

private:
    Simulation& m_simulation;
    const Presentation& m_presentation;
    std::vector<std::size_t> m_next;
    std::vector<std::vector<float>> m_rates;
    float m_highest = 0;
};

} // namespace

Result<SpikesByPopulation> simulatePresentation(Simulation& simulation, const Presentation& presentation)
{
    simulation.reset();
    SourcePlayer player(simulation, presentation);
    BNOF_TRY(player.silence());
    SpikesByPopulation out;
    auto change = presentation.drives.begin();
    for (std::uint32_t tick = 0; tick < presentation.ticks; ++tick) {
        for (; change != presentation.drives.end() && change->tick == tick; ++change)
            BNOF_TRY(simulation.setDrive(change->population, change->driveMv));
        BNOF_TRY(player.run(tick, out));
    }
    // A source at its highest rate is silent with a probability of up to 2^-24 a tick, where the tick does not divide
    // a second: rather no result than one of another input.
    for (std::size_t p = 0; p < presentation.spikes.size(); ++p)
        if (out[p] != presentation.spikes[p] && !presentation.spikes[p].empty())
            return makeError(ErrorKind::Internal, "a source left out a spike of the presentation",
                             "spikes[" + std::to_string(p) + ']', "Give the network another seed.");
    return out;
}

} // namespace bnof::snn
