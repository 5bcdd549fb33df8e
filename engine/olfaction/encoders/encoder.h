// SPDX-License-Identifier: GPL-3.0-or-later
// Spike encoders: values of a few channels, held between frames, as spike trains on a tick of 1 ms.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/state_bytes.h"

namespace bnof::olfaction {

/// What an encoder is made of. Sizes are of one channel; every channel is encoded alike. Signed codes have neurons for
/// a channel's value v (ON) and as many for 1 - v (OFF); what follows calls either of them u.
///
/// | name        | a neuron fires                                                                                   |
/// | rate        | as a Poisson source of rate maximumHz u (Adrian 1926, J. Physiol. 61: intensity as frequency;    |
/// |             | irregular as Softky & Koch 1993, J. Neurosci. 13)                                                |
/// | latency     | once a cycle, tau ln(u / (u - threshold)) after its start: what a leaky membrane needs to charge  |
/// |             | (Thorpe 1990; Gautrais & Thorpe 1998, BioSystems 48); a cell has a threshold of its own           |
/// | phase       | once a cycle at phase 1 - u, the cells with staggered delays (Hopfield 1995, Nature 376)          |
/// | burst       | round(u maximumSpikes) times a cycle, at intervals that shrink with u (Park et al. 2019, DAC;      |
/// |             | Guo et al. 2021, Front. Neurosci. 15:638474)                                                      |
/// | rank-order  | in the order of the values, one neuron after the other, the first half of them (Thorpe & Gautrais |
/// |             | 1998, "Rank order coding", Computational Neuroscience: Trends in Research)                        |
/// | delta       | at each crossing of a level since the last spike, up or down; the step is `deviations` times the   |
/// |             | noise that the channel shows, and the level is sent anew every cycle (send on delta: Miskowicz     |
/// |             | 2006, Sensors 6; Sayiner et al. 1996, IEEE Trans. Circuits Syst. II 43)                           |
/// | sigma-delta | when the integral of u reaches 1, which is then subtracted: regular, at maximumHz u (Yoon 2017,    |
/// |             | IEEE Trans. Neural Netw. Learn. Syst. 28)                                                         |
/// | population  | regularly, at a Gaussian of the distance between v and the neuron's centre (Bohte, Kok & La Poutre |
/// |             | 2002, Neurocomputing 48)                                                                          |
struct EncoderParameters {
    std::string name;                ///< one of encoderNames(); empty: none
    std::uint32_t cells = 4;         ///< for each sign; twice as many receptive fields; delta and rank-order have one
    double maximumHz = 100;          ///< of rate, sigma-delta, population; at most 500
    std::uint32_t cycleTicks = 50;   ///< of latency, phase, burst, rank-order and delta
    std::uint32_t maximumSpikes = 5; ///< of a burst
    double deviations = 3;           ///< delta: step in standard deviations of the noise
    std::vector<double> noise;       ///< delta: standard deviation of each channel's noise at the start
    std::uint64_t seed = 1;          ///< of rate

    bool operator==(const EncoderParameters&) const = default;
};

/// "rate", "latency", "phase", "burst", "rank-order", "delta", "sigma-delta", "population".
[[nodiscard]] const std::vector<std::string>& encoderNames();
[[nodiscard]] bool isEncoderName(const std::string& name);
/// Whether the time of a neuron's first spike in a cycle says what the code means, rather than how many there are.
[[nodiscard]] bool encodesInTime(const std::string& name);
/// What suits the code of that name: short cycles for phases, long ones for bursts.
[[nodiscard]] EncoderParameters defaultEncoder(const std::string& name);
/// Neurons of one channel. The neurons of a channel follow each other, channel after channel.
[[nodiscard]] std::uint32_t neuronsPerChannel(const EncoderParameters& parameters);
/// Errors name the field.
[[nodiscard]] Result<void> validate(const EncoderParameters& parameters, std::size_t channels,
                                    const std::string& path = "encoder");

[[nodiscard]] Json toJson(const EncoderParameters& parameters);
[[nodiscard]] Result<EncoderParameters> encoderFromJson(const Json& json, const std::string& path,
                                                        std::size_t channels);

/// Incremental and causal: a spike depends on nothing but the values set before its tick. Made of IEEE-exact
/// operations, so that every machine gives the same spikes. The spikes do not depend on how ticks and frames interleave
/// beyond the tick at which each frame is set.
class Encoder {
public:
    virtual ~Encoder() = default;

    /// Parameters that validate() accepts.
    [[nodiscard]] static std::unique_ptr<Encoder> create(const EncoderParameters& parameters, std::size_t channels);

    /// Back to tick 0 without a value. Random codes draw from another part of their sequence for each `stream`.
    void reset(std::uint64_t stream = 0);
    /// A frame: one value a channel, within 0 and 1 (beyond, they are taken as 0 or 1), held until the next.
    void setValues(std::span<const double> values);
    /// One tick; appends the neurons that fire, ascending. Nothing fires before the first frame.
    void step(std::vector<std::uint32_t>& fired);

    [[nodiscard]] std::size_t channels() const { return m_channels; }
    [[nodiscard]] std::size_t neurons() const { return m_channels * m_perChannel; }

    void save(StateWriter& writer) const;
    /// False when the bytes do not fit this encoder or hold values that it cannot have produced.
    [[nodiscard]] bool load(StateReader& reader);

protected:
    Encoder(const EncoderParameters& parameters, std::size_t channels);

    virtual void clear() {}
    /// New values are in m_values; `first`: the first since the reset.
    virtual void valuesChanged(bool first) { (void)first; }
    virtual void fire(std::vector<std::uint32_t>& fired) = 0;
    virtual void saveMore(StateWriter& writer) const { (void)writer; }
    [[nodiscard]] virtual bool loadMore(StateReader& reader) { return reader.ok(); }

    /// u of a neuron of a signed code: ON cells first.
    [[nodiscard]] double signedValue(std::size_t channel, std::size_t neuron) const
    {
        return neuron < m_perChannel / 2 ? m_values[channel] : 1 - m_values[channel];
    }
    [[nodiscard]] std::uint32_t phaseTick() const
    {
        return static_cast<std::uint32_t>(m_tick % m_parameters.cycleTicks);
    }

    EncoderParameters m_parameters;
    std::size_t m_channels;
    std::size_t m_perChannel;
    std::uint64_t m_tick = 0;
    std::uint64_t m_stream = 0;
    bool m_started = false;
    std::vector<double> m_values;
};

} // namespace bnof::olfaction
