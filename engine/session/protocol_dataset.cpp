// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <vector>

#include "engine/recording/reader.h"
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

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string number(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    return std::isfinite(value) ? text : "";
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
    std::error_code code;
    if (std::filesystem::exists(folder, code) || !std::filesystem::create_directories(folder, code))
        return makeError(ErrorKind::Storage, "the folder exists already or cannot be made", folder, "Choose another.");
    std::ofstream frames(folder + "/frames.csv", std::ios::binary);
    if (metadata.sources[metadata.recognisedSource].simulated)
        frames << "# bnof {\"simulated\": true}\n";
    frames << "t_s";
    for (const ChannelInfo& channel : metadata.sources[metadata.recognisedSource].channels)
        frames << ',' << quoted(channel.name);
    frames << '\n';
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
        frames << number(toSeconds(frame->t - zero));
        for (const float value : frame->values)
            frames << ',' << number(value);
        frames << '\n';
        ++out.frames;
    }
    std::ofstream manifest(folder + "/manifest.csv", std::ios::binary);
    manifest << "file,label,group,onset_s,offset_s,ppm\n";
    for (const Stretch& s : sorted.exposures) {
        const Stimulus* stimulus = s.stimulus >= 0 ? &protocol.stimuli[static_cast<std::size_t>(s.stimulus)] : nullptr;
        ++out.exposures;
        manifest << "frames.csv," << (stimulus != nullptr ? quoted(stimulus->gas) : "air") << ",recording,"
                 << number(toSeconds(s.from - zero)) << ',' << number(toSeconds(s.to - zero)) << ','
                 << (stimulus != nullptr && stimulus->ppm > 0 ? number(stimulus->ppm)
                     : stimulus != nullptr                    ? ""
                                                              : "0")
                 << '\n';
    }
    frames.flush();
    manifest.flush();
    if (!frames || !manifest)
        return makeError(ErrorKind::Storage, "the training set could not be written", folder, "Is the disk full?");
    return out;
}

} // namespace bnof::session
