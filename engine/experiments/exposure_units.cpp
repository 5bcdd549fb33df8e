// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/exposure_units.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include "engine/base/time.h"
#include "engine/olfaction/dataset_health.h"

namespace bnof::experiments {
namespace {

/// Sensors may still show the gas for so long, as ReactionMeter has it.
constexpr double recoverySeconds = 30;

/// One recogniser going through one recording.
class Showing {
public:
    Showing(olfaction::Recogniser& recogniser, const olfaction::Dataset& data, std::size_t recording,
            const std::vector<int>& gasOf, std::atomic<std::uint64_t>* frames)
        : m_recogniser(recogniser), m_data(data), m_recording(data.recordings[recording]), m_gasOf(gasOf),
          m_frames(frames)
    {
        m_recogniser.reset();
    }

    UnitAnswer answer(const ExposureUnit& unit)
    {
        UnitAnswer out;
        AnswerTally tally(m_data.labels.size());
        while (m_failure.empty() && m_frame < unit.from) {
            const bool clean = m_recording.labels[m_frame] == m_data.background && m_data.background >= 0;
            m_cleanSince = clean ? m_cleanSince : seconds(m_frame);
            show(nullptr, 0, &out, clean && (m_cleanSince == 0 || seconds(m_frame) - m_cleanSince > recoverySeconds));
        }
        UnitAnswer before;
        std::swap(before, out);
        out.falseAlarms = before.falseAlarms;
        out.notNumbers = before.notNumbers;
        const double begin = seconds(unit.from);
        while (m_failure.empty() && m_frame < unit.to)
            show(&tally, begin, &out, false);
        m_cleanSince = seconds(m_frame > 0 ? m_frame - 1 : 0);
        out.said = tally.winner();
        out.decisions = tally.decisions();
        out.failure = m_failure;
        out.missing = out.decisions == 0 || !m_failure.empty();
        if (out.notNumbers > 0 && out.failure.empty())
            out.failure = std::to_string(out.notNumbers) + " decisions with a probability that is no number";
        if (out.missing)
            out.said = -1;
        return out;
    }

private:
    [[nodiscard]] double seconds(std::size_t frame) const
    {
        return toSeconds(m_recording.times[frame] - m_recording.times.front());
    }

    void show(AnswerTally* tally, double begin, UnitAnswer* out, bool clean)
    {
        const std::size_t channels = m_data.channels.size();
        m_output.clear();
        const std::int64_t before = threadCpuNow();
        const auto done = processGuarded(
            m_recogniser, {m_recording.times[m_frame], {m_recording.values.data() + m_frame * channels, channels}},
            m_output);
        const double cpu = toSeconds(threadCpuNow() - before);
        if (!done.ok())
            m_failure = done.error().message();
        out->cpuSeconds += cpu;
        for (const auto& layer : m_output.spikes)
            out->spikes += layer.size();
        if (!m_output.decisions.empty())
            out->latencySeconds = std::max(out->latencySeconds, cpu);
        for (const Decision& decision : m_output.decisions) {
            const double t = toSeconds(decision.t - m_recording.times.front());
            const bool number = allNumbers(decision);
            out->notNumbers += number ? 0 : 1;
            const int said = number && decision.gas >= 0 && static_cast<std::size_t>(decision.gas) < m_gasOf.size()
                                 ? m_gasOf[static_cast<std::size_t>(decision.gas)]
                                 : -1;
            if (tally && t - begin >= firstAnswerSeconds)
                tally->add(said);
            const bool gas = said >= 0 && said != m_data.background;
            out->falseAlarms += clean && gas && !m_saidGas ? 1 : 0;
            m_saidGas = gas;
        }
        ++m_frame;
        if (m_frames)
            m_frames->fetch_add(1, std::memory_order_relaxed);
    }

    olfaction::Recogniser& m_recogniser;
    const olfaction::Dataset& m_data;
    const olfaction::LabelledRecording& m_recording;
    const std::vector<int>& m_gasOf;
    olfaction::RecogniserOutput m_output;
    std::atomic<std::uint64_t>* m_frames;
    std::size_t m_frame = 0;
    double m_cleanSince = 0; ///< seconds of the last frame that was not clean air; 0: there was none
    bool m_saidGas = false;
    std::string m_failure; ///< nothing is shown after a failure
};

} // namespace

bool allNumbers(const Decision& decision)
{
    return std::all_of(decision.probabilities.begin(), decision.probabilities.end(),
                       [](float p) { return std::isfinite(p); });
}

void AnswerTally::add(int label)
{
    ++m_decisions;
    if (label < 0 || static_cast<std::size_t>(label) >= m_counts.size())
        return;
    ++m_counts[static_cast<std::size_t>(label)];
    m_last[static_cast<std::size_t>(label)] = m_decisions;
}

int AnswerTally::winner() const
{
    int best = -1;
    for (std::size_t c = 0; c < m_counts.size(); ++c) {
        const auto b = static_cast<std::size_t>(std::max(best, 0));
        if (m_counts[c] > 0 &&
            (best < 0 || m_counts[c] > m_counts[b] || (m_counts[c] == m_counts[b] && m_last[c] > m_last[b])))
            best = static_cast<int>(c);
    }
    return best;
}

Result<void> processGuarded(olfaction::Recogniser& recogniser, const SensorFrame& frame,
                            olfaction::RecogniserOutput& output)
{
    try {
        return recogniser.process(frame, output);
    } catch (const std::exception& thrown) {
        return makeError(ErrorKind::Internal, std::string("it threw: ") + thrown.what(), recogniser.info().modelName,
                         "Report this to who made the recogniser.");
    } catch (...) {
        return makeError(ErrorKind::Internal, "it threw something that says nothing", recogniser.info().modelName,
                         "Report this to who made the recogniser.");
    }
}

std::vector<ExposureUnit> exposureUnitsOf(const olfaction::Dataset& data)
{
    const std::vector<std::string> groups = data.groups();
    std::vector<ExposureUnit> out;
    std::size_t recording = data.recordings.size();
    std::size_t number = 0;
    for (const olfaction::LabelledStretch& stretch : olfaction::stretchesOf(data)) {
        if (stretch.recording != recording)
            number = 0;
        recording = stretch.recording;
        if (stretch.label < 0 || stretch.label == data.background)
            continue;
        const olfaction::LabelledRecording& of = data.recordings[recording];
        ExposureUnit unit;
        unit.id = of.name + '#' + std::to_string(++number);
        unit.recording = recording;
        unit.from = stretch.from;
        unit.to = stretch.to;
        unit.group = static_cast<int>(std::find(groups.begin(), groups.end(), of.group) - groups.begin());
        unit.label = stretch.label;
        out.push_back(std::move(unit));
    }
    return out;
}

Result<std::vector<UnitAnswer>> answerUnits(olfaction::Recogniser& recogniser, const olfaction::Dataset& data,
                                            const std::vector<ExposureUnit>& units, const std::vector<int>& gasOf,
                                            const std::function<bool(std::size_t unit, const UnitAnswer&)>& told,
                                            std::atomic<std::uint64_t>* frames)
{
    std::vector<UnitAnswer> out;
    for (std::size_t i = 0; i < units.size();) {
        Showing showing(recogniser, data, units[i].recording, gasOf, frames);
        const std::size_t recording = units[i].recording;
        for (; i < units.size() && units[i].recording == recording; ++i) {
            out.push_back(showing.answer(units[i]));
            if (told && !told(i, out.back()))
                return makeError(ErrorKind::Cancelled, "the comparison was stopped", units[i].id);
        }
    }
    return out;
}

std::vector<int> labelsOfGases(const olfaction::RecogniserInfo& info, const olfaction::Dataset& data)
{
    std::vector<int> out;
    for (const std::string& gas : info.gases) {
        const auto found = std::find(data.labels.begin(), data.labels.end(), gas);
        out.push_back(found == data.labels.end() ? -1 : static_cast<int>(found - data.labels.begin()));
    }
    return out;
}

} // namespace bnof::experiments
