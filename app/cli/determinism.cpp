// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/determinism.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/base/time.h"
#include "engine/recording/reader.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/session/recognition.h"
#include "engine/snn/simulation.h"

namespace bnof::cli {
namespace {

/// The relay's states are saved at multiples of this many ticks, so at odd and even ones; it is no multiple of the
/// blocks that back ends work in.
constexpr std::uint32_t relayTicks = 997;
/// Frames after which the relay goes to the next back end.
constexpr std::uint64_t relayFrames = 101;

struct BackEndChoice {
    std::string name; ///< for people and machines: "vector-avx2", "parallel, 2 threads"
    olfaction::RecogniserOptions options;
};

/// Every way this machine can run a network; the reference comes first.
std::vector<BackEndChoice> backEndsOfThisMachine()
{
    std::vector<BackEndChoice> all{{"reference", {.backEnd = "reference"}}};
    for (const std::string& name : snn::availableBackEnds()) {
        if (name == "parallel")
            for (const unsigned threads : {2U, 3U})
                all.push_back(
                    {name + ", " + std::to_string(threads) + " threads", {.backEnd = name, .threads = threads}});
        else if (name != "reference")
            all.push_back({name, {.backEnd = name}});
    }
    return all;
}

/// What one run gave.
struct Outcome {
    std::string name;
    std::string spikesHash;
    std::string decisionsHash;
    std::string stateHash; ///< of everything that the future depends on
    std::uint64_t frames = 0;
    std::uint64_t spikes = 0;
    double seconds = 0;

    [[nodiscard]] bool equals(const Outcome& other) const
    {
        return spikesHash == other.spikesHash && decisionsHash == other.decisionsHash && stateHash == other.stateHash;
    }
};

/// Runs the model over the recording again and again.
class Comparison {
public:
    Comparison(std::vector<std::uint8_t> model, std::unique_ptr<recording::Reader> reader)
        : m_model(std::move(model)), m_reader(std::move(reader)), m_ownModel(m_model == m_reader->modelBytes())
    {}

    [[nodiscard]] bool ownModel() const { return m_ownModel; }
    /// On one back end, or in turn on several: each goes on from the saved state of the one before.
    Result<Outcome> run(const std::string& name, const std::vector<BackEndChoice>& turns);
    /// Of the spikes in the recording.
    [[nodiscard]] std::string recordedSpikesHash();

private:
    using Recognition = std::unique_ptr<session::Recognition>;
    Result<Recognition> begin(const BackEndChoice& choice) const;

    std::vector<std::uint8_t> m_model;
    std::unique_ptr<recording::Reader> m_reader;
    bool m_ownModel; ///< the recording was made with it: start from its state, skip what it did not see
};

Result<Comparison::Recognition> Comparison::begin(const BackEndChoice& choice) const
{
    BNOF_TRY_ASSIGN(Recognition recognition, session::Recognition::create(m_model, choice.options));
    if (recognition->info().layers.empty())
        return makeError(ErrorKind::BadInput,
                         "the model \"" + recognition->info().modelName + "\" has no spiking network", "model",
                         "Only spiking networks run on different back ends.");
    const auto& metadata = m_reader->metadata();
    if (metadata.recognisedSource >= metadata.sources.size())
        return makeError(ErrorKind::BadInput, "the recording has no frames of a device", m_reader->path());
    BNOF_TRY(recognition->setChannels(metadata.sources[metadata.recognisedSource].channels));
    if (const auto state = m_reader->recogniserState(); m_ownModel && !state.empty())
        BNOF_TRY(recognition->loadState(state));
    return recognition;
}

Result<Outcome> Comparison::run(const std::string& name, const std::vector<BackEndChoice>& turns)
{
    std::vector<Recognition> runners;
    for (const BackEndChoice& choice : turns) {
        BNOF_TRY_ASSIGN(Recognition runner, begin(choice));
        runners.push_back(std::move(runner));
    }
    recording::StreamHasher hasher(runners[0]->info().layers.size());
    Outcome outcome;
    outcome.name = name;
    std::size_t turn = 0;
    const std::int64_t start = monotonicNow();
    m_reader->rewind();
    const auto& described = m_reader->metadata();
    const std::uint32_t source = described.recognisedSource;
    sensing::RecordedMask masks(source,
                                source < described.sources.size() ? described.sources[source].channels.size() : 0);
    for (recording::Item item; m_reader->next(item);) {
        if (const auto* event = std::get_if<StreamEvent>(&item))
            masks.event(*event);
        const auto* frame = std::get_if<recording::FrameItem>(&item);
        if (frame == nullptr || frame->source != source)
            continue;
        const auto& mask = masks.next();
        if (m_ownModel && !frame->recognised)
            continue;
        if (runners.size() > 1 && outcome.frames > 0 && outcome.frames % relayFrames == 0) {
            const std::vector<std::uint8_t> state = runners[turn]->saveState();
            turn = (turn + 1) % runners.size();
            BNOF_TRY(runners[turn]->loadState(state));
        }
        BNOF_TRY(runners[turn]->process({frame->t, frame->values, frame->deviceSeconds}, mask));
        const auto& output = runners[turn]->output();
        for (std::size_t layer = 0; layer < output.spikes.size(); ++layer)
            hasher.spikes(layer, output.spikes[layer]);
        for (const Decision& decision : output.decisions)
            hasher.decision(decision);
        if (++outcome.frames % 256 == 0) {
            showProgress(name + ", " + std::to_string(static_cast<int>(m_reader->position() * 100)) + " %");
            if (interrupted())
                return makeError(ErrorKind::Cancelled, "the comparison was stopped", m_reader->path());
        }
    }
    outcome.seconds = toSeconds(monotonicNow() - start);
    outcome.spikesHash = hasher.spikesHash();
    outcome.decisionsHash = hasher.decisionsHash();
    outcome.spikes = hasher.spikeCount();
    outcome.stateHash = sha256Hex(runners[turn]->saveState());
    return outcome;
}

std::string Comparison::recordedSpikesHash()
{
    recording::StreamHasher hasher(m_reader->metadata().layers.size());
    m_reader->rewind();
    for (recording::Item item; m_reader->next(item);)
        if (const auto* spikes = std::get_if<recording::SpikesItem>(&item))
            hasher.spikes(spikes->layer, spikes->spikes);
    return hasher.spikesHash();
}

Json lineOf(const Outcome& outcome, bool equal)
{
    return Json::object()
        .set("back_end", outcome.name)
        .set("spikes_hash", outcome.spikesHash)
        .set("decisions_hash", outcome.decisionsHash)
        .set("state_hash", outcome.stateHash)
        .set("seconds", outcome.seconds)
        .set("equal", equal);
}

Result<std::vector<Outcome>> compareAll(Comparison& comparison, bool json)
{
    const std::vector<BackEndChoice> choices = backEndsOfThisMachine();
    std::vector<Outcome> outcomes;
    const auto add = [&](Outcome outcome) {
        showProgress({});
        const bool equal = outcomes.empty() || outcome.equals(outcomes.front());
        if (json)
            printLine(lineOf(outcome, equal));
        else
            printLine((equal ? "equal    " : "DIFFERS  ") + outcome.name + "\n  spikes    " + outcome.spikesHash +
                      "\n  decisions " + outcome.decisionsHash + "\n  state     " + outcome.stateHash);
        outcomes.push_back(std::move(outcome));
    };
    for (const BackEndChoice& choice : choices) {
        BNOF_TRY_ASSIGN(Outcome outcome, comparison.run(choice.name, {choice}));
        add(std::move(outcome));
    }
    std::vector<BackEndChoice> relay = choices;
    for (BackEndChoice& choice : relay)
        choice.options.saveEveryTicks = relayTicks;
    BNOF_TRY_ASSIGN(Outcome outcome, comparison.run("in turns, from saved states", relay));
    add(std::move(outcome));
    return outcomes;
}

} // namespace

int runDeterminism(const Invocation& invocation)
{
    if (invocation.arguments.size() != 2)
        return fail(makeError(ErrorKind::Usage, "a model and a recording are needed", "bnof verify --determinism",
                              "Write  bnof verify --determinism MODEL RECORDING  (the model may be \"default\")."));
    auto model = loadModel(invocation.argument(0));
    if (!model.ok())
        return fail(model.error());
    auto reader = recording::Reader::open(invocation.argument(1));
    if (!reader.ok())
        return fail(reader.error());
    Comparison comparison(std::move(*model), std::move(*reader));
    const auto outcomes = compareAll(comparison, invocation.json);
    if (!outcomes.ok())
        return fail(outcomes.error());
    const Outcome& reference = outcomes->front();
    const auto different =
        std::count_if(outcomes->begin(), outcomes->end(), [&](const Outcome& o) { return !o.equals(reference); });
    const bool recorded = !comparison.ownModel() || comparison.recordedSpikesHash() == reference.spikesHash;
    if (invocation.json) {
        printLine(Json::object()
                      .set("runs", outcomes->size())
                      .set("different", static_cast<std::uint64_t>(different))
                      .set("frames", reference.frames)
                      .set("spikes", reference.spikes)
                      .set("recorded_spikes_match", comparison.ownModel() ? Json(recorded) : Json())
                      .set("match", different == 0 && recorded));
    } else {
        printLine(
            std::to_string(reference.frames) + " frames, " + std::to_string(reference.spikes) + " spikes, " +
            std::to_string(outcomes->size()) + " runs: " +
            (different == 0 ? "every bit is the same" : std::to_string(different) + " differ from the reference"));
        if (!recorded)
            printLine("the spikes in the recording are not those of this model here");
    }
    return different == 0 && recorded ? Ok : FailedCheck;
}

} // namespace bnof::cli
