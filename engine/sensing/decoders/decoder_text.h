// SPDX-License-Identifier: GPL-3.0-or-later
// What the text decoders share: numbers and missing values, names of time columns, descriptions of channels.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

/// A device with more channels than this is taken for noise.
constexpr std::size_t maximumChannels = 4096;
constexpr std::size_t maximumNameLength = 64;

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] bool equalIgnoringCase(std::string_view a, std::string_view b);
[[nodiscard]] bool containsIgnoringCase(std::string_view text, std::string_view needle);
[[nodiscard]] bool validUtf8(std::string_view text);

/// A number as devices print it: sign, exponent, "-0"; optionally with a decimal comma. Missing values become
/// NaN: empty, nan, inf, ovf, NA, null, none, "-", 4294967295 (the "no data" of 32-bit sketches), and numbers
/// that do not fit a float. False when the text is none of these. Never allocates.
[[nodiscard]] bool parseValue(std::string_view text, bool decimalComma, double& value);

/// The nearest float; NaN when there is none (and for NaN).
[[nodiscard]] inline float toFloat(double value)
{
    // Below the middle between the largest float and the next power of two the largest float is nearest.
    constexpr double limit = 0x1.ffffffp127;
    return value > -limit && value < limit ? static_cast<float>(value) : std::numeric_limits<float>::quiet_NaN();
}

/// Seconds per unit of a time column by its name ("t_ms", "time [s]", "millis", "timestamp"); empty when it is
/// no time column. 0 means: the unit shows only in the magnitude (see secondsFromTimestamp).
[[nodiscard]] std::optional<double> timeScale(std::string_view name, std::string_view unit);
/// Seconds of a value in a time column. A column without a unit counts as seconds, above 1e11 as
/// milliseconds, above 1e14 as microseconds, above 1e17 as nanoseconds (all since 1970).
[[nodiscard]] double secondsFromTime(double value, double scale);
/// A date and time ("2026-03-05T14:02:11.250", "2026-03-05 14:02:11") or a clock time ("14:02:11.5") in
/// seconds since 1970 or since midnight. False when the text is neither.
[[nodiscard]] bool parseClock(std::string_view text, double& seconds);

/// "MQ3 [counts]" or "MQ3 (counts)" into name and unit; the quantity is guessed from plain words
/// (temperature, humidity, pressure).
[[nodiscard]] ChannelInfo channelFromName(std::string_view text);
/// Give every channel a name of its own: a second "s1" becomes "s1 (2)".
void makeNamesUnique(std::vector<ChannelInfo>& channels);

/// What a device says about itself in a description line:
///   #bnof {"device": "nose 3", "simulated": true, "channels": [{"name": "MQ3", "quantity": "conductance",
///          "unit": "counts", "gas": "ethanol", "range": [0, 65535]}, ...]}
/// (NDJSON: an object with that object as its only member, "bnof".) All members are optional except the
/// channels' names; unknown ones are ignored. A comment "# name=MQ3, unit=counts, gas=ethanol" describes one
/// channel.
struct DeviceDescription {
    std::string device;
    bool simulated = false;
    std::vector<ChannelInfo> channels;
};
[[nodiscard]] Result<DeviceDescription> deviceDescriptionFromJson(const Json& json);
[[nodiscard]] Json toJson(const DeviceDescription& description);
[[nodiscard]] std::optional<ChannelInfo> channelFromComment(std::string_view comment);

/// Remembers descriptions and completes channel tables with them.
class ChannelDescriptions {
public:
    void add(const ChannelInfo& channel);
    void add(const DeviceDescription& description, DecoderSink& sink);
    void apply(std::vector<ChannelInfo>& channels) const;

private:
    std::vector<ChannelInfo> m_known;
};

/// The beginning of some bytes, printable, for messages.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 48);

} // namespace bnof::sensing
