// SPDX-License-Identifier: GPL-3.0-or-later
// The value types that every part of the engine and every widget shares. Plain data, no behaviour.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace bnof {

/// One measured quantity of one device.
struct ChannelInfo {
    std::string name;     ///< as the device prints it, e.g. "TGS2602-1"
    std::string quantity; ///< "resistance", "conductance", "temperature", ...; empty: unknown
    std::string unit;     ///< SI symbol or "counts"; empty: unknown
    std::string gas;      ///< main target gas, if any
    double rangeLow = 0;  ///< stated measuring range; low == high means unknown
    double rangeHigh = 0;

    bool operator==(const ChannelInfo&) const = default;
};

/// One instant of one device. `values` is borrowed: copy it to keep it. NaN marks a missing value.
struct SensorFrame {
    Timestamp t = 0;
    std::span<const float> values;
    /// The device's own clock in seconds, as it printed it; NaN when it prints none.
    double deviceSeconds = std::numeric_limits<double>::quiet_NaN();
    /// One a value, not 0: this channel is faulty, forget what it said. Empty: none is.
    std::span<const std::uint8_t> masked = {};
};

/// A spike of one neuron of one population, at a simulation tick.
struct Spike {
    std::uint32_t neuron = 0;
    std::uint32_t tick = 0;

    bool operator==(const Spike&) const = default;
};

/// What a recogniser says at one instant.
struct Decision {
    Timestamp t = 0;
    int gas = -1;                     ///< index into the recogniser's gas list; -1 is "unknown"
    std::vector<float> probabilities; ///< one per gas, sums to <= 1; the rest is "none of these"
    float novelty = 0;                ///< 0 familiar ... 1 nothing like the training data
    std::optional<float> ppm;         ///< concentration of the named gas; absent when not estimated
    float ppmLow = 0;                 ///< 90 % prediction interval of ppm
    float ppmHigh = 0;
    Timestamp onset = -1;       ///< when the present non-background stimulus began; -1: none
    std::uint32_t degraded = 0; ///< channels that it had to do without because they are faulty

    bool operator==(const Decision&) const = default;
};

/// A note that a person (or a protocol) attached to an instant.
struct Mark {
    Timestamp t = 0;
    std::string label;

    bool operator==(const Mark&) const = default;
};

/// Something that happened to the data's way and must travel with the data.
struct StreamEvent {
    enum class Kind : std::uint8_t {
        Gap = 1,         ///< no data between t and t2 (unplugged, stalled)
        Resynchronised,  ///< the decoder skipped `count` bytes
        Dropped,         ///< `count` frames were lost in a queue before they were recorded
        NotRecognised,   ///< `count` frames were recorded but not shown to the recogniser
        RecogniserReset, ///< the recogniser restarted from its initial state at t
        BackEndChanged,  ///< text names what computes the network from t on (back end, precision)
        Note,            ///< text for people
        ChannelFault,    ///< a channel's fault began or ended; `count`: sensing/faults/fault_event.h, text: why
        SampleWithheld,  ///< one value of the next frame is a spike that the recogniser is not shown; `count`: the same
    };
    Kind kind = Kind::Note;
    Timestamp t = 0;
    Timestamp t2 = 0;
    std::uint64_t count = 0;
    std::string text;

    bool operator==(const StreamEvent&) const = default;
};

/// A named group of neurons for displays and recordings, in network order.
struct LayerInfo {
    std::string name; ///< "receptor", "projection", "Kenyon", "output", ...
    std::uint32_t size = 0;

    bool operator==(const LayerInfo&) const = default;
};

} // namespace bnof
