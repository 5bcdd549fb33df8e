// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/connection_state.h"
#include "engine/sensing/pool/hand_off.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

class IngestPool;

/// Receives what a source delivers, on the source's I/O thread. Must not block.
class SourceSink {
public:
    virtual ~SourceSink() = default;
    virtual void sourceChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels) = 0;
    /// `arrival` is monotonicNow() when the bytes came.
    virtual void sourceFrame(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival) = 0;
    virtual void sourceEvent(std::uint32_t source, const StreamEvent& event) = 0;
    /// With decoder=auto: which decoder understands the bytes, and why. Before the first channels.
    virtual void sourceDecoder(std::uint32_t /*source*/, const std::string& /*decoder*/, const std::string& /*reason*/)
    {}
    virtual void sourceState(std::uint32_t source, ConnectionState state, const std::optional<Error>& problem) = 0;
    /// Something waits in the source's hand-off (see Source::handOff()): take it, on any one thread. Called on the
    /// pool's thread.
    virtual void sourceReady(std::uint32_t /*source*/) {}
};

struct SourceOptions {
    std::uint32_t index = 0;       ///< passed back with every call of the sink
    std::int64_t sessionStart = 0; ///< monotonicNow() at session time 0
    /// First pause before a lost device is tried again; doubles up to 5 s.
    std::int64_t retryNanoseconds = 200 * nanosecondsPerMillisecond;
    /// Pooled sources of one session share it; null: the source makes one when it needs it.
    std::shared_ptr<IngestPool> pool;
    std::size_t frameCapacity = 1U << 14; ///< of a hand-off
};

/// Counters of one source; a consistent copy from any thread.
struct SourceStatistics {
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    std::uint64_t skippedBytes = 0;
    std::uint64_t skippedLines = 0;
    std::uint64_t gaps = 0;
    std::uint64_t reconnects = 0;
    double rateHz = 0;                ///< over the last second or the last ten frames
    std::uint64_t checksumErrors = 0; ///< messages whose checksum was wrong
    std::uint64_t requests = 0;       ///< sent to a device that has to be asked, repetitions included
    std::uint64_t unanswered = 0;     ///< requests given up after all repetitions
    std::uint64_t dropped = 0;        ///< frames lost because they were not taken in time
    std::uint64_t copiedBytes = 0;    ///< bytes moved in memory once more between socket and decoder; pooled sources
    std::uint64_t memoryBytes = 0;    ///< of the connection's buffers; pooled sources
    std::uint64_t failovers = 0;      ///< switches between equivalent sources
    double latencyP50 = 0;            ///< seconds from the arrival of bytes to the frame being taken; pooled sources
    double latencyP99 = 0;
    int health = 0; ///< 0 to 100; healthOf(quality) says why
    Quality quality;
};

/// One of several equivalent sources that stand for one, see pool/redundant_source.h.
struct EquivalentSource {
    std::string name;
    ConnectionState state = ConnectionState::Idle;
    int health = 0;       ///< 0 to 100
    bool present = false; ///< its frames are the ones handed on; the others stand by

    bool operator==(const EquivalentSource&) const = default;
};

/// A source of frames: a transport with a decoder. Lives in a thread with a Qt event loop; start() and
/// stop() are called there. It keeps reconnecting until stopped.
class Source : public QObject {
    Q_OBJECT

public:
    ~Source() override = default;
    virtual void start() = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual SourceStatistics statistics() const = 0;
    /// For people: port, vendor and product where known.
    [[nodiscard]] virtual std::string deviceName() const = 0;
    [[nodiscard]] virtual bool simulated() const = 0; ///< the device says that its data is simulated
    /// Where the frames of a source that stands for many sensors wait; such a source tells its sink nothing but
    /// sourceState() and sourceReady(). Null: frames go to the sink.
    [[nodiscard]] virtual HandOff* handOff() { return nullptr; }
    /// The source and its backups, in their order; empty when it has none. From any thread.
    [[nodiscard]] virtual std::vector<EquivalentSource> equivalents() const { return {}; }
    /// Of one sensor behind the hand-off.
    [[nodiscard]] virtual SourceStatistics sensorStatistics(std::uint32_t /*sensor*/) const { return {}; }
};

/// A live source for the URI. With backups it is all of them as one (see pool/redundant_source.h); tcp-listen, and tcp
/// with a policy, stand for many sensors (see Source::handOff()). Replay is recording-driven: see replay_source.h.
[[nodiscard]] Result<std::unique_ptr<Source>> makeSource(const SourceUri& uri, const SourceOptions& options,
                                                         SourceSink& sink);

} // namespace bnof::sensing
