// SPDX-License-Identifier: GPL-3.0-or-later
// Virtual receptors: discriminant coordinates as currents into integrate-and-fire receptor neurons.
#pragma once

#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/encoders/encoder.h"

namespace bnof::olfaction {

/// The offset code. Every code channel q (each discriminant axis, random mixtures of the axes, and the part of
/// the response that lies outside the discriminants) feeds a row of receptors with staggered thresholds: an ON
/// receptor's activity rises from 0 to 1 while q passes its ramp, an OFF receptor's falls. Learned projection
/// and offsets take the place of the lateral inhibition between receptor types; the spiking network adds the
/// rest. Activity g drives a receptor with baseMv + gainMv * g when g > 0, else with nothing.
///
/// With an encoder, receptors are sources of the encoder's spikes instead: each code channel has one ramp, whose
/// activity is what the encoder is given, and the residual, if it is told, is the last channel.
struct ReceptorCode {
    std::size_t axes = 0;
    std::vector<double> mixtures;      ///< one row of `axes` weights a code channel (without the residual)
    std::vector<double> rampStart;     ///< receptors of a channel one after the other, channel after channel
    std::vector<double> rampWidth;     ///< > 0
    std::size_t rampsPerChannel = 0;   ///< each ramp has an ON and an OFF receptor
    std::vector<double> residualStart; ///< ramps of the residual; ON receptors only
    std::vector<double> residualWidth;
    double baseMv = 9;
    double gainMv = 14;
    EncoderParameters encoder; ///< without a name: currents instead of spikes

    [[nodiscard]] bool spikes() const { return !encoder.name.empty(); }
    /// Channels of the encoder.
    [[nodiscard]] std::size_t inputs() const { return channels() + residualStart.size(); }
    [[nodiscard]] std::size_t channels() const { return axes == 0 ? 0 : mixtures.size() / axes; }
    [[nodiscard]] std::size_t receptors() const
    {
        return spikes() ? inputs() * neuronsPerChannel(encoder) : 2 * rampStart.size() + residualStart.size();
    }
    /// The code channel that a receptor listens to.
    [[nodiscard]] std::size_t channelOf(std::size_t receptor) const;
    bool operator==(const ReceptorCode&) const = default;
};

/// Currents for a point: one a receptor, in mV. For a code without an encoder.
void encode(const ReceptorCode& code, const DiscriminantPoint& point, std::vector<float>& driveMv);
/// What the encoder of a code is given for a point: one number an input, within 0 and 1.
void encoderValues(const ReceptorCode& code, const DiscriminantPoint& point, std::vector<double>& values);

struct ReceptorCodeOptions {
    std::size_t mixtures = 9; ///< random mixtures beside the axes; none when there is one axis
    std::size_t ramps = 6;
    std::size_t residualRamps = 8;
    std::uint64_t seed = 1;
    /// Its name is one of encoderNames(), or "offset" for the offset code; empty: as
    /// the number of gases suggests. Seed and noise are set in training.
    EncoderParameters encoder = {};
};

/// Places the ramps at quantiles of the points that the code must tell apart; `familiarResidual` is the largest
/// residual that is still ordinary. With an encoder, a channel's range is that of all but the outermost points.
[[nodiscard]] ReceptorCode fitReceptorCode(const std::vector<DiscriminantPoint>& points, double familiarResidual,
                                           const ReceptorCodeOptions& options);

[[nodiscard]] Json toJson(const ReceptorCode& code);
[[nodiscard]] Result<ReceptorCode> receptorCodeFromJson(const Json& json, const std::string& path, std::size_t axes);

} // namespace bnof::olfaction
