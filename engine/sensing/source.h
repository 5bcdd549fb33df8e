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
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

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
};

struct SourceOptions {
    std::uint32_t index = 0;       ///< passed back with every call of the sink
    std::int64_t sessionStart = 0; ///< monotonicNow() at session time 0
    /// First pause before a lost device is tried again; doubles up to 5 s.
    std::int64_t retryNanoseconds = 200 * nanosecondsPerMillisecond;
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
};

/// A live source (serial, tcp) for the URI. Replay is recording-driven: see replay_source.h.
[[nodiscard]] Result<std::unique_ptr<Source>> makeSource(const SourceUri& uri, const SourceOptions& options,
                                                         SourceSink& sink);

} // namespace bnof::sensing
