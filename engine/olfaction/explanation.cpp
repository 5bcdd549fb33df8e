// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/explanation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::olfaction {
namespace {

constexpr Timestamp partLength = 30 * nanosecondsPerSecond;
constexpr std::size_t partsKept = 4; ///< the newest may have just begun: three are at least a minute
constexpr std::size_t partValues = 1'000'000;
constexpr Timestamp evidenceBin = nanosecondsPerSecond / 50;

double answerOf(const Decision& decision, int gas)
{
    if (gas < 0)
        return decision.novelty;
    return decision.probabilities[static_cast<std::size_t>(gas)];
}

/// A channel that stands still from `from` to `to`.
struct Stillness {
    Timestamp from = 0;
    Timestamp to = 0;
};

/// The span with movements taken away.
class Occluder {
public:
    explicit Occluder(const PresentedSpan& span) : m_span(span)
    {
        // A missing value counts as the last good one, before the first of them as that.
        m_good = span.values;
        for (std::size_t c = 0; c < span.channels; ++c) {
            float last = std::numeric_limits<float>::quiet_NaN();
            for (std::size_t i = 0; i < span.frames() && !std::isfinite(last); ++i)
                last = span.values[i * span.channels + c];
            for (std::size_t i = 0; i < span.frames(); ++i) {
                float& value = m_good[i * span.channels + c];
                if (std::isfinite(value))
                    last = value;
                value = last;
            }
        }
    }

    [[nodiscard]] float reference(std::size_t channel, Timestamp t) const
    {
        const auto after = std::upper_bound(m_span.times.begin(), m_span.times.end(), t);
        const auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - m_span.times.begin() - 1, 0));
        return m_good[i * m_span.channels + channel];
    }

    [[nodiscard]] float value(std::size_t frame, std::size_t channel, const Stillness& still, float atFrom,
                              float atTo) const
    {
        const float value = m_span.values[frame * m_span.channels + channel];
        const Timestamp t = m_span.times[frame];
        if (t < still.from || !std::isfinite(value))
            return value;
        return t < still.to ? atFrom : value - (atTo - atFrom);
    }

private:
    const PresentedSpan& m_span;
    std::vector<float> m_good;
};

/// Shows frames [first, ...) until the decision at `t` falls; `change` may alter the values of a frame.
template <typename Change>
Result<Decision> decisionAt(Recogniser& recogniser, const PresentedSpan& span, std::size_t first, Timestamp t,
                            const Change& change, RecogniserOutput& output)
{
    std::vector<float> values(span.channels);
    for (std::size_t i = first; i < span.frames(); ++i) {
        SensorFrame frame = span.frame(i);
        std::copy(frame.values.begin(), frame.values.end(), values.begin());
        change(i, values);
        frame.values = values;
        BNOF_TRY(recogniser.process(frame, output));
        for (const Decision& decision : output.decisions) {
            if (decision.t >= t)
                return decision;
        }
        output.decisions.clear();
    }
    return makeError(ErrorKind::BadInput, "the decision does not fall again", "explanation");
}

Result<std::unique_ptr<Recogniser>> recogniserFor(std::span<const std::uint8_t> modelBytes, const PresentedSpan& span)
{
    RecogniserOptions options = span.recogniser;
    options.backEnd = "vector"; // every back end gives the same decisions; this one needs no measuring
    options.threads = 1;
    BNOF_TRY_ASSIGN(auto recogniser, makeRecogniser(modelBytes, options));
    if (recogniser->info().channels.size() != span.channels)
        return makeError(ErrorKind::BadInput,
                         "the frames have " + std::to_string(span.channels) + " channels, the model " +
                             std::to_string(recogniser->info().channels.size()),
                         "explanation");
    return recogniser;
}

Result<void> begin(Recogniser& recogniser, const std::vector<std::uint8_t>& state)
{
    recogniser.reset();
    return state.empty() ? Result<void>() : recogniser.loadState(state);
}

/// Where an occlusion can begin.
struct Start {
    std::size_t frame = 0; ///< the first to be shown
    std::vector<std::uint8_t> state;
};

/// The decision to explain, and everything that the occlusions begin with.
struct Course {
    Decision decision;
    std::vector<Timestamp> edges;
    std::vector<Start> starts; ///< one an edge but for the last: nothing before it differs
};

Result<Course> courseOf(Recogniser& recogniser, const PresentedSpan& span, const ExplanationOptions& options)
{
    Course course;
    RecogniserOutput output;
    output.spikes.resize(recogniser.info().layers.size());
    BNOF_TRY(begin(recogniser, span.stateBefore));
    bool found = false;
    for (std::size_t i = 0; i < span.frames(); ++i) {
        BNOF_TRY(recogniser.process(span.frame(i), output));
        for (const Decision& decision : output.decisions) {
            if (decision.t <= options.at) {
                course.decision = decision;
                found = true;
            }
        }
        output.clear();
        if (span.times[i] > options.at)
            break;
    }
    if (!found)
        return makeError(ErrorKind::BadInput, "there is no decision up to that time", "explanation",
                         "Choose a time at which the recogniser was running.");
    const auto seconds = [](double s) { return static_cast<Timestamp>(s * static_cast<double>(nanosecondsPerSecond)); };
    const Timestamp t = course.decision.t;
    // The rise of a sensor begins before anything recognises it.
    const Timestamp lead = course.decision.onset < 0 ? seconds(options.quietSeconds)
                                                     : t - course.decision.onset + seconds(options.quietSeconds / 5);
    const Timestamp from = std::max(t - std::min(lead, seconds(options.longestSeconds)), span.times.front());
    for (unsigned s = 0; s <= options.segments; ++s)
        course.edges.push_back(from + (t - from) * s / options.segments);
    BNOF_TRY(begin(recogniser, span.stateBefore));
    std::size_t i = 0;
    for (unsigned s = 0; s < options.segments; ++s) {
        for (; i < span.frames() && span.times[i] < course.edges[s]; ++i) {
            BNOF_TRY(recogniser.process(span.frame(i), output));
            output.clear();
        }
        // A recogniser that has seen nothing has no state to go on from.
        course.starts.push_back({i, i == 0 ? span.stateBefore : recogniser.saveState()});
    }
    return course;
}

int rivalOf(const Decision& decision)
{
    int rival = -1;
    for (std::size_t g = 0; g < decision.probabilities.size(); ++g) {
        if (static_cast<int>(g) != decision.gas && decision.probabilities[g] > 0 &&
            (rival < 0 || decision.probabilities[g] > decision.probabilities[static_cast<std::size_t>(rival)]))
            rival = static_cast<int>(g);
    }
    return rival;
}

/// The spikes of the decision's window, weighed with the readout: what each bin of time said.
Result<std::vector<SpikeEvidence>> evidenceOf(const Model& model, Recogniser& recogniser, const PresentedSpan& span,
                                              const Course& course, int rival)
{
    std::vector<SpikeEvidence> out;
    const SpikingPart& part = model.spiking;
    if (model.kind != "spiking" || part.readout.empty() || course.decision.gas < 0)
        return out;
    RecogniserOutput output;
    output.spikes.resize(recogniser.info().layers.size());
    BNOF_TRY(begin(recogniser, course.starts.front().state));
    BNOF_TRY(decisionAt(
        recogniser, span, course.starts.front().frame, course.decision.t, [](std::size_t, auto&) {}, output));
    const auto window = static_cast<Timestamp>(part.windowIntervals * model.decisionIntervalSeconds *
                                               static_cast<double>(nanosecondsPerSecond));
    const Timestamp start = course.decision.t - window;
    out.resize(static_cast<std::size_t>((window + evidenceBin - 1) / evidenceBin));
    for (std::size_t b = 0; b < out.size(); ++b)
        out[b].t = start + static_cast<Timestamp>(b) * evidenceBin;
    const std::size_t direct = part.network.populations[ProjectionNeurons].size;
    const std::size_t sources = direct + part.network.populations[KenyonCells].size;
    const auto tickLength = static_cast<Timestamp>(recogniser.info().tickMs * 1e6);
    const auto weight = [&](int gas, std::size_t source) {
        return gas < 0 ? 0.0 : part.readout[static_cast<std::size_t>(gas) * sources + source] * part.readoutUnitMv;
    };
    for (const std::uint32_t layer : {std::uint32_t{ProjectionNeurons}, std::uint32_t{KenyonCells}}) {
        for (const Spike& spike : output.spikes[layer]) {
            const Timestamp t = output.tickZero + static_cast<Timestamp>(spike.tick) * tickLength;
            if (t < start || t >= course.decision.t)
                continue;
            SpikeEvidence& bin = out[static_cast<std::size_t>((t - start) / evidenceBin)];
            const std::size_t source = spike.neuron + (layer == KenyonCells ? direct : 0);
            const double said = weight(course.decision.gas, source) - weight(rival, source);
            (layer == KenyonCells ? bin.learned : bin.direct) += said;
            ++bin.spikes;
        }
    }
    return out;
}

/// One way to show the span: these channels stand still at that time.
struct Task {
    const Start* start = nullptr;
    std::vector<std::size_t> channels;
    Stillness still;
    double* answer = nullptr;
};

Result<void> runTasks(std::span<const std::uint8_t> modelBytes, const PresentedSpan& span, const Course& course,
                      const std::vector<Task>& tasks, unsigned threads, const std::function<bool(double)>& progress)
{
    const Occluder occluder(span);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::optional<Error> problem;
    std::size_t done = 0;
    const auto one = [&](Recogniser& recogniser, const Task& task) -> Result<void> {
        RecogniserOutput output;
        output.spikes.resize(recogniser.info().layers.size());
        BNOF_TRY(begin(recogniser, task.start->state));
        std::vector<std::pair<float, float>> ends;
        for (const std::size_t c : task.channels)
            ends.emplace_back(occluder.reference(c, task.still.from), occluder.reference(c, task.still.to));
        const auto change = [&](std::size_t frame, std::vector<float>& values) {
            for (std::size_t k = 0; k < task.channels.size(); ++k)
                values[task.channels[k]] =
                    occluder.value(frame, task.channels[k], task.still, ends[k].first, ends[k].second);
        };
        BNOF_TRY_ASSIGN(const Decision decision,
                        decisionAt(recogniser, span, task.start->frame, course.decision.t, change, output));
        *task.answer = answerOf(decision, course.decision.gas);
        return {};
    };
    const auto work = [&] {
        auto recogniser = recogniserFor(modelBytes, span);
        std::optional<Error> failed = recogniser.ok() ? std::nullopt : std::optional(recogniser.error());
        while (!failed && !stop) {
            const std::size_t i = next++;
            if (i >= tasks.size())
                break;
            if (const auto result = one(**recogniser, tasks[i]); !result.ok())
                failed = result.error();
            const std::scoped_lock lock(mutex);
            ++done;
            if (progress && !progress(static_cast<double>(done) / static_cast<double>(tasks.size())))
                failed = makeError(ErrorKind::Cancelled, "the explanation was cancelled", "explanation");
        }
        if (failed) {
            const std::scoped_lock lock(mutex);
            problem = problem ? problem : failed;
            stop = true;
        }
    };
    std::vector<std::thread> helpers;
    for (unsigned i = 1; i < threads; ++i)
        helpers.emplace_back(work);
    work();
    for (std::thread& helper : helpers)
        helper.join();
    if (problem)
        return *problem;
    return {};
}

} // namespace

void PresentedSpan::add(const SensorFrame& shown)
{
    channels = shown.values.size();
    times.push_back(shown.t);
    deviceSeconds.push_back(shown.deviceSeconds);
    values.insert(values.end(), shown.values.begin(), shown.values.end());
    if (shown.masked.empty())
        masked.resize(values.size(), 0);
    else
        masked.insert(masked.end(), shown.masked.begin(), shown.masked.end());
}

SensorFrame PresentedSpan::frame(std::size_t i) const
{
    return {times[i], std::span(values).subspan(i * channels, channels), deviceSeconds[i],
            std::span(masked).subspan(i * channels, channels)};
}

void PresentedHistory::add(const SensorFrame& frame, const std::function<std::vector<std::uint8_t>()>& state)
{
    if (m_parts.empty() || m_parts.back().values.size() >= partValues ||
        frame.t - m_parts.back().times.front() >= partLength) {
        if (m_parts.size() >= partsKept)
            m_parts.erase(m_parts.begin());
        m_parts.emplace_back().stateBefore = state();
    }
    m_parts.back().add(frame);
}

PresentedSpan PresentedHistory::span() const
{
    PresentedSpan out;
    for (const PresentedSpan& part : m_parts) {
        if (out.times.empty())
            out.stateBefore = part.stateBefore;
        out.channels = part.channels;
        out.times.insert(out.times.end(), part.times.begin(), part.times.end());
        out.deviceSeconds.insert(out.deviceSeconds.end(), part.deviceSeconds.begin(), part.deviceSeconds.end());
        out.values.insert(out.values.end(), part.values.begin(), part.values.end());
        out.masked.insert(out.masked.end(), part.masked.begin(), part.masked.end());
    }
    return out;
}

double Explanation::answer() const
{
    return answerOf(decision, decision.gas);
}

Result<Explanation> explain(std::span<const std::uint8_t> modelBytes, const PresentedSpan& span,
                            const ExplanationOptions& options, const std::function<bool(double)>& progress)
{
    if (options.segments < 1 || options.segments > 64)
        return makeError(ErrorKind::Usage, "there must be between 1 and 64 segments", "explanation");
    if (span.frames() == 0)
        return makeError(ErrorKind::BadInput, "there are no frames", "explanation",
                         "Choose a time at which the recogniser was running.");
    BNOF_TRY_ASSIGN(const Model model, modelFromBytes(modelBytes));
    BNOF_TRY_ASSIGN(const auto recogniser, recogniserFor(modelBytes, span));
    BNOF_TRY_ASSIGN(const Course course, courseOf(*recogniser, span, options));
    Explanation out;
    out.decision = course.decision;
    out.rival = rivalOf(out.decision);
    out.channels = span.channels;
    out.edges = course.edges;
    BNOF_TRY_ASSIGN(out.evidence, evidenceOf(model, *recogniser, span, course, out.rival));

    std::vector<std::size_t> all(span.channels);
    for (std::size_t c = 0; c < span.channels; ++c)
        all[c] = c;
    const Stillness throughout{course.edges.front(), INT64_MAX};
    const Start* first = &course.starts.front();
    out.importance.resize(span.channels * options.segments);
    out.without.resize(span.channels);
    out.alone.resize(span.channels);
    std::vector<Task> tasks;
    for (std::size_t c = 0; c < span.channels; ++c) {
        for (unsigned s = 0; s < options.segments; ++s)
            tasks.push_back(
                {&course.starts[s], {c}, {out.edges[s], out.edges[s + 1]}, &out.importance[c * options.segments + s]});
        tasks.push_back({first, {c}, throughout, &out.without[c]});
        std::vector<std::size_t> others = all;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(c));
        tasks.push_back({first, std::move(others), throughout, &out.alone[c]});
    }
    tasks.push_back({first, all, throughout, &out.still});
    const unsigned threads = options.threads ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    BNOF_TRY(runTasks(modelBytes, span, course, tasks, threads, progress));
    const double answer = out.answer();
    for (std::vector<double>* probabilities : {&out.importance, &out.without}) {
        for (double& p : *probabilities)
            p = answer - p;
    }
    return out;
}

} // namespace bnof::olfaction
