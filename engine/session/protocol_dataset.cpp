// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_dataset.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "engine/recording/reader.h"
#include "engine/session/dataset_writer.h"
#include "engine/session/protocol.h"

namespace bnof::session {
namespace {

/// A stretch of the recording that the marks speak of.
struct Stretch {
    Timestamp from = 0, to = 0;
    int stimulus = -1; ///< -1: blank
    bool spoilt = false;
};

struct Marks {
    std::vector<Stretch> exposures;
    std::vector<Stretch> spoilt; ///< frames that belong to nothing
};

/// Which stimulus a mark begins: -1 a blank; nothing when it begins none.
std::optional<int> stimulusOf(const Protocol& protocol, const std::string& label)
{
    if (label == "blank")
        return -1;
    for (std::size_t i = 0; i < protocol.stimuli.size(); ++i) {
        if (protocol.stimuli[i].label() == label)
            return static_cast<int>(i);
    }
    return std::nullopt;
}

Marks sortMarks(const Protocol& protocol, const std::vector<Mark>& marks)
{
    Marks out;
    std::optional<Stretch> open;
    std::optional<Timestamp> spoiltSince;
    for (const Mark& mark : marks) {
        const bool stops = mark.label.starts_with("protocol paused") || mark.label.starts_with("protocol aborted");
        const auto stimulus = stimulusOf(protocol, mark.label);
        const bool phase = stimulus || mark.label == "baseline" || mark.label == "recovery" || mark.label == "wait" ||
                           mark.label == "end of protocol";
        if (!stops && !phase)
            continue; // a person's own mark
        if (stops && open) {
            open->to = mark.t;
            open->spoilt = true;
            spoiltSince = open->from;
            open.reset();
        } else if (phase) {
            if (open) {
                open->to = mark.t;
                out.exposures.push_back(*open);
                open.reset();
            }
            if (spoiltSince) {
                out.spoilt.push_back({*spoiltSince, mark.t, -1, true});
                spoiltSince.reset();
            }
            if (stimulus)
                open = Stretch{mark.t, 0, *stimulus, false};
        }
    }
    if (open)
        spoiltSince = open->from; // the recording ended in the middle of it
    if (spoiltSince)
        out.spoilt.push_back({*spoiltSince, std::numeric_limits<Timestamp>::max(), -1, true});
    return out;
}

} // namespace

Result<ProtocolDataset> writeProtocolDataset(const std::string& recording, const std::string& folder)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(recording));
    const auto& metadata = reader->metadata();
    const Json& document = metadata.configuration["protocol"]["document"];
    if (document.isNull())
        return makeError(ErrorKind::BadInput, "this recording was not made by a protocol", recording,
                         "\"bnof protocol run\" makes one.");
    BNOF_TRY_ASSIGN(const Protocol protocol, protocolFromJson(document, "protocol in " + recording));
    std::vector<Mark> marks;
    std::optional<Timestamp> first; // times in the table begin with the first frame
    for (recording::Item item; reader->next(item);) {
        if (const auto* frame = std::get_if<recording::FrameItem>(&item);
            frame != nullptr && !first && frame->source == metadata.recognisedSource)
            first = frame->t;
        if (const auto* mark = std::get_if<Mark>(&item))
            marks.push_back(*mark);
    }
    const Marks sorted = sortMarks(protocol, marks);
    if (sorted.exposures.empty())
        return makeError(ErrorKind::BadInput, "the protocol did not get through a single exposure", recording,
                         "Run it again.");
    const auto& source = metadata.sources[metadata.recognisedSource];
    BNOF_TRY_ASSIGN(const auto writer, DatasetWriter::create(folder, source.channels, source.simulated));
    ProtocolDataset out;
    out.interrupted = static_cast<int>(sorted.spoilt.size());
    const Timestamp zero = first.value_or(0);
    reader->rewind();
    for (recording::Item item; reader->next(item);) {
        const auto* frame = std::get_if<recording::FrameItem>(&item);
        if (frame == nullptr || frame->source != metadata.recognisedSource)
            continue;
        if (std::any_of(sorted.spoilt.begin(), sorted.spoilt.end(),
                        [&](const Stretch& s) { return frame->t >= s.from && frame->t < s.to; }))
            continue;
        writer->frame(toSeconds(frame->t - zero), frame->values);
        ++out.frames;
    }
    for (const Stretch& s : sorted.exposures) {
        const Stimulus* stimulus = s.stimulus >= 0 ? &protocol.stimuli[static_cast<std::size_t>(s.stimulus)] : nullptr;
        ++out.exposures;
        const double ppm = stimulus == nullptr ? 0
                           : stimulus->ppm > 0 ? stimulus->ppm
                                               : std::numeric_limits<double>::quiet_NaN();
        writer->exposure(stimulus != nullptr ? stimulus->gas : "air", toSeconds(s.from - zero), toSeconds(s.to - zero),
                         ppm);
    }
    BNOF_TRY(writer->finish());
    return out;
}

} // namespace bnof::session
