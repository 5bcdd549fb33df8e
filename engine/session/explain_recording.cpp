// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/explain_recording.h"

#include <algorithm>

#include "engine/recording/reader.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/session/recognition.h"

namespace bnof::session {
namespace {

constexpr double playedShare = 0.3; ///< of the progress

Error cancelled()
{
    return makeError(ErrorKind::Cancelled, "the explanation was cancelled", "explanation");
}

/// The time of the surest recorded decision that names a gas other than the background; INT64_MAX: there is none.
Timestamp surestDecision(recording::Reader& reader, int background)
{
    Timestamp out = INT64_MAX;
    float most = 0;
    for (recording::Item item; reader.next(item);) {
        const auto* made = std::get_if<recording::DecisionItem>(&item);
        if (!made || made->decision.gas < 0 || made->decision.gas == background)
            continue;
        const float p = made->decision.probabilities[static_cast<std::size_t>(made->decision.gas)];
        if (p > most) {
            most = p;
            out = made->decision.t;
        }
    }
    reader.rewind();
    return out;
}

/// Plays the recording through the recogniser until the first frame behind `at`; `recorded` gets the decision that
/// was recorded last up to there.
Result<void> play(recording::Reader& reader, Recognition& recognition, Timestamp at, bool ownModel,
                  std::optional<Decision>& recorded, const std::function<bool(double)>& progress)
{
    const auto& metadata = reader.metadata();
    const std::uint32_t wanted = metadata.recognisedSource;
    sensing::RecordedMask mask(wanted, metadata.sources[wanted].channels.size());
    std::uint64_t items = 0;
    bool past = false;
    for (recording::Item item; reader.next(item);) {
        if (progress && ++items % 1024 == 0 && !progress(playedShare * reader.position()))
            return cancelled();
        if (const auto* event = std::get_if<StreamEvent>(&item)) {
            mask.event(*event);
        } else if (const auto* made = std::get_if<recording::DecisionItem>(&item)) {
            if (made->decision.t <= at)
                recorded = made->decision;
        } else if (const auto* frame = std::get_if<recording::FrameItem>(&item); frame && frame->source == wanted) {
            const auto& now = mask.next();
            if (past)
                break; // what that frame brought has been read
            if (ownModel && !frame->recognised)
                continue;
            BNOF_TRY(recognition.process({frame->t, frame->values, frame->deviceSeconds}, now));
            past = frame->t > at;
        }
    }
    return {};
}

} // namespace

Result<ExplainedRecording> explainRecording(const std::string& path, const std::vector<std::uint8_t>& otherModel,
                                            const olfaction::ExplanationOptions& options,
                                            const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
    const auto& metadata = reader->metadata();
    std::vector<std::uint8_t> model = reader->modelBytes();
    const bool ownModel = otherModel.empty() || otherModel == model;
    if (!ownModel)
        model = otherModel;
    if (model.empty())
        return makeError(ErrorKind::BadInput, "the recording was made without a recogniser", path,
                         "Name a model to ask: --model FILE, or default.");
    if (metadata.recognisedSource >= metadata.sources.size())
        return makeError(ErrorKind::BadInput, "the recording has no source for the recogniser", path);
    olfaction::RecogniserOptions recogniser;
    recogniser.backEnd = "vector";
    if (ownModel) { // the precision belongs to the result
        const std::string& precision = metadata.configuration["recognition.precision"].toString();
        recogniser.precision = precision.empty() ? "model" : precision;
        recogniser.precisionLimit = metadata.configuration["recognition.precision_limit"].toDouble(99) / 100;
    }
    BNOF_TRY_ASSIGN(const auto recognition, Recognition::create(model, recogniser));
    if (const auto state = reader->recogniserState(); ownModel && !state.empty())
        BNOF_TRY(recognition->loadState(state));
    BNOF_TRY(recognition->setChannels(metadata.sources[metadata.recognisedSource].channels));
    olfaction::ExplanationOptions chosen = options;
    if (chosen.at == INT64_MAX && ownModel)
        chosen.at = surestDecision(*reader, recognition->info().background);
    std::optional<Decision> recorded;
    BNOF_TRY(play(*reader, *recognition, chosen.at, ownModel, recorded, progress));
    ExplainedRecording out;
    out.span = recognition->presented();
    out.channels = recognition->info().channels;
    out.gases = recognition->info().gases;
    out.modelName = recognition->info().modelName;
    out.recogniserKind = recognition->info().kind;
    BNOF_TRY_ASSIGN(out.explanation, olfaction::explain(model, out.span, chosen, [&progress](double share) {
                        return !progress || progress(playedShare + (1 - playedShare) * share);
                    }));
    if (ownModel)
        out.asRecorded = recorded && *recorded == out.explanation.decision;
    return out;
}

} // namespace bnof::session
