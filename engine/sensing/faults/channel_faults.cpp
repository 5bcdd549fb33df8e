// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/faults/channel_faults.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/base/exact_math.h"

namespace bnof::sensing {
namespace {

constexpr double robustSigma = 1.4826; // standard deviations in one median absolute deviation of a normal distribution
constexpr std::uint8_t lastFive = 0x1F;
constexpr double longestHold = 60;
constexpr double arrivalSlack = 0.2;

double follow(double state, double value, double dt, double tau)
{
    return state + (value - state) * std::min(1.0, dt / tau);
}

bool isAmbient(const ChannelInfo& info)
{
    const auto contains = [](const std::string& text, const char* word) {
        return std::search(text.begin(), text.end(), word, word + std::char_traits<char>::length(word),
                           [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; }) != text.end();
    };
    for (const char* word : {"temperature", "humidity", "pressure", "altitude", "flow", "clock", "time"}) {
        if (contains(info.quantity, word) || (info.quantity.empty() && contains(info.name, word)))
            return true;
    }
    return false;
}

bool isHeater(const ChannelInfo& info)
{
    return info.quantity.starts_with("heater");
}

/// Whether the stated range is that of a converter, whose ends no working sensor jumps to. A range in ppm or in
/// percent is not: clean air is 0 ppm.
bool isConverter(const ChannelInfo& info)
{
    return info.rangeLow < info.rangeHigh && (info.unit == "counts" || info.unit == "V" || info.unit == "mV");
}

/// Median of 15; `values` is reordered.
template <std::size_t n> double medianOf(std::array<double, n>& values)
{
    const auto middle = values.begin() + n / 2;
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

const char* toString(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Stuck: return "stuck";
    case FaultKind::Rail: return "open or short circuit";
    case FaultKind::Disconnected: return "disconnected";
    case FaultKind::ColdSensor: return "cold sensor";
    case FaultKind::SpikeNoise: return "spikes";
    case FaultKind::Noise: return "noisy";
    case FaultKind::Drift: return "drift";
    case FaultKind::Timing: return "timing";
    }
    return "unknown";
}

bool masks(FaultKind kind)
{
    return kind != FaultKind::Drift && kind != FaultKind::Timing;
}

ChannelFaults::ChannelFaults(const std::vector<ChannelInfo>& channels, const FaultOptions& options)
    : m_options(options), m_channels(channels.size() + 1), m_mask(channels.size(), ChannelMask::Good)
{
    for (std::size_t i = 0; i < channels.size(); ++i) {
        Channel& channel = m_channels[i];
        channel.role = isAmbient(channels[i]) ? Role::Ambient : isHeater(channels[i]) ? Role::Heater : Role::Gas;
        channel.railed = isConverter(channels[i]);
        channel.inverted = channels[i].quantity == "resistance";
        channel.low = channels[i].rangeLow;
        channel.high = channels[i].rangeHigh;
        if (channel.role == Role::Gas)
            m_gas.push_back(static_cast<std::uint32_t>(i));
    }
    m_collapseLog = exactLog(options.collapseFactor);
    m_coldLog = exactLog(options.coldFactor);
    m_changes.reserve(m_channels.size() * faultKinds);
    m_scratch.reserve(m_channels.size());
}

double ChannelFaults::scaleOf(const Channel& channel)
{
    // What counts as nothing: a few converter steps, or a thousandth of the range.
    const double floor = std::max(8 * channel.grain, channel.railed ? 1e-3 * (channel.high - channel.low) : 1e-12);
    return std::max(channel.level, floor);
}

std::span<const FaultChange> ChannelFaults::update(const SensorFrame& frame)
{
    m_changes.clear();
    const bool first = !m_started;
    if (first) {
        m_started = true;
        m_first = m_lastTime = frame.t;
    }
    const double now = toSeconds(frame.t - m_first);
    m_dt = std::max(0.0, toSeconds(frame.t - m_lastTime));
    m_lastTime = std::max(m_lastTime, frame.t);
    m_now = std::max(now, m_now);
    timing(frame, first);
    if (m_dt > 60) // it may have been switched off
        m_warm = 0;
    else
        m_warm += m_dt;
    const double dt = std::min(m_dt, 10.0);
    for (std::size_t i = 0; i + 1 < m_channels.size(); ++i) {
        m_mask[i] = ChannelMask::Good;
        const double value = i < frame.values.size() ? frame.values[i] : std::nan("");
        if (m_channels[i].role != Role::Ambient)
            sample(m_channels[i], i, value, dt);
    }
    compare();
    drift();
    ++m_frames;
    for (std::size_t i = 0; i + 1 < m_channels.size(); ++i) {
        for (std::size_t kind = 0; kind < faultKinds; ++kind) {
            if (m_channels[i].latches[kind].active && masks(static_cast<FaultKind>(kind + 1)))
                m_mask[i] = ChannelMask::Masked;
        }
    }
    return m_changes;
}

void ChannelFaults::timing(const SensorFrame& frame, bool first)
{
    // The device's own clock where it prints one. Times of arrival tell of this computer's load as well: only what is
    // clearly later than that is the device's.
    const bool own = std::isfinite(frame.deviceSeconds);
    const double step = own ? frame.deviceSeconds - m_deviceTime : m_dt;
    m_deviceTime = frame.deviceSeconds;
    if (first || !std::isfinite(step))
        return;
    bool bad = false;
    if (own && step < 0) {
        ++m_backwards;
        bad = true;
    } else if (own && step == 0) {
        ++m_duplicates;
        bad = true;
    } else if (m_period > 0 && step > m_options.gapPeriods * m_period + (own ? 0 : arrivalSlack)) {
        ++m_late;
        bad = true;
    }
    if (!bad)
        m_period = m_period > 0 ? m_period + 0.02 * (step - m_period) : step;
    else if (step > 0) // a rate that has changed is learned as well, only later
        m_period += 0.002 * (std::min(step, 10.0) - m_period);
    m_badTiming += ((bad ? 1.0 : 0.0) - m_badTiming) / 100;
    const std::size_t device = m_channels.size() - 1;
    set(device, FaultKind::Timing, m_frames > 100 && m_badTiming > m_options.timingRate, 1, m_badTiming,
        m_options.timingRate);
}

void ChannelFaults::sample(Channel& channel, std::size_t index, double value, double dt)
{
    if (!std::isfinite(value)) {
        channel.missing += dt;
        ++channel.missingRun;
        return;
    }
    channel.missing = 0;
    channel.missingRun = 0;
    if (!channel.any) {
        channel.any = true;
        channel.last = channel.v1 = channel.v2 = value;
        channel.level = std::fabs(value);
        channel.logRef = channel.slow = exactLog(std::max(channel.level, scaleOf(channel)));
        channel.logLow = channel.slow;
        channel.beforeRail = value;
        channel.largest = value;
        rail(channel, value);
        return;
    }
    ++channel.samples;
    const double change = value - channel.last;
    const bool same = change == 0;
    if (!same && (channel.grain == 0 || std::fabs(change) < channel.grain))
        channel.grain = std::fabs(change);
    if (same) {
        ++channel.run;
        channel.runSeconds += dt;
    } else {
        // A run that was long enough to be a fault says nothing about how often a healthy channel changes.
        const double share = 1.0 / static_cast<double>(std::min<std::uint64_t>(channel.samples, 256));
        for (std::uint32_t i = 0; i < std::min(channel.run, 30U); ++i)
            channel.changing -= share * channel.changing;
        channel.changing += share * (1 - channel.changing);
        channel.run = 0;
        channel.runSeconds = 0;
    }
    channel.step = change / scaleOf(channel);
    rail(channel, value);
    spikes(channel, index, value);
    noise(channel, value, dt);
    levels(channel, value, dt);
    channel.largest = std::max(channel.largest, value);
    channel.last = value;
}

void ChannelFaults::rail(Channel& channel, double value)
{
    bool at = false;
    if (channel.railed) {
        const double edge = 5e-4 * (channel.high - channel.low);
        at = value >= channel.high - edge || value <= channel.low + edge;
        if (!at) {
            channel.beforeRail = value;
            channel.jumped = false;
        } else if ((channel.railBits & 1U) == 0) {
            const double range = channel.high - channel.low;
            const double jump = std::fabs(value - channel.beforeRail) / range;
            // Gas brings a channel to the lower end, if ever, by creeping; a break in the wire from where it was.
            const bool broken =
                value <= channel.low + edge && jump > 5e-3 && std::fabs(channel.beforeRail) > 0.5 * channel.level;
            channel.jumped = channel.samples == 0 || jump > 0.2 || broken;
        }
    }
    channel.railBits = static_cast<std::uint8_t>(((channel.railBits << 1U) | (at ? 1U : 0U)) & lastFive);
}

void ChannelFaults::levels(Channel& channel, double value, double dt)
{
    const double magnitude = std::fabs(value);
    channel.level = follow(channel.level, magnitude, dt, 2);
    const double floor =
        std::max({8 * channel.grain, channel.railed ? 1e-3 * (channel.high - channel.low) : 0.0, 1e-12});
    const double log = exactLog(std::max(magnitude, floor * 1e-2));
    const bool faulty =
        std::any_of(channel.latches.begin(), channel.latches.end(), [](const Latch& latch) { return latch.active; });
    if (channel.samples < 20 && m_warm < m_options.warmUpSeconds)
        channel.logRef = channel.slow = log;
    channel.slow = follow(channel.slow, log, dt, 10);
    const double off = log - channel.logRef;
    const double collapse = m_collapseLog;
    const bool gone = channel.latches[static_cast<std::size_t>(FaultKind::Disconnected) - 1].active;
    const bool far = std::fabs(off) > (gone ? collapse / 2 : collapse); // it must come back further than it fell
    channel.collapseBits = static_cast<std::uint8_t>(((channel.collapseBits << 1U) | (far ? 1U : 0U)) & lastFive);
    if (!far)
        channel.logRef = follow(channel.logRef, log, dt, 60);
    else if (gone) // another specimen may have been plugged in: believed after a while
        channel.logRef = follow(channel.logRef, log, dt, 1800);
    else if (m_warm < m_options.warmUpSeconds)
        channel.logRef = log;
    if (m_warm < m_options.warmUpSeconds)
        channel.logLow = channel.slow;
    else if (!faulty && !far)
        channel.logLow =
            channel.inverted ? std::max(channel.logLow, channel.slow) : std::min(channel.logLow, channel.slow);
    if (channel.role == Role::Heater && magnitude > m_options.heaterShare * channel.heaterRef)
        channel.heaterRef = channel.heaterRef == 0 ? magnitude : follow(channel.heaterRef, magnitude, dt, 60);
}

void ChannelFaults::noise(Channel& channel, double value, double dt)
{
    // Second differences: the slope of an exposure does not count as noise. Relative, because gas scales the noise.
    const double second = (value - 2 * channel.v1 + channel.v2) / scaleOf(channel);
    channel.v2 = channel.v1;
    channel.v1 = value;
    if (channel.samples < 3 || dt <= 0)
        return;
    double power = second * second / 6; // the variance of a second difference of white noise is six times its own
    if (channel.base > 0)
        power = std::min(power, 100 * channel.base);
    const double span = std::max(2.0, 30 * m_dt);
    channel.fast = channel.fast == 0 ? power : follow(channel.fast, power, dt, span);
    if (m_warm < m_options.warmUpSeconds) {
        channel.base = channel.base == 0 ? power : follow(channel.base, power, dt, 30);
        channel.baseSeconds = m_warm;
        return;
    }
    channel.baseSeconds += dt;
    const auto& latch = channel.latches[static_cast<std::size_t>(FaultKind::Noise) - 1];
    if (!latch.active && latch.since < 0)
        channel.base = follow(channel.base, power, dt, 300);
}

void ChannelFaults::spikes(Channel& channel, std::size_t index, double value)
{
    const bool full = channel.ringSize == window;
    std::array<double, window> sorted{};
    if (full && m_warm > 0) {
        // Causally, for the recogniser: a value no gas can jump to within one sample is withheld, once.
        sorted = channel.ring;
        const double median = medianOf(sorted);
        for (double& entry : sorted)
            entry = std::fabs(entry - median);
        const double scale = scaleOf(channel);
        const double sigma =
            std::max({robustSigma * medianOf(sorted), std::sqrt(channel.base) * scale, channel.grain, 1e-30});
        const double ratio = (std::fabs(value) + 0.05 * scale) / (std::fabs(median) + 0.05 * scale);
        const bool far = std::fabs(value - median) > m_options.hampelLimit * sigma &&
                         (ratio > 2 || ratio < 0.5 || value * median < 0);
        channel.wasWithheld = far && !channel.wasWithheld && m_warm >= m_options.warmUpSeconds;
        if (channel.wasWithheld)
            m_mask[index] = ChannelMask::Withheld; // unless its siblings jumped as well, see compare()
    }
    channel.ring[channel.ringAt] = value;
    channel.ringAt = (channel.ringAt + 1) % window;
    channel.ringSize = std::min(channel.ringSize + 1, window);
    if (!full || m_warm < m_options.warmUpSeconds)
        return;
    // For the count, the sample in the middle of the window is compared with both sides, so that a slope is no spike.
    const double middle = channel.ring[(channel.ringAt + window / 2) % window];
    sorted = channel.ring;
    const double median = medianOf(sorted);
    for (double& entry : sorted)
        entry = std::fabs(entry - median);
    const double sigma =
        std::max({robustSigma * medianOf(sorted), std::sqrt(channel.base) * scaleOf(channel), channel.grain, 1e-30});
    const bool spike = std::fabs(middle - median) > m_options.hampelLimit * sigma;
    channel.spikes += ((spike ? 1.0 : 0.0) - channel.spikes) / 1000;
}

double ChannelFaults::medianOfScratch()
{
    if (m_scratch.empty())
        return 0;
    const auto middle = m_scratch.begin() + static_cast<std::ptrdiff_t>(m_scratch.size() / 2);
    std::nth_element(m_scratch.begin(), middle, m_scratch.end());
    return *middle;
}

void ChannelFaults::compare()
{
    const auto median = [this](auto&& quantity) {
        m_scratch.clear();
        for (const std::uint32_t i : m_gas) {
            if (m_channels[i].any)
                m_scratch.push_back(quantity(m_channels[i]));
        }
        return medianOfScratch();
    };
    const double step = median([](const Channel& c) { return std::fabs(c.step); });
    const double noisy = median([](const Channel& c) { return c.base > 0 ? c.fast / c.base : 1.0; });
    const double shift = median([](const Channel& c) { return std::fabs(c.slow - c.logRef); });
    std::size_t railed = 0;
    for (const std::uint32_t i : m_gas)
        railed += m_channels[i].railBits != 0 && m_channels[i].jumped ? 1U : 0U;
    const bool board = m_gas.size() >= 3 && railed * 5 >= m_gas.size() * 4;
    judgeHeater();
    for (const std::uint32_t i : m_gas) {
        if (m_mask[i] == ChannelMask::Withheld) {
            if (step > 0.05 * std::fabs(m_channels[i].step)) { // the front of a gas
                m_mask[i] = ChannelMask::Good;
                m_channels[i].wasWithheld = false;
            } else {
                ++m_withheld;
            }
        }
        judgeStuck(i);
        judgeRail(i, step, board);
        judge(i, step, noisy, shift);
    }
}

void ChannelFaults::judgeStuck(std::size_t index)
{
    const Channel& c = m_channels[index];
    bool stuck = false;
    if (c.run >= m_options.stuckSamples && c.runSeconds >= m_options.stuckSeconds && c.railBits == 0) {
        std::size_t others = 0;
        std::size_t moving = 0;
        for (const std::uint32_t i : m_gas) {
            if (i == index || !m_channels[i].any)
                continue;
            ++others;
            moving += m_channels[i].run * 4 < c.run ? 1U : 0U;
        }
        // The chance of such a run in a channel that changes as often as this one used to.
        const double keep = std::max(1e-3, 1 - c.changing);
        const double evidence = -static_cast<double>(c.run) * exactLog(keep);
        const bool neverMoved = c.changing < 0.05 && c.samples <= c.run + 1ULL && c.run >= 30;
        // A channel that has climbed to its highest value ever may be saturated: gas does that.
        const bool saturated = c.last >= c.largest && c.runSeconds < 10 * m_options.stuckSeconds;
        stuck = !saturated && (evidence > 16 || neverMoved) && (others == 0 || moving * 2 > others);
    }
    set(index, FaultKind::Stuck, stuck, 0, c.runSeconds, m_options.stuckSeconds);
}

void ChannelFaults::judgeRail(std::size_t index, double siblingStep, bool board)
{
    const Channel& c = m_channels[index];
    const bool enough = static_cast<std::uint32_t>(std::popcount(c.railBits)) >= m_options.railSamples;
    const auto& latch = c.latches[static_cast<std::size_t>(FaultKind::Rail) - 1];
    // Siblings that take the same step at the same time have gas, unless nearly all of them are at their rails.
    const bool alone = siblingStep < 0.5 || board;
    const bool condition = enough && (latch.active || (c.jumped && alone));
    set(index, FaultKind::Rail, condition, 0, c.last, c.last > (c.low + c.high) / 2 ? c.high : c.low);
}

void ChannelFaults::judge(std::size_t index, double siblingStep, double noiseMedian, double levelShift)
{
    const Channel& c = m_channels[index];
    const bool warm = m_warm >= m_options.warmUpSeconds;
    const bool missing = c.missingRun >= 5 && c.missing >= m_options.stuckSeconds;
    const auto& latch = c.latches[static_cast<std::size_t>(FaultKind::Disconnected) - 1];
    const bool collapsed = std::popcount(c.collapseBits) >= 3;
    const bool gone = collapsed && warm && c.railBits == 0 &&
                      (latch.active || (m_gas.size() >= 3 && levelShift < 1 && siblingStep < 0.5));
    set(index, FaultKind::Disconnected, missing || gone, 0, c.last, exactExp(c.logRef));

    const double ratio = c.base > 0 ? c.fast / c.base : 1;
    const double relative = ratio / std::max(1.0, noiseMedian);
    const bool noisy = warm && c.baseSeconds > 2 * m_options.warmUpSeconds && relative > m_options.noiseRatio;
    set(index, FaultKind::Noise, noisy, std::max(m_options.noiseSeconds, 30 * m_period), relative,
        m_options.noiseRatio);
    const auto& spiky = c.latches[static_cast<std::size_t>(FaultKind::SpikeNoise) - 1];
    set(index, FaultKind::SpikeNoise, warm && c.spikes > (spiky.active ? m_options.spikeRate / 2 : m_options.spikeRate),
        0, c.spikes, m_options.spikeRate);
}

void ChannelFaults::judgeHeater()
{
    bool measured = false;
    bool cold = false;
    double value = 0;
    double limit = 0;
    for (std::size_t i = 0; i + 1 < m_channels.size(); ++i) {
        const Channel& c = m_channels[i];
        if (c.role != Role::Heater || c.heaterRef <= 0)
            continue;
        measured = true;
        if (std::fabs(c.last) < m_options.heaterShare * c.heaterRef) {
            cold = true;
            value = c.last;
            limit = m_options.heaterShare * c.heaterRef;
        }
    }
    std::size_t fallen = 0;
    const double depth = m_coldLog;
    for (const std::uint32_t i : m_gas) {
        const Channel& c = m_channels[i];
        const double log = exactLog(std::max(std::fabs(c.last), 1e-30));
        const double below = c.inverted ? log - c.logLow : c.logLow - log;
        // Within 10 s: the slow level is still where it was.
        const double slowBelow = c.inverted ? c.slow - c.logLow : c.logLow - c.slow;
        const auto& latch = c.latches[static_cast<std::size_t>(FaultKind::ColdSensor) - 1];
        fallen += below > depth && (latch.active || slowBelow < below - 0.5 || slowBelow > depth) ? 1U : 0U;
    }
    const bool all = m_gas.size() >= 3 && fallen * 10 >= m_gas.size() * 9 && m_warm >= m_options.warmUpSeconds;
    for (const std::uint32_t i : m_gas)
        set(i, FaultKind::ColdSensor, (measured && cold) || all, measured && cold ? m_options.heaterSeconds : 1,
            measured && cold ? value : m_channels[i].last, measured && cold ? limit : exactExp(m_channels[i].logLow));
}

void ChannelFaults::drift()
{
    if (!m_cleanAir || m_warm < m_options.warmUpSeconds) {
        m_cleanSince = -1;
        return;
    }
    if (m_cleanSince < 0)
        m_cleanSince = m_now;
    if (m_now - m_cleanSince < 60 || m_now - m_lastDrift < 300)
        return;
    const double sinceLast = std::min(m_now - m_lastDrift, 3600.0);
    m_lastDrift = m_now;
    // What all channels share is weather, not drift.
    constexpr std::uint32_t reference = 8;
    m_scratch.clear();
    for (const std::uint32_t i : m_gas) {
        if (m_channels[i].driftCount >= reference)
            m_scratch.push_back(m_channels[i].slow - m_channels[i].driftMean);
    }
    const double common = m_scratch.size() >= 3 ? medianOfScratch() : 0;
    for (const std::uint32_t i : m_gas) {
        Channel& c = m_channels[i];
        if (!c.any || m_mask[i] == ChannelMask::Masked)
            continue;
        if (c.driftCount < reference) {
            ++c.driftCount;
            const double delta = c.slow - c.driftMean;
            c.driftMean += delta / c.driftCount;
            c.driftSquares += delta * (c.slow - c.driftMean);
            continue;
        }
        const double deviation = std::max(std::sqrt(c.driftSquares / (reference - 1)), m_options.driftFloor);
        const double z = (c.slow - c.driftMean - common) / deviation;
        c.up = std::clamp(c.up + z - m_options.driftSlack, 0.0, 2 * m_options.driftLimit);
        c.down = std::clamp(c.down - z - m_options.driftSlack, 0.0, 2 * m_options.driftLimit);
        // The reference follows within half a day: what moves more slowly is for the calibration's expiry.
        c.driftMean = follow(c.driftMean, c.slow - common, sinceLast, 12 * 3600);
        const double worst = std::max(c.up, c.down);
        set(i, FaultKind::Drift, worst > m_options.driftLimit, 0, worst, m_options.driftLimit);
    }
}

void ChannelFaults::set(std::size_t index, FaultKind kind, bool condition, double holdSeconds, double value,
                        double limit)
{
    Latch& latch = m_channels[index].latches[static_cast<std::size_t>(kind) - 1];
    const auto channel = index + 1 == m_channels.size() ? FaultChange::wholeDevice : static_cast<std::uint32_t>(index);
    if (condition) {
        latch.clear = -1;
        if (latch.since < 0)
            latch.since = m_now;
        if (!latch.active && m_now - latch.since >= holdSeconds) {
            // What comes back soon is believed later that it is over.
            latch.hold = m_now - latch.ended < 120 && latch.hold > 0 ? std::min(2 * latch.hold, longestHold)
                                                                     : m_options.recoverSeconds;
            latch.active = true;
            latch.value = value;
            latch.limit = limit;
            m_changes.push_back({channel, kind, true, value, limit});
        }
        return;
    }
    latch.since = -1;
    if (!latch.active)
        return;
    if (latch.clear < 0)
        latch.clear = m_now;
    if (m_now - latch.clear < latch.hold)
        return;
    latch.active = false;
    latch.ended = m_now;
    latch.clear = -1;
    m_changes.push_back({channel, kind, false, value, limit});
}

bool ChannelFaults::active(std::size_t channel, FaultKind kind) const
{
    const std::size_t index = channel == FaultChange::wholeDevice ? m_channels.size() - 1 : channel;
    return index < m_channels.size() && m_channels[index].latches[static_cast<std::size_t>(kind) - 1].active;
}

std::vector<FaultChange> ChannelFaults::activeFaults() const
{
    std::vector<FaultChange> out;
    for (std::size_t i = 0; i < m_channels.size(); ++i) {
        for (std::size_t kind = 0; kind < faultKinds; ++kind) {
            if (const Latch& latch = m_channels[i].latches[kind]; latch.active)
                out.push_back({i + 1 == m_channels.size() ? FaultChange::wholeDevice : static_cast<std::uint32_t>(i),
                               static_cast<FaultKind>(kind + 1), true, latch.value, latch.limit});
        }
    }
    return out;
}

} // namespace bnof::sensing
