// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/sensing/pool/quality.h"
#include "engine/sensing/source.h"
#include "engine/sensing/source_uri.h"

class QTimer;

namespace bnof::sensing {

/// Equivalent sources as one: a source and its backups ("backup=" in the URI), all of them connected all the time. The
/// frames of one of them, the present one, are handed on; what the others sent lately is kept, so that another can go
/// on without a hole.
///
/// It switches
///  - at once when the present source's connection is lost;
///  - when two of its periods passed without a frame (and a tolerance of twice its jitter, 5 to 50 ms);
///  - when another one's health (see healthOf()) has been better by 20 points for 2 s. It does not switch back for
///    less, so equals do not take turns.
/// Nothing comes twice: frames with device time are taken when it is later than that of the last frame handed on;
/// without, when they came more than half a period after it. A hole that remains is marked by a Gap event, and every
/// switch by a Note. Channels are matched by name; a source that lacks one is no equivalent and is never switched to.
class RedundantSource final : public Source, private SourceSink {
    Q_OBJECT

public:
    static constexpr int betterBy = 20;
    static constexpr std::int64_t betterFor = 2 * nanosecondsPerSecond;
    /// The first source may come this much later than a backup when the session starts.
    static constexpr std::int64_t startGrace = nanosecondsPerSecond;

    /// Errors: those of the sources' URIs.
    [[nodiscard]] static Result<std::unique_ptr<Source>> make(const SourceUri& uri, const SourceOptions& options,
                                                              SourceSink& sink);
    RedundantSource(std::vector<SourceUri> uris, const SourceOptions& options, SourceSink& sink);
    ~RedundantSource() override;

    void start() override;
    void stop() override;
    [[nodiscard]] SourceStatistics statistics() const override;
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] bool simulated() const override;
    [[nodiscard]] std::vector<EquivalentSource> equivalents() const override;

private:
    struct Kept {
        Timestamp t = 0;
        double deviceSeconds = 0;
        std::int64_t arrival = 0;
        std::vector<float> values;
    };
    struct Member {
        SourceUri uri;
        std::unique_ptr<Source> source;
        ConnectionState state = ConnectionState::Idle;
        std::optional<Error> problem;
        std::vector<ChannelInfo> channels;
        std::vector<std::size_t> map; ///< its channel for each of ours; empty: not equivalent, or not known yet
        QualityMeter meter;
        std::deque<Kept> kept; ///< of the last moments, while it is not the present one
        std::int64_t lastArrival = 0;
        std::int64_t betterSince = 0; ///< 0: it is not better than the present one
        std::uint64_t bytesSeen = 0;
        std::uint64_t skippedSeen = 0;
        int health = 0;
    };

    // SourceSink, for the members
    void sourceChannels(std::uint32_t member, const std::vector<ChannelInfo>& channels) override;
    void sourceFrame(std::uint32_t member, const SensorFrame& frame, std::int64_t arrival) override;
    void sourceEvent(std::uint32_t member, const StreamEvent& event) override;
    void sourceDecoder(std::uint32_t member, const std::string& decoder, const std::string& reason) override;
    void sourceState(std::uint32_t member, ConnectionState state, const std::optional<Error>& problem) override;

    Result<void> prepare();
    void match(Member& member);
    void keep(Member& member, const SensorFrame& frame, std::int64_t arrival);
    void deliver(Member& member, Timestamp t, double deviceSeconds, std::int64_t arrival,
                 std::span<const float> values);
    [[nodiscard]] bool isNew(double deviceSeconds, std::int64_t arrival) const;
    [[nodiscard]] std::int64_t interval(const Member& member) const;
    [[nodiscard]] bool isFresh(const Member& member, std::int64_t now) const;
    [[nodiscard]] bool missedTwo(const Member& member, std::int64_t now) const;
    [[nodiscard]] Member* bestOther(std::int64_t now);
    void replacePresent(const std::string& why);
    void switchTo(Member& member, const std::string& why);
    void tellState();
    void tick();
    void secondPassed(std::int64_t now);
    void publish(std::int64_t now);
    [[nodiscard]] std::string nameOf(const Member& member) const;
    [[nodiscard]] Member& present() { return *m_members[m_present]; }
    [[nodiscard]] std::size_t indexOf(const Member& member) const;

    SourceOptions m_options;
    SourceSink& m_sink;
    std::vector<std::unique_ptr<Member>> m_members;
    std::size_t m_present = 0;
    std::unique_ptr<QTimer> m_ticker;
    std::vector<ChannelInfo> m_channels; ///< ours
    std::vector<float> m_values;
    ConnectionState m_told = ConnectionState::Idle;
    std::optional<Error> m_toldProblem;
    std::string m_gapReason; ///< the present source says that frames are missing before the next one
    Timestamp m_lastTime = 0;
    std::int64_t m_lastArrival = 0; ///< of the last frame handed on; 0: none yet
    double m_lastDevice = 0;        ///< its device time, or NaN
    bool m_switched = false;        ///< the next frame is the first of another source
    std::int64_t m_firstSeen = 0;   ///< when the first frame of any source came
    std::int64_t m_lastSecond = 0;
    std::int64_t m_lastHealth = 0;

    mutable std::mutex m_shared; ///< guards what other threads read
    SourceStatistics m_statistics;
    std::vector<EquivalentSource> m_equivalents;
    std::string m_name;
};

} // namespace bnof::sensing
