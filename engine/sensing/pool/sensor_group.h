// SPDX-License-Identifier: GPL-3.0-or-later
// The sensors of one source URI: who they are, what they send, how they do. Knows nothing of sockets. Everything here
// is used by the I/O thread alone, except where it says otherwise.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/sensing/decoders/decoder.h"
#include "engine/sensing/frame_clock.h"
#include "engine/sensing/pool/hand_off.h"
#include "engine/sensing/pool/quality.h"

namespace bnof::sensing {

/// Makes the decoder of a new connection, or says what the first bytes speak; see SensorGroupOptions.
struct DecoderChoice {
    /// A fresh decoder; null: the format has to be found from the first bytes.
    std::function<std::unique_ptr<Decoder>()> make;
    /// The decoder that understands these bytes, or null with the reason in words.
    std::function<std::unique_ptr<Decoder>(std::string_view firstBytes, std::string& reason)> detect;
};

struct SensorGroupOptions {
    std::string where; ///< the URI, for messages
    DecoderChoice decoder;
    OverflowPolicy policy = OverflowPolicy::Reject;
    std::size_t frameCapacity = 1U << 14; ///< frames that may wait for whoever takes them
    FrameClock::Mode time = FrameClock::Mode::Arrival;
    double expectedHz = 0;                                ///< 0: unknown
    std::int64_t warmUpNanoseconds = 0;                   ///< frames of this time are given, but marked WarmingUp
    std::int64_t silentLimit = 60 * nanosecondsPerSecond; ///< a connection that never gave a frame is closed
    std::size_t maximumSensors = 20000;                   ///< at most SensorTable::capacity
    std::size_t maximumLine = std::size_t{16} * 1024;     ///< undecoded bytes of one connection
    std::size_t undecodedBudget = std::size_t{16} * 1024 * 1024; ///< of all connections together
    bool wholeStreams = true;      ///< connections begin where the sensor's stream begins: their first line is whole
    std::int64_t sessionStart = 0; ///< monotonicNow() at session time 0
};

class SensorStream;

/// Stands for the source itself where a sensor's number is expected.
constexpr std::uint32_t wholeSource = std::numeric_limits<std::uint32_t>::max();

/// One sensor over all its connections.
struct Sensor {
    std::uint32_t number = 0;
    bool anonymous = false; ///< known by its address only
    std::string name;
    std::string host;
    FrameClock clock;
    QualityMeter meter;
    ChannelTable channels;
    SensorStream* stream = nullptr; ///< its present connection; null: none
    ConnectionState state = ConnectionState::Idle;
    std::int64_t firstFrame = 0; ///< monotonic, of the present connection; 0: none yet
    std::int64_t lastFrame = 0;  ///< monotonic
    bool anyFrame = false;
    bool interrupted = false; ///< the next frame ends a gap
    bool stalledNow = false;  ///< why: it sent nothing
    bool simulated = false;
    bool watched = false; ///< among the group's deadlines

    // Skipped bytes that were not told yet.
    std::uint64_t skippedBytes = 0;
    std::uint32_t skippedLines = 0;
    std::int64_t skippedFirst = 0;
    std::string skippedText;

    Sensor(FrameClock::Mode mode, double expectedHz) : clock(mode), meter(expectedHz) {}
};

class SensorGroup {
public:
    /// Reads of the shared state (the table, the hand-off) come from other threads.
    explicit SensorGroup(SensorGroupOptions options);
    ~SensorGroup();

    /// Closes the connection of a stream whose sensor has connected anew, or that is not wanted.
    void setClose(std::function<void(SensorStream&)> close) { m_close = std::move(close); }

    /// A sensor that is known before it connects (a client of ours).
    Sensor& declare(const std::string& name, const std::string& host);
    /// A connection; `sensor` null: who it is shows in what it sends.
    [[nodiscard]] std::unique_ptr<SensorStream> open(const std::string& host, Sensor* sensor, std::int64_t now);
    /// The connection is gone. Nothing is told of the stream afterwards.
    void closed(SensorStream& stream, std::int64_t now, const std::optional<Error>& problem);
    void setState(Sensor& sensor, ConnectionState state, const std::optional<Error>& problem = std::nullopt);
    /// The source as a whole: listening, or why not.
    void setState(ConnectionState state, const std::optional<Error>& problem = std::nullopt);

    /// Hands what was decoded since the last call to the hand-off; once per turn of the event loop.
    void flush();
    /// Stalls, losses, skipped bytes, health; call every 100 ms. A call looks at the sensors that may have stalled and
    /// at a tenth of all, so that none of them waits while thousands are looked at.
    void tick(std::int64_t now);

    [[nodiscard]] HandOff& handOff() { return m_handOff; }
    [[nodiscard]] SensorTable& table() { return m_table; }
    [[nodiscard]] const SensorGroupOptions& options() const { return m_options; }
    [[nodiscard]] std::size_t sensorCount() const { return m_sensors.size(); }
    [[nodiscard]] std::uint64_t refused() const { return m_refused; } ///< connections beyond maximumSensors

private:
    friend class SensorStream;

    [[nodiscard]] Sensor* identify(SensorStream& stream);
    [[nodiscard]] Sensor* anonymousSensor(const std::string& host);
    Sensor& addSensor(std::string name, const std::string& host, bool anonymous);
    [[nodiscard]] ChannelTable shared(const std::vector<ChannelInfo>& channels);
    void watchFor(Sensor& sensor, std::int64_t now);
    void findStalled(std::int64_t now);
    void secondPassed(Sensor& sensor, std::int64_t now);
    void tellSkipped(Sensor& sensor, std::int64_t now);
    [[nodiscard]] std::int64_t stallLimit(const Sensor& sensor) const;
    [[nodiscard]] Timestamp sessionTime(std::int64_t monotonic) const { return monotonic - m_options.sessionStart; }

    SensorGroupOptions m_options;
    SensorTable m_table;
    HandOff m_handOff;
    std::function<void(SensorStream&)> m_close;
    std::vector<std::unique_ptr<Sensor>> m_sensors;
    std::unordered_map<std::string, std::uint32_t> m_byName;
    struct Anonymous {
        std::uint32_t count = 0;
        std::vector<std::uint32_t> away; ///< without a connection, the last one behind
    };
    std::unordered_map<std::string, Anonymous> m_anonymous; ///< by host
    std::vector<ChannelTable> m_tables;                     ///< the last ones, to be shared
    FrameBatch m_batch;
    std::size_t m_undecoded = 0; ///< bytes of half lines of all streams
    std::uint64_t m_refused = 0;
    std::int64_t m_lastSecond = 0;
    std::size_t m_visited = 0; ///< sensors that were looked at in this second
    struct Deadline {
        std::int64_t at = 0; ///< monotonic
        std::uint32_t sensor = 0;
        bool operator>(const Deadline& other) const { return at > other.at; }
    };
    /// When each delivering sensor is looked at for a stall; one entry each, the next one in front.
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> m_deadlines;

    // The frames of the portion that is being decoded.
    std::vector<double> m_deviceSeconds;
    std::vector<Timestamp> m_timestamps;
    std::vector<float> m_values;
    std::size_t m_width = 0;
};

/// One connection of a sensor: bytes in, frames into the group's batch.
class SensorStream final : private DecoderSink {
public:
    SensorStream(SensorGroup& group, std::string host, Sensor* sensor, std::int64_t now);
    ~SensorStream() override;

    /// `bytes` is borrowed and decoded where it lies. False: the connection is to be closed (it was refused).
    bool feed(std::span<const char> bytes, std::int64_t arrival);
    /// Null until the connection has said who it is.
    [[nodiscard]] Sensor* sensor() const { return m_sensor; }
    [[nodiscard]] const std::string& host() const { return m_host; }
    [[nodiscard]] std::int64_t opened() const { return m_opened; }
    /// It never gave a frame in all the time it was given for that.
    [[nodiscard]] bool isSilent(std::int64_t now) const;

private:
    friend class SensorGroup;

    void channels(const std::vector<ChannelInfo>& channels) override;
    void frame(std::span<const float> values, double deviceSeconds) override;
    void skipped(std::size_t bytes, std::string_view why, std::string_view sample) override;
    void remark(std::string_view text) override;

    [[nodiscard]] std::span<const char> takeIdLine(std::span<const char> bytes);
    bool detect(std::span<const char>& bytes);
    void decode(std::span<const char> bytes);
    void countCopies(std::span<const char> bytes);
    void boundUndecoded();
    bool bind();
    void deliverPortion();
    void announceGap(Timestamp last, Timestamp first);

    SensorGroup& m_group;
    Sensor* m_sensor = nullptr;
    std::unique_ptr<Decoder> m_decoder;
    std::string m_host;
    std::string m_id;      ///< what it called itself
    std::string m_pending; ///< first bytes while the format or the id is not known
    std::int64_t m_opened;
    std::int64_t m_arrival = 0;
    std::uint32_t m_partial = 0; ///< bytes of the half line that the decoder keeps
    std::uint32_t m_outputs = 0; ///< of the decoder, to see whether a portion gave anything
    bool m_idLooked = false;
    bool m_refused = false;
    bool m_simulated = false;
};

} // namespace bnof::sensing
