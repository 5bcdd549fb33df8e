// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/encoders/codes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/base/philox.h"

namespace bnof::olfaction {
namespace {

constexpr double ticksPerSecond = 1000;
constexpr std::uint32_t rateStream = 0x5241;
constexpr std::uint32_t never = 0xFFFF'FFFFU;

/// Poisson spikes, drawn by (seed, stream, neuron, tick).
class RateCode final : public Encoder {
public:
    RateCode(const EncoderParameters& parameters, std::size_t channels) : Encoder(parameters, channels) {}

private:
    void fire(std::vector<std::uint32_t>& fired) override
    {
        const double scale = m_parameters.maximumHz / ticksPerSecond * 0x1p32;
        PhiloxBlock block{};
        for (std::size_t n = 0; n < neurons(); ++n) {
            if (n % 4 == 0)
                block = philox({static_cast<std::uint32_t>(m_tick), static_cast<std::uint32_t>(m_tick >> 32),
                                static_cast<std::uint32_t>(m_stream) ^ rateStream, static_cast<std::uint32_t>(n / 4)},
                               static_cast<std::uint32_t>(m_parameters.seed),
                               static_cast<std::uint32_t>(m_parameters.seed >> 32));
            const double u = signedValue(n / m_perChannel, n % m_perChannel);
            if (static_cast<double>(block[n % 4]) < u * scale)
                fired.push_back(static_cast<std::uint32_t>(n));
        }
    }
};

/// Codes that fire when an integral reaches 1. The cells of a value start staggered, so that together they tell it
/// more finely than one cell's spikes.
class IntegratingCode : public Encoder {
protected:
    IntegratingCode(const EncoderParameters& parameters, std::size_t channels)
        : Encoder(parameters, channels), m_integral(neurons(), 0), m_slope(neurons(), 0)
    {}

    /// Fills m_slope: what is integrated in a tick, at most 1/2.
    virtual void setSlopes() = 0;

    void valuesChanged(bool) override { setSlopes(); }
    void clear() override
    {
        const std::size_t half = std::max<std::size_t>(1, m_perChannel / 2);
        for (std::size_t n = 0; n < neurons(); ++n)
            m_integral[n] = (static_cast<double>(n % m_perChannel % half) + 0.5) / static_cast<double>(half);
    }
    void fire(std::vector<std::uint32_t>& fired) override
    {
        for (std::size_t n = 0; n < m_integral.size(); ++n) {
            m_integral[n] += m_slope[n];
            if (m_integral[n] >= 1) {
                m_integral[n] -= 1;
                fired.push_back(static_cast<std::uint32_t>(n));
            }
        }
    }
    void saveMore(StateWriter& writer) const override { writer.putAll(m_integral); }
    bool loadMore(StateReader& reader) override
    {
        reader.getAll(m_integral, neurons());
        setSlopes();
        return std::all_of(m_integral.begin(), m_integral.end(), [](double v) { return v >= 0 && v < 1; });
    }

    std::vector<double> m_integral;
    std::vector<double> m_slope;
};

class SigmaDeltaCode final : public IntegratingCode {
public:
    SigmaDeltaCode(const EncoderParameters& parameters, std::size_t channels) : IntegratingCode(parameters, channels) {}

private:
    void setSlopes() override
    {
        for (std::size_t n = 0; n < neurons(); ++n)
            m_slope[n] = m_parameters.maximumHz / ticksPerSecond * signedValue(n / m_perChannel, n % m_perChannel);
    }
};

class PopulationCode final : public IntegratingCode {
public:
    PopulationCode(const EncoderParameters& parameters, std::size_t channels) : IntegratingCode(parameters, channels) {}

private:
    void setSlopes() override
    {
        // Neighbouring fields cross at 0.6 of their height; below a twentieth a field is silent.
        const double spacing = 1.0 / static_cast<double>(m_perChannel - 1);
        for (std::size_t n = 0; n < neurons(); ++n) {
            const double centre = static_cast<double>(n % m_perChannel) * spacing;
            const double distance = (m_values[n / m_perChannel] - centre) / (0.5 * spacing);
            const double activity = exactExp(std::max(-0.5 * distance * distance, -600.0));
            m_slope[n] = activity < 0.05 ? 0 : m_parameters.maximumHz / ticksPerSecond * activity;
        }
    }
};

/// Codes that look at the values at the start of a cycle and lay down when each neuron fires within it.
class CycleCode : public Encoder {
protected:
    CycleCode(const EncoderParameters& parameters, std::size_t channels)
        : Encoder(parameters, channels), m_next(neurons(), never)
    {}

    /// Fills m_next with the first spike of each neuron in this cycle, in ticks since its start, or `never`.
    virtual void plan() = 0;
    /// The spike of a neuron after the one at `at`.
    [[nodiscard]] virtual std::uint32_t after(std::size_t neuron, std::uint32_t at) const
    {
        (void)neuron;
        (void)at;
        return never;
    }

    void clear() override { std::fill(m_next.begin(), m_next.end(), never); }
    void fire(std::vector<std::uint32_t>& fired) override
    {
        const std::uint32_t now = phaseTick();
        if (now == 0)
            plan();
        for (std::size_t n = 0; n < m_next.size(); ++n) {
            if (m_next[n] != now)
                continue;
            fired.push_back(static_cast<std::uint32_t>(n));
            m_next[n] = after(n, now);
        }
    }
    void saveMore(StateWriter& writer) const override { writer.putAll(m_next); }
    bool loadMore(StateReader& reader) override
    {
        reader.getAll(m_next, neurons());
        return reader.ok();
    }
    /// A time in ticks, rounded; `never` when it lies beyond the cycle.
    [[nodiscard]] std::uint32_t tickAt(double ticks) const
    {
        return ticks < m_parameters.cycleTicks - 0.5 ? static_cast<std::uint32_t>(ticks + 0.5) : never;
    }

    std::vector<std::uint32_t> m_next;
};

class LatencyCode final : public CycleCode {
public:
    LatencyCode(const EncoderParameters& parameters, std::size_t channels) : CycleCode(parameters, channels) {}

private:
    void plan() override
    {
        // A value of twice the threshold fires after a quarter of the cycle.
        const double tau = 0.25 * m_parameters.cycleTicks / exactLog(2);
        const double cells = static_cast<double>(m_perChannel) / 2;
        for (std::size_t n = 0; n < neurons(); ++n) {
            const double u = signedValue(n / m_perChannel, n % m_perChannel);
            const double threshold = (static_cast<double>(n % (m_perChannel / 2)) + 0.5) / cells * 0.9;
            m_next[n] = u > threshold ? tickAt(tau * exactLog(u / (u - threshold))) : never;
        }
    }
};

class PhaseCode final : public CycleCode {
public:
    PhaseCode(const EncoderParameters& parameters, std::size_t channels) : CycleCode(parameters, channels) {}

private:
    void plan() override
    {
        const std::uint32_t cycle = m_parameters.cycleTicks;
        const std::size_t cells = m_perChannel / 2;
        for (std::size_t n = 0; n < neurons(); ++n) {
            const double u = signedValue(n / m_perChannel, n % m_perChannel);
            const auto phase = static_cast<std::uint32_t>((1 - u) * (cycle - 1) + 0.5);
            const auto delay = static_cast<std::uint32_t>(n % cells * cycle / cells);
            m_next[n] = (phase + delay) % cycle;
        }
    }
};

class BurstCode final : public CycleCode {
public:
    BurstCode(const EncoderParameters& parameters, std::size_t channels)
        : CycleCode(parameters, channels), m_left(neurons(), 0), m_interval(neurons(), 0)
    {}

private:
    void plan() override
    {
        const double shortest = 2;
        const double longest = static_cast<double>(m_parameters.cycleTicks) / (m_parameters.maximumSpikes + 1);
        const std::size_t cells = m_perChannel / 2;
        for (std::size_t n = 0; n < neurons(); ++n) {
            const double u = signedValue(n / m_perChannel, n % m_perChannel);
            // The cells round at different places.
            const double dither = (static_cast<double>(n % cells) + 0.5) / static_cast<double>(cells);
            const auto spikes = static_cast<std::uint32_t>(u * m_parameters.maximumSpikes + dither);
            m_interval[n] = static_cast<std::uint32_t>(longest - (longest - shortest) * u + 0.5);
            m_left[n] = spikes;
            m_next[n] = spikes > 0 ? m_interval[n] - 1 : never;
        }
    }
    std::uint32_t after(std::size_t neuron, std::uint32_t at) const override
    {
        // at = interval - 1, 2 interval - 1, ...: the number of the spike follows from its time.
        const std::uint32_t done = (at + 1) / m_interval[neuron];
        const std::uint32_t next = at + m_interval[neuron];
        return done < m_left[neuron] && next < m_parameters.cycleTicks ? next : never;
    }
    void clear() override
    {
        CycleCode::clear();
        std::fill(m_left.begin(), m_left.end(), 0U);
        std::fill(m_interval.begin(), m_interval.end(), 1U);
    }
    void saveMore(StateWriter& writer) const override
    {
        CycleCode::saveMore(writer);
        writer.putAll(m_left);
        writer.putAll(m_interval);
    }
    bool loadMore(StateReader& reader) override
    {
        if (!CycleCode::loadMore(reader))
            return false;
        reader.getAll(m_left, neurons());
        reader.getAll(m_interval, neurons());
        return reader.ok() && std::all_of(m_interval.begin(), m_interval.end(), [](std::uint32_t i) { return i >= 1; });
    }

    std::vector<std::uint32_t> m_left; ///< spikes of this cycle's burst
    std::vector<std::uint32_t> m_interval;
};

class RankOrderCode final : public CycleCode {
public:
    RankOrderCode(const EncoderParameters& parameters, std::size_t channels)
        : CycleCode(parameters, channels), m_order(neurons())
    {}

private:
    void plan() override
    {
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        std::stable_sort(m_order.begin(), m_order.end(),
                         [this](std::size_t a, std::size_t b) { return value(a) > value(b); });
        std::fill(m_next.begin(), m_next.end(), never);
        const std::size_t sent = (neurons() + 1) / 2;
        for (std::size_t rank = 0; rank < sent; ++rank)
            m_next[m_order[rank]] = static_cast<std::uint32_t>(rank * (m_parameters.cycleTicks - 1) / sent);
    }
    [[nodiscard]] double value(std::size_t n) const { return signedValue(n / m_perChannel, n % m_perChannel); }

    std::vector<std::size_t> m_order; ///< reused
};

/// Level crossings; a step is a multiple of the noise between frames, which is followed slowly.
class DeltaCode final : public Encoder {
public:
    DeltaCode(const EncoderParameters& parameters, std::size_t channels)
        : Encoder(parameters, channels), m_noise(channels, 0), m_before(channels, 0), m_level(channels, 0.5),
          m_held(channels, 0)
    {}

private:
    static constexpr double smallestStep = 0.025;   ///< of the range: 40 levels
    static constexpr double usualNoise = 0.01;      ///< where training has measured none
    static constexpr double adaptation = 1.0 / 256; ///< share of a frame in the estimate of the variance
    static constexpr std::uint32_t refractory = 2;  ///< ticks between two spikes of a channel

    void clear() override
    {
        for (std::size_t c = 0; c < m_channels; ++c)
            m_noise[c] = m_parameters.noise.empty() ? usualNoise : m_parameters.noise[c];
        std::fill(m_level.begin(), m_level.end(), 0.5);
        std::fill(m_held.begin(), m_held.end(), 0U);
    }
    void valuesChanged(bool first) override
    {
        for (std::size_t c = 0; c < m_channels && !first; ++c) {
            // The difference of two frames has twice the variance of one. A movement of the signal must not count as
            // noise, so a difference counts as three standard deviations at most (Huber).
            const double limit = 3 * std::max(m_noise[c], 1e-6);
            const double difference = std::clamp(m_values[c] - m_before[c], -limit, limit);
            const double variance = m_noise[c] * m_noise[c];
            m_noise[c] = std::sqrt(variance + adaptation * (0.5 * difference * difference - variance));
        }
        m_before = m_values;
    }
    void fire(std::vector<std::uint32_t>& fired) override
    {
        const bool anew = phaseTick() == 0;
        for (std::size_t c = 0; c < m_channels; ++c) {
            if (anew)
                m_level[c] = 0.5;
            if (m_held[c] > 0) {
                --m_held[c];
                continue;
            }
            const double step = std::max(m_parameters.deviations * m_noise[c], smallestStep);
            const double distance = m_values[c] - m_level[c];
            if (distance < step && distance > -step)
                continue;
            m_level[c] += distance > 0 ? step : -step;
            m_held[c] = refractory - 1;
            fired.push_back(static_cast<std::uint32_t>(2 * c + (distance > 0 ? 0 : 1)));
        }
    }
    void saveMore(StateWriter& writer) const override
    {
        writer.putAll(m_noise);
        writer.putAll(m_before);
        writer.putAll(m_level);
        writer.putAll(m_held);
    }
    bool loadMore(StateReader& reader) override
    {
        reader.getAll(m_noise, m_channels);
        reader.getAll(m_before, m_channels);
        reader.getAll(m_level, m_channels);
        reader.getAll(m_held, m_channels);
        const auto within = [](const std::vector<double>& list, double low, double high) {
            return std::all_of(list.begin(), list.end(), [=](double v) { return v >= low && v <= high; });
        };
        return reader.ok() && within(m_noise, 0, 1) && within(m_before, 0, 1) && within(m_level, -1, 2) &&
               std::all_of(m_held.begin(), m_held.end(), [](std::uint32_t h) { return h < refractory; });
    }

    std::vector<double> m_noise;
    std::vector<double> m_before; ///< the last frame
    std::vector<double> m_level;  ///< what the spikes have told so far
    std::vector<std::uint32_t> m_held;
};

} // namespace

std::unique_ptr<Encoder> makeCode(const EncoderParameters& parameters, std::size_t channels)
{
    const std::string& name = parameters.name;
    if (name == "latency")
        return std::make_unique<LatencyCode>(parameters, channels);
    if (name == "phase")
        return std::make_unique<PhaseCode>(parameters, channels);
    if (name == "burst")
        return std::make_unique<BurstCode>(parameters, channels);
    if (name == "rank-order")
        return std::make_unique<RankOrderCode>(parameters, channels);
    if (name == "delta")
        return std::make_unique<DeltaCode>(parameters, channels);
    if (name == "sigma-delta")
        return std::make_unique<SigmaDeltaCode>(parameters, channels);
    if (name == "population")
        return std::make_unique<PopulationCode>(parameters, channels);
    return std::make_unique<RateCode>(parameters, channels);
}

} // namespace bnof::olfaction
