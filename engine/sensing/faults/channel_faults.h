// SPDX-License-Identifier: GPL-3.0-or-later
// Sick channels, found by physics first: a value that no gas can cause. Streaming, deterministic, and without
// allocation per frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/types.h"

namespace bnof::sensing {

/// The numbers are in recordings: never renumber.
enum class FaultKind : std::uint8_t {
    Stuck = 1,    ///< the same code again and again while other channels move
    Rail,         ///< jumped to an end of the converter's range: open or short circuit
    Disconnected, ///< no value, or one that fell or rose out of all proportion while other channels stayed
    ColdSensor,   ///< the heater is off: what is read has nothing to do with gas
    SpikeNoise,   ///< too many single samples far off
    Noise,        ///< noisier than it used to be, and than its siblings became
    Drift,        ///< the clean-air value has moved; a warning, the channel is not masked
    Timing,       ///< samples come late, twice or backwards; about the whole device, nothing is masked
};
inline constexpr std::size_t faultKinds = 8;
[[nodiscard]] const char* toString(FaultKind kind);
/// Whether a channel with this fault is withheld from the recogniser.
[[nodiscard]] bool masks(FaultKind kind);

/// Limits; times in seconds. The defaults are the table of engine/README.md, "Channel faults".
struct FaultOptions {
    double warmUpSeconds = 120;     ///< only rails, missing values and stuck codes are judged before
    double stuckSeconds = 3;        ///< and at least stuckSamples
    std::uint32_t stuckSamples = 8; ///< with enough evidence that the channel used to change, else 30
    std::uint32_t railSamples = 3;  ///< of the last five
    double collapseFactor = 50;     ///< below its own level of the last minute
    double coldFactor = 8;          ///< all channels below the lowest level ever seen, within 10 s
    double heaterShare = 0.5;       ///< of the usual heater current or power
    double heaterSeconds = 2;
    double hampelLimit = 3.5; ///< robust standard deviations off the median of 15 samples
    double spikeRate = 0.01;
    double noiseRatio = 4;   ///< of variances, against the channel's own past and against the siblings
    double noiseSeconds = 5; ///< for at least so long
    double driftSlack = 0.5; ///< CUSUM k, in standard deviations
    double driftLimit = 5;   ///< CUSUM h
    double driftFloor = 0.3; ///< smallest standard deviation of the logarithm of the clean-air value
    double gapPeriods = 1.5;
    double timingRate = 0.05;  ///< share of samples whose timing is wrong
    double recoverSeconds = 5; ///< healthy for so long
};

/// One fault that began or ended with the last frame.
struct FaultChange {
    static constexpr std::uint32_t wholeDevice = 0xFFFFFF;
    std::uint32_t channel = 0;
    FaultKind kind = FaultKind::Stuck;
    bool active = false;
    double value = 0; ///< what was measured, in the unit of `limit`
    double limit = 0;
};

enum class ChannelMask : std::uint8_t {
    Good = 0,
    Masked = 1,   ///< faulty until further notice
    Withheld = 2, ///< this one sample is a spike
};

/// The detectors of one device. Gas channels are judged against one another ("siblings"): what all of them do is
/// gas, or weather; what one does alone, in a way that gas cannot, is a fault. Reaching the end of the range
/// gradually is saturation by gas and no fault. Temperature, humidity and pressure are not judged.
class ChannelFaults {
public:
    explicit ChannelFaults(const std::vector<ChannelInfo>& channels, const FaultOptions& options = {});

    /// Take in a frame. What changed is valid until the next call.
    std::span<const FaultChange> update(const SensorFrame& frame);
    /// One entry a channel, for the frame of the last update().
    [[nodiscard]] std::span<const ChannelMask> mask() const { return m_mask; }
    [[nodiscard]] bool active(std::size_t channel, FaultKind kind) const;
    /// Everything that is active now, e.g. for the head of a recording.
    [[nodiscard]] std::vector<FaultChange> activeFaults() const;
    /// Whether the device breathes clean air now, as a recogniser or a protocol knows. Drift is judged only on what
    /// was measured after a minute of it, so that gas is never taken for drift.
    void setCleanAir(bool clean) { m_cleanAir = clean; }
    /// Single samples that were withheld as spikes so far.
    [[nodiscard]] std::uint64_t withheldSamples() const { return m_withheld; }
    [[nodiscard]] std::uint64_t lateFrames() const { return m_late; }
    [[nodiscard]] std::uint64_t duplicateFrames() const { return m_duplicates; }
    [[nodiscard]] std::uint64_t backwardFrames() const { return m_backwards; }

private:
    static constexpr std::size_t window = 15;
    enum class Role : std::uint8_t { Gas, Heater, Ambient };

    /// The state of one fault of one channel.
    struct Latch {
        bool active = false;
        double since = -1;   ///< the condition has held since; -1: it does not hold
        double clear = -1;   ///< active, and the condition has not held since
        double ended = -1e9; ///< when it was active last
        double hold = 0;     ///< seconds of health that end it: doubles while it comes and goes
        double value = 0;
        double limit = 0;
    };
    struct Channel {
        Role role = Role::Gas;
        bool railed = false; ///< the range's ends are the converter's
        bool inverted = false;
        double low = 0, high = 0;
        std::array<Latch, faultKinds> latches;
        // stuck
        double last = 0;
        bool any = false;
        std::uint32_t run = 0;
        double runSeconds = 0;
        double changing = 0; ///< share of samples that differ from the one before
        double largest = 0;
        std::uint64_t samples = 0;
        // rail, collapse: bits of the last five samples
        std::uint8_t railBits = 0, collapseBits = 0;
        bool jumped = false; ///< onto the rail
        double beforeRail = 0;
        double step = 0; ///< last relative step
        double missing = 0;
        std::uint32_t missingRun = 0;
        // levels
        double level = 0;  ///< of |v|, 2 s
        double logRef = 0; ///< of ln |v|, 60 s, frozen while it is far off
        double logLow = 0; ///< lowest slow level
        double slow = 0;   ///< of ln |v|, 10 s
        double grain = 0;  ///< smallest step ever seen
        double heaterRef = 0;
        // noise
        double v1 = 0, v2 = 0;
        double fast = 0, base = 0;
        double baseSeconds = 0;
        // spikes
        std::array<double, window> ring{};
        std::size_t ringAt = 0, ringSize = 0;
        double spikes = 0;
        bool wasWithheld = false;
        // drift
        double driftMean = 0, driftSquares = 0;
        std::uint32_t driftCount = 0;
        double up = 0, down = 0;
    };

    void timing(const SensorFrame& frame, bool first);
    void sample(Channel& channel, std::size_t index, double value, double dt);
    void levels(Channel& channel, double value, double dt);
    void noise(Channel& channel, double value, double dt);
    void spikes(Channel& channel, std::size_t index, double value);
    void rail(Channel& channel, double value);
    void compare();
    void judge(std::size_t index, double siblingStep, double noiseMedian, double levelShift);
    void judgeStuck(std::size_t index);
    void judgeRail(std::size_t index, double siblingStep, bool board);
    void judgeHeater();
    void drift();
    void set(std::size_t index, FaultKind kind, bool condition, double holdSeconds, double value, double limit);
    [[nodiscard]] static double scaleOf(const Channel& channel);
    [[nodiscard]] double medianOfScratch();

    FaultOptions m_options;
    double m_collapseLog = 0, m_coldLog = 0;
    std::vector<Channel> m_channels;  ///< the last one stands for the whole device
    std::vector<std::uint32_t> m_gas; ///< indices
    std::vector<ChannelMask> m_mask;
    std::vector<FaultChange> m_changes;
    std::vector<double> m_scratch;
    bool m_started = false;
    bool m_cleanAir = false;
    double m_cleanSince = -1;
    double m_lastDrift = -1e9;
    Timestamp m_first = 0;
    Timestamp m_lastTime = 0;
    double m_now = 0;  ///< seconds since the first frame
    double m_warm = 0; ///< seconds of data since the start or the last long gap
    double m_dt = 0;
    double m_period = 0;
    double m_deviceTime = 0;
    double m_badTiming = 0;
    std::uint64_t m_frames = 0;
    std::uint64_t m_withheld = 0, m_late = 0, m_duplicates = 0, m_backwards = 0;
};

} // namespace bnof::sensing
