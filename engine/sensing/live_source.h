// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/decoders/device_dialogue.h"
#include "engine/sensing/frame_clock.h"
#include "engine/sensing/source.h"
#include "engine/sensing/transports/transport.h"

class QTimer;

namespace bnof::sensing {

/// A transport with a decoder, and the connection's state machine:
///
///   Idle -start-> Connecting -first frame-> Streaming <-frame/silence-> Stalled
///     Connecting | Streaming | Stalled -connection lost-> Reconnecting -opened-> Connecting
///     any -permission, not a serial port-> Failed;   any -stop-> Idle
///
/// Frames that resume after a loss or a stall are preceded by a Gap event from the last frame to the first one
/// after. Skipped bytes become Resynchronised events, at most one a second, each with the count of its bytes;
/// the statistics count every one exactly.
/// A device that has to be asked is asked when its decoder is named in the URI. With decoder=auto nothing is ever
/// sent: what is harmless to one device sets another one's zero point.
class LiveSource final : public Source, private TransportListener, private DecoderSink {
    Q_OBJECT

public:
    static constexpr std::int64_t stallFloor = 2 * nanosecondsPerSecond;
    static constexpr std::int64_t stallUnknownPeriod = 30 * nanosecondsPerSecond;
    /// An open connection without a frame for this long is worth a word.
    static constexpr std::int64_t silenceWarning = 5 * nanosecondsPerSecond;
    static constexpr std::int64_t retryCeiling = 5 * nanosecondsPerSecond;
    static constexpr std::int64_t detectNanoseconds = 3 * nanosecondsPerSecond;
    static constexpr std::size_t detectBytes = 8192;

    LiveSource(SourceUri uri, const SourceOptions& options, SourceSink& sink);
    ~LiveSource() override;
    /// Prepares transport and decoder; errors are those of the URI's parameters.
    Result<void> prepare();

    void start() override;
    void stop() override;
    [[nodiscard]] SourceStatistics statistics() const override;
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] bool simulated() const override { return m_simulated.load(std::memory_order_relaxed); }

private:
    // TransportListener
    void transportOpened() override;
    void transportBytes(std::span<const char> bytes, std::int64_t arrival) override;
    void transportClosed(const TransportProblem& problem) override;
    void transportNotice(const std::string& text) override;
    // DecoderSink
    void channels(const std::vector<ChannelInfo>& channels) override;
    void frame(std::span<const float> values, double deviceSeconds) override;
    void skipped(std::size_t bytes, std::string_view why, std::string_view sample) override;
    void remark(std::string_view text) override;

    void setState(ConnectionState state, const std::optional<Error>& problem = std::nullopt);
    void decode(std::span<const char> bytes, std::int64_t arrival);
    void collectForDetection(std::span<const char> bytes, std::int64_t arrival);
    void tryDetection(std::int64_t now);
    void deliverPortion();
    void announceGap(Timestamp lastFrame, Timestamp firstFrame);
    void sendSkipped(std::int64_t now, bool force);
    void tick();
    [[nodiscard]] Result<DecoderParameters> decoderParameters(const std::string& decoder) const;
    void converse();
    [[nodiscard]] Error silence() const;
    void updateDeviceName();
    [[nodiscard]] Timestamp sessionTime(std::int64_t monotonic) const { return monotonic - m_options.sessionStart; }
    [[nodiscard]] std::int64_t stallLimit() const;

    SourceUri m_uri;
    SourceOptions m_options;
    SourceSink& m_sink;
    std::unique_ptr<Transport> m_transport;
    std::unique_ptr<Decoder> m_decoder;
    std::unique_ptr<DeviceDialogue> m_dialogue; ///< null: nothing is sent
    std::unique_ptr<QTimer> m_speak;
    std::unique_ptr<QTimer> m_ticker;
    std::unique_ptr<QTimer> m_retry;
    ConnectionState m_state = ConnectionState::Idle;
    std::optional<Error> m_problem;
    std::uint64_t m_generation = 0; ///< grows with start and stop, so that a stop inside a callback is noticed

    // Detection: what came so far, in portions with their arrival times.
    struct Portion {
        std::size_t end = 0;
        std::int64_t arrival = 0;
    };
    bool m_detecting = false;
    std::string m_undetected;
    std::vector<Portion> m_undetectedPortions;
    std::size_t m_undetectedLines = 0;

    // The frames of the portion being decoded.
    std::int64_t m_arrival = 0;
    std::size_t m_width = 0;
    std::vector<float> m_values;
    std::vector<double> m_deviceSeconds;
    std::vector<Timestamp> m_timestamps;

    FrameClock m_clock;
    RateMeter m_rate;
    std::int64_t m_expectedPeriod = 0; ///< from the URI's rate; 0: unknown
    std::int64_t m_lastFrameArrival = 0;
    std::int64_t m_openedAt = 0; ///< while open and without a frame; 0 otherwise
    std::uint64_t m_bytesAtOpen = 0;
    bool m_anyFrame = false;
    bool m_interrupted = false; ///< the next frame ends a gap
    std::string m_interruption;
    std::int64_t m_retryPause = 0;
    std::vector<ChannelInfo> m_channels;

    // Skipped bytes not yet told.
    std::uint64_t m_skippedBytes = 0;
    std::uint64_t m_skippedLines = 0;
    std::int64_t m_skippedFirst = 0;
    std::int64_t m_skippedTold = 0;
    std::string m_skippedText;
    std::uint64_t m_checksumErrors = 0; ///< of the decoder, told so far

    mutable std::mutex m_shared; ///< guards what other threads read
    SourceStatistics m_statistics;
    std::string m_deviceName;
    std::string m_remarkedDevice;
    std::atomic<bool> m_simulated{false};
};

} // namespace bnof::sensing
