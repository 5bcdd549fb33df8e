// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_dataset.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/recording/reader.h"
#include "engine/session/dataset_writer.h"
#include "engine/session/exposure_marks.h"

namespace bnof::session {
Result<ProtocolDataset> writeProtocolDataset(const std::string& recording, const std::string& folder)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(recording));
    const auto& metadata = reader->metadata();
    const Json& document = metadata.configuration["protocol"]["document"];
    if (document.isNull())
        return makeError(ErrorKind::BadInput, "this recording was not made by a protocol", recording,
                         "\"bnof protocol run\" makes one.");
    std::vector<Mark> marks;
    std::optional<Timestamp> first; // times in the table begin with the first frame
    for (recording::Item item; reader->next(item);) {
        if (const auto* frame = std::get_if<recording::FrameItem>(&item);
            frame != nullptr && !first && frame->source == metadata.recognisedSource)
            first = frame->t;
        if (const auto* mark = std::get_if<Mark>(&item))
            marks.push_back(*mark);
    }
    BNOF_TRY_ASSIGN(const MarkedCourse course, courseOf(metadata, marks, recording));
    if (course.exposures.empty())
        return makeError(ErrorKind::BadInput, "the protocol did not get through a single exposure", recording,
                         "Run it again.");
    const auto& source = metadata.sources[metadata.recognisedSource];
    BNOF_TRY_ASSIGN(const auto writer, DatasetWriter::create(folder, source.channels, source.simulated));
    ProtocolDataset out;
    out.interrupted = static_cast<int>(course.spoilt.size());
    const Timestamp zero = first.value_or(0);
    reader->rewind();
    for (recording::Item item; reader->next(item);) {
        const auto* frame = std::get_if<recording::FrameItem>(&item);
        if (frame == nullptr || frame->source != metadata.recognisedSource)
            continue;
        if (std::any_of(course.spoilt.begin(), course.spoilt.end(),
                        [&](const auto& s) { return frame->t >= s.first && frame->t < s.second; }))
            continue;
        writer->frame(toSeconds(frame->t - zero), frame->values);
        ++out.frames;
    }
    for (const MarkedExposure& exposure : course.exposures) {
        ++out.exposures;
        writer->exposure(exposure.gas, toSeconds(exposure.from - zero), toSeconds(exposure.to - zero), exposure.ppm);
    }
    BNOF_TRY(writer->finish());
    return out;
}

} // namespace bnof::session
