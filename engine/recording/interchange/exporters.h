// SPDX-License-Identifier: GPL-3.0-or-later
// What the exporters share: the job, the shape of a recording, one walk over its items. Private to this folder.
#pragma once

#include <cmath>

#include "engine/recording/interchange/formats.h"

namespace bnof::recording {

struct ExportJob {
    Reader& reader;
    std::string path;
    bool spikes = true;
    const Progress& progress;
    ExportOutcome outcome;
};
Result<void> exportCsvJob(ExportJob& job);
Result<void> exportNwb(ExportJob& job);
Result<void> exportMat(ExportJob& job);
Result<void> exportNpy(ExportJob& job);
Result<void> exportArff(ExportJob& job);
Result<void> exportXdf(ExportJob& job);

/// How large the streams of a recording are, found by reading it once.
struct RecordingShape {
    struct Source {
        std::string name;                  ///< "sensors_1"
        std::string title;                 ///< the device, for people
        std::vector<ChannelInfo> channels; ///< one a column; every name is there
        std::uint64_t frames = 0;
        bool deviceClock = false; ///< some frame has the device's own time
    };
    struct Layer {
        std::string name; ///< as in the metadata, or "layer 1"
        std::uint32_t neurons = 0;
        std::uint64_t spikes = 0;
    };
    std::vector<Source> sources;
    std::vector<Layer> layers;
    std::uint64_t decisions = 0;
    std::vector<Mark> marks;
    std::vector<StreamEvent> events;
    std::string spikesHash;
    std::string decisionsHash;
};
/// Uses the first tenth of the progress. Errors: cancelled; more channels or marks than an export can hold.
[[nodiscard]] Result<RecordingShape> measure(ExportJob& job);
/// What the sidecars of the array formats hold: `layout` names their version.
[[nodiscard]] Json exportMetadata(const Reader& reader, const RecordingShape& shape, const char* layout);
[[nodiscard]] const char* eventKindName(StreamEvent::Kind kind);
[[nodiscard]] Error cancelledExport(const std::string& path);

/// Spikes carry ticks, which count from the recogniser's last reset; the time of a tick follows from the frame
/// beside which the spikes lie in the stream. The anchor is renewed when the two drift apart by more than a second
/// (after a gap or a reset), so that within a stretch the ticks keep their exact distances.
class SpikeClock {
public:
    explicit SpikeClock(double tickMs) : m_tick(tickMs * 1e6) {}
    void observe(std::uint32_t lastTick, Timestamp frameTime)
    {
        const double found = static_cast<double>(frameTime) - m_tick * lastTick;
        if (!m_anchored || std::abs(m_zero - found) > 1e9) {
            m_zero = found;
            m_anchored = true;
        }
    }
    [[nodiscard]] Timestamp time(std::uint32_t tick) const
    {
        return static_cast<Timestamp>(std::nearbyint(m_zero + m_tick * tick));
    }

private:
    double m_tick;
    double m_zero = 0;
    bool m_anchored = false;
};

/// Sees every item of a recording in order; what it does not override, it passes by.
class ItemVisitor {
public:
    virtual ~ItemVisitor() = default;
    virtual Result<void> frame(const FrameItem&) { return {}; }
    virtual Result<void> spikes(std::uint32_t, std::span<const Spike>, std::span<const Timestamp>) { return {}; }
    virtual Result<void> decision(const DecisionItem&) { return {}; }
    virtual Result<void> event(const StreamEvent&) { return {}; }
    virtual Result<void> mark(const Mark&) { return {}; }
};
/// One pass from the beginning, telling the progress as from..to of the whole job.
[[nodiscard]] Result<void> walk(ExportJob& job, ItemVisitor& visitor, double from, double to);

} // namespace bnof::recording
