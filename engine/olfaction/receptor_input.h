// SPDX-License-Identifier: GPL-3.0-or-later
// How points reach the receptor population of a network: as currents, or as the spikes of an encoder.
#pragma once

#include <memory>
#include <vector>

#include "engine/olfaction/receptor_code.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {

/// Drives population 0 of a `Net`, a snn::Simulation or whatever runs, drives and rates like one. Spikes of an encoder
/// become those of a Poisson population that is drawn every tick: at a rate of 1 / tick a source fires for certain, at
/// 0 never, whatever is drawn.
class ReceptorInput {
public:
    explicit ReceptorInput(const ReceptorCode& code) : m_code(code)
    {
        if (!code.spikes())
            return;
        m_encoder = Encoder::create(code.encoder, code.inputs());
        m_rates.assign(code.receptors(), 0.0F);
    }

    /// Encoders begin at their tick 0; see Encoder::reset().
    void reset(std::uint64_t stream = 0)
    {
        if (m_encoder)
            m_encoder->reset(stream);
    }

    /// From the next tick on, receptors tell this point.
    template <typename Net> Result<void> show(Net& net, const DiscriminantPoint& point)
    {
        if (!m_encoder) {
            encode(m_code, point, m_driveMv);
            return net.setDrive(0, m_driveMv);
        }
        encoderValues(m_code, point, m_values);
        m_encoder->setValues(m_values);
        return {};
    }

    template <typename Net> void run(Net& net, std::uint32_t ticks, snn::SpikesByPopulation& spikes)
    {
        if (!m_encoder) {
            net.run(ticks, spikes);
            return;
        }
        bool known = false; // whether the network's rates are those of m_rates
        std::uint32_t silent = 0;
        const auto advance = [&](std::uint32_t count) {
            if (!known)
                (void)net.setRates(0, m_rates); // cannot fail: one rate a receptor, within what a tick allows
            known = true;
            net.run(count, spikes);
        };
        for (std::uint32_t tick = 0; tick < ticks; ++tick) {
            m_fired.clear();
            m_encoder->step(m_fired);
            if (m_fired.empty()) {
                ++silent;
                continue;
            }
            if (silent > 0)
                advance(std::exchange(silent, 0U));
            for (const std::uint32_t neuron : m_fired)
                m_rates[neuron] = certainHz;
            known = false;
            advance(1);
            for (const std::uint32_t neuron : m_fired)
                m_rates[neuron] = 0;
            known = false;
        }
        if (silent > 0)
            advance(silent);
    }

    void save(StateWriter& writer) const
    {
        if (m_encoder)
            m_encoder->save(writer);
    }
    [[nodiscard]] bool load(StateReader& reader) { return !m_encoder || m_encoder->load(reader); }

private:
    static constexpr float certainHz = 1000; ///< at a tick of 1 ms

    ReceptorCode m_code;
    std::unique_ptr<Encoder> m_encoder;
    std::vector<float> m_driveMv; ///< reused
    std::vector<double> m_values; ///< reused
    std::vector<std::uint32_t> m_fired;
    std::vector<float> m_rates; ///< all 0 between ticks
};

} // namespace bnof::olfaction
